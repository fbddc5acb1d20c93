"""
Ask a real department about many households together while something dies, again and again.

Run as `python -m tests.stories.dying_together DATA SEED KILLS WAY VICTIM`, with HEDUI_DATA_DIR set
to DATA. WAY: `https_together`, at a gateway that is a process of its own, or `view_together`, in a
view on the PostgreSQL of the tests. VICTIM: `platform`, in the midst of a turn, or `gateway`.
Prints one line of JSON: what is left when a last turn was not disturbed.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

PERSONS, IN_A_MESSAGE = 60, 6
LONGEST = 0.7
"""Seconds within which a turn is killed: a few messages take as long."""
WITHIN = 180


class Gateway:
    """The bank's gateway, a process that can be killed and started again."""

    def __init__(self, folder: Path, process: int) -> None:
        self.command = [sys.executable, "-m", "hedui", "department", "serve", "--config"]
        self.command += [str(folder / "department.yaml")]
        self.process = process
        self.again: subprocess.Popen[bytes] | None = None

    def kill(self) -> None:
        """SIGKILL: no handler runs, nothing is flushed."""
        if self.again is None:
            os.kill(self.process, signal.SIGKILL)
        else:
            self.again.kill()
            self.again.wait()

    def start(self) -> None:
        """Start it again at the same place."""
        time.sleep(0.1)  # the first is a child of what made it, and may hold its record a moment
        self.again = subprocess.Popen(self.command, stdout=sys.stderr)


def at_a_gateway(folder: Path) -> tuple[AbstractContextManager[Any], Gateway]:
    """Set a county up whose bank is asked together at its gateway."""
    from hedui.faces.cli import place
    from hedui.faces.cli.asking_bench import CONNECTION, Others, _gateway, _write_table
    from hedui.faces.cli.copied_households import copies, household
    from hedui.procedure.inquiries.connections import path_of

    here = folder / "gateway"
    here.mkdir()
    serving = _gateway(here)
    url, process = serving.__enter__()
    key = next(here.glob("*.key.pub.pem")).read_text(encoding="ascii")
    asked = household("https_together", url, key)
    others = Others()
    copies(asked, PERSONS, others)
    first = [one.member.opened for one in asked.inquiries.select_related("member__case")]
    _write_table(here, [*first, *others.people])
    path = path_of(f"{place.DIVISION}-bank")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(CONNECTION.format(folder=here), encoding="utf-8")
    return serving, Gateway(here, process)


def in_a_view() -> AbstractContextManager[Any]:
    """Set a county up whose bank lends a view."""
    from hedui.faces.cli.asking_bench import Others
    from hedui.faces.cli.copied_households import copies, household
    from hedui.faces.cli.view_bench import _lent

    asked = household("view_together")
    others = Others()
    copies(asked, PERSONS, others)
    first = [one.member.opened for one in asked.inquiries.select_related("member__case")]
    lent = _lent(os.environ["HEDUI_TEST_POSTGRES_URL"], [*first, *others.people])
    lent.__enter__()
    return lent


def turn(agreement: Any) -> None:
    """Take one turn of small messages."""
    from hedui.procedure.inquiries import exchange, together

    together.MOST = IN_A_MESSAGE
    exchange.exchange(agreement, lambda _: None)


def killed(agreement: Any, after: float) -> bool:
    """Take a turn in a process of its own and kill it after so long; tell whether it was at it."""
    from django.db import connection

    connection.close()
    child = os.fork()
    if child == 0:
        turn(agreement)
        os._exit(0)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def robbed(agreement: Any, gateway: Gateway, after: float) -> bool:
    """Take a turn in whose midst the gateway is killed; tell whether that was in its midst."""
    done = threading.Event()
    struck: list[bool] = []

    def strike() -> None:
        is_over = done.wait(after)
        gateway.kill()
        struck.append(not is_over)

    striking = threading.Thread(target=strike)
    striking.start()
    turn(agreement)
    done.set()
    striking.join()
    gateway.start()
    return struck[0]


def rested(agreement: Any) -> bool:
    """Let the department be asked at once; tell whether anything is left to ask."""
    from hedui.procedure.agencies.models import Department
    from hedui.procedure.inquiries import gathering

    Department.objects.update(faults=None, rests_until=None)
    return bool(gathering.waiting_since(agreement))


def left(folder: Path) -> dict[str, Any]:
    """Return what there is: in the database, and on the department's own record if it has one."""
    from hedui.gateway.inquiry_log import read_log
    from hedui.procedure.inquiries.models import Fact, Inquiry, Reply, RequestFile, Ticket
    from hedui.procedure.record.queries import first_broken_index

    records = list((folder / "gateway").glob("*.inquiries.jsonl"))
    came = [entry for record in records for entry in read_log(record)]
    minted = {(str(m), str(i)) for m, i in Ticket.objects.values_list("message", "inquiry_id")}
    arrived = Counter((one["message_id"], one["reference_id"]) for one in came)
    concluded = Reply.objects.filter(conclusive=True)
    return {
        "asked": Inquiry.objects.count(),
        "concluded": concluded.count(),
        "answered_twice": concluded.count() - concluded.values("inquiry").distinct().count(),
        "facts": Fact.objects.count(),
        "without_ticket": len(set(arrived) - minted),
        "arrived_twice": sum(count > 1 for count in arrived.values()),
        "refused": sum(one["decision"] == "refused" for one in came),
        "under_way": RequestFile.objects.filter(ended_at=None).count(),
        "again": Ticket.objects.filter(attempt__gt=1).count(),
        "ledger": first_broken_index(),
    }


def main(folder: Path, seed: int, kills: int, way: str, victim: str) -> None:
    """Kill so often, at random moments, then let it end."""
    from hedui.faces.cli.bringing_up import bring_up

    bring_up(folder)
    from hedui.faces.cli import place
    from hedui.faces.cli.installing import install
    from hedui.procedure.agencies.models import Agreement
    from hedui.procedure.record.moment import today

    install()
    place.settle(folder, first_day=today())
    gateway: Gateway | None = None
    if way == "view_together":
        serving = in_a_view()
    else:
        serving, gateway = at_a_gateway(folder)
    draw = random.Random(seed)
    agreement = Agreement.objects.select_related("department").get(channel=way)
    died = 0
    for number in range(1, kills + 1):
        # soon at first, so that a quick machine is in the midst of it too
        after = draw.uniform(0.02, max(LONGEST * number / kills, 0.04))
        if victim == "gateway":
            assert gateway is not None
            died += robbed(agreement, gateway, after)
            rested(agreement)
        else:
            died += killed(agreement, after)
    until = time.monotonic() + WITHIN
    while time.monotonic() < until and rested(agreement):
        turn(agreement)
        time.sleep(0.5)
    print(json.dumps({"died": died} | left(folder)), flush=True)
    if gateway is not None:
        gateway.kill()
    serving.__exit__(None, None, None)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5])
