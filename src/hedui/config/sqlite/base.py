"""The connection to SQLite: what is asked again and again is put into its own words once."""

import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any
from uuid import UUID

import uuid6
from django.db.backends.sqlite3 import base

KEPT = 250
for kind in (UUID, uuid6.UUID):  # as Django stores it
    sqlite3.register_adapter(kind, attrgetter("hex"))


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's connection, which runs a statement that comes again without preparing each time."""

    def run(self, sql: str, values: Sequence[Any]) -> Any:
        """
        Run a statement that comes again and again, and return the cursor, to be read at once.

        Whoever listens to statements hears of it as of any other.
        """
        if self.connection is None or self.queries_logged or self.execute_wrappers:
            cursor = self.cursor()
            cursor.execute(sql, values)
            return cursor
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            return self.make_cursor(self.connection.execute(_in_its_words(sql), values))


@lru_cache(KEPT)
def _in_its_words(sql: str) -> str:
    """Return a statement as SQLite reads it, which has other signs for the places of values."""
    convert: Any = base.SQLiteCursorWrapper.convert_query
    return str(convert(None, sql))
