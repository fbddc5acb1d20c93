"""
`kill -9` at every step of an exchange of files: each question leaves once, each answer is kept.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_whatever_step_it_is_killed_at_nothing_is_lost_or_done_twice(begun):
    run = subprocess.run(
        [sys.executable, "-m", "tests.stories.dying_with_files", str(begun)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=240,
        env={k: v for k, v in os.environ.items() if not k.startswith("HEDUI_")}
        | {"HEDUI_DATA_DIR": str(begun)},
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-2_000:] + run.stderr[-4_000:]
    found = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    assert len(found) == 15
    for one in found:
        step = one.pop("step")
        assert one == {
            "asked": 9,
            "files_left": 1,
            "in_files_left": 9,
            "kept": 9,
            "facts": 9,
            "answer_files": [{"kept": 9}],
            "finished": 1,
            "requests": ["request.csv", "request.json"],
            "answers": ["processed"],
            "processed": 2 + 1,  # and what is told to the department
            "ledger": None,
        }, step
