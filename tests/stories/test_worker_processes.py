"""The worker shares its work among processes: one that dies is started again, none is left over."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.stories.town import children_of

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def worker(begun: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker of two processes over a fresh installation."""
    environment = os.environ | {"HEDUI_DATA_DIR": str(begun)}
    hedui = [sys.executable, "-m", "hedui"]
    subprocess.run([*hedui, "setup"], env=environment, check=True, stdout=subprocess.DEVNULL)
    process = subprocess.Popen(
        [*hedui, "worker", "--processes", "2"], env=environment, start_new_session=True
    )
    try:
        eventually(lambda: len(children_of(process.pid)) == 2)
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def eventually(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


def living(processes: list[int]) -> list[int]:
    return [pid for pid in processes if Path(f"/proc/{pid}").exists()]


def test_one_that_is_killed_is_started_again(worker):
    first, second = children_of(worker.pid)
    os.kill(first, signal.SIGKILL)
    eventually(lambda: len(children_of(worker.pid)) == 2 and first not in children_of(worker.pid))
    assert second in children_of(worker.pid)


def test_when_the_parent_is_killed_its_children_end(worker):
    children = children_of(worker.pid)
    worker.kill()
    worker.wait()
    eventually(lambda: not living(children))


def test_told_to_stop_all_stop(worker):
    children = children_of(worker.pid)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    assert not living(children)
