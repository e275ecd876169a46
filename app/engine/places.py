"""Where a task stands: its path through sub-processes and calls, and the unit whose work it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from SpiffWorkflow.task import Task

#: What the library adds to the name of the step that a repeated call runs for each unit.
CHILD = " [child]"


@dataclass(frozen=True, slots=True)
class Place:
    """A workflow's own place. `item` is the key of the unit in its data, empty outside a repeated call."""

    path: str = ""
    item: str = ""
    iteration: int = 0

    def unit(self, task: Task) -> Mapping[str, Any] | None:
        """Return the unit as the task's own branch knows it now: a bounce rewrites it there."""
        found = task.data.get(self.item) if self.item else None
        return found if isinstance(found, dict) else None


OUTSIDE = Place()


def element_of(task: Task) -> str:
    """Return the id of the shape that a task stands for."""
    return str(task.task_spec.name).removesuffix(CHILD)


def path_of(task: Task) -> str:
    """Return the element ids from the outermost sub-process down to the task's own, joined by slashes."""
    return place_of(task.workflow).path + element_of(task)


def place_of(workflow: Any) -> Place:
    """Return the place of a workflow; worked out once, for the tasks above may be taken away later."""
    known: Place | None = getattr(workflow, "place", None)
    if known is None:
        known = _found_place(workflow)
        workflow.place = known
    return known


def _found_place(workflow: Any) -> Place:
    if workflow.parent_task_id is None:
        return OUTSIDE
    holder = workflow.top_workflow.get_task_from_id(workflow.parent_task_id)
    around = place_of(holder.workflow)
    path = f"{around.path}{element_of(holder)}/"
    if not holder.task_spec.name.endswith(CHILD):
        return Place(path, around.item, around.iteration)
    item = holder.parent.task_spec.input_item.bpmn_id
    return Place(path, item, int(holder.internal_data.get("key_or_index", 0)) + 1)
