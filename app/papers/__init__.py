"""HTML -> PDF with right Devanagari: the only room that knows xhtml2pdf.

`compose` puts the facts of a case into the texts of its release, `draw_paper` lays the composition out and
draws it. `self_test` says at start-up, by an error naming the file, whether papers can be issued here.
"""

from app.papers.apart import PROGRAMS
from app.papers.binding import bind, leaves
from app.papers.compose import Composition, acting, compose, compose_letter
from app.papers.editing import (
    WORDS,
    HolderMeaning,
    PaperText,
    TextBox,
    boxes,
    change_boxes,
    holders,
    paper_texts,
)
from app.papers.errors import PaperRefused, PapersUnavailable, PaperTooSlow
from app.papers.facts import (
    Address,
    Capacity,
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
from app.papers.layout import draw_paper
from app.papers.pdf import Assets, render_pdf, self_test
from app.papers.pictures import Picture, draw_pictures
from app.papers.proof import Claim, Sealed, holder_digest, read_seal, read_token, seal, sealed_part, token
from app.papers.qr import qr_png
from app.papers.recordmark import RecordMark, marked, read_mark
from app.papers.specimen import has_specimen, specimen
from app.papers.stamping import stamped
from app.papers.tables import Table, draw_table
from app.papers.texts import (
    TextProblem,
    Texts,
    Words,
    answers_read,
    check_texts,
    forms_read,
    load_texts,
    needs,
)
from app.papers.values import (
    address_line,
    as_typed,
    declared,
    dmy,
    in_place_of,
    joined,
    record_rows,
    register_facts,
    titled,
    with_whole_pins,
)
from app.papers.verification import Answer, IssuedPaper, public_answer

__all__ = [
    "PROGRAMS",
    "WORDS",
    "Address",
    "Answer",
    "Assets",
    "Capacity",
    "Claim",
    "Composition",
    "Copy",
    "District",
    "HolderMeaning",
    "IssuedPaper",
    "LetterFacts",
    "PaperFacts",
    "PaperRefused",
    "PaperText",
    "PaperTooSlow",
    "PapersUnavailable",
    "Picture",
    "RecordMark",
    "RecordRow",
    "RegisterEntry",
    "Requester",
    "Sealed",
    "Signer",
    "Spoken",
    "Subject",
    "Table",
    "TextBox",
    "TextProblem",
    "Texts",
    "Verification",
    "Words",
    "acting",
    "address_line",
    "answers_read",
    "as_typed",
    "bind",
    "boxes",
    "change_boxes",
    "check_texts",
    "compose",
    "compose_letter",
    "declared",
    "dmy",
    "draw_paper",
    "draw_pictures",
    "draw_table",
    "forms_read",
    "has_specimen",
    "holder_digest",
    "holders",
    "in_place_of",
    "joined",
    "leaves",
    "load_texts",
    "marked",
    "needs",
    "paper_texts",
    "public_answer",
    "qr_png",
    "read_mark",
    "read_seal",
    "read_token",
    "record_rows",
    "register_facts",
    "render_pdf",
    "seal",
    "sealed_part",
    "self_test",
    "specimen",
    "stamped",
    "titled",
    "token",
    "with_whole_pins",
]
