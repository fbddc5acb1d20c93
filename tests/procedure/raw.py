"""Raw SQL: what somebody may try who has the application's own connection, and no act."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, models, transaction

from hedui.procedure.inquiries.models import Inquiry, Ticket
from hedui.procedure.record import guards
from hedui.procedure.record.actor import INSTALLER, WORKER, Actor
from hedui.procedure.record.acts import Draft, _append
from tests.conftest import ROW_RULES


def execute(sql: str, params: list[Any] | None = None) -> int:
    """Run a statement and return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def insert(row: models.Model, *, verb: str = "INSERT INTO", **changes: Any) -> None:
    """
    Insert a row that was never saved by SQL of our own; `changes` by column name.

    It cites an entry that follows it, as with the act that makes such rows.
    """
    told = getattr(row, "told", None)
    if not (told or isinstance(row, Inquiry | Ticket)) or "entry_id" in changes:
        _insert(row, verb, changes)
        return
    with deed(told.acts[0], INSTALLER) if told else deed() as entry:
        _insert(row, verb, changes | {"entry_id": entry})
    row.entry_id = entry


@contextmanager
def deed(act: str = "inquiries.inquire", by: Actor = WORKER) -> Iterator[UUID]:
    """Give the entry that what is inserted within cites; it is written last, as by an act."""
    draft = Draft(act, by)
    with transaction.atomic():
        yield draft.id
        _append([draft])


def _insert(row: models.Model, verb: str, changes: dict[str, Any]) -> None:
    fields = row._meta.concrete_fields
    values = {field.attname: getattr(row, field.attname) for field in fields} | changes
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join("%s" for _ in fields)
    execute(
        f'{verb} "{row._meta.db_table}" ({columns}) VALUES ({places})',
        [prepared(field, values[field.attname]) for field in fields],
    )


def update(row: models.Model, *, verb: str = "UPDATE", **changes: Any) -> int:
    """
    Update a row by SQL of our own and return how many rows it touched.

    Where such a change wants an entry, it cites one that follows.
    """
    told = getattr(row, "told", None)
    if told and told.free is not None and "entry_id" not in changes and set(changes) - {*told.free}:
        with deed(told.acts[-1], INSTALLER) as entry:
            return update(row, verb=verb, **changes, entry_id=entry)
    fields = {field.attname: field for field in row._meta.concrete_fields}
    sets = ", ".join(f'"{fields[name].column}" = %s' for name in changes)
    params = [prepared(fields[name], value) for name, value in changes.items()]
    return execute(
        f'{verb} "{row._meta.db_table}" SET {sets} WHERE "{row._meta.pk.column}" = %s',
        [*params, prepared(row._meta.pk, row.pk)],
    )


def delete(row: models.Model) -> int:
    """Delete a row by SQL of our own."""
    return execute(
        f'DELETE FROM "{row._meta.db_table}" WHERE "{row._meta.pk.column}" = %s',
        [prepared(row._meta.pk, row.pk)],
    )


def prepared(field: Any, value: Any) -> Any:
    """Write a value as the column of this database takes it."""
    return field.get_db_prep_save(value, connection)


@contextmanager
def refused(message: str) -> Iterator[None]:
    """Expect the database to refuse with exactly this message, and undo what was tried."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        yield
    assert str(caught.value).splitlines()[0] == message


def drop_triggers(*names: str) -> None:
    """Drop triggers, as somebody could who owns the tables; undone with the test."""
    if os.environ.get(ROW_RULES):
        pytest.skip("行级规则下以应用的角色运行,不是表的所有者")
    for name in names:
        if connection.vendor == "sqlite":
            execute(f"DROP TRIGGER {name}")
        else:
            with connection.cursor() as cursor:
                cursor.execute("SELECT tgrelid::regclass FROM pg_trigger WHERE tgname = %s", [name])
                (table,) = cursor.fetchone()
                # A table with deferred checks outstanding cannot be altered: check them now.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(f"DROP TRIGGER {name} ON {table}")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def install(room: str) -> None:
    """Put the guards of a room on again; as they are now, broken by a mutant or not."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in guards.statements(room, connection.vendor):
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def constraints() -> None:
    """Ask now what is asked when all is done; SQLite asks it already when the entry comes."""
    if connection.vendor == "postgresql":
        execute("SET CONSTRAINTS ALL IMMEDIATE")
        execute("SET CONSTRAINTS ALL DEFERRED")


def changed(rows: models.QuerySet[Any, Any] | models.Manager[Any], **changes: Any) -> int:
    """Change rows that change with an entry only, citing one that follows."""
    with deed(rows.model.told.acts[-1], INSTALLER) as entry:
        return rows.update(**changes, entry_id=entry)
