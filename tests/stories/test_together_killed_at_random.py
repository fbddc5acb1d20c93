"""`kill -9` at random moments while many households are asked in one message: nothing is twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SEED, KILLS = int(os.environ.get("HEDUI_PROOF_SEED", "5")), int(os.environ.get("HEDUI_KILLS", "5"))


@pytest.mark.timeout(900)
def test_whenever_it_is_killed_all_are_answered_once(tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "tests.stories.dying_together", *map(str, (tmp_path, SEED, KILLS))],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={k: v for k, v in os.environ.items() if not k.startswith("HEDUI_")},
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-2_000:] + run.stderr[-4_000:]
    found = json.loads(run.stdout.splitlines()[-1])
    asked = found.pop("asked")
    assert found.pop("died") > 0
    assert found == {
        "concluded": asked, "facts": asked, "answered_twice": 0, "without_ticket": 0,
        "arrived_twice": 0, "refused": 0, "under_way": 0, "ledger": None,
    }  # fmt: skip
