"""
停用来源 (suspensions): a department whose answers were wrong too often is used against nobody.

It begins by itself (`reports.reviewing`), and two officers lift it.
"""

from datetime import datetime
from uuid import UUID

from hedui.procedure.agencies.models import Department, Suspension
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import moment
from hedui.procedure.record.outcome import Refusal
from hedui.values.proportion import wilson

ARTICLE = "个人信息保护法 第8条"
LEAST_WRONG = 3
"""One error, or two, do not tell a source that fails from one that was wrong for once."""


class NotLifted(Refusal):
    """A suspension cannot be lifted, or not by this officer."""


def suspend(
    department: UUID, *, overturned: int, reviewed: int, above: float, at: datetime
) -> Suspension | None:
    """
    Suspend a department, within the act under way, if it was wrong too often; else return None.

    above: the share of errors that is borne with; more is shown where the lower 95 % bound of
        what was looked into lies above it
    """
    low, _ = wilson(overturned, reviewed)
    if overturned < LEAST_WRONG or low <= above or standing(department) is not None:
        return None
    held = Suspension(
        department_id=department,
        reviewed=reviewed,
        overturned=overturned,
        low=int(low * 10_000),
        began_at=at,
    )
    held.entry_id = note(
        suspended=str(department), overturned=overturned, reviewed=reviewed, low=held.low
    )
    held.save(force_insert=True)
    return held


def standing(department: UUID) -> Suspension | None:
    """Return the suspension under which a department stands, if there is one."""
    return Suspension.objects.filter(department=department, lifted_at=None).first()


def since(department: UUID) -> datetime | None:
    """Return the moment from which what is looked into counts: when it was last lifted."""
    lifted = Suspension.objects.filter(department=department, lifted_at__isnull=False)
    return lifted.order_by("-lifted_at").values_list("lifted_at", flat=True).first()


@act("提出恢复使用来源", article=ARTICLE, roles={Role.VERIFY, Role.COUNTERSIGN})
def propose_lift(*, suspension: Suspension, reason: str, by: Actor) -> Suspension:
    """
    Propose to use a department's answers again, once the cause was mended.

    reason: what was done about it, without anybody's data

    :raises NotLifted: it is proposed or lifted already, or no reason is given
    """
    held = _locked(suspension)
    if not reason.strip():
        raise NotLifted("请写明来源的问题如何解决。", "reason")
    if held.lift_proposed_at is not None:
        raise NotLifted("恢复使用已经提出过。")
    held.lift_reason, held.lift_proposed_by = reason.strip(), by.identifier
    held.lift_proposed_at = moment()
    note(suspension=str(held.pk), reason=held.lift_reason)
    held.save(update_fields=["lift_reason", "lift_proposed_by", "lift_proposed_at"])
    return held


@act("确认恢复使用来源", article=ARTICLE, roles={Role.COUNTERSIGN})
def confirm_lift(*, suspension: Suspension, by: Actor) -> Suspension:
    """
    Confirm as the second officer that a department's answers are used again.

    :raises NotLifted: it is their own, it was not proposed, or is lifted already
    """
    held = _locked(suspension)
    if held.lift_proposed_at is None or held.lifted_at is not None:
        raise NotLifted("还没有人提出恢复使用,或者已经恢复。")
    if held.lift_proposed_by == by.identifier:
        raise NotLifted("提出人不能自己确认,请由另一位复核签发岗人员确认。")
    held.lifted_by, held.lifted_at = by.identifier, moment()
    note(suspension=str(held.pk))
    held.save(update_fields=["lifted_by", "lifted_at"])
    return held


def _locked(suspension: Suspension) -> Suspension:
    Department.objects.select_for_update(no_key=True).get(pk=suspension.department_id)
    return Suspension.objects.select_for_update(of=("self",), no_key=True).get(pk=suspension.pk)
