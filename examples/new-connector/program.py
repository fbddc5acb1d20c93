"""
A program on this machine 本机程序: the signed message goes to its input, the answer is its output.

For a department whose data is reached by a tool of its own. An example of a connector: copy it to
`src/hedui/procedure/inquiries/connectors/program.py`.
"""

import subprocess
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from uuid import UUID

from hedui.procedure.inquiries.acts import Envelope, Received
from hedui.procedure.inquiries.connections import connection
from hedui.procedure.inquiries.door import KeptBack, Passage
from hedui.procedure.inquiries.elements import Message, message_of, received
from hedui.procedure.record.moment import process_clock
from hedui.procedure.record.outcome import Trouble
from hedui.wire.canonical import digest_of_bytes
from hedui.wire.checks import WireError
from hedui.wire.receiving import parse_answer
from hedui.wire.seals import Verifier, read_publics

PATIENCE = 8.0
MOST_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Arrived:
    """What the program wrote, unread; failure: why there is nothing."""

    message: Message
    content: bytes = field(default=b"", repr=False)
    failure: str = ""


def write(envelope: Envelope) -> Message:
    """Write and sign the one message of an envelope."""
    return message_of(envelope)


def ask(message: Message, passage: Passage) -> Arrived:
    """Start the program, wait at the door, give it the message, and return what it writes."""
    try:
        receiver = message.envelope.department.receiver_id
        command = [str(part) for part in connection(receiver).section("program", "run")["run"]]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as running:
            try:
                passage.wait()  # nothing of the question has left before this returns
                content, _ = running.communicate(message.body, timeout=PATIENCE)
            except BaseException:
                running.kill()
                raise
            finally:
                passage.end()
    except KeptBack as kept:
        return Arrived(message, failure=kept.code)
    except (Trouble, OSError, subprocess.TimeoutExpired) as error:
        return Arrived(message, failure=type(error).__name__)
    if running.returncode or len(content) > MOST_BYTES:
        return Arrived(message, failure=f"exit_{running.returncode}")
    return Arrived(message, content)


def read(arrived: Arrived, revoked: Collection[UUID] = ()) -> list[Received]:
    """Read what came back strictly; what rests on a revoked authorization is not read."""
    envelope = arrived.message.envelope
    if arrived.failure:
        return [Received(t, "NO_ANSWER", code=arrived.failure) for t in envelope.tickets]
    digest = digest_of_bytes(arrived.content)
    unread = [t for t in envelope.tickets if t.inquiry.authorization_id in revoked]
    results = [Received(ticket, "DISCARDED", digest=digest) for ticket in unread]
    rest = [ticket for ticket in envelope.tickets if ticket not in unread]
    department = envelope.department
    try:
        answers = parse_answer(
            arrived.content,
            request={str(t.inquiry_id): arrived.message.elements[str(t.inquiry_id)] for t in rest},
            message_id=str(envelope.message),
            sender=department.receiver_id,
            receiver=arrived.message.sender,
            verifier=Verifier.of(
                *read_publics(department.public_key, owner=department.receiver_id)
            ),
            now=process_clock(),
        )
    except WireError as error:
        return results + [Received(ticket, "UNREADABLE", code=error.code) for ticket in rest]
    return results + [
        replace(received(ticket, answers[str(ticket.inquiry_id)]), digest=digest) for ticket in rest
    ]
