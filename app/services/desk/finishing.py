"""The last part of a finished step: its answer kept, its rows written, the route led on, the record told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.services.casefile import projections, submissions
from app.services.store import audit
from app.services.workflow import instances

if TYPE_CHECKING:
    from app.services.casefile.submissions import Context
    from app.services.procedure.releases import Loaded


def finish(context: Context, release: Loaded, **told: Any) -> None:
    """Finish the open task of the context with its answers, in the transaction of the caller.

    The case is locked by then, and the right to the task settled. `told` is what the record says beyond every act.
    """
    case, task, actor, now = context.case, context.task, context.actor, context.now
    answer_id = submissions.store(context)
    extras = projections.project(context, answer_id)
    reads = release.engine.routing_reads.get(task.element_id, frozenset())
    routing = {task.element_id: {name: context.answers.get(name) for name in sorted(reads)}, **extras}
    act = instances.Act(now, actor, task.id)
    instances.complete_task(context.session, case, release, task.engine_task_id, routing, act)
    detail = {"element": task.element_id, "answer": str(answer_id), **told}
    audit.record(context.session, f"case:{case.id}", "task:complete", f"task:{task.id}", actor, now, **detail)
