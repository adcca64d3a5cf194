// The marking screen: it saves itself, is used from the keyboard, and goes from script to script without a full page.
//
// #workshop[data-workshop="person:script:part"][data-url] holds form[data-panel-form]. Every save is that form, sent as
// it is; for JSON the answer is 200 {state: "saved", mark_against, said_against, shown}, 409 {state: "stale"} or
// {state: "refused", message}. What is typed is kept in this browser until the server says that it is saved.

import { Copies } from "./workshop-copies.js";
import { pressed, replayed } from "./workshop-keys.js";

const PAUSE = 700;
const RETRY = 3000;
const LONGEST = 30000;
// Only the part of the page that is put in the place of this one.
const PART = { headers: { "X-Part": "1" } };
const ASIDE = ["csrfmiddlewaretoken", "scheme", "mark_against", "said_against", "criteria", "act"];

class Workshop {
  constructor(root) {
    this.root = root;
    this.form = root.querySelector("[data-panel-form]");
    this.state = root.querySelector("[data-save-state]");
    this.words = root.dataset;
    this.copies = new Copies(root.dataset.workshop);
    this.wait = RETRY;
    // What the server refused is not known to it, though it stands in the fields.
    this.known = "unsaved" in root.dataset ? null : this.content();
    if (!this.form) return;
    this.form.addEventListener("input", () => this.changed());
    this.form.addEventListener("change", () => this.changed());
    this.restore();
    this.elsewhere();
    this.point();
  }

  get waits() {
    return "waits" in this.root.dataset;
  }

  get dirty() {
    return Boolean(this.form) && this.content() !== this.known;
  }

  // --- what stands in the fields ---

  content() {
    if (!this.form) return "";
    const data = new FormData(this.form);
    for (const name of ASIDE) data.delete(name);
    return new URLSearchParams(data).toString();
  }

  versions() {
    const [scheme, mark, said] = ["scheme", "mark_against", "said_against"].map((name) => this.form.elements[name].value);
    return { scheme, mark, said };
  }

  fill(content) {
    const data = new URLSearchParams(content);
    for (const one of this.form.elements) {
      if (!one.name || ASIDE.includes(one.name) || one.type === "hidden" || one.tagName === "BUTTON") continue;
      if (one.type === "radio" || one.type === "checkbox") one.checked = data.getAll(one.name).includes(one.value);
      else one.value = data.get(one.name) ?? "";
    }
    this.addUp();
  }

  changed() {
    if (this.gone) return;
    this.addUp();
    this.hint();
    if (!this.dirty) {
      this.copies.drop();
      return;
    }
    this.copies.put({ content: this.content(), versions: this.versions(), url: this.words.url, title: this.words.title });
    this.say("warn", this.words.notSaved);
    clearTimeout(this.timer);
    if (!this.waits) this.timer = setTimeout(() => this.save(), PAUSE);
  }

