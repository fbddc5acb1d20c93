"""
What a partner is told 答复合作方: whether somebody's household is being verified, and nothing else.

Deny by default. A partner whose agreement stands is told of a person whose number it gives, for a
programme of the agreement, in its division, and only while an authorization of that person is in
force; about everybody else it is told nothing, and cannot see why. Each person told of is an entry
in their case, which they see. What was answered before, or waits to be sent, is asked anew when it
is told: it tells no more than may be told by then.
"""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from uuid6 import uuid7

from hedui.procedure.agencies.endpoints import head
from hedui.procedure.agencies.partner_models import Partner, PartnerMessage, Subscription
from hedui.procedure.agencies.partners import ARTICLE, stands
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.authorizations.states import serving
from hedui.procedure.cases.models import Member
from hedui.procedure.cases.queries import index_of_number
from hedui.procedure.commissions.models import Commission
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment
from hedui.procedure.record.scope import PARTNERS
from hedui.procedure.reports.models import Report
from hedui.wire.moments import FRESHNESS

REGISTRY = Actor(PARTNERS, "系统", None, frozenset({Role.MACHINE}))
RECORD_TYPE = "HouseholdVerification"
NEWS = ("commissions.commission", "reports.issue")
TOLD_AGAIN_WITHIN = timedelta(days=30)
"""So long what was searched is told again to who asks what became of it."""
MOST_AGAIN = 100


@dataclass(frozen=True, slots=True)
class Question:
    """One question about one person: its reference, the person's number, the programme."""

    reference_id: str
    number: str
    programme: str


@act("告知合作方", article=ARTICLE, roles={Role.MACHINE})
def tell(*, partner: Partner, member: Member, stage: str, by: Actor) -> None:  # noqa: ARG001
    """Tell a partner that a member's household is being verified; the member sees that it was."""
    note(
        case=member.case_id,
        member=member.key,
        partner=partner.sender_id,
        told=stage,
        purpose=member.case.programme,
    )


@act("答复合作方", article=ARTICLE, roles={Role.MACHINE})
def answer(
    *,
    incoming: PartnerMessage,
    questions: Sequence[Question],
    again: Iterable[tuple[PartnerMessage, str]] = (),
    by: Actor,
) -> PartnerMessage:
    """
    Answer a partner's message, once; what each reference is told goes into `answer`.

    incoming: the message, not yet a row; `answer` holds what is answered without looking
    again: answers of before, each with its reference, that are told once more
    :raises IntegrityError: the same message came at the same time, and was first
    """
    elements = incoming.answer.get("search_response", ())
    about: dict[str, Any] = {element["reference_id"]: None for element in elements}
    told = {one.reference_id: records_of(incoming.partner, one, by=by) for one in questions}
    for one in questions:
        if told[one.reference_id]:
            about[one.reference_id] = [index_of_number(one.number), one.programme]
    for element in elements:
        if element["reference_id"] in told:
            element["data"] = {"version": "1.0.0", "reg_record_type": RECORD_TYPE}
            _show(element, told[element["reference_id"]])
    incoming.about = about | _answer_again(incoming, again, by)
    incoming.entry_id = note(partner=incoming.partner.sender_id, action=incoming.action)
    incoming.at = moment()
    incoming.save(force_insert=True)
    return incoming


def _show(element: dict[str, Any], records: list[dict[str, Any]]) -> None:
    """Put what is told into an element, on its first page."""
    page = element.get("pagination", {})
    page |= {"total_count": len(records)} if page else {}
    element["data"]["reg_records"] = records if page.get("page_number", 1) == 1 else []


def _answer_again(
    incoming: PartnerMessage, again: Iterable[tuple[PartnerMessage, str]], by: Actor
) -> dict[str, Any]:
    """Tell once more what was answered, as it stands now; return of whom, by place."""
    about = {}
    for place, (message, reference) in enumerate(again):
        element = deepcopy(_elements(message)[reference])
        if who := _who(message, reference):
            _show(element, _told(incoming.partner, *who, by))
            about[str(place)] = who
        told = incoming.answer["txnstatus_response"]["txn_status"]["search_response"]
        told.append(element)
    return about


