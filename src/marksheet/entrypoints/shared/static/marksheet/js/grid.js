// Marks from the keyboard: every cell saves itself, and nothing that was typed is lost.
//
// <table data-grid="key" data-save-url data-csrf data-step="0.5"> <td data-cell data-attempt data-part data-max
// data-version><input></td>. One cell is sent as attempt, part, version, value ("", "nr" or a number). Answers:
// 200 {state: "saved", version, shown} · 409 {state: "stale", theirs, by, version} · 400 {state: "refused", message}.
// {% grid_status "key" %} says how it stands, and brings the words. A link with data-after-marks, to where marks are
// submitted, waits for what is on its way, and stands out once every cell is filled and saved.

import { Drafts, reading, thousandths, valueOf } from "./marks.js";

const PAUSE = 900;
const RETRY = 3000;
const LONGEST = 30000;

export function startGrids(root) {
  for (const table of root.querySelectorAll("table[data-grid]:not([data-started])")) {
    table.dataset.started = "";
    new Grid(table);
  }
}

class Grid {
  constructor(table) {
    this.table = table;
    this.status = document.querySelector(`[data-grid-status="${table.dataset.grid}"]`);
    this.words = JSON.parse(this.status?.dataset.words ?? "{}");
    this.drafts = new Drafts(`grid:${table.dataset.grid}`);
    this.rows = [...table.tBodies].flatMap((body) => [...body.rows]);
    this.rows = this.rows.map((row) => [...row.querySelectorAll("[data-cell]")]).filter((row) => row.length);
    this.cells = this.rows.flat();
    this.wait = RETRY;
    for (const cell of this.cells) this.prepare(cell);
    table.addEventListener("keydown", (event) => this.pressed(event));
    table.addEventListener("input", (event) => this.typed(event.target.closest("[data-cell]")));
    table.addEventListener("change", (event) => this.settled(event.target.closest("[data-cell]")));
    table.addEventListener("focusin", (event) => this.entered(event.target));
    this.onward = document.querySelectorAll("a[data-after-marks]");
    for (const link of this.onward) link.addEventListener("click", (event) => this.leave(event, link));
    window.addEventListener("online", () => this.retry());
    window.addEventListener("beforeunload", (event) => this.open().length && event.preventDefault());
    this.restore();
    this.say();
  }

  // --- what a cell knows: the value that the server has, and what stands in the way ---

  prepare(cell) {
    cell.input = cell.querySelector("input");
    cell.input.autocomplete = "off";
    // A machine score that is prefilled is no mark yet: Enter saves it.
    cell.known = cell.dataset.prefilled === undefined ? valueOf(cell.input.value) : "";
    cell.note = document.createElement("span");
    cell.note.className = "grid-note";
    cell.note.id = `note-${cell.dataset.attempt}-${cell.dataset.part}`;
    cell.note.hidden = true;
    cell.append(cell.note);
  }

  restore() {
    for (const cell of this.cells) {
      const draft = this.drafts.get(idOf(cell));
      if (!draft || draft.value === cell.known) {
        this.drafts.drop(idOf(cell));
        continue;
      }
      const theirs = cell.input.value;
      cell.input.value = draft.value;
      if (draft.version === cell.dataset.version) this.settled(cell);
      else this.conflict(cell, { theirs, by: "", version: cell.dataset.version });
    }
  }

  open() {
    return this.cells.filter((cell) => ["unsaved", "saving", "stale", "refused"].includes(cell.dataset.state));
  }

  // --- keys ---

