// Two diagrams side by side: a step of the old one is picked, then the step of the new one that it becomes.
// The lists of the form do the same without scripts; this only fills them.
import Viewer from "bpmn-js/lib/NavigatedViewer";

const FONT = '"Noto Sans Devanagari", system-ui, "Noto Sans", sans-serif';
const TEXT = { defaultStyle: { fontFamily: FONT, fontSize: 13, lineHeight: 1.3 }, externalStyle: { fontSize: 13, lineHeight: 1.3 } };
const find = (name) => document.querySelector(`[data-${name}]`);

class Side {
  constructor(container, files) {
    this.viewer = new Viewer({ container, textRenderer: TEXT });
    this.files = files;
    this.marked = [];
    container.addEventListener("keydown", (event) => event.stopPropagation());
  }

  async show(file) {
    if (file === this.file || !this.files[file]) return;
    this.file = file;
    this.marked = [];
    await this.viewer.importXML(this.files[file]);
  }

  mark(ids, name) {
    const canvas = this.viewer.get("canvas");
    for (const [id, old] of this.marked) canvas.removeMarker(id, old);
    const registry = this.viewer.get("elementRegistry");
    this.marked = ids.filter((id) => registry.get(id)).map((id) => [id, name]);
    for (const [id] of this.marked) canvas.addMarker(id, name);
    const first = this.marked[0] && registry.get(this.marked[0][0]);
    if (first) canvas.scrollToElement(first, 80);
  }

  onPick(take) {
    this.viewer.get("eventBus").on("element.click", ({ element }) => take(element.id));
  }
}

async function open() {
  const given = JSON.parse(find("given").textContent);
  await document.fonts.load('400 13px "Noto Sans Devanagari"', "क");
  find("twofold").hidden = false;
  const old = new Side(find("old"), given.old);
  const young = new Side(find("new"), given.new);
  const lists = new Map([...document.querySelectorAll("select[data-step]")].map((list) => [list.dataset.step, list]));
  let current = null;

  const choose = async (step) => {
    current = lists.get(step);
    const file = current.dataset.file;
    await old.show(file);
    await young.show(file);
    old.mark([step], "is-picked");
    young.mark([...current.options].map((each) => each.value), "is-possible");
    if (current.value) young.mark([current.value], "is-picked");
    find("telling").textContent = current.labels[0].textContent;
  };
  old.onPick((id) => lists.has(id) && choose(id));
  young.onPick((id) => {
    if (!current || ![...current.options].some((each) => each.value === id)) return;
    current.value = id;
    young.mark([id], "is-picked");
  });
  for (const [step, list] of lists) {
    list.addEventListener("focus", () => choose(step));
    list.addEventListener("change", () => choose(step));
  }
  await choose([...lists.keys()][0]);
  find("twofold").dataset.ready = "yes";
}

open();
