"""What a paper says, as plain facts: the caller reads them from the case, the composer finds the words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from app.papers.texts import Words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


Spoken = Literal["hi", "en", "both"]  # in which languages a paper is drawn
Capacity = Literal[
    "head", "charge", "for"
]  # one signs in a post of his own, in its charge, or for its holder


@dataclass(frozen=True, slots=True)
class District(Words):
    """Whose paper it is. What a practice district issues says on every page that it is none."""

    is_practice: bool = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address in its parts; the bare names, without थाना, जिला or P.S."""

    village: Words
    district: Words
    house: Words = field(default_factory=Words)
    panchayat: Words = field(default_factory=Words)
    post_office: Words = field(default_factory=Words)
    thana: Words = field(default_factory=Words)
    block: Words = field(default_factory=Words)
    state: Words = field(default_factory=Words)
    pin: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom the paper is about. A firm has no gender, relation, father or date of birth."""

    name: Words
    permanent: Address
    present: Address | None = None  # None: the same as the permanent one
    kind: Literal["person", "firm"] = "person"
    gender: str = ""  # male | female | transgender
    relation: str = ""  # father | husband | mother | guardian
    father: Words = field(default_factory=Words)  # the bare name of that relation
    born: date | None = None
    own_name: str = ""  # as the person writes it, in letters of another script

    @property
    def full_name(self) -> Words:
        """The name as papers print it: the own letters in brackets after those of the paper."""
        own = f" ({self.own_name})" if self.own_name else ""
        return Words(*(name and f"{name}{own}" for name in (self.name.hi, self.name.en)))


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asked, by which letter; the address block may hold line ends."""

    department: Words
    address_block: Words  # designation, office and place, as written after सेवा में
    letter_no: str
    letter_date: date


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A criminal case that may be printed: accused, certain identity, adult, not cleared."""

    thana: Words
    fir_no: str
    fir_year: str
    sections: str
    act: Words
    role: Words
    stage: Words
    fir_date: date | None = None
    stage_ref: Words = field(default_factory=Words)
    court: Words = field(default_factory=Words)
    identity_basis: Words = field(default_factory=Words)  # said by the report of a thana alone


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """An entry of a register that may be printed: in force, certain identity."""

    register: Words
    entry_no: str
    year: str
    state: Words = field(default_factory=Words)
    court: Words = field(default_factory=Words)
    in_force_till: date | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """One line of प्रतिलिपि. `to` is the code chosen on the form; "office" is the office copy."""

    to: str  # sp | dm | sho | applicant | office
    addressee: Words = field(default_factory=Words)
    purpose: Literal["information", "action", "record"] = "information"
    ref_no: str = ""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, and how. `signed_at` is written on a digitally signed paper only."""

    office: Literal["dm", "sp", "thana"]  # whose letterhead
    name: Words
    designation: Words = field(default_factory=Words)  # none: as the texts of the release say
    mode: Literal["ink", "digital"] = "ink"
    capacity: Capacity = "head"  # what stands before the designation
    on_behalf: Words = field(default_factory=Words)  # by delegation: for whom
    signed_at: str = ""  # DD-MM-YYYY HH:MM, IST
    certified_to: str = ""  # whose certificate signs, as it says itself


@dataclass(frozen=True, slots=True)
class Verification:
    """Where the public checks the paper: the page's address, and the code that completes it in the QR.

    With a signed `token` the QR holds a shorter address that ends in both, so that it can be checked offline, too.
    """

    url: str
    code: str
    token: str = ""

    @property
    def link(self) -> str:
        """What the QR holds. In capitals throughout, for those a QR code packs twice as densely."""
        if not self.token:
            return f"{self.url.rstrip('/')}/{self.code}"
        return f"{self.url.removesuffix('/verify')}/V/{self.code}.{self.token}".upper()


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """Everything one report or certificate says. Dates are days in IST."""

    template: str  # from Texts.choose
    output: str  # REPORT | CERTIFICATE | NOC_REPORT, as the purpose asks
    language: Spoken
    number: str  # SRN/CAV/2026/000123/NN
    memo_no: str
    issued_on: date
    district: District
    subject: Subject
    purpose: Words
    requester: Requester
    signer: Signer
    verification: Verification
    period_from: date
    period_to: date
    reporting_units: tuple[Words, ...]  # only units that reported
    residence: Literal["resident", "left", ""] = ""
    sp_memo_no: str = ""  # empty when the SP signs
    sp_memo_date: date | None = None
    records: tuple[RecordRow, ...] = ()
    entries: tuple[RegisterEntry, ...] = ()
    other_facts: tuple[Words, ...] = ()  # full sentences
    declaration: Words = field(default_factory=Words)
    not_resident_reason: Words = field(default_factory=Words)
    validity_months: int = 0
    valid_till: date | None = None
    section: Words = field(default_factory=Words)  # empty when the memo number holds it
    enclosures: Words = field(default_factory=Words)
    copies: tuple[Copy, ...] = ()
    memo_no_copy: str = ""  # own ज्ञापांक of the copies
    duplicate: int = 0  # 1.. for अनुलिपि
    replaces: Words = field(default_factory=Words)  # in place of which paper it is issued, as a sentence
    photo: bytes | None = None  # as uploaded; drawn on certificates
    answers: Mapping[str, Words] = field(default_factory=dict)  # "form.key" -> value with labels, not codes


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """Everything that a letter, order or slip of the route says; `words` and `plain` by the names of its template."""

    template: str
    signer: Signer
    district: District
    issued_on: date
    number: str  # in the foot of every page
    memo_no: str = ""  # none: no letterhead
    frame: str = "letter_frame"  # or order_frame; none: the text alone
    language: Spoken = "hi"
    words: Mapping[str, Words] = field(default_factory=dict)
    plain: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, list[Mapping[str, str]]] = field(default_factory=dict)
    subject: Subject | None = None
    annex: tuple[tuple[Words, ...], ...] = ()  # rows of the list that goes with it, its head first
    annex_widths: tuple[int, ...] = ()  # of its columns in millimetres; none: all alike
