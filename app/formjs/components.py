"""One component of a schema, read strictly: what is not understood is refused, never passed over."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app import feel
from app.domain.text import DEFAULT_LENGTH
from app.formjs.expressions import read_rule, roots_read
from app.formjs.model import INPUTS, MAX_ROWS, PII_CLASSES, Check, Look, Node, Option, Rules, Text
from app.formjs.patterns import MAX_MATCHED, read_pattern
from app.formjs.refusals import FormProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.feel import Tree

MAX_COMPONENTS = 400
MAX_DEPTH = 4  # a group in a row of a list in a group
MAX_OPTIONS = 500

_KINDS = {
    "textfield": "textfield",
    "textarea": "textarea",
    "number": "number",
    "radio": "radio",
    "select": "select",
    "checklist": "checklist",
    "taglist": "checklist",
    "checkbox": "checkbox",
    "filepicker": "file",
    "dynamiclist": "list",
    "group": "group",
    "text": "text",
    "separator": "separator",
    "spacer": "spacer",
}
_CHOICES = frozenset(("radio", "select", "checklist"))
_KEY = re.compile(r"[a-z][a-z0-9_]{0,62}")
_ID = re.compile(r"[A-Za-z_][\w.\-]{0,63}")
_CODE = re.compile(r"[A-Za-z0-9][\w.\-]{0,63}", re.ASCII)
#: Words of FEEL, names that the host owns, and the key that the engine's serialiser would take for its own.
_RESERVED = frozenset(
    (
        *(
            "typename",
            "today",
            "now",
            "item",
            "partial",
            "csrf_token",
            "not",
            "and",
            "or",
            "if",
            "then",
            "else",
        ),
        *(
            "for",
            "in",
            "return",
            "some",
            "every",
            "satisfies",
            "between",
            "function",
            "true",
            "false",
            "null",
        ),
    )
)
#: What is neither asked for nor kept (Aadhaar Act 2016 s.29; caste and religion decide no verification).
_FORBIDDEN = re.compile(r"a+dh?aa?r|caste|religion")
_PROPERTIES = frozenset(
    (
        *(
            "label_en",
            "description_en",
            "error_hi",
            "error_en",
            "pii",
            "required_when",
            "default",
            "computed",
        ),
        *("check", "check_hi", "check_en", "min", "max", "precision", "upper", "digits", "as", "input_mode"),
        *(
            "capture",
            "max_files",
            "min_rows",
            "max_rows",
            "row_hi",
            "row_en",
            "add_hi",
            "add_en",
            "fold",
            "position",
        ),
        *("text_en", "allow_12_digits", "decision", "propose_first", "short_cut", "capitals", "primary"),
    )
)
_OPTION_PROPERTIES = ("en.", "offer.")


class Faults:
    """The faults found so far."""

    def __init__(self) -> None:
        self.problems: list[FormProblem] = []

    def add(self, component: str, rule: str, **params: Any) -> None:
        self.problems.append(FormProblem(component, rule, {"component": component, **params}))


@dataclass(frozen=True, slots=True)
class Names:
    """What rules may read: `facts` always; `all` also the fields of the form and of the row."""

    facts: frozenset[str]
    all: frozenset[str]
    ids: set[str]


def names_of(components: Sequence[Any], facts: frozenset[str]) -> dict[str, Names]:
    """The readable names by place: "" for the form itself, the key of a list for its columns."""
    ids: set[str] = set()
    own = facts | frozenset(_names(components))
    found = {"": Names(facts, own, ids)}
    for component in _flat(components):
        if component.get("type") == "dynamiclist":
            columns = frozenset(_names(component.get("components") or []))
            found[str(component.get("path", ""))] = Names(facts, own | columns, ids)
    return found


def _flat(components: Any) -> Iterator[dict[str, Any]]:
    for component in components if isinstance(components, list) else []:
        if isinstance(component, dict):
            yield component
            if component.get("type") == "group":
                yield from _flat(component.get("components"))


def _names(components: Any) -> Iterator[str]:
    for component in _flat(components):
        name = component.get("path" if component.get("type") == "dynamiclist" else "key")
        if isinstance(name, str):
            yield name
            if isinstance(component.get("properties"), dict) and "computed" in component["properties"]:
                yield f"{name}_proposed"


def read_component(component: Any, faults: Faults, names: Names, within: str) -> Node | None:
    """The node of a component; None for a send button, and for what is refused (the fault is noted)."""
    if not isinstance(component, dict) or not isinstance(component.get("type"), str):
        faults.add("", "not_a_component")
        return None
    reader = _Reader(component, faults, names)
    kind = reader.kind(within)
    if kind is None:
        return None
    reader.check_settings(kind)
    return reader.node(kind, within)


class _Reader:
    """Reads the parts of one component and notes what is wrong with each."""

    def __init__(self, component: dict[str, Any], faults: Faults, names: Names) -> None:
        self._component, self._faults, self._names = component, faults, names
        self.id = str(component.get("id") or "")
        self.place = self.id or str(component.get("key") or component.get("path") or component["type"])
        self._properties = self._mapping(component, "properties")
        self._validate = self._mapping(component, "validate")

    def fault(self, rule: str, **params: Any) -> None:
        self._faults.add(self.place[:80], rule, **params)

    def _mapping(self, source: dict[str, Any], name: str) -> dict[str, Any]:
        found = source.get(name)
        return found if isinstance(found, dict) else {}

    def kind(self, within: str) -> str | None:
        given = self._component["type"]
        if given == "button":
            if self._component.get("action", "submit") != "submit":
                self.fault("button", type=given)
            return None
        kind = self._datetime() if given == "datetime" else _KINDS.get(given)
        if kind is None:
            self.fault("type", type=given[:40])
        elif within and kind in ("list", "file"):
            self.fault("in_list", type=given)
            return None
        return kind

    def _datetime(self) -> str:
        subtype = self._component.get("subtype", "date")
        if subtype == "date" and self._property("precision") == "month":
            return "month"
        return subtype if subtype in ("time", "datetime") else "date"

    def check_settings(self, kind: str) -> None:
        """Refuse what form-js offers and this product would silently not do."""
        if not _ID.fullmatch(self.id):
            self.fault("id_wrong")
        elif self.id in self._names.ids:
            self.fault("id_repeated")
        self._names.ids.add(self.id)
        for setting in ("disabled", "readonly", "valuesExpression", "expression"):
            if self._component.get(setting):
                self.fault("setting", setting=setting)
        if kind == "group" and self._component.get("path"):
            self.fault("setting", setting="path")
        for name in self._properties:
            if name not in _PROPERTIES and not name.startswith(_OPTION_PROPERTIES):
                self.fault("property", property=str(name)[:60])

    def node(self, kind: str, within: str) -> Node:
        key = self._key(kind) if kind in INPUTS else ""
        options = tuple(self._options()) if kind in _CHOICES else ()
        return Node(
            id=self.id,
            kind=kind,
            key=key,
            path=f"{within}.{key}" if within else key,
            label=self._label(kind),
            hint=self._pair(self._component.get("description"), "description_en", "hint_en"),
            error=self._own_error("error_hi", "error_en"),
            pii=self._pii() if key else "P0",
            hide=self._hide(),
            computed=self._rule("computed"),
            first=self._component.get("defaultValue"),
            first_rule=self._rule("default", self._names.facts),
            is_boolean=self._property("as") == "boolean",
            is_decision=self._decision(kind, within),
            has_proposal=self._proposes(kind),
            primary=self._rule("primary", self._names.facts),
            is_upper=self._flag("upper"),
            has_digits=self._flag("digits"),
            options=options,
            options_key=self._options_key(kind, options),
            rules=self._rules(kind, key) if key else Rules(),
            look=self._look(kind),
            body=self._pair(self._component.get("text"), "text_en", "text_en") if kind == "text" else Text(),
        )

    def _property(self, name: str) -> str:
        value = self._properties.get(name, "")
        return value.strip() if isinstance(value, str) else str(value).lower()

    def _flag(self, name: str) -> bool:
        return self._property(name) == "true"

    def _count(self, name: str, otherwise: int, most: int) -> int:
        text = self._property(name)
        if not text:
            return otherwise
        if not text.isascii() or not text.isdecimal() or int(text) > most:
            self.fault("number", property=name, most=most)
            return otherwise
        return int(text)

    def _pair(self, hindi: Any, english: str, rule: str) -> Text:
        """A text with its English beside it; the English is missed where there is Hindi."""
        text = Text(hindi.strip() if isinstance(hindi, str) else "", self._property(english))
        if text.hi and not text.en:
            self.fault(rule)
        if text.hi.startswith("=") or "{{" in text.hi + text.en:
            self.fault("template")
        return text

    def _own_error(self, hindi: str, english: str) -> Text:
        text = Text(self._property(hindi), self._property(english))
        if bool(text.hi) != bool(text.en):
            self.fault("error_pair", property=hindi)
        return text

    def _label(self, kind: str) -> Text:
        given = self._component.get("label")
        if self._component["type"] == "datetime":
            given = self._component.get("dateLabel") or self._component.get("timeLabel") or given
        if kind in INPUTS and not given:
            self.fault("label")
        return self._pair(given, "label_en", "label_en")

    def _key(self, kind: str) -> str:
        key = self._component.get("path" if kind == "list" else "key")
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            self.fault("key_wrong", key=str(key)[:40])
            return "x"
        if key in _RESERVED:
            self.fault("key_reserved", key=key)
        if _FORBIDDEN.search(key):
            self.fault("key_forbidden", key=key)
        return key

    def _pii(self) -> str:
        pii = self._property("pii")
        if pii not in PII_CLASSES:
            self.fault("pii")
            return "P4"
        return pii

    def _rule(self, name: str, names: frozenset[str] | None = None) -> Tree | None:
        source = self._property(name)
        return self._parsed(source, name, names) if source else None

    def _parsed(self, source: Any, name: str, names: frozenset[str] | None = None) -> Tree | None:
        try:
            return read_rule(str(source), self._names.all if names is None else names)
        except feel.FeelError as error:
            self.fault("rule", property=name, position=error.position + 1, text=str(source)[:200])
        except KeyError as error:
            self.fault("rule_name", property=name, name=str(error.args[0])[:60])
        return None

    def _hide(self) -> Tree | None:
        source = self._mapping(self._component, "conditional").get("hide")
        return self._parsed(source, "conditional.hide") if source else None

    def _decision(self, kind: str, within: str) -> bool:
        """Whether buttons of the page stand for the choices: of one plain list of choices, never in a row."""
        if self._flag("decision") and (kind != "radio" or within):
            self.fault("decision")
        return self._flag("decision")

    def _proposes(self, kind: str) -> bool:
        """Whether the first choice of the host's list is proposed: of a list that the form does not hold itself."""
        if self._flag("propose_first") and (kind not in ("radio", "select") or self._component.get("values")):
            self.fault("setting", setting="propose_first")
        return self._flag("propose_first")

    def _options_key(self, kind: str, options: tuple[Option, ...]) -> str:
        key = self._component.get("valuesKey")
        if kind in _CHOICES and not options and not (isinstance(key, str) and _KEY.fullmatch(key)):
            self.fault("options")
        return key if isinstance(key, str) else ""

    def _options(self) -> Iterator[Option]:
        given = self._component.get("values")
        seen: set[str] = set()
        for each in given[:MAX_OPTIONS] if isinstance(given, list) else []:
            value = each.get("value") if isinstance(each, dict) else None
            if not isinstance(value, str) or not _CODE.fullmatch(value) or value in seen:
                self.fault("option", value=str(value)[:60])
                continue
            seen.add(value)
            text = self._pair(each.get("label"), f"en.{value}", "option_en")
            if not text.hi:
                self.fault("option", value=value)
            yield Option(value, text, self._rule(f"offer.{value}", self._names.facts))
        if self._property("as") == "boolean" and seen != {"true", "false"}:
            self.fault("boolean")

    def _rules(self, kind: str, key: str) -> Rules:
        low, high = self._bounds(kind)
        longest = self._length("maxLength", DEFAULT_LENGTH)
        pattern = self._pattern(kind)
        return Rules(
            is_required=self._validate.get("required") is True,
            required_when=self._rule("required_when"),
            min_length=self._length("minLength", 0),
            max_length=min(longest, MAX_MATCHED) if pattern else longest,
            pattern=pattern,
            low=low,
            high=high,
            decimals=self._decimals(),
            min_rows=self._count("min_rows", 0, MAX_ROWS),
            max_rows=self._count("max_rows" if kind == "list" else "max_files", MAX_ROWS, MAX_ROWS),
            may_hold_aadhaar=self._flag("allow_12_digits"),
            checks=tuple(self._checks(key)),
        )

    def _decimals(self) -> int:
        digits = self._component.get("decimalDigits", 0)
        if type(digits) is int and 0 <= digits <= 6:  # noqa: PLR2004
            return digits
        self.fault("setting", setting="decimalDigits")
        return 0

    def _length(self, name: str, otherwise: int) -> int:
        given = self._validate.get(name)
        if given is None:
            return otherwise
        if type(given) is int and 0 <= given <= DEFAULT_LENGTH:
            return given
        self.fault("length", property=name, most=DEFAULT_LENGTH)
        return otherwise

    def _pattern(self, kind: str) -> re.Pattern[str] | None:
        source = self._validate.get("pattern")
        if kind != "textfield" or not source:
            return None
        try:
            return read_pattern(str(source))
        except ValueError as error:
            self.fault(str(error), pattern=str(source)[:200])
            return None

    def _bounds(self, kind: str) -> tuple[Tree | None, Tree | None]:
        """The bounds of a number or a date: of form-js as numbers, of our properties as rules."""
        low, high = self._rule("min"), self._rule("max")
        if kind == "number":
            low = low or self._bound("min")
            high = high or self._bound("max")
        if self._component.get("disallowPassedDates") is True and low is None:
            low = feel.Rule(feel.parse("today"))
        return low, high

    def _bound(self, name: str) -> Tree | None:
        given = self._validate.get(name)
        if given is None:
            return None
        return self._parsed(str(given), name, frozenset())

    def _checks(self, key: str) -> Iterator[Check]:
        tree = self._rule("check")
        if tree is None:
            return
        error = self._own_error("check_hi", "check_en")
        if not error:
            self.fault("check_text")
        yield Check(tree, roots_read(tree) | {key}, error)

    def _look(self, kind: str) -> Look:
        validation = self._validate.get("validationType")
        if validation not in (None, "", "custom", "email", "phone"):
            self.fault("setting", setting="validationType")
        mode = {"email": "email", "phone": "tel"}.get(str(validation), self._property("input_mode"))
        return Look(
            input_type=str(validation)
            if validation in ("email", "phone") and kind == "textfield"
            else "text",
            input_mode=mode,
            capitals=self._capitals(),
            is_position=kind == "textfield" and self._flag("position"),
            accept=str(self._component.get("accept") or ""),
            has_camera=bool(self._property("capture")),
            is_multiple=self._component.get("multiple") is True,
            is_folded=self._flag("fold"),
            is_short_cut=self._short_cut(kind),
            has_given_rows=self._component.get("allowAddRemove") is False,
            row_name=self._own_error("row_hi", "row_en"),
            add=self._own_error("add_hi", "add_en"),
        )

    def _short_cut(self, kind: str) -> bool:
        """Whether a tick stands for answers that are given one by one where it is not set."""
        if self._flag("short_cut") and kind != "checkbox":
            self.fault("setting", setting="short_cut")
        return self._flag("short_cut")

    def _capitals(self) -> str:
        """Which letters a phone's keyboard begins large: `words`, `characters`, or as it likes."""
        given = "characters" if self._flag("upper") else self._property("capitals")
        if given not in ("", "none", "words", "characters"):
            self.fault("setting", setting="capitals")
        return given
