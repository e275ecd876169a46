// What a chosen shape needs, in plain words: only what the gate allows, each change one step of undo.
import { TOGGLE_MODE_EVENT } from "bpmn-js-token-simulation/lib/util/EventHelper";
import { getBusinessObject, is } from "bpmn-js/lib/util/ModelUtil";
import { SIGNS, read, sentence, write } from "./conditions.js";
import { Extensions } from "./extensions.js";
import { isMadeId } from "./tools.js";

const REMINDERS = /^for share in \[0\.7, 1, 1\.4, 2\] return working days after\(share \* (.+)\)$/;
const AFTER = /^working days after\((.+)\)$/;
const LABELLED = ["Activity", "Event", "Gateway", "SequenceFlow", "Process"].map((kind) => `bpmn:${kind}`);

const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
};

export class Panel {
  constructor(modeler, place, given) {
    this.modeler = modeler;
    this.place = place;
    this.given = given;
    this.words = given.words;
    this.modeling = modeler.get("modeling");
    this.extensions = new Extensions(modeler);
    this.number = 0;
    const bus = modeler.get("eventBus");
    bus.on("selection.changed", ({ newSelection }) => this.show(newSelection));
    bus.on("commandStack.changed", () => this.refresh());
    bus.on(TOGGLE_MODE_EVENT, ({ active }) => {
      this.isRunning = active;
      this.refresh();
    });
    this.show([]);
  }

  // While somebody types here, the boxes stay as they are: only what others changed is shown anew.
  refresh() {
    if (this.place.contains(document.activeElement) && document.activeElement.matches("input[type=text], textarea")) return;
    this.show(this.modeler.get("selection").get());
  }

  show(selection) {
    if (this.isRunning) {
      this.place.replaceChildren(make("p", { class: "mute" }, this.words.running));
      return;
    }
    const chosen = selection.map((one) => one.labelTarget ?? one);
    const [element] = chosen.length ? chosen : [this.modeler.get("canvas").getRootElement()];
    const focused = document.activeElement?.id;
    this.place.replaceChildren(...(chosen.length > 1 ? [make("p", { class: "mute" }, this.words.several_chosen)] : this.boxes(element)));
    if (this.given.readOnly) this.place.querySelectorAll("input, select, textarea, button").forEach((one) => (one.disabled = true));
    if (focused?.startsWith("prop-")) document.getElementById(focused)?.focus();
  }

  boxes(element) {
    this.number = 0;
    const bo = is(element, "bpmn:Participant") ? getBusinessObject(element).processRef : getBusinessObject(element);
    const kind = bo.$type.replace(/^bpmn:(.)/, (_, first) => first.toLowerCase());
    const heading = make("h3", {}, this.words[`kind_${kind}`] ?? this.words.kind_other);
    if (is(bo, "bpmn:Collaboration")) return [make("p", { class: "mute" }, this.given.readOnly ? this.words.nothing_read : this.words.nothing_chosen)];
    return [heading, ...this.names(element, bo), ...this.parts(element, bo), this.idBox(bo)].filter(Boolean);
  }

  parts(element, bo) {
    if (is(bo, "bpmn:Lane")) return this.laneBoxes(element, bo);
    if (is(bo, "bpmn:UserTask")) return this.taskBoxes(element, bo);
    if (is(bo, "bpmn:StartEvent")) return [this.formBox(element, bo)];
    if (is(bo, "bpmn:ServiceTask")) return [this.serviceBox(element, bo)];
    if (is(bo, "bpmn:BusinessRuleTask")) return [this.decisionBox(element, bo)];
    if (is(bo, "bpmn:CallActivity")) return this.callBoxes(element, bo);
    if (is(bo, "bpmn:SequenceFlow")) return this.flowBoxes(element, bo);
    if (is(bo, "bpmn:Event")) return this.eventBoxes(element, bo);
    return [];
  }

  // -- one box each -----------------------------------------------------------------------------------------

  box(label, control, hint) {
    const id = `prop-${(this.number += 1)}`;
    control.id = id;
    const below = hint ? make("p", { class: "form-text", id: `${id}-hint` }, hint) : null;
    if (below) control.setAttribute("aria-describedby", below.id);
    return make("div", { class: "property" }, make("label", { class: "form-label", for: id }, label), below, control);
  }

