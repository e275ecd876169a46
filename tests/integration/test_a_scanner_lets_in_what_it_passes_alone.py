"""The scanner for viruses: a real program on this machine judges each file before it is read; no verdict, no file."""

from __future__ import annotations

import os
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from app import create_app
from app.config import SettingRefused, Settings, load
from app.domain.errors import FieldProblem
from app.domain.roles import Role
from app.scanning import INFECTED, UNSCANNED, Scanner
from app.services.intake import rosters, sheetcolumns
from app.services.store import documents
from app.services.store.documents import Paper, Upload
from tests.districts import NOW
from tests.journey import Journey
from tests.office import text_of
from tests.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask

MARK = b"a mark that the scanner of this test takes for a virus"
#: Reads all of the file, and looks for the mark in it.
LOOKS = f"case $(cat | tr -d '\\000') in *'{MARK.decode()}'*) exit 1;; esac"


def photo(comment: bytes = b"") -> bytes:
    held = BytesIO()
    Image.new("RGB", (64, 48), "navy").save(held, "JPEG", comment=comment)
    return held.getvalue()


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], Scanner]:
    """A scanner that runs these lines of the shell."""

    def make(lines: str) -> Scanner:
        path = tmp_path / "scanner"
        path.write_text(f"#!/bin/sh\n{lines}\n")
        path.chmod(0o700)
        return Scanner((str(path),), seconds=5)

    return make


def test_a_clean_file_passes_and_a_marked_one_does_not(program: Callable[[str], Scanner]) -> None:
    scanner = program(LOOKS)
    assert isinstance(documents.prepare(Upload("scan", "a.jpg", "image/jpeg", photo()), scanner), Paper)
    refused = documents.prepare(Upload("scan", "a.jpg", "image/jpeg", photo(MARK)), scanner)
    assert isinstance(refused, FieldProblem)
    assert refused.key == "form.file_infected"


def test_the_file_is_judged_as_it_came_before_anything_reads_it(program: Callable[[str], Scanner]) -> None:
    refused = documents.prepare(Upload("scan", "a.pdf", "application/pdf", b"%PDF-" + MARK), program(LOOKS))
    assert isinstance(refused, FieldProblem)
    assert refused.key == "form.file_infected"  # and not that it is no PDF


@pytest.mark.parametrize(
    "lines", ["exit 2", "kill -9 $$", "cat >/dev/null; exit 127", "exec /no/such/program"]
)
def test_a_scanner_that_gives_no_verdict_lets_nothing_in(
    program: Callable[[str], Scanner], lines: str
) -> None:
    assert program(lines).refusal(photo()) == UNSCANNED


def test_a_scanner_that_hangs_or_is_gone_lets_nothing_in(program: Callable[[str], Scanner]) -> None:
    hanging = program("exec sleep 60")
    assert Scanner(hanging.command, seconds=0.2).refusal(photo()) == UNSCANNED
    assert Scanner((hanging.command[0] + "-that-is-gone",)).refusal(photo()) == UNSCANNED


def test_a_scanner_that_decides_without_reading_is_believed(program: Callable[[str], Scanner]) -> None:
    assert program("exit 1").refusal(os.urandom(3_000_000)) == INFECTED
    assert program("exit 0").refusal(os.urandom(3_000_000)) == ""


def test_the_program_gets_the_file_alone_and_no_secret_of_the_server(
    program: Callable[[str], Scanner], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGNATURE_PASSPHRASE", "a secret of the server")
    scanner = program(f'cat >/dev/null; printf "%s" "$#" > {tmp_path}/seen; env >> {tmp_path}/seen')
    assert scanner.refusal(photo()) == ""
    seen = (tmp_path / "seen").read_text()
    assert seen.startswith("0")
    assert "SECRET" not in seen.upper()


@pytest.mark.parametrize("text", ["no-such-scanner -", "'half a quotation"])
def test_a_scanner_that_is_not_on_the_machine_stops_the_start(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingRefused) as refused:
        load({"INSTANCE": str(tmp_path), "SCANNER": text})
    assert refused.value.name == "SCANNER"


def test_the_setting_is_split_as_a_shell_would_and_found_on_the_path(tmp_path: Path) -> None:
    found = load({"INSTANCE": str(tmp_path), "SCANNER": "cat - 'two words'", "PATH": os.defpath}).scanner
    assert found[0].endswith("/cat")
    assert found[1:] == ("-", "two words")


# -- before an officer ---------------------------------------------------------------------------------------


class Visit:
    """The form of a visit, open before its officer."""

    def __init__(self, app: Flask) -> None:
        self.app, self.database = app, app.extensions["database"]
        self.journey = Journey(self.database, NOW)
        number = self.journey.new_case(["th_mufassil"])
        self.journey.go_on(number, until="visit")
        self.task = next(each for each in self.journey.waiting(number) if each.element_id == "visit")
        self.address = f"/tasks/{self.task.id}"
        self.officer = Visitor(app).enter(self.journey.actor_of(self.task).officer_id, NOW)
        self.officer.get(self.address)

    def send(self, data: bytes) -> tuple[int, str]:
        boxes = {**self.journey.form_of(self.task).values, "_op": "submit"}
        boxes |= {"resident": "", "site_photo": (BytesIO(data), "घर.jpg", "image/jpeg")}
        answer = self.officer.post(self.address, boxes, content_type="multipart/form-data")
        return answer.status_code, text_of(answer)


@pytest.fixture
def visit(demo_sqlite: Path, tmp_path: Path) -> Iterator[Visit]:
    (tmp_path / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    settings = Settings(tmp_path, f"sqlite:///{tmp_path / 'satyapan.db'}", demo=True, testing=True)
    made = Visit(create_app(settings, clock=lambda: NOW))
    yield made
    made.database.close()


def test_what_the_scanner_found_is_told_at_its_box_and_nothing_of_it_is_kept(
    visit: Visit, program: Callable[[str], Scanner]
) -> None:
    visit.database.scanner = program(LOOKS)
    status, page = visit.send(photo(MARK))
    assert (status, "में वायरस मिला" in page) == (422, True)
    assert not [each for each in visit.database.documents.glob("*/*") if each.is_file()]
    visit.database.scanner = program("exit 2")
    status, page = visit.send(photo())
    assert (status, "वायरस की जाँच अभी नहीं हो पा रही" in page) == (422, True)
    assert not [each for each in visit.database.documents.glob("*/*") if each.is_file()]
    visit.database.scanner = program(LOOKS)
    visit.send(photo())
    assert [each for each in visit.database.documents.glob("*/*") if each.is_file()]


def test_a_list_of_candidates_is_shown_to_the_scanner_first(
    visit: Visit, program: Callable[[str], Scanner]
) -> None:
    visit.database.scanner = program(LOOKS)
    clerk = visit.journey.staff.holder(Role.DM_ASSISTANT)
    with pytest.raises(sheetcolumns.SheetRefused) as refused:
        rosters.CANDIDATES.upload(visit.database, clerk, MARK, NOW, visit.journey.register())
    assert refused.value.code == INFECTED
