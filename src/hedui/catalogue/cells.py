"""
Read a cell of a department's own file as a value of the catalogue.

A department writes its data as it always has: codes or the Chinese words for them, months
with or without a hyphen, empty cells. Here, and only here, these become the one form that
travels. What cannot be read is an error; nothing is guessed.
"""

import re
from datetime import date, datetime
from decimal import Decimal

from hedui.catalogue.items import Item, ItemValue, ItemValueError

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_DIGITS_ONLY_MONTH = re.compile(r"([0-9]{4})([0-9]{2})")
_DIGITS_ONLY_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_TRUE = frozenset({"true", "1", "是", "有"})
_FALSE = frozenset({"false", "0", "否", "无"})


def from_cell(item: Item, cell: object) -> ItemValue:
    """
    Turn a cell (text, or a typed value of Parquet or SQLite) into a value of the item.

    An empty cell is None. Amounts must already be integers of fen.

    :raises ItemValueError: the cell is not a value of this item; the cell is not quoted
    """
    if isinstance(cell, str):
        cell = cell.strip()
    if cell is None or cell == "":
        return item.check(None)
    return item.check(_READ.get(item.type, _as_text)(item, cell))


def _as_text(_: Item, cell: object) -> object:
    if isinstance(cell, (float, Decimal)):
        return _plain(cell)
    return str(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell


def _plain(number: float | Decimal) -> str:
    """Write a measure (an area, a share; never money) without exponent or idle zeros."""
    text = format(Decimal(str(number)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _as_integer(_: Item, cell: object) -> object:
    if isinstance(cell, str) and _INTEGER.fullmatch(cell):
        return int(cell)
    return cell


def _as_date(_: Item, cell: object) -> object:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    text = str(cell)
    digits = _DIGITS_ONLY_DATE.fullmatch(text)
    return "-".join(digits.groups()) if digits else text.replace("/", "-")


def _as_month(_: Item, cell: object) -> object:
    text = str(cell)
    digits = _DIGITS_ONLY_MONTH.fullmatch(text)
    return "-".join(digits.groups()) if digits else text


def _as_enum(item: Item, cell: object) -> object:
    text = str(cell)
    if text not in item.written:
        raise ItemValueError(f"{item.full_name}：代码不在值域内")
    return item.written[text]


def _as_boolean(_: Item, cell: object) -> object:
    if isinstance(cell, bool):
        return cell
    text = str(cell).casefold()
    return True if text in _TRUE else False if text in _FALSE else cell


_READ = {
    "integer": _as_integer,
    "fen": _as_integer,
    "date": _as_date,
    "month": _as_month,
    "enum": _as_enum,
    "boolean": _as_boolean,
}
