"""家庭财产: financial assets, vehicles, buildings, businesses.

Regimes: the Shanghai table of limits of 2024-07-01; for vehicles and buildings an earlier text of
the Shanghai conditions whose being in force in 2024 was not confirmed. As long as
``property_conditions_confirmed`` is not yes, a household that meets those conditions passes, and
one that does not is unknown: nobody loses a claim to a rule that may have been replaced.
"""

from fractions import Fraction

from hedui.policy.conditions import (
    all_of,
    among,
    any_of,
    at_most,
    below,
    choose,
    is_kind,
    is_none,
    opposite,
)
from hedui.policy.law import law
from hedui.policy.rule import Area, Count, Level, rule, total
from hedui.policy.truth import Truth, Unknown
from hedui.values.money import Fen

_NONE = Count(0)
_ONE = Count(1)
_NO_AREA = Area(Fraction(0))
_BUSINESSES = ("company", "sole_trader", "cooperative")


@rule("计入货币财产的价值", article=law("57-2021"), of=Level.ASSET, meets_unknown=True)
def financial_value(
    asset_class: str, asset_value: Fen | Unknown, financial_asset_classes: tuple[str, ...]
) -> Fen | Unknown:
    """Keep the value of deposits, securities, cash values and claims; other assets have none."""
    return choose(among(asset_class, financial_asset_classes), asset_value, Fen(0))


@rule("已知的货币财产", article=law("hedui-reading"), of=Level.ASSET, meets_unknown=True)
def known_financial_value(financial_value: Fen | Unknown) -> Fen:
    """Keep what is known of an asset's value: assets only add, so the rest can be no less."""
    return Fen(0) if isinstance(financial_value, Unknown) else financial_value


known_financial_assets = total(
    "家庭已知的货币财产",
    of="known_financial_value",
    to=Level.HOUSEHOLD,
    unit=Fen,
    article=law("hedui-reading"),
)


financial_assets = total(
    "家庭货币财产",
    of="financial_value",
    to=Level.HOUSEHOLD,
    unit=Fen,
    article=law("57-2021"),
)


@rule("本人货币财产限额", article=law("649", 10), of=Level.MEMBER)
def personal_limit(
    *,
    has_special_limit: Truth,
    members: Count,
    small_household_members: Count,
    financial_limit: Fen,
    financial_limit_small_household: Fen,
    financial_limit_special: Fen,
) -> Fen | Unknown:
    """
    Find the member's own limit in the published table, fen.

    The special limit comes first; the higher limit of a small household (两人及以下) is for those
    who have no special one; the two are not added.
    """
    small = choose(
        at_most(members, small_household_members), financial_limit_small_household, financial_limit
    )
    return choose(has_special_limit, financial_limit_special, small)


sum_of_personal_limits = total(
    "各成员限额之和",
    of="personal_limit",
    to=Level.HOUSEHOLD,
    unit=Fen,
    article=law("hedui-reading"),
)


@rule("同一限额乘以人数", article=law("hedui-reading"))
def flat_limit(
    members: Count,
    small_household_members: Count,
    financial_limit: Fen,
    financial_limit_small_household: Fen,
) -> Fen | Unknown:
    """Multiply the limit that all members share by their number, fen."""
    small = at_most(members, small_household_members)
    return choose(
        small, Fen(financial_limit_small_household * members), Fen(financial_limit * members)
    )


@rule("家庭货币财产限额", article=law("649", 10), meets_unknown=True)
def financial_cap(
    financial_cap_method: str, sum_of_personal_limits: Fen | Unknown, flat_limit: Fen | Unknown
) -> Fen | Unknown:
    """Take the household's limit by the method the place has chosen (两种算法择一), fen."""
    methods = {"sum_of_personal_limits": sum_of_personal_limits, "flat": flat_limit}
    return methods[financial_cap_method]


@rule("货币财产不超过限额", article=law("649", 10), meets_unknown=True)
def financial_assets_test(
    financial_assets: Fen | Unknown,
    known_financial_assets: Fen,
    financial_cap: Fen | Unknown,
) -> Truth:
    """
    Test whether financial assets are within the limit (不超过, the limit itself passes).

    What is known alone may exceed it, whatever a silent source would add.
    """
    return all_of(
        at_most(financial_assets, financial_cap), at_most(known_financial_assets, financial_cap)
    )


@rule("计入的机动车辆", article=law("649", 10), of=Level.ASSET, meets_unknown=True)
def vehicle_units(
    asset_class: str, asset_kind: str | Unknown, vehicle_exempt_kinds: tuple[str, ...] | Unknown
) -> Count | Unknown:
    """Count a vehicle as one unless its kind is exempt; other assets as none."""
    counted = all_of(
        is_kind(asset_class, "vehicle"), opposite(among(asset_kind, vehicle_exempt_kinds))
    )
    return choose(counted, _ONE, _NONE)


