"""What anybody learns who checks a paper: genuine, not to be relied on, or unknown."""

from dataclasses import replace
from datetime import date

import pytest

from app.papers import Answer, IssuedPaper, Words, public_answer
from tests.paper_samples import texts

TODAY = date(2026, 12, 1)
OFFICE = Words("जिला पदाधिकारी कार्यालय, सारण", "Office of the District Magistrate, Saran")
REPORT = IssuedPaper(
    output="REPORT",
    number="SRN/CAV/2026/000123/27",
    name=Words("राहुल कुमार शर्मा", "Rahul Kumar Sharma"),
    issued_on=date(2026, 11, 23),
    purpose=Words("सरकारी सेवा में नियुक्ति", "Government service appointment"),
    requester=Words("शिक्षा विभाग", "Education Department"),
)
CERTIFICATE = replace(REPORT, output="CERTIFICATE", valid_till=date(2027, 5, 22))


def judged(paper: IssuedPaper | None, today: date = TODAY) -> Answer:
    return public_answer(texts(), paper, OFFICE, today)


def test_a_genuine_report_has_no_validity_and_no_full_name() -> None:
    answer = judged(REPORT)
    assert answer.state == "report_ok"
    assert answer.sentence.hi.startswith(
        "सत्य: प्रतिवेदन SRN/CAV/2026/000123/27, रा*** कु*** श***, शिक्षा विभाग को"
    )
    assert "R*** K*** S***" in answer.sentence.en
    assert "Rahul" not in answer.sentence.en


def test_a_certificate_is_valid_through_its_last_day() -> None:
    assert judged(CERTIFICATE, date(2027, 5, 22)).state == "ok"
    late = judged(CERTIFICATE, date(2027, 5, 23))
    assert late.state == "bad"
    assert "23-05-2027 से अमान्य (मान्यता अवधि समाप्त)" in late.sentence.hi


@pytest.mark.parametrize(("status", "hindi"), [("revoked", "रद्द है"), ("superseded", "प्रतिस्थापित है")])
def test_a_withdrawn_paper_says_since_when_and_whom_to_ask(status: str, hindi: str) -> None:
    paper = IssuedPaper(
        **{name: getattr(REPORT, name) for name in ("output", "number", "name", "issued_on", "purpose")},
        requester=REPORT.requester,
        status="revoked" if status == "revoked" else "superseded",
        status_on=date(2026, 11, 25),
        new_number="SRN/CAV/2026/000200/11" if status == "superseded" else "",
    )
    answer = judged(paper)
    assert answer.state == "bad"
    assert f"दिनांक 25-11-2026 से {hindi}" in answer.sentence.hi
    assert OFFICE.en in answer.sentence.en
    assert ("SRN/CAV/2026/000200/11" in answer.sentence.en) == (status == "superseded")
    assert "***" not in answer.sentence.hi


def test_an_unknown_code_says_only_that_it_is_unknown() -> None:
    answer = judged(None)
    assert answer.state == "unknown"
    assert "अभिलेख में नहीं है" in answer.sentence.hi
