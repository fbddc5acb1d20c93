"""
A worker whose database goes away, once under a task and once while it waits for news.

Runs in a child that has brought Django up, and prints what became of the worker and the task.
"""

import json
import socket
import threading
import time
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
from django.conf import settings
from django.db import connection

from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.dispatch import dispatch
from hedui.procedure.reports import tasks, worker
from tests.stories.clerk import submit_one
from tests.stories.people import households


def cut_when_waiting() -> threading.Event:
    """Cut the connection on which the worker waits for PostgreSQL, as a killed server does."""
    original, cut = psycopg.Connection.notifies, threading.Event()

    def cutting(held: psycopg.Connection[Any], **how: Any) -> Any:
        if not cut.is_set():
            cut.set()
            with socket.socket(fileno=socket.dup(held.fileno())) as end:
                end.shutdown(socket.SHUT_RDWR)
        return original(held, **how)

    mock.patch.object(psycopg.Connection, "notifies", cutting).start()
    return cut


def stumble_over_a_task() -> threading.Event:
    """Close the database under the first task, outside any transaction."""
    original, stumbled = dispatch, threading.Event()

    def stumbling(asked: Commission, **more: Any) -> Any:
        if not stumbled.is_set():
            stumbled.set()
            connection.connection.close()
        return original(asked, **more)

    mock.patch.object(tasks, "dispatch", stumbling).start()
    return stumbled


def main() -> None:
    """Submit a household, stumble over it, and wait for its report."""
    faults = [stumble_over_a_task()]
    if connection.vendor == "postgresql":
        faults.append(cut_when_waiting())
    stop, until = threading.Event(), time.monotonic() + 20
    runner = threading.Thread(target=worker.run, args=(1, stop))
    runner.start()
    commission = submit_one(households(Path(settings.DATA_DIR))[0])
    while time.monotonic() < until and not (
        commission.reports.exists() and all(fault.is_set() for fault in faults)
    ):
        time.sleep(0.1)
    time.sleep(1)
    lives = runner.is_alive()
    stop.set()
    runner.join()
    happened = all(fault.is_set() for fault in faults)
    print(json.dumps({"happened": happened, "lives": lives, "reports": commission.reports.count()}))
