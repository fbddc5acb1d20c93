"""
销毁 (erase): when retention is over, the key of a case is destroyed, by two officers.

What was sealed under the key opens no more; the ledger stays whole, and a receipt in it says what
was destroyed. What that does not reach is written in docs/how-to/erase-at-the-end-of-retention.md.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.db.models import Max, QuerySet

from hedui.procedure.authorizations import evidence
from hedui.procedure.authorizations.evidence_models import PagePrint
from hedui.procedure.authorizations.models import Authorization, Guardianship
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.models import Case, Declaration, Erasure, Exhibit, Member
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.inquiries.models import Fact, Reply
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import SHANGHAI, moment
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.record.retention import RETENTION_DAYS
from hedui.procedure.reports.models import Report, Withholding
from hedui.wire.canonical import digest_of_bytes

ERASED = "已销毁"
NOBODYS_BIRTHDAY = date(1900, 1, 1)
AFTER_DISCLOSURE = timedelta(days=30)
GROUND = "个人信息保护法 第47条"
RECEIPT = "reports.confirm_erasure"


class NotErased(Refusal):
    """The data of the case cannot be destroyed now."""


@act("提出销毁", article=GROUND, roles={Role.INTAKE, Role.COMMISSION})
def propose_erasure(*, case: Case, by: Actor) -> Erasure:
    """
    Propose that the data of a case is destroyed.

    :raises NotYours: the case is not within the officer's reach
    :raises NotErased: its retention has not ended, or it was proposed before
    """
    held = _held(case, by)
    if hasattr(held, "erasure"):
        raise NotErased("本案已经提出过销毁。")
    proposed = Erasure(case=held, proposed_by=by.identifier, proposed_at=moment())
    proposed.entry_id = note(case=held.pk, erasure=str(proposed.pk))
    with _unless_objected_to():
        proposed.save(force_insert=True)
    return proposed


@act("确认销毁", article=GROUND, roles={Role.COMMISSION})
def confirm_erasure(*, erasure: Erasure, by: Actor) -> Erasure:
    """
    Confirm as the second officer, and destroy the key: nothing of the case opens any more.

    The entry is the receipt: what was destroyed, with digests. Scans are deleted as files once the
    transaction stands; one that a crash leaves behind is sealed under the destroyed key.

    :raises NotYours: the case is not within the officer's reach
    :raises NotErased: it is their own proposal, was confirmed before, or is not due any more
    """
    held = _held(erasure.case, by)
    proposed = Erasure.objects.select_for_update(of=("self",), no_key=True).get(pk=erasure.pk)
    if proposed.proposed_by == by.identifier:
        raise NotErased("提出人不能自己确认,请由另一位委托岗人员确认。")
    if proposed.confirmed_at is not None:
        raise NotErased("本案资料已经销毁。")
    note(case=held.pk, erasure=str(proposed.pk), **_receipt(held))
    proposed.confirmed_by, proposed.confirmed_at = by.identifier, moment()
    with _unless_objected_to():
        proposed.save(update_fields=["confirmed_by", "confirmed_at"])
    _destroy(held)
    transaction.on_commit(lambda: finish((held.pk,)))
    return proposed


@contextmanager
def _unless_objected_to() -> Iterator[None]:
    """Say in words what the database refuses: objections lie further right than this room sees."""
    try:
        yield
    except DatabaseError as error:
        if "an objection is open" not in str(error):
            raise
        raise NotErased("本案还有异议没有复核完,复核后再销毁。") from None


def kept_until(case: Case) -> datetime | None:
    """
    Return until when the data of a case is kept 留存期限; None while it is not known.

    The same as the database asks: `RETENTION_DAYS` from opening, the last answer and the last
    draft; as long as an authorization lives and a report is valid; 30 days from the end of what
    was held back.
    """
    days = timedelta(days=RETENTION_DAYS)
    of_case = {"commission__case": case}
    ends = [
        case.opened_at + days,
        *_later(Reply.objects.filter(inquiry__commission__case=case), "received_at", days),
        *_later(Report.objects.filter(**of_case), "drafted_at", days),
        *_later(case.authorizations.filter(revoked_at=None), "valid_until", timedelta()),
        *_later(
            Withholding.objects.filter(member__case=case, confirmed_at__isnull=False),
            "until",
            AFTER_DISCLOSURE,
        ),
    ]
    valid = Report.objects.filter(**of_case).aggregate(last=Max("valid_until"))["last"]
    if valid:
        ends.append(datetime.combine(valid, datetime.min.time(), SHANGHAI) + timedelta(days=1))
    return max(ends)


def to_erase(reader: Actor) -> list[Case]:
    """Return the cases that `reader` may see whose retention has ended, oldest first."""
    at = moment()
    opened = at - timedelta(days=RETENTION_DAYS)
    found = visible_to(reader).filter(opened_at__lt=opened, erasure=None).order_by("opened_at")
    return [case for case in found if (kept_until(case) or at) < at]


def erasures(reader: Actor) -> QuerySet[Erasure]:
    """Return what was proposed and destroyed as far as `reader` may see, newest first."""
    seen = visible_to(reader, erased=True)
    return Erasure.objects.filter(case__in=seen).select_related("case").order_by("-id")


@dataclass(frozen=True, slots=True)
class Receipt:
    """That the data of a case was destroyed 回执, as its entry in the ledger says it."""

    index: int
    entry: UUID
    rows: dict[str, int]


def receipts(reader: Actor) -> dict[UUID, Receipt]:
    """Return the receipts of the cases whose erasure `reader` may see, by case."""
    destroyed = erasures(reader).filter(confirmed_at__isnull=False).values("case")
    entries = Entry.objects.filter(act=RECEIPT, case__in=destroyed)
    return {
        entry.case: Receipt(entry.index, entry.pk, json.loads(entry.content)["detail"]["rows"])
        for entry in entries
        if entry.case
    }


def to_confirm(reader: Actor) -> int:
    """Return how many erasures that others proposed `reader` may confirm."""
    if Role.COMMISSION not in reader.roles:
        return 0
    return erasures(reader).filter(confirmed_at=None).exclude(proposed_by=reader.identifier).count()


def finish(cases: Iterable[UUID] | None = None) -> int:
    """Delete the scans of erased cases that are still there; return how many."""
    erased = Erasure.objects.filter(confirmed_at__isnull=False)
    if cases is not None:
        erased = erased.filter(case__in=cases)
    numbers = erased.values_list("case", flat=True)
    papers = [
        *Authorization.objects.filter(case__in=numbers).values_list("pk", flat=True),
        *Guardianship.objects.filter(case__in=numbers).values_list("pk", flat=True),
        *Exhibit.objects.filter(case__in=numbers).values_list("pk", flat=True),
    ]
    deleted = sum(evidence.delete(paper) for paper in papers)
    _forget_free_pages()
    return deleted


def _held(case: Case, by: Actor) -> Case:
    if not visible_to(by, erased=True).filter(pk=case.pk).exists():
        raise NotYours
    held = Case.objects.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
    if not visible_to(by).filter(pk=case.pk).exists():
        raise NotErased("本案资料已经销毁。")
    until = kept_until(held)
    if until is None or until >= moment():
        raise NotErased("本案资料的留存期限还没有届满,或者授权仍然有效,不能销毁。")
    return held


def _receipt(case: Case) -> dict[str, Any]:
    """Say what is destroyed: how much of what, and digests that lie in the ledger already."""
    signed = case.authorizations.all()
    return {
        "key": digest_of_bytes(bytes(case.wrapped_key)),
        "declarations": list(case.declarations.values_list("digest", flat=True)),
        "evidence": sorted(signed.values_list("evidence", flat=True)),
        "reports": list(
            Report.objects.filter(commission__case=case).values_list("digest", flat=True)
        ),
        "rows": {
            "members": Member.objects.filter(case=case).count(),
            "declarations": Declaration.objects.filter(case=case).count(),
            "authorizations": signed.count(),
            "exhibits": case.exhibits.count(),
            "facts": Fact.objects.filter(reply__inquiry__commission__case=case).count(),
        },
    }


def _destroy(case: Case) -> None:
    """Destroy the key, and what lay open about the people."""
    for member in case.members.all():
        member.person, member.number_index = b"", member.pk.hex
        member.birth_date = NOBODYS_BIRTHDAY
        member.save(update_fields=["person", "number_index", "birth_date"])
    PagePrint.objects.filter(authorization__case=case).update(sketch=b"", ink=b"")
    case.wrapped_key, case.draft = b"", b""
    case.applicant_masked, case.applicant_index = ERASED, ""
    changed = ["wrapped_key", "draft", "applicant_masked", "applicant_index"]
    case.save(update_fields=changed)


def _later(rows: QuerySet[Any], column: str, days: timedelta) -> list[datetime]:
    last = rows.aggregate(last=Max(column))["last"]
    return [last + days] if last else []


def _forget_free_pages() -> None:
    """Have SQLite empty its log of writes; freed pages are overwritten as they are freed."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
