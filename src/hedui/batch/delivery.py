"""What was delivered (交换文件): tables as Parquet or CSV, found by name in a directory."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from duckdb import DuckDBPyConnection, Error

ENDINGS = (".parquet", ".csv")
_CHUNK = 1 << 20


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
        try:
            described = connection.execute(f"DESCRIBE SELECT * FROM {self.relation}").fetchall()
        except Error as error:
            kind = type(error).__name__
            raise DeliveryError(
                f"{self.files[0]}:不是可读的 Parquet 或 UTF-8 CSV 文件({kind}),请重新导出"
            ) from None
        found = frozenset(str(column[0]) for column in described)
        if missing := sorted(set(required) - found):
            raise DeliveryError(f"{self.files[0]}:缺少列 {'、'.join(missing)}")
        return found


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
