"""
Build the answer message that a department sends back (反馈报文).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, get_args

from hedui.catalogue import ItemValue
from hedui.wire.checks import CHECKS
from hedui.wire.envelope import LOCALE, RECORD_TYPE, VERSION, header_of, seal
from hedui.wire.inquiry import SearchMessage
from hedui.wire.moments import moment_text
from hedui.wire.seals import Signer

Outcome = Literal[
    "FOUND", "NOT_FOUND", "MULTIPLE", "NAME_MISMATCH", "UNAVAILABLE", "REFUSED", "PARTIAL"
]
OUTCOMES: tuple[str, ...] = get_args(Outcome)


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """
    What a department knows of one person in the scope asked.

    subject_name, subject_number: as the department has them written, so that the asker can
        tell that it is the same person; as asked where there is nothing of this person
    as_of: the day as of which this is true; None if nothing can be said (`UNAVAILABLE`)
    unit, serial: who answers, and under which number of its own
    records: rows of item name (without the source) to value; only for FOUND and PARTIAL
    """

    subject_name: str = field(repr=False)
    subject_number: str = field(repr=False)
    outcome: Outcome
    as_of: date | None
    unit: str
    serial: str
    records: tuple[Mapping[str, ItemValue], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class AnswerElement:
    """One inquiry answered (`succ`), put off (`pdng`), or refused with a code (`rjct`)."""

    reference_id: str
    source: str
    status: Literal["succ", "pdng", "rjct"]
    reason_code: str | None = None
    record: AnswerRecord | None = None


def build_answer(
    elements: Sequence[AnswerElement],
    *,
    message_id: str,
    request: SearchMessage,
    at: datetime,
    signer: Signer,
) -> bytes:
    """Build and sign the answer to a search message; it names the message that it answers."""
    moment = moment_text(at)
    header = header_of(
        "on-search",
        message_id=message_id,
        sender=request.receiver,
        receiver=request.sender,
        moment=moment,
        total=len(elements),
    )
    header |= {
        "status": "succ",
        "completed_count": sum(element.status != "pdng" for element in elements),
    }
    message = {
        "transaction_id": request.transaction_id,
        "correlation_id": request.message_id,
        "search_response": responses(elements, moment),
    }
    return seal(header, message, signer)


def responses(elements: Sequence[AnswerElement], moment: str) -> list[dict[str, Any]]:
    """Write the elements of an answer."""
    return [_response(element, moment) for element in elements]


def _response(element: AnswerElement, moment: str) -> dict[str, Any]:
    response: dict[str, Any] = {
        "reference_id": element.reference_id,
        "timestamp": moment,
        "status": element.status,
        "locale": LOCALE,
    }
    if element.reason_code:
        response["status_reason_code"] = element.reason_code
        if element.reason_code in CHECKS:
            response["status_reason_message"] = CHECKS[element.reason_code].label
    if element.record:
        response["data"] = {
            "version": VERSION,
            "reg_type": element.source,
            "reg_record_type": RECORD_TYPE,
            "reg_records": [_record(element.record)],
        }
    return response


def _record(record: AnswerRecord) -> dict[str, Any]:
    return {
        "subject": {"name": record.subject_name, "id_number": record.subject_number},
        "outcome": record.outcome,
        "as_of": record.as_of and record.as_of.isoformat(),
        "unit": record.unit,
        "serial": record.serial,
        "records": [dict(row) for row in record.records],
    }
