"""T78: by a clock that is really moved, nothing adverse is confirmed up to the last day."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

ROOT = Path(__file__).parents[2]
MOVED = Path(__file__).with_name("moved_clock.py")
# Handed over on 30 January 2024: thirty days later is the leap day, a Thursday.
HANDED = "2024-01-30 10:00:00"


def at(moment: str, step: str, folder: Path) -> str:
    """
    Run a step in a process of its own, whose clock stands elsewhere; China's time.

    It goes a fiftieth as fast, so that a busy machine does not come past midnight meanwhile.
    """
    faketime = which("faketime")
    if faketime is None:
        pytest.skip("没有 faketime:请安装 faketime")
    done = subprocess.run(
        [faketime, "-f", f"@{moment} x0.02", sys.executable, str(MOVED), step],
        cwd=ROOT,
        env=os.environ
        | {
            "TZ": "Asia/Shanghai",
            "PYTHONPATH": str(ROOT),
            "HEDUI_DATA_DIR": str(folder),
            "HEDUI_DATABASE_URL": f"sqlite:///{folder / 'hedui.sqlite3'}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4_000:]
    return done.stdout.strip()


# Handed over on 11 January 2024: thirty days later is Spring Festival; the first day on which
# somebody works after it is a Sunday, the 18th of February 调休.
BEFORE_THE_FESTIVAL = "2024-01-11 10:00:00"


@pytest.mark.faketime
def test_day_twenty_nine_thirty_and_thirty_one(begun):
    assert at(HANDED, "begin", begun) == "2024-02-29"
    for moment, said in (
        ("2024-02-28 23:50:00", "2024-02-28 soon refused refused"),
        ("2024-02-29 23:50:00", "2024-02-29 today refused refused"),
        ("2024-03-01 00:00:10", "2024-03-01 later done done"),
    ):
        assert at(moment, "confirm", begun) == said


@pytest.mark.faketime
def test_the_family_may_object_up_to_the_sunday_that_is_worked_after_spring_festival(begun):
    """In person, signed in; and until then nothing is confirmed against it."""
    assert at(BEFORE_THE_FESTIVAL, "begin", begun) == "2024-02-18"
    for moment, objected, confirmed in (
        ("2024-02-10 09:00:00", "done done", "refused refused"),  # a holiday: the thirtieth day
        ("2024-02-18 23:50:00", "done done", "refused refused"),
        ("2024-02-19 00:00:10", "refused refused", "done done"),
    ):
        assert at(moment, "object", begun) == f"{moment[:10]} {objected}"
        assert at(moment, "confirm", begun).endswith(confirmed)
