"""What partners' messages ask, element by element, and what is answered without looking."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import uuid4

from hedui.procedure.agencies.partner_models import Partner, PartnerMessage, Subscription
from hedui.procedure.cases.queries import index_of_number
from hedui.procedure.record.moment import moment, process_clock
from hedui.procedure.record.sealing import blind
from hedui.procedure.reports import telling
from hedui.procedure.reports.telling import REGISTRY, Question
from hedui.wire.canonical import canonical
from hedui.wire.moments import moment_text

NUMBERS = frozenset({"UIN", "NIN", "RESIDENT_ID"})
CALLBACKS = {
    "Search": "/registry/on-search",
    "Subscribe": "/registry/on-subscribe",
    "Unsubscribe": "/registry/on-unsubscribe",
    "Status": "/registry/txn/on-status",
}
ONE_BY_ONE = "只按公民身份号码(idtype-value)逐人答复。"
NOT_AGREED = "协议不包括这个救助项目,或者没有写明 authorize.purpose.code。"


class Refused(Exception):
    """A message that is not taken. code: as DCI names it; envelope: of which the id is repeated."""

    def __init__(self, status: int, code: str, message: str, envelope: Any = None) -> None:
        super().__init__(code)
        self.status, self.code, self.message = int(status), code, message
        header = envelope.get("header") if isinstance(envelope, dict) else None
        named = header.get("message_id") if isinstance(header, dict) else None
        self.correlation = named[:99] if isinstance(named, str) else ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message that passed every check of a whole message. name: of its schema."""

    partner: Partner
    name: str
    envelope: dict[str, Any]

    @property
    def header(self) -> dict[str, Any]:
        """Return its header."""
        header: dict[str, Any] = self.envelope["header"]
        return header

    @property
    def message(self) -> dict[str, Any]:
        """Return what it asks."""
        message: dict[str, Any] = self.envelope["message"]
        return message


def ours(partner: Partner) -> str:
    """Return our own id, as a partner addresses us."""
    return f"{partner.division}-hedui"


def answered(incoming: Incoming, *, is_now: bool) -> PartnerMessage:
    """
    Answer a message, or return what it was answered before.

    :raises Refused: another message came under the same id, or its parts do not fit together
    """
    asked = blind(sha256(canonical(incoming.message)).hexdigest())
    before = telling.message_of(incoming.partner, incoming.header["message_id"])
    if before is not None:
        is_other = before.asked != asked or before.action != incoming.header["action"]
        if is_other or (is_now and before.about is None):  # a row of before that was kept
            said = "这个 message_id 已经用于另一报文。"
            raise Refused(409, "rjct.message_id.duplicate", said, incoming.envelope)
        return telling.told_once_more(before, by=REGISTRY) if is_now else before
    row = PartnerMessage(
        partner=incoming.partner,
        message_id=incoming.header["message_id"],
        transaction_id=incoming.message["transaction_id"],
        action=incoming.header["action"],
        asked=asked,
        answer={
            "transaction_id": incoming.message["transaction_id"],
            "correlation_id": incoming.header["message_id"],
        },
        callback="" if is_now else _callback(incoming),
        sent_at=moment() if is_now else None,
    )
    return _DOES[incoming.name](incoming, row)


def _callback(incoming: Incoming) -> str:
    """Return where the answer goes: below the address that was agreed, and nowhere else."""
    agreed = incoming.partner.callback_url
    wanted = incoming.header.get("sender_uri") or agreed + CALLBACKS[incoming.name]
    if wanted == agreed:
        return agreed + CALLBACKS[incoming.name]
    if wanted != agreed + CALLBACKS[incoming.name]:
        said = "sender_uri 不在协议登记的回调地址之下。"
        raise Refused(400, "err.sender_uri.invalid", said, incoming.envelope)
    return str(wanted)


def _counted(incoming: Incoming, elements: list[dict[str, Any]]) -> None:
    if incoming.header["total_count"] != len(elements):
        said = "total_count 与项数不符。"
        raise Refused(400, "rjct.total_count.invalid", said, incoming.envelope)
    if len({one["reference_id"] for one in elements}) != len(elements):
        said = "reference_id 重复。"
        raise Refused(400, "rjct.reference_id.duplicate", said, incoming.envelope)


def _search(incoming: Incoming, row: PartnerMessage) -> PartnerMessage:
    elements = incoming.message["search_request"]
    _counted(incoming, elements)
    responses, questions = [], []
    for element in elements:
        criteria = element["search_criteria"]
        response = _begun(element)
        asked = _question(incoming.partner, element["reference_id"], criteria, "query")
        if isinstance(asked, Question):
            questions.append(asked)
            page = criteria.get("pagination") or element.get("pagination")
            if page:
                response["pagination"] = {"page_number": 1} | page | {"total_count": 0}
        else:
            response |= _rejected(*asked)
        responses.append(response)
    row.answer["search_response"] = responses
    return telling.answer(incoming=row, questions=questions, by=REGISTRY)


