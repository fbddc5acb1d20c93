"""Holding 锁定: whatever an inquiry rests on stays as it is until the transaction ends."""

from collections.abc import Callable
from datetime import UTC, datetime

from django.db import connection

from hedui.procedure.commissions.models import Commission
from hedui.procedure.commissions.queries import lock
from hedui.procedure.record.durability import MAY_BE_LOST
from hedui.procedure.record.moment import moment
from hedui.procedure.record.prepared import in_one_trip, run

HOLD = "SELECT closed_at, held_at FROM hedui_hold(%s)"
ONLY_HOLD = f"SELECT closed_at, held_at, {MAY_BE_LOST} FROM hedui_hold(%s)"


def hold(commission: Commission, *, writes: bool = True) -> tuple[datetime | None, datetime]:
    """
    Lock all that an inquiry of a commission rests on, then take the time.

    Commission, guardianships, members, authorizations, in the order in which everybody locks.
    SQLite has one writer, who holds everything already.

    writes: whether something is written besides; a commit of nothing but locks waits for no disk

    Returns when the commission was closed, and the moment.
    """
    with in_one_trip():  # and the beginning of the transaction with it
        held = begin_hold(commission, writes=writes)
    return held()


def begin_hold(
    commission: Commission, *, writes: bool = True
) -> Callable[[], tuple[datetime | None, datetime]]:
    """Lock the same, and return what reads when it was closed, and the moment."""
    if connection.vendor != "postgresql":
        found = lock(commission), moment()
        return lambda: found
    cursor = run(HOLD if writes else ONLY_HOLD, [commission.pk])

    def read() -> tuple[datetime | None, datetime]:
        closed_at, at, *_ = cursor.fetchone()
        return closed_at, at.astimezone(UTC)

    return read
