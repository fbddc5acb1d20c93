"""
`kill -9` at random moments while many households are asked in one message: nothing is twice.

The platform is killed, or the department's gateway; the other side goes on.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import postgres_url

ROOT = Path(__file__).parents[2]
SEED, KILLS = int(os.environ.get("HEDUI_PROOF_SEED", "5")), int(os.environ.get("HEDUI_KILLS", "5"))
ON = "HEDUI_TOGETHER_URL"
"""An empty database of PostgreSQL for the platform, to try it there by hand."""

pytestmark = pytest.mark.timeout(900)


def left(folder: Path, way: str, victim: str, **more: str) -> dict:
    """Ask so while that is killed, and return what is left."""
    if ON in os.environ:
        more["HEDUI_DATABASE_URL"] = os.environ[ON]
    words = (folder, SEED, KILLS, way, victim)
    run = subprocess.run(
        [sys.executable, "-m", "tests.stories.dying_together", *map(str, words)],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={k: v for k, v in os.environ.items() if not k.startswith("HEDUI_")} | more,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-2_000:] + run.stderr[-4_000:]
    found: dict = json.loads(run.stdout.splitlines()[-1])
    assert found.pop("died") > 0, "nothing was in the midst of it"
    return found


def once(asked: int) -> dict:
    """Return what is to be left of so many questions."""
    return {
        "concluded": asked, "facts": asked, "answered_twice": 0, "without_ticket": 0,
        "arrived_twice": 0, "refused": 0, "under_way": 0, "ledger": None,
    }  # fmt: skip


def test_whenever_the_platform_is_killed_all_are_answered_once(begun):
    found = left(begun, "https_together", "platform")
    found.pop("again")
    assert found == once(found.pop("asked"))


def test_whenever_the_gateway_is_killed_all_are_answered_once(begun):
    found = left(begun, "https_together", "gateway")
    assert found.pop("again") > 0, "no question had to be asked again"
    assert found == once(found.pop("asked"))


@pytest.mark.postgres
def test_whenever_it_is_killed_over_a_view_all_are_answered_once(begun):
    found = left(begun, "view_together", "platform", HEDUI_TEST_POSTGRES_URL=postgres_url())
    found.pop("again")
    assert found == once(found.pop("asked"))
