// Tick rows of a table, a page, or all that match; the ticks survive paging, and the bar counts the truth.
//
// <form data-selection="key"> holds the table (checkboxes named "selected", one "data-select-page" in the header)
// and the bar of {% selection_bar %}. Ticked rows that are not on this page travel as hidden fields; they are kept
// in sessionStorage under the key, so that the key should name the list and its filters, but not the page.
// With data-selection-fleeting nothing is kept: what was ticked is forgotten with the page that showed it.

const NAME = "selected";

class Selection {
  constructor(form) {
    this.form = form;
    this.fleeting = form.hasAttribute("data-selection-fleeting");
    this.key = `selection:${form.dataset.selection || location.pathname}`;
    const kept = this.read();
    this.chosen = new Set(kept.chosen);
    // What the server ticked belongs to the selection too.
    for (const row of this.rows) if (row.defaultChecked) this.chosen.add(row.value);
    this.all = Boolean(kept.all) && Boolean(form.querySelector("[data-selection-all]"));
    form.addEventListener("change", (event) => this.changed(event));
    form.addEventListener("click", (event) => this.clicked(event));
    form.addEventListener("formdata", (event) => this.complete(event.formData));
  }

  read() {
    if (this.fleeting) return {};
    try {
      return JSON.parse(sessionStorage.getItem(this.key)) ?? {};
    } catch {
      return {};
    }
  }

  keep() {
    if (this.fleeting) return;
    try {
      if (this.all || this.chosen.size) {
        sessionStorage.setItem(this.key, JSON.stringify({ all: this.all, chosen: [...this.chosen] }));
      } else {
        sessionStorage.removeItem(this.key);
      }
    } catch {
      // Private windows may refuse storage; the selection then lives as long as this page.
    }
  }

  get rows() {
    return [...this.form.querySelectorAll(`input[type="checkbox"][name="${NAME}"]:not(:disabled)`)];
  }

  changed(event) {
    const box = event.target;
    if (box.matches("[data-select-page]")) {
      for (const row of this.rows) this.put(row.value, box.checked);
    } else if (box.name === NAME) {
      this.put(box.value, box.checked);
      this.range(box);
    } else {
      return;
    }
    this.all = false;
    this.show();
  }

  put(value, on) {
    if (on) this.chosen.add(value);
    else this.chosen.delete(value);
  }

  // Shift extends the tick to all rows since the last one.
  range(box) {
    const rows = this.rows;
    if (this.shift && this.last && rows.includes(this.last)) {
      const [from, until] = [rows.indexOf(this.last), rows.indexOf(box)].sort((a, b) => a - b);
      for (const row of rows.slice(from, until + 1)) this.put(row.value, box.checked);
    }
    this.last = box;
  }

  clicked(event) {
    this.shift = event.shiftKey;
    if (event.target.closest("[data-selection-all]")) {
      this.all = true;
      this.chosen.clear();
      this.show();
    } else if (event.target.closest("[data-selection-clear]")) {
      this.clear();
      this.form.querySelector(`[data-select-page], input[name="${NAME}"]`)?.focus();
    }
  }

  clear() {
    this.all = false;
    this.chosen.clear();
    this.show();
  }

  show() {
    const rows = this.rows;
    for (const row of rows) {
      row.checked = this.all || this.chosen.has(row.value);
      row.closest("tr")?.toggleAttribute("data-selected", row.checked);
    }
    const ticked = rows.filter((row) => row.checked).length;
    const page = this.form.querySelector("[data-select-page]");
    if (page) {
      page.checked = rows.length > 0 && ticked === rows.length;
      page.indeterminate = ticked > 0 && ticked < rows.length;
      page.disabled = rows.length === 0;
    }
    this.showBar();
    this.keep();
  }

  showBar() {
    const some = this.all || this.chosen.size > 0;
    const count = this.form.querySelector("[data-selection-count]");
    if (count) {
      const n = new Intl.NumberFormat(document.documentElement.lang || "en").format(this.chosen.size);
      count.textContent = this.all ? count.dataset.all : some ? count.dataset.some.replace("{n}", n) : count.dataset.none;
    }
    this.form.querySelector(".selection")?.toggleAttribute("data-none", !some);
    const all = this.form.querySelector("[data-selection-all]");
    if (all) all.hidden = this.all;
    const clear = this.form.querySelector("[data-selection-clear]");
    if (clear) clear.hidden = !some;
    for (const button of this.form.querySelectorAll("[data-needs-selection]")) button.disabled = !some;
    this.showHidden();
  }

  showHidden() {
    const kept = this.form.querySelector("[data-selection-kept]");
    if (!kept) return;
    const here = new Set(this.rows.map((row) => row.value));
    kept.replaceChildren(
      ...(this.all ? [hidden("all_matching", "1")] : [...this.chosen].filter((v) => !here.has(v)).map((v) => hidden(NAME, v))),
    );
  }

  // "All that match" is one word to the server, not a page of ticks.
  complete(data) {
    if (this.all) data.delete(NAME);
  }
}

function hidden(name, value) {
  const input = document.createElement("input");
  input.type = "hidden";
  input.name = name;
  input.value = value;
  return input;
}

const selections = new WeakMap();

export function startSelections(root) {
  const forms = [...root.querySelectorAll("form[data-selection]")];
  const around = root.closest?.("form[data-selection]");
  for (const form of around ? [around, ...forms] : forms) {
    if (!selections.has(form)) selections.set(form, new Selection(form));
    selections.get(form).show();
  }
}

// A page that did what was asked says so: <div data-selection-done="key"> forgets the ticks.
export function forgetSelection(key) {
  try {
    sessionStorage.removeItem(`selection:${key}`);
  } catch {
    // Nothing was kept.
  }
}
for (const done of document.querySelectorAll("[data-selection-done]")) forgetSelection(done.dataset.selectionDone);
