"""
Rows that stay 留存: what the database refuses of a table, said once at its model.

A model that has `kept` gets the guards that keep its rows where they are, on both databases.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

Key = tuple[list[str], models.Q | None]


@dataclass(frozen=True, slots=True)
class Kept:
    """
    Rows that are never deleted, replaced or truncated; fixed: nor ever changed.

    row: what a refusal calls one of them, after the word with which its guards begin
    """

    row: str
    fixed: bool = False


def kept_in(room: str, vendor: str, by_hand: str) -> Iterator[str]:
    """Yield the statements that keep the rows of a room, but for what is guarded by hand."""
    write = _on_sqlite if vendor == "sqlite" else _on_postgresql
    for model in apps.get_app_config(room).get_models():
        kept, table = getattr(model, "kept", None), model._meta.db_table
        for name, statement in write(model, kept) if kept else ():
            on = f" ON {table}" if vendor == "postgresql" else ""
            if f" {table}_{name} " not in by_hand:
                yield f"DROP TRIGGER IF EXISTS {table}_{name}{on}"
                yield f"CREATE TRIGGER {table}_{name} {statement}"


def _on_postgresql(model: type[models.Model], kept: Kept) -> Iterator[tuple[str, str]]:
    refused = {"deleted": ("DELETE", "ROW"), "truncated": ("TRUNCATE", "STATEMENT")}
    if kept.fixed:
        refused["changed"] = ("UPDATE", "ROW")
    for done, (verb, each) in refused.items():
        yield (
            f"is_never_{done}",
            f"BEFORE {verb} ON {model._meta.db_table} FOR EACH {each}"
            f" EXECUTE FUNCTION hedui_refuse('{kept.row} is never {done}')",
        )


def _on_sqlite(model: type[models.Model], kept: Kept) -> Iterator[tuple[str, str]]:
    """
    Refuse on SQLite; what is added in the way of another row too.

    INSERT OR REPLACE deletes what is in its way without firing the triggers of DELETE: so it is
    refused where it would be in the way, by a key or by its place in the table (rowid).
    """
    table = model._meta.db_table
    ways = [_in_the_way(*key) for key in _keys(model)] + ["rowid = NEW.rowid AND NEW.rowid > 0"]
    there = f" WHERE EXISTS (SELECT 1 FROM {table} WHERE ({') OR ('.join(ways)}))"
    refused = {"deleted": ("DELETE", ""), "replaced": ("INSERT", there)}
    if kept.fixed:
        refused["changed"] = ("UPDATE", "")
    for done, (verb, where) in refused.items():
        yield (
            f"is_never_{done}",
            f"BEFORE {verb} ON {table}\nBEGIN\n"
            f"  SELECT RAISE(ABORT, '{kept.row} is never {done}'){where};\nEND",
        )


def _keys(model: type[models.Model]) -> Iterator[Key]:
    for field in model._meta.concrete_fields:
        if field.unique:
            yield [str(field.column)], None
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            yield [_column(model, name) for name in constraint.fields], constraint.condition


def _column(model: type[models.Model], name: str) -> str:
    field: Any = model._meta.get_field(name)
    return str(field.column)


def _in_the_way(columns: list[str], condition: models.Q | None) -> str:
    same = [f'"{column}" = NEW."{column}"' for column in columns]
    if condition is not None:
        same += [_holds(condition, ""), _holds(condition, "NEW.")]
    return " AND ".join(same)


def _holds(condition: models.Q, row: str) -> str:
    """Write the condition of a key of one column: that it is empty, or true, or not."""
    (child,) = condition.children
    lookup, value = child if isinstance(child, tuple) else ("", None)
    name, _, how = lookup.partition("__")
    column = f'{row}"{name}"'
    if how == "isnull" and value is True:
        return f"{column} IS NULL"
    if how == "" and isinstance(value, bool):
        return column if value else f"NOT {column}"
    raise TypeError(f"a key with the condition {condition} is guarded by hand")
