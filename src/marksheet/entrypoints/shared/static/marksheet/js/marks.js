// Reading what was typed as a mark, and keeping it in the browser until the server has it.

const NUMBER = /^-?\d+(\.\d{1,3})?$/;

// A comma is a decimal sign too; "n", "nr" and "–" mean no response.
export function valueOf(typed) {
  const value = String(typed).trim().replace(",", ".").toLowerCase();
  if (["n", "nr", "–", "-"].includes(value)) return "nr";
  return NUMBER.test(value) ? String(Number(value)) : value;
}

// Marks in thousandths, "nr" as 0, anything else as null.
export function thousandths(value) {
  if (value === "nr") return 0;
  return NUMBER.test(value) ? Math.round(Number(value) * 1000) : null;
}

// What is wrong with a value in this cell, or "".
export function reading(value, cell, step, words) {
  if (value === "" || value === "nr") return "";
  const number = thousandths(value);
  if (number === null) return words.notNumber?.replace("{value}", value);
  if (number < thousandths(valueOf(cell.dataset.min ?? "0"))) return words.notNumber?.replace("{value}", value);
  const maximum = cell.dataset.max;
  if (number > thousandths(valueOf(maximum))) return words.tooMuch?.replace("{value}", value).replace("{max}", maximum);
  const by = cell.dataset.step ?? step ?? "0.5";
  if (number % thousandths(valueOf(by))) return words.notStep?.replace("{value}", value).replace("{step}", by);
  return "";
}

// What was typed and not yet saved, per cell, with the version it was typed upon.
export class Drafts {
  constructor(key) {
    this.key = key;
    try {
      this.all = JSON.parse(localStorage.getItem(key)) ?? {};
    } catch {
      this.all = {};
    }
  }

  get(id) {
    return this.all[id];
  }

  put(id, draft) {
    this.all[id] = draft;
    this.keep();
  }

  drop(id) {
    if (!(id in this.all)) return;
    delete this.all[id];
    this.keep();
  }

  keep() {
    try {
      if (Object.keys(this.all).length) localStorage.setItem(this.key, JSON.stringify(this.all));
      else localStorage.removeItem(this.key);
    } catch {
      // Storage is full or refused: what is typed still lives in the page, and leaving it asks first.
    }
  }
}
