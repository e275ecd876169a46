"""The file `papers.json` of a release: the texts of every paper, read, checked and looked up."""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

from app.papers.errors import PaperRefused
from app.papers.fonts import missing_letters
from app.papers.language import Part, TextFault, Use, parse, uses
from app.papers.vocabulary import OUTCOMES, OUTPUTS, REQUIRED, SCENES, SETTINGS, Scene, base, is_forbidden

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

Language = Literal["hi", "en"]

FILE = "papers.json"
LANGUAGES: tuple[Language, Language] = ("hi", "en")
_MAX_BYTES = 500_000
ASPECTS = ("", "subject", "reference")  # the body, and the two lines that a letter has besides


@dataclass(frozen=True, slots=True)
class TextProblem:
    """One reason to refuse the texts of a release.

    `key` names the text of the catalogue `papers` that says what is wrong, `remedy` the one that says what to do;
    `element_id` is the template. The fields are those of a gate problem, so that one list can show both.
    """

    file: str
    element_id: str
    rule: str
    params: Mapping[str, Any]

    @property
    def key(self) -> str:
        return f"papers.{self.rule}"

    @property
    def remedy(self) -> str:
        return f"papers.{self.rule}.remedy"


@dataclass(frozen=True, slots=True)
class Words:
    """The same thing said in Hindi and in English; a missing one is stood in for by the other."""

    hi: str = ""
    en: str = ""

    def said(self, language: Language) -> str:
        return (self.hi or self.en) if language == "hi" else (self.en or self.hi)

    def __bool__(self) -> bool:
        return bool(self.hi or self.en)


@dataclass(frozen=True, slots=True)
class Template:
    """One text in both languages, parsed; letters have a subject and a reference too."""

    name: str
    kind: str
    body: Mapping[Language, tuple[Part, ...]]
    subject: Mapping[Language, tuple[Part, ...]]
    reference: Mapping[Language, tuple[Part, ...]]
    greeting: bool
    closing: bool
    confidential: bool


class Texts:
    """The texts of one release. Build it from bytes that `check_texts` has passed."""

    def __init__(self, data: bytes) -> None:
        self._content: dict[str, Any] = json.loads(data)
        self._templates: dict[str, Template] = {}

    def template(self, name: str) -> Template:
        """Return a template by name. Raises PaperRefused when the release has none of that name."""
        if name not in self._templates:
            raw = self._content["templates"].get(name)
            if raw is None:
                raise PaperRefused("papers.no_template", name=name)
            self._templates[name] = _template(name, raw)
        return self._templates[name]

    def has(self, name: str) -> bool:
        """Whether the release has a template of this name; an older one may lack those that came later."""
        return name in self._content["templates"]

    def first_of(self, kind: str) -> str:
        """Return the name of the first template of a kind. Raises PaperRefused when the release has none."""
        for name, raw in self._content["templates"].items():
            if raw["kind"] == kind:
                return str(name)
        raise PaperRefused("papers.no_template", name=kind)

    def digest(self, templates: Iterable[str], settings: Iterable[str]) -> str:
        """A digest of what these templates and settings say, to tell whether they say it still (SHA-256, in hex)."""
        said = [self._content["templates"].get(name) for name in templates]
        words = [astuple(self.setting(path)) for path in settings]
        return sha256(json.dumps([said, words], sort_keys=True).encode()).hexdigest()

    def setting(self, path: str) -> Words:
        """Return the words at a dotted path of the settings; empty words when there are none."""
        found: Any = self._content["settings"]
        for step in path.split("."):
            found = found.get(step, {}) if isinstance(found, dict) else {}
        return (
            Words(str(found.get("hi", "")), str(found.get("en", ""))) if isinstance(found, dict) else Words()
        )

    def choose(self, output: str, outcome: str) -> str:
        """Return the template for a purpose's output and a case's outcome. Raises PaperRefused."""
        name = self._content["use"].get(output, {}).get(outcome)
        if not name:
            raise PaperRefused("papers.no_choice", output=output, outcome=outcome)
        return str(name)


def _template(name: str, raw: Mapping[str, Any]) -> Template:
    parsed = {
        aspect: {language: parse(str(raw.get(text_key(aspect, language), ""))) for language in LANGUAGES}
        for aspect in ASPECTS
    }
    return Template(
        name,
        str(raw["kind"]),
        parsed[""],
        parsed["subject"],
        parsed["reference"],
        bool(raw.get("greeting")),
        bool(raw.get("closing")),
        bool(raw.get("confidential")),
    )


def text_key(aspect: str, language: Language) -> str:
    """Return where the file holds this text of a paper."""
    return f"{aspect}_{language}" if aspect else language


@lru_cache(maxsize=8)
def load_texts(data: bytes) -> Texts:
    """Return the texts of a release, parsed once; running cases of a few releases share them."""
    return Texts(data)


def needs(texts: Texts, template: str) -> frozenset[str]:
    """Return the place-holders a template reads, without `_hi` and `_en`; lists as `#name`."""
    found = texts.template(template)
    return frozenset(
        f"#{use.name}" if use.is_list else base(use.name)
        for aspect in (found.body, found.subject, found.reference)
        for parts in aspect.values()
        for use in uses(parts)
    )


def forms_read(texts: Texts, template: str) -> frozenset[str]:
    """Return the forms whose answers a template prints."""
    named = (name.split(".") for name in needs(texts, template))
    return frozenset(parts[1] for parts in named if parts[0] == "answer")


def answers_read(data: bytes) -> frozenset[tuple[str, str]]:
    """Return (form, key) of every answer that some template prints; the gate keeps those keys on their forms.

    The bytes must have passed `check_texts`.
    """
    found = set()
    for raw in json.loads(data)["templates"].values():
        for text in _texts_of(raw).values():
            for use in uses(parse(text)):
                if use.name.startswith("answer."):
                    _, form, key = use.name.split(".", 2)
                    found.add((form, key))
    return frozenset(found)