@act("合作方订阅", article=ARTICLE, roles={Role.MACHINE})
def subscribe(
    *, incoming: PartnerMessage, subscriptions: Sequence[Subscription], by: Actor
) -> PartnerMessage:
    """Keep the subscriptions of a partner's message and its answer, both or neither."""
    entry = note(partner=incoming.partner.sender_id, codes=[s.code for s in subscriptions])
    at = moment()
    for one in subscriptions:
        one.began_at, one.entry_id = at, entry
        one.save(force_insert=True)
    return answer(incoming=incoming, questions=(), by=by)


@act("合作方退订", article=ARTICLE, roles={Role.MACHINE})
def unsubscribe(*, incoming: PartnerMessage, codes: Iterable[str], by: Actor) -> PartnerMessage:
    """End subscriptions of a partner; those that are not its own, or ended, stay as they are."""
    at = moment()
    held = list(incoming.partner.subscriptions.filter(code__in=list(codes), ended_at=None))
    note(partner=incoming.partner.sender_id, codes=[one.code for one in held])
    for one in held:
        one.ended_at = at
        one.save(update_fields=["ended_at"])
    return answer(incoming=incoming, questions=(), by=by)


@act("通知合作方", article=ARTICLE, roles={Role.MACHINE})
def notify(*, partner: Partner, by: Actor) -> int:
    """
    Look through what happened since, and keep a message for each subscription it concerns.

    Returns how many messages there are to send.
    """
    held = Partner.objects.select_for_update(of=("self",), no_key=True).get(pk=partner.pk)
    newest = head()
    entries = Entry.objects.filter(index__gt=held.cursor, index__lte=newest, act__in=NEWS)
    cases = list(entries.values_list("case", flat=True))
    concerned = Subscription.objects.filter(
        partner=held,
        ended_at=None,
        person__in=Member.objects.filter(case__in=cases, replaced=False).values("number_index"),
    )
    count = sum(_notified(held, one, by) for one in concerned)
    note(partner=held.sender_id, through=newest, messages=count)
    if newest > held.cursor:
        held.cursor = newest
        held.save(update_fields=["cursor"])
    return count


def _notified(partner: Partner, subscription: Subscription, by: Actor) -> bool:
    records = _told(partner, subscription.person, subscription.programme, by)
    if not records:
        return False
    at, identifier = moment(), uuid7()
    event = {
        "reference_id": subscription.reference_id,
        "timestamp": at.isoformat(),
        "data": {"reg_record_type": RECORD_TYPE, "reg_records": records},
    }
    PartnerMessage.objects.create(
        partner=partner,
        message_id=str(identifier),
        transaction_id=str(identifier),
        action="notify",
        asked="",
        answer={"transaction_id": str(identifier), "notify_event": [event]},
        about={subscription.reference_id: [subscription.person, subscription.programme]},
        callback=f"{partner.callback_url}/registry/notify",
        at=at,
        entry_id=note(),
    )
    return True


def records_of(partner: Partner, question: Question, *, by: Actor) -> list[dict[str, Any]]:
    """Return what a partner is told of a person: one record, or none; enter that it is told."""
    person = index_of_number(question.number)
    return _told(partner, person, question.programme, by) if person else []


def _told(partner: Partner, person: str, programme: str, by: Actor) -> list[dict[str, Any]]:
    member = _member(partner, person, programme, moment())
    if member is None:
        return []
    issued = Report.objects.filter(commission__case=member.case_id, status=Report.Status.ISSUED)
    stage = "issued" if issued.exists() else "verifying"
    tell(partner=partner, member=member, stage=stage, by=by)
    return [{"programme": programme, "stage": stage}]


