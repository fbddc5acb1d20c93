"""Grounds 依据: what questions on a household may rest on at a moment, read at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import UUIDField

from hedui.procedure.agencies.models import Agreement
from hedui.procedure.agencies.queries import begin_agreements_for
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.authorizations.queries import begin_live_in
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.holding import Holding
from hedui.procedure.inquiries.models import Inquiry
from hedui.procedure.record.moment import SHANGHAI
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


ASKED: Prepared[tuple[UUID, str]] = Prepared(
    lambda commission: Inquiry.objects.filter(commission=commission).values_list(
        "member_id", "source"
    ),
    UUIDField(),
)
