"""Both languages say everything: each key has its Hindi and its English, with the same parameters."""

import ast
import gettext
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from app.domain import counting
from app.services.casework import cases
from app.services.store.audit import ACTIONS
from tests import sources

LANGUAGES = ("hi", "en")
#: A parameter in two languages comes as `label_hi` and `label_en`; each text takes its own.
_PARAMETER = re.compile(r"%\((\w+?)(?:_(?:hi|en))?\)[a-z]")
#: What code calls with a key of a catalogue as its first argument; and every class of a refusal.
_SPEAKERS = {"_", "gettext", "ngettext", "lazy_gettext", "say", "_both"}
_KEY = re.compile(r"[a-z_]+(\.[a-z0-9_]+)+")
#: Letters of the office's own words carry no nukta; only ड़ and ढ़ are letters of Hindi itself.
_FOREIGN_LETTER = re.compile("[^\u0921\u0922]\u093c|[\u0958-\u095b\u095e\u095f]")


def catalogues() -> dict[str, dict[str, dict[str, tuple[str, ...]]]]:
    """domain -> language -> key -> texts (more than one where a number chooses)."""
    found: dict[str, dict[str, dict[str, tuple[str, ...]]]] = defaultdict(dict)
    for path in sources.below("app/translations", suffix=".po"):
        language = path.parts[-3]
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language, abort_invalid=True)
        texts = {}
        for message in catalogue:
            if message.id:
                key = message.id if isinstance(message.id, str) else message.id[0]
                texts[key] = (message.string,) if isinstance(message.string, str) else message.string
                assert not message.fuzzy, f"{sources.name(path)}: {key} is marked fuzzy"
        found[path.stem][language] = texts
    return dict(found)


CATALOGUES = catalogues()
ALL_KEYS = {key for domain in CATALOGUES.values() for texts in domain.values() for key in texts}
each_domain = pytest.mark.parametrize("domain", sorted(CATALOGUES))


@each_domain
def test_both_languages_hold_the_same_keys(domain: str) -> None:
    hindi, english = (set(CATALOGUES[domain].get(language, {})) for language in LANGUAGES)
    assert hindi == english, (
        f"Only in Hindi: {sorted(hindi - english)}; only in English: {sorted(english - hindi)}"
    )


@pytest.mark.parametrize("path", sources.below("app/translations", suffix=".po"), ids=sources.name)
def test_a_key_stands_once(path: Path) -> None:
    counted = Counter(re.findall(r'^msgid "(.+)"$', path.read_text(encoding="utf-8"), re.MULTILINE))
    twice = [key for key, times in counted.items() if times > 1]
    assert not twice, f"of two texts one would be lost without a word: {twice}"


@each_domain
def test_every_key_has_its_text(domain: str) -> None:
    empty = [
        f"{language}: {key}"
        for language in LANGUAGES
        for key, texts in CATALOGUES[domain].get(language, {}).items()
        if not all(text.strip() for text in texts)
    ]
    assert not empty


@each_domain
def test_both_languages_take_the_same_parameters(domain: str) -> None:
    hindi, english = (CATALOGUES[domain].get(language, {}) for language in LANGUAGES)
    different = [
        key
        for key in hindi.keys() & english.keys()
        if len({frozenset(_PARAMETER.findall(text)) for text in hindi[key] + english[key]}) > 1
    ]
    assert not different


@each_domain
def test_no_text_takes_a_word_of_the_other_language(domain: str) -> None:
    mixed = [
        f"{language}: {key}"
        for language, other in (LANGUAGES, LANGUAGES[::-1])
        for key, texts in CATALOGUES[domain].get(language, {}).items()
        if any(re.search(rf"%\(\w+_{other}\)", text) for text in texts)
    ]
    assert not mixed


@each_domain
def test_hindi_is_written_as_the_office_writes_it(domain: str) -> None:
    texts = [(key, text) for key, forms in CATALOGUES[domain].get("hi", {}).items() for text in forms if text]
    assert not [key for key, text in texts if unicodedata.normalize("NFC", text) != text], "Not in NFC"
    assert not [f"{key}: {text}" for key, text in texts if _FOREIGN_LETTER.search(text)], "A nukta of Urdu"
    assert not [key for key, text in texts if not re.search("[\u0900-\u097f]|^[^A-Za-z]*$|%\\(", text)], (
        "No Hindi"
    )


