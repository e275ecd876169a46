"""What the public verification page says of a paper: genuine, not to be relied on, or unknown; no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from app.papers.devanagari import masked
from app.papers.texts import Texts, Words
from app.papers.values import both, dmy, filled

if TYPE_CHECKING:
    from datetime import date

State = Literal["ok", "report_ok", "bad", "unknown"]
_TEMPLATES: dict[State, str] = {
    "ok": "verify_page_ok",
    "report_ok": "verify_page_report_ok",
    "bad": "verify_page_bad",
    "unknown": "verify_page_unknown",
}


@dataclass(frozen=True, slots=True)
class IssuedPaper:
    """An issued paper as its row knows it. `status_on` is the day it was revoked or superseded."""

    output: str
    number: str
    name: Words
    issued_on: date
    purpose: Words
    requester: Words
    status: Literal["issued", "revoked", "superseded"] = "issued"
    status_on: date | None = None
    valid_till: date | None = None  # certificates only
    new_number: str = ""  # the paper in its place


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page shows: the state (a sign and a colour follow from it) and one sentence."""

    state: State
    sentence: Words


def public_answer(texts: Texts, paper: IssuedPaper | None, office: Words, today: date) -> Answer:
    """Say what the public may know of a paper on a day; None is a code that nothing was issued under."""
    if paper is None:
        return Answer("unknown", filled(texts, _TEMPLATES["unknown"], both("office", office)))
    state, status, since = _state(paper, today)
    words = {
        "office": office,
        "name_masked": Words(masked(paper.name.hi), masked(paper.name.en)),
        "purpose": paper.purpose,
        "requester": paper.requester,
        "paper_kind": texts.setting(f"paper_kind.{paper.output}"),
        "status": texts.setting(f"paper_status.{status}"),
    }
    values = {name: value for key, word in words.items() for name, value in both(key, word).items()}
    values |= {
        "cert_no": paper.number,
        "issue_date": dmy(paper.issued_on),
        "valid_till": dmy(paper.valid_till),
        "status_date": dmy(since),
        "new_no": paper.new_number,
    }
    return Answer(state, filled(texts, _TEMPLATES[state], values))


def _state(paper: IssuedPaper, today: date) -> tuple[State, str, date | None]:
    """Return the state, the word for a bad one, and the day since when."""
    if paper.status != "issued":
        return "bad", paper.status, paper.status_on or today
    if paper.valid_till and paper.valid_till < today:
        return "bad", "expired", paper.valid_till + timedelta(days=1)
    return ("ok" if paper.output == "CERTIFICATE" else "report_ok"), "", None
