// Properties that form-js does not know, each in plain words: English texts, the form's own error, the class of the fact.
import { h } from "preact";

const TEXTS = ["label_en", "description_en", "error_hi", "error_en"];
const CLASSES = ["P0", "P1", "P2", "P3", "P4"];
const WITH_VALUE = new Set(["textfield", "textarea", "number", "datetime", "radio", "select", "checklist", "taglist", "checkbox", "filepicker", "dynamiclist"]);
const SILENT = new Set(["separator", "spacer"]);

export function ownProperties({ words }) {
  class Provider {
    constructor(propertiesPanel) {
      propertiesPanel.registerProvider(this, 500);
    }

    getGroups(field, editField) {
      return (groups) => (field && !SILENT.has(field.type) ? [group(field, editField, words), ...groups] : groups);
    }
  }
  Provider.$inject = ["propertiesPanel"];
  return { __init__: ["ownProperties"], ownProperties: ["type", Provider] };
}

function group(field, editField, words) {
  const change = (name, value) => {
    const { [name]: _, ...others } = field.properties ?? {};
    editField(field, ["properties"], value ? { ...others, [name]: value } : others);
  };
  const isRoot = field.type === "default";
  const names = isRoot ? ["label_hi", "label_en"] : field.type === "text" ? ["text_en"] : WITH_VALUE.has(field.type) ? TEXTS : ["label_en"];
  const entries = names.map((name) => entry(name, () => textBox(field, name, words[name], change)));
  if (WITH_VALUE.has(field.type)) entries.unshift(entry("pii", () => classBox(field, words, change)));
  return { id: "own", label: words.own, shouldOpen: true, entries };
}

const entry = (name, component) => ({ id: `own-${name}`, component, isEdited: () => false });

const box = (id, label, control) => h("div", { class: "bio-properties-panel-entry", "data-entry-id": id }, h("label", { class: "bio-properties-panel-label", for: id }, label), control);

function textBox(field, name, label, change) {
  const value = field.properties?.[name] ?? "";
  const onChange = ({ target }) => change(name, target.value.trim());
  const lang = name.endsWith("_hi") ? "hi" : "en";
  return box(`own-${name}`, label, h("input", { id: `own-${name}`, type: "text", class: "bio-properties-panel-input", lang, value, onChange }));
}

function classBox(field, words, change) {
  const value = field.properties?.pii ?? "";
  const options = ["", ...CLASSES].map((each) => h("option", { value: each, selected: each === value }, each ? words[each] : words.choose));
  const onChange = ({ target }) => change("pii", target.value);
  return box("own-pii", words.pii, h("select", { id: "own-pii", class: "bio-properties-panel-input", onChange }, options));
}
