"""Reads of commissions."""

from datetime import datetime

from django.db.models import UUIDField

from hedui.procedure.commissions.models import Commission
from hedui.procedure.record.prepared import Prepared


def lock(commission: Commission) -> datetime | None:
    """Lock a commission until the transaction ends, and return when it was closed."""
    (closed_at,) = LOCKED(commission.pk)
    return closed_at


LOCKED: Prepared[datetime | None] = Prepared(
    lambda commission: (
        Commission.objects.select_for_update(no_key=True)
        .filter(pk=commission)
        .values_list("closed_at", flat=True)
    ),
    UUIDField(),
)
