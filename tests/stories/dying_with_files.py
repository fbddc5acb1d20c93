"""
Exchange files with a department, and die at a step: each step in a process of its own.

Run as `python -m tests.stories.dying_with_files DATA`, with HEDUI_DATA_DIR set to DATA. One
installation is made, and copied for each step; prints a line of JSON for each, of what is left
after a further turn was not disturbed.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

HOUSEHOLDS = 3


def prepare(data: Path) -> None:
    """Make an installation with three households whose bank is asked by files."""
    from django.conf import settings

    from hedui.procedure.agencies.models import Department
    from hedui.procedure.commissions.acts import commission
    from hedui.procedure.inquiries.acts import inquire
    from hedui.procedure.record.actor import WORKER
    from hedui.procedure.record.keys import make_keys
    from tests import cast
    from tests.databases import make_tables

    make_keys()
    make_tables()
    settings.HEDUI_ANSWER_WITHIN = 3 * 86_400
    place = cast.county()
    cast.agreed(Department.objects.get(source="bank"), channel="folder")
    for _ in range(HOUSEHOLDS):
        ordered = commission(case=cast.authorized(place), by=place.intake)
        inquire(commission=ordered, by=WORKER)
    for name in ("requests", "answers", "connections"):
        (data / name).mkdir()


def steps() -> dict[str, tuple[Any, str, bool, int]]:
    """Return where to die: owner, function, after it or before, at which call."""
    from hedui.procedure.inquiries import exchange, gathering, taking
    from hedui.procedure.inquiries.connectors import folder
    from hedui.procedure.record import acts

    return {
        "before anything": (gathering, "gather", False, 1),
        "tickets not committed": (acts, "_append", False, 1),
        "gathered, nothing written": (exchange, "prepare", False, 1),
        "the table half written": (exchange, "request_row", True, 2),
        "table and manifest lie there": (gathering, "make_ready", False, 1),
        "ready": (exchange, "_leave", False, 1),
        "renamed, not committed": (folder.Folder, "release", True, 1),
        "left, its manifest lies there": (folder.Folder, "release", False, 2),
        "an answer lies there": (taking, "begin_answer", False, 1),
        "an answer begun": (taking, "begin_answer", True, 1),
        "one household not committed": (taking, "receive", True, 1),
        "two households kept": (taking, "receive", False, 3),
        "all kept": (taking, "finish_answer", False, 1),
        "finished, nothing moved": (folder.Folder, "set_aside", False, 1),
        "the table moved, the manifest not": (folder.Folder, "set_aside", False, 2),
    }


def die_at(owner: Any, function: str, after: bool, count: int) -> None:
    """Arm one step."""
    original: Callable[..., Any] = getattr(owner, function)
    calls = [0]

    def armed(*args: Any, **named: Any) -> Any:
        calls[0] += 1
        if calls[0] == count and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **named)
        if calls[0] == count and after:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, function, armed)


def turn() -> None:
    """Take one turn; the clerk at the bank answers whatever lies there."""
    from django.conf import settings

    from hedui.procedure.agencies.models import Agreement
    from hedui.procedure.inquiries import exchange
    from tests import clerk_by_files as clerk

    data = Path(settings.DATA_DIR)
    agreement = Agreement.objects.select_related("department").get(channel="folder")
    exchange.exchange(agreement, lambda _: None)
    for said, rows in clerk.requested(data / "requests"):
        if not list((data / "answers").glob("*.json")) and not (data / "answered").exists():
            clerk.answer(data / "answers", said, [clerk.account(row) for row in rows])
            (data / "answered").write_text("")
    exchange.exchange(agreement, lambda _: None)


def left(data: Path) -> dict[str, Any]:
    """Return what there is: in the database and in the folders."""
    from hedui.procedure.inquiries.models import AnswerFile, Fact, Inquiry, Reply, RequestFile
    from hedui.procedure.record.queries import first_broken_index

    bank = Inquiry.objects.filter(source="bank")
    requests = RequestFile.objects.all()
    return {
        "asked": bank.count(),
        "files_left": sum(one.has_left for one in requests),
        "in_files_left": sum(one.count for one in requests if one.has_left),
        "kept": Reply.objects.filter(inquiry__in=bank, conclusive=True).count(),
        "facts": Fact.objects.count(),
        "answer_files": [dict(one.counts) for one in AnswerFile.objects.all()],
        "finished": AnswerFile.objects.exclude(finished_at=None).count(),
        "requests": sorted(p.name.partition(".")[2] for p in (data / "requests").iterdir()),
        "answers": sorted(p.name for p in (data / "answers").iterdir()),
        "processed": len(list((data / "answers" / "processed").glob("*.answer.*"))),
        "ledger": first_broken_index(),
    }


def in_a_process(work: Callable[[], None]) -> int:
    """Do work in a process of its own, and return how that ended."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001 - said to whoever reads the test's output
            import traceback

            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def at(data: Path) -> None:
    """Work on another copy of the installation."""
    from django.conf import settings
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = str(data / "hedui.sqlite3")
    settings.DATA_DIR = data
    (data / "connections" / "310101-bank.toml").write_text(
        "every_minutes = 0\n[folder]\n"
        f'requests = "{data / "requests"}"\nanswers = "{data / "answers"}"\n'
    )


def main(data: Path) -> None:
    """Die at each step, go on, and print what is left."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hedui.config.settings")
    django.setup()
    from django.db import connection

    prepare(data)
    connection.close()
    for number, (name, step) in enumerate(steps().items()):
        copy = data.parent / f"{data.name}-{number}"
        shutil.copytree(data, copy)

        def dying(copy: Path = copy, step: tuple[Any, str, bool, int] = step) -> None:
            at(copy)
            die_at(*step)
            turn()

        def going_on(copy: Path = copy, name: str = name) -> None:
            at(copy)
            turn()
            print(json.dumps({"step": name} | left(copy)), flush=True)

        assert in_a_process(dying) == -signal.SIGKILL, f"it did not die: {name}"
        assert in_a_process(going_on) == 0, name


if __name__ == "__main__":
    main(Path(sys.argv[1]))
