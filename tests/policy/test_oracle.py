"""Random households of every place, at its lines and a fen beside: as an independent script says.

`python -m tests.policy.test_oracle 5000` compares as many and says how many lay on a line.
"""

import ast
import random
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from importlib.resources import files
from math import floor
from pathlib import Path
from typing import Any

import pytest

from hedui.policy import compute, lock
from hedui.policy.parameters import read_files
from hedui.policy.programme import programme as policy_programme
from tests.policy import oracle

HERE = Path(__file__).parent
ROOTS = (HERE / "places", Path(str(files("hedui.policy").joinpath("parameters"))))
PLACES = lock.place_parameters().with_more(read_files(HERE / "places", lock.all_declared()))
CODES = sorted(code for code in PLACES.places if code != "000000")
# where a step leaves parts of a fen: shares of a wage, months of work, maintenance, multiples
PARTS = ("152200", "330000", "990105", "990106", "990107", "990108", "990109", "990110", "990120")
ON = date(2025, 8, 1)
YEAR = {"from": "2024-08-01", "to": "2025-07-31"}
PROGRAMMES = ("dibao", "dibao_edge", "rigid_expenditure")
KINDS = {
    "wage": ("salary", "bonus", "labour_service"),
    "business": ("self_employed", "farm"),
    "property": ("rent", "interest"),
    "transfer": (
        *("pension", "basic_resident_pension", "donation", "maintenance_received"),
        *("social_assistance", "scholarship"),
    ),
}
MOST = 3_000_000


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def period(chance: random.Random) -> dict[str, str]:
    """A year, some of its months, or its last."""
    if chance.random() < 0.5:
        return YEAR
    first = chance.choice([4, 6, 7, 7])
    return {"from": f"2025-{first:02d}-01", "to": "2025-07-31"}


def income(chance: random.Random) -> dict[str, Any]:
    class_ = chance.choice(("wage", "wage", "wage", "business", "property", "transfer"))
    fen = chance.choice([chance.randrange(MOST), 269_000, 87_000 * 12 + 1])
    line = {"class": class_, "kind": chance.choice(KINDS[class_]), "amount": yuan(fen)}
    line |= period(chance) if class_ == "wage" else YEAR
    if class_ == "wage" and chance.random() < 0.3:
        line["started_on"] = chance.choice(["2024-03-15", "2024-11-01", "2025-06-01"])
    if class_ == "business":
        line["costs"] = yuan(chance.randrange(MOST))
    return line


def person(chance: random.Random, number: int) -> dict[str, Any]:
    age = chance.choice([0, 12, 16, 17, 18, 30, 45, 46, 50, 55, 59, 60, 75])
    said: dict[str, Any] = {
        "key": f"m{number}",
        "relation": "self" if number == 0 else "child",
        "birth_date": f"{2025 - age}-08-01",
        "sex": chance.choice(("male", "female")),
        "employed": chance.random() < 0.6,
        "work_capacity": chance.choice(("full", "full", "partial", "none")),
        "student": chance.choice(("none", "none", "senior", "postgraduate")),
        "serious_illness": chance.random() < 0.2,
        "incomes": [income(chance) for _ in range(chance.choice((0, 1, 1, 2)))],
        "assets": [
            {"class": chance.choice(("deposit", "security")), "value": yuan(chance.randrange(MOST))}
            for _ in range(chance.choice((0, 0, 1, 2)))
        ],
        "expenses": [
            {"kind": kind, "amount": yuan(chance.randrange(MOST)), **YEAR}
            for kind in ("medical", "education", "living", "maintenance_paid")
            if chance.random() < 0.2
        ],
    }
    if chance.random() < 0.25:
        category = chance.choice(("limb", "mental", "vision"))
        said["disability"] = {"category": category, "grade": chance.choice((1, 2, 3, 4))}
    return said


def obligor(chance: random.Random, people: list[dict[str, Any]]) -> dict[str, Any]:
    said = {
        "key": "o",
        "relation": chance.choice(("child", "child", "parent")),
        "supports": [p["key"] for p in people[: chance.choice((1, 1, 2, 3))]],
        "household_size": chance.choice((1, 3)),
        "household_income": yuan(chance.randrange(20_000_000)),
        "children_of_supported": chance.choice((1, 2, 3)),
        "exempt": chance.choice(("none", "none", "none", "tekun", "expenditure_driven")),
    }
    agreed = {"agreed_amount": yuan(chance.randrange(2_000_000))}
    return said | (agreed if chance.random() < 0.3 else {})


def family(chance: random.Random) -> dict[str, Any]:
    people = [person(chance, number) for number in range(chance.choice((1, 1, 2, 3, 4)))]
    obligors = [obligor(chance, people)] if chance.random() < 0.2 else []
    division = chance.choice(CODES if chance.random() < 0.5 else PARTS)
    return {"division": division, "as_of": ON.isoformat(), "members": people, "obligors": obligors}


