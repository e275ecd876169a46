// The extension elements that the engine reads, as plain values; every writer gives properties for one change.
import { is } from "bpmn-js/lib/util/ModelUtil";

const SPIFF = "spiffworkflow:";

export class Extensions {
  constructor(modeler) {
    this.modeler = modeler;
    this.moddle = modeler.get("moddle");
  }

  values(bo) {
    return bo.extensionElements?.get("values") ?? [];
  }

  find(bo, kind) {
    return this.values(bo).find((one) => is(one, SPIFF + kind));
  }

  property(bo, name) {
    return this.find(bo, "Properties")?.get("values").find((one) => one.name === name)?.value ?? "";
  }

  instructions(bo) {
    return this.find(bo, "InstructionsForEndUser")?.text ?? "";
  }

  decision(bo) {
    return this.find(bo, "CalledDecisionId")?.text ?? "";
  }

  service(bo) {
    return this.find(bo, "ServiceTaskOperator")?.id ?? "";
  }

  // -- changes ----------------------------------------------------------------------------------------------

  withProperty(bo, name, value) {
    const entries = this.find(bo, "Properties")?.get("values") ?? [];
    const changed = entries.filter((one) => one.name !== name || value).map((one) => (one.name === name ? { name, value } : { name: one.name, value: one.value }));
    if (value && !entries.some((one) => one.name === name)) changed.push({ name, value });
    const values = changed.map((one) => this.moddle.create(`${SPIFF}Property`, one));
    return this.with(bo, "Properties", values.length ? { values } : null);
  }

  withInstructions(bo, text) {
    return this.with(bo, "InstructionsForEndUser", text ? { text } : null);
  }

  withDecision(bo, text) {
    return this.with(bo, "CalledDecisionId", text ? { text } : null);
  }

  withService(bo, id) {
    const parameterList = this.find(bo, "ServiceTaskOperator")?.parameterList ?? this.moddle.create(`${SPIFF}Parameters`);
    return this.with(bo, "ServiceTaskOperator", id ? { id, resultVariable: bo.id, parameterList } : null);
  }

  // The extension elements of `bo` with one of a kind put in place of what was there; null takes it out.
  with(bo, kind, attributes) {
    const type = SPIFF + kind;
    const others = this.values(bo).filter((one) => !is(one, type));
    const made = attributes ? [this.moddle.create(type, attributes)] : [];
    for (const child of [...(made[0]?.values ?? []), made[0]?.parameterList].filter(Boolean)) child.$parent = made[0];
    const values = kind === "Properties" ? [...made, ...others] : [...others, ...made];
    const extensionElements = this.moddle.create("bpmn:ExtensionElements", { values });
    for (const one of values) one.$parent = extensionElements;
    extensionElements.$parent = bo;
    return { extensionElements: values.length ? extensionElements : undefined };
  }

  // A call once for every unit: the collection is declared as a property of the process, or a save would drop it.
  forUnits(bo) {
    const process = processOf(bo);
    const loop = this.moddle.create("bpmn:MultiInstanceLoopCharacteristics", {
      loopDataInputRef: this.declared(process, "units"),
      loopDataOutputRef: this.declared(process, "reports"),
      inputDataItem: this.moddle.create("bpmn:DataInput", { id: "unit", name: "unit" }),
      outputDataItem: this.moddle.create("bpmn:DataOutput", { id: "report", name: "report" }),
    });
    for (const item of [loop.inputDataItem, loop.outputDataItem]) item.$parent = loop;
    loop.$parent = bo;
    return loop;
  }

  declared(process, id) {
    const known = process.get("properties").find((one) => one.id === id);
    if (known) return known;
    const made = this.moddle.create("bpmn:Property", { id, name: id });
    made.$parent = process;
    process.get("properties").push(made);
    return made;
  }

  message(name) {
    const definitions = this.modeler.getDefinitions();
    const known = definitions.get("rootElements").find((one) => is(one, "bpmn:Message") && one.name === name);
    if (known) return known;
    const made = this.moddle.create("bpmn:Message", { id: `message_${name}`, name });
    made.$parent = definitions;
    definitions.get("rootElements").push(made);
    return made;
  }
}

function processOf(bo) {
  let one = bo;
  while (!is(one, "bpmn:Process")) one = one.$parent;
  return one;
}
