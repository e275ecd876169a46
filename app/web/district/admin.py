"""Administration: what stopped and is tried again or put away, and how many offices and officers there are."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from flask import Blueprint, abort, g, request, url_for

from app.domain.roles import Permission
from app.services.access import officers
from app.services.installation import backups
from app.services.jobs import keysback, retries, stalls
from app.services.jobs.retries import Outcome
from app.services.workflow import incidents
from app.web.frame import confirmations, language
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.services.workflow.incidents import IncidentLine

bp = Blueprint("admin", __name__)

SHOWN = 100  # the newest; whoever has more has one cause many times, and tries them all again together
CLOSED = "closed"
FOUND, NONE_FOUND = "motionless", "none_motionless"
#: How good the news is that an act on an incident brings.
_TONE = {FOUND: "bad", Outcome.STUCK: "bad", Outcome.REWRITTEN: "warn", Outcome.TRANSFERRED: "warn"}


@bp.get("/admin")
@requires(Permission.ADMIN_SEE)
def overview() -> ResponseReturnValue:
    stopped, staff = transaction.read(
        lambda rows: (incidents.open_incidents(rows), officers.staff(rows, transaction.now()))
    )
    overdue = stalls.overdue(transaction.database(), g.actor, transaction.now())
    may_retry = g.actor.may(Permission.INCIDENT_RETRY)
    may_see_backup = g.actor.may(Permission.BACKUP_SEE)
    backup = transaction.read(lambda rows: backups.last(rows, g.actor)) if may_see_backup else None
    return page(
        "admin/overview.html",
        incidents=stopped[:SHOWN],
        count=len(stopped),
        causes=_causes(stopped) if may_retry else [],
        staff=staff,
        overdue=overdue,
        keys=transaction.database().office_keys.states(g.actor.district_id, transaction.now()),
        stopped=keysback.counts(transaction.database(), g.actor.district_id),
        departs=transaction.database().office_keys.takes_rsa_2048,
        why=language.incident,
        details=_details,
        may_retry=may_retry,
        may_see_calendar=g.actor.may(Permission.CALENDAR_SEE),
        may_see_values=g.actor.may(Permission.VALUES_SEE),
        may_see_policies=g.actor.may(Permission.POLICY_SEE),
        may_see_series=g.actor.may(Permission.SERIES_SEE),
        may_keep_thanas=g.actor.may(Permission.THANA_KEEP),
        may_keep_offices=g.actor.may(Permission.OFFICE_KEEP),
        may_keep_departments=g.actor.may(Permission.DEPARTMENT_KEEP),
        may_watch_tokens=g.actor.may(Permission.PROGRAM_WATCH),
        backup=backup,
        may_see_backup=may_see_backup,
        may_make_codes=g.actor.may(Permission.ENTRY_CODE),
        news=_news(confirmations.take_notes()),
    )


@bp.post("/admin/incidents/<uuid:incident_id>/retry")
@requires(Permission.INCIDENT_RETRY)
def retry(incident_id: UUID) -> ResponseReturnValue:
    outcome = retries.retry(transaction.database(), g.actor, incident_id, transaction.now())
    return _told({outcome: 1})


@bp.post("/admin/incidents/retry")
@requires(Permission.INCIDENT_RETRY)
def retry_all() -> ResponseReturnValue:
    """Every incident of one cause, as many as one request can bear; the rest by the next click."""
    code = request.form.get("code", "")
    if not code:
        abort(400)
    return _told(retries.retry_all(transaction.database(), g.actor, code, transaction.now()))


@bp.post("/admin/incidents/<uuid:incident_id>/close")
@requires(Permission.INCIDENT_RETRY)
def close(incident_id: UUID) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    is_open = transaction.write(lambda rows: incidents.close(rows, actor, incident_id, now))
    return _told({CLOSED if is_open else Outcome.SETTLED: 1})


@bp.post("/admin/incidents/<uuid:incident_id>/skip")
@requires(Permission.INCIDENT_RETRY)
def skip(incident_id: UUID) -> ResponseReturnValue:
    """Let a case go on without a reminder that cannot be sent."""
    return _told({retries.skip(transaction.database(), g.actor, incident_id, transaction.now()): 1})


@bp.post("/admin/watch")
@requires(Permission.INCIDENT_RETRY)
def watch() -> ResponseReturnValue:
    """Look now for cases that nothing moves; the worker looks once a day."""
    found = stalls.watch_own(transaction.database(), g.actor, transaction.now())
    return _told({FOUND if found else NONE_FOUND: found or 1})


def _told(outcomes: Mapping[str, int]) -> ResponseReturnValue:
    notes = {str(outcome): str(count) for outcome, count in outcomes.items()}
    return confirmations.tell_at(url_for("admin.overview"), **notes)


def _news(notes: Mapping[str, str]) -> list[tuple[str, str, str, int]]:
    """What the last click brought: tone, key of the words, how many; the same words for one and for many."""
    known = [*Outcome, CLOSED, FOUND, NONE_FOUND]
    return [
        (
            _TONE.get(name, "done"),
            f"incident.outcome.{name}",
            f"incident.outcome.{name}.text",
            int(notes[name]),
        )
        for name in known
        if name in notes
    ]


def _causes(stopped: Sequence[IncidentLine]) -> list[tuple[str, int]]:
    """Codes that stopped more than one case, most frequent first."""
    counts = Counter(line.code for line in stopped if line.may_retry)
    return [(code, count) for code, count in counts.most_common() if count > 1]


def _details(line: IncidentLine) -> list[tuple[str, str]]:
    """What an administrator may need to find the place: names of things with their codes."""
    return [
        (language.known(f"incident.detail.{name}") or name, _told_in_words(value, line.detail))
        for name, value in line.detail.items()
        if value
    ]


def _told_in_words(value: str, detail: Mapping[str, str]) -> str:
    """The sentence of a refusal that is kept by its key; any other value as it is."""
    text = language.known(value) if "." in value else ""
    try:
        return text % detail if text else value
    except (KeyError, ValueError, TypeError):
        return value
