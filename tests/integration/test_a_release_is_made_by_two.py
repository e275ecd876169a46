"""A changed procedure: made as a proposal, checked, approved by another officer, in force for new cases alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app import engine
from app.domain.errors import Conflict, NotAllowed, ReleaseRefused
from app.domain.roles import Role
from app.models.tables import cases as case_tables
from app.models.tables.audit import audit
from app.services.access import stepup
from app.services.deployment import release_proposals as proposals
from app.services.procedure import procedures, releases
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from app.domain.roles import Actor
    from tests.journey import Journey

ROUTE = "verification.bpmn"
NOTE = "जिला पदाधिकारी के निर्णय का समय घटाया गया"
SHIPPED = (ROOT / "processes" / ROUTE).read_bytes()


class Makers:
    """The process administrator, and the officers who approve."""

    def __init__(self, journey: Journey) -> None:
        self.journey, self.database = journey, journey.database
        self.admin = journey.staff.holder(Role.PROCESS_ADMIN)
        self.dm = journey.staff.holder(Role.DM)

    def read(self, work: Callable[..., Any]) -> Any:
        return self.database.read(work, actor_scope(self.admin))

    def write(self, work: Callable[..., Any], actor: Actor | None = None) -> Any:
        return self.database.write(work, actor_scope(actor or self.admin))

    def begin(self, version: int = 1) -> UUID:
        found: UUID = self.write(
            lambda rows: proposals.begin(
                rows, self.admin, procedures.release(rows, version).row.id, "समय घटाना", NOW
            )
        )
        return found

    def contents(self, proposal_id: UUID) -> dict[str, bytes]:
        found: dict[str, bytes] = self.read(lambda rows: proposals.files(rows, proposal_id))
        return found

    def save(self, proposal_id: UUID, data: bytes, known: str = "") -> str:
        seen = self.read(lambda rows: proposals.view(rows, self.admin, proposal_id)).file(ROUTE).sha256
        found: str = self.write(
            lambda rows: proposals.save(rows, self.admin, proposal_id, ROUTE, data, known or seen, NOW)
        )
        return found

    def send(self, proposal_id: UUID, note: str = NOTE) -> None:
        proposals.send(self.database, self.admin, proposal_id, note, NOW)

    def approve(self, proposal_id: UUID, actor: Actor | None = None, *, confirmed: bool = True) -> UUID:
        officer = actor or self.dm
        asked: UUID = self.write(lambda rows: proposals.to_approve(rows, officer, proposal_id, NOW), officer)
        if confirmed:
            self.journey.confirm(officer, asked)
        return proposals.approve(self.database, officer, proposal_id, asked, NOW)

    def state(self, proposal_id: UUID) -> str:
        return str(self.read(lambda rows: proposals.view(rows, self.admin, proposal_id)).row.status)

    def release_of(self, number: str) -> UUID:
        table = case_tables.case
        with self.database.engine.connect() as connection:
            found: UUID = connection.execute(
                select(table.c.release_id).where(table.c.number == number)
            ).scalar_one()
        return found


@pytest.fixture
def makers(journey: Journey) -> Makers:
    return Makers(journey)


def renamed(xml: bytes = SHIPPED, name: str = "जिला पदाधिकारी का आदेश") -> bytes:
    """The route with another name at the magistrate's step."""
    step = next(one for one in engine.steps(xml) if one.element_id == "decide")
    texts = engine.texts_of(step)
    return engine.change_step(xml, "decide", type(texts)(name, *list(_values(texts))[1:]))


def _values(texts: engine.StepTexts) -> list[str]:
    return [getattr(texts, name) for name in texts.__slots__]


