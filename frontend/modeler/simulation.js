// Tokens run along the drawing, to see where it leads: off until its button is pressed, and nothing of it is saved.
import base from "bpmn-js-token-simulation/lib/base";
import noModeling from "bpmn-js-token-simulation/lib/features/disable-modeling";
import ToggleMode from "bpmn-js-token-simulation/lib/features/toggle-mode/modeler/ToggleMode";
import { TOGGLE_MODE_EVENT } from "bpmn-js-token-simulation/lib/util/EventHelper";

// The library's own switch is English and lies on the canvas; ours stands above it.
class ByButton extends ToggleMode {
  _init() {
    this._container = document.createElement("div");
  }
}
ByButton.$inject = ToggleMode.$inject;

const switchModule = { __init__: ["toggleMode"], toggleMode: ["type", ByButton] };

export const simulation = { __depends__: [base, noModeling, switchModule] };

// The library writes its words into the page itself: each is put right as it comes.
const HINDI = {
  "Reset Simulation": "फिर से आरंभ करें",
  "Play/Pause Simulation": "चलाएँ या रोकें",
  "Pause Simulation": "रोका गया",
  "Play Simulation": "चल रहा है",
  "Toggle Simulation Log": "क्या-क्या हुआ, दिखाएँ या छिपाएँ",
  "Simulation Log": "क्या-क्या हुआ",
  "No Entries": "अभी कुछ नहीं हुआ",
  "Close": "बंद करें",
  "Set Sequence Flow": "आगे का मार्ग बदलें",
  "Trigger Event": "यहाँ से चलाएँ",
  "Add pause point": "यहाँ रुकें",
  "Remove pause point": "यहाँ न रुकें",
  "Set animation speed = Slow": "धीमी गति",
  "Set animation speed = Normal": "सामान्य गति",
  "Set animation speed = Fast": "तेज गति",
  "Found unsupported elements": "कुछ आकृतियाँ चलाई नहीं जा सकतीं",
  "Not supported": "चलाया नहीं जा सकता",
  "Finished": "समाप्त",
  "Process": "प्रक्रिया",
  "Service Task": "स्वचालित चरण",
  "User Task": "पदाधिकारी का कार्य",
  "Call Activity": "दूसरी प्रक्रिया",
  "Business Rule Task": "निर्णय-तालिका से निर्णय",
  "Exclusive Gateway": "विकल्प",
  "Parallel Gateway": "समानांतर",
  "Inclusive Gateway": "एक या अधिक विकल्प",
  "Start Event": "आरंभ",
  "End Event": "अंत",
  "Intermediate Event": "प्रतीक्षा",
  "Boundary Event": "किनारे की घटना",
};
const STATES = { started: "आरंभ हुई", finished: "पूरी हुई", canceled: "रद्द हुई" };

export function inHindi(text) {
  const said = text.trim();
  const state = /^(.+) (started|finished|canceled)$/.exec(said);
  if (state) return `${HINDI[state[1]] ?? state[1]} ${STATES[state[2]]}`;
  const focus = /^Focus process instance (.+)$/.exec(said);
  return focus ? `केवल क्रम ${focus[1]} देखें` : HINDI[said];
}

function translate(root) {
  for (const one of [root, ...root.querySelectorAll("[title], [aria-label]")]) {
    for (const name of ["title", "aria-label"]) {
      const said = one.hasAttribute(name) ? inHindi(one.getAttribute(name)) : undefined;
      if (said) one.setAttribute(name, said);
    }
  }
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const said = inHindi(texts.currentNode.data);
    if (said) texts.currentNode.data = said;
  }
}

// `place`: what is not to be touched while tokens run.
export function toSimulate(modeler, button, place, language) {
  const container = modeler.get("canvas").getContainer();
  if (language === "hi") {
    for (const one of container.querySelectorAll("[class^=bts-]")) translate(one);
    const isOurs = (node) => node.nodeType === Node.ELEMENT_NODE && node.closest("[class*=bts-]");
    new MutationObserver((changes) => {
      for (const node of changes.flatMap((one) => [...one.addedNodes]).filter(isOurs)) translate(node);
    }).observe(container, { childList: true, subtree: true });
  }
  modeler.get("eventBus").on(TOGGLE_MODE_EVENT, ({ active }) => {
    button.setAttribute("aria-pressed", String(active));
    place.inert = active;
  });
  button.addEventListener("click", () => modeler.get("toggleMode").toggleMode());
}
