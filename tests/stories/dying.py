"""
A worker that submits one household and kills itself at a chosen step of its verification.

Runs in a child that has brought Django up. Nothing of the product is changed but that a function
of it ends in SIGKILL, on entry or on return; nothing is caught, flushed or rolled back by us.
"""

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django_tasks_db.models import DBTaskResult

from hedui.procedure.inquiries import acts
from hedui.procedure.inquiries.door import Door
from hedui.procedure.record import acts as record
from hedui.procedure.record import lines
from hedui.procedure.reports import drafting, tasks, worker
from tests.stories.clerk import submit_one
from tests.stories.people import households


@dataclass(frozen=True, slots=True)
class Step:
    """Where to die: at the `count`-th entry to a function, or return from it."""

    owner: Any
    function: str
    after: bool = False
    count: int = 1


STEPS = {
    "claimed": Step(tasks, "dispatch"),
    "in the gate, not committed": Step(acts, "_mint", after=True),
    "tickets minted": Step(Door, "let_out"),
    "sent, no answer read": Step(lines, "_read"),
    "answer received": Step(lines, "send", after=True),
    "replies not committed": Step(record, "_append", count=2),
    "replies kept": Step(tasks, "draft"),
    "to be asked again, not marked as done": Step(DBTaskResult, "set_successful"),
    "draft not committed": Step(drafting, "_findings", after=True),
    "drafted, not marked as done": Step(DBTaskResult, "set_successful"),
}


def die_at(step: Step) -> None:
    """Arm one step."""
    original: Callable[..., Any] = getattr(step.owner, step.function)
    calls, lock = [0], threading.Lock()

    def reached() -> bool:
        with lock:
            calls[0] += 1
            return calls[0] == step.count

    def armed(*args: Any, **named: Any) -> Any:
        if not step.after and reached():
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **named)
        # Counted on return: of several lanes, the first asked need not be the first to answer.
        if step.after and reached():
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(step.owner, step.function, armed)


def main(name: str, number: str) -> None:
    """Submit a household and die at a step. What others left is not put back here."""
    commission = submit_one(households(Path(settings.DATA_DIR))[int(number)])
    print(commission.pk, flush=True)
    worker.put_back_lost = lambda: 0
    die_at(STEPS[name])
    worker.run(1, threading.Event())
