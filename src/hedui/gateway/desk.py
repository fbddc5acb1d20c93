"""
Take one message over the desk: check it, answer each inquiry, record, and only then reply.
"""

import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from hedui.gateway.authority import NotPermitted, Permission, permit
from hedui.gateway.department import Department, Shown
from hedui.gateway.lookup import Finding, find, unreached
from hedui.gateway.standing import StandingUnknown
from hedui.gateway.tables import DataUnreadable
from hedui.wire.answering import AnswerElement, AnswerRecord, build_answer
from hedui.wire.counts import counted_on
from hedui.wire.envelope import MessageError
from hedui.wire.inquiry import InquiryElement, MalformedElement, SearchMessage, parse_search
from hedui.wire.moments import china_day, moment_text, new_message_id
from hedui.wire.seals import Verifier

Element = InquiryElement | MalformedElement


@dataclass(frozen=True, slots=True)
class Dealt:
    """
    What became of one inquiry: the answer to give and the entry for the record.

    is_passing: it cannot be answered now, and may be a little later
    """

    answer: AnswerElement
    entry: dict[str, Any]
    is_passing: bool = False


def answer(department: Department, body: bytes, *, shown_by: Shown = None) -> bytes:
    """
    Answer one search message.

    When this returns, the record of every inquiry in the message is on disk.

    shown_by: which partners it may be from, by the token and the certificate that came with it

    :raises MessageError: the message as a whole is refused
    :raises OSError: the record cannot be written, so that nothing may be answered
    :raises DataUnreadable: what is revoked cannot be read, so that nothing may be answered
    :raises NotNow: it has paused, is closed, or was asked too often
    """
    department.need_open()
    now = department.clock()
    verifier = department.partners.verifier()
    message = read(department, body, now=now, shown_by=shown_by)
    asked = sha256(body).digest()
    if department.questions.find(message.message_id):
        raise MessageError("replay")
    department.rate.take(message.sender, len(message.elements), now)
    if first := department.answers.find(message.message_id):
        first_asked, first_answer = first
        if not hmac.compare_digest(asked, first_asked):
            raise MessageError("replay")
        if _may_repeat(department, message, first_answer, verifier=verifier, now=now):
            entries = [_repeated(department, message, each, now) for each in message.elements]
            department.log.append(entries)
            return first_answer
    dealt = deal_with(department, message, now=now)
    reply = build_answer(
        [each.answer for each in dealt],
        message_id=new_message_id(now),
        request=message,
        at=now,
        signer=department.signer,
    )
    department.log.append([each.entry for each in dealt])
    department.answers.keep(message.message_id, asked=asked, answer=reply, at=now)
    return reply


def read(
    department: Department, body: bytes, *, now: datetime, shown_by: Shown = None
) -> SearchMessage:
    """
    Read a search message to this department, as of a moment.

    :raises MessageError: it is refused as a whole
    """
    return parse_search(
        body,
        verifier=department.partners.verifier(),
        audience=department.is_me,
        partner=lambda sender: shown_by is None or sender in shown_by,
        now=now,
        freshness=department.freshness,
    )


def deal_with(department: Department, message: SearchMessage, *, now: datetime) -> list[Dealt]:
    """
    Decide each inquiry of a message; nothing is recorded yet.

    :raises OSError, DataUnreadable: what is revoked cannot be read, so nothing may be answered
    """
    verifier = department.partners.verifier()
    return [
        _deal(department, message, element, number, verifier=verifier, now=now)
        for number, element in enumerate(message.elements, start=department.log.count + 1)
    ]


def _deal(
    department: Department,
    message: SearchMessage,
    element: Element,
    number: int,
    *,
    verifier: Verifier,
    now: datetime,
) -> Dealt:
    entry = entry_of(department, message, element, now)
    serial = f"{department.source.name}-{china_day(now):%Y%m%d}-{number:06d}"
    try:
        if isinstance(element, MalformedElement):
            raise NotPermitted("malformed_object", element.reason)
        permission = permit(department, element, sender=message.sender, verifier=verifier, at=now)
    except NotPermitted as refusal:
        source = department.source.name
        rejected = AnswerElement(element.reference_id, source, "rjct", refusal.code)
        said: dict[str, Any] = {"jti": refusal.jti, "code": refusal.code, "reason": refusal.reason}
        return Dealt(rejected, entry | said | {"decision": "refused"})
    except StandingUnknown as fault:
        assert isinstance(element, InquiryElement)
        finding = unreached(element, str(fault))
        jti = None
    else:
        finding = _find(department, element, permission, now)
        jti = permission.artefact.jti
    said = {
        "decision": "answered",
        "jti": jti,
        "items_answered": list(finding.items),
        "outcome": finding.outcome,
        "reason": finding.fault or None,
        "serial": serial,
    }
    answered = _answered(department, element, finding, serial)
    return Dealt(answered, entry | said, finding.is_passing)


def _answered(
    department: Department, asked: InquiryElement, finding: Finding, serial: str
) -> AnswerElement:
    record = AnswerRecord(
        subject_name=finding.name,
        subject_number=finding.number,
        outcome=finding.outcome,
        as_of=finding.as_of,
        unit=department.source.unit,
        serial=serial,
        records=finding.records,
    )
    return AnswerElement(asked.reference_id, department.source.name, "succ", None, record)


def _find(
    department: Department, asked: InquiryElement, permission: Permission, now: datetime
) -> Finding:
    try:
        dataset = department.data.dataset()
    except DataUnreadable as fault:
        return unreached(asked, str(fault))
    return find(
        dataset,
        department.source,
        asked,
        person=permission.person,
        items=permission.items,
        today=china_day(now),
    )


def _may_repeat(
    department: Department,
    message: SearchMessage,
    first_answer: bytes,
    *,
    verifier: Verifier,
    now: datetime,
) -> bool:
    """Tell whether all that a first answer discloses may still be disclosed."""
    responses = json.loads(first_answer)["message"]["search_response"]
    disclosed = {each["reference_id"] for each in responses if each["status"] == "succ"}
    try:
        for element in message.elements:
            if isinstance(element, InquiryElement) and element.reference_id in disclosed:
                permit(department, element, sender=message.sender, verifier=verifier, at=now)
    except (NotPermitted, StandingUnknown):
        return False
    return True


def _repeated(
    department: Department, message: SearchMessage, element: Element, now: datetime
) -> dict[str, Any]:
    return entry_of(department, message, element, now) | {"decision": "repeated"}


def entry_of(
    department: Department, message: SearchMessage, element: Element, now: datetime
) -> dict[str, Any]:
    """Begin the entry of an inquiry in the record."""
    entry: dict[str, Any] = {
        "at": moment_text(now),
        "day": counted_on(message.message_id, now).isoformat(),
        "message_id": message.message_id,
        "sender": message.sender,
        "reference_id": element.reference_id,
        "source": department.source.name,
        "jti": None,
        "purpose": None,
        "items_asked": [],
        "items_answered": [],
        "decision": None,
        "code": None,
        "reason": None,
        "outcome": None,
        "subject": None,
        "subject_masked": None,
    }
    if isinstance(element, InquiryElement):
        entry["purpose"] = element.purpose
        entry["items_asked"] = list(element.items)
        entry |= department.log.subject(element.subject_number)
    return entry
