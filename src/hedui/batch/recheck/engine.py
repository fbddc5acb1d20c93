"""
Where a recheck is computed (计算引擎): the one SQL text of the comparison, in DuckDB's words.

An engine makes tables, adds rows and answers. DuckDB takes the text as it is;
`on_spark` has it translated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from duckdb import DuckDBPyConnection

from hedui.batch.recheck.kept import Kept
from hedui.batch.recheck.versions import program
from hedui.policy.parameters import ParameterFiles

if TYPE_CHECKING:  # of an extra
    from hedui.batch.recheck.linkage import Pairing

COLUMNS = {
    "facts": "m INTEGER, source SMALLINT, source_row BIGINT, match TINYINT",
    "findings": (
        "m INTEGER, line SMALLINT, status TINYINT, said BIGINT, found BIGINT, day DATE,"
        " match TINYINT"
    ),
}
"""
What a comparison gives: table → its columns, with types that all engines have. Names stand as their
positions, see `comparing.NAMES`: they are written out once, with the results.
"""


class Engine(Protocol):
    """Whatever the comparison can be computed on."""

    def make(self, table: str, query: str) -> None:
        """Make a table, or make it anew."""

    def fill(self, table: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Make a small table of given rows."""

    def add(self, table: str, query: str) -> None:
        """Add rows to a table of `COLUMNS`."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Answer a question."""


@dataclass(frozen=True, slots=True)
class Task:
    """
    What another engine has to know to compute the rules.

    kept: canonical files; days: source → its newest day, of all rows
    files, alone: as in `run.recheck`; program: which gave the task, and has to carry it out
    """

    kept: Kept
    days: Mapping[str, date | None]
    files: ParameterFiles
    alone: bool
    program: str = field(default_factory=program)


class Other(Engine, Protocol):
    """An engine that is not at hand: what it found is handed over."""

    def compute(self, task: Task) -> None:
        """Compute the rules of every household, part by part."""

    def pairing(self, connection: DuckDBPyConnection) -> "Pairing":
        """Give what lays pairs for candidates side by side, into tables that DuckDB reads."""

    def hand_over(self, connection: DuckDBPyConnection) -> None:
        """Add the rows of `COLUMNS`, of `outcomes` and `unheard` to these tables in DuckDB."""


class OnDuckDB:
    """The engine at hand: all tables stay in its connection."""

    def __init__(self, connection: DuckDBPyConnection) -> None:
        self._connection = connection
        for table, columns in COLUMNS.items():
            self.fill(table, columns, ())

    def make(self, table: str, query: str) -> None:
        """Make a table, or make it anew."""
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {query}")

    def fill(self, table: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Make a small table of given rows."""
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({columns})")
        if rows:
            given = [list(column) for column in zip(*rows, strict=True)]
            listed = ", ".join("unnest(?)" for _ in given)
            self._connection.execute(f"INSERT INTO {table} SELECT {listed}", given)

    def add(self, table: str, query: str) -> None:
        """Add rows to a table of `COLUMNS`."""
        self._connection.execute(f"INSERT INTO {table} BY NAME {query}")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Answer a question."""
        return self._connection.execute(query).fetchall()
