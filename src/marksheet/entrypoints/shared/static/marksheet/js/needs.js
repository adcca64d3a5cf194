// A box that means something only with another one: <input data-needs="id of the other">.
//
// Without script the server says so; with it the box waits until the other is ticked.

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
}
