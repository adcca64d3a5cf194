// A box that means something only with another one: <input data-needs="id of the other">.
//
// Without script the server says so; with it the box waits until the other is ticked, and what says that it waits,
// <span data-until="id of the other">, goes once it is.

export function startNeeds(root) {
  for (const box of root.querySelectorAll("input[data-needs]:not([data-started])")) {
    const other = document.getElementById(box.dataset.needs);
    if (!other) continue;
    box.dataset.started = "";
    const follow = () => {
      box.disabled = !other.checked;
      if (!other.checked) box.checked = false;
    };
    other.addEventListener("change", follow);
    follow();
  }
  for (const hint of root.querySelectorAll("[data-until]:not([data-started])")) {
    const other = document.getElementById(hint.dataset.until);
    if (!other) continue;
    hint.dataset.started = "";
    const follow = () => { hint.hidden = other.checked; };
    other.addEventListener("change", follow);
    follow();
  }
}
