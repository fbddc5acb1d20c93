"""
抽样 (drawing): which conclusions of a month are reviewed once more. Nobody chooses them.

The seed is the leaf of the ledger's first entry after the month is over: nobody knows it before
all was concluded, nobody can change it after, and whoever holds the ledger draws the same sample.
Of what goes against families and of what does not, as many are drawn each, so that both ways of
being wrong are seen; they are numbered together, so that a number tells nothing.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.conf import settings

from hedui.procedure.agencies.models import Agency
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.determinations.models import Determination
from hedui.procedure.oversight.models import SecondReview
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.models import Entry, Head
from hedui.procedure.record.moment import SHANGHAI, today

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Drawn:
    """One conclusion of a sample: of which month and which number, and whether it was reviewed."""

    month: date
    number: int
    determination: UUID
    is_adverse: bool
    review: SecondReview | None = None


def seed_of(month: date) -> Entry | None:
    """Return the ledger's first entry after a month; None as long as there is none."""
    over = datetime.combine(_next(month), datetime.min.time(), SHANGHAI)
    head = Head.objects.filter(pk=1).first()
    size = head.size if head else 0
    at = Entry.objects.values_list("at", flat=True)
    index = bisect_left(range(size), over, key=lambda one: at.get(index=one))
    return Entry.objects.get(index=index) if index < size else None


def drawn(month: date, division: str) -> list[Drawn]:
    """
    Return the sample of a month in one division, in the order of its numbers.

    month: its first day; division: six digits

    To be asked by who sees all cases of the division; empty as long as the month is not over.
    """
    seed = seed_of(month) if _next(month) <= today() else None
    if seed is None:
        return []
    made = _concluded(month, division)
    ranked = sorted(made, key=lambda one: sha256(bytes(seed.leaf) + one.pk.bytes).digest())
    most = settings.HEDUI_SECOND_REVIEWS
    taken: set[UUID] = set()
    for is_adverse in (True, False):
        taken |= {one.pk for one in [x for x in ranked if x.is_adverse is is_adverse][:most]}
    return [
        Drawn(month, number, one.pk, one.is_adverse, getattr(one, "second_review", None))
        for number, one in enumerate((x for x in ranked if x.pk in taken), start=1)
    ]


def samples(reader: Actor) -> dict[tuple[date, str], list[Drawn]]:
    """Return the samples of the last twelve months of every division that `reader` oversees."""
    month, months = today().replace(day=1), []
    for _ in range(MONTHS):
        month = (month - timedelta(days=1)).replace(day=1)
        months.append(month)
    found = {(one, division): drawn(one, division) for division in _area(reader) for one in months}
    return {key: sample for key, sample in found.items() if sample}


def oversees(reader: Actor, division: str) -> bool:
    """Tell whether an officer of civil affairs sees all cases of a division."""
    area = _prefix(reader)
    return area is not None and division.startswith(area)


def _concluded(month: date, division: str) -> Sequence[Determination]:
    first = datetime.combine(month, datetime.min.time(), SHANGHAI)
    over = datetime.combine(_next(month), datetime.min.time(), SHANGHAI)
    return list(
        Determination.objects.filter(
            report__commission__case__division=division,
            confirmed_at__gte=first,
            confirmed_at__lt=over,
        ).select_related("second_review")
    )


def _area(reader: Actor) -> list[str]:
    if _prefix(reader) is None:
        return []
    seen = visible_to(reader).filter(commissions__reports__determinations__isnull=False)
    divisions = seen.order_by("division").values_list("division", flat=True).distinct()
    return [division for division in divisions if oversees(reader, division)]


def _prefix(reader: Actor) -> str | None:
    """Return how the divisions begin that an officer of civil affairs oversees."""
    agency = Agency.objects.filter(pk=reader.agency).first() if reader.agency else None
    if agency is None or agency.kind != Agency.Kind.CIVIL_AFFAIRS:
        return None
    if Role.COMMISSION not in reader.roles:
        return None
    return agency.division.removesuffix("00").removesuffix("00")


def _next(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)
