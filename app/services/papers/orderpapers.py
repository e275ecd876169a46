"""An order of the SP that stops enquiries or gives them days, drawn as the paper that he signs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from app import papers
from app.domain.errors import NotFound
from app.domain.ledger import PAUSE
from app.domain.offices import OfficeKind
from app.services.district import calendars
from app.services.papers import letterkinds, signers
from app.services.procedure import releases
from app.services.store import documents
from app.services.store.scopes import actor_scope
from app.services.timekeeping import orders

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

_TEMPLATES = {True: "order_pause", False: "order_extension"}  # by whether the order stops the clock


def draw(database: Database, actor: Actor, order_id: UUID, language: papers.Spoken = "hi") -> documents.File:
    """The order as PDF, in this language or in both. Raises NotFound, NotAllowed, PaperRefused."""

    def read(session: Session) -> tuple[AnyRow, papers.Texts, papers.LetterFacts]:
        row = next((row for row in orders.listing(session, actor) if row.id == order_id), None)
        if row is None:
            raise NotFound
        texts = releases.active(session).texts
        return row, texts, _facts(session, row, texts, language)

    row, texts, facts = database.read(read, actor_scope(actor))
    data = papers.draw_paper(
        papers.compose_letter(texts, facts), row.issued_at, papers.Assets(fonts=database.fonts)
    )
    name = f"order-{order_id.hex[-8:]}.pdf"
    return documents.File(name, "application/pdf", data, f"letter.order_{row.kind}", row.number)


def _facts(session: Session, row: AnyRow, texts: papers.Texts, language: papers.Spoken) -> papers.LetterFacts:
    return papers.LetterFacts(
        template=_TEMPLATES[row.kind == PAUSE],
        signer=signers.of_side(session, texts, _side(row), row.issued_by, row.issued_at),
        district=letterkinds.district(session),
        issued_on=row.dated_on or calendars.day(row.issued_at),
        number=row.number,
        memo_no=row.number,
        frame="order_frame",
        language=language,
        words={
            "ext_reason": texts.setting(f"order_reason.{row.reason}"),
            "scope": _scope(row, texts),
        },
        plain={
            "order_no": row.number,
            "ext_from": papers.dmy(row.first_on),
            "ext_to": papers.dmy(row.last_on),
            "ext_days": str(row.days or ""),
        },
    )


def _side(row: AnyRow) -> Literal["dm", "sp"]:
    """Who orders: the DM for his own office, the SP for those that enquire."""
    return "dm" if row.office_id is not None and row.office_kind == OfficeKind.DM_OFFICE else "sp"


def _scope(row: AnyRow, texts: papers.Texts) -> papers.Words:
    """For which offices the order holds."""
    if row.office_id is None:
        return texts.setting("order_scope")
    return letterkinds.office(row.office_kind, row.office_hi, row.office_en)
