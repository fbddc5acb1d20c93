"""
短信 (text messages): tell a person who agreed to it that something waits, and keep the receipt.

The text says that there is news, on which case and where to turn: a telephone lies on tables. It
is no delivery by itself; `delivering` says when its receipt counts for one.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery

from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.models import Case, Member
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note, nothing_done
from hedui.procedure.record.moment import SHANGHAI, moment
from hedui.procedure.record.outcome import Refusal, Trouble
from hedui.procedure.reports.sms_models import Phone, Sms
from hedui.wire.seals import KeyFileError, Verifier, load_publics

GROUND = "个人信息保护法 第13条、第14条"
AT_THE_COUNTER = {Role.INTAKE, Role.COMMISSION}
NUMBER = re.compile(r"1[0-9]{10}")
LASTS = timedelta(days=3)
ASK_AFTER = timedelta(minutes=10)


class NotSent(Refusal):
    """No text message may be sent so, or there is no such message."""


@act("登记短信联系", article=GROUND, roles=AT_THE_COUNTER)
def agree_to_sms(*, member: Member, number: str, by: Actor) -> Phone:
    """
    Record the number at which a person agreed to be told that something waits.

    :raises NotYours: the case is not within the officer's reach
    :raises NotSent: it is no number of a mobile telephone
    """
    if not NUMBER.fullmatch(number.strip()):
        raise NotSent("请填写 11 位手机号码。", "number")
    return _phone(member, number.strip(), by)


@act("停止短信联系", article="个人信息保护法 第15条", roles=AT_THE_COUNTER)
def withdraw_sms(*, member: Member, by: Actor) -> Phone:
    """
    Record that a person does not agree any more; what waits is not sent.

    :raises NotYours: the case is not within the officer's reach
    """
    return _phone(member, "", by)


@act("发送短信提醒", article=GROUND, roles=AT_THE_COUNTER)
def send_sms(*, member: Member, about: UUID, by: Actor) -> Sms:
    """
    Have a person told by text message that something waits for them.

    about: the issued report or notice that waits; the database refuses anything else

    :raises NotYours: the case is not within the officer's reach
    :raises NotSent: no gateway is set, the person did not agree, or one is on its way or arrived
    """
    _within_reach(member.case, by)
    if not settings.HEDUI_SMS_URL:
        raise NotSent("没有接通短信网关,请当面、入户或者邮寄送达。")
    Member.objects.select_for_update(of=("self",), no_key=True).get(pk=member.pk)
    phone = phone_of(member)
    if phone is None:
        raise NotSent("本人没有同意短信联系,请先登记手机号码。")
    earlier = Sms.objects.filter(phone=phone, about=about).exclude(outcome=Sms.Outcome.FAILED)
    if earlier.filter(Q(outcome=Sms.Outcome.DELIVERED) | Q(requested_at__gt=moment() - LASTS)):
        raise NotSent("这件事的短信已经发出,请等回执。")
    made = Sms(phone=phone, about=about, requested_by=by.identifier, requested_at=moment())
    made.entry_id = note(
        case=member.case_id, member=str(member.pk), sms=str(made.pk), about=str(about)
    )
    made.save(force_insert=True)
    return made


@act("短信回执", article="社会救助暂行办法 第11条", roles={Role.MACHINE})
def take_receipt(*, message: UUID, outcome: str, at: datetime, by: Actor) -> Sms:
    """
    Keep what the gateway says became of a message, once; a repeat changes nothing.

    :raises NotSent: no such message, no such outcome, or not between its sending and now
    """
    held = Sms.objects.select_for_update(of=("self",), no_key=True).filter(pk=message).first()
    if held is None or outcome not in Sms.Outcome:
        raise NotSent("没有这条短信,或者不认识的回执。")
    if held.outcome:
        nothing_done()
        return held
    if not held.requested_at <= at <= moment():
        raise NotSent("回执的时间不在发送以后、现在以前。")
    held.outcome, held.told_at = outcome, at
    member = held.phone.member
    note(case=member.case_id, member=str(member.pk), sms=str(held.pk), outcome=outcome)
    held.save(update_fields=["outcome", "told_at"])
    return held


def phone_of(member: Member) -> Phone | None:
    """Return at which number a person agreed to be told; None where they did not."""
    newest = Phone.objects.filter(member=member).order_by("-id").first()
    return newest if newest and newest.agrees else None


@dataclass(frozen=True, slots=True)
class Reached:
    """One person of a household: whether they agreed to text messages, and what became of one."""

    key: str
    name: str
    masked: str
    sms: Sms | None

    @property
    def stands(self) -> str:
        """Say how the message stands; "" where none was sent."""
        if self.sms is None:
            return ""
        if self.sms.outcome:
            return str(self.sms.get_outcome_display())
        if self.sms.requested_at <= moment() - LASTS:
            return "三天内没有回执"
        return "已交网关,等回执" if self.sms.taken_at else "等待发送"

    @property
    def may_send(self) -> bool:
        """Whether another may be sent."""
        waits = self.sms is not None and self.sms.requested_at > moment() - LASTS
        outcome = self.sms.outcome if self.sms else ""
        return bool(self.masked) and (outcome == Sms.Outcome.FAILED or (not outcome and not waits))


def reached(reader: Actor, *, case: Case, about: UUID) -> list[Reached]:
    """Tell how each person can be told about a report or notice; nothing without a gateway."""
    _within_reach(case, reader)
    if not settings.HEDUI_SMS_URL:
        return []
    sent = {one.phone.member_id: one for one in _about(about).filter(phone__member__case=case)}
    found = []
    for member in case.members.filter(replaced=False).order_by("position"):
        phone = phone_of(member)
        found.append(
            Reached(
                member.key,
                member.opened["name"],
                phone.masked if phone else "",
                sent.get(member.pk),
            )
        )
    return found


def arrived_on(member: Member, about: UUID) -> date | None:
    """Return the day on which a message about something reached a person's telephone."""
    got = _about(about).filter(phone__member=member, outcome=Sms.Outcome.DELIVERED).last()
    return got.told_at.astimezone(SHANGHAI).date() if got and got.told_at else None


