"""Messages to officers by e-mail and SMS: who wants which, the outbox, and sending it. Never a word about a case."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from app.config import ROOT
from app.domain.errors import DomainError, FieldProblem, FormInvalid
from app.domain.ids import new_id
from app.models.desk import messages as table
from app.models.desk.messages import EMAIL, SMS
from app.models.district import setup_queries
from app.models.scope import SystemReason, SystemScope
from app.postbox import UNREACHABLE, Caller, MailServer, NotSent, SmsGateway
from app.services.casework import emergency
from app.services.district import calendars
from app.services.papers import bundles
from app.services.reports import watch, weekly
from app.services.store import audit
from app.services.workflow import alarms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.config import Settings
    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

#: The states of a message. `held`: nothing leaves the house (demo mode, or no server in the settings).
QUEUED, SENT, HELD, FAILED = "queued", "sent", "held", "failed"
TRIAL, DIGEST, OTHER = "trial", "digest", "other"
SHOWN = 20
_TEXTS = ROOT / "app" / "seed" / "messages.json"
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_MOBILE = re.compile(r"[6-9][0-9]{9}")
#: Where a message leads, if not to the inbox.
_PLACES = {
    "escalation": "/reminders",
    alarms.UNNAMED: "/inbox?holder=to_give",
    weekly.KIND: "/reports/kept",
    watch.KIND: "/watch",
    emergency.KIND: "/emergency",
    bundles.KIND: "/files",
}
_OLDEST = timedelta(days=2)  # a notice that could not be told by then is no news any more
_AT_ONCE = 20  # messages of one round: officers' jobs must not wait for a slow server
_DIGEST_FROM = time(10, 0)  # IST: when the offices open
#: How long to wait after the first, second, ... failure; after the last it has failed for good.
_PAUSES = tuple(timedelta(minutes=each) for each in (1, 5, 15, 60, 240, 720))


@dataclass(frozen=True, slots=True)
class Carriers:
    """What the settings name; None where they name nothing."""

    mail: MailServer | None = None
    sms: SmsGateway | None = None
    caller: Caller | None = None  # of the addresses that departments name


NO_CARRIERS = Carriers()


def carriers_of(settings: Settings) -> Carriers:
    """What the settings name; in demo mode nothing ever leaves the house, and calls go to this machine alone."""
    if settings.demo:
        return Carriers(caller=Caller(is_demo=True))
    mail = MailServer(settings.mail_url, settings.mail_from) if settings.mail_url else None
    templates = dict(each.split("=") for each in settings.sms_templates.split(",") if each)
    sms = (
        SmsGateway(settings.sms_url, settings.sms_header, settings.sms_token, templates)
        if settings.sms_url
        else None
    )
    return Carriers(mail, sms, Caller())


@dataclass(frozen=True, slots=True)
class Wishes:
    """How an officer wants to be told."""

    email: str = ""
    mobile: str = ""
    is_digest: bool = False
    is_weekly: bool = False  # the week's summary, by e-mail


def wishes(session: Session, actor: Actor) -> Wishes:
    row = table.contact_of(session, actor.officer_id)
    return Wishes() if row is None else Wishes(row.email, row.mobile, row.is_digest, row.is_weekly)


def last_messages(session: Session, actor: Actor) -> Sequence[AnyRow]:
    return table.last_messages(session, actor.officer_id, SHOWN)


def set_wishes(session: Session, actor: Actor, wanted: Wishes, now: datetime) -> None:
    """Keep how an officer wants to be told, and send a trial to what is new. Raises FormInvalid by field."""
    _check(wanted)
    before = wishes(session, actor)
    values = {
        "email": wanted.email,
        "mobile": wanted.mobile,
        "is_digest": wanted.is_digest,
        "is_weekly": wanted.is_weekly,
        "changed_at": now,
        "digested_until": None,
    }
    table.put_contact(session, actor.officer_id, values)
    new = {EMAIL: wanted.email != before.email, SMS: wanted.mobile != before.mobile}
    places = [each for each in _channels(wanted.email, wanted.mobile) if new[each]]
    if places:
        table.insert_messages(session, [_row(session, actor.officer_id, each, TRIAL, now) for each in places])
    channels = sorted(_channels(wanted.email, wanted.mobile))
    audit.record(
        session, "admin", "contact:set", f"officer:{actor.officer_id}", actor, now, channels=channels
    )


def _check(wanted: Wishes) -> None:
    problems = {}
    if wanted.email and not _EMAIL.fullmatch(wanted.email):
        problems["email"] = FieldProblem("message.email_wrong")
    if wanted.mobile and not _MOBILE.fullmatch(wanted.mobile):
        problems["mobile"] = FieldProblem("message.mobile_wrong")
    if problems:
        typed = asdict(wanted)
        raise FormInvalid(typed, problems)


def _channels(email: str, mobile: str) -> list[str]:
    return [channel for channel, place in ((EMAIL, email), (SMS, mobile)) if place]


def _row(
    session: Session,
    officer_id: UUID,
    channel: str,
    kind: str,
    now: datetime,
    *,
    notification_id: UUID | None = None,
    **facts: int,
) -> dict[str, Any]:
    return {
        "id": new_id(session.recorded_at),
        "officer_id": officer_id,
        "notification_id": notification_id,
        "channel": channel,
        "kind": kind,
        "facts": facts,
        "state": QUEUED,
        "at": now,
        "run_at": now,
    }


def go_on(database: Database, carriers: Carriers, now: datetime) -> int:
    """Put new notices into the outbox and send what is due; -> how many were tried. Harmless when several do it."""
    for district_id in database.read(setup_queries.districts, SystemScope(SystemReason.MESSAGES)):
        scope = SystemScope(SystemReason.MESSAGES, district_id)
        day = calendars.day(now)
        if database.read(lambda session: _has_news(session, day, now), scope):  # noqa: B023 - called at once
            database.write(lambda session: _fill(session, day, now), scope)  # noqa: B023
    return _send(database, carriers, now)


def _has_news(session: Session, day: date, now: datetime) -> bool:
    at_once = table.untold(session, day, now - _OLDEST, 1)
    return bool(at_once) or (
        _is_digest_time(now) and bool(table.undigested(session, day, _this_morning(now)))
    )


def _fill(session: Session, day: date, now: datetime) -> None:
    rows = [
        _row(session, each.officer_id, channel, each.kind, now, notification_id=each.id)
        for each in table.untold(session, day, now - _OLDEST, 500)
        for channel in _channels(each.email, each.mobile)
    ]
    if _is_digest_time(now):
        until = _this_morning(now)
        for each in table.undigested(session, day, until):
            rows += [
                _row(session, each.officer_id, channel, DIGEST, now, count=each.waiting)
                for channel in _channels(each.email, each.mobile)
            ]
            table.set_digested(session, each.officer_id, until)
    if rows:
        table.insert_messages(session, rows)


def _is_digest_time(now: datetime) -> bool:
    return calendars.local(now).time() >= _DIGEST_FROM


def _this_morning(now: datetime) -> datetime:
    return calendars.local(now).replace(hour=_DIGEST_FROM.hour, minute=0, second=0, microsecond=0)


def _send(database: Database, carriers: Carriers, now: datetime) -> int:
    """Each message is taken in hand first: no second worker sends it too, unless this one died over it."""
    everywhere = SystemScope(SystemReason.MESSAGES)
    found = database.read(lambda session: table.due(session, now, _AT_ONCE), everywhere)
    dead: set[str] = set()
    for row in found:
        in_hand = {"attempts": row.attempts + 1, "run_at": now + _PAUSES[0]}
        if row.channel in dead or not _changed(database, row, row.attempts, in_hand):
            continue  # the rest of a round need not wait for the same server
        values = _tried(database, row, carriers, now)
        if values["error"] == UNREACHABLE:
            dead.add(row.channel)
        _changed(database, row, row.attempts + 1, values)
    return len(found)


def _changed(database: Database, row: AnyRow, known: int, values: Mapping[str, Any]) -> bool:
    return database.write(
        lambda session: table.update_message(session, row.id, known, values),
        SystemScope(SystemReason.MESSAGES, row.district_id),
    )


def _tried(database: Database, row: AnyRow, carriers: Carriers, now: datetime) -> dict[str, Any]:
    """Send one message; -> what is to be kept of the try."""
    try:
        is_sent = _carry(database, row, carriers, now)
    except NotSent as failed:
        if failed.is_final or row.attempts >= len(_PAUSES):
            return {"state": FAILED, "error": failed.reason}
        return {"run_at": now + _PAUSES[row.attempts], "error": failed.reason}
    except DomainError:  # its file cannot be drawn: the other messages go on
        return {"state": FAILED, "error": "no_file"}
    return {"state": SENT, "sent_at": now, "error": ""} if is_sent else {"state": HELD, "error": ""}


def _carry(database: Database, row: AnyRow, carriers: Carriers, now: datetime) -> bool:
    """-> whether there was anything to carry it. Raises NotSent."""
    words = _texts().get(row.kind) or _texts()[OTHER]
    language = "en" if row.language == "en" else "hi"
    place = f"{database.public_address}{_PLACES.get(row.kind, '/inbox')}"
    text = words[language].format_map({**row.facts, "address": place})
    if row.channel == EMAIL and row.email and carriers.mail is not None:
        file = weekly.attachment(database, row, now) if row.kind == weekly.KIND else None
        carriers.mail.send(row.email, "ई-सत्यापन" if language == "hi" else "e-Satyapan", text, file)
        return True
    if row.channel == SMS and row.mobile and carriers.sms is not None:
        carriers.sms.send(row.mobile, row.kind, text)
        return True
    return False


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    found: dict[str, Any] = json.loads(_TEXTS.read_text(encoding="utf-8"))
    return {kind: words for kind, words in found.items() if isinstance(words, dict)}
