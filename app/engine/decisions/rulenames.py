"""What the rules of a table are called: the description of a rule names, in two languages, what its row is about."""

from __future__ import annotations

from app.engine.xml import load_xml

_SEPARATOR = "|"


def rule_names(data: bytes) -> dict[str, tuple[str, str]]:
    """Code in the first column -> (Hindi, English) of every rule that tests one text and has a description.

    A description is written "Hindi | English"; without the bar both languages say the same.
    """
    found: dict[str, tuple[str, str]] = {}
    for rule in load_xml(data).iter("{*}rule"):
        code = (rule.findtext("{*}inputEntry/{*}text") or "").strip()
        said = (rule.findtext("{*}description") or "").strip()
        if said and len(code) > 1 and code[0] == code[-1] == '"':
            hindi, _, english = (part.strip() for part in said.partition(_SEPARATOR))
            found[code[1:-1]] = (hindi, english or hindi)
    return found
