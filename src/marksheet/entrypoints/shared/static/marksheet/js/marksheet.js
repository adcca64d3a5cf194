// Start every part on the page, and on whatever htmx or a panel brings in later.
import { startColumns } from "./columns.js";
import { startGrids } from "./grid.js";
import { startMenus } from "./menu.js";
import { startNavigation } from "./nav.js";
import { startNeeds } from "./needs.js";
import { startPanels } from "./panel.js";
import { startPrinting } from "./print.js";
import { startProgress } from "./progress.js";
import { startSelections } from "./selection.js";
import { startSheets } from "./sheet.js";
import { startTables } from "./table.js";
import { startTheme } from "./theme.js";
import { startToasts } from "./toast.js";

const parts = [
  startTables, startSelections, startProgress, startToasts, startColumns, startGrids, startSheets, startNeeds,
];

export function start(root) {
  for (const part of parts) part(root);
  root.querySelector("[data-focus]")?.focus();
}

startMenus();
startNavigation();
startPrinting();
startTheme();
startPanels(start);
start(document);
document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt !== document.body) start(event.detail.elt.parentElement ?? document);
});
