"""
Whether a delivered table can be meant at all (能不能用), told with file, row and remedy.

A single value that cannot be read is the business of whoever reads it. Here is what would make a
whole column mean nothing without anybody being told, and rows that can be about nobody.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from duckdb import DuckDBPyConnection

from hedui.batch.delivery import Delivery, DeliveryError

MOMENTS: Final = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")
"""Types of a day with an hour, as a database or a data frame writes it."""
_AHEAD: Final = 366
_WHOLE: Final = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_NUMBERS: Final = (*_WHOLE, *(f"U{name}" for name in _WHOLE), "DOUBLE", "FLOAT", "DECIMAL")
_ALLOWED: Final = {
    "文字": ("VARCHAR",),
    "数": ("VARCHAR", *_NUMBERS),
    "日期": ("VARCHAR", "DATE", *MOMENTS),
    "文字或数": ("VARCHAR", "BOOLEAN", "DATE", *_NUMBERS),
}
TEXT, NUMBER, DAY, WORD = _ALLOWED
"""What a column may be; a word: whatever has one plain way of being written."""


def refuse_types(
    connection: DuckDBPyConnection,
    given: Delivery,
    types: Mapping[str, str],
    wanted: Mapping[str, str],
) -> None:
    """
    Refuse a column of which no value could be read, by its type.

    types: the columns there are; wanted: column → what it may be, of those that are read

    :raises DeliveryError: names the file, the column and its first row with a value
    """
    for name, kind in wanted.items():
        type_ = types.get(name, "VARCHAR").partition("(")[0]
        if type_ in _ALLOWED[kind] or type_ == '"NULL"':
            continue
        row = _first(connection, given, f'"{name}" IS NOT NULL')
        if row:
            fault = f"第 {row} 行起列 {name} 的类型是 {types[name]},须是{kind}"
            raise DeliveryError(f"{given.files[0]}:{fault},请改正后重新导出")


def refuse_rows(connection: DuckDBPyConnection, given: Delivery, faults: Mapping[str, str]) -> None:
    """
    Refuse a table in which a row cannot be meant so.

    faults: condition, as SQL → what is wrong with such a row

    :raises DeliveryError: names the file and the first such row
    """
    for condition, fault in faults.items():
        found = f"SELECT 1 FROM {given.relation} WHERE {condition} LIMIT 1"
        if connection.execute(found).fetchall():
            row = _first(connection, given, condition)
            raise DeliveryError(f"{given.files[0]}:第 {row} 行{fault},请改正后重新导出")


def refuse_days(
    connection: DuckDBPyConnection, given: Delivery, rows: str, latest: date | None
) -> None:
    """
    Refuse a source whose newest day can be none: by it all its silence would count as fresh.

    rows: its canonical file, as SQL; latest: the latest day for which a household is compared

    :raises DeliveryError: a row is of a day more than a year after; names it
    """
    if latest is None:
        return
    bound = f"DATE '{latest.isoformat()}' + INTERVAL {_AHEAD} DAY"
    found = connection.execute(
        f"SELECT source_row, day FROM {rows} WHERE day > {bound} ORDER BY source_row LIMIT 1"
    ).fetchall()
    for row, day in found:
        fault = f"第 {row + 1} 行的 as_of 是 {day},比登记户的 as_of 晚一年以上"
        raise DeliveryError(f"{given.files[0]}:{fault},请核对后重新导出")


def _first(connection: DuckDBPyConnection, given: Delivery, condition: str) -> int | None:
    """Find the first row of which something holds, counted from 1 without the header."""
    numbered = f"SELECT row_number() OVER () AS n, {condition} AS holds FROM {given.relation}"
    row: int | None = connection.execute(f"SELECT min(n) FROM ({numbered}) WHERE holds").fetchall()[
        0
    ][0]
    return row
