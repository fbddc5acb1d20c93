"""
`kill -9` at every step of an exchange: each question leaves once, each answer is kept.

By files in a folder, over OpenSSH's own server and in an officer's hands, and in a lent view. What
is asked over HTTPS is killed in `test_killed_at_any_moment`, `test_together_killed_at_random` and
`test_a_gateway_that_answers_later`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import postgres_url

ROOT = Path(__file__).parents[2]
KEPT = {"asked": 9, "kept": 9, "facts": 9, "ledger": None}
BY_FILES = KEPT | {
    "files_left": 1, "in_files_left": 9, "answer_files": [{"kept": 9}], "finished": 1,
}  # fmt: skip

pytestmark = pytest.mark.timeout(900)


def each_step(data: Path, way: str, steps: int, **more: str) -> Iterator[tuple[str, dict]]:
    """Die at each step of a channel; yield it with what is left."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.stories.dying_at_a_step", str(data), way],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={k: v for k, v in os.environ.items() if not k.startswith("HEDUI_")}
        | {"HEDUI_DATA_DIR": str(data)} | more,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-2_000:] + run.stderr[-4_000:]
    found = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    assert len(found) == steps
    yield from ((one.pop("step"), one) for one in found)


@pytest.mark.parametrize(("way", "steps"), [("folder", 15), ("sftp", 6)])
def test_whatever_step_it_is_killed_at_nothing_is_lost_or_done_twice(begun, way, steps):
    for step, found in each_step(begun, way, steps):
        assert found == BY_FILES | {
            "requests": ["request.csv", "request.json"],
            "answers": ["processed"],
            "processed": 2 + 1,  # and what is told to the department
        }, step


def test_whatever_step_of_files_by_hand_it_is_killed_at_the_officer_goes_on(begun):
    for step, found in each_step(begun, "upload", 11):
        assert found == BY_FILES | {"requests": [], "answers": [], "processed": 0}, step


@pytest.mark.postgres
def test_whatever_step_of_a_view_it_is_killed_at_all_are_answered_once(begun):
    for step, found in each_step(begun, "database_view", 8, HEDUI_TEST_POSTGRES_URL=postgres_url()):
        assert found == KEPT, step
