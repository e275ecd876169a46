"""A line of a page never ends within a date, and what stands around the date is sent escaped."""

from __future__ import annotations

from markupsafe import Markup

from app.web.frame.language import unbroken

WHOLE = '<span class="text-nowrap">05-11-2026</span>'


def test_a_date_within_a_text_stays_on_one_line() -> None:
    assert unbroken("DEMO-01/2026, 05-11-2026 <b>") == f"DEMO-01/2026, {WHOLE} &lt;b&gt;"
    assert unbroken("SRN/2026/00012-05-11") == "SRN/2026/00012-05-11"


def test_what_was_escaped_before_is_not_escaped_again() -> None:
    assert unbroken(Markup("<i>05-11-2026</i> &amp;")) == f"<i>{WHOLE}</i> &amp;"
