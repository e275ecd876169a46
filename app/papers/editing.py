"""The texts of papers changed without JSON: which there are, what each may name, and one of them changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from app.papers.texts import ASPECTS, LANGUAGES, Words, text_key
from app.papers.vocabulary import SCENES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.papers.texts import Language
    from app.papers.vocabulary import Scene

WORDS = "settings"  # the short words that stand within the papers: designations, relations, outcomes


@dataclass(frozen=True, slots=True)
class PaperText:
    """One text of the file: its name and kind."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class TextBox:
    """One text in one language as a page shows it; `key` is its place within the paper."""

    key: str
    aspect: str  # body | subject | reference; of the words, their place in the file
    language: Language
    text: str


@dataclass(frozen=True, slots=True)
class HolderMeaning:
    """A place-holder as it is written into a text, what it says, and whether a paper of this kind must have it."""

    written: str
    meaning: Words
    is_mandatory: bool
    is_optional: bool  # may be empty, and therefore stands in [[ ]]
    inside: str = ""  # the list in whose rows alone it is known


def paper_texts(data: bytes) -> list[PaperText]:
    """Return the texts of the file in its order; those of no known kind are left to the gate. Raises ValueError."""
    return [
        PaperText(name, str(raw["kind"]))
        for name, raw in _read(data)["templates"].items()
        if isinstance(raw, dict) and str(raw.get("kind")) in SCENES
    ]


def boxes(data: bytes, name: str) -> list[TextBox]:
    """Return every text of one paper, or the words (`WORDS`). Raises ValueError, KeyError for no such paper."""
    content = _read(data)
    if name == WORDS:
        return [
            TextBox(f"{path}.{language}", path, language, str(said.get(language, "")))
            for path, said in _words(content["settings"], "")
            for language in LANGUAGES
        ]
    raw = content["templates"][name]
    shown = [aspect for aspect in (*ASPECTS[1:], ASPECTS[0]) if not aspect or _has(raw, aspect)]
    return [
        TextBox(key, aspect or "body", language, str(raw.get(key, "")))
        for aspect in shown
        for language in LANGUAGES
        for key in [text_key(aspect, language)]
    ]


def _has(raw: Mapping[str, Any], aspect: str) -> bool:
    """A letter that was written without a reference keeps none; the two lines come with the kinds that have them."""
    return any(text_key(aspect, language) in raw for language in LANGUAGES)


def change_boxes(data: bytes, name: str, texts: Mapping[str, str]) -> bytes:
    """Return the file with these texts (by the key of their box); nothing else changes, other keys are not read.

    Raises ValueError, KeyError for no such paper.
    """
    content = _read(data)
    known = {box.key: box.text for box in boxes(data, name)}
    changed = {key: text for key, text in texts.items() if key in known and text != known[key]}
    if not changed:
        return data
    if name == WORDS:
        for path, said in _words(content["settings"], ""):
            for language in LANGUAGES:
                if f"{path}.{language}" in changed:
                    said[language] = changed[f"{path}.{language}"]
    else:
        content["templates"][name].update(changed)
    return orjson.dumps(content, option=orjson.OPT_INDENT_2)


def holders(data: bytes, kind: str) -> list[HolderMeaning]:
    """Return what a text of this kind may name, mandatory ones first, with the meanings that the file tells."""
    scene = SCENES.get(kind)
    told = _read(data).get("placeholders")
    meanings = told if isinstance(told, dict) else {}
    found = list(_holders(scene, meanings, "")) if scene is not None else []
    return sorted(
        found, key=lambda each: (each.inside, not each.is_mandatory, each.is_optional, each.written)
    )


def _holders(scene: Scene, meanings: Mapping[str, Any], inside: str) -> Iterator[HolderMeaning]:
    for name in scene.always | scene.maybe:
        optional = name in scene.maybe
        written = f"[[{{{name}}}]]" if optional else f"{{{name}}}"
        yield HolderMeaning(written, _meaning(meanings, name), name in scene.must, optional, inside)
    for name, row in scene.lists.items():
        written = f"{{#{name}}} {{/{name}}}"
        yield HolderMeaning(
            written, _meaning(meanings, name), name in scene.must, is_optional=False, inside=inside
        )
        for each in _holders(row, meanings, name):
            must = each.written.strip("[]{}") in scene.must
            yield HolderMeaning(each.written, each.meaning, must, each.is_optional, name)


def _meaning(meanings: Mapping[str, Any], name: str) -> Words:
    said = meanings.get(name)
    return Words(str(said.get("hi", "")), str(said.get("en", ""))) if isinstance(said, dict) else Words()


def _words(settings: Mapping[str, Any], above: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every pair of words with its dotted place, as `Texts.setting` reads it."""
    for name, value in settings.items():
        if not isinstance(value, dict):
            continue
        if any(isinstance(value.get(language), str) for language in LANGUAGES):
            yield f"{above}{name}", value
        else:
            yield from _words(value, f"{above}{name}.")


def _read(data: bytes) -> dict[str, Any]:
    content = json.loads(data)
    if not isinstance(content, dict) or not all(
        isinstance(content.get(part), dict) for part in ("templates", "settings")
    ):
        raise ValueError("no texts of papers")
    return content
