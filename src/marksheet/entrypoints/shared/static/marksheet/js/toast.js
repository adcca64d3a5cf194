// Say in a corner what was done; what went wrong stays until it is closed.

const STAYS = 8000;

export function startToasts(root) {
  for (const toast of root.querySelectorAll("[data-toast]:not([data-started])")) begin(toast);
}

export function showToast(text, tone = "quiet") {
  const region = document.getElementById("toasts");
  if (!region || !text) return;
  const toast = document.createElement("div");
  toast.className = `toast toast--${tone}`;
  toast.dataset.toast = "";
  const words = document.createElement("p");
  words.textContent = text;
  toast.append(words);
  region.append(toast);
  begin(toast);
}

function begin(toast) {
  toast.dataset.started = "";
  toast.querySelector("[data-toast-close]")?.addEventListener("click", () => toast.remove());
  if (toast.matches(".toast--bad")) return;
  let timer = setTimeout(leave, STAYS, toast);
  for (const stop of ["pointerenter", "focusin"]) toast.addEventListener(stop, () => clearTimeout(timer));
  for (const go of ["pointerleave", "focusout"]) toast.addEventListener(go, () => (timer = setTimeout(leave, STAYS, toast)));
}

function leave(toast) {
  toast.dataset.leaving = "";
  setTimeout(() => toast.remove(), 250);
}

// htmx says nothing by itself when an answer is a refusal: show the sentence that the error
// page begins with, unless the answer has a place of its own (#notices).
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.getResponseHeader("HX-Retarget")) return;
  const page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
  const said = page.querySelector("[data-error-message]") ?? page.querySelector("h1");
  showToast(said?.textContent.trim() || event.detail.xhr.statusText, "bad");
});
document.addEventListener("htmx:sendError", () => {
  showToast(document.querySelector("[data-sheet-wait]")?.dataset.failed, "bad");
});
