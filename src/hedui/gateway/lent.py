"""
Look one person up in a table or view of a database, by the indexed number (按号码查).

Only the columns of what may be answered are named in the question, so nothing else leaves the
database. A number is sought in the ways that a register writes it: eighteen characters, a small x,
the old fifteen digits. A table that writes it otherwise is told by `hedui department check`.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from time import monotonic
from typing import Any, TypeVar

from hedui.gateway.converting import day_of
from hedui.gateway.databases import Connection, ConnectionLost, connect
from hedui.gateway.dataset import Row, row_of
from hedui.gateway.mapping import Mapped
from hedui.gateway.tables import DataUnreadable
from hedui.values.resident_id import ResidentId, ResidentIdError

MOST_ROWS = 2001
"""One more than may be answered of one person, so that it can be told."""
_NEWEST_FOR = 60.0
RESTS_FOR = 5.0
"""So long a database that hangs or is gone is not asked: others of a message need not wait too."""
_Read = TypeVar("_Read")


class LentTable:
    """A department's table or view, asked for one person at a time; it is its own data set."""

    rows = nobodys = None

    def __init__(self, mapped: Mapped) -> None:
        assert mapped.database is not None and mapped.as_of is not None
        self.mapped = mapped
        self.columns = frozenset(mapped.items)
        self._connection: Connection | None = None
        self._newest: tuple[float, date | None] | None = None
        self._rests_until = 0.0
        self._ahead: dict[tuple[ResidentId | str, ...], list[Row]] = {}
        self._statements: dict[tuple[str | int, ...], str] = {}

    def dataset(self) -> "LentTable":
        """
        Return itself, once the table was seen to be there and to be only readable.

        :raises DataUnreadable: it is not
        """
        if self._connection is None:
            try:
                self.read(self._open_up)
            except DataUnreadable:
                self.close()
                raise
        return self

    def of(self, person: ResidentId, items: Sequence[str], today: date) -> Sequence[Row]:
        """Return this person's rows, with the cells of these items alone."""
        ahead = self._ahead.pop((person, *items), None)
        return self._asked([person], items, today) if ahead is None else ahead

    def look_ahead(self, people: Sequence[ResidentId], items: Sequence[str], today: date) -> None:
        """
        Ask for several people at once, of whom the same items are wanted; `of` gives each theirs.

        :raises DataUnreadable: it cannot be read now
        """
        self.forget()
        found = self._asked(people, items, today)
        if len(found) >= MOST_ROWS:
            return  # somebody has more than may be answered: each is asked about alone
        for person in people:
            self._ahead[(person, *items)] = []
        for row in found:
            if (theirs := self._ahead.get((_whose(row.number), *items))) is not None:
                theirs.append(row)

    def as_of(self, today: date) -> date | None:
        """Return the newest as-of day, a minute old at most; None if the table is empty."""
        as_of = self.mapped.as_of
        assert as_of is not None
        if self._newest is None or monotonic() - self._newest[0] > _NEWEST_FOR:
            self._newest = (monotonic(), self.read(self._newest_day))
        newest = self._newest[1]
        if newest is None:
            return None
        if as_of.days_ago is not None:
            newest = today - timedelta(days=as_of.days_ago)
        return newest if newest <= today else None

    def read(self, ask: Callable[[Connection], _Read]) -> _Read:
        """
        Read with the connection that stands; with a new one if that one has gone.

        :raises DataUnreadable: it cannot be read now
        """
        assert self.mapped.database is not None
        if monotonic() < self._rests_until:
            raise DataUnreadable("数据库刚才没有答复,稍后再问")
        began = monotonic()
        try:
            return self._read(ask)
        except DataUnreadable:
            if monotonic() - began > self.mapped.database.timeout_seconds / 2:
                self._rests_until = monotonic() + RESTS_FOR
            raise

    def forget(self) -> None:
        """Forget what was looked up ahead and not asked about."""
        self._ahead.clear()

    def close(self) -> None:
        """Let go of the connection, and of what was looked up ahead."""
        self.forget()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def from_tables(self, connection: Connection, select: str, rest: str = "") -> list[Any]:
        """Return the rows of a statement over the table and the one joined to it."""
        return connection.rows(f"select {select} from {self._tables(connection)} {rest}")

    def names(self, connection: Connection, columns: Iterable[str]) -> str:
        """Write columns so that they can be nothing but names."""
        return ", ".join(self._name(connection, column) for column in columns)

    def _asked(
        self, people: Sequence[ResidentId], items: Sequence[str], today: date
    ) -> Sequence[Row]:
        columns = self.mapped.columns(items)
        spellings = [spelling for person in people for spelling in written(person)]

        def ask(connection: Connection) -> list[tuple[Any, ...]]:
            return connection.rows(self._look_up(connection, columns, len(spellings)), spellings)

        return [
            self._row(items, dict(zip(columns, row, strict=True)), today) for row in self.read(ask)
        ]

    def _read(self, ask: Callable[[Connection], _Read]) -> _Read:
        assert self.mapped.database is not None
        if self._connection is not None:
            try:
                return ask(self._connection)
            except ConnectionLost:
                self.close()
        self._connection = connect(self.mapped.database)
        return ask(self._connection)

    def _open_up(self, connection: Connection) -> None:
        """See that the columns are there, and that a joined table has each key once."""
        columns = self.mapped.columns(self.mapped.items)
        self.from_tables(connection, self.names(connection, columns), "limit 0")
        if join := self.mapped.join:
            key = connection.quoted(join.theirs)
            twice = connection.rows(
                f"select 1 from {connection.quoted(join.table)} group by {key}"
                f" having count(*) > 1 limit 1"
            )
            if twice:
                raise DataUnreadable(f"列“{join.theirs}”中有重复的键,不能一一对应")

    def _look_up(self, connection: Connection, columns: list[str], spellings: int) -> str:
        """Write the statement for some columns, once; the number's spellings go in apart."""
        known = self._statements.get((*columns, spellings))
        if known is None:
            places = ", ".join(["%s"] * spellings)
            number = self._name(connection, self.mapped.id_number)
            known = (
                f"select {self.names(connection, columns)} from {self._tables(connection)}"
                f" where {number} in ({places}) limit {MOST_ROWS}"
            )
            self._statements[(*columns, spellings)] = known
        return known

    def _newest_day(self, connection: Connection) -> date | None:
        as_of = self.mapped.as_of
        assert as_of is not None
        if as_of.column is None:
            there = self.from_tables(connection, "1", "limit 1")
            return date.fromisoformat(as_of.day or "1900-01-01") if there else None
        column = self._name(connection, as_of.column)
        [(newest,)] = self.from_tables(connection, f"max({column})")
        return day_of(newest, as_of.format)

    def _row(self, items: Sequence[str], cells: dict[str, object], today: date) -> Row:
        as_of = self.mapped.as_of
        assert as_of is not None
        if as_of.days_ago is not None:
            day: date | None = today - timedelta(days=as_of.days_ago)
        elif as_of.day:
            day = date.fromisoformat(as_of.day)
        else:
            day = day_of(cells[str(as_of.column)], as_of.format)
        number = str(cells[self.mapped.id_number] or "").strip()
        return row_of(self.mapped, items, cells, number, day)

    def _name(self, connection: Connection, column: str) -> str:
        if self.mapped.join and column == self.mapped.join.ours:
            return f"t.{connection.quoted(column)}"  # both tables may have it, and it is the same
        return connection.quoted(column)

    def _tables(self, connection: Connection) -> str:
        table = f"{connection.quoted(self.mapped.table)} t"
        if (join := self.mapped.join) is None:
            return table
        ours, theirs = connection.quoted(join.ours), connection.quoted(join.theirs)
        return f"{table} join {connection.quoted(join.table)} j on t.{ours} = j.{theirs}"


def _whose(number: str) -> ResidentId | str:
    try:
        return ResidentId.parse(number)
    except ResidentIdError:
        return number


def written(person: ResidentId) -> list[str]:
    """Return the ways in which registers write a number."""
    number = person.reveal()
    spellings = [number, number.lower()]
    if number[6:8] == "19":
        spellings.append(number[:6] + number[8:17])
    return list(dict.fromkeys(spellings))
