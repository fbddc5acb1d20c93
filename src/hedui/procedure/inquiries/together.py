"""
Together 成批: questions about many households in one signed message, answered on the same line.

What is open is gathered as for a file, a hundred questions a message. A message is connected first,
then let leave while all that it asks stands; two are under way, so that one side reckons while the
other does. What has no usable answer is open again. Whoever was killed is found out by the rows.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from queue import SimpleQueue
from typing import Any
from uuid import UUID

from django.db import IntegrityError

from hedui.procedure.agencies.models import Agency, Agreement, Department
from hedui.procedure.authorizations.queries import revoked_among
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries import gathering
from hedui.procedure.inquiries.acts import NOTICE, Envelope, Received, receive
from hedui.procedure.inquiries.breaker import learn, rest_of
from hedui.procedure.inquiries.connectors import connector
from hedui.procedure.inquiries.door import Passage
from hedui.procedure.inquiries.models import RequestFile, Ticket
from hedui.procedure.inquiries.outcomes import SETTLED
from hedui.procedure.inquiries.pacing import room_at
from hedui.procedure.record.actor import WORKER, Actor, Role
from hedui.procedure.record.acts import act, note, together
from hedui.procedure.record.moment import moment

log = logging.getLogger(__name__)

MOST = 100
"""So many questions the profile lets into one message."""
UNDER_WAY = 2
A_TURN = 5_000
"""So many are looked up at once; what is open is a long list while a registry is rechecked."""
READ = (
    *("message", "expires_at", "inquiry__department", "inquiry__source", "inquiry__items"),
    *("inquiry__purpose", "inquiry__member__case", "inquiry__member__person"),
    *(f"inquiry__authorization__{one}" for one in ("period_first", "period_last")),
    "inquiry__authorization__sealed_artefact",
    *("inquiry__commission__number", "inquiry__commission__case__wrapped_key"),
    "inquiry__commission__case__division",
)

Kept = Callable[[Commission], object]


@dataclass(frozen=True, slots=True)
class Sent:
    """A message under way, and what comes back for it."""

    request: RequestFile
    envelope: Envelope
    coming: Future[Any]


def ask_together(agreement: Agreement, kept: Kept, goes_on: Callable[[], bool]) -> None:
    """
    Ask what is open for a department, until nothing is, or it rests, or this minute is full.

    kept: what to do in the transaction in which answers to a commission are kept
    goes_on: asked before each turn of some thousands
    """
    _settle(agreement)
    for body in gathering.bodies_waiting(agreement):
        with ThreadPoolExecutor(UNDER_WAY, "together") as crew:
            while goes_on() and _turn(agreement, body, crew, kept):
                pass


def _turn(agreement: Agreement, body: Agency, crew: ThreadPoolExecutor, kept: Kept) -> bool:
    """Ask the longest open; tell whether to go on to what is left."""
    asked = gathering.longest_open(agreement, body.pk, A_TURN)
    parts = deque(asked[at : at + MOST] for at in range(0, len(asked), MOST))
    under_way: deque[Sent] = deque()
    goes_on = bool(parts)
    while under_way or (goes_on and parts):
        if goes_on and parts and len(under_way) < UNDER_WAY:
            sent = _sent(agreement, body, parts[0], crew)
            if sent:
                parts.popleft()
                under_way.append(sent)
                continue
            # One that tries for all others is waited for; else nothing leaves in this turn.
            goes_on = bool(under_way)
        if under_way:
            goes_on = _taken_in(under_way.popleft(), kept) and goes_on
    return goes_on


def _sent(
    agreement: Agreement, body: Agency, asked: list[UUID], crew: ThreadPoolExecutor
) -> Sent | None:
    """Write one message and let it leave; nothing if none may now."""
    by = connector(agreement.way.connector)
    with together():
        at = moment()
        most = room_at(agreement, at, MOST)
        department = Department.objects.get(pk=agreement.department_id)
        if not most or rest_of(department, at):
            return None
        request = gathering.gather(
            agreement=agreement, body=body, most=most, among=asked, by=WORKER
        )
        if request is None:
            return None
        envelope = _envelope(request, department)
        message = by.write(envelope)
        request = gathering.make_ready(
            request=request,
            sha256=message.digest,
            manifest=f"hedui-message {envelope.message}",
            by=WORKER,
        )
    return Sent(request, envelope, _leaving(request, envelope, partial(by.ask, message), crew))


def _envelope(request: RequestFile, department: Department) -> Envelope:
    tickets = list(_tickets(request, department))
    channel = request.agreement.channel
    ends = min(ticket.expires_at for ticket in tickets)
    return Envelope(department, channel, request.pk, tuple(tickets), ends)


def _tickets(request: RequestFile, department: Department) -> Iterator[Ticket]:
    found = Ticket.objects.filter(message=request.pk).order_by("id")
    case = None
    for ticket in found.select_related(
        "inquiry__member", "inquiry__authorization", "inquiry__commission__case"
    ).only(*READ):
        inquiry = ticket.inquiry
        # a household's questions follow one another: its key is opened once
        case = case if case and case.pk == inquiry.member.case_id else inquiry.commission.case
        inquiry.commission.case = inquiry.member.case = inquiry.authorization.case = case
        inquiry.department = department
        yield ticket


def _leaving(
    request: RequestFile,
    envelope: Envelope,
    ask: Callable[[Passage], Any],
    crew: ThreadPoolExecutor,
) -> Future[Any]:
    """Connect; when it stands at the door let it leave, while all that it asks stands."""
    at_the_door: SimpleQueue[Passage] = SimpleQueue()
    passage = Passage(envelope, at_the_door)
    coming = crew.submit(ask, passage)
    coming.add_done_callback(lambda _: passage.end())
    at_the_door.get()

    def go() -> None:
        passage.decide(ticket.inquiry.authorization_id for ticket in envelope.tickets)
        passage.is_over.wait()

    try:
        if not passage.is_over.is_set():
            gathering.let_leave(request=request, go=go, by=WORKER)
    except IntegrityError:
        log.warning("报文 %s 没有发出:所问的有不再成立的,将重新归集。", request.pk)
    finally:
        passage.decide()
    return coming


def _taken_in(sent: Sent, kept: Kept) -> bool:
    """Keep what came for a message; tell whether the department answered it as a whole."""
    results = _read(sent)
    results.sort(key=lambda one: one.ticket.inquiry.commission_id)
    with together():
        for _, household in groupby(results, lambda one: one.ticket.inquiry.commission_id):
            told = list(household)
            commission = told[0].ticket.inquiry.commission
            receive(commission=commission, received=told, by=WORKER, learns=False)
            if any(one.outcome in SETTLED for one in told):
                kept(commission)
        end(request=sent.request, results=results, by=WORKER)
    return any(one.outcome in SETTLED for one in results)


def _read(sent: Sent) -> list[Received]:
    tickets = sent.envelope.tickets
    error = sent.coming.exception()
    if error:
        return [Received(ticket, "NO_ANSWER", code=type(error).__name__) for ticket in tickets]
    revoked = revoked_among(ticket.inquiry.authorization_id for ticket in tickets)
    return connector(sent.request.agreement.way.connector).read(sent.coming.result(), revoked)


@act("成批报文已有结果", article=NOTICE, roles={Role.MACHINE})
def end(*, request: RequestFile, results: list[Received], by: Actor) -> RequestFile:  # noqa: ARG001
    """
    End a message of many households; what was not answered for good is open again.

    The department is learned from once for the message, not for each household in it.
    """
    held = RequestFile.objects.select_for_update(no_key=True).get(pk=request.pk)
    settled = sum(one.outcome in SETTLED for one in results)
    code = "answered" if settled else (results[0].code or results[0].outcome)[:40]
    note(message=str(held.pk), code=code, answered=settled)
    if held.ended_at is None:
        held.ended_at, held.code = moment(), code
        held.save(update_fields=["ended_at", "code"])
    learn(((one.ticket, one.outcome, one.code) for one in results), moment())
    return held


def _settle(agreement: Agreement) -> None:
    """End what was cut off: nobody waits for its answer any more."""
    for request in agreement.request_files.filter(ended_at=None):
        gathering.keep_back(request=request, code="interrupted", by=WORKER)
