"""The phase-out in whole months, and the income of who already receives."""

from datetime import date

import pytest

from hedui.policy import PolicyError
from hedui.policy.after import income_of_recipient, phase_out
from hedui.values.money import FenMonthly
from hedui.values.periods import Period


@pytest.mark.parametrize(
    ("decided", "months", "first", "last"),
    [
        (date(2026, 11, 23), 6, date(2026, 12, 1), date(2027, 5, 31)),
        (date(2026, 12, 31), 1, date(2027, 1, 1), date(2027, 1, 31)),
        (date(2027, 1, 31), 1, date(2027, 2, 1), date(2027, 2, 28)),
        (date(2024, 1, 1), 36, date(2024, 2, 1), date(2027, 1, 31)),
    ],
)
def test_the_phase_out_begins_with_the_next_month_and_ends_with_a_month(
    decided, months, first, last
):
    assert phase_out(decided, months) == Period(first, last)


def test_who_receives_is_not_reckoned_anew_for_another_programme():
    # line 1,000 for three, benefit 600: 2,400
    assert income_of_recipient(FenMonthly(100_000), 3, FenMonthly(60_000)) == 240_000


def test_it_refuses_no_month_and_a_benefit_above_the_line():
    with pytest.raises(PolicyError):
        phase_out(date(2026, 11, 23), 0)
    with pytest.raises(PolicyError):
        income_of_recipient(FenMonthly(100_000), 1, FenMonthly(100_001))
