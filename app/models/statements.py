"""Statements built and compiled once for each kind of scope and each database, then run by the bare driver.

Building a statement costs five times as much as running it. A statement is therefore written once, as a function
of what it is built for (`At`): its row scope, its named parameters, its database.
"""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sqlalchemy import BindParameter, String, Table, bindparam, cast, func, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import MultipleResultsFound, NoResultFound
from sqlalchemy.sql import visitors

from app.models.scope import CaseScope, OfficerScope, PublicScope, SystemScope, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement, Row
    from sqlalchemy.engine import Dialect

    from app.models.scope import Scope
    from app.models.session import Sent, Session

_OF_SCOPE = "scope_"
_AT_ONCE = 500  # values named by one statement
_T = TypeVar("_T")


class At:
    """What a statement is built for: it asks here for its row scope and its parameters."""

    def __init__(self, scope: Scope, dialect: Dialect) -> None:
        self._scope, self._dialect = _symbolic(scope), dialect
        self.names: set[str] = set()

    def visible(self, table: Table) -> ColumnElement[bool]:
        """The condition under which rows of `table` may be seen by whoever runs the statement."""
        return visible(table, self._scope)

    @property
    def district(self) -> BindParameter[Any]:
        """The district of whoever runs it. A scope without one is refused then (PermissionError)."""
        return _param(f"{_OF_SCOPE}district_id")

    def __getattr__(self, name: str) -> BindParameter[Any]:
        """A parameter of this name, to be given at each run: `at.case_id`."""
        if name.startswith("_"):
            raise AttributeError(name)
        self.names.add(name)
        return _param(name)

    def is_one_of(self, column: ColumnElement[Any], count: int) -> ColumnElement[bool]:
        """Whether the column is one of so many values, given at each run as `one_of` names them."""
        names = [f"{column.key}_{place}" for place in range(count)]
        self.names.update(names)
        return column.in_([bindparam(name, None, type_=column.type) for name in names])

    def text_of(self, column: ColumnElement[Any]) -> ColumnElement[str]:
        """An id as 32 hexadecimal digits, in the words of the database."""
        if self._dialect.name == "postgresql":
            return func.replace(cast(column, String), "-", "")
        return func.lower(func.hex(column))

    def insert(self, table: Table) -> Any:
        """An INSERT that can say ON CONFLICT, in the words of the database."""
        return (postgresql.insert if self._dialect.name == "postgresql" else sqlite.insert)(table)


def one_of(name: str, values: Sequence[Any]) -> dict[str, Any]:
    """Parameters for `At.is_one_of`, for any number of values but none, of which nothing is one (ValueError).

    The last one is repeated up to a power of two, so that the texts of statements stay few.
    """
    if not values:
        raise ValueError(name)
    places = 1 << (len(values) - 1).bit_length()
    return {f"{name}_{place}": values[min(place, len(values) - 1)] for place in range(places)}


def in_parts(values: Collection[_T]) -> Iterator[Sequence[_T]]:
    """Any number of values, as many at a time as one statement may name; nothing of none."""
    found = list(values)
    return (found[first : first + _AT_ONCE] for first in range(0, len(found), _AT_ONCE))


@dataclass(slots=True)
class _Ready:
    """A compiled statement: its text, how its parameters are made, how its rows are read."""

    sql: str
    binds: list[tuple[str, Any, Any]]  # name, processor, value where it is a constant
    is_positional: bool
    names: frozenset[str]
    tables: frozenset[str]
    row: Callable[[Sequence[Any]], Any]
    readers: list[tuple[int, Any]]
    locks: bool

    def sent(self, session: Session, values: Mapping[str, Any]) -> Sent:
        if values.keys() != self.names:
            raise TypeError(f"the statement takes {sorted(self.names)}, not {sorted(values)}")
        own = _prepared(session).values
        found = []
        for name, processor, constant in self.binds:
            value = values[name] if name in self.names else own.get(name, constant)
            if value is _MISSING:
                raise PermissionError("this scope belongs to no district")
            found.append(value if processor is None else processor(value))
        if self.is_positional:
            return self.sql, tuple(found)
        return self.sql, dict(zip((bind[0] for bind in self.binds), found, strict=True))

    def rows(self, raw: Sequence[Sequence[Any]]) -> list[Any]:
        if not raw or not self.readers:
            return list(map(self.row, raw))
        columns: list[Iterable[Any]] = list(
            zip(*raw, strict=True)
        )  # read column by column: fewer steps of Python
        for at, reader in self.readers:
            columns[at] = map(reader, columns[at])
        return list(map(self.row, zip(*columns, strict=True)))


