"""
Answer later (异步答复): acknowledge a message, and say what became of it when asked.

The question and the answer are those of the other modules; here is what stands between them.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hedui.wire import shapes, strict_json
from hedui.wire.answering import AnswerElement, responses
from hedui.wire.envelope import LOCALE, header_of, open_envelope, seal
from hedui.wire.moments import FRESHNESS, moment_text
from hedui.wire.seals import Signer, Verifier


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """
    What the other side said at once: taken, or why not.

    code, check: DCI's code and the check's, both empty if it was taken
    """

    is_taken: bool
    correlation_id: str
    code: str = ""
    check: str = ""


@dataclass(frozen=True, slots=True)
class StatusQuestion:
    """
    What became of a search message (状态查询)?

    attribute: `transaction_id`, `correlation_id` (the message's id), or `reference_id_list`
    values: one id, or those of inquiries of one message
    """

    message_id: str
    transaction_id: str
    sender: str
    receiver: str
    attribute: str
    values: tuple[str, ...]


def acknowledge(correlation_id: str, at: datetime) -> bytes:
    """Say that a message was taken; `correlation_id` is the message's id."""
    said = {"ack_status": "ACK", "timestamp": moment_text(at), "correlation_id": correlation_id}
    return _json({"message": said})


def refuse(check: str, code: str, reason: str, at: datetime) -> bytes:
    """Say why a message was not taken, by the check's code and by DCI's."""
    said = {"ack_status": "ERR", "timestamp": moment_text(at), "correlation_id": ""}
    error = {"code": code, "check": check, "message": reason}
    return _json({"message": said | {"error": error}})


def read_acknowledgement(body: bytes) -> Acknowledgement:
    """
    Read what came back at once.

    :raises WireError: it is no acknowledgement
    """
    said = strict_json.loads(body, max_bytes=64 * 1024)
    shapes.check("ack", said)
    message = said["message"]
    error = message.get("error", {})
    return Acknowledgement(
        message["ack_status"] == "ACK",
        message["correlation_id"],
        error.get("code", ""),
        error.get("check", ""),
    )


def build_status_question(
    attribute: str,
    values: Sequence[str],
    *,
    message_id: str,
    sender: str,
    receiver: str,
    at: datetime,
    signer: Signer,
) -> bytes:
    """
    Build and sign the question what became of a message.

    :raises WireError: what would be sent does not meet the published schema
    """
    header = header_of(
        "txn-status",
        message_id=message_id,
        sender=sender,
        receiver=receiver,
        moment=moment_text(at),
        total=1,
    )
    asked = {
        "reference_id": message_id,
        "txn_type": "search",
        "attribute_type": attribute,
        "attribute_value": list(values) if attribute == "reference_id_list" else values[0],
        "locale": LOCALE,
    }
    message = {"transaction_id": message_id, "txnstatus_request": asked}
    shapes.check("txn-status", {"signature": "a..a", "header": header, "message": message})
    return seal(header, message, signer)


def parse_status_question(
    body: bytes,
    *,
    verifier: Verifier,
    audience: Callable[[str], bool],
    now: datetime,
    partner: Callable[[str], bool] = lambda _sender: True,
    freshness: timedelta = FRESHNESS,
) -> StatusQuestion:
    """
    Read a question what became of a message.

    :raises MessageError: with the code of the first check that fails
    """
    envelope = open_envelope(
        body,
        shape="txn-status",
        verifier=verifier,
        sender=partner,
        receiver=audience,
        now=now,
        freshness=freshness,
    )
    header, message = envelope["header"], envelope["message"]
    value = message["txnstatus_request"]["attribute_value"]
    return StatusQuestion(
        message_id=header["message_id"],
        transaction_id=message["transaction_id"],
        sender=header["sender_id"],
        receiver=header["receiver_id"],
        attribute=message["txnstatus_request"]["attribute_type"],
        values=(value,) if isinstance(value, str) else tuple(value),
    )


def build_status_answer(
    elements: Sequence[AnswerElement],
    *,
    transaction_id: str,
    correlation_id: str,
    message_id: str,
    question: StatusQuestion,
    at: datetime,
    signer: Signer,
) -> bytes:
    """
    Build and sign what became of a message: its inquiries, answered (`succ`) or not yet (`pdng`).

    transaction_id, correlation_id: of the search message that was asked about
    """
    moment = moment_text(at)
    header = header_of(
        "txn-on-status",
        message_id=message_id,
        sender=question.receiver,
        receiver=question.sender,
        moment=moment,
        total=len(elements),
    )
    header |= {
        "status": "succ",
        "completed_count": sum(element.status != "pdng" for element in elements),
    }
    status = {
        "transaction_id": transaction_id,
        "correlation_id": correlation_id,
        "search_response": responses(elements, moment),
    }
    message = {
        "transaction_id": question.transaction_id,
        "correlation_id": question.message_id,
        "txnstatus_response": {"txn_type": "on-search", "txn_status": status},
    }
    return seal(header, message, signer)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
