"""
Keep a department's data ready to be looked up by person, and fresh when the file changes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Protocol

from hedui.catalogue import Item, ItemValueError, from_cell
from hedui.gateway.converting import converted, day_of
from hedui.gateway.mapping import AsOf, Mapped
from hedui.gateway.tables import DataUnreadable, Table, read_table
from hedui.values.resident_id import ResidentId, ResidentIdError
from hedui.wire.moments import CHINA

_AS_OF = Item(source="", name="as_of", label="数据日期", type="date", required=True)


@dataclass(frozen=True, slots=True)
class Row:
    """One row as the department wrote it; `as_of` is None if it cannot be read."""

    number: str
    name: str
    as_of: date | None
    cells: Mapping[str, object]


class Dataset(Protocol):
    """
    A department's rows by person.

    columns: the items of the source that the data has
    rows, nobodys: how many there are, and how many have no readable number, so that they can be
        nobody's; None where counting would read a whole database
    """

    @property
    def columns(self) -> frozenset[str]: ...  # noqa: D102
    @property
    def rows(self) -> int | None: ...  # noqa: D102
    @property
    def nobodys(self) -> int | None: ...  # noqa: D102

    def of(self, person: ResidentId, items: Sequence[str], today: date) -> Sequence[Row]:
        """Return the rows whose number is this person's, with the cells of these items."""

    def as_of(self, today: date) -> date | None:
        """Return the newest as-of day that is not in the future; None if there is no row."""


class Front(Protocol):
    """What stands before a department's data."""

    def dataset(self) -> Dataset:
        """
        Return the data as they are now.

        :raises DataUnreadable: they cannot be read now
        """


@dataclass(frozen=True, slots=True)
class LoadedRows:
    """The rows of a file; days: every as-of day that occurs, in order."""

    people: Mapping[ResidentId, Sequence[Row]]
    columns: frozenset[str]
    days: tuple[date, ...]
    rows: int
    nobodys: int
    days_ago: int | None = None

    def of(self, person: ResidentId, items: Sequence[str], today: date) -> Sequence[Row]:  # noqa: ARG002
        """Return the rows whose number is this person's, however it is written."""
        found = self.people.get(person, ())
        if self.days_ago is None:
            return found
        day = today - timedelta(days=self.days_ago)
        return [Row(row.number, row.name, day, row.cells) for row in found]

    def as_of(self, today: date) -> date | None:
        """Return the newest as-of day that is not in the future."""
        if self.days_ago is not None:
            return today - timedelta(days=self.days_ago) if self.people else None
        return max((day for day in self.days if day <= today), default=None)


class FileFront:
    """A department's data file, and the one joined to it; read again when one has changed."""

    def __init__(self, mapped: Mapped) -> None:
        self.mapped = mapped
        self._seen: object = None
        self._dataset: LoadedRows | None = None
        self._fault = ""

    def dataset(self) -> LoadedRows:
        """
        Return the data as the file holds it now.

        :raises DataUnreadable: it cannot be read now; older data is not answered in its place
        """
        stamp = self._stamp()
        if stamp != self._seen:
            self._dataset = None
            try:
                self._dataset = load(self.mapped)
            except DataUnreadable as fault:
                self._fault = str(fault)
            self._seen = stamp
        if self._dataset is None:
            raise DataUnreadable(self._fault)
        return self._dataset

    def _stamp(self) -> tuple[int, ...]:
        stamp: list[int] = []
        for file in files_of(self.mapped):
            for path in (file, file.with_name(f"{file.name}-wal")):
                try:
                    status = path.stat()
                except OSError:
                    stamp.append(0)
                else:
                    stamp += [status.st_mtime_ns, status.st_size, status.st_ino]
        return tuple(stamp)


def files_of(mapped: Mapped) -> list[Path]:
    """Return the files that hold the data."""
    joined = mapped.join.file if mapped.join else None
    return [file for file in dict.fromkeys((mapped.file, joined)) if file]


