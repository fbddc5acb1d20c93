"""
Keep the questions that are answered later, until they are answered or given up (异步查询).

In a SQLite file that its owner alone may read. A question names a person, so it is erased when its
answer was acknowledged, or when its end has come; the answer itself is never kept.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Question:
    """A search message that was taken; asked: its digest; body: empty once it is erased."""

    message_id: str
    transaction_id: str
    sender: str
    asked: bytes
    received: datetime
    until: datetime
    tries: int
    body: bytes = field(repr=False)


class Questions:
    """What is to be answered later, by message id."""

    def __init__(self, path: Path, *, keep: timedelta) -> None:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._keep = keep
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        # an acknowledged question must survive the loss of power
        self._database.executescript(
            "pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on;"
            "create table if not exists questions ("
            " message_id text primary key, transaction_id text not null, sender text not null,"
            " asked blob not null, received integer not null, until integer not null,"
            " tries integer not null default 0, next integer not null, body blob not null);"
            "create index if not exists questions_next on questions (next) where body <> x'';"
        )

    def keep(
        self,
        *,
        message_id: str,
        transaction_id: str,
        sender: str,
        asked: bytes,
        body: bytes,
        at: datetime,
    ) -> None:
        """Keep a question; when this returns it is on disk."""
        now = _seconds(at)
        until = _seconds(at + self._keep)
        with self._writing():
            self._database.execute(
                "insert into questions values (?, ?, ?, ?, ?, ?, 0, ?, ?)",
                (message_id, transaction_id, sender, asked, now, until, now, body),
            )

    def find(self, message_id: str) -> Question | None:
        """Return a question by the id of its message, erased or not."""
        return next(self._where("message_id = ?", message_id), None)

    def of(self, sender: str, *, transaction_id: str) -> list[Question]:
        """Return the questions of a sender in a transaction that are still to be answered."""
        return list(
            self._where("sender = ? and transaction_id = ? and body <> x''", sender, transaction_id)
        )

    def open_of(self, sender: str) -> list[Question]:
        """Return all questions of a sender that are still to be answered."""
        return list(self._where("sender = ? and body <> x''", sender))

    def due(self, at: datetime, *, most: int) -> list[Question]:
        """Return questions whose time has come, oldest first."""
        rest = f"order by next limit {most:d}"
        return list(self._where("body <> x'' and next <= ?", _seconds(at), rest=rest))

    def put_off(self, question: Question, at: datetime) -> None:
        """Try again later: after a minute, then twice as long, up to an hour."""
        pause = min(FIRST_PAUSE * 2 ** min(question.tries, 10), LONGEST_PAUSE)
        with self._writing():
            self._database.execute(
                "update questions set tries = tries + 1, next = ? where message_id = ?",
                (_seconds(at + pause), question.message_id),
            )

    def wait_for(self, question: Question, until: datetime) -> None:
        """Do not try before a moment; it counts as no attempt."""
        with self._writing():
            self._database.execute(
                "update questions set next = ? where message_id = ?",
                (_seconds(until), question.message_id),
            )

    def erase(self, question: Question) -> None:
        """Forget whom a question was about; that it came is kept until its end."""
        with self._writing():
            self._database.execute(
                "update questions set body = x'' where message_id = ?", (question.message_id,)
            )

    def forget(self, at: datetime) -> list[Question]:
        """Let go of what is past its end, and return what was never answered of it."""
        with self._writing():
            past = list(self._where("until < ?", _seconds(at)))
            self._database.execute("delete from questions where until < ?", (_seconds(at),))
        return [question for question in past if question.body]

    def waiting(self) -> int:
        """Return how many are still to be answered."""
        [(count,)] = self._database.execute("select count(*) from questions where body <> x''")
        return int(count)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._database.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._database.execute("rollback")
            raise
        self._database.execute("commit")

    def _where(self, condition: str, *values: object, rest: str = "") -> Iterator[Question]:
        rows = self._database.execute(
            "select message_id, transaction_id, sender, asked, received, until, tries, body"
            f" from questions where {condition} {rest}",
            values,
        ).fetchall()
        for message_id, transaction_id, sender, asked, received, until, tries, body in rows:
            came, ends = (datetime.fromtimestamp(at, UTC) for at in (received, until))
            yield Question(message_id, transaction_id, sender, asked, came, ends, tries, body)


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
