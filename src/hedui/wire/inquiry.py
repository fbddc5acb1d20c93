"""
Build and parse the search message that carries inquiries (查询报文).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from hedui.values.periods import Period, PeriodError
from hedui.wire import shapes
from hedui.wire.checks import WireError
from hedui.wire.envelope import (
    LOCALE,
    RECORD_TYPE,
    VERSION,
    MessageError,
    header_of,
    open_envelope,
    seal,
)
from hedui.wire.moments import FRESHNESS, moment_text, read_day, read_moment
from hedui.wire.seals import Signer, Verifier

QUERY_TYPE = "ns:hedui:QueryType:HouseholdEconomy"


@dataclass(frozen=True, slots=True)
class InquiryElement:
    """
    One inquiry (查询): one person, one source, the items asked, under one authorization.

    subject_number: the eighteen characters, in clear for the only time
    items: full names, `bank.balance_fen`
    as_of: the day about which is asked; the source answers with its own
    purpose: the programme
    """

    reference_id: str
    source: str
    subject_name: str = field(repr=False)
    subject_number: str = field(repr=False)
    items: tuple[str, ...]
    period: Period
    as_of: date
    purpose: str
    consent_jws: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MalformedElement:
    """An element that cannot be read; it is refused, and the others are answered."""

    reference_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class SearchMessage:
    """
    A search message whose envelope has passed every check.

    sender_uri: where the sender would have its answer sent, if it comes later
    """

    message_id: str
    transaction_id: str
    sender: str
    receiver: str
    at: datetime
    elements: tuple[InquiryElement | MalformedElement, ...]
    sender_uri: str | None = None


def build_search(
    elements: Sequence[InquiryElement],
    *,
    message_id: str,
    sender: str,
    receiver: str,
    at: datetime,
    signer: Signer,
) -> bytes:
    """
    Build and sign the message that asks one department.

    sender, receiver: `310101-hedui`, `310101-bank`

    :raises WireError: what would be sent does not meet the published schemas
    """
    moment = moment_text(at)
    header = header_of(
        "search",
        message_id=message_id,
        sender=sender,
        receiver=receiver,
        moment=moment,
        total=len(elements),
    )
    requests = [_request(element, moment) for element in elements]
    for request in requests:
        shapes.check("inquiry", request)
    message = {"transaction_id": message_id, "search_request": requests}
    shapes.check("search", {"signature": "a..a", "header": header, "message": message})
    return seal(header, message, signer)


def parse_search(
    body: bytes,
    *,
    verifier: Verifier,
    audience: Callable[[str], bool],
    now: datetime,
    partner: Callable[[str], bool] = lambda _sender: True,
    freshness: timedelta = FRESHNESS,
) -> SearchMessage:
    """
    Read a search message, refusing it as a whole or keeping a bad element apart.

    audience: tells whether a receiver id is our own

    :raises MessageError: with the code of the first check that fails
    """
    envelope = open_envelope(
        body,
        shape="search",
        verifier=verifier,
        sender=partner,
        receiver=audience,
        now=now,
        freshness=freshness,
    )
    header, message = envelope["header"], envelope["message"]
    requests = message["search_request"]
    if header["total_count"] != len(requests):
        raise MessageError("malformed_object", "total_count 与查询数不符")
    if len({request["reference_id"] for request in requests}) != len(requests):
        raise MessageError("malformed_object", "reference_id 重复")
    return SearchMessage(
        message_id=header["message_id"],
        transaction_id=message["transaction_id"],
        sender=header["sender_id"],
        receiver=header["receiver_id"],
        at=read_moment(header["message_ts"]),
        elements=tuple(map(_element, requests)),
        sender_uri=header.get("sender_uri"),
    )


def _request(element: InquiryElement, moment: str) -> dict[str, Any]:
    value = {
        "subject": {"name": element.subject_name, "id_number": element.subject_number},
        "items": list(element.items),
        "period": {
            "from": element.period.first.isoformat(),
            "to": element.period.last.isoformat(),
        },
        "as_of": element.as_of.isoformat(),
    }
    return {
        "reference_id": element.reference_id,
        "timestamp": moment,
        "locale": LOCALE,
        "search_criteria": {
            "version": VERSION,
            "reg_type": element.source,
            "reg_record_type": RECORD_TYPE,
            "query_type": "expression",
            "query": {"type": QUERY_TYPE, "value": value},
            "authorize": {
                "ts": moment,
                "purpose": {"code": element.purpose},
                "consent_jws": element.consent_jws,
            },
        },
    }


def _element(request: dict[str, Any]) -> InquiryElement | MalformedElement:
    try:
        shapes.check("inquiry", request)
        criteria = request["search_criteria"]
        asked = criteria["query"]["value"]
        return InquiryElement(
            reference_id=request["reference_id"],
            source=criteria["reg_type"],
            subject_name=asked["subject"]["name"],
            subject_number=asked["subject"]["id_number"],
            items=tuple(asked["items"]),
            period=Period(read_day(asked["period"]["from"]), read_day(asked["period"]["to"])),
            as_of=read_day(asked["as_of"]),
            purpose=criteria["authorize"]["purpose"]["code"],
            consent_jws=criteria["authorize"]["consent_jws"],
        )
    except WireError as error:
        return MalformedElement(request["reference_id"], error.reason)
    except PeriodError:
        return MalformedElement(request["reference_id"], "期间的截止日早于起始日")
