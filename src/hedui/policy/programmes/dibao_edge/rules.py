"""低保边缘家庭: the income line and the conditions together; there is no monthly amount.

Regimes: 《最低生活保障审核确认办法》 (2021-07-01); in Shanghai 低收入困难家庭,
《上海市社会救助条例》 article 11. A household that qualifies for Dibao is no edge household: the
programme says so in ``gives_way_to``.
"""

from hedui.policy.conditions import all_of, below
from hedui.policy.law import law
from hedui.policy.rule import Count, rule
from hedui.policy.truth import Truth, Unknown
from hedui.values.money import FenAnnual, FenMonthly


@rule("家庭月人均收入低于边缘家庭收入线", article=law("57-2021"), meets_unknown=True)
def income_below_line(
    countable_income_annual: FenAnnual | Unknown, income_line_monthly: FenMonthly, members: Count
) -> Truth:
    """
    Test whether income per member and month is below the published line (低于, strict).

    Multiplied out: annual income of the household below 12 × line × members.
    """
    return below(countable_income_annual, 12 * income_line_monthly * members)


@rule("收入条件", article=law("57-2021"))
def income_test(income_below_line: Truth, income_complete: Truth) -> Truth:
    """Fail at the line or above it; pass below it where the income is complete."""
    return all_of(income_below_line, income_complete)


@rule("同时符合收入和财产条件", article=law("57-2021"))
def qualifies(
    income_test: Truth,
    financial_assets_test: Truth,
    vehicle_test: Truth,
    real_estate_test: Truth,
    business_test: Truth,
) -> Truth:
    """Test all conditions together; a suggestion to the people who decide, never a decision."""
    return all_of(income_test, financial_assets_test, vehicle_test, real_estate_test, business_test)
