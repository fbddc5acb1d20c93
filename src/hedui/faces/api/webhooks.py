"""
Webhooks 推送: tell clients that there is news about a commission, in order, until they take it.

One of the doors to the outside; what passes it is a number, signed. The ledger is the outbox: an
endpoint keeps the cursor up to which it was told, and that moves on after the client took a piece,
so what is sent when the worker dies is sent again.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus

from django.db import Error, close_old_connections, connection

from hedui.procedure.agencies import endpoints
from hedui.procedure.agencies.client_models import Endpoint
from hedui.procedure.agencies.queries import actor_of
from hedui.procedure.inquiries.pacing import with_jitter
from hedui.procedure.record import keys, lines
from hedui.procedure.record.moment import china_text, moment
from hedui.procedure.record.outcome import Trouble
from hedui.procedure.record.scope import acting_as
from hedui.procedure.reports.news import News, news_for
from hedui.wire.canonical import canonical

log = logging.getLogger(__name__)
SIGNATURE, TYPE = "Hedui-Signature", "hedui-news+jws"
LOOK_EVERY = 1.0
PATIENCE = 10.0
MOST_OF_ANSWER = 64 * 1024
AT_ONCE = 50
HOLD = timedelta(seconds=2 * PATIENCE)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=1)


def run(stop: threading.Event) -> None:
    """Tell clients of news until told to stop."""
    repeat(deliver, stop)


def repeat(work: Callable[[datetime], bool], stop: threading.Event) -> None:
    """Do work for as long as there is some, look again each second, until told to stop."""
    while not stop.wait(LOOK_EVERY):
        close_old_connections()
        try:
            while not stop.is_set() and work(moment()):
                pass
        except (Error, Trouble) as error:
            log.warning("推送暂停(%s),稍后再试。", type(error).__name__)
            connection.close()
    connection.close()


def deliver(at: datetime) -> bool:
    """Tell one client that is due what is new, in order; False if none is due."""
    endpoint = endpoints.take_due(at, HOLD)
    if endpoint is None:
        return False
    account = endpoint.client.officer
    newest = endpoints.head()
    with acting_as(f"officer:{account.pk}"):
        found = news_for(actor_of(account), after=endpoint.cursor, most=AT_ONCE)
    for piece in found:
        if fault := _refused(endpoint, piece):
            endpoints.mark_failed(endpoint, fault, at + pause(endpoint.attempts), at)
            return True
        if not endpoints.mark_told(endpoint, piece.cursor):
            return True  # somebody set the cursor anew meanwhile
        endpoint.attempts, endpoint.failing_since = 0, None
    if len(found) < AT_ONCE:
        endpoints.mark_told(endpoint, max(newest, endpoint.cursor))
    endpoints.release(endpoint)
    return True


def body_of(piece: News) -> bytes:
    """Write what is sent: that there is news about a commission, and where it stands."""
    return canonical(
        {
            "id": str(piece.id),
            "cursor": piece.cursor,
            "at": china_text(piece.at),
            "about": piece.about,
        }
    )


def _refused(endpoint: Endpoint, piece: News) -> str:
    """Send one piece of news; return why it was not taken, "" if it was."""
    body = body_of(piece)
    return post(endpoint.url, body, {SIGNATURE: keys.signer().sign_detached(body, typ=TYPE)})


def post(url: str, body: bytes, headers: Mapping[str, str]) -> str:
    """Post a body to a registered address; return why it was not taken, "" if it was."""
    return reach(url, body, headers)[0]


def reach(url: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[str, bytes]:
    """Post a body, or get; return why it was not taken, "" if it was, and the answer."""
    try:
        status, said = lines.send(
            url, body, most=MOST_OF_ANSWER, patience=PATIENCE, headers=headers
        )
    except lines.Failure as error:
        return type(error).__name__, b""
    taken = HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
    return ("" if taken else f"HTTP {status}"), said


def pause(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: twice as long each time, up to an hour."""
    return with_jitter(min(FIRST_PAUSE * (1 << min(attempts, 12)), LONGEST_PAUSE))
