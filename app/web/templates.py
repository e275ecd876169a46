"""Templates compiled once for each language: there a word is text, and what must be asked is called directly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask
from flask.templating import Environment as FlaskEnvironment
from jinja2 import nodes
from jinja2.visitor import NodeTransformer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from jinja2 import Environment


class _Compiling(FlaskEnvironment):
    """Turns calls of `direct` functions into filters, before a template is compiled.

    Jinja calls a filter without looking for the context that it might want, at a tenth of the cost; and works
    out at once one that is given constants only. A direct function therefore hangs on its arguments and on the
    page's language, and on nothing else of the request.
    """

    direct: frozenset[str] = frozenset()

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = _Calls(self.direct).visit(super()._parse(source, name, filename))
        tree.set_environment(self)
        return tree  # type: ignore[no-any-return]


class _Calls(NodeTransformer):
    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    def visit_Call(self, call: nodes.Call) -> nodes.Expr:  # noqa: N802 - Jinja names it
        self.generic_visit(call)
        called = call.node
        if not isinstance(called, nodes.Name) or called.name not in self._names or not call.args:
            return call
        first, *others = call.args
        return nodes.Filter(
            first, called.name, others, call.kwargs, call.dyn_args, call.dyn_kwargs, lineno=call.lineno
        )


class Application(Flask):
    """Flask with these templates."""

    jinja_environment = _Compiling


def add(app: Flask, **functions: Callable[..., Any]) -> None:
    """Give the templates functions of their arguments and of the page's language alone."""
    environment = app.jinja_env
    assert isinstance(environment, _Compiling)  # noqa: S101 - made above
    environment.direct |= functions.keys()
    environment.globals.update(functions)  # as `{% if slug %}` and in `map` they are names like any other
    environment.filters.update(functions)


def install(app: Flask, languages: Iterable[str]) -> None:
    """Part the templates by language, after everything was added to them."""
    app.extensions["templates"] = {each: app.jinja_env.overlay() for each in languages}


def render(app: Flask, language: str, name: str, values: Mapping[str, Any]) -> str:
    """A template in the page's language."""
    parted: Mapping[str, Environment] = app.extensions["templates"]
    return parted[language].get_template(name).render(values)
