"""T78: by a clock that is really moved, nothing adverse is confirmed up to the last day."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

ROOT = Path(__file__).parents[2]
# Handed over on 30 January 2024: thirty days later is the leap day, a Thursday.
HANDED = "2024-01-30 10:00:00"


def at(moment: str, step: str, folder: Path) -> str:
    """Run a step in a process of its own, whose clock stands elsewhere; China's time."""
    faketime = which("faketime")
    if faketime is None:
        pytest.skip("没有 faketime:请安装 faketime")
    done = subprocess.run(
        [faketime, moment, sys.executable, str(Path(__file__).with_name("moved_clock.py")), step],
        cwd=ROOT,
        env=os.environ
        | {
            "TZ": "Asia/Shanghai",
            "PYTHONPATH": str(ROOT),
            "HEDUI_DATA_DIR": str(folder),
            "HEDUI_DATABASE_URL": f"sqlite:///{folder / 'moved.sqlite3'}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4_000:]
    return done.stdout.strip()


@pytest.mark.faketime
def test_day_twenty_nine_thirty_and_thirty_one(tmp_path):
    assert at(HANDED, "begin", tmp_path) == "2024-02-29"
    for moment, said in (
        ("2024-02-28 23:59:50", "2024-02-28 soon refused refused"),
        ("2024-02-29 23:59:50", "2024-02-29 today refused refused"),
        ("2024-03-01 00:00:10", "2024-03-01 later confirmed confirmed"),
    ):
        assert at(moment, "confirm", tmp_path) == said
