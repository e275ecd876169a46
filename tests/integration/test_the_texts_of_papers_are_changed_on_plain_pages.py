"""The papers of a proposal one by one: a text changed in its box, faults told there, a draft of a made-up case."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING

import pytest

from app.domain.roles import Role
from app.services.deployment import packages, papertexts
from tests.office import text_of

if TYPE_CHECKING:
    from tests.office import Office
    from tests.visitor import Visitor

PAPER = "/papers/cert_clear"
NOW = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)


@pytest.fixture
def admin(office: Office) -> Visitor:
    visitor = office.at(Role.PROCESS_ADMIN)
    visitor.get("/modeler")
    return visitor


@pytest.fixture
def proposal(admin: Visitor) -> str:
    return str(admin.post("/modeler/releases/1/proposals", {"title": "पाठ बदलना"}).headers["Location"])


def boxes(page: str) -> dict[str, str]:
    """Every text of the page by its name, and the sum that the page saw, as a browser would send them."""
    found = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    mark = re.findall(r'<input[^>]* name="(sha256)" value="([^"]*)"', page)
    return {name: unescape(value).replace("\n", "\r\n") for name, value in found} | dict(mark)


def at_box(page: str, name: str) -> str:
    """What stands between the label of a box and its text."""
    return unescape(
        page.split(f'<label class="form-label" for="{name}">')[1].split("<textarea", maxsplit=1)[0]
    )


def test_a_text_is_changed_in_its_box_and_seen_on_the_draft(
    office: Office, admin: Visitor, proposal: str
) -> None:
    listed = text_of(admin.get(f"{proposal}/files/papers.json", follow_redirects=True))
    assert "पुलिस अधीक्षक का प्रतिवेदन" in listed
    assert f'href="{proposal}{PAPER}"' in listed
    page = text_of(admin.get(proposal + PAPER))
    assert "अनिवार्य" in page
    form = boxes(page)
    before = packages.unpack(office.database, admin.get(f"{proposal}/export").data)
    page = text_of(admin.post_and_follow(proposal + PAPER, {**form, "text-en": form["text-en"] + "\r\nQxq."}))
    assert "strip-bad" not in page
    after = packages.unpack(office.database, admin.get(f"{proposal}/export").data)
    expected = json.loads(before["papers.json"])
    expected["templates"]["cert_clear"]["en"] += "\nQxq."
    assert json.loads(after["papers.json"]) == expected, "nothing else changes"
    drawn = admin.get(f"{proposal}{PAPER}/preview.pdf?language=en")
    assert drawn.mimetype == "application/pdf"
    english, again, changed = (
        papertexts.draw(office.database, contents, "cert_clear", "en", NOW)
        for contents in (before, before, after)
    )
    assert english == again
    assert changed != english


def test_faults_are_told_at_their_box_and_no_draft_is_drawn(admin: Visitor, proposal: str) -> None:
    form = boxes(text_of(admin.get(proposal + PAPER)))
    typed = {
        **form,
        "text-hi": form["text-hi"].replace("{cert_no}", "") + "{salary} [[{answer.intake.mobile}]]",
        "text-en": form["text-en"],
    }
    page = text_of(admin.post_and_follow(proposal + PAPER, typed))
    told = at_box(page, "text-hi")
    assert "{salary}" in told
    assert "{answer.intake.mobile}" in told
    assert "cert_no" in told
    assert "fault-" not in at_box(page, "text-en")
    assert boxes(page)["text-hi"] == typed["text-hi"], "nothing typed is lost"
    answer = admin.get(f"{proposal}{PAPER}/preview.pdf")
    assert answer.status_code == 422
    assert "पहले उसे सुधारें" in text_of(answer)
    assert "त्रुटि है" in text_of(admin.get(f"{proposal}/papers"))


def test_two_at_one_text_see_both_versions(admin: Visitor, proposal: str) -> None:
    early = boxes(text_of(admin.get(f"{proposal}/papers/confidential_mark")))
    admin.post(f"{proposal}/papers/confidential_mark", {**early, "text-en": "SECRET"})
    answer = admin.post(f"{proposal}/papers/confidential_mark", {**early, "text-en": "PRIVATE"})
    assert answer.status_code == 409
    assert "PRIVATE" in text_of(answer)


def test_a_word_within_the_papers_has_a_box(admin: Visitor, proposal: str) -> None:
    form = boxes(text_of(admin.get(f"{proposal}/papers/settings")))
    page = text_of(admin.post_and_follow(f"{proposal}/papers/settings", {**form, "text-place.hi": ""}))
    assert "place" in at_box(page, "text-place.hi")


def test_a_file_that_is_no_set_of_texts_opens_as_text(admin: Visitor, proposal: str) -> None:
    page = text_of(admin.get(f"{proposal}/files/papers.json?text=yes"))
    sum_seen = re.findall(r'name="sha256" value="([^"]*)"', page)[0]
    admin.post(f"{proposal}/files/papers.json", {"sha256": sum_seen, "content": '{"templates": [7]}'})
    assert admin.get(f"{proposal}/papers").status_code == 404
    assert "&#34;templates&#34;: [7]" in text_of(admin.get(f"{proposal}/files/papers.json"))