  text(label, value, change, { hint, lang, list } = {}) {
    return this.box(label, make("input", { type: "text", class: "form-control", value, lang, list, onchange: ({ target }) => change(target.value.trim()) }), hint);
  }

  long(label, value, change, { hint, lang } = {}) {
    const area = make("textarea", { class: "form-control", rows: 3, lang, onchange: ({ target }) => change(target.value.trim()) });
    area.value = value;
    return this.box(label, area, hint);
  }

  pick(label, value, options, change, none) {
    const all = [...(none ? [["", none]] : []), ...options];
    if (value && !all.some(([key]) => key === value)) all.push([value, value]);
    const select = make("select", { class: "form-select", onchange: ({ target }) => change(target.value) });
    select.append(...all.map(([key, said]) => make("option", { value: key, selected: key === value }, said)));
    return this.box(label, select);
  }

  tick(label, value, change, hint) {
    const id = `prop-${(this.number += 1)}`;
    const box = make("input", { type: "checkbox", id, checked: value, onchange: ({ target }) => change(target.checked) });
    return make("p", { class: "property tick" }, box, " ", make("label", { for: id }, label), hint ? make("span", { class: "form-text d-block" }, hint) : null);
  }

  idBox(bo) {
    return make("p", { class: "mute small property-id" }, `${this.words.id}: `, make("code", {}, bo.id ?? ""));
  }

  // -- names ------------------------------------------------------------------------------------------------

  names(element, bo) {
    if (!LABELLED.some((kind) => is(bo, kind))) return [];
    const english = this.extensions.property(bo, "label_en");
    return [
      this.text(this.words.name_hi, bo.name ?? "", (name) => this.rename(element, bo, name), { lang: "hi" }),
      this.text(this.words.name_en, english, (name) => this.nameInEnglish(element, bo, name), { lang: "en" }),
    ];
  }

  rename(element, bo, name) {
    if (is(element, "bpmn:Participant")) this.modeling.updateProperties(element, { name });
    if (bo !== getBusinessObject(element)) this.modeling.updateModdleProperties(element, bo, { name });
    else if (is(bo, "bpmn:Process")) this.modeling.updateProperties(element, { name });
    else this.modeling.updateLabel(element, name);
  }

