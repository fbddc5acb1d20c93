"""收入的上下限: between what and what an income lies while some of it is not known.

Nothing is decided by these bounds: an unknown stays unknown. They say how near the line a household
is for certain, so that somebody can see which missing answer matters.
"""

from hedui.policy.amounts import not_below_zero
from hedui.policy.conditions import choose, first_known, is_none
from hedui.policy.law import law
from hedui.policy.rule import Count, Level, rule, total
from hedui.policy.truth import UNKNOWN, Unknown
from hedui.values.money import FenAnnual

_NOTHING = FenAnnual(0)
_ARTICLE = law("hedui-reading")


@rule("确定计入的收入", article=_ARTICLE, of=Level.INCOME, meets_unknown=True)
def counted_at_least(counted_received: FenAnnual | Unknown) -> FenAnnual:
    """Keep a line that certainly counts, fen a year; an unknown one as nothing."""
    return first_known(counted_received, _NOTHING)


@rule("至多计入的收入", article=_ARTICLE, of=Level.INCOME, meets_unknown=True)
def counted_at_most(
    counted_received: FenAnnual | Unknown, seasonal_received: FenAnnual | Unknown
) -> FenAnnual | Unknown:
    """Keep the whole of a line of which it is open whether it counts, fen a year."""
    return not_below_zero(first_known(counted_received, seasonal_received))


property_at_least = total(
    "确定计入的财产净收入",
    of="counted_at_least",
    where=("income_class", "property"),
    to=Level.MEMBER,
    unit=FenAnnual,
    article=_ARTICLE,
)
transfer_at_least = total(
    "确定计入的转移性收入",
    of="counted_at_least",
    where=("income_class", "transfer"),
    to=Level.MEMBER,
    unit=FenAnnual,
    article=_ARTICLE,
)
received_at_most = total(
    "至多收到的收入", of="counted_at_most", to=Level.MEMBER, unit=FenAnnual, article=_ARTICLE
)


@rule("成员至少计入的收入", article=_ARTICLE, of=Level.MEMBER, meets_unknown=True)
def member_income_at_least(
    *,
    member_countable_income: FenAnnual | Unknown,
    wage_counted: FenAnnual | Unknown,
    business_received: FenAnnual | Unknown,
    property_at_least: FenAnnual,
    transfer_at_least: FenAnnual,
    maintenance_paid: FenAnnual | Unknown,
    imputed_income: FenAnnual | Unknown,
) -> FenAnnual:
    """
    Add what certainly counts of one member, fen a year.

    A class of which a part is unknown counts with nothing where the part could lower it: a wage
    through its disregards, a business through a loss.
    """
    certain = (
        first_known(wage_counted, _NOTHING)
        + not_below_zero(first_known(business_received, _NOTHING))
        + property_at_least
        + transfer_at_least
        + first_known(imputed_income, _NOTHING)
    )
    left = not_below_zero(certain - first_known(maintenance_paid, certain))
    return first_known(member_countable_income, left)


@rule("成员至多计入的收入", article=_ARTICLE, of=Level.MEMBER, meets_unknown=True)
def member_income_at_most(
    *,
    member_countable_income: FenAnnual | Unknown,
    received_at_most: FenAnnual | Unknown,
    maintenance_beyond_received: FenAnnual | Unknown,
    imputed_income: FenAnnual | Unknown,
) -> FenAnnual | Unknown:
    """Add what can count of one member at most, fen a year; without a bound it is unknown."""
    most = received_at_most + maintenance_beyond_received + imputed_income
    return first_known(member_countable_income, most)


members_income_at_least = total(
    "各成员至少计入的收入之和",
    of="member_income_at_least",
    to=Level.HOUSEHOLD,
    unit=FenAnnual,
    article=_ARTICLE,
)
members_income_at_most = total(
    "各成员至多计入的收入之和",
    of="member_income_at_most",
    to=Level.HOUSEHOLD,
    unit=FenAnnual,
    article=_ARTICLE,
)


@rule("家庭年计入收入至少", article=_ARTICLE, meets_unknown=True)
def income_at_least(
    countable_income_annual: FenAnnual | Unknown,
    members_income_at_least: FenAnnual,
    household_deductions: FenAnnual | Unknown,
) -> FenAnnual:
    """Take deductions off what certainly counts, fen a year; unknown ones could take all of it."""
    taken_off = first_known(household_deductions, members_income_at_least)
    left = not_below_zero(members_income_at_least - taken_off)
    return first_known(countable_income_annual, left)


@rule("家庭年计入收入至多", article=_ARTICLE, meets_unknown=True)
def income_at_most(
    countable_income_annual: FenAnnual | Unknown,
    members_income_at_most: FenAnnual | Unknown,
    open_duties: Count | Unknown,
) -> FenAnnual | Unknown:
    """Find what the income can be at most, fen a year; unknown where an open duty has no bound."""
    most = first_known(countable_income_annual, members_income_at_most)
    return choose(is_none(open_duties), most, UNKNOWN)
