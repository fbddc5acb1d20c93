"""The floor of `hedui bench --policy`: the same arithmetic by hand, in NumPy, on one thread.

For one place and all that a household can fall into, with its numbers written out: no unknowns, no
other method, no other place, nothing told. Money is fen.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from hedui.policy.columns import Registry
from hedui.policy.rule import Level

YES = 2
STANDARD, MINOR, EDGE, WAGE, DISREGARD = 159_500, 207_500, 319_000, 269_000, 87_000
LIMITS = {
    "dibao": (3_828_000, 4_210_800, 4_593_600),
    "dibao_edge": (5_742_000, 6_316_200, 6_890_400),
    "rigid_expenditure": (36 * STANDARD, 36 * STANDARD, 36 * STANDARD * 6 // 5),
}
NOT_COUNTED = (
    "preferential_treatment",
    "family_planning_award",
    "scholarship",
    "heroism_award",
    "social_assistance",
)
NOT_OBLIGED = (
    "tekun",
    "elderly_dibao",
    "severe_disability",
    "in_custody",
    "missing",
    "incapable",
    "elderly_low_income",
)
Values = dict[str, Any]


class ByHand:
    """A registry in plain arrays."""

    def __init__(self, registry: Registry) -> None:
        tables = registry.tables
        self.facts = {
            name: value.values
            for table in tables.values()
            for name, value in table.facts.items()
            if hasattr(value, "values")
        }
        self.names: Mapping[str, tuple[str, ...]] = {
            name: value.names
            for table in tables.values()
            for name, value in table.facts.items()
            if hasattr(value, "names")
        }
        self.agreed = tables[Level.OBLIGOR].facts["agreed_amount"].known
        self.size = self.facts["members"]
        self.owner = {level: table.owner for level, table in tables.items()}
        persons = len(self.owner[Level.MEMBER])
        self.ends = np.searchsorted(self.owner[Level.MEMBER], np.arange(registry.households + 1))
        numbers = np.arange(persons + 1)
        self.rows = {
            level: np.searchsorted(self.owner[level], numbers)
            for level in (Level.INCOME, Level.EXPENSE, Level.ASSET, Level.OBLIGOR)
        }

    def code(self, name: str, *wanted: str) -> Any:
        """Say of each row whether its code is one of these."""
        names = self.names[name]
        if len(wanted) == 1:
            return self.facts[name] == names.index(wanted[0])
        return np.isin(np.arange(len(names)), [names.index(one) for one in wanted])[
            self.facts[name]
        ]

    def each(self, values: Any, level: Level) -> Any:
        """Add up the lines of each member."""
        return per(values, self.rows[level])

    def all(self, values: Any) -> Any:
        """Add up the members of each household."""
        return per(values, self.ends)


def per(values: Any, ends: Any) -> Any:
    """Add up the rows of each owner."""
    total = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=total[1:])
    return total[ends[1:]] - total[ends[:-1]]


def by_hand(registry: Registry) -> dict[str, Values]:
    """Compute what every household, and for 单人保 every member, falls into."""
    on = ByHand(registry)
    facts, groups = on.facts, _groups(on)
    due, able = _maintenance(on, groups)
    fits = _vehicles(on) & _homes(on) & _shops(on)
    deposits = np.where(on.code("asset_class", "deposit"), facts["asset_value"], 0)
    saved = on.all(on.each(deposits, Level.ASSET))
    within = {name: fits & (saved <= _cap(on, groups, name)) for name in LIMITS}
    members, income = _income(on, groups, due, NOT_COUNTED)
    line = 12 * STANDARD * on.size
    found: dict[str, Values] = {
        "dibao": _dibao(on, groups, income, within["dibao"]),
        "dibao_edge": {"qualifies": (income < 12 * EDGE * on.size) & within["dibao_edge"]},
        "low_income": {"qualifies": (2 * income < 5 * line) & within["rigid_expenditure"]},
        "rigid_expenditure": {"qualifies": _rigid(on, income) & within["rigid_expenditure"]},
    }
    found["dibao_edge"] |= _alone(on, groups, members, found["dibao_edge"]["qualifies"])
    for one in found.values():
        one["countable_income_annual"] = income
    found["tekun"] = _tekun(on, groups, due, able, within["dibao"])
    return found


def _groups(on: ByHand) -> Values:
    age, grade = on.facts["age"], on.facts["disability_grade"]
    disabled = on.facts["disabled"] == YES
    of_mind = on.code("disability_category", "mental")
    limb, vision = on.code("disability_category", "limb"), on.code("disability_category", "vision")
    unable = (of_mind & (grade <= 3)) | (limb & (grade <= 2)) | (vision & (grade <= 1))  # noqa: PLR2004
    return {
        "minor": age < 16,  # noqa: PLR2004
        "elderly": age >= 60,  # noqa: PLR2004
        "pupil": on.code("student", "compulsory", "senior", "college"),
        "disabled": disabled,
        "severe": disabled & ((grade <= 2) | (of_mind & (grade <= 3))),  # noqa: PLR2004
        "ill": on.facts["serious_illness"] == YES,
        "unable": (age >= 60) | (age < 16) | (disabled & unable),  # noqa: PLR2004
    }


def _maintenance(on: ByHand, groups: Values) -> tuple[Any, Any]:
    facts = on.facts
    needs = groups["elderly"] | groups["minor"] | ~on.code("work_capacity", "full")
    excess = facts["obligor_income"] - 18 * STANDARD * facts["obligor_size"]
    np.maximum(excess, 0, out=excess)
    support = np.where(facts["siblings"] <= 2, excess // 4, excess // 5)  # noqa: PLR2004
    # a quarter for each child, of two children half between them
    owed = np.where(on.code("obligor_relation", "parent"), facts["obligor_income"] // 4, support)
    owed = np.where(on.agreed, facts["agreed_amount"], owed)
    obliged = ~on.code("obligor_exempt", *NOT_OBLIGED)
    owed *= obliged & needs[on.owner[Level.OBLIGOR]]
    able = on.each(obliged & (excess > 0), Level.OBLIGOR)
    return on.each(owed, Level.OBLIGOR), on.all(able)


def _income(on: ByHand, groups: Values, due: Any, not_counted: tuple[str, ...]) -> tuple[Any, Any]:
    """Count each member's income and the household's, with disregard, work cost and care."""
    facts = on.facts
    net = facts["amount_received"] - facts["costs"] - facts["tax"] - facts["social_insurance"]
    net *= ~on.code("income_kind", *not_counted)
    class_ = facts["income_class"]
    wage = on.each(np.where(class_ == 0, net, 0), Level.INCOME)
    business = np.maximum(on.each(np.where(class_ == 1, net, 0), Level.INCOME), 0)
    rest = on.each(np.where(class_ >= 2, net, 0), Level.INCOME)  # noqa: PLR2004
    maintained = np.where(on.code("income_kind", "maintenance_received"), net, 0)
    shops = on.each(on.code("asset_kind", "sole_trader"), Level.ASSET) > 0
    imputed = _imputed(on, shops, (wage <= 0) & (business <= 0))
    earners, earned = on.owner[Level.MONTH], facts["labour_income"]
    cost = np.minimum(12 * STANDARD // 10, wage[earners])
    cost[wage[earners] <= 0] = 0
    cost += np.where(earned >= 12 * WAGE, 12 * DISREGARD, 0)
    wage[earners] = np.maximum(wage[earners] - cost, 0)
    paid = np.where(on.code("expense_kind", "maintenance_paid"), facts["amount_paid"], 0)
    beyond = np.maximum(due - on.each(maintained, Level.INCOME), 0)
    member = wage + business + imputed + rest + beyond - on.each(paid, Level.EXPENSE)
    np.maximum(member, 0, out=member)
    carer = np.maximum.reduceat(np.where(groups["severe"], 0, wage), on.ends[:-1])
    care = np.where(on.all(groups["severe"]) > 0, np.minimum(carer, 12 * WAGE), 0)
    return member, np.maximum(on.all(member) - care, 0)


def _imputed(on: ByHand, shops: Any, nothing_earned: Any) -> Any:
    facts, age = on.facts, on.facts["age"]
    jobless = (facts["employed"] != YES) | shops
    able = on.code("work_capacity", "full") & on.code("student", "none")
    male = on.code("sex", "male")
    yearly = np.where(age <= np.where(male, 60, 55), 6 * WAGE, 0)
    yearly = np.where(age <= np.where(male, 50, 45), 12 * WAGE, yearly)
    yearly = np.where(shops, 18 * WAGE, yearly)
    yearly *= jobless & able & nothing_earned & (age >= 18)  # noqa: PLR2004
    return yearly


def _cap(on: ByHand, groups: Values, name: str) -> Any:
    usual, small, special = LIMITS[name]
    higher = groups["minor"] | groups["pupil"] | groups["elderly"] | groups["disabled"]
    few = (on.size <= 2)[on.owner[Level.MEMBER]]  # noqa: PLR2004
    return on.all(np.where(higher, special, np.where(few, small, usual)))


def _vehicles(on: ByHand) -> Any:
    """Let one pass that is within 80,000 after 7 % a year, whole years."""
    facts = on.facts
    bounds = np.array([8_000_000 * 100**n // 93**n for n in range(16)])
    counted = on.code("asset_class", "vehicle") & ~on.code("asset_kind", "disability_scooter")
    cheap = counted & (facts["purchase_price"] <= bounds[facts["months_owned"] // 12])
    vehicles = on.all(on.each(counted, Level.ASSET))
    return (vehicles == 0) | ((vehicles == 1) & (on.all(on.each(cheap, Level.ASSET)) == 1))


def _homes(on: ByHand) -> Any:
    """Let one home pass, two with less than 37 square metres a head, and no other building."""
    built = on.code("asset_class", "real_estate")
    home = on.code("asset_kind", "residence", "homestead", "ancestral")
    homes = on.all(on.each(home, Level.ASSET))
    area = on.all(on.each(np.where(home, on.facts["floor_area"], 0), Level.ASSET))
    fits = (homes <= 1) | ((homes == 2) & (area < 37 * on.size))  # noqa: PLR2004
    return fits & (on.all(on.each(built & ~home, Level.ASSET)) == 0)


def _shops(on: ByHand) -> Any:
    """Let no registration pass but a family shop without employees."""
    shop = on.code("asset_kind", "sole_trader") & (on.facts["employees"] == 0)
    return on.all(on.each(on.code("asset_class", "business") & ~shop, Level.ASSET)) == 0


def _dibao(on: ByHand, groups: Values, income: Any, within: Any) -> Values:
    qualifies = (income < 12 * STANDARD * on.size) & within
    own = on.all(np.where(groups["minor"] | groups["pupil"], MINOR, STANDARD))
    more = on.all((groups["elderly"] | groups["severe"] | groups["ill"]) * 44_000)
    gap = np.maximum(np.maximum(12 * own - income, 0), 12 * STANDARD // 5 * on.size) + 12 * more
    return {"qualifies": qualifies, "amount": np.where(qualifies, (2 * gap + 12) // 24, 0)}


def _alone(on: ByHand, groups: Values, members: Any, on_the_edge: Any) -> Values:
    held = (groups["severe"] | groups["ill"]) & on_the_edge[on.owner[Level.MEMBER]]
    alone = held & (members < 12 * STANDARD)
    gap = (12 * STANDARD - members) * alone
    return {"may_apply_alone": alone, "alone_monthly": (2 * gap + 12) // 24}


def _rigid(on: ByHand, income: Any) -> Any:
    facts = on.facts
    kinds = on.code("expense_kind", "medical", "education")
    paid = on.all(on.each(np.where(kinds, facts["amount_paid"], 0), Level.EXPENSE))
    aid = np.where(on.code("income_kind", "social_assistance"), facts["amount_received"], 0)
    rigid = np.maximum(paid - on.all(on.each(aid, Level.INCOME)), 0) + 12 * STANDARD * on.size
    return (paid > 0) & (5 * rigid > 3 * income) & (income < 8_480_000 * on.size)


def _tekun(on: ByHand, groups: Values, due: Any, able: Any, within: Any) -> Values:
    _, income = _income(on, groups, due, (*NOT_COUNTED, "basic_resident_pension"))
    nobody = (on.all(groups["unable"]) == on.size) & (able == 0)
    qualifies = nobody & (income < 12 * STANDARD * on.size) & within
    care = np.array([26_900, 53_800, 107_600])[on.facts["self_care"]]
    amount = np.where(qualifies, 207_300 * on.size + on.all(care), 0)
    return {"qualifies": qualifies, "amount": amount, "countable_income_annual": income}
