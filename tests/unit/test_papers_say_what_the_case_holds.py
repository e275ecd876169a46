"""From facts to words: salutation, relation, addresses, copies, what may never stand on a paper."""

from dataclasses import replace
from datetime import date

import pytest

from app.papers import (
    Copy,
    PaperRefused,
    Signer,
    Subject,
    Texts,
    Words,
    as_typed,
    compose,
    declared,
    load_texts,
    with_whole_pins,
)
from app.papers.compose import Composition
from app.papers.facts import PaperFacts
from tests.paper_samples import (
    CANDIDATE,
    COPIES,
    FIRM,
    HOME,
    RECORD,
    adverse_report,
    append,
    certificate,
    changed,
    clear_report,
    texts,
)

KINDS = {
    "clear": clear_report(copies=COPIES, memo_no_copy="DM/18"),
    "adverse": adverse_report(declaration=Words("इनकार किया है", "denied")),
    "not resident": clear_report(template="report_not_resident"),
    "certificate": certificate(duplicate=2),
}


def said(facts: PaperFacts, sheet: int = 0) -> str:
    blocks = compose(texts(), facts).sheets[sheet].blocks
    return "\n".join(block.text for block in blocks)


def composed(facts: PaperFacts) -> Composition:
    return compose(texts(), facts)


