"""
Keep a department's data ready to be looked up by person, and fresh when the file changes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from hedui.catalogue import Item, ItemValueError, Source, from_cell
from hedui.gateway.tables import DataUnreadable, read_table
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


@dataclass(frozen=True, slots=True)
class Dataset:
    """
    A department's rows by person.

    columns: the items of the source that the data has
    days: every as-of day that occurs, in order
    nobodys: how many rows have no readable number, so that they can be nobody's
    """

    people: Mapping[ResidentId, Sequence[Row]]
    columns: frozenset[str]
    days: tuple[date, ...]
    rows: int
    nobodys: int

    def of(self, person: ResidentId) -> Sequence[Row]:
        """Return the rows whose number is this person's, however it is written."""
        return self.people.get(person, ())

    def as_of(self, today: date) -> date | None:
        """Return the newest as-of day that is not in the future."""
        return max((day for day in self.days if day <= today), default=None)


class DataFile:
    """A department's data file; read again when it has changed."""

    def __init__(self, path: Path, source: Source) -> None:
        self.path = path
        self.source = source
        self._seen: tuple[int, ...] | None = None
        self._dataset: Dataset | None = None
        self._fault = ""

    def dataset(self) -> Dataset:
        """
        Return the data as the file holds it now.

        :raises DataUnreadable: it cannot be read now; older data is not answered in its place
        """
        stamp = self._stamp()
        if stamp != self._seen:
            self._dataset = None
            try:
                self._dataset = load(self.path, self.source)
            except DataUnreadable as fault:
                self._fault = str(fault)
            self._seen = stamp
        if self._dataset is None:
            raise DataUnreadable(self._fault)
        return self._dataset

    def _stamp(self) -> tuple[int, ...]:
        stamp: list[int] = []
        for path in (self.path, self.path.with_name(f"{self.path.name}-wal")):
            try:
                status = path.stat()
            except OSError:
                stamp.append(0)
            else:
                stamp += [status.st_mtime_ns, status.st_size, status.st_ino]
        return tuple(stamp)


def load(path: Path, source: Source) -> Dataset:
    """
    Read a data file and index it by person.

    :raises DataUnreadable: see `read_table`; or there is no column `name` or `id_number`
    """
    table = read_table(path, name=source.name)
    for column in ("name", "id_number"):
        if column not in table.columns:
            raise DataUnreadable(f"{path.name}：缺少列 {column}")
    columns = frozenset(source.items) & set(table.columns)
    file_day = datetime.fromtimestamp(path.stat().st_mtime, CHINA).date()
    people: dict[ResidentId, list[Row]] = {}
    count = nobodys = 0
    for values in table.rows:
        cells = dict(zip(table.columns, values, strict=True))
        as_of = _as_of(cells["as_of"]) if "as_of" in cells else file_day
        count += 1
        number = str(cells["id_number"] or "").strip()
        try:
            person = ResidentId.parse(number)
        except ResidentIdError:
            nobodys += 1
            continue
        name = str(cells["name"] or "").strip()
        kept = {column: cells[column] for column in columns}
        people.setdefault(person, []).append(Row(number, name, as_of, kept))
    days = {row.as_of for rows in people.values() for row in rows if row.as_of}
    return Dataset(people, columns, tuple(sorted(days)), count, nobodys)


def _as_of(cell: object) -> date | None:
    try:
        return date.fromisoformat(str(from_cell(_AS_OF, cell)))
    except ItemValueError:
        return None
