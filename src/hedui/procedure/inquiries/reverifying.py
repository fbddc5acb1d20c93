"""复核查询 (reverify): an officer orders that one source is asked about one person once more."""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from hedui.procedure.agencies.queries import agreements_for
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.authorizations.states import serving
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.models import Member
from hedui.procedure.commissions.models import Commission
from hedui.procedure.commissions.queries import lock
from hedui.procedure.inquiries.models import Inquiry, Reverification
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Refusal


class NotAskedAgain(Refusal):
    """The source cannot be asked about this person once more, now."""


@act(
    "发起复核查询",
    article="民办函〔2011〕365号 二(二) 先授权后查询",
    roles={Role.VERIFY, Role.COUNTERSIGN},
)
def order_again(
    *, commission: Commission, member: Member, source: str, reason: str, by: Actor
) -> Reverification:
    """
    Order that a source is asked about a person once more; the machine asks, through the gate.

    The answer before stays as it is; what comes back now stands in a new version of the report.

    :raises NotYours: another body verifies
    :raises NotAskedAgain: it was never asked, or can still be answered, or may not be asked now
    """
    if commission.body_id != by.agency:
        raise NotYours
    if lock(commission) is not None:
        raise NotAskedAgain("这项委托已经办结,不能再查询。")
    at = moment()
    _round_before(commission, member, source, at)
    if source not in agreements_for(commission.case.division, today()):
        raise NotAskedAgain("与该部门现在没有有效的协议,不能查询。")
    signed = Authorization.objects.filter(serving(at), member=member).values_list(
        "items", flat=True
    )
    if not any(item.startswith(f"{source}.") for items in signed for item in items):
        raise NotAskedAgain("本人对这个来源没有有效的授权,须重新授权后再查询。")
    return _ordered(commission, member, source, reason, by)


@act(
    "问明数额",
    article="个人信息保护法 第6条",
    roles={Role.MACHINE},
)
def order_whole(
    *,
    commission: Commission,
    member: Member,
    source: str,
    by: Actor,
) -> Reverification:
    """
    Order that a source tells the value itself, where less does not decide.

    :raises NotAskedAgain: it can still be answered, or the commission is closed
    """
    if lock(commission) is not None:
        raise NotAskedAgain("这项委托已经办结,不能再查询。")
    return _ordered(commission, member, source, Reverification.Reason.UNDECIDED, by)


def _ordered(
    commission: Commission, member: Member, source: str, reason: str, by: Actor
) -> Reverification:
    at = moment()
    ordered = Reverification(
        commission=commission,
        member=member,
        source=source,
        round=_round_before(commission, member, source, at) + 1,
        reason=reason,
        ordered_by=by.identifier,
        ordered_at=at,
    )
    ordered.entry_id = note(
        case=commission.case_id,
        commission=str(commission.pk),
        member=str(member.pk),
        source=source,
        round=ordered.round,
        reason=reason,
    )
    ordered.save(force_insert=True)
    return ordered


def _round_before(commission: Commission, member: Member, source: str, at: datetime) -> int:
    """Return the last round, which is over. :raises NotAskedAgain: there is none, or it is not"""
    asked = commission.inquiries.filter(member=member, source=source)
    last = asked.order_by("-round").first()
    if last is None:
        raise NotAskedAgain("此前没有就这个人查询过这个来源,不能复核查询。")
    ordered = commission.reverifications.filter(member=member, source=source, round__gt=last.round)
    answered = last.replies.filter(conclusive=True).exists()
    if ordered.exists() or not (answered or last.due_at <= at):
        raise NotAskedAgain("这个来源正在查询,请等待反馈。")
    return last.round


def ordered_again(commission: Commission) -> dict[tuple[UUID, str], Reverification]:
    """Return the orders to ask once more that were not asked yet, by person and source."""
    asked = Inquiry.objects.filter(
        commission=OuterRef("commission"),
        member=OuterRef("member"),
        source=OuterRef("source"),
        round=OuterRef("round"),
    )
    waiting = commission.reverifications.exclude(Exists(asked)).order_by("round")
    return {(one.member_id, one.source): one for one in waiting}


def asked_whole(commission: Commission) -> set[tuple[UUID, str]]:
    """Return of whom the machine has ordered that a source tells the value itself."""
    undecided = Reverification.Reason.UNDECIDED
    ordered = commission.reverifications.filter(reason=undecided)
    return set(ordered.values_list("member_id", "source"))


def awaited_again(commission: Commission) -> set[tuple[UUID, str]]:
    """Return the persons and sources that are being asked about once more, not over yet."""
    at = moment()
    asked = commission.inquiries.filter(round__gt=0, due_at__gt=at).exclude(
        replies__conclusive=True
    )
    return set(ordered_again(commission)) | set(asked.values_list("member_id", "source"))