# ------------------------------------------------------------------ what the worker sends


def take_due(at: datetime, hold: timedelta) -> Sms | None:
    """
    Return a message that is to be sent, or to be asked about, and keep others from it for a while.

    Whoever withdrew is not written to; what is three days old is left as it is.
    """
    newest = Phone.objects.filter(member=OuterRef("phone__member")).order_by("-id").values("pk")
    due = Sms.objects.filter(
        Q(next_at=None) | Q(next_at__lte=at),
        Q(taken_at__isnull=False) | Q(phone=Subquery(newest[:1])),
        outcome="",
        requested_at__gt=at - LASTS,
        phone__member__case__erasure__confirmed_at=None,
    )
    for one in due.select_related("phone__member__case__agency").order_by("next_at", "id"):
        if Sms.objects.filter(pk=one.pk, next_at=one.next_at, outcome="").update(next_at=at + hold):
            return one
    return None


def mark_taken(message: Sms, at: datetime) -> None:
    """Write down that the gateway took a message; it is asked about it later."""
    Sms.objects.filter(pk=message.pk, outcome="", taken_at=None).update(
        taken_at=at, fault="", attempts=0, next_at=at + ASK_AFTER
    )


def mark_failed(message: Sms, fault: str, next_at: datetime) -> None:
    """Write down why a try came to nothing, and when the next is due."""
    Sms.objects.filter(pk=message.pk, outcome="").update(
        attempts=message.attempts + 1, fault=fault[:60], next_at=next_at
    )


def gateway_keys() -> Verifier:
    """Return the keys by which the gateway is known. :raises Trouble: there are none"""
    try:
        return Verifier.of(*load_publics(Path(settings.HEDUI_SMS_KEY)))
    except (KeyFileError, OSError) as error:
        raise Trouble(f"短信网关的公钥 {settings.HEDUI_SMS_KEY} 读不出来") from error


def failing(at: datetime) -> int:
    """Count the messages that the gateway has not taken for an hour."""
    long_ago = at - timedelta(hours=1)
    waiting = Sms.objects.filter(outcome="", taken_at=None, requested_at__gt=at - LASTS)
    return waiting.filter(requested_at__lt=long_ago).exclude(fault="").count()


# ------------------------------------------------------------------ what stands behind


def _about(about: UUID) -> "QuerySet[Sms]":
    return Sms.objects.filter(about=about).select_related("phone__member").order_by("id")


def _phone(member: Member, number: str, by: Actor) -> Phone:
    _within_reach(member.case, by)
    made = Phone(
        member=member,
        agrees=bool(number),
        content=member.case.key.seal({"number": number}),
        recorded_by=by.identifier,
        recorded_at=moment(),
    )
    made.entry_id = note(case=member.case_id, member=str(member.pk), phone=str(made.pk))
    made.save(force_insert=True)
    return made


def _within_reach(case: Case, by: Actor) -> None:
    if not visible_to(by).filter(pk=case.pk).exists():
        raise NotYours
