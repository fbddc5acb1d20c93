"""家庭收入: what of a household's income counts (计入收入), and per head.

Regimes: 《最低生活保障审核确认办法》 (2021-07-01), 《上海市社会救助条例》 (2019-05-01),
《浙江省社会救助条例》 (2014-11-01), 《重庆市城乡居民最低生活保障条例》 (2016), and local texts
for imputed wages. Amounts are those of the look-back period (核算期), over a year.

No rule spreads an amount over months. The one average is the per-capita figure that the law itself
defines, and it is shown, not tested.
"""

from fractions import Fraction

from hedui.policy.amounts import not_below_zero, part_of, share_of, to_fen
from hedui.policy.conditions import (
    above,
    all_of,
    among,
    any_of,
    at_least,
    at_most,
    choose,
    is_kind,
    is_none,
    opposite,
)
from hedui.policy.law import law
from hedui.policy.rule import Count, Level, Share, rule, total
from hedui.policy.truth import Truth, Unknown
from hedui.values.money import FenAnnual, FenMonthly

_NO_COUNT = Count(0)
_ONE = Count(1)
_MONTHS = 12
_NOTHING = FenAnnual(0)
_NO_SHARE = Share(Fraction(0))
_WHOLE = Share(Fraction(1))


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


@rule("按可做工月数折算的收入", article=law("57-2021"), of=Level.INCOME)
def seasonal_received(
    net_received: FenAnnual, income_kind: str, casual_months: Count
) -> FenAnnual | Unknown:
    """Count casual trades (零工) for the months of a year in which there is work; a loss whole."""
    casual = all_of(is_kind(income_kind, "labour_service"), above(net_received, 0))
    return choose(casual, part_of(net_received, casual_months, _MONTHS), net_received)


@rule("计入的收入", article=law("57-2021"), of=Level.INCOME, meets_unknown=True)
def counted_received(
    seasonal_received: FenAnnual | Unknown, is_excluded: Truth
) -> FenAnnual | Unknown:
    """Keep the line, or nothing of it where its kind is excluded; fen in the look-back period."""
    return choose(is_excluded, FenAnnual(0), seasonal_received)


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


@rule("个体工商户登记", article=law("57-2021"), of=Level.ASSET)
def shop_units(asset_class: str, asset_kind: str) -> Count | Unknown:
    """Count a registration as sole trader (个体工商户) as one."""
    trader = all_of(is_kind(asset_class, "business"), is_kind(asset_kind, "sole_trader"))
    return choose(trader, _ONE, _NO_COUNT)


shops = total(
    "个体工商户登记数", of="shop_units", to=Level.MEMBER, unit=Count, article=law("57-2021")
)


@rule("登记为个体工商户", article=law("57-2021"), of=Level.MEMBER)
def runs_a_shop(shops: Count) -> Truth:
    """Test whether the member is registered as a sole trader."""
    return opposite(is_none(shops))


@rule("有劳动能力而未就业,收入无证明", article=law("57-2021"), of=Level.MEMBER, meets_unknown=True)
def is_able_but_jobless(
    *,
    employed: Truth,
    runs_a_shop: Truth,
    work_capacity: str | Unknown,
    student: str,
    months_since_graduation: Count,
    graduate_months: Count,
    no_earnings_shown: Truth,
    wage_received: FenAnnual | Unknown,
    business_received: FenAnnual | Unknown,
) -> Truth:
    """
    Test for somebody who could work, says to be out of work, and shows no earnings.

    Not somebody who finished school in the last months that the place names, nor who has objected
    and shown that nothing was earned.
    """
    return all_of(
        at_least(months_since_graduation, graduate_months),
        opposite(no_earnings_shown),
        any_of(opposite(employed), runs_a_shop),
        is_kind(work_capacity, "full"),
        is_kind(student, "none"),
        at_most(wage_received, 0),
        is_none(business_received),
    )