class _Prepared(NamedTuple):
    """What every statement of a session asks of it: database and kind of scope, and the values of the scope."""

    shape: Hashable
    values: Mapping[str, Any]


def _prepared(session: Session) -> _Prepared:
    found: _Prepared | None = session.prepared
    if found is None:
        shape = (session.dialect.name, _shape(session.scope))
        found = session.prepared = _Prepared(shape, _values_of(session.scope))
    return found


class _Statement:
    def __init__(self, build: Callable[[At], Any]) -> None:
        self._build = build
        self._compiled: dict[Hashable, _Ready] = {}

    def _ready(self, session: Session, variant: Hashable = None) -> _Ready:
        key = (_prepared(session).shape, variant)
        found = self._compiled.get(key)
        if found is None:
            at = At(session.scope, session.dialect)
            found = self._compiled[key] = _compile(self._statement(at, variant), at, session.dialect)
        return found

    def _statement(self, at: At, _variant: Hashable) -> Any:
        return self._build(at)


class Query(_Statement):
    """A reading statement. What it read is kept in the session until one of its tables is written.

    A statement that locks is run each time, unless it was read ahead, and everything read before it is read anew.
    """

    def all(self, session: Session, **values: Any) -> list[Row[Any]]:
        ready = self._ready(session)
        key = _key(self, values)
        found = session.kept(key)
        if found is not None:
            return found
        sent = ready.sent(session, values)
        if ready.locks:
            found = ready.rows(session.fetch(ready.tables, [sent])[0])
            session.forget()  # while it waited for the lock, others may have written what we read before
            return found
        words = _words(self, sent)
        found = session.told(words)
        if found is None:
            found = ready.rows(session.fetch(ready.tables, [sent])[0])
        session.keep(key, ready.tables, found, words)
        return found

    def first(self, session: Session, **values: Any) -> Row[Any] | None:
        """The first row, if any; for statements that say how many they want."""
        found = self.all(session, **values)
        return found[0] if found else None

    def one_or_none(self, session: Session, **values: Any) -> Row[Any] | None:
        found = self.all(session, **values)
        if len(found) > 1:
            raise MultipleResultsFound
        return found[0] if found else None

    def one(self, session: Session, **values: Any) -> Row[Any]:
        found = self.one_or_none(session, **values)
        if found is None:
            raise NoResultFound
        return found

    def scalar(self, session: Session, **values: Any) -> Any:
        """The first column of the first row, or None."""
        found = self.first(session, **values)
        return None if found is None else found[0]


def together(wanted: Sequence[tuple[Session, Query, Mapping[str, Any]]]) -> None:
    """Read ahead what statements of one transaction will ask for, in one wait; they find it kept.

    Where one of them locks it stands first: the others are read behind the lock, and what was read before is
    forgotten.
    """
    ready = [
        (session, query._ready(session), _key(query, values), values)  # noqa: SLF001
        for session, query, values in wanted
    ]
    if ready[0][1].locks:
        ready[0][0].forget()
    asked: dict[Any, tuple[_Ready, Sent]] = {}
    missing: list[tuple[Session, _Ready, Any, Any]] = []
    for session, each, key, values in ready:
        if session.kept(key) is None:
            sent = each.sent(session, values)
            words = _words(key[0], sent)
            missing.append((session, each, key, words))
            if session.told(words) is None:
                asked.setdefault(words, (each, sent))
    found: dict[Any, list[Any]] = {}
    if asked:
        tables = frozenset[str]().union(*(each.tables for each, _ in asked.values()))
        raw = wanted[0][0].fetch(tables, [sent for _, sent in asked.values()])
        found = {words: each.rows(rows) for (words, (each, _)), rows in zip(asked.items(), raw, strict=True)}
    for session, each, key, words in missing:
        rows = found[words] if words in found else session.told(words)
        session.keep(key, each.tables, rows or [], words)


