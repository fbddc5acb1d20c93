"""特困人员: nobody able to work, no living of their own, nobody able to maintain them.

Regime: 《特困人员认定办法》 (2021-07-01). 特困 is a status of a person; a household falls into the
category where all its members do. What does not count as income there (基础养老金 and others) is
the excluded kinds of the programme's own parameters.
"""

from hedui.policy.conditions import (
    all_of,
    any_of,
    below,
    choose,
    is_kind,
    is_known,
    is_no,
    is_none,
)
from hedui.policy.law import law
from hedui.policy.rule import Count, Level, rule, total
from hedui.policy.truth import Truth, Unknown
from hedui.values.money import FenAnnual, FenMonthly

_MONTHS = 12
_ONE = Count(1)
_NONE = Count(0)
_ARTICLE = law("43-2021")


@rule("有劳动能力的成员", article=_ARTICLE, of=Level.MEMBER)
def able_units(lacks_capacity: Truth) -> Count | Unknown:
    """Count a member who is able to work as one."""
    return choose(lacks_capacity, _NONE, _ONE)


able_members = total(
    "有劳动能力的成员数", of="able_units", to=Level.HOUSEHOLD, unit=Count, article=_ARTICLE
)


@rule("无生活来源(收入)", article=_ARTICLE, meets_unknown=True)
def income_test(
    countable_income_annual: FenAnnual | Unknown,
    standard_monthly: FenMonthly | Unknown,
    members: Count,
) -> Truth:
    """Test whether income per member is below the Dibao standard (低于, strict)."""
    return below(countable_income_annual, standard_monthly * members * _MONTHS)


@rule("义务人无履行能力", article=_ARTICLE, meets_unknown=True)
def nobody_maintains(able_obligors_of_household: Count | Unknown, obligors_told: Truth) -> Truth:
    """Test whether no obligor is able to perform the duty; having none passes."""
    return all_of(is_none(able_obligors_of_household), obligors_told)


@rule("同时符合特困人员条件", article=_ARTICLE, meets_unknown=True)
def qualifies(
    *,
    able_members: Count | Unknown,
    nobody_maintains: Truth,
    income_test: Truth,
    membership_test: Truth,
    financial_assets_test: Truth,
    vehicle_test: Truth,
    real_estate_test: Truth,
    business_test: Truth,
) -> Truth:
    """Test all conditions together; a suggestion to the people who decide, never a decision."""
    person_fits = all_of(is_none(able_members), nobody_maintains, membership_test, income_test)
    property_fits = all_of(financial_assets_test, vehicle_test, real_estate_test, business_test)
    return all_of(person_fits, property_fits)


@rule("本人照料护理标准", article=_ARTICLE, of=Level.MEMBER, meets_unknown=True)
def own_care_monthly(
    *,
    self_care: str | Unknown,
    care_full_monthly: FenMonthly | Unknown,
    care_partial_monthly: FenMonthly | Unknown,
    care_none_monthly: FenMonthly | Unknown,
) -> FenMonthly | Unknown:
    """
    Take the care standard of the member's grade (照料护理), fen per month.

    The grade is assessed by people. Where a place has none of the three recorded, no care is added.
    """
    partly = choose(is_kind(self_care, "partial"), care_partial_monthly, care_full_monthly)
    of_grade = choose(is_kind(self_care, "none"), care_none_monthly, partly)
    recorded = any_of(
        is_known(care_full_monthly), is_known(care_partial_monthly), is_known(care_none_monthly)
    )
    return choose(recorded, of_grade, FenMonthly(0))


care_monthly = total(
    "照料护理标准合计",
    of="own_care_monthly",
    to=Level.HOUSEHOLD,
    unit=FenMonthly,
    article=_ARTICLE,
)


@rule("特困人员月救助供养标准合计(试算)", article=_ARTICLE, meets_unknown=True)
def amount(
    qualifies: Truth,
    tekun_standard_monthly: FenMonthly | Unknown,
    members: Count,
    care_monthly: FenMonthly | Unknown,
) -> FenMonthly | Unknown:
    """Give the basic living standard for each and the care of each grade, fen per month."""
    due = tekun_standard_monthly * members + care_monthly
    return choose(is_no(qualifies), FenMonthly(0), due)
