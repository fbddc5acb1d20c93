"""
How a department may misbehave, and what must become of it: the list that is published.

Each manner answers one search message; its first line is what docs/reference/failures.md says of
it. What it expects is told as `OUTCOME` or `OUTCOME:code`, for all inquiries of the message or for
one each of its three persons. Whatever a manner sends that must not be kept has CANARY in it.
"""

import base64
import gzip
import json
import struct
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from socket import SO_LINGER, SOL_SOCKET, socket
from typing import Any, cast

from hedui.values.resident_id import check_character
from hedui.wire.answering import AnswerElement, AnswerRecord, build_answer
from hedui.wire.canonical import canonical
from hedui.wire.envelope import seal
from hedui.wire.inquiry import SearchMessage
from hedui.wire.moments import moment_text, new_message_id
from hedui.wire.seals import Signer

CANARY = "CANARY-5e1f0c83"
UNIT = "仿冒的部门"
SERIAL = "LIUSHUI-2026-0001"
STREAMED = 200 * 1024 * 1024
OK = "200 OK"
Envelope = dict[str, Any]


@dataclass
class Call:
    """One search message that came in, the ways to answer it, and what was said before."""

    peer: socket
    asked: Envelope
    signer: Signer
    stranger: Signer
    before: dict[str, bytes] = field(default_factory=dict)
    here: dict[str, bytes] = field(default_factory=dict)
    """What was said before, in this manner; and what on this very connection."""

    def subjects(self) -> list[dict[str, str]]:
        """Return who is asked about, in order."""
        return [_query(each)["subject"] for each in self.asked["message"]["search_request"]]

    def elements(self, **changes: Any) -> list[AnswerElement]:
        """Answer each inquiry truly but for the changes of its record."""
        return [_true(each, **changes) for each in self.asked["message"]["search_request"]]

    def answer(self, elements: list[AnswerElement] | None = None, **changes: Any) -> bytes:
        """Write a signed answer; changes: signer, at."""
        header, at = self.asked["header"], changes.get("at") or datetime.now(UTC)
        request = SearchMessage(
            message_id=header["message_id"],
            transaction_id=self.asked["message"]["transaction_id"],
            sender=header["sender_id"],
            receiver=header["receiver_id"],
            at=at,
            elements=(),
        )
        return build_answer(
            self.elements() if elements is None else elements,
            message_id=new_message_id(at),
            request=request,
            at=at,
            signer=changes.get("signer", self.signer),
        )

    def spoiled(self, spoil: Callable[[Envelope], object]) -> bytes:
        """Change a true answer before it is signed."""
        envelope = json.loads(self.answer())
        spoil(envelope)
        return seal(envelope["header"], envelope["message"], self.signer)

    def row(self, **cells: Any) -> bool:
        """Send a true answer, but for cells of every row."""

        def spoil(envelope: Envelope) -> None:
            for record in records(envelope):
                for row in record["records"]:
                    row.update(cells)

        return self.send(self.spoiled(spoil))

    def written(self, cell: bytes) -> bool:
        """Send an answer with other bytes where the balance stands."""
        truth = b'"balance_fen":%d' % balance(self.subjects()[0]["id_number"])
        content = self.answer()
        assert truth in content
        return self.send(content.replace(truth, cell))

    def send(self, content: bytes, status: str = OK, *headers: str) -> bool:
        """Send a response with its length."""
        return self.raw(status, f"content-length: {len(content)}", *headers, content=content)

    def raw(self, status: str, *headers: str, content: bytes = b"") -> bool:
        """Send a response with these headers."""
        head = "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""])
        self.peer.sendall(head.encode() + content)
        return True


def balance(number: str) -> int:
    """Return what a person truly has, in fen: it follows from their number."""
    return int(number[8:17])


def records(envelope: Envelope) -> list[dict[str, Any]]:
    """Return the records of an answer."""
    return [each["data"]["reg_records"][0] for each in envelope["message"]["search_response"]]


def _query(each: Envelope) -> dict[str, Any]:
    return cast(dict[str, Any], each["search_criteria"]["query"]["value"])


def _true(each: Envelope, **changes: Any) -> AnswerElement:
    source, query = each["search_criteria"]["reg_type"], _query(each)
    rows: tuple[dict[str, Any], ...] = ({
        "bank": "示例银行",
        "account_type": "current",
        "account_tail": "0001",
        "balance_fen": balance(query["subject"]["id_number"]),
        "outflow_6m_fen": 0,
    },)  # fmt: skip
    if source != "bank":
        rows = ()
    record = AnswerRecord(
        subject_name=query["subject"]["name"],
        subject_number=query["subject"]["id_number"],
        outcome="FOUND" if rows else "NOT_FOUND",
        as_of=datetime.now(UTC).date() - timedelta(days=1),
        unit=UNIT,
        serial=SERIAL,
        records=rows,
    )
    return AnswerElement(each["reference_id"], source, "succ", None, replace(record, **changes))


Manners = Callable[[Call], bool]


@dataclass(frozen=True, slots=True)
class Manner:
    """One kind of misbehaviour: what is said of it, what it expects, and how it is done."""

    name: str
    told: str
    group: str
    expects: tuple[str, ...]
    do: Manners
    source: str = "bank"
    slow: bool = False

    def expected(self, persons: int) -> list[tuple[str, str]]:
        """Return outcome and code for each person."""
        each = self.expects if len(self.expects) == persons else self.expects * persons
        return [(outcome, code) for outcome, _, code in (one.partition(":") for one in each)]


MANNERS: dict[str, Manner] = {}
MALFORMED, ELEMENT = "UNREADABLE:malformed_object", "UNREADABLE:UNREADABLE"
QUARANTINED, MISSING = "UNREADABLE:QUARANTINED", "UNREADABLE:MISSING"
SLOW, CUT = "NO_ANSWER:TooSlow", "NO_ANSWER:IncompleteRead"


def of(group: str, *expects: str, **more: Any) -> Callable[[Manners], Manners]:
    """Publish a manner."""

    def publish(do: Manners) -> Manners:
        told = (do.__doc__ or "").strip().rstrip(".")
        MANNERS[do.__name__] = Manner(do.__name__, told, group, expects, do, **more)
        return do

    return publish


