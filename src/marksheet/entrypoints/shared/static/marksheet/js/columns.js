// The column chooser shows its choice at once: a change submits the form that holds it.

export function startColumns(root) {
  for (const form of root.querySelectorAll("form[data-columns]:not([data-started])")) {
    form.dataset.started = "";
    form.addEventListener("change", () => form.requestSubmit());
  }
}
