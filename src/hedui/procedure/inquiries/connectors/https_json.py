"""
Signed JSON over HTTP(S) 签名报文: the DCI profile of docs/reference/wire.md, synchronous search.

One message a department carries all that is asked of it for one household.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from http import HTTPStatus
from uuid import UUID

from hedui.procedure.agencies.models import Department
from hedui.procedure.inquiries.acts import Envelope, Received
from hedui.procedure.inquiries.connections import way_to
from hedui.procedure.inquiries.door import KeptBack, Passage
from hedui.procedure.inquiries.elements import Message, message_of, received
from hedui.procedure.inquiries.models import Ticket
from hedui.procedure.record import lines
from hedui.procedure.record.moment import process_clock
from hedui.procedure.record.outcome import Trouble
from hedui.wire.canonical import digest_of_bytes
from hedui.wire.checks import WireError
from hedui.wire.counts import MOST_BYTES as MOST_MARKS
from hedui.wire.receiving import parse_answer
from hedui.wire.seals import Verifier, read_publics

PROTOCOL = "https_json"
PATIENCE = 8.0
SEARCH, COUNTS = "/registry/sync/search", "/registry/counts"
CORRECTIONS = "/registry/corrections"
MOST_SAID = 16 * 1024
LONG_PATIENCE = 60.0
"""To count a day, a department reads its record through."""


class NoCounts(Exception):
    """A department that does not tell what was asked of it by itself; the message says why."""


def write(envelope: Envelope) -> Message:
    """Write and sign the one message of an envelope."""
    return message_of(envelope)


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came back for a message, unread; failure: why nothing did. It never shows content."""

    message: Message
    status: int = 0
    content: bytes = field(default=b"", repr=False)
    failure: str = ""


def ask(message: Message, passage: Passage) -> Arrived:
    """
    Send one message, once it is let out, and return what comes back.

    Never raises for what a department does: no connection is a result too. A ticket past its
    time is not sent.
    """
    try:
        if process_clock() >= message.envelope.expires_at:
            raise KeptBack("ticket_expired")
        base_url = message.envelope.department.base_url
        answered = lines.send(
            f"{base_url}{SEARCH}",
            message.body,
            patience=PATIENCE,
            to=way_to(message.envelope.department.receiver_id),
            leave=passage.wait,
            left=passage.end,
        )
        return Arrived(message, *answered)
    except KeptBack as kept:
        return Arrived(message, failure=kept.code)
    except (Trouble, *lines.Failure) as error:
        return Arrived(message, failure=type(error).__name__)


def read(arrived: Arrived, revoked: Collection[UUID] = ()) -> list[Received]:
    """
    Read what came back, one result for each ticket.

    An error page and an answer that does not hold are results too. What is about an
    authorization in `revoked` is not read: only the digest of the message is kept.
    """
    envelope, content = arrived.message.envelope, arrived.content
    if arrived.failure:
        return _all(envelope.tickets, "NO_ANSWER", arrived.failure)
    if arrived.status != HTTPStatus.OK:
        return _all(envelope.tickets, "UNAVAILABLE", f"http_{arrived.status}")
    unread = [t for t in envelope.tickets if t.inquiry.authorization_id in revoked]
    rest = [t for t in envelope.tickets if t.inquiry.authorization_id not in revoked]
    digest = digest_of_bytes(content)
    return [
        *(Received(ticket, "DISCARDED", digest=digest) for ticket in unread),
        *(replace(one, digest=digest) for one in _read(arrived, rest) if rest),
    ]


def _read(arrived: Arrived, tickets: Sequence[Ticket]) -> list[Received]:
    message, department = arrived.message, arrived.message.envelope.department
    try:
        answers = parse_answer(
            arrived.content,
            request={str(t.inquiry_id): message.elements[str(t.inquiry_id)] for t in tickets},
            message_id=str(message.envelope.message),
            sender=department.receiver_id,
            receiver=message.sender,
            verifier=_verifier(department.public_key, department.receiver_id),
            now=process_clock(),
        )
    except WireError as error:
        lines.hang_up(department.base_url)
        return _all(tickets, "UNREADABLE", error.code)
    return [received(ticket, answers[str(ticket.inquiry_id)]) for ticket in tickets]


def ask_for_counts(department: Department, request: str) -> bytes:
    """
    Post a signed request for the count of a day, and return what comes back.

    :raises NoCounts: the department does not answer, or answers no counts
    """
    return _posted(department, COUNTS, request, MOST_MARKS, LONG_PATIENCE)


def ask_to_correct(department: Department, request: str) -> bytes:
    """
    Post a signed request for correction, and return what comes back.

    :raises NoCounts: the department does not take it
    """
    return _posted(department, CORRECTIONS, request, MOST_SAID, PATIENCE)


def _posted(department: Department, path: str, request: str, most: int, patience: float) -> bytes:
    try:
        status, content = lines.send(
            f"{department.base_url}{path}",
            json.dumps({"request": request}).encode(),
            most=most,
            patience=patience,
            to=way_to(department.receiver_id),
        )
    except (*lines.Failure, Trouble) as error:
        raise NoCounts(type(error).__name__) from None
    if status != HTTPStatus.OK:
        raise NoCounts(f"HTTP {status}")
    return content


@lru_cache(maxsize=256)
def _verifier(public_key: str, owner: str) -> Verifier:
    return Verifier.of(*read_publics(public_key, owner=owner))


def _all(tickets: Sequence[Ticket], outcome: str, code: str) -> list[Received]:
    return [Received(ticket, outcome, code=code) for ticket in tickets]
