"""What was delivered (交换文件): tables as Parquet or CSV, found by name in a directory."""

import csv
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

ENDINGS = (".parquet", ".csv")
_CHUNK = 1 << 20
_BROKEN = "不是可读的 Parquet:文件不完整、已损坏,或者与同一目录中其他文件的列不同"
_NO_CSV = "不是可读的 UTF-8 CSV 文件"


class DeliveryError(ValueError):
    """A delivered file that cannot be used; the message names it and says what to do."""


@dataclass(frozen=True)
class Delivery:
    """One table: `NAME.parquet`, `NAME.csv`, or a directory `NAME` with such files, in order."""

    name: str
    files: tuple[Path, ...]

    @property
    def relation(self) -> str:
        """Write the SQL that reads it: CSV as text, Parquet as it is typed, rows in order."""
        listed = ", ".join(text(str(path)) for path in self.files)
        if self.files[0].suffix == ".csv":
            return f"read_csv([{listed}], all_varchar=true, header=true, delim=',', quote='\"')"
        return f"read_parquet([{listed}])"

    @cached_property
    def digest(self) -> str:
        """Return SHA-256 over the files' bytes, one after the other; read once."""
        running = hashlib.sha256()
        for path in self.files:
            with path.open("rb") as opened:
                while block := opened.read(_CHUNK):
                    running.update(block)
        return running.hexdigest()

    def columns(self, connection: DuckDBPyConnection, required: Iterable[str]) -> frozenset[str]:
        """
        Return the names of its columns.

        :raises DeliveryError: it cannot be read, or a required column is missing
        """
        with reading(self):
            described = connection.execute(f"DESCRIBE SELECT * FROM {self.relation}").fetchall()
        found = frozenset(str(column[0]) for column in described)
        if missing := sorted(set(required) - found):
            raise DeliveryError(_why(self, f"缺少列 {'、'.join(missing)}"))
        return found


@contextmanager
def reading(given: Delivery) -> Iterator[None]:
    """
    Tell of what breaks off while a delivery is read which file it is, and where.

    :raises DeliveryError: a file is broken; nothing of it is quoted
    """
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        if "space left" in str(error):
            raise
        path = next((path for path in given.files if str(path) in str(error)), given.files[0])
        fault = _fault(path) or _NO_CSV if path.suffix == ".csv" else _BROKEN
        raise DeliveryError(f"{path}:{fault},请重新导出") from None


def _why(given: Delivery, seems: str) -> str:
    """Say why columns seem to be missing: a row longer than the header is taken for the header."""
    for path in given.files:
        if path.suffix == ".csv" and (fault := _fault(path)):
            return f"{path}:{fault},请重新导出"
    return f"{given.files[0]}:{seems}"


def _fault(path: Path) -> str:
    """Say where a CSV file cannot be read; nothing where each row is as long as the header."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return f"文件第 {number} 行不是 UTF-8 文字(是 GB18030 等编码的,请另存为 UTF-8)"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows, read = csv.reader(file, strict=True), 0
        try:
            head = next(rows, [])
            for row in rows:
                if len(row) != len(head):
                    return f"文件第 {rows.line_num} 行有 {len(row)} 列,表头有 {len(head)} 列"
                read = rows.line_num
        except csv.Error:
            return f"文件第 {read + 1} 行起引号没有成对,或者一格太长"
    return ""


def find(folder: Path, name: str) -> Delivery | None:
    """
    Find a table in a directory; None where nothing of that name is there.

    :raises DeliveryError: it is there twice, or as an empty directory
    """
    single = [folder / f"{name}{ending}" for ending in ENDINGS]
    held: list[tuple[Path, ...]] = [(path,) for path in single if path.is_file()]
    inside = folder / name
    if inside.is_dir():
        for ending in ENDINGS:
            if parts := tuple(sorted(inside.glob(f"*{ending}"))):
                held.append(parts)
        if not held:
            raise DeliveryError(f"{inside}:目录中没有 Parquet 或 CSV 文件")
    if len(held) > 1:
        raise DeliveryError(f"{folder}:表 {name} 有不止一份,请只保留一份")
    return Delivery(name, held[0]) if held else None


def demand(folder: Path, name: str) -> Delivery:
    """Find a table that must be there. :raises DeliveryError: it is not"""
    found = find(folder, name)
    if found is None:
        raise DeliveryError(f"{folder}:没有 {name}.parquet 或 {name}.csv")
    return found


def text(value: str) -> str:
    """Write a value as a literal of SQL."""
    return "'" + value.replace("'", "''") + "'"
