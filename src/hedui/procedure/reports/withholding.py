"""
暂不展示 (withhold): stated entries are not shown to the person they are about, for a time.

Two officers and an end, or nothing is held back; when the time is over the person sees the entries,
and that they were held back, by whom and why.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.models import Case, Member
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import SHANGHAI, moment
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports.models import Withholding
from hedui.wire.canonical import digest_of_bytes

IN_ALL = timedelta(days=180)
"""So long an entry is held back at most, from the first proposal on, however often renewed."""
TO_CONFIRM = timedelta(days=3)
"""So long a proposal waits for the second officer; until then it hides nothing but itself."""


class NotWithheld(Refusal):
    """What was proposed cannot be held back, or not so long, or not any more."""


@act(
    "提出暂不展示",
    article="个人信息保护法 第18条、第35条",
    roles={Role.COMMISSION, Role.VERIFY},
)
def propose_withholding(
    *,
    member: Member,
    entries: Collection[int],
    reason: str,
    basis: str,
    document: str,
    last_day: date,
    by: Actor,
) -> Withholding:
    """
    Propose that entries about a person are not shown to them until a day has passed.

    entries: indexes in the ledger; document: the number of the letter that asks for it

    :raises NotYours: the case is not within the officer's reach
    :raises NotWithheld: nothing is stated, or it would be too long
    """
    _within_reach(member, by)
    until = datetime.combine(last_day + timedelta(days=1), time(), SHANGHAI)
    at = moment()
    if not entries:
        raise NotWithheld("请选择暂不展示的记录。", "entries")
    if not document.strip():
        raise NotWithheld("请填写来函文号。", "document")
    longest = settings.HEDUI_WITHHOLD_DAYS
    if not at < until <= at + timedelta(days=longest):
        raise NotWithheld(f"暂不展示须有期限,自今日起不超过 {longest} 天。", "last_day")
    if any(
        one.confirmed_at is not None
        and set(one.entries) & set(entries)
        and until > one.proposed_at + IN_ALL
        for one in member.withholdings.all()
    ):
        raise NotWithheld("同一记录先后暂不展示合计不超过 180 天。", "last_day")
    held = Withholding(
        member=member,
        entries=sorted(entries),
        reason=reason,
        basis=basis,
        document=document.strip(),
        until=until,
        proposed_by=by.identifier,
        proposed_at=at,
    )
    held.entry_id = note(
        case=member.case_id,
        member=str(member.pk),
        withholding=str(held.pk),
        entries=held.entries,
        reason=reason,
        basis=basis,
        document=digest_of_bytes(held.document.encode()),
        until=until.isoformat(),
    )
    held.save(force_insert=True)
    return held


@act("确认暂不展示", article="个人信息保护法 第18条、第35条", roles={Role.COUNTERSIGN})
def confirm_withholding(*, withholding: Withholding, by: Actor) -> Withholding:
    """
    Confirm as the second officer what another proposed; from now on it is held back.

    :raises NotYours: the case is not within the officer's reach
    :raises NotWithheld: it is their own, it is confirmed already, or waited too long
    """
    _within_reach(withholding.member, by)
    held = Withholding.objects.select_for_update(of=("self",), no_key=True).get(pk=withholding.pk)
    if held.proposed_by == by.identifier:
        raise NotWithheld("提出人不能自己确认,请由另一位复核签发岗人员确认。")
    at = moment()
    if held.confirmed_at is not None or at > held.proposed_at + TO_CONFIRM or at >= held.until:
        raise NotWithheld("这项提议已经确认过,或者已经失效,请重新提出。")
    held.confirmed_by, held.confirmed_at = by.identifier, at
    note(case=held.member.case_id, member=str(held.member_id), withholding=str(held.pk))
    held.save(update_fields=["confirmed_by", "confirmed_at"])
    return held


@act(
    "提出恢复展示",
    article="个人信息保护法 第18条、第35条",
    roles={Role.COMMISSION, Role.VERIFY},
)
def propose_end(*, withholding: Withholding, by: Actor) -> Withholding:
    """
    Propose that what is held back is shown again before its day.

    :raises NotYours: the case is not within the officer's reach
    :raises NotWithheld: nothing is held back by it now, or its end was proposed before
    """
    held = _held_now(withholding, by)
    if held.end_proposed_at is not None:
        raise NotWithheld("已经提出过恢复展示,待另一位复核签发岗人员确认。")
    held.end_proposed_by, held.end_proposed_at = by.identifier, moment()
    note(case=held.member.case_id, member=str(held.member_id), withholding=str(held.pk))
    held.save(update_fields=["end_proposed_by", "end_proposed_at"])
    return held


@act("确认恢复展示", article="个人信息保护法 第18条、第35条", roles={Role.COUNTERSIGN})
def confirm_end(*, withholding: Withholding, by: Actor) -> Withholding:
    """
    Confirm as the second officer; from now on all is shown, and that it was held back.

    :raises NotYours: the case is not within the officer's reach
    :raises NotWithheld: nothing is held back by it now, nobody proposed its end, or they did
    """
    held = _held_now(withholding, by)
    if held.end_proposed_at is None:
        raise NotWithheld("还没有人提出恢复展示。")
    if held.end_proposed_by == by.identifier:
        raise NotWithheld("提出人不能自己确认,请由另一位复核签发岗人员确认。")
    held.ended_by, held.ended_at = by.identifier, moment()
    note(case=held.member.case_id, member=str(held.member_id), withholding=str(held.pk))
    held.save(update_fields=["ended_by", "ended_at"])
    return held


def _held_now(withholding: Withholding, by: Actor) -> Withholding:
    """Lock what holds back now. :raises NotWithheld: it does not"""
    _within_reach(withholding.member, by)
    held = Withholding.objects.select_for_update(of=("self",), no_key=True).get(pk=withholding.pk)
    if not holds(held):
        raise NotWithheld("这项暂不展示没有生效,或者已经恢复展示。")
    return held


def _within_reach(member: Member, by: Actor) -> None:
    if not visible_to(by).filter(pk=member.case_id).exists():
        raise NotYours


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Which entries a person is not shown now, and what was held back and is disclosed."""

    entries: frozenset[int]
    acts: frozenset[str]
    disclosed: tuple[Withholding, ...]

    def hides(self, index: int, detail: Mapping[str, Any]) -> bool:
        """Tell whether an entry is not shown now."""
        return index in self.entries or detail.get("withholding") in self.acts


