"""The language of a page: which one it is, its catalogue, and how dates, ages and names read in it."""

from __future__ import annotations

import re
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import g, request, session
from flask_babel import Babel, get_translations
from markupsafe import Markup, escape

from app.domain import counting
from app.domain.clock import IST
from app.web.frame import templates

if TYPE_CHECKING:
    from collections.abc import Iterator
    from gettext import NullTranslations

    from flask import Flask

    from app.domain.clock import Age
    from app.domain.errors import DomainError
    from app.services.access.standins import StandIn

LANGUAGES = ("hi", "en")
_DAY = re.compile(r"\b\d\d-\d\d-\d{4}\b")  # never torn at its hyphens
#: What stands before and behind a head's title in the name of his office.
_OF_HEAD = {"hi": ("", " का कार्यालय"), "en": ("Office of the ", "")}
DOMAINS = (
    "screens",
    "statements",
    "errors",
    "forms",
    "gate",
    "papers",
    "rights",
    "rosters",
    "departments",
    "daily",
    "help",
    "amendments",
    "privacy",
    "crimes",
    "passkeys",
    "neighbours",
    "offices",
)


#: The page's language and its catalogue. A page asks for hundreds of words: a context variable costs a tenth of `g`.
_language: ContextVar[str] = ContextVar("language", default=LANGUAGES[0])
_catalogue: ContextVar[NullTranslations] = ContextVar("catalogue")
_catalogues: dict[str, NullTranslations] = {}


class CatalogueMissing(RuntimeError):
    """The texts of the screens were not compiled; every page would show keys."""


def settle() -> None:
    """Choose the language of this request; to be called first, and again once the officer is known."""
    chosen = _choose()
    _language.set(chosen)
    _catalogue.set(_catalogues[chosen])


def current() -> str:
    """Language of this page: the officer's own, or the visitor's choice (`?lang=`, else the cookie), else Hindi."""
    return _language.get()


@contextmanager
def of(language: str) -> Iterator[None]:
    """Say what is said in the block in this language: a sheet that leaves the product speaks both."""
    before = _language.set(language), _catalogue.set(_catalogues[language])
    try:
        yield
    finally:
        _language.reset(before[0])
        _catalogue.reset(before[1])


def _choose() -> str:
    actor = g.get("actor")
    if actor is not None:
        return actor.language if actor.language in LANGUAGES else LANGUAGES[0]
    wanted = request.args.get("lang") or session.get("lang")
    return wanted if wanted in LANGUAGES else LANGUAGES[0]


def say(key: str, **params: Any) -> str:
    """The catalogue's text in the page's language, filled with `params`; the key itself where there is none.

    `count` among them chooses between the forms of one and of many, where the text has both.
    """
    if not params:
        return _catalogue.get().gettext(key)
    text = counting.text(_catalogue.get(), key, params)
    if any(isinstance(value, Markup) for value in params.values()):
        return escape(text) % params
    return text % params


def word(*parts: str, **params: Any) -> str:
    """`say` for a key that ends in a code: `word("role", "sho")` says role.sho."""
    return say(".".join(parts), **params)


def known(key: str) -> str:
    """The catalogue's text without parameters filled in, or nothing where it has no such key."""
    text = _catalogue.get().gettext(key)
    return "" if text == key else text


def incident(code: str, part: str = "") -> str:
    """What a code of an incident means, or (`part` "remedy") what to do about it; one without words as it is."""
    return known(f"incident.code.{code}{'.' if part else ''}{part}") or ("" if part else code)


def refusal(refused: DomainError) -> str:
    """The sentence of a refusal, filled in; the general one where it has none of its own."""
    return say(refused.key, **refused.params) if known(refused.key) else say("error.general")


def pick(thing: Any, name: str) -> str:
    """The text `name` of a row in the page's language; the other language, marked as such, where it is missing."""
    language = current()
    other = "en" if language == "hi" else "hi"
    text = getattr(thing, f"{name}_{language}")
    if text:
        return str(text)
    text = getattr(thing, f"{name}_{other}")
    return Markup('<span lang="{}">{}</span>').format(other, text) if text else ""


def office(thing: Any, name: str = "office") -> str:
    """The office `name` of a row as one says it: थाना दाउदपुर. Of a police station the tables hold the place alone."""
    called = pick(thing, name)
    key = f"office.{getattr(thing, f'{name}_kind')}"
    return say(key, name=called) if called and known(key) else called


def seat(thing: Any) -> str:
    """A post as one says it: the title, and the office where the title does not name it already.

    An office that is called after its head tells how the head is titled in this district: वरीय पुलिस अधीक्षक.
    """
    title, place = word("role", thing.role), office(thing)
    before, after = _OF_HEAD[current()]
    head = place.removeprefix(before).removesuffix(after)
    return head if head != place and title in head else f"{title}, {place}"


def choose(hindi: str, english: str) -> str:
    """One of two texts, by the page's language."""
    return (english or hindi) if current() == "en" else (hindi or english)


def day(value: date | datetime | None) -> str:
    """A day as GIGW wants it, DD-MM-YYYY; an instant is taken on the clock of India."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(IST)
    return f"{value.day:02}-{value.month:02}-{value.year:04}"


def moment(value: datetime | None) -> str:
    """An instant on the clock of India, to the minute."""
    return "" if value is None else value.astimezone(IST).strftime("%d-%m-%Y %H:%M")


def moment_tag(value: date | datetime | None) -> Markup | str:
    """The same as a `<time>` element, so that a reader's tools understand it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return Markup('<time datetime="{}">{}</time>').format(
            value.astimezone(UTC).isoformat(timespec="minutes"), moment(value)
        )
    return day_tag(value)


