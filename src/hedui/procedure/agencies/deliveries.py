"""
送达 (deliveries): what partners are told later, and how far they have taken it.

A partner that does not take a message is left alone as a whole, for longer each time; the others
wait for one try of it at most. After some days a message is given up; the partner may still ask.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Min, Q, QuerySet, Sum

from hedui.procedure.agencies.partner_models import Partner, PartnerMessage
from hedui.procedure.agencies.partners import stands
from hedui.procedure.record.moment import moment

GIVEN_UP_AFTER = timedelta(days=7)
WITHDRAWN = "withdrawn"
"""Stands as the fault of a message that tells nothing any more, and so is not sent."""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """
    What a partner has not taken.

    count: messages that wait; since: it has taken none; attempts: in vain, of those that wait;
    fault: why the last was; next_at: when it is tried again; given_up: messages that are not sent
    any more
    """

    count: int
    since: datetime | None
    attempts: int
    fault: str
    next_at: datetime | None
    given_up: int


def partners_due(at: datetime) -> list[Partner]:
    """Return the partners for whom a message waits, and that are not tried or left alone now."""
    waiting = _waiting(at)
    busy = waiting.filter(next_at__gt=at).values("partner")
    found = Partner.objects.filter(pk__in=waiting.exclude(partner__in=busy).values("partner"))
    return [one for one in found.order_by("pk") if stands(one, at)]


def take_due(partner: Partner, at: datetime, hold: timedelta) -> PartnerMessage | None:
    """
    Return the message that a partner is to be told next, and keep others from it for a while.

    That is the oldest of those that were tried least: one that it never takes holds up no other.
    """
    due = _waiting(at).filter(partner=partner).order_by("attempts", "at").first()
    if due is None:
        return None
    held = PartnerMessage.objects.filter(pk=due.pk, next_at=due.next_at, sent_at=None)
    return due if held.update(next_at=at + hold) else None


def mark_sent(message: PartnerMessage) -> None:
    """Write down that the partner took a message."""
    PartnerMessage.objects.filter(pk=message.pk, sent_at=None).update(sent_at=moment())


def mark_not_taken(message: PartnerMessage, fault: str, next_at: datetime) -> None:
    """Write down why it was not taken, and when the partner is tried again."""
    PartnerMessage.objects.filter(pk=message.pk, sent_at=None).update(
        attempts=message.attempts + 1, fault=fault[:60], next_at=next_at
    )


def withdraw(message: PartnerMessage) -> None:
    """Write down that a message is not sent, as it may not be told any more."""
    PartnerMessage.objects.filter(pk=message.pk, sent_at=None).update(fault=WITHDRAWN, next_at=None)


def undelivered(partner: Partner, at: datetime) -> Undelivered:
    """Tell what a partner has not taken, and how long it has taken nothing."""
    waiting = _waiting(at).filter(partner=partner)
    tried = waiting.filter(attempts__gt=0)
    sums = tried.aggregate(attempts=Sum("attempts"), since=Min("at"), next_at=Max("next_at"))
    taken = _called_back().filter(partner=partner).aggregate(at=Max("sent_at"))["at"]
    last = tried.order_by("-next_at").first()
    given_up = _called_back().filter(partner=partner, sent_at=None, at__lte=at - GIVEN_UP_AFTER)
    return Undelivered(
        count=waiting.count(),
        since=max(sums["since"], taken or sums["since"]) if sums["since"] else None,
        attempts=sums["attempts"] or 0,
        fault=last.fault if last else "",
        next_at=sums["next_at"],
        given_up=given_up.exclude(fault=WITHDRAWN).count(),
    )


def _waiting(at: datetime) -> QuerySet[PartnerMessage]:
    """Return what is to be sent: of that which tells of people, what can be asked of them anew."""
    may_be_asked = Q(about__isnull=False) | Q(action__endswith="subscribe")
    kept = _called_back().filter(may_be_asked, sent_at=None, at__gt=at - GIVEN_UP_AFTER)
    return kept.exclude(fault=WITHDRAWN)


def _called_back() -> QuerySet[PartnerMessage]:
    return PartnerMessage.objects.exclude(callback="")