def held_back_from(member: Member) -> HeldBack:
    """
    Return what is held back from a person now, and what was.

    The acts that hold back are themselves not shown while they do, or wait for the second officer.
    """
    at = moment()
    told = list(member.withholdings.all())
    secret = [one for one in told if waits(one)]
    now = [one for one in told if holds(one)]
    return HeldBack(
        frozenset(index for one in now for index in one.entries),
        frozenset(str(one.pk) for one in (*secret, *now)),
        tuple(one for one in told if one.confirmed_at is not None and at >= one.over_at),
    )


def withholdings_in(case: Case) -> QuerySet[Withholding]:
    """Return what was proposed and confirmed in a case, newest first."""
    return Withholding.objects.filter(member__case=case).select_related("member").order_by("-id")


def waits(withholding: Withholding) -> bool:
    """Tell whether a proposal can still be confirmed."""
    at = moment()
    return withholding.confirmed_at is None and at <= withholding.proposed_at + TO_CONFIRM


def holds(withholding: Withholding) -> bool:
    """Tell whether entries are held back by it now."""
    return withholding.confirmed_at is not None and moment() < withholding.over_at


def to_confirm(reader: Actor) -> list[str]:
    """Return the numbers of the cases in which `reader` may confirm what another proposed."""
    if Role.COUNTERSIGN not in reader.roles:
        return []
    recent = Q(confirmed_at=None, proposed_at__gte=moment() - TO_CONFIRM)
    open_ = Withholding.objects.filter(
        recent | Q(end_proposed_at__isnull=False),
        member__case__in=visible_to(reader),
        ended_at=None,
    ).select_related("member__case")
    me = reader.identifier
    return sorted(
        {
            one.member.case.number
            for one in open_
            if (waits(one) and one.proposed_by != me)
            or (one.end_proposed_at and holds(one) and one.end_proposed_by != me)
        }
    )
