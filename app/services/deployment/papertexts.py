"""The papers of a proposal: one changed text kept, and how a paper would look with a made-up case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import papers
from app.domain.errors import DomainError, NotFound
from app.services.desk.previews import MARK

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.services.store.database import Database

PAPERS = "papers.json"


class Unreadable(DomainError):
    """The texts hold a fault, so that no paper can be drawn of them (422)."""

    key = "error.paper_texts_faulty"


def is_readable(contents: Mapping[str, bytes]) -> bool:
    """Whether the texts can be shown paper by paper; what is no such file can only be written anew."""
    try:
        papers.paper_texts(contents.get(PAPERS, b""))
    except ValueError:
        return False
    return True


def file(contents: Mapping[str, bytes]) -> bytes:
    """The texts of the papers. Raises NotFound where there are none, or what stands there is no such file."""
    if not is_readable(contents):
        raise NotFound
    return contents[PAPERS]


def draw(
    database: Database, contents: Mapping[str, bytes], name: str, language: papers.Spoken, now: datetime
) -> bytes:
    """The paper with a made-up case, marked as a draft. Raises NotFound, Unreadable, PaperRefused.

    Nothing is read of any case, and nothing is kept.
    """
    data = file(contents)
    kind = next((each.kind for each in papers.paper_texts(data) if each.name == name), "")
    if not kind or not papers.has_specimen(kind):
        raise NotFound
    if papers.check_texts(data, database.fonts):
        raise Unreadable
    assets = papers.Assets(fonts=database.fonts)
    composed = papers.specimen(papers.load_texts(data), name, language)
    return papers.stamped(papers.draw_paper(composed, now, assets), MARK, "behind", now, assets)
