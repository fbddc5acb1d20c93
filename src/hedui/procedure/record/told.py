"""
Rows that come with their entry 随留痕: what the database asks of those who can act or sign.

A model that has `told` gets these guards on both databases. An entry is written when its act is
over. So a row that cites an entry which stands already joined an act that was over, and one whose
entry never follows has none: the database refuses both, and whoever writes such a row by hand has
to write into the ledger who did what.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models

COMES, TOLD = "comes with the entry of its act", "is told by its own act"


@dataclass(frozen=True, slots=True)
class Told:
    """
    Rows of one kind that only certain acts make or change.

    acts: their names; free: columns that change without an entry, None where
    the entry is that of the making and nothing of it is asked of a change
    """

    acts: tuple[str, ...]
    free: tuple[str, ...] | None = None


def told_in(room: str, vendor: str) -> Iterator[str]:
    """Yield the statements that keep the rows of a room from coming without their entry."""
    for model in apps.get_app_config(room).get_models():
        table, told = model._meta.db_table, getattr(model, "told", None)
        write = _on_sqlite if vendor == "sqlite" else _on_postgresql
        row = getattr(model, "kept", None)  # whoever says `told` says `kept`
        for name, on, statement in write(model, told, row.row) if told and row else ():
            after = f" ON {on}" if vendor == "postgresql" else ""
            constraint = "CONSTRAINT " if "DEFERRABLE" in statement else ""
            yield f"DROP TRIGGER IF EXISTS {table}_{name}{after}"
            yield f"CREATE {constraint}TRIGGER {table}_{name} {statement}"


def _changing(model: type[models.Model], told: Told) -> str:
    """List the columns that change with an entry only."""
    free = {"entry_id", *(told.free or ())}
    return ", ".join(str(f.column) for f in model._meta.concrete_fields if f.column not in free)


def _on_postgresql(
    model: type[models.Model], told: Told, row: str
) -> Iterator[tuple[str, str, str]]:
    table = model._meta.db_table
    says = f"FOR EACH ROW EXECUTE FUNCTION hedui_with_its_entry('{row} {COMES}')"
    yield "with_its_entry", table, f"BEFORE INSERT ON {table}\n{says}"
    when = "INSERT"
    if told.free is not None:
        changed = f"BEFORE UPDATE OF {_changing(model, told)} ON {table}"
        yield "with_an_entry_when_changed", table, f"{changed}\n{says}"
        when = "INSERT OR UPDATE OF entry_id"
    acts = ", ".join(f"'{act}'" for act in told.acts)
    yield (
        "is_told_by_its_act",
        table,
        f"AFTER {when} ON {table} DEFERRABLE INITIALLY DEFERRED\n"
        f"FOR EACH ROW EXECUTE FUNCTION hedui_told_by_its_act('{row} {TOLD}', {acts})",
    )


def _on_sqlite(model: type[models.Model], told: Told, row: str) -> Iterator[tuple[str, str, str]]:
    """
    Refuse on SQLite, which defers no trigger: by which act, is asked when the entry comes.

    So there a row and its entry may be of different acts only where nothing checks foreign keys.
    """
    table = model._meta.db_table
    says = (
        f"BEGIN\n  SELECT RAISE(ABORT, '{row} {COMES}')\n"
        "  WHERE NEW.entry_id IS NULL"
        " OR EXISTS (SELECT 1 FROM record_entry WHERE id = NEW.entry_id);\nEND"
    )
    yield "with_its_entry", table, f"BEFORE INSERT ON {table}\n{says}"
    if told.free is not None:
        changed = f"BEFORE UPDATE OF {_changing(model, told)} ON {table}"
        yield "with_an_entry_when_changed", table, f"{changed}\n{says}"
    acts = ", ".join(f"'{act}'" for act in told.acts)
    yield (
        "is_told_by_its_act",
        "record_entry",
        f"AFTER INSERT ON record_entry WHEN NEW.act NOT IN ({acts})\n"
        f"BEGIN\n  SELECT RAISE(ABORT, '{row} {TOLD}')\n"
        f"  WHERE EXISTS (SELECT 1 FROM {table} WHERE entry_id = NEW.id);\nEND",
    )
