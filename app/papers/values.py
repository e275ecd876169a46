"""From facts to the values of place-holders: salutation and relation, addresses, dates, sums of words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.papers.errors import PaperRefused
from app.papers.language import pieces
from app.papers.scripts import DEVANAGARI, script_of
from app.papers.texts import LANGUAGES, Language, Texts, Words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from app.papers.facts import Address, LetterFacts, PaperFacts, RecordRow, RegisterEntry, Subject
    from app.papers.language import Values

#: What was declared, in releases from before their texts said it.
_DECLARED = {
    "yes": Words("अभ्यर्थी ने कांड घोषित किया है", "the candidate has declared a case"),
    "no": Words("अभ्यर्थी ने कोई कांड घोषित नहीं किया है", "the candidate has declared no case"),
    "not_on_file": Words("घोषणा प्राप्त नहीं है", "no declaration is on file"),
}
_ENDS = frozenset("।.!?…")
#: A PIN as it is typed behind a place or its word: पटना - 800001, पिन: 841 301.
_PIN = re.compile(r" ?[-–—:.]? ?(?<!\d)[1-9]\d{2} ?\d{3}(?![\d/])")


def dmy(day: date | None) -> str:
    """Write a day as every paper writes it, DD-MM-YYYY; nothing for none."""
    return day.strftime("%d-%m-%Y") if day else ""


def grouped(code: str) -> str:
    """Write a public code as a person can copy it: in fours. Who reads it back drops the marks."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def both(name: str, words: Words) -> dict[str, str]:
    """Return the two values of one bilingual place-holder."""
    return {f"{name}_{language}": words.said(language) for language in LANGUAGES}


def said(texts: Texts, template: str, values: Values, language: Language) -> str:
    """Fill one of the small templates (an address, a copy line) to plain text."""
    spoken = in_language(values, language)
    return "".join(piece.text for piece in pieces(texts.template(template).body[language], spoken))


def filled(texts: Texts, template: str, values: Values) -> Words:
    """Fill one of the small templates in both languages."""
    return Words(*(said(texts, template, values, language) for language in LANGUAGES))


def joined(texts: Texts, parts: Sequence[Words]) -> Words:
    """Join words as a sentence lists them: by commas, the last by तथा / and."""
    together = texts.setting("and")

    def listing(language: Language) -> str:
        words = [part.said(language) for part in parts]
        last = f" {together.said(language)} ".join(words[-2:])
        return ", ".join([*words[:-2], last]) if words else ""

    return Words(listing("hi"), listing("en"))


def declared(texts: Texts, answer: str) -> Words:
    """What was declared on own cases, by the code that the form keeps; nothing for none."""
    return texts.setting(f"declared_case.{answer}") or _DECLARED.get(answer, Words())


def as_typed(text: str) -> Words:
    """Sentences that an officer typed, for a paper of either language: the last one ends as its script ends."""
    said = text.rstrip(" \n,;:-–—")
    if not said or said.rstrip("\"'”’)")[-1:] in _ENDS:
        return Words(said, said)
    said += "।" if any(script_of(char) is DEVANAGARI for char in said) else "."
    return Words(said, said)


def with_whole_pins(words: Words) -> Words:
    """An address as it was typed, in which no line parts a PIN from the place before it, nor within itself."""
    return Words(*(_PIN.sub(_unparted, line) for line in (words.hi, words.en)))


def _unparted(found: re.Match[str]) -> str:
    return found.group().replace(" ", "\u00a0")


