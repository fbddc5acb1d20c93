"""
Read what a department answered, strictly (接收反馈).

This is where another's data enters. The message must be signed by the department that was
asked and must answer the very message that was sent. Then each element is judged by itself:
it is about the person asked, or it is put in quarantine; every value is what the catalogue
says, or the element is unreadable; what was not asked is dropped here, before anything is
returned, and only its names and a digest remain. Nothing is guessed and nothing is repaired.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, get_args

from hedui.catalogue import FIRST_YEAR, ItemValue, ItemValueError, Source, item, sources
from hedui.values.identity import Match, match_identity
from hedui.values.resident_id import ResidentId, is_number, mask
from hedui.wire import shapes
from hedui.wire.answering import Outcome
from hedui.wire.canonical import digest
from hedui.wire.checks import CHECKS, REASONS, WireError
from hedui.wire.dated import falls_within
from hedui.wire.envelope import MessageError, open_envelope
from hedui.wire.inquiry import InquiryElement
from hedui.wire.moments import FRESHNESS, china_day, read_day
from hedui.wire.seals import Verifier

RejectedStatus = Literal["rjct", "pdng", "unreadable", "quarantined", "missing"]
REJECTED_STATUSES: tuple[str, ...] = get_args(RejectedStatus)

# Of a name that nobody here gave, digits are not kept: they could be somebody's number.
_ITEM_NAME = re.compile(r"[a-z][a-z_]{0,39}")
MOST_NAMES = 20
"""So many names of what was not asked are kept; whoever sends thousands writes no book with us."""

# Overlapping, for a number may stand within a longer one; its digits may stand apart.
_APART = r"[^0-9A-Za-z]*"
_LIKE_A_NUMBER = re.compile(rf"(?=((?:[0-9]{_APART}){{17}}[0-9Xx]))")


@dataclass(frozen=True, slots=True)
class Excess:
    """
    What came without having been asked, and was dropped.

    names: the names of such items, those of the catalogue first, twenty at most; all others, and
        what does not look like a name, are written `?`
    rows: how many rows lay outside the period asked
    digest: over what was dropped together with the message's signature, so that it proves
        what was sent to whoever holds the message, and gives nothing away to anyone else
    """

    names: tuple[str, ...]
    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Answer:
    """
    An answer that may be used (反馈).

    outcome: FOUND becomes PARTIAL here if an asked item is missing in a row
    unit: as it came, free text, not to be kept in clear
    serial: as it came, but for numbers of persons, which are masked: it is kept in clear
    match: how the person answered about is the person asked about
    records: rows of item name (without the source) to value, only items that were asked
    missing: full names of asked items that a row lacks
    """

    reference_id: str
    source: str
    outcome: Outcome
    as_of: date | None
    unit: str
    serial: str
    match: Match
    records: tuple[Mapping[str, ItemValue], ...] = field(repr=False)
    missing: tuple[str, ...]
    excess: Excess | None


@dataclass(frozen=True, slots=True)
class Rejected:
    """
    An inquiry without a usable answer; it counts for nothing.

    status: `rjct` refused by the department, `pdng` to come later, `unreadable`,
        `quarantined` about another person, `missing` in the message
    code: the department's reason code, or UNREADABLE, QUARANTINED, MISSING
    reason: where and why, without any value that arrived
    """

    reference_id: str
    source: str
    status: RejectedStatus
    code: str
    reason: str


class _Unusable(Exception):
    def __init__(self, status: RejectedStatus, reason: str) -> None:
        self.status: RejectedStatus = status
        self.reason = reason


def parse_answer(
    body: bytes,
    *,
    request: Mapping[str, InquiryElement],
    message_id: str,
    sender: str,
    receiver: str,
    verifier: Verifier,
    now: datetime,
    freshness: timedelta = FRESHNESS,
) -> dict[str, Answer | Rejected]:
    """
    Read an answer message and return, for every inquiry asked, its answer or why there is none.

    request: what was asked, by reference_id
    message_id: of the message that asked
    sender, receiver: the department's id, and ours

    :raises MessageError: the message as a whole is not this department's answer to that message
    """
    envelope = open_envelope(
        body,
        shape="on-search",
        verifier=verifier,
        sender=lambda said: said == sender,
        receiver=lambda said: said == receiver,
        now=now,
        freshness=freshness,
    )
    message = envelope["message"]
    if message["correlation_id"] != message_id:
        raise MessageError("replay", "反馈所答的不是本次报文")
    return _judge_all(envelope, message["search_response"], request, now)


def parse_status_answer(
    body: bytes,
    *,
    request: Mapping[str, InquiryElement],
    message_id: str,
    question_id: str,
    sender: str,
    receiver: str,
    verifier: Verifier,
    now: datetime,
    freshness: timedelta = FRESHNESS,
) -> dict[str, Answer | Rejected]:
    """
    Read what became of a message: as `parse_answer`, `pdng` where the answer is still to come.

    request, message_id: of the message that asked; question_id: of the question what became of it

    :raises MessageError: the message as a whole is not this department's answer to that question
    """
    envelope = open_envelope(
        body,
        shape="txn-on-status",
        verifier=verifier,
        sender=lambda said: said == sender,
        receiver=lambda said: said == receiver,
        now=now,
        freshness=freshness,
    )
    message = envelope["message"]
    status = message["txnstatus_response"]["txn_status"]
    if message["correlation_id"] != question_id or status["correlation_id"] != message_id:
        raise MessageError("replay", "反馈所答的不是本次报文")
    return _judge_all(envelope, status["search_response"], request, now)


def _judge_all(
    envelope: dict[str, Any],
    responses: list[dict[str, Any]],
    request: Mapping[str, InquiryElement],
    now: datetime,
) -> dict[str, Answer | Rejected]:
    if envelope["header"]["total_count"] != len(responses):
        raise MessageError("malformed_object", "total_count 与反馈数不符")
    by_reference: dict[str, list[dict[str, Any]]] = {}
    for response in responses:
        by_reference.setdefault(str(response.get("reference_id")), []).append(response)
    today = china_day(now)
    return {
        reference: judge(
            asked, by_reference.get(reference, []), today=today, salt=envelope["signature"]
        )
        for reference, asked in request.items()
    }


def judge(
    asked: InquiryElement, responses: list[dict[str, Any]], *, today: date, salt: str
) -> Answer | Rejected:
    """
    Judge what claims to answer one inquiry (逐项核验): the elements with its reference_id.

    salt: what nobody but the holder of the message knows, for the digest of what is dropped
    """
    try:
        if not responses:
            raise _Unusable("missing", "反馈中没有这项查询")
        if len(responses) > 1:
            raise _Unusable("unreadable", "同一查询有多项反馈")
        response = responses[0]
        shapes.check("answer", response)
        if response["status"] != "succ":
            return _put_off(asked, response)
        if response["data"]["reg_type"] != asked.source:
            raise _Unusable("unreadable", "反馈来自另一数据来源")
        return _answer(asked, response["data"]["reg_records"][0], today=today, salt=salt)
    except _Unusable as fault:
        return Rejected(
            asked.reference_id, asked.source, fault.status, fault.status.upper(), fault.reason
        )
    except (WireError, ItemValueError) as error:
        reason = error.reason if isinstance(error, WireError) else str(error)
        return Rejected(asked.reference_id, asked.source, "unreadable", "UNREADABLE", reason)


def _put_off(asked: InquiryElement, response: dict[str, Any]) -> Rejected:
    """Keep why there is no answer, in words of the profile: a code of one's own could say all."""
    status, code = response["status"], response.get("status_reason_code", "")
    if status == "pdng":
        return Rejected(asked.reference_id, asked.source, "pdng", "pdng", "")
    if code in CHECKS:
        return Rejected(asked.reference_id, asked.source, "rjct", code, CHECKS[code].label)
    known = code if code in REASONS else "other"
    return Rejected(asked.reference_id, asked.source, "rjct", known, "")


