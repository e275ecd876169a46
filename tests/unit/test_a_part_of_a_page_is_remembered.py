"""A part of a page is drawn once for equal values, never for others; what it shows stays escaped and short-lived."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from jinja2 import TemplateAssertionError
from markupsafe import Markup

from app.domain.retention import LEAST_YEARS
from app.web.frame import templates
from app.web.frame.remembered import LONGEST, Memory

if TYPE_CHECKING:
    from pathlib import Path


class Row(NamedTuple):
    name: str
    days: int


class Program:
    """A program with one page, whose words are noted when they are looked up: so it is seen what was drawn."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.drawn = folder, list[str]()

    def write(self, page: str, **others: str) -> None:
        for name, text in {"page": page, **others}.items():
            (self.folder / f"{name}.html").write_text(text)
        self.app = templates.Application("page", template_folder=str(self.folder))
        templates.add(self.app, noted=self._noted)
        self.app.jinja_env.globals["token"] = lambda: "of this request"
        templates.install(self.app, ("hi", "en"), lambda _: nullcontext())

    def _noted(self, text: str) -> str:
        self.drawn.append(text)
        return text

    def shows(self, language: str = "hi", **values: Any) -> str:
        with self.app.app_context():
            return templates.render(self.app, language, "page.html", values)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


ROW = "<p>{{ noted(row.name) }} {{ row.days }}{{ unit }}</p>"
LIST = "{% for row in rows %}{% filter remembered %}" + ROW + "{% endfilter %}{% endfor %}"


def test_equal_values_are_drawn_once(program: Program) -> None:
    program.write(LIST)
    first = program.shows(rows=[Row("राम", 1), Row("श्याम", 2)], unit="d")
    assert first == "<p>राम 1d</p><p>श्याम 2d</p>"
    assert program.shows(rows=[Row("श्याम", 2), Row("राम", 1)], unit="d") == "<p>श्याम 2d</p><p>राम 1d</p>"
    assert program.drawn == ["राम", "श्याम"]


@pytest.mark.parametrize(
    "changed", [{"rows": [Row("राम", 2)]}, {"rows": [Row("रामू", 1)]}, {"unit": "h"}, {"unit": None}]
)
def test_every_variable_that_a_part_reads_is_in_its_key(program: Program, changed: dict[str, Any]) -> None:
    program.write(LIST)
    usual: dict[str, Any] = {"rows": [Row("राम", 1)], "unit": "d"}
    program.shows(**usual)
    row, unit = {**usual, **changed}["rows"][0], {**usual, **changed}["unit"]
    assert program.shows(**{**usual, **changed}) == f"<p>{row.name} {row.days}{unit}</p>"


def test_each_language_remembers_for_itself(program: Program) -> None:
    program.write(LIST)
    for language in ("hi", "en", "hi", "en"):
        program.shows(language, rows=[Row("राम", 1)])
    assert program.drawn == ["राम", "राम"]


def test_what_is_remembered_was_escaped(program: Program) -> None:
    program.write(LIST)
    for _ in range(2):
        shown = program.shows(rows=[Row("<script>", 1)], unit="&")
        assert shown == "<p>&lt;script&gt; 1&amp;</p>"
    assert len(program.drawn) == 1


def test_a_text_that_is_safe_lends_nothing_to_an_equal_one_that_is_not(program: Program) -> None:
    program.write("{% filter remembered %}{{ name }}{% endfilter %}")
    assert program.shows(name=Markup("<b>")) == "<b>"
    assert program.shows(name="<b>") == "&lt;b&gt;"
    assert program.shows(name=Markup("<b>")) == "<b>"


def test_a_part_may_not_ask_what_hangs_on_the_request(program: Program) -> None:
    program.write("{% filter remembered %}{{ name }}{{ token() }}{% endfilter %}")
    with pytest.raises(TemplateAssertionError, match="may not ask token"):
        program.shows(name="राम")


def test_nor_may_a_template_that_it_includes(program: Program) -> None:
    program.write(
        "{% filter remembered %}{{ name }}{% include 'part.html' %}{% endfilter %}", part="{{ token() }}"
    )
    with pytest.raises(TemplateAssertionError, match="may not ask token"):
        program.shows(name="राम")


def test_what_it_reads_must_stand_in_it(program: Program) -> None:
    program.write("{% filter remembered %}{{ name }}{% include other %}{% endfilter %}")
    with pytest.raises(TemplateAssertionError, match="must stand in it"):
        program.shows(name="राम", other="page.html")


def test_a_part_without_a_variable_is_text_already(program: Program) -> None:
    program.write("{% filter remembered %}<p>{% endfilter %}")
    with pytest.raises(TemplateAssertionError, match="no variable"):
        program.shows()


def test_two_parts_of_one_page_are_told_apart(program: Program) -> None:
    program.write(
        "{% filter remembered %}<i>{{ name }}{% endfilter %}\n{% filter remembered %}<b>{{ name }}{% endfilter %}"
    )
    assert program.shows(name="राम") == program.shows(name="राम") == "<i>राम\n<b>राम"


def test_what_is_remembered_of_a_case_is_gone_long_before_the_case_may_be_destroyed() -> None:
    shortest = timedelta(days=365 * LEAST_YEARS)
    assert timedelta(seconds=2 * LONGEST) * 1000 < shortest, "no key need tell the processes that it is gone"


def test_what_is_asked_for_stays_and_the_rest_goes_after_two_turns() -> None:
    memory = Memory(seconds=10)
    memory.tidy(100)
    memory.keep("asked", Markup("a"))
    memory.keep("left", Markup("b"))
    for now in (111, 122, 133):
        memory.tidy(now)
        assert memory.recall("asked") == "a"
    assert memory.recall("left") is None


def test_nothing_outlasts_a_long_rest() -> None:
    memory = Memory(seconds=10)
    memory.tidy(100)
    memory.keep("name", Markup("a"))
    memory.tidy(121)
    assert memory.recall("name") is None


def test_a_memory_holds_so_much_and_no_more() -> None:
    memory = Memory(most=3)
    for number in range(100):
        memory.keep(number, Markup("a"))
    held = [number for number in range(100) if memory.recall(number) is not None]
    assert held[-1] == 99
    assert len(held) <= 6
