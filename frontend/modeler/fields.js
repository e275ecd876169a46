// The page with a form: the editor of form-js, our own box of what it does not know, only what the product draws.
import { FormEditor } from "@bpmn-io/form-js-editor";
import { find, given, keep } from "./editor.js";
import { sayInHindi } from "./fieldwords.js";
import { ownProperties } from "./ownproperties.js";

async function open() {
  const page = given();
  const container = find("editor");
  const editor = new FormEditor({ container, additionalModules: [ownProperties(page)] });
  sayInHindi(container, page.language);
  await editor.importSchema(JSON.parse(page.text));
  const bus = editor.get("eventBus");
  const registry = editor.get("formFieldRegistry");
  const draft = {
    write: async () => JSON.stringify(written(editor.saveSchema()), null, 2),
    onChange: (changed) => bus.on("commandStack.changed", () => changed()),
  };
  const choose = (id) => editor.get("selection").set(registry.get(id));
  keep(draft, { has: (id) => Boolean(registry.get(id)), choose }, page).editor = editor;
}

// Who saved it is told by the record, and the order of lines on a page is the product's own.
function written({ exporter, ...schema }) {
  return { ...schema, components: schema.components.map(bare) };
}

function bare({ layout, ...component }) {
  if (component.components) component.components = component.components.map(bare);
  return component;
}

open();
