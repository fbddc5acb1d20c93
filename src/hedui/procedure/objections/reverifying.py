"""复核查询 (reverify): the source of a doubted finding is asked once more, by the machine."""

from hedui.procedure.inquiries import reverifying
from hedui.procedure.inquiries.models import Reverification
from hedui.procedure.objections.tasks import enqueue
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports.models import Finding


@act(
    "复核查询",
    article="最低生活保障审核确认办法(民发〔2021〕57号)",
    roles={Role.VERIFY, Role.COUNTERSIGN},
)
def reverify(*, finding: Finding, reason: str, by: Actor) -> Reverification:
    """
    Order that the source of a finding is asked once more, and queue the question, both or neither.

    :raises Refusal: the line has no source, or as `order_again` says
    """
    if not finding.source:
        raise Refusal("这一项没有可以查询的来源。")
    commission = finding.report.commission
    ordered = reverifying.order_again(
        commission=commission, member=finding.member, source=finding.source, reason=reason, by=by
    )
    note(case=commission.case_id, reverification=str(ordered.pk))
    enqueue(commission)
    return ordered