def nothing_yet(wanted: Iterable[tuple[Session, Query, Mapping[str, Any]]]) -> None:
    """Say of statements that they would find nothing: what they ask about was made in this very transaction."""
    for session, query, values in wanted:
        session.keep(_key(query, values), query._ready(session).tables, [])  # noqa: SLF001


def _key(query: Query, values: Mapping[str, Any]) -> Any:
    return (query, tuple(sorted(values.items())))


def _words(query: Query, sent: Sent) -> Any:
    """What a statement says to the database, whoever asks; of one statement, so that its rows read alike."""
    statement, parameters = sent
    given = parameters.values() if isinstance(parameters, dict) else parameters
    return (query, statement, tuple(given))


class Change(_Statement):
    """An UPDATE or DELETE (or an INSERT that may meet its row), with named parameters."""

    def __init__(self, table: Table, build: Callable[[At], Any]) -> None:
        super().__init__(build)
        self._table = table.name

    def put(self, session: Session, **values: Any) -> None:
        """Do it with the other writes of the transaction, in order."""
        session.put(self._table, [self._ready(session).sent(session, values)])

    def run(self, session: Session, **values: Any) -> int:
        """Do it now; -> how many rows it changed."""
        return session.run(self._table, self._ready(session).sent(session, values))

    def returned(self, session: Session, **values: Any) -> Row[Any] | None:
        """Do it now; -> the row that its RETURNING tells of, None where it changed none.

        What was read of other tables stays known: the lock that it takes is on its own row alone.
        """
        ready = self._ready(session)
        rows = ready.rows(session.ask(self._table, ready.sent(session, values)))
        return rows[0] if rows else None


class Update(_Statement):
    """An UPDATE of whatever columns are given, of the rows that `where` names and the scope shows."""

    def __init__(self, table: Table, where: Callable[[At], Sequence[ColumnElement[bool]]]) -> None:
        super().__init__(where)
        self._table = table

    def _statement(self, at: At, variant: Hashable) -> Any:
        assert isinstance(variant, tuple)  # noqa: S101 - made below
        columns = {name: getattr(at, f"new_{name}") for name in variant}
        return update(self._table).where(at.visible(self._table), *self._build(at)).values(columns)

    def put(self, session: Session, columns: Mapping[str, Any], **values: Any) -> None:
        """Do it with the other writes of the transaction, in order."""
        session.put(self._table.name, [self._sent(session, columns, values)])

    def run(self, session: Session, columns: Mapping[str, Any], **values: Any) -> int:
        """Do it now; -> how many rows it changed."""
        return session.run(self._table.name, self._sent(session, columns, values))

    def _sent(self, session: Session, columns: Mapping[str, Any], values: Mapping[str, Any]) -> Sent:
        ready = self._ready(session, tuple(sorted(columns)))
        return ready.sent(session, {**values, **{f"new_{name}": value for name, value in columns.items()}})


class Insert(_Statement):
    """An INSERT of rows, columns left out taking their defaults; the district is the session's own."""

    def __init__(self, table: Table) -> None:
        super().__init__(lambda _at: plain_insert(table))
        self._table = table
        self._defaults = {column.name: _default(column) for column in table.columns}

    def put(self, session: Session, rows: Iterable[Mapping[str, Any]]) -> None:
        """Do it with the other writes of the transaction, in order. Raises TypeError for a column unknown."""
        ready = self._ready(session)
        session.put(self._table.name, [self._sent(session, ready, row) for row in rows])

    def _sent(self, session: Session, ready: _Ready, row: Mapping[str, Any]) -> Sent:
        if not row.keys() <= self._defaults.keys():
            raise TypeError(f"{self._table.name} has no column {sorted(row.keys() - self._defaults.keys())}")
        defaults = {name: default() for name, default in self._defaults.items() if name not in row}
        if "district_id" in defaults:
            defaults["district_id"] = session.district_id
        values = {**defaults, **row}
        found = [
            values[name] if processor is None else processor(values[name])
            for name, processor, _ in ready.binds
        ]
        if ready.is_positional:
            return ready.sql, tuple(found)
        return ready.sql, dict(zip((bind[0] for bind in ready.binds), found, strict=True))


