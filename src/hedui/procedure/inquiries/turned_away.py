"""
Turned away 未被接受的反馈: how often messages of answers were not taken, and for what.

Whoever calls may be anybody. Of a message that is not believed two things are kept: which of our
departments it names, and the kind of failure. There is one row for each kind and day, which whoever
calls without end writes once in a second.
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from hedui.procedure.agencies.models import Department
from hedui.procedure.inquiries.failures import failure_of
from hedui.procedure.inquiries.models import TurnedAway
from hedui.procedure.record.moment import SHANGHAI, moment
from hedui.wire import strict_json
from hedui.wire.checks import CHECKS, WireError

log = logging.getLogger(__name__)

NEVER_ASKED = "never_asked"
NOT_ADMITTED = "not_admitted"
SETTLED = frozenset({"answered", "over"})
"""Nobody has to see to what was answered before, or is over."""
AT_ONCE = timedelta(seconds=1)


def at_the_door(body: bytes, code: str) -> None:
    """Count a message that was not accepted: by a check that failed, or not admitted."""
    found = list(Department.objects.filter(receiver_id=_sender(body)))
    named = found[0].receiver_id if found else "未登记的发送方"
    log.warning("%s 发来的反馈没有收下:%s", named, code)
    for department in found:
        _count(department, _kind(code), moment(), pause=AT_ONCE)


def unattached(receiver: str, counts: Mapping[str, int]) -> None:
    """Count answers of a message that was accepted, and that are attached to nothing."""
    for department in Department.objects.filter(receiver_id=receiver):
        for code, number in sorted(counts.items()):
            if code not in SETTLED:
                _count(department, _kind(code), moment(), number)


def _sender(body: bytes) -> str:
    """Return whom a message names as its sender, believed or not; nothing if it cannot be read."""
    try:
        said: Any = strict_json.loads(body)
        return str(said["header"]["sender_id"])
    except (WireError, KeyError, TypeError):
        return ""


def _kind(code: str) -> str:
    if code == NEVER_ASKED:
        return "replay"
    failure = failure_of("UNREADABLE", code) if code in CHECKS else None
    return failure.name if failure else code


def _count(
    department: Department,
    kind: str,
    at: datetime,
    number: int = 1,
    pause: timedelta = timedelta(),
) -> None:
    day = at.astimezone(SHANGHAI).date()
    held = TurnedAway.objects.filter(department=department, kind=kind, day=day)
    # Read first: on SQLite whoever writes nothing has kept the others from writing all the same.
    last = held.values_list("last_at", flat=True).first()
    if last is None:
        with suppress(IntegrityError), transaction.atomic():  # another was faster
            held.create(department=department, kind=kind, day=day, count=number, last_at=at)
    elif at - last >= pause:
        held.update(count=F("count") + number, last_at=at)
