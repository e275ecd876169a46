// What the canvas offers: only what the gate lets through and the engine runs, under words of the office.
import BpmnFactory from "bpmn-js/lib/features/modeling/BpmnFactory";
import { is } from "bpmn-js/lib/util/ModelUtil";

// Ids become keys of values and parts of paths: small letters, digits, low lines.
class SnakeFactory extends BpmnFactory {
  _ensureId(element) {
    if (!element.id && this._needsId(element)) {
      const [, kind] = Object.entries(PREFIXES).find(([type]) => is(element, type)) ?? [];
      const prefix = kind ?? element.$type.replace(/^[^:]*:/, "").toLowerCase();
      element.id = this._model.ids.nextPrefixed(`${prefix}_`, element);
      return;
    }
    super._ensureId(element);
  }
}
SnakeFactory.$inject = ["moddle"];

const PREFIXES = {
  "bpmn:Activity": "step",
  "bpmn:Event": "event",
  "bpmn:Gateway": "choice",
  "bpmn:SequenceFlow": "flow",
  "bpmn:Process": "process",
};

// An id that nobody chose: as the factory makes them.
export const isMadeId = (id) => /^(step|event|choice|flow|lane)_[a-z0-9]{7}$/.test(id);

const TASKS = {
  "user-task": ["bpmn:UserTask", "bpmn-icon-user-task", "Create user task"],
  "rule-task": ["bpmn:BusinessRuleTask", "bpmn-icon-business-rule", "Create decision by table"],
  "service-task": ["bpmn:ServiceTask", "bpmn-icon-service-task", "Create automatic step"],
  "call-activity": ["bpmn:CallActivity", "bpmn-icon-call-activity", "Create call of another process"],
};
const TIMER = { eventDefinitionType: "bpmn:TimerEventDefinition" };
const SHAPES = {
  "start-event": ["bpmn:StartEvent", "bpmn-icon-start-event-none", "Create start event"],
  "end-event": ["bpmn:EndEvent", "bpmn-icon-end-event-none", "Create end event"],
  "timer-event": ["bpmn:IntermediateCatchEvent", "bpmn-icon-intermediate-event-catch-timer", "Create timer", TIMER],
  "choice": ["bpmn:ExclusiveGateway", "bpmn-icon-gateway-xor", "Create choice"],
  "parallel": ["bpmn:ParallelGateway", "bpmn-icon-gateway-parallel", "Create parallel gateway"],
  ...TASKS,
};
const KEPT_TOOLS = ["hand-tool", "lasso-tool", "space-tool", "global-connect-tool", "tool-separator"];

class OwnPalette {
  constructor(palette, create, elementFactory, translate, eventBus, canvas, byKey) {
    Object.assign(this, { create, elementFactory, translate, byKey });
    palette.registerProvider(500, this);
    eventBus.on(["palette.changed", "import.done"], () => showNames(canvas.getContainer()));
  }

  getPaletteEntries() {
    return (entries) => {
      const kept = Object.fromEntries(KEPT_TOOLS.filter((name) => entries[name]).map((name) => [name, entries[name]]));
      const own = Object.entries(SHAPES).map(([name, shape]) => [`create.${name}`, this.#entry(...shape)]);
      return { ...kept, ...Object.fromEntries(own) };
    };
  }

  #entry(type, className, title, options) {
    const made = () => this.elementFactory.createShape({ type, ...options });
    const start = (event) => this.create.start(event, made());
    const click = (event) => (event.detail ? start(event) : this.byKey.put(made()));
    return { group: "shapes", className, title: this.translate(title), action: { dragstart: start, click } };
  }
}
OwnPalette.$inject = ["palette", "create", "elementFactory", "translate", "eventBus", "canvas", "byKey"];

// A key points at no place: the shape comes behind the step that is chosen, else into the middle of what is seen.
class ByKey {
  constructor(canvas, elementRegistry, selection, modeling, autoPlace, rules) {
    Object.assign(this, { canvas, elementRegistry, selection, modeling, autoPlace, rules });
  }

  put(shape) {
    const [chosen, ...others] = this.selection.get();
    const follows = chosen && !others.length && is(chosen, "bpmn:FlowNode") && !is(chosen, "bpmn:EndEvent");
    if (follows && !is(shape, "bpmn:StartEvent")) this.autoPlace.append(chosen, shape);
    else this.#putInTheMiddle(shape);
  }

