"""
Signed JSON over HTTP(S), answered later 另行答复: the asynchronous pair of the DCI profile.

The department takes the question and says so at once. Its answer comes to us as a message of its
own (`inquiries.later`), or is fetched by asking what became of the question.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from http import HTTPStatus
from uuid import UUID

from hedui.procedure.inquiries.acts import Envelope, Received
from hedui.procedure.inquiries.connections import way_to
from hedui.procedure.inquiries.connectors import Unreachable
from hedui.procedure.inquiries.door import KeptBack, Passage
from hedui.procedure.inquiries.elements import Message, message_of
from hedui.procedure.record import lines
from hedui.procedure.record.moment import process_clock
from hedui.procedure.record.outcome import Trouble
from hedui.wire.checks import WireError
from hedui.wire.later import read_acknowledgement

PATIENCE = 8.0
SEARCH, STATUS = "/registry/search", "/registry/sync/txn/status"
MOST_OF_AN_ACKNOWLEDGEMENT = 64 * 1024


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came back at once, unread; failure: why nothing did."""

    message: Message
    status: int = 0
    content: bytes = field(default=b"", repr=False)
    failure: str = ""


def write(envelope: Envelope) -> Message:
    """Write and sign the one message of an envelope."""
    return message_of(envelope)


def ask(message: Message, passage: Passage) -> Arrived:
    """Send one message, once it is let out, and return what comes back at once."""
    department = message.envelope.department
    try:
        if process_clock() >= message.envelope.expires_at:
            raise KeptBack("ticket_expired")
        answered = lines.send(
            f"{department.base_url}{SEARCH}",
            message.body,
            most=MOST_OF_AN_ACKNOWLEDGEMENT,
            patience=PATIENCE,
            to=way_to(department.receiver_id),
            leave=passage.wait,
            left=passage.end,
        )
        return Arrived(message, *answered)
    except KeptBack as kept:
        return Arrived(message, failure=kept.code)
    except (Trouble, *lines.Failure) as error:
        return Arrived(message, failure=type(error).__name__)


def read(arrived: Arrived, revoked: Collection[UUID] = ()) -> list[Received]:  # noqa: ARG001
    """
    Say which questions were not taken; those that were have no result yet.

    Nothing about anybody comes back here. What was refused as a whole may be asked again.
    """
    tickets = arrived.message.envelope.tickets
    if arrived.failure:
        return [Received(ticket, "NO_ANSWER", code=arrived.failure) for ticket in tickets]
    code = f"http_{arrived.status}"
    try:
        said = read_acknowledgement(arrived.content)
    except WireError:
        return [Received(ticket, "UNAVAILABLE", code=code) for ticket in tickets]
    taken = said.is_taken and said.correlation_id == str(arrived.message.envelope.message)
    if arrived.status == HTTPStatus.OK and taken:
        return []
    return [Received(ticket, "UNAVAILABLE", code=said.code or code) for ticket in tickets]


def ask_what_became(base_url: str, receiver: str, question: bytes) -> tuple[int, bytes]:
    """
    Post a signed question what became of a message, and return what comes back.

    :raises Unreachable: nothing does
    """
    try:
        return lines.send(f"{base_url}{STATUS}", question, patience=PATIENCE, to=way_to(receiver))
    except lines.Failure as error:
        raise Unreachable(f"没有应答({type(error).__name__})。") from None
