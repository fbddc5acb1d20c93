"""最低生活保障: the income line, the conditions together, and the amount.

Regime: 《社会救助暂行办法》 articles 9 and 12 (from 2014-05-01; in Shanghai 《上海市社会救助条例》
articles 10 and 16 say the same). Not here yet: supplements by category (分类施保), the phase-out
period (渐退), single-person applications (单人保).
"""

from hedui.policy.conditions import all_of, below, choose
from hedui.policy.law import law
from hedui.policy.rounding import rounded_to_fen
from hedui.policy.rule import Count, Level, rule, total
from hedui.policy.truth import Truth, Unknown
from hedui.values.money import FenAnnual, FenMonthly


@rule("家庭月人均收入低于最低生活保障标准", article=law("649", 9), meets_unknown=True)
def income_below_standard(
    countable_income_annual: FenAnnual | Unknown, standard_monthly: FenMonthly, members: Count
) -> Truth:
    """
    Test whether income per member and month is below the standard (低于, strict).

    Multiplied out: annual income of the household below 12 × standard × members.
    """
    return below(countable_income_annual, 12 * standard_monthly * members)


@rule("收入条件", article=law("649", 9))
def income_test(income_below_standard: Truth, income_complete: Truth) -> Truth:
    """Fail at the line or above it; pass below it where the income is complete."""
    return all_of(income_below_standard, income_complete)


@rule("同时符合收入和财产条件", article=law("649", 9))
def qualifies(
    income_test: Truth,
    financial_assets_test: Truth,
    vehicle_test: Truth,
    real_estate_test: Truth,
    business_test: Truth,
) -> Truth:
    """Test all conditions together; a suggestion to the people who decide, never a decision."""
    return all_of(income_test, financial_assets_test, vehicle_test, real_estate_test, business_test)


@rule("本人标准", article=law("649", 12), of=Level.MEMBER)
def own_standard_monthly(
    is_minor_or_pupil: Truth, standard_monthly: FenMonthly, standard_minor_monthly: FenMonthly
) -> FenMonthly | Unknown:
    """Take the published standard of the member's own group, fen per month."""
    return choose(is_minor_or_pupil, standard_minor_monthly, standard_monthly)


own_standards_monthly = total(
    "各成员标准之和",
    of="own_standard_monthly",
    to=Level.HOUSEHOLD,
    unit=FenMonthly,
    article=law("649", 12),
)


@rule("补差所依的标准合计", article=law("649", 12), meets_unknown=True)
def standards_monthly(
    amount_method: str,
    standard_monthly: FenMonthly,
    members: Count,
    own_standards_monthly: FenMonthly | Unknown,
) -> FenMonthly | Unknown:
    """Take one standard for all members, or each member's own, as the place has chosen."""
    methods = {
        "common_standard": FenMonthly(standard_monthly * members),
        "own_standard": own_standards_monthly,
    }
    return methods[amount_method]


@rule("月补差额", article=law("649", 12))
def gap_monthly(standards_monthly: FenMonthly, countable_income_annual: FenAnnual) -> FenMonthly:
    """
    Subtract the income from the standards (差额), fen per month for the household.

    Counted by the year and divided once, at the end, rounding half up to the fen.
    """
    return FenMonthly(rounded_to_fen(max(0, 12 * standards_monthly - countable_income_annual), 12))


@rule("月最低生活保障金(试算)", article=law("649", 12), meets_unknown=True)
def amount(qualifies: Truth, gap_monthly: FenMonthly | Unknown) -> FenMonthly | Unknown:
    """Give the gap unless a condition is not met; with a condition open it is what would be due."""
    return FenMonthly(0) if qualifies is Truth.NO else gap_monthly
