"""What a ticket asks, and what an answer to it is, whatever way they travel."""

from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any

from hedui import catalogue
from hedui.procedure.inquiries.acts import Envelope, Received
from hedui.procedure.inquiries.models import Inquiry, Ticket
from hedui.procedure.record import keys
from hedui.procedure.record.moment import process_clock
from hedui.values.periods import Period
from hedui.wire.inquiry import InquiryElement, build_search
from hedui.wire.receiving import Answer, Rejected

REFUSALS_THAT_PASS = frozenset({"err.service.unavailable", "err.request.too_many_requests"})


@dataclass(frozen=True, slots=True)
class Message:
    """An envelope's message, written and signed; elements: what it asks, by inquiry."""

    envelope: Envelope
    sender: str
    elements: dict[str, InquiryElement]
    body: bytes

    @property
    def digest(self) -> str:
        """The SHA-256 of what leaves."""
        return sha256(self.body).hexdigest()


def message_of(envelope: Envelope) -> Message:
    """Write and sign the one search message of an envelope."""
    elements = {str(t.inquiry_id): element(t) for t in envelope.tickets}
    sender = sender_of(envelope.tickets[0])
    body = build_search(
        list(elements.values()),
        message_id=str(envelope.message),
        sender=sender,
        receiver=envelope.department.receiver_id,
        at=process_clock(),
        signer=keys.signer(),
    )
    return Message(envelope, sender, elements, body)


def sender_of(ticket: Ticket) -> str:
    """Return the name under which we ask."""
    return f"{ticket.inquiry.authorization.case.division}-hedui"


def element(ticket: Ticket) -> InquiryElement:
    """Return what a ticket asks; the person is opened here, for the way out alone."""
    return replace(asked_with(ticket), consent_jws=ticket.inquiry.authorization.artefact)


def asked_with(ticket: Ticket) -> InquiryElement:
    """Return what a ticket asked, to hold an answer against; the permission stays sealed."""
    inquiry = ticket.inquiry
    person, authorization = inquiry.member.opened, inquiry.authorization
    period = Period(authorization.period_first, authorization.period_last)
    return InquiryElement(
        reference_id=str(inquiry.id),
        source=inquiry.source,
        subject_name=person["name"],
        subject_number=person["id_number"],
        items=tuple(inquiry.items),
        period=period,
        as_of=period.last,
        purpose=inquiry.purpose,
        consent_jws="",
    )


def received(ticket: Ticket, answer: Answer | Rejected) -> Received:
    """Return what was judged of an answer as it is kept."""
    if isinstance(answer, Rejected):
        outcome = {"rjct": "REFUSED", "pdng": "UNAVAILABLE"}.get(answer.status, "UNREADABLE")
        if answer.code in REFUSALS_THAT_PASS:
            outcome = "UNAVAILABLE"
        return Received(ticket, outcome, code=answer.code)
    return Received(
        ticket,
        answer.outcome,
        match=answer.match,
        as_of=answer.as_of,
        serial=answer.serial,
        unit=_unit(answer.unit, ticket.inquiry),
        rows=tuple(_plain(row) for row in answer.records),
        excess=_excess(answer),
    )


def _unit(said: str, inquiry: Inquiry) -> str:
    """
    Return who answers, if that is a name of ours for them; nothing of any other.

    It is kept in clear, and free text could say all that is sealed. Where it is empty lists and
    reports name the department as it is registered.
    """
    known = catalogue.sources()[inquiry.source].unit
    return said if said in (known, inquiry.department.name) else ""


def _plain(row: Any) -> dict[str, Any]:
    """Write a row's dates as text, so that it can be sealed as JSON."""
    return {
        name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()
    }


def _excess(answer: Answer) -> tuple[dict[str, str], ...]:
    if answer.excess is None:
        return ()
    return (
        {
            "names": "、".join(answer.excess.names),
            "rows": str(answer.excess.rows),
            "digest": answer.excess.digest,
        },
    )
