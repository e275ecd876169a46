"""Why no paper can be signed."""

from __future__ import annotations

from app.domain.errors import DomainError


class KeyRefused(DomainError):
    """No paper can be signed with this key: it is not there, does not open, or its certificate does not hold."""

    key = "papers.key.unreadable"
