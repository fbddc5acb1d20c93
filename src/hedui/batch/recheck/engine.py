"""
Where a recheck is computed (计算引擎): the one SQL text of the comparison, in DuckDB's words.

An engine makes tables, adds rows and answers. DuckDB takes the text as it is;
`on_spark` has it translated.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import duckdb
from duckdb import DuckDBPyConnection

from hedui.batch.delivery import DeliveryError
from hedui.batch.recheck import kinds, people
from hedui.batch.recheck.kept import Kept, program
from hedui.policy.parameters import ParameterFiles

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


_OWN = 400 << 20
"""Bytes that Python, the columns of the rules and what the engine does not count take."""


def connected(folder: Path, memory: str = "", threads: int = 0) -> DuckDBPyConnection:
    """
    Open DuckDB with the types and macros of a recheck.

    folder: where it goes when memory ends; memory: of the whole process, such as 4GB

    :raises DeliveryError: `memory` is no amount of memory
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    connection = duckdb.connect(":memory:", config={"temp_directory": str(folder / "spill")})
    connection.execute("SET enable_progress_bar = false")
    if memory:
        whole = bytes_of(memory)
        connection.execute(f"SET memory_limit = '{max(whole - _OWN, whole // 4)}B'")
    if threads:
        connection.execute(f"SET threads = {int(threads)}")
    for macro in people.MACROS:
        connection.execute(macro)
    kinds.bring_types(connection)
    return connection


def bytes_of(memory: str) -> int:
    """Read an amount of memory, as 4GB or 800MB. :raises DeliveryError: it is none"""
    written = re.fullmatch(r"([0-9]+)\s*([KMGT])i?B?", memory.strip(), re.IGNORECASE)
    if written is None:
        raise DeliveryError(f"内存上限 {memory} 看不懂,请写成 4GB 或 800MB")
    return int(written[1]) << 10 * (1 + "KMGT".index(written[2].upper()))


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