def paper_values(texts: Texts, facts: PaperFacts) -> dict[str, str]:
    """Return the values that letters and certificates name. Raises PaperRefused for an incomplete address."""
    certificate = texts.template(facts.template).kind == "certificate"
    order = "dm_designation_order" if certificate else "dm_designation_letter"
    sentences = register_facts(texts, facts.entries, facts.other_facts)
    words = {
        "dm_designation": texts.setting(order),
        "sp_designation": texts.setting("sp_designation"),
        "place": texts.setting("place"),
        "section": facts.section,
        "district": facts.district,
        "date": Words(dmy(facts.issued_on), dmy(facts.issued_on)),
        "purpose": facts.purpose,
        "requester": facts.requester.department,
        "addressee": _unstopped(facts.requester.address_block),
        "reporting_units": joined(texts, facts.reporting_units),
        "residence_found": texts.setting(f"residence_found.{_whose(facts.subject)}{facts.residence}"),
        "residence_missing": texts.setting(f"residence_missing.{facts.subject.kind}"),
        "facts": sentences,
        "declaration": facts.declaration,
        "nr_reason": facts.not_resident_reason,
        "enclosures": facts.enclosures,
        **_subject(texts, facts.subject),
    }
    values = {name: value for key, word in words.items() for name, value in both(key, word).items()}
    return values | _plain(facts) | _answers(facts)


def in_place_of(texts: Texts, number: str, issued_on: date, valid_till: date | None) -> Words:
    """Say in place of which paper one is issued; until when that held, for the new one holds no longer."""
    values = {"replaced_no": number, "replaced_date": dmy(issued_on), "valid_till": dmy(valid_till)}
    return filled(texts, "in_place_of", values)


def letter_values(texts: Texts, facts: LetterFacts) -> dict[str, str]:
    """Return the values that letters of the route name: those of every letter, of the person, and its own."""
    is_order = texts.template(facts.template).kind.startswith("order_")
    words = {
        "dm_designation": texts.setting("dm_designation_order" if is_order else "dm_designation_letter"),
        "sp_designation": texts.setting("sp_designation"),
        "place": texts.setting("place"),
        "district": facts.district,
        "date": Words(dmy(facts.issued_on), dmy(facts.issued_on)),
        **(_subject(texts, facts.subject) if facts.subject is not None else {}),
        **facts.words,
    }
    words["addressee"] = _unstopped(facts.words.get("addressee", Words()))
    values = {name: value for key, word in words.items() for name, value in both(key, word).items()}
    return {**values, "memo_no": facts.memo_no, **facts.plain}


def register_facts(texts: Texts, entries: Sequence[RegisterEntry], others: Sequence[Words] = ()) -> Words:
    """Say the entries of registers, and whatever else was found, as sentences."""
    stated = (*(_entry(texts, entry) for entry in entries), *others)
    return Words(*(" ".join(fact.said(language) for fact in stated) for language in LANGUAGES))


def _unstopped(addressee: Words) -> Words:
    """The frame ends an address by its own mark: P.S. needs no second one."""
    return Words(addressee.hi.rstrip(" ।."), addressee.en.rstrip(" .।"))


def _entry(texts: Texts, entry: RegisterEntry) -> Words:
    """Say an entry of a register as a sentence."""
    values = {
        **both("register", entry.register),
        **both("entry_state", entry.state),
        "entry_no": entry.entry_no,
        "year": entry.year,
        **both("court", entry.court),
        "in_force_till": dmy(entry.in_force_till),
    }
    return filled(texts, "fact_entry", values)


def _plain(facts: PaperFacts) -> dict[str, str]:
    """Return the values that are the same in both languages: numbers and days."""
    police_first = facts.signer.office == "dm"
    return {
        "cert_no": facts.number,
        "memo_no": facts.memo_no,
        "memo_no_copy": facts.memo_no_copy,
        "req_letter_no": facts.requester.letter_no,
        "req_letter_date": dmy(facts.requester.letter_date),
        "period_from": dmy(facts.period_from),
        "period_to": dmy(facts.period_to),
        "sp_memo_no": facts.sp_memo_no if police_first else "",
        "sp_memo_date": dmy(facts.sp_memo_date) if police_first else "",
        "validity_months": str(facts.validity_months or ""),
        "valid_till": dmy(facts.valid_till),
        "issue_date": dmy(facts.issued_on),
        "dob": dmy(facts.subject.born) if facts.subject.kind == "person" else "",
        "n": str(facts.duplicate or ""),
        "verify_url": facts.verification.url,
        "verify_code": grouped(facts.verification.code),
    }