# ------------------------------------------------------------------ about whom it is


def _twin(number: str) -> str:
    first17 = f"{number[:14]}{(int(number[14:17]) + 2) % 1000:03d}"
    return first17 + check_character(first17)


def _as(call: Call, **changes: Callable[[dict[str, str]], str]) -> bool:
    """Answer with another subject for each person."""
    elements = []
    for each, subject in zip(call.elements(), call.subjects(), strict=True):
        assert each.record
        made = {name: change(subject) for name, change in changes.items()}
        elements.append(replace(each, record=replace(each.record, **made)))
    return call.send(call.answer(elements))


@of("person", QUARANTINED)
def wrong_person(call: Call) -> bool:
    """Answers about another person, by name and number."""
    return _as(call, subject_name=lambda _: CANARY, subject_number=lambda _: "99010119500101001X")


@of("person", QUARANTINED)
def twin(call: Call) -> bool:
    """Answers about a twin: same name, a valid number that differs in one digit of the sequence."""
    return _as(call, subject_number=lambda s: _twin(s["id_number"]))


@of("person", QUARANTINED)
def near_number(call: Call) -> bool:
    """Answers with the number mistyped by one digit, so that its check digit fails."""
    return _as(call, subject_number=lambda s: s["id_number"][:-1] + "0X"[s["id_number"][-1] == "0"])


@of("person", QUARANTINED)
def masked_number(call: Call) -> bool:
    """Answers with a masked number."""
    return _as(call, subject_number=lambda s: s["id_number"][:6] + "********" + s["id_number"][-4:])


@of("person", "FOUND")
def zero_width(call: Call) -> bool:
    """Hides a zero-width space in the number: it is taken out, and the number is the one asked."""
    return _as(call, subject_number=lambda s: s["id_number"][:9] + "\u200b" + s["id_number"][9:])


@of("person", "NAME_MISMATCH")
def other_name(call: Call) -> bool:
    """Answers with the number asked and the name of somebody else."""
    return _as(call, subject_name=lambda _: CANARY)


@of("person", QUARANTINED, QUARANTINED, "FOUND")
def swapped(call: Call) -> bool:
    """Gives the answers on two persons under one another's inquiry."""
    first, second, *rest = call.elements()
    crossed = [
        replace(first, reference_id=second.reference_id),
        replace(second, reference_id=first.reference_id),
    ]
    return call.send(call.answer([*crossed, *rest]))


@of("person", ELEMENT)
def two_people(call: Call) -> bool:
    """Gives two persons' records in one answer."""

    def spoil(envelope: Envelope) -> None:
        for each in envelope["message"]["search_response"]:
            other = json.loads(json.dumps(each["data"]["reg_records"][0]))
            other["subject"]["name"] = CANARY
            each["data"]["reg_records"].append(other)

    return call.send(call.spoiled(spoil))


@of("person", ELEMENT)
def no_subject(call: Call) -> bool:
    """Leaves out whom it is about."""
    return call.send(call.spoiled(lambda e: [record.pop("subject") for record in records(e)]))


@of("person", ELEMENT)
def other_source(call: Call) -> bool:
    """Answers as another source."""

    def spoil(envelope: Envelope) -> None:
        for each in envelope["message"]["search_response"]:
            each["data"]["reg_type"] = "tax"

    return call.send(call.spoiled(spoil))


@of("person", "FOUND", "FOUND", QUARANTINED)
def old_number(call: Call) -> bool:
    """Writes all numbers with 15 digits; a child born since would be another, born in 1914."""
    return _as(call, subject_number=lambda s: s["id_number"][:6] + s["id_number"][8:17])


@of("person", "NAME_MISMATCH", "NAME_MISMATCH", "NAME_MISMATCH")
def a_letter_that_looks_alike(call: Call) -> bool:
    """Answers with the name in letters that look alike to the eye: another name."""
    return _as(call, subject_name=lambda s: s["name"][:-1] + "\u2f00")


@of("person", "FOUND")
def full_width_number(call: Call) -> bool:
    """Writes the number in full-width digits: the number is the one asked."""
    wide = {ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)}
    return _as(call, subject_number=lambda s: s["id_number"].translate(wide))


@of("person", MISSING)
def reference_in_capitals(call: Call) -> bool:
    """Answers under the inquiry's id in capitals, which is another text."""
    elements = [replace(each, reference_id=each.reference_id.upper()) for each in call.elements()]
    return call.send(call.answer(elements))


# ------------------------------------------------------------------ more than was asked


@of("excess", "FOUND")
def extra_items(call: Call) -> bool:
    """Adds items that nobody asked for."""
    return call.row(phone=CANARY, diagnosis=CANARY, spouse_name=CANARY)


@of("excess", "FOUND")
def extra_under_a_name(call: Call) -> bool:
    """Adds an item whose name is itself somebody's name."""
    return call.row(**{f"{CANARY}的病历": CANARY})


@of("excess", "FOUND", source="tax")
def extra_rows(call: Call) -> bool:
    """Adds rows from outside the period asked."""

    def spoil(envelope: Envelope) -> None:
        for record in records(envelope):
            now = datetime.now(UTC).date()
            row = {"income_type": "wage", "amount_fen": 1, "tax_fen": 0, "payer": "示例单位"}
            within = row | {"period": f"{now.year - 1}-12"}
            outside = row | {"period": "2011-01", "payer": CANARY, "amount_fen": 99}
            record.update(outcome="FOUND", records=[within, outside, outside])

    return call.send(call.spoiled(spoil))


@of("excess", ELEMENT)
def crowd_of_items(call: Call) -> bool:
    """Adds two hundred items to a row."""
    return call.row(**{f"x{number}": CANARY for number in range(200)})


@of("excess", ELEMENT)
def nested(call: Call) -> bool:
    """Puts a whole record where a value belongs."""
    return call.row(bank={"name": CANARY, "owner": {"phone": CANARY}})


