"""The registry that `hedui bench --policy` computes, and the place whose rules it is computed by.

Every chapter of the rules decides something for some household: wages with disregard and work cost,
imputed wages, care, obligors, vehicles by depreciation, homes by area, shops, unavoidable expenses.
"""

from fractions import Fraction
from typing import Any

import numpy as np

from hedui.policy.column import Codes, Column, Truths
from hedui.policy.columns import Registry, Table
from hedui.policy.facts import LONG_AGO
from hedui.policy.kinds import ASSET_KINDS, EXEMPTIONS, INCOME_KINDS, RELATIONS, STAGES
from hedui.policy.rule import Level
from hedui.policy.truth import Truth

STANDARD = 159_500
PLACE = "310000"
OWN: dict[str, Any] = {
    "basic_pension_excluded": Truth.NO,
    "tekun_standard_monthly": 207_300,
    "care_full_monthly": 26_900,
    "care_partial_monthly": 53_800,
    "care_none_monthly": 107_600,
    "rigid_method": "share_of_income",
    "rigid_ratio": Fraction(3, 5),
    "rigid_living_cost": Truth.YES,
    "disposable_income_annual": 8_480_000,
    "low_income_multiple": Fraction(5, 2),
    "amount_method": "own_standard",
    "floor_share": Fraction(1, 5),
    "supplement_monthly": 44_000,
    "supplement_groups": ("elderly", "severely_disabled", "seriously_ill"),
    "work_cost_method": "share_of_standard",
    "work_cost_share": Fraction(1, 10),
    "imputation": "by_age",
    "care_deducted": Truth.YES,
    "maintenance_order": "agreed_first",
    "maintenance_line_multiple": Fraction(3, 2),
    "maintenance_share_few": Fraction(1, 2),
    "maintenance_share_many": Fraction(2, 5),
    "child_share": Fraction(1, 4),
    "child_share_most": Fraction(1, 2),
    "vehicle_yearly_loss": Fraction(7, 100),
    "vehicles_confirmed": Truth.YES,
    "average_floor_area": 37,
    "buildings_confirmed": Truth.YES,
    "businesses_allowed": 0,
    "family_shop_rule": "exempt",
}
"""What the place of the bench sets beside the table of Shanghai, so that no rule is idle."""
_MONTHS_OF_STANDARD = {"financial_months": 36, "uplift_special": Fraction(1, 5)}
OF_PROGRAMME: dict[str, dict[str, Any]] = {
    "tekun": {"basic_pension_excluded": Truth.YES},
    "rigid_expenditure": _MONTHS_OF_STANDARD,
    "low_income": _MONTHS_OF_STANDARD,
}

_EMPTY = np.array([], dtype=np.int64)
_CLASSES = tuple(INCOME_KINDS)
_KINDS = tuple(kind for kinds in INCOME_KINDS.values() for kind in kinds)
_CLASS_OF = np.array([n for n, c in enumerate(_CLASSES) for _ in INCOME_KINDS[c]])
_SIZES = ([1, 2, 3, 4, 5, 6], [0.22, 0.3, 0.24, 0.14, 0.07, 0.03])


def whole(households: int, seed: int = 1) -> Registry:
    """Make a registry of 2.6 persons a household, one line in fifty on the standard to the fen."""
    chance = np.random.default_rng(seed)
    sizes = chance.choice(_SIZES[0], households, p=_SIZES[1])
    owner = np.repeat(np.arange(households), sizes)
    incomes = _incomes(chance, owner, sizes)
    tables = {
        Level.HOUSEHOLD: Table(
            _EMPTY,
            {
                "members": Column(sizes.astype(np.int64)),
                "expenses_told": Truth.YES,
                "obligors_told": Truth.YES,
            },
        ),
        Level.MEMBER: Table(owner, _persons(chance, len(owner))),
        Level.INCOME: incomes,
        Level.MONTH: _months(incomes, len(owner)),
        Level.EXPENSE: _expenses(chance, len(owner)),
        Level.ASSET: _assets(chance, len(owner)),
        Level.OBLIGOR: _obligors(chance, len(owner)),
    }
    return Registry(households, np.zeros(households, dtype=np.int64), tables)


def _codes(chance: Any, names: tuple[str, ...], shares: list[float], count: int) -> Codes:
    return Codes(chance.choice(len(names), count, p=shares), names)


def _some(chance: Any, share: float, count: int) -> Truths:
    return Truths(((chance.random(count) < share) * 2).astype(np.int8))


def _persons(chance: Any, count: int) -> dict[str, Any]:
    disabled = _some(chance, 0.08, count)
    held = disabled.values == 2  # noqa: PLR2004 - the code of yes
    category = np.where(held, chance.integers(1, 4, count), 0)
    return {
        "age": Column(chance.integers(0, 95, count)),
        "sex": Codes(chance.integers(0, 2, count), ("female", "male")),
        "relation": Codes(chance.integers(0, 7, count), RELATIONS),
        "employed": _some(chance, 0.5, count),
        "work_capacity": _codes(chance, ("full", "partial", "none"), [0.7, 0.1, 0.2], count),
        "self_care": _codes(chance, ("full", "partial", "none"), [0.9, 0.06, 0.04], count),
        "student": _codes(chance, STAGES, [0.8, 0.1, 0.05, 0.04, 0.01], count),
        "disabled": disabled,
        "disability_category": Codes(category, ("none", "limb", "vision", "mental")),
        "disability_grade": Column(np.where(held, chance.integers(1, 5, count), 9)),
        "serious_illness": _some(chance, 0.05, count),
    }


