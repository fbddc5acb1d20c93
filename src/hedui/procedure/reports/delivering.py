"""送达 (deliver): an issued report is handed to the family; from then on they may object to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from hedui.procedure.authorizations import exhibits
from hedui.procedure.authorizations.exhibits import Paper
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.models import Case, Member
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.cases.terms import custom, term
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import SHANGHAI, moment, today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports.models import Delivery, Report
from hedui.procedure.reports.sms import arrived_on


class NotDelivered(Refusal):
    """What was entered is no delivery."""


@dataclass(frozen=True, slots=True)
class Handed:
    """
    How something was handed to a person of a household, as the officer says.

    way: one of `Delivery.Way`; receipt: who took it and how that is known, such as a signature or
    who was there; papers: the signed receipt 送达回证, if there is one
    """

    member: Member
    way: str
    delivered_on: date
    receipt: str
    papers: Sequence[Paper] = ()

    def row(self, case: Case, about: UUID, ready_at: datetime, by: Actor) -> dict[str, Any]:
        """
        Return what a row of a delivery says.

        about, ready_at: what is handed over, and since when it can be

        :raises NotDelivered: it is no delivery
        """
        if self.member.case_id != case.pk:
            raise NotDelivered("受送达人不是这一户的家庭成员。", "key")
        if not ready_at.astimezone(SHANGHAI).date() <= self.delivered_on <= today():
            raise NotDelivered("送达日期须在签发、出具之日以后,并且不晚于今天。", "delivered_on")
        exhibits.check(self.papers)
        return {
            "member": self.member,
            "way": self.way,
            "receipt": case.key.seal({"receipt": self._known(case, about)}),
            "delivered_on": self.delivered_on,
            "recorded_by": by.identifier,
            "recorded_at": moment(),
        }

    @property
    def noted(self) -> dict[str, str]:
        """Return what the ledger says of it."""
        return {
            "member": str(self.member.pk),
            "way": self.way,
            "delivered_on": self.delivered_on.isoformat(),
        }

    def _known(self, case: Case, about: UUID) -> str:
        """Say how it is known that it came into their hands."""
        said = self.receipt.strip()
        if self.way != Delivery.Way.MESSAGE:
            if not said:
                raise NotDelivered("请写明由谁签收、如何确认。", "receipt")
            return said
        arrived = arrived_on(self.member, about)
        if arrived is None or arrived > self.delivered_on:
            raise NotDelivered("没有短信网关的送达回执,短信不能登记为送达。", "way")
        if not said and custom("sms", case.division, case.programme).value != "receipt":
            said = "本地没有规定短信回执就是送达,请写明本人怎样回复确认。"
            raise NotDelivered(said, "receipt")
        return f"短信网关回执{arrived.isoformat()} {said}".strip()


@act("登记送达", article="社会救助暂行办法 第11条", roles={Role.INTAKE, Role.COMMISSION})
def deliver(*, report: Report, handed: Handed, by: Actor) -> Delivery:
    """
    Record that a person of the household was handed the report.

    :raises NotYours: the case is not within the officer's reach
    :raises NotDelivered: not issued, or on a day on which it cannot have been
    """
    case = report.commission.case
    if not visible_to(by).filter(pk=case.pk).exists():
        raise NotYours
    if report.status != Report.Status.ISSUED or report.issued_at is None:
        raise NotDelivered("报告还没有签发,不能送达。")
    if case.is_filed:
        raise NotDelivered("本案已经归档,不再登记送达。")
    allowed = term("objection", case.division)
    delivery = Delivery(
        report=report,
        objections_until=allowed.last_day(handed.delivered_on),
        ground="" if allowed.division == "000000" else allowed.ground,
        **handed.row(case, report.pk, report.issued_at, by),
    )
    delivery.entry_id = note(
        case=case.pk,
        report=str(report.pk),
        delivery=str(delivery.pk),
        objections_until=delivery.objections_until.isoformat(),
        **handed.noted,
    )
    delivery.save(force_insert=True)
    exhibits.bring(case, delivery.pk, handed.papers, delivery.entry_id)
    return delivery


def objections_until(report: Report) -> date | None:
    """Return the last day on which the family may object; None while nothing was delivered."""
    last: Delivery | None = report.deliveries.order_by("-objections_until").first()
    return last.objections_until if last else None
