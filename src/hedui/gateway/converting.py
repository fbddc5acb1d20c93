"""
Turn what a department writes in a cell into what the catalogue reads (换算).

Units, codes, ways of writing a day, fixed values. Exact or not at all: what does not come out even
in fen, or is written in no known way, is unreadable, and so it is told.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from hedui.catalogue import Item
from hedui.gateway.mapping import UNITS, Column

Cell = object


class _Unreadable:
    """Stands where a cell was that cannot be read; no type of the catalogue takes it."""

    def __repr__(self) -> str:
        return "unreadable"


UNREADABLE: Final = _Unreadable()
_AMOUNT = re.compile(
    r"([¥￥]?)(-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,16})(?:\.[0-9]{1,6})?)(分|元|千元|万元)?"
)
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)%?")
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[ T]00:00:00(?:\.0+)?)?")
_MONTH = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})月?")
_TOKENS = {"YYYY": "(?P<y>[0-9]{4})", "MM": "(?P<m>[0-9]{2})", "DD": "(?P<d>[0-9]{2})"}
_LOOSE = {"M": "(?P<m>[0-9]{1,2})", "D": "(?P<d>[0-9]{1,2})"}


def converted(item: Item, spot: Column, cell: Cell, *, empty: frozenset[str]) -> Cell:
    """
    Return what `catalogue.from_cell` reads: the cell in the catalogue's way, or UNREADABLE.

    A blank cell, and a word that the department uses for nothing, is None.
    """
    if spot.column is None:
        cell = spot.constant
    if isinstance(cell, str):
        cell = cell.strip()
    if cell is None or cell == "" or (isinstance(cell, str) and cell in empty):
        return None
    if isinstance(cell, bytes | bytearray | memoryview):
        return UNREADABLE
    if spot.codes:
        return _coded(spot.codes, cell)
    return _READ.get(item.type, _as_it_is)(spot, cell)


def day_of(cell: Cell, form: str) -> date | None:
    """Return the day that a cell says, or None."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = _day(Column("", format=form), str(cell or "").strip())
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def _coded(codes: Mapping[str, str | int | bool], cell: Cell) -> Cell:
    # a code that is none of those listed may be the catalogue's own, or one of its Chinese words
    return codes.get(str(cell), cell)


def _as_it_is(_: Column, cell: Cell) -> Cell:
    return cell


def _amount(spot: Column, cell: Cell) -> Cell:
    if isinstance(cell, bool):
        return UNREADABLE
    if isinstance(cell, str):
        found = _AMOUNT.fullmatch(cell.replace(" ", ""))
        said = found and (found[3] or (found[1] and "元") or spot.unit)
        if found is None or said != spot.unit:  # a cell that says another unit than its column
            return UNREADABLE
        cell = found[2].replace(",", "")
    try:
        fen = Decimal(str(cell)) * UNITS[spot.unit]
        return int(fen) if fen == fen.to_integral_value() else UNREADABLE
    except (InvalidOperation, ValueError, OverflowError):
        return UNREADABLE


def _share(spot: Column, cell: Cell) -> Cell:
    if spot.unit != "%":
        return cell
    found = _PERCENT.fullmatch(str(cell).strip())
    return format((Decimal(found[1]) / 100).normalize(), "f") if found else UNREADABLE


def _day(spot: Column, cell: Cell) -> Cell:
    if isinstance(cell, date | datetime):
        return cell
    text = str(cell)
    if spot.format:
        return _parts(spot.format, text) or UNREADABLE
    found = _DAY.fullmatch(text)
    return f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}" if found else _digits(text, 8)


def _month(spot: Column, cell: Cell) -> Cell:
    if isinstance(cell, date | datetime):
        return f"{cell:%Y-%m}"
    text = str(cell)
    if spot.format:
        return _parts(spot.format, text) or UNREADABLE
    found = _MONTH.fullmatch(text)
    return f"{found[1]}-{found[2]:0>2}" if found else text.removesuffix("年")


def _digits(text: str, length: int) -> Cell:
    whole = text.removesuffix(".0")  # as spreadsheets write a whole number
    return whole if whole.isascii() and whole.isdigit() and len(whole) == length else UNREADABLE


def _parts(form: str, text: str) -> str | None:
    """Read a day or month by the department's form, `D/M/YYYY`."""
    pattern = re.escape(form)
    for token, group in (_TOKENS | _LOOSE).items():
        if f"?P<{token[0].lower()}>" not in pattern:
            pattern = pattern.replace(token, group, 1)
    found = re.fullmatch(pattern, text)
    if found is None:
        return None
    said = found.groupdict()
    month = f"{said.get('y', '')}-{said.get('m') or '':0>2}"
    return f"{month}-{said['d']:0>2}" if said.get("d") else month


_READ: Mapping[str, Callable[[Column, Cell], Cell]] = {
    "fen": _amount,
    "share": _share,
    "date": _day,
    "month": _month,
}