@rule("推定的劳动收入", article=law("57-2021"), of=Level.MEMBER, meets_unknown=True)
def imputed_income(
    *,
    imputation: str,
    is_able_but_jobless: Truth,
    age: Count | Unknown,
    sex: str | Unknown,
    imputed_full_to_male: Count,
    imputed_full_to_female: Count,
    imputed_reduced_to_male: Count,
    imputed_reduced_to_female: Count,
    imputed_share_reduced: Share,
    imputed_share_trader: Share,
    runs_a_shop: Truth,
    minimum_wage_monthly: FenMonthly | Unknown,
) -> FenAnnual | Unknown:
    """
    Put down a wage for who could work but shows none (推定收入), fen a year.

    From 18 the minimum wage, from an age a part of it, by sex; nothing beyond. It is a presumption:
    the household may object and show that nothing was earned. Most places have no such rule.
    """
    if imputation == "none":
        return _NOTHING
    male = is_kind(sex, "male")
    full_to = choose(male, imputed_full_to_male, imputed_full_to_female)
    reduced_to = choose(male, imputed_reduced_to_male, imputed_reduced_to_female)
    reduced = choose(at_most(age, reduced_to), imputed_share_reduced, _NO_SHARE)
    by_age = choose(at_most(age, full_to), _WHOLE, reduced)
    grown = choose(runs_a_shop, imputed_share_trader, by_age)
    share = choose(at_least(age, 18), grown, _NO_SHARE)
    is_due = all_of(is_able_but_jobless, above(share, 0))
    return choose(is_due, share_of(minimum_wage_monthly * _MONTHS, share), _NOTHING)


@rule("计入的工资性收入", article=law("57-2021"), of=Level.MEMBER)
def wage_counted(
    wage_received: FenAnnual,
    labour_disregard_annual: FenAnnual,
    new_job_disregard: FenAnnual,
    wage_deductions: FenAnnual,
) -> FenAnnual:
    """Take disregards and deductions off the wage, which does not fall below nothing."""
    left = wage_received - labour_disregard_annual - new_job_disregard - wage_deductions
    return FenAnnual(not_below_zero(left))


@rule("成员计入收入", article=law("57-2021"), of=Level.MEMBER)
def member_countable_income(
    *,
    wage_counted: FenAnnual,
    business_received: FenAnnual,
    property_received: FenAnnual,
    transfer_received: FenAnnual,
    maintenance_paid: FenAnnual,
    maintenance_beyond_received: FenAnnual,
    imputed_income: FenAnnual,
) -> FenAnnual:
    """
    Add the four classes of income of one member, fen in the look-back period.

    A business loss is not set against other income; transfers received less maintenance paid
    (转移净收入) may bring the member to zero but not below.
    """
    transfer_net = transfer_received - maintenance_paid + maintenance_beyond_received
    earned = wage_counted + not_below_zero(business_received) + imputed_income
    return FenAnnual(not_below_zero(earned + property_received + transfer_net))


members_income_annual = total(
    "各成员计入收入之和",
    of="member_countable_income",
    to=Level.HOUSEHOLD,
    unit=FenAnnual,
    article=law("649", 9),
)


@rule("按已领保障金推算的年收入", article=law("57-2021"), meets_unknown=True)
def income_of_recipient(
    dibao_benefit: FenMonthly | Unknown, standard_monthly: FenMonthly | Unknown, members: Count
) -> FenAnnual | Unknown:
    """Take the standards of all members less the Dibao that is paid (不再重新核算), fen a year."""
    return not_below_zero(standard_monthly * members - dibao_benefit) * _MONTHS


@rule("家庭年计入收入", article=law("649", 9), meets_unknown=True)
def countable_income_annual(
    *,
    members_income_annual: FenAnnual | Unknown,
    household_deductions: FenAnnual | Unknown,
    dibao_benefit: FenMonthly | Unknown,
    recipients_not_reckoned: Truth,
    income_of_recipient: FenAnnual | Unknown,
) -> FenAnnual | Unknown:
    """
    Take the household's deductions off the sum of its members' income, fen a year.

    Where the place says so, a household that already receives Dibao is not reckoned anew.
    """
    reckoned = not_below_zero(members_income_annual - household_deductions)
    known_by_benefit = all_of(recipients_not_reckoned, opposite(is_none(dibao_benefit)))
    return choose(known_by_benefit, income_of_recipient, reckoned)


@rule("家庭月计入收入", article=law("649", 12))
def countable_income_monthly(countable_income_annual: FenAnnual) -> FenMonthly:
    """Show the household's income per month, fen, rounded once; nothing is tested against it."""
    return FenMonthly(to_fen(countable_income_annual, _MONTHS))


@rule("家庭月人均收入", article=law("649", 9))
def per_capita_income(countable_income_annual: FenAnnual, members: Count) -> FenMonthly:
    """Show the income per member and month, fen, rounded once; nothing is tested against it."""
    return FenMonthly(to_fen(countable_income_annual, members * _MONTHS))
