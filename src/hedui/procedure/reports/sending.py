"""
数据更正 on its way (sending): a department is asked to put its record right, and answers.

The machine sends each request once it is made and asks for the answer once a day; an officer may
send it at any time, or enter what came as a letter.
"""

from hedui.procedure.cases.acts import NotYours
from hedui.procedure.inquiries.correcting import send
from hedui.procedure.record.actor import WORKER, Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import moment
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports.models import Correction
from hedui.wire.corrections import CorrectionRequest

ARTICLE = "个人信息保护法 第8条、第46条"
SIGNED = "部门签名答复"


class NotAnswered(Refusal):
    """A correction cannot be answered, or was already."""


@act("登记数据更正答复", article=ARTICLE, roles={Role.VERIFY})
def answer_correction(
    *, correction: Correction, outcome: str, document: str = "", by: Actor
) -> Correction:
    """
    Enter what a department answered to a request for correction.

    document: the number of its letter

    :raises NotYours: another body verifies the case
    :raises NotAnswered: it was answered already, or no outcome is chosen
    """
    _need_theirs(correction, by)
    return _enter(correction, outcome, document, by)


@act("收到数据更正答复", article=ARTICLE, roles={Role.MACHINE})
def take_answer(*, correction: Correction, outcome: str, by: Actor) -> Correction:
    """Enter what a department signed. :raises NotAnswered: it was answered already"""
    return _enter(correction, outcome, SIGNED, by)


@act("发送数据更正请求", article=ARTICLE, roles={Role.VERIFY})
def put_on_its_way(*, correction: Correction, by: Actor) -> CorrectionRequest:
    """
    Enter that a request for correction is sent to its department, and return it as it is sent.

    :raises NotYours: another body verifies the case
    :raises NotAnswered: it was answered already
    """
    _need_theirs(correction, by)
    return _written(correction)


@act("自动发送数据更正请求", article=ARTICLE, roles={Role.MACHINE})
def let_go(*, correction: Correction, by: Actor) -> CorrectionRequest:  # noqa: ARG001
    """Enter that the machine sends a request. :raises NotAnswered: it was answered already"""
    return _written(correction)


def send_correction(*, correction: Correction, by: Actor) -> str:
    """
    Send a request to its department, or ask for the answer; enter the answer where there is one.

    Returns what was answered, "" while the department looks. No transaction waits for it.

    :raises NotYours, NotAnswered: as for `put_on_its_way`
    :raises NotTaken: the department does not take it
    """
    asked = put_on_its_way(correction=correction, by=by)
    outcome = send(correction.review.department, asked)
    if outcome:
        answer_correction(correction=correction, outcome=outcome, document=SIGNED, by=by)
    return outcome


def send_by_itself(correction: Correction) -> str:
    """
    Do the same as the machine.

    :raises NotAnswered, NotTaken: as for `send_correction`
    """
    asked = let_go(correction=correction, by=WORKER)
    outcome = send(correction.review.department, asked)
    if outcome:
        take_answer(correction=correction, outcome=outcome, by=WORKER)
    return outcome


def unanswered() -> list[Correction]:
    """Return the requests that departments with a service of their own have not answered yet."""
    held = Correction.objects.filter(outcome="").exclude(review__department__base_url="")
    return list(
        held.select_related("review__department", "inquiry__commission__case").order_by("number")
    )


def _need_theirs(correction: Correction, by: Actor) -> None:
    if correction.inquiry.commission.body_id != by.agency:
        raise NotYours


def _enter(correction: Correction, outcome: str, document: str, by: Actor) -> Correction:
    held = Correction.objects.select_for_update(of=("self",), no_key=True).get(pk=correction.pk)
    if held.outcome:
        raise NotAnswered("这份更正请求已经登记过答复。")
    if outcome not in Correction.Outcome.values:
        raise NotAnswered("请选择部门的答复。", "outcome")
    held.outcome, held.document = outcome, document.strip()
    held.answered_by, held.answered_at = by.identifier, moment()
    case = held.inquiry.commission.case_id
    note(case=case, correction=held.number, outcome=outcome)
    held.save(update_fields=["outcome", "document", "answered_by", "answered_at"])
    return held


def _written(correction: Correction) -> CorrectionRequest:
    if correction.outcome:
        raise NotAnswered("这份更正请求已经登记过答复。")
    commission = correction.inquiry.commission
    note(case=commission.case_id, sent=correction.number)
    return CorrectionRequest(
        number=correction.number,
        source=correction.review.department.source,
        sender=f"{commission.case.division}-hedui",
        message_id=str(correction.message),
        reference_id=str(correction.inquiry_id),
        serial=correction.serial,
        items=tuple(correction.items),
        fault=correction.review.fault,
        answer_until=correction.answer_until,
        at=moment(),
    )
