// The keys of the marking screen. In a text only Escape and Ctrl+Enter act; "Single keys act" turns the others off.

const OFF = "workshop-keys";
const NO_EVENT = { altKey: false, ctrlKey: false, metaKey: false, defaultPrevented: false, preventDefault() {} };

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-keys-on]")) return;
  try {
    localStorage.setItem(OFF, event.target.checked ? "" : "off");
  } catch {
    // It holds for this page then.
  }
});

function off(root) {
  try {
    const kept = localStorage.getItem(OFF) === "off";
    const box = root.querySelector("[data-keys-on]");
    if (box && kept) box.checked = false;
    return kept || box?.checked === false;
  } catch {
    return false;
  }
}

export function pressed(event, { root, form }) {
  const { target } = event;
  if (event.altKey || event.metaKey || event.defaultPrevented) return;
  if (event.key === "Enter" && event.ctrlKey) return act(event, form?.querySelector("[data-next]"));
  if (event.ctrlKey) return;
  const text = target.matches("textarea, select, input[type=search]");
  if (text) {
    if (event.key === "Escape") target.blur();
    return;
  }
  if (document.querySelector("dialog[open]") || target.closest(".top, .tabs")) return;
  const number = target.matches("input[type=text]");
  if (event.key === "Enter" && !target.closest("a, button, summary") && form && !form.contains(target)) {
    return act(event, form.querySelector("[data-next]"));
  }
  if (off(root)) return;
  const key = event.key.toLowerCase();
  if (/^[0-9]$/.test(key) && !number) return digit(event, key, root, form);
  if (number && (key.length > 1 || /[0-9.,+\-]/.test(key))) return;
  const links = { j: 1, k: 1, u: 1 };
  if (links[key]) return act(event, root.querySelector(`a[data-key="${key}"]`));
  const folds = { s: "[data-scheme]", m: "[data-model]", "?": "[data-keys]", f: "[data-flag]", "/": "[data-comments]" };
  if (folds[key]) return fold(event, root.querySelector(folds[key]), key);
  if (key === "n") return act(event, form?.querySelector("[data-no-response]"));
  if (key === "x") return act(event, form?.querySelector("[data-clear]"));
  if (key === "e" || key === "p") return focus(event, form?.elements[key === "e" ? "feedback" : "note"]);
}

// A key that was pressed before this screen was there.
export function replayed(key, workshop) {
  const target = document.activeElement ?? document.body;
  const { form } = workshop;
  if (key === "Enter") return act(NO_EVENT, form?.querySelector("[data-next]"));
  if (target.matches("#mark, #rest") && /[0-9.,]/.test(key)) {
    target.value += key;
    target.dispatchEvent(new Event("input", { bubbles: true }));
    return;
  }
  pressed({ ...NO_EVENT, key, target }, workshop);
}

function act(event, element) {
  if (!element) return;
  event.preventDefault();
  element.click();
}

function focus(event, field) {
  if (!field) return;
  event.preventDefault();
  field.focus();
}

function fold(event, details, key) {
  if (!details) return;
  event.preventDefault();
  details.open = !details.open;
  if (details.open && (key === "f" || key === "/")) details.querySelector("textarea, button, summary").focus();
}

function digit(event, key, root, form) {
  if (!form) return;
  const comments = root.querySelector("[data-comments]");
  if (comments?.open && comments.contains(document.activeElement)) {
    return act(event, comments.querySelector(`[data-key="${key}"]`));
  }
  const step = form.querySelector(`[data-method] [data-key="${key}"]`);
  if (step) return act(event, step);
  const criteria = [...form.querySelectorAll("[data-criterion]")];
  if (criteria.length) return level(event, key, criteria, form);
  const mark = form.elements.mark;
  if (!mark) return;
  event.preventDefault();
  mark.value = key;
  mark.focus();
  mark.dispatchEvent(new Event("input", { bubbles: true }));
}

// The digit chooses a level of the criterion in focus, or of the first open one; then the next open one is in focus.
function level(event, key, criteria, form) {
  const inFocus = criteria.find((one) => one.contains(document.activeElement));
  const criterion = inFocus ?? criteria.find((one) => !one.querySelector(":checked")) ?? criteria[0];
  const chosen = criterion.querySelector(`[data-key="${key}"]`);
  if (!chosen) return;
  event.preventDefault();
  chosen.checked = true;
  chosen.dispatchEvent(new Event("change", { bubbles: true }));
  const after = criteria.slice(criteria.indexOf(criterion) + 1);
  const next = after.find((one) => !one.querySelector(":checked")) ?? criteria.find((one) => !one.querySelector(":checked"));
  (next?.querySelector("input") ?? form.querySelector("[data-next]")).focus();
}
