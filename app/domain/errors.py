"""What can go wrong in the words of the office; `web.guard.errors` turns each into a page.

An error carries a catalogue key and plain parameters, never a ready sentence: the screen chooses the language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime


class DomainError(Exception):
    """A refusal that a person can understand; `key` names its text in the catalogue `errors`."""

    key = "error.general"

    def __init__(self, key: str | None = None, **params: Any) -> None:
        self.key = key or type(self).key
        self.params: dict[str, Any] = params
        super().__init__(self.key)


class NotFound(DomainError):
    """No such thing, or none that this officer may know of: the two must look alike (404)."""

    key = "error.not_found"


class NotAllowed(DomainError):
    """The officer may know of the thing, but not do this with it (403)."""

    key = "error.not_allowed"


class TaskAlreadyDone(DomainError):
    """Somebody else finished or lost the task first (409)."""

    key = "error.task_done"

    def __init__(self, winner_hi: str = "", winner_en: str = "", at: datetime | None = None) -> None:
        super().__init__(winner_hi=winner_hi, winner_en=winner_en, at=at)


class ReplyTooLate(TaskAlreadyDone):
    """Another district's answer came after its unit was closed: the case has gone on without it (409)."""

    key = "error.reply_too_late"


class Conflict(DomainError):
    """The row changed since it was read; the caller may try again (409)."""

    key = "error.conflict"


class AlreadySent(DomainError):
    """What was typed has gone out from another window in the meantime (409)."""

    key = "error.already_sent"


class FormInvalid(DomainError):
    """An answer does not pass; `values` holds everything that was typed, so that nothing is lost (422)."""

    key = "error.form_invalid"

    def __init__(self, values: Mapping[str, Any], problems: Mapping[str, FieldProblem]) -> None:
        super().__init__(count=len(problems))
        self.values = values
        self.problems = problems


class BoxesRefused(DomainError):
    """What stands in some boxes of a page does not pass; `problems` maps each to a key of the catalogue (422)."""

    key = "error.form_invalid"

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(count=len(problems))
        self.problems = problems


class BoxRefused(DomainError):
    """What stands in one box of a page does not pass; `box` is where the key's words are told (422)."""

    def __init__(self, box: str, key: str, **params: Any) -> None:
        super().__init__(key, **params)
        self.box = box


class FieldProblem:
    """One fault of one field: `key` of the catalogue `forms`, with parameters; own texts of the form win."""

    __slots__ = ("en", "hi", "key", "params")

    def __init__(self, key: str, hi: str = "", en: str = "", **params: Any) -> None:
        self.key, self.hi, self.en, self.params = key, hi, en, params

    def __repr__(self) -> str:
        return f"FieldProblem({self.key!r})"


class ReleaseRefused(DomainError):
    """The deploy gate said no; `problems` name file, element and remedy. Nothing was deployed."""

    key = "error.release_refused"

    def __init__(self, problems: Sequence[Any]) -> None:
        super().__init__(count=len(problems))
        self.problems = problems


class FileDamaged(DomainError):
    """A stored file is not as it was written: its seal does not open. It can be had from a backup alone (410)."""

    key = "error.file_damaged"


class RouteStuck(DomainError):
    """The engine cannot go on (a condition is neither true nor false, no office, a loop): an incident is due."""

    key = "error.route_stuck"

    def __init__(self, code: str, element_id: str = "", **params: Any) -> None:
        super().__init__(code=code, element_id=element_id, **params)
        self.code, self.element_id = code, element_id


class Unavailable(DomainError):
    """The database is locked or full; nothing was written, the text is kept, try again (503)."""

    key = "error.unavailable"