@of("excess", MALFORMED)
def beside_the_message(call: Call) -> bool:
    """Adds a part to the message that the profile does not have."""
    return call.send(call.spoiled(lambda e: e["message"].update(remarks=[CANARY])))


@of("excess", "REFUSED:other")
def talks_in_the_code(call: Call) -> bool:
    """Refuses with a code and words of its own, which tell about the person."""

    def spoil(envelope: Envelope) -> None:
        for each in envelope["message"]["search_response"]:
            del each["data"]
            each.update(
                status="rjct",
                status_reason_code=CANARY.lower().replace("-", "_"),
                status_reason_message=CANARY,
            )

    return call.send(call.spoiled(spoil))


# ------------------------------------------------------------------ values


@of("value", MALFORMED)
def nan(call: Call) -> bool:
    """Gives NaN for an amount."""
    return call.written(b'"balance_fen":NaN')


@of("value", MALFORMED)
def infinity(call: Call) -> bool:
    """Gives -Infinity for an amount."""
    return call.written(b'"balance_fen":-Infinity')


@of("value", MALFORMED)
def beyond_floats(call: Call) -> bool:
    """Gives 1e400, which most readers take for infinity."""
    return call.written(b'"balance_fen":1e400')


@of("value", MALFORMED)
def fraction(call: Call) -> bool:
    """Gives an amount with a fraction."""
    return call.written(b'"balance_fen":50400.5')


@of("value", MALFORMED)
def endless_number(call: Call) -> bool:
    """Gives an amount of ten thousand digits."""
    return call.written(b'"balance_fen":' + b"9" * 10_000)


@of("value", MALFORMED)
def said_twice_in_disguise(call: Call) -> bool:
    """Gives the same key twice, once with an escape in it."""
    return call.written(b'"balance_fen":1,"balance\\u005ffen":2')


@of("value", MALFORMED)
def leading_zeros(call: Call) -> bool:
    """Gives an amount with zeros in front, which some readers take for another base."""
    return call.written(b'"balance_fen":0050400')


@of("value", MALFORMED)
def hexadecimal(call: Call) -> bool:
    """Gives an amount in hexadecimal."""
    return call.written(b'"balance_fen":0xC4E0')


@of("value", ELEMENT)
def in_chinese(call: Call) -> bool:
    """Writes an amount in Chinese numerals."""
    return call.row(balance_fen="伍万零肆佰元整")


@of("value", ELEMENT)
def with_its_unit(call: Call) -> bool:
    """Writes an amount with its unit."""
    return call.row(balance_fen="504元")


@of("value", ELEMENT)
def of_the_republic(call: Call) -> bool:
    """Gives the day of its data in years of the Republic."""
    today = datetime.now(UTC).date()
    return _dated(call, f"{today.year - 1911}-{today:%m-%d}")


@of("value", ELEMENT)
def of_the_buddha(call: Call) -> bool:
    """Gives the day of its data in years of the Buddha, five centuries ahead."""
    today = datetime.now(UTC).date() - timedelta(days=1)
    return _dated(call, f"{today.year + 543}-{today:%m-%d}")


@of("value", ELEMENT)
def of_the_week(call: Call) -> bool:
    """Gives the day of its data by its week."""
    return _dated(call, f"{datetime.now(UTC).date():%G-W%V-%u}")


def _dated(call: Call, day: str) -> bool:
    def spoil(envelope: Envelope) -> None:
        for record in records(envelope):
            record["as_of"] = day

    return call.send(call.spoiled(spoil))


@of("value", MALFORMED)
def said_twice(call: Call) -> bool:
    """Gives the same key twice with two amounts."""
    return call.written(b'"balance_fen":1,"balance_fen":2')


@of("value", ELEMENT)
def yuan(call: Call) -> bool:
    """Gives yuan with decimals where fen are asked."""
    return call.row(balance_fen="50400.00")


@of("value", ELEMENT)
def thousands(call: Call) -> bool:
    """Writes an amount with separators."""
    return call.row(balance_fen="50,400")


@of("value", ELEMENT)
def full_width(call: Call) -> bool:
    """Writes an amount in full-width digits."""
    return call.row(balance_fen="５０４００")


@of("value", ELEMENT)
def out_of_bounds(call: Call) -> bool:
    """Gives ten trillion yuan."""
    return call.row(balance_fen=10**15)


@of("value", ELEMENT)
def negative(call: Call) -> bool:
    """Gives an outflow below zero, which cannot be."""
    return call.row(outflow_6m_fen=-1)


@of("value", ELEMENT)
def truth_for_money(call: Call) -> bool:
    """Gives true for an amount."""
    return call.row(balance_fen=True)


@of("value", ELEMENT)
def nothing_for_money(call: Call) -> bool:
    """Gives null for an amount that a row must have."""
    return call.row(balance_fen=None)


@of("value", ELEMENT)
def new_code(call: Call) -> bool:
    """Uses a code that the catalogue does not have."""
    return call.row(account_type="crypto")


@of("value", ELEMENT)
def endless_text(call: Call) -> bool:
    """Gives a text of a hundred thousand characters."""
    return call.row(bank=CANARY * 6_000)


@of("value", "PARTIAL")
def renamed(call: Call) -> bool:
    """Renames an item, so that the one asked is missing."""

    def spoil(envelope: Envelope) -> None:
        for record in records(envelope):
            record["records"][0]["account_name"] = record["records"][0].pop("bank") + CANARY

    return call.send(call.spoiled(spoil))


@of("value", ELEMENT)
def found_nothing(call: Call) -> bool:
    """Says that it found something and gives no row."""
    return call.send(call.answer(call.elements(records=())))


@of("value", ELEMENT)
def nothing_found_with_rows(call: Call) -> bool:
    """Says that it found nothing and gives rows."""
    return call.send(call.answer(call.elements(outcome="NOT_FOUND")))


@of("value", ELEMENT)
def endless_rows(call: Call) -> bool:
    """Gives 2001 rows for a person."""
    rows = ({"balance_fen": 1},) * 2001
    return call.send(call.answer(call.elements(records=rows)))


