"""
接入系统 (clients): let another system of an agency act here, and end that.

One officer proposes, another approves, because what it may read leaves the house. Its token is
shown once; the next is given before the last ends.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db.models import Q
from uuid6 import uuid7

from hedui.procedure.agencies.client_models import Client, FirstAnswer, Token
from hedui.procedure.agencies.models import Agency, Officer, Post
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import SHANGHAI, moment, today
from hedui.procedure.record.outcome import Refusal

ARTICLE = "民办函〔2011〕365号 二(三) 依托现有信息系统"
POSTS = (Role.INTAKE, Role.COMMISSION)
LONGEST = timedelta(days=2 * 366)
MOST_TOKEN_DAYS = 366
CHANGE_OVER = timedelta(hours=24)
BEGINS = "hedui_"


class NotAdmitted(Refusal):
    """The client cannot be proposed, approved or ended so, or not by this officer."""


@dataclass(frozen=True, slots=True)
class Given:
    """A token as it is shown once; nobody can read it again."""

    token: Token
    secret: str = field(repr=False)


@act("提出接入系统", article=ARTICLE, roles={Role.SYSTEM_ADMIN})
def propose_client(
    *,
    name: str,
    agency: Agency,
    roles: Collection[Role],
    contact: str,
    last_day: date,
    decides: bool = False,
    by: Actor,
) -> Client:
    """
    Propose that a system acts for an agency; it may do nothing before another officer approves.

    decides: whether the agency decides in that system 审核确认, which then tells what was decided

    :raises NotAdmitted: no name or contact, other posts than to take in and to commission, deciding
        without commissioning, or an end that has passed or lies too far ahead
    """
    name, contact = name.strip(), contact.strip()
    if not name or not contact:
        raise NotAdmitted("请写明系统名称和系统负责人。", "contact" if name else "name")
    if not roles or not set(roles) <= set(POSTS):
        raise NotAdmitted("接入系统只能担任受理岗或委托岗,至少一项。", "roles")
    if decides and Role.COMMISSION not in roles:
        raise NotAdmitted("在系统内审核确认的,须有委托岗。", "roles")
    if not today() <= last_day <= today() + LONGEST:
        raise NotAdmitted("接入止应在今天以后,不超过两年。", "last_day")
    identifier = uuid7()
    account = Officer(username=f"client-{identifier}", display_name=name, is_active=False)
    account.set_unusable_password()
    account.entry_id = note(client=str(identifier))
    account.save(force_insert=True)
    held = sorted(role.value for role in set(roles))
    entry = note(
        client=str(identifier),
        account=f"officer:{account.pk}",
        agency=str(agency.pk),
        roles=held,
        decides=decides,
        last_day=last_day.isoformat(),
    )
    return Client.objects.create(
        id=identifier,
        officer=account,
        agency=agency,
        roles=held,
        decides=decides,
        contact=contact,
        last_day=last_day,
        proposed_by=by.identifier,
        proposed_at=moment(),
        entry_id=entry,
    )


@act("批准接入系统", article=ARTICLE, roles={Role.SECURITY_ADMIN})
def approve_client(*, client: Client, by: Actor) -> Client:
    """
    Approve as the second officer what another proposed; its account gets its posts.

    :raises NotAdmitted: it is their own, it is approved or ended already, its last day is over
    """
    held = _locked(client)
    if held.proposed_by == by.identifier:
        raise NotAdmitted("提出人不能自己批准,请由另一位安全管理员批准。")
    if held.approved_at is not None or held.ended_at is not None:
        raise NotAdmitted("这个接入系统已经批准或者终止过。")
    if held.last_day < today():
        raise NotAdmitted("接入止已过,请重新提出。")
    entry = note(client=str(held.pk), account=f"officer:{held.officer_id}")
    held.approved_by, held.approved_at = by.identifier, moment()
    held.save(update_fields=["approved_by", "approved_at"])
    for role in held.roles:
        Post.objects.create(
            officer_id=held.officer_id,
            agency_id=held.agency_id,
            role=role,
            first_day=today(),
            last_day=held.last_day,
            entry_id=entry,
        )
    Officer.objects.filter(pk=held.officer_id).update(is_active=True, entry_id=entry)
    return held


@act("终止接入系统", article=ARTICLE, roles={Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN})
def end_client(*, client: Client, by: Actor) -> Client:
    """
    End a client, or take a proposal back, at once; none of its tokens is taken any more.

    :raises NotAdmitted: it has ended already
    """
    held = _locked(client)
    if held.ended_at is not None:
        raise NotAdmitted("这个接入系统已经终止。")
    entry = note(client=str(held.pk))
    held.ended_by, held.ended_at = by.identifier, moment()
    held.save(update_fields=["ended_by", "ended_at"])
    Officer.objects.filter(pk=held.officer_id).update(is_active=False, entry_id=entry)
    return held


@act("发放接入令牌", article=ARTICLE, roles={Role.SYSTEM_ADMIN})
def give_token(*, client: Client, days: int, at_once: bool = False, by: Actor) -> Given:
    """
    Give a client its next token; those before end a day later, or at once where one was lost.

    :raises NotAdmitted: the client is not approved, or over; a validity that is none
    """
    held = _locked(client)
    if not is_admitted(held, moment()):
        raise NotAdmitted("接入系统还没有批准,或者已经终止、期满,不能发放令牌。")
    if not 1 <= days <= MOST_TOKEN_DAYS:
        raise NotAdmitted(f"令牌有效天数应为 1 至 {MOST_TOKEN_DAYS} 天。", "days")
    at = moment()
    secret = BEGINS + secrets.token_urlsafe(32)
    identifier = uuid7()
    over = at if at_once else at + CHANGE_OVER
    before = list(held.tokens.filter(Q(ended_at=None) | Q(ended_at__gt=over), expires_at__gt=over))
    entry = note(client=str(held.pk), token=str(identifier), ended=[str(t.pk) for t in before])
    for one in before:
        one.ended_at = over
        one.save(update_fields=["ended_at"])
    token = Token.objects.create(
        id=identifier,
        client=held,
        digest=digest_of(secret),
        given_by=by.identifier,
        given_at=at,
        expires_at=at + timedelta(days=days),
        entry_id=entry,
    )
    return Given(token, secret)


@act("停用接入令牌", article=ARTICLE, roles={Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN})
def end_token(*, token: Token, by: Actor) -> Token:
    """
    End one token at once.

    :raises NotAdmitted: it has ended already
    """
    held = Token.objects.select_for_update(of=("self",), no_key=True).get(pk=token.pk)
    at = moment()
    if not is_live(held, at):
        raise NotAdmitted("这个令牌已经停用或者过期。")
    note(client=str(held.client_id), token=str(held.pk))
    held.ended_at = at
    held.save(update_fields=["ended_at"])
    return held


# ------------------------------------------------------------------ what was answered first


def keep_first_answer(*, client: Client, key: str, asked: str, content: Any, entry: UUID) -> None:
    """
    Keep what an act under way answers, in its transaction, so that a repeat is told the same.

    :raises IntegrityError: the key was used at the same time; then nothing of this act is done
    """
    FirstAnswer.objects.create(
        client=client, key=digest_of(key), asked=asked, content=content, entry_id=entry
    )


def first_answer(client: Client, key: str) -> FirstAnswer | None:
    """Return what a client was answered first under a key."""
    return FirstAnswer.objects.filter(client=client, key=digest_of(key)).first()


# ------------------------------------------------------------------ reads


def digest_of(secret: str) -> str:
    """Return the digest under which a random secret is kept."""
    return sha256(secret.encode()).hexdigest()


def client_with(secret: str) -> Client | None:
    """Return the client whose token this is, None if it is none, or not any more."""
    token = (
        Token.objects.select_related("client__officer", "client__agency")
        .filter(digest=digest_of(secret))
        .first()
    )
    at = moment()
    if token is None or not is_live(token, at) or not is_admitted(token.client, at):
        return None
    return token.client


def is_live(token: Token, at: datetime) -> bool:
    """Tell whether a token is taken at a moment."""
    return token.expires_at > at and (token.ended_at is None or token.ended_at > at)


def is_admitted(client: Client, at: datetime) -> bool:
    """Tell whether a client may act at a moment."""
    day = at.astimezone(SHANGHAI).date()
    ended = client.ended_at is not None and client.ended_at <= at
    return client.approved_at is not None and not ended and client.last_day >= day


def clients(reader: Actor) -> list[Client]:
    """Return the clients, for administrators only: those to be approved first."""
    if not reader.roles & {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}:
        return []
    found = Client.objects.select_related("officer", "agency").prefetch_related("tokens")
    return sorted(found, key=lambda one: (one.ended_at is not None, one.approved_at is not None))


def _locked(client: Client) -> Client:
    return Client.objects.select_for_update(of=("self",), no_key=True).get(pk=client.pk)
