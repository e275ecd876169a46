"""`flask audit verify` against a forger who may write anything into the database: what was signed stays proven."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from app import create_app, papers
from app.config import Settings
from app.domain.roles import Role
from app.models.tables.audit import audit as rows
from app.models.tables.audit import checkpoint, checkpoint_head
from app.models.tables.cases import case
from app.models.tables.papers import certificate
from app.services.papers import certificates
from app.services.store import audit, recordmarks, scopes
from tests.districts import NOW
from tests.paper_samples import bound

if TYPE_CHECKING:
    from pathlib import Path

TABLES = ("audit", "checkpoint", "checkpoint_head")


class Record:
    """The record of a district with two cases, signed twice: as its administrator and as a forger sees it."""

    def __init__(self, journey, folder) -> None:
        self.journey, self.database, self.now = journey, journey.database, NOW
        settings = Settings(folder, "", testing=True)
        self.app = create_app(settings, self.database, clock=lambda: self.now)
        self.folder = settings.checkpoints
        self.first, self.second = (self._open_case() for _ in range(2))
        self.sign()
        for step in ("scrutinise", "route"):
            journey.do(self._number, step)
        self.sign()

    def _open_case(self):
        self._number = self.journey.new_case(["th_mufassil"])
        with self.database.engine.connect() as connection:
            return connection.execute(select(case.c.id).where(case.c.number == self._number)).scalar_one()

    def sign(self) -> None:
        answer = self.app.test_cli_runner().invoke(args=["audit", "checkpoint"])
        assert answer.exit_code == 0, answer.output
        self.now += timedelta(days=1)

    def verify(self, *options: str) -> str:
        """What the command says; "" when it calls the record whole. Whatever is wrong is said in both languages."""
        answer = self.app.test_cli_runner().invoke(args=["audit", "verify", *options])
        if answer.exit_code == 0:
            assert "The record is whole" in answer.stdout
            return ""
        assert answer.exit_code == 1, answer.output
        for line in answer.stderr.splitlines():
            assert re.search("[\u0900-\u097f].* / .*[a-z]", line), line
        return str(answer.stderr)

    def copies(self):
        return sorted(self.folder.glob("*.txt"))

    def chain(self, case_id):
        with self.database.engine.connect() as connection:
            return connection.execute(
                select(rows).where(rows.c.stream == f"case:{case_id}").order_by(rows.c.seq)
            ).all()

    def everything(self, table) -> list[dict[str, object]]:
        with self.database.engine.connect() as connection:
            return [row._asdict() for row in connection.execute(select(table).order_by(table.c.seq))]

    # -- the forger ---------------------------------------------------------------------------------------

    def forge(self, *statements) -> None:
        """Take the guards off, as whoever owns the database can, and write."""
        with self.database.engine.begin() as connection:
            for table in TABLES:
                if self.database.is_sqlite:
                    for verb in ("update", "delete"):
                        connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{verb}"))
                else:
                    connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
            for statement in statements:
                connection.execute(statement)

    def cut(self, case_id, count: int) -> int:
        """Take the last rows of a chain away and let its head agree; -> the last row that was there."""
        last = self.chain(case_id)[-1].seq
        self.forge(rows.delete().where(self._of(case_id), rows.c.seq > last - count))
        self._point_head(case_id)
        return int(last)

    def hash_anew(self, case_id, since: int) -> None:
        """Compute a chain anew from this row on, as its author would have, and its head with it."""
        chain = self.chain(case_id)
        prev, changes = bytes(chain[since - 2].hash), []
        for row in chain[since - 1 :]:
            digest = audit._digest(prev, row._asdict())
            changes.append(
                rows.update().where(self._of(case_id), rows.c.seq == row.seq).values(prev=prev, hash=digest)
            )
            prev = digest
        self.forge(*changes)
        self._point_head(case_id)

    def _point_head(self, case_id) -> None:
        chain = self.chain(case_id)
        values = {"audit_seq": chain[-1].seq, "audit_head": chain[-1].hash}
        self.forge(case.update().where(case.c.id == case_id).values(values))

    def _of(self, case_id):
        return rows.c.stream == f"case:{case_id}"


@pytest.fixture
def record(journey, tmp_path) -> Record:
    return Record(journey, tmp_path)


def test_a_record_that_nobody_touched_is_whole(record):
    assert record.verify() == ""
    record.journey.do(record._number, "accept_enquiry")
    assert record.verify() == "", "what came after the last checkpoint agrees, too"
    assert len(record.copies()) == 2


def test_rows_cut_from_the_end_of_a_chain_are_named_though_its_head_agrees(record):
    last = record.cut(record.second, 2)
    said = record.verify()
    assert f"row {last} of case:{record.second} is gone; it was there at the signed checkpoint 2" in said
    assert f"case:{record.second} की पंक्ति {last} अब नहीं है" in said


def test_a_chain_that_is_gone_whole_is_named(record):
    """The case's own row cannot go while others point to it; the forger empties its chain and its head."""
    record.forge(
        rows.delete().where(rows.c.stream == f"case:{record.first}"),
        case.update().where(case.c.id == record.first).values(audit_seq=0, audit_head=audit.FIRST),
    )
    assert f"of case:{record.first} is gone; it was there at the signed checkpoint 1" in record.verify()


