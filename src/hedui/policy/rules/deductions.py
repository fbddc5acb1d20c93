"""豁免和扣减: what is left out of income, and what is taken off it.

Regimes: 《上海市社会救助条例》 article 27 (就业人员的豁免), 《浙江省社会救助条例》 article 50
(新就业), and local texts for work costs (就业成本), care and medical expenses. A deduction keeps
its part of a fen and never exceeds what it is taken from; without the rule there is none.
"""

from fractions import Fraction

from hedui.policy.amounts import not_below_zero, part_of, share_of, smaller
from hedui.policy.conditions import (
    all_of,
    any_of,
    at_least,
    choose,
    first_known,
    is_kind,
    is_none,
    opposite,
)
from hedui.policy.law import law
from hedui.policy.rule import Count, Level, Share, gathered, largest, rule, total
from hedui.policy.truth import Truth, Unknown
from hedui.values.money import FenAnnual, FenMonthly

_NO_COUNT = Count(0)
_ONE = Count(1)
_MONTHS = 12
_NOTHING = FenAnnual(0)


@rule(
    "当月不计入的劳动收入",
    article=law("sh-assistance", 27),
    of=Level.MONTH,
    meets_unknown=True,
)
def labour_disregard_of_month(
    labour_income: Fraction | Unknown,
    months: Count,
    minimum_wage_monthly: FenMonthly | Unknown,
    labour_disregard_monthly: FenMonthly | Unknown,
) -> FenMonthly | Unknown:
    """
    Leave out a fixed amount in each month whose labour income reaches the minimum wage (达到).

    The step is a cliff: one fen less and nothing is left out. A place without such a rule leaves
    out nothing. Several equal months are one step, multiplied out.
    """
    reached = at_least(labour_income, minimum_wage_monthly * months)
    left_out = choose(reached, labour_disregard_monthly * months, _NOTHING)
    nothing = any_of(is_none(labour_disregard_monthly), is_none(labour_income))
    return choose(nothing, FenMonthly(0), left_out)


@rule(
    "新就业不计入的收入",
    article=law("zj-assistance", 50),
    of=Level.INCOME,
    meets_unknown=True,
)
def new_job_disregard_of_line(
    *,
    income_class: str,
    seasonal_received: FenAnnual | Unknown,
    months_in_job_before: Count,
    months_of_line: Count | Unknown,
    new_job_months: Count,
    new_job_multiple: Share,
    standard_monthly: FenMonthly | Unknown,
) -> FenAnnual | Unknown:
    """
    Leave out the wage of the first months of a new job, up to a multiple of the standard.

    The months are those of the line that lie within the first so many months of the job; a line
    over several months is taken evenly.
    """
    covered = smaller(not_below_zero(new_job_months - months_in_job_before), months_of_line)
    most = share_of(standard_monthly, new_job_multiple) * covered
    left_out = smaller(part_of(not_below_zero(seasonal_received), covered, months_of_line), most)
    new_wage = all_of(is_kind(income_class, "wage"), opposite(is_none(covered)))
    return choose(new_wage, left_out, _NOTHING)


new_job_disregard = total(
    "新就业不计入的收入合计",
    of="new_job_disregard_of_line",
    to=Level.MEMBER,
    unit=FenAnnual,
    article=law("zj-assistance", 50),
)
months_worked = total(
    "有劳动收入的月数", of="months", to=Level.MEMBER, unit=Count, article=law("57-2021")
)
labour_disregard_annual = total(
    "核算期内不计入的劳动收入",
    of="labour_disregard_of_month",
    to=Level.MEMBER,
    unit=FenAnnual,
    article=law("sh-assistance", 27),
)


@rule("每月就业成本", article=law("57-2021"), meets_unknown=True)
def work_cost_monthly(
    *,
    work_cost_method: str,
    work_cost_share: Share,
    standard_monthly: FenMonthly | Unknown,
    minimum_wage_monthly: FenMonthly | Unknown,
) -> FenMonthly | Unknown:
    """Take what a month of work costs where it goes by the standard or the minimum wage, fen."""
    of = {
        "none": _NOTHING,
        "share_of_wage": _NOTHING,
        "share_of_standard": standard_monthly,
        "share_of_minimum_wage": minimum_wage_monthly,
    }[work_cost_method]
    return share_of(of, work_cost_share)


