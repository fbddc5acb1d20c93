"""
Read an answer file (反馈文件) row by row, up to what is judged as an answer.

Rows of one inquiry are gathered by what they say of themselves: which of how many. A row with a
fault says nothing; the others of its inquiry wait with it, since what is left would look whole.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from hedui.catalogue import Item, ItemValueError, Source, from_cell
from hedui.wire.envelope import LOCALE, RECORD_TYPE, VERSION
from hedui.wire.files.faults import FileFault
from hedui.wire.files.requests import ANSWER_COLUMNS, REQUEST_COLUMNS, item_heading
from hedui.wire.files.tables import Cell

MOST_OPEN = 20_000
"""So many rows may wait for the others of their inquiry."""

OUTCOMES = {
    "有记录": "FOUND",
    "无记录": "NOT_FOUND",
    "多人同号": "MULTIPLE",
    "姓名不符": "NAME_MISMATCH",
    "暂不能答复": "UNAVAILABLE",
    "不予答复": "REFUSED",
    "部分": "PARTIAL",
}
_CODES = frozenset(OUTCOMES.values())
_REFERENCE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SMALL = re.compile(r"[0-9]{1,4}")
_YUAN = re.compile(r"-?(?:[0-9]{1,13}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.[0-9]{1,2})?")
_SERIAL_DAY = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_NUMBER = re.compile(r"[0-9]+\.[0-9]*|[0-9.]+[eE][+-]?[0-9]+")
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_WHOLE_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SAFE_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_WITHOUT_ROWS = frozenset({"NOT_FOUND", "MULTIPLE", "NAME_MISMATCH", "UNAVAILABLE", "REFUSED"})


class Table(Protocol):
    """What an answer is read from: CSV or a workbook."""

    columns: tuple[str, ...]

    def __iter__(self) -> Iterator[tuple[int, list[Cell]]]:
        """Yield the rows with their number."""
        ...


@dataclass(slots=True)
class Group:
    """
    All rows of one inquiry, or the fault for which they are not taken.

    row: the number of the first; said: what all rows say alike; rows: item → value of each;
    column: whose heading the fault is about, where one cell is wrong
    """

    reference: str
    row: int
    fault: str = ""
    column: str = ""
    said: tuple[str, ...] = field(default=(), repr=False)
    rows: dict[int, dict[str, Any]] = field(default_factory=dict, repr=False)
    of: int = 0


class _Faulty(Exception):
    def __init__(self, code: str, column: str = "") -> None:
        self.code, self.column = code, column


class AnswerTable:
    """An answer file, its columns understood."""

    def __init__(self, table: Table, source: Source) -> None:
        """
        Find the columns.

        :raises FileFault: one is missing, twice, or an amount of unknown unit
        """
        self._table, self._source = table, source
        self._places: dict[str, int] = {}
        self._items: dict[int, tuple[Item, bool]] = {}
        self._beyond: dict[int, str] = {}
        known = {label: name for name, label in ANSWER_COLUMNS.items()} | {
            n: n for n in ANSWER_COLUMNS
        }
        ours = {*REQUEST_COLUMNS, *REQUEST_COLUMNS.values()} - known.keys()
        items = _headings(source)
        for place, heading in enumerate(table.columns):
            if name := known.get(heading):
                if name in self._places:
                    raise FileFault("column_twice", heading)
                self._places[name] = place
            elif heading in items:
                item, is_yuan = items[heading]
                if any(item is other for other, _ in self._items.values()):
                    raise FileFault("column_twice", heading)
                self._items[place] = (item, is_yuan)
            elif any(heading == i.label and i.type == "fen" for i in source.items.values()):
                raise FileFault("unit_unclear", heading)
            elif heading not in ours:
                named = _SAFE_NAME.fullmatch(heading) and heading not in source.askable
                self._beyond[place] = heading if named else f"?{place}"
        for name, label in ANSWER_COLUMNS.items():
            if name not in self._places:
                raise FileFault("no_column", label)
        self.rows = 0

    @property
    def beyond(self) -> tuple[str, ...]:
        """Return the headings that are no item of the source: what stands there is dropped."""
        return tuple(self._table.columns[place] for place in self._beyond)

    def without(self, asked: Collection[str]) -> tuple[str, ...]:
        """Return the headings of items, by full name, for which there is no column."""
        there = {item.full_name for item, _ in self._items.values()}
        return tuple(
            item_heading(item.label, item.type)
            for item in self._source.askable.values()
            if item.full_name in asked and item.full_name not in there
        )

    def survey(self) -> set[str]:
        """
        Read all rows once, and return the inquiries of which there are more rows than they say.

        Or a row twice: nobody could tell which one is meant.

        Nothing is taken before a file was read to its end; `rows` tells how many there are, and
        `groups` reads them again.

        :raises FileFault: it breaks off, or is no text in its encoding
        """
        left: dict[int, int] = {}
        seen: set[int] = set()
        doubled: set[str] = set()
        place, at = self._places["reference_id"], self._places["record"]
        for _, cells in self._table:
            self.rows += 1
            if len(cells) == len(self._table.columns):
                reference = str(cells[place]).strip()
                is_first = (key := hash(reference)) not in left
                left[key] = (self._rows_said(cells) if is_first else left[key]) - 1
                mark = hash((reference, str(cells[at])))
                if left[key] < 0 or mark in seen:
                    doubled.add(reference)
                elif left[key] or not is_first:  # one of several
                    seen.add(mark)
        if not self.rows:
            raise FileFault("empty")
        return doubled

    def _rows_said(self, cells: Sequence[Cell]) -> int:
        """Return how many rows an inquiry has, as one says; it has a fault if that is not told."""
        try:
            if _outcome(cells[self._places["outcome"]]) in _WITHOUT_ROWS:
                return 1
            return max(_small(cells[self._places["records"]]), 1)
        except _Faulty:
            return MOST_OPEN

    def groups(self, doubled: Collection[str] = ()) -> Iterator[Group]:
        """
        Yield the inquiries that are answered, each when its last row is read.

        One with a fault is yielded at once, and of it no more is kept than that it was.

        doubled: of which a row stands there twice, so that nobody knows which one is meant

        :raises FileFault: too many rows wait for the rest of their inquiry
        """
        waiting: dict[str, Group] = {}
        faulty: set[int] = set()
        held = 0
        for number, cells in self._table:
            try:
                reference = self._reference(cells)
            except _Faulty as fault:
                yield Group("", number, fault.code)
                continue
            if (mark := hash(reference)) in faulty:
                continue
            group = waiting.setdefault(reference, Group(reference, number))
            try:
                if reference in doubled:
                    raise _Faulty("twice")
                self._add(group, cells)
            except _Faulty as fault:
                held -= len(group.rows)
                faulty.add(mark)
                del waiting[reference]
                yield Group(reference, group.row, fault.code, fault.column)
                continue
            held += 1
            if len(group.rows) == max(group.of, 1):
                held -= len(group.rows)
                yield waiting.pop(reference)
            elif held > MOST_OPEN:
                raise FileFault("unordered")
        for group in waiting.values():
            group.fault = "incomplete"
            yield group

    def _reference(self, cells: Sequence[Cell]) -> str:
        if len(cells) != len(self._table.columns):
            raise _Faulty("columns")
        reference = cells[self._places["reference_id"]]
        if not isinstance(reference, str) or not _REFERENCE.fullmatch(reference.strip()):
            raise _Faulty("reference")
        return reference.strip()

    def _add(self, group: Group, cells: Sequence[Cell]) -> None:
        get = {name: cells[place] for name, place in self._places.items()}
        outcome = _outcome(get["outcome"])
        said = (
            _text(get["name"]),
            _id_number(get["id_number"]),
            outcome,
            _as_of(get["as_of"]),
            _text(get["unit"]),
            _text(get["serial"]),
        )
        of, position = _small(get["records"]), _small(get["record"])
        if outcome in _WITHOUT_ROWS:
            of, position = 0, 0
        elif not 1 <= position <= of:
            raise _Faulty("incomplete")
        if group.said and (said != group.said or of != group.of):
            raise _Faulty("rows_differ")
        row: dict[str, Any] = {}
        for place, (item, is_yuan) in self._items.items():
            try:
                row[item.name] = _value(item, cells[place], is_yuan=is_yuan)
            except _Faulty as fault:
                raise _Faulty(fault.code, self._table.columns[place]) from None
        for place, name in self._beyond.items():
            if cells[place] not in (None, ""):
                row[name] = str(cells[place])
        if outcome in _WITHOUT_ROWS and any(value is not None for value in row.values()):
            raise _Faulty("outcome")
        group.said, group.of = said, of
        group.rows[position] = row


def element_of(
    group: Group, source: str, stamped: str, asked: Collection[str] = ()
) -> dict[str, Any]:
    """
    Return a group as the element of a message that it would be, to be judged as one.

    asked: full names; the empty cell of a column that was not asked says nothing, and is left out
    """
    wanted = {name.partition(".")[2] for name in asked}
    name, number, outcome, as_of, unit, serial = group.said
    record = {
        "subject": {"name": name, "id_number": number},
        "outcome": outcome,
        "as_of": as_of or None,
        "unit": unit,
        "serial": serial,
        "records": [
            {name: cell for name, cell in row.items() if cell is not None or name in wanted}
            for position, row in sorted(group.rows.items())
            if position
        ],
    }
    return {
        "reference_id": group.reference,
        "timestamp": stamped,
        "status": "succ",
        "locale": LOCALE,
        "data": {
            "version": VERSION,
            "reg_type": source,
            "reg_record_type": RECORD_TYPE,
            "reg_records": [record],
        },
    }


def _headings(source: Source) -> dict[str, tuple[Item, bool]]:
    """Return every way of heading an item's column; True where its amounts are in yuan."""
    found: dict[str, tuple[Item, bool]] = {}
    for item in source.askable.values():
        found[item.name] = found[item.full_name] = (item, False)
        heading = item_heading(item.label, item.type)
        is_yuan = item.type == "fen"
        found[heading] = found[heading.replace("(", "（").replace(")", "）")] = (item, is_yuan)
    return found


