"""
Statements written once 预备语句: what is asked of the database for every household.

Django writes the SQL of a query anew each time it is run, which takes longer than running it.
Here it writes it once for each connection; running, locks, conversion and models stay Django's.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, date, datetime
from functools import cache
from operator import itemgetter
from types import NoneType
from typing import Any, Generic, TypeVar
from uuid import UUID

import uuid6
from django.db import connections
from django.db.models import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    Expression,
    Field,
    Model,
    PositiveSmallIntegerField,
    QuerySet,
    TextField,
    UUIDField,
)
from django.db.models.base import ModelState
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError

Row = TypeVar("Row")
M = TypeVar("M", bound=Model)


class Slot(Expression):
    """The place of a value that is given when the query is run."""

    def __init__(self, number: int, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.number = number

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:  # noqa: ARG002
        """Stand in the SQL as one parameter."""
        return "%s", [self]


class Prepared(Generic[Row]):
    """
    A query with open places, run with values for them.

    write: takes one expression for each of `fields` and returns the query
    """

    def __init__(
        self, write: Callable[..., "QuerySet[Any, Row]"], *fields: "Field[Any, Any]"
    ) -> None:
        self._write, self._fields = write, fields
        self._held = threading.local()

    def __call__(self, *values: Any) -> list[Row]:
        """
        Run the query and return what it finds.

        :raises TransactionManagementError: it locks rows, and no transaction is open
        """
        return self.begin(*values)()

    def begin(self, *values: Any) -> Callable[[], list[Row]]:
        """
        Run the query and return what reads what it finds.

        Other queries may be run before that, but not this one again.

        :raises TransactionManagementError: it locks rows, and no transaction is open
        """
        connection: Any = connections["default"]
        held: tuple[Any, ...] | None = getattr(self._held, "statement", None)
        if held is None or held[0] is not connection:
            held = self._held.statement = (connection, *self._written())
        _, query, compiler, sql, places, stored = held
        if query.query.select_for_update and connection.get_autocommit():
            raise TransactionManagementError("a lock outside a transaction holds nothing")
        given = [
            value if type(value) in kinds else as_stored(value, connection)
            for (kinds, as_stored), value in zip(stored, values, strict=True)
        ]
        cursor = connection.run(
            sql, [given[place] if is_given else place for is_given, place in places]
        )

        def read() -> list[Row]:
            compiler.execute_sql = lambda *_, **__: [cursor.fetchall()]
            return list(query._iterable_class(query))

        return read

    def _written(self) -> tuple[Any, ...]:
        query: Any = self._write(*(Slot(n, field) for n, field in enumerate(self._fields)))
        compiler = query.query.get_compiler(query.db)
        sql, parameters = compiler.as_sql()
        chosen = [column for column, *_ in compiler.select[: compiler.col_count]]
        converters = compiler.get_converters(chosen)
        compiler.get_converters = lambda _: converters
        is_composite = compiler.has_composite_fields(chosen)
        compiler.has_composite_fields = lambda _: is_composite
        query.query.get_compiler = lambda *_, **__: compiler
        places = [(True, p.number) if isinstance(p, Slot) else (False, p) for p in parameters]
        vendor = connections["default"].vendor
        return query, compiler, sql, places, [_as_stored(field, vendor) for field in self._fields]


def run(sql: str, values: Sequence[Any]) -> Any:
    """Run a statement that comes again and again, and return the cursor, to be read at once."""
    connection: Any = connections["default"]
    return connection.run(sql, values)


def works_alone() -> bool:
    """Tell whether the database works while we go on; SQLite's one writer would be kept instead."""
    return bool(connections["default"].vendor == "postgresql")


def in_one_trip() -> AbstractContextManager[None]:
    """
    Let the statements within go to the database one behind the other, without waiting for each.

    On PostgreSQL it works on them meanwhile. SQLite, which is in this process, does each at once.
    """
    connection: Any = connections["default"]
    return connection.in_one_trip() if works_alone() else nullcontext()


def go_by_keys() -> None:
    """Say, before it asks anything, that this thread reads a household at a time, by its keys."""
    connection: Any = connections["default"]
    if connection.vendor == "postgresql":
        connection.go_by_keys()


def end_in_one_trip() -> None:
    """
    Let what is left of a transaction go in one trip, the entry of its act and the commit with it.

    What fails in it is raised where something is read, or by the commit.
    """
    if works_alone():
        connection: Any = connections["default"]
        connection.end_in_one_trip()


