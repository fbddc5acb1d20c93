"""Reads of rechecks: who is due, what stands on a list, and what came of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, TextChoices

from hedui.procedure.cases.models import Case, Step
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.cases.terms import Custom, custom
from hedui.procedure.commissions.models import Commission
from hedui.procedure.determinations.standing import stand_all
from hedui.procedure.determinations.told import gathered, in_parts
from hedui.procedure.rechecks.models import Round, Task
from hedui.procedure.record.actor import Actor
from hedui.procedure.record.moment import today

AIDED = ("paying", "rechecking")
SETS_THE_DAY = ("pay", "recheck")


class Show(TextChoices):
    """What of a list is looked for."""

    ALL = "", "全部"
    OPEN = "open", "待办"
    SECOND = "second", "待抽查"


OF = {
    Show.ALL: Q(),
    Show.OPEN: Q(is_done=False),
    Show.SECOND: Q(is_done=True, sampled=True, looked_at=None),
}


@dataclass(frozen=True, slots=True)
class Due:
    """A family whose aid is to be looked at again: from when on, and every how many months."""

    case: Case
    day: date
    months: int

    @property
    def is_over(self) -> bool:
        """Whether the day has passed."""
        return self.day < today()


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: how, by whom and when."""

    label: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One family on a list; done: None while nobody has looked."""

    task: Task
    done: Done | None

    @property
    def waits_for_second(self) -> bool:
        """Whether a second officer has yet to look."""
        return self.task.sampled and self.done is not None and self.task.looked_at is None


def due_until(reader: Actor, *, until: date) -> list[Due]:
    """Return the families in reach whose next recheck is due by a day, soonest first."""
    sets = Step.objects.filter(kind__in=SETS_THE_DAY)
    newest = sets.filter(case=OuterRef("case")).order_by("-id").values("pk")[:1]
    by_then = sets.filter(last_day__lte=until, pk=Subquery(newest)).values("case")
    cases = {case.pk: case for case in visible_to(reader).filter(pk__in=by_then)}
    told = gathered(list(cases.values()))
    found = []
    for key, stands in stand_all(told, today()).items():
        if stands.state.name not in AIDED:
            continue
        steps = told[key].steps
        last = next(one for one in reversed(steps) if one.kind in SETS_THE_DAY)
        months = next(one.days for one in reversed(steps) if one.kind == "pay")
        if last.last_day is not None:
            found.append(Due(cases[key], last.last_day, months))
    return sorted(found, key=lambda one: (one.day, one.case.number))


def aided(reader: Actor, *, numbers: Collection[str]) -> list[Case]:
    """Return the cases with these numbers in the reader's reach to whom aid is being paid."""
    paid = visible_to(reader).filter(pk__in=Step.objects.filter(kind=Step.Kind.PAY).values("case"))
    cases = [case for part in in_parts([*numbers]) for case in paid.filter(number__in=part)]
    stands = stand_all(gathered(cases), today())
    return [case for case in cases if stands[case.pk].state.name in AIDED]


def listed_already(reader: Actor, *, origin: Round.Origin, digest: str) -> set[UUID]:
    """
    Return the families in reach that need no place on one more list of an origin.

    Nobody has looked at them since they were put on one; or they stood on one made of this file.
    """
    stands = Q(round__origin=origin, is_done=False)
    if digest:
        stands |= Q(round__digest=digest)
    tasks = _looked_at(Task.objects.filter(case__in=visible_to(reader)))
    return set(tasks.filter(stands).values_list("case", flat=True))


def intervals(division: str, programmes: Collection[str]) -> dict[str, Custom]:
    """Return by programme the classes of families in a place, with their months and the ground."""
    return {programme: custom("recheck", division, programme) for programme in programmes}


def rounds_of(reader: Actor) -> QuerySet[Round]:
    """Return the lists that the reader's agency drew up, and those with families in its reach."""
    seen = Task.objects.filter(case__in=visible_to(reader)).values("round")
    return (
        Round.objects.filter(agency=reader.agency) | Round.objects.filter(pk__in=seen)
    ).distinct()


def tasks_of(reader: Actor, *, held: Round, show: Show = Show.ALL) -> Any:  # see `_looked_at`
    """Return what the reader may see of a list, in its turns; `is_done`: somebody has looked."""
    tasks = _looked_at(Task.objects.filter(round=held, case__in=visible_to(reader)))
    return tasks.filter(OF[show]).select_related("case__agency", "round")


def lines_of(reader: Actor, *, held: Round, tasks: Iterable[Task] | None = None) -> list[Line]:
    """Tell what came of each that the reader may see of a list, or of these `tasks` of it."""
    some = list(tasks_of(reader, held=held) if tasks is None else tasks)
    done = _done([task.case_id for task in some], held.opened_at)
    return [Line(task, done.get(task.case_id)) for task in some]


def left_on(reader: Actor, *, lists: Collection[Round], show: Show) -> dict[UUID, int]:
    """Count by list what is left to do of it."""
    tasks = _looked_at(Task.objects.filter(round__in=lists, case__in=visible_to(reader)))
    return dict(tasks.filter(OF[show]).order_by().values_list("round").annotate(Count("pk")))


def done_of(task: Task) -> Done | None:
    """Tell what came of one, None while nobody has looked."""
    return _done([task.case_id], task.round.opened_at).get(task.case_id)


def _looked_at(tasks: QuerySet[Task]) -> Any:  # a query set; types know no annotation
    """Add whether anybody has looked at each since its list was drawn up."""
    since = {"case": OuterRef("case")}
    opened = OuterRef("round__opened_at")
    steps = Step.objects.filter(kind=Step.Kind.RECHECK, recorded_at__gte=opened, **since)
    ordered = Commission.objects.filter(commissioned_at__gte=opened, **since)
    return tasks.annotate(is_done=Exists(steps) | Exists(ordered))


def _done(cases: Collection[UUID], since: datetime) -> dict[UUID, Done]:
    """Tell what was done first of each case since a moment: looked at, or commissioned anew."""
    found: dict[UUID, Done] = {}
    steps = Step.objects.filter(kind=Step.Kind.RECHECK, case__in=cases, recorded_at__gte=since)
    ordered = Commission.objects.filter(case__in=cases, commissioned_at__gte=since)
    rows = [
        *(
            (c, Done("复核无变化", by, at))
            for c, by, at in steps.values_list("case", "recorded_by", "recorded_at")
        ),
        *(
            (c, Done("已重新委托核对", by, at))
            for c, by, at in ordered.values_list("case", "ordered_by", "commissioned_at")
        ),
    ]
    for case, done in sorted(rows, key=lambda row: row[1].at, reverse=True):
        found[case] = done
    return found
