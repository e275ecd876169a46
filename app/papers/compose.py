"""Facts and texts put together: what stands on a paper, block by block, before any layout."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from app.papers import lists
from app.papers.devanagari import printable
from app.papers.errors import PaperRefused
from app.papers.language import Piece, pieces
from app.papers.texts import LANGUAGES, Language, Texts, Words
from app.papers.values import both, copy_rows, filled, in_language, letter_values, paper_values, record_rows
from app.papers.vocabulary import base

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from app.papers.facts import Capacity, LetterFacts, PaperFacts, Signer
    from app.papers.language import Rows, Values

#: A line is laid out by the first of these place-holders that stands in it.
_KINDS = (
    "order_no",
    "subject",
    "reference",
    "addressee",
    "greeting",
    "closing",
    "enclosures",
    "cert_no",
    "sr",
)
_STRONG = frozenset({"name", "cert_no", "valid_till", "signer_name"})
_PART_RIGHT = re.compile(r" {3,}")  # a gap that sends the rest of the line to the right margin
_GAP = "gap"  # an empty line
_ROWS_BELOW = 12  # of a list below its letter; a longer one has pages of its own
_FORMS: dict[str, Literal["order", "slip"]] = {"order_frame": "order", "": "slip"}
#: What a sign block says before the designation of a post that is not the signer's own, in releases from before
#: their texts said it.
_CAPACITIES = {"charge": Words("प्रभारी", "In-charge"), "for": Words("कृते", "For the")}
_NESTED = "¶"  # stands in the values for a block, so that an optional phrase around it is kept


@dataclass(frozen=True, slots=True)
class Run:
    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph; `lead` is the number before it, `right` what stands at the right margin of the same line."""

    kind: str
    runs: tuple[Run, ...]
    right: tuple[Run, ...] = ()
    lead: tuple[Run, ...] = ()

    @property
    def text(self) -> str:
        lead, text, right = ("".join(run.text for run in part) for part in (self.lead, self.runs, self.right))
        return "    ".join(side for side in (f"{lead} {text}".lstrip(), right) if side)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that are laid out together; a block in a block stands where its place-holder stood."""

    kind: str
    items: tuple[Line | Block, ...]

    @property
    def text(self) -> str:
        return "\n".join(item.text for item in self.items)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One paper in one language. A certificate keeps what stands around its body apart from it."""

    language: Language
    blocks: tuple[Block, ...]
    letterhead: Block
    verify: Block
    signs: Block
    copies: Block | None = None
    confidential: str = ""
    duplicate: str = ""
    replaces: str = ""
    annex: tuple[tuple[str, ...], ...] = ()  # rows of the list that goes with a letter, its head first
    particulars: Block = Block(
        "none", ()
    )  # of a certificate: what each line names, and at its right what it is

    @property
    def is_long(self) -> bool:
        """Whether the list begins on a page of its own."""
        return len(self.annex) > _ROWS_BELOW


@dataclass(frozen=True, slots=True)
class Composition:
    """A paper ready to be laid out."""

    layout: str  # letter | certificate
    number: str
    sheets: tuple[Sheet, ...]
    verify_link: str  # what the QR holds; empty for letters, which anybody may not check
    photo: bytes | None
    annex_widths: tuple[int, ...] = ()  # of the columns of a list, in millimetres
    form: Literal["letter", "order", "slip"] = "letter"  # how its heading is laid out
    is_signed: bool = False  # a signature will put its frame around the sign block
    is_practice: bool = False  # issued by a district for practice: every page says so
    is_of_firm: bool = False  # which has no face: no place is kept for a photograph

    def lists_of(self, sheet: Sheet) -> tuple[tuple[lists.Row, ...], ...]:
        """The list that goes with a letter, by pages."""
        return lists.by_pages(sheet.annex, self.annex_widths)


def compose(texts: Texts, facts: PaperFacts) -> Composition:
    """Put a paper into words, in the languages asked for.

    Raises PaperRefused naming what is missing: an empty place-holder, an adverse report without facts, a
    certificate without validity, a copy of a report to the applicant.
    """
    template = texts.template(facts.template)
    reads_rows = template.kind == "letter" and _reads_rows(texts, facts.template)
    if reads_rows and not (facts.records or facts.entries or facts.other_facts):
        raise PaperRefused("papers.no_facts", template=facts.template)
    composer = _Composer(texts, facts.template, facts.signer, _all_values(texts, facts), _rows(texts, facts))
    languages = LANGUAGES if facts.language == "both" else (facts.language,)
    certificate = template.kind == "certificate"
    return Composition(
        layout="certificate" if certificate else "letter",
        number=facts.number,
        sheets=tuple(
            replace(composer.sheet(language, certificate=certificate), replaces=facts.replaces.said(language))
            for language in languages
        ),
        verify_link=facts.verification.link,
        photo=facts.photo if certificate else None,
        is_practice=facts.district.is_practice,
        is_signed=facts.signer.mode == "digital",
        is_of_firm=facts.subject.kind == "firm",
    )