  // What was typed here and never saved: put it back, and send it as what it was typed upon.
  restore() {
    const copy = this.copies.get();
    if (!copy) return;
    if (this.waits || copy.content === this.known) {
      if (!this.waits) this.copies.drop();
      return;
    }
    const now = JSON.stringify(this.versions());
    if (copy.versions.scheme === this.versions().scheme) this.fill(copy.content);
    if (JSON.stringify(copy.versions) !== now) this.upon(copy.versions);
    this.say("warn", this.words.notSaved);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  upon({ scheme, mark, said }) {
    this.form.elements.scheme.value = scheme;
    this.form.elements.mark_against.value = mark;
    this.form.elements.said_against.value = said;
  }

  elsewhere() {
    const place = this.root.querySelector("[data-elsewhere-list]");
    const others = this.copies.others();
    if (!place || !others.length) return;
    place.append(this.words.elsewhere);
    for (const one of others) {
      const link = document.createElement("a");
      link.href = one.url;
      link.textContent = one.title;
      link.dataset.go = "";
      place.append(" ", link);
    }
    place.hidden = false;
  }

  // --- saving ---

  // Return whether everything that was typed is saved.
  async save() {
    clearTimeout(this.timer);
    if (this.saving) await this.saving;
    if (this.gone || !this.dirty) return true;
    if (this.waits) return false;
    this.saving = this.send();
    const saved = await this.saving;
    this.saving = undefined;
    return saved && (this.dirty ? this.save() : true);
  }

  async send() {
    const sent = this.content();
    this.say("quiet", this.words.saving);
    let answer;
    let said;
    try {
      answer = await this.post("save", { Accept: "application/json" }, "manual");
      if (answer.type === "opaqueredirect" || answer.status === 401) return this.signedOut();
      if (answer.status === 403) return await this.renewed();
      if (answer.status >= 500) throw new Error("busy");
      said = await answer.json();
    } catch {
      this.say("bad", this.words.lost);
      this.later();
      return false;
    }
    if (said.state === "saved") return this.saved(sent, said);
    if (said.state === "stale") await this.show(await fetch(this.words.url, PART), { typed: this.content() });
    else this.say("bad", said.message ?? said.detail ?? this.words.notSaved);
    return false;
  }

  post(act, headers, redirect, button) {
    const data = new FormData(this.form);
    data.delete("act");
    data.set("act", button?.value ?? act);
    return fetch(this.words.url, {
      method: "POST", body: new URLSearchParams(data), headers, redirect, credentials: "same-origin",
    });
  }

  saved(sent, said) {
    this.form.elements.mark_against.value = said.mark_against;
    this.form.elements.said_against.value = said.said_against;
    this.known = sent;
    this.wait = RETRY;
    const rail = this.root.querySelector(".script-items [aria-current] span:last-child");
    this.count(Boolean(said.shown));
    if (rail) rail.textContent = `${said.shown || "–"} / ${rail.textContent.split(" / ")[1]}`;
    if (this.dirty) {
      this.changed();
      return true;
    }
    this.copies.drop();
    const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    this.say("ok", `${this.words.saved} ${time}`);
    return true;
  }

  // How many are marked, once this one is, or is not any more.
  count(given) {
    const { words } = this;
    const marked = Number(words.marked) + given - (words.given === "1");
    words.marked = String(marked);
    words.given = given ? "1" : "0";
    const place = this.root.querySelector("[data-progress-line]");
    const [m, t, g] = [marked, words.scripts, Number(words.scripts) - marked];
    place.textContent = words.counting.replace("{m}", m).replace("{t}", t).replace("{g}", g);
  }

  signedOut() {
    this.say("bad", this.words.signedOut);
    this.later();
    return false;
  }

  // The page's token is another session's: somebody signed in again in another window.
  async renewed() {
    const page = new DOMParser().parseFromString(await (await fetch(this.words.url, PART)).text(), "text/html");
    const token = page.querySelector("#workshop [name=csrfmiddlewaretoken]");
    if (!token || page.querySelector("#workshop").dataset.workshop !== this.words.workshop) return this.signedOut();
    for (const one of document.querySelectorAll("[name=csrfmiddlewaretoken]")) one.value = token.value;
    this.later();
    return false;
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.root.isConnected && this.save(), this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST);
  }

  // --- from place to place ---

  // While the next screen is on its way nothing reaches this one; keys wait for the next.
  leave(leaving) {
    this.leaving = leaving;
    this.root.inert = leaving;
    if (!leaving && !this.gone) ahead.length = 0;
  }

  async go(url) {
    this.leave(true);
    await this.follow(url);
    this.leave(false);
  }

  async follow(url) {
    if (!(await this.save()) && !this.waits) {
      this.say("bad", this.state.textContent || this.words.stays);
      return;
    }
    try {
      await this.show(await fetch(url, PART), { push: true });
    } catch {
      this.say("bad", this.words.lost);
    }
  }

  async press(button) {
    this.leave(true);
    await this.sent(button);
    this.leave(false);
  }

  async sent(button) {
    clearTimeout(this.timer);
    if (this.saving) await this.saving;
    this.copies.put({ content: this.content(), versions: this.versions(), url: this.words.url, title: this.words.title });
    this.say("quiet", this.words.saving);
    try {
      const answer = await this.post("save", PART.headers, "follow", button);
      if (answer.status === 403) {
        await this.renewed();
        return;
      }
      if (answer.status >= 500) throw new Error("busy");
      await this.show(answer, { push: true, done: answer.ok });
    } catch {
      this.say("bad", this.words.lost);
      this.later();
    }
  }

