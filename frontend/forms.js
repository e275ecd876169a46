// Forms in the browser: fields come and go by the same rules that the server asks again. Nothing here is needed.
import { evaluate } from "./feel.js";

function valueOf(boxes) {
  const first = boxes[0];
  if (first.type === "radio") return boxes.find((box) => box.checked)?.value ?? null;
  if (first.type === "checkbox") {
    if (boxes.length > 1) return boxes.filter((box) => box.checked).map((box) => box.value);
    return first.value === "true" ? first.checked : first.checked ? [first.value] : [];
  }
  if (first.type === "file") return [...first.files].map((file) => file.name);
  const text = first.value.trim();
  if (!text) return null;
  return first.inputMode === "numeric" && /^\d+$/.test(text) ? Number(text) : text;
}

function answers(form, prefix) {
  const named = new Map();
  for (const box of form.elements) {
    if (!box.name || !box.name.startsWith(prefix) || box.closest("[data-hidden]")) continue;
    const key = box.name.slice(prefix.length);
    if (key.includes("-") || key.startsWith("_")) continue;
    if (!named.has(key)) named.set(key, []);
    named.get(key).push(box);
  }
  const found = {};
  named.forEach((boxes, key) => {
    found[key] = valueOf(boxes);
  });
  return found;
}

function update(form, facts) {
  for (let round = 0; round < 4; round += 1) {
    let changed = false;
    for (const place of form.querySelectorAll("[data-hide]")) {
      const name = place.dataset.field ?? place.querySelector("[data-field]")?.dataset.field ?? "";
      const prefix = name.includes("-") ? name.slice(0, name.lastIndexOf("-") + 1) : "";
      const context = { ...facts, ...answers(form, ""), ...(prefix ? answers(form, prefix) : {}) };
      const hidden = evaluate(JSON.parse(place.dataset.hide), context) === true;
      if (hidden !== place.hasAttribute("data-hidden")) {
        place.toggleAttribute("data-hidden", hidden);
        changed = true;
      }
    }
    if (!changed) return;
  }
}

for (const form of document.querySelectorAll("[data-form]")) {
  const facts = JSON.parse(form.dataset.facts || "{}");
  update(form, facts);
  form.addEventListener("input", () => update(form, facts));
  form.addEventListener("change", () => update(form, facts));
}
document.documentElement.classList.add("js");
