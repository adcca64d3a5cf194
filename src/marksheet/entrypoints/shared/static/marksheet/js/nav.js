// On a phone the areas and tabs are moved sideways: begin where the reader is.

export function startNavigation() {
  for (const here of document.querySelectorAll(".areas a[aria-current], .tabs a[aria-current]")) {
    const row = here.closest(".areas, .tabs ul");
    const middle = here.offsetLeft - row.offsetLeft + here.offsetWidth / 2;
    row.scrollLeft = middle - row.clientWidth / 2;
  }
}