def compose_letter(texts: Texts, facts: LetterFacts) -> Composition:
    """Put a letter, an order or a slip of the route into words. Raises PaperRefused naming what is missing."""
    template = texts.template(facts.template)
    values = letter_values(texts, facts) | signer_values(texts, facts.signer, template.kind)
    composer = _Composer(texts, facts.template, facts.signer, values, facts.rows)
    languages = LANGUAGES if facts.language == "both" else (facts.language,)
    return Composition(
        layout="letter",
        number=facts.number,
        sheets=tuple(
            replace(composer.letter(language, frame=facts.frame), annex=_in_words(facts.annex, language))
            for language in languages
        ),
        verify_link="",
        photo=None,
        annex_widths=facts.annex_widths,
        form=_FORMS.get(facts.frame, "letter"),
        is_practice=facts.district.is_practice,
    )


def _in_words(annex: Sequence[Sequence[Words]], language: Language) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(printable(cell.said(language)) for cell in row) for row in annex)


def _all_values(texts: Texts, facts: PaperFacts) -> dict[str, str]:
    kind = texts.template(facts.template).kind
    return paper_values(texts, facts) | signer_values(texts, facts.signer, kind)


def _rows(texts: Texts, facts: PaperFacts) -> Rows:
    return {"cases": record_rows(facts.records), "copies": copy_rows(texts, facts)}


def signer_values(texts: Texts, signer: Signer, kind: str) -> dict[str, str]:
    """What a sign block says of who signs."""
    designation = signer.designation or texts.setting(_designation(signer.office, kind))
    return {
        **both("signer_name", signer.name),
        **both("signer_designation", acting(texts, signer.capacity, designation)),
        **both("on_behalf", signer.on_behalf),
        "signed_at": signer.signed_at,
        "certified_to": signer.certified_to,
    }


def acting(texts: Texts, capacity: Capacity, designation: Words) -> Words:
    """The designation of a post as one in this capacity signs under it: प्रभारी ..., कृते ...; the holder's bare."""
    before = texts.setting(f"capacity.{capacity}") or _CAPACITIES.get(capacity, Words())
    return Words(f"{before.hi} {designation.hi}".strip(), f"{before.en} {designation.en}".strip())


def _reads_rows(texts: Texts, template: str) -> bool:
    hindi = texts.template(template).body["hi"]
    return any(getattr(part, "name", "") == "cases" for part in hindi)


def _designation(office: str, kind: str) -> str:
    """Name the setting of the signatory's designation; orders and certificates have their own."""
    if office == "thana":
        return "sho_designation"
    if office == "sp":
        return "sp_designation"
    is_order = kind == "certificate" or kind.startswith("order_")
    return "dm_designation_order" if is_order else "dm_designation_letter"