#: A number before the word that it counts, called by what it is or, as it should be, `count`.
_COUNTED = re.compile(
    r"(?:%\((?:count|cases|clocks|rows|files|acts|places|total|seen|kept|destroyed)\)s"
    r"|\{(?:count|n|number)\}) [^\W\d]"
)
#: Why a text has one form, though a number stands before a word.
_ONE_FORM = {
    **dict.fromkeys(
        (
            "requisition.late",
            "requisition.entered",
            "inbox.tab_late",
            "diagram.count_open",
            "diagram.count_late",
        ),
        "the word is no noun and has no other form in either language",
    ),
    **dict.fromkeys(
        ("account.codes_left", "incident.tried", "record.check.more"),
        "the thing counted is not named beside it",
    ),
    **dict.fromkeys(("acting.line", "requisition.entered_of", "watch.more"), "the word is `of`"),
    **dict.fromkeys(
        ("policy.cap", "retention.longest", "signatures.more", "caselist.more", "record.export.too_long"),
        "a limit, never one",
    ),
    **dict.fromkeys(
        ("gate.release_too_large", "gate.too_many_nodes", "gate.start_single", "gate.dmn.rows"),
        "said of too many alone",
    ),
    "canvas.problems_many": "the script has a text of its own for one",
}


@each_domain
def test_what_is_counted_has_a_form_for_one_and_a_form_for_many(domain: str) -> None:
    catalogues = [CATALOGUES[domain].get(language, {}) for language in LANGUAGES]
    counted = {
        key for texts in catalogues for key, forms in texts.items() if any(map(_COUNTED.search, forms))
    }
    single = {key for key in counted if any(len(texts[key]) == 1 for texts in catalogues)}
    assert not single - _ONE_FORM.keys(), "Add msgid_plural, and call the number `count`"
    plural = {key for texts in catalogues for key, forms in texts.items() if len(forms) > 1}
    assert not {
        key for key in plural for texts in catalogues if not all("%(count)s" in form for form in texts[key])
    }, "`count` chooses the form"
    assert not _ONE_FORM.keys() & plural


def test_a_count_chooses_the_form_and_what_has_one_form_is_said_in_that() -> None:
    catalogue = gettext.translation("crimes", sources.ROOT / "app/translations", ["hi"])
    assert counting.text(catalogue, "crimes.found", {"count": "1"}) == "%(count)s प्रविष्टि मिली।"
    assert "प्रविष्टियाँ मिलीं" in counting.text(catalogue, "crimes.found", {"count": 0})
    assert "प्रविष्टियाँ मिलीं" in counting.text(catalogue, "crimes.found", {"count": "1,200"})
    assert counting.text(catalogue, "crimes.alias", {"count": 2}) == "उर्फ %(alias)s"
    assert counting.text(catalogue, "crimes.unwritten", {"count": 2}) == "crimes.unwritten"
    assert not _ONE_FORM.keys() - ALL_KEYS


_NAMES_OTHERS = {"Entry", "Program"}  # an endpoint, a module


def keys_in_python(path: Path) -> set[str]:
    """First arguments of calls that speak, and `key = "..."` of error classes."""
    found = set()
    for node in ast.walk(sources.tree(path)):
        if isinstance(node, ast.Call) and node.args:
            callee = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            value = node.args[0]
            speaks = callee in _SPEAKERS or (callee[:1].isupper() and callee not in _NAMES_OTHERS)
            if speaks and isinstance(value, ast.Constant) and _KEY.fullmatch(str(value.value)):
                found.add(value.value)
        if isinstance(node, ast.ClassDef):
            found |= {
                line.value.value
                for line in node.body
                if isinstance(line, ast.Assign)
                and isinstance(line.value, ast.Constant)
                and any(isinstance(target, ast.Name) and target.id == "key" for target in line.targets)
            }
    return found