@rule(
    "就业成本",
    article=law("57-2021"),
    of=Level.MEMBER,
    meets_unknown=True,
    adds_to="wage_deductions",
)
def work_cost(
    *,
    wage_received: FenAnnual | Unknown,
    months_worked: Count,
    disabled: Truth,
    work_cost_method: str,
    work_cost_share: Share,
    work_cost_share_disabled: Share | Unknown,
    work_cost_monthly: FenMonthly | Unknown,
    minimum_wage_monthly: FenMonthly | Unknown,
) -> FenAnnual | Unknown:
    """
    Deduct what going to work costs (就业成本), fen a year, never more than the wage.

    By the method of the place: a share of the wage, or so much for each month worked; a disabled
    worker may have a share of the minimum wage of its own.
    """
    base = work_cost_monthly * months_worked
    if work_cost_method == "share_of_wage":
        base = share_of(wage_received, work_cost_share)
    of_disabled = share_of(minimum_wage_monthly, work_cost_share_disabled) * months_worked
    cost = choose(disabled, first_known(of_disabled, base), base)
    return choose(is_none(wage_received), _NOTHING, smaller(cost, wage_received))


@rule("可作照料者的劳动收入", article=law("57-2021"), of=Level.MEMBER)
def carer_earnings(is_severely_disabled: Truth, wage_counted: FenAnnual) -> FenAnnual | Unknown:
    """Take what somebody earns who could be the carer of another member, fen a year."""
    return choose(is_severely_disabled, _NOTHING, wage_counted)


highest_carer_earnings = largest(
    "照料者的劳动收入",
    of="carer_earnings",
    to=Level.HOUSEHOLD,
    unit=FenAnnual,
    article=law("57-2021"),
)


@rule("需长期照料者", article=law("57-2021"), of=Level.MEMBER)
def care_units(is_severely_disabled: Truth) -> Count | Unknown:
    """Count a severely disabled member as one who needs care."""
    return choose(is_severely_disabled, _ONE, _NO_COUNT)


care_needed = total(
    "需长期照料的人数", of="care_units", to=Level.HOUSEHOLD, unit=Count, article=law("57-2021")
)
medical_paid = total(
    "自付医疗费",
    of="medical_of_line",
    to=Level.HOUSEHOLD,
    unit=FenAnnual,
    article=law("57-2021"),
)


@rule("医疗支出", article=law("57-2021"), of=Level.EXPENSE)
def medical_of_line(expense_kind: str, amount_paid: FenAnnual) -> FenAnnual | Unknown:
    """Keep a medical expense, fen in the twelve months; other expenses are nothing."""
    return choose(is_kind(expense_kind, "medical"), amount_paid, _NOTHING)


@rule("照料扣减", article=law("57-2021"), meets_unknown=True, adds_to="household_deductions")
def care_deduction(
    *,
    care_needed: Count | Unknown,
    highest_carer_earnings: FenAnnual | Unknown,
    minimum_wage_monthly: FenMonthly | Unknown,
    care_deducted: Truth,
) -> FenAnnual | Unknown:
    """Take the minimum wage off one carer's income where a member needs long care (照料扣减)."""
    most = smaller(highest_carer_earnings, minimum_wage_monthly * _MONTHS)
    return choose(any_of(opposite(care_deducted), is_none(care_needed)), _NOTHING, most)


@rule("医疗费扣减", article=law("57-2021"), meets_unknown=True, adds_to="household_deductions")
def medical_deduction(
    medical_paid: FenAnnual | Unknown, medical_deducted: Truth
) -> FenAnnual | Unknown:
    """Take off medical expenses paid by the household where the place deducts them."""
    return choose(medical_deducted, medical_paid, _NOTHING)


wage_deductions = gathered(
    "工资的扣减合计", to=Level.MEMBER, unit=FenAnnual, article=law("57-2021")
)
household_deductions = gathered(
    "家庭收入的扣减合计", to=Level.HOUSEHOLD, unit=FenAnnual, article=law("57-2021")
)
