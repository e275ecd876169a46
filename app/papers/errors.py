"""What can go wrong with a paper, in words of the catalogue `papers`."""

from __future__ import annotations

from app.domain.errors import DomainError


class PapersUnavailable(DomainError):
    """Papers cannot be drawn right here (a font is missing, shaping is broken): nothing is issued."""

    key = "papers.unavailable"


class PaperRefused(DomainError):
    """No paper can be drawn from these values; `params` name the place-holder or letter at fault."""

    key = "papers.refused"


class PaperTooSlow(PaperRefused):
    """A paper could not be drawn in its time: of an ordinary one, because the machine is busy (503)."""

    key = "papers.too_slow"