def _member(partner: Partner, person: str, programme: str, at: datetime) -> Member | None:
    """Return who of that number is in an open commission, with an authorization in force."""
    if not stands(partner, at) or programme not in partner.programmes:
        return None
    live = Authorization.objects.filter(serving(at), member=OuterRef("pk"))
    open_ = Commission.objects.filter(case=OuterRef("case"), closed_at=None, purpose=programme)
    found: Member | None = (
        Member.objects.filter(
            Exists(live),
            Exists(open_),
            number_index=person,
            replaced=False,
            case__programme=programme,
            case__division__startswith=partner.division.removesuffix("00").removesuffix("00"),
        )
        .select_related("case")
        .order_by("-case__opened_at")
        .first()
    )
    return found


def waits_for(partner: Partner) -> bool:
    """Tell whether something happened since a partner's subscriptions were looked through."""
    return Entry.objects.filter(index__gt=partner.cursor, act__in=NEWS).exists()


# ------------------------------------------------------------------ what was answered


def message_of(partner: Partner, message_id: str) -> PartnerMessage | None:
    """Return the message of a partner that was answered before under this id."""
    return PartnerMessage.objects.filter(partner=partner, message_id=message_id).first()


def still_told(message: PartnerMessage) -> bool:
    """
    Take out of an answer that was kept what may not be told any more; False if that is all of it.

    The row stays as it was. Nothing is entered: that the person is told of was, when it was made.
    """
    at, elements = moment(), _elements(message)
    for key, element in elements.items():
        who = _who(message, key)
        is_told = who is not None and _member(message.partner, *who, at) is not None
        if "data" in element and not is_told:
            _show(element, [])
    return message.action != "notify" or any(e["data"]["reg_records"] for e in elements.values())


def told_once_more(message: PartnerMessage, *, by: Actor) -> PartnerMessage:
    """
    Answer a message that came before, with what may be told by now.

    One that comes again at once is the same telling; any later is another, and entered.
    """
    if moment() - message.at <= FRESHNESS:
        still_told(message)
        return message
    for key, element in _elements(message).items():
        if who := _who(message, key):
            _show(element, _told(message.partner, *who, by))
    return message


def answered_to(
    partner: Partner, attribute: str, values: Iterable[str]
) -> list[tuple[PartnerMessage, str]]:
    """
    Return the newest answers to a partner's searches, each with its reference, oldest first.

    attribute: whether they are named by transaction, by the id of the message, or by reference
    """
    wanted = set(values)
    named = {
        "transaction_id": Q(transaction_id__in=wanted),
        "correlation_id": Q(message_id__in=wanted),
        "reference_id_list": Q(about__has_any_keys=sorted(wanted)),
    }[attribute]
    since = moment() - TOLD_AGAIN_WITHIN
    own = PartnerMessage.objects.filter(
        named, partner=partner, action="search", at__gt=since, about__isnull=False
    )
    found = [
        (message, reference)
        for message in own.order_by("-at")[:MOST_AGAIN]
        for reference in reversed(_elements(message))
        if attribute != "reference_id_list" or reference in wanted
    ]
    return found[:MOST_AGAIN][::-1]


def _who(message: PartnerMessage, name: str) -> tuple[str, str] | None:
    """Return the blind index and the programme of whom an element told."""
    about: dict[str, Any] = message.about or {}
    found = about.get(name)
    return (found[0], found[1]) if found else None


def _elements(message: PartnerMessage) -> dict[str, dict[str, Any]]:
    """Return the elements of an answer that may tell of people, by their names in `about`."""
    answer = message.answer
    if "txnstatus_response" in answer:
        told = answer["txnstatus_response"]["txn_status"]["search_response"]
        return {str(place): element for place, element in enumerate(told)}
    told = answer.get("search_response", answer.get("notify_event", ()))
    return {element["reference_id"]: element for element in told}
