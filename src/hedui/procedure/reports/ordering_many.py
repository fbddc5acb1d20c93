"""
Many verifications ordered at once 批量委托: each by an act of its own, or not at all.

What is ordered for one family does not hang on another's: a refusal is told, the rest goes on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from hedui.procedure.cases.models import Case
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.commissions.models import Commission
from hedui.procedure.record.actor import Actor
from hedui.procedure.record.moment import moment
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports.acts import request
from hedui.procedure.reports.queries import Stage, staged, unsigned

MOST = 200
"""How many are offered, and ordered, in one go."""
UNSIGNED = "还有成员没有有效的授权,请在案件页补签,或者逐案决定。"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case that can be ordered; `is_whole`: every member has authorized."""

    case: Case
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Ordered:
    """What came of it: the orders, and by reason the numbers of the cases not ordered."""

    orders: list[Commission]
    refused: dict[str, list[str]]


def waiting(reader: Actor, *, among: Sequence[UUID] | None = None) -> list[Waiting]:
    """
    Return what `reader` may order now, the oldest application first, at most `MOST`.

    among: of these cases, whatever came of them before, in the turns they are named in, as many of
    those with all authorizations and of the others; else those that wait for their first order
    """
    at = moment()
    if among is not None:
        return _in_their_turns(reader, among, at)
    found = staged(visible_to(reader), at).filter(stage=Stage.COMMISSION.value)
    found = found.annotate(lacks=unsigned(at)).select_related("agency")
    return [Waiting(case, not case.lacks) for case in found.order_by("applied_on", "number")[:MOST]]


def _in_their_turns(reader: Actor, among: Sequence[UUID], at: datetime) -> list[Waiting]:
    """Return the first that may be ordered; who lacks an authorization takes nobody's turn."""
    under_way = Commission.objects.filter(case=OuterRef("pk"), closed_at__isnull=True)
    able = visible_to(reader).filter(~Exists(under_way), pk__in=among)
    lacks = dict(able.annotate(lacks=unsigned(at)).values_list("pk", "lacks"))
    turns = [
        one
        for kind in (False, True)
        for one in [pk for pk in among if lacks.get(pk) is kind][:MOST]
    ]
    cases = visible_to(reader).in_bulk(turns)
    return [Waiting(cases[pk], not lacks[pk]) for pk in turns]


def request_many(cases: Iterable[Waiting], *, by: Actor) -> Ordered:
    """Order each case in which everybody has authorized; say why of the others."""
    ordered = Ordered([], {})
    for one in cases:
        try:
            if not one.is_whole:
                raise Refusal(UNSIGNED)
            ordered.orders.append(request(case=one.case, by=by))
        except Refusal as refusal:
            ordered.refused.setdefault(refusal.message, []).append(one.case.number)
    return ordered
