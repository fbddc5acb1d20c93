"""What `hedui bench --policy` measures: the rules for one household and for a million.

The floor is the same arithmetic for 低保 and 低保边缘 of Shanghai, written by hand in NumPy for
these two programmes and nothing else, on one thread; the results must be equal to the fen.
"""

import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np

from hedui import policy
from hedui.policy import lock
from hedui.policy.column import Codes, Column
from hedui.policy.columns import Registry, Table, evaluate
from hedui.policy.engine import RuleSet
from hedui.policy.facts import LONG_AGO
from hedui.policy.kinds import RELATIONS
from hedui.policy.programme import programme
from hedui.policy.rule import Level
from hedui.policy.truth import UNKNOWN, Truth
from hedui.procedure.record.outcome import Trouble

ON = date(2024, 8, 1)
HOUSEHOLDS = 1_000_000
COUNTIES = 2_844
SCENARIOS = 10
REPETITIONS = 4
Rules = dict[str, tuple[RuleSet, dict[str, list[Any]]]]
_PLACE = "310000"
_STANDARD, _EDGE, _WAGE, _DISREGARD = 159_500, 319_000, 269_000, 87_000
LIMITS = {
    "dibao": (3_828_000, 4_210_800, 4_593_600),
    "dibao_edge": (5_742_000, 6_316_200, 6_890_400),
}
_INCOMES = ("wage", "transfer", "business")
_INCOME_KINDS = ("farm", "pension", "salary", "social_assistance")
_EMPTY = np.array([], dtype=np.int64)


