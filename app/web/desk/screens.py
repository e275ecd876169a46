"""The screens that an officer's post opens, found by words of title or help, or by what they are called."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from app.domain.roles import Permission
from app.web.frame import language
from app.web.frame.addresses import address_of
from app.web.frame.helping import help_of
from app.web.frame.navigation import NAVIGATION, Entry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.domain.roles import Actor

#: Screens beyond the navigation that are opened without a thing of their own.
_MORE = (
    Entry("inbox.waiting_notes", "inbox.notes", Permission.INBOX_SEE),
    Entry("inbox.views", "view.title", Permission.INBOX_SEE),
    Entry("charges.show", "charge.title", Permission.INBOX_SEE),
    Entry("signatures.show", "signatures.title", Permission.LIST_SIGN),
    Entry("requisitions.letter", "requisition.new", Permission.CASE_REGISTER),
    Entry("caselist.show", "caselist.title", Permission.CASE_SEARCH),
    Entry("certificates.revocations", "finder.revocations", Permission.PAPER_SEE),
    Entry("calendar.show", "calendar.title", Permission.CALENDAR_SEE),
    Entry("orders.show", "order.title", Permission.CALENDAR_SEE),
    Entry("clocks.show", "clocks.title", Permission.CLOCK_SEE),
    Entry("clocks.reminders", "reminder.title", Permission.CLOCK_SEE),
    Entry("areas.show", "areas.title", Permission.AREA_SEE),
    Entry("policies.show", "policy.title", Permission.POLICY_SEE),
    Entry("thanas.listing", "thana.title", Permission.THANA_KEEP),
    Entry("departments.listing", "department.keep", Permission.DEPARTMENT_KEEP),
    Entry("entrycodes.show", "entry.title", Permission.ENTRY_CODE),
    Entry("accounts.listing", "accounts.title", Permission.ENTRY_CODE),
    Entry("rights.show", "rights.title", Permission.ADMIN_SEE),
    Entry("amendments.listing", "amendment.title", Permission.VALUES_SEE),
    Entry("moving.show", "moving.title", Permission.MOVE_SEE),
    Entry("account.show", "frame.account", Permission.ACCOUNT_OWN),
    Entry("notices.show", "notices.title", Permission.ACCOUNT_OWN),
)
#: Every screen that is opened by its address alone.
ENTRIES = (*NAVIGATION, *_MORE)
#: Screens that officers call by other words than their title does: `finder.words.<endpoint>`.
_CALLED = frozenset(
    (
        "posts.listing",
        "charges.show",
        "calendar.show",
        "signatures.show",
        "requisitions.listing",
        "reports.queues",
        "certificates.register",
        "crimes.form",
        "account.show",
        "inbox.waiting_notes",
    )
)
_WORD = re.compile(r"[^\W_]+(?:[\u0900-\u0963\w]*)")
_SHORTEST = 3  # of a word that is looked for in help: shorter ones are everywhere


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen that may be opened: its title, and the other words by which it is found."""

    address: str
    key: str
    title_words: str
    help_words: str


def of(actor: Actor) -> list[Screen]:
    """Every screen of the officer's post, those of the navigation first."""
    return [_screen(entry) for entry in ENTRIES if actor.may(entry.permission)]


def named(screens: Iterable[Screen], text: str) -> list[Screen]:
    """Those that every word of a text begins a word of: of the title or a name first, then of the help."""
    words = _words(text).split()
    if not words:
        return []
    found = list(screens)
    by_title = [each for each in found if _all_begin(words, each.title_words)]
    long = [word for word in words if len(word) >= _SHORTEST]
    by_help = [each for each in found if len(long) == len(words) and _all_begin(words, each.help_words)]
    return [*by_title, *(each for each in by_help if each not in by_title)]


def _all_begin(words: list[str], among: str) -> bool:
    return all(f" {word}" in f" {among}" for word in words)


@cache
def _screen(entry: Entry) -> Screen:
    return Screen(
        address_of(entry.endpoint),
        entry.key,
        " ".join(map(_in_both, (entry.key, *_other_names(entry)))),
        _in_both(f"help.text.{help_of(entry.screen)}"),
    )


def _other_names(entry: Entry) -> list[str]:
    return [f"finder.words.{entry.endpoint}"] if entry.endpoint in _CALLED else []


def _in_both(key: str) -> str:
    found = []
    for each in language.LANGUAGES:
        with language.of(each):
            found.append(_words(language.say(key)))
    return " ".join(found)


def _words(text: str) -> str:
    """The words of a text as they are compared: small letters, no nukta, one space between."""
    plain = unicodedata.normalize("NFKD", text).casefold().replace("\u093c", "")
    return " ".join(_WORD.findall(plain))
