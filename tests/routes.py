"""What Werkzeug compiles of addresses is alike in the thousands of applications of a run: compiled once a process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.routing import Rule

if TYPE_CHECKING:
    from collections.abc import Callable


def compile_once() -> None:
    """Let all applications of this process share it, and the copies of this process too."""
    compiled: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}
    compile_anew = Rule._compile_builder

    def compile_once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002
        if rule.defaults:
            return compile_anew(rule, append_unknown)
        key = (rule.rule, tuple(rule._trace), append_unknown)
        if key not in compiled:
            compiled[key] = compile_anew(rule, append_unknown)
        return compiled[key]

    Rule._compile_builder = compile_once  # type: ignore[method-assign]
