"""
The rules of a registry in parts (分片试算), on machines none of which holds the whole.

Some households with their members, what these declared and the sources' rows about them are a
registry of their own: the code that computes the whole computes each part. Runs where another
engine sends it, with nothing but a folder that all machines see.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pyarrow as pa
from duckdb import DuckDBPyConnection

from hedui.batch.asked import everywhere, readable
from hedui.batch.delivery import DeliveryError, text
from hedui.batch.recheck import comparing, households, lines, roll_call
from hedui.batch.recheck.engine import OnDuckDB, Task
from hedui.batch.recheck.kept import Kept
from hedui.batch.recheck.opening import connected
from hedui.batch.recheck.versions import program

SIZE: Final = 20_000
"""Households of a part."""
MEMORY: Final = "900MB"
"""What computing a part may take, Python and all; what does not fit goes to disk."""
ANOTHER: Final = "another version of hedui"
COLUMNS: Final = {
    **households.COLUMNS,
    "unheard": "STRUCT(source VARCHAR, kind VARCHAR, members BIGINT)[]",
}
"""A row a household: its outcome, and which sources gave no fresh answer about its members."""

_TYPED: Final = ", ".join(f"{name}::{type_} AS {name}" for name, type_ in COLUMNS.items())
_FOUND: Final = f"""
    SELECT {_TYPED} FROM outcomes LEFT JOIN pairs USING (pair) LEFT JOIN (
        SELECT h, list({{source: source, kind: kind, members: members}}) AS unheard
        FROM unheard GROUP BY h
    ) USING (h)
"""


def dealt(kept: Kept, parts: int) -> Iterator[tuple[str, str]]:
    """
    Write for each canonical file which rows go into which part, as portable SQL.

    Needs the table `people`.
    """
    part = f"CAST(h.h % {parts} AS INTEGER) AS part"
    homes = f"read_parquet({text(str(kept.households))}) h"
    yield "households", f"SELECT h.*, {part} FROM {homes}"
    for name, path in _registry(kept).items():
        yield (
            name,
            f"SELECT r.*, {part} FROM read_parquet({text(str(path))}) r"
            f" JOIN {homes} ON h.household_id = r.household_id",
        )
    for name, path in kept.sources.items():
        yield (
            name,
            f"SELECT s.*, p.part FROM read_parquet({text(str(path))}) s JOIN"
            f" (SELECT DISTINCT h.number, {part} FROM people h WHERE h.in_force) p"
            " ON p.number = s.number",
        )


def _registry(kept: Kept) -> Mapping[str, Path]:
    declared = {"declared": kept.declared} if kept.declared else {}
    return {"members": kept.members, **declared, **kept.told}


def checked(batches: Iterator[pa.RecordBatch], *, expected: str) -> Iterator[pa.RecordBatch]:
    """
    Give back what was given, where this program is the one expected.

    :raises DeliveryError: it is another; says `ANOTHER`
    """
    if program() != expected:
        raise DeliveryError(ANOTHER)
    return batches


def computed(
    batches: Iterator[pa.RecordBatch], *, folder: Path, task: Task
) -> Iterator[pa.RecordBatch]:
    """
    Compute the parts whose numbers are given: rows of `COLUMNS`.

    folder: where they were dealt, as NAME/part=N

    :raises DeliveryError: another version of this program runs here
    """
    checked(iter(()), expected=task.program)
    for batch in batches:
        for part in batch.column(0).to_pylist():
            yield from _of_part(folder, part, task)


def take(connection: DuckDBPyConnection, rows: str) -> None:
    """Add rows of `COLUMNS`, as `computed` gave them, to `outcomes`, `pairs` and `unheard`."""
    households.take_outcomes(connection, rows)
    connection.execute(
        f"INSERT INTO unheard BY NAME SELECT h, unnest(unheard, recursive := true) FROM {rows}"
    )


def _of_part(folder: Path, part: int, task: Task) -> Iterator[pa.RecordBatch]:
    with TemporaryDirectory(dir=folder) as own:
        connection = connected(Path(own), MEMORY, threads=1)
        try:
            kept = _files(connection, folder, part, task.kept, Path(own))
            _compute(connection, kept, task)
            yield from connection.sql(_FOUND).to_arrow_table().to_batches()
        finally:
            connection.close()


def _files(connection: DuckDBPyConnection, folder: Path, part: int, whole: Kept, own: Path) -> Kept:
    """Name the files of a part; of what has no row in it, an empty one."""

    def file(name: str, path: Path) -> Path:
        here = folder / name / f"part={part}"
        if here.exists():
            return here / "*.parquet"
        empty = own / path.name
        rows = f"SELECT * FROM read_parquet({text(str(path))}) LIMIT 0"
        connection.execute(f"COPY ({rows}) TO {text(str(empty))} (FORMAT parquet)")
        return empty

    return Kept(
        file("members", whole.members),
        file("households", whole.households),
        file("declared", whole.declared) if whole.declared else None,
        {name: file(name, path) for name, path in whole.sources.items()},
        {name: file(name, path) for name, path in whole.told.items()},
    )


def _compute(connection: DuckDBPyConnection, kept: Kept, task: Task) -> None:
    here = OnDuckDB(connection)
    roll_call.bring_people(here, kept.members, kept.households, everywhere().values())
    comparing.bring_declared(here, kept.declared)
    lines.bring_tables(connection)
    for name, path in kept.sources.items():
        comparing.attach(here, readable()[name], path, task.days[name])
        lines.read(connection, readable()[name])
    households.bring_homes(connection, kept.households)
    households.compute(connection, kept=kept, files=task.files, alone=task.alone)