@pytest.mark.parametrize("facts", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("language", ["hi", "en", "both"])
def test_every_paper_fills_in_every_language(facts: PaperFacts, language: str) -> None:
    paper = composed(replace(facts, language=language))
    assert [sheet.language for sheet in paper.sheets] == (["hi", "en"] if language == "both" else [language])
    for sheet in paper.sheets:
        text = "\n".join(block.text for block in sheet.blocks)
        assert not [mark for mark in ("{", "}", "[[", "]]", "¶") if mark in text]


def test_the_report_says_who_on_whose_letter_for_which_period_and_purpose() -> None:
    text = said(clear_report())
    for part in (
        "श्री राहुल कुमार शर्मा, पिता विनय शर्मा, जन्म तिथि 14-03-1998, निवासी रामपुर टोला",
        "का उक्त पते पर निवास सही पाया गया",
        "23-11-2021 से 20-11-2026",
        "SP-CONF/CHAR/2026/00088",
        "सरकारी सेवा में नियुक्ति",
        "112/2026",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("gender", "relation", "hindi", "english"),
    [
        ("male", "father", "श्री सीता, पिता विनय शर्मा", "Shri Sita, son of Vinay Sharma"),
        ("female", "father", "सुश्री सीता, पिता विनय शर्मा", "Ms. Sita, daughter of Vinay Sharma"),
        ("female", "husband", "श्रीमती सीता, पति विनय शर्मा", "Smt. Sita, wife of Vinay Sharma"),
        ("transgender", "mother", "कि वरीय", "Sita, child of Vinay Sharma"),
        ("male", "guardian", "श्री सीता, अभिभावक विनय शर्मा", "Shri Sita, ward of Vinay Sharma"),
    ],
)
def test_the_word_for_the_relation_comes_from_the_data(
    gender: str, relation: str, hindi: str, english: str
) -> None:
    subject = Subject(Words("सीता", "Sita"), HOME, gender=gender, relation=relation, father=CANDIDATE.father)
    facts = clear_report(subject=subject, language="both")
    assert hindi in said(facts)
    assert english in said(facts, 1)
    assert "पिता/पति" not in said(facts)


@pytest.mark.parametrize("template", ["report_clear", "report_adverse", "report_not_resident"])
def test_the_subject_of_a_letter_is_one_sentence(template: str) -> None:
    facts = adverse_report(template=template)
    subject = next(line for line in said(facts).splitlines() if line.startswith("विषय: "))
    assert "के चरित्र एवं पूर्ववृत्त के सत्यापन" in subject
    assert "का सत्यापन" not in subject
    assert subject.endswith(" के संबंध में।")


def test_what_is_said_of_the_residence_fits_men_and_women_alike() -> None:
    reason = Words("दिया गया पता अपूर्ण है", "the address given is incomplete")
    text = said(clear_report(template="report_not_resident", not_resident_reason=reason))
    assert "पिता विनय शर्मा, का दिए गए पते (रामपुर टोला" in text
    assert "पर निवास नहीं पाया गया: दिया गया पता अपूर्ण है।" in text
    assert "नहीं पाया गया।" in said(clear_report(template="report_not_resident"))


def test_a_firm_that_was_not_found_lacks_its_premises_and_no_home() -> None:
    facts = clear_report(template="report_not_resident", subject=FIRM, residence="")
    text = said(facts)
    assert "मेसर्स सोन कंस्ट्रक्शन का दिए गए पते" in text
    assert "पर कार्यस्थल नहीं पाया गया।" in text
    assert "निवास" not in text
    english = said(replace(facts, language="en"))
    assert "was not found to have its premises at the stated address" in english
    assert "resid" not in english


def test_a_firm_has_no_father_and_no_birth() -> None:
    text = said(clear_report(subject=FIRM, residence=""))
    assert "मेसर्स सोन कंस्ट्रक्शन, पता रामपुर टोला" in text
    assert "जन्म तिथि" not in text
    assert "पिता" not in text


def test_two_different_addresses_are_both_written() -> None:
    elsewhere = Subject(
        CANDIDATE.name,
        HOME,
        present=type(HOME)(Words("भगवान बाजार", "Bhagwan Bazar"), Words("सारण", "Saran")),
        gender="male",
    )
    assert "(वर्तमान पता: भगवान बाजार, जिला सारण)" in said(clear_report(subject=elsewhere))


def test_no_letter_of_the_sp_is_named_when_the_sp_signs() -> None:
    facts = clear_report(signer=Signer("sp", Words("राजीव मिश्रा", "Rajiv Mishra")))
    assert "SP-CONF" not in said(facts)
    assert "बिहार पुलिस" in said(facts)
    assert "वरीय पुलिस अधीक्षक, सारण" in said(facts)


def test_the_district_magistrate_has_one_name_on_letters_and_another_on_certificates() -> None:
    assert "जिला पदाधिकारी का कार्यालय" in said(clear_report())
    assert "जिला दंडाधिकारी का कार्यालय" in composed(certificate()).sheets[0].letterhead.text


def test_units_are_listed_as_a_sentence_lists_them() -> None:
    units = tuple(Words(name, name) for name in ("मढ़ौरा", "गड़खा", "मांझी"))
    facts = clear_report(template="report_not_resident", reporting_units=units)
    assert "मढ़ौरा, गड़खा तथा मांझी के प्रतिवेदन के अनुसार" in said(facts)


def test_the_sign_block_says_the_truth_of_the_signature() -> None:
    ink = said(clear_report())
    assert "स्याही से हस्ताक्षर हेतु" in ink
    assert "डिजिटल" not in ink
    signer = Signer("dm", Words("आलोक", "Alok"), mode="digital", signed_at="23-11-2026 17:40")
    assert "(डिजिटल रूप से हस्ताक्षरित)" in said(clear_report(signer=signer))


@pytest.mark.parametrize(
    ("capacity", "hindi", "english"),
    [
        ("head", "\nवरीय पुलिस अधीक्षक, सारण", "\nSenior Superintendent of Police, Saran"),
        ("charge", "\nप्रभारी वरीय पुलिस अधीक्षक, सारण", "\nIn-charge Senior Superintendent of Police, Saran"),
        ("for", "\nकृते वरीय पुलिस अधीक्षक, सारण", "\nFor the Senior Superintendent of Police, Saran"),
    ],
)
def test_the_sign_block_says_in_what_capacity_its_officer_signs(capacity, hindi: str, english: str) -> None:
    signer = Signer("sp", Words("राजीव मिश्रा", "Rajiv Mishra"), capacity=capacity)
    for language, words in (("hi", hindi), ("en", english)):
        signs = composed(clear_report(signer=signer, language=language)).sheets[0].signs.text
        assert words in signs


def test_an_office_may_say_in_its_own_words_that_its_officer_is_in_charge() -> None:
    words = changed(lambda content: content["settings"]["capacity"]["charge"].update(hi="प्र०"))
    signer = Signer("sp", Words("राजीव मिश्रा", "Rajiv Mishra"), capacity="charge")
    [sheet] = compose(load_texts(words), clear_report(signer=signer)).sheets
    assert "\nप्र० वरीय पुलिस अधीक्षक, सारण" in sheet.signs.text
    before = changed(lambda content: content["settings"].pop("capacity"))
    [sheet] = compose(load_texts(before), clear_report(signer=signer)).sheets
    assert "\nप्रभारी वरीय पुलिस अधीक्षक, सारण" in sheet.signs.text, "a case of an older release"


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("अभिलेख देखे गए", "अभिलेख देखे गए।"),
        ("अभिलेख देखे गए।", "अभिलेख देखे गए।"),
        ("धारा 126 BNSS के अधीन (बंधपत्र), ", "धारा 126 BNSS के अधीन (बंधपत्र)।"),
        ('कहा कि "सब ठीक है।"', 'कहा कि "सब ठीक है।"'),
        ("The records agree", "The records agree."),
        ("", ""),
    ],
)
def test_what_an_officer_typed_ends_as_a_sentence_of_its_own_script(typed: str, printed: str) -> None:
    assert as_typed(typed) == Words(printed, printed)


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("नया सचिवालय, पटना - 800 015", "नया सचिवालय, पटना~-~800~015"),
        ("New Secretariat, Patna 800015", "New Secretariat, Patna~800015"),
        ("पिन: 841301", "पिन:~841301"),
        ("पत्रांक 123456/26, दूरभाष 0612 2234567", "पत्रांक 123456/26, दूरभाष 0612 2234567"),
    ],
)
def test_no_line_parts_a_pin_that_a_department_typed(typed: str, printed: str) -> None:
    said = with_whole_pins(Words(typed, typed))
    assert {said.hi.replace("\u00a0", "~"), said.en.replace("\u00a0", "~")} == {printed}


