"""The glossary names only what exists, and the catalogues keep to its words."""

import re

import pytest
from babel.messages.pofile import read_po

from tests import sources

GLOSSARY = sources.text(sources.ROOT / "GLOSSARY.md")
#: Forms, papers and diagrams also speak of criminal cases, and there the word is right.
CRIMINAL_CASES_TOO = {"forms", "papers", "gate", "rights", "crimes"}
IDENTIFIERS = sorted(
    {
        name
        for row in GLOSSARY.splitlines()
        if row.startswith("|") and "`" in row
        for name in re.findall(r"`(\w+)`", row)
    }
)

#: Words that an officer would read wrongly, and what stands in their place (the glossary's last table).
AVOIDED = {
    "कांड": "प्रकरण",
    "कार्यसूची": "मेरे कार्य",
    "इतिहास": "घटनाक्रम",
    "अंकेक्षण": "गतिविधि अभिलेख",
    "जाँच अधिकारी": "जाँच पदाधिकारी",
    "पंजीकरण": "निबंधन",
    "संभावित दंड": "अनुमानित शास्ति",
    "द्वितीयक प्रति": "अनुलिपि",
    "जिलाधिकारी": "जिला पदाधिकारी",
}


@pytest.mark.parametrize("name", IDENTIFIERS)
def test_every_name_in_code_is_used_in_code(name: str) -> None:
    places = sources.below("app", "processes", "forms")
    assert any(re.search(rf"(?<![A-Za-z]){name}(?![A-Za-z])", sources.text(path)) for path in places), (
        "The glossary names what the code no longer has: put one of them right"
    )


def test_no_catalogue_uses_a_word_that_misleads() -> None:
    wrong = []
    for path in sources.below("app/translations/hi", suffix=".po"):
        with path.open("rb") as file:
            for message in read_po(file, locale="hi"):
                texts = [message.string] if isinstance(message.string, str) else list(message.string)
                wrong += [
                    f"{sources.name(path)}: {message.id}: {text!r}: say {better}"
                    for text in texts
                    for avoided, better in AVOIDED.items()
                    if avoided in text and not (avoided == "कांड" and path.stem in CRIMINAL_CASES_TOO)
                ]
    assert not wrong, "\n".join(wrong)


def test_diagrams_decisions_and_forms_call_the_magistrate_by_his_title() -> None:
    wrong = [
        sources.name(path)
        for path in sources.below("processes", "forms", "templates")
        if "जिलाधिकारी" in sources.text(path)
    ]
    assert not wrong, "Say जिला पदाधिकारी"
