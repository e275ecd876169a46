"""The words that the script of a phone says, in the page's language: it has no catalogue of its own."""

from __future__ import annotations

from app.web.frame import language

_WORDS = ("kept", "sent", "draft_saved", "look", "insist", "discard", "send_waits", "visit_kept", "no_key")
_GROUPS = {
    "kind": ("draft", "file", "visit"),
    "waiting": ("line", "session"),
    "state": ("gone", "changed", "refused"),
}


def words() -> dict[str, str | dict[str, str]]:
    """Every word of the script, by its name there."""
    single: dict[str, str | dict[str, str]] = {name: language.word("phone.word", name) for name in _WORDS}
    groups = {
        group: {code: language.word("phone", group, code) for code in codes}
        for group, codes in _GROUPS.items()
    }
    return single | groups
