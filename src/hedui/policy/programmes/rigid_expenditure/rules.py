"""刚性支出困难家庭: expenses that cannot be avoided against income.

Regime: 《刚性支出困难家庭认定办法》 (from 2025-01-01): income per member below the local disposable
income of the year before, property within the rule, expenses of the twelve months before above the
local share of income, and neither 特困 nor 低保 nor 边缘. Shanghai's 支出型 asks instead what
remains of income, or the share of medical expenses alone; the method is a parameter.
"""

from hedui.policy.amounts import not_below_zero, share_of
from hedui.policy.conditions import (
    all_of,
    among,
    any_of,
    choose,
    compare,
    is_kind,
    is_none,
    opposite,
)
from hedui.policy.law import law
from hedui.policy.rule import Count, Level, Share, rule, total
from hedui.policy.truth import Truth, Unknown
from hedui.values.money import FenAnnual, FenMonthly

_MONTHS = 12
_NOTHING = FenAnnual(0)
_ARTICLE = law("rigid-2024")


@rule("计入的刚性支出", article=_ARTICLE, of=Level.EXPENSE)
def rigid_of_line(
    expense_kind: str, amount_paid: FenAnnual, rigid_expense_kinds: tuple[str, ...]
) -> FenAnnual | Unknown:
    """Keep an expense of the kinds that cannot be avoided, fen in the twelve months."""
    return choose(among(expense_kind, rigid_expense_kinds), amount_paid, _NOTHING)


@rule("已得的社会救助", article=_ARTICLE, of=Level.INCOME)
def aid_of_line(income_kind: str, amount_received: FenAnnual) -> FenAnnual | Unknown:
    """Keep what was received as social assistance, fen in the twelve months."""
    return choose(among(income_kind, ("social_assistance",)), amount_received, _NOTHING)


rigid_paid = total(
    "刚性支出合计", of="rigid_of_line", to=Level.HOUSEHOLD, unit=FenAnnual, article=_ARTICLE
)
aid_received = total(
    "已得的社会救助合计", of="aid_of_line", to=Level.HOUSEHOLD, unit=FenAnnual, article=_ARTICLE
)


@rule("核定的刚性支出", article=_ARTICLE, meets_unknown=True)
def rigid_expenses(
    *,
    rigid_paid: FenAnnual | Unknown,
    aid_received: FenAnnual | Unknown,
    standard_monthly: FenMonthly | Unknown,
    members: Count,
    rigid_living_cost: Truth,
    rigid_less_aid: Truth,
) -> FenAnnual | Unknown:
    """Add living cost up to the standard and take off aid, as the place says; fen a year."""
    living = choose(rigid_living_cost, standard_monthly * members * _MONTHS, _NOTHING)
    aid = choose(rigid_less_aid, aid_received, _NOTHING)
    return not_below_zero(rigid_paid - aid) + living


@rule("刚性支出占收入的比例符合", article=_ARTICLE, meets_unknown=True)
def share_reached(
    *,
    rigid_method: str,
    rigid_expenses: FenAnnual | Unknown,
    countable_income_annual: FenAnnual | Unknown,
    rigid_ratio: Share | Unknown,
    rigid_ratio_operator: str,
) -> Truth:
    """Hold expenses against the share of income (超出 or 达到) where that is the method."""
    line = share_of(countable_income_annual, rigid_ratio)
    reached = compare(rigid_expenses, rigid_ratio_operator, line)
    return all_of(is_kind(rigid_method, "share_of_income"), reached)


@rule("扣除刚性支出后的人均收入符合标准(或其倍数)", article=_ARTICLE, meets_unknown=True)
def remains_below(
    *,
    rigid_method: str,
    rigid_expenses: FenAnnual | Unknown,
    countable_income_annual: FenAnnual | Unknown,
    standard_monthly: FenMonthly | Unknown,
    standard_monthly_operator: str,
    remains_multiple: Share,
    members: Count,
) -> Truth:
    """Hold what remains per member and month against a multiple of the standard (支出型)."""
    line = share_of(standard_monthly * members * _MONTHS, remains_multiple)
    below_line = compare(countable_income_annual - rigid_expenses, standard_monthly_operator, line)
    return all_of(is_kind(rigid_method, "what_remains"), below_line)


@rule("医疗支出占收入的比例符合", article=_ARTICLE, meets_unknown=True)
def medical_reached(
    *,
    rigid_method: str,
    medical_paid: FenAnnual | Unknown,
    countable_income_annual: FenAnnual | Unknown,
    rigid_medical_ratio: Share | Unknown,
    rigid_medical_ratio_operator: str,
) -> Truth:
    """Hold medical expenses against their share of income (支出型); without any it is no."""
    line = share_of(countable_income_annual, rigid_medical_ratio)
    reached = compare(medical_paid, rigid_medical_ratio_operator, line)
    return all_of(is_kind(rigid_method, "what_remains"), opposite(is_none(medical_paid)), reached)


@rule("支出条件", article=_ARTICLE, meets_unknown=True)
def expenditure_test(
    *,
    rigid_paid: FenAnnual | Unknown,
    expenses_told: Truth,
    share_reached: Truth,
    remains_below: Truth,
    medical_reached: Truth,
) -> Truth:
    """
    Test the expenses by the method of the place; without any there is no such difficulty.

    Where nobody was asked for expenses, as in a registry, those that are known may still be enough.
    """
    reached = any_of(share_reached, remains_below, medical_reached)
    told = all_of(opposite(is_none(rigid_paid)), reached)
    return any_of(told, opposite(expenses_told))


@rule("收入条件", article=_ARTICLE, meets_unknown=True)
def income_test(
    *,
    rigid_method: str,
    countable_income_annual: FenAnnual | Unknown,
    disposable_income_annual: FenAnnual | Unknown,
    disposable_income_annual_operator: str,
    members: Count,
    income_complete: Truth,
) -> Truth:
    """Hold income per member against the local disposable income; 支出型 has no such line."""
    line = disposable_income_annual * members
    below_average = compare(countable_income_annual, disposable_income_annual_operator, line)
    methods = {"share_of_income": below_average, "what_remains": Truth.YES}
    return all_of(methods[rigid_method], income_complete)


@rule("同时符合收入、财产和支出条件", article=_ARTICLE)
def qualifies(
    *,
    membership_test: Truth,
    income_test: Truth,
    expenditure_test: Truth,
    financial_assets_test: Truth,
    vehicle_test: Truth,
    real_estate_test: Truth,
    business_test: Truth,
) -> Truth:
    """Test all conditions together; a suggestion to the people who decide, never a decision."""
    property_fits = all_of(financial_assets_test, vehicle_test, real_estate_test, business_test)
    return all_of(membership_test, income_test, expenditure_test, property_fits)
