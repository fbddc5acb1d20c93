"""
合作方 (partners): let another body's system ask whether a household is being verified.

Proposed by one officer and approved by another, on a legal basis that is written down.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hedui import policy
from hedui.procedure.agencies.endpoints import checked_address, head
from hedui.procedure.agencies.partner_models import Partner
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import SHANGHAI, moment, today
from hedui.procedure.record.outcome import Refusal
from hedui.values.divisions import DivisionError, division
from hedui.wire.seals import KeyFileError, read_publics

ARTICLE = "民办函〔2011〕365号 二(三)、个人信息保护法 第23条"
LONGEST = timedelta(days=2 * 366)
CERTIFICATE_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,198}[a-z0-9])?")


class NotAPartner(Refusal):
    """What was proposed cannot be agreed, or not by this officer, or not any more."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed with a partner; as `Partner` has it."""

    sender_id: str
    name: str
    division: str
    programmes: Collection[str]
    legal_basis: str
    contact: str
    callback_url: str
    public_key: str
    last_day: date
    certificate_name: str = ""


@act("提出合作方", article=ARTICLE, roles={Role.SYSTEM_ADMIN})
def propose_partner(*, terms: Terms, by: Actor) -> Partner:
    """
    Propose a partner; it is told nothing before another officer approves.

    :raises NotAPartner: a term is missing or out of bounds
    """
    keys = _check(terms)
    entry = note(
        partner=terms.sender_id,
        division=terms.division,
        programmes=sorted(terms.programmes),
        legal_basis=terms.legal_basis,
        last_day=terms.last_day.isoformat(),
        keys=keys,
        certificate_name=terms.certificate_name,
    )
    return Partner.objects.create(
        sender_id=terms.sender_id,
        name=terms.name,
        division=terms.division,
        programmes=sorted(terms.programmes),
        legal_basis=terms.legal_basis,
        contact=terms.contact,
        callback_url=terms.callback_url.rstrip("/"),
        public_key=terms.public_key,
        certificate_name=terms.certificate_name,
        last_day=terms.last_day,
        cursor=head(),
        proposed_by=by.identifier,
        proposed_at=moment(),
        entry_id=entry,
    )


@act("批准合作方", article=ARTICLE, roles={Role.SECURITY_ADMIN})
def approve_partner(*, partner: Partner, by: Actor) -> Partner:
    """
    Approve as the second officer what another proposed.

    :raises NotAPartner: it is their own, it is approved or ended already, its last day is over
    """
    held = _locked(partner)
    if held.proposed_by == by.identifier:
        raise NotAPartner("提出人不能自己批准,请由另一位安全管理员批准。")
    if held.approved_at is not None or held.ended_at is not None or held.last_day < today():
        raise NotAPartner("这个合作方已经批准、终止或者期满,请重新提出。")
    note(partner=held.sender_id)
    held.approved_by, held.approved_at = by.identifier, moment()
    held.save(update_fields=["approved_by", "approved_at"])
    return held


@act("终止合作方", article=ARTICLE, roles={Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN})
def end_partner(*, partner: Partner, by: Actor) -> Partner:
    """
    End a partner, or take a proposal back, at once; it is told nothing any more.

    :raises NotAPartner: it has ended already
    """
    held = _locked(partner)
    if held.ended_at is not None:
        raise NotAPartner("这个合作方已经终止。")
    note(partner=held.sender_id)
    held.ended_by, held.ended_at = by.identifier, moment()
    held.save(update_fields=["ended_by", "ended_at"])
    return held


def partner_named(sender_id: str) -> Partner | None:
    """Return the partner of that id with which an agreement stands now."""
    found = Partner.objects.filter(sender_id=sender_id).first()
    return found if found is not None and stands(found, moment()) else None


def stands(partner: Partner, at: datetime) -> bool:
    """Tell whether a partner may be told something at a moment."""
    day = at.astimezone(SHANGHAI).date()
    return partner.approved_at is not None and partner.ended_at is None and partner.last_day >= day


def partners(reader: Actor) -> list[Partner]:
    """Return the partners, for administrators only: those to be approved first."""
    if not reader.roles & {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}:
        return []
    found = Partner.objects.all()
    return sorted(found, key=lambda one: (one.ended_at is not None, one.approved_at is not None))


def _check(terms: Terms) -> list[str]:
    """Return the ids of the keys. :raises NotAPartner:"""
    for name in ("sender_id", "name", "legal_basis", "contact"):
        if not getattr(terms, name).strip():
            raise NotAPartner("请写明系统标识、单位名称、依据和联系人。", name)
    if not terms.programmes or not set(terms.programmes) <= set(policy.known_programmes()):
        raise NotAPartner("请选择合作方可以询问的救助项目,至少一项。", "programmes")
    if Partner.objects.filter(sender_id=terms.sender_id).exists():
        raise NotAPartner("已有同一系统标识的合作方,请换一个标识。", "sender_id")
    if not today() <= terms.last_day <= today() + LONGEST:
        raise NotAPartner("协议止应在今天以后,不超过两年。", "last_day")
    try:
        division(terms.division)
    except DivisionError as error:
        raise NotAPartner(str(error), "division") from None
    checked_address(terms.callback_url, "callback_url")
    if terms.certificate_name and not CERTIFICATE_NAME.fullmatch(terms.certificate_name):
        raise NotAPartner("证书名称应为证书中的 DNS 名称,如 jiaoyu.example。", "certificate_name")
    try:
        return [key.kid for key in read_publics(terms.public_key)]
    except KeyFileError as fault:
        raise NotAPartner(f"验签公钥不能使用({fault})。", "public_key") from None


def _locked(partner: Partner) -> Partner:
    return Partner.objects.select_for_update(of=("self",), no_key=True).get(pk=partner.pk)
