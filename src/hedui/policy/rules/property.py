"""家庭财产: financial assets and buildings.

Regimes: the Shanghai table of limits of 2024-07-01; for buildings an earlier text of the Shanghai
conditions whose being in force in 2024 was not confirmed; limits by months of the standard and for
the seriously ill from other places. As long as ``buildings_confirmed`` is not yes, a household that
meets that condition passes, and one that does not is unknown: nobody loses a claim to a rule that
may have been replaced.
"""

from fractions import Fraction

from hedui.policy.amounts import share_of
from hedui.policy.conditions import (
    all_of,
    among,
    any_of,
    at_most,
    below,
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
from hedui.policy.rule import Area, Count, Level, Share, rule, total
from hedui.policy.truth import Truth, Unknown
from hedui.values.money import Fen, FenMonthly

_NONE = Count(0)
_ONE = Count(1)
_NO_AREA = Area(Fraction(0))


@rule("计入货币财产的价值", article=law("57-2021"), of=Level.ASSET, meets_unknown=True)
def financial_value(
    asset_class: str, asset_value: Fen | Unknown, financial_asset_classes: tuple[str, ...]
) -> Fen | Unknown:
    """Keep the value of deposits, securities, cash values and claims; other assets have none."""
    return choose(among(asset_class, financial_asset_classes), asset_value, Fen(0))


@rule("已知的货币财产", article=law("hedui-reading"), of=Level.ASSET, meets_unknown=True)
def known_financial_value(
    *,
    asset_class: str,
    financial_value: Fen | Unknown,
    asset_at_least: Fen,
    financial_asset_classes: tuple[str, ...],
) -> Fen:
    """Keep what is known of an asset's value: assets only add, so the rest can be no less."""
    known = choose(among(asset_class, financial_asset_classes), asset_at_least, Fen(0))
    return first_known(financial_value, known)


@rule("至多的货币财产", article=law("hedui-reading"), of=Level.ASSET, meets_unknown=True)
def most_financial_value(
    *,
    asset_class: str,
    financial_value: Fen | Unknown,
    asset_at_most: Fen | Unknown,
    financial_asset_classes: tuple[str, ...],
) -> Fen | Unknown:
    """Keep what an asset's value is at most, where a source named a band in place of it."""
    most = choose(among(asset_class, financial_asset_classes), asset_at_most, Fen(0))
    return first_known(financial_value, most)


most_financial_assets = total(
    "家庭至多的货币财产",
    of="most_financial_value",
    to=Level.HOUSEHOLD,
    unit=Fen,
    article=law("hedui-reading"),
)


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


@rule("普通家庭每人货币财产限额", article=law("649", 10), meets_unknown=True)
def limit_of_each(
    *,
    has_ill_member: Truth,
    financial_limit: Fen | Unknown,
    financial_months: Count | Unknown,
    financial_limit_ill: Fen | Unknown,
    financial_months_ill: Count | Unknown,
    standard_monthly: FenMonthly | Unknown,
) -> Fen | Unknown:
    """
    Find the limit of each member, fen: the published amount, else months of the standard.

    A household with a seriously ill member has a limit of its own where the place says so.
    """
    usual = first_known(financial_limit, standard_monthly * financial_months)
    ill = first_known(financial_limit_ill, standard_monthly * financial_months_ill)
    return choose(has_ill_member, first_known(ill, usual), usual)


@rule("小户每人货币财产限额", article=law("649", 10), meets_unknown=True)
def limit_of_small_household(
    limit_of_each: Fen | Unknown,
    financial_limit_small_household: Fen | Unknown,
    uplift_small_household: Share,
) -> Fen | Unknown:
    """Raise the limit for a household of few, fen; a published amount comes first."""
    return first_known(
        financial_limit_small_household, _raised(limit_of_each, uplift_small_household)
    )


@rule("特殊对象货币财产限额", article=law("649", 10), meets_unknown=True)
def limit_of_special(
    limit_of_each: Fen | Unknown, financial_limit_special: Fen | Unknown, uplift_special: Share
) -> Fen | Unknown:
    """Raise the limit for the groups the place names, fen; a published amount comes first."""
    return first_known(financial_limit_special, _raised(limit_of_each, uplift_special))


def _raised(limit: Fen | Unknown, by: Share) -> Fen | Unknown:
    return limit + share_of(limit, by)


@rule("非特殊对象每人货币财产限额", article=law("649", 10), meets_unknown=True)
def limit_without_special(
    *,
    members: Count,
    small_household_members: Count,
    limit_of_each: Fen | Unknown,
    limit_of_small_household: Fen | Unknown,
) -> Fen | Unknown:
    """Find the limit of who has no special one, fen: higher in a small household (两人及以下)."""
    small = at_most(members, small_household_members)
    return choose(small, limit_of_small_household, limit_of_each)


@rule("本人货币财产限额", article=law("649", 10), of=Level.MEMBER, meets_unknown=True)
def personal_limit(
    has_special_limit: Truth,
    limit_of_special: Fen | Unknown,
    limit_without_special: Fen | Unknown,
) -> Fen | Unknown:
    """
    Find the member's own limit, fen.

    The special limit comes first; the higher limit of a small household is for those who have no
    special one; the two are not added.
    """
    return choose(has_special_limit, limit_of_special, limit_without_special)


sum_of_personal_limits = total(
    "各成员限额之和",
    of="personal_limit",
    to=Level.HOUSEHOLD,
    unit=Fen,
    article=law("hedui-reading"),
)


@rule("同一限额乘以人数", article=law("hedui-reading"), meets_unknown=True)
def flat_limit(members: Count, limit_without_special: Fen | Unknown) -> Fen | Unknown:
    """Multiply the limit that all members share by their number, fen."""
    return share_of(limit_without_special, members)


@rule("家庭货币财产限额", article=law("649", 10), meets_unknown=True)
def financial_cap(
    financial_cap_method: str, sum_of_personal_limits: Fen | Unknown, flat_limit: Fen | Unknown
) -> Fen | Unknown:
    """Take the household's limit by the method the place has chosen (两种算法择一), fen."""
    methods = {"sum_of_personal_limits": sum_of_personal_limits, "flat": flat_limit}
    return methods[financial_cap_method]


@rule("货币财产符合条件", article=law("649", 10), meets_unknown=True)
def financial_assets_test(
    *,
    financial_assets: Fen | Unknown,
    known_financial_assets: Fen,
    most_financial_assets: Fen | Unknown,
    financial_cap: Fen | Unknown,
    financial_cap_method_operator: str,
) -> Truth:
    """
    Hold financial assets against the limit (不超过, the limit itself passes).

    What is known alone may exceed it, whatever a silent source would add; what they are at most may
    stay within it, whatever they are; having none passes.
    """
    return any_of(
        all_of(is_none(financial_assets), is_none(known_financial_assets)),
        all_of(
            compare(known_financial_assets, financial_cap_method_operator, financial_cap),
            any_of(
                compare(financial_assets, financial_cap_method_operator, financial_cap),
                compare(most_financial_assets, financial_cap_method_operator, financial_cap),
            ),
        ),
    )


@rule("住房", article=law("649", 10), of=Level.ASSET, meets_unknown=True)
def home_units(
    *,
    asset_class: str,
    asset_kind: str | Unknown,
    home_kinds: tuple[str, ...] | Unknown,
    building_exempt_kinds: tuple[str, ...] | Unknown,
) -> Count | Unknown:
    """Count a home as one, whatever the share in it; other assets and exempt kinds as none."""
    counted = all_of(
        is_kind(asset_class, "real_estate"),
        among(asset_kind, home_kinds),
        opposite(among(asset_kind, building_exempt_kinds)),
    )
    return choose(counted, _ONE, _NONE)


@rule("住房建筑面积", article=law("649", 10), of=Level.ASSET, meets_unknown=True)
def home_area(home_units: Count | Unknown, floor_area: Area | Unknown) -> Area | Unknown:
    """Keep the floor area of a home, square metres by the share owned; other assets have none."""
    return choose(is_none(home_units), _NO_AREA, floor_area)


@rule("非居住类房屋", article=law("649", 10), of=Level.ASSET, meets_unknown=True)
def other_building_units(
    *,
    asset_class: str,
    asset_kind: str | Unknown,
    home_kinds: tuple[str, ...] | Unknown,
    building_exempt_kinds: tuple[str, ...] | Unknown,
) -> Count | Unknown:
    """Count a shop, office, garage or other building that is no home as one, unless exempt."""
    counted = all_of(
        is_kind(asset_class, "real_estate"),
        opposite(among(asset_kind, home_kinds)),
        opposite(among(asset_kind, building_exempt_kinds)),
    )
    return choose(counted, _ONE, _NONE)


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


@rule("房屋总数", article=law("57-2021"))
def real_estates(homes: Count, other_buildings: Count) -> Count:
    """Add homes and other buildings, for the report; no condition rests on the sum."""
    return Count(homes + other_buildings)


@rule("受灾家庭的住房符合条件", article=law("649", 10), meets_unknown=True)
def homes_fit_after_disaster(
    *,
    major_disaster: Truth,
    homes: Count | Unknown,
    homes_area: Area | Unknown,
    members: Count,
    average_floor_area: Area | Unknown,
    homes_allowed_after_disaster: Count | Unknown,
    disaster_area_multiple: Share | Unknown,
    disaster_area_multiple_operator: str,
) -> Truth:
    """
    Test homes after a major disaster: more of them, and an area within a multiple of the average.

    Multiplied out: area against average × multiple × members. A place without the rule has none.
    """
    most = share_of(average_floor_area * members, disaster_area_multiple)
    small = compare(homes_area, disaster_area_multiple_operator, most)
    allowed = at_most(homes, homes_allowed_after_disaster)
    return all_of(is_known(homes_allowed_after_disaster), major_disaster, allowed, small)


@rule("房屋符合条件", article=law("649", 10), meets_unknown=True)
def real_estate_test(
    *,
    homes: Count | Unknown,
    homes_area: Area | Unknown,
    members: Count,
    other_buildings: Count | Unknown,
    homes_of_need: Count,
    homes_allowed: Count | Unknown,
    homes_allowed_if_small: Count | Unknown,
    average_floor_area: Area | Unknown,
    homes_fit_after_disaster: Truth,
    other_buildings_allowed: Count | Unknown,
    buildings_confirmed: Truth,
) -> Truth:
    """
    Test homes and other buildings (住房套数、人均面积、非居住类房屋).

    The home that everybody needs, as many as the place allows, or more with a floor area per head
    below the average of the year before (multiplied out: area below average × members); and no
    building that is not a home.
    """
    homes_fit = any_of(
        is_none(homes),
        at_most(homes, homes_of_need),
        at_most(homes, homes_allowed),
        all_of(
            is_known(homes_allowed_if_small),
            at_most(homes, homes_allowed_if_small),
            below(homes_area, average_floor_area * members),
        ),
        homes_fit_after_disaster,
    )
    others_fit = any_of(is_none(other_buildings), at_most(other_buildings, other_buildings_allowed))
    return any_of(all_of(homes_fit, others_fit), open_unless(buildings_confirmed))
