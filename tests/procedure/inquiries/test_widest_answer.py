"""Whatever the profile lets a department say is kept whole, and holds up no other's answer."""

from dataclasses import replace

import pytest

from hedui.catalogue import sources
from hedui.procedure.inquiries.acts import inquire, receive
from hedui.procedure.inquiries.connectors import https_json
from hedui.procedure.inquiries.elements import Message
from hedui.procedure.inquiries.models import Reply
from hedui.procedure.record import keys
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import process_clock, today
from hedui.wire.answering import AnswerElement, AnswerRecord, build_answer
from hedui.wire.inquiry import SearchMessage
from hedui.wire.moments import new_message_id
from tests import cast
from tests.procedure.test_sealed_at_rest import dump

TRUE = {"bank": "示例银行", "account_type": "current", "account_tail": "0001",
        "balance_fen": 1, "outflow_6m_fen": 0}  # fmt: skip


def asked_of_the_bank(county) -> Message:
    """Ask about a family, and return the message to its bank, which is not sent."""
    envelopes = inquire(commission=cast.commissioned(county), by=WORKER)
    return https_json.write(next(e for e in envelopes if e.department.source == "bank"))


def answered(message: Message, rows=(TRUE,), **changes) -> list[Reply]:
    """Have the bank answer about each person, keep what came, and return it."""
    at, elements = process_clock(), []
    for reference, asked in message.elements.items():
        record = AnswerRecord(
            asked.subject_name, asked.subject_number, "FOUND", today(), "银行", "S-1", tuple(rows)
        )
        said = {name: make(asked) for name, make in changes.items()}
        elements.append(AnswerElement(reference, "bank", "succ", None, replace(record, **said)))
    request = SearchMessage(
        message_id=str(message.envelope.message),
        transaction_id=str(message.envelope.message),
        sender=message.sender,
        receiver=message.envelope.department.receiver_id,
        at=at,
        elements=(),
    )
    content = build_answer(
        elements, message_id=new_message_id(at), request=request, at=at, signer=keys.signer()
    )
    arrived = https_json.Arrived(message, 200, content)
    commission = message.envelope.tickets[0].inquiry.commission
    receive(commission=commission, received=https_json.read(arrived), by=WORKER)
    kept = list(Reply.objects.filter(ticket__message=message.envelope.message))
    assert len(kept) == len(elements)
    return kept


def test_the_longest_serial_is_kept(committed):
    """PostgreSQL refused a serial of 81 characters, and with it what others had answered."""
    serial = "S" * 99
    for reply in answered(asked_of_the_bank(committed), serial=lambda _: serial):
        assert (reply.outcome, reply.serial) == ("FOUND", serial)


@pytest.mark.parametrize(
    ("unit", "is_ours"),
    [
        (lambda department: department.name, True),
        (lambda department: sources()[department.source].unit, True),
        (lambda department: f"{department.name}张三", False),
        (lambda _: "１１０１０５ １９４９１２３１ ００２Ｘ", False),
    ],
    ids=["registered", "in the catalogue", "with a name", "a number in full width"],
)
def test_of_who_answers_a_name_of_ours_is_kept_and_no_other_text(committed, unit, is_ours):
    message = asked_of_the_bank(committed)
    said = unit(message.envelope.department)
    kept = answered(message, unit=lambda _: said)
    assert {(one.outcome, one.unit) for one in kept} == {("FOUND", said if is_ours else "")}
    assert (said.encode() in dump()) == is_ours


def test_names_of_what_was_not_asked_do_not_fill_the_ledger(committed):
    """Of thousands of names, none of which the catalogue has, twenty are kept."""
    rows = [TRUE | {f"{chr(97 + n // 26)}{chr(97 + n % 26)}_{'x' * 30}{chr(97 + m)}": 0
                    for m in range(26)} for n in range(12)]  # fmt: skip
    for reply in answered(asked_of_the_bank(committed), rows):
        assert reply.outcome == "FOUND"
        names = reply.excess[0]["names"].split("、")
        assert len(names) == 21
        assert names[0] == "?"
    entry = Entry.objects.order_by("-index").first()
    assert entry is not None
    assert len(entry.content) < 10_000


@pytest.mark.parametrize(
    "written",
    [
        *[str, str.lower, lambda n: f"YH-20260101-{n}-0001"],
        *[lambda n: f"{n[:6]}-{n[6:14]}-{n[14:]}", "/".join, lambda n: f"{n[:6]}_{n[8:17]}"],
    ],
)
def test_a_number_in_a_serial_is_masked(committed, written):
    message = asked_of_the_bank(committed)
    kept = answered(message, serial=lambda asked: written(asked.subject_number))
    assert {reply.outcome for reply in kept} == {"FOUND"}
    assert all("******" in reply.serial for reply in kept)
    said = dump()
    for asked in message.elements.values():
        assert asked.subject_number[6:17].encode() not in said
