"""Whole households, with all they have, at known places and at places drawn at random.

What they fall into, every test, every sum: as the independent script says. `python -m
tests.policy.test_oracle_whole 5000 [seed]` compares as many and says how many fell into what.
"""

import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from hedui.policy import compute, lock
from hedui.policy.kinds import ASSET_KINDS, BUSINESS_ROLES, EXEMPTIONS, LEAVINGS
from hedui.policy.parameters import read_files
from tests.policy import oracle_categories as oracle
from tests.policy import test_oracle as common
from tests.policy.random_places import write_places

ANSWERS = {True: "pass", False: "fail", None: "unknown"}
OFTEN = {"vehicle": 0.1, "real_estate": 0.25, "business": 0.1}


def thing(chance: random.Random, class_: str) -> dict[str, Any]:
    """A car, a home or a business; of one in ten something is not told."""
    said: dict[str, Any] = {"class": class_, "kind": chance.choice(ASSET_KINDS[class_])}
    if class_ == "real_estate":
        homes = ("residence", "residence", "residence", "homestead", "ancestral")
        said["kind"] = chance.choice((*homes, said["kind"]))
        told = {
            "floor_area": chance.choice((25, 37.1, "74.2", 111)),
            "share": chance.choice((1, 0.5)),
        }
    elif class_ == "vehicle":
        price = chance.choice((3_000_000, 5_000_000, 8_000_001, chance.randrange(20_000_000)))
        year, month = chance.choice((2015, 2019, 2020, 2024)), chance.choice((1, 7, 8))
        told = {
            "purchase_price": common.yuan(price),
            "purchased_on": f"{year}-{month:02d}-{chance.choice((1, 2)):02d}",
        }
        if chance.random() < 0.2:
            told["value"] = common.yuan(chance.choice((3_000_000, 5_000_001, 7_999_999)))
        if chance.random() < 0.5:
            told["insured_value"] = common.yuan(chance.choice((2_000_000, 8_000_000, 8_000_001)))
    else:
        told = {
            "role": chance.choice((*BUSINESS_ROLES, "owner")),
            "employees": chance.choice((0, 0, 2)),
            "employing_months": chance.choice((0, 6, 11, 12)),
            "profit": common.yuan(chance.choice((0, 1_920_000, 1_920_001, 3_276_000))),
            "value": common.yuan(chance.choice((500_000, 960_000, 5_000_000))),
        }
    left_out = chance.choice(sorted(told)) if chance.random() < 0.1 else ""
    return said | {name: value for name, value in told.items() if name != left_out}


def family(chance: random.Random, codes: Sequence[str]) -> dict[str, Any]:
    """A household; half of them old, young or unable, so that some are 特困."""
    case = common.family(chance)
    case |= {"division": chance.choice(codes), "programme": "any"}
    weak = chance.random() < 0.4
    for person in case["members"]:
        person["incomes"] = person["incomes"][: chance.choice((0, 1, 1, 2))]
        if weak:
            person["birth_date"] = chance.choice(("1950-01-01", "2015-01-01", "1965-08-01"))
        if chance.random() < 0.3:
            spent = common.yuan(chance.randrange(6_000_000))
            person["expenses"].append({"kind": "medical", "amount": spent, **common.YEAR})
        person["relation"] = chance.choice(("self", "spouse", "child", "sibling", "parent"))
        person["self_care"] = chance.choice(("full", "partial", "none"))
        person["single_parent"] = chance.random() < 0.1
        person["no_earnings_shown"] = chance.random() < 0.1
        if chance.random() < 0.1:
            person["graduated_on"] = chance.choice(("2025-06-30", "2025-02-01", "2020-06-30"))
        for class_, share in OFTEN.items():
            if chance.random() < share:
                person["assets"].append(thing(chance, class_))
                if chance.random() < 0.4:
                    person["assets"].append(thing(chance, class_))
    for one in case["obligors"]:
        one["exempt"] = chance.choice(("none", "none", *EXEMPTIONS))
    case["major_disaster"] = chance.random() < 0.1
    if chance.random() < 0.3:
        decided = chance.choice(("2025-07-31", "2025-01-15", "2024-11-23"))
        case["leaving"] = {"reason": chance.choice(LEAVINGS), "decided_on": decided}
    return case


def said_of(roots: Sequence[Path], case: dict[str, Any]) -> dict[str, Any]:
    found = oracle.placed(roots, case)
    out: dict[str, Any] = {
        "categories": found.categories,
        "possible": found.possible,
        "amount": found.amount,
        "alone": found.alone,
        "phase_out": found.phase_out,
    }
    for programme in oracle.ORDER:
        if oracle.exists(roots, case, programme):
            one = oracle.found_of(roots, case, programme)
            out[programme] = {
                "income": oracle.half_up(one.income),
                "tests": {name: ANSWERS[answer] for name, answer in one.tests.items()},
            }
    return out


def computed(case: dict[str, Any], places: Any, programmes: Sequence[str]) -> dict[str, Any]:
    result = compute(case, parameters=places)
    left = result.phase_out
    out: dict[str, Any] = {
        "categories": list(result.categories),
        "possible": list(result.possible),
        "amount": result.amount_fen,
        "alone": dict(result.alone),
        "phase_out": None if left is None else (left.first.isoformat(), left.last.isoformat()),
    }
    for programme in programmes:
        one = compute(case | {"programme": programme}, parameters=places)
        out[programme] = {
            "income": one.values["countable_income_annual_fen"],
            "tests": dict(one.tests),
        }
    return out


def compared(root: Path, seed: int, households: int) -> Iterator[tuple[Any, Any, Any]]:
    """Give of each household the case and both answers; half of them at places drawn at random."""
    chance = random.Random(seed)
    drawn = write_places(root, 40, seed)
    roots = (root, *common.ROOTS)
    places = common.PLACES.with_more(read_files(root, lock.all_declared()))
    for _ in range(households):
        case = family(chance, chance.choice((common.CODES, drawn)))
        if (
            common.oracle.Place(roots, case["division"], "dibao", common.ON)["standard_monthly"]
            is None
        ):
            continue
        common.brought_to_its_lines(chance, case, "dibao", roots)
        said = said_of(roots, case)
        yield case, said, computed(case, places, [n for n in oracle.ORDER if n in said])


@pytest.mark.parametrize("seed", range(2))
def test_whole_households_come_out_as_the_independent_script_says(seed, tmp_path):
    fell: Counter[str] = Counter()
    for case, said, got in compared(tmp_path, seed, 60):
        assert (case, got) == (case, said)
        fell.update(said["categories"] or ["none"])
    assert len(fell) >= 5


if __name__ == "__main__":
    differing = 0
    totals: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        seed = int((sys.argv[2:] or ["0"])[0])
        for case, said, got in compared(Path(folder), seed, int(sys.argv[1])):
            totals.update([*said["categories"], *(["alone"] if said["alone"] else [])] or ["none"])
            totals.update(["phase_out"] if said["phase_out"] else [])
            if said != got:
                differing += 1
                for name, one in said.items():
                    if one != got[name]:
                        print(case["division"], name, "\n  script:", one, "\n  rules: ", got[name])
                print(case)
    print(dict(totals), f"{differing} differ")