def keys_in_template(path: Path) -> set[str]:
    return set(re.findall(r"""\b(?:_|n?gettext)\(\s*["']([^"']+)["']""", sources.text(path)))


def said_in_template(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Each key that a template says by its own name, with the names of what it is given."""
    tree = Environment(autoescape=True, extensions=["jinja2.ext.do"]).parse(path.read_text(encoding="utf-8"))
    for call in tree.find_all(nodes.Call):
        if (
            isinstance(call.node, nodes.Name)
            and call.node.name == "_"
            and isinstance(call.args[0], nodes.Const)
        ):
            yield call.args[0].value, {each.key for each in call.kwargs}


def said_in_python(path: Path) -> Iterator[tuple[str, set[str]]]:
    """The same of a module; calls that are given a whole mapping are left out."""
    for call in ast.walk(sources.tree(path)):
        if not isinstance(call, ast.Call) or not call.args or not isinstance(call.args[0], ast.Constant):
            continue
        given = {each.arg for each in call.keywords}
        if getattr(call.func, "id", getattr(call.func, "attr", "")) == "say" and None not in given:
            yield str(call.args[0].value), {each for each in given if each}


TEXTS = {key: text for domain in CATALOGUES.values() for key, text in domain["hi"].items()}


@pytest.mark.parametrize(
    ("folder", "suffix", "said"),
    [("templates", ".html", said_in_template), ("app/web", ".py", said_in_python)],
)
def test_every_text_is_given_what_it_names(
    folder: str, suffix: str, said: Callable[[Path], Iterator[tuple[str, set[str]]]]
) -> None:
    lacking = [
        f"{sources.name(path)}: {key} is not given {wanted - given}"
        for path in sources.below(folder, suffix=suffix)
        for key, given in said(path)
        for wanted in [set(re.findall(r"%\((\w+)\)", " ".join(TEXTS.get(key, ()))))]
        if wanted - given
    ]
    assert not lacking


@pytest.mark.skipif(not CATALOGUES, reason="no catalogue is there yet")
def test_every_key_that_is_used_is_there() -> None:
    used = {path: keys_in_python(path) for path in sources.below("app", suffix=".py")}
    used |= {path: keys_in_template(path) for path in sources.below("templates", suffix=".html")}
    missing = {sources.name(path): sorted(keys - ALL_KEYS) for path, keys in used.items() if keys - ALL_KEYS}
    assert not missing, "Add the key to the catalogue of its domain, in Hindi and in English"


def test_every_act_of_the_record_has_its_words() -> None:
    named = {key.removeprefix("action.") for key in ALL_KEYS if key.startswith("action.")}
    assert named == set(ACTIONS)


def test_every_act_that_takes_a_fresh_code_says_what_it_asks_for() -> None:
    asked = re.compile(r"stepup\.begin\(\s*\w+, \w+, (?:(\w+)\.)?([A-Z_]+),")
    texts = {path.stem: sources.text(path) for path in sources.below("app/services", suffix=".py")}
    acts = set()
    for own, text in texts.items():
        for module, name in asked.findall(text):
            acts |= set(re.findall(rf'^{name}(?:: .+)? = "(.+?)"', texts[module or own], re.MULTILINE))
    assert {"statement:take", "token:make", "task:sign"} <= acts
    words = {f"step_up.{act}.{part}" for act in acts for part in ("title", "text", "button")}
    assert not words - ALL_KEYS


def test_every_page_by_which_the_record_names_a_look_at_a_case_has_its_words() -> None:
    noted = re.compile(
        r'sightings\.note\(\s*database, actor, f"case:[^"]*", "(\w+)"|^PAGE = "(\w+)"', re.MULTILINE
    )
    found = (noted.findall(sources.text(path)) for path in sources.below("app/services", suffix=".py"))
    pages = {page for each in found for pair in each for page in pair if page} | set(cases._TABS)
    assert len(pages) > 10
    assert not {page for page in pages if f"opened.page.{page}" not in ALL_KEYS}