@of("value", ELEMENT)
def no_such_day(call: Call) -> bool:
    """Dates its data on the 30th of February."""
    return call.send(
        call.spoiled(lambda e: [record.update(as_of="2024-02-30") for record in records(e)])
    )


@of("value", ELEMENT)
def ahead_of_time(call: Call) -> bool:
    """Dates its data in the future."""
    ahead = datetime.now(UTC).date() + timedelta(days=2)
    return call.send(call.answer(call.elements(as_of=ahead)))


# ------------------------------------------------------------------ signature and time


@of("signature", "UNREADABLE:signature_invalid")
def changed_after_signing(call: Call) -> bool:
    """Changes an amount after signing."""
    return call.written(b'"balance_fen":1')


@of("signature", "UNREADABLE:unknown_partner")
def signed_by_another(call: Call) -> bool:
    """Signs with a key that was never registered."""
    return call.send(call.answer(signer=call.stranger))


@of("signature", MALFORMED)
def unsigned(call: Call) -> bool:
    """Leaves the signature empty."""
    envelope = json.loads(call.answer())
    return call.send(json.dumps(envelope | {"signature": ""}).encode())


@of("signature", "UNREADABLE:signature_invalid")
def signed_with_none(call: Call) -> bool:
    """Names `none` as the algorithm of the signature."""
    envelope = json.loads(call.answer())
    kid = call.signer.public().kid
    head = {"alg": "none", "kid": kid, "typ": "hedui-message+jws"}
    signature = f"{_b64(json.dumps(head, separators=(',', ':')).encode())}..AA"
    return call.send(json.dumps(envelope | {"signature": signature}).encode())


def _b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@of("signature", "UNREADABLE:signature_invalid")
def signature_of_another_message(call: Call) -> bool:
    """Takes the signature from another of its messages."""
    envelope, other = json.loads(call.answer()), json.loads(call.answer(call.elements(serial="S")))
    return call.send(json.dumps(envelope | {"signature": other["signature"]}).encode())


@of("signature", "UNREADABLE:replay")
def replay_old(call: Call) -> bool:
    """Repeats an answer that it gave to another message before."""

    def spoil(envelope: Envelope) -> None:
        envelope["message"]["correlation_id"] = new_message_id(datetime.now(UTC))

    return call.send(call.before.setdefault("replay", call.spoiled(spoil)))


@of("signature", "UNREADABLE:message_ts_invalid")
def stale(call: Call) -> bool:
    """Stamps its message sixteen minutes ago."""
    return call.send(call.answer(at=datetime.now(UTC) - timedelta(minutes=16)))


@of("signature", "UNREADABLE:message_ts_invalid")
def from_the_future(call: Call) -> bool:
    """Stamps its message tomorrow."""
    return call.send(call.answer(at=datetime.now(UTC) + timedelta(days=1)))


@of("signature", MALFORMED)
def without_zone(call: Call) -> bool:
    """Stamps its message without a zone."""
    stamp = moment_text(datetime.now(UTC))[:-6]
    return call.send(call.spoiled(lambda e: e["header"].update(message_ts=stamp)))


@of("signature", "UNREADABLE:audience_mismatch")
def to_another(call: Call) -> bool:
    """Addresses its answer to another platform."""
    return call.send(call.spoiled(lambda e: e["header"].update(receiver_id="320101-hedui")))


@of("signature", "UNREADABLE:unknown_partner")
def from_another(call: Call) -> bool:
    """Answers in another department's name."""
    return call.send(call.spoiled(lambda e: e["header"].update(sender_id="320101-bank")))


# ------------------------------------------------------------------ not all, or too much


@of("batch", "FOUND", MISSING, MISSING)
def partial(call: Call) -> bool:
    """Answers the first inquiry of a message and leaves out the others."""
    return call.send(call.answer(call.elements()[:1]))


@of("batch", MISSING)
def nothing(call: Call) -> bool:
    """Answers no inquiry at all."""
    return call.send(call.answer([]))


@of("batch", MALFORMED)
def miscounted(call: Call) -> bool:
    """Says that there are a thousand answers and gives three."""
    return call.send(call.spoiled(lambda e: e["header"].update(total_count=1000)))


@of("batch", ELEMENT, "FOUND", "FOUND")
def one_twice(call: Call) -> bool:
    """Answers one inquiry twice, with two amounts."""
    first, *rest = call.elements()
    other = replace(first, record=first.record and replace(first.record, serial="S-2"))
    return call.send(call.answer([first, other, *rest]))


@of("batch", "FOUND")
def unasked_person(call: Call) -> bool:
    """Adds an answer about somebody who was not asked about."""
    elements = call.elements()
    first = elements[0].record
    assert first
    other = replace(first, subject_name=CANARY, subject_number="99010119500101001X")
    return call.send(call.answer([*elements, AnswerElement("x", "bank", "succ", None, other)]))


@of("batch", MALFORMED)
def crowd_of_answers(call: Call) -> bool:
    """Answers a hundred and one inquiries."""
    more = [replace(call.elements()[0], reference_id=f"x{number}") for number in range(98)]
    return call.send(call.answer([*call.elements(), *more]))


@of("batch", "UNAVAILABLE:pdng")
def later_for_ever(call: Call) -> bool:
    """Says that the answer comes later, each time it is asked."""
    elements = [
        AnswerElement(each.reference_id, each.source, "pdng", "pdng.reference_id.temporary")
        for each in call.elements()
    ]
    return call.send(call.answer(elements))


# ------------------------------------------------------------------ text and size


@of("text", MALFORMED)
def byte_order_mark(call: Call) -> bool:
    """Puts a byte order mark before its JSON."""
    return call.send(b"\xef\xbb\xbf" + call.answer())


@of("text", MALFORMED)
def utf16(call: Call) -> bool:
    """Writes its JSON in UTF-16."""
    return call.send(call.answer().decode().encode("utf-16"))


@of("text", MALFORMED)
def gb18030(call: Call) -> bool:
    """Writes its JSON in GB18030 and says so."""
    content = call.answer().decode().encode("gb18030")
    return call.send(content, OK, "content-type: application/json; charset=gb18030")


