"""
Answer later: take a question, answer it when the department is open, post the answer (异步答复).

A question is on disk before it is acknowledged, and every attempt is made anew: checks, data,
signature. So nothing is answered that may not be answered any more, and no answer lies about.
"""

import hmac
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from hedui.gateway.calling import Unreached, call
from hedui.gateway.department import Department, Shown
from hedui.gateway.desk import Dealt, deal_with, entry_of, read
from hedui.gateway.limits import NotNow
from hedui.gateway.questions import Question
from hedui.gateway.settings import Contact
from hedui.gateway.tables import DataUnreadable
from hedui.wire.answering import AnswerElement, build_answer
from hedui.wire.checks import WireError
from hedui.wire.envelope import MessageError
from hedui.wire.inquiry import SearchMessage
from hedui.wire.later import (
    StatusQuestion,
    acknowledge,
    build_status_answer,
    parse_status_question,
    read_acknowledgement,
)
from hedui.wire.moments import new_message_id
from hedui.wire.seals import KeyFileError

SECONDS = 20.0
NOT_CALLED = timedelta(days=366)
GONE = 410
_log = logging.getLogger(__name__)


class NoSuch(Exception):
    """There is nothing to tell of a message: it never came, was answered, or is past its end."""


class WrongAddress(Exception):
    """An answer is wanted at another address than the department noted."""


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer that is recorded and signed, to be posted."""

    question: Question
    contact: Contact
    body: bytes


def take(department: Department, body: bytes, *, shown_by: Shown = None) -> bytes:
    """
    Take a search message to be answered later, and return its acknowledgement.

    When this returns, the question is on disk, and so is that it came. The same message again is
    acknowledged again.

    :raises MessageError: it is refused as a whole
    :raises WrongAddress: it wants its answer at an address that was not noted
    :raises NotNow: the partner asks too often
    """
    now = department.clock()
    message = read(department, body, now=now, shown_by=shown_by)
    contact = department.contacts.get(message.sender, Contact())
    if message.sender_uri not in (None, contact.callback):
        raise WrongAddress
    asked = sha256(body).digest()
    if known := department.questions.find(message.message_id):
        if not hmac.compare_digest(asked, known.asked):
            raise MessageError("replay")
        return acknowledge(message.message_id, now)
    if department.answers.find(message.message_id):
        raise MessageError("replay")
    department.rate.take(message.sender, len(message.elements), now)
    department.log.append(
        [
            entry_of(department, message, element, now) | {"decision": "received"}
            for element in message.elements
        ]
    )
    department.questions.keep(
        message_id=message.message_id,
        transaction_id=message.transaction_id,
        sender=message.sender,
        asked=asked,
        body=body,
        at=now,
    )
    return acknowledge(message.message_id, now)


def due(department: Department, *, most: int = 20) -> list[Ready]:
    """
    Make ready the answers whose time has come; while the department is closed there are none.

    What is past its end is given up, and recorded so.
    """
    now = department.clock()
    give_up(department, now)
    try:
        department.need_open()
    except (NotNow, OSError):
        return []
    ready = []
    for question in department.questions.due(now, most=most):
        contact = department.contacts.get(question.sender, Contact())
        if contact.callback is None:
            # it waits to be fetched
            department.questions.wait_for(question, now + NOT_CALLED)
        elif body := _answer(department, question, now):
            ready.append(Ready(question, contact, body))
        else:
            department.questions.put_off(question, now)
    return ready


def post(ready: Ready) -> str:
    """Post an answer; return `delivered`, `gone` where it is not wanted any more, or `failed`."""
    assert ready.contact.callback is not None
    try:
        heard = call(ready.contact, ready.contact.callback, ready.body, seconds=SECONDS)
        if heard.status == GONE:
            return "gone"
        said = read_acknowledgement(heard.content)
    except (Unreached, WireError) as fault:
        _log.warning("a later answer was not taken: %s", type(fault).__name__)
        return "failed"
    is_meant = said.is_taken and said.correlation_id == ready.question.message_id
    return "delivered" if heard.status == 200 and is_meant else "failed"


def settle(department: Department, ready: Ready, became: str) -> None:
    """Note what became of an answer that was posted."""
    if became == "failed":
        department.questions.put_off(ready.question, department.clock())
    else:
        department.questions.erase(ready.question)


def tell(department: Department, body: bytes, *, shown_by: Shown = None) -> bytes:
    """
    Answer what became of a message; what can be answered now is.

    :raises MessageError: the question is refused
    :raises NoSuch: there is nothing to tell
    :raises OSError, DataUnreadable, KeyFileError: nothing can be answered now
    """
    now = department.clock()
    question = parse_status_question(
        body,
        verifier=department.partners.verifier(),
        audience=department.is_me,
        partner=lambda sender: shown_by is None or sender in shown_by,
        now=now,
        freshness=department.freshness,
    )
    kept, message = _meant(department, question)
    elements = _told(department, question, message, now)
    return build_status_answer(
        elements,
        transaction_id=kept.transaction_id,
        correlation_id=kept.message_id,
        message_id=new_message_id(now),
        question=question,
        at=now,
        signer=department.signer,
    )


def give_up(department: Department, now: datetime) -> None:
    """Erase what is past its end, and record that it was not answered."""
    for question in department.questions.forget(now):
        try:
            message = read(department, question.body, now=question.received)
        except MessageError:
            continue
        _record(department, message, [{"decision": "given_up"}] * len(message.elements), now)


def _answer(department: Department, question: Question, now: datetime) -> bytes | None:
    """Decide, record and sign; None if that cannot be done now."""
    try:
        message = read(department, question.body, now=question.received)
        dealt = deal_with(department, message, now=now)
        if any(each.is_passing for each in dealt):
            return None  # whoever can wait for days need not be told that it cannot be told now
        reply = build_answer(
            [each.answer for each in dealt],
            message_id=new_message_id(now),
            request=message,
            at=now,
            signer=department.signer,
        )
        _record_dealt(department, dealt)
    except (MessageError, DataUnreadable, KeyFileError, OSError) as fault:
        _log.error("cannot answer later: %s", type(fault).__name__)
        return None
    return reply


def _meant(department: Department, question: StatusQuestion) -> tuple[Question, SearchMessage]:
    """Find the message that is asked about, among the asker's own."""
    questions = department.questions
    if question.attribute == "reference_id_list":
        candidates = questions.open_of(question.sender)
    elif question.attribute == "transaction_id":
        candidates = questions.of(question.sender, transaction_id=question.values[0])
    else:
        found = questions.find(question.values[0])
        candidates = [found] if found and found.body and found.sender == question.sender else []
    wanted = set(question.values)
    for kept in candidates:
        message = read(department, kept.body, now=kept.received)
        names = {element.reference_id for element in message.elements}
        if question.attribute != "reference_id_list" or wanted & names:
            return kept, message
    raise NoSuch


