"""Words that no keyboard writes, in every address and box that is searched or looked up: an answer, never a fault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from app import create_app
from app.config import Settings
from app.domain.roles import Role
from tests.districts import NOW
from tests.visitor import Visitor

if TYPE_CHECKING:
    from pathlib import Path

    from tests.journey import Journey

ODD = {
    "nul": "क\x00ख",
    "control": "\x1b[31m\r\n",
    "half of a pair": "\udc80".encode("utf-8", "surrogatepass").decode("latin-1"),
    "no character": "\ufffe\uffff",
    "pattern": "%_\\'\";--",
    "long": "क" * 3000,
    "number": "9" * 40,
    "digits of no number": "²①",
    "digits without end": "9" * 5000,
    "emoji": "😀" * 40,
}


ASKED = ("search", "after", "tab", "age", "sort", "size", "thana", "purpose", "requisition", "mine", "lang")


@pytest.fixture
def visitor(journey: Journey, tmp_path: Path) -> Visitor:
    app = create_app(Settings(tmp_path, "", testing=True), journey.database, clock=lambda: NOW)
    journey.new_case(["th_mufassil"])
    return Visitor(app).enter(journey.staff.holder(Role.DM_SECTION_HEAD).officer_id, NOW)


@pytest.mark.parametrize("word", ODD.values(), ids=ODD)
def test_odd_words_are_answered(visitor: Visitor, word: str) -> None:
    text = quote(word, safe="")[:3500]
    addresses = [f"/cases/{text}", f"/verify/{text}", f"/help/{text}", f"/assets/{text}"]
    addresses += [f"/inbox?{name}={text}" for name in ASKED]
    addresses += [
        f"/requisitions?after={text}",
        f"/certificates?after={text}",
        f"/verify?code={text}",
        f"/?x={text}",
    ]
    answers: dict[str, int] = {address: visitor.get(address).status_code for address in addresses}
    for address, boxes in POSTED.items():
        visitor.get("/account")
        answers[address] = visitor.post(address, dict.fromkeys(boxes, word)).status_code
    stranger = Visitor(visitor.app)
    answers["/sign-in"] = stranger.sign_in(word, word).status_code
    assert not {address[:60]: status for address, status in answers.items() if status >= 500}


#: Where a post looks something up by what was typed.
POSTED: dict[str, tuple[str, ...]] = {
    "/search": ("search",),
    "/inbox": ("search",),
    "/requisitions": ("search",),
    "/requisitions/new": ("letter_no", "requesting_dept", "purpose", "candidate_count", "_op"),
    "/account/language": ("language", "next"),
    "/account/post": ("posting",),
}


def test_a_word_with_a_nul_finds_nothing_and_says_so(visitor: Visitor) -> None:
    visitor.get("/search")
    answer: Any = visitor.post("/search", {"search": "राहुल\x00"})
    assert answer.status_code == 200
