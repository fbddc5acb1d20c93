"""
Waking 唤醒: who waits for tasks is told of new ones at the commit that brings them.

PostgreSQL tells its listeners. On SQLite all processes are on one machine and share the data
directory: there lies a pipe, with a byte in it for each task that nobody has been woken for yet.
"""

import os
import select
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

CHANNEL = "hedui_tasks"
PIPE = "worker.pipe"
# A task that was heard of is taken by then, where somebody is free.
TAKEN_WITHIN = 0.005


def wake(task: str) -> None:
    """Wake a worker for a task when the transaction under way is committed."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Told apart by the task: the same news twice in a transaction would be told once.
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, task])
    else:
        transaction.on_commit(_ring)


def _ring() -> None:
    with suppress(OSError):  # nobody listens: who begins looks at the queue first
        pipe = os.open(_pipe(), os.O_WRONLY | os.O_NONBLOCK)
        try:
            os.write(pipe, b".")
        finally:
            os.close(pipe)


def _pipe() -> Path:
    return Path(settings.DATA_DIR) / PIPE


class Ear:
    """
    The one end at which a process of the worker listens.

    place: of this process among those of its machine. All hear the same news; each leaves those
    before it the time to take what there is. On PostgreSQL it then has to look for itself.
    """

    def __init__(self, place: int) -> None:
        self._place = place
        self._listening: Any = None

    def listen(self) -> bool:
        """Begin to listen, unless that is done; tell whether it was begun only now."""
        if connection.vendor == "postgresql":
            connection.ensure_connection()
            held = connection.connection
            if self._listening is held:
                return False
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
            self._listening = held
            return True
        if self._listening is not None:
            return False
        with suppress(FileExistsError):
            os.mkfifo(_pipe(), 0o600)
        # Open for writing too: a pipe without writers would always seem to have news.
        self._listening = os.open(_pipe(), os.O_RDWR | os.O_NONBLOCK)
        return True

    def hear(self, most: int, seconds: float) -> int | None:
        """
        Wait for news, and return for how many tasks, of `most` at a time.

        None when there was none in time, or others came first: then one has to look.
        """
        if connection.vendor == "postgresql":
            # What breaks here is the driver's own error; the worker knows Django's.
            with connection.wrap_database_errors:
                tasks = len(list(self._listening.notifies(timeout=seconds, stop_after=1)))
            if tasks:
                self._let_others_come_first()
            return tasks if tasks and not self._place else None
        if not select.select([self._listening], [], [], seconds)[0]:
            return None
        self._let_others_come_first()
        try:
            return len(os.read(self._listening, most))
        except BlockingIOError:  # another process was faster
            return 0

    def _let_others_come_first(self) -> None:
        if self._place:
            time.sleep(self._place * TAKEN_WITHIN)

    def close(self) -> None:
        """Stop listening."""
        if isinstance(self._listening, int):
            os.close(self._listening)
        self._listening = None
