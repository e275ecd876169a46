"""The closed list of place-holders: what the composer can say in each kind of template.

`always` is never empty there; `maybe` may be, and therefore stands only inside `[[ ]]`. Names are written
without `_hi` and `_en`; in a template both forms and the bare form are the same name. `must` are those without
which a paper of this kind is none: number, name, purpose, who signs, how it is checked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_LANGUAGE = re.compile(r"_(hi|en)$")


@dataclass(frozen=True, slots=True)
class Scene:
    """What one kind of template may name."""

    always: frozenset[str]
    maybe: frozenset[str] = frozenset()
    lists: Mapping[str, Scene] = field(default_factory=dict)
    answers: bool = False  # may it name what was answered on a form?
    must: frozenset[str] = frozenset()


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_RECORD_ROW = Scene(
    _names("sr thana fir_no fir_year sections act role stage"),
    _names("fir_date stage_ref court identity_basis"),
)
_COPY_ROW = Scene(_names("sr copy_line"))
_PERSON = _names(
    "name address address_label purpose requester req_letter_no req_letter_date period_from period_to"
    " district dm_designation sp_designation reporting_units date place residence_missing"
)
_PERSON_MAYBE = _names(
    "salutation relation father dob residence_found sp_memo_no sp_memo_date facts declaration nr_reason"
    " memo_no"
)

_OFFICE = _names("district dm_designation sp_designation date place")
_NAMED = _names("salutation relation father dob")
_COUNTED = _names("one many")  # the number of persons, where it is one, and where it is more

#: Kind of template (its `kind` in papers.json) -> what it may name.
SCENES: dict[str, Scene] = {
    "letterhead": Scene(
        _names("dm_designation sp_designation district memo_no place date"),
        _names("section"),
        must=_names("district memo_no date"),
    ),
    "letterhead_thana": Scene(
        _names("thana district memo_no place date"), must=_names("thana district memo_no date")
    ),
    "frame": Scene(
        _names("letterhead addressee subject body sign_block"),
        _names(
            "confidential_mark duplicate_mark reference greeting enclosures closing copy_lines verify_line"
        ),
        must=_names(
            "letterhead addressee subject reference body sign_block confidential_mark duplicate_mark copy_lines"
            " verify_line"
        ),
    ),
    "order_frame": Scene(
        _names("letterhead order_no body sign_block"),
        _names("copy_lines verify_line"),
        must=_names("letterhead order_no body sign_block"),
    ),
    "order_revocation": Scene(
        _names(
            "paper_kind cert_no cert_date name effective ground speaking_order order_no district date place"
        ),
        _names("salutation relation father new_no"),
    ),
    "order_extension": Scene(
        _OFFICE | _names("ext_reason scope ext_from ext_to order_no"), _names("ext_days")
    ),
    "letter_superseded": Scene(
        _OFFICE
        | _names("paper_kind cert_no cert_date new_no new_date name req_letter_no req_letter_date cause"),
        _NAMED | {"explanation"},
    ),
    "letter_reply": Scene(_OFFICE | _names("n answered req_letter_no req_letter_date"), _names("waiting")),
    "in_place": Scene(_names("replaced_no replaced_date"), _names("valid_till")),
    "letter_forward": Scene(
        _OFFICE | _names("n requester req_letter_no req_letter_date due_date"),
        _COUNTED | _names("instruction"),
    ),
    "letter_enquiry": Scene(
        _OFFICE | _names("n dm_memo_no dm_memo_date reg_from due_date"), _COUNTED | _names("instruction")
    ),
    "letter_district": Scene(_OFFICE | _names("name other_addr from to due_date"), _NAMED),
    "letter_reminder": Scene(
        _OFFICE | _names("name n case_no step due_date"), _NAMED | _names("memo_no_ref memo_date_ref days")
    ),
    "slip_received": Scene(
        _OFFICE | _names("name n case_no diary_no requester req_letter_no req_letter_date received_date"),
        _NAMED | _COUNTED | _names("due_date missing"),
    ),
    "slip_dispatch": Scene(
        _OFFICE | _names("name dispatch_no addressee paper_kind cert_no cert_date mode"),
        _NAMED | _names("track_no sent_to_email receipt_name"),
    ),
    "letter_thana": Scene(
        _names("name case_no eo_name village outcome district thana date place"),
        _NAMED
        | _names("sp_memo_no sp_memo_date visit_date met_whom witnesses stay residence")
        | _names("reg_from reg_to facts reason"),
        {"cases": _RECORD_ROW},
    ),
    "letter_defects": Scene(
        _OFFICE | _names("req_letter_no req_letter_date"),
        lists={"defects": Scene(_names("sr defect"), _names("name"))},
    ),
    "letter_hearing": Scene(_OFFICE | _names("name hearing_date time place_of_hearing"), _NAMED | {"facts"}),
    "letter_report": Scene(
        _OFFICE | _names("name dm_memo_no dm_memo_date reporting_units outcome"), _NAMED | {"reason"}
    ),
    "letter": Scene(
        _PERSON,
        _PERSON_MAYBE | {"cert_no"},
        {"cases": _RECORD_ROW},
        answers=True,
        must=_names("name req_letter_no req_letter_date"),
    ),
    "certificate": Scene(
        _PERSON | _names("cert_no validity_months valid_till sign_block"),
        _PERSON_MAYBE,
        answers=True,
        must=_names("cert_no name purpose valid_till sign_block"),
    ),
    "particulars": Scene(_names("name address purpose valid_till"), _NAMED, must=_names("name")),
    "sign_ink": Scene(
        _names("signer_name signer_designation district"),
        _names("on_behalf"),
        must=_names("signer_name signer_designation"),
    ),
    "sign_digital": Scene(
        _names("signer_name signer_designation district signed_at"),
        _names("on_behalf certified_to"),
        must=_names("signer_name signer_designation signed_at"),
    ),
    "fact": Scene(_names("register entry_no year"), _names("entry_state court in_force_till")),
    "copies": Scene(
        _names("memo_no_copy place date sign_block"),
        lists={"copies": _COPY_ROW},
        must=_names("memo_no_copy copies copy_line sign_block"),
    ),
    "copy_line": Scene(_names("addressee copy_purpose"), _names("ref_no")),
    "verify_line": Scene(_names("verify_url verify_code"), must=_names("verify_url verify_code")),
    "mark": Scene(frozenset()),
    "numbered_mark": Scene(_names("n")),
    "address": Scene(
        _names("village addr_district"), _names("house panchayat post_office addr_thana block state pin")
    ),
    "addresses": Scene(_names("perm_address pres_address")),
    "page_certificate": Scene(_names("cert_no name_masked issue_date valid_till purpose")),
    "page_report": Scene(_names("cert_no name_masked issue_date requester")),
    "page_bad": Scene(_names("paper_kind cert_no status_date status office"), _names("new_no")),
    "page_unknown": Scene(_names("office")),
}

#: Answers that no paper may print, whatever the form calls the rest: identity numbers, telephones, witnesses, secret
#: notes, references of the police's own systems, caste and religion.
_FORBIDDEN = re.compile(
    r"(^|_)(aadhaar|aadhar|uid|mobile|phone|witness(es)?|sb|cctns|caste|religion)(_|$)", re.IGNORECASE
)

#: Templates without which no paper can be composed.
REQUIRED: dict[str, str] = {
    "letterhead_dm": "letterhead",
    "letterhead_sp": "letterhead",
    "letter_frame": "frame",
    "sign_block_ink": "sign_ink",
    "sign_block_digital": "sign_digital",
    "copy_lines": "copies",
    "copy_line": "copy_line",
    "copy_line_office": "copy_line",
    "verify_line": "verify_line",
    "confidential_mark": "mark",
    "duplicate_mark": "numbered_mark",
    "fact_entry": "fact",
    "address_line": "address",
    "addresses_line": "addresses",
    "verify_page_ok": "page_certificate",
    "verify_page_report_ok": "page_report",
    "verify_page_bad": "page_bad",
    "verify_page_unknown": "page_unknown",
}

#: What a case may end in on paper (codes of the glossary) and the kinds of output of the purposes.
OUTPUTS = ("REPORT", "CERTIFICATE", "NOC_REPORT")
OUTCOMES = ("no_adverse", "attention", "adverse", "not_resident")

#: Settings that must be there, in both languages.
SETTINGS = (
    "dm_designation_letter",
    "dm_designation_order",
    "sp_designation",
    "sho_designation",
    "place",
    "greeting",
    "closing",
    "and",
    "address_label.person",
    "address_label.firm",
    "residence_found.resident",
    "residence_found.left",
    "copy_purpose.information",
    "copy_purpose.action",
    "copy_purpose.record",
    "paper_kind.REPORT",
    "paper_kind.CERTIFICATE",
    "paper_kind.NOC_REPORT",
    "paper_status.revoked",
    "paper_status.superseded",
    "paper_status.expired",
)


def base(name: str) -> str:
    """Return a place-holder's name without its language."""
    return name if name.startswith("answer.") else _LANGUAGE.sub("", name)


def is_forbidden(name: str) -> bool:
    """Whether a place-holder for an answer names what no paper may print."""
    return name.startswith("answer.") and _FORBIDDEN.search(name.rsplit(".", 1)[-1]) is not None
