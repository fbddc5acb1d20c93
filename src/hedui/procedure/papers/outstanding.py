"""What papers wait for somebody 待办文书: to be issued after a decision, or to be handed over."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef

from hedui.procedure.cases.models import Step
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.determinations.models import Determination
from hedui.procedure.determinations.told import day_of
from hedui.procedure.papers.catalogue import forms, shipped
from hedui.procedure.papers.models import Notice, NoticeDelivery
from hedui.procedure.record.actor import Actor

NOT_ACCEPTED, POSTED = "not_accepted", "publication"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One paper that waits: of which case, what it is, since when; number: where it is issued."""

    case: str
    title: str
    since: date
    number: str = ""


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What is to be issued, and what was issued and not handed over yet, the oldest first."""

    to_issue: list[Waiting]
    to_hand_over: list[Waiting]

    @property
    def count(self) -> int:
        """Return how many wait."""
        return len(self.to_issue) + len(self.to_hand_over)


def outstanding(reader: Actor) -> Outstanding:
    """Return the papers that wait, of the cases that `reader` sees."""
    to_issue = [*_of_decisions(reader), *_of_refused_applications(reader)]
    return Outstanding(sorted(to_issue, key=lambda one: one.since), _not_handed_over(reader))


def _of_decisions(reader: Actor) -> list[Waiting]:
    titles = {form.outcome: shipped(form.name).title for form in forms().values() if form.outcome}
    issued = Notice.objects.filter(determination=OuterRef("pk"))
    found = Determination.objects.filter(
        ~Exists(issued),
        confirmed_at__isnull=False,
        report__commission__case__in=visible_to(reader),
    )
    return [
        Waiting(number, titles[outcome], day_of(at))
        for number, outcome, at in found.values_list(
            "report__commission__case__number", "outcome", "confirmed_at"
        )
        if at is not None
    ]


def _of_refused_applications(reader: Actor) -> list[Waiting]:
    issued = Notice.objects.filter(case=OuterRef("case"), form=NOT_ACCEPTED)
    found = Step.objects.filter(
        ~Exists(issued), kind=Step.Kind.CONFIRM_TURNING_DOWN, case__in=visible_to(reader)
    )
    title = shipped(NOT_ACCEPTED).title
    return [
        Waiting(number, title, day)
        for number, day in found.values_list("case__number", "first_day")
    ]


def _not_handed_over(reader: Actor) -> list[Waiting]:
    handed = NoticeDelivery.objects.filter(notice=OuterRef("pk"))
    found = (
        Notice.objects.filter(~Exists(handed), case__in=visible_to(reader))
        .exclude(form=POSTED)
        .order_by("issued_at")
    )
    return [
        Waiting(case, shipped(form).title, day_of(at), number)
        for case, form, at, number in found.values_list(
            "case__number", "form", "issued_at", "number"
        )
    ]
