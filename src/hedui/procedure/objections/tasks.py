"""What runs later: a source is asked once more, until it has answered or its time is over."""

from django_tasks import task

from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.dispatch import dispatch
from hedui.procedure.reports.waking import wake


@task()
def ask_again(commission_id: str) -> None:
    """Ask what was ordered to be asked once more. May be run any number of times, also at once."""
    commission = (
        Commission.objects.select_related("case__agency", "agency", "body")
        .filter(pk=commission_id, closed_at=None)
        .first()
    )
    if commission is None:
        return
    again_at = dispatch(commission, again=True)
    if again_at is not None:
        ask_again.using(run_after=again_at).enqueue(commission_id)


def enqueue(commission: Commission) -> None:
    """Queue the question in the transaction under way, and wake the workers at its commit."""
    wake(ask_again.enqueue(str(commission.pk)).id)
