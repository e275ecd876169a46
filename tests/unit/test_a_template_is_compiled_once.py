"""What one start of the program compiled of its pages, the next one takes; never after it has changed."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest

from app.web.frame import templates

if TYPE_CHECKING:
    from pathlib import Path


class Program:
    """A program with one page, started as often as a test likes."""

    def __init__(self, folder: Path) -> None:
        self.page, self.kept = folder / "page.html", folder / "__pycache__"
        self.page.write_text("{{ name }}: {% include 'part.html' %}")
        self.part = folder / "part.html"
        self.part.write_text("{{ word('greeting') }}")

    def shows(self, language: str = "hi", greeting: str = "नमस्ते") -> str:
        app = templates.Application("page", template_folder=str(self.page.parent))
        templates.add(app, word=lambda _key: greeting)
        templates.install(app, ("hi", "en"), lambda _: nullcontext())
        with app.test_request_context():
            return templates.render(app, language, "page.html", {"name": "<राम>"})

    def files(self) -> dict[str, int]:
        return {each.name: each.stat().st_mtime_ns for each in self.kept.iterdir()}


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


def test_a_second_start_compiles_nothing_and_shows_the_same(program: Program) -> None:
    assert program.shows() == "&lt;राम&gt;: नमस्ते"
    kept = program.files()
    assert len(kept) == 1
    # Words are text in what is kept: had it been compiled again, it would say the other one.
    assert program.shows(greeting="प्रणाम") == "&lt;राम&gt;: नमस्ते"
    assert program.files() == kept


def test_each_language_has_its_own(program: Program) -> None:
    program.shows()
    assert program.shows("en", "Good day") == "&lt;राम&gt;: Good day"
    assert program.shows() == "&lt;राम&gt;: नमस्ते"


def test_a_changed_page_is_compiled_anew(program: Program) -> None:
    program.shows()
    program.page.write_text("{{ word('greeting') }}, {{ name }}")
    assert program.shows() == "नमस्ते, &lt;राम&gt;"


def test_a_changed_part_of_a_page_is_compiled_anew(program: Program) -> None:
    program.shows()
    templates._made_of.cache_clear()  # as at another start
    program.part.write_text("{{ word('greeting') }}!")
    assert program.shows() == "&lt;राम&gt;: नमस्ते!"


def test_changed_words_are_compiled_anew(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    program.shows()
    monkeypatch.setattr(templates, "_made_of", lambda _: "a program with another catalogue")
    assert program.shows(greeting="प्रणाम") == "&lt;राम&gt;: प्रणाम"


@pytest.mark.parametrize("length", [0, 5, 20, 90])
def test_what_was_cut_off_is_compiled_anew(program: Program, length: int) -> None:
    program.shows()
    [kept] = program.kept.iterdir()
    kept.write_bytes(kept.read_bytes()[:length])
    assert program.shows() == "&lt;राम&gt;: नमस्ते"


def test_a_folder_that_cannot_be_written_stops_no_page(program: Program) -> None:
    program.kept.write_text("a file where the folder should be")
    assert program.shows() == "&lt;राम&gt;: नमस्ते"