def load(mapped: Mapped) -> LoadedRows:
    """
    Read a data file and index it by person.

    :raises DataUnreadable: see `read_table`; or a column that is needed is not there
    """
    assert mapped.file is not None
    table = joined_table(mapped)
    columns = _held(mapped, table)
    as_of = mapped.as_of or AsOf()
    if mapped.is_plain and "as_of" not in table.columns:
        as_of = AsOf()
    file_day = datetime.fromtimestamp(mapped.file.stat().st_mtime, CHINA).date()
    people: dict[ResidentId, list[Row]] = {}
    count = nobodys = 0
    for values in table.rows:
        cells = dict(zip(table.columns, values, strict=True))
        count += 1
        number = str(cells[mapped.id_number] or "").strip()
        try:
            person = ResidentId.parse(number)
        except ResidentIdError:
            nobodys += 1
            continue
        people.setdefault(person, []).append(
            row_of(mapped, columns, cells, number, _day(mapped, as_of, cells, file_day))
        )
    days = {row.as_of for rows in people.values() for row in rows if row.as_of}
    return LoadedRows(
        people, frozenset(columns), tuple(sorted(days)), count, nobodys, as_of.days_ago
    )


def row_of(
    mapped: Mapped,
    columns: Iterable[str],
    cells: Mapping[str, object],
    number: str,
    as_of: date | None,
) -> Row:
    """Return a row by the catalogue's names, each cell in the catalogue's way."""
    name = str(cells[mapped.name] or "").strip()
    if mapped.is_plain:
        return Row(number, name, as_of, {column: cells[column] for column in columns})
    kept = {}
    for item in columns:
        spot = mapped.items[item]
        cell = cells[spot.column] if spot.column else None
        kept[item] = converted(mapped.source.items[item], spot, cell, empty=mapped.empty)
    return Row(number, name, as_of, kept)


def joined_table(mapped: Mapped) -> Table:
    """
    Return the table, with the columns of the one joined to it.

    Rows without a partner are left out: nobody can be told from them.

    :raises DataUnreadable: see `read_table`; or a key stands twice where it must stand once
    """
    assert mapped.file is not None
    table = read_table(mapped.file, name=mapped.table)
    if mapped.join is None:
        return table
    join = mapped.join
    assert join.file is not None
    other = read_table(join.file, name=join.table)
    for column, columns in ((join.ours, table.columns), (join.theirs, other.columns)):
        if column not in columns:
            raise DataUnreadable(f"连接所用的列“{column}”不存在")
    added = [name for name in other.columns if name != join.theirs or join.theirs != join.ours]
    if twice := set(added) & set(table.columns):
        raise DataUnreadable(f"两张表都有列“{min(twice)}”,请改名或用视图")
    places = [other.columns.index(name) for name in added]
    partners = _by_key(other, join.theirs)
    at = table.columns.index(join.ours)
    rows: Iterator[Sequence[object]] = (
        [*row, *(partner[place] for place in places)]
        for row in table.rows
        if (partner := partners.get(_key(row[at]))) is not None
    )
    return Table((*table.columns, *added), rows)


def _by_key(table: Table, column: str) -> Mapping[str, Sequence[object]]:
    found: dict[str, Sequence[object]] = {}
    at = table.columns.index(column)
    for row in table.rows:
        key = _key(row[at])
        if key in found:
            raise DataUnreadable(f"列“{column}”中有重复的键,不能一一对应")
        if key:
            found[key] = row
    return found


def _key(cell: object) -> str:
    return str("" if cell is None else cell).strip()


def _held(mapped: Mapped, table: Table) -> list[str]:
    """Return the items that the table holds; a mapping must hold all that it names."""
    assert mapped.file is not None
    present = set(table.columns)
    if mapped.is_plain:
        needed = ["id_number", "name"]
        held = [name for name in mapped.items if name in present]
    else:
        needed = mapped.columns(mapped.items)
        held = list(mapped.items)
    for column in needed:
        if column not in present:
            raise DataUnreadable(f"{mapped.file.name}：缺少列 {column}")
    return held


def _day(mapped: Mapped, as_of: AsOf, cells: Mapping[str, object], file_day: date) -> date | None:
    if as_of.day:
        return date.fromisoformat(as_of.day)
    if as_of.column is None:
        return file_day
    if mapped.is_plain:
        try:
            return date.fromisoformat(str(from_cell(_AS_OF, cells[as_of.column])))
        except ItemValueError:
            return None
    return day_of(cells[as_of.column], as_of.format)


def open_front(mapped: Mapped) -> Front:
    """Return what stands before the data that a mapping names."""
    if mapped.database is None:
        return FileFront(mapped)
    # its drivers are optional
    from hedui.gateway.lent import LentTable  # noqa: PLC0415

    return LentTable(mapped)
