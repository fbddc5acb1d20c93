"""
Later 另行答复: answers that departments send us, hours after they were asked, or that we fetch.

A message is believed by its signature alone and lies sealed before it is acknowledged. What it
answers is then held against what was asked with that very ticket: each answer once; what was never
asked, was answered before or is over is counted and never attached.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from http import HTTPStatus
from uuid import UUID

from django.db import transaction
from uuid6 import uuid7

from hedui.procedure.agencies.channels import GATHERED
from hedui.procedure.agencies.models import Department
from hedui.procedure.authorizations.queries import revoked_among
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries import sealed_files
from hedui.procedure.inquiries.acts import NOTICE, Received, receive
from hedui.procedure.inquiries.connections import connection
from hedui.procedure.inquiries.connectors import https_later
from hedui.procedure.inquiries.elements import element, received, sender_of
from hedui.procedure.inquiries.models import Ticket
from hedui.procedure.record import keys
from hedui.procedure.record.actor import WORKER, Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import moment, process_clock
from hedui.wire import shapes, strict_json
from hedui.wire.checks import WireError
from hedui.wire.envelope import open_envelope
from hedui.wire.inquiry import InquiryElement
from hedui.wire.later import build_status_question, read_acknowledgement
from hedui.wire.moments import FRESHNESS, new_message_id
from hedui.wire.receiving import Answer, Rejected, parse_answer, parse_status_answer
from hedui.wire.seals import Verifier, read_publics

log = logging.getLogger(__name__)

MOST_BYTES = 1024 * 1024
CALLED_BACK_WITHIN = timedelta(minutes=10)
"""After that we ask what became of a question, and again as often."""

Kept = Callable[[Commission], object]
Answers = Mapping[str, Answer | Rejected]


class NotAdmitted(Exception):
    """Whoever calls shows no token or certificate, or another than was agreed."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a caller shows beside its message: its token, and the names its certificate carries."""

    bearer: str = ""
    names: frozenset[str] = frozenset()


def accept(body: bytes, shown: Shown) -> tuple[UUID, str]:
    """
    Take a message that a department signed, sealed, and return where it lies and its question.

    Nothing is looked up by what it says before its signature holds; what it answers is not read.

    :raises WireError: with the check that fails; NotAdmitted: not what was agreed is shown
    """
    said = strict_json.loads(body, max_bytes=MOST_BYTES)
    shapes.check("on-search", said)
    sender = said["header"]["sender_id"]
    verifier = _verifier(sender)
    open_envelope(
        body,
        shape="on-search",
        verifier=verifier,
        sender=lambda name: name == sender,
        receiver=lambda name: name.endswith("-hedui"),
        now=process_clock(),
        freshness=FRESHNESS,
    )
    agreed = connection(sender).section("https")
    expected = str(agreed.get("callback_sha256", ""))
    token = sha256(shown.bearer.removeprefix("Bearer ").encode()).hexdigest()
    if expected and not compare_digest(token, expected):
        raise NotAdmitted
    if agreed.get("callback_certificate") not in (None, *shown.names):
        raise NotAdmitted
    name = uuid7()
    sealed_files.keep(name, body)
    return name, said["message"]["correlation_id"]


def _verifier(sender: str) -> Verifier:
    found = [
        key
        for department in Department.objects.filter(receiver_id=sender)
        for key in read_publics(department.public_key, owner=sender)
    ]
    if not found:
        raise WireError("unknown_partner")
    return Verifier.of(*found)


def take_in(name: UUID, came_at: datetime, kept: Kept) -> None:
    """Take in a message that was accepted; may be run any number of times."""
    try:
        body = sealed_files.open_kept(name)
    except FileNotFoundError:  # done before
        return
    said = strict_json.loads(body, max_bytes=MOST_BYTES)
    header, message = said["header"], said["message"]
    tickets = tickets_of(message["correlation_id"], header["sender_id"])
    responses = message["search_response"]
    turned = _turned_away(responses, tickets)
    waiting = [ticket for ticket in tickets if _waits(ticket)]
    if waiting:
        rest, revoked = _apart(waiting)
        try:
            answers = parse_answer(
                body,
                request=_elements(rest),
                message_id=message["correlation_id"],
                sender=header["sender_id"],
                receiver=sender_of(waiting[0]),
                verifier=_verifier(header["sender_id"]),
                now=came_at,
            )
        except WireError as error:
            turned[error.code] += 1
        else:
            keep(rest, answers, _unread(revoked, responses), body, kept)
    if turned:
        turn_away(
            department=header["sender_id"],
            message=message["correlation_id"],
            counts=dict(turned),
            by=WORKER,
        )
    sealed_files.forget(name)


def tickets_of(message: str, receiver: str) -> list[Ticket]:
    """Return the tickets that left for a department in a message, with what an answer needs."""
    try:
        identifier = UUID(message)
    except ValueError:
        return []
    found = list(
        Ticket.objects.filter(message=identifier, inquiry__department__receiver_id=receiver)
        .exclude(inquiry__agreement__channel__in=GATHERED)
        .select_related(
            "reply",
            "inquiry__member",
            "inquiry__authorization",
            "inquiry__department",
            "inquiry__commission__case",
        )
        .order_by("id")
    )
    for ticket in found:
        inquiry = ticket.inquiry
        inquiry.member.case = inquiry.authorization.case = inquiry.commission.case
    return found


def _waits(ticket: Ticket) -> bool:
    return not hasattr(ticket, "reply") and bool(ticket.inquiry.commission.case.wrapped_key)


