"""A letter between two districts of one installation is a task there, and its answer comes back by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.models.cases import answer, document
from tests import neighbours
from tests.districts import KINDS, NOW
from tests.neighbours import BUXAR, SARAN, Pair

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module", params=KINDS)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("pair")
    if request.param == "postgres":
        server, demo = (request.getfixturevalue(name) for name in ("postgres_server", "demo_postgres"))
        made = neighbours.on_postgres(server, demo, folder, NOW)
    else:
        made = neighbours.on_sqlite(request.getfixturevalue("demo_sqlite"), folder, NOW)
    yield made
    made.database.close()


def test_the_letter_becomes_a_case_there_and_its_report_the_answer_here(pair: Pair) -> None:
    number = pair.ask()
    received = pair.received(number)
    assert received is not None
    assert (pair.letter(number).state, received.state) == ("sent", "waiting")
    theirs = pair.accept(number)
    assert theirs.startswith("BUX/")
    assert pair.buxar.steps(theirs) == ["route"], "what an SP asks is not scrutinised by the DM's office"
    assert (pair.letter(number).state, pair.letter(number).their_number) == ("sent", theirs)
    pair.buxar.go_on(theirs)
    assert pair.case(theirs).status == "issued"
    assert pair.letter(number).state == "answered"
    assert pair.saran.steps(number) != ["record_reply"], "nobody had to enter anything"
    own = pair.case(number)
    scans = [row for row in pair.rows(document, SARAN) if row.case_id == own.id and row.field == "od_scan"]
    [theirs_of] = [
        row
        for row in pair.rows(document, BUXAR)
        if row.field == "issued_paper" and row.case_id == pair.case(theirs).id
    ]
    assert [row.sha256 for row in scans] == [theirs_of.sha256]
    assert scans[0].data_key_id == own.data_key_id != theirs_of.data_key_id
    [reply] = [
        row for row in pair.rows(answer, SARAN) if row.case_id == own.id and row.form == "record_reply"
    ]
    assert reply.answered_by is None
    pair.saran.go_on(number)
    assert pair.case(number).status == "issued"