def _answers(facts: PaperFacts) -> dict[str, str]:
    """Answers go by their key alone; each language sees its own label."""
    return {
        f"answer.{key}_{language}": words.said(language)
        for key, words in facts.answers.items()
        for language in LANGUAGES
    }


def in_language(values: Values, language: Language) -> dict[str, str]:
    """Let the bare name of every bilingual place-holder say it in this language."""
    ending = f"_{language}"
    chosen = {name.removesuffix(ending): value for name, value in values.items() if name.endswith(ending)}
    return {**values, **chosen}


def _whose(subject: Subject) -> str:
    """A firm has premises where a person has a home."""
    return "firm_" if subject.kind == "firm" else ""


def _subject(texts: Texts, subject: Subject) -> dict[str, Words]:
    label = texts.setting(f"address_label.{subject.kind}")
    place = {"name": subject.full_name, "address_label": label, "address": _addresses(texts, subject)}
    if subject.kind == "firm":
        return place | {"salutation": _salutation(texts, subject)}
    return place | {
        "salutation": _salutation(texts, subject),
        "relation": texts.setting(f"relation.{subject.relation}.{subject.gender}"),
        "father": subject.father,
    }


def _salutation(texts: Texts, subject: Subject) -> Words:
    """श्री, सुश्री, श्रीमती or मेसर्स; nothing where none would be right."""
    if subject.kind == "firm":
        return texts.setting("salutation.firm")
    married = texts.setting(f"salutation.{subject.gender}_{subject.relation}")
    return married or texts.setting(f"salutation.{subject.gender}")


def titled(texts: Texts, subject: Subject) -> Words:
    """The name with its salutation, as a letter to this very person begins."""
    before = _salutation(texts, subject)
    return Words(f"{before.hi} {subject.name.hi}".strip(), f"{before.en} {subject.name.en}".strip())


def _addresses(texts: Texts, subject: Subject) -> Words:
    permanent = address_line(texts, subject.permanent)
    if subject.present is None or subject.present == subject.permanent:
        return permanent
    present = address_line(texts, subject.present)
    return filled(texts, "addresses_line", both("perm_address", permanent) | both("pres_address", present))


def address_line(texts: Texts, address: Address) -> Words:
    """Write an address in one line; a PIN stays with its word. Raises PaperRefused without village or district."""
    parts = {
        "house": address.house,
        "village": address.village,
        "panchayat": address.panchayat,
        "post_office": address.post_office,
        "addr_thana": address.thana,
        "block": address.block,
        "addr_district": address.district,
        "state": address.state,
    }
    values = {name: value for key, words in parts.items() for name, value in both(key, words).items()}
    line = filled(texts, "address_line", values | {"pin": address.pin})
    if not address.pin:
        return line
    return Words(*(words.replace(f" {address.pin}", f"\u00a0{address.pin}") for words in (line.hi, line.en)))


def record_rows(records: Sequence[RecordRow]) -> list[Values]:
    """Return the rows of the list `cases`."""
    return [
        {
            "fir_no": row.fir_no,
            "fir_year": row.fir_year,
            "fir_date": dmy(row.fir_date),
            "sections": row.sections,
            **both("stage_ref", row.stage_ref),
            **both("court", row.court),
            **both("identity_basis", row.identity_basis),
            **both("thana", row.thana),
            **both("act", row.act),
            **both("role", row.role),
            **both("stage", row.stage),
        }
        for row in records
    ]


def copy_rows(texts: Texts, facts: PaperFacts) -> list[Values]:
    """Return the rows of the list `copies`. Raises PaperRefused if an applicant would get a report."""
    rows: list[Values] = []
    for copy in facts.copies:
        if copy.to == "applicant" and texts.template(facts.template).kind != "certificate":
            raise PaperRefused("papers.copy_to_applicant")
        if copy.to == "office":
            rows.append(both("copy_line", filled(texts, "copy_line_office", {})))
            continue
        purpose = texts.setting(f"copy_purpose.{copy.purpose}")
        values = both("addressee", copy.addressee) | both("copy_purpose", purpose) | {"ref_no": copy.ref_no}
        rows.append(both("copy_line", filled(texts, "copy_line", values)))
    return rows
