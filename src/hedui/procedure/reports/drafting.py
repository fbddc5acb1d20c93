"""The draft of a report 报告初稿: made by the machine from what was declared and what was found."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, UUIDField

from hedui.procedure.cases.models import Case
from hedui.procedure.commissions.models import Commission
from hedui.procedure.commissions.queries import LOCKED
from hedui.procedure.record import keys
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import china_text
from hedui.procedure.record.prepared import Prepared, end_in_one_trip, fresh, in_one_trip, insert
from hedui.procedure.reports.assessment import Stated, stated_in
from hedui.procedure.reports.compose import compose
from hedui.procedure.reports.heard import Heard, Members, heard
from hedui.procedure.reports.models import Finding, Report
from hedui.wire.canonical import canonical, digest_of_bytes

# Without I, L, O, U, 0, 1: what is read aloud or copied by hand should not be mistaken.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
SIGNATURE_TYPE = "hedui-report+jws"


@dataclass(frozen=True, slots=True)
class Composed:
    """The body of a report, the moment of which it tells, and the members it tells of."""

    body: dict[str, Any]
    members: Members
    at: datetime

    @property
    def answered(self) -> int:
        """Count the inquiries that were concluded when it was composed."""
        return sum(line["received_at"] is not None for line in self.body["sources"])


def composed(commission: Commission, stated: Stated, told: Heard) -> Composed:
    """Compare and write the body: the long part of a draft, without holding anything locked."""
    return Composed(compose(commission, stated, told), told.members, told.at)


@act("生成报告初稿", article="民办函〔2011〕365号 二(四)", roles={Role.MACHINE})
def draft(*, commission: Commission, by: Actor, prepared: Composed | None = None) -> Report:
    """
    Draft the report; the one that is there stays (one draft per commission).

    prepared: what was composed before; composed here when there is none, or more is answered now
    """
    with in_one_trip():
        locked, counted = LOCKED.begin(commission.pk), COUNTED.begin(commission.pk)
        written = Written.of(commission, prepared, version=1) if prepared else None
    locked()
    ((is_drafted, answered),) = counted()
    if is_drafted:
        standing = commission.reports.latest("version")
        note(case=commission.case_id, report=str(standing.id), already=True)
        return standing
    if written is None or written.composed.answered != answered:
        stated = stated_in(commission.declaration)
        anew = composed(commission, stated, heard(commission, stated))
        written = Written.of(commission, anew, version=1)
    end_in_one_trip()
    return _added(commission, written)


def version_of(
    commission: Commission, prepared: Composed, *, version: int, **besides: Any
) -> Report:
    """
    Add one version of the report on a commission, as a draft; within the act that makes it.

    besides: what the body says of its difference to the version before
    """
    return _added(commission, Written.of(commission, prepared, version=version, **besides))


@dataclass(frozen=True, slots=True)
class Written:
    """A version of a report, written out, sealed and signed, and not there yet."""

    composed: Composed
    body: dict[str, Any]
    kept: dict[str, Any]

    @classmethod
    def of(
        cls, commission: Commission, prepared: Composed, *, version: int, **besides: Any
    ) -> "Written":
        """Write it; nothing is asked of the database."""
        body = _body(commission, prepared, version) | besides
        return cls(prepared, body, sealed(commission.case, body))


def _body(commission: Commission, prepared: Composed, version: int) -> dict[str, Any]:
    return prepared.body | {
        "format": "hedui-report-1",
        "version": version,
        "status": Report.Status.DRAFT.value,
        "number": f"HD-{commission.number.removeprefix('WT-')}-{version}",
        "code": _code(),
        "drafted_at": china_text(prepared.at),
        "issued_at": None,
        "valid_until": None,
        "prepared_by": None,
        "countersigned_by": None,
        "replaces": None,
        "changes": [],
        "objections": [],
    }


def _added(commission: Commission, written: Written) -> Report:
    body, kept = written.body, written.kept
    entry = note(case=commission.case_id, commission=str(commission.id), digest=kept["digest"])
    report = Report(
        commission=commission,
        number=body["number"],
        version=body["version"],
        code=body["code"],
        drafted_at=written.composed.at,
        entry_id=entry,
        **kept,
    )
    with in_one_trip():
        insert([report])
        insert(_findings(report, body, {m.key: m.pk for m in written.composed.members}))
    return report


COUNTED: Prepared[tuple[bool, int]] = Prepared(
    lambda commission: (
        Commission.objects.filter(pk=commission)
        .annotate(
            is_drafted=Exists(Report.objects.filter(commission=OuterRef("pk")).order_by()),
            answered=Count("inquiries", filter=Q(inquiries__replies__conclusive=True)),
        )
        .order_by()
        .values_list("is_drafted", "answered")
    ),
    UUIDField(),
)


def sealed(case: Case, body: dict[str, Any]) -> dict[str, Any]:
    """Seal a body and sign it: the columns of a report that change with its body."""
    written = canonical(body)
    return {
        "body": case.key.seal_bytes(written),
        "digest": digest_of_bytes(written),
        "signature": keys.signer().sign_detached(written, typ=SIGNATURE_TYPE),
    }


def _code() -> str:
    letters = [secrets.choice(CODE_ALPHABET) for _ in range(12)]
    return "-".join("".join(letters[start : start + 4]) for start in (0, 4, 8))


def _findings(report: Report, body: dict[str, Any], members: dict[str, UUID]) -> list[Finding]:
    return [
        fresh(
            Finding,
            report_id=report.pk,
            position=position,
            member_id=members[line["member"]],
            source=line["source"],
            item=line["item"],
            status=line["status"],
        )
        for position, line in enumerate(body["findings"])
    ]
