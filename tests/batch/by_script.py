"""
Have the independent script reckon a registry, and lay it beside what a recheck wrote.

The script (`independent/*.sql`) runs on SQLite, with no function of ours; this only fills its
tables with the cells that were delivered, and reads back what a recheck told.
"""

import csv
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb

SCRIPT = Path(__file__).parent / "independent"
SOURCES = (
    "bank", "tax", "vehicle", "real_estate", "social_insurance", "commercial_insurance",
    "securities", "provident_fund",
)  # fmt: skip
TOLD = {
    "facts": ("household_id", "member_key", "source", "source_row", "match"),
    "findings": (
        *("household_id", "member_key", "source", "label", "status", "declared_fen"),
        *("declared_count", "found_fen", "found_count", "as_of", "match"),
    ),
    "worklist": ("household_id", "items"),
    "summary": ("part", "source", "what", "counted"),
}
"""What is compared, all rows and all these columns."""
OF_HOUSEHOLDS = {
    "declared_households": {"per_capita": "declared_per_capita_income_fen"},
    "found_households": {"per_capita": "per_capita_income_fen", "income": "tests.income"},
    "found_assets": {"financial_assets": "tests.financial_assets"},
}
"""What is compared of households with nothing open: columns of the script and of the recheck."""
TABLES = (*TOLD, *OF_HOUSEHOLDS)


FIGURES = {
    "存款余额", "商业保险现金价值", "证券市值", "住房公积金余额", "机动车数量", "不动产数量",
    "工资性收入", "经营性收入", "财产性收入", "养老金(退休金)", "城乡居民养老金", "失业保险金",
    "工伤保险待遇",
}  # fmt: skip
"""What the sources asked everywhere are compared under, hints left out."""


def check(folder: Path, seed: object) -> None:
    """Hold what a recheck wrote to `out` against the script, all rows, none left out."""
    with reckoned(folder) as sql:
        for table in TABLES:
            found = differing(sql, folder / "out", table)
            assert not found, f"seed {seed}, {table}: {len(found)} rows, first {found[:8]}"


@contextmanager
def reckoned(folder: Path) -> Iterator[sqlite3.Connection]:
    """Let the script reckon what stands in `registry` and `sources`."""
    with closing(sqlite3.connect(":memory:")) as sql:
        tables, *steps = sorted(SCRIPT.glob("*.sql"))
        sql.executescript(tables.read_text(encoding="utf-8"))
        for name in ("members", "households", "declared"):
            _fill(sql, name, folder / "registry")
        for name in SOURCES:
            _fill(sql, name, folder / "sources")
        for step in steps:
            sql.executescript(step.read_text(encoding="utf-8"))
        yield sql


def _fill(sql: sqlite3.Connection, table: str, folder: Path) -> None:
    """Fill a table with the columns it has of those delivered; rows are counted on by file."""
    _, *columns = (row[1] for row in sql.execute(f"PRAGMA table_info({table})"))
    numbered = table in SOURCES
    if not numbered:
        columns.insert(0, "household_id")
    marks = ", ".join("?" * (len(columns) + numbered))
    place = 0
    for path in delivered(folder, table):
        names, rows = _cells(path)
        at = [names.index(name) if name in names else None for name in columns]
        lines = []
        for row in rows:
            cells = [None if n is None or row[n] in ("", None) else row[n] for n in at]
            lines.append([place, *cells] if numbered else cells)
            place += 1
        sql.executemany(f"INSERT INTO {table} VALUES ({marks})", lines)


def delivered(folder: Path, name: str) -> list[Path]:
    """Name the files of a table in their order."""
    single = [folder / f"{name}.{kind}" for kind in ("csv", "parquet")]
    return sorted([*filter(Path.exists, single), *(folder / name).glob("*")])


def _cells(path: Path) -> tuple[list[str], Sequence[Sequence[Any]]]:
    """Read a file as names of columns and rows of text."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            names, *rows = csv.reader(file)
        return names, rows
    with duckdb.connect() as parquet:
        read = parquet.execute(f"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM '{path}'")
        names = [column[0] for column in read.description]
        return names, read.fetchall()


def differing(sql: sqlite3.Connection, out: Path, table: str) -> list[tuple[Any, ...]]:
    """
    Say in which rows the script and the recheck differ, each way: EXCEPT ALL, as SQLite has none.

    Equal rows are counted and the count is compared with them; NULL equals NULL. Of households
    only those are compared that the script has reckoned.
    """
    columns = TOLD.get(table) or ("household_id", *OF_HOUSEHOLDS[table])
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    sql.execute(f"CREATE TEMP TABLE told_{table} ({names})")
    sql.executemany(f"INSERT INTO told_{table} VALUES ({marks})", _told(out, table))
    among = f"WHERE household_id IN (SELECT household_id FROM {table})"
    ours = f"SELECT {names}, count(*) FROM {table} GROUP BY {names}"
    theirs = f"SELECT {names}, count(*) FROM told_{table} {{}} GROUP BY {names}".format(
        among if table in OF_HOUSEHOLDS else ""
    )
    return sql.execute(
        f"SELECT 'script', * FROM ({ours} EXCEPT {theirs})"
        f" UNION ALL SELECT 'recheck', * FROM ({theirs} EXCEPT {ours}) ORDER BY 2, 1"
    ).fetchall()


def _told(out: Path, table: str) -> list[tuple[Any, ...]]:
    if table == "summary":
        return [*_counts(json.loads((out / "summary.json").read_text(encoding="utf-8")))]
    if table == "worklist":
        names, rows = _cells(out / "worklist.csv")
        lines = [dict(zip(names, row, strict=True)) for row in rows]
        return [(line["household_id"], line["items"]) for line in lines if line["items"]]
    wanted = [
        f"CAST({name} AS VARCHAR)" if name == "as_of" else name for name in TOLD.get(table, ())
    ] or ["household_id", *OF_HOUSEHOLDS[table].values()]
    name = "households" if table in OF_HOUSEHOLDS else table
    with duckdb.connect() as parquet:
        return parquet.execute(f"SELECT {', '.join(wanted)} FROM '{out / name}.parquet'").fetchall()


def _counts(summary: dict[str, Any]) -> Iterator[tuple[str, str, str, int]]:
    """Take the counts of a summary apart that the script has."""
    for part, counted in summary.items():
        if part in ("households", "members") or part.startswith("members_with"):
            yield part, "", "", counted
        elif part == "refused":
            yield from ((part, source, "", count) for source, count in counted.items())
        elif part in ("sources", "facts", "findings"):
            yield from (
                (part, source, what, count)
                for source, counts in counted.items()
                for what, count in counts.items()
                if what != "delivered"
            )
