"""
Try a gateway against the wire format: each case says what is sent and what must come (接口检验).

Cases never fail because a department has its own reasons to hold nothing: where nobody is known to
be held, `NOT_FOUND` is as good as `FOUND`. They fail where anything is answered that must not be.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol

from hedui.gateway.calling import Heard, Unreached
from hedui.gateway.trial import ANOTHER, Authority
from hedui.wire import artefact, shapes, strict_json
from hedui.wire.checks import WireError
from hedui.wire.inquiry import InquiryElement
from hedui.wire.later import build_status_question, read_acknowledgement
from hedui.wire.moments import new_message_id
from hedui.wire.receiving import Answer, Rejected, parse_answer, parse_status_answer

SEARCH, LATER, STATUS = "/registry/sync/search", "/registry/search", "/registry/sync/txn/status"
_MINUTES = timedelta(minutes=20)


class Sends(Protocol):
    """Sends one request to the gateway on trial."""

    def __call__(
        self, path: str, body: bytes | None, *, method: str = "", media_type: str = ""
    ) -> Heard:
        """
        Return what came back.

        :raises Unreached: nothing did
        """


@dataclass(frozen=True, slots=True)
class Tried:
    """One case: what had to come, what came, and whether it will do; None where it was left out."""

    name: str
    expected: str
    came: str
    passed: bool | None


@dataclass(frozen=True, slots=True)
class Case:
    """One case; judge returns what came and whether it will do."""

    name: str
    expected: str
    judge: Callable[[Authority, Sends], tuple[str, bool | None]]


def run(
    authority: Authority, send: Sends, *, only: frozenset[str] | None = None
) -> Iterator[Tried]:
    """Try every case, or those of these names, one after another."""
    from hedui.gateway.contract_cases import CASES  # noqa: PLC0415 - they are made of this module

    for case in CASES:
        if only is not None and case.name not in only:
            continue
        try:
            came, passed = case.judge(authority, send)
        except Unreached as fault:
            came, passed = f"没有答复({fault})", False
        except WireError as fault:
            came, passed = f"答复不合格:{fault.code} {fault.reason}", False
        yield Tried(case.name, case.expected, came, passed)


@dataclass(frozen=True, slots=True)
class Came:
    """One answer, as a platform reads it; rows: what stood in it before a platform dropped any."""

    answer: Answer | Rejected
    rows: list[dict[str, object]]


def asked(authority: Authority, send: Sends, *elements: InquiryElement) -> dict[str, Came]:
    """
    Ask, and read the answer as a platform does.

    :raises WireError: it is no answer to this message by this department
    """
    now = authority.now()
    message_id = new_message_id(now)
    heard = send(SEARCH, authority.message(*elements, message_id=message_id, at=now))
    if heard.status != 200:
        raise WireError("malformed_object", f"HTTP {heard.status} {check_of(heard)}")
    answers = parse_answer(
        heard.content,
        request={element.reference_id: element for element in elements},
        message_id=message_id,
        sender=authority.receiver,
        receiver=authority.sender,
        verifier=authority.answers,
        now=authority.now(),
    )
    responses = strict_json.loads(heard.content)["message"]["search_response"]
    return {name: Came(answer, _rows(responses, name)) for name, answer in answers.items()}


def _rows(responses: list[dict[str, Any]], reference_id: str) -> list[dict[str, object]]:
    return [
        row
        for response in responses
        if response.get("reference_id") == reference_id
        for record in response.get("data", {}).get("reg_records", ())
        for row in record["records"]
    ]


def check_of(heard: Heard) -> str:
    """Return the check that an acknowledgement names."""
    try:
        acknowledgement = strict_json.loads(heard.content)
        shapes.check("ack", acknowledgement)
        return str(acknowledgement["message"]["error"]["check"])
    except (WireError, KeyError):
        return "没有规定的出错应答"


def said(answer: Answer | Rejected) -> str:
    """Say what an answer is, without anything of it."""
    if isinstance(answer, Rejected):
        return answer.code
    excess = ",另有未询问的内容" if answer.excess else ""
    return f"{answer.outcome}({len(answer.records)} 行{excess})"


def answered(
    make: Callable[[Authority], InquiryElement],
    allowed: Callable[[Authority, InquiryElement], set[str]] | None = None,
) -> Callable[[Authority, Sends], tuple[str, bool | None]]:
    """Judge that an inquiry is answered, with no item beyond those allowed."""

    def judge(authority: Authority, send: Sends) -> tuple[str, bool | None]:
        element = make(authority)
        [came] = asked(authority, send, element).values()
        answer = came.answer
        if isinstance(answer, Rejected):
            return said(answer), False
        within = allowed(authority, element) if allowed else set(element.items)
        given = {f"{answer.source}.{name}" for row in came.rows for name in row}
        outcomes = {"FOUND", "PARTIAL"} if authority.person.is_held else {"NOT_FOUND"}
        good = answer.outcome in outcomes and given <= within and answer.excess is None
        return said(answer), good

    return judge


def refused(
    make: Callable[[Authority], InquiryElement], *codes: str
) -> Callable[[Authority, Sends], tuple[str, bool | None]]:
    """Judge that an inquiry is refused with one of these codes."""

    def judge(authority: Authority, send: Sends) -> tuple[str, bool | None]:
        [came] = asked(authority, send, make(authority)).values()
        answer = came.answer
        if not isinstance(answer, Rejected):
            return said(answer), False
        good = answer.status == "rjct" and answer.code in codes and not came.rows
        return said(answer), good

    return judge


def nothing_of(
    make: Callable[[Authority], InquiryElement], *outcomes: str
) -> Callable[[Authority, Sends], tuple[str, bool | None]]:
    """Judge that nothing is disclosed, with one of these outcomes."""

    def judge(authority: Authority, send: Sends) -> tuple[str, bool | None]:
        [came] = asked(authority, send, make(authority)).values()
        answer = came.answer
        good = isinstance(answer, Answer) and not came.rows and answer.outcome in outcomes
        return f"{said(answer)},披露 {len(came.rows)} 行", good

    return judge


def turned_away(
    make: Callable[[Authority], bytes], check: str, *statuses: int, **more: str
) -> Callable[[Authority, Sends], tuple[str, bool | None]]:
    """Judge that a message is refused as a whole, with this check and one of these statuses."""

    def judge(authority: Authority, send: Sends) -> tuple[str, bool | None]:
        path = more.get("path", SEARCH)
        media_type = more.get("media_type", "application/json")
        heard = send(path, make(authority), media_type=media_type)
        came = check_of(heard)
        return f"HTTP {heard.status} {came}", heard.status in statuses and came == check

    return judge


def keeps_the_others(authority: Authority, send: Sends) -> tuple[str, bool | None]:
    """Judge that a bad element does not spoil the good one beside it."""
    good = authority.ask()
    bad = replace(authority.ask(), reference_id="two", subject_number=ANOTHER.number)
    came = asked(authority, send, good, bad)
    first, second = came["one"].answer, came["two"].answer
    is_refused = isinstance(second, Rejected) and second.status == "rjct"
    return f"{said(first)},{said(second)}", isinstance(first, Answer) and is_refused


def answers_in_short(authority: Authority, send: Sends) -> tuple[str, bool | None]:
    """Judge that of each minimal form the form alone is answered, once for all rows together."""
    names = [form.item.full_name for form in authority.source.minimal.values()]
    if not names:
        return "本来源没有简答项", None
    consent = artefact.issue(authority.permission(items=tuple(names)), authority.signer)
    elements = [replace(authority.ask(consent), reference_id=name, items=(name,)) for name in names]
    found = {name: came.rows for name, came in asked(authority, send, *elements).items()}
    given = {name: rows for name, rows in found.items() if rows}
    if authority.person.is_held and not given:
        return "不作简答", None
    good = all(
        len(rows) == 1 and rows[0].keys() == {name.partition(".")[2]}
        for name, rows in given.items()
    )
    return f"{len(names)} 项简答,答复 {len(given)} 项", good


def repeats_itself(authority: Authority, send: Sends) -> tuple[str, bool | None]:
    """Judge that the same message gets the same answer."""
    body = authority.message()
    first, second = send(SEARCH, body), send(SEARCH, body)
    same = first.content == second.content
    return f"HTTP {second.status},{'同一答复' if same else '另一答复'}", (
        first.status == second.status == 200 and same
    )


def knows_a_replay(authority: Authority, send: Sends) -> tuple[str, bool | None]:
    """Judge that another message under the same id is refused."""
    now = authority.now()
    message_id = new_message_id(now)
    send(SEARCH, authority.message(message_id=message_id, at=now))
    other = replace(authority.ask(), reference_id="other")
    heard = send(SEARCH, authority.message(other, message_id=message_id, at=now))
    came = check_of(heard)
    return f"HTTP {heard.status} {came}", (heard.status, came) == (409, "replay")


def answers_later(authority: Authority, send: Sends) -> tuple[str, bool | None]:
    """Judge that a message is taken, taken once, and answered when asked about."""
    now = authority.now()
    message_id = new_message_id(now)
    element = authority.ask()
    body = authority.message(element, message_id=message_id, at=now)
    first = send(LATER, body)
    if first.status == 404:
        return "没有提供异步查询", None
    taken = read_acknowledgement(first.content)
    again = read_acknowledgement(send(LATER, body).content)
    if not (taken.is_taken and again.is_taken and taken.correlation_id == message_id):
        return "没有受理", False
    question_id = new_message_id(authority.now())
    question = build_status_question(
        "correlation_id",
        [message_id],
        message_id=question_id,
        sender=authority.sender,
        receiver=authority.receiver,
        at=authority.now(),
        signer=authority.signer,
    )
    heard = send(STATUS, question)
    if heard.status == 404 and check_of(heard) == "unknown_transaction":
        return "已受理,已送往登记的地址", True
    [answer] = parse_status_answer(
        heard.content,
        request={element.reference_id: element},
        message_id=message_id,
        question_id=question_id,
        sender=authority.receiver,
        receiver=authority.sender,
        verifier=authority.answers,
        now=authority.now(),
    ).values()
    is_pending = isinstance(answer, Rejected) and answer.status == "pdng"
    return said(answer) or "pdng", isinstance(answer, Answer) or is_pending


def other_methods(authority: Authority, send: Sends) -> tuple[str, bool | None]:
    """Judge that an address is not to be had by another method."""
    heard = send(SEARCH, None, method="GET")
    return f"HTTP {heard.status}", heard.status == 405


def other_addresses(authority: Authority, send: Sends) -> tuple[str, bool | None]:
    """Judge that there is nothing at other addresses."""
    heard = send("/registry/everything", b"{}")
    return f"HTTP {heard.status}", heard.status == 404
