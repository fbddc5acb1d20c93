"""The draft of a report 报告初稿: made by the machine from what was declared and what was found."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hedui.procedure.cases.models import Case, Member
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.queries import answered_in
from hedui.procedure.record import keys
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import china_text, moment
from hedui.procedure.reports.compose import compose, members_of
from hedui.procedure.reports.models import Finding, Report
from hedui.wire.canonical import canonical, digest_of_bytes

# Without I, L, O, U, 0, 1: what is read aloud or copied by hand should not be mistaken.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
SIGNATURE_TYPE = "hedui-report+jws"


@dataclass(frozen=True, slots=True)
class Composed:
    """The body of a report, the moment of which it tells, and the members it tells of."""

    body: dict[str, Any]
    members: list[Member]
    at: datetime

    @property
    def answered(self) -> int:
        """Count the inquiries that were concluded when it was composed."""
        return sum(line["received_at"] is not None for line in self.body["sources"])


def composed(commission: Commission) -> Composed:
    """Compare and write the body: the long part of a draft, without holding anything locked."""
    at, members = moment(), members_of(commission.case)
    return Composed(compose(commission, members, at), members, at)


@act("生成报告初稿", article="民办函〔2011〕365号 二(四)", roles={Role.MACHINE})
def draft(*, commission: Commission, by: Actor, prepared: Composed | None = None) -> Report:
    """
    Draft the report; the one that is there stays (one draft per commission).

    prepared: what was composed before; composed here when there is none, or more is answered now
    """
    held = Commission.objects.select_for_update().get(pk=commission.pk)
    if standing := held.reports.order_by("-version").first():
        note(case=held.case_id, report=str(standing.id), already=True)
        return standing
    if prepared is None or prepared.answered != answered_in(held):
        prepared = composed(commission)
    body = prepared.body | {
        "format": "hedui-report-1",
        "version": 1,
        "status": Report.Status.DRAFT.value,
        "number": f"HD-{held.number.removeprefix('WT-')}-1",
        "code": _code(),
        "drafted_at": china_text(prepared.at),
        "issued_at": None,
        "valid_until": None,
        "prepared_by": None,
        "countersigned_by": None,
    }
    kept = sealed(commission.case, body)
    entry = note(case=held.case_id, commission=str(held.id), digest=kept["digest"])
    report = Report.objects.create(
        commission=held,
        number=body["number"],
        version=1,
        code=body["code"],
        drafted_at=prepared.at,
        entry_id=entry,
        **kept,
    )
    Finding.objects.bulk_create(_findings(report, body, {m.key: m for m in prepared.members}))
    return report


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


def _findings(report: Report, body: dict[str, Any], members: dict[str, Member]) -> list[Finding]:
    return [
        Finding(
            report=report,
            position=position,
            member=members[line["member"]],
            source=line["source"],
            item=line["item"],
            status=line["status"],
        )
        for position, line in enumerate(body["findings"])
    ]
