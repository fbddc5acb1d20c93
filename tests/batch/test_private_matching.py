"""Private matching asks a source about whom a recheck would attach its rows to, and nobody else."""

import random
import sys
from importlib import import_module
from pathlib import Path

import pytest

from hedui.batch.asked import readable
from tests.batch.test_recheck import rows, run, write, written

MATCHING = Path(__file__).parents[2] / "matching/src"
LISTS = (
    *("*", "*", "bank", "*, online_finance", "death,custody.in_custody", "tax.amount_fen"),
    *("bank.balance_band", "*,vehicle.has_vehicle", "business_registration.has_entity", ""),
)
PROGRAMMES = ("dibao", "medical_aid", "education_aid", "temporary_aid", "any", "no_such")


@pytest.fixture
def numbers(monkeypatch):
    """Give what reads a registry in private matching, which is a program of its own."""
    monkeypatch.syspath_prepend(str(MATCHING))
    yield import_module("hedui_matching.numbers")
    for name in [name for name in sys.modules if name.startswith("hedui_matching")]:
        del sys.modules[name]


@pytest.mark.parametrize("seed", range(3))
def test_it_asks_about_whom_a_recheck_asks(delivered, numbers, seed):
    chance = random.Random(seed)
    members = written(delivered / "registry/members.csv")
    for line in members:
        line["authorized_items"] = chance.choice(LISTS)
        line["authorized_until"] = chance.choice(("2024-08-01", "2024-07-31", "2027-01-01"))
    write(delivered / "registry/members.csv", members)
    path = delivered / "registry/households.csv"
    write(path, [line | {"programme": chance.choice(PROGRAMMES)} for line in written(path)])
    head = {"name": "", "id_number": "", "as_of": "2024-07-31"}
    about_all = [head | {n: one[n] for n in ("name", "id_number")} for one in members]
    for name in readable():
        write(delivered / f"sources/{name}.csv", about_all)
    run(delivered)
    asked = {
        (name, *member)
        for name in readable()
        for one in numbers.authorized(delivered / "registry", name)
        for member in one.members
    }
    facts = rows(delivered / "out/facts.parquet")
    assert {(one["source"], one["household_id"], one["member_key"]) for one in facts} == asked
    assert {name for name, *_ in asked} > {"bank", "death"}
