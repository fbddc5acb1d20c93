"""
Pacing 按约定的频次: when a question may be sent by the hours and the number a minute agreed.

Who is asked at any hour, as often as there is something to ask, costs no statement here.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from hedui.procedure.agencies.models import Agreement
from hedui.procedure.inquiries.models import Inquiry, Ticket

MINUTE = timedelta(minutes=1)


def openings(waiting: Iterable[Inquiry], at: datetime) -> dict[Inquiry, datetime]:
    """Return from when each may be sent: `at` itself for those that may go now."""
    opens = {inquiry: inquiry.opening(at) for inquiry in waiting}
    for (agreement, most), asked in sorted(_paced(opens, at).items()):
        sent = _sent_lately(agreement, most, at)
        room = most - len(sent)
        again = (sent[-1] if sent else at) + MINUTE
        opens |= dict.fromkeys(asked[room:], max(again, at + timedelta(seconds=1)))
    return opens


def _paced(opens: dict[Inquiry, datetime], at: datetime) -> dict[tuple[UUID, int], list[Inquiry]]:
    """Gather what might go now, by agreement and the number it allows."""
    gathered: dict[tuple[UUID, int], list[Inquiry]] = {}
    for inquiry, opening in opens.items():
        agreement = inquiry.agreement
        if inquiry.is_gathered:
            continue
        if agreement is not None and agreement.per_minute is not None and opening <= at:
            gathered.setdefault((agreement.pk, agreement.per_minute), []).append(inquiry)
    return gathered


def _sent_lately(agreement: UUID, most: int, at: datetime) -> list[datetime]:
    """Return when questions were sent within the last minute, the newest first, `most` of them."""
    # Locked, so that two households do not both take the last place.
    held = Agreement.objects.select_for_update(no_key=True).get(pk=agreement)
    tickets = Ticket.objects.filter(inquiry__agreement=held, minted_at__gt=at - MINUTE)
    return list(tickets.order_by("-minted_at").values_list("minted_at", flat=True)[:most])
