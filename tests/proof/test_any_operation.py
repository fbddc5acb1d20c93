"""
Any operations by anybody, under kills: no request outside what was declared and signed.

A short siege on both databases in the suite; `make harness` lays the long one. A failing siege is
laid again, as far as the operating system lets it, by its seed.
"""

import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import postgres_url
from tests.databases import Role, application_role
from tests.proof.siege import Siege

OPERATIONS = int(os.environ.get("HEDUI_OPERATIONS", "400"))
KILLS = int(os.environ.get("HEDUI_KILLS", "5"))
CLERKS = int(os.environ.get("HEDUI_CLERKS", "3"))
WITHIN = float(os.environ.get("HEDUI_SIEGE_SECONDS", "30"))
ALL_WAYS = 400
"""After so many operations each way has been gone, though two of three are refused."""
SEED = int(os.environ.get("HEDUI_PROOF_SEED", "5"))

pytestmark = [pytest.mark.slow, pytest.mark.timeout(int(WITHIN) * 2 + 600)]


@pytest.fixture
def role() -> Iterator[Role]:
    """Make a role of its own for the siege."""
    with application_role(postgres_url()) as made:
        yield made


def lay_siege(folder: Path, database_url: str | None) -> None:
    """Lay siege, and have it judged."""
    siege = Siege(folder, SEED, OPERATIONS, KILLS, CLERKS, database_url)
    took = siege.run(WITHIN)
    became = siege.became()
    verdict = json.loads(siege.ask("tests.proof.judging"))
    print(
        f"\nHEDUI_PROOF_SEED={SEED}: {became.total()} operations in {took:.0f} s,"
        f" {siege.hit.total()} kills {dict(siege.hit)}, {siege.verified} households from the"
        f" terminal, {siege.answered} answers of the API\n{dict(became.most_common())}\n"
        f"{verdict['figures']}\nfaults: {len(verdict['faults'])},"
        f" deadlocks: {siege.deadlocks()}"
    )
    assert verdict["faults"] == [], f"HEDUI_PROOF_SEED={SEED}"
    assert not became["fault"], "".join(siege.said(f"clerk{n}") for n in range(CLERKS))
    figures = verdict["figures"]
    asked = figures["questions"]
    assert asked > min(became.total() // 20, 50), "too little was asked to judge by"
    # A siege that is asked for by number is not done before; the short one ends with its time.
    assert became.total() >= int(os.environ.get("HEDUI_OPERATIONS", "20"))
    assert siege.hit.total() >= int(os.environ.get("HEDUI_KILLS", "1"))
    assert siege.deadlocks() == 0
    if became.total() >= ALL_WAYS:
        assert figures["together"] and figures["ordered_by_interface"], "not every way was gone"


def test_nothing_is_asked_outside_on_sqlite(begun: Path):
    lay_siege(begun, None)


@pytest.mark.postgres
def test_nothing_is_asked_outside_on_postgresql(tmp_path: Path, role: Role):
    name = f"{role.name}_{secrets.token_hex(2)}"
    import psycopg

    with psycopg.connect(role.url("postgres"), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    lay_siege(tmp_path / "siege", role.url(name))
