"""
Count what came in on a day, from the department's own record (对账).
"""

import json
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from hedui.gateway.department import Department, Shown
from hedui.wire.checks import WireError
from hedui.wire.counts import (
    EVERYBODY,
    Counts,
    counted_on,
    digest_of_marks,
    is_over,
    mark,
    read_request,
    sign_counts,
)
from hedui.wire.seals import Signer


class DayNotOver(Exception):
    """More may still come in that counts on this day."""


def answer_counts(department: Department, jws: str, *, shown_by: Shown = None) -> dict[str, Any]:
    """
    Answer a partner's request for the count of a day, with the marks if it wants them.

    Whose key names its owner is told what came in under that name; whose key stands for whoever
    asks is told all, so that nothing asked with it under another name stays unseen.

    shown_by: which partners it may be from, by the token and the certificate that came with it

    :raises WireError: the request does not hold
    :raises DayNotOver: the day can still grow
    :raises OSError: the record cannot be read
    """
    now = department.clock()
    source = department.source.name
    asked, key = read_request(jws, department.partners.verifier(), source=source, now=now)
    if shown_by is not None and key.owner not in (None, *shown_by):
        raise WireError("unknown_partner")
    return counted(
        department.log.path,
        source=source,
        partner=key.owner or EVERYBODY,
        day=asked.day,
        signer=department.signer,
        now=now,
        with_marks=asked.marks,
    )


def counted(
    log: Path,
    *,
    source: str,
    partner: str,
    day: date,
    signer: Signer,
    now: datetime,
    with_marks: bool,
) -> dict[str, Any]:
    """
    Count a day in a record and sign what was found; `marks` are the sorted list.

    :raises DayNotOver: the day can still grow
    :raises OSError: the record cannot be read
    """
    if not is_over(day, now):
        raise DayNotOver(f"{day} 尚未过去")
    marks = [
        mark(entry["message_id"], entry["reference_id"])
        for entry in _entries_of(log, day)
        if partner in (EVERYBODY, entry["sender"])
    ]
    once = sorted(set(marks))
    repeated = len(marks) - len(once)
    digest = digest_of_marks(once)
    counts = Counts(source, partner, day, len(once), repeated, digest, now)
    said: dict[str, Any] = {"counts": sign_counts(counts, signer)}
    return said | {"marks": once} if with_marks else said


def _entries_of(log: Path, day: date) -> Iterable[dict[str, Any]]:
    """Yield the entries that count on a day; what is of other days is not even parsed."""
    needle = f'"day":"{day.isoformat()}"'.encode()
    with open(log, "rb") as record:
        for line in record:
            if needle not in line and b'"day":"' in line:
                continue
            try:
                entry = json.loads(line)
            except ValueError:  # a crash cut it short: it was never answered
                continue
            if isinstance(entry, dict) and _day_of(entry) == day:
                yield entry


def _day_of(entry: dict[str, Any]) -> date | None:
    if "day" in entry:
        # null: it answers what was received, and counted, before
        return date.fromisoformat(entry["day"]) if entry["day"] else None
    # written before the day was kept beside
    return counted_on(entry["message_id"], datetime.fromisoformat(entry["at"]))
