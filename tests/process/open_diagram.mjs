// Opens diagrams as bpmn-js does, saves them, opens what was saved; prints one JSON line for each file named.
import { readFile } from "node:fs/promises";
import { BpmnModdle } from "bpmn-moddle";

const vocabulary = JSON.parse(await readFile(new URL("../../app/engine/vocabulary.json", import.meta.url), "utf8"));

// Every element with its extension elements, by id: what must survive a save.
function extensions(element, found = {}) {
  if (element.extensionElements) {
    found[element.id] = element.extensionElements.get("values").map((one) => JSON.stringify(one)).sort();
  }
  for (const child of [...(element.flowElements ?? []), ...(element.rootElements ?? [])]) extensions(child, found);
  return found;
}

for (const file of process.argv.slice(2)) {
  const moddle = new BpmnModdle({ spiffworkflow: vocabulary });
  const opened = await moddle.fromXML(await readFile(file, "utf8"));
  const saved = await moddle.toXML(opened.rootElement, { format: true });
  const again = await moddle.fromXML(saved.xml);
  const shapes = Object.values(again.elementsById).filter((one) => one.$instanceOf("bpmndi:BPMNShape"));
  console.log(
    JSON.stringify({
      file,
      warnings: [...opened.warnings, ...again.warnings].map((one) => one.message),
      before: extensions(opened.rootElement),
      after: extensions(again.rootElement),
      shapes: shapes.map((one) => one.bpmnElement?.id),
    }),
  );
}
