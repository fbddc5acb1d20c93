"""Working days follow the State Council's calendar and never count the first day."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedui.values import working_days
from hedui.values.working_days import (
    add_working_days,
    is_provisional,
    is_working_day,
    published_years,
    working_days_between,
)

days = st.dates(min_value=date(2004, 1, 1), max_value=date(2030, 12, 31))
counts = st.integers(min_value=-60, max_value=60)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2024, 9, 29), True),  # Sunday, swapped for National Day
        (date(2024, 10, 1), False),
        (date(2024, 10, 7), False),
        (date(2024, 10, 8), True),
        (date(2024, 10, 12), True),  # Saturday, swapped
        (date(2024, 10, 13), False),
        (date(2025, 1, 26), True),
        (date(2025, 1, 28), False),
        (date(2024, 8, 1), True),
        (date(2024, 8, 3), False),
        (date(2020, 1, 31), False),  # the prolonged Spring Festival of 2020
    ],
)
def test_the_calendar_of_the_state_council_holds(day: date, works: bool) -> None:
    assert is_working_day(day) is works


def test_a_term_jumps_over_national_day() -> None:
    assert add_working_days(date(2024, 9, 30), 1) == date(2024, 10, 8)
    assert add_working_days(date(2024, 10, 8), -1) == date(2024, 9, 30)
    assert working_days_between(date(2024, 9, 30), date(2024, 10, 8)) == 1


@given(days, counts)
def test_counting_undoes_adding(day: date, n: int) -> None:
    assert working_days_between(day, add_working_days(day, n)) == n


@given(days, counts)
def test_going_back_undoes_going_on_from_a_working_day(day: date, n: int) -> None:
    start = add_working_days(day, 1)
    assert add_working_days(add_working_days(start, n), -n) == start


@given(days, st.integers(0, 40), st.integers(0, 40))
def test_terms_add_up(day: date, a: int, b: int) -> None:
    assert add_working_days(add_working_days(day, a), b) == add_working_days(day, a + b)


@given(days, st.integers(1, 60))
def test_a_term_ends_on_a_working_day_after_its_start(day: date, n: int) -> None:
    end = add_working_days(day, n)
    assert end > day
    assert is_working_day(end)


def test_no_days_is_the_day_itself() -> None:
    assert add_working_days(date(2024, 10, 1), 0) == date(2024, 10, 1)


def test_a_year_without_notice_counts_weekends_and_what_the_decree_dates_and_says_so() -> None:
    first_unknown = max(published_years()) + 1
    new_year, national_day = date(first_unknown, 1, 1), date(first_unknown, 10, 1)
    assert is_provisional(new_year) and is_provisional(national_day)
    dated = [(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)]
    assert not any(is_working_day(date(first_unknown, *day)) for day in dated)
    assert is_working_day(date(first_unknown, 6, 9)) is (date(first_unknown, 6, 9).weekday() < 5)
    assert not is_provisional(date(2024, 1, 1))
    assert is_provisional(date(2003, 12, 31))


def test_a_holiday_that_reaches_over_new_year_does_not_publish_the_year(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    over_new_year = {date(2029, 10, 1): "国庆节", date(2030, 1, 1): "元旦"}
    monkeypatch.setattr("chinese_calendar.constants.holidays", over_new_year)
    assert working_days.published_years.__wrapped__() == {2029}


def test_every_published_year_has_a_plausible_number_of_working_days() -> None:
    assert set(range(2004, 2027)) <= published_years()
    for year in published_years():
        assert 245 <= working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) <= 255
