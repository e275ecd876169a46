"""A paper put into its words with a made-up case, for whoever writes them; nothing in it is of a real one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Literal

from app.papers.compose import Composition, compose, compose_letter
from app.papers.facts import (
    Address,
    Copy,
    District,
    LetterFacts,
    PaperFacts,
    RecordRow,
    RegisterEntry,
    Requester,
    Signer,
    Spoken,
    Subject,
    Verification,
)
from app.papers.texts import Texts, Words, needs
from app.papers.values import both, dmy, in_place_of, record_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

_DAY, _EARLIER, _LATER = date(2026, 1, 15), date(2026, 1, 5), date(2026, 7, 14)
_NUMBER, _MEMO = "XXX/CAV/2026/000000/00", "XX-GEN/CHAR/2026/00000"
_DISTRICT = District("नमूना जिला", "Specimen District", is_practice=False)
_THANA = Words("नमूना", "Specimen")
_HOME = Address(
    village=Words("नमूना ग्राम", "Specimen Village"),
    district=Words("नमूना", "Specimen"),
    house=Words("मकान 1", "House 1"),
    panchayat=Words("वार्ड संख्या 1", "Ward No. 1"),
    post_office=Words("नमूना", "Specimen"),
    thana=_THANA,
    block=Words("नमूना सदर", "Specimen Sadar"),
    state=Words("बिहार", "Bihar"),
    pin="800000",
)
_SUBJECT = Subject(
    name=Words("नमूना अभ्यर्थी", "Specimen Candidate"),
    permanent=_HOME,
    present=replace(_HOME, village=Words("दूसरा ग्राम", "Other Village")),
    gender="male",
    relation="father",
    father=Words("नमूना पिता", "Specimen Father"),
    born=date(2000, 1, 1),
)
_RECORD = RecordRow(
    thana=_THANA,
    fir_no="000",
    fir_year="2020",
    sections="000/00",
    act=Words("भा०दं०वि०", "IPC"),
    role=Words("प्राथमिकी अभियुक्त", "accused named in the FIR"),
    stage=Words("न्यायालय में विचाराधीन", "under trial"),
    fir_date=date(2020, 1, 1),
    stage_ref=Words("आरोप पत्र 00/2020", "charge sheet 00/2020"),
    court=Words("नमूना न्यायालय", "Specimen Court"),
    identity_basis=Words("पिता का नाम एवं पता", "father's name and address"),
)
_ENTRY = RegisterEntry(
    Words("निरोधात्मक कार्रवाई पंजी", "Register of preventive action"),
    "00",
    "2020",
    Words("प्रक्रियाधीन", "in progress"),
    Words("नमूना न्यायालय", "Specimen Court"),
    _LATER,
)

#: What the letters of the route name besides; by place-holder.
_SAID: dict[str, tuple[str, str]] = {
    "addr_district": ("नमूना", "Specimen"),
    "addressee": ("नमूना पदाधिकारी,\nनमूना कार्यालय", "The Specimen Officer,\nSpecimen Office"),
    "cause": ("इस कार्यालय की लिपिकीय भूल", "a clerical error of this office"),
    "defect": ("जन्म तिथि अंकित नहीं", "no date of birth is given"),
    "eo_name": ("स०अ०नि० नमूना पदाधिकारी", "A.S.I. Specimen Officer"),
    "explanation": ("पिता का नाम शुद्ध किया गया।", "The name of the father was corrected."),
    "ext_reason": ("निर्वाचन कार्य", "election duty"),
    "facts": ("एक नमूना तथ्य।", "A specimen fact."),
    "ground": ("लिपिकीय त्रुटि", "a clerical error"),
    "instruction": ("नमूना निदेश।", "A specimen instruction."),
    "met_whom": ("नमूना पड़ोसी", "a specimen neighbour"),
    "missing": ("जन्म तिथि का प्रमाण", "proof of the date of birth"),
    "mode": ("पोर्टल", "portal"),
    "other_addr": ("दूसरा ग्राम, दूसरा जिला", "Other Village, Other District"),
    "outcome": ("कोई प्रतिकूल तथ्य नहीं", "nothing adverse"),
    "paper_kind": ("प्रतिवेदन", "Report"),
    "place_of_hearing": ("नमूना कार्यालय", "the specimen office"),
    "purpose": ("सरकारी सेवा में नियुक्ति", "Government service appointment"),
    "reason": ("नमूना कारण", "a specimen reason"),
    "receipt_name": ("नमूना प्राप्तकर्ता", "Specimen Recipient"),
    "reporting_units": ("नमूना थाना", "Specimen Police Station"),
    "requester": ("नमूना विभाग", "Specimen Department"),
    "residence": ("संबंधित व्यक्ति इस पते के निवासी पाए गए", "The person was found to live at this address"),
    "scope": ("जिले के सभी थानों", "all police stations of the district"),
    "section": ("सामान्य शाखा", "General Section"),
    "speaking_order": ("एक नमूना सकारण आदेश।", "A specimen of a speaking order."),
    "stay": ("जन्म से", "since birth"),
    "step": ("स्थल भ्रमण", "visit"),
    "thana": ("नमूना", "Specimen"),
    "village": ("नमूना ग्राम", "Specimen Village"),
    "witnesses": ("साक्षी एक, साक्षी दो", "Witness One, Witness Two"),
}
_PLAIN = {
    **dict.fromkeys(("case_no", "dm_memo_no", "sp_memo_no", "memo_no_ref"), "XXX/2026/00000"),
    **dict.fromkeys(("diary_no", "dispatch_no", "req_letter_no", "track_no"), "000/2026"),
    **dict.fromkeys(("cert_no", "new_no"), _NUMBER),
    **dict.fromkeys(
        [
            "dm_memo_date",
            "sp_memo_date",
            "memo_date_ref",
            "req_letter_date",
            "received_date",
            "cert_date",
            "visit_date",
        ],
        dmy(_EARLIER),
    ),
    **dict.fromkeys(["due_date", "hearing_date", "effective", "ext_from", "new_date"], dmy(_DAY)),
    "ext_to": dmy(_LATER),
    "dob": dmy(_SUBJECT.born),
    "order_no": _MEMO,
    "time": "11:00",
    "n": "1",
    "one": "1",
    "many": "",
    "days": "3",
    "ext_days": "5",
    "sent_to_email": "office@example.org",
    "answered": "1",
    "waiting": "1",
    "from": "01-2020",
    "to": "12-2025",
    "reg_from": "2020",
    "reg_to": "2025",
}
#: Kinds that are not papers themselves; they are shown on one that has them.
_PIECES = frozenset(
    {
        "letterhead",
        "frame",
        "sign_ink",
        "sign_digital",
        "copies",
        "copy_line",
        "fact",
        "verify_line",
        "mark",
        "numbered_mark",
        "address",
        "addresses",
        "in_place",
        "particulars",
    }
)
#: Kind of a piece -> output and outcome of a paper that has it; the adverse report has most.
_SHOWN_AS = {"address": ("CERTIFICATE", "adverse"), "particulars": ("CERTIFICATE", "no_adverse")}
_SHOWN_ON = {"order_frame": "order_revocation", "letterhead_thana": "letter_thana"}


def has_specimen(kind: str) -> bool:
    """Whether a text of this kind stands on a paper; those of the public page do not."""
    return not kind.startswith("page_")


def specimen(texts: Texts, name: str, language: Spoken) -> Composition:
    """Put a made-up case into the words of this text; of a piece, into a paper on which it stands.

    The texts must have passed `check_texts`. Raises PaperRefused when no paper has this piece.
    """
    kind = texts.template(name).kind
    if kind in ("letter", "certificate"):
        return compose(texts, _paper(texts, name, language))
    if kind in _PIECES:
        output, outcome = _SHOWN_AS.get(kind, ("REPORT", "adverse"))
        shown = texts.choose(output, outcome)
        return compose(texts, _around(texts, _paper(texts, shown, language), name, kind))
    if kind in _SHOWN_ON:
        name = texts.first_of(_SHOWN_ON[kind])
    return compose_letter(texts, _letter(texts, name, language))


def _paper(texts: Texts, template: str, language: Spoken) -> PaperFacts:
    certificate = texts.template(template).kind == "certificate"
    wanted = needs(texts, template)
    answers = {each.removeprefix("answer."): Words("(उत्तर)", "(answer)") for each in wanted if "." in each}
    return PaperFacts(
        template=template,
        output="CERTIFICATE" if certificate else "REPORT",
        language=language,
        number=_NUMBER,
        memo_no=_MEMO,
        issued_on=_DAY,
        district=_DISTRICT,
        subject=_SUBJECT,
        purpose=Words(*_SAID["purpose"]),
        requester=Requester(Words(*_SAID["requester"]), Words(*_SAID["addressee"]), "000/2026", _EARLIER),
        signer=Signer("dm", Words("नमूना पदाधिकारी", "Specimen Officer")),
        verification=Verification("https://example.in/verify", "XXXXXXXXXXXXXX"),
        period_from=date(2021, 1, 1),
        period_to=_DAY,
        reporting_units=(Words(*_SAID["reporting_units"]),),
        residence="resident",
        sp_memo_no=_PLAIN["sp_memo_no"],
        sp_memo_date=_EARLIER,
        records=(_RECORD,) if "#cases" in wanted else (),
        entries=(_ENTRY,) if "#cases" in wanted else (),
        not_resident_reason=texts.setting("nr_reason.not_known"),
        validity_months=6 if certificate else 0,
        valid_till=_LATER if certificate else None,
        copies=(Copy("sp", Words("नमूना पुलिस अधीक्षक", "The Specimen S.P."), ref_no="000"), Copy("office")),
        memo_no_copy=_MEMO,
        answers=answers,
    )


def _around(texts: Texts, facts: PaperFacts, name: str, kind: str) -> PaperFacts:
    """The paper with what calls for this piece of it."""
    signer = facts.signer
    if name == "letterhead_sp":
        signer = replace(signer, office="sp")
    if kind == "sign_digital":
        signed_at = f"{dmy(_DAY)} 11:00"
        signer = replace(signer, mode="digital", signed_at=signed_at, certified_to="SPECIMEN OFFICER")
    replaces = Words()
    if kind == "in_place" and texts.has("in_place_of"):
        replaces = in_place_of(texts, _NUMBER, _EARLIER, _LATER)
    return replace(facts, signer=signer, replaces=replaces, duplicate=1 if kind == "numbered_mark" else 0)


def _letter(texts: Texts, name: str, language: Spoken) -> LetterFacts:
    kind = texts.template(name).kind
    is_slip, is_order = kind.startswith("slip_"), kind.startswith("order_")
    words = {key: Words(*said) for key, said in _SAID.items()}
    defect: Mapping[str, str] = both("defect", words["defect"]) | both("name", _SUBJECT.name)
    return LetterFacts(
        template=name,
        signer=Signer(_side(kind), Words("नमूना पदाधिकारी", "Specimen Officer")),
        district=_DISTRICT,
        issued_on=_DAY,
        number=_MEMO,
        memo_no="" if is_slip else _MEMO,
        frame="" if is_slip else "order_frame" if is_order else "letter_frame",
        language=language,
        words=words,
        plain=_PLAIN,
        rows={"cases": record_rows([_RECORD]), "defects": [defect]},
        subject=_SUBJECT,
    )


def _side(kind: str) -> Literal["dm", "sp", "thana"]:
    if kind == "letter_thana":
        return "thana"
    return "sp" if kind in ("letter_report", "letter_enquiry", "letter_district") else "dm"
