"""
Guards 卫: triggers that refuse in the database what must never happen.

Each room keeps its guards as SQL beside its models, once for each database, written natively.
The last migration of a room that touches a guarded table ends with `Guards(room)`, because SQLite
rebuilds a table to alter it and its triggers go with the old one; earlier ones must not, because
SQLite reads every trigger again when it renames a table, and these name the columns of today.
"""

import re
from pathlib import Path
from typing import Any

from django.db import connection, migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

from hedui.procedure.record.erased import erased_in
from hedui.procedure.record.kept import kept_in
from hedui.procedure.record.retention import RETENTION_DAYS
from hedui.procedure.record.seeing import IN_SQL
from hedui.procedure.record.told import told_in

PROCEDURE = Path(__file__).parent.parent
SEPARATOR = "-- ;;"
ROOMS = (
    "record",
    "agencies",
    "cases",
    "authorizations",
    "commissions",
    "inquiries",
    "reports",
    "objections",
    "determinations",
    "papers",
    "rechecks",
    "oversight",
)


def statements(room: str, vendor: str) -> list[str]:
    """Return the statements of a room's guards for `sqlite` or `postgresql`."""
    name = "gate" if room == "inquiries" else "guards"
    text = (PROCEDURE / room / f"{name}.{vendor}.sql").read_text(encoding="utf-8")
    text = text.replace("{RETENTION_DAYS}", str(RETENTION_DAYS)).replace("{SEEING}", IN_SQL)
    for shared in ("course", "frozen", "unaided"):  # what several guards, or the text before, ask
        if (mark := f"{{{shared.upper()}}}") in text:
            text = text.replace(mark, _said(room, shared))
    if (mark := "{CASE_FROZEN}") in text:  # the same, asked of the row of the case itself
        whole = _said(room, "frozen").replace("{UNAIDED}", _said(room, "unaided"))
        text = text.replace(mark, whole.replace("NEW.case_id", "NEW.id"))
    written = [part.strip() for part in text.split(SEPARATOR) if part.strip()]
    kept = [*kept_in(room, vendor, by_hand=text), *erased_in(room, vendor)]
    told = list(told_in(room, vendor))
    # SQLite asks the newest trigger first: whoever says more than that a row stays is to speak.
    return [*told, *kept, *written] if vendor == "sqlite" else [*written, *kept, *told]


def _said(room: str, name: str) -> str:
    return (PROCEDURE / room / f"{name}.sql").read_text(encoding="utf-8").strip()


def trigger_names(room: str, vendor: str) -> set[str]:
    """Return the names of the triggers that a room installs."""
    return {
        name
        for statement in statements(room, vendor)
        for name in re.findall(r"CREATE (?:CONSTRAINT )?TRIGGER (\w+)", statement)
    }


def installed_triggers() -> set[str]:
    """Return the names of Hedui's triggers that are in force in this database."""
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger"
        " WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {str(row[0]) for row in cursor.fetchall()}


def lift() -> None:
    """
    Take the guards off a SQLite database, so that its tables can be altered.

    SQLite reads every trigger again when it renames a table, and refuses while one names a table
    that is being rebuilt. PostgreSQL does not, and keeps them on.
    """
    if connection.vendor == "sqlite":
        for name in installed_triggers():
            with connection.cursor() as cursor:
                cursor.execute(f'DROP TRIGGER "{name}"')


def install() -> None:
    """Put the guards of every room on, as they now stand."""
    with transaction.atomic(), connection.cursor() as cursor:
        for room in ROOMS:
            for statement in statements(room, connection.vendor):
                cursor.execute(statement)


class Guards(Operation):
    """
    A migration step that installs the guards of one room anew.

    No `RunPython`: that would lay out every model as it was at this step, and guards ask for none.
    """

    reduces_to_sql = reversible = True

    def __init__(self, room: str) -> None:
        self.room = room

    def state_forwards(self, app_label: str, state: object) -> None:
        """Leave the models as they are."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: object
    ) -> None:
        """Put them on."""
        for statement in statements(self.room, schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def database_backwards(self, *_: object) -> None:
        """Leave them on: what they keep from happening must not happen before either."""


class Lengthened(migrations.AlterField):
    """
    A migration step that lets a text be longer.

    SQLite holds no text to its length; to make the table anew there would lose the guards on it.
    """

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any
    ) -> None:
        """Alter the column where it has a length."""
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, *states)

    def database_backwards(self, *_: Any) -> None:
        """Leave it: what is longer may be there."""
