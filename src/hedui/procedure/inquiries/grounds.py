"""Grounds 依据: what questions on a household may rest on at a moment, read at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, UUIDField

from hedui import policy
from hedui.procedure.agencies.models import Agreement
from hedui.procedure.agencies.queries import begin_agreements_for
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.authorizations.queries import begin_live_in
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.allowing import by_source
from hedui.procedure.inquiries.holding import Holding
from hedui.procedure.inquiries.models import Inquiry
from hedui.procedure.record.moment import SHANGHAI, moment
from hedui.procedure.record.prepared import Prepared, in_one_trip


@dataclass(frozen=True, slots=True)
class Ground:
    """
    What may be asked on, and what was asked before.

    live: the authorizations that serve, oldest first; agreements: in force, by source
    asked: members and sources of which there is an inquiry
    """

    live: list[Authorization]
    agreements: Mapping[str, Agreement]
    asked: frozenset[tuple[UUID, str]]


def ground_of(commission: Commission, held: Holding) -> Ground:
    """Read what questions of a commission may rest on; it is locked, so that it stays so."""
    case, day = commission.case, held.at.astimezone(SHANGHAI).date()
    with in_one_trip():
        live = begin_live_in(case, commission.purpose, held.at)
        agreements = begin_agreements_for(case.division, day)
        asked = ASKED.begin(commission.pk) if held.asked else tuple
    ground = Ground(live(), agreements(), frozenset(asked()))
    for authorization in ground.live:  # the caller's case has opened its key already
        authorization.case = authorization.member.case = case
    return ground


Askable = tuple[Authorization, str, tuple[str, ...], Agreement]


def may_be_asked(ground: Ground, purpose: str) -> Iterator[Askable]:
    """Yield each source of each authorization, the newest first, with items and agreement."""
    allowed = frozenset(policy.programme(purpose).allowed)
    for authorization in reversed(ground.live):
        for source, items in by_source(allowed, tuple(authorization.items)).items():
            agreement = ground.agreements.get(source)
            if agreement is not None:
                yield authorization, source, items, agreement


def agreed_at(at: datetime) -> Q:
    """Match the inquiries whose agreement is not over at a moment."""
    not_ended = Q(agreement__ended_at=None) | Q(agreement__ended_at__gt=at)
    return not_ended & Q(agreement__last_day__gte=at.astimezone(SHANGHAI).date())


@dataclass(frozen=True, slots=True)
class Unopened:
    """A question that is not put yet: its department is asked from a moment on, by its hours."""

    member_key: str
    source: str
    department: str
    opens_at: datetime


def unopened(commission: Commission) -> list[Unopened]:
    """Return what of a commission under way waits for the hours agreed with a department."""
    at = moment()
    ground = ground_of(commission, Holding(commission.closed_at, at, asked=True))
    found: dict[tuple[UUID, str], Unopened] = {}
    for authorization, source, items, agreement in may_be_asked(ground, commission.purpose):
        key, opens_at = (authorization.member_id, source), agreement.opening(at)
        if opens_at > at and key not in ground.asked and not set(items).isdisjoint(agreement.items):
            member, department = authorization.member, agreement.department
            found[key] = Unopened(member.key, source, department.name, opens_at)
    return list(found.values())


ASKED: Prepared[tuple[UUID, str]] = Prepared(
    lambda commission: Inquiry.objects.filter(commission=commission).values_list(
        "member_id", "source"
    ),
    UUIDField(),
)