  #putInTheMiddle(shape) {
    const { x, y, width, height } = this.canvas.viewbox();
    const at = { x: Math.round(x + width / 2), y: Math.round(y + height / 2) };
    const seen = (one) => this.canvas.findRoot(one) === this.canvas.getRootElement();
    const around = (one) => one.x <= at.x && at.x <= one.x + one.width && one.y <= at.y && at.y <= one.y + one.height;
    const takes = (target) => this.rules.allowed("shape.create", { shape, target, position: at });
    const places = this.elementRegistry.filter((one) => !one.waypoints && one.width && seen(one) && around(one) && takes(one));
    const [target = this.canvas.getRootElement()] = places.sort((one, other) => one.width * one.height - other.width * other.height);
    if (takes(target)) this.selection.select(this.modeling.createShape(shape, at, target));
  }
}
ByKey.$inject = ["canvas", "elementRegistry", "selection", "modeling", "autoPlace", "rules"];

// The palette's signs are named for those who do not see them; whoever points at one reads the name, too.
function showNames(container) {
  for (const entry of container.querySelectorAll(".djs-palette .entry")) {
    entry.title = entry.getAttribute("aria-label");
    reach(entry);
  }
}

// A sign that is a button for the mouse is one for the keys.
function reach(entry) {
  if (entry.tabIndex === 0) return;
  entry.tabIndex = 0;
  entry.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    entry.click();
  });
}

const KEPT_PAD = /^(append\.(end-event|gateway|text-annotation)|lane-insert-(above|below)|replace|connect|delete)$/;

class OwnPad {
  constructor(contextPad, autoPlace, create, elementFactory, translate, eventBus, canvas) {
    Object.assign(this, { autoPlace, create, elementFactory, translate });
    contextPad.registerProvider(500, this);
    eventBus.on("contextPad.open", 500, () => nameButtons(canvas.getContainer()));
  }

  getContextPadEntries(element) {
    return (entries) => {
      const kept = Object.fromEntries(Object.entries(entries).filter(([name]) => KEPT_PAD.test(name)));
      if (!("append.gateway" in entries)) return kept;
      const own = Object.entries(TASKS).map(([name, task]) => [`append.${name}`, this.#entry(element, ...task)]);
      return { ...Object.fromEntries(own), ...kept };
    };
  }

  #entry(source, type, className, title) {
    const shape = () => this.elementFactory.createShape({ type });
    return {
      group: "model",
      className,
      title: this.translate(title.replace("Create", "Append")),
      action: {
        click: () => this.autoPlace.append(source, shape()),
        dragstart: (event) => this.create.start(event, shape(), { source }),
      },
    };
  }
}
OwnPad.$inject = ["contextPad", "autoPlace", "create", "elementFactory", "translate", "eventBus", "canvas"];

// The pad's signs are buttons for those who do not see them, too.
function nameButtons(container) {
  for (const entry of container.querySelectorAll(".djs-context-pad .entry")) {
    entry.setAttribute("role", "button");
    entry.setAttribute("aria-label", entry.title);
    reach(entry);
  }
}

const KEPT_CHANGES = new RegExp(
  "^replace-with-(user-task|service-task|rule-task|call-activity|exclusive-gateway|parallel-gateway|inclusive-gateway|" +
    "none-start|none-end|terminate-end|error-end|(non-interrupting-)?(timer|message)-boundary|error-boundary|" +
    "(timer|message)-intermediate-catch|(collapsed|expanded)-subprocess|(sequence|default|conditional)-flow)$",
);

class OwnChanges {
  constructor(popupMenu) {
    popupMenu.registerProvider("bpmn-replace", 500, this);
  }

  getPopupMenuEntries() {
    return (entries) => Object.fromEntries(Object.entries(entries).filter(([name]) => KEPT_CHANGES.test(name)));
  }

  getPopupMenuHeaderEntries() {
    return () => ({});
  }
}
OwnChanges.$inject = ["popupMenu"];

// A lane's name is a machine key: the canvas shows the office, and nobody types over it.
class OfficeLanes {
  constructor(bpmnRenderer, eventBus, offices) {
    const draw = bpmnRenderer.drawShape.bind(bpmnRenderer);
    bpmnRenderer.drawShape = (parent, element, attrs) => draw(parent, is(element, "bpmn:Lane") ? said(element) : element, attrs);
    const said = (element) => {
      const name = offices[element.businessObject.name] ?? element.businessObject.name;
      const shown = Object.create(element.businessObject, { name: { value: name } });
      return Object.create(element, { businessObject: { value: shown } });
    };
    eventBus.on("element.dblclick", 2000, ({ element }) => (is(element, "bpmn:Lane") ? false : undefined));
  }
}
OfficeLanes.$inject = ["bpmnRenderer", "eventBus", "config.offices"];

export const tools = {
  __init__: ["ownPalette", "ownPad", "ownChanges", "officeLanes"],
  bpmnFactory: ["type", SnakeFactory],
  ownPalette: ["type", OwnPalette],
  byKey: ["type", ByKey],
  ownPad: ["type", OwnPad],
  ownChanges: ["type", OwnChanges],
  officeLanes: ["type", OfficeLanes],
};
