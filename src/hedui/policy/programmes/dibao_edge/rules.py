"""低保边缘家庭: the income line, the conditions together; there is no monthly amount.

Regimes: 《最低生活保障审核确认办法》 (2021-07-01): below 1.5 times the standard unless the place
publishes a line; in Shanghai 低收入困难家庭, 《上海市社会救助条例》 article 11. A household that
qualifies for Dibao is no edge household: the programme says so in ``gives_way_to``. In an edge
household a severely disabled or seriously ill member may apply for Dibao alone (单人保).
"""

from hedui.policy.amounts import not_below_zero, share_of, smaller, to_fen
from hedui.policy.conditions import (
    all_of,
    among,
    any_of,
    at_least,
    below,
    choose,
    compare,
    first_known,
    is_known,
    opposite,
)
from hedui.policy.law import law
from hedui.policy.rule import Count, Level, Share, rule
from hedui.policy.truth import Truth, Unknown
from hedui.values.money import FenAnnual, FenMonthly

_MONTHS = 12
_GROWN = 18
_NOTHING = FenMonthly(0)


@rule("边缘家庭收入线", article=law("57-2021"), meets_unknown=True)
def edge_line_monthly(
    *,
    income_line_monthly: FenMonthly | Unknown,
    income_line_multiple: Share,
    standard_monthly: FenMonthly | Unknown,
    line_within_minimum_wage: Truth,
    minimum_wage_monthly: FenMonthly | Unknown,
) -> FenMonthly | Unknown:
    """Take the published line, else the multiple of the standard, fen per member and month."""
    line = first_known(income_line_monthly, share_of(standard_monthly, income_line_multiple))
    return choose(line_within_minimum_wage, smaller(line, minimum_wage_monthly), line)


@rule("家庭月人均收入符合边缘家庭收入线", article=law("57-2021"), meets_unknown=True)
def income_below_line(
    *,
    countable_income_annual: FenAnnual | Unknown,
    edge_line_monthly: FenMonthly | Unknown,
    income_line_monthly_operator: str,
    members: Count,
) -> Truth:
    """
    Hold income per member and month against the line (低于, strict).

    Multiplied out: annual income of the household against 12 × line × members.
    """
    line = edge_line_monthly * members * _MONTHS
    return compare(countable_income_annual, income_line_monthly_operator, line)


@rule("收入条件", article=law("57-2021"))
def income_test(income_below_line: Truth, income_complete: Truth) -> Truth:
    """Fail at the line or above it; pass below it where the income is complete."""
    return all_of(income_below_line, income_complete)


@rule("财产符合条件", article=law("57-2021"))
def property_fits(
    financial_assets_test: Truth,
    vehicle_test: Truth,
    real_estate_test: Truth,
    business_test: Truth,
) -> Truth:
    """Test all property together."""
    return all_of(financial_assets_test, vehicle_test, real_estate_test, business_test)


@rule("同时符合收入和财产条件", article=law("57-2021"))
def qualifies(membership_test: Truth, income_test: Truth, property_fits: Truth) -> Truth:
    """Test all conditions together; a suggestion to the people who decide, never a decision."""
    return all_of(membership_test, income_test, property_fits)


@rule("家庭符合单人保的条件", article=law("57-2021"), meets_unknown=True)
def household_fits_alone(
    *,
    qualifies: Truth,
    countable_income_annual: FenAnnual | Unknown,
    standard_monthly: FenMonthly | Unknown,
    alone_line_multiple: Share | Unknown,
    alone_line_multiple_operator: str,
    members: Count,
    income_complete: Truth,
    membership_test: Truth,
    property_fits: Truth,
) -> Truth:
    """Test the household by the place's own line for single applications, else as on the edge."""
    line = share_of(standard_monthly * _MONTHS, alone_line_multiple) * members
    below_own_line = compare(countable_income_annual, alone_line_multiple_operator, line)
    by_own_line = all_of(below_own_line, income_complete, membership_test, property_fits)
    own = is_known(alone_line_multiple)
    return any_of(all_of(own, by_own_line), all_of(opposite(own), qualifies))


@rule("靠他人供养的成年无业重度残疾人", article=law("57-2021"), of=Level.MEMBER, meets_unknown=True)
def is_supported_adult(
    *,
    alone_if_supported: Truth,
    is_severely_disabled: Truth,
    employed: Truth,
    age: Count | Unknown,
    relation: str,
) -> Truth:
    """Test for a grown severely disabled member without work who lives on parents or siblings."""
    lives_on = among(relation, ("child", "sibling"))
    grown = at_least(age, _GROWN)
    return all_of(alone_if_supported, is_severely_disabled, opposite(employed), grown, lives_on)


@rule("可单独申请最低生活保障(单人保)", article=law("57-2021"), of=Level.MEMBER)
def may_apply_alone(
    *,
    household_fits_alone: Truth,
    is_severely_disabled: Truth,
    serious_illness: Truth,
    is_supported_adult: Truth,
    member_countable_income: FenAnnual,
    standard_monthly: FenMonthly,
) -> Truth:
    """
    Test whether the member may apply alone, with own income below the standard.

    The household is on the edge (or below the place's own line) and the member severely disabled or
    seriously ill; or the member is a grown severely disabled person who lives on others.
    """
    own_below = below(member_countable_income, standard_monthly * _MONTHS)
    on_the_edge = all_of(household_fits_alone, any_of(is_severely_disabled, serious_illness))
    return all_of(any_of(on_the_edge, is_supported_adult), own_below)


@rule("单人保月保障金(试算)", article=law("57-2021"), of=Level.MEMBER, meets_unknown=True)
def alone_monthly(
    may_apply_alone: Truth,
    member_countable_income: FenAnnual | Unknown,
    standard_monthly: FenMonthly | Unknown,
    alone_amount_monthly: FenMonthly | Unknown,
) -> FenMonthly | Unknown:
    """Take the place's fixed amount, else the standard less the member's own income, fen a month.

    Rounded once.
    """
    gap = not_below_zero(standard_monthly * _MONTHS - member_countable_income)
    amount = first_known(alone_amount_monthly, to_fen(gap, _MONTHS))
    return choose(may_apply_alone, amount, _NOTHING)