def _question(
    partner: Partner, reference: str, criteria: dict[str, Any], field: str
) -> Question | tuple[str, str]:
    """Return what one element asks, or the code and the reason why it is not answered."""
    kind = criteria.get("query_type", criteria.get("filter_type", "idtype-value"))
    query = criteria[field]
    if kind != "idtype-value" or not isinstance(query, dict):
        return "rjct.search_criteria.invalid", ONE_BY_ONE
    number = query.get("value")
    if query.get("type") not in NUMBERS or not isinstance(number, str):
        return "rjct.filter.invalid", ONE_BY_ONE
    only = partner.programmes[0] if len(partner.programmes) == 1 else ""
    purpose = criteria.get("authorize", {}).get("purpose", {}).get("code", only)
    if purpose not in partner.programmes:
        return "rjct.search_criteria.invalid", NOT_AGREED
    return Question(reference, number, purpose)


def _begun(element: dict[str, Any]) -> dict[str, Any]:
    begun = {
        "reference_id": element["reference_id"],
        "timestamp": moment_text(process_clock()),
        "status": "succ",
    }
    return begun | ({"locale": element["locale"]} if "locale" in element else {})


def _rejected(code: str, reason: str) -> dict[str, str]:
    return {"status": "rjct", "status_reason_code": code, "status_reason_message": reason}


def _subscribe(incoming: Incoming, row: PartnerMessage) -> PartnerMessage:
    elements = incoming.message["subscribe_request"]
    _counted(incoming, elements)
    responses: list[dict[str, Any]] = []
    subscriptions: list[Subscription] = []
    for element in elements:
        response = _begun(element)
        made = _subscription(incoming.partner, element, subscriptions)
        if isinstance(made, Subscription):
            subscriptions.append(made)
            told = {"code": made.code, "status": "subscribe", "timestamp": response["timestamp"]}
            response["subscriptions"] = [told]
        else:
            response |= _rejected(*made)
        responses.append(response)
    row.answer["subscribe_response"] = responses
    return telling.subscribe(incoming=row, subscriptions=subscriptions, by=REGISTRY)


def _subscription(
    partner: Partner, element: dict[str, Any], beside: list[Subscription]
) -> Subscription | tuple[str, str]:
    """Return the subscription that one element asks for. beside: others of the same message"""
    criteria = element["subscribe_criteria"]
    asked = _question(partner, element["reference_id"], criteria, "filter")
    if not isinstance(asked, Question):
        return "rjct.notify_details.invalid", asked[1]
    person = index_of_number(asked.number)
    if person is None:
        return "rjct.person_id.invalid", "公民身份号码不正确。"
    standing = partner.subscriptions.filter(person=person, programme=asked.programme, ended_at=None)
    same = any((one.person, one.programme) == (person, asked.programme) for one in beside)
    if same or standing.exists():
        return "rjct.event.already_subscribed", "已经订阅过。"
    return Subscription(
        partner=partner,
        code=uuid4().hex,
        person=person,
        programme=asked.programme,
        reference_id=asked.reference_id,
    )


def _unsubscribe(incoming: Incoming, row: PartnerMessage) -> PartnerMessage:
    codes = incoming.message["subscription_codes"]
    held = incoming.partner.subscriptions.filter(code__in=codes, ended_at=None)
    known = sorted(held.values_list("code", flat=True))
    answer = {"timestamp": moment_text(process_clock()), "status": "succ"}
    if not known:
        answer |= _rejected("rjct.subscription_code.invalid", "没有这些订阅,或者已经退订。")
    ended = [{"code": code, "status": "unsubscribe"} for code in known]
    row.answer |= answer | {"subscription_status": ended}
    return telling.unsubscribe(incoming=row, codes=known, by=REGISTRY)


def _status(incoming: Incoming, row: PartnerMessage) -> PartnerMessage:
    asked = incoming.message["txnstatus_request"]
    if asked["txn_type"] != "search":
        said = "只答复 search 的下落(txn_type)。"
        raise Refused(400, "err.request.bad", said, incoming.envelope)
    value = asked["attribute_value"]
    values = value if isinstance(value, list) else [value]
    found = telling.answered_to(incoming.partner, asked["attribute_type"], values)
    newest = found[-1][0] if found else row
    told = {
        "transaction_id": newest.transaction_id,
        "correlation_id": newest.message_id,
        "search_response": [],
    }
    row.answer["txnstatus_response"] = {"txn_type": asked["txn_type"], "txn_status": told}
    return telling.answer(incoming=row, questions=(), again=found, by=REGISTRY)


_DOES = {
    "Search": _search,
    "Subscribe": _subscribe,
    "Unsubscribe": _unsubscribe,
    "Status": _status,
}
