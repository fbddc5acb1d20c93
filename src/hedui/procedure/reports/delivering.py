"""送达 (deliver): an issued report is handed to the family; from then on they may object to it."""

from collections.abc import Sequence
from datetime import date

from hedui.procedure.authorizations import exhibits
from hedui.procedure.authorizations.exhibits import Paper
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.models import Member
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.cases.terms import term
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import SHANGHAI, moment, today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports.models import Delivery, Report


class NotDelivered(Refusal):
    """What was entered is no delivery."""


@act("登记送达", article="社会救助暂行办法 第11条", roles={Role.INTAKE, Role.COMMISSION})
def deliver(
    *,
    report: Report,
    member: Member,
    way: str,
    delivered_on: date,
    receipt: str,
    papers: Sequence[Paper] = (),
    by: Actor,
) -> Delivery:
    """
    Record that a person of the household was handed the report.

    receipt: who took it and how that is known, such as a signature or who was there; papers: the
    signed receipt 送达回证, if there is one

    :raises NotYours: the case is not within the officer's reach
    :raises NotDelivered: not issued, or on a day on which it cannot have been
    """
    case = report.commission.case
    if not visible_to(by).filter(pk=case.pk).exists():
        raise NotYours
    if report.status != Report.Status.ISSUED or report.issued_at is None:
        raise NotDelivered("报告还没有签发,不能送达。")
    issued_on = report.issued_at.astimezone(SHANGHAI).date()
    if not issued_on <= delivered_on <= today():
        raise NotDelivered("送达日期须在签发之日以后,并且不晚于今天。", "delivered_on")
    if not receipt.strip():
        raise NotDelivered("请写明由谁签收、如何确认。", "receipt")
    exhibits.check(papers)
    allowed = term("objection", case.division)
    delivery = Delivery(
        report=report,
        member=member,
        way=way,
        receipt=case.key.seal({"receipt": receipt.strip()}),
        delivered_on=delivered_on,
        objections_until=allowed.last_day(delivered_on),
        ground="" if allowed.division == "000000" else allowed.ground,
        recorded_by=by.identifier,
        recorded_at=moment(),
    )
    delivery.entry_id = note(
        case=case.pk,
        report=str(report.pk),
        member=str(member.pk),
        delivery=str(delivery.pk),
        way=way,
        delivered_on=delivered_on.isoformat(),
        objections_until=delivery.objections_until.isoformat(),
    )
    delivery.save(force_insert=True)
    exhibits.bring(case, delivery.pk, papers, delivery.entry_id)
    return delivery


def objections_until(report: Report) -> date | None:
    """Return the last day on which the family may object; None while nothing was delivered."""
    last: Delivery | None = report.deliveries.order_by("-objections_until").first()
    return last.objections_until if last else None
