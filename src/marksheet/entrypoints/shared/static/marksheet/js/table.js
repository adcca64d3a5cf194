// A table whose columns all fit lets the page scroll, so that its header sticks to the window;
// one that does not stays a region that is scrolled itself, by keyboard too.

const watched = new WeakSet();

function measure(region) {
  const table = region.querySelector("table");
  if (!table) return;
  region.setAttribute("data-fits", "");
  const fits = table.scrollWidth <= region.clientWidth + 1;
  region.toggleAttribute("data-fits", fits);
  if (fits) region.removeAttribute("tabindex");
  else region.setAttribute("tabindex", "0");
}

const observer = new ResizeObserver((entries) => {
  for (const entry of entries) measure(entry.target);
});

export function startTables(root) {
  for (const region of root.querySelectorAll(".table-region")) {
    measure(region);
    if (watched.has(region)) continue;
    watched.add(region);
    observer.observe(region);
  }
}
