"""赡养费、抚养费、扶养费: what somebody outside the household owes its members.

Regimes: local. All variants found have one shape, and its numbers are parameters: an obligor's
household above a line owes a share of the excess, by the number of brothers and sisters, divided
among the parents; a parent who lives apart owes a share of income for each child. What a court or
an agreement fixed, and what is actually paid, come in as the place says. Where a place has no
formula, the amount is unknown unless nothing is owed anyway, and the income test stays open.
"""

from hedui.policy.amounts import divided, larger, not_below_zero, share_of, smaller
from hedui.policy.conditions import (
    all_of,
    among,
    any_of,
    at_most,
    choose,
    first_known,
    is_kind,
    is_known,
    is_none,
    opposite,
)
from hedui.policy.law import law
from hedui.policy.rule import Count, Level, Share, rule, total
from hedui.policy.truth import Truth, Unknown
from hedui.values.money import FenAnnual, FenMonthly

_ONE = Count(1)
_NONE = Count(0)
_MONTHS = 12
_LOCAL = law("57-2021")


@rule(
    "需要赡养、抚养或扶养",
    article=law("civil-code", 1067),
    of=Level.MEMBER,
    meets_unknown=True,
)
def needs_maintenance(is_elderly: Truth, is_minor: Truth, work_capacity: str | Unknown) -> Truth:
    """Test whether the member may claim maintenance: old, young, or without capacity to work."""
    without = among(work_capacity, ("partial", "none"))
    return any_of(is_elderly, is_minor, without)


@rule("义务人家庭的计算线", article=_LOCAL, of=Level.OBLIGOR, meets_unknown=True)
def obligor_line(
    *,
    obligor_size: Count | Unknown,
    standard_monthly: FenMonthly | Unknown,
    maintenance_line_multiple: Share | Unknown,
    maintenance_line_annual: FenAnnual | Unknown,
) -> FenAnnual | Unknown:
    """
    Find the income up to which the obligor's household owes nothing, fen a year.

    A published line per person (公布数) comes before the multiple of the standard.
    """
    computed = share_of(standard_monthly * _MONTHS, maintenance_line_multiple)
    return first_known(maintenance_line_annual, computed) * obligor_size


@rule("义务人家庭收入超过计算线的部分", article=_LOCAL, of=Level.OBLIGOR, meets_unknown=True)
def obligor_excess(
    obligor_income: FenAnnual | Unknown, obligor_line: FenAnnual | Unknown
) -> FenAnnual | Unknown:
    """Take what the obligor's household has above the line, fen a year; of nothing, nothing is."""
    excess = not_below_zero(obligor_income - obligor_line)
    return choose(is_none(obligor_income), FenAnnual(0), excess)


@rule("按公式应付的赡养(扶养)费", article=_LOCAL, of=Level.OBLIGOR, meets_unknown=True)
def support_by_formula(
    *,
    obligor_excess: FenAnnual | Unknown,
    siblings: Count | Unknown,
    few_children: Count,
    maintenance_share_few: Share | Unknown,
    maintenance_share_many: Share | Unknown,
    maintenance_divisor: Count,
) -> FenAnnual | Unknown:
    """Take the share of the excess and divide it among the parents, fen a year for one member."""
    share = choose(at_most(siblings, few_children), maintenance_share_few, maintenance_share_many)
    owed = divided(share_of(obligor_excess, share), maintenance_divisor)
    return choose(is_none(obligor_excess), FenAnnual(0), owed)


@rule("按公式应付的抚养费", article=_LOCAL, of=Level.OBLIGOR, meets_unknown=True)
def child_support_by_formula(
    obligor_income: FenAnnual | Unknown,
    supported: Count,
    child_share: Share | Unknown,
    child_share_most: Share | Unknown,
) -> FenAnnual | Unknown:
    """Take a share of income for each child, all children together no more than the most."""
    together = smaller(child_share * supported, child_share_most)
    owed = divided(share_of(obligor_income, together), supported)
    return choose(is_none(obligor_income), FenAnnual(0), owed)


