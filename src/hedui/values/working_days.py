"""Working days (工作日): the State Council's yearly calendar of holidays and swapped weekends.

Terms counted in working days (``自受理之日起…个工作日内``) do not count the day they start from.
The calendar (国务院办公厅关于部分节假日安排的通知) comes from the package ``chinesecalendar``,
which follows each year's notice. In a year whose notice it does not have, weekends are off and the
days that the decree itself dates (全国年节及纪念日放假办法); :func:`is_provisional` says so: terms
that reach into it must be computed again later.
"""

from datetime import date, timedelta
from functools import cache

from chinese_calendar import constants

_DAY = timedelta(days=1)
_SATURDAY = 5
_DATED_BY_DECREE = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})


def is_working_day(day: date) -> bool:
    """Whether it is a working day: swapped weekends (调休) are, public holidays are not."""
    if day in constants.workdays:
        return True
    if day.weekday() >= _SATURDAY or day in constants.holidays:
        return False
    return (day.month, day.day) not in _DATED_BY_DECREE or not is_provisional(day)


def is_provisional(day: date) -> bool:
    """Whether the year's holidays are not in the calendar, so that its swapped days are missing."""
    return day.year not in published_years()


@cache
def published_years() -> frozenset[int]:
    """Give the years whose holidays are in the calendar.

    A notice covers its whole year; National Day (国庆节) tells that it was there, because a New
    Year holiday may reach over from the year before.
    """
    return frozenset(day.year for day in constants.holidays if (day.month, day.day) == (10, 1))


def add_working_days(day: date, n: int) -> date:
    """Give the n-th working day after a day, or before it where n is negative; 0 gives the day.

    The day itself is not counted, whether it is a working day or not.
    """
    step = _DAY if n > 0 else -_DAY
    left = abs(n)
    while left:
        day += step
        left -= is_working_day(day)
    return day


def working_days_between(first: date, last: date) -> int:
    """Count the working days after ``first`` up to and including ``last``.

    Where ``last`` lies before ``first`` the count is negative and runs from ``last``, which is
    included, to the day before ``first``: it undoes :func:`add_working_days` in both directions.
    """
    if last < first:
        return -sum(map(is_working_day, _days(last, first)))
    return sum(map(is_working_day, _days(first + _DAY, last + _DAY)))


def _days(start: date, end: date) -> list[date]:
    return [start + _DAY * n for n in range((end - start).days)]
