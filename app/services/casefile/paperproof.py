"""What the signature in the file of an issued paper proves, read from the stored bytes whenever it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import pades
from app.domain.errors import FileDamaged, NotFound
from app.services.store import documents

if TYPE_CHECKING:
    from datetime import datetime

    from app.models.scope import Session
    from app.models.tables.base import AnyRow


@dataclass(frozen=True, slots=True)
class SignatureView:
    """The signature in the stored file, proven now. `state`: valid | altered | added | missing."""

    state: str
    certified_to: str = ""
    issuer: str = ""
    at: datetime | None = None
    was_in_time: bool = False


def of_paper(session: Session, row: AnyRow, document: AnyRow) -> SignatureView | None:
    """What the signature in the file of a paper proves; None for a paper that was signed in ink."""
    if row.signed_with is None:
        return None
    try:
        found = pades.signatures(documents.read(session, document).data)
    except (NotFound, FileDamaged):
        found = ()
    own = found[-1] if found else pades.Signature("altered")
    held = own.certificate
    if held is None or held.fingerprint != row.signed_with:
        return SignatureView("missing" if not found else "altered")
    return SignatureView(own.state, held.subject, held.issuer, own.at, was_in_time=own.was_in_time)
