// The buttons above the canvas: undo and redo, nearer and farther, the whole diagram. The keys do the same.
export function toolbar(modeler, place) {
  const stack = modeler.get("commandStack");
  const zoom = modeler.get("zoomScroll");
  const acts = {
    undo: () => stack.undo(),
    redo: () => stack.redo(),
    closer: () => zoom.stepZoom(1),
    farther: () => zoom.stepZoom(-1),
    whole: () => modeler.get("canvas").zoom("fit-viewport", "auto"),
  };
  const buttons = [...place.querySelectorAll("[data-act]")];
  const button = (name) => buttons.find((one) => one.dataset.act === name);
  const fresh = () => {
    button("undo").disabled = !stack.canUndo();
    button("redo").disabled = !stack.canRedo();
  };
  for (const one of buttons) one.addEventListener("click", acts[one.dataset.act]);
  modeler.get("eventBus").on("commandStack.changed", fresh);
  fresh();
}
