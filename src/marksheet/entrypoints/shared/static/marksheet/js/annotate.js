// Annotations of the marking screen: words are selected by mouse, or by word and sentence from the keyboard; a small bar
// marks them. A comment saves itself; what is typed is kept in this browser until the server has it.
//
// [data-annotated] holds [data-response], form[data-note-bar] and a form[data-note-form] for each note. Every save is a
// form sent to the page's own address; for JSON the answer is 200 {state: "saved", number, version}, 409 {state: "stale",
// message} or {state: "refused", message}. The server draws what is marked: the part is asked for again after a save.

import { Copies } from "./workshop-copies.js";

const PAUSE = 700;
const RETRY = 5000;
const FORMS = "[data-note-form], [data-note-bar], [data-pin-form]";
const FIELDS = ["start", "end", "at_quote", "kind", "position", "page", "x", "y", "width", "height", "words"];

const root = () => document.querySelector("#workshop");
const place = () => document.querySelector("[data-annotated]");
const points = (text) => [...text].length;

// --- where a selection stands ---

// Code points from the beginning of the response to a place in it; numbers of notes are no part of the text.
function offset(response, node, at) {
  const range = document.createRange();
  range.selectNodeContents(response);
  range.setEnd(node, at);
  const inside = range.cloneContents();
  for (const one of inside.querySelectorAll("[data-aside]")) one.remove();
  return points(inside.textContent);
}

function plain(response) {
  const copy = response.cloneNode(true);
  for (const one of copy.querySelectorAll("[data-aside]")) one.remove();
  return copy.textContent;
}

function selected() {
  const response = place()?.querySelector("[data-response]");
  const selection = getSelection();
  if (!response || !selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!response.contains(range.startContainer) || !response.contains(range.endContainer)) return null;
  const start = offset(response, range.startContainer, range.startOffset);
  const end = offset(response, range.endContainer, range.endOffset);
  const words = [...plain(response)].slice(start, end).join("");
  return words.trim() ? { start, end, words, box: range.getBoundingClientRect() } : null;
}

// The place in the page of a UTF-16 index of the plain text.
function point(response, index) {
  const walker = document.createTreeWalker(response, NodeFilter.SHOW_TEXT);
  let left = index;
  let last = null;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement.closest("[data-aside]")) continue;
    if (left <= node.length) return [node, left];
    left -= node.length;
    last = node;
  }
  return [last ?? response, last ? last.length : 0];
}

// --- from the keyboard: from word to word, Shift takes them in ---

const caret = { from: 0, to: 0 };

function stretches(text, pattern) {
  return [...text.matchAll(pattern)].map((one) => [one.index, one.index + one[0].length]);
}

const words = (text) => stretches(text, /\S+/g);
const sentences = (text) => stretches(text, /\S[^.!?\n]*(?:[.!?]+(?=\s|$)|(?=\n|$)|[.!?])/g);

function step(response, key, taking) {
  const text = plain(response);
  const all = key === "ArrowLeft" || key === "ArrowRight" ? words(text) : sentences(text);
  if (!all.length) return;
  const forth = key === "ArrowRight" || key === "ArrowDown";
  const next = forth ? all.find(([, end]) => end > caret.to) : all.findLast(([start]) => start < (taking ? caret.to : caret.from));
  if (taking && next) caret.to = forth ? next[1] : Math.max(next[0], caret.from);
  else if (next) [caret.from, caret.to] = next;
  getSelection().setBaseAndExtent(...point(response, caret.from), ...point(response, caret.to));
  getSelection().focusNode?.parentElement?.scrollIntoView({ block: "nearest" });
  // The browser tells of a selection later than the next key may come.
  follow();
}

