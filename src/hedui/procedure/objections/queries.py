"""Reads of objections: what is on hold, what is due, what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from hedui import catalogue
from hedui.procedure.cases.models import Case
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.commissions.models import Commission
from hedui.procedure.objections.acts import signers
from hedui.procedure.objections.models import Contested, Objection, Resolution
from hedui.procedure.record import keys
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.moment import china_text, moment, today
from hedui.procedure.reports.delivering import objections_until
from hedui.procedure.reports.models import Finding, Report
from hedui.procedure.reports.versions import key_of, replaced_by
from hedui.values.divisions import full_name
from hedui.wire.canonical import canonical

STANDING_TYPE = "hedui-standing+jws"
OPEN = Exists(Contested.objects.filter(objection=OuterRef("pk"), resolution=None))


def held_lines(report: Report) -> set[int]:
    """
    Return the positions of the findings that are on hold 暂缓使用, in any version of a report.

    What is contested in one version is held in every other, where person, source and item agree.
    """
    open_ = Contested.objects.filter(
        objection__report__commission=report.commission_id, resolution=None
    ).values_list("finding__member_id", "finding__source", "finding__item")
    held = set(open_)
    if not held:
        return set()
    lines = report.findings.values_list("position", "member_id", "source", "item")
    return {position for position, *line in lines if tuple(line) in held}


def upheld_lines(report: Report) -> set[int]:
    """Return the positions of the findings of this version against which an objection held."""
    found = Contested.objects.filter(
        finding__report=report,
        resolution__outcome__in=(Resolution.Outcome.UPHELD, Resolution.Outcome.PARTLY),
    )
    return set(found.values_list("finding__position", flat=True))


def held_by_code(code: str) -> int:
    """Count what is on hold of the issued report with a code, for whoever confirms a paper."""
    return len(held_lines(Report.objects.get(code=code, status=Report.Status.ISSUED)))


def standing_of(report: Report) -> dict[str, Any]:
    """
    Return how an issued report stands now, for whoever holds it: what is on hold, what replaced it.

    Signed apart from the report, which stays as it was signed.
    """
    newer = replaced_by(report)
    until = objections_until(report)
    body: dict[str, Any] = {
        "report": report.number,
        "digest": report.digest,
        "at": china_text(moment()),
        "on_hold": [f"F{position + 1:02d}" for position in sorted(held_lines(report))],
        "objections_until": until.isoformat() if until else None,
        "replaced_by": newer.number if newer else None,
    }
    signature = keys.signer().sign_detached(canonical(body), typ=STANDING_TYPE)
    return {"standing": body, "standing_signature": signature}


def objections_in(case: Case) -> QuerySet[Objection]:
    """Return the objections of a case, newest first, each with whether it is still open."""
    found = Objection.objects.filter(report__commission__case=case).annotate(is_open=OPEN)
    return found.select_related("report__commission__case", "member").order_by("-id")


def open_in(commission: Commission) -> bool:
    """Tell whether anything on a commission is contested and not resolved."""
    return Contested.objects.filter(
        objection__report__commission=commission, resolution=None
    ).exists()


def objection_of(reader: Actor, *, number: str) -> Objection:
    """Return an objection by its number. :raises Objection.DoesNotExist: also where not theirs"""
    return (
        Objection.objects.filter(report__commission__case__in=visible_to(reader))
        .annotate(is_open=OPEN)
        .select_related("report__commission__case__agency", "report__commission__body", "member")
        .get(number=number)
    )


def is_open(objection: Objection) -> bool:
    """Tell whether anything of an objection has no resolution yet."""
    return objection.items.filter(resolution=None).exists()


def may_resolve(reader: Actor, *, objection: Objection) -> bool:
    """Tell whether `reader` had no part in the report and the objection, and has a post for it."""
    has_post = reader.roles & {Role.COMMISSION, Role.VERIFY, Role.COUNTERSIGN}
    apart = reader.identifier not in signers(objection.report) | {objection.taken_in_by}
    return bool(has_post) and apart


@dataclass(frozen=True, slots=True)
class Due:
    """One objection that waits for its review, and by when."""

    number: str
    case: str
    resolve_by: date
    is_mine: bool

    @property
    def state(self) -> str:
        """Tell whether it is overdue, due today, or still in time."""
        left = (self.resolve_by - today()).days
        return "overdue" if left < 0 else "today" if left == 0 else "in_time"


def to_review(reader: Actor) -> list[Due]:
    """Return the open objections that `reader` sees, the most urgent first."""
    found = (
        Objection.objects.filter(OPEN, report__commission__case__in=visible_to(reader))
        .select_related("report__commission__case")
        .order_by("resolve_by", "id")
    )
    return [
        Due(
            one.number,
            one.report.commission.case.number,
            one.resolve_by,
            may_resolve(reader, objection=one),
        )
        for one in found
    ]


def results_in(report: Report) -> dict[tuple[str, str, str, str], Mapping[str, Any]]:
    """Return what came of each contested line, the newest, by the key of the line."""
    found = (
        Resolution.objects.filter(contested__objection__report__commission=report.commission_id)
        .select_related("contested__finding", "contested__objection__report__commission__case")
        .order_by("id")
    )
    results: dict[tuple[str, str, str, str], Mapping[str, Any]] = {}
    for one in found:
        contested = one.contested
        line = contested.objection.report.opened["findings"][contested.finding.position]
        results[key_of(line)] = {
            "outcome": one.outcome,
            "outcome_label": one.get_outcome_display(),
            "cause": one.cause,
            "number": contested.objection.number,
            "received_on": contested.objection.received_on.isoformat(),
            "grounds": contested.opened,
            "resolved_at": china_text(one.resolved_at),
            **one.opened,
        }
    return results


@dataclass(frozen=True, slots=True)
class Overturned:
    """How often findings of one kind were contested, and what came of it; counts only."""

    source: str
    item: str
    rule: str
    place: str
    issued: int
    contested: int
    open: int
    upheld: int
    partly: int
    not_upheld: int

    @property
    def overturned(self) -> int:
        """Return how often it was upheld, in whole or in part."""
        return self.upheld + self.partly

    @property
    def resolved(self) -> int:
        """Return how often it was resolved either way."""
        return self.overturned + self.not_upheld

    @property
    def rate(self) -> str:
        """Write the share of resolved items that were upheld, in whole or in part."""
        return f"{self.overturned * 100 // self.resolved}%" if self.resolved else ""


RULES_OF = {
    "incomes": "收入条件",
    "assets.deposit": "货币财产条件",
    "assets.security": "货币财产条件",
    "assets.insurance": "货币财产条件",
    "assets.vehicle": "机动车条件",
    "assets.real_estate": "房产条件",
    "assets.business": "市场主体条件",
    "members": "家庭成员条件",
    "expenses": "支出条件",
}
"""Which test of the rules a part of the declaration bears on; what is not here bears on none."""


def _part(item: str) -> str:
    """Return the part of the declaration that an item is held against, as `RULES_OF` has it."""
    source = catalogue.sources().get(item.partition(".")[0])
    if source is None:
        side, _, rest = item.partition(".")
        return side if side in RULES_OF else f"{side}.{rest.partition('.')[0]}"
    against = [one.against for one in source.comparisons if f"{source.name}.{one.item}" == item]
    names = [one.side if one.side in RULES_OF else one.class_name for one in against]
    return names[0] if names else ""


def statistics(reader: Actor) -> list[Overturned]:
    """Count per source, item and place, over the cases that `reader` sees."""
    key = ("source", "item", "report__commission__case__division")
    seen = Finding.objects.filter(
        report__commission__case__in=visible_to(reader), report__status=Report.Status.ISSUED
    )
    result = "contested__resolution__outcome"
    rows = (
        seen.order_by()
        .values_list(*key)
        .annotate(
            issued=Count("pk", distinct=True),
            times=Count("contested"),
            waiting=Count("contested", filter=Q(contested__resolution=None)),
            upheld=Count("contested", filter=Q(**{result: Resolution.Outcome.UPHELD})),
            partly=Count("contested", filter=Q(**{result: Resolution.Outcome.PARTLY})),
            not_upheld=Count("contested", filter=Q(**{result: Resolution.Outcome.NOT_UPHELD})),
        )
        .filter(times__gt=0)
        .order_by("-upheld", "-partly", *key)
    )
    sources = catalogue.sources()
    return [
        Overturned(
            sources[source].label if source in sources else "没有可查的来源",
            catalogue.item(item).label if source in sources else item,
            RULES_OF.get(_part(item), ""),
            full_name(place),
            *numbers,
        )
        for source, item, place, *numbers in rows
    ]
