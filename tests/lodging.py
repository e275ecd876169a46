"""A department at its account: a letter written, a list handed in and judged, both sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app import spreadsheets
from app.formjs import Posted, as_posted
from app.services.intake import lodgements, rosters, rosterwork
from app.services.store.scopes import actor_scope
from tests.journey import LETTER

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from tests.journey import Journey

HEADS = [
    *("नाम (हिन्दी)", "नाम (अंग्रेजी, प्रमाण पत्र के अनुसार)", "लिंग", "जन्म तिथि", "पिता/पति का नाम (हिन्दी)"),
    *("पिता/पति का नाम (अंग्रेजी)", "स्थायी पता: ग्राम/मुहल्ला", "स्थायी पता: पिन कोड", "स्थायी पता: थाना"),
]
ONE = [
    "रमेश कुमार",
    "Ramesh Kumar",
    "पुरुष",
    "14-03-1991",
    "विनय शर्मा",
    "Vinay Sharma",
    "रामपुर",
    "841301",
    "मांझी",
]


def person(
    name_hi: str = "रमेश कुमार", name_en: str = "Ramesh Kumar", born: str = "14-03-1991", **changes: str
) -> list[str]:
    """Fill in a row without a fault; `changes` by the number of a column, as `c8`."""
    row = [name_hi, name_en, "पुरुष", born, "विनय शर्मा", "Vinay Sharma", "रामपुर", "841301", "मांझी"]
    for place, text in changes.items():
        row[int(place[1:])] = text
    return row


def sheet(rows: Sequence[Sequence[str]]) -> bytes:
    return spreadsheets.marked("सूची", HEADS, [(row, {}, []) for row in rows], [])


def posted(journey: Journey, actor: Actor, **changes: Any) -> Posted:
    """Fill in the form of a letter as the department does."""
    filled = journey.database.read(
        lambda rows: lodgements.form(rows, actor, None, journey.now), actor_scope(actor)
    )
    typed = {key: value for key, value in LETTER.items() if key not in lodgements.NOT_ASKED}
    return Posted(as_posted(filled.form, {**filled.values, **typed, **changes}))


def written(journey: Journey, actor: Actor, now: datetime, **changes: Any) -> UUID:
    return lodgements.write(journey.database, actor, None, posted(journey, actor, **changes), now)


def judged(journey: Journey, actor: Actor, letter: UUID, data: bytes, now: datetime) -> UUID:
    """Hand a list in, confirm what its columns mean as proposed, and let it be checked."""
    database = journey.database
    roster_id = rosters.CANDIDATES.upload(database, actor, data, now, letter)
    chosen = rosters.CANDIDATES.view(database, actor, roster_id, now).chosen
    rosters.CANDIDATES.explain(database, actor, roster_id, chosen, now)
    work(journey, now)
    return roster_id


def work(journey: Journey, now: datetime) -> None:
    while rosterwork.go_on(journey.database, now):
        pass


def sent(journey: Journey, actor: Actor, now: datetime, *people: Sequence[str], **changes: Any) -> UUID:
    """Send a letter with these persons, one if none are named; -> the lodgement."""
    letter = written(journey, actor, now, **changes)
    judged(journey, actor, letter, sheet(people or [ONE]), now)
    lodgements.send(journey.database, actor, letter, now)
    return letter
