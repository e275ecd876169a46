"""An order to move running cases takes two: asked for with its trial, given by another officer with a fresh factor.

What is asked is kept as it was shown: the release, what becomes of each step, what the trial of all cases found. When
another release comes into force, or something else is chosen, it is asked anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain.errors import DomainError, NotAllowed
from app.domain.roles import Permission
from app.domain.text import words_refused
from app.models.district import setting_queries as settings
from app.models.staff import officer_queries as officers
from app.services.access import stepup
from app.services.deployment import awaited, choices, moving
from app.services.deployment.awaited import MOVE_WANTED as _WANTED
from app.services.store import audit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.domain.roles import Actor
    from app.models.scope import Session

APPROVE = "cases:move"  # the act that asks for a fresh factor
SHORTEST_NOTE, LONGEST_NOTE = 10, 400


class Refused(DomainError):
    """Nothing can be asked or given as things stand (422); the key says why."""


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked: `note` why, `by_hi`/`by_en` by whom; `returned` the reason where it was sent back.

    `is_of_now`: the release in force and what is chosen of the steps are still those that were asked about.
    `may_give`, `may_take_back`: what the officer who looks may do with it.
    """

    is_back: bool
    version: int
    note: str
    by_hi: str
    by_en: str
    at: datetime
    moved: int
    stayed: dict[str, int]
    returned: str
    is_of_now: bool
    may_give: bool
    may_take_back: bool


def of_now(session: Session, actor: Actor) -> Order | None:
    """What is asked, or was sent back last; None where nothing is. Raises NotAllowed."""
    actor.require(Permission.MOVE_SEE)
    kept = settings.value_of(session, _WANTED)
    if not kept:
        return None
    by = UUID(kept["by"])
    name_hi, name_en = officers.names(session, by)
    is_asked = not kept["returned"]
    is_current = _is_current(session, kept)
    had_a_hand = str(actor.officer_id) in {kept["by"], *kept["makers"]}
    return Order(
        is_back=kept["back"],
        version=kept["version"],
        note=kept["note"],
        by_hi=name_hi,
        by_en=name_en,
        at=datetime.fromisoformat(kept["at"]),
        moved=kept["moved"],
        stayed=kept["stayed"],
        returned=kept["returned"],
        is_of_now=is_current,
        may_give=is_asked and is_current and not had_a_hand and actor.may(Permission.MOVE_APPROVE),
        may_take_back=is_asked and actor.may(Permission.MOVE_ASK),
    )


def ask(session: Session, actor: Actor, note: str, now: datetime, *, is_back: bool) -> None:
    """Ask that every case that can go over be moved to the release in force, or back from it.

    Raises NotAllowed, moving.UnderWay, and Refused: no reason, asked already, or not tried as things stand now.
    """
    actor.require(Permission.MOVE_ASK)
    moving.refuse_while_under_way(session)
    note = _reason(note)
    target = moving.target_of(session)
    tried = moving.looked(session, target)
    if tried is None and not is_back:
        raise Refused("error.moving_untried")
    kept = settings.value_of(session, _WANTED)
    if kept and not kept["returned"]:
        raise Refused("error.moving_asked")
    wanted = {
        "back": is_back,
        "to": str(target.loaded.id),
        "version": moving.version_of(session, target),
        "steps": dict(target.chosen),
        "makers": choices.makers(session, target.loaded.id),
        "by": str(actor.officer_id),
        "at": now.isoformat(),
        "note": note,
        "moved": tried.moved if tried is not None and not is_back else 0,
        "stayed": tried.stayed if tried is not None and not is_back else {},
        "returned": "",
    }
    settings.put_value(session, _WANTED, wanted)
    awaited.tell(session, now)
    _record(session, "cases:ask_move", wanted, actor, now)


def take_back(session: Session, actor: Actor, now: datetime) -> None:
    """Ask no more. Raises NotAllowed, Refused where nothing is asked."""
    actor.require(Permission.MOVE_ASK)
    kept = _asked(session)
    settings.delete_value(session, _WANTED)
    _record(session, "cases:unask_move", kept, actor, now)


def send_back(session: Session, actor: Actor, reason: str, now: datetime) -> None:
    """Give no order, and say why. Raises NotAllowed, Refused."""
    actor.require(Permission.MOVE_APPROVE)
    kept = _asked(session)
    settings.put_value(session, _WANTED, {**kept, "returned": _reason(reason)})
    _record(session, "cases:return_move", kept, actor, now)


def to_give(session: Session, actor: Actor, now: datetime) -> UUID:
    """Ask for the fresh factor that the order takes; -> the step-up.

    Raises NotAllowed (no such right, or he had a hand in it), moving.UnderWay, Refused (nothing is asked, or what was
    asked is no longer so).
    """
    return stepup.begin(session, actor, APPROVE, [_item(_givable(session, actor))], now)


def give(session: Session, actor: Actor, asked: UUID | None, now: datetime) -> None:
    """Have the worker move every case that can go over, as it was asked, with the step-up for this very order.

    Raises what `to_give` does, and StepUpOver or ContentChanged where the factor was not given for this.
    """
    kept = _givable(session, actor)
    stepup.use(session, actor, asked, APPROVE, [_item(kept)], now)
    moving.begin(session, is_back=kept["back"], is_look=False)
    settings.delete_value(session, _WANTED)
    _record(session, APPROVE, kept, actor, now, asked_by=kept["by"])


def version_asked(session: Session, actor: Actor) -> int:
    """The version of the order, for the page that asks for the factor. Raises NotAllowed, Refused."""
    return int(_givable(session, actor)["version"])


def _givable(session: Session, actor: Actor) -> dict[str, Any]:
    actor.require(Permission.MOVE_APPROVE)
    moving.refuse_while_under_way(session)
    kept = _asked(session)
    if str(actor.officer_id) in {kept["by"], *kept["makers"]}:
        raise NotAllowed("error.own_move")
    if not _is_current(session, kept):
        raise Refused("error.moving_changed")
    return kept


def _asked(session: Session) -> dict[str, Any]:
    kept: dict[str, Any] | None = settings.value_of(session, _WANTED)
    if not kept or kept["returned"]:
        raise Refused("error.moving_not_asked")
    return kept


def _is_current(session: Session, kept: Mapping[str, Any]) -> bool:
    target = moving.target_of(session)
    return (kept["to"], kept["steps"]) == (str(target.loaded.id), dict(target.chosen))


def _item(kept: Mapping[str, Any]) -> stepup.Item:
    """What is ordered: which release, which way, what becomes of each step, and who asked."""
    content = {key: kept[key] for key in ("to", "back", "steps", "by", "at")}
    return stepup.item(f"release:{kept['to']}", content)


def _reason(text: str) -> str:
    text = " ".join(text.split())
    if fault := words_refused(text):
        raise Refused(fault)
    if not SHORTEST_NOTE <= len(text) <= LONGEST_NOTE:
        raise Refused("error.moving_note", least=SHORTEST_NOTE, most=LONGEST_NOTE)
    return text


def _record(
    session: Session, act: str, kept: Mapping[str, Any], actor: Actor, now: datetime, **detail: Any
) -> None:
    told = {"version": kept["version"], "back": kept["back"], **detail}
    audit.record(session, "admin", act, f"release:{kept['to']}", actor, now, **told)
