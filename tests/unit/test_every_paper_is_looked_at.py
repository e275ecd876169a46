"""Every paper of the route in Hindi, in English and in both, as an officer of Saran would get it: kept as pictures.

The pictures lie in `test-output/papers/`; what a machine can see of a fault in them is asked here.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any, get_args

import pypdfium2
import pytest
from PIL import Image

from app import papers
from app.papers.specimen import _PLAIN, _SAID, _side
from tests import paper_samples as samples
from tests.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

PICTURES = ROOT / "test-output" / "papers"
LANGUAGES = get_args(papers.Spoken)
_SCALE = 100 / 72  # dots of a picture in a point of the page
_MARGIN = 7 / 25.4 * 72  # points at the edge in which nothing of a letter may stand
_PAPERS = ("letter", "certificate")
_KINDS = ("letter_", "order_", "slip_")
_NOT_SAID = (
    "residence",
    "section",
)  # the one beside what is said of the stay, the other beside the memo number

#: What the letters of the route name, in the words of the district.
WORDS = {
    "addr_district": ("पटना", "Patna"),
    "addressee": ("वरीय पुलिस अधीक्षक, सारण", "Senior Superintendent of Police, Saran"),
    "defect": (
        "फोटो नहीं: पासपोर्ट आकार की दो प्रतियाँ अपेक्षित",
        "no photo: two copies of passport size are wanted",
    ),
    "eo_name": ("पु०अ०नि० मनोज प्रसाद", "SI Manoj Prasad"),
    "explanation": ("पिता के नाम की वर्तनी शुद्ध की गई।", "The spelling of the father's name was corrected."),
    "facts": (
        "निरोधात्मक कार्रवाई: प्रविष्टि सं० 12/2024, बंधपत्र निष्पादित, दिनांक 31-03-2027 तक प्रभावी।",
        "Preventive action: entry no. 12/2024, bond executed, in force till 31-03-2027.",
    ),
    "instruction": ("स्थानीय चौकीदार से भी पूछताछ की जाए।", "The local chaukidar should be asked, too."),
    "met_whom": ("स्वयं", "the person"),
    "missing": ("जन्म तिथि का प्रमाण; दो गवाहों के नाम", "proof of the date of birth; names of two witnesses"),
    "mode": ("निबंधित डाक", "registered post"),
    "other_addr": ("फुलवारी शरीफ, थाना सदर, जिला पटना", "Phulwari Sharif, P.S. Sadar, District Patna"),
    "outcome": ("कोई प्रतिकूल तथ्य नहीं", "No adverse fact"),
    "place_of_hearing": ("समाहरणालय, छपरा", "the Collectorate, Chapra"),
    "reason": ("अभिलेखों एवं साक्षियों के कथन में कोई भिन्नता नहीं है", "records and witnesses agree"),
    "receipt_name": ("अनिल कुमार", "Anil Kumar"),
    "reporting_units": (
        "थाना मुफस्सिल, थाना मांझी तथा जिला अपराध अभिलेख ब्यूरो",
        "Mufassil P.S., Manjhi P.S. and DCRB",
    ),
    "requester": ("शिक्षा विभाग, बिहार", "Education Department, Bihar"),
    "speaking_order": (
        "पत्र निर्गत होने के पश्चात् थाना के अभिलेख से ज्ञात हुआ कि आवेदक ने अपना कांड घोषित नहीं किया था।",
        "After the paper was issued it was learnt from the record of the station that a case was not declared.",
    ),
    "step": ("ग्रहण एवं आवंटन", "Acceptance and allotment"),
    "thana": ("मुफस्सिल", "Mufassil"),
    "village": ("रामपुर टोला", "Rampur Tola"),
    "witnesses": ("(1) श्याम महतो (2) गीता देवी", "(1) Shyam Mahto (2) Gita Devi"),
}
NUMBERS = {
    "case_no": "SRN/2026/00001",
    "cert_no": "SRN/CAV/2026/000123/27",
    "new_no": "SRN/CAV/2026/000124/38",
    "req_letter_no": "112/2026",
    "diary_no": "2026/41",
    "dm_memo_no": "DM-GEN/VER/2026/00017",
    "sp_memo_no": "SP-CON/CHAR/2026/00088",
    "memo_no_ref": "SP-CON/VER/2026/00031",
    "dispatch_no": "DM-GEN/CHAR/2026/00017",
    "track_no": "EB123456789IN",
    "order_no": "DM-GEN/CHAR/2026/00019",
    "time": "11:30",
    "reg_from": "2021",
    "reg_to": "2026",
}


@cache
def texts() -> papers.Texts:
    return samples.texts()


def names() -> list[str]:
    """Whatever in the texts is a paper of its own."""
    every = papers.paper_texts(samples.TEXTS_BYTES)
    own = (each for each in every if each.kind in _PAPERS or each.kind.startswith(_KINDS))
    return sorted(each.name for each in own if each.kind != "order_frame")


def letter(name: str, language: papers.Spoken) -> papers.Composition:
    kind = texts().template(name).kind
    side = _side(kind)
    slip, order = kind.startswith("slip_"), kind.startswith("order_")
    head = (
        ("क्र०", "नाम", "पिता/पति", "पता", "प्रकरण संख्या"),
        ("No.", "Name", "Father/husband", "Address", "Case No."),
    )
    row = ("1", "राहुल कुमार शर्मा", "पिता विनय शर्मा", "रामपुर टोला, थाना मुफस्सिल", NUMBERS["case_no"])
    also = (
        "1",
        "Rahul Kumar Sharma",
        "son of Vinay Sharma",
        "Rampur Tola, P.S. Mufassil",
        NUMBERS["case_no"],
    )
    facts = papers.LetterFacts(
        template=name,
        signer=papers.Signer(
            side, papers.Words("अमित ओझा", "Amit Ojha"), station() if side == "thana" else papers.Words()
        ),
        district=papers.District("सारण", "Saran", is_practice=False),
        issued_on=date(2026, 11, 23),
        number="SP-CON/VER/2026/00031",
        memo_no="" if slip else "SP-CON/VER/2026/00031",
        frame="" if slip else "order_frame" if order else "letter_frame",
        language=language,
        words={
            key: papers.Words(*said)
            for key, said in (_SAID | WORDS | ordered()).items()
            if (kind, key) != ("letter_hearing", "facts")  # they are told at the hearing
        }
        | ({"outcome": papers.Words("प्रतिकूल तथ्य", "Adverse facts")} if name.endswith("_adverse") else {}),
        plain={**_PLAIN, **NUMBERS},
        rows={"cases": papers.record_rows([samples.RECORD] * 2), "defects": [defect(), defect()]},
        subject=samples.CANDIDATE,
        annex=(
            (tuple(map(papers.Words, *head)), tuple(map(papers.Words, row, also)))
            if kind in ("letter_forward", "letter_enquiry", "letter_reply")
            else ()
        ),
    )
    return papers.compose_letter(texts(), facts)


def station() -> papers.Words:
    return papers.Words("थानाध्यक्ष, थाना मुफस्सिल", "Station House Officer, Mufassil P.S.")


def ordered() -> dict[str, tuple[str, str]]:
    """What is said by the settings of the texts themselves."""
    said = {
        "ext_reason": "order_reason.festival",
        "scope": "order_scope",
        "ground": "revocation_ground.false_statement",
        "cause": "supersession_cause.clerical_error",
        "paper_kind": "paper_kind.CERTIFICATE",
        "stay": "stay.since_birth",
    }
    words = {key: texts().setting(name) for key, name in said.items()}
    return {key: (word.hi, word.en) for key, word in words.items()} | dict.fromkeys(_NOT_SAID, ("", ""))


def defect() -> dict[str, str]:
    hindi, english = WORDS["defect"]
    name = samples.CANDIDATE.name
    return {"defect_hi": hindi, "defect_en": english, "name_hi": name.hi, "name_en": name.en}


def report(name: str, language: papers.Spoken) -> papers.Composition:
    copies: dict[str, Any] = {"copies": samples.COPIES, "memo_no_copy": "DM-GEN/CHAR/2026/00018"}
    made: Callable[..., papers.PaperFacts] = samples.clear_report
    if name == "report_adverse":
        made = samples.adverse_report
    elif texts().template(name).kind == "certificate":
        made = samples.certificate
        copies = {"photo": face()}
    reason = texts().setting("nr_reason.not_known") if name == "report_not_resident" else papers.Words()
    return papers.compose(
        texts(), made(template=name, language=language, not_resident_reason=reason, **copies)
    )


def face() -> bytes:
    out = BytesIO()
    Image.new("RGB", (240, 320), "lightgrey").save(out, "JPEG")
    return out.getvalue()


def digital(facts: papers.PaperFacts) -> papers.PaperFacts:
    """The same, signed by a key."""
    how = {"mode": "digital", "signed_at": "23-11-2026 17:40", "certified_to": "ALOK RANJAN"}
    return replace(facts, signer=replace(facts.signer, **how))


#: Papers beside those of each text: how one looks that is signed by a key, replaces another, or is printed again.
OTHERS: dict[str, Callable[[papers.Spoken], papers.PaperFacts]] = {
    "cert_signed": lambda language: digital(samples.certificate(language=language)),
    "report_in_place": lambda language: samples.clear_report(
        language=language,
        replaces=papers.in_place_of(texts(), NUMBERS["cert_no"], date(2026, 11, 2), None),
    ),
    "report_duplicate": lambda language: samples.clear_report(language=language, duplicate=2),
    "report_of_a_woman": lambda language: samples.clear_report(
        language=language,
        subject=replace(
            samples.CANDIDATE,
            name=papers.Words("ज्ञानेश्वरी श्रीवास्तव", "Gyaneshwari Shrivastava"),
            gender="female",
            relation="husband",
            father=papers.Words("कृष्णमूर्ति श्रीवास्तव", "Krishnamurti Shrivastava"),
        ),
    ),
    "report_of_a_firm": lambda language: samples.clear_report(language=language, subject=samples.FIRM),
}


def composed(name: str, language: papers.Spoken) -> papers.Composition:
    if name in OTHERS:
        return papers.compose(texts(), OTHERS[name](language))
    return (report if texts().template(name).kind in _PAPERS else letter)(name, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*names(), *OTHERS])
def test_a_paper_is_kept_as_a_picture_and_shows_no_fault_that_a_machine_can_see(
    name: str, language: papers.Spoken
) -> None:
    paper = composed(name, language)
    document = pypdfium2.PdfDocument(papers.draw_paper(paper, samples.ISSUED_AT, samples.ASSETS))
    PICTURES.mkdir(parents=True, exist_ok=True)
    for number, page in enumerate(document, 1):
        picture = page.render(scale=_SCALE, grayscale=True).to_pil()
        picture.save(PICTURES / f"{name}-{language}-{number}.png")
        dark = picture.point(lambda tone: 255 * (tone < 100))
        left, top, right, bottom = dark.getbbox()
        assert bottom - top > 200, "the page holds more than a line or two"
        if paper.layout == "letter":
            edge = _MARGIN * _SCALE
            assert left > edge
            assert right < picture.width - edge
        read(" ".join(page.get_textpage().get_text_bounded().split()))
    document.close()
    for sheet in paper.sheets:
        words(" ".join(block.text for block in sheet.blocks), sheet.language)


def read(page: str) -> None:
    """What stands on a page has no mark of the template's language, and no hole where a phrase was left out."""
    assert not re.search(
        r"[{}\[\]_]{2}(?!_)|\{|\}|\[\[|\]\]|_hi\b|_en\b", page.replace("____________", "")
    ), page
    assert not re.search(r"\(s\)|ते/\S*ती |ि/\S*ियों", page), "a form left to the reader: " + page
    assert not re.search(r",\s*[,।.;:]|।\s*।|\(\s*\)|\s[,।;]|:\s*[।,;]", page), page