def test_a_digital_signature_without_its_time_is_refused() -> None:
    with pytest.raises(PaperRefused) as refused:
        said(clear_report(signer=Signer("dm", Words("आलोक", "Alok"), mode="digital")))
    assert refused.value.params == {"name": "signed_at"}


def test_copies_have_their_own_memo_number() -> None:
    text = said(clear_report(copies=COPIES, memo_no_copy="DM-GEN/CHAR/2026/00018"))
    assert "ज्ञापांक: DM-GEN/CHAR/2026/00018" in text
    assert "2. थानाध्यक्ष, मुफस्सिल थाना को सूचनार्थ प्रेषित।" in text
    assert "3. कार्यालय प्रति।" in text
    with pytest.raises(PaperRefused, match="empty_placeholder"):
        said(clear_report(copies=COPIES))


def test_no_copy_of_a_report_goes_to_the_applicant() -> None:
    copy = Copy("applicant", CANDIDATE.name)
    with pytest.raises(PaperRefused, match="copy_to_applicant"):
        said(clear_report(copies=(copy,), memo_no_copy="1"))
    with pytest.raises(PaperRefused, match="copy_to_applicant"):
        said(adverse_report(output="CERTIFICATE", copies=(copy,), memo_no_copy="1"))


def test_an_adverse_report_is_marked_confidential_and_states_each_case() -> None:
    text = said(adverse_report(records=(RECORD, RECORD)))
    assert "गोपनीय" in text
    assert "2. मुफस्सिल थाना कांड सं० 112/2021, दिनांक 04-05-2021" in text
    assert "गोपनीय" not in said(clear_report())


def test_an_adverse_report_without_any_fact_is_refused() -> None:
    with pytest.raises(PaperRefused, match="no_facts"):
        said(adverse_report(records=()))
    assert "बंधपत्र" in said(adverse_report(records=(), other_facts=(Words("बंधपत्र निष्पादित है।"),)))


def test_a_certificate_without_validity_is_refused() -> None:
    with pytest.raises(PaperRefused) as refused:
        said(certificate(validity_months=0))
    assert refused.value.params == {"name": "validity_months"}


def test_a_missing_english_name_is_stood_in_for_by_the_hindi_one() -> None:
    subject = Subject(Words("राहुल"), HOME, gender="male", relation="father", father=Words("विनय"))
    assert "Shri राहुल, son of विनय" in said(clear_report(subject=subject, language="en"))


def test_a_duplicate_carries_its_number() -> None:
    assert composed(certificate(duplicate=2)).sheets[0].duplicate == "अनुलिपि संख्या 2"
    assert "अनुलिपि संख्या 1" in said(clear_report(duplicate=1))


def test_what_the_qr_holds_is_the_page_that_judges_the_paper() -> None:
    assert composed(clear_report()).verify_link == "https://saran.example.in/verify/7QK2M4XHPB3WZ9"


def test_an_answer_is_printed_in_the_language_of_the_sheet() -> None:
    own = Texts(changed(append("report_clear", "[[\nरंग/Colour: {answer.visit.colour}]]")))
    facts = clear_report(language="both", answers={"visit.colour": Words("लाल", "red")})
    hindi, english = compose(own, facts).sheets
    assert "रंग/Colour: लाल" in "\n".join(block.text for block in hindi.blocks)
    assert "रंग/Colour: red" in "\n".join(block.text for block in english.blocks)
    plain = compose(own, clear_report(answers={}))
    assert "Colour" not in "\n".join(block.text for block in plain.sheets[0].blocks)


def test_dates_are_written_day_first() -> None:
    assert "जन्म तिथि 01-02-2003" in said(
        clear_report(subject=Subject(Words("क", "K"), HOME, gender="male", born=date(2003, 2, 1)))
    )


def test_what_was_declared_is_said_by_the_texts_and_as_before_where_they_are_older() -> None:
    older = changed(lambda content: content["settings"].pop("declared_case"))
    other = changed(
        lambda content: content["settings"]["declared_case"]["no"].update(en="nothing was declared")
    )
    for answer in ("yes", "no", "not_on_file"):
        assert all((declared(texts(), answer).hi, declared(texts(), answer).en)), answer
        assert declared(load_texts(older), answer) == declared(texts(), answer), answer
    assert declared(load_texts(other), "no").en == "nothing was declared"
    assert not declared(texts(), "None")