@of("text", MALFORMED)
def torn_character(call: Call) -> bool:
    """Breaks a character of UTF-8 in two."""
    return call.send(call.answer().replace("行".encode(), "行".encode()[:2], 1))


@of("text", MALFORMED)
def control_characters(call: Call) -> bool:
    """Hides control characters in a text."""
    return call.send(call.answer().replace("银行".encode(), "银\\u0000行".encode()))


@of("text", MALFORMED)
def half_a_character(call: Call) -> bool:
    """Writes half of a surrogate pair."""
    return call.send(call.answer().replace("银行".encode(), b"\\ud800"))


@of("text", MALFORMED)
def trailing_garbage(call: Call) -> bool:
    """Adds something after the end of its JSON."""
    return call.send(call.answer() + CANARY.encode())


@of("text", MALFORMED)
def page(call: Call) -> bool:
    """Shows a maintenance page with status 200."""
    return call.send(f"<html>{CANARY}</html>".encode(), OK, "content-type: text/html")


@of("text", MALFORMED)
def empty(call: Call) -> bool:
    """Sends status 200 with nothing in it."""
    return call.send(b"")


@of("text", MALFORMED)
def null(call: Call) -> bool:
    """Sends the JSON value null."""
    return call.send(b"null")


@of("text", "FOUND")
def other_content_type(call: Call) -> bool:
    """Says that its JSON is a picture; what is signed counts, not what it is called."""
    return call.send(call.answer(), OK, "content-type: image/png")


@of("size", MALFORMED)
def deep(call: Call) -> bool:
    """Nests a hundred thousand lists."""
    return call.send(b"[" * 100_000 + b"]" * 100_000)


