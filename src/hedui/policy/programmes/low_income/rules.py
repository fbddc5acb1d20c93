"""城市低收入家庭: the income line and the property rule of 《城市低收入家庭认定办法》 (2008).

The line is the place's own. A Dibao household is recognised without a second check (低保家庭直接
认定): the programme says so in ``implied_by``.
"""

from hedui.policy.amounts import share_of
from hedui.policy.conditions import all_of, compare, first_known
from hedui.policy.law import law
from hedui.policy.rule import Count, Share, rule
from hedui.policy.truth import Truth, Unknown
from hedui.values.money import FenAnnual, FenMonthly

_MONTHS = 12
_ARTICLE = law("156-2008", 2)


@rule("城市低收入家庭收入线", article=_ARTICLE, meets_unknown=True)
def low_income_line(
    low_income_line_monthly: FenMonthly | Unknown,
    low_income_multiple: Share | Unknown,
    standard_monthly: FenMonthly | Unknown,
) -> FenMonthly | Unknown:
    """Take the published line, else the multiple of the Dibao standard, fen per member a month."""
    return first_known(low_income_line_monthly, share_of(standard_monthly, low_income_multiple))


@rule("收入条件", article=_ARTICLE, meets_unknown=True)
def income_test(
    *,
    countable_income_annual: FenAnnual | Unknown,
    low_income_line: FenMonthly | Unknown,
    low_income_line_monthly_operator: str,
    members: Count,
    income_complete: Truth,
) -> Truth:
    """Hold income per member and month against the line, multiplied out."""
    line = low_income_line * members * _MONTHS
    return all_of(
        compare(countable_income_annual, low_income_line_monthly_operator, line), income_complete
    )


@rule("同时符合收入和财产条件", article=_ARTICLE)
def qualifies(
    *,
    membership_test: Truth,
    income_test: Truth,
    financial_assets_test: Truth,
    vehicle_test: Truth,
    real_estate_test: Truth,
    business_test: Truth,
) -> Truth:
    """Test all conditions together; a suggestion to the people who decide, never a decision."""
    property_fits = all_of(financial_assets_test, vehicle_test, real_estate_test, business_test)
    return all_of(membership_test, income_test, property_fits)
