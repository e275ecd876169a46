// Drawn diagrams: made larger and moved by hand, on a phone too; the slider through the acts of a case.
// The drawing itself is the server's: only its viewBox changes, so nothing here needs a style attribute.

const STEP = 1.4; // one press of a button
const NEAREST = 8; // times larger than drawn

const HELD = new Map(); // what each drawing shows now, for the one that takes its place

class View {
  constructor(svg) {
    this.svg = svg;
    this.whole = svg.viewBox.baseVal;
    [this.x, this.y, this.width, this.height] = [this.whole.x, this.whole.y, this.whole.width, this.whole.height];
    this.home = [this.x, this.y, this.width, this.height];
    this.hands = new Map();
    const held = HELD.get(this.name);
    if (held) this.show(...held);
    svg.addEventListener("pointerdown", (event) => this.take(event));
    svg.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel"]) svg.addEventListener(name, (event) => this.letGo(event));
    // A link that the hand only passed over while it moved the drawing is not followed.
    svg.addEventListener("click", (event) => this.moved && event.preventDefault(), true);
    svg.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey) return;
        event.preventDefault();
        this.zoom(event.deltaY < 0 ? STEP : 1 / STEP, event);
      },
      { passive: false },
    );
  }

  get name() {
    return this.svg.closest("[data-larger]").getAttribute("aria-label") + this.svg.getAttribute("aria-label");
  }

  get isNear() {
    return this.width < this.home[2] - 0.5;
  }

  point({ clientX, clientY }) {
    const box = this.svg.getBoundingClientRect();
    const scale = this.width / box.width;
    return [this.x + (clientX - box.left) * scale, this.y + (clientY - box.top) * scale];
  }

  zoom(factor, at) {
    const [x, y] = at ? this.point(at) : [this.x + this.width / 2, this.y + this.height / 2];
    const width = Math.min(this.home[2], Math.max(this.home[2] / NEAREST, this.width / factor));
    const share = width / this.width;
    this.show(x - (x - this.x) * share, y - (y - this.y) * share, width, this.height * share);
  }

  show(x, y, width, height) {
    const [left, top, wide, high] = this.home;
    this.width = width;
    this.height = height;
    this.x = Math.min(Math.max(x, left), left + wide - width);
    this.y = Math.min(Math.max(y, top), top + high - height);
    this.svg.setAttribute("viewBox", [this.x, this.y, this.width, this.height].join(" "));
    this.svg.classList.toggle("is-near", this.isNear);
    HELD.set(this.name, this.isNear ? [this.x, this.y, this.width, this.height] : null);
  }

  reset() {
    this.show(...this.home);
  }

  take(event) {
    this.moved = false;
    if (!this.isNear && this.hands.size === 0 && event.pointerType === "mouse") return;
    this.hands.set(event.pointerId, event);
  }

  move(event) {
    const before = this.hands.get(event.pointerId);
    if (!before) return;
    const scale = this.width / this.svg.getBoundingClientRect().width;
    if (this.hands.size === 2) {
      const [other] = [...this.hands.values()].filter((one) => one.pointerId !== event.pointerId);
      const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) || 1;
      const middle = { clientX: (event.clientX + other.clientX) / 2, clientY: (event.clientY + other.clientY) / 2 };
      this.zoom(apart(event) / apart(before), middle);
      this.moved = true;
    } else if (this.isNear) {
      const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
      if (!this.moved && Math.hypot(dx, dy) < 6) return;
      this.moved = true;
      this.svg.classList.add("is-held");
      this.show(this.x - dx * scale, this.y - dy * scale, this.width, this.height);
    }
    this.hands.set(event.pointerId, event);
  }

  letGo(event) {
    this.hands.delete(event.pointerId);
    if (this.hands.size === 0) this.svg.classList.remove("is-held");
  }
}

function button(sign, label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-outline-primary";
  made.textContent = sign;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}

function equip(page) {
  for (const box of page.querySelectorAll(".diagram[data-larger]")) {
    const views = [...box.querySelectorAll("svg.bpmn")].map((svg) => new View(svg));
    const bar = document.createElement("div");
    bar.className = "zoom no-print";
    const all = (act) => () => views.forEach(act);
    bar.append(
      button("+", box.dataset.larger, all((one) => one.zoom(STEP))),
      button("−", box.dataset.smaller, all((one) => one.zoom(1 / STEP))),
      button("⤢", box.dataset.asDrawn, all((one) => one.reset())),
    );
    box.before(bar);
  }
}

function letTravel(page) {
  for (const form of page.querySelectorAll("form[data-travel]")) {
    const [list, label] = [form.elements.step, form.querySelector(".slider")];
    const slider = label.querySelector("input");
    const say = () => slider.setAttribute("aria-valuetext", list.selectedOptions[0]?.textContent ?? "");
    label.hidden = false;
    slider.value = list.value;
    say();
    slider.addEventListener("input", () => {
      list.value = slider.value;
      say();
    });
    slider.addEventListener("change", () => form.requestSubmit());
  }
}

for (const begin of [equip, letTravel]) {
  begin(document);
  document.addEventListener("live:changed", (event) => begin(event.target));
}
