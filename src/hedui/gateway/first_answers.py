"""
Remember the answer to each message for as long as the message may be replayed (重放).

A message that comes again, because its answer was lost on the way, gets the first answer
again, across restarts, as long as what it discloses may still be disclosed. Answers hold
personal data, so they are forgotten soon after no message of that age is taken any more.
"""

import os
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path


class FirstAnswers:
    """First answers by message id, in a SQLite file that its owner alone may read."""

    def __init__(self, path: Path, *, keep: timedelta) -> None:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._keep = keep
        # the inquiry log has been forced to disk by the time an answer is stored here; an answer
        # lost with the machine's power is given anew
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._database.executescript(
            "pragma journal_mode = wal; pragma synchronous = normal; pragma secure_delete = on;"
            "create table if not exists answers ("
            " message_id text primary key, asked blob not null, at integer not null,"
            " answer blob not null);"
            "create index if not exists answers_at on answers (at);"
        )

    def find(self, message_id: str) -> tuple[bytes, bytes] | None:
        """Return the digest of the message that was asked, and its first answer."""
        row: tuple[bytes, bytes] | None = self._database.execute(
            "select asked, answer from answers where message_id = ?", (message_id,)
        ).fetchone()
        return row

    def keep(self, message_id: str, *, asked: bytes, answer: bytes, at: datetime) -> None:
        """Keep an answer; it takes the place of an earlier one that may not be given any more."""
        self._database.execute(
            "insert or replace into answers values (?, ?, ?, ?)",
            (message_id, asked, int(at.timestamp()), answer),
        )

    def forget_old(self, at: datetime) -> None:
        """Forget the answers that can no longer be asked for."""
        self._database.execute(
            "delete from answers where at < ?", (int((at - self._keep).timestamp()),)
        )

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
