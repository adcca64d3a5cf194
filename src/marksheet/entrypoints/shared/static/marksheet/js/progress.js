// Ask for a progress fragment until it says that it is done (it then has no data-progress).

const FIRST = 700;
const LONGEST = 5000;

export function startProgress(root) {
  for (const part of root.querySelectorAll("[data-progress]:not([data-started])")) {
    part.dataset.started = "";
    follow(part, FIRST);
  }
}

function follow(part, pause) {
  setTimeout(async () => {
    if (!part.isConnected) return;
    let next = part;
    try {
      const answer = await fetch(part.dataset.progress, { headers: { "X-Fragment": "1" }, credentials: "same-origin" });
      if (answer.ok) next = replace(part, await answer.text()) ?? part;
    } catch {
      // The network is away; the work goes on without us, and we ask again.
    }
    if (next === part) follow(part, Math.min(pause * 1.5, LONGEST));
    else if (next.dataset.progress !== undefined) {
      next.dataset.started = "";
      follow(next, FIRST);
    } else next.dispatchEvent(new CustomEvent("progress:done", { bubbles: true }));
  }, pause);
}

// The fragment is one element; <... data-progress-go="url"> at its end sends the browser on.
function replace(part, text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const fresh = page.querySelector(".progress, [data-progress], [data-progress-done]");
  if (!fresh) return null;
  const go = page.querySelector("[data-progress-go]");
  if (go) location.assign(go.dataset.progressGo);
  part.replaceWith(document.adoptNode(fresh));
  window.htmx?.process(fresh);
  return fresh;
}