@cache
def inserting(table: Table) -> Insert:
    """The INSERT of a table."""
    return Insert(table)


def _default(column: Any) -> Callable[[], Any]:
    if column.default is None:
        own = column.server_default.arg if column.server_default is not None else None
        return lambda: own
    argument = column.default.arg
    return (lambda: argument(None)) if callable(argument) else (lambda: argument)


# -- compiling -------------------------------------------------------------------------------------------


_MISSING: Any = object()


def _param(name: str) -> BindParameter[Any]:
    return bindparam(name, None)


def _compile(statement: Any, at: At, dialect: Dialect) -> _Ready:
    compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    constants = dict(compiled.params)
    processors = compiled._bind_processors  # noqa: SLF001 - SQLAlchemy 2.1 is pinned; a test reads every query
    names = compiled.positiontup if compiled.positional else list(constants)
    columns = compiled._result_columns  # noqa: SLF001
    readers = [
        (number, reader)
        for number, column in enumerate(columns)
        if (reader := column.type._cached_result_processor(dialect, None)) is not None  # noqa: SLF001
    ]
    return _Ready(
        str(compiled),
        [(name, processors.get(name), _constant(name, constants)) for name in names],
        bool(compiled.positional),
        frozenset(at.names),
        frozenset(each.name for each in visitors.iterate(statement) if isinstance(each, Table)),
        _row_type(tuple(column.keyname for column in columns)),
        readers,
        getattr(statement, "_for_update_arg", None) is not None,
    )


def _constant(name: str, constants: Mapping[str, Any]) -> Any:
    return _MISSING if name.startswith(_OF_SCOPE) else constants[name]


@cache
def _row_type(names: tuple[str, ...]) -> Any:
    row = namedtuple("Row", names)  # type: ignore[misc]  # noqa: PYI024 - its columns are known when it is compiled
    return partial(tuple.__new__, row)


def _shape(scope: Scope) -> Any:
    """Scopes of one shape make the same statement."""
    match scope:
        case OfficerScope(role=role):
            return role
        case SystemScope(district_id=district_id):
            return (SystemScope, district_id is None)
        case _:
            return type(scope)


@dataclass(frozen=True, slots=True)
class _AnyCase(CaseScope):
    @property
    def stream(self) -> Any:
        return _param(f"{_OF_SCOPE}stream")


def _symbolic(scope: Scope) -> Scope:
    """The same scope with parameters for its values."""

    def own(name: str) -> Any:
        return _param(f"{_OF_SCOPE}{name}")

    match scope:
        case OfficerScope(role=role):
            return OfficerScope(own("district_id"), own("officer_id"), own("office_id"), role)
        case CaseScope():
            return _AnyCase(own("district_id"), own("case_id"))
        case PublicScope():
            return PublicScope(own("digest"))
        case SystemScope(reason=reason, district_id=district_id) if district_id is not None:
            return SystemScope(reason, own("district_id"))
        case _:
            return scope


@lru_cache(4096)
def _values_of(scope: Scope) -> dict[str, Any]:
    """The values for the parameters of a scope."""
    if scope is None:
        return {}
    found = {
        f"{_OF_SCOPE}{name}": getattr(scope, name)
        for name in ("district_id", "officer_id", "office_id", "case_id", "digest")
        if getattr(scope, name, None) is not None
    }
    if isinstance(scope, CaseScope):
        found[f"{_OF_SCOPE}stream"] = scope.stream
    return found