@rule("住房", article=law("649", 10), of=Level.ASSET, meets_unknown=True)
def home_units(
    asset_class: str, asset_kind: str | Unknown, home_kinds: tuple[str, ...] | Unknown
) -> Count | Unknown:
    """Count a home as one, whatever the share in it; other assets as none."""
    counted = all_of(is_kind(asset_class, "real_estate"), among(asset_kind, home_kinds))
    return choose(counted, _ONE, _NONE)


@rule("住房建筑面积", article=law("649", 10), of=Level.ASSET, meets_unknown=True)
def home_area(home_units: Count | Unknown, floor_area: Area | Unknown) -> Area | Unknown:
    """Keep the floor area of a home, square metres by the share owned; other assets have none."""
    return choose(is_none(home_units), _NO_AREA, floor_area)


@rule("非居住类房屋", article=law("649", 10), of=Level.ASSET, meets_unknown=True)
def other_building_units(
    asset_class: str, asset_kind: str | Unknown, home_kinds: tuple[str, ...] | Unknown
) -> Count | Unknown:
    """Count a shop, office, garage or other building that is no home as one."""
    counted = all_of(is_kind(asset_class, "real_estate"), opposite(among(asset_kind, home_kinds)))
    return choose(counted, _ONE, _NONE)


@rule("市场主体登记", article=law("57-2021"), of=Level.ASSET, meets_unknown=True)
def business_units(asset_class: str, asset_kind: str | Unknown) -> Count | Unknown:
    """Count a company, sole trader or cooperative share as one; other assets as none."""
    counted = all_of(is_kind(asset_class, "business"), among(asset_kind, _BUSINESSES))
    return choose(counted, _ONE, _NONE)


vehicles = total(
    "机动车辆数", of="vehicle_units", to=Level.HOUSEHOLD, unit=Count, article=law("649", 10)
)
homes = total("住房套数", of="home_units", to=Level.HOUSEHOLD, unit=Count, article=law("649", 10))
homes_area = total(
    "住房建筑面积合计", of="home_area", to=Level.HOUSEHOLD, unit=Area, article=law("649", 10)
)
other_buildings = total(
    "非居住类房屋数",
    of="other_building_units",
    to=Level.HOUSEHOLD,
    unit=Count,
    article=law("649", 10),
)
businesses = total(
    "市场主体登记数", of="business_units", to=Level.HOUSEHOLD, unit=Count, article=law("57-2021")
)


@rule("房屋总数", article=law("57-2021"))
def real_estates(homes: Count, other_buildings: Count) -> Count:
    """Add homes and other buildings, for the report; no condition rests on the sum."""
    return Count(homes + other_buildings)


@rule("机动车辆符合条件", article=law("649", 10), meets_unknown=True)
def vehicle_test(
    vehicles: Count | Unknown,
    vehicles_allowed: Count | Unknown,
    property_conditions_confirmed: Truth,
) -> Truth:
    """Test whether there are no more vehicles than allowed; having none passes everywhere."""
    return any_of(
        is_none(vehicles),
        at_most(vehicles, vehicles_allowed),
        _open_unless(property_conditions_confirmed),
    )


@rule("房屋符合条件", article=law("649", 10), meets_unknown=True)
def real_estate_test(
    *,
    homes: Count | Unknown,
    homes_area: Area | Unknown,
    members: Count,
    other_buildings: Count | Unknown,
    homes_allowed: Count | Unknown,
    homes_allowed_if_small: Count | Unknown,
    average_floor_area: Area | Unknown,
    other_buildings_allowed: Count | Unknown,
    property_conditions_confirmed: Truth,
) -> Truth:
    """
    Test homes and other buildings (住房套数、人均面积、非居住类房屋).

    One home or none, or two with a floor area per head below the average of the year before
    (multiplied out: area below average × members); and no building that is not a home.
    """
    if not isinstance(average_floor_area, Unknown):
        average_floor_area = Area(average_floor_area * members)
    homes_fit = any_of(
        is_none(homes),
        at_most(homes, homes_allowed),
        all_of(at_most(homes, homes_allowed_if_small), below(homes_area, average_floor_area)),
    )
    others_fit = any_of(is_none(other_buildings), at_most(other_buildings, other_buildings_allowed))
    return any_of(all_of(homes_fit, others_fit), _open_unless(property_conditions_confirmed))


@rule("市场主体登记符合条件", article=law("57-2021"), meets_unknown=True)
def business_test(businesses: Count | Unknown, businesses_allowed: Count | Unknown) -> Truth:
    """Test business registrations; having none passes, without a local rule any is unknown."""
    return any_of(is_none(businesses), at_most(businesses, businesses_allowed))


def _open_unless(confirmed: Truth) -> Truth:
    """Leave a failed condition open unless the rule behind it is confirmed to be in force."""
    return Truth.NO if confirmed is Truth.YES else Truth.UNKNOWN
