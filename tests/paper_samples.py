"""A candidate, a firm and their papers, for the tests that compose and draw."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

from app import papers
from app.papers import (
    Address,
    Assets,
    Copy,
    District,
    PaperFacts,
    RecordRow,
    Requester,
    Signer,
    Subject,
    Texts,
    Verification,
    Words,
    load_texts,
)
from tests.sources import ROOT

TEXTS_BYTES = (ROOT / "templates" / "papers" / "texts.json").read_bytes()
ASSETS = Assets()
ISSUED_AT = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)


Change = Callable[[dict[str, Any]], object]


def changed(change: Change) -> bytes:
    """The shipped texts after a change."""
    content = json.loads(TEXTS_BYTES)
    change(content)
    return json.dumps(content).encode()


def append(template: str, more: str) -> Change:
    """Add the same words to both languages of a text."""

    def change(content: dict[str, Any]) -> None:
        for language in ("hi", "en"):
            content["templates"][template][language] += more

    return change


def texts() -> Texts:
    return load_texts(TEXTS_BYTES)


HOME = Address(
    village=Words("रामपुर टोला", "Rampur Tola"),
    district=Words("सारण", "Saran"),
    panchayat=Words("वार्ड संख्या 7", "Ward No. 7"),
    post_office=Words("छपरा", "Chapra"),
    thana=Words("मुफस्सिल", "Mufassil"),
    block=Words("छपरा सदर", "Chapra Sadar"),
    state=Words("बिहार", "Bihar"),
    pin="841301",
)
CANDIDATE = Subject(
    name=Words("राहुल कुमार शर्मा", "Rahul Kumar Sharma"),
    permanent=HOME,
    gender="male",
    relation="father",
    father=Words("विनय शर्मा", "Vinay Sharma"),
    born=date(1998, 3, 14),
)
FIRM = Subject(name=Words("सोन कंस्ट्रक्शन", "Son Construction"), permanent=HOME, kind="firm")
RECORD = RecordRow(
    thana=Words("मुफस्सिल", "Mufassil"),
    fir_no="112",
    fir_year="2021",
    sections="341/323/504/34",
    act=Words("भा०दं०वि०", "IPC"),
    role=Words("प्राथमिकी अभियुक्त", "accused named in the FIR"),
    stage=Words("न्यायालय में विचाराधीन", "under trial"),
    fir_date=date(2021, 5, 4),
    court=Words("मुख्य न्यायिक दंडाधिकारी, छपरा", "Chief Judicial Magistrate, Chhapra"),
)
CLEAR = PaperFacts(
    template="report_clear",
    output="REPORT",
    language="hi",
    number="SRN/CAV/2026/000123/27",
    memo_no="DM-GEN/CHAR/2026/00017",
    issued_on=date(2026, 11, 23),
    district=District("सारण", "Saran", is_practice=False),
    subject=CANDIDATE,
    purpose=Words("सरकारी सेवा में नियुक्ति", "Government service appointment"),
    requester=Requester(
        department=Words("शिक्षा विभाग, बिहार, पटना", "Education Department, Bihar, Patna"),
        address_block=Words(
            "निदेशक (प्रशासन),\nशिक्षा विभाग, बिहार सरकार,\nनया सचिवालय, पटना - 800015",
            "The Director (Administration),\nEducation Department, Government of Bihar,\nPatna - 800015",
        ),
        letter_no="112/2026",
        letter_date=date(2026, 11, 2),
    ),
    signer=Signer("dm", Words("आलोक रंजन, भा०प्र०से०", "Alok Ranjan, I.A.S.")),
    verification=Verification("https://saran.example.in/verify", "7QK2M4XHPB3WZ9"),
    period_from=date(2021, 11, 23),
    period_to=date(2026, 11, 20),
    reporting_units=(
        Words("मुफस्सिल थाना", "Mufassil Police Station"),
        Words("गड़खा थाना", "Garkha Police Station"),
    ),
    residence="resident",
    sp_memo_no="SP-CONF/CHAR/2026/00088",
    sp_memo_date=date(2026, 11, 20),
)
COPIES = (
    Copy("sp", Words("वरीय पुलिस अधीक्षक, सारण", "The Senior Superintendent of Police, Saran")),
    Copy("sho", Words("थानाध्यक्ष, मुफस्सिल थाना", "The Station House Officer, Mufassil P.S.")),
    Copy("office"),
)


def clear_report(**changes: Any) -> PaperFacts:
    return replace(CLEAR, **changes)


def adverse_report(**changes: Any) -> PaperFacts:
    return replace(CLEAR, **({"template": "report_adverse", "records": (RECORD,)} | changes))


def certificate(**changes: Any) -> PaperFacts:
    facts = {
        "template": "cert_clear",
        "output": "CERTIFICATE",
        "validity_months": 6,
        "valid_till": date(2027, 5, 22),
    }
    return replace(CLEAR, **(facts | changes))


def bound(*files: bytes) -> bytes:
    """Papers bound into one file, as those of a letter are: without their signatures."""
    out = BytesIO()
    papers.bind(map(BytesIO, files), out)
    return out.getvalue()
