// Opens one diagram as bpmn-js does and prints what it would save.
import { readFile } from "node:fs/promises";
import { BpmnModdle } from "bpmn-moddle";

const vocabulary = JSON.parse(await readFile(new URL("../../app/engine/vocabulary.json", import.meta.url), "utf8"));
const moddle = new BpmnModdle({ spiffworkflow: vocabulary });
const opened = await moddle.fromXML(await readFile(process.argv[2], "utf8"));
const saved = await moddle.toXML(opened.rootElement, { format: true });
console.log(JSON.stringify({ warnings: opened.warnings.map((one) => one.message), xml: saved.xml }));