#: Latin letters in a Hindi paper: numbers of papers, names of certificates, the address of the page.
_NUMBER = re.compile(
    r"https?://\S+|\S+@[a-z.]+|[A-Z][A-Z0-9-]+(?:/[A-Z0-9]+)+|EB\d+IN|ALOK RANJAN|\b[0-9A-Z]{4}(?:-[0-9A-Z]{2,4})+"
)


def words(said: str, language: str) -> None:
    """A paper is in its own language."""
    other = r"[A-Za-z]{2,}" if language == "hi" else r"[\u0900-\u097f]+"
    assert re.findall(other, _NUMBER.sub("", said)) == []


def test_of_a_firm_its_premises_are_told_and_not_where_it_lives() -> None:
    for language, told in (
        ("hi", "कार्यस्थल सही पाया गया"),
        ("en", "the firm was found to be at that address"),
    ):
        [sheet] = composed("report_of_a_firm", language).sheets
        said = " ".join(block.text for block in sheet.blocks)
        assert told in said
        assert "निवास सही" not in said
        assert "person" not in said


def test_the_subject_of_a_letter_goes_on_as_hindi_does() -> None:
    """The frame goes on with के संबंध में: what stands before it is in the oblique case."""
    for name in names():
        composition = composed(name, "hi")
        subjects = [b.text for sheet in composition.sheets for b in sheet.blocks if "विषय:" in b.text]
        for subject in subjects:
            line = next(line for line in subject.splitlines() if "विषय:" in line)
            assert not re.search(r"\sका\s\S+(\s\S+)?\sके संबंध में", line), line
            assert "—" not in line, line
