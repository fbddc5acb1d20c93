"""
Read a department's own table as it is: CSV (UTF-8 or GB18030), Parquet, SQLite.
"""

import csv
import io
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path


class DataUnreadable(Exception):
    """A file cannot be read as what it is; the message names the place, never a value."""


@dataclass(frozen=True, slots=True)
class Table:
    """Column names and rows, each row as long as there are columns."""

    columns: tuple[str, ...]
    rows: Iterable[Sequence[object]]


def read_table(path: Path, *, name: str) -> Table:
    """
    Read the table in a file; `name` picks the table or view of a SQLite file that has several.

    :raises DataUnreadable: not there, of an unknown kind, half written, or in no known encoding
    """
    read = _READERS.get(path.suffix.lower())
    if read is None:
        raise DataUnreadable(f"{path.name}：不支持的文件类型（可用 CSV、Parquet、SQLite）")
    try:
        table = read(path, name)
    except OSError as error:
        raise DataUnreadable(f"{path.name}：{error.strerror or '无法读取'}") from None
    if len(set(table.columns)) != len(table.columns):
        raise DataUnreadable(f"{path.name}：列名重复")
    return table


def read_text(path: Path) -> str:
    """
    Read a text as a department's programs write it: UTF-8, with or without mark, or GB18030.

    :raises DataUnreadable: in no known encoding
    :raises OSError: not there, or not to be read
    """
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DataUnreadable(f"{path.name}：既不是 UTF-8 也不是 GB18030")


def _csv(path: Path, _name: str) -> Table:
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    rows: list[list[str]] = []
    try:
        columns = tuple(column.strip() for column in next(reader, []))
        for row in reader:
            if row and len(row) != len(columns):
                raise DataUnreadable(f"{path.name}：第 {reader.line_num} 行的列数不符")
            if row:
                rows.append(row)
    except csv.Error:
        raise DataUnreadable(f"{path.name}：第 {reader.line_num} 行不是 CSV") from None
    return Table(columns, rows)


def _parquet(path: Path, _name: str) -> Table:
    try:
        # an optional dependency, and slow to load for those whose data is CSV
        import pyarrow as arrow  # noqa: PLC0415
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        raise DataUnreadable("读取 Parquet 需要安装 hedui[parquet]") from None
    try:
        table = parquet.read_table(path)
    except arrow.ArrowInvalid:
        raise DataUnreadable(f"{path.name}：不是 Parquet") from None
    cells = [column.to_pylist() for column in table.columns]
    return Table(tuple(table.column_names), list(zip(*cells, strict=True)))


def _sqlite(path: Path, name: str) -> Table:
    try:
        uri = f"{path.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as database:
            names = [
                row[0]
                for row in database.execute(
                    "select name from sqlite_master"
                    " where type in ('table', 'view') and name not like 'sqlite~_%' escape '~'"
                )
            ]
            if name not in names and len(names) != 1:
                raise DataUnreadable(f"{path.name}：没有名为 {name} 的表或视图")
            chosen = name if name in names else names[0]
            quoted = chosen.replace('"', '""')
            cursor = database.execute(f'select * from "{quoted}"')
            return Table(tuple(column[0] for column in cursor.description), cursor.fetchall())
    except sqlite3.Error:
        raise DataUnreadable(f"{path.name}：不是可读的 SQLite 文件") from None


_READERS: Mapping[str, Callable[[Path, str], Table]] = {
    ".csv": _csv,
    ".parquet": _parquet,
    ".sqlite": _sqlite,
    ".sqlite3": _sqlite,
    ".db": _sqlite,
}