  pressed(event) {
    const cell = event.target.closest("[data-cell]");
    if (!cell || event.altKey || event.ctrlKey || event.metaKey) return;
    const go = { Enter: event.shiftKey ? [-1, 0] : [1, 0], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
    if (go) {
      event.preventDefault();
      this.settled(cell, event.key === "Enter");
      this.move(cell, ...go, event.key === "Enter");
    } else if (event.key === "ArrowLeft" && atStart(cell.input)) {
      event.preventDefault();
      this.move(cell, 0, -1);
    } else if (event.key === "ArrowRight" && atEnd(cell.input)) {
      event.preventDefault();
      this.move(cell, 0, 1);
    } else if (event.key.toLowerCase() === "n") {
      event.preventDefault();
      cell.input.value = "nr";
      this.typed(cell);
      this.settled(cell);
      this.move(cell, 1, 0, true);
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.giveUp(cell);
    }
  }

  // onward: below the last candidate the next question begins.
  move(cell, down, across, onward = false) {
    const row = this.rows.findIndex((cells) => cells.includes(cell));
    const column = this.rows[row].indexOf(cell);
    const below = this.rows[row + down]?.[column + across];
    const next = below ?? (onward && down > 0 ? this.rows[0][column + 1] : undefined);
    (next ?? cell).input.focus();
    (next ?? cell).input.select();
  }

  entered(input) {
    if (input.closest("[data-cell]")) input.select();
  }

  // Escape takes what the server has: the last saved value, or theirs.
  giveUp(cell) {
    clearTimeout(cell.timer);
    cell.known = cell.theirs ?? cell.known;
    cell.input.value = cell.known || (cell.dataset.prefilled ?? "");
    delete cell.theirs;
    this.drafts.drop(idOf(cell));
    this.mark(cell, cell.known === "" ? "" : "saved");
    cell.input.select();
  }

  // --- typing and saving ---

  typed(cell) {
    if (!cell) return;
    cell.touched = true;
    this.drafts.put(idOf(cell), { value: valueOf(cell.input.value), version: cell.dataset.version });
    clearTimeout(cell.timer);
    if (cell.dataset.state !== "stale") {
      this.mark(cell, valueOf(cell.input.value) === cell.known ? "" : "unsaved");
      cell.timer = setTimeout(() => this.settled(cell), PAUSE);
    }
  }

  // onPurpose: Enter on a conflict says that mine shall stand.
  settled(cell, onPurpose = false) {
    if (!cell) return;
    clearTimeout(cell.timer);
    if (cell.dataset.state === "stale" && !onPurpose) return;
    // Who only passes by has checked nothing.
    if (cell.dataset.prefilled !== undefined && cell.known === "" && !cell.touched && !onPurpose) return;
    const value = valueOf(cell.input.value);
    const wrong = reading(value, cell, this.table.dataset.step, this.words);
    if (wrong) {
      this.mark(cell, "refused", wrong);
      return;
    }
    if (value === cell.known && cell.dataset.state !== "stale") {
      this.drafts.drop(idOf(cell));
      if (cell.dataset.state) this.mark(cell, "saved");
      return;
    }
    this.save(cell, value);
  }

  async save(cell, value) {
    if (cell.busy) {
      cell.again = true;
      return;
    }
    cell.busy = true;
    this.mark(cell, "saving");
    try {
      await this.send(cell, value);
      this.wait = RETRY;
    } catch {
      this.mark(cell, "unsaved", this.words.lost);
      this.later();
    }
    cell.busy = false;
    if (cell.again) {
      cell.again = false;
      this.settled(cell);
    }
    this.left();
  }

  async send(cell, value) {
    const { attempt, part, version } = cell.dataset;
    const answer = await fetch(this.table.dataset.saveUrl, {
      method: "POST",
      body: new URLSearchParams({ attempt, part, version, value }),
      headers: { "X-CSRFToken": this.table.dataset.csrf, Accept: "application/json" },
      credentials: "same-origin",
      redirect: "error",
    });
    if (answer.status >= 500) throw new Error("busy");
    const said = await answer.json();
    if (said.state === "saved") this.saved(cell, value, said);
    else if (said.state === "stale") this.conflict(cell, said);
    else this.mark(cell, "refused", said.message ?? said.detail ?? this.words.refused);
  }

  saved(cell, value, said) {
    cell.dataset.version = said.version;
    cell.known = value;
    delete cell.theirs;
    if (valueOf(cell.input.value) !== value) {
      // More was typed while this travelled: that is a draft upon the new version.
      this.drafts.put(idOf(cell), { value: valueOf(cell.input.value), version: String(said.version) });
      cell.again = true;
      return;
    }
    this.drafts.drop(idOf(cell));
    if (said.shown !== undefined && document.activeElement !== cell.input) cell.input.value = said.shown;
    cell.known = valueOf(cell.input.value);
    this.mark(cell, "saved");
  }

  conflict(cell, said) {
    cell.theirs = valueOf(said.theirs ?? "");
    cell.dataset.version = said.version;
    const theirs = cell.theirs === "" ? this.words.blank : cell.theirs;
    const words = said.by ? this.words.stale : this.words.staleUnknown;
    this.mark(cell, "stale", words?.replace("{by}", said.by).replace("{theirs}", theirs));
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.retry(), this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST);
  }

