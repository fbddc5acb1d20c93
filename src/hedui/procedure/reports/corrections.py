"""Reads of corrections 数据更正 and of the cases that a suspended source concerned."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from hedui import catalogue
from hedui.procedure.agencies.models import Department
from hedui.procedure.cases.models import Case
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.record.actor import Actor
from hedui.procedure.reports.models import Correction, Finding, Report, SourceReview


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for correction and how it stands: `waiting`, `late`, or the department's answer."""

    correction: Correction
    state: str

    @property
    def state_label(self) -> str:
        """Return the state as users read it."""
        waiting = {"waiting": "待答复", "late": "逾期未答复"}
        return waiting.get(self.state) or str(Correction.Outcome(self.state).label)

    @property
    def item_labels(self) -> str:
        """Name the items in doubt."""
        return "、".join(catalogue.item(item).label for item in self.correction.items)


def corrections(reader: Actor, today: date) -> list[Asked]:
    """Return the requests of the cases that a reader sees, those that wait first."""
    found = [Asked(one, _state(one, today)) for one in _theirs(reader)]
    return sorted(found, key=lambda one: ["late", "waiting"].count(one.state) == 0)


def correction_of(reader: Actor, *, number: str, today: date) -> Asked:
    """Return one request by its number. :raises Correction.DoesNotExist: also if not theirs"""
    held = _theirs(reader).get(number=number)
    return Asked(held, _state(held, today))


def reviews_of(report: Report) -> dict[str, str]:
    """Say what was found of the sources of a report's discrepancies, by the line's id."""
    looked_into = SourceReview.objects.select_related("finding", "correction").filter(
        finding__report=report
    )
    return {f"F{one.finding.position + 1:02d}": _told(one) for one in looked_into}


def _told(review: SourceReview) -> str:
    if not review.is_wrong:
        return "经核实来源无误"
    return f"经核实来源有误({review.get_fault_display()}),更正请求 {review.correction.number}"


def concerned(reader: Actor, *, department: Department) -> list[str]:
    """Name the cases, of those a reader sees, in which a department alone asserts a discrepancy."""
    cases = visible_to(reader)
    found = Finding.objects.filter(
        status="inconsistent",
        source=department.source,
        report__commission__case__in=cases,
        report__commission__inquiries__department=department,
    )
    return list(
        Case.objects.filter(pk__in=found.values("report__commission__case"))
        .order_by("number")
        .values_list("number", flat=True)
    )


def _theirs(reader: Actor) -> QuerySet[Correction]:
    return (
        Correction.objects.select_related(
            "review__department", "inquiry__commission__case", "inquiry__commission__body"
        )
        .filter(inquiry__commission__case__in=visible_to(reader))
        .order_by("answer_until", "number")
    )


def _state(correction: Correction, today: date) -> str:
    return correction.outcome or ("late" if correction.answer_until < today else "waiting")
