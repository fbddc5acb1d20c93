"""
Pacing 按约定的频次: when a question may be sent by the hours and the number a minute agreed.

Who is asked at any hour, as often as there is something to ask, costs no statement here.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from secrets import SystemRandom
from uuid import UUID

from django.conf import settings
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from hedui.procedure.agencies.models import Agreement, Department
from hedui.procedure.inquiries.models import Inquiry, Ticket

MINUTE = timedelta(minutes=1)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=0.5), timedelta(minutes=10)
LONGEST_WAY = timedelta(minutes=10)
A_MINUTE = 600
"""So many households look a minute whether a department that failed answers again."""

_chance = SystemRandom()


def patience(department: Department) -> timedelta:
    """Return within what time a department answers, as agreed unless the installation says."""
    return timedelta(seconds=settings.HEDUI_ANSWER_WITHIN or department.answer_within)


def openings(waiting: Iterable[Inquiry], at: datetime) -> dict[Inquiry, datetime]:
    """Return from when each may be sent: `at` itself for those that may go now."""
    opens = {inquiry: inquiry.opening(at) for inquiry in waiting}
    for (agreement, most), asked in sorted(_paced(opens, at).items()):
        sent = _sent_lately(agreement, most, at)
        room = most - len(sent)
        again = max((sent[-1] if sent else at) + MINUTE, at + timedelta(seconds=1))
        if kept := asked[room:]:
            opens |= dict.fromkeys(kept, turn(again, at, most))
    return opens


def room_at(agreement: Agreement, at: datetime, most: int) -> int:
    """Return how many questions may be sent now in one message, by the number a minute agreed."""
    if agreement.per_minute is None:
        return most
    return min(
        most, agreement.per_minute - len(_sent_lately(agreement.pk, agreement.per_minute, at))
    )


def turn(again: datetime, at: datetime, a_minute: int = A_MINUTE) -> datetime:
    """
    Return when whoever has to wait comes again: after those that wait already, so many a minute.

    So a backlog does not come back all at once, and who waits longest is asked first.
    """
    ahead = DBTaskResult.objects.filter(
        status=TaskResultStatus.READY, run_after__gt=at, run_after__lte=at + LONGEST_WAY
    ).count()
    return min(again + ahead // a_minute * MINUTE, max(again, at + LONGEST_WAY))


def pause_after(attempts: int) -> timedelta:
    """Return how long to leave a question alone that was asked so often in vain."""
    return with_jitter(min(FIRST_PAUSE * 2 ** min(max(attempts - 1, 0), 16), LONGEST_PAUSE))


def with_jitter(pause: timedelta) -> timedelta:
    """Return half of a pause up to all of it, so that not all come back at once."""
    return pause * _chance.uniform(0.5, 1)


def _paced(opens: dict[Inquiry, datetime], at: datetime) -> dict[tuple[UUID, int], list[Inquiry]]:
    """Gather what might go now, by agreement and the number it allows."""
    gathered: dict[tuple[UUID, int], list[Inquiry]] = {}
    for inquiry, opening in opens.items():
        agreement = inquiry.agreement
        if agreement is None or agreement.per_minute is None or inquiry.is_gathered:
            continue
        if opening <= at:
            gathered.setdefault((agreement.pk, agreement.per_minute), []).append(inquiry)
    return gathered


def _sent_lately(agreement: UUID, most: int, at: datetime) -> list[datetime]:
    """Return when questions were sent within the last minute, the newest first, `most` of them."""
    # Locked, so that two households do not both take the last place.
    held = Agreement.objects.select_for_update(no_key=True).get(pk=agreement)
    tickets = Ticket.objects.filter(inquiry__agreement=held, minted_at__gt=at - MINUTE)
    return list(tickets.order_by("-minted_at").values_list("minted_at", flat=True)[:most])


def resumption(
    opens: Mapping[Inquiry, datetime],
    resting: Mapping[Inquiry, datetime],
    waiting: Collection[Inquiry],
    at: datetime,
) -> datetime | None:
    """Return when to go on with what may not be sent yet, unless its deadline is over by then."""
    later = [o for i, o in opens.items() if o > at and (i not in waiting or o < i.due_at)]
    later += [min(again, inquiry.due_at) for inquiry, again in resting.items()]
    return min(later, default=None)