def _elements(tickets: Iterable[Ticket]) -> dict[str, InquiryElement]:
    return {str(ticket.inquiry_id): element(ticket) for ticket in tickets}


def _turned_away(responses: Iterable[Mapping[str, object]], tickets: list[Ticket]) -> Counter[str]:
    """Count what is never attached: never asked, answered before, over."""
    known = {str(ticket.inquiry_id): ticket for ticket in tickets}
    counts: Counter[str] = Counter()
    for response in responses:
        ticket = known.get(str(response.get("reference_id")))
        if ticket is None:
            counts["never_asked"] += 1
        elif hasattr(ticket, "reply"):
            counts["answered"] += 1
        elif not ticket.inquiry.commission.case.wrapped_key:
            counts["over"] += 1
    return counts


def _apart(waiting: list[Ticket]) -> tuple[list[Ticket], list[Ticket]]:
    """Part what may be read from what rests on an authorization revoked meanwhile."""
    revoked = revoked_among(ticket.inquiry.authorization_id for ticket in waiting)
    parted: tuple[list[Ticket], list[Ticket]] = ([], [])
    for ticket in waiting:
        parted[ticket.inquiry.authorization_id in revoked].append(ticket)
    return parted


def _unread(revoked: Iterable[Ticket], responses: Iterable[Mapping[str, object]]) -> list[Ticket]:
    """Tell to which revoked ones an answer came: of it the reference is looked at alone."""
    came = {str(one.get("reference_id")) for one in responses if one.get("status") != "pdng"}
    return [ticket for ticket in revoked if str(ticket.inquiry_id) in came]


def keep(
    waiting: list[Ticket], answers: Answers, unread: list[Ticket], message: bytes, kept: Kept
) -> None:
    """
    Keep what answers tickets of one household; what is still to come leaves them waiting.

    unread: to which an answer came that is not read; of it the digest of the message is kept
    """
    digest = f"sha256:{sha256(message).hexdigest()}"
    results = [Received(ticket, "DISCARDED", digest=digest) for ticket in unread]
    for ticket in waiting:
        answer = answers[str(ticket.inquiry_id)]
        if isinstance(answer, Rejected) and answer.status in ("pdng", "missing"):
            continue
        results.append(replace(received(ticket, answer), digest=digest))
    if results:
        commission = results[0].ticket.inquiry.commission
        with transaction.atomic():
            receive(commission=commission, received=results, by=WORKER)
            kept(commission)


@act("退回未采用的反馈", article=NOTICE, roles={Role.MACHINE})
def turn_away(*, department: str, message: str, counts: dict[str, int], by: Actor) -> None:  # noqa: ARG001
    """Record that a department sent answers that are attached to nothing, how many and why."""
    note(department=department, message=message, counts=counts)
    log.warning("%s 发来的反馈有未被采用的:%s", department, counts)


# ------------------------------------------------------------------ asking what became of it


def not_called_back() -> Iterator[tuple[UUID, Department]]:
    """
    Yield the messages that were taken, and are not answered though it is time.

    Of one that rests on revoked authorizations alone, nobody asks what became of it.
    """
    at = moment()
    waiting = (
        Ticket.objects.filter(inquiry__agreement__channel="https_later", reply=None)
        .filter(minted_at__lt=at - CALLED_BACK_WITHIN, inquiry__due_at__gt=at)
        .filter(inquiry__authorization__revoked_at=None)
        .filter(inquiry__authorization__guardianship__ended_at=None)
        .select_related("inquiry__department")
        .order_by("message")
    )
    seen: set[UUID] = set()
    for ticket in waiting:
        if ticket.message not in seen:
            seen.add(ticket.message)
            yield ticket.message, ticket.inquiry.department


def fetch(message: UUID, department: Department, kept: Kept) -> None:
    """
    Ask what became of a message, and keep the answers there are by now.

    :raises Trouble: nothing comes back; WireError: what comes back does not hold
    """
    waiting = [t for t in tickets_of(str(message), department.receiver_id) if _waits(t)]
    rest, revoked = _apart(waiting)
    if not rest:
        return
    at = process_clock()
    question_id, sender = new_message_id(at), sender_of(rest[0])
    question = build_status_question(
        "correlation_id",
        [str(message)],
        message_id=question_id,
        sender=sender,
        receiver=department.receiver_id,
        at=at,
        signer=keys.signer(),
    )
    status, content = https_later.ask_what_became(
        department.base_url, department.receiver_id, question
    )
    if status == HTTPStatus.NOT_FOUND and _is_unknown(content):
        _not_there(waiting, kept)
        return
    answers = parse_status_answer(
        content,
        request=_elements(rest),
        message_id=str(message),
        question_id=question_id,
        sender=department.receiver_id,
        receiver=sender,
        verifier=_verifier(department.receiver_id),
        now=process_clock(),
    )
    told = strict_json.loads(content)["message"]["txnstatus_response"]
    unread = _unread(revoked, told["txn_status"]["search_response"])
    keep(rest, answers, unread, content, kept)


def _is_unknown(content: bytes) -> bool:
    try:
        return read_acknowledgement(content).check == "unknown_transaction"
    except WireError:
        return False


def _not_there(waiting: list[Ticket], kept: Kept) -> None:
    """Record that a message is not there, or not any more: what it asked is asked anew."""
    commission = waiting[0].inquiry.commission
    results = [Received(ticket, "NO_ANSWER", code="unknown_transaction") for ticket in waiting]
    with transaction.atomic():
        receive(commission=commission, received=results, by=WORKER)
        kept(commission)