def _told(
    department: Department, question: StatusQuestion, message: SearchMessage, now: datetime
) -> list[AnswerElement]:
    source = department.source.name
    is_list = question.attribute == "reference_id_list"
    wanted = set(question.values) if is_list else {e.reference_id for e in message.elements}
    known = [element for element in message.elements if element.reference_id in wanted]
    unknown = wanted - {element.reference_id for element in known}
    refused = [
        AnswerElement(name, source, "rjct", "rjct.reference_id.invalid") for name in sorted(unknown)
    ]
    try:
        department.need_open()
        department.rate.take(message.sender, len(known), now)
    except NotNow:
        return [AnswerElement(e.reference_id, source, "pdng") for e in known] + refused
    part = SearchMessage(
        message.message_id,
        message.transaction_id,
        message.sender,
        message.receiver,
        message.at,
        tuple(known),
    )
    dealt = deal_with(department, part, now=now)
    _record_dealt(department, [each for each in dealt if not each.is_passing])
    told = [
        AnswerElement(each.answer.reference_id, source, "pdng") if each.is_passing else each.answer
        for each in dealt
    ]
    return told + refused


def _record_dealt(department: Department, dealt: list[Dealt]) -> None:
    # what came was counted when it came
    department.log.append([each.entry | {"day": None} for each in dealt])


def _record(
    department: Department, message: SearchMessage, said: list[dict[str, str]], now: datetime
) -> None:
    department.log.append(
        [
            entry_of(department, message, element, now) | {"day": None} | each
            for element, each in zip(message.elements, said, strict=True)
        ]
    )
