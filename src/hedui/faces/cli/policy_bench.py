"""What `hedui bench --policy` measures: the rules for one household and for a million.

The floor is the same arithmetic for all that a household can fall into, written by hand in NumPy
for one place and nothing else, on one thread; the results must be equal to the fen.
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
from hedui.faces.cli import policy_sample as sample
from hedui.faces.cli.policy_by_hand import YES, by_hand
from hedui.policy import lock
from hedui.policy.column import Column, Truths
from hedui.policy.columns import Registry, evaluate
from hedui.policy.engine import RuleSet
from hedui.policy.programme import Programme, programmes
from hedui.policy.rule import Level
from hedui.procedure.record.outcome import Trouble

ON = date(2024, 8, 1)
HOUSEHOLDS = 1_000_000
COUNTIES = 2_844
FEW = 6
"""Three counties on two days, as many as the trial of engines held the 2,844 against."""
SCENARIOS = 10
REPETITIONS = 4
WANTED = ("qualifies", "amount", "countable_income_annual", "may_apply_alone", "alone_monthly")
Rules = dict[str, tuple[RuleSet, dict[str, list[Any]]]]


def measure_policy(households: int = HOUSEHOLDS) -> dict[str, float]:
    """Measure and return the figures; the two computations must agree.

    What is compared is done in turn in the same run, several times, and the best of each counts:
    so other work on the machine disturbs both alike.

    :raises Trouble: they do not
    """
    registry, small = sample.whole(households), sample.whole(max(1, households // 100))
    rules = rules_here()
    above = _memory_above(lambda: evaluate(registry, rules, wanted))
    _agree(evaluate(registry, rules, wanted), by_hand(registry))
    counties, of_counties = in_counties(registry, rules, COUNTIES)
    few, of_few = in_counties(registry, rules, FEW)
    scenarios = [_raised(rules, step) for step in range(SCENARIOS)]
    best = _best(
        {
            "registry": lambda: evaluate(registry, rules, wanted),
            "hand": lambda: by_hand(registry),
            "few": lambda: evaluate(few, of_few, wanted),
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
        "counties_of_few": best["counties"][1] / best["few"][1],
        "counties_of_one": best["counties"][1] / whole_cpu,
        "households": households,
        "persons": len(registry.tables[Level.MEMBER].owner),
    }


def rules_here() -> Rules:
    """Give every programme with the parameters of the place that is measured."""
    return {name: (one.rules, _parameters(name, one)) for name, one in programmes().items()}


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
            {**parameters, "standard_monthly": [sample.STANDARD * (100 + step) // 100]},
        )
        for name, (one, parameters) in rules.items()
    }


def wanted(name: str, rule: str) -> bool:  # noqa: ARG001 - the same for all
    """Whether the values of a rule are kept."""
    return rule in WANTED


def _median(work: Callable[[], Any], times: int) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def _parameters(name: str, one: Programme) -> dict[str, list[Any]]:
    resolved = lock.place_parameters().resolve(
        one.parameters, division=sample.PLACE, folders=one.folders, on=ON
    )
    found = {key: [value.use.value] for key, value in resolved.items()}
    own = sample.OWN | sample.OF_PROGRAMME.get(name, {})
    return found | {key: [value] for key, value in own.items() if key in found}


def _one_household() -> float:
    wage = {"class": "wage", "kind": "salary", "amount": "50400.00"}
    case = {
        "programme": "dibao",
        "division": sample.PLACE,
        "as_of": ON,
        "members": [
            {"key": "a", "birth_date": "1984-03-01", "incomes": [wage]},
            {"key": "b", "birth_date": "1986-05-20"},
            {"key": "c", "birth_date": "2014-06-01"},
        ],
    }
    return _median(lambda: policy.compute(case), 200)


def _agree(found: Any, hand: Any) -> None:
    """
    Hold the two computations against each other, every value of every household.

    :raises Trouble: they differ
    """
    for programme, values in hand.items():
        for name, by_hand_s in values.items():
            mine = found[programme][name]
            same = (
                mine.values == YES if isinstance(mine, Truths) else mine.values // mine.over
            ) == by_hand_s
            parts = isinstance(mine, Column) and (mine.values % mine.over).any()
            if parts or not same.all():
                raise Trouble(f"两种算法的结果不同({programme} {name})")
