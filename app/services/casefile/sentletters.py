"""With which letter a case goes out: cases of one act to whose office the same is said share letter and number.

A letter is begun, and takes its number, in the transaction of the first case that goes with it; where that is taken
back, letter and number go with it. What the act is, the page of the act says (`Act`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import orjson

from app.domain.ids import new_id
from app.domain.numbers import Outgoing, Series
from app.models.issuing import sentletters as table
from app.services.district import calendars, series

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.casefile.submissions import Context

#: Among the answers of a step that writes to several: each letter's addressee, number and id; on no form.
LETTERS = "out_letters"
_DIGEST = 16
_PLACE = 160  # letters of a district's name


@dataclass(frozen=True, slots=True)
class To:
    """One addressee: an office of ours, or another district as it was chosen; and what the letter tells him alone.

    `due_on` is the day by which it asks for his answer, that of the clock which runs with him.
    """

    due_on: date
    office_id: UUID | None = None
    place: str = ""
    said: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return str(self.office_id or self.place)


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter as the answers of a step name it."""

    id: str
    number: str


def send(context: Context, office: AnyRow, to: Sequence[To], said: Mapping[str, Any]) -> list[dict[str, str]]:
    """The letters with which this case goes out, one an addressee, begun or joined; -> what the answers keep of them.

    `said` is what the letters quote: cases of one act share a letter where that, the sender, the requisition and
    the day by which an answer is asked for are the same.
    """
    session = context.session
    rows = {each.key: _row(context, office.id, each, said) for each in to}
    begun = {}
    for key, row in sorted(rows.items(), key=lambda item: item[1]["content"]):  # all lock in one order
        begun[key] = table.put_letter(session, row)
        table.put_person(session, begun[key].id, context.case.id)
    found = []
    for each in to:  # the series is locked last: nobody waits for a letter who holds it
        letter, number = begun[each.key], begun[each.key].number
        if number is None:
            number = series.take(
                session, (office.id, office.code), Series.LETTER, _given(rows[each.key], context)
            )
            table.set_letter_number(session, letter.id, number)
        found.append({"to": each.key, "id": str(letter.id), "number": str(number)})
    return found


#: What the register of outgoing numbers calls a letter, by the form that it went with.
_WHAT = {"scrutinise": Outgoing.TO_SP, "route": Outgoing.TO_THANA}


def _given(row: Mapping[str, Any], context: Context) -> series.Given:
    """The letter as the register has it; one of several cases tells of no single one."""
    return series.Given(
        Outgoing.TO_DISTRICT if row["to_place"] else _WHAT[row["form"]],
        row["sent_on"],
        context.case.id if context.act_id is None else None,
        row["requisition_id"] if context.act_id is not None else None,
        row["id"],
        row["to_office_id"],
        row["to_place"],
    )


def _row(context: Context, office_id: UUID, to: To, said: Mapping[str, Any]) -> dict[str, Any]:
    case, day = context.case, calendars.day(context.now)
    is_alone = context.act_id is None
    words = [
        str(case.requisition_id),
        str(office_id),
        to.key,
        context.task.form,
        str(context.officer.officer_id),
        day.isoformat(),
        to.due_on.isoformat(),
        {**said, **to.said},
    ]
    content = blake2b(orjson.dumps(words, option=orjson.OPT_SORT_KEYS, default=str), digest_size=_DIGEST)
    return {
        "id": new_id(context.session.recorded_at),
        "requisition_id": case.requisition_id,
        "office_id": office_id,
        "to_office_id": to.office_id,
        "to_place": to.place[:_PLACE],
        "form": context.task.form,
        "act_id": context.act_id or new_id(context.session.recorded_at),
        "content": content.digest(),
        "due_on": to.due_on,
        "sent_on": day,
        "sent_at": context.now,
        "sent_by": context.officer.officer_id,
        "ended_at": context.now if is_alone else None,
    }


def place_of(row: Mapping[str, Any]) -> str:
    """The other district that a row of the form asks: its code, or its name and state as they were written."""
    return str(row.get("district") or f"{row.get('district_other')}, {row.get('state')}")


def named(values: Mapping[str, Any]) -> dict[str, Sent]:
    """The letters that went out with these answers, by addressee; none of answers from before letters were joint."""
    return {str(row["to"]): Sent(str(row["id"]), str(row["number"])) for row in values.get(LETTERS) or ()}


def act(session: Session, actor: Actor, form: str, now: datetime) -> UUID:
    """What the page of an act calls it: as today's that stopped half way, which is gone on with; else anew."""
    stopped = table.unended_act(session, actor.officer_id, form, calendars.day(now))
    return stopped or new_id(session.recorded_at)


def end(session: Session, actor: Actor, act_id: UUID, now: datetime) -> None:
    """The act is through with its cases; what the officer does next goes with letters of its own."""
    table.set_ended(session, act_id, actor.officer_id, now)