def _outcome(cell: Cell) -> str:
    text = _text(cell)
    code = OUTCOMES.get(text, text)
    if code not in _CODES:
        raise _Faulty("outcome")
    return code


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if not isinstance(cell, str):
        raise _Faulty("text_as_number")
    text = cell.strip()
    if text.startswith(("'", "\u2019", "\u2018", "`")):
        raise _Faulty("apostrophe")
    if text.startswith("="):
        raise _Faulty("formula")
    return text


def _id_number(cell: Cell) -> str:
    if isinstance(cell, int | float | date):
        raise _Faulty("number_damaged")
    text = _text(cell)
    if _NUMBER.fullmatch(text):
        raise _Faulty("number_damaged")
    return text


def _small(cell: Cell) -> int:
    if cell in (None, ""):
        return 0
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell).strip()
    if isinstance(cell, bool) or not _SMALL.fullmatch(text):
        raise _Faulty("incomplete")
    return int(text)


def _day(cell: Cell) -> str:
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int | float):
        raise _Faulty("date_serial")
    text = _text(cell)
    if _SERIAL_DAY.fullmatch(text):
        raise _Faulty("date_serial")
    if found := _DAY.fullmatch(text):
        year, month, day = found.groups()
        return f"{year}-{month:0>2}-{day:0>2}"
    return text


