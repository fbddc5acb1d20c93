"""
Dispatch 发送: the only way from the gate to a connector.

What `acts.inquire` let through is sent to all departments in parallel; what comes back is kept
as it arrives. No database work happens in the sending threads.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from django.db.models import Count

from hedui.procedure.agencies.channels import CHANNELS, LATER
from hedui.procedure.agencies.models import Agreement
from hedui.procedure.authorizations.queries import revoked_in
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries import acts
from hedui.procedure.inquiries.acts import Ahead, Envelope, Received
from hedui.procedure.inquiries.breaker import in_time
from hedui.procedure.inquiries.connectors import Connector, NoConnector, connector, present
from hedui.procedure.inquiries.door import Door
from hedui.procedure.inquiries.models import Inquiry
from hedui.procedure.inquiries.outcomes import SETTLED
from hedui.procedure.inquiries.pacing import pause_after
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import moment
from hedui.procedure.record.prepared import works_alone

# Departments that answer almost together are kept in one transaction.
GATHERING = 0.02
THREADS_EACH = 8
"""A department that hangs keeps so many threads busy, all of them its own."""

_senders: dict[UUID, ThreadPoolExecutor] = {}

Pending = dict[Future[Any], tuple[Envelope, Connector | None]]


def _senders_to(department: UUID) -> ThreadPoolExecutor:
    found = _senders.get(department)
    # Whoever is second throws away what it made; no thread has begun in it.
    return found or _senders.setdefault(department, ThreadPoolExecutor(THREADS_EACH, "sender"))


def dispatch(
    commission: Commission,
    meanwhile: Callable[[], object] = lambda: None,
    *,
    again: bool = False,
    ahead: Ahead = lambda _: lambda: None,
) -> datetime | None:
    """
    Ask for what is unanswered, once, and return when to try again; None when nothing is left.

    Nothing is left when every inquiry has a conclusive reply, is past its deadline, or has lost
    its authorization.

    meanwhile: what to do while the departments are at it
    again: ask what was ordered to be asked once more
    ahead: what to do with all that came, while the database keeps the last of it; what fails there
        keeps nothing back, but for what it returns, which is done after the commit
    """
    door = Door(commission)
    pending: Pending = {}

    def bring(minted: list[Envelope]) -> None:
        """Bring all to the door, once all are written: who connects takes the processor away."""
        messages = [(envelope, *_written(envelope)) for envelope in minted]
        pending.update({_sent(*message, door): message[:2] for message in messages})

    with _shut_if_it_fails(door):
        if works_alone():  # they come to the door while the gate is at it; nothing leaves yet
            acts.inquire(commission=commission, by=WORKER, again=again, meanwhile=bring)
        else:
            bring(acts.inquire(commission=commission, by=WORKER, again=again))
    try:
        with _shut_if_it_fails(door):
            if not all(sent.done() for sent in pending):
                door.let_out()
            meanwhile()
    finally:  # what was asked is kept, whatever happened meanwhile
        settled = _gathered(commission, door, pending, ahead)
    if settled and not commission.waits_on:  # but for departments that rest, by the hours agreed
        return commission.resumes_at
    return _next_attempt(commission)


@contextmanager
def _shut_if_it_fails(door: Door) -> Iterator[None]:
    try:
        yield
    except BaseException:
        door.shut()
        raise


def connector_of(channel: str) -> Connector:
    """Return what asks on a channel, to measure it."""
    return connector(channel)


def trouble_with(agreement: Agreement) -> str:
    """Try the way to a department where its connector can be tried; say what is in it, or "".

    Nobody is asked about.
    """
    try:
        tried = getattr(connector(agreement.way.connector), "tried", None)
    except NoConnector:
        return f"没有安装“{agreement.way.label}”所需的组件"
    department = agreement.department
    return tried(department.receiver_id, department.source) if tried else ""


def channels() -> list[tuple[str, str]]:
    """Return what may be agreed on: each channel whose connector is there, with its label."""
    return [(n, one.label) for n, one in CHANNELS.items() if one.connector in present()]


def _written(envelope: Envelope) -> tuple[Connector | None, Any]:
    try:
        found = connector(envelope.channel)
    except NoConnector:
        return None, None
    return found, found.write(envelope)


def _sent(envelope: Envelope, by: Connector | None, message: Any, door: Door) -> Future[Any]:
    """Send a message on its way to the door, in a thread of its own."""
    if by is None:
        sent: Future[Any] = Future()
        sent.set_exception(NoConnector(envelope.channel))
        return sent
    passage = door.passage(envelope)
    sent = _senders_to(envelope.department.pk).submit(by.ask, message, passage)
    sent.add_done_callback(lambda _: passage.end())
    return sent


def _gathered(
    commission: Commission,
    door: Door,
    pending: Pending,
    ahead: Ahead,
) -> bool:
    """Keep the answers as they come in; tell whether all of them settle their inquiries."""
    settled, came = True, list[Received]()

    def go_ahead(arrived: list[Received]) -> Callable[[], object]:
        if not pending and works_alone():
            with suppress(Exception):  # it will fail again where it is awaited
                return ahead([*came, *arrived])
        return lambda: None

    while pending:
        while not any(sent.done() for sent in pending):
            door.let_out()
        received = _read_together(commission, pending)
        kept = acts.receive(commission=commission, received=received, by=WORKER, meanwhile=go_ahead)
        came += kept
        settled = settled and all(one.outcome in SETTLED for one in kept)
    return settled


def _read_together(commission: Commission, pending: Pending) -> Iterable[Received]:
    """
    Read the answers that come almost together, each while the next is awaited.

    Before any is read it is looked at who has revoked by now: what is about them is not read.
    """
    until = time.monotonic() + GATHERING
    read: list[Received] = []
    while pending and (not read or time.monotonic() < until):
        done, _ = wait(pending, max(until - time.monotonic(), 0), FIRST_COMPLETED)
        if not done:
            continue
        revoked = revoked_in(commission.case)
        back = [(future, *pending.pop(future)) for future in done]
        results = (one for each in back for one in _result(*each, revoked))
        if not pending and works_alone():  # the last are read while the database takes its locks
            return chain(read, results)
        read += results
    return read


def _result(
    future: Future[Any], envelope: Envelope, by: Connector | None, revoked: set[UUID]
) -> list[Received]:
    error = future.exception()
    if error or by is None:
        code = type(error).__name__
        return [Received(ticket, "NO_ANSWER", code=code) for ticket in envelope.tickets]
    return by.read(future.result(), revoked)


def _next_attempt(commission: Commission) -> datetime | None:
    """
    Back off exponentially from the last attempt, but not beyond the last deadline.

    What is answered later is not asked again: whoever keeps the answer goes on with the case, or
    its deadline does.
    """
    away = _away(commission) if commission.waits_on else {}
    first_over = min(away.values(), default=None)
    waiting = list(
        Inquiry.objects.filter(commission=commission)
        .exclude(replies__conclusive=True)
        .select_related("department")
        .annotate(counted=Count("tickets"))
    )
    at = moment()
    open_ones = [i for i in waiting if i.due_at > at and i.pk not in away]
    if not open_ones:
        return min((one for one in (first_over, commission.resumes_at) if one), default=None)
    attempts = min(inquiry.counted for inquiry in open_ones)
    pause = pause_after(attempts)
    last_deadline: datetime = max(inquiry.due_at for inquiry in open_ones)
    # One that rests may be asked again when it has rested.
    rested = (in_time(i.department.rests_until or at, i, at) for i in open_ones)
    again_at = max(at + pause, min(rested))
    return min(again_at, last_deadline, first_over or again_at)


def _away(commission: Commission) -> dict[UUID, datetime]:
    """Return what may still be answered by itself, with its deadline."""
    waiting = (
        commission.inquiries.filter(agreement__channel__in=LATER, due_at__gt=moment())
        .exclude(replies__conclusive=True)
        .exclude(authorization__in=revoked_in(commission.case))
        .select_related("agreement")
        .annotate(counted=Count("tickets", distinct=True), came=Count("replies", distinct=True))
    )
    return {i.pk: i.due_at for i in waiting if i.is_gathered or i.counted > i.came}
