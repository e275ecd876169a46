"""Conditions, days and time limits stand on pages as sentences with the names that officers know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from app import engine
from app.domain.roles import Role
from app.services.procedure import releases
from app.web.deployment.sentences import Sentences
from app.web.frame import language
from tests.office import text_of
from tests.sources import ROOT

if TYPE_CHECKING:
    from tests.office import Office

FILES = releases.read_folder(ROOT)
FEEL = re.compile(r"\b[a-z]+_[a-z_]+\b|[a-z]\.[a-z]|working days after\(|[<>]=?|\bfor \w+ in\b")


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_no_text_of_the_shipped_route_is_left_in_feel(lang: str) -> None:
    things = [
        one
        for name, data in FILES.items()
        if name.endswith(".bpmn")
        for one in engine.describe(name, data).values()
    ]
    with language.of(lang):
        sentences = Sentences(FILES)
        said = {
            thing.texts[part]: getattr(sentences, part)(thing.texts[part])
            for thing in things
            for part in ("condition", "days", "timer")
            if thing.texts.get(part)
        }
    assert len(said) > 30
    assert {text: sentence for text, sentence in said.items() if FEEL.search(sentence)} == {}


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('visit.resident = "house_locked"', "यदि “स्थल भ्रमण: निवास” “घर बंद, पुनः जाना है” है"),
        ("rounds > 2", "यदि “जाँच कितनी बार हुई” “2” से अधिक है"),
        (
            "not(outcome.sdpo_review) and (rounds = 1 or rounds = 2)",
            (
                "यदि “जाँच का निष्कर्ष: अनुमंडल पुलिस पदाधिकारी देखेंगे” “नहीं” है और "
                "(“जाँच कितनी बार हुई” “1” है या “जाँच कितनी बार हुई” “2” है)"
            ),
        ),
        ("some x in units satisfies x.kind = 1", "some x in units satisfies x.kind = 1"),
        ("visit.resident = ", "visit.resident = "),
    ],
)
def test_a_condition_is_a_sentence_or_stands_as_it_is(text: str, sentence: str) -> None:
    with language.of("hi"):
        found = Sentences(FILES).condition(text)
    assert found == sentence


def test_a_comparison_names_files_steps_and_days_in_words(office: Office) -> None:
    changed = FILES["enquiry.bpmn"].replace(
        b'value="max(1, checks.sla_thana - 2)"', b'value="checks.sla_thana"', 1
    )
    admin = office.at(Role.PROCESS_ADMIN)
    admin.get("/modeler")
    answer = admin.post("/modeler/releases/1/proposals", {"title": "दिन"})
    address = answer.headers["Location"]
    shown = text_of(admin.get(f"{address}/files/enquiry.bpmn"))
    assert "थाना: जाँच के कार्यदिवस" in shown
    assert "checks.sla" not in shown
    mark = re.search(
        r'name="sha256" value="([0-9a-f]+)"', text_of(admin.get(f"{address}/files/enquiry.bpmn/canvas"))
    )
    assert mark is not None
    admin.post(f"{address}/files/enquiry.bpmn", {"sha256": mark[1], "content": changed.decode()})
    compared = text_of(admin.get(f"{address}/compare"))
    assert "<ins>“" in compared
    assert "checks.sla" not in compared