def test_what_two_officers_agree_on_is_in_force_for_new_cases_alone(makers: Makers) -> None:
    old = makers.journey.new_case()
    before = makers.release_of(old)
    proposal_id = makers.begin()
    makers.save(proposal_id, renamed())
    makers.send(proposal_id)
    release_id = makers.approve(proposal_id)
    new = makers.journey.new_case()
    assert (makers.release_of(old), makers.release_of(new)) == (before, release_id)
    assert makers.journey.go_on(old) is None
    assert makers.journey.go_on(new) is None
    row = makers.read(procedures.in_force).row
    assert (row.version, row.author, row.approved_by, row.note) == (
        2,
        makers.admin.officer_id,
        makers.dm.officer_id,
        NOTE,
    )
    loaded = makers.read(releases.active)
    assert loaded.engine.label("decide")[0] == "जिला पदाधिकारी का आदेश"


def test_the_record_tells_who_made_and_who_approved(makers: Makers) -> None:
    proposal_id = makers.begin()
    makers.save(proposal_id, renamed())
    makers.send(proposal_id)
    makers.approve(proposal_id)
    with makers.database.engine.connect() as connection:
        acts = connection.execute(
            select(audit.c.action, audit.c.actor_id).where(audit.c.stream == "admin").order_by(audit.c.seq)
        ).all()
    admin, dm = makers.admin.officer_id, makers.dm.officer_id
    assert [tuple(act) for act in acts][-3:] == [
        ("proposal:begin", admin),
        ("proposal:send", admin),
        ("release:deploy", dm),
    ]


def test_nobody_approves_what_he_had_a_hand_in(makers: Makers) -> None:
    proposal_id = makers.begin()
    makers.save(proposal_id, renamed())
    makers.send(proposal_id)
    both = _in_post(makers.admin, Role.DM)
    with pytest.raises(NotAllowed) as refused:
        makers.approve(proposal_id, both)
    assert refused.value.key == "error.own_proposal"
    assert not makers.read(lambda rows: proposals.view(rows, both, proposal_id)).may_approve
    assert makers.state(proposal_id) == proposals.SENT


def _in_post(actor: Actor, role: Role) -> Actor:
    return replace(actor, post=replace(actor.post, role=role))


@pytest.mark.parametrize(
    "role", [Role.SHO, Role.DM_SECTION_HEAD, Role.PROCESS_ADMIN, Role.USER_ADMIN, Role.ADM]
)
def test_only_dm_and_sp_approve(makers: Makers, role: Role) -> None:
    proposal_id = makers.begin()
    makers.save(proposal_id, renamed())
    makers.send(proposal_id)
    with pytest.raises(NotAllowed):
        makers.approve(proposal_id, makers.journey.staff.holder(role))


@pytest.mark.parametrize("role", [Role.SHO, Role.DM, Role.SP, Role.USER_ADMIN])
def test_only_process_administrators_make(makers: Makers, role: Role) -> None:
    proposal_id = makers.begin()
    stranger = makers.journey.staff.holder(role)
    with pytest.raises(NotAllowed):
        makers.write(lambda rows: proposals.save(rows, stranger, proposal_id, ROUTE, b"x", "", NOW), stranger)


def test_what_is_not_confirmed_is_not_in_force(makers: Makers) -> None:
    proposal_id = makers.begin()
    makers.save(proposal_id, renamed())
    makers.send(proposal_id)
    with pytest.raises(stepup.StepUpOver):
        makers.approve(proposal_id, confirmed=False)
    with pytest.raises(stepup.StepUpOver):
        proposals.approve(makers.database, makers.dm, proposal_id, None, NOW)
    assert makers.read(procedures.in_force).row.version == 1


def test_a_code_approves_the_files_that_it_was_given_for(makers: Makers) -> None:
    first, second = makers.begin(), makers.begin()
    for number, proposal_id in enumerate((first, second)):
        makers.save(proposal_id, renamed(name=f"निर्णय {number}"))
        makers.send(proposal_id)
    asked: UUID = makers.write(lambda rows: proposals.to_approve(rows, makers.dm, first, NOW), makers.dm)
    makers.journey.confirm(makers.dm, asked)
    with pytest.raises(stepup.ContentChanged):
        proposals.approve(makers.database, makers.dm, second, asked, NOW)
    makers.write(lambda rows: proposals.take_back(rows, makers.admin, first, NOW))
    makers.save(first, renamed(name="निर्णय 2"))
    makers.send(first)
    with pytest.raises(stepup.ContentChanged):  # the same proposal, with other files than were shown
        proposals.approve(makers.database, makers.dm, first, asked, NOW)
    assert makers.read(procedures.in_force).row.version == 1


