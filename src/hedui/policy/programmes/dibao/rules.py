"""最低生活保障: the income line, the conditions together, and the amount.

Regime: 《社会救助暂行办法》 articles 9 and 12 (from 2014-05-01; in Shanghai 《上海市社会救助条例》
articles 10 and 16 say the same). Local: supplements by category (分类施保), a least payment, how
the amount is rounded. Who may apply alone (单人保) stands with the edge household.
"""

from typing import Any

from hedui.policy.amounts import larger, not_below_zero, share_of, to_fen, up_to_yuan
from hedui.policy.conditions import (
    all_of,
    at_least,
    at_most,
    choose,
    compare,
    is_kind,
    is_no,
    is_of,
)
from hedui.policy.law import law
from hedui.policy.rule import Count, Level, Share, rule, total
from hedui.policy.truth import Truth, Unknown
from hedui.values.money import FenAnnual, FenMonthly

_MONTHS = 12
_NOTHING = FenMonthly(0)


@rule("家庭月人均收入符合最低生活保障标准", article=law("649", 9), meets_unknown=True)
def income_below_standard(
    *,
    countable_income_annual: FenAnnual | Unknown,
    standard_monthly: FenMonthly | Unknown,
    standard_monthly_operator: str,
    members: Count,
) -> Truth:
    """
    Hold income per member and month against the standard (低于, strict, in the national text).

    Multiplied out: annual income of the household against 12 × standard × members.
    """
    line = standard_monthly * members * _MONTHS
    return compare(countable_income_annual, standard_monthly_operator, line)


@rule("收入条件", article=law("649", 9))
def income_test(income_below_standard: Truth, income_complete: Truth) -> Truth:
    """Fail at the line or above it; pass below it where the income is complete."""
    return all_of(income_below_standard, income_complete)


@rule("同时符合收入和财产条件", article=law("649", 9))
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
    standard_monthly: FenMonthly | Unknown,
    members: Count,
    own_standards_monthly: FenMonthly | Unknown,
) -> FenMonthly | Unknown:
    """Take one standard for all members, or each member's own, as the place has chosen."""
    methods: dict[str, Any] = {
        "common_standard": standard_monthly * members,
        "own_standard": own_standards_monthly,
    }
    return methods[amount_method]


@rule("年补差额", article=law("649", 12))
def gap_annual(standards_monthly: FenMonthly, countable_income_annual: FenAnnual) -> FenAnnual:
    """Subtract the income from the standards (差额), fen a year for the household."""
    return FenAnnual(not_below_zero(standards_monthly * _MONTHS - countable_income_annual))


@rule("分类施保对象", article=law("57-2021"), of=Level.MEMBER)
def has_supplement(
    *,
    is_minor: Truth,
    is_pupil: Truth,
    is_elderly: Truth,
    disabled: Truth,
    is_severely_disabled: Truth,
    serious_illness: Truth,
    single_parent: Truth,
    supplement_groups: tuple[str, ...],
) -> Truth:
    """Test whether the member is of a group that is paid more; of two groups counts once."""
    return is_of(
        supplement_groups,
        minor=is_minor,
        pupil=is_pupil,
        elderly=is_elderly,
        disabled=disabled,
        severely_disabled=is_severely_disabled,
        seriously_ill=serious_illness,
        single_parent=single_parent,
    )


@rule("本人分类施保金", article=law("57-2021"), of=Level.MEMBER)
def own_supplement(has_supplement: Truth, supplement_monthly: FenMonthly) -> FenMonthly | Unknown:
    """Add the supplement once for the person (分类施保), fen per month."""
    return choose(has_supplement, supplement_monthly, _NOTHING)


supplements_monthly = total(
    "分类施保金合计",
    of="own_supplement",
    to=Level.HOUSEHOLD,
    unit=FenMonthly,
    article=law("57-2021"),
)


@rule("月保障金合计", article=law("649", 12))
def benefit_monthly(
    *,
    gap_annual: FenAnnual,
    standard_monthly: FenMonthly,
    members: Count,
    floor_share: Share,
    supplements_monthly: FenMonthly,
    amount_rounding: str,
) -> FenMonthly:
    """
    Add gap and supplements, fen per month for the household, rounded once, at the end.

    Where the place has a least payment, the gap per person is no less than that share of the
    standard. Counted by the year and divided once.
    """
    least = share_of(standard_monthly, floor_share) * members * _MONTHS
    yearly = larger(gap_annual, least) + supplements_monthly * _MONTHS
    return {"fen": to_fen, "yuan_up": up_to_yuan}[amount_rounding](yearly, _MONTHS)


@rule("月最低生活保障金(试算)", article=law("649", 12), meets_unknown=True)
def amount(qualifies: Truth, benefit_monthly: FenMonthly | Unknown) -> FenMonthly | Unknown:
    """Give the sum unless a condition is not met; with a condition open it is what would be due."""
    return choose(is_no(qualifies), _NOTHING, benefit_monthly)


@rule("渐退期月数", article=law("57-2021"), meets_unknown=True)
def phase_out_months(
    *,
    leaving: str,
    countable_income_annual: FenAnnual | Unknown,
    standard_monthly: FenMonthly | Unknown,
    members: Count,
    phase_out_most_multiple: Share | Unknown,
    phase_out_months_pension: Count | Unknown,
    phase_out_months_graduate: Count | Unknown,
    phase_out_months_agency_job: Count | Unknown,
    phase_out_months_disabled_job: Count | Unknown,
) -> Count | Unknown:
    """
    Find how many months aid goes on after a household left for this reason (渐退期).

    A pension that starts gives it only where income is at least the standard and at most a multiple
    of it. Other reasons give none; a place that has not ruled on a reason leaves it open.
    """
    line = standard_monthly * members * _MONTHS
    within = all_of(
        at_least(countable_income_annual, line),
        at_most(countable_income_annual, share_of(line, phase_out_most_multiple)),
    )
    months: Any = Count(0)
    for reason, granted in (
        ("pension", choose(within, phase_out_months_pension, Count(0))),
        ("graduate", phase_out_months_graduate),
        ("agency_job", phase_out_months_agency_job),
        ("disabled_job", phase_out_months_disabled_job),
    ):
        months = choose(is_kind(leaving, reason), granted, months)
    return months