  // Put the marking screen of an answer in the place of this one; false where the answer has none.
  async show(answer, { push = false, typed = "", done = false } = {}) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.querySelector("#workshop");
    if (!next) {
      this.signedOut();
      return false;
    }
    clearTimeout(this.timer);
    if (done) this.copies.drop();
    // Taking a field away that is being typed in tells of a change once more.
    this.gone = true;
    keepOpen(this.root, next);
    const same = next.dataset.workshop === this.words.workshop;
    this.root.replaceWith(document.adoptNode(next));
    document.title = page.title;
    const toasts = page.querySelector("#toasts");
    if (toasts?.children.length) document.querySelector("#toasts").replaceChildren(...toasts.children);
    if (push && answer.url !== location.href && !answer.url.includes("/flag/")) history.pushState({}, "", answer.url);
    begin(next);
    begin(document.querySelector("#toasts > *"));
    open(next, typed);
    if (!same) scrollTo(0, 0);
    if (!answer.ok || workshop.waits) ahead.length = 0;
    while (ahead.length && !workshop.leaving) replayed(ahead.shift(), workshop);
    return true;
  }

  // --- what is seen ---

  say(tone, text) {
    if (!this.state) return;
    this.state.className = `state state--${tone}`;
    if (this.state.textContent !== text) this.state.textContent = text;
  }

  hint() {
    for (const one of this.form.querySelectorAll("[data-criterion]")) {
      one.querySelector("[data-hint]").textContent = one.querySelector(":checked")?.dataset.words ?? "";
    }
  }

  addUp() {
    const total = this.root.querySelector("[data-total]");
    const sum = (all) => [...all].reduce((n, one) => n + Number(one.dataset.points), 0);
    const criteria = [...this.form.querySelectorAll("[data-criterion]")];
    const method = this.form.querySelector("[data-method]");
    if (criteria.length) {
      const chosen = criteria.map((one) => one.querySelector(":checked"));
      if (chosen.every(Boolean)) total.textContent = String(sum(chosen) / 1000);
      else if (chosen.some(Boolean)) total.textContent = "–";
    } else if (method) {
      const rest = Math.round(Number((this.form.elements.rest?.value ?? "").replace(",", ".")) * 1000) || 0;
      const looked = method.querySelector(":checked") || rest;
      total.textContent = looked ? String((sum(method.querySelectorAll("[name=earned]:checked")) + rest) / 1000) : "–";
    } else {
      total.textContent = this.form.elements.mark.value.trim() || "–";
    }
  }

  // The first thing to do here.
  point() {
    if (document.activeElement && document.activeElement !== document.body) return;
    const open = [...this.form.querySelectorAll("[data-criterion]")].find((one) => !one.querySelector(":checked"));
    const first = open?.querySelector("input") ?? this.form.elements.mark ?? this.form.querySelector("[data-method] input");
    first?.focus({ preventScroll: true });
  }
}

let workshop;
// Keys pressed while the next screen was on its way.
const ahead = [];

// ``typed`` is what stood in the fields when an answer came: more may have been typed since it was asked for.
function open(root, typed = "") {
  workshop = new Workshop(root);
  if (!typed || !workshop.form) return;
  const before = new URLSearchParams(typed);
  for (const name of ["feedback", "note"]) {
    if (before.has(name)) workshop.form.elements[name].value = before.get(name);
  }
}

// Other parts of the house begin on what htmx brings in; this came in the same way.
function begin(elt) {
  if (elt) document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt } }));
}

function keepOpen(old, next) {
  for (const name of ["data-scheme", "data-model", "data-keys", "data-comments"]) {
    const was = old.querySelector(`[${name}]`);
    const is = next.querySelector(`[${name}]`);
    if (was && is) is.open = was.open;
  }
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const link = event.target.closest("#workshop a[data-go]");
  if (link) {
    event.preventDefault();
    workshop.go(link.href);
    return;
  }
  const comment = event.target.closest("#workshop button[data-insert]");
  if (comment) {
    event.preventDefault();
    const field = workshop.form.elements.feedback;
    field.value = field.value.trimEnd() ? `${field.value.trimEnd()}\n${comment.dataset.insert}` : comment.dataset.insert;
    field.focus();
    workshop.changed();
  }
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("#workshop [data-panel-form]")) return;
  event.preventDefault();
  workshop.press(event.submitter ?? workshop.form.querySelector("[data-default]"));
});
document.addEventListener("keydown", (event) => {
  if (!workshop?.leaving) return workshop && pressed(event, workshop);
  if (event.ctrlKey || event.altKey || event.metaKey || event.key === "Tab") return;
  event.preventDefault();
  if (event.key.length === 1 || event.key === "Enter") ahead.push(event.key);
});
window.addEventListener("popstate", () => workshop?.go(location.href));
window.addEventListener("online", () => workshop?.save());
window.addEventListener("beforeunload", (event) => workshop?.dirty && event.preventDefault());
open(document.querySelector("#workshop"));
