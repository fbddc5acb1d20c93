"""The one clock of the procedure."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.db import connection

from hedui.procedure.record.prepared import run

SHANGHAI = ZoneInfo("Asia/Shanghai")


def moment() -> datetime:
    """
    Return the moment of an act 时刻, by the database's clock, in UTC.

    To be taken inside the transaction and after its locks: a time read before waiting for a
    lock lies about the order of events.
    """
    return begin_moment()()


def begin_moment() -> Callable[[], datetime]:
    """Take the moment, and return what reads it: within a trip, between what stands around it."""
    if connection.vendor != "postgresql":
        taken = datetime.now(UTC)  # noqa: TID251 - SQLite has no clock but the process's
        return lambda: taken
    cursor = run("SELECT clock_timestamp()", ())

    def read() -> datetime:
        (at,) = cursor.fetchone()
        taken: datetime = at.astimezone(UTC)
        return taken

    return read


def process_clock() -> datetime:
    """Return the process's clock, for messages that leave this machine, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one place beside `moment`


def china_text(at: datetime) -> str:
    """Write a moment as reports have it: RFC 3339 to the second, in China's time."""
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")


def today() -> date:
    """Return today's date in China (Asia/Shanghai), as the law counts days."""
    return moment().astimezone(SHANGHAI).date()
