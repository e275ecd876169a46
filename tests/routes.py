"""What Werkzeug compiles of addresses is alike in the thousands of applications of a run: compiled once a process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.routing import Rule

if TYPE_CHECKING:
    from collections.abc import Callable

#: What `Rule.compile` works out of an address; a converter knows its map, and none of Werkzeug's own asks it.
_WORKED_OUT = ("_parts", "_trace", "_converters", "arguments")
_BUILDERS = ("_build", "_build_unknown")


def compile_once() -> None:
    """Let all applications of this process share it, and the copies of this process too."""
    compiled: dict[tuple[object, ...], dict[str, Any]] = {}
    compile_anew: Callable[[Rule], None] = Rule.compile

    def compile_once(rule: Rule) -> None:
        if rule.defaults or rule.map.host_matching or rule.map.converters != rule.map.default_converters:
            compile_anew(rule)
            return
        key = (rule.rule, rule.subdomain, rule.merge_slashes)
        if key not in compiled:
            compile_anew(rule)
            compiled[key] = {each: getattr(rule, each) for each in _WORKED_OUT}
            compiled[key] |= {each: getattr(rule, each).__func__ for each in _BUILDERS}
        found = compiled[key]
        for each in _WORKED_OUT:
            setattr(rule, each, found[each])
        for each in _BUILDERS:
            setattr(rule, each, found[each].__get__(rule, None))

    Rule.compile = compile_once  # type: ignore[method-assign]
