"""Reads of oversight 质量: error rates both ways, how attentively is signed; counts, no family."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor
from statistics import median
from uuid import UUID

from django.conf import settings

from hedui.procedure.agencies.queries import names_behind
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.determinations.attending import READ
from hedui.procedure.determinations.models import Determination
from hedui.procedure.oversight.drawing import samples
from hedui.procedure.oversight.models import SecondReview
from hedui.procedure.record.actor import Actor
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import SHANGHAI, moment
from hedui.procedure.reports.models import Report
from hedui.values.proportion import wilson

DAYS = 30
TWO_SIDED = 0.975
"""Each bound at 97.5 %: between them lies the truth with 95 %."""


@dataclass(frozen=True, slots=True)
class Direction:
    """
    One way of being wrong: how many were drawn and reviewed, and how many otherwise concluded.

    open: where the second officer could not tell; they count on neither side
    """

    label: str
    drawn: int
    reviewed: int
    open: int
    wrong: int

    @property
    def bounds(self) -> tuple[float, float]:
        """Return between what the rate of errors lies, with 95 % (Wilson)."""
        return wilson(self.wrong, self.reviewed - self.open, TWO_SIDED)

    @property
    def between(self) -> str:
        """Write the bounds in per cent, rounded outwards; empty where nothing is known."""
        if self.reviewed == self.open:
            return ""
        low, high = self.bounds
        return f"{floor(low * 1000) / 10:g}% 至 {ceil(high * 1000) / 10:g}%"


def rates(reader: Actor) -> tuple[Direction, Direction]:
    """Count both ways of being wrong over the samples that `reader` oversees, twelve months."""
    every = [one for sample in samples(reader).values() for one in sample]
    made = []
    for is_adverse, label in ((True, "该给的没有给"), (False, "不该给的给了")):
        drawn = [one for one in every if one.is_adverse is is_adverse]
        reviews = [one.review for one in drawn if one.review is not None]
        made.append(
            Direction(
                label,
                len(drawn),
                len(reviews),
                sum(one.outcome == SecondReview.Outcome.OPEN for one in reviews),
                sum(one.disagrees for one in reviews),
            )
        )
    return made[0], made[1]


def disagreeing(reader: Actor) -> list[tuple[str, str, SecondReview]]:
    """Return case, report and review where the second officer would have concluded otherwise."""
    found = (
        SecondReview.objects.filter(determination__report__commission__case__in=visible_to(reader))
        .select_related("determination__report__commission__case")
        .order_by("-id")
    )
    return [
        (one.determination.report.commission.case.number, one.determination.report.number, one)
        for one in found
        if one.disagrees
    ]


@dataclass(frozen=True, slots=True)
class Attention:
    """
    How one officer signed in the last days 签办情况: a hint for who leads, and no more.

    unread: signed without having opened the report; seconds: median from opening to signing;
    most: most on one day
    """

    officer: str
    signed: int
    unread: int
    seconds: int | None
    most: int

    @property
    def hints(self) -> list[str]:
        """Say what is worth asking about; nothing where nothing is."""
        said = []
        if self.unread:
            said.append(f"{self.unread} 件没有打开报告")
        if self.seconds is not None and self.seconds < settings.HEDUI_READ_SECONDS:
            said.append(f"一半以上不到 {settings.HEDUI_READ_SECONDS} 秒")
        if self.most > settings.HEDUI_ADVERSE_A_DAY:
            said.append(f"一天签 {self.most} 件")
        return said


@dataclass(frozen=True, slots=True)
class _Signed:
    officer: str
    report: UUID
    at: datetime


def attention(reader: Actor) -> list[Attention]:
    """Return how reports and conclusions were signed in the last thirty days, the oddest first."""
    signed = [*_reports(reader), *_conclusions(reader)]
    read = _first_reads({one.report for one in signed}, {one.officer for one in signed})
    names = names_behind(reader, {one.officer for one in signed})
    made = []
    for officer in sorted({one.officer for one in signed}):
        own = [one for one in signed if one.officer == officer]
        dwelt = [
            (one.at - began).total_seconds()
            for one in own
            if (began := read.get((officer, one.report))) is not None and began <= one.at
        ]
        days = Counter(one.at.astimezone(SHANGHAI).date() for one in own)
        made.append(
            Attention(
                names.get(officer, officer),
                len(own),
                len(own) - len(dwelt),
                int(median(dwelt)) if dwelt else None,
                max(days.values()),
            )
        )
    return sorted(made, key=lambda one: -len(one.hints))


def _reports(reader: Actor) -> Iterable[_Signed]:
    found = Report.objects.filter(
        commission__case__in=visible_to(reader), issued_at__gte=moment() - timedelta(days=DAYS)
    )
    for pk, officer, at in found.values_list("pk", "countersigned_by", "issued_at"):
        if at is not None:
            yield _Signed(f"officer:{officer}", pk, at)


def _conclusions(reader: Actor) -> Iterable[_Signed]:
    found = Determination.objects.filter(
        report__commission__case__in=visible_to(reader),
        confirmed_at__gte=moment() - timedelta(days=DAYS),
    )
    for report, officer, at in found.values_list("report", "confirmed_by", "confirmed_at"):
        if at is not None:
            yield _Signed(officer, report, at)


def _first_reads(reports: set[UUID], officers: set[str]) -> dict[tuple[str, UUID], datetime]:
    """Return when each officer first opened each report, from the ledger."""
    cases = dict(Report.objects.filter(pk__in=reports).values_list("pk", "commission__case"))
    entries = Entry.objects.filter(act=READ, case__in=cases.values(), actor__in=officers)
    named = {str(pk): pk for pk in reports}
    found: dict[tuple[str, UUID], datetime] = {}
    for actor, at, content in entries.order_by("index").values_list("actor", "at", "content"):
        opened = next((pk for name, pk in named.items() if name in content), None)
        if opened is not None:
            found.setdefault((actor, opened), at)
    return found
