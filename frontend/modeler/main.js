// The page with a diagram on a canvas: bpmn-js with our palette, our panel, our lint; kept while it is drawn.
import Modeler from "bpmn-js/lib/Modeler";
import minimap from "diagram-js-minimap";
import vocabulary from "../../app/engine/vocabulary.json";
import { speaker } from "./hindi.js";
import { Keeper } from "./keeper.js";
import { Lint } from "./lint.js";
import { offices } from "./offices.js";
import { Panel } from "./panel.js";
import { simulation, toSimulate } from "./simulation.js";
import { toolbar } from "./toolbar.js";
import { tools } from "./tools.js";

const FONT = '"Noto Sans Devanagari", system-ui, "Noto Sans", sans-serif';
const PALETTE = 110; // pixels of the canvas that the palette covers

const find = (name) => document.querySelector(`[data-${name}]`);

async function open() {
  const given = JSON.parse(find("given").textContent);
  const container = find("canvas");
  // Letters are measured once, when they are drawn: the font must be there by then.
  await Promise.all(["400 13px", "700 13px"].map((font) => document.fonts.load(`${font} "Noto Sans Devanagari"`, "क")));
  const unsaid = new Set();
  const modeler = new Modeler({
    container,
    offices: given.names.lanes,
    moddleExtensions: { spiffworkflow: vocabulary },
    textRenderer: { defaultStyle: { fontFamily: FONT, fontSize: 13, lineHeight: 1.3 }, externalStyle: { fontSize: 13, lineHeight: 1.3 } },
    additionalModules: [tools, offices, minimap, simulation, { translate: ["value", speaker(given.language, (text) => unsaid.add(text))] }],
  });
  const { warnings } = await modeler.importXML(given.text);
  container.dataset.warnings = warnings.length;
  show(modeler);
  const lint = new Lint(modeler, find("found"), find("found-title"), given);
  new Panel(modeler, find("properties"), given);
  toSimulate(modeler, find("simulate"), find("properties"), given.language);
  toolbar(modeler, find("tools"));
  lint.show(given.problems);
  if (location.hash) lint.choose(decodeURIComponent(location.hash.slice(1)));
  const state = find("state");
  if (given.readOnly) state.textContent = given.words.read_only;
  else new Keeper(draftOf(modeler), find("save"), state, given, (problems) => lint.show(problems));
  // Keys of the page (j, k, g i) are not for the canvas.
  container.addEventListener("keydown", (event) => event.stopPropagation());
  container.dataset.ready = "yes";
  container.modeler = modeler;
  container.unsaid = unsaid;
}

const draftOf = (modeler) => ({
  write: async () => (await modeler.saveXML({ format: true })).xml,
  onChange: (changed) => modeler.get("eventBus").on("commandStack.changed", () => changed()),
});

// Never so small that it cannot be read: the left upper part at full size, beside the palette.
function show(modeler) {
  const canvas = modeler.get("canvas");
  const { inner } = canvas.viewbox();
  const { width, height } = canvas.getSize();
  canvas.viewbox({ x: inner.x - PALETTE, y: inner.y - 30, width, height });
}

open();