def check_texts(data: bytes, fonts: Path | None = None) -> list[TextProblem]:
    """Find every reason to refuse the texts of a release; an empty list means they will fill.

    With the folder of the fonts, letters that the papers cannot draw are found too.
    """
    try:
        content = json.loads(data) if len(data) <= _MAX_BYTES else None
    except ValueError:
        content = None
    if not isinstance(content, dict) or not all(
        isinstance(content.get(part), dict) for part in ("templates", "settings", "use")
    ):
        return [TextProblem(FILE, "", "texts_unreadable", {"file": FILE, "element": ""})]
    return [
        *_check_templates(content["templates"], fonts),
        *_check_settings(content["settings"], fonts),
        *_check_use(content["use"], content["templates"]),
    ]


def _problem(element: str, rule: str, **params: Any) -> TextProblem:
    return TextProblem(FILE, element, rule, {"file": FILE, "element": element, **params})


def _check_templates(templates: Mapping[str, Any], fonts: Path | None) -> Iterator[TextProblem]:
    for name, kind in REQUIRED.items():
        if not isinstance(templates.get(name), dict) or templates[name].get("kind") != kind:
            yield _problem(name, "template_missing", kind=kind)
    for name, raw in templates.items():
        if not isinstance(raw, dict) or str(raw.get("kind")) not in SCENES:
            yield _problem(name, "template_kind", kinds=", ".join(SCENES))
            continue
        yield from _check_template(name, raw, SCENES[raw["kind"]])
        if fonts is not None:
            for key, text in _texts_of(raw).items():
                yield from _check_letters(name, [text], fonts, text=key)


def _texts_of(raw: Mapping[str, Any]) -> dict[str, str]:
    keys = [text_key(aspect, language) for aspect in ASPECTS for language in LANGUAGES]
    return {key: str(raw[key]) for key in keys if key in raw}


def _check_template(name: str, raw: Mapping[str, Any], scene: Scene) -> Iterator[TextProblem]:
    read: dict[str, frozenset[str]] = {}
    for key, text in _texts_of(raw).items():
        try:
            found = list(uses(parse(text)))
        except TextFault as fault:
            yield _problem(name, fault.rule, text=key, at=fault.at, near=fault.near)
            continue
        read[key] = frozenset(base(use.name) for use in found)
        for use in found:
            yield from _check_use_of(name, key, use, scene)
    for aspect in ASPECTS:
        hindi, english = (text_key(aspect, language) for language in LANGUAGES)
        if not aspect and not (raw.get(hindi) and raw.get(english)):
            yield _problem(name, "template_empty")
        elif hindi in read and english in read and read[hindi] != read[english]:
            names = ", ".join(sorted(read[hindi] ^ read[english]))
            yield _problem(name, "languages_differ", names=names, text=hindi)
    yield from _check_mandatory(name, read, scene)


def _check_mandatory(name: str, read: Mapping[str, frozenset[str]], scene: Scene) -> Iterator[TextProblem]:
    """What a paper of this kind must say may stand in its body, its subject or its reference."""
    for language in LANGUAGES:
        keys = [text_key(aspect, language) for aspect in ASPECTS]
        if language not in read:  # empty or unreadable: that is told already
            continue
        missing = scene.must.difference(*(read.get(key, frozenset()) for key in keys))
        if missing:
            yield _problem(name, "placeholder_must", names=", ".join(sorted(missing)), text=language)


def _check_use_of(name: str, key: str, use: Use, scene: Scene) -> Iterator[TextProblem]:
    said, around = base(use.name), scene.lists.get(use.inside or "")
    if use.is_list:
        known, sure = said in scene.lists, True
    elif said.startswith("answer."):
        known, sure = scene.answers, False
    else:
        always = scene.always | (around.always if around else frozenset())
        known = said in always or said in scene.maybe or (around is not None and said in around.maybe)
        sure = said in always
    if is_forbidden(said):
        yield _problem(name, "placeholder_forbidden", text=key, name=use.name)
    elif not known:
        yield _problem(name, "placeholder_unknown", text=key, name=use.name)
    elif not sure and not use.optional:
        yield _problem(name, "placeholder_may_be_empty", text=key, name=use.name)


def _check_letters(name: str, said: Iterable[str], fonts: Path, **where: str) -> Iterator[TextProblem]:
    letters = missing_letters("".join(said), fonts)
    if letters:
        yield _problem(name, "letters_missing", letters=" ".join(letters), **where)


def _said(settings: Any) -> Iterator[str]:
    """Every word of the settings, however deep."""
    if isinstance(settings, dict):
        for value in settings.values():
            yield from _said(value)
    else:
        yield str(settings)


def _check_settings(settings: Mapping[str, Any], fonts: Path | None) -> Iterator[TextProblem]:
    if fonts is not None:
        yield from _check_letters("settings", _said(settings), fonts)
    texts = Texts(json.dumps({"settings": settings}).encode())
    for path in SETTINGS:
        words = texts.setting(path)
        if not (words.hi and words.en):
            yield _problem(path, "setting_missing", path=path)


def _check_use(choices: Mapping[str, Any], templates: Mapping[str, Any]) -> Iterator[TextProblem]:
    for output in OUTPUTS:
        chosen = choices.get(output)
        for outcome in OUTCOMES:
            name = chosen.get(outcome) if isinstance(chosen, dict) else None
            raw = templates.get(str(name), {})
            if not isinstance(raw, dict) or raw.get("kind") not in ("letter", "certificate"):
                yield _problem(str(name or ""), "choice_missing", output=output, outcome=outcome)