def while_committing(work: Callable[[], object]) -> None:
    """
    Do something while the database commits a transaction that ends in one trip, else at once.

    What it asks of the database is asked after the commit; what it raises undoes nothing then.
    """
    connection: Any = connections["default"]
    if works_alone():
        connection.while_committing(work)
    else:
        work()


# A value of these types in a column of that kind is stored as it is.
PLAIN: dict[type, tuple[type, ...]] = {
    BigIntegerField: (int,),
    BooleanField: (bool,),
    CharField: (str, NoneType),
    PositiveSmallIntegerField: (int, NoneType),
    TextField: (str, NoneType),
    # Keys are of the one type when new, and when read the other.
    UUIDField: (UUID, uuid6.UUID, NoneType),
}
# PostgreSQL has columns for these too.
NATIVE = PLAIN | {
    DateField: (date, NoneType),
    DateTimeField: (datetime, NoneType),
}


def insert(rows: Iterable[M]) -> list[M]:
    """Insert rows of one model, all columns given, within a transaction, and return them."""
    made = list(rows)
    if not made:
        return made
    connection: Any = connections["default"]
    batch = max(connection.ops.bulk_batch_size(made[0]._meta.concrete_fields, made), 1)
    for first in range(0, len(made), batch):
        connection.run(*insertion(made[first : first + batch]))
    for row in made:
        row._state.adding, row._state.db = False, connection.alias
    return made


def fresh(model: type[M], **columns: Any) -> M:
    """
    Make a row to be inserted, all columns given that have no default.

    Django sets each column by itself and looks at every one, which takes longer than inserting it.

    :raises TypeError: a column is missing, or is none
    """
    row = model.__new__(model)
    defaults, names = _defaults(model)
    held = row.__dict__
    for name, default in defaults:
        if name not in columns:
            held[name] = default()
    held.update(columns)
    if held.keys() != names:
        raise TypeError(f"{model.__name__}: {sorted(held.keys() ^ names)}")
    row._state = ModelState()
    return row


@cache
def _defaults(model: type[Model]) -> tuple[list[tuple[str, Callable[[], Any]]], frozenset[str]]:
    """Return the columns that have a default, with what makes it, and the names of all."""
    fields: Any = model._meta.concrete_fields
    made = [(f.attname, f.get_default) for f in fields if f.has_default()]
    return made, frozenset(f.attname for f in fields)


def knowing(row: M, **related: Model) -> M:
    """
    Hang rows at hand on a new one that names them by their keys, as a query with joins does.

    Given to the model instead, each is looked at by Django's router of databases, which takes
    longer than all the rest of a new row.
    """
    row._state.fields_cache.update(related)
    return row


def insertion(rows: Sequence[Model]) -> tuple[str, list[Any]]:
    """Return the statement that inserts rows of one model, and its values."""
    connection = connections["default"]
    columns, values_of = _columns(type(rows[0]), connection.vendor)
    return _insertion(type(rows[0]), len(rows)), [
        value if type(value) in kinds else as_stored(value, connection)
        for row in rows
        for (kinds, as_stored), value in zip(columns, values_of(row.__dict__), strict=True)
    ]


Stored = tuple[tuple[type, ...], Callable[[Any, Any], Any]]


@cache
def _columns(model: type[Model], vendor: str) -> tuple[list[Stored], Callable[..., Any]]:
    """Return how each column's values are stored, and what reads them."""
    fields: Any = model._meta.concrete_fields
    return [_as_stored(f, vendor) for f in fields], itemgetter(*(f.attname for f in fields))


def _as_stored(field: "Field[Any, Any]", vendor: str) -> Stored:
    """Return the types of which a field's values are stored as they are, and how others are."""
    kind = type(_kept_as(field))
    if vendor == "postgresql":
        return NATIVE.get(kind, ()), field.get_db_prep_save
    if kind is not DateTimeField:
        return PLAIN.get(kind, ()), field.get_db_prep_save

    def as_text(at: Any, connection: Any) -> Any:
        """Write a moment as Django does, which looks first whether it is one."""
        if type(at) is datetime and at.tzinfo is UTC:
            return str(at.replace(tzinfo=None))
        return field.get_db_prep_save(at, connection)

    return (NoneType,), as_text


def _kept_as(field: Any) -> Any:
    return field.target_field if field.is_relation else field


@cache
def _insertion(model: type[Model], rows: int) -> str:
    quote = connections["default"].ops.quote_name
    columns = [quote(str(field.column)) for field in model._meta.concrete_fields]
    places = "(" + ", ".join(["%s"] * len(columns)) + ")"
    table = quote(model._meta.db_table)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([places] * rows)}"
