"""Holding 锁定: whatever an inquiry rests on stays as it is until the transaction ends."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import connection

from hedui.procedure.commissions.models import Commission
from hedui.procedure.commissions.queries import lock
from hedui.procedure.record.durability import MAY_BE_LOST
from hedui.procedure.record.moment import moment
from hedui.procedure.record.prepared import in_one_trip, run

HOLD = "SELECT closed_at, held_at, asked FROM hedui_hold(%s)"
ONLY_HOLD = f"SELECT closed_at, held_at, asked, {MAY_BE_LOST} FROM hedui_hold(%s)"


class Holding(NamedTuple):
    """
    What is known of a commission once it is held: when it was closed, and the moment.

    asked: whether anything may have been asked on it before
    """

    closed_at: datetime | None
    at: datetime
    asked: bool


def hold(commission: Commission) -> Holding:
    """
    Lock all that an inquiry of a commission rests on, then take the time.

    Commission, guardianships, members, authorizations, in the order in which everybody locks.
    SQLite has one writer, who holds everything already, and no round trip to spare.
    """
    with in_one_trip():  # and the beginning of the transaction with it
        held = begin_hold(commission)
    return held()


def begin_hold(commission: Commission, *, writes: bool = True) -> Callable[[], Holding]:
    """
    Lock the same, and return what reads what is known of it then.

    writes: whether something is written besides; a commit of nothing but locks waits for no disk
    """
    if connection.vendor != "postgresql":
        found = Holding(lock(commission), moment(), asked=True)
        return lambda: found
    cursor = run(HOLD if writes else ONLY_HOLD, [commission.pk])

    def read() -> Holding:
        closed_at, at, asked, *_ = cursor.fetchone()
        return Holding(closed_at, at.astimezone(UTC), asked)

    return read