function keyed(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const response = place()?.querySelector("[data-response]");
  const bar = place()?.querySelector("[data-note-bar]");
  if (!response || !bar) return;
  if (event.target.closest("[data-note-bar]") && event.key === "Escape") {
    event.preventDefault();
    close(bar);
    response.focus();
    return;
  }
  const typing = event.target.matches("textarea, select, input:not([type=checkbox], [type=radio])");
  const on = root().querySelector("[data-keys-on]")?.checked !== false;
  if (event.key.toLowerCase() === "a" && !typing && on) {
    event.preventDefault();
    response.focus();
    caret.from = caret.to = 0;
    step(response, "ArrowRight", false);
    return;
  }
  if (event.target !== response) return;
  if (event.key.startsWith("Arrow")) {
    event.preventDefault();
    step(response, event.key, event.shiftKey);
  } else if (event.key === "Escape") {
    getSelection().removeAllRanges();
    bar.hidden = true;
  } else if (!bar.hidden && ["h", "d", "c"].includes(event.key.toLowerCase())) {
    event.preventDefault();
    const buttons = { h: "[value=highlight]", d: "[value=strike]", c: "[data-comment]" };
    bar.querySelector(buttons[event.key.toLowerCase()]).click();
  } else if (event.key === "Enter" && !bar.hidden) {
    event.preventDefault();
    bar.querySelector("button").focus();
  }
}

// --- the bar ---

function follow() {
  const bar = place()?.querySelector("[data-note-bar]");
  if (!bar || bar.dataset.busy || bar.contains(document.activeElement)) return;
  const found = selected();
  bar.hidden = !found;
  if (!found) return;
  bar.elements.start.value = found.start;
  bar.elements.end.value = found.end;
  bar.elements.at_quote.value = found.words;
  beside(bar, found.box);
}

function beside(bar, box) {
  const around = place().getBoundingClientRect();
  bar.style.top = `${box.bottom - around.top + 8}px`;
  bar.style.left = `${Math.max(0, Math.min(box.left - around.left, around.width - bar.offsetWidth))}px`;
}

function write(bar) {
  bar.dataset.busy = "1";
  bar.elements.kind.value = "comment";
  bar.querySelector("[data-bar-words]").hidden = false;
  bar.elements.words.focus();
}

async function close(bar) {
  const form = forms.get(bar);
  bar.hidden = true;
  if (form?.changed || form?.number) {
    if (await form.save()) await drawn();
    else bar.hidden = false;
    return;
  }
  delete bar.dataset.busy;
  bar.querySelector("[data-bar-words]").hidden = true;
  getSelection().removeAllRanges();
}

// --- saving ---

const forms = new WeakMap();

class Saving {
  constructor(form) {
    this.form = form;
    this.url = form.action;
    this.words = root().dataset;
    this.number = Number(form.elements.number?.value ?? 0);
    this.against = Number(form.elements.against?.value ?? 0);
    this.changed = false;
    this.file = form.dataset.pinForm ?? "";
    this.copies = new Copies(`${this.words.workshop}:note:${this.file ? `file-${this.file}` : this.number}`);
  }

  content() {
    const names = FIELDS.filter((name) => this.form.elements[name]);
    return Object.fromEntries(names.map((name) => [name, this.form.elements[name].value]));
  }

  typed() {
    this.changed = true;
    const kept = { content: this.content(), against: this.against, url: this.words.url, title: this.words.title };
    this.copies.put(kept);
    this.say(this.words.notSaved);
    clearTimeout(this.timer);
    // A place on a picture is saved by its button: it may still move.
    if (!this.file) this.timer = setTimeout(() => this.save(), PAUSE);
  }

  say(text) {
    let state = this.form.querySelector("[role=status]");
    if (!state) {
      state = document.createElement("p");
      state.className = "small";
      state.setAttribute("role", "status");
      this.form.append(state);
    }
    state.textContent = text;
  }

  async save(act = "") {
    clearTimeout(this.timer);
    if (this.saving) await this.saving;
    this.saving = this.send(act);
    const saved = await this.saving;
    this.saving = undefined;
    return saved;
  }

