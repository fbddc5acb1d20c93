"""What runs later: one commission, from the gate to the draft report."""

from datetime import datetime
from functools import cache, partial
from uuid import UUID

from django.db import transaction
from django.db.models import UUIDField
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from hedui.procedure.agencies.models import Agency, Agreement
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries import by_hand, later, sealed_files, turned_away
from hedui.procedure.inquiries.dispatch import dispatch
from hedui.procedure.inquiries.models import AnswerFile, RequestFile
from hedui.procedure.record.actor import WORKER, Actor
from hedui.procedure.record.prepared import Prepared
from hedui.procedure.reports.asking import asks_further
from hedui.procedure.reports.assessment import stated_in
from hedui.procedure.reports.drafting import composed, draft
from hedui.procedure.reports.heard import HeardAhead
from hedui.procedure.reports.waking import wake
from hedui.wire.checks import WireError

UNREPORTED = Prepared(
    lambda commission: Commission.objects.select_related(
        "case__agency", "declaration", "agency", "body"
    ).filter(pk=commission, closed_at=None, reports=None),
    UUIDField(),
)


@task()
def verify(commission_id: str) -> None:
    """
    Ask what is unanswered; when nothing is left to wait for, draft the report 核对.

    May be run any number of times, also at once: the rows tell what is still to do.
    """
    commission = next(iter(UNREPORTED(commission_id)), None)
    if commission is None:
        return
    commission.declaration.case = commission.case
    stated = cache(partial(stated_in, commission.declaration))
    ahead = HeardAhead(commission, stated)
    again_at = dispatch(commission, meanwhile=stated, ahead=ahead.hears)
    while again_at is None:
        told = ahead.heard()
        if not asks_further(commission, stated(), told):
            prepared = composed(commission, stated(), told)
            draft(commission=commission, prepared=prepared, by=WORKER)
            return
        again_at = dispatch(commission, again=True)
    verify.using(run_after=again_at).enqueue(commission_id)


@task()
def make_request_file(agreement_id: str, body_id: str) -> None:
    """Make the file of questions that an officer asked for."""
    agreement = Agreement.objects.select_related("department").get(pk=agreement_id)
    by_hand.make_file(agreement, Agency.objects.get(pk=body_id))


@task()
def take_in_answer_file(answer_id: str) -> None:
    """Take in the answers that an officer brought."""
    by_hand.take_in_brought(UUID(answer_id), enqueue)


@task()
def take_in_message(name: str, came_at: str) -> None:
    """Take in the answers that a department sent."""
    later.take_in(UUID(name), datetime.fromisoformat(came_at), enqueue)


def forget_sealed() -> None:
    """Destroy the sealed files that nobody came back for, but for those of undone tasks."""
    sealed_files.forget_old(_of_undone)


def _of_undone() -> set[str]:
    paths = [one.module_path for one in (take_in_message, take_in_answer_file)]
    held = DBTaskResult.objects.filter(task_path__in=paths)
    undone = held.exclude(status=TaskResultStatus.SUCCESSFUL).order_by()
    return {str(said["args"][0]) for said in undone.values_list("args_kwargs", flat=True)}


def accept_answer(body: bytes, shown: later.Shown, at: datetime) -> str:
    """
    Accept a message of answers for the machine to take in, and return the question it answers.

    :raises WireError, NotAdmitted, TooMany: as `later.accept` does
    """
    try:
        name, correlation = later.accept(body, shown)
    except (WireError, later.NotAdmitted) as error:
        code = error.code if isinstance(error, WireError) else turned_away.NOT_ADMITTED
        turned_away.at_the_door(body, code)
        raise
    with transaction.atomic():
        wake(take_in_message.enqueue(str(name), at.isoformat()).id)
    return correlation


def begin_request_file(agreement: Agreement, by: Actor) -> None:
    """Have the machine make a file of questions for an officer's body."""
    wake(make_request_file.enqueue(str(agreement.pk), str(by.agency)).id)


def bring(request: RequestFile, content: bytes, by: Actor) -> AnswerFile:
    """Bring an answer, and have the machine take it in."""
    with transaction.atomic():
        brought = by_hand.bring_answer(request=request, content=content, by=by)
        wake(take_in_answer_file.enqueue(str(brought.pk)).id)
    return brought


def enqueue(commission: Commission) -> None:
    """Queue the verification in the transaction under way, and wake the workers at its commit."""
    wake(verify.enqueue(str(commission.pk)).id)