def test_what_the_gate_refuses_is_never_sent(makers: Makers) -> None:
    proposal_id = makers.begin()
    broken = SHIPPED.replace(b'name="candidateRole" value="dm"', b'name="candidateRole" value="sho"', 1)
    assert broken != SHIPPED
    makers.save(proposal_id, broken)
    with pytest.raises(ReleaseRefused) as refused:
        makers.send(proposal_id)
    assert {problem.element_id for problem in refused.value.problems} == {"decide"}
    assert makers.state(proposal_id) == proposals.OPEN


def test_what_was_sent_stays_as_it_was_sent(makers: Makers) -> None:
    proposal_id = makers.begin()
    makers.save(proposal_id, renamed())
    makers.send(proposal_id)
    with pytest.raises(proposals.Refused):
        makers.save(proposal_id, SHIPPED)
    makers.write(lambda rows: proposals.take_back(rows, makers.admin, proposal_id, NOW))
    makers.save(proposal_id, renamed(name="आदेश"))
    with pytest.raises(proposals.Refused):
        makers.approve(proposal_id)


def test_what_is_returned_carries_its_reason_and_can_be_changed(makers: Makers) -> None:
    proposal_id = makers.begin()
    makers.save(proposal_id, renamed())
    makers.send(proposal_id)
    reason = "नाम में पद का पूरा नाम लिखें"
    makers.write(lambda rows: proposals.send_back(rows, makers.dm, proposal_id, reason, NOW), makers.dm)
    row = makers.read(lambda rows: proposals.view(rows, makers.admin, proposal_id)).row
    assert (row.status, row.reason, row.decided_by) == (proposals.OPEN, reason, makers.dm.officer_id)
    makers.save(proposal_id, renamed(name="जिला पदाधिकारी का निर्णय एवं आदेश"))


def test_a_release_that_came_between_is_never_undone_unseen(makers: Makers) -> None:
    first, second = makers.begin(), makers.begin()
    makers.save(first, renamed())
    makers.save(second, renamed(name="अंतिम आदेश"))
    makers.send(first)
    makers.send(second)
    makers.approve(first)
    with pytest.raises(proposals.Refused) as refused:
        makers.approve(second)
    assert refused.value.key == "error.release_changed"


def test_the_slower_of_two_is_shown_both_versions(makers: Makers) -> None:
    proposal_id = makers.begin()
    seen = makers.read(lambda rows: proposals.view(rows, makers.admin, proposal_id)).file(ROUTE).sha256
    faster, slower = renamed(), renamed(name="अंतिम आदेश")
    makers.save(proposal_id, faster)
    with pytest.raises(proposals.FileChanged) as lost:
        makers.save(proposal_id, slower, seen)
    assert isinstance(lost.value, Conflict)
    assert (lost.value.saved, lost.value.typed) == (faster, slower)
    assert makers.contents(proposal_id)[ROUTE] == faster


def test_the_way_back_is_a_release_like_any_other(makers: Makers) -> None:
    proposal_id = makers.begin()
    makers.save(proposal_id, renamed())
    makers.send(proposal_id)
    makers.approve(proposal_id)
    back = makers.begin(version=1)
    makers.send(back, "संस्करण 1 पर वापसी, आदेश के अनुसार")
    makers.approve(back)
    row = makers.read(procedures.in_force).row
    assert row.version == 3
    first = makers.read(lambda rows: procedures.release(rows, 1)).row
    assert row.sha256 == first.sha256


def test_nothing_is_sent_that_changes_nothing_or_says_nothing(makers: Makers) -> None:
    proposal_id = makers.begin()
    with pytest.raises(proposals.Refused) as refused:
        makers.send(proposal_id)
    assert refused.value.key == "error.proposal_same"
    with pytest.raises(proposals.Refused) as refused:
        makers.send(proposal_id, "x")
    assert refused.value.key == "error.proposal_note"
