"""`flask deploy` and the start put releases into force: whole, in words when refused, the office's own kept."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from app import create_app
from app.config import Settings
from app.models.scope import SystemReason, SystemScope
from app.services.installation import setup
from app.services.procedure import releases
from tests.districts import NOW
from tests.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.services.store.database import Database

SCOPE = SystemScope(SystemReason.DEPLOY, setup.DEMO_DISTRICT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the release as it is shipped, to be changed."""
    for part in ("processes", "forms", "templates/papers"):
        shutil.copytree(ROOT / part, tmp_path / "release" / part)
    return tmp_path / "release"


def called(folder: Path, place: str) -> Path:
    """Give the district's seat another name in the paper texts."""
    texts = folder / "templates" / "papers" / "texts.json"
    content = json.loads(texts.read_text("utf-8"))
    content["settings"]["place"] = {"hi": place, "en": place}
    texts.write_text(json.dumps(content), "utf-8")
    return folder


def place_of(database: Database) -> str:
    return database.read(lambda session: releases.active(session).texts.setting("place").hi, SCOPE)


@pytest.fixture
def office(demo_url: str, open_database: Callable[[str], Database]) -> Database:
    return open_database(demo_url)


def test_a_release_of_the_office_outlives_every_start(office: Database, folder: Path) -> None:
    assert setup.deploy(office, setup.DEMO_DISTRICT, NOW, called(folder, "साहेबगंज"))
    setup.prepare(office, NOW)
    setup.add_district(office, setup.DEMO_DISTRICT, NOW, is_demo=True)
    assert place_of(office) == "साहेबगंज"


def test_a_new_version_of_the_product_brings_its_own_release(office: Database, folder: Path) -> None:
    setup.prepare(office, NOW, called(folder, "दिघवारा"))
    assert place_of(office) == "दिघवारा"
    setup.prepare(office, NOW)  # the version before, started again
    assert place_of(office) == "छपरा"


def test_the_same_files_make_no_new_release(office: Database, folder: Path) -> None:
    assert not setup.deploy(office, setup.DEMO_DISTRICT, NOW, folder)


@pytest.fixture
def command(office: Database, tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """`flask <words>` on this database; -> its exit code and all that it said."""
    settings = Settings(tmp_path, str(office.engine.url), demo=True, testing=True)
    app = create_app(settings, database=office, clock=lambda: NOW)

    def run(*words: str) -> tuple[int, str]:
        with app.app_context():
            result = app.test_cli_runner().invoke(args=words)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        return result.exit_code, result.output

    return run


def test_the_command_deploys_a_folder_and_says_what_is_the_same(
    command: Callable[..., tuple[int, str]], office: Database, folder: Path
) -> None:
    code, said = command("deploy", "--folder", str(called(folder, "मढ़ौरा")))
    assert code == 0
    assert "218" in said
    assert place_of(office) == "मढ़ौरा"
    assert command("deploy", "--folder", str(folder))[0] == 0


def test_what_is_wrong_with_the_texts_of_papers_is_said_in_words(
    command: Callable[..., tuple[int, str]], office: Database, folder: Path
) -> None:
    code, said = command("deploy", "--folder", str(called(folder, "ខ្មែរ")))
    assert code == 1
    assert "papers.json: settings" in said
    assert "इन अक्षरों के स्थान पर दूसरे अक्षर लिखें।" in said
    texts = folder / "templates" / "papers" / "texts.json"
    content = json.loads(texts.read_text("utf-8"))
    for language in ("hi", "en"):
        content["templates"]["report_clear"][language] += "{salary}"
    texts.write_text(json.dumps(content), "utf-8")
    code, said = command("deploy", "--folder", str(folder))
    assert code == 1
    assert "papers.json: report_clear" in said
    assert "अज्ञात स्थान-धारक: {salary}" in said
    assert "{answer." in said  # the remedy
    assert place_of(office) == "छपरा"


BROKEN = {
    "a diagram whose branches do not meet": (
        "processes/enquiry.bpmn",
        'targetRef="gather_findings"',
        'targetRef="enter_endorsement"',
        "enquiry.bpmn: enter_endorsement",
        ("आगे सब दो बार होगा", "ग्रहण एवं आवंटन → किसका क्षेत्राधिकार?: हमारा", "“share_work” पर बँटती हैं"),
        ("would be done twice", "Accept and assign → Whose jurisdiction?: Ours", "part at “share_work”"),
    ),
    "a form with a part that is not allowed": (
        "forms/visit.form",
        '"type": "radio"',
        '"type": "iframe"',
        "visit.form: Field_",
        ('प्रकार "iframe" नहीं चलता',),
        ('the type "iframe" is not allowed',),
    ),
    "a decision with half an expression": (
        "processes/outcome.dmn",
        "<text>true</text>",
        "<text>true and</text>",
        "outcome.dmn: outcome_rule_1_if_wanted",
        ("सूत्र समझ में नहीं आया", "FEEL में लिखें"),
        ("cannot be read", "Write FEEL"),
    ),
    "a decision that sums up what is one": (
        "processes/checks.dmn",
        "<decisionTable ",
        '<decisionTable aggregation="SUM" ',
        "checks.dmn: ",
        ("से योग नहीं हो सकता", "COLLECT के साथ"),
        ("cannot be summed up", "go with COLLECT"),
    ),
    "a condition that compares a number with a text": (
        "processes/verification.bpmn",
        "rounds &gt; 2",
        "rounds &gt; &quot;2&quot;",
        "verification.bpmn: rounds_left_to_enter_recommendation (हाँ / Yes)",
        ("संख्या और पाठ को साथ रखता है",),
        ("sets a number against a text",),
    ),
    "a file that breaks off": (
        "processes/enquiry.bpmn",
        "</bpmn:process>",
        "</bpmn:proces>",
        "enquiry.bpmn",
        ("XML अधूरी या टूटी है",),
        ("the XML is incomplete or broken",),
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_deploys_nothing_and_is_told_with_its_remedy_in_both_languages(
    command: Callable[..., tuple[int, str]], office: Database, folder: Path, name: str
) -> None:
    file, old, new, place, hindi, english = BROKEN[name]
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    before = office.read(releases.active, SCOPE).id
    code, said = command("deploy", "--folder", str(folder))
    assert code == 1
    lines = said.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(place))
    assert all(words in lines[start + 1] for words in hindi), lines[start + 1]
    assert all(words in lines[start + 2] for words in english), lines[start + 2]
    assert "%(" not in said
    assert "Nothing was deployed" in said
    assert office.read(releases.active, SCOPE).id == before


def test_a_folder_without_a_release_is_told_what_is_missing(
    command: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    code, said = command("deploy", "--folder", str(tmp_path / "empty"))
    assert code == 1
    assert "The release lacks the process “verification”" in said
    assert "papers.json" in said


def test_a_new_machine_is_told_what_to_do_first(tmp_path: Path) -> None:
    settings = Settings(tmp_path, f"sqlite:///{tmp_path / 'new.db'}", demo=True, testing=True)
    app = create_app(settings, clock=lambda: NOW)

    def run(*words: str) -> tuple[int, str]:
        with app.app_context():
            result = app.test_cli_runner().invoke(args=words)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        return result.exit_code, result.output

    code, said = run("audit", "verify")
    assert (code, "The database is not ready" in said) == (1, True)
    code, said = run("deploy")
    assert (code, "district add <LGD code>" in said) == (1, True)
    assert run("district", "add", "218")[0] == 0
    code, said = run("deploy")
    assert (code, "the same release is in force already" in said) == (0, True)
    app.extensions["database"].close()
