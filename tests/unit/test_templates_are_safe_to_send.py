"""What djLint does not see: text sent unescaped, code in attributes, a form that anyone may forge."""

import re
from pathlib import Path

import pytest

from tests import sources

SCREENS = [
    path for path in sources.below("templates", suffix=".html") if "/papers/" not in sources.name(path)
]
PAPERS = [path for path in sources.below("templates", suffix=".html") if "/papers/" in sources.name(path)]

_COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->", re.DOTALL)
_FORM = re.compile(r"<form\b(?P<attributes>[^>]*)>(?P<body>.*?)</form>", re.DOTALL | re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b(?P<attributes>[^>]*)>", re.IGNORECASE)

each_screen = pytest.mark.parametrize("path", SCREENS, ids=sources.name)


def markup(path: Path) -> str:
    return _COMMENT.sub("", sources.text(path))


@pytest.mark.parametrize("path", SCREENS + PAPERS, ids=sources.name)
def test_nothing_is_sent_unescaped(path: Path) -> None:
    found = re.findall(r"\|\s*safe\b|autoescape\s+false", markup(path))
    assert not found, "Let Python build a Markup from escaped parts, so that one place answers for it"


@each_screen
def test_no_code_or_style_in_attributes(path: Path) -> None:
    text = markup(path)
    found = re.findall(r"\son\w+\s*=|\shx-on\b|\shx-on:|\sstyle\s*=|<style\b|=\s*[\"']javascript:", text)
    assert not found, (
        "The content policy forbids it: use a class in frontend/styles/, a listener in frontend/"
    )


@each_screen
def test_no_script_stands_in_the_page(path: Path) -> None:
    inline = [
        match["attributes"]
        for match in _SCRIPT.finditer(markup(path))
        if "src=" not in match["attributes"] and 'type="application/json"' not in match["attributes"]
    ]
    assert not inline, "Data goes out as application/json; code comes from the bundle"


@each_screen
def test_every_post_carries_its_token(path: Path) -> None:
    forgeable = [
        match["attributes"].strip()
        for match in _FORM.finditer(markup(path))
        if re.search(r"method\s*=\s*[\"']?post", match["attributes"], re.IGNORECASE)
        and "csrf_token" not in match["body"]
        and not re.search(r'url_for\("verify\.by_(birth|file)"', match["attributes"])  # they change nothing
    ]
    assert not forgeable, "Put the csrf_token field first in the form"


@each_screen
def test_a_file_is_chosen_by_a_button_in_the_officers_language(path: Path) -> None:
    if sources.name(path) not in ("templates/frame/words.html", "templates/forms/fields.html"):
        assert 'type="file"' not in markup(path), "The browser's own button speaks its own language: file_box"


@each_screen
def test_what_an_act_came_to_is_said_by_the_macros_alone(path: Path) -> None:
    if sources.name(path) != "templates/frame/strips.html":
        found = re.findall(r'"strip strip-(?:done" role=|bad" role="alert" tabindex=)', markup(path))
        assert not found, "It is announced and focused in one way: strip_done, strip_refused"
