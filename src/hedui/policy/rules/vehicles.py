"""机动车辆: which vehicles count, what they are worth, and how many a household may have.

Regimes: an earlier text of the Shanghai conditions whose being in force in 2024 was not confirmed;
none at all (深圳), up to a value (重庆, 甘肃), by depreciation (沧州), by the price of the invoice
and later the insured value (泗县). As long as ``vehicles_confirmed`` is not yes, a household that
does not meet the condition is unknown: nobody loses a claim to a rule that may have been replaced.
"""

from hedui.policy.amounts import price_at_limit
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
    open_unless,
    opposite,
)
from hedui.policy.law import law
from hedui.policy.rule import Count, Level, rule, total
from hedui.policy.truth import UNKNOWN, Truth, Unknown
from hedui.values.money import Fen

_NONE = Count(0)
_ONE = Count(1)
_MONTHS = 12


@rule("计入的机动车辆", article=law("649", 10), of=Level.ASSET, meets_unknown=True)
def vehicle_units(
    asset_class: str, asset_kind: str | Unknown, vehicle_exempt_kinds: tuple[str, ...] | Unknown
) -> Count | Unknown:
    """Count a vehicle as one unless its kind is exempt; other assets as none."""
    counted = all_of(
        is_kind(asset_class, "vehicle"), opposite(among(asset_kind, vehicle_exempt_kinds))
    )
    return choose(counted, _ONE, _NONE)


@rule("限额对应的购置价", article=law("649", 10), of=Level.ASSET, meets_unknown=True)
def vehicle_price_bound(
    vehicle_value_limit: Fen | Unknown,
    vehicle_value_limit_operator: str,
    vehicle_yearly_loss: int | Unknown,
    vehicle_months: Count | Unknown,
) -> Fen | Unknown:
    """Find the purchase price that stands to the limit as the present value does, fen."""
    return price_at_limit(
        vehicle_value_limit,
        vehicle_value_limit_operator,
        yearly_loss=vehicle_yearly_loss,
        months=vehicle_months,
    )


@rule("车辆折旧月数", article=law("649", 10), of=Level.ASSET, meets_unknown=True)
def vehicle_months(
    *,
    asset_class: str,
    months_owned: Count | Unknown,
    vehicle_years: str,
    vehicle_yearly_loss: int | Unknown,
) -> Count | Unknown:
    """Count the months that a vehicle loses value over: whole years only, or every month."""
    whole_years = months_owned // _MONTHS * _MONTHS
    counted = {"whole": whole_years, "part": months_owned}[vehicle_years]
    loses = all_of(is_kind(asset_class, "vehicle"), above(vehicle_yearly_loss, 0))
    return choose(loses, counted, Count(0))


@rule("已过按购置价计算的年数", article=law("649", 10), of=Level.ASSET, meets_unknown=True)
def is_past_invoice(months_owned: Count | Unknown, vehicle_invoice_years: Count | Unknown) -> Truth:
    """Test whether the price of the invoice no longer holds; without a date of purchase it does."""
    known = all_of(is_known(vehicle_invoice_years), is_known(months_owned))
    return all_of(known, at_least(months_owned, vehicle_invoice_years * _MONTHS))


@rule("车辆按其计算的价值", article=law("649", 10), of=Level.ASSET, meets_unknown=True)
def vehicle_value(
    asset_value: Fen | Unknown, insured_value: Fen | Unknown, is_past_invoice: Truth
) -> Fen | Unknown:
    """Take a vehicle's present value, and where the place says so its insured value (车损险)."""
    return first_known(asset_value, choose(is_past_invoice, insured_value, UNKNOWN))


@rule("价值在限额内的车辆", article=law("649", 10), of=Level.ASSET, meets_unknown=True)
def cheap_vehicle_units(
    *,
    vehicle_units: Count | Unknown,
    vehicle_value: Fen | Unknown,
    is_past_invoice: Truth,
    purchase_price: Fen | Unknown,
    vehicle_price_bound: Fen | Unknown,
    vehicle_value_limit: Fen | Unknown,
    vehicle_value_limit_operator: str,
) -> Count | Unknown:
    """Count a vehicle within the limit as one: by its present value, else by its price."""
    by_value = compare(vehicle_value, vehicle_value_limit_operator, vehicle_value_limit)
    by_price = any_of(
        compare(purchase_price, vehicle_value_limit_operator, vehicle_value_limit),
        compare(purchase_price, vehicle_value_limit_operator, vehicle_price_bound),
        open_unless(opposite(is_past_invoice)),
    )
    within = choose(is_known(vehicle_value), by_value, by_price)
    return choose(all_of(opposite(is_none(vehicle_units)), within), _ONE, _NONE)


@rule("价值可能在限额内的车辆", article=law("649", 10), of=Level.ASSET, meets_unknown=True)
def possibly_cheap_units(
    cheap_vehicle_units: Count | Unknown, vehicle_units: Count | Unknown
) -> Count | Unknown:
    """Count a vehicle as one unless it is certain that it is worth more than the limit."""
    return first_known(cheap_vehicle_units, vehicle_units)


vehicles = total(
    "机动车辆数", of="vehicle_units", to=Level.HOUSEHOLD, unit=Count, article=law("649", 10)
)
cheap_vehicles = total(
    "价值在限额内的车辆数",
    of="cheap_vehicle_units",
    to=Level.HOUSEHOLD,
    unit=Count,
    article=law("649", 10),
)
possibly_cheap_vehicles = total(
    "价值可能在限额内的车辆数",
    of="possibly_cheap_units",
    to=Level.HOUSEHOLD,
    unit=Count,
    article=law("649", 10),
)


@rule("机动车辆符合条件", article=law("649", 10), meets_unknown=True)
def vehicle_test(
    *,
    vehicles: Count | Unknown,
    cheap_vehicles: Count | Unknown,
    possibly_cheap_vehicles: Count | Unknown,
    vehicles_allowed: Count | Unknown,
    cheap_vehicles_allowed: Count | Unknown,
    vehicles_confirmed: Truth,
) -> Truth:
    """
    Test vehicles: so many of any value, which may be a cheap one, and so many within the limit.

    Having none passes everywhere. A place that lets some pass by their value and says no more lets
    no others pass.
    """
    cheap_allowed = first_known(cheap_vehicles_allowed, _NONE)
    others = choose(is_known(cheap_vehicles_allowed), _NONE, UNKNOWN)
    others_allowed = first_known(vehicles_allowed, others)
    within = all_of(
        at_most(vehicles - possibly_cheap_vehicles, others_allowed),
        at_most(vehicles - cheap_vehicles, others_allowed),
        at_most(vehicles, others_allowed + cheap_allowed),
    )
    return any_of(
        is_none(vehicles),
        at_most(vehicles, others_allowed),
        within,
        open_unless(vehicles_confirmed),
    )
