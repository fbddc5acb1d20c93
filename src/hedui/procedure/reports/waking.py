"""
Waking 唤醒: who waits for tasks is told of new ones at the commit that brings them.

PostgreSQL tells its listeners. On SQLite all processes are on one machine and share the data
directory: there lies a pipe, with a byte in it for each task that nobody has been woken for yet.
"""

import os
import select
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

CHANNEL = "hedui_tasks"
PIPE = "worker.pipe"


def wake() -> None:
    """Wake a worker when the transaction under way is committed."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")  # delivered when the transaction commits
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
    """The one end at which a process of the worker listens."""

    def __init__(self) -> None:
        self._pipe: int | None = None

    def listen(self) -> None:
        """Begin to listen, with no old news; whatever is committed from now on is heard."""
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
        elif self._pipe is None:
            with suppress(FileExistsError):
                os.mkfifo(_pipe(), 0o600)
            # Open for writing too: a pipe without writers would always seem to have news.
            self._pipe = os.open(_pipe(), os.O_RDWR | os.O_NONBLOCK)
        else:
            self._read(64 * 1024)

    def hear(self, most: int, seconds: float) -> int:
        """Wait for news; return for how many tasks, of `most` at a time."""
        if connection.vendor == "postgresql":
            held = connection.connection
            # What breaks here is the driver's own error; the worker knows Django's.
            with connection.wrap_database_errors:
                select.select([held], [], [], seconds)
                return len(list(held.notifies(timeout=0)))
        assert self._pipe is not None
        select.select([self._pipe], [], [], seconds)
        return self._read(most)

    def _read(self, most: int) -> int:
        assert self._pipe is not None
        try:
            return len(os.read(self._pipe, most))
        except BlockingIOError:  # another process was faster, or there was none
            return 0

    def close(self) -> None:
        """Stop listening."""
        if self._pipe is not None:
            os.close(self._pipe)
            self._pipe = None
