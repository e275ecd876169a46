"""A month and a week that are over leave their statements behind: sealed, hashed, listed, and sent without a name."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.domain.roles import Role
from app.models.desk.messages import message
from app.models.reports.kept import kept_statement
from app.models.tables.audit import audit
from app.postbox import MailServer
from app.services.notices import messages
from app.services.notices.messages import Carriers, Wishes
from app.services.reports import keptstatements, reports, weekly
from app.services.store.scopes import actor_scope
from tests.mail import MailBox
from tests.office import Office, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FRIDAY = datetime(2026, 11, 27, 5, 0, tzinfo=UTC)
TUESDAY = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)  # month and week are over
ADDRESS = "sp.saran@bihar.gov.in"


@pytest.fixture
def place(demo_sqlite: Path, tmp_path: Path) -> Iterator[Office]:
    """A case that came in November and lies with its thana on the first of December."""
    (tmp_path / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    made = Office(tmp_path, FRIDAY)
    made.number = made.journey.new_case(["th_manjhi"])
    made.journey.go_on(made.number, until="accept_enquiry")
    made.now = made.journey.now = TUESDAY
    yield made
    made.database.close()


def kept(place: Office) -> list[Any]:
    with place.database.engine.connect() as connection:
        return list(connection.execute(select(kept_statement).order_by(kept_statement.c.statement)))


def test_each_statement_of_the_month_and_one_of_the_week_is_kept_once(place):
    assert keptstatements.keep_due(place.database, TUESDAY) == len(reports.STATEMENTS) + 1
    assert keptstatements.keep_due(place.database, TUESDAY + timedelta(days=3)) == 0
    rows = kept(place)
    assert {row.statement for row in rows} == {*reports.STATEMENTS, "weekly"}
    assert "मांझी".encode() not in b"".join(bytes(row.figures) for row in rows), "they lie sealed"
    with place.database.engine.connect() as connection:
        told = connection.execute(select(audit.c.detail).where(audit.c.action == "statement:keep")).scalars()
        assert {detail["sha256"] for detail in told} == {bytes(row.sha256).hex() for row in rows}
    next_month = keptstatements.keep_due(place.database, TUESDAY + timedelta(days=31))
    assert next_month == len(reports.STATEMENTS) + 1


def test_a_kept_statement_shows_the_figures_of_then(place):
    keptstatements.keep_due(place.database, TUESDAY)
    place.journey.go_on(place.number)  # whatever comes later changes nothing
    dm = place.at(Role.DM)
    page = text_of(dm.get("/reports/kept"))
    assert "kept." not in page.partition("<main")[2]
    [row] = [row for row in kept(place) if row.statement == "pendency"]
    assert bytes(row.sha256).hex() in page
    lines = csv.DictReader(io.StringIO(dm.get(f"/reports/kept/{row.id}.csv").get_data().decode("utf-8-sig")))
    there = {line["थाना"]: line for line in lines}["थाना मांझी"]
    assert (there["माह में प्राप्त"], there["माह के अंत में लंबित"]) == ("1", "1")
    for ending, begin in (("xlsx", b"PK"), ("pdf", b"%PDF")):
        assert dm.get(f"/reports/kept/{row.id}.{ending}").get_data().startswith(begin)
    assert dm.get(f"/reports/kept/{row.id}.exe").status_code == 404
    assert place.at(Role.SHO, "th_manjhi").get(f"/reports/kept/{row.id}.csv").status_code == 403
    assert place.at(Role.SHO, "th_manjhi").get("/reports/kept").status_code == 403
    [officers] = [row for row in kept(place) if row.statement == "officers"]
    assistant = place.at(Role.DM_ASSISTANT)
    assert str(officers.id) not in text_of(assistant.get("/reports/kept"))
    assert assistant.get(f"/reports/kept/{officers.id}.csv").status_code == 403
    assert dm.get(f"/reports/kept/{officers.id}.csv").status_code == 303, "of officers by name: by a code"
    asked = dm.post(f"/reports/kept/{officers.id}.csv").headers["Location"]
    place.journey.confirm(place.journey.staff.holder(Role.DM), UUID(asked.removeprefix("/step-up/")))
    assert dm.post(asked).mimetype == "text/csv"


def test_figures_that_were_altered_are_not_given_out(place):
    keptstatements.keep_due(place.database, TUESDAY)
    [row] = [row for row in kept(place) if row.statement == "pendency"]
    with place.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(
            update(kept_statement).where(kept_statement.c.id == row.id).values(sha256=b"\0" * 32)
        )
    answer = place.at(Role.DM).get(f"/reports/kept/{row.id}.pdf")
    assert answer.status_code == 409
    assert "रखे गए थे" in text_of(answer)


@pytest.fixture
def box() -> Iterator[MailBox]:
    made = MailBox()
    yield made
    made.end()


def wish(place: Office, role: Role, office: str = "") -> None:
    staff = place.journey.staff
    actor = staff.holder(role, staff.offices(role)[office]) if office else staff.holder(role)
    wanted = Wishes(ADDRESS if role is Role.SP else "sho@bihar.gov.in", is_weekly=True)
    place.database.write(lambda rows: messages.set_wishes(rows, actor, wanted, FRIDAY), actor_scope(actor))


def test_the_week_goes_to_who_supervises_and_wants_it_once_as_a_pdf(place, box):
    carriers = Carriers(MailServer(box.url, "noreply@saran.bihar.gov.in"))
    wish(place, Role.SP)
    wish(place, Role.SHO, "th_manjhi")
    messages.go_on(place.database, carriers, FRIDAY)  # the trials
    box.letters.clear()
    assert weekly.queue_due(place.database, TUESDAY) == 0, "no week is kept yet"
    keptstatements.keep_due(place.database, TUESDAY)
    assert weekly.queue_due(place.database, TUESDAY) == 1
    assert weekly.queue_due(place.database, TUESDAY) == 0
    messages.go_on(place.database, carriers, TUESDAY + timedelta(hours=3))
    [letter] = box.letters
    assert letter["To"] == ADDRESS
    [file] = letter.iter_attachments()
    assert file.get_filename() == "weekly-2026-11-23.pdf"
    assert file.get_content().startswith(b"%PDF")
    assert place.number not in letter.as_string()
    with place.database.engine.connect() as connection:
        found = connection.execute(select(message).where(message.c.kind == "weekly")).one()
    assert (found.state, found.facts) == ("sent", {"week": TUESDAY.date().toordinal() - 8})
    old = weekly.queue_due(place.database, TUESDAY + timedelta(days=5))
    assert old == 0, "the news of a week is told within it"
