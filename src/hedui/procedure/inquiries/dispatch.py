"""
Dispatch 发送: the only way from the gate to a connector.

What `acts.inquire` let through is sent to all departments in parallel; what comes back is kept
as it arrives. No database work happens in the sending threads.
"""

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count

from hedui.procedure.authorizations.queries import revoked_in
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries import acts
from hedui.procedure.inquiries.acts import Envelope, Received
from hedui.procedure.inquiries.connectors import https_json
from hedui.procedure.inquiries.door import Door
from hedui.procedure.inquiries.models import Inquiry
from hedui.procedure.inquiries.outcomes import SETTLED
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import moment

# Departments that answer almost together are kept in one transaction.
GATHERING = 0.02
FIRST_PAUSE = timedelta(seconds=0.5)
LONGEST_PAUSE = timedelta(minutes=10)

_senders = ThreadPoolExecutor(max_workers=32, thread_name_prefix="sender")


def dispatch(
    commission: Commission,
    meanwhile: Callable[[], object] = lambda: None,
    *,
    again: bool = False,
) -> datetime | None:
    """
    Ask for what is unanswered, once, and return when to try again; None when nothing is left.

    Nothing is left when every inquiry has a conclusive reply, is past its deadline, or has lost
    its authorization.

    meanwhile: what to do while the departments are at it
    again: ask what was ordered to be asked once more
    """
    minted = acts.inquire(commission=commission, by=WORKER, again=again)
    # All are written before the first leaves: departments at work take the processor away.
    messages = [https_json.write(envelope) for envelope in minted]
    door = Door(commission)
    pending = {_sent(message, door): message.envelope for message in messages}
    try:
        door.let_out()
        meanwhile()
    finally:  # what was asked is kept, whatever happened meanwhile
        door.shut()
        settled = _gathered(commission, pending)
    if settled:  # but for departments that rest, by the hours agreed
        return commission.resumes_at
    return _next_attempt(commission)


def _sent(message: https_json.Message, door: Door) -> Future[https_json.Arrived]:
    """Send a message on its way to the door, in a thread of its own."""
    passage = door.passage(message.envelope)
    sent = _senders.submit(https_json.ask, message, passage)
    sent.add_done_callback(lambda _: passage.end())
    return sent


Pending = dict[Future[https_json.Arrived], Envelope]


def _gathered(commission: Commission, pending: Pending) -> bool:
    """Keep the answers as they come in; tell whether all of them settle their inquiries."""
    settled = True
    while pending:
        wait(pending, return_when=FIRST_COMPLETED)
        until = time.monotonic() + GATHERING
        results: list[Received] = []
        while pending and (not results or time.monotonic() < until):
            done, _ = wait(pending, max(until - time.monotonic(), 0), FIRST_COMPLETED)
            # Looked at anew for each: who has revoked meanwhile is not read about.
            revoked = revoked_in(commission.case) if done else set()
            for future in done:
                results += _result(future, pending.pop(future), revoked)
        kept = acts.receive(commission=commission, received=results, by=WORKER)
        settled = settled and all(one.outcome in SETTLED for one in kept)
    return settled


def _result(
    future: Future[https_json.Arrived], envelope: Envelope, revoked: set[UUID]
) -> list[Received]:
    if error := future.exception():
        code = type(error).__name__
        return [Received(ticket, "NO_ANSWER", code=code) for ticket in envelope.tickets]
    return https_json.read(future.result(), revoked)


def _next_attempt(commission: Commission) -> datetime | None:
    """Back off exponentially from the last attempt, but not beyond the last deadline."""
    waiting = list(
        Inquiry.objects.filter(commission=commission)
        .exclude(replies__conclusive=True)
        .annotate(counted=Count("tickets"))
    )
    if not waiting:
        return commission.resumes_at
    at = moment()
    open_ones = [inquiry for inquiry in waiting if inquiry.due_at > at]
    if not open_ones:
        return commission.resumes_at
    attempts = min(inquiry.counted for inquiry in open_ones)
    pause = min(FIRST_PAUSE * 2 ** max(attempts - 1, 0), LONGEST_PAUSE)
    last_deadline: datetime = max(inquiry.due_at for inquiry in open_ones)
    again_at: datetime = min(at + pause, last_deadline)
    return again_at
