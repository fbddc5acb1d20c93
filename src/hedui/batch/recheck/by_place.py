"""
Which rows of a table stand as they stood (逐行对照), told by a hash of each at its place.

Beside a canonical file lie the hashes of the rows that it was made from, in their order, eight
bytes each. A delivery of which few rows are unlike those of an earlier one is not read in whole: it
is *laid over* the earlier canonical file, as a folder of that file with its hashes, and of what was
read of the rows that are unlike.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

import numpy as np
from duckdb import DuckDBPyConnection

from hedui.batch.delivery import Delivery, text

LAID: Final = ".laid"
HASHES: Final = ".rows"
BASE: Final = "base.parquet"
OTHER: Final = "other.parquet"
_FEW, _MOST = 4, 2
"""Parts of a table's rows: up to which it is laid over, and beyond which most have moved."""
_BYTES: Final = 8
Places = Any
"""Numbers of rows, counted from 0, in order."""


@dataclass(frozen=True)
class Chosen(Delivery):
    """Some rows of a delivery, in a table `chosen` with the `place` of each."""

    @property
    def relation(self) -> str:
        """Name the table."""
        return "chosen"


def numbered(connection: DuckDBPyConnection, given: Delivery) -> str:
    """Write the expression that numbers the rows of a delivery, in order from 0."""
    if isinstance(given, Chosen):
        return "place"
    if given.files[0].suffix == ".csv":
        return "row_number() OVER () - 1"
    # counting the rows as they come would keep all threads but one waiting
    listed = ", ".join(text(str(path)) for path in given.files)
    counted = connection.execute(
        f"SELECT file_name, num_rows FROM parquet_file_metadata([{listed}])"
    ).fetchall()
    rows = dict(counted)
    before = [0, *accumulate(rows[str(path)] for path in given.files[:-1])]
    return f"file_row_number + {before}[CAST(file_index AS BIGINT) + 1]"


def hashes(path: Path) -> Path:
    """Name the file with the hashes of the rows from which a canonical file was made."""
    return path.with_suffix(HASHES)


def write_hashes(
    connection: DuckDBPyConnection, given: Delivery, columns: Iterable[str], path: Path
) -> None:
    """
    Hash what a delivery says in some columns, row by row, unless that has been done.

    path: of its canonical file. Other types or columns give other hashes, as the same text may mean
    something else there.
    """
    if hashes(path).exists():
        return
    described = connection.execute(f"DESCRIBE SELECT * FROM {given.relation}").fetchall()
    types = {str(column[0]): str(column[1]) for column in described}
    held = [name for name in columns if name in types]
    heading = text(repr([(name, types[name]) for name in held]))
    listed = ", ".join(f'"{name}"' for name in held)
    found = connection.execute(f"SELECT hash({heading}, {listed}) AS said FROM {given.relation}")
    unfinished = path.with_suffix(f"{HASHES}.part")
    unfinished.write_bytes(found.fetchnumpy()["said"].data)  # `tofile` says not why it could not
    unfinished.replace(hashes(path))


def unlike(before: Path, now: Path) -> Places:
    """Give the places at which the rows of two canonical files are unlike, or only one has any."""
    old, new = (np.fromfile(hashes(path), dtype=np.uint64) for path in (before, now))
    both = min(len(old), len(new))
    rest = np.arange(both, max(len(old), len(new)))
    return np.concatenate([np.flatnonzero(old[:both] != new[:both]), rest])


def are_few(places: Places, path: Path) -> bool:
    """Tell whether rows that are unlike are so few of a file's that it may be laid over another."""
    return bool(_FEW * len(places) <= count(path))


def are_most(places: Places, path: Path) -> bool:
    """Tell whether they are most, as where one was put in at the front of all."""
    return bool(_MOST * len(places) > count(path))


def count(path: Path) -> int:
    """Count the rows from which a canonical file was made."""
    return hashes(path).stat().st_size // _BYTES


def base(path: Path) -> Path:
    """Give the canonical file that was read in whole: itself, or over which it is laid."""
    return path / BASE if path.suffix == LAID else path


def bring(connection: DuckDBPyConnection, places: Places) -> None:
    """Make a table `places` of them."""
    given = {"place": places}  # read by the engine under this name
    connection.execute("CREATE OR REPLACE TEMP TABLE places AS SELECT place FROM given")
    del given


def choose(
    connection: DuckDBPyConnection, given: Delivery, columns: Iterable[str], places: Places
) -> Chosen:
    """Take the rows at some places out of a delivery, as far as columns are named."""
    bring(connection, places)
    listed = ", ".join(f'"{name}"' for name in columns)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE chosen AS
        FROM (SELECT {listed}, CAST({numbered(connection, given)} AS BIGINT) AS place
              FROM {given.relation}) SEMI JOIN places USING (place)
        """
    )
    return Chosen(given.name, given.files)


def in_order(connection: DuckDBPyConnection, path: Path) -> str:
    """Write the SQL that reads a canonical file in which rows stand in order, and their `place`."""
    files = tuple(sorted(path.glob("*.parquet"))) if path.is_dir() else (path,)
    given = Delivery(path.name, files)
    return (
        f"(SELECT *, CAST({numbered(connection, given)} AS BIGINT) AS place FROM {given.relation})"
    )


def rows(path: Path) -> str:
    """Write the SQL that reads a canonical file, whether it is laid over another or not."""
    if path.suffix != LAID:
        return f"read_parquet({text(str(path))})"
    under, other = (f"read_parquet({text(str(path / name))})" for name in (BASE, OTHER))
    return (
        f"(SELECT * FROM {under} ANTI JOIN (SELECT source_row FROM {other}) USING (source_row)"
        f" WHERE source_row < {count(path)} UNION ALL BY NAME SELECT * FROM {other})"
    )
