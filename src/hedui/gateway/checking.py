"""
Hold a mapping against the data it maps, and say what would be answered (核验对照表).

Counts and row numbers only: no value is ever shown, so that whoever helps may see the result.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hedui.catalogue import Item, ItemValueError, from_cell
from hedui.gateway.converting import converted, day_of
from hedui.gateway.dataset import joined_table
from hedui.gateway.lent import LentTable, written
from hedui.gateway.mapping import Column, Mapped
from hedui.gateway.tables import DataUnreadable
from hedui.values.resident_id import ResidentId, ResidentIdError

SHOWN_ROWS = 5


@dataclass(slots=True)
class Tally:
    """How one item reads: filled, empty and unreadable cells, and where the first of these are."""

    item: Item
    column: str
    filled: int = 0
    empty: int = 0
    unreadable: int = 0
    rows: list[int] = field(default_factory=list)
    reason: str = ""


@dataclass(slots=True)
class Checked:
    """
    What a mapping gives.

    unmapped: items of the source that it does not name; compared: those that comparison uses
    nobodys: rows without a readable number; odd: rows whose number a look-up in the database
        would not find; nameless: rows without a name
    repeated: rows that say of a person exactly what another says
    undated, in_future: rows whose as-of day cannot be read, or is still to come
    """

    rows: int = 0
    people: int = 0
    nobodys: int = 0
    odd: int = 0
    nameless: int = 0
    repeated: int = 0
    undated: int = 0
    in_future: int = 0
    newest: date | None = None
    items: dict[str, Tally] = field(default_factory=dict)
    unmapped: list[Item] = field(default_factory=list)
    compared: frozenset[str] = frozenset()
    first_rows: dict[str, list[int]] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether a department can be served with it."""
        decisive = (tally for tally in self.items.values() if tally.item.required)
        return bool(
            self.people
            and not self.odd
            and not self.undated
            and not self.in_future
            and not any(tally.unreadable or tally.empty for tally in decisive)
            and not any(tally.unreadable for tally in self.items.values())
        )

    def note(self, fault: str, row: int) -> None:
        """Count a row under a fault, and remember where the first ones are."""
        setattr(self, fault, getattr(self, fault) + 1)
        self.first_rows.setdefault(fault, [])
        if len(self.first_rows[fault]) < SHOWN_ROWS:
            self.first_rows[fault].append(row)


def check(mapped: Mapped, today: date, *, most: int = 0) -> Checked:
    """
    Read the data through, or its first `most` rows, and count.

    :raises DataUnreadable: they cannot be read, or a column that is named is not there
    """
    found = Checked(
        items={
            name: Tally(mapped.source.items[name], spot.column or "(固定值)")
            for name, spot in mapped.items.items()
        },
        unmapped=[item for name, item in mapped.source.items.items() if name not in mapped.items],
        compared=mapped.source.compared,
    )
    people: set[ResidentId] = set()
    seen: set[int] = set()
    # the first line of a file names its columns
    first = 1 if mapped.database else 2
    for number, cells in enumerate(_rows(mapped, most), start=first):
        found.rows += 1
        person = _person(mapped, found, cells, number)
        _dated(mapped, found, cells, number, today)
        values = tuple(
            _value(mapped, tally, name, cells, number) for name, tally in found.items.items()
        )
        if person is None:
            continue
        people.add(person)
        whole = hash((person, values))
        if whole in seen:
            found.note("repeated", number)
        seen.add(whole)
    found.people = len(people)
    return found


def _rows(mapped: Mapped, most: int) -> Iterator[Mapping[str, object]]:
    columns = mapped.columns(mapped.items)
    if mapped.database is None:
        table = joined_table(mapped)
        for column in columns:
            if column not in table.columns:
                raise DataUnreadable(f"没有列“{column}”:数据的列是 {'、'.join(table.columns)}")
        for number, row in enumerate(table.rows):
            if most and number >= most:
                return
            yield dict(zip(table.columns, row, strict=True))
        return
    yield from (dict(zip(columns, row, strict=True)) for row in _lent(mapped, columns, most))


def _lent(mapped: Mapped, columns: list[str], most: int) -> Iterable[tuple[Any, ...]]:
    lent = LentTable(mapped)
    try:
        lent.dataset()
        limit = f"limit {most}" if most else ""
        rows: list[tuple[Any, ...]] = lent.read(
            lambda connection: lent.from_tables(connection, lent.names(connection, columns), limit)
        )
        return rows
    finally:
        lent.close()


def _person(
    mapped: Mapped, found: Checked, cells: Mapping[str, object], row: int
) -> ResidentId | None:
    text = str(cells[mapped.id_number] or "")
    if not str(cells[mapped.name] or "").strip():
        found.note("nameless", row)
    try:
        person = ResidentId.parse(text.strip())
    except ResidentIdError:
        found.note("nobodys", row)
        return None
    # a database is asked for these spellings alone
    if mapped.database and text not in written(person):
        found.note("odd", row)
    return person


def _dated(
    mapped: Mapped, found: Checked, cells: Mapping[str, object], row: int, today: date
) -> None:
    if mapped.as_of is None or mapped.as_of.column is None or mapped.is_plain:
        return
    day = day_of(cells[mapped.as_of.column], mapped.as_of.format)
    if day is None:
        found.note("undated", row)
    elif day > today:
        found.note("in_future", row)
    elif found.newest is None or day > found.newest:
        found.newest = day


def _why(spot: Column, fault: ItemValueError, *, is_empty: bool) -> str:
    """Say what is wrong with a cell, and for amounts what may stand there instead."""
    said = str(fault).partition("：")[2]
    if not spot.unit or spot.unit == "%":
        return said
    if is_empty:
        return f"{said},没有余额的请写 0"
    return f"不是以{spot.unit}为单位的数额;表示没有填写的字样请列入 empty,数额为零的请写 0"


def _value(
    mapped: Mapped, tally: Tally, name: str, cells: Mapping[str, object], row: int
) -> object:
    spot = mapped.items[name]
    cell = cells[spot.column] if spot.column else None
    try:
        value = from_cell(tally.item, converted(tally.item, spot, cell, empty=mapped.empty))
    except ItemValueError as fault:
        is_empty = cell is None or not str(cell).strip() or str(cell).strip() in mapped.empty
        tally.empty += is_empty
        tally.unreadable += not is_empty
        tally.reason = _why(spot, fault, is_empty=is_empty)
        if len(tally.rows) < SHOWN_ROWS:
            tally.rows.append(row)
        return None
    tally.filled += value is not None
    tally.empty += value is None
    return value
