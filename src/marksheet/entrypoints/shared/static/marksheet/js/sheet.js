// A sheet that is saved as a page, <table data-sheet>: Enter goes down the column as on the mark sheet, then to the
// next column, and from the last cell to the button that saves. Without script Enter sends the page.

export function startSheets(root) {
  for (const table of root.querySelectorAll("table[data-sheet]:not([data-started])")) {
    table.dataset.started = "";
    table.addEventListener("keydown", (event) => pressed(event, table));
  }
}

function pressed(event, table) {
  const cell = event.target.closest("[data-cell]");
  const down = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!cell || !down || event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
  event.preventDefault();
  const rows = [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("[data-cell]")]);
  const at = rows.findIndex((cells) => cells.includes(cell));
  const column = rows[at].indexOf(cell);
  const onward = event.key === "Enter" && down > 0;
  const next = rows[at + down]?.[column] ?? (onward ? rows[0][column + 1] : cell);
  if (!next) table.closest("form")?.querySelector("button:not([type=button])")?.focus();
  else next.querySelector("input").select();
}
