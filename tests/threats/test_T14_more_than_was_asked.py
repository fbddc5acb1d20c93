"""T14: a department sends more than it was asked; none of it reaches disk, log or error."""

import logging
from pathlib import Path

import pytest
from django.conf import settings

from hedui.procedure.inquiries import elements
from hedui.procedure.inquiries.acts import inquire, receive
from hedui.procedure.inquiries.connectors import https_json
from hedui.procedure.inquiries.models import Fact, Reply
from hedui.procedure.record import keys
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import process_clock, today
from hedui.wire.answering import AnswerElement, AnswerRecord, build_answer
from hedui.wire.inquiry import SearchMessage
from tests import cast
from tests.procedure.test_sealed_at_rest import dump

CANARIES = ("CANARY-7f3a91-DIAGNOSIS", "CANARY-7f3a91-PHONE")


def overdisclosed(message: elements.Message) -> bytes:
    """Answer as a department that sends its whole row."""
    inquiry = next(t.inquiry for t in message.envelope.tickets)
    element = message.elements[str(inquiry.id)]
    rows = ({"bank": "示例银行", "balance_fen": 1, "diagnosis": CANARIES[0], "phone": CANARIES[1]},)
    record = AnswerRecord(
        subject_name=element.subject_name,
        subject_number=element.subject_number,
        outcome="FOUND",
        as_of=today(),
        unit="银行",
        serial="S-1",
        records=rows,
    )
    asked = SearchMessage(
        message_id=str(message.envelope.message),
        transaction_id=str(message.envelope.message),
        sender=message.sender,
        receiver=message.envelope.department.receiver_id,
        at=process_clock(),
        elements=(),
    )
    return build_answer(
        [AnswerElement(str(inquiry.id), "bank", "succ", None, record)],
        message_id="01910baa-5d00-7000-8000-000000000009",
        request=asked,
        at=process_clock(),
        signer=keys.signer(),
    )


@pytest.mark.parametrize("shown", ["kept", "refused"])
def test_what_was_not_asked_is_nowhere(committed, caplog, shown):
    caplog.set_level(logging.DEBUG)
    commission = cast.commissioned(committed)
    envelopes = inquire(commission=commission, by=WORKER)
    envelope = next(e for e in envelopes if e.department.source == "bank")
    message = https_json.write(envelope)
    content = overdisclosed(message)
    assert all(canary.encode() in content for canary in CANARIES)
    if shown == "refused":  # the same, but nobody's signature
        content = content.replace(b'"signature":"', b'"signature":"x')
    arrived = https_json.Arrived(message, 200, content)
    assert CANARIES[0] not in repr(arrived)
    received = https_json.read(arrived)
    assert not any(canary in repr(one) for one in received for canary in CANARIES)
    receive(commission=commission, received=received, by=WORKER)
    if shown == "kept":
        reply = Reply.objects.get(
            inquiry__commission=commission, inquiry__source="bank", outcome="PARTIAL"
        )
        assert reply.excess[0]["names"] == "diagnosis、phone"
        assert Fact.objects.filter(reply=reply).count() == 1
    assert not any(canary in caplog.text for canary in CANARIES)
    kept = dump() + logs()
    assert not any(canary.encode() in kept for canary in CANARIES)


def logs() -> bytes:
    return b"".join(f.read_bytes() for f in Path(settings.DATA_DIR).rglob("*.log"))