class _Composer:
    """Fills the frame and everything in it for one paper."""

    def __init__(self, texts: Texts, template: str, signer: Signer, values: Values, rows: Rows) -> None:
        self._texts, self._name, self._signer = texts, template, signer
        self._template = texts.template(template)
        self._values, self._rows = values, rows

    def sheet(self, language: Language, *, certificate: bool) -> Sheet:
        nested = self._around(language)
        content = (
            self._body(language, nested) if certificate else self._letter(language, nested, "letter_frame")
        )
        sheet = self._sheet(language, content, nested)
        if certificate and self._texts.has("particulars"):  # releases from before have none
            return replace(sheet, particulars=self._small("particulars", "particulars", language))
        return sheet

    def letter(self, language: Language, *, frame: str) -> Sheet:
        """A letter or order in its frame; without a frame the text stands alone under its letterhead."""
        nested = self._around(language)
        if frame:
            return self._sheet(language, self._letter(language, nested, frame), nested)
        body = self._body(language, nested)
        above = (nested["letterhead"],) if self._values.get("memo_no") else ()
        return self._sheet(language, Block("alone", (*above, body, nested["sign_block"])), nested)

    def _around(self, language: Language) -> dict[str, Block]:
        """The blocks that stand around the text: those for which there is something to say."""
        office, mode = self._signer.office, self._signer.mode
        nested = {"sign_block": self._small("sign_block", f"sign_block_{mode}", language)}
        if self._values.get("memo_no"):
            nested["letterhead"] = self._small("letterhead", f"letterhead_{office}", language)
        if self._values.get("verify_url"):
            nested["verify_line"] = self._small("verify_line", "verify_line", language)
        if self._rows.get("copies"):
            nested["copy_lines"] = self._small("copy_lines", "copy_lines", language, nested)
        return nested

    def _sheet(self, language: Language, content: Block, nested: Mapping[str, Block]) -> Sheet:
        nothing = Block("none", ())
        return Sheet(
            language,
            _grouped(content.items),
            nested.get("letterhead", nothing),
            nested.get("verify_line", nothing),
            nested["sign_block"],
            nested.get("copy_lines"),
            self._mark("confidential_mark", language) if self._template.confidential else "",
            self._mark("duplicate_mark", language) if self._values.get("n") and self._is_duplicate else "",
        )

    @property
    def _is_duplicate(self) -> bool:
        """A number that stands for an अनुलिपि; in the letters of the route it counts persons or reminders."""
        return self._template.kind in ("letter", "certificate")

    def _letter(self, language: Language, nested: dict[str, Block], frame: str) -> Block:
        marks = {
            "confidential_mark": self._template.confidential,
            "duplicate_mark": self._is_duplicate and bool(self._values.get("n")),
        }
        for name, wanted in marks.items():
            if wanted:
                nested[name] = self._small(name, name, language)
        nested["body"] = self._body(language, nested)
        lines = {
            "subject": self._line("subject", language),
            "reference": self._line("reference", language),
            "greeting": self._texts.setting("greeting").said(language) if self._template.greeting else "",
            "closing": self._texts.setting("closing").said(language) if self._template.closing else "",
        }
        return self._fill(frame, language, nested, _both_ways(lines, language))

    def _body(self, language: Language, nested: Mapping[str, Block]) -> Block:
        return self._small("body", self._name, language, nested)

    def _line(self, aspect: str, language: Language) -> str:
        parts = getattr(self._template, aspect)[language]
        values = in_language(self._values, language)
        return "".join(piece.text for piece in pieces(parts, values, self._rows_in(language)))

    def _mark(self, name: str, language: Language) -> str:
        return filled(self._texts, name, self._values).said(language)

    def _small(
        self, kind: str, template: str, language: Language, nested: Mapping[str, Block] | None = None
    ) -> Block:
        block = self._fill(template, language, nested or {}, {})
        keeps_gaps = kind == "sign_block"  # an empty line there is room for a signature
        return Block(kind, tuple(item for item in block.items if keeps_gaps or item.kind != _GAP))

    def _fill(self, template: str, language: Language, nested: Mapping[str, Block], more: Values) -> Block:
        stand_ins = {name: _NESTED for key in nested for name in (key, f"{key}_hi", f"{key}_en")}
        values = in_language({**self._values, **more}, language) | stand_ins
        found = pieces(self._texts.template(template).body[language], values, self._rows_in(language))
        return Block(template, tuple(_items(found, nested)))

    def _rows_in(self, language: Language) -> Rows:
        return {name: [in_language(row, language) for row in rows] for name, rows in self._rows.items()}


def _both_ways(values: Mapping[str, str], language: Language) -> dict[str, str]:
    """Offer the values of one language under the bare name and the name with its language."""
    return {name: text for key, text in values.items() for name in (key, f"{key}_{language}")}


def _items(found: Iterable[Piece], nested: Mapping[str, Block]) -> Iterator[Line | Block]:
    """Part the filled text into lines; a line that is a block's place-holder becomes that block."""
    line: list[Piece] = []
    for piece in found:
        name = base(piece.name) if piece.name else ""
        if name in nested:
            yield from _line(line)
            line = []
            yield nested[name]
        elif piece.name is None:
            first, *rest = piece.text.split("\n")
            line.append(Piece(first))
            for text in rest:
                yield from _line(line)
                line = [Piece(text)]
        else:
            line.append(piece)
    yield from _line(line)


def _line(pieces_found: Sequence[Piece]) -> Iterator[Line]:
    found = [piece for piece in pieces_found if piece.text]
    if not "".join(piece.text for piece in found).strip():
        yield Line(_GAP, ())
        return
    names = {base(piece.name) for piece in found if piece.name}
    kind = next((kind for kind in _KINDS if kind in names), "text")
    lead, rest = _numbered(found) if kind == "sr" else ([], found)
    left, right = _parted(rest)
    yield Line(kind, _runs(left), _runs(right), _runs(lead))


def _numbered(found: Sequence[Piece]) -> tuple[list[Piece], Sequence[Piece]]:
    """Part a line of a list after its number, at the first space; elsewhere it is one whole."""
    number, *rest = found
    mark, space, text = rest[0].text.partition(" ") if rest and number.name == "sr" else ("", "", "")
    if not space:
        return [], found
    return [number, Piece(mark)], [Piece(text, rest[0].name), *rest[1:]]


def _parted(found: Sequence[Piece]) -> tuple[list[Piece], list[Piece]]:
    for number, piece in enumerate(found):
        gap = _PART_RIGHT.search(piece.text) if piece.name is None else None
        if gap:
            before, after = Piece(piece.text[: gap.start()]), Piece(piece.text[gap.end() :])
            return [*found[:number], before], [after, *found[number + 1 :]]
    return list(found), []


def _runs(found: Sequence[Piece]) -> tuple[Run, ...]:
    return tuple(
        Run(printable(piece.text), strong=bool(piece.name) and base(piece.name or "") in _STRONG)
        for piece in found
        if piece.text
    )


def _grouped(items: Sequence[Line | Block]) -> tuple[Block, ...]:
    """Make every item a block: loose lines become blocks of their own kind."""
    return tuple(
        item if isinstance(item, Block) else Block(item.kind, (item,)) for item in items if item.kind != _GAP
    )