@rule("应计入的赡养(抚养、扶养)费", article=_LOCAL, of=Level.OBLIGOR, meets_unknown=True)
def maintenance_due(
    *,
    needs_maintenance: Truth,
    obligor_relation: str,
    obligor_exempt: str,
    maintenance_exempt_kinds: tuple[str, ...],
    support_by_formula: FenAnnual | Unknown,
    child_support_by_formula: FenAnnual | Unknown,
    agreed_amount: FenAnnual | Unknown,
    maintenance_order: str,
) -> FenAnnual | Unknown:
    """
    Find what one obligor owes one member, fen a year.

    Nothing to who can support himself, and nothing from an exempt obligor. A judgment or agreement
    comes first, or counts where it is higher, as the place says.
    """
    formula = choose(
        is_kind(obligor_relation, "parent"), child_support_by_formula, support_by_formula
    )
    agreed = first_known(agreed_amount, FenAnnual(0))
    by_order = {
        "agreed_first": first_known(agreed_amount, formula),
        "highest": larger(formula, agreed),
    }
    exempt = among(obligor_exempt, maintenance_exempt_kinds)
    nothing = any_of(exempt, opposite(needs_maintenance))
    return choose(nothing, FenAnnual(0), by_order[maintenance_order])


@rule("数额不明的赡养(抚养、扶养)费", article=_LOCAL, of=Level.OBLIGOR, meets_unknown=True)
def maintenance_open(maintenance_due: FenAnnual | Unknown) -> Count | Unknown:
    """Count a duty whose amount nobody has told us as one."""
    return choose(is_known(maintenance_due), _NONE, _ONE)


@rule("已知的赡养(抚养、扶养)费", article=_LOCAL, of=Level.OBLIGOR, meets_unknown=True)
def maintenance_known(maintenance_due: FenAnnual | Unknown) -> FenAnnual:
    """Keep what is known of what is owed; it can only be more."""
    return first_known(maintenance_due, FenAnnual(0))


maintenance_of_member = total(
    "各义务人应付之和",
    of="maintenance_known",
    to=Level.MEMBER,
    unit=FenAnnual,
    article=_LOCAL,
)
maintenance_received = total(
    "实际收到的赡养(抚养、扶养)费",
    of="counted_received",
    where=("income_kind", "maintenance_received"),
    to=Level.MEMBER,
    unit=FenAnnual,
    article=_LOCAL,
)
open_duties = total(
    "数额不明的赡养(抚养、扶养)义务数",
    of="maintenance_open",
    to=Level.HOUSEHOLD,
    unit=Count,
    article=_LOCAL,
)


@rule("在实际收到之外计入的赡养(抚养、扶养)费", article=_LOCAL, of=Level.MEMBER)
def maintenance_beyond_received(
    maintenance_of_member: FenAnnual, maintenance_received: FenAnnual
) -> FenAnnual:
    """Count what is owed beyond what is received; what is actually received counts if higher."""
    return FenAnnual(not_below_zero(maintenance_of_member - maintenance_received))


@rule("有履行能力的义务人", article=law("43-2021"), of=Level.OBLIGOR, meets_unknown=True)
def able_obligors(
    obligor_exempt: str,
    maintenance_exempt_kinds: tuple[str, ...],
    obligor_excess: FenAnnual | Unknown,
    poor_obligors_unable: Truth,
) -> Count | Unknown:
    """
    Count an obligor who can perform the duty as one (履行能力).

    The national text lists who cannot. Whether somebody else with no income above the line cannot
    either is left to the provinces, so it is a parameter.
    """
    poor = all_of(poor_obligors_unable, is_none(obligor_excess))
    unable = any_of(among(obligor_exempt, maintenance_exempt_kinds), poor)
    return choose(unable, _NONE, _ONE)


able_obligors_of_household = total(
    "有履行能力的义务人数",
    of="able_obligors",
    to=Level.HOUSEHOLD,
    unit=Count,
    article=law("43-2021"),
)


@rule("收入核算完整", article=_LOCAL)
def income_complete(open_duties: Count) -> Truth:
    """
    Test whether everything that may count has been counted.

    Where somebody outside owes maintenance and the amount is unknown, the income may be higher than
    shown, so a pass is not certain.
    """
    return any_of(is_none(open_duties), Truth.UNKNOWN)