@of("size", MALFORMED)
def many_small(call: Call) -> bool:
    """Fills a mebibyte with empty lists."""
    return call.send(b"[" + b"[]," * (1024 * 1024 // 3 - 2) + b"0]")


@of("size", MALFORMED)
def many_small_within(call: Call) -> bool:
    """Fills a mebibyte with empty objects where the answers belong."""
    answer = json.loads(call.answer([]))
    content = json.dumps(answer).encode()
    room = (1024 * 1024 - len(content)) // 3 - 1
    full = b'"search_response": [' + b"{}," * room + b"{}]"
    return call.send(content.replace(b'"search_response": []', full))


@of("size", MALFORMED)
def many_keys(call: Call) -> bool:
    """Fills a mebibyte with keys, each with an empty object."""
    return call.send(b"{" + b",".join(b'"%x":{}' % number for number in range(100_000)) + b"}")


@of("size", "NO_ANSWER:TooLarge")
def huge(call: Call) -> bool:
    """Sends 200 MiB."""
    call.raw(OK, f"content-length: {STREAMED}")
    return _stream(call, (b" " * 65_536 for _ in range(STREAMED // 65_536)))


@of("size", "NO_ANSWER:TooLarge")
def huge_in_chunks(call: Call) -> bool:
    """Sends 200 MiB without saying how much it will be."""
    call.raw(OK, "transfer-encoding: chunked")
    return _stream(call, (b"10000\r\n" + b" " * 65_536 + b"\r\n" for _ in range(3_200)))


@of("size", MALFORMED)
def compressed_bomb(call: Call) -> bool:
    """Compresses 300 MiB into 300 KiB."""
    bomb = gzip.compress(b"[" * 1024 * 1024) * 300
    return call.send(bomb, OK, "content-encoding: gzip")


def _stream(call: Call, pieces: Any, pause: float = 0) -> bool:
    with suppress(OSError):
        for piece in pieces:
            call.peer.sendall(piece)
            if pause:
                time.sleep(pause)
    return False


# ------------------------------------------------------------------ HTTP


def _status(status: str, code: str, *headers: str) -> Manners:
    """Make a manner of a status; its content is nobody's business."""

    def do(call: Call) -> bool:
        return call.send(f"<html>{CANARY}</html>".encode(), status, *headers)

    do.__name__ = code
    do.__doc__ = f"Answers with status {status}{' and ' + headers[0] if headers else ''}."
    return of("http", f"UNAVAILABLE:http_{status.partition(' ')[0]}")(do)


for _line, *_headers in (
    ("201 Created",),
    ("206 Partial Content", "content-range: bytes 0-10/99999"),
    ("301 Moved Permanently", "location: http://127.0.0.1:5432/"),
    ("302 Found", "location: file:///etc/passwd"),
    ("307 Temporary Redirect", "location: /elsewhere/registry/sync/search"),
    ("400 Bad Request",),
    ("401 Unauthorized",),
    ("404 Not Found",),
    ("429 Too Many Requests", "retry-after: 978307200"),
    ("500 Internal Server Error",),
    ("503 Service Unavailable", "retry-after: 0"),
):
    _status(_line, f"status_{_line.partition(' ')[0]}", *_headers)


@of("http", "UNAVAILABLE:http_204")
def no_content(call: Call) -> bool:
    """Answers with status 204 and content all the same."""
    return call.raw("204 No Content", content=CANARY.encode())


@of("http", "UNAVAILABLE:http_103")
def early_hints(call: Call) -> bool:
    """Sends a preliminary answer 103 before its answer."""
    call.raw("103 Early Hints", "link: </x>; rel=preload")
    return call.send(call.answer())


@of("http", SLOW, slow=True)
def continue_for_ever(call: Call) -> bool:
    """Sends `100 Continue` without end."""
    return _stream(call, (b"HTTP/1.1 100 Continue\r\n\r\n" * 50 for _ in count()), 0.001)


@of("http", SLOW, slow=True)
def silent(call: Call) -> bool:
    """Never answers."""
    return _stream(call, (b"" for _ in range(300)), 0.1)


@of("http", SLOW, slow=True)
def head_drips(call: Call) -> bool:
    """Sends its headers byte by byte."""
    return _stream(call, (bytes([one]) for one in b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 999), 0.05)


@of("http", SLOW, slow=True)
def body_drips(call: Call) -> bool:
    """Sends its content byte by byte."""
    call.raw(OK, "content-length: 100000")
    return _stream(call, (b"{" for _ in range(2_000)), 0.05)


@of("http", SLOW, slow=True)
def promises_more(call: Call) -> bool:
    """Says that its content is longer than it is, and waits."""
    content = call.answer()
    call.raw(OK, f"content-length: {len(content) + 1}", content=content)
    return _stream(call, (b"" for _ in range(300)), 0.1)


@of("http", CUT)
def cut_short(call: Call) -> bool:
    """Hangs up within its content."""
    content = call.answer()
    call.raw(OK, f"content-length: {len(content)}", content=content[: len(content) // 2])
    return False


@of("http", MALFORMED)
def counts_too_little(call: Call) -> bool:
    """Says that its content is shorter than it is."""
    content = call.answer()
    return call.raw(OK, f"content-length: {len(content) - 9}", content=content)


@of("http", "NO_ANSWER:ConnectionResetError")
def reset(call: Call) -> bool:
    """Resets the connection within its content."""
    call.raw(OK, "content-length: 100000", content=b'{"half": "')
    time.sleep(0.05)
    call.peer.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    return False


@of("http", "NO_ANSWER:RemoteDisconnected")
def hangs_up(call: Call) -> bool:
    """Hangs up on what was asked."""
    return False


@of("http", "NO_ANSWER:BadStatusLine")
def no_http(call: Call) -> bool:
    """Answers in another protocol."""
    call.peer.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
    return False


@of("http", "NO_ANSWER:HTTPException")
def crowd_of_headers(call: Call) -> bool:
    """Sends ten thousand headers."""
    with suppress(OSError):
        call.raw(OK, *(f"x-{number}: {CANARY}" for number in range(10_000)))
    return False


@of("http", "NO_ANSWER:LineTooLong")
def endless_header(call: Call) -> bool:
    """Sends a header of a mebibyte."""
    with suppress(OSError):
        call.raw(OK, "x: " + "y" * 1024 * 1024)
    return False


@of("http", "FOUND")
def chunked_with_extensions(call: Call) -> bool:
    """Sends its answer in chunks with extensions and trailers."""
    content = call.answer()
    half = len(content) // 2
    parts = b"".join(
        b"%x;note=%s\r\n%s\r\n" % (len(part), CANARY.encode(), part)
        for part in (content[:half], content[half:])
    )
    end = b"0\r\nx-trailer: " + CANARY.encode() + b"\r\n\r\n"
    return call.raw(OK, "transfer-encoding: chunked", content=parts + end)


@of("http", CUT)
def chunks_that_lie(call: Call) -> bool:
    """Sends chunks whose length is no number."""
    call.raw(OK, "transfer-encoding: chunked", content=b"zz\r\n{}\r\n0\r\n\r\n")
    return False


@of("http", "FOUND")
def old_protocol(call: Call) -> bool:
    """Answers in HTTP/1.0 and hangs up at the end, without saying how long it is."""
    call.peer.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + call.answer())
    return False


@of("http", "NO_ANSWER:BadStatusLine")
def older_protocol(call: Call) -> bool:
    """Answers in HTTP/0.9, with content and nothing else."""
    call.peer.sendall(call.answer() + b"\r\n")
    return False


@of("http", "UNAVAILABLE:http_206")
def part_of_it(call: Call) -> bool:
    """Says that its answer is a part."""
    return call.send(call.answer(), "206 Partial Content", "content-range: bytes 0-9/10")


@of("http", "UNAVAILABLE:http_101")
def another_protocol(call: Call) -> bool:
    """Says that it goes on in another protocol."""
    call.raw("101 Switching Protocols", "upgrade: h2c", "connection: upgrade")
    return False


@of("http", "FOUND")
def two_ways_of_length(call: Call) -> bool:
    """Says how long it is, wrongly, and sends it in chunks: the chunks count."""
    content = call.answer()
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(content), content)
    call.raw(OK, "content-length: 5", "transfer-encoding: chunked", content=chunks)
    return False


@of("http", MALFORMED)
def two_lengths(call: Call) -> bool:
    """Says twice how long it is, and the first time too little."""
    content = call.answer()
    call.raw(OK, "content-length: 5", f"content-length: {len(content)}", content=content)
    return False


@of("http", CUT)
def endless_chunk(call: Call) -> bool:
    """Promises a chunk of four exbibytes, and hangs up after a part."""
    call.raw(OK, "transfer-encoding: chunked", content=b"4000000000000000\r\n" + call.answer())
    return False


@of("http", "FOUND")
def length_below_zero(call: Call) -> bool:
    """Says that it is shorter than nothing: it is read until the line is closed."""
    call.raw(OK, "content-length: -1", content=call.answer())
    return False


@of("http", "FOUND")
def answers_twice(call: Call) -> bool:
    """Answers twice, the second time into whatever is asked next on the connection."""
    return call.send(call.answer()) and call.send(call.answer())


@of("http", "FOUND")
def one_behind(call: Call) -> bool:
    """Answers the first question of a connection, and to each further one what was asked before."""
    content = call.answer()
    before, call.here["last"] = call.here.get("last", content), content
    return call.send(before)


# ------------------------------------------------------------------ further ones


@of("person", QUARANTINED)
def soft_hyphen_and_other_digit(call: Call) -> bool:
    """Hides a soft hyphen in a twin's number."""
    return _as(
        call,
        subject_number=lambda s: _twin(s["id_number"])[:6] + "\u00ad" + _twin(s["id_number"])[6:],
    )


@of("person", QUARANTINED)
def two_numbers(call: Call) -> bool:
    """Writes two numbers in one cell, the one asked first."""
    return _as(call, subject_number=lambda s: s["id_number"] + "," + _twin(s["id_number"]))


@of("person", QUARANTINED)
def arabic_digits(call: Call) -> bool:
    """Writes the number in Arabic-Indic digits."""
    return _as(
        call,
        subject_number=lambda s: s["id_number"].translate({48 + i: 0x660 + i for i in range(10)}),
    )


@of("person", ELEMENT)
def subject_more(call: Call) -> bool:
    """Adds telephone and address to whom it is about."""
    return call.send(
        call.spoiled(lambda e: [r["subject"].update(phone=CANARY) for r in records(e)])
    )


@of("excess", ELEMENT)
def record_more(call: Call) -> bool:
    """Adds a part to a record that the profile does not have."""
    return call.send(call.spoiled(lambda e: [r.update(household=[CANARY]) for r in records(e)]))


@of("excess", ELEMENT)
def two_records(call: Call) -> bool:
    """Gives two records to one inquiry, the second about the spouse."""

    def spoil(e: Envelope) -> None:
        for each in e["message"]["search_response"]:
            each["data"]["reg_records"].append(dict(each["data"]["reg_records"][0], serial=CANARY))

    return call.send(call.spoiled(spoil))


@of("excess", ELEMENT)
def pagination(call: Call) -> bool:
    """Says that there are further pages."""

    def spoil(e: Envelope) -> None:
        for each in e["message"]["search_response"]:
            each["pagination"] = {"page_size": 1, "page_number": 1, "total_count": 50}

    return call.send(call.spoiled(spoil))


@of("excess", ELEMENT)
def refuses_with_data(call: Call) -> bool:
    """Refuses, and gives the data all the same."""

    def spoil(e: Envelope) -> None:
        for each in e["message"]["search_response"]:
            each.update(status="rjct", status_reason_code="rjct.other")

    return call.send(call.spoiled(spoil))


@of("value", ELEMENT)
def money_as_text(call: Call) -> bool:
    """Gives an amount as a text of digits."""
    return call.row(balance_fen="3000000")


@of("value", ELEMENT)
def item_key_full_width(call: Call) -> bool:
    """Gives two balances, one under a name in full-width letters."""
    return call.row(**{"ｂａｌａｎｃｅ＿ｆｅｎ": CANARY, "balance_fen": True})


@of("value", ELEMENT)
def as_of_with_time(call: Call) -> bool:
    """Gives the day of its data with an hour of another zone."""
    return call.send(
        call.spoiled(lambda e: [r.update(as_of="2024-07-31T23:59:59-12:00") for r in records(e)])
    )


@of("signature", "UNREADABLE:signature_invalid")
def signed_body_inside(call: Call) -> bool:
    """Wraps a true signed answer in another one, unsigned."""
    true = json.loads(call.answer())
    return call.send(json.dumps(dict(true, signature=true["signature"][:-4] + "AAAA")).encode())


@of("batch", MALFORMED)
def list_of_messages(call: Call) -> bool:
    """Sends a list of two true answers."""
    true = json.loads(call.answer())
    return call.send(json.dumps([true, true]).encode())


@of("batch", MALFORMED)
def answers_as_object(call: Call) -> bool:
    """Gives its answers as an object by inquiry."""

    def spoil(e: Envelope) -> None:
        e["message"]["search_response"] = {
            r["reference_id"]: r for r in e["message"]["search_response"]
        }

    return call.send(call.spoiled(spoil))


@of("http", "UNAVAILABLE:http_401")
def asks_for_password(call: Call) -> bool:
    """Asks for a name and password."""
    return call.send(CANARY.encode(), "401 Unauthorized", 'www-authenticate: Basic realm="x"')


@of("person", "NAME_MISMATCH")
def name_in_two_cells(call: Call) -> bool:
    """Answers with the name asked and another one behind it."""
    return _as(call, subject_name=lambda s: f"{s['name']}（{CANARY}）")


@of("person", MALFORMED)
def turned_around(call: Call) -> bool:
    """Hides a mark in the name that turns the direction of what follows."""
    return call.send(
        call.spoiled(lambda e: [r["subject"].update(name="\u202e" + CANARY) for r in records(e)])
    )


@of("person", ELEMENT)
def mismatch_with_rows(call: Call) -> bool:
    """Says that the number is of another name, and gives the rows of that one all the same."""
    return call.send(call.answer(call.elements(outcome="NAME_MISMATCH")))


@of("value", MALFORMED)
def beyond_whole_numbers(call: Call) -> bool:
    """Gives an amount beyond what a double can hold, so that two readers see two amounts."""
    return call.written(b'"balance_fen":9007199254740993')


def _sealed_with(call: Call, signer: Signer, **said: Any) -> bool:
    """Send a true answer under a signature whose header says more, or another thing."""
    envelope = json.loads(call.answer())
    content = canonical({"header": envelope["header"], "message": envelope["message"]})
    head = {"alg": "EdDSA", "kid": call.signer.kid, "typ": "hedui-message+jws"} | said
    header = _b64(json.dumps(head, separators=(",", ":")).encode())
    seal_ = signer.sign_bytes(f"{header}.{_b64(content)}".encode())
    signature = f"{header}..{_b64(seal_)}"
    return call.send(json.dumps(envelope | {"signature": signature}).encode())


@of("signature", MALFORMED)
def brings_its_own_key(call: Call) -> bool:
    """Brings the key by which to believe it in the header of its signature."""
    key = {"kty": "OKP", "crv": "Ed25519", "x": _b64(call.stranger.public().raw)}
    return _sealed_with(call, call.stranger, jwk=key)


@of("signature", "UNREADABLE:signature_invalid")
def anothers_name_on_its_key(call: Call) -> bool:
    """Signs with a key of its own and calls it by the department's thumbprint."""
    return _sealed_with(call, call.stranger)


@of("signature", MALFORMED)
def wants_to_be_understood(call: Call) -> bool:
    """Demands of its signature, truly signed, that an extension nobody knows be understood."""
    return _sealed_with(call, call.signer, crit=["until"], until=0)


@of("signature", "UNREADABLE:signature_invalid")
def same_signature_otherwise(call: Call) -> bool:
    """Adds the order of the curve to its signature, which some readers take for the same."""
    envelope = json.loads(call.answer())
    header, _, seal_ = envelope["signature"].split(".")
    raw = base64.urlsafe_b64decode(seal_ + "==")
    order = 2**252 + 27742317777372353535851937790883648493
    scalar = (int.from_bytes(raw[32:], "little") + order).to_bytes(32, "little")
    signature = f"{header}..{_b64(raw[:32] + scalar)}"
    return call.send(json.dumps(envelope | {"signature": signature}).encode())


@of("batch", "FOUND")
def of_another_conversation(call: Call) -> bool:
    """Answers under the number of another conversation: which message it answers is what counts."""

    def spoil(e: Envelope) -> None:
        e["message"]["transaction_id"] = new_message_id(datetime.now(UTC))

    return call.send(call.spoiled(spoil))


@of("text", MALFORMED)
def deflated(call: Call) -> bool:
    """Compresses a true answer by another way than was offered, none."""
    return call.send(zlib.compress(call.answer()), OK, "content-encoding: deflate")


@of("http", "UNAVAILABLE:http_307")
def elsewhere(call: Call) -> bool:
    """Sends whoever asks to another address, to ask there once more."""
    return call.send(
        call.answer(), "307 Temporary Redirect", f"location: http://127.0.0.1:9/{CANARY}"
    )


@of("http", SLOW, slow=True)
def space_before_the_colon(call: Call) -> bool:
    """Says how long it is with a space before the colon, and keeps the line open."""
    content = call.answer()
    return call.raw(OK, f"content-length : {len(content)}", content=content)


# ------------------------------------------------------------------ to the limits of the profile


@of("value", "FOUND")
def longest_serial(call: Call) -> bool:
    """Numbers its answer with 99 characters, as many as the profile allows."""
    return call.send(call.answer(call.elements(serial="S" * 99, unit="单" * 100)))


@of("excess", "FOUND")
def number_as_serial(call: Call) -> bool:
    """Numbers its answer by the person's own number: it is kept masked."""
    elements = [
        replace(each, record=replace(each.record, serial=f"S{each.record.subject_number}"))
        for each in call.elements()
        if each.record
    ]
    return call.send(call.answer(elements))


@of("excess", "FOUND")
def thousands_of_names(call: Call) -> bool:
    """Adds thousands of items under as many names: twenty names are kept."""

    def spoil(envelope: Envelope) -> None:
        letters = "abcdefghijklmnopqrstuvwxyz"
        for record in records(envelope):
            (row,) = record["records"]
            record["records"] = [
                row | {f"{first}{second}_{'x' * 12}": CANARY for second in letters}
                for first in letters
            ]

    return call.send(call.spoiled(spoil))


@of("value", "FOUND")
def row_twice(call: Call) -> bool:
    """Gives the same row twice: two accounts may be alike, and both are shown."""
    return call.send(
        call.spoiled(lambda e: [r["records"].append(dict(r["records"][0])) for r in records(e)])
    )


@of("value", ELEMENT)
def year_with_a_nought(call: Call) -> bool:
    """Gives the day of its data in years of the Republic, filled up with a nought."""
    year = datetime.now(UTC).year - 1911
    return _dated(call, f"0{year}-01-02")


@of("value", ELEMENT)
def year_nought(call: Call) -> bool:
    """Dates its data in the year nought."""
    return _dated(call, "0000-01-01")


@of("value", ELEMENT)
def found_undated(call: Call) -> bool:
    """Gives rows without the day of its data."""
    return call.send(call.spoiled(lambda e: [r.update(as_of=None) for r in records(e)]))


@of("value", "REFUSED")
def answers_that_it_does_not(call: Call) -> bool:
    """Says within an answer that it does not answer."""
    return call.send(call.answer(call.elements(outcome="REFUSED", as_of=None, records=())))


@of("excess", ELEMENT)
def later_with_data(call: Call) -> bool:
    """Says that the answer comes later, and gives the data all the same."""

    def spoil(envelope: Envelope) -> None:
        for each in envelope["message"]["search_response"]:
            each["status"] = "pdng"

    return call.send(call.spoiled(spoil))


@of("excess", "FOUND")
def talks_in_the_header(call: Call) -> bool:
    """Says more in the header, where the profile lets it: it is dropped."""
    return call.send(call.spoiled(lambda e: e["header"].update(meta={"spouse": CANARY})))


@of("batch", MALFORMED)
def counts_in_truth(call: Call) -> bool:
    """Says that there is `true` of answers."""
    return call.send(call.spoiled(lambda e: e["header"].update(total_count=True)))


@of("signature", MALFORMED)
def echo(call: Call) -> bool:
    """Sends back what it was asked, signed by who asked."""
    return call.send(json.dumps(call.asked).encode())


@of("http", SLOW, slow=True)
def endless_trailers(call: Call) -> bool:
    """Sends its answer in chunks, and headers behind it without end."""
    content = call.answer()
    chunk = b"%x\r\n%b\r\n0\r\n" % (len(content), content)
    call.raw(OK, "transfer-encoding: chunked", content=chunk)
    with suppress(OSError):
        for number in count():
            call.peer.sendall(b"x-%d: %b\r\n" % (number, CANARY.encode()))
            time.sleep(0.01)
    return False


@of("http", CUT)
def chunk_below_zero(call: Call) -> bool:
    """Sends its answer in a chunk shorter than nothing."""
    content = call.answer()
    call.raw(OK, "transfer-encoding: chunked", content=b"-1\r\n%b\r\n0\r\n\r\n" % content)
    return False


@of("http", SLOW, slow=True)
def compressed_in_chunks(call: Call) -> bool:
    """Says that its chunks are compressed, so that their end is not known, and keeps the line."""
    content = call.answer()
    piece = b"%x\r\n%b\r\n0\r\n\r\n" % (len(content), content)
    return call.raw(OK, "transfer-encoding: gzip, chunked", content=piece)


@of("http", "FOUND")
def length_with_a_line(call: Call) -> bool:
    """Writes its length as Python does, with lines between the digits."""
    content = call.answer()
    return call.raw(OK, f"content-length: {len(content):_}", content=content)


@of("http", "FOUND")
def ends_of_line_of_its_own(call: Call) -> bool:
    """Ends its lines with a line feed alone."""
    content = call.answer()
    call.peer.sendall(b"HTTP/1.1 200 OK\ncontent-length: %d\n\n" % len(content) + content)
    return True