def _answer(asked: InquiryElement, record: dict[str, Any], *, today: date, salt: str) -> Answer:
    subject, outcome = record["subject"], record["outcome"]
    match = match_identity(
        ResidentId.parse(asked.subject_number),
        asked.subject_name,
        subject["id_number"],
        subject["name"],
    )
    if match is None:
        raise _Unusable("quarantined", "反馈的是另一人的信息")
    as_of = record["as_of"] and read_day(record["as_of"])
    if as_of and as_of > today:
        raise _Unusable("unreadable", "数据日期在将来")
    if as_of and as_of.year < FIRST_YEAR:
        raise _Unusable("unreadable", f"数据日期在 {FIRST_YEAR} 年之前")
    if match == "name_conflict" or outcome == "NAME_MISMATCH":
        # same number under another name: to be looked at by a person, never counted
        match, outcome, rows = "name_conflict", "NAME_MISMATCH", []
    else:
        rows = record["records"]
    kept, excess = _scope(asked, rows, salt=salt)
    if rows and not kept:
        raise _Unusable("unreadable", "只有所问期间之外的记录")
    if len(kept) > 1 and sources()[asked.source].forms_in(asked.items):
        raise _Unusable("unreadable", "简答项有多条答复")
    missing = _missing(asked, kept)
    return Answer(
        reference_id=asked.reference_id,
        source=asked.source,
        outcome="PARTIAL" if outcome == "FOUND" and missing else outcome,
        as_of=as_of,
        unit=record["unit"],
        serial=_masked(record["serial"], asked.subject_number),
        match=match,
        records=kept,
        missing=missing,
        excess=excess,
    )


