// Links and forms with data-panel open in a panel beside the list; without script they are ordinary pages.
//
// The server answers a request with the header X-Panel by the panel alone (templates that extend "panel.html").
// A form inside a panel answers inside it, until the answer is an ordinary page: then the browser goes there.

import { showToast } from "./toast.js";

let sheet;
let opener;
let waiting;
let startPart = () => {};

export function startPanels(start) {
  sheet = document.querySelector("[data-sheet]");
  if (!sheet?.showModal) return;
  waiting = sheet.querySelector("[data-sheet-wait]");
  startPart = start;
  document.addEventListener("click", clicked);
  document.addEventListener("submit", submitted);
  sheet.addEventListener("close", closed);
  // A press on the veil closes, but not one that began inside (selecting text).
  sheet.addEventListener("pointerdown", (event) => {
    if (event.target === sheet && event.offsetX < 0) sheet.close();
  });
}

function clicked(event) {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (sheet.open && event.target.closest("[data-panel-close]") && sheet.contains(event.target)) {
    event.preventDefault();
    sheet.close();
    return;
  }
  const link = event.target.closest("a[data-panel]");
  if (!link) return;
  event.preventDefault();
  open(link, link.href, {});
}

function submitted(event) {
  const form = event.target;
  const button = event.submitter;
  const inside = sheet.contains(form);
  const wanted = button?.hasAttribute("data-panel") || (form.hasAttribute("data-panel") && !button?.hasAttribute("data-page"));
  if (event.defaultPrevented || form.method === "dialog" || (!inside && !wanted) || form.hasAttribute("data-page")) return;
  event.preventDefault();
  const data = new FormData(form, button);
  const action = button?.getAttribute("formaction") ?? form.getAttribute("action") ?? (inside ? sheet.dataset.url : location.href);
  const url = new URL(action || (inside ? sheet.dataset.url : location.href), location.href);
  const method = (button?.getAttribute("formmethod") ?? form.method).toLowerCase();
  if (method === "get") {
    url.search = new URLSearchParams(data).toString();
    open(button ?? form, url.href, {});
  } else {
    open(button ?? form, url.href, { method: "POST", body: form.enctype === "multipart/form-data" ? data : new URLSearchParams(data) });
  }
}

async function open(from, url, options) {
  const already = sheet.open;
  if (!already) {
    opener = from;
    sheet.replaceChildren(waiting);
    sheet.classList.toggle("sheet--wide", from.dataset.panel === "wide");
    sheet.showModal();
  } else if (from.matches?.("button")) {
    from.disabled = true;
  }
  sheet.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { ...options, headers: { "X-Panel": "1" }, credentials: "same-origin" });
    await show(answer);
  } catch {
    if (!already) sheet.close();
    showToast(waiting.dataset.failed, "bad");
  } finally {
    sheet.removeAttribute("aria-busy");
    if (from.isConnected && from.matches?.("button")) from.disabled = false;
  }
}

async function show(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const body = page.querySelector("[data-panel-body]") ?? (answer.ok ? null : page.querySelector("main"));
  if (!body) {
    location.assign(answer.url);
    return;
  }
  sheet.dataset.url = answer.url;
  sheet.replaceChildren(document.adoptNode(body));
  const heading = body.querySelector("h1, h2");
  if (heading) {
    heading.id ||= "sheet-title";
    heading.tabIndex = -1;
    sheet.setAttribute("aria-labelledby", heading.id);
    sheet.removeAttribute("aria-label");
    heading.focus();
  }
  window.htmx?.process(body);
  startPart(sheet);
}

function closed() {
  sheet.replaceChildren(waiting);
  delete sheet.dataset.url;
  if (opener?.isConnected) opener.focus();
  opener = undefined;
}
