"""
推送地址 (endpoints): where a client is told that there is news about a commission.

What is told is a number and no more; the client then asks. So one officer registers an address, of
a client that two have admitted.
"""

from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from uuid6 import uuid7

from hedui.procedure.agencies.client_models import Client, Endpoint
from hedui.procedure.agencies.clients import ARTICLE, is_admitted
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.models import Head
from hedui.procedure.record.moment import moment
from hedui.procedure.record.outcome import Refusal


class NotAnEndpoint(Refusal):
    """Nothing may be sent there, or the endpoint has ended."""


@act("登记推送地址", article=ARTICLE, roles={Role.SYSTEM_ADMIN})
def register_endpoint(*, client: Client, url: str, by: Actor) -> Endpoint:
    """
    Register where a client is told of news from now on, in place of the address before.

    :raises NotAnEndpoint: no https address of a host of another machine, or the client is not
        admitted
    """
    held = Client.objects.select_for_update(of=("self",), no_key=True).get(pk=client.pk)
    at = moment()
    if not is_admitted(held, at):
        raise NotAnEndpoint("接入系统还没有批准,或者已经终止、期满。")
    url = checked_address(url.strip())
    standing = held.endpoints.filter(ended_at=None).first()
    identifier = uuid7()
    entry = note(client=str(held.pk), endpoint=str(identifier), url=url)
    cursor = head()
    if standing is not None:
        _end(standing, by, at)
        cursor = standing.cursor
    return Endpoint.objects.create(
        id=identifier,
        client=held,
        url=url,
        cursor=cursor,
        registered_by=by.identifier,
        registered_at=at,
        entry_id=entry,
    )


@act("停止推送", article=ARTICLE, roles={Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN})
def end_endpoint(*, endpoint: Endpoint, by: Actor) -> Endpoint:
    """
    Tell a client nothing more; it may still ask.

    :raises NotAnEndpoint: it has ended already
    """
    held = _locked(endpoint)
    note(client=str(held.client_id), endpoint=str(held.pk))
    return _end(held, by, moment())


@act("重新推送", article=ARTICLE, roles={Role.SYSTEM_ADMIN})
def redeliver(*, endpoint: Endpoint, after: int, by: Actor) -> Endpoint:
    """
    Tell again, at once, whatever happened after a cursor; or go on after it, leaving out the rest.

    :raises NotAnEndpoint: it has ended, or there is no such cursor
    """
    held = _locked(endpoint)
    if not -1 <= after <= head():
        raise NotAnEndpoint("没有这个游标,请从推送记录中选取。", "after")
    note(client=str(held.client_id), endpoint=str(held.pk), before=held.cursor, after=after)
    held.cursor, held.attempts, held.next_at = after, 0, None
    held.fault, held.failing_since = "", None
    held.save(update_fields=["cursor", "attempts", "next_at", "fault", "failing_since"])
    return held


def head() -> int:
    """Return the cursor of the newest entry: whatever comes later is news. -1: there is none."""
    found = Head.objects.filter(id=1).first()
    return found.size - 1 if found else -1


def checked_address(url: str, field: str = "url") -> str:
    """
    Return an address that we may send to.

    :raises NotAnEndpoint: no https address of a host of another machine
    """
    try:
        address = urlsplit(url)
        host, _ = address.hostname or "", address.port
    except ValueError:
        host = ""
    if (
        not host
        or not url.isascii()
        or any(mark in url for mark in " ?#@\\")
        or len(url) > 300
        or not _may_be_reached(address.scheme, host)
    ):
        raise NotAnEndpoint(
            "地址应为其他主机的 https 地址,不带用户名、参数和空格,"
            "如 https://jiuzhu.example.gov.cn/hedui/news。",
            field,
        )
    return url


# ------------------------------------------------------------------ how far it has been told


def take_due(at: datetime, hold: timedelta) -> Endpoint | None:
    """
    Return an endpoint at which it is time to try, and keep others from it for a while.

    hold: after which another may try, should whoever took it be gone
    """
    due = Endpoint.objects.filter(
        Q(next_at=None) | Q(next_at__lte=at), ended_at=None, cursor__lt=head()
    )
    for one in due.select_related("client__officer", "client__agency").order_by("next_at"):
        held = Endpoint.objects.filter(pk=one.pk, next_at=one.next_at, cursor=one.cursor)
        if is_admitted(one.client, at) and held.update(next_at=at + hold):
            one.next_at = at + hold
            return one
    return None


def mark_told(endpoint: Endpoint, cursor: int) -> bool:
    """Write down that the client took what is up to a cursor; False if it was set otherwise."""
    told = Endpoint.objects.filter(pk=endpoint.pk, cursor=endpoint.cursor, ended_at=None).update(
        cursor=cursor, attempts=0, fault="", failing_since=None
    )
    endpoint.cursor = cursor
    return bool(told)


def mark_failed(endpoint: Endpoint, fault: str, next_at: datetime, at: datetime) -> None:
    """Write down why it was not taken, and when the next try is due."""
    Endpoint.objects.filter(pk=endpoint.pk, cursor=endpoint.cursor).update(
        attempts=endpoint.attempts + 1,
        fault=fault[:60],
        next_at=next_at,
        failing_since=endpoint.failing_since or at,
    )


def release(endpoint: Endpoint) -> None:
    """Let the next news be told at once."""
    Endpoint.objects.filter(pk=endpoint.pk, next_at=endpoint.next_at).update(next_at=None)


# ------------------------------------------------------------------ what stands behind


def _locked(endpoint: Endpoint) -> Endpoint:
    held = Endpoint.objects.select_for_update(of=("self",), no_key=True).get(pk=endpoint.pk)
    if held.ended_at is not None:
        raise NotAnEndpoint("这个推送地址已经停用。")
    return held


def _end(held: Endpoint, by: Actor, at: datetime) -> Endpoint:
    held.ended_by, held.ended_at = by.identifier, at
    held.save(update_fields=["ended_by", "ended_at"])
    return held


def _may_be_reached(scheme: str, host: str) -> bool:
    try:
        number = ip_address(host)
        is_here = number.is_loopback or number.is_link_local or number.is_unspecified
    except ValueError:
        is_here = host == "localhost" or host.endswith(".localhost")
    if is_here:
        return scheme == "http" and host == "127.0.0.1" and bool(settings.HEDUI_TRIAL_ENDPOINTS)
    return scheme == "https"
