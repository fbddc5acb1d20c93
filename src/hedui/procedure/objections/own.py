"""One's own report 本人的核对报告: what a person reads of it themselves, and may object to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hedui.procedure.cases.models import Member
from hedui.procedure.objections.acts import spoken_for
from hedui.procedure.objections.models import Objection
from hedui.procedure.objections.queries import OPEN, held_lines, results_in
from hedui.procedure.record.moment import today
from hedui.procedure.reports.delivering import objections_until
from hedui.procedure.reports.models import Report
from hedui.procedure.reports.versions import key_of, replaced_by

OPEN_STATUSES = ("inconsistent", "awaiting_explanation", "not_comparable")


@dataclass(frozen=True, slots=True)
class OwnLine:
    """
    One finding as the person reads it.

    said: the line of the report; who: whose it is; asks: what is asked about such a finding, and
    what helps; is_held: contested and not resolved yet; result: what an earlier objection came to
    """

    position: int
    said: Mapping[str, Any]
    who: str
    asks: list[Mapping[str, Any]]
    is_held: bool
    result: Mapping[str, Any] | None

    @property
    def is_open(self) -> bool:
        """Whether it differs from what was declared, or waits for a word."""
        return self.said["status"] in OPEN_STATUSES


@dataclass(frozen=True, slots=True)
class OwnReport:
    """
    The newest report that was handed to the household, so far as it is about the person.

    until: the last day to object; is_in_time: whether the person may object now; is_replaced: a
    newer version is issued and not handed over yet
    """

    report: Report
    lines: list[OwnLine]
    until: date
    is_in_time: bool
    is_replaced: bool
    objections: list[Objection]


def own_report(member: Member) -> OwnReport | None:
    """Return what a person may read of the newest report that was handed over, if one was."""
    report = (
        Report.objects.filter(
            commission__case=member.case_id,
            status=Report.Status.ISSUED,
            deliveries__isnull=False,
        )
        .select_related("commission__case__agency", "commission__body")
        .order_by("commission__commissioned_at", "version")
        .last()
    )
    if report is None or (until := objections_until(report)) is None:
        return None
    is_replaced = replaced_by(report) is not None
    return OwnReport(
        report,
        _lines(report, member),
        until,
        is_in_time=not is_replaced and today() <= until,
        is_replaced=is_replaced,
        objections=_objections(report, member),
    )


def _lines(report: Report, member: Member) -> list[OwnLine]:
    body, held, results = report.opened, held_lines(report), results_in(report)
    speaks_for = spoken_for(member)
    names = {one["key"]: one["name"] for one in body["members"]}
    mine = report.findings.filter(member__in=speaks_for).values_list("position", flat=True)
    lines = []
    for position in sorted(mine):
        said = body["findings"][position]
        asks = [kind["asks"] for kind in body.get("guidance", ()) if said["id"] in kind["findings"]]
        lines.append(
            OwnLine(
                position,
                said,
                "" if said["member"] == member.key else names[said["member"]],
                asks[0] if asks else [],
                position in held,
                results.get(key_of(said)),
            )
        )
    return sorted(lines, key=lambda line: not line.is_open)


def _objections(report: Report, member: Member) -> list[Objection]:
    """Return the person's own objections on this commission, newest first."""
    found = Objection.objects.filter(report__commission=report.commission_id, member=member)
    return list(found.annotate(is_open=OPEN).order_by("-id"))
