"""
Signing without paper 电子签名: enrolled in person at the window, signed with a code on a phone.

The way into an authorization is `acts.authorize`, the same as for paper: what was signed here is
its evidence. How somebody proves to be who signs is one function, `_proven`; a certificate or a
code by SMS would take its place there.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max

from hedui.procedure.agencies.queries import askable
from hedui.procedure.authorizations import totp
from hedui.procedure.authorizations.acts import Signature
from hedui.procedure.authorizations.evidence_models import (
    ElectronicSignature,
    Enrolment,
    SignIn,
    WrongCode,
)
from hedui.procedure.authorizations.models import Form
from hedui.procedure.authorizations.notice import Notice, notice_for
from hedui.procedure.authorizations.printing import period_of
from hedui.procedure.authorizations.queries import is_minor_on
from hedui.procedure.authorizations.states import is_without_capacity
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.cases.models import Case, Member
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import SHANGHAI, china_text, moment, today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.record.sealing import blind
from hedui.wire.canonical import canonical, digest

METHOD = "totp-rfc6238"
MOST_WRONG = 8  # in the life of an enrolment; the ninth code is not looked at
AT_ONCE = 3
PAUSE = timedelta(minutes=5)
PORTAL = Actor("machine:portal", "线上签署", None, frozenset({Role.MACHINE}))


class Locked(Refusal):
    """Too many wrong codes; the person has to come to the window again."""


class NotNow(Refusal):
    """Some wrong codes in a short time; to be tried again later."""


@dataclass(frozen=True, slots=True)
class Given:
    """What is shown once at enrolment: the key for the app, and the token of the page."""

    enrolment: Enrolment
    uri: str
    secret_text: str
    token: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a code: the signature, or how many wrong ones are left."""

    signature: ElectronicSignature | None
    left: int


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What came of a code to sign in with, or how many wrong ones are left."""

    sign_in: SignIn | None
    left: int


@act("登记线上签署", article="个人信息保护法 第14条", roles={Role.INTAKE})
def enrol(*, member: Member, by: Actor) -> Given:
    """
    Give a person whose document was checked at the window a key to sign with.

    An earlier key of the same person ends with it.

    :raises NotYours, Refusal: another agency's case; a minor, who signs by a guardian on paper
    """
    held = _held(member)
    if held.case.agency_id != by.agency:
        raise NotYours
    _signs_alone(held)
    secret, token = totp.new_secret(), secrets.token_urlsafe(24)
    entry = note(case=held.case_id, member=str(held.id))
    made = Enrolment.objects.create(
        member=held,
        secret=held.case.key.seal_bytes(secret),
        address=blind(token),
        enrolled_at=moment(),
        entry_id=entry,
    )
    uri = totp.uri(secret, label=held.case.number)
    return Given(made, uri, totp.written(secret), token)


@act("线上签署授权", article="个人信息保护法 第14条", roles={Role.MACHINE})
def sign(
    *,
    enrolment: Enrolment,
    form: Form,
    notice: Notice,
    items: tuple[str, ...],
    code: str,
    by: Actor,
) -> Answered:
    """
    Sign the text for these items with a code; a wrong code is kept, and counted.

    notice: the 告知书 that was shown before; it is kept in what was signed

    :raises Locked, NotNow: nothing is looked at, nor counted
    :raises Refusal: it is no longer this person's turn to sign
    """
    held = _held(enrolment.member)
    _in_force(enrolment, held)
    _may_sign(held, form, items)
    wrong = enrolment.wrong_codes.count()
    at = moment()
    entry = note(case=held.case_id, member=str(held.id), enrolment=str(enrolment.id))
    step = _proven(enrolment, held, code, at)
    if step is None:
        note(outcome="wrong code")
        WrongCode.objects.create(enrolment=enrolment, entered_at=at, entry_id=entry)
        return Answered(None, MOST_WRONG - wrong - 1)
    record = _record(held, form, notice, items, at)
    fingerprint = digest(record)
    note(outcome="signed", digest=fingerprint)
    signed = ElectronicSignature.objects.create(
        enrolment=enrolment,
        step=step,
        record=held.case.key.seal_bytes(canonical(record)),
        digest=fingerprint,
        signed_at=at,
        entry_id=entry,
    )
    return Answered(signed, MOST_WRONG - wrong)


@act("本人登录", article="个人信息保护法 第45条", roles={Role.MACHINE})
def sign_in(*, enrolment: Enrolment, code: str, by: Actor) -> SignedIn:
    """
    Let a person in to what is theirs with a code; a wrong code is kept, and counted.

    :raises Locked, NotNow: nothing is looked at, nor counted
    :raises Refusal: the enrolment is in force no more
    """
    held = _held(enrolment.member)
    _in_force(enrolment, held)
    wrong = enrolment.wrong_codes.count()
    at = moment()
    entry = note(case=held.case_id, member=str(held.id), enrolment=str(enrolment.id))
    step = _proven(enrolment, held, code, at)
    note(outcome="wrong code" if step is None else "signed in")
    if step is None:
        WrongCode.objects.create(enrolment=enrolment, entered_at=at, entry_id=entry)
        return SignedIn(None, MOST_WRONG - wrong - 1)
    made = SignIn.objects.create(enrolment=enrolment, step=step, signed_in_at=at, entry_id=entry)
    return SignedIn(made, MOST_WRONG - wrong)


def signature_of(signed: ElectronicSignature) -> Signature:
    """Return what was signed, as `acts.authorize` takes it."""
    member = signed.enrolment.member
    record = bytes(member.case.key.open_bytes(signed.record))
    read = json.loads(record)
    return Signature(
        form=read["form"]["id"],
        items=tuple(read["items"]),
        signed_on=datetime.fromisoformat(read["signed_at"]).date(),
        valid_until=date.fromisoformat(read["valid_until"]),
        scan=record,
        notice=read.get("notice", {}).get("digest", ""),
        electronic=signed.id,
    )


def _held(member: Member) -> Member:
    """Lock the person, so that codes are looked at one after the other."""
    return (
        Member.objects.select_for_update(of=("self",), no_key=True)
        .select_related("case__agency")
        .get(pk=member.pk)
    )


def _signs_alone(held: Member) -> None:
    """See that nobody signs for this person. :raises Refusal: a guardian does, on paper"""
    if is_minor_on(held, today()):
        raise Refusal("未成年人的授权书由监护人在纸上签署,不能线上签署。")
    if is_without_capacity(held):
        raise Refusal("由监护人签署的成年人,授权书在纸上签署,不能线上签署。")


def _may_sign(held: Member, form: Form, items: tuple[str, ...]) -> None:
    _signs_alone(held)
    shown = askable(held.case.programme, held.case.division, today())
    if not items or set(items) - set(shown):
        raise Refusal("请至少勾选一项授权查询的内容。", "items")
    if form.withdrawn_at:
        raise Refusal("授权书文本已经停用,请刷新页面后按现行文本签署。")
    if held.case.programme not in form.programmes:
        raise Refusal("授权书文本不适用于本项目,请联系受理窗口。")


def _in_force(enrolment: Enrolment, held: Member) -> None:
    if enrolment_of(held) != enrolment:
        raise Refusal("这个签署页面已经失效,请到受理窗口重新登记。")
    wrong = enrolment.wrong_codes
    if wrong.count() >= MOST_WRONG:
        raise Locked("动态码错误次数过多,线上签署已锁定。请携带身份证到受理窗口重新登记。", "code")
    if wrong.filter(entered_at__gt=moment() - PAUSE).count() >= AT_ONCE:
        raise NotNow("动态码连续错误,请五分钟后再试。", "code")


def _proven(enrolment: Enrolment, held: Member, code: str, at: datetime) -> int | None:
    """Return the step of the code, if it is the person's and was not given before."""
    secret = held.case.key.open_bytes(enrolment.secret)
    step = totp.step_of(secret, code, at=at.timestamp())
    given = [
        rows.aggregate(last=Max("step"))["last"] or 0
        for rows in (enrolment.signatures, enrolment.sign_ins)
    ]
    return step if step is not None and step > max(given) else None


