"""
Ask a real gateway about many households together, and die at random moments, again and again.

Run as `python -m tests.stories.dying_together DATA SEED KILLS`, with HEDUI_DATA_DIR set to DATA.
Prints one line of JSON: what is left when a last turn was not disturbed.
"""

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

PERSONS, IN_A_MESSAGE = 60, 6
LONGEST = 0.7
"""Seconds within which a turn is killed: a few messages take as long."""


def prepare(folder: Path) -> tuple[Any, Any]:
    """Set a county up whose bank is asked together; return its agreement and its gateway."""
    from hedui.faces.cli import place
    from hedui.faces.cli.asking_bench import CONNECTION, Others, _gateway, _write_table
    from hedui.faces.cli.copied_households import copies, household
    from hedui.faces.cli.installing import install
    from hedui.procedure.agencies.models import Agreement
    from hedui.procedure.inquiries.connections import path_of
    from hedui.procedure.record.moment import today

    install()
    place.settle(folder, first_day=today())
    here = folder / "gateway"
    here.mkdir()
    serving = _gateway(here)
    url, _ = serving.__enter__()
    key = next(here.glob("*.key.pub.pem")).read_text(encoding="ascii")
    asked = household("https_together", url, key)
    others = Others()
    copies(asked, PERSONS, others)
    first = [one.member.opened for one in asked.inquiries.select_related("member__case")]
    _write_table(here, [*first, *others.people])
    path = path_of(f"{place.DIVISION}-bank")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(CONNECTION.format(folder=here), encoding="utf-8")
    return Agreement.objects.select_related("department").get(channel="https_together"), serving


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


def left(folder: Path) -> dict[str, Any]:
    """Return what there is: in the database, and on the department's own record."""
    from hedui.procedure.inquiries.models import Fact, Inquiry, Reply, RequestFile, Ticket
    from hedui.procedure.record.queries import first_broken_index

    (record,) = (folder / "gateway").glob("*.inquiries.jsonl")
    came = [json.loads(line) for line in record.read_text("utf-8").splitlines() if line[:1] == "{"]
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
        "ledger": first_broken_index(),
    }


def main(folder: Path, seed: int, kills: int) -> None:
    """Kill so often, at random moments, then let it end."""
    from hedui.faces.cli.bringing_up import bring_up

    bring_up(folder)
    draw = random.Random(seed)
    agreement, serving = prepare(folder)
    died = 0
    for _ in range(kills):
        died += killed(agreement, draw.uniform(0.02, LONGEST))
    from hedui.procedure.agencies.models import Department
    from hedui.procedure.inquiries import gathering

    until = time.monotonic() + 120
    while time.monotonic() < until:
        Department.objects.update(faults=None, rests_until=None)
        turn(agreement)
        if not gathering.waiting_since(agreement):
            break
        time.sleep(0.5)
    print(json.dumps({"died": died} | left(folder)), flush=True)
    serving.__exit__(None, None, None)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
