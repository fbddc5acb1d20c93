"""
A view that a department lends 数据库视图: one look-up by number for each person, in its database.

What stands in the view is read as a department's gateway reads its own table, and judged as any
other answer; only the columns of what was asked are named. The role must be one that only reads.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any
from uuid import UUID

from hedui.catalogue import sources
from hedui.gateway.lent import LentTable
from hedui.gateway.lookup import find, readable
from hedui.gateway.mapping import MappingError, load_mapping
from hedui.gateway.tables import DataUnreadable
from hedui.procedure.inquiries.acts import Envelope, Received
from hedui.procedure.inquiries.connections import connection
from hedui.procedure.inquiries.door import KeptBack, Passage
from hedui.procedure.inquiries.elements import element, received
from hedui.procedure.record.moment import SHANGHAI, process_clock
from hedui.procedure.record.outcome import Trouble
from hedui.values.resident_id import ResidentId
from hedui.wire.answering import AnswerElement, AnswerRecord, responses
from hedui.wire.canonical import canonical, digest_of_bytes
from hedui.wire.inquiry import InquiryElement
from hedui.wire.moments import moment_text
from hedui.wire.receiving import judge

KEPT_OPEN = 8
"""So many connections to one view are kept open between questions."""


@dataclass(frozen=True, slots=True)
class Message:
    """What an envelope asks, by inquiry; view: the mapping that tells where, and how new it is."""

    envelope: Envelope
    elements: dict[str, InquiryElement]
    view: tuple[Path, int] | None
    failure: str = ""

    @property
    def digest(self) -> str:
        """The SHA-256 of which questions are asked; there is no message to keep one of."""
        return sha256(" ".join(self.elements).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Arrived:
    """What stood in the view, by inquiry; failure: why nothing was read. It shows no content."""

    message: Message
    found: Mapping[str, dict[str, Any]] = field(default_factory=dict, repr=False)
    failure: str = ""


_standing: dict[tuple[Path, int], deque[LentTable]] = defaultdict(deque)


def write(envelope: Envelope) -> Message:
    """Say what is asked, and by which mapping; the view is not looked at yet."""
    elements = {str(ticket.inquiry_id): element(ticket) for ticket in envelope.tickets}
    try:
        held = connection(envelope.department.receiver_id)
        path = held.file(held.section("database_view", "mapping")["mapping"])
        return Message(envelope, elements, (path, path.stat().st_mtime_ns))
    except (Trouble, OSError) as fault:
        return Message(envelope, elements, None, type(fault).__name__)


def ask(message: Message, passage: Passage) -> Arrived:
    """
    Look the persons up, once the questions are let out.

    The connection, and that its role can only read, come before; a view that cannot be read is a
    result too.
    """
    if message.view is None:
        return Arrived(message, failure=message.failure)
    try:
        table = _standing_still(message.view) or _opened(message)
    except (DataUnreadable, MappingError, OSError) as fault:
        return Arrived(message, failure=type(fault).__name__)
    try:
        if process_clock() >= message.envelope.expires_at:
            raise KeptBack("ticket_expired")
        passage.wait()
        _look_ahead(table, message)
        found = {
            name: _looked_up(table, asked, message) for name, asked in message.elements.items()
        }
        passage.end()
    except KeptBack as kept:
        _keep(message.view, table)
        return Arrived(message, failure=kept.code)
    except (DataUnreadable, MappingError, OSError) as fault:
        table.close()
        return Arrived(message, failure=type(fault).__name__)
    _keep(message.view, table)
    return Arrived(message, found)


def read(arrived: Arrived, revoked: Collection[UUID] = ()) -> list[Received]:
    """Judge what stood there as any answer is judged, one result for each ticket."""
    message = arrived.message
    tickets = message.envelope.tickets
    if arrived.failure:
        return [Received(ticket, "NO_ANSWER", code=arrived.failure) for ticket in tickets]
    salt = token_hex(16)
    # nobody signed it: the digest tells it from others, and proves nothing
    digest = digest_of_bytes(canonical({"salt": salt, "found": dict(arrived.found)}))
    today = process_clock().astimezone(SHANGHAI).date()
    results = []
    for ticket in tickets:
        if ticket.inquiry.authorization_id in revoked:
            results.append(Received(ticket, "DISCARDED", digest=digest))
            continue
        name = str(ticket.inquiry_id)
        answer = judge(message.elements[name], [arrived.found[name]], today=today, salt=salt)
        results.append(replace(received(ticket, answer), digest=digest))
    return results


def tried(receiver: str, source: str) -> str:
    """Open a view and read in which columns it has what; say what is in the way, "" for nothing."""
    try:
        held = connection(receiver)
        _open(held.file(held.section("database_view", "mapping")["mapping"]), source).close()
    except (Trouble, DataUnreadable, MappingError, OSError) as fault:
        return str(fault) or type(fault).__name__
    return ""


def _look_ahead(table: LentTable, message: Message) -> None:
    """Ask once for all of whom the same is asked: of a household that is everybody, as a rule."""
    asked = list(message.elements.values())
    if len({each.items for each in asked}) == 1:
        people = [ResidentId.parse(each.subject_number) for each in asked]
        source = sources()[asked[0].source]
        today = process_clock().astimezone(SHANGHAI).date()
        table.look_ahead(people, readable(table.dataset(), source, asked[0].items), today)


def _looked_up(table: LentTable, asked: InquiryElement, message: Message) -> dict[str, Any]:
    """Look one person up, and write down what stands there as an answer is written."""
    if process_clock() >= message.envelope.expires_at:
        raise DataUnreadable("期限已过")
    now = process_clock()
    today: date = now.astimezone(SHANGHAI).date()
    finding = find(
        table.dataset(),
        sources()[asked.source],
        asked,
        person=ResidentId.parse(asked.subject_number),
        items=asked.items,
        today=today,
    )
    record = AnswerRecord(
        subject_name=finding.name,
        subject_number=finding.number,
        outcome=finding.outcome,
        as_of=finding.as_of,
        unit=message.envelope.department.name[:100],
        serial=f"view-{token_hex(8)}",
        records=finding.records,
    )
    written = AnswerElement(asked.reference_id, asked.source, "succ", None, record)
    return responses([written], moment_text(now))[0]


def _opened(message: Message) -> LentTable:
    """Connect to the view by its mapping."""
    assert message.view is not None
    return _open(message.view[0], message.envelope.department.source)


def _open(path: Path, source: str) -> LentTable:
    mapped = load_mapping(path)
    if mapped.database is None or mapped.source.name != source:
        raise MappingError("对照表不是这一来源的数据库视图")
    table = LentTable(mapped)
    table.dataset()
    return table


def _standing_still(view: tuple[Path, int]) -> LentTable | None:
    try:
        return _standing[view].pop()
    except IndexError:
        return None


def _keep(view: tuple[Path, int], table: LentTable) -> None:
    table.forget()
    if len(_standing[view]) < KEPT_OPEN:
        _standing[view].append(table)
    else:
        table.close()
