"""不予受理统计 (counting): how many applications came, and how many were turned down, and why."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hedui.procedure.cases.models import Step
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.determinations.told import day_of
from hedui.procedure.record.actor import Actor

MONTHS = 12


@dataclass(frozen=True, slots=True)
class TurnedDown:
    """One office in one month: applications, and how many were turned down on each ground."""

    month: date
    office: str
    applied: int
    grounds: Mapping[str, int]

    @property
    def count(self) -> int:
        """Return how many were turned down."""
        return sum(self.grounds.values())

    @property
    def rate(self) -> str:
        """Write the share of the applications of this month."""
        return f"{self.count * 100 // self.applied}%" if self.applied else ""


def turned_down(reader: Actor, *, on: date) -> list[TurnedDown]:
    """Count by office and month, over the cases that `reader` sees, the last twelve months."""
    since = _months_before(on, MONTHS - 1)
    seen = visible_to(reader, erased=True)
    applied: Counter[tuple[date, str]] = Counter()
    for opened, office in seen.filter(opened_at__date__gte=since).values_list(
        "opened_at", "agency__name"
    ):
        applied[day_of(opened).replace(day=1), office] += 1
    decided: Counter[tuple[date, str, str]] = Counter()
    steps = Step.objects.filter(
        kind=Step.Kind.CONFIRM_TURNING_DOWN, first_day__gte=since, case__in=seen
    )
    for day, office, ground in steps.values_list("first_day", "case__agency__name", "word"):
        decided[day.replace(day=1), office, ground] += 1
    keys = applied.keys() | {(month, office) for month, office, _ in decided}
    return [
        TurnedDown(
            month,
            office,
            applied[month, office],
            {g: n for (m, o, g), n in decided.items() if (m, o) == (month, office)},
        )
        for month, office in sorted(keys, key=lambda key: (-key[0].toordinal(), key[1]))
    ]


def by_month(counted: list[TurnedDown], *, on: date) -> list[tuple[date, int]]:
    """Return the number turned down in each of the last twelve months, the oldest first."""
    months = [_months_before(on, back) for back in reversed(range(MONTHS))]
    return [(m, sum(one.count for one in counted if one.month == m)) for m in months]


def _months_before(on: date, back: int) -> date:
    count = on.year * 12 + on.month - 1 - back
    return date(count // 12, count % 12 + 1, 1)
