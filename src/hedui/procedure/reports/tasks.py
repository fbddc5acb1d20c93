"""What runs later: one commission, from the gate to the draft report."""

from functools import cache, partial

from django.db.models import UUIDField
from django_tasks import task

from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.dispatch import dispatch
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.prepared import Prepared
from hedui.procedure.reports.assessment import stated_in
from hedui.procedure.reports.drafting import composed, draft
from hedui.procedure.reports.waking import wake

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
    again_at = dispatch(commission, meanwhile=stated)
    if again_at is None:
        draft(commission=commission, prepared=composed(commission, stated()), by=WORKER)
    else:
        verify.using(run_after=again_at).enqueue(commission_id)


def enqueue(commission: Commission) -> None:
    """Queue the verification in the transaction under way, and wake the workers at its commit."""
    wake(verify.enqueue(str(commission.pk)).id)