def _record(
    held: Member, form: Form, notice: Notice, items: tuple[str, ...], at: datetime
) -> dict[str, Any]:
    signed_on = at.astimezone(SHANGHAI).date()
    return {
        "kind": "hedui electronic signature 2",
        "method": METHOD,
        "form": {"id": form.id, "digest": form.digest},
        "notice": {"digest": notice.digest, "sections": notice.sections},
        "items": list(items),
        "purpose": held.case.programme,
        "case": str(held.case_id),
        "member": str(held.id),
        "name": held.opened["name"],
        "id_number": held.opened["id_number"],
        "signed_at": china_text(at),
        "valid_until": last_day(held.case, signed_on).isoformat(),
        "salt": secrets.token_hex(16),
    }


def last_day(case: Case, signed_on: date) -> date:
    """Return the last day for which one signs electronically: as the agency offers on paper."""
    return signed_on + timedelta(days=case.agency.authorization_days - 1)


# ------------------------------------------------------------------ reads


def notice_before(case: Case) -> Notice:
    """Write the notice 告知书 that is shown before somebody signs today."""
    day = today()
    needed = askable(case.programme, case.division, day)
    until = last_day(case, day)
    return notice_for(case, needed, period=period_of(case, day), until=until, on=day)


def scope_of(token: str) -> str:
    """Return the scope of who knows the address of a page: the case of its enrolment."""
    return f"page:{blind(token)}"


def enrolment_at(token: str) -> Enrolment | None:
    """Return the enrolment whose page has this address, if it is in force."""
    found = Enrolment.objects.select_related("member__case").filter(address=blind(token)).first()
    return found if found and enrolment_of(found.member) == found else None


def enrolment_of(member: Member) -> Enrolment | None:
    """Return the enrolment of a member that is in force, if there is one."""
    return None if member.replaced else member.enrolments.order_by("-id").first()


def not_yet_registered(member: Member) -> list[ElectronicSignature]:
    """Return what a member signed that no authorization rests on yet, newest first."""
    signed = ElectronicSignature.objects.filter(enrolment__member=member).order_by("-id")
    kept = set(member.authorizations.values_list("evidence", flat=True))
    return [
        one for one in signed.select_related("enrolment__member__case") if one.digest not in kept
    ]
