"""家庭收入: what of a household's income counts (计入收入), and per head.

Regimes: 《最低生活保障审核确认办法》 (2021-07-01), 《上海市社会救助条例》 (2019-05-01). Amounts are
those received in the look-back period (核算期), the twelve calendar months before the month of
application. Not here yet: maintenance owed by obligors, work costs, imputed income, farm income.

No rule spreads an amount over months. The one average is the per-capita figure that the law itself
defines, and it is shown, not tested.
"""

from fractions import Fraction

from hedui.policy.conditions import all_of, among, any_of, at_least, choose, is_kind, is_none
from hedui.policy.law import law
from hedui.policy.rounding import rounded_to_fen
from hedui.policy.rule import Count, Level, rule, total
from hedui.policy.truth import Truth, Unknown
from hedui.values.money import FenAnnual, FenMonthly


@rule("扣除必要成本、个人所得税和社会保险费后的收入", article=law("57-2021"), of=Level.INCOME)
def net_received(
    amount_received: FenAnnual, costs: FenAnnual, tax: FenAnnual, social_insurance: FenAnnual
) -> FenAnnual:
    """
    Take off what the declared amount still contains (扣减), fen in the look-back period.

    A business may end below zero; a wage, a rent or a transfer may not (refused on reading).
    """
    return FenAnnual(amount_received - costs - tax - social_insurance)


@rule("属于不计入家庭收入的项目", article=law("57-2021"), of=Level.INCOME, meets_unknown=True)
def is_excluded(
    income_kind: str,
    excluded_income_kinds: tuple[str, ...] | Unknown,
    basic_pension_excluded: Truth,
) -> Truth:
    """
    Test whether a line is of a kind that is not counted (不计入).

    The basic resident pension (城乡居民基础养老金) is excluded by a sentence of its own that was
    written for 2021 to 2025: outside that time its treatment is unknown until a place says so.
    """
    return any_of(
        among(income_kind, excluded_income_kinds),
        all_of(is_kind(income_kind, "basic_resident_pension"), basic_pension_excluded),
    )


@rule("计入的收入", article=law("57-2021"), of=Level.INCOME, meets_unknown=True)
def counted_received(net_received: FenAnnual | Unknown, is_excluded: Truth) -> FenAnnual | Unknown:
    """Keep the line, or nothing of it where its kind is excluded; fen in the look-back period."""
    return choose(is_excluded, FenAnnual(0), net_received)


@rule(
    "当月不计入的劳动收入",
    article=law("sh-assistance", 27),
    of=Level.MONTH,
    meets_unknown=True,
)
def labour_disregard_of_month(
    labour_income: Fraction | Unknown,
    minimum_wage_monthly: FenMonthly | Unknown,
    labour_disregard_monthly: FenMonthly | Unknown,
) -> FenMonthly | Unknown:
    """
    Leave out a fixed amount in each month whose labour income reaches the minimum wage (达到).

    The step is a cliff: one fen less and nothing is left out. A place without such a rule sets the
    amount to 0.00.
    """
    return choose(
        at_least(labour_income, minimum_wage_monthly), labour_disregard_monthly, FenMonthly(0)
    )


labour_disregard_annual = total(
    "核算期内不计入的劳动收入",
    of="labour_disregard_of_month",
    to=Level.MEMBER,
    unit=FenAnnual,
    article=law("sh-assistance", 27),
)
wage_received = total(
    "工资性收入",
    of="counted_received",
    where=("income_class", "wage"),
    to=Level.MEMBER,
    unit=FenAnnual,
    article=law("57-2021"),
)
business_received = total(
    "经营净收入",
    of="counted_received",
    where=("income_class", "business"),
    to=Level.MEMBER,
    unit=FenAnnual,
    article=law("57-2021"),
)
property_received = total(
    "财产净收入",
    of="counted_received",
    where=("income_class", "property"),
    to=Level.MEMBER,
    unit=FenAnnual,
    article=law("57-2021"),
)
transfer_received = total(
    "转移性收入",
    of="counted_received",
    where=("income_class", "transfer"),
    to=Level.MEMBER,
    unit=FenAnnual,
    article=law("57-2021"),
)
maintenance_paid = total(
    "支付的赡养、抚养、扶养费",
    of="amount_paid",
    where=("expense_kind", "maintenance_paid"),
    to=Level.MEMBER,
    unit=FenAnnual,
    article=law("57-2021"),
)


@rule("成员计入收入", article=law("57-2021"), of=Level.MEMBER)
def member_countable_income(
    *,
    wage_received: FenAnnual,
    labour_disregard_annual: FenAnnual,
    business_received: FenAnnual,
    property_received: FenAnnual,
    transfer_received: FenAnnual,
    maintenance_paid: FenAnnual,
) -> FenAnnual:
    """
    Add the four classes of income of one member, fen in the look-back period.

    Wages less the disregard; a business loss is not set against other income; transfers received
    less maintenance paid (转移净收入), which may bring the member to zero but not below.
    """
    transfer_net = transfer_received - maintenance_paid
    wages = wage_received - labour_disregard_annual
    return FenAnnual(max(0, wages + max(0, business_received) + property_received + transfer_net))


countable_income_annual = total(
    "家庭年计入收入",
    of="member_countable_income",
    to=Level.HOUSEHOLD,
    unit=FenAnnual,
    article=law("649", 9),
)


@rule("家庭月计入收入", article=law("649", 12))
def countable_income_monthly(countable_income_annual: FenAnnual) -> FenMonthly:
    """Show the household's income per month, fen, rounded once; nothing is tested against it."""
    return FenMonthly(rounded_to_fen(countable_income_annual, 12))


@rule("家庭月人均收入", article=law("649", 9))
def per_capita_income(countable_income_annual: FenAnnual, members: Count) -> FenMonthly:
    """Show the income per member and month, fen, rounded once; nothing is tested against it."""
    return FenMonthly(rounded_to_fen(countable_income_annual, 12 * members))


@rule("收入核算完整", article=law("57-2021"))
def income_complete(obligors: Count) -> Truth:
    """
    Test whether everything that may count has been counted.

    Where somebody outside the household owes maintenance (赡养费、抚养费、扶养费), the amount is
    not computed yet: the income may be higher than shown, so a pass is not certain.
    """
    return any_of(is_none(obligors), Truth.UNKNOWN)
