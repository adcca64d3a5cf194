// Marks from the keyboard: every cell saves itself, and nothing that was typed is lost.
//
// <table data-grid="key" data-save-url data-csrf data-step="0.5"> <td data-cell data-attempt data-part data-max
// data-version><input></td>. One cell is sent as attempt, part, version, value ("", "nr" or a number). Answers:
// 200 {state: "saved", version, shown} · 409 {state: "stale", theirs, by, version} · 400 {state: "refused", message}.

export function startGrids(root) {
  for (const table of root.querySelectorAll("table[data-grid]:not([data-started])")) {
    table.dataset.started = "";
    new Grid(table);
  }
}
class Grid {}