def _scope(
    asked: InquiryElement, rows: list[dict[str, ItemValue]], *, salt: str
) -> tuple[tuple[Mapping[str, ItemValue], ...], Excess | None]:
    """Divide what came into what was asked, each value checked, and what is dropped."""
    source: Source = sources()[asked.source]
    wanted = {name.partition(".")[2]: item(name) for name in asked.items}
    kept, dropped, rows_outside = [], [], 0
    for row in rows:
        within = {name: wanted[name].check(row[name]) for name in row if name in wanted}
        beyond = {name: value for name, value in row.items() if name not in wanted}
        if falls_within(source, within, asked.period):
            kept.append(within)
        else:
            rows_outside += 1
            beyond = row
        if beyond:
            dropped.append(beyond)
    if not dropped:
        return tuple(kept), None
    unasked = {name for row in dropped for name in row if name not in wanted}
    sealed = digest({"signature": salt, "dropped": dropped})
    return tuple(kept), Excess(_names(unasked, source), rows_outside, sealed)


def _names(unasked: set[str], source: Source) -> tuple[str, ...]:
    """Return what may be kept of the names of what was not asked."""
    known = sorted(unasked & source.askable.keys())
    others = sorted(n for n in unasked - source.askable.keys() if _ITEM_NAME.fullmatch(n))
    named = [*known, *others][:MOST_NAMES]
    return tuple(sorted(named if len(named) == len(unasked) else [*named, "?"]))


def _masked(text: str, number: str) -> str:
    """
    Mask in a text this person's number, as it is and as it was of old, and anybody else's.

    What stands between its digits goes with them: what is masked looks like any masked number.
    """
    old = re.compile(f"(?=({_APART.join(number[:6] + number[8:17])}))")
    for written in {*_LIKE_A_NUMBER.findall(text), *old.findall(text)}:
        digits = re.sub(_APART, "", written)
        if is_number(digits) or old.match(written):
            text = text.replace(written, mask(digits))
    return text


def _missing(asked: InquiryElement, rows: tuple[Mapping[str, ItemValue], ...]) -> tuple[str, ...]:
    return tuple(
        name for name in asked.items if any(name.partition(".")[2] not in row for row in rows)
    )
