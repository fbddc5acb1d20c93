"""今日到期 (due): which steps are overdue, due today or soon, of all cases in a reader's reach."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Max

from hedui.procedure.cases.looking import LOOK, LOOK_THROUGH
from hedui.procedure.cases.models import Case, Step
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.determinations.standing import SURVEY, WHOLE, Stand, stand, survey, whole
from hedui.procedure.determinations.states import DATED
from hedui.procedure.determinations.told import gathered, in_parts
from hedui.procedure.record import opening
from hedui.procedure.record.actor import Actor
from hedui.procedure.record.acts import REGISTRY
from hedui.procedure.record.models import Entry

URGENCIES = {
    "overdue": "已逾期",
    "today": "今日到期",
    "soon": "两个工作日内到期",
    "later": "以后到期",
    "paused": "暂停计时",
}
# Terms of the family's own: nobody is late when they run out.
THE_FAMILYS = ("objection", "supplement", "publish", "republish", "phase_out")


@dataclass(frozen=True, slots=True)
class Line:
    """
    One clock of one case.

    officer: who did the last act on it; is_mine: whether the reader's post may take the next step;
    is_escalated: overdue elsewhere, told to the level above
    """

    number: str
    applicant: str
    agency: str
    stand: Stand
    urgency: str
    left: int
    officer: str
    is_mine: bool
    is_escalated: bool

    @property
    def clock_label(self) -> str:
        """Name the clock."""
        return self.stand.term.label if self.stand.term else DATED[self.stand.clock]


@dataclass(frozen=True, slots=True)
class Due:
    """What is due, and how many by urgency, clock and officer before the filter."""

    lines: list[Line]
    counts: Counter[str]
    clocks: dict[str, str]
    officers: set[str]


def due(
    reader: Actor,
    *,
    on: date,
    urgency: str = "",
    clock: str = "",
    officer: str = "",
    mine: bool = False,
) -> Due:
    """List the clocks of all cases in the reader's reach, the most urgent first."""
    found: list[Line] = []
    shown: dict[UUID, None] = {}
    for case, line in _open_lines(reader, on):
        found.append(line)
        shown[case] = None
    wanted = [
        line
        for line in sorted(found, key=lambda one: (one.left, one.number))
        if clock in ("", line.stand.clock)
        and officer in ("", line.officer)
        and (line.is_mine or not mine)
    ]
    counts = Counter(line.urgency for line in wanted)
    lines = [line for line in wanted if urgency in ("", line.urgency)]
    opening.listed(shown, sought=False)
    return Due(
        lines,
        counts,
        {line.stand.clock: line.clock_label for line in found},
        {line.officer for line in found if line.officer},
    )


def mine_by_urgency(reader: Actor, *, on: date) -> Counter[str]:
    """Count the clocks whose next step is the reader's to take; nothing of anybody is shown."""
    return Counter(line.urgency for _, line in _open_lines(reader, on) if line.is_mine)


def _open_lines(reader: Actor, on: date) -> Iterator[tuple[UUID, Line]]:
    filed = Step.objects.filter(kind=Step.Kind.ARCHIVE).values("case")
    for part in in_parts(list(visible_to(reader).exclude(pk__in=filed))):
        yield from _lines(reader, part, on)


def _lines(reader: Actor, cases: Sequence[Case], on: date) -> Iterator[tuple[UUID, Line]]:
    told = gathered(cases)
    last = _last_officers([case.pk for case in cases])
    for case in cases:
        current = stand(told[case.pk], on)
        for clock in (current, survey(told[case.pk], on), whole(told[case.pk], on)):
            if clock is None or not (urgency := clock.urgency(on)):
                continue
            if urgency == "overdue" and clock.clock in THE_FAMILYS:
                continue
            yield (
                case.pk,
                Line(
                    number=case.number,
                    applicant=case.applicant_masked,
                    agency=case.agency.name,
                    stand=clock,
                    urgency=urgency,
                    left=clock.left(on) or 0,
                    officer=last.get(case.pk, ""),
                    is_mine=_is_mine(reader, clock),
                    is_escalated=urgency == "overdue" and case.agency_id != reader.agency,
                ),
            )


def _is_mine(reader: Actor, clock: Stand) -> bool:
    """Tell whether the reader's post may do what a clock waits for."""
    if clock.clock in (WHOLE, *THE_FAMILYS):
        return False
    acts = ("determinations.visit",) if clock.clock == SURVEY else clock.state.leads
    return any(REGISTRY[act].roles & reader.roles for act in acts)


def _last_officers(cases: Collection[UUID]) -> dict[UUID, str]:
    """Return who did the last act on each case; to look at it is none."""
    acted = Entry.objects.filter(case__in=cases, actor__startswith="officer:").exclude(
        act__in=(LOOK, LOOK_THROUGH, "reports.consult")
    )
    newest = acted.order_by().values("case").annotate(last=Max("index")).values("last")
    return {
        case: actor
        for case, actor in Entry.objects.filter(index__in=newest).values_list("case", "actor")
        if case is not None
    }
