"""Templates compiled once for each language: there a word is text, and what must be asked is called directly."""

from __future__ import annotations

import os
import threading
import time
from contextlib import nullcontext, suppress
from functools import cache, partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Flask, has_request_context
from flask.templating import Environment as FlaskEnvironment
from jinja2 import BytecodeCache, nodes
from jinja2.compiler import CodeGenerator
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape
from markupsafe._speedups import _escape_inner

from app.web.frame import remembered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from contextlib import AbstractContextManager

    from jinja2.bccache import Bucket

_PROGRAM = Path(__file__).resolve().parents[2]
#: Of these no text holds a sign that HTML takes for its own, or it was escaped before.
_SAFE = frozenset({Markup, UUID, int})
_SUM = sha256().digest_size
_JOINED = "joined"  # a filter of this module's own: what stands in the block, as one text


def escaped(value: Any) -> str:
    """What `markupsafe.escape` makes of a value, for a page that is only joined: without an object for each text."""
    kind = type(value)
    if kind is str:
        return _escape_inner(value)
    if kind in _SAFE:
        return value if kind is Markup else str(value)
    return str(escape(value))


class _Escaping(CodeGenerator):
    """Writes `escaped` for each value of a page; half the time of a list went into marking texts as safe."""

    def _output_child_pre(self, node: nodes.Expr, frame: Any, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.escaped(")

    def visit_Filter(self, node: nodes.Filter, frame: Any) -> None:  # noqa: N802 - Jinja names it
        if node.name == _JOINED:
            self.write(f"concat({frame.buffer})")  # `safe` would copy the whole text three times more
        else:
            super().visit_Filter(node, frame)


class _Compiling(FlaskEnvironment):
    """Turns calls of `direct` functions into filters, before a template is compiled.

    Jinja calls a filter without looking for the context that it might want, at a tenth of the cost; and works
    out at once one that is given constants only. A direct function therefore hangs on its arguments and on the
    page's language, and on nothing else of the request.
    """

    code_generator_class = _Escaping
    direct: frozenset[str] = frozenset()
    speaking: Callable[[], AbstractContextManager[None]] = staticmethod(nullcontext)
    memory: remembered.Memory
    escaped = staticmethod(escaped)

    def _generate(self, source: nodes.Template, *where: Any, **options: Any) -> str:
        with self.speaking():  # the environment's language, whoever's page is made at this moment
            return super()._generate(source, *where, **options)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = _joined(self._whole(source, name, filename))
        tree.set_environment(self)
        return tree

    def _whole(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """The tree of a template with all that it includes."""
        tree: nodes.Template = _Included(self._included).visit(super()._parse(source, name, filename))
        tree = _Calls(self.direct).visit(tree)
        remembering = remembered.Remembering(self, name or "", self.direct)
        whole: nodes.Template = remembering.visit(tree)
        return whole

    def _included(self, name: str) -> nodes.Template:
        assert self.loader is not None  # noqa: S101 - Flask gives one
        source, filename, _ = self.loader.get_source(self, name)
        return self._whole(source, name, filename)


def _joined(tree: nodes.Template) -> nodes.Template:
    """Let each block, and each template that is included, be joined in one list.

    Otherwise every text of it wanders singly through the generators of all that it stands in.
    """
    for block in tree.find_all(nodes.Block):
        block.body = [_as_one(block.body, block.lineno)]
    if not any(isinstance(node, (nodes.Extends, nodes.Block, nodes.Macro)) for node in tree.body):
        tree.body = [_as_one(tree.body, 1)]
    return tree


def _as_one(body: list[nodes.Node], line: int) -> nodes.Node:
    return nodes.FilterBlock(body, nodes.Filter(None, _JOINED, [], [], None, None, lineno=line), lineno=line)


class _Included(NodeTransformer):
    """Puts a template where it is included by name: half of what a small one cost went into a context of its own."""

    def __init__(self, tree_of: Callable[[str], nodes.Template]) -> None:
        self._tree_of = tree_of

    def visit_Include(self, node: nodes.Include) -> nodes.Node:  # noqa: N802 - Jinja names it
        if not isinstance(node.template, nodes.Const) or node.ignore_missing or not node.with_context:
            return node
        return _as_one(self._tree_of(node.template.value).body, node.lineno)


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


class _Kept(BytecodeCache):
    """Compiled templates of one language, kept beside the templates as Python keeps its modules.

    Words, addresses and what they include are text in them: they hold as long as what those come from.
    """

    def __init__(self, folder: Path, language: str) -> None:
        self._folder, self._language = folder, language

    def get_source_checksum(self, source: str) -> str:
        return sha256(f"{_made_of(self._folder.parent)}\0{source}".encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            kept = self._file(bucket).read_bytes()
            if kept[:_SUM] == sha256(kept[_SUM:]).digest():  # whole, as it was written
                bucket.bytecode_from_string(kept[_SUM:])

    def dump_bytecode(self, bucket: Bucket) -> None:
        if not has_request_context():
            return  # what was compiled here asks for each address again: none can be worked out without a request
        file = self._file(bucket)
        aside = file.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        with suppress(OSError):  # where nothing can be written, each start compiles for itself
            self._folder.mkdir(exist_ok=True)
            compiled = bucket.bytecode_to_string()
            aside.write_bytes(sha256(compiled).digest() + compiled)
            aside.replace(file)

    def _file(self, bucket: Bucket) -> Path:
        return self._folder / f"{bucket.key}.{self._language}"


@cache
def _made_of(folder: Path) -> str:
    """What a compiled template hangs on: the program, its catalogues and assets, and all that may be included."""
    sources = [*_PROGRAM.rglob("*.py"), *_PROGRAM.rglob("*.mo"), *_PROGRAM.glob("static/dist/manifest.json")]
    every = sorted([*sources, *folder.rglob("*.html")])
    states = [(str(each), (state := each.stat()).st_size, state.st_mtime_ns) for each in every]
    return sha256(repr((version("jinja2"), states)).encode()).hexdigest()


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


def install(
    app: Flask, languages: Iterable[str], speaking: Callable[[str], AbstractContextManager[None]]
) -> None:
    """Part the templates by language, after everything was added to them; `speaking` sets a language for a block."""
    folder = Path(app.root_path, str(app.template_folder), "__pycache__")
    app.jinja_env.filters.update(remembered.FILTERS | {_JOINED: Markup})
    parted = {each: app.jinja_env.overlay(bytecode_cache=_Kept(folder, each)) for each in languages}
    for language, environment in parted.items():
        assert isinstance(environment, _Compiling)  # noqa: S101 - made above
        environment.speaking, environment.memory = partial(speaking, language), remembered.Memory()
    app.extensions["templates"] = parted


def render(app: Flask, language: str, name: str, values: Mapping[str, Any]) -> str:
    """A template in the page's language."""
    parted: Mapping[str, _Compiling] = app.extensions["templates"]
    environment = parted[language]
    environment.memory.tidy(time.monotonic())
    return environment.get_template(name).render(values)