def measure_policy(households: int = HOUSEHOLDS) -> dict[str, float]:
    """Measure and return the figures; the two computations must agree.

    What is compared is done in turn in the same run, several times, and the best of each counts:
    so other work on the machine disturbs both alike.

    :raises Trouble: they do not
    """
    registry, small = made(households), made(max(1, households // 100))
    rules = rules_here()
    _agree(evaluate(small, rules, wanted), by_hand(small))
    above = _memory_above(lambda: evaluate(registry, rules, wanted))
    _agree(evaluate(registry, rules, wanted), by_hand(registry))
    counties, of_counties = in_counties(registry, rules, COUNTIES)
    scenarios = [_raised(rules, step) for step in range(SCENARIOS)]
    best = _best(
        {
            "registry": lambda: evaluate(registry, rules, wanted),
            "hand": lambda: by_hand(registry),
            "counties": lambda: evaluate(counties, of_counties, wanted),
            "small": lambda: evaluate(small, rules, wanted),
            "scenarios": lambda: [evaluate(registry, one, wanted) for one in scenarios],
        },
        REPETITIONS,
    )
    (whole, whole_cpu), (hand, hand_cpu) = best["registry"], best["hand"]
    return {
        "one_household_ms": _one_household() * 1000,
        "registry_s": whole,
        "by_hand_s": hand,
        "registry_of_hand": whole / hand,
        "cpu_of_hand": whole_cpu / hand_cpu,
        "above_inputs_mib": above,
        "growth": whole_cpu / households / (best["small"][1] / small.households),
        "scenarios_s": best["scenarios"][0],
        "scenarios_of_one": best["scenarios"][1] / whole_cpu / SCENARIOS,
        "counties_of_one": best["counties"][1] / whole_cpu,
        "households": households,
        "persons": len(registry.tables[Level.MEMBER].owner),
    }


def rules_here() -> Rules:
    """Give both programmes with the parameters of the place that is measured."""
    return {name: (programme(name).rules, _parameters(name)) for name in ("dibao", "dibao_edge")}


def _memory_above(work: Callable[[], Any]) -> float:
    """Give the MiB that a work needs at most above what is held when it begins.

    A process of its own, forked here, begins with what is held and has no earlier peak.
    """
    forked = multiprocessing.get_context("fork")
    above = forked.Value("q")

    def measured() -> None:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        work()
        above.value = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before

    child = forked.Process(target=measured)
    child.start()
    child.join()
    return float(above.value) / 1024


def _best(works: dict[str, Callable[[], Any]], times: int) -> dict[str, tuple[float, float]]:
    """Give the least seconds, and the least of processor time, of each, all done in turn."""
    best: dict[str, tuple[float, float]] = {}
    for _ in range(times):
        for name, work in works.items():
            wall, cpu = time.perf_counter(), time.process_time()
            work()
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            before = best.get(name, (wall, cpu))
            best[name] = min(before[0], wall), min(before[1], cpu)
    return best


def in_counties(registry: Registry, rules: Rules, count: int) -> tuple[Registry, Rules]:
    """Spread the households over so many counties, each with monthly amounts of its own."""
    counties = range(count)
    spread_out = {
        name: (
            one,
            {
                key: [value + 137 * (n % 97) for n in counties]
                if key.endswith("_monthly") and isinstance(value, int)
                else [value] * count
                for key, (value,) in parameters.items()
            },
        )
        for name, (one, parameters) in rules.items()
    }
    key = np.random.default_rng(2).integers(0, count, registry.households)
    return Registry(registry.households, key, registry.tables), spread_out


def _raised(rules: Rules, step: int) -> Rules:
    """Raise the standard by so many per cent."""
    return {
        name: (
            one,
            {**parameters, "standard_monthly": [_STANDARD * (100 + step) // 100]},
        )
        for name, (one, parameters) in rules.items()
    }


def wanted(name: str, rule: str) -> bool:  # noqa: ARG001 - the same for both
    """Whether a value of a household is kept."""
    return rule in ("qualifies", "amount", "countable_income_annual")


def _median(work: Callable[[], Any], times: int) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def _parameters(name: str) -> dict[str, list[Any]]:
    one = programme(name)
    found = lock.place_parameters().resolve(
        one.parameters, division=_PLACE, folders=one.folders, on=ON
    )
    return {key: [resolved.use.value] for key, resolved in found.items()}


def _one_household() -> float:
    wage = {"class": "wage", "kind": "salary", "amount": "50400.00"}
    case = {
        "programme": "dibao",
        "division": _PLACE,
        "as_of": ON,
        "members": [
            {"key": "a", "birth_date": "1984-03-01", "incomes": [wage]},
            {"key": "b", "birth_date": "1986-05-20"},
            {"key": "c", "birth_date": "2014-06-01"},
        ],
    }
    return _median(lambda: policy.compute(case), 200)


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


def by_hand(registry: Registry) -> dict[str, tuple[Any, Any, Any]]:
    """Compute both programmes by hand: qualifies, amount, income, of every household."""
    tables, households = registry.tables, registry.households
    owner = tables[Level.MEMBER].owner
    ends = np.searchsorted(owner, np.arange(households + 1))
    size = tables[Level.HOUSEHOLD].facts["members"].values
    income = _members_income(registry)
    yearly = _per(income, ends)
    saved = _per(tables[Level.ASSET].facts["asset_value"].values, ends)
    age = tables[Level.MEMBER].facts["age"].values
    special = (age < 16) | (age >= 60)
    found = {}
    for name, line in (("dibao", _STANDARD), ("dibao_edge", _EDGE)):
        usual, small, high = LIMITS[name]
        own = np.where(special, high, np.where(size[owner] <= 2, small, usual))
        qualifies = (yearly < 12 * line * size) & (saved <= _per(own, ends))
        gap = np.maximum(0, 12 * _STANDARD * size - yearly)
        amount = np.where(qualifies, (2 * gap + 12) // 24, 0)
        found[name] = (qualifies, amount, yearly)
    return found


def _members_income(registry: Registry) -> Any:
    tables = registry.tables
    lines, facts = tables[Level.INCOME].owner, tables[Level.INCOME].facts
    counted = np.where(facts["income_kind"].values == 3, 0, facts["amount_received"].values)
    persons = len(tables[Level.MEMBER].owner)
    starts = np.searchsorted(lines, np.arange(persons + 1))
    income = _per(counted, starts)
    earners = tables[Level.MONTH].owner
    wages = tables[Level.MONTH].facts["labour_income"].values
    income[earners] -= np.where(wages >= 12 * _WAGE, 12 * _DISREGARD, 0)
    return income


def _per(values: Any, ends: Any) -> Any:
    total = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=total[1:])
    return total[ends[1:]] - total[ends[:-1]]


def _agree(found: Any, hand: Any) -> None:
    for name, (qualifies, amount, income) in hand.items():
        mine = found[name]
        same = ((mine["qualifies"].values == 2) == qualifies).all()
        same &= (mine["countable_income_annual"].values == income).all()
        if "amount" in mine:
            same &= (mine["amount"].values == amount).all()
        if not same:
            raise Trouble(f"两种算法的结果不同({name})")