def brought_to_its_lines(
    chance: random.Random, case: dict[str, Any], programme: str, roots: Sequence[Path] = ROOTS
) -> bool:
    """Add an income, an asset and an expense so that what was below a line is within a fen of it.

    Gives whether what it is brought to is a line of income to the very fen, or part of one.
    """
    first, on_it = case["members"][0], False
    found = oracle.household(roots, case, programme)
    if found.line is not None and found.income > 0:
        missing = floor((found.line - found.income) * 100) + chance.choice((-1, 0, 1))
        if missing > 0:
            gift = {"class": "transfer", "kind": "donation", "amount": yuan(missing), **YEAR}
            first["incomes"].append(gift)
            on_it = True
    if found.cap is not None:
        missing = floor((found.cap - found.held) * 100) + chance.choice((-1, 0, 1))
        if missing > 0:
            first["assets"].append({"class": "deposit", "value": yuan(missing)})
    if programme == "rigid_expenditure":
        income_now = oracle.household(roots, case, programme).income
        wanted = income_now * chance.choice((Fraction(3, 5), Fraction(2, 5), Fraction(3, 4)))
        missing = floor((wanted - oracle.spent(case, "medical", "education")) * 100)
        missing += chance.choice((-1, 0, 1))
        if missing > 0:
            first["expenses"].append({"kind": "medical", "amount": yuan(missing), **YEAR})
    return on_it


def half_up(amount: Fraction) -> int:
    return floor(amount * 100 + Fraction(1, 2))


def wanted(case: dict[str, Any], programme: str) -> dict[str, Any]:
    """Say what the result has to hold."""
    found = oracle.household(ROOTS, case, programme)
    people = len(case["members"])
    remains = programme == "rigid_expenditure" and (
        oracle.Place(ROOTS, case["division"], programme, ON)["rigid_method"] == "what_remains"
    )
    if remains:
        income_test = "unknown" if found.open_duty else "pass"
    elif found.line is None:
        income_test = "unknown"
    elif not oracle.holds(found.income, found.sign, found.line):
        income_test = "fail"
    else:
        income_test = "unknown" if found.open_duty else "pass"
    fits = None if found.cap is None else found.held <= found.cap
    assets = "pass" if fits or not found.held else "fail" if fits is False else "unknown"
    out: dict[str, Any] = {
        "income": half_up(found.income),
        "per_head": half_up(found.income / 12 / people),
        "tests": {"income": income_test, "financial_assets": assets},
    }
    if found.spends_enough is not None:
        out["tests"]["expenditure"] = found.spends_enough
    if programme == "dibao" and found.amount is not None:
        whole = oracle.Place(ROOTS, case["division"], programme, ON)["amount_rounding"]
        due = half_up(found.amount) if whole == "fen" else -floor(-found.amount) * 100
        out["amount"] = 0 if "fail" in out["tests"].values() else due
    return out


def computed(case: dict[str, Any], programme: str, names: dict[str, Any]) -> dict[str, Any]:
    result = compute(case | {"programme": programme}, parameters=PLACES)
    out = {
        "income": result.values["countable_income_annual_fen"],
        "per_head": result.values["per_capita_income_fen"],
        "tests": {name: result.tests[name] for name in names["tests"]},
    }
    return out | ({"amount": result.amount_fen} if "amount" in names else {})


def compared(seed: int, households: int) -> Iterator[tuple[Any, Any, Any, bool]]:
    """Give of each household the case, both answers, and whether it lies at a line."""
    chance = random.Random(seed)
    for _ in range(households):
        case, programme = family(chance), chance.choice(PROGRAMMES)
        folders = policy_programme(programme).folders
        if not PLACES.covers(division=case["division"], folders=folders, on=ON):
            continue
        on_it = brought_to_its_lines(chance, case, programme)
        said = wanted(case, programme)
        yield case | {"programme": programme}, said, computed(case, programme, said), on_it


@pytest.mark.parametrize("seed", range(4))
def test_random_households_come_out_as_the_independent_script_says(seed):
    near = 0
    for case, said, got, on_it in compared(seed, 100):
        assert (case, got) == (case, said)
        near += on_it
    assert near > 15


def test_the_script_shares_no_code_with_the_rules():
    read = ast.parse(Path(oracle.__file__).read_text(encoding="utf-8"))
    imported = {
        node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(read)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert not any(str(name).startswith("hedui") for name in imported)


if __name__ == "__main__":
    differing = near = 0
    for case, said, got, on_it in compared(int((sys.argv[2:] or ["0"])[0]), int(sys.argv[1])):
        near += on_it
        if said != got:
            differing += 1
            print(case, "\n  script:", said, "\n  rules: ", got)
    print(f"{near} at a line of income to the fen; {differing} differ")