def test_a_chain_written_and_hashed_anew_from_its_middle_is_named(record):
    chain = record.chain(record.second)
    record.forge(
        rows.update()
        .where(rows.c.stream == f"case:{record.second}", rows.c.seq == chain[-2].seq)
        .values(role="dm")
    )
    record.hash_anew(record.second, since=chain[-2].seq)
    said = record.verify()
    assert said.count("\n") == 1, "the chain agrees with itself: only the checkpoint tells"
    assert (
        f"row {chain[-1].seq} of case:{record.second} is not what it was at the signed checkpoint 2" in said
    )


def test_what_a_checkpoint_holds_cannot_be_made_to_agree_with_a_forged_chain(record):
    chain = record.chain(record.second)
    record.forge(
        rows.update()
        .where(rows.c.stream == f"case:{record.second}", rows.c.seq == chain[-1].seq)
        .values(action="task:claim")
    )
    record.hash_anew(record.second, since=chain[-1].seq)
    record.forge(
        checkpoint_head.update()
        .where(
            checkpoint_head.c.stream == f"case:{record.second}", checkpoint_head.c.row_seq == chain[-1].seq
        )
        .values(head=record.chain(record.second)[-1].hash)
    )
    said = record.verify()
    assert "checkpoint 2 was altered" in said
    assert "जाँच-बिन्दु 2 बदला गया है" in said


FORGED = {
    "district_id": 219,
    "seq": 3,
    "rows": 1,
    "root": b"\0" * 32,
    "note": "e-satyapan/218\n1\nAAAA\n",
    "at": NOW - timedelta(days=400),
}
FORGED_HEAD = {"district_id": 219, "seq": 1, "stream": "case:x", "row_seq": 1, "head": b"\0" * 32}


def test_every_column_of_a_checkpoint_is_forged_in_these_tests():
    assert set(FORGED) == set(checkpoint.c.keys())
    assert set(FORGED_HEAD) == set(checkpoint_head.c.keys())


@pytest.mark.parametrize(
    ("table", "forged"),
    [(checkpoint, FORGED), (checkpoint_head, FORGED_HEAD)],
    ids=["checkpoint", "checkpoint_head"],
)
def test_a_checkpoint_edited_in_any_column_is_named(record, table, forged):
    before = record.everything(table)
    for column, value in forged.items():
        change = (
            {"stream": "case:y", column: value}
            if column == "seq" and table is checkpoint_head
            else {column: value}
        )
        record.forge(
            table.delete(),
            table.insert().values(before[:-1]),
            table.insert().values({**before[-1], **change}),
        )
        assert re.search("checkpoint [23] (was altered|of the copy)", record.verify()), column
        record.forge(table.delete(), table.insert().values(before))
        assert record.verify() == "", column


def test_a_removed_checkpoint_is_named(record):
    record.forge(checkpoint.delete().where(checkpoint.c.seq == 1))
    said = record.verify()
    assert "checkpoint 1 was removed" in said
    assert "checkpoint 1 of the copy" in said


def test_the_copy_outside_tells_of_a_last_checkpoint_that_was_removed(record):
    """With its heads gone as well, and the chain cut: the database agrees with itself in everything."""
    outside = record.folder.parent / "on-another-machine"
    outside.mkdir()
    for copy in record.copies():
        copy.rename(outside / copy.name)
    record.cut(record.second, 1)
    record.forge(
        checkpoint_head.delete().where(checkpoint_head.c.seq == 2),
        checkpoint.delete().where(checkpoint.c.seq == 2),
    )
    assert record.verify() == "", "nothing in the database tells"
    said = record.verify("--checkpoint", str(outside))
    assert "checkpoint 2 of the copy" in said
    assert "is not in the database" in said
    assert "डाटाबेस में नहीं है" in said


def test_whoever_has_the_key_as_well_is_told_by_the_copy_outside(record):
    """The machine's own administrator signs a forged record anew; the copy on another machine still differs."""
    outside = record.folder.parent / "on-another-machine"
    record.folder.rename(outside)
    record.cut(record.second, 1)
    record.forge(
        checkpoint_head.delete().where(checkpoint_head.c.seq == 2),
        checkpoint.delete().where(checkpoint.c.seq == 2),
    )
    record.now -= timedelta(days=1)
    record.sign()
    assert record.verify() == ""
    [first, second] = sorted(outside.glob("*.txt"))
    assert record.verify("--checkpoint", str(first)) == ""
    assert "checkpoint 2 in the database differs from the copy" in record.verify("--checkpoint", str(second))