  retry() {
    for (const cell of this.cells) if (cell.dataset.state === "unsaved") this.settled(cell);
  }

  // Whoever types the last mark and goes on at once goes on with it.
  leave(event, link) {
    for (const cell of this.cells) if (cell.dataset.state === "unsaved") this.settled(cell);
    if (!this.cells.some((cell) => cell.busy)) return;
    event.preventDefault();
    this.leaving = link.href;
  }

  left() {
    if (!this.leaving || this.cells.some((cell) => cell.busy)) return;
    const address = this.leaving;
    delete this.leaving;
    if (!this.open().length) location.assign(address);
  }

  // --- what is seen ---

  mark(cell, state, note = "") {
    if (state) cell.dataset.state = state;
    else delete cell.dataset.state;
    cell.note.textContent = note;
    cell.note.hidden = !note;
    const wrong = state === "stale" || state === "refused";
    if (wrong) cell.input.setAttribute("aria-invalid", "true");
    else cell.input.removeAttribute("aria-invalid");
    if (note) cell.input.setAttribute("aria-describedby", cell.note.id);
    else cell.input.removeAttribute("aria-describedby");
    this.say(wrong ? `${cell.input.getAttribute("aria-label") ?? ""}: ${note}` : "");
  }

  say(trouble = "") {
    this.addUp();
    if (!this.status) return;
    const open = this.open();
    const saving = open.some((cell) => cell.dataset.state === "saving");
    const waits = (cell) => cell.dataset.prefilled !== undefined && cell.known === "";
    const left = this.cells.filter((cell) => cell.input.value.trim() === "" || waits(cell)).length;
    for (const link of this.onward) link.classList.toggle("button--act", !left && !open.length);
    const touched = this.cells.some((cell) => cell.dataset.state);
    const [tone, word] = !open.length
      ? ["ok", touched ? this.words.saved : ""]
      : saving && open.length === 1
        ? ["quiet", this.words.saving]
        : ["warn", this.words.unsaved?.replace("{n}", open.length)];
    const state = this.status.querySelector("[data-grid-state]");
    state.className = `state state--${tone}`;
    state.textContent = word;
    state.hidden = !word;
    this.status.querySelector("[data-grid-left]").textContent = left
      ? this.words.left?.replace("{n}", left)
      : this.words.complete;
    const wrong = this.cells.find((cell) => ["stale", "refused"].includes(cell.dataset.state));
    const text = trouble || (wrong ? `${wrong.input.getAttribute("aria-label") ?? ""}: ${wrong.note.textContent}` : "");
    const place = this.status.querySelector("[data-grid-trouble]");
    if (place.textContent !== text) place.textContent = text;
  }

  // A cell data-total shows the sum of its row, without what was refused; exact, in thousandths.
  addUp() {
    for (const row of this.rows) {
      const total = row[0].parentElement.querySelector("[data-total]");
      if (!total) continue;
      const taken = row.filter((cell) => cell.dataset.state !== "refused");
      const given = taken.map((cell) => thousandths(valueOf(cell.input.value))).filter((n) => n !== null);
      total.textContent = given.length ? String(given.reduce((sum, n) => sum + n, 0) / 1000) : "–";
    }
  }
}

function idOf(cell) {
  return `${cell.dataset.attempt}/${cell.dataset.part}`;
}

function atStart(input) {
  return input.selectionStart === 0;
}

function atEnd(input) {
  return input.selectionEnd === input.value.length;
}
