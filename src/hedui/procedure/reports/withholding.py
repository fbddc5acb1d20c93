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
from django.db.models import QuerySet

from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.models import Case, Member
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import SHANGHAI, moment
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.record.privileges import MAY_CHANGE
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
    held.save(update_fields=MAY_CHANGE["reports_withholding"])
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
    Return what is held back from a person now.

    The acts that hold back are themselves not shown while they do, or wait for the second officer.
    """
    at = moment()
    told = list(member.withholdings.all())
    secret = [one for one in told if waits(one)]
    now = [one for one in told if one.confirmed_at is not None and at < one.until]
    return HeldBack(
        frozenset(index for one in now for index in one.entries),
        frozenset(str(one.pk) for one in (*secret, *now)),
        tuple(one for one in told if one.confirmed_at is not None and at >= one.until),
    )


def withholdings_in(case: Case) -> QuerySet[Withholding]:
    """Return what was proposed and confirmed in a case, newest first."""
    return Withholding.objects.filter(member__case=case).select_related("member").order_by("-id")


def waits(withholding: Withholding) -> bool:
    """Tell whether a proposal can still be confirmed."""
    at = moment()
    return withholding.confirmed_at is None and at <= withholding.proposed_at + TO_CONFIRM
