"""The lean registry that OpenFisca and SQL are compared on: incomes by kind and a deposit each.

One line in fifty lies on the standard to the fen. Money is fen.
"""

from datetime import date
from typing import Any

import numpy as np

from hedui.faces.cli.policy_bench import Rules
from hedui.policy import lock
from hedui.policy.column import Codes, Column
from hedui.policy.columns import Registry, Table
from hedui.policy.facts import LONG_AGO
from hedui.policy.kinds import RELATIONS
from hedui.policy.programme import programme
from hedui.policy.rule import Level
from hedui.policy.truth import UNKNOWN, Truth

ON = date(2024, 8, 1)
LIMITS = {
    "dibao": (3_828_000, 4_210_800, 4_593_600),
    "dibao_edge": (5_742_000, 6_316_200, 6_890_400),
}
_PLACE, _STANDARD = "310000", 159_500
_INCOMES = ("wage", "transfer", "business")
_INCOME_KINDS = ("farm", "pension", "salary", "social_assistance")
_EMPTY = np.array([], dtype=np.int64)


def rules_here() -> Rules:
    """Give both programmes with the parameters of the place that is measured."""
    return {name: (programme(name).rules, _parameters(name)) for name in ("dibao", "dibao_edge")}


def _parameters(name: str) -> dict[str, list[Any]]:
    one = programme(name)
    found = lock.place_parameters().resolve(
        one.parameters, division=_PLACE, folders=one.folders, on=ON
    )
    return {key: [resolved.use.value] for key, resolved in found.items()}


def made(households: int, seed: int = 1) -> Registry:
    """Make a registry of 2.6 persons a household, one in fifty of them on a line to the fen."""
    chance = np.random.default_rng(seed)
    sizes = chance.choice([1, 2, 3, 4, 5, 6], households, p=[0.22, 0.3, 0.24, 0.14, 0.07, 0.03])
    owner = np.repeat(np.arange(households), sizes)
    persons = len(owner)
    incomes = np.sort(chance.choice(persons, persons, replace=True))
    class_ = chance.choice(3, persons, p=[0.45, 0.4, 0.15])
    kind = np.choose(class_, [2, chance.choice([1, 3], persons, p=[0.9, 0.1]), 0])
    fen = chance.integers(0, 6_000_000, persons)
    pegged = chance.random(persons) < 0.02
    line = 12 * _STANDARD * sizes[owner[incomes]] + chance.integers(-1, 2, persons)
    fen = np.where(pegged, line, fen)
    wages = np.zeros(persons, dtype=np.int64)
    np.add.at(wages, incomes, np.where(class_ == 0, fen, 0))
    earners = np.flatnonzero(wages)
    tables = {
        Level.HOUSEHOLD: Table(_EMPTY, {"members": Column(sizes.astype(np.int64))}),
        Level.MEMBER: Table(owner, _persons(chance, persons)),
        Level.INCOME: Table(incomes, _incomes(class_, kind, fen)),
        Level.MONTH: Table(earners, {"labour_income": Column(wages[earners]), "months": 12}),
        Level.ASSET: Table(np.arange(persons), _assets(chance, persons)),
        Level.EXPENSE: Table(_EMPTY, {"expense_kind": "living", "amount_paid": 0}),
        Level.OBLIGOR: Table(
            _EMPTY,
            {
                "obligor_relation": "child",
                "obligor_exempt": "none",
                "obligor_size": 1,
                "obligor_income": 0,
                "siblings": 1,
                "supported": 1,
                "agreed_amount": 0,
            },
        ),
    }
    return Registry(households, np.zeros(households, dtype=np.int64), tables)


def _persons(chance: Any, persons: int) -> dict[str, Any]:
    return {
        "age": Column(chance.integers(0, 95, persons)),
        "sex": Codes(chance.integers(0, 2, persons), ("female", "male")),
        "relation": Codes(chance.integers(0, 7, persons), RELATIONS),
        "employed": Truth.UNKNOWN,
        "work_capacity": UNKNOWN,
        "student": "none",
        "disabled": Truth.NO,
        "disability_category": "none",
        "disability_grade": 9,
        "serious_illness": Truth.NO,
    }


def _incomes(class_: Any, kind: Any, fen: Any) -> dict[str, Any]:
    return {
        "income_class": Codes(class_, _INCOMES),
        "income_kind": Codes(kind, _INCOME_KINDS),
        "amount_received": Column(fen),
        "costs": 0,
        "tax": 0,
        "social_insurance": 0,
        "months_in_job_before": LONG_AGO,
        "months_of_line": 12,
    }


def _assets(chance: Any, persons: int) -> dict[str, Any]:
    return {
        "asset_class": "deposit",
        "asset_kind": "bank",
        "asset_value": Column(chance.integers(0, 8_000_000, persons)),
        "purchase_price": UNKNOWN,
        "months_owned": UNKNOWN,
        "floor_area": UNKNOWN,
    }
