"""Holding 锁定: whatever an inquiry rests on stays as it is until the transaction ends."""

from datetime import UTC, datetime

from django.db import connection

from hedui.procedure.commissions.models import Commission
from hedui.procedure.commissions.queries import lock
from hedui.procedure.record.moment import moment

HELD = "SELECT closed_at, held_at FROM hedui_hold(%s)"
# What nothing is written under may be lost with the machine: its commit waits for no disk. A
# rollback would not either, and would make the driver forget its prepared statements.
HELD_A_WHILE = (
    "SELECT closed_at, held_at, set_config('synchronous_commit', 'off', true) FROM hedui_hold(%s)"
)


def hold(commission: Commission, *, writes: bool = True) -> tuple[datetime | None, datetime]:
    """
    Lock all that an inquiry of a commission rests on, then take the time.

    Commission, guardianships, members, authorizations, in the order in which everybody locks.
    SQLite has one writer, who holds everything already.

    writes: whether the transaction writes more than these locks
    Returns when the commission was closed, and the moment.
    """
    if connection.vendor != "postgresql":
        return lock(commission), moment()
    with connection.cursor() as cursor:
        cursor.execute(HELD if writes else HELD_A_WHILE, [commission.pk])
        closed_at, at, *_ = cursor.fetchone()
    return closed_at, at.astimezone(UTC)