def _incomes(chance: Any, household: Any, sizes: Any) -> Table:
    count = len(household)
    owner = np.sort(chance.choice(count, count, replace=True))
    class_ = chance.choice(4, count, p=[0.45, 0.1, 0.1, 0.35])
    first, last = np.searchsorted(_CLASS_OF, class_), np.searchsorted(_CLASS_OF, class_, "right")
    kind = chance.integers(first, last)
    fen = chance.integers(0, 6_000_000, count)
    line = 12 * STANDARD * sizes[household[owner]] + chance.integers(-1, 2, count)
    fen = np.where(chance.random(count) < 0.02, line, fen)  # noqa: PLR2004
    return Table(
        owner,
        {
            "income_class": Codes(class_, _CLASSES),
            "income_kind": Codes(kind, _KINDS),
            "amount_received": Column(fen),
            "costs": Column(np.where(class_ == 1, chance.integers(0, 4_000_000, count), 0)),
            "tax": Column(np.where(class_ == 0, fen // 50, 0)),
            "social_insurance": Column(np.where(class_ == 0, fen // 10, 0)),
            "months_in_job_before": LONG_AGO,
            "months_of_line": 12,
        },
    )


def _months(incomes: Table, persons: int) -> Table:
    """Take a wage as earned evenly over twelve months: one row of a person for all of them."""
    facts = incomes.facts
    net = facts["amount_received"].values - facts["tax"].values - facts["social_insurance"].values
    wages = np.zeros(persons, dtype=np.int64)
    np.add.at(wages, incomes.owner, np.where(facts["income_class"].values == 0, net, 0))
    earners = np.flatnonzero(wages)
    return Table(earners, {"labour_income": Column(wages[earners]), "months": 12})


def _expenses(chance: Any, persons: int) -> Table:
    owner = np.flatnonzero(chance.random(persons) < 0.3)  # noqa: PLR2004
    kinds = ("medical", "education", "rent", "maintenance_paid")
    return Table(
        owner,
        {
            "expense_kind": _codes(chance, kinds, [0.6, 0.2, 0.15, 0.05], len(owner)),
            "amount_paid": Column(chance.integers(1, 4_000_000, len(owner))),
        },
    )


def _assets(chance: Any, persons: int) -> Table:
    """Give each person a deposit, and some a car, a home, a shop or what they let."""
    classes = ("deposit", "vehicle", "real_estate", "business")
    kinds = ("bank", *(kind for one in classes[1:] for kind in ASSET_KINDS[one]))
    class_of = np.array([0, *(n for n, one in enumerate(classes) for _ in ASSET_KINDS[one] if n)])
    more = np.flatnonzero(chance.random(persons) < 0.25)  # noqa: PLR2004
    odds = (np.array([0, 0.2, 0.7, 0.1]) / np.bincount(class_of))[class_of]
    kind = np.concatenate(
        [np.zeros(persons, np.int64), chance.choice(len(kinds), len(more), p=odds)]
    )
    owner = np.concatenate([np.arange(persons), more])
    order = np.argsort(owner, kind="stable")
    owner, kind, count = owner[order], kind[order], len(owner)
    deposit = kind == 0
    return Table(
        owner,
        {
            "asset_class": Codes(class_of[kind], classes),
            "asset_kind": Codes(kind, kinds),
            "asset_value": Column(
                np.where(deposit, chance.integers(0, 8_000_000, count), 0), deposit
            ),
            "purchase_price": Column(chance.integers(1_000_000, 20_000_000, count)),
            "months_owned": Column(chance.integers(0, 180, count)),
            "floor_area": Column(chance.integers(20, 120, count)),
            "employees": Column(chance.integers(0, 3, count)),
        },
    )


def _obligors(chance: Any, persons: int) -> Table:
    """Give some members somebody outside; incomes in whole yuan."""
    owner = np.flatnonzero(chance.random(persons) < 0.08)  # noqa: PLR2004
    count = len(owner)
    exempt = chance.choice([0, *range(1, len(EXEMPTIONS) + 1)], count, p=[0.8, *[0.02] * 10])
    return Table(
        owner,
        {
            "obligor_relation": _codes(chance, ("child", "parent"), [0.8, 0.2], count),
            "obligor_exempt": Codes(exempt, ("none", *EXEMPTIONS)),
            "obligor_size": Column(chance.integers(1, 5, count)),
            "obligor_income": Column(chance.integers(0, 200_000, count) * 100),
            "siblings": Column(chance.integers(1, 5, count)),
            "supported": Column(chance.integers(1, 3, count)),
            "agreed_amount": Column(
                chance.integers(0, 20_000, count) * 100,
                chance.random(count) < 0.2,  # noqa: PLR2004
            ),
        },
    )