@pytest.mark.parametrize(
    ("old", "new"), [("number 2", "number 9"), ("e-satyapan/218", "e-satyapan/999"), ("at 2", "at 1")]
)
def test_a_copy_that_was_altered_is_named(record, old, new):
    copy = record.copies()[-1]
    copy.write_text(copy.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    said = record.verify()
    assert f"{copy} was not signed by this installation, or was altered" in said
    assert f"{copy} पर इस प्रणाली का हस्ताक्षर नहीं है" in said


def test_a_copy_is_known_by_what_stands_in_it_not_by_its_name(record):
    """A renamed copy of a forged record must not be passed over in silence."""
    copy = record.copies()[-1].rename(record.folder.parent / "printed.txt")
    assert record.verify("--checkpoint", str(copy)) == ""
    record.forge(checkpoint.update().where(checkpoint.c.seq == 2).values(rows=1))
    assert "differs" in record.verify("--checkpoint", str(copy)) or "altered" in record.verify()


@pytest.mark.parametrize("table", [checkpoint, checkpoint_head], ids=["checkpoint", "checkpoint_head"])
def test_the_database_itself_refuses_to_change_a_checkpoint(record, table):
    for statement in (table.update().values(seq=7), table.delete()):
        with pytest.raises(Exception, match="append-only"), record.database.engine.begin() as connection:
            connection.execute(statement)


def test_each_checkpoint_covers_only_what_is_new_and_all_that_was_before(record):
    with record.database.engine.connect() as connection:
        notes = connection.execute(select(checkpoint).order_by(checkpoint.c.seq)).all()
        total = connection.execute(text("SELECT count(*) FROM audit")).scalar_one()
        second = set(
            connection.execute(select(checkpoint_head.c.stream).where(checkpoint_head.c.seq == 2)).scalars()
        )
    assert notes[1].rows == total > notes[0].rows
    assert f"case:{record.second}" in second
    assert f"case:{record.first}" not in second, "it has not grown"


# -- papers that left the office --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Issued:
    """An issued paper in a stranger's hand, a copy of the record as it was signed before."""

    record: Record
    file: Path

    @property
    def data(self) -> bytes:
        return self.file.read_bytes()


@pytest.fixture
def held(record, tmp_path) -> Issued:
    """Of a case that was opened after the last checkpoint."""
    place, record.journey.now = tmp_path / "paper.pdf", record.now
    record.journey.go_on(record.journey.new_case())
    with record.database.engine.connect() as connection:
        row = connection.execute(select(certificate).order_by(certificate.c.number.desc())).first()
    dm = record.journey.staff.holder(Role.DM)
    place.write_bytes(certificates.file(record.database, dm, row.document_id, NOW).data)
    return Issued(record, place)


def test_an_issued_paper_carries_the_newest_signed_checkpoint_and_one_without_is_told_in_words(held):
    record, folder = held.record, held.file.parent / "papers"
    mark = papers.read_mark(held.data)
    assert mark.note == record.everything(checkpoint)[-1]["note"]
    assert re.fullmatch("[0-9a-f]{16}", mark.key_id)
    public = record.database.keys.paper_key().public_key()
    assert papers.read_seal(held.data, public).state == "whole", "the mark lies under the paper's own seal"
    folder.mkdir()
    held.file.rename(folder / "paper.pdf")
    assert record.verify("--checkpoint", str(folder)) == ""
    for bare in (bound((folder / "paper.pdf").read_bytes()), b"%PDF-1.4 torn off"):
        (folder / "older.pdf").write_bytes(bare)
        said = record.verify("--checkpoint", str(folder))
        assert f"{folder / 'older.pdf'} is a PDF that carries no signed checkpoint" in said
        assert said.count("\n") == 1, "the other paper was compared"


def test_a_paper_in_a_strangers_hand_tells_of_rows_that_were_cut_with_their_checkpoint(held):
    """The database agrees with itself and its folder is gone: nothing but the paper still knows."""
    record = held.record
    for copy in record.copies():
        copy.unlink()
    last = record.cut(record.second, 1)
    said = record.verify("--checkpoint", str(held.file))
    assert f"row {last} of case:{record.second} is gone; it was there at the signed checkpoint 2" in said
    record.forge(
        checkpoint_head.delete().where(checkpoint_head.c.seq == 2),
        checkpoint.delete().where(checkpoint.c.seq == 2),
    )
    assert record.verify() == "", "nothing in the database tells"
    said = record.verify("--checkpoint", str(held.file))
    assert f"checkpoint 2 of the copy {held.file}" in said
    assert "is not in the database" in said


def test_a_paper_that_is_drawn_again_carries_the_same_mark_though_the_record_was_signed_since(record):
    scope = scopes.record(218)
    first, second = (record.everything(checkpoint)[number] for number in (0, 1))

    def marks(session):
        times = (first["at"] - timedelta(seconds=1), first["at"], second["at"])
        return [recordmarks.numbered(session, recordmarks.newest(session, at)) for at in times]

    before, of_first, of_second = record.database.read(marks, scope)
    assert before is None, "a paper from before the first checkpoint carries none"
    assert [of_first.note, of_second.note] == [first["note"], second["note"]]
    paper = bound()
    drawn = papers.marked(paper, of_first)
    assert drawn == papers.marked(paper, of_first) != papers.marked(paper, of_second)
