"""
Gathering 归集: what is open for a department that is asked by files leaves together, in one.

The file is made ready under a name of its own, then it leaves: all that it asks is locked and
looked at once more by the database, and it gets the name under which the department takes it before
the locks are given back. Whoever was killed in between is found out by where the file lies.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, QuerySet, UUIDField
from django.db.models.functions import Coalesce
from uuid6 import uuid7

from hedui.procedure.agencies.models import Agency, Agreement
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.authorizations.states import serving
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.acts import NOTICE, ticket_of
from hedui.procedure.inquiries.grounds import agreed_at
from hedui.procedure.inquiries.models import Inquiry, RequestFile, Ticket
from hedui.procedure.inquiries.pacing import pause_after
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note, nothing_done
from hedui.procedure.record.moment import moment
from hedui.procedure.record.prepared import insert

MOST = 100_000
"""So many questions travel in one file."""
FILE_LIFE = timedelta(minutes=9)
"""From the first ticket of a file until it has left."""
AT_ONCE = 2_000


def bodies_waiting(agreement: Agreement) -> list[Agency]:
    """Return the verification bodies that have something open for a department."""
    waiting = _open(agreement, moment()).order_by().values("commission__body").distinct()
    return list(Agency.objects.filter(pk__in=waiting).order_by("division", "name"))


def open_for(agreement: Agreement, body: UUID | None) -> int:
    """Count what is open for a department, of one verification body."""
    return _open(agreement, moment()).filter(commission__body=body).count()


def longest_open(agreement: Agreement, body: UUID, most: int) -> list[UUID]:
    """
    Name what is open, of one verification body, the oldest first, so that households are together.

    What was asked in vain is open again after a pause that grows.
    """
    at = moment()
    found = _open(agreement, at).filter(commission__body=body).order_by("pk")
    asked = Exists(Ticket.objects.filter(inquiry=OuterRef("pk")))
    fresh = list(found.filter(~asked).values_list("pk", flat=True)[:most])
    if len(fresh) == most:
        return fresh
    in_vain = found.filter(asked).annotate(counted=Count("tickets"), last=Max("tickets__minted_at"))
    tried = in_vain.values_list("pk", "counted", "last").iterator(chunk_size=AT_ONCE)
    again = (pk for pk, counted, last in tried if last + pause_after(counted) <= at)
    return fresh + list(islice(again, most - len(fresh)))


def waiting_since(agreement: Agreement) -> datetime | None:
    """Return when the oldest of what is open was asked, nothing if there is nothing."""
    first = _open(agreement, moment()).order_by("id").values_list("entry__at", flat=True).first()
    return first


@act("归集批量请求", article=f"{NOTICE} 先授权后查询", roles={Role.MACHINE})
def gather(
    *,
    agreement: Agreement,
    body: Agency,
    by: Actor,  # noqa: ARG001
    most: int = MOST,
    among: Collection[UUID] | None = None,
) -> RequestFile | None:
    """
    Gather what is open for a department into a file to be, a ticket for each question.

    among: the inquiries to choose from, where it need not be all

    Nothing has left yet. None when nothing is open, or it is another's hour. The commissions are
    locked, in one order; the database admits or refuses each ticket.
    """
    at = moment()
    if agreement.opening(at) > at:
        return None
    asked_in = _open(agreement, at, among).filter(commission__body=body).order_by()
    chosen = asked_in if among is None else Inquiry.objects.filter(pk__in=among)
    orders = Commission.objects.filter(pk__in=chosen.values("commission")).order_by("id")
    list(orders.select_for_update(no_key=True).values_list("pk", flat=True))
    gathered = list(islice(_standing(asked_in, at), most))
    request = RequestFile(
        id=uuid7(),
        agreement=agreement,
        body=body,
        count=len(gathered),
        made_at=at,
        entry_id=note(agreement=str(agreement.pk), gathered=len(gathered)),
    )
    if not gathered:
        nothing_done()
        return None
    note(
        messages=[
            {
                "message": str(request.id),
                "receiver": agreement.department.receiver_id,
                "inquiries": [inquiry for inquiry, *_ in gathered],
            }
        ]
    )
    insert([request])
    for part in _parts(gathered):
        minted = moment()
        insert(
            ticket_of(UUID(inquiry), attempt, request.id, minted, ends, request.entry_id)
            for inquiry, attempt, ends in part
        )
    return request


def _open(
    agreement: Agreement, at: datetime, among: Collection[UUID] | None = None
) -> QuerySet[Inquiry]:
    """
    Return what was asked on an agreement, may still be asked and answered, and is in no file.

    Nothing once the agreement is over: the gate would refuse it.
    """
    under_way = Ticket.objects.filter(
        inquiry=OuterRef("pk"), message__in=RequestFile.objects.filter(ended_at=None).values("pk")
    )
    return (
        _asked_on(agreement, among)
        .filter(due_at__gt=at + timedelta(minutes=1))
        .filter(agreed_at(at), commission__closed_at=None, member__replaced=False)
        .filter(authorization__revoked_at=None, authorization__valid_until__gt=at)
        .exclude(replies__conclusive=True)
        .filter(~Exists(under_way))
    )


def _asked_on(agreement: Agreement, among: Collection[UUID] | None) -> QuerySet[Inquiry]:
    if among is None:
        return Inquiry.objects.filter(agreement=agreement)
    # By the index of agreements SQLite would read all that was ever asked on this one, for each
    # message anew; of an expression it has none.
    column = F("agreement_id")
    expressed = Coalesce(column, column, output_field=UUIDField())
    return Inquiry.objects.alias(agreed=expressed).filter(agreed=agreement.pk, pk__in=among)


def _standing(asked_in: QuerySet[Inquiry], at: datetime) -> Iterator[tuple[str, int, datetime]]:
    """
    Yield each with the number of its next attempt, and when its ticket ends, by commission.

    It is named as the ledger will: a hundred thousand are held, and once is enough.
    """
    stands = Authorization.objects.filter(serving(at), pk=OuterRef("authorization"))
    found = (
        asked_in.filter(Exists(stands))
        .annotate(counted=Count("tickets"))
        .order_by("commission_id", "member__position")
        .values_list("pk", "counted", "due_at", "authorization__valid_until")
    )
    leaves_by = at + FILE_LIFE
    for inquiry, counted, *ends in found.iterator(chunk_size=AT_ONCE):
        yield str(inquiry), counted + 1, min(leaves_by, *ends)


def _parts(rows: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(rows)
    while part := list(islice(left, AT_ONCE)):
        yield part


# ------------------------------------------------------------------ ready, left, or kept back


@act("备妥请求文件", article=NOTICE, roles={Role.MACHINE})
def make_ready(*, request: RequestFile, sha256: str, manifest: str, by: Actor) -> RequestFile:  # noqa: ARG001
    """Say that a file lies whole where it leaves from, and what it is."""
    held = _locked(request)
    note(message=str(held.pk), sha256=sha256)
    held.sha256, held.manifest, held.ready_at = sha256, manifest, moment()
    held.save(update_fields=["sha256", "manifest", "ready_at"])
    return held


@act("发出请求文件", article=f"{NOTICE} 先授权后查询", roles={Role.MACHINE})
def let_leave(*, request: RequestFile, go: Callable[[], object], by: Actor) -> RequestFile:  # noqa: ARG001
    """
    Let a file leave while whoever would revoke waits; `go` is the step by which it leaves.

    :raises IntegrityError: something that it asks does not stand any more; it stays
    """
    held = _locked(request)
    held.left_at = moment()
    held.save(update_fields=["left_at"])
    go()
    note(message=str(held.pk), at=left_at(held))
    return held


def left_at(held: RequestFile) -> str:
    """Return when a file that leaves was looked at by the database, as the ledger says it."""
    held.refresh_from_db(fields=["left_at"])
    assert held.left_at
    return held.left_at.isoformat()


@act("查明请求文件已经发出", article=NOTICE, roles={Role.MACHINE})
def find_left(*, request: RequestFile, by: Actor) -> RequestFile:  # noqa: ARG001
    """Record that a file had left, though who sent it was stopped before saying so."""
    held = _locked(request)
    note(message=str(held.pk))
    held.found_at = moment()
    held.save(update_fields=["found_at"])
    return held


@act("请求文件未发出", article=NOTICE, roles={Role.MACHINE})
def keep_back(*, request: RequestFile, code: str, by: Actor) -> RequestFile:  # noqa: ARG001
    """End a file that did not leave, or that was lost on its way; what it asked is open again."""
    held = _locked(request)
    note(message=str(held.pk), code=code)
    if held.ended_at is None:
        held.ended_at, held.code = moment(), code
        held.save(update_fields=["ended_at", "code"])
    return held


def _locked(request: RequestFile) -> RequestFile:
    return RequestFile.objects.select_for_update(no_key=True).get(pk=request.pk)
