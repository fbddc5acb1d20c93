"""
Compute the sample with OpenFisca, compare, and print (make openfisca-figures).

Runs where OpenFisca-core is and Hedui is not.
"""

import json
import sys
import time
from typing import Any

import numpy as np
from openfisca_core.simulations import SimulationBuilder

from tests.openfisca.country import country, formulas

YEAR = "2024"
REPETITIONS = 3
INPUTS = ("salary", "pension", "farm", "social_assistance", "savings")
MONTHS = [f"{YEAR}-{month:02d}" for month in range(1, 13)]
# As Hedui's sample has them, for everybody: able to work, no pupil, not disabled.
SAME_FOR_ALL = {"work_capacity": 2, "grade": 9, "employed": True, "months_of_line": 12}


def computed(sample: Any, told: dict[str, Any]) -> tuple[dict[str, Any], float, float]:
    """Compute the sample; give the results, the seconds and the processor time of the best run."""
    households = len(sample["county"])
    best = best_cpu = float("inf")
    found: dict[str, Any] = {}
    for _ in range(REPETITIONS):
        simulation = _simulation(sample, told, households)
        wall, cpu = time.perf_counter(), time.process_time()
        for name in ("dibao", "dibao_edge", "amount"):
            found[name] = simulation.calculate(name, YEAR)
        best = min(best, time.perf_counter() - wall)
        best_cpu = min(best_cpu, time.process_time() - cpu)
    return found, best, best_cpu


def _simulation(sample: Any, told: dict[str, Any], households: int) -> Any:
    system = country(told["monthly"], told["limits"])
    builder = SimulationBuilder()
    builder.create_entities(system)
    persons = len(sample["household"])
    builder.declare_person_entity("person", np.arange(persons))
    homes = builder.declare_entity("household", np.arange(households))
    builder.join_with_persons(homes, sample["household"], np.array(["member"] * persons))
    simulation = builder.build(system)
    places = system.get_variable("county").possible_values
    simulation.set_input("county", YEAR, places.encode(sample["county"]))
    simulation.set_input("age", YEAR, sample["age"])
    for name in INPUTS:
        simulation.set_input(name, YEAR, sample[name] / 100)
    for name, value in SAME_FOR_ALL.items():
        simulation.set_input(name, YEAR, np.full(persons, value))
    for month in MONTHS:
        simulation.set_input("labour_income", month, sample["salary"] / 1200)
    return simulation


def main(path: str) -> None:
    """Print a line for each way of computing, and what OpenFisca decided otherwise."""
    sample = np.load(path)
    told = json.loads(str(sample["told"][0]))
    found, wall, cpu = computed(sample, told)
    figures = told["figures"] | {"openfisca": (wall, cpu)}
    mine, mine_cpu = figures["hedui"]
    counties = len(told["monthly"]["standard_monthly"])
    print(f"households {len(sample['county'])}, persons {len(sample['household'])}, {counties=}")
    print(f"rules {told['rules']} of Hedui, {formulas()} formulas of OpenFisca")
    for name, (one, one_cpu) in figures.items():
        print(f"{name:10} {one:8.2f} s {one / mine:7.1f} ×   cpu {one_cpu:8.2f} s", end="")
        print(f" {one_cpu / mine_cpu:7.1f} ×")
    wrong = sum(found[n] != sample[f"is_{n}"] for n in ("dibao", "dibao_edge")) > 0
    paid = np.rint(found["amount"].astype(np.float64) * 100).astype(np.int64)
    print(
        f"other decisions {int(wrong.sum())}, other amounts {int((paid != sample['amount']).sum())}"
    )


if __name__ == "__main__":
    main(sys.argv[1])
