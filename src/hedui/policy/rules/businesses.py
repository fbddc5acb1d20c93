"""市场主体: business registrations, by role and size, and what a household has invested in them.

Regimes: local. 深圳 allows no registration, but a family shop without employees may be cleared on
review; 泗县 looks at who runs an enterprise with a profit of more than twice the standard, or has
employed others for a year; for edge households a limit of the investment per person is found. A
place without a rule leaves a registration open.
"""

from hedui.policy.amounts import share_of
from hedui.policy.conditions import (
    above,
    all_of,
    among,
    any_of,
    at_least,
    at_most,
    choose,
    compare,
    first_known,
    is_kind,
    is_known,
    is_none,
    opposite,
)
from hedui.policy.law import law
from hedui.policy.rule import Count, Level, Share, rule, total
from hedui.policy.truth import UNKNOWN, Truth, Unknown
from hedui.values.money import Fen, FenAnnual, FenMonthly

_NONE = Count(0)
_ONE = Count(1)
_MONTHS = 12
_KINDS = ("company", "sole_trader", "cooperative")
_LOCAL = law("57-2021")


@rule("经营规模计入", article=_LOCAL, of=Level.ASSET, meets_unknown=True)
def is_large_enough(
    *,
    standard_monthly: FenMonthly | Unknown,
    business_profit: FenAnnual | Unknown,
    employing_months: Count | Unknown,
    business_profit_multiple: Share | Unknown,
    business_employing_months: Count | Unknown,
) -> Truth:
    """Test a business by its profit or by how long it employed others, where the place does so."""
    line = share_of(standard_monthly * _MONTHS, business_profit_multiple)
    by_size = any_of(
        all_of(is_known(business_profit_multiple), above(business_profit, line)),
        all_of(
            is_known(business_employing_months),
            at_least(employing_months, business_employing_months),
        ),
    )
    no_such_rule = opposite(
        any_of(is_known(business_profit_multiple), is_known(business_employing_months))
    )
    return any_of(no_such_rule, by_size)


@rule("无雇工的家庭店铺", article=_LOCAL, of=Level.ASSET, meets_unknown=True)
def is_family_shop(asset_kind: str | Unknown, employees: Count | Unknown) -> Truth:
    """Test for a sole trader of whom it is known that nobody is employed."""
    alone = all_of(is_known(employees), is_none(employees))
    return all_of(is_kind(asset_kind, "sole_trader"), alone)


@rule("市场主体登记", article=_LOCAL, of=Level.ASSET, meets_unknown=True)
def business_units(
    *,
    asset_class: str,
    asset_kind: str | Unknown,
    business_role: str,
    business_roles_counted: tuple[str, ...],
    is_large_enough: Truth,
    is_family_shop: Truth,
    family_shop_rule: str,
) -> Count | Unknown:
    """Count a registration as one, by role and size; a family shop as the place has ruled."""
    counted = all_of(
        is_kind(asset_class, "business"),
        among(asset_kind, _KINDS),
        among(business_role, business_roles_counted),
        is_large_enough,
    )
    shop = {"counted": _ONE, "on_review": UNKNOWN, "exempt": _NONE}[family_shop_rule]
    return choose(counted, choose(is_family_shop, shop, _ONE), _NONE)


businesses = total(
    "市场主体登记数", of="business_units", to=Level.HOUSEHOLD, unit=Count, article=_LOCAL
)


@rule("确定计入的市场主体登记", article=_LOCAL, of=Level.ASSET, meets_unknown=True)
def known_business_units(business_units: Count | Unknown) -> Count:
    """Count a registration of which it is certain that it counts: there can only be more."""
    return first_known(business_units, _NONE)


known_businesses = total(
    "确定计入的市场主体登记数",
    of="known_business_units",
    to=Level.HOUSEHOLD,
    unit=Count,
    article=_LOCAL,
)


@rule("投资于市场主体的数额", article=_LOCAL, of=Level.ASSET, meets_unknown=True)
def invested_of_asset(asset_class: str, asset_value: Fen | Unknown) -> Fen | Unknown:
    """Keep the value of a business; other assets are no investment in one."""
    return choose(is_kind(asset_class, "business"), asset_value, Fen(0))


invested = total(
    "投资于市场主体的数额合计", of="invested_of_asset", to=Level.HOUSEHOLD, unit=Fen, article=_LOCAL
)


@rule("投资在限额内", article=_LOCAL, meets_unknown=True)
def investment_fits(
    *,
    invested: Fen | Unknown,
    standard_monthly: FenMonthly | Unknown,
    members: Count,
    investment_multiple: Share | Unknown,
    investment_multiple_operator: str,
) -> Truth:
    """Hold investment per person against a multiple of the annual standard, where there is one."""
    limit = share_of(standard_monthly * _MONTHS, investment_multiple) * members
    within = compare(invested, investment_multiple_operator, limit)
    return all_of(is_known(investment_multiple), within)


@rule("市场主体登记符合条件", article=_LOCAL, meets_unknown=True)
def business_test(
    *,
    businesses: Count | Unknown,
    known_businesses: Count,
    businesses_allowed: Count | Unknown,
    investment_fits: Truth,
) -> Truth:
    """
    Test business registrations; having none passes, without a local rule any is unknown.

    Those that count for certain may be too many already, whatever a review says of the others.
    """
    return any_of(
        all_of(is_none(known_businesses), is_none(businesses)),
        all_of(
            at_most(known_businesses, businesses_allowed), at_most(businesses, businesses_allowed)
        ),
        investment_fits,
    )