def day_tag(value: date | datetime | None) -> Markup | str:
    """A day as a `<time>` element: a line of a page never ends at its hyphens."""
    if value is None:
        return ""
    on = value.astimezone(IST).date() if isinstance(value, datetime) else value
    return Markup('<time datetime="{}">{}</time>').format(on.isoformat(), day(on))


def age_chip(age: Age) -> Markup:
    """3 कार्यदिवस शेष, आज अंतिम दिन, 2 कार्यदिवस विलंब, as a coloured sign: the unit is always said.

    While the clock stands no day of it is counted: since when it stands is said instead.
    """
    if age.stands_since is not None:
        return Markup('<span class="chip">{}</span>').format(age_words(age))
    return _age_chip(current(), age.kind, age.days)


@lru_cache(maxsize=1024)
def _age_chip(_language: str, kind: str, days: int) -> Markup:
    return Markup('<span class="chip chip-{}">{}</span>').format(kind, _age_words(kind, days))


def age_words(age: Age) -> str:
    """The same in words alone."""
    if age.stands_since is not None:
        return say("age.stands", since=day(age.stands_since))
    return _age_words(age.kind, age.days)


def _age_words(kind: str, days: int) -> str:
    if kind == "last_day":
        return say("age.last_day")
    return say(f"age.{kind}", count=days)


def due(on: date) -> str:
    """निर्धारित तिथि in words. A list says the same few days again and again."""
    return _due(current(), on)


@lru_cache(maxsize=1024)
def _due(_language: str, on: date) -> str:
    return say("inbox.due", at=day(on))


def parent(person: Any) -> str:
    """पुत्र महेश प्रसाद: the word comes from the relation, never "पिता/पति"; nothing where no name is known."""
    name = pick(person, "father")
    return word("relation", person.relation or "father", name=name) if name else ""


def days_words(days: int) -> str:
    """A count of working days, with its unit."""
    return say("days.working", count=days)


@lru_cache(maxsize=4096)
def grouped(number: int) -> str:
    """A count in Indian groups: 1,23,456."""
    text = str(abs(number))
    head, tail = text[:-3], text[-3:]
    groups: list[str] = []
    while head:
        groups.insert(0, head[-2:])
        head = head[:-2]
    return ("-" if number < 0 else "") + ",".join([*groups, tail])


def unbroken(text: str) -> Markup:
    """A text as it stands; no line of the page ends within one of its dates."""
    return Markup(_DAY.sub(r'<span class="text-nowrap">\g<0></span>', str(escape(text))))  # noqa: S704 - escaped


def paragraphs(text: str) -> Markup:
    """Plain text of a catalogue as paragraphs and lists: an empty line parts, a line with '- ' is a list item."""
    parts = []
    for block in text.split("\n\n"):
        lines = [line.strip() for line in block.splitlines() if line.strip()]
        if lines and all(line.startswith("- ") for line in lines):
            items = "".join(f"<li>{escape(line[2:])}</li>" for line in lines)
            parts.append(f"<ul>{items}</ul>")
        elif lines:
            parts.append(f"<p>{unbroken(' '.join(lines))}</p>")
    return Markup("".join(parts))  # noqa: S704 - every line was escaped above


def drawing(svg: str) -> Markup:
    """A diagram as `engine.draw` made it: every text in it was escaped there."""
    return Markup(svg)  # noqa: S704


def acting(found: StandIn | None) -> Markup:
    """For whom somebody acted, in brackets behind his name; nothing where the post was his own."""
    if found is None:
        return Markup("")
    name = choose(found.name_hi, found.name_en) if found.name_hi else ""
    key = f"acting.{found.kind}" if name else f"acting.{found.kind}.unnamed"
    return Markup(' <span class="acting">(%s)</span>') % say(key, name=name, role=word("role", found.role))


def install(app: Flask) -> None:
    """Give the templates their words. Raises CatalogueMissing before the first build."""
    babel = Babel()
    app.before_request(settle)
    babel.init_app(
        app,
        default_locale=LANGUAGES[0],
        default_domain=";".join(DOMAINS),
        default_translation_directories=";".join(["translations"] * len(DOMAINS)),
        locale_selector=current,
    )
    for each in LANGUAGES:
        _language.set(each)
        if each in _catalogues:
            continue  # a process reads them once, however many applications it makes
        with app.app_context():
            _catalogues[each] = get_translations()
        if _catalogues[each].gettext("app.name") == "app.name":
            raise CatalogueMissing(f"app/translations/{each}: run `make build` / `make build` चलाएँ")
    templates.add(
        app,
        _=say,
        word=word,
        pick=pick,
        office=office,
        seat=seat,
        choose=choose,
        age_chip=age_chip,
        due=due,
        parent=parent,
        acting=acting,
    )
    app.jinja_env.filters.update(
        day=day,
        moment=moment,
        when=moment_tag,
        on=day_tag,
        days_words=days_words,
        grouped=grouped,
        paragraphs=paragraphs,
        unbroken=unbroken,
        drawing=drawing,
    )
