"""A registry from another generator, held against its truth and a script that shares no line."""

import random
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.batch.by_script import check
from tests.batch.test_recheck import run, write

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
WIDE = {ord(c): chr(ord(c) + 0xFEE0) for c in "0123456789X"}
assert not set(WIDE.values()) & set("0123456789X")
AS_OF, LATE = "2024-08-01", "2024-07-31"
HOUSEHOLDS = 300


def number(chance: random.Random, order: int) -> str:
    """Make up a number of nobody: no division begins with 99."""
    born = f"{chance.randrange(1935, 2015)}{chance.randrange(1, 13):02}{chance.randrange(1, 29):02}"
    digits = f"99{order // 1000 % 10000:04}{born}{order % 1000:03}"
    total = sum(int(d) * w for d, w in zip(digits, WEIGHTS, strict=True))
    return digits + "10X98765432"[total % 11]


def written_as(chance: random.Random, right: str) -> tuple[str, bool]:
    """Write a number as somebody might, and say whether it can still be read."""
    kind = chance.random()
    if kind < 0.05 and right[6:8] == "19":
        return right[:6] + right[8:17], True
    if kind < 0.10:
        return right.translate(WIDE), True
    if kind < 0.15:
        return f" {right[:6]} {right[6:14]} {right[14:].lower()}", True
    if kind < 0.20:
        place = chance.randrange(17)
        return right[:place] + str((int(right[place]) + 1) % 10) + right[place + 1 :], False
    return (right, True) if kind < 0.97 else ("", False)


def made(folder: Path, chance: random.Random) -> list[dict[str, Any]]:
    """Write a registry and three departments' files; return the truth, row by row."""
    tables: dict[str, list[dict[str, str]]] = {
        "registry/members": [], "registry/households": [], "registry/declared": [],
        "sources/bank": [], "sources/tax": [], "sources/vehicle": [],
    }  # fmt: skip
    truth: list[dict[str, Any]] = []
    for order in range(HOUSEHOLDS * 4):
        inside = order < HOUSEHOLDS * 3
        home, key = f"户{order // 3:05}", f"m{order % 3}"
        name = chance.choice("赵钱孙李周吴") + chance.choice("一丁七万丈") + chance.choice("兰芳明")
        own = number(chance, order)
        signed = chance.random() < 0.9
        if inside:
            tables["registry/members"].append({
                "household_id": home, "member_key": key, "name": name, "id_number": own,
                "relation": "self" if key == "m0" else "other",
                "authorized_until": AS_OF if signed else chance.choice(["", LATE]),
                "authorized_items": "*",
            })  # fmt: skip
            if key == "m0":
                tables["registry/households"].append({
                    "household_id": home, "division": "310101", "programme": "dibao",
                    "as_of": AS_OF,
                })  # fmt: skip
            for class_, kind in (("deposit", "bank"), ("wage", "salary")):
                if chance.random() < 0.5:
                    tables["registry/declared"].append({
                        "household_id": home, "member_key": key, "class": class_, "kind": kind,
                        "amount_fen": str(chance.randrange(10**6)), "count": "1",
                    })  # fmt: skip
        for source in ("bank", "tax", "vehicle"):
            for _ in range(chance.choice((0, 0, 1, 2))):
                told, readable = written_as(chance, own)
                called = name if chance.random() < 0.95 else "另一人"
                truth.append({
                    "source": source, "source_row": len(tables[f"sources/{source}"]),
                    "household_id": home, "member_key": key, "inside": inside, "signed": signed,
                    "readable": readable, "named": called == name,
                })  # fmt: skip
                tables[f"sources/{source}"].append(
                    {"name": called, "id_number": told, "as_of": LATE} | row(chance, source)
                )
    for path, lines in tables.items():
        (folder / path).parent.mkdir(exist_ok=True)
        write(folder / f"{path}.csv", lines)
    return truth


def row(chance: random.Random, source: str) -> dict[str, str]:
    if source == "bank":
        return {"balance_fen": str(chance.randrange(10**7)), "outflow_6m_fen": "0"}
    if source == "tax":
        period = f"{chance.choice((2023, 2024))}-{chance.randrange(1, 13):02}"
        kind = chance.choice(("wage", "bonus", "interest"))
        amount = str(chance.randrange(10**6))
        return {"income_type": kind, "period": period, "amount_fen": amount, "tax_fen": "0"}
    bought = {"registered_on": "2019-05-01", "purchase_price_fen": ""}
    return {"vehicle_class": "car", "status": "normal"} | bought


@pytest.mark.parametrize("seed", range(2))
def test_it_finds_what_is_true_and_adds_it_up_to_the_fen(tmp_path, seed):
    truth = made(tmp_path, random.Random(f"another {seed}"))
    run(tmp_path)
    with duckdb.connect() as sql:
        facts = sql.execute(
            f"SELECT source, source_row, household_id, member_key, match = 'name_conflict'"
            f" FROM '{tmp_path}/out/facts.parquet'"
        ).fetchall()
    expected = [
        (t["source"], t["source_row"], t["household_id"], t["member_key"], not t["named"])
        for t in truth
        if t["inside"] and t["signed"] and t["readable"]
    ]
    assert sorted(facts) == sorted(expected)  # all that is true, and nobody who did not sign
    assert len(facts) > 500
    check(tmp_path, seed)