def _as_of(cell: Cell) -> str:
    day = "" if cell is None else _day(cell)
    if day and not _WHOLE_DAY.fullmatch(day):
        raise _Faulty("day")
    return day


def _value(item: Item, cell: Cell, *, is_yuan: bool) -> Any:
    """Read a cell as a value of its item. :raises _Faulty: it is none, or a spreadsheet bent it"""
    if cell is None or cell == "":
        return None
    if item.type == "fen":
        return _fen(cell) if is_yuan else _as(item, cell)
    if item.type in ("date", "month"):
        return _as(item, _day(cell))
    if item.type in ("text", "enum", "month", "share", "decimal"):
        return _as(item, _text(cell))
    return _as(item, _text(cell) if isinstance(cell, str) else cell)


def _fen(cell: Cell) -> int:
    text = _text(cell) if isinstance(cell, str) else repr(cell)
    text = text.removesuffix(".0") if isinstance(cell, float) else text
    if isinstance(cell, bool | date) or not _YUAN.fullmatch(text):
        raise _Faulty("amount")
    return int(Decimal(text.replace(",", "")) * 100)


def _as(item: Item, cell: Cell) -> Any:
    if isinstance(cell, float):
        if not cell.is_integer():
            raise _Faulty("value")
        cell = int(cell)
    try:
        return from_cell(item, cell)
    except ItemValueError:
        raise _Faulty("value") from None