  // The first English name also gives the id, by which values are named: "SDPO countersigns" -> sdpo_countersigns.
  nameInEnglish(element, bo, name) {
    const change = this.extensions.withProperty(bo, "label_en", name);
    const id = name.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^[_0-9]+|_+$/g, "").slice(0, 50).replace(/_+$/, "");
    const isFree = id && !this.modeler.get("moddle").ids.assigned(id) && !this.modeler.get("elementRegistry").get(id);
    if (bo === getBusinessObject(element) && isMadeId(bo.id) && !is(bo, "bpmn:SequenceFlow") && isFree) change.id = id;
    this.update(element, bo, change);
  }

  update(element, bo, change) {
    if (bo === getBusinessObject(element)) this.modeling.updateProperties(element, change);
    else this.modeling.updateModdleProperties(element, bo, change);
  }

  setProperty(element, bo, name, value) {
    this.update(element, bo, this.extensions.withProperty(bo, name, value));
  }

  // -- steps ------------------------------------------------------------------------------------------------

  formBox(element, bo) {
    const forms = this.given.choices.forms.map(({ key, hi, en }) => [key, this.said(hi, en) || key]);
    return this.pick(this.words.form, this.extensions.property(bo, "formKey"), forms, (key) => this.setProperty(element, bo, "formKey", key), this.words.form_none);
  }

  taskBoxes(element, bo) {
    const lane = this.laneOf(bo);
    const roles = (this.given.choices.roles[lane] ?? Object.keys(this.given.names.roles)).map((role) => [role, this.given.names.roles[role] ?? role]);
    const days = this.extensions.property(bo, "days");
    return [
      make("p", { class: "property" }, `${this.words.lane}: `, make("b", {}, this.given.names.lanes[lane] ?? this.words.lane_none)),
      this.formBox(element, bo),
      this.pick(this.words.role, this.extensions.property(bo, "candidateRole"), roles, (role) => this.setProperty(element, bo, "candidateRole", role), this.words.role_none),
      this.text(this.words.days, days, (text) => this.setDays(element, bo, days, text), { hint: this.words.days_hint, list: "days-values" }),
      this.dayValues(),
      this.daysSaid(days),
      this.long(this.words.instructions_hi, this.extensions.instructions(bo), (text) => this.update(element, bo, this.extensions.withInstructions(bo, text)), { lang: "hi" }),
      this.long(this.words.instructions_en, this.extensions.property(bo, "instructions_en"), (text) => this.setProperty(element, bo, "instructions_en", text), { lang: "en" }),
    ];
  }

  dayValues() {
    return make("datalist", { id: "days-values" }, ...this.numbers().map(([value, said]) => make("option", { value, label: said })));
  }

  // What a table answers in numbers: how a condition or a count of days names it, and what it is called.
  numbers() {
    return this.given.choices.decisions.flatMap((decision) =>
      decision.fields.filter((field) => field.type === "number").map((field) => [`${decision.id}.${field.key}`, `${this.said(decision.hi, decision.en)}: ${this.said(field.hi, field.en) || field.key}`]),
    );
  }

  // A count of days that a table answers, in words; nothing for a plain number.
  daysSaid(days) {
    const named = this.numbers().filter(([path]) => days.split(/[^a-z0-9_.]+/).includes(path));
    return named.length ? make("p", { class: "form-text" }, named.map(([path, said]) => `${path} = ${said}`).join("; ")) : null;
  }

  // The reminders on a step count the same days: they follow.
  setDays(element, bo, before, days) {
    this.setProperty(element, bo, "days", days);
    for (const rider of element.attachers ?? []) {
      const timer = timerOf(getBusinessObject(rider));
      if (timer && REMINDERS.exec(timer.text)?.[1] === before && days) this.setTimer(rider, timer, reminders(days));
    }
  }

  laneOf(bo) {
    for (let one = bo; one; one = one.$parent) {
      const lane = this.modeler.get("elementRegistry").filter((shape) => is(shape, "bpmn:Lane")).map(getBusinessObject).find((each) => each.get("flowNodeRef").includes(one));
      if (lane) return lane.name;
    }
    return "";
  }

  laneBoxes(element, bo) {
    const lanes = this.given.choices.lanes.map((lane) => [lane, this.given.names.lanes[lane]]);
    return [this.pick(this.words.lane, bo.name ?? "", lanes, (name) => this.modeling.updateProperties(element, { name }), this.words.lane_none)];
  }

  serviceBox(element, bo) {
    const services = this.given.choices.services.map((name) => [name, this.given.names.services[name]]);
    return this.pick(this.words.service, this.extensions.service(bo), services, (name) => this.update(element, bo, this.extensions.withService(bo, name)), this.words.choose);
  }

  decisionBox(element, bo) {
    const decisions = this.given.choices.decisions.map(({ id, hi, en }) => [id, this.said(hi, en) || id]);
    return this.pick(this.words.decision, this.extensions.decision(bo), decisions, (id) => this.update(element, bo, this.extensions.withDecision(bo, id)), this.words.choose);
  }

  callBoxes(element, bo) {
    const processes = this.given.choices.processes.map(({ id, hi, en }) => [id, this.said(hi, en) || id]);
    return [
      this.pick(this.words.called, bo.calledElement ?? "", processes, (id) => this.modeling.updateProperties(element, { calledElement: id || undefined }), this.words.choose),
      this.tick(this.words.repeat, Boolean(bo.loopCharacteristics), (isRepeated) => this.modeling.updateProperties(element, { loopCharacteristics: isRepeated ? this.extensions.forUnits(bo) : undefined }), this.words.repeat_hint),
    ];
  }

  said(hi, en) {
    return this.given.language === "en" ? en || hi : hi || en;
  }

  // -- events -----------------------------------------------------------------------------------------------

  eventBoxes(element, bo) {
    const timer = timerOf(bo);
    const boxes = timer ? this.timerBoxes(element, timer) : this.messageBoxes(element, bo);
    if (!is(bo, "bpmn:BoundaryEvent")) return boxes;
    return [...boxes, this.tick(this.words.interrupts, bo.cancelActivity !== false, (cancelActivity) => this.modeling.updateProperties(element, { cancelActivity }))];
  }

  timerBoxes(element, timer) {
    const [kind, days] = REMINDERS.test(timer.text) ? ["reminders", REMINDERS.exec(timer.text)[1]] : AFTER.test(timer.text) ? ["after", AFTER.exec(timer.text)[1]] : [timer.text ? "own" : "after", ""];
    const kinds = [["reminders", this.words.timer_reminders], ["after", this.words.timer_after], ["own", this.words.timer_own]];
    const host = element.host ? this.extensions.property(getBusinessObject(element.host), "days") : "";
    const text = { reminders: () => reminders(days || host || "1"), after: () => `working days after(${days || "1"})`, own: () => timer.text };
    const change = this.pick(this.words.timer_kind, kind, kinds, (chosen) => this.setTimer(element, timer, text[chosen]()));
    if (kind === "own") return [change, this.long(this.words.timer, timer.text, (own) => this.setTimer(element, timer, own))];
    const write = kind === "reminders" ? reminders : (count) => `working days after(${count})`;
    return [change, this.text(this.words.timer_days, days, (count) => count && this.setTimer(element, timer, write(count)), { hint: this.words.days_hint, list: "days-values" }), this.dayValues(), this.daysSaid(days)];
  }

  setTimer(element, timer, body) {
    const moddle = this.modeler.get("moddle");
    const expression = moddle.create("bpmn:FormalExpression", { body });
    expression.$parent = timer.definition;
    this.modeling.updateModdleProperties(element, timer.definition, { timeDate: expression, timeDuration: undefined, timeCycle: undefined });
  }

  messageBoxes(element, bo) {
    const definition = bo.eventDefinitions?.find((one) => is(one, "bpmn:MessageEventDefinition"));
    if (!definition) return [];
    const messages = this.given.choices.messages.map((name) => [name, this.given.names.messages[name] ?? name]);
    return [this.pick(this.words.message, definition.messageRef?.name ?? "", messages, (name) => this.modeling.updateModdleProperties(element, definition, { messageRef: name ? this.extensions.message(name) : undefined }), this.words.choose)];
  }

  // -- flows ------------------------------------------------------------------------------------------------

  flowBoxes(element, bo) {
    const source = bo.sourceRef;
    const ways = source?.outgoing?.length ?? 0;
    if (ways < 2 || !(is(source, "bpmn:ExclusiveGateway") || is(source, "bpmn:InclusiveGateway"))) return [];
    const isDefault = source.default === bo;
    const gateway = this.modeler.get("elementRegistry").get(source.id);
    const ticked = this.tick(this.words.condition_default, isDefault, (on) => this.makeDefault(element, bo, gateway, on));
    return [make("h4", {}, this.words.condition), ticked, ...(isDefault ? [make("p", { class: "sentence" }, this.words.sentence_default)] : this.conditionBoxes(element, bo))];
  }

  makeDefault(element, bo, gateway, on) {
    if (on && bo.conditionExpression) this.setCondition(element, "");
    this.modeling.updateProperties(gateway, { default: on ? bo : undefined });
  }

  setCondition(element, body) {
    const conditionExpression = body ? this.modeler.get("moddle").create("bpmn:FormalExpression", { body }) : undefined;
    this.modeling.updateProperties(element, { conditionExpression });
  }

  conditionBoxes(element, bo) {
    const text = bo.conditionExpression?.body ?? "";
    const fields = this.fields();
    const list = read(text);
    const change = (changed) => this.setCondition(element, write(changed, fields));
    const own = this.long(this.words.condition_own, text, (body) => this.setCondition(element, body));
    if (!list) return [own];
    const rows = list.parts.length ? list.parts : [{ path: "", sign: "=", value: "" }];
    const joint = rows.length > 1 ? this.pick(this.words.condition, list.joint, [["and", this.words.condition_all], ["or", this.words.condition_any]], (chosen) => change({ ...list, joint: chosen })) : null;
    const boxes = rows.map((row, at) => this.conditionRow(row, fields, (part) => change({ ...list, parts: replaced(rows, at, part) })));
    const add = make("button", { type: "button", class: "btn btn-plain", onclick: () => this.place.querySelector(".conditions").append(this.conditionRow({ path: "", sign: "=", value: "" }, fields, (part) => change({ ...list, parts: [...rows, part].filter(Boolean) }))) }, this.words.condition_add);
    return [joint, make("div", { class: "conditions" }, ...boxes), add, make("p", { class: "sentence", role: "status" }, sentence(list, fields, this.words)), make("details", {}, make("summary", {}, this.words.condition_own), own)];
  }

  conditionRow(row, fields, change) {
    const part = { ...row };
    const set = (name) => (value) => {
      part[name] = value;
      if (name === "path") part.value = defaultOf(fields, value);
      if (part.path && part.value !== "") change({ ...part });
    };
    const field = fields.find((one) => one.path === row.path);
    const choices = fields.map((one) => [one.path, one.label]);
    const value = field?.options?.length
      ? this.pick(this.words.condition_value, row.value, field.options.map((one) => [one.value, one.label]), set("value"), this.words.choose)
      : field?.type === "boolean"
        ? this.pick(this.words.condition_value, row.value, [["true", this.words.true], ["false", this.words.false]], set("value"))
        : this.text(this.words.condition_value, row.value, set("value"));
    const signs = Object.entries(SIGNS).filter(([sign]) => field?.type === "number" || sign === "=" || sign === "!=");
    return make(
      "fieldset",
      { class: "condition" },
      this.pick(this.words.condition_field, row.path, choices, set("path"), this.words.choose),
      this.pick(this.words.condition_sign, row.sign, signs.map(([sign, word]) => [sign, this.words[word]]), set("sign")),
      value,
      make("button", { type: "button", class: "btn btn-plain", onclick: () => change(null) }, this.words.condition_remove),
    );
  }

  // Every answer that a condition in this diagram can ask for: of its steps, its decisions, and of the case.
  fields() {
    const found = [];
    const options = (field) => field.options.map((one) => ({ value: one.value, label: this.said(one.hi, one.en) }));
    for (const shape of this.modeler.get("elementRegistry").getAll()) {
      const bo = getBusinessObject(shape);
      if (shape.labelTarget || !is(bo, "bpmn:Task")) continue;
      const step = this.said(bo.name, this.extensions.property(bo, "label_en")) || bo.id;
      const form = this.given.choices.forms.find((one) => one.key === this.extensions.property(bo, "formKey"));
      const decision = this.given.choices.decisions.find((one) => one.id === this.extensions.decision(bo));
      for (const field of [...(form?.fields ?? []), ...(decision?.fields ?? [])]) {
        found.push({ path: `${bo.id}.${field.key}`, label: `${step}: ${this.said(field.hi, field.en) || field.key}`, type: field.type, options: options(field) });
      }
    }
    const own = { "case.purpose": "case_purpose", "case.sample": "case_sample", rounds: "rounds" };
    return [...found, ...this.given.choices.values.map(({ path, type }) => ({ path, type, label: this.words[own[path]] ?? path, options: [] }))];
  }
}

const replaced = (rows, at, part) => rows.map((row, place) => (place === at ? part : row)).filter((row) => row?.path);
const reminders = (days) => `for share in [0.7, 1, 1.4, 2] return working days after(share * ${days})`;

function defaultOf(fields, path) {
  const field = fields.find((one) => one.path === path);
  return field?.type === "boolean" ? "true" : field?.options?.[0]?.value ?? "";
}

function timerOf(bo) {
  const definition = bo.eventDefinitions?.find((one) => is(one, "bpmn:TimerEventDefinition"));
  return definition ? { definition, text: (definition.timeDate ?? definition.timeDuration)?.body?.trim() ?? "" } : null;
}
