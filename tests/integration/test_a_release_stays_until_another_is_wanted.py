"""`flask deploy` and the start put releases into force: whole, in words when refused, the office's own kept."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from app import create_app
from app.config import Settings
from app.models.scope import SystemReason, SystemScope
from app.services import releases, setup
from tests.integration.conftest import NOW
from tests.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.services.database import Database

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
    code, said = command("deploy", "--folder", str(called(folder, "اردو")))
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
