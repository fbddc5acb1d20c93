"""Periods count as the law counts: both ends included, whole calendar months."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedui.values.periods import Period, PeriodError

days = st.dates(min_value=date(1950, 1, 1), max_value=date(2090, 12, 31))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    a, b = draw(days), draw(days)
    return Period(min(a, b), max(a, b))


@pytest.mark.parametrize("day", [date(2024, 8, 1), date(2024, 8, 31)])
def test_the_year_before_is_the_twelve_months_before_the_month(day: date) -> None:
    assert Period.year_before(day) == Period(date(2023, 8, 1), date(2024, 7, 31))


def test_the_year_before_ends_on_a_leap_day_where_there_is_one() -> None:
    assert Period.year_before(date(2024, 3, 15)).last == date(2024, 2, 29)
    assert Period.year_before(date(2024, 2, 29)).first == date(2023, 2, 1)


@given(days)
def test_the_year_before_always_touches_twelve_months_and_not_the_day(day: date) -> None:
    year = Period.year_before(day)
    assert year.months() == 12
    assert day not in year
    assert year.days() in (365, 366)


def test_both_ends_belong_to_it() -> None:
    period = Period(date(2024, 1, 31), date(2024, 2, 1))
    assert date(2024, 1, 31) in period
    assert date(2024, 2, 1) in period
    assert date(2024, 2, 2) not in period
    assert date(2024, 1, 30) not in period
    assert (period.days(), period.months()) == (2, 2)


def test_one_day_is_a_period() -> None:
    day = date(2024, 1, 1)
    assert (Period(day, day).days(), Period(day, day).months()) == (1, 1)


def test_it_refuses_an_end_before_the_start() -> None:
    with pytest.raises(PeriodError, match="早于"):
        Period(date(2024, 1, 2), date(2024, 1, 1))


def test_it_refuses_moments() -> None:
    with pytest.raises(PeriodError, match="日期"):
        Period(datetime(2024, 1, 1, tzinfo=UTC), date(2024, 1, 2))


@given(periods(), periods(), days)
def test_the_overlap_holds_exactly_the_common_days(a: Period, b: Period, day: date) -> None:
    both = a.overlap(b)
    assert both == b.overlap(a)
    assert (both is not None and day in both) == (day in a and day in b)


@given(periods())
def test_its_months_cover_it_without_gap_or_double(period: Period) -> None:
    months = list(period.each_month())
    assert len(months) == period.months()
    assert sum(month.days() for month in months) == period.days()
    assert (months[0].first, months[-1].last) == (period.first, period.last)
    assert all(month.months() == 1 for month in months)


def test_it_reads_in_chinese() -> None:
    assert str(Period(date(2023, 8, 1), date(2024, 7, 31))) == "2023-08-01至2024-07-31"
