"""
Ask a department on a channel, and die at a step: each step in a process of its own.

Run as `python -m tests.stories.dying_at_a_step DATA WAY`, with HEDUI_DATA_DIR set to DATA. WAY:
`folder`, `sftp` (OpenSSH's own server), `upload` (an officer carries the files) or `database_view`
(on the PostgreSQL of the tests). One installation is made, and copied for each step; prints a line
of JSON for each, of what is left after a further turn was not disturbed.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any
from uuid import UUID

import django

HOUSEHOLDS = 3
Step = tuple[Any, str, bool, int]
"""Where to die: owner, function, after it or before, at which call."""
ON_THE_LINE = (
    "table and manifest lie there",
    "renamed, not committed",
    "left, its manifest lies there",
    "an answer lies there",
    "finished, nothing moved",
    "the table moved, the manifest not",
)
"""What differs from line to line; the rest is tried in a folder alone."""


def prepare(data: Path, way: str) -> AbstractContextManager[Any]:
    """Make an installation with three households whose bank is asked so; return what serves it."""
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
    cast.agreed(Department.objects.get(source="bank"), channel=way)
    orders = [commission(case=cast.authorized(place), by=place.intake) for _ in range(HOUSEHOLDS)]
    for name in ("requests", "answers", "connections"):
        (data / name).mkdir()
    if way == "database_view":
        return lent(orders)
    for ordered in orders:
        inquire(commission=ordered, by=WORKER)
    return nullcontext()


def lent(orders: list[Any]) -> AbstractContextManager[Any]:
    """Return a view that knows everybody who is asked about."""
    from hedui.faces.cli.view_bench import _lent

    people = {one.opened["id_number"]: one.opened for o in orders for one in o.case.members.all()}
    return _lent(os.environ["HEDUI_TEST_POSTGRES_URL"], list(people.values()))


def steps(way: str) -> dict[str, Step]:
    """Return where to die on a channel."""
    if way == "database_view":
        return steps_at_a_view()
    return steps_by_hand() if way == "upload" else steps_with_files(way)


def steps_with_files(way: str) -> dict[str, Step]:
    """Return the steps of an exchange by files over a line."""
    from hedui.procedure.inquiries import exchange, gathering, taking
    from hedui.procedure.inquiries.connectors import folder, sftp
    from hedui.procedure.record import acts

    line = sftp.Sftp if way == "sftp" else folder.Folder
    found = {
        "before anything": (gathering, "gather", False, 1),
        "tickets not committed": (acts, "_append", False, 1),
        "gathered, nothing written": (exchange, "prepare", False, 1),
        "the table half written": (exchange, "request_row", True, 2),
        "table and manifest lie there": (gathering, "make_ready", False, 1),
        "ready": (exchange, "_leave", False, 1),
        "renamed, not committed": (line, "release", True, 1),
        "left, its manifest lies there": (line, "release", False, 2),
        "an answer lies there": (taking, "begin_answer", False, 1),
        "an answer begun": (taking, "begin_answer", True, 1),
        "one household not committed": (taking, "receive", True, 1),
        "two households kept": (taking, "receive", False, 3),
        "all kept": (taking, "finish_answer", False, 1),
        "finished, nothing moved": (line, "set_aside", False, 1),
        "the table moved, the manifest not": (line, "set_aside", False, 2),
    }
    return {name: found[name] for name in (ON_THE_LINE if way == "sftp" else found)}


def steps_by_hand() -> dict[str, Step]:
    """Return the steps of an exchange whose files an officer carries."""
    from hedui.procedure.inquiries import by_hand, exchange, gathering, sealed_files, taking
    from hedui.procedure.record import acts

    return {
        "tickets not committed": (acts, "_append", False, 1),
        "gathered, nothing written": (exchange, "prepare", False, 1),
        "sealed, not ready": (gathering, "make_ready", False, 1),
        "ready": (by_hand, "hand_over", False, 1),
        "opened, not committed as taken": (sealed_files, "open_kept", True, 1),
        "taken, never with the officer": (sealed_files, "forget", False, 1),
        "the answer sealed, not committed": (sealed_files, "keep", True, 2),
        "brought": (by_hand, "take_in_brought", False, 1),
        "one household not committed": (taking, "receive", True, 1),
        "all kept": (taking, "finish_answer", False, 1),
        "finished, not destroyed": (sealed_files, "forget", False, 2),
    }


def steps_at_a_view() -> dict[str, Step]:
    """Return the steps of looking households up in a view, one after the other."""
    from hedui.procedure.inquiries import acts, dispatch
    from hedui.procedure.inquiries.connectors import database_view
    from hedui.procedure.inquiries.door import Door

    return {
        "in the gate, not committed": (acts, "_mint", True, 1),
        "tickets minted": (Door, "let_out", False, 1),
        "let out, nothing asked": (database_view, "_look_ahead", False, 1),
        "asked, nothing read": (database_view, "_look_ahead", True, 1),
        "one person read": (database_view, "_looked_up", True, 1),
        "replies not committed": (acts.Keeping, "write", True, 1),
        "one household kept": (dispatch, "dispatch", True, 1),
        "two households kept, the third asked": (database_view, "_looked_up", True, 7),
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


def turn(way: str) -> None:
    """Take one turn on a channel."""
    if way == "database_view":
        from hedui.procedure.commissions.models import Commission
        from hedui.procedure.inquiries import dispatch

        for ordered in Commission.objects.order_by("id"):
            dispatch.dispatch(ordered)
    elif way == "upload":
        carried()
    else:
        exchanged(way)


def exchanged(way: str) -> None:
    """Exchange files; the clerk at the bank answers whatever lies there."""
    from django.conf import settings

    from hedui.procedure.agencies.models import Agreement
    from hedui.procedure.inquiries import exchange
    from tests import clerk_by_files as clerk

    data = Path(settings.DATA_DIR)
    agreement = Agreement.objects.select_related("department").get(channel=way)
    exchange.exchange(agreement, lambda _: None)
    for said, rows in clerk.requested(data / "requests"):
        if not list((data / "answers").glob("*.json")) and not (data / "answered").exists():
            clerk.answer(data / "answers", said, [clerk.account(row) for row in rows])
            (data / "answered").write_text("")
    exchange.exchange(agreement, lambda _: None)


def carried() -> None:
    """Carry files as an officer does, who knows what he holds and not what was cut off."""
    from django.conf import settings

    from hedui.faces.cli.channel_bench import _filled_in
    from hedui.procedure.agencies.models import Agency, Agreement, Officer
    from hedui.procedure.agencies.queries import actor_of
    from hedui.procedure.inquiries import by_hand
    from hedui.procedure.inquiries.models import AnswerFile, RequestFile

    holds = Path(settings.DATA_DIR) / "holds"
    agreement = Agreement.objects.select_related("department").get(channel="upload")
    officer = actor_of(Officer.objects.get(username="liu"))
    body = Agency.objects.get(pk=officer.agency)
    if not holds.exists():
        for lost in agreement.request_files.filter(ended_at=None).exclude(left_at=None):
            by_hand.declare_lost(request=lost, by=officer)
        waiting = [one for one in by_hand.waiting_to_be_taken(agreement, body) if one.ready_at]
        request = waiting[0] if waiting else by_hand.make_file(agreement, body)
        content = by_hand.hand_over(request=request, by=officer)
        holds.write_bytes(request.pk.bytes + _filled_in(content)[1])
    held = holds.read_bytes()
    request = RequestFile.objects.get(pk=UUID(bytes=held[:16]))
    if not AnswerFile.objects.exists():
        by_hand.bring_answer(request=request, content=held[16:], by=officer)
    for answer in AnswerFile.objects.all():
        by_hand.take_in_brought(answer.pk, lambda _: None)


def left(data: Path, way: str) -> dict[str, Any]:
    """Return what there is: in the database and in the folders."""
    from hedui.procedure.inquiries.models import Fact, Inquiry, Reply
    from hedui.procedure.record.queries import first_broken_index

    bank = Inquiry.objects.filter(source="bank")
    found = {
        "asked": bank.count(),
        "kept": Reply.objects.filter(inquiry__in=bank, conclusive=True).count(),
        "facts": Fact.objects.count(),
        "ledger": first_broken_index(),
    }
    return found if way == "database_view" else found | left_of_files(data)


def left_of_files(data: Path) -> dict[str, Any]:
    """Return what there is of files."""
    from hedui.procedure.inquiries.models import AnswerFile, RequestFile

    gone = [one for one in RequestFile.objects.all() if one.has_left and not one.ended_at]
    return {
        "files_left": len(gone),
        "in_files_left": sum(one.count for one in gone),
        "answer_files": [dict(one.counts) for one in AnswerFile.objects.all()],
        "finished": AnswerFile.objects.exclude(finished_at=None).count(),
        "requests": sorted(p.name.partition(".")[2] for p in (data / "requests").iterdir()),
        "answers": sorted(p.name for p in (data / "answers").iterdir()),
        "processed": len(list((data / "answers" / "processed").glob("*.answer.*"))),
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


def at(data: Path, server: Any) -> None:
    """Work on another copy of the installation; server: that of SFTP, where there is one."""
    from django.conf import settings
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = str(data / "hedui.sqlite3")
    settings.DATA_DIR = data
    written = data / "connections" / "310101-bank.toml"
    requests, answers = data / "requests", data / "answers"
    if server is not None:
        written.write_text(server.written(requests, answers))
    elif not written.exists():
        written.write_text(
            f'every_minutes = 0\n[folder]\nrequests = "{requests}"\nanswers = "{answers}"\n'
        )


def main(data: Path, way: str) -> None:
    """Die at each step, go on, and print what is left."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hedui.config.settings")
    django.setup()
    from django.db import connection

    from tests.sshd import sshd

    lending = prepare(data, way)
    with lending, sshd(data.parent / "sshd") if way == "sftp" else nullcontext() as server:
        connection.close()
        for number, (name, step) in enumerate(steps(way).items()):
            copy = data.parent / f"{data.name}-{number}"
            shutil.copytree(data, copy)

            def dying(copy: Path = copy, step: Step = step) -> None:
                at(copy, server)
                die_at(*step)
                turn(way)

            def going_on(copy: Path = copy, name: str = name) -> None:
                at(copy, server)
                turn(way)
                print(json.dumps({"step": name} | left(copy, way)), flush=True)

            assert in_a_process(dying) == -signal.SIGKILL, f"it did not die: {name}"
            assert in_a_process(going_on) == 0, name


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
