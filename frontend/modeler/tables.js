// The page with decision tables: dmn-js, each table of the file under a button of its own; kept while it is typed.
import Modeler from "dmn-js/lib/Modeler";
import { find, given, keep } from "./editor.js";
import { tableSpeaker } from "./tablewords.js";

async function open() {
  const page = given();
  const container = find("editor");
  const words = { additionalModules: [{ translate: ["value", tableSpeaker(page.language)] }] };
  const modeler = new Modeler({ container, decisionTable: { keyboard: { bind: false }, ...words }, literalExpression: words, boxedExpression: words });
  const { warnings } = await modeler.importXML(page.text);
  container.dataset.warnings = warnings.length;
  const tables = modeler.getViews().filter((view) => view.type === "decisionTable");
  const show = (id) => modeler.open(modeler.getViews().find((view) => view.type === "decisionTable" && view.id === id));
  if (tables.length) await show(tables[0].id);
  choices(tables, show, page);
  const has = (id) => tables.some((view) => view.id === id);
  keep(draftOf(modeler), { has, choose: show }, page).modeler = modeler;
}

function choices(tables, show, page) {
  const place = find("tables");
  const buttons = tables.map(({ id, element }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-outline-primary";
    button.textContent = page.language === "en" ? element.get("label") || element.name : element.name;
    button.addEventListener("click", () => show(id).then(() => press(button)));
    return button;
  });
  const press = (chosen) => buttons.forEach((one) => one.setAttribute("aria-pressed", String(one === chosen)));
  if (buttons.length < 2) return;
  press(buttons[0]);
  place.append(...buttons);
}

// Each kind of view has a stack of changes of its own, made when it is first opened.
const draftOf = (modeler) => ({
  write: async () => (await modeler.saveXML({ format: true })).xml,
  onChange(changed) {
    const heard = new WeakSet();
    const hear = () => {
      const viewer = modeler.getActiveViewer();
      if (!viewer || heard.has(viewer)) return;
      heard.add(viewer);
      viewer.get("eventBus").on("commandStack.changed", () => changed());
    };
    modeler.on("views.changed", hear);
    hear();
  },
});

open();
