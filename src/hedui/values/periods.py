"""Periods (期间) as the law counts them: from a first to a last day, both included.

Incomes are declared and asked for whole calendar months before the month of application (核算期);
:meth:`Period.year_before` gives the usual twelve. Nothing here spreads an amount over a period.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self


class PeriodError(ValueError):
    """The days do not make a period (期间起止有误)."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A span of days (期间), both ends included.

    :raises PeriodError: the last day lies before the first
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        # a datetime is a date to Python, but the law speaks of days
        for end in (self.first, self.last):
            if isinstance(end, datetime) or not isinstance(end, date):
                raise PeriodError("期间的起止须为日期。")
        if self.last < self.first:
            raise PeriodError("期间的截止日早于起始日。")

    @classmethod
    def year_before(cls, day: date) -> Self:
        """Give the twelve calendar months before the month of ``day`` (申请前12个月).

        2024-08-01 and 2024-08-31 both give 2023-08-01 to 2024-07-31.
        """
        start_of_month = date(day.year, day.month, 1)
        return cls(start_of_month.replace(year=day.year - 1), start_of_month - timedelta(days=1))

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __str__(self) -> str:
        return f"{self.first.isoformat()}至{self.last.isoformat()}"

    def days(self) -> int:
        """Count the days, both ends included."""
        return (self.last - self.first).days + 1

    def months(self) -> int:
        """Count the calendar months touched, whole or in part (涉及月数)."""
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1

    def each_month(self) -> Iterator["Period"]:
        """Yield the part of each calendar month that lies in this period, in order."""
        start = self.first
        while start <= self.last:
            in_next = start.replace(day=1) + timedelta(days=31)
            end = min(in_next.replace(day=1) - timedelta(days=1), self.last)
            yield Period(start, end)
            start = end + timedelta(days=1)

    def overlap(self, other: "Period") -> "Period | None":
        """Give the days common to both periods, or None where there is none."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return Period(first, last) if first <= last else None
