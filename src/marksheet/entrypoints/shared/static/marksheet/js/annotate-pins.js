// Pins and regions on a picture: by mouse while its form is open, or by arrow keys; the form holds the numbers.
//
// [data-spots="n"] holds a picture and the svg of its places; form[data-pin-form="n"] their numbers, in thousandths.

const WHOLE = 1000;
const STEP = 20;

const within = (value) => Math.max(0, Math.min(WHOLE, Math.round(value)));
const form_of = (spots) => document.querySelector(`[data-pin-form="${spots.dataset.spots}"]`);
const spots_of = (form) => document.querySelector(`[data-spots="${form.dataset.pinForm}"]`);
const number = (form, name) => Number(form.elements[name].value) || 0;

function put(form, { x, y, width = 0, height = 0 }) {
  const region = width > 0 && height > 0;
  form.elements.kind.value = region ? "region" : "pin";
  const values = { x: within(x), y: within(y), width: region ? within(width) : "", height: region ? within(height) : "" };
  for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
  form.elements.x.dispatchEvent(new Event("input", { bubbles: true }));
}

// What is being placed, before it is saved.
function draw(form) {
  const over = spots_of(form)?.querySelector("svg");
  if (!over) return;
  over.querySelector("[data-placing]")?.remove();
  if (form.elements.x.value === "" || form.elements.y.value === "") return;
  const group = document.createElementNS(over.namespaceURI, "g");
  group.setAttribute("class", "spot spot--placing");
  group.dataset.placing = "";
  const percent = (name) => `${number(form, name) / 10}%`;
  const add = (name, attributes) => {
    const one = document.createElementNS(over.namespaceURI, name);
    for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
    group.append(one);
  };
  if (form.elements.kind.value === "region") {
    add("rect", { x: percent("x"), y: percent("y"), width: percent("width"), height: percent("height") });
  }
  add("circle", { cx: percent("x"), cy: percent("y"), r: 11 });
  over.append(group);
}

let drawing;

function at(event, spots) {
  const box = spots.getBoundingClientRect();
  return [((event.clientX - box.left) / box.width) * WHOLE, ((event.clientY - box.top) / box.height) * WHOLE].map(within);
}

function placing(event) {
  const spots = event.target.closest?.("[data-spots]");
  const form = spots && form_of(spots);
  return form?.closest("details").open ? { spots, form } : null;
}

document.addEventListener("pointerdown", (event) => {
  const here = placing(event);
  if (!here || event.button) return;
  event.preventDefault();
  drawing = { ...here, from: at(event, here.spots) };
});
document.addEventListener("pointermove", (event) => drawing && size(event));
document.addEventListener("pointerup", (event) => {
  if (!drawing) return;
  size(event);
  drawing.form.elements.words.focus({ preventScroll: true });
  drawing = undefined;
});
document.addEventListener("pointercancel", () => (drawing = undefined));
// While something is placed, the picture does not open in a tab.
document.addEventListener("click", (event) => placing(event) && event.preventDefault());
document.addEventListener("dragstart", (event) => placing(event) && event.preventDefault());

function size(event) {
  const { form, spots, from } = drawing;
  const to = at(event, spots);
  const [width, height] = [Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])];
  const region = width > 8 && height > 8;
  const [x, y] = region ? [Math.min(from[0], to[0]), Math.min(from[1], to[1])] : from;
  put(form, { x, y, width: region ? width : 0, height: region ? height : 0 });
}

document.addEventListener("click", (event) => {
  const keys = event.target.closest("[data-pin-keys]");
  if (keys && keys.form.elements.x.value === "") put(keys.form, { x: WHOLE / 2, y: WHOLE / 2 });
});
document.addEventListener("keydown", (event) => {
  const keys = event.target.closest?.("[data-pin-keys]");
  if (!keys || event.altKey || event.metaKey) return;
  const { form } = keys;
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (event.key === "Enter" && form.elements.x.value !== "") {
    event.preventDefault();
    form.elements.words.focus();
    return;
  }
  if (!way) return;
  event.preventDefault();
  const by = event.ctrlKey ? 1 : STEP;
  const now = Object.fromEntries(["x", "y", "width", "height"].map((name) => [name, number(form, name)]));
  if (form.elements.x.value === "") [now.x, now.y] = [WHOLE / 2, WHOLE / 2];
  if (event.shiftKey) {
    now.width = Math.max(now.width || STEP, 1) + way[0] * by;
    now.height = Math.max(now.height || STEP, 1) + way[1] * by;
    now.width = Math.max(1, Math.min(now.width, WHOLE - now.x));
    now.height = Math.max(1, Math.min(now.height, WHOLE - now.y));
  } else {
    now.x = within(now.x + way[0] * by);
    now.y = within(now.y + way[1] * by);
  }
  put(form, now);
}, true);
document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-pin-form]");
  if (form?.elements.x) draw(form);
});