  async send(act) {
    const sent = this.content();
    // A comment without words is none yet.
    if (!this.number && sent.kind === "comment" && !sent.words.trim()) return false;
    const data = new URLSearchParams({ ...sent, csrfmiddlewaretoken: token() });
    data.set("act", act || (this.number ? "note-words" : "note"));
    if (this.number) data.set("number", this.number);
    data.set("against", this.against);
    this.say(this.words.saving);
    let answer;
    let said;
    try {
      answer = await fetch(this.url, { method: "POST", body: data, headers: { Accept: "application/json" }, redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return this.later(this.words.signedOut);
      if (answer.status >= 500) throw new Error("busy");
      said = await answer.json();
    } catch {
      return this.later(this.words.lost);
    }
    if (said.state === "saved") {
      [this.number, this.against] = [said.number, said.version];
      this.changed = sent.words !== this.content().words;
      if (!this.changed) this.copies.drop();
      this.say(this.words.saved);
      return true;
    }
    if (said.state === "stale") await this.stale(said.message);
    else this.say(said.message ?? said.detail ?? this.words.notSaved);
    return false;
  }

  later(text) {
    this.say(text);
    if (this.file) return false;
    if (this.changed || this.form.elements.kind?.value !== "comment") this.timer = setTimeout(() => this.save(), RETRY);
    return false;
  }

  // What stands is drawn anew, and what was typed stands in the field above it, to be saved upon that.
  async stale(message) {
    const { words: typed } = this.content();
    const { number } = this;
    this.copies.drop();
    await drawn();
    const input = place()?.querySelector(`[data-note-form] [name=number][value="${number}"]`);
    const form = input?.form ?? place()?.querySelector("[data-annotate]");
    if (!form) return;
    form.closest("details").open = true;
    if (typed !== undefined) form.elements.words.value = typed;
    saving(form).say(message);
    form.elements.words.focus();
  }
}

function token() {
  return document.querySelector("[name=csrfmiddlewaretoken]").value;
}

function saving(form) {
  if (!forms.has(form)) forms.set(form, new Saving(form));
  return forms.get(form);
}

// Ask for what is marked now, and put it in the place of what was.
async function drawn() {
  const { url, workshop } = root().dataset;
  try {
    const answer = await fetch(url, { headers: { "X-Part": "1" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.querySelector("[data-annotated]");
    if (!next || root().dataset.workshop !== workshop) return;
    place().replaceWith(document.adoptNode(next));
    for (const over of page.querySelectorAll("[data-overlay]")) {
      document.querySelector(`[data-overlay="${over.dataset.overlay}"]`)?.replaceWith(document.adoptNode(over));
    }
    begin();
  } catch {
    // It is saved; the page shows it when it is opened again.
  }
}

async function pressed(form, button) {
  const one = saving(form);
  if (form.matches("[data-note-bar]")) form.elements.kind.value = button.value;
  if (!(await one.save(button.value === "note-remove" ? "note-remove" : ""))) return;
  await drawn();
  if (one.file) {
    form.reset();
    for (const name of ["x", "y", "width", "height", "page", "words"]) if (form.elements[name]) form.elements[name].value = "";
    forms.delete(form);
    form.closest("details").open = false;
  }
  (place()?.querySelector(`#note-${noteOf(one.number)}`) ?? place()?.querySelector("[data-response]"))?.focus({ preventScroll: true });
}

function noteOf(number) {
  return place()?.querySelector(`[data-note-form] [name=number][value="${number}"]`)?.closest("[data-note]")?.dataset.note ?? 0;
}

// --- beginning ---

function begin() {
  const here = place();
  if (!here || here.dataset.begun) return;
  here.dataset.begun = "1";
  const response = here.querySelector("[data-response]");
  const bar = here.querySelector("[data-note-bar]");
  if (response && bar) response.tabIndex = 0;
  for (const form of document.querySelectorAll(FORMS)) if (!forms.has(form)) restore(form);
}

// What was typed here and never saved is put back.
function restore(form) {
  const one = saving(form);
  const kept = one.copies.get();
  if (!kept) return;
  for (const [name, value] of Object.entries(kept.content)) if (form.elements[name]) form.elements[name].value = value;
  if (one.number || one.file) form.closest("details").open = true;
  else {
    form.hidden = false;
    form.dataset.busy = "1";
    form.querySelector("[data-bar-words]").hidden = false;
  }
  one.against = kept.against;
  one.typed();
}

document.addEventListener("selectionchange", follow);
document.addEventListener("keydown", keyed, true);
document.addEventListener("input", (event) => {
  const form = event.target.closest(FORMS);
  if (form && (event.target.name === "words" || form.matches("[data-pin-form]"))) saving(form).typed();
});
document.addEventListener("click", (event) => {
  const comment = event.target.closest("[data-note-bar] [data-comment]");
  if (comment) write(comment.form);
});
document.addEventListener("submit", (event) => {
  const form = event.target.closest(FORMS);
  if (!form) return;
  event.preventDefault();
  pressed(form, event.submitter ?? form.querySelector("button"));
});
document.addEventListener("htmx:load", begin);
begin();
