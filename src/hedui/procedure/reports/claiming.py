"""Claiming 认领: a task that is ready goes to one thread of the worker, and to no other."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import DateTimeField, JSONField, Q, QuerySet, Value
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from hedui.procedure.record.durability import MAY_BE_LOST
from hedui.procedure.record.moment import process_clock
from hedui.procedure.record.prepared import Prepared, run

AnyTask = DBTaskResult[Any, Any]

COLUMNS: Any = DBTaskResult._meta.concrete_fields
# One round trip for the five of a transaction: nobody begins on a household before it is over.
CLAIM = f"""
UPDATE django_tasks_database_dbtaskresult
SET status = %s, started_at = %s, worker_ids = worker_ids || to_jsonb(%s::text)
WHERE id = (SELECT id FROM django_tasks_database_dbtaskresult
            WHERE status = %s AND (run_after = %s OR run_after <= %s)
            ORDER BY priority DESC, run_after, enqueued_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING {", ".join(field.column for field in COLUMNS)}, {MAY_BE_LOST}"""


def claim(worker: str) -> AnyTask | None:
    """Claim the next task for a thread of the worker; None where none is ready."""
    now = process_clock()
    if connection.vendor == "postgresql":
        ready = (TaskResultStatus.READY, get_date_max(), now)
        found = run(CLAIM, [TaskResultStatus.RUNNING, now, worker, *ready]).fetchall()
        return _read(found[0]) if found else None
    with transaction.atomic():
        task = next(iter(NEXT(now)), None)
        if task is not None:
            task.claim(worker)
    return task


def _read(row: Sequence[Any]) -> AnyTask:
    """Read a claimed row; Django's way to, for a statement of one's own, takes longer than it."""
    values = [
        field.from_db_value(value, Value(value), connection)
        if isinstance(field, JSONField)
        else value
        for field, value in zip(COLUMNS, row, strict=False)  # the last tells nothing
    ]
    return DBTaskResult.from_db("default", [field.attname for field in COLUMNS], values)


def waiting() -> int:
    """Count the tasks that are ready; more than there are threads need not be counted."""
    return len(WAITING(process_clock()))


def _ready_at(now: Any) -> QuerySet[AnyTask]:
    """Return the tasks that may be run at a moment; without one of its own a task may at once."""
    return DBTaskResult.objects.filter(
        Q(run_after=get_date_max()) | Q(run_after__lte=now), status=TaskResultStatus.READY
    )


NEXT: Prepared[AnyTask] = Prepared(lambda now: _ready_at(now)[:1], DateTimeField())
WAITING: Prepared[UUID] = Prepared(
    lambda now: _ready_at(now).values_list("pk", flat=True)[:64], DateTimeField()
)
