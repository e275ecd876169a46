// What the gate says of the draft, listed below it; a press on a line goes to the thing that it names.

export class Found {
  constructor(list, title, given) {
    Object.assign(this, { list, title, given });
  }

  // Whether the page can go to the thing of this id, and going there: what each editor knows of itself.
  has() {
    return false;
  }

  choose() {}

  show(problems) {
    const { words } = this.given;
    const count = problems.length;
    const said = count === 0 ? words.problems_none : count === 1 ? words.problems_one : words.problems_many;
    this.title.textContent = said.replace("{count}", count);
    this.title.classList.toggle("is-bad", count > 0);
    this.list.replaceChildren(...problems.map((problem) => this.line(problem)));
  }

  line(problem) {
    const item = document.createElement("li");
    const said = `${problem.text} ${problem.remedy}`;
    const isHere = problem.file === this.given.file && this.has(problem.element);
    if (!isHere) {
      const where = problem.file === this.given.file ? "" : `${this.given.words.elsewhere.replace("{file}", problem.file)}: `;
      item.append(`${where}${problem.label || problem.element || ""} ${said}`);
      return item;
    }
    const button = document.createElement("button");
    button.type = "button";
    button.className = "fault";
    const name = document.createElement("b");
    name.textContent = problem.label || problem.element;
    button.append(name, ` ${said}`);
    button.addEventListener("click", () => this.choose(problem.element));
    item.append(button);
    return item;
  }
}

// The same of a diagram, pinned to its shapes, too.
export class Lint extends Found {
  constructor(modeler, list, title, given) {
    super(list, title, given);
    Object.assign(this, { modeler, marked: [] });
  }

  has(id) {
    return Boolean(this.modeler.get("elementRegistry").get(id));
  }

  show(problems) {
    super.show(problems);
    this.pin(problems.filter((problem) => problem.file === this.given.file && problem.element));
  }

  choose(id) {
    const canvas = this.modeler.get("canvas");
    const element = this.modeler.get("elementRegistry").get(id);
    if (!element) return;
    const root = canvas.findRoot(element);
    if (root && root !== canvas.getRootElement()) canvas.setRootElement(root);
    canvas.scrollToElement(element, { top: 120, right: 120, bottom: 120, left: 120 });
    this.modeler.get("selection").select(element);
    canvas.getContainer().closest("[data-canvas]").scrollIntoView({ block: "nearest" });
  }

  pin(problems) {
    const canvas = this.modeler.get("canvas");
    const overlays = this.modeler.get("overlays");
    const registry = this.modeler.get("elementRegistry");
    overlays.remove({ type: "fault" });
    for (const id of this.marked) if (registry.get(id)) canvas.removeMarker(id, "has-fault");
    const byElement = Map.groupBy ? Map.groupBy(problems, (one) => one.element) : grouped(problems);
    this.marked = [...byElement.keys()].filter((id) => registry.get(id));
    for (const id of this.marked) {
      canvas.addMarker(id, "has-fault");
      const mark = document.createElement("div");
      mark.className = "fault-mark";
      mark.textContent = "!";
      mark.title = byElement.get(id).map((one) => `${one.text} ${one.remedy}`).join("\n");
      overlays.add(id, "fault", { position: { top: -12, left: -12 }, html: mark });
    }
  }
}

function grouped(problems) {
  const found = new Map();
  for (const one of problems) found.set(one.element, [...(found.get(one.element) ?? []), one]);
  return found;
}
