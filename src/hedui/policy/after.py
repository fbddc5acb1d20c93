"""After a determination (确认之后): the phase-out period, and what a recipient is known to have.

Regimes: 《最低生活保障审核确认办法》 (2021-07-01) leaves the phase-out (渐退期) to the county; 赣州
grants 6 months where a pension starts, 6 to 12 where a graduate finds work, 24 for a job found by a
public agency, 36 for a disabled person. Who already receives Dibao is not reckoned anew for another
programme: the income is what the line leaves after the benefit (佛山三水, 2008).
"""

from datetime import date, timedelta

from hedui.policy.parameter_files import PolicyError
from hedui.values.money import FenMonthly
from hedui.values.periods import Period


def phase_out(decided_on: date, months: int) -> Period:
    """Give the phase-out period: from the first of the month after the decision, whole months.

    Decided on 2026-11-23 for 6 months: 2026-12-01 to 2027-05-31.

    :raises PolicyError: it is not at least one month
    """
    if months < 1:
        raise PolicyError("渐退期至少为一个月。")
    first = _month_after(decided_on, 1)
    return Period(first, _month_after(decided_on, months + 1) - timedelta(days=1))


def _month_after(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def income_of_recipient(line_monthly: FenMonthly, members: int, benefit: FenMonthly) -> FenMonthly:
    """Give the monthly income of a household that receives Dibao, fen: line of all less benefit.

    :raises PolicyError: the benefit is larger than the line of all members
    """
    left = line_monthly * members - benefit
    if left < 0:
        raise PolicyError("保障金大于全家标准之和,请核对人数和金额。")
    return FenMonthly(left)
