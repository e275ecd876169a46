// What the pages of the two editors share: what the page was given, its list of faults, and keeping the draft.
import { Keeper } from "./keeper.js";
import { Found } from "./lint.js";

export const find = (name) => document.querySelector(`[data-${name}]`);

export const given = () => JSON.parse(find("given").textContent);

// `places`: `has(id)` and `choose(id)` of the editor; `draft`: as the keeper wants it.
export function keep(draft, places, page) {
  const found = Object.assign(new Found(find("found"), find("found-title"), page), places);
  found.show(page.problems);
  const state = find("state");
  if (page.readOnly) state.textContent = page.words.read_only;
  else new Keeper(draft, find("save"), state, page, (problems) => found.show(problems));
  const place = find("editor");
  // Keys of the page (j, k, g i) are not for the editor.
  place.addEventListener("keydown", (event) => event.stopPropagation());
  place.dataset.ready = "yes";
  return place;
}
