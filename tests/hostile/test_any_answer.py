"""Whatever bytes arrive, reading fails in one way only, and returns nothing that was not sent."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedui.values.resident_id import ResidentId
from hedui.wire.envelope import MessageError, seal
from hedui.wire.receiving import Answer, parse_answer
from hedui.wire.seals import Verifier
from tests.wire.made import BANK, LI, NOW, PLATFORM, Keys, asked, by_reference, found, inquiry
from tests.wire.test_receiving import answer_body


@pytest.fixture(scope="module")
def keys(tmp_path_factory) -> Keys:
    return Keys.make(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def question(keys):
    """Ask the bank about two persons."""
    first = inquiry(keys)
    return asked(first, inquiry(keys, reference_id="inquiry-2", subject_number=LI))


@pytest.fixture(scope="module")
def true(keys, question) -> bytes:
    other = found("inquiry-2", subject_number=LI, records=({"bank": "乙", "balance_fen": 7},))
    return answer_body(keys, question, found(), other)


def parse(keys: Keys, question: Any, body: bytes) -> dict[str, Any]:
    verifier = Verifier.of(keys.bank.public())
    return parse_answer(
        body,
        request=by_reference(*question.elements),
        message_id=question.message_id,
        sender=BANK,
        receiver=PLATFORM,
        verifier=verifier,
        now=NOW,
    )


ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(max_size=8)
    | st.sampled_from(
        [LI, "NOT_FOUND", "FOUND", "succ", "rjct", "pdng", "2024-07-31", "inquiry-1"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["subject", "records", "bank", "x", "data"]), inner)
    ),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every part of a JSON value."""
    parts: Any = ()
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    return [path, *(p for key, part in parts for p in places(part, (*path, key)))]


def changed(value: Any, path: tuple[Any, ...], new: Any, how: str) -> Any:
    """Replace, remove or double the part at a path."""
    if not path:
        return new
    copy = json.loads(json.dumps(value))
    held = copy
    for key in path[:-1]:
        held = held[key]
    if how == "remove":
        del held[path[-1]]
    elif how == "double" and isinstance(held, list):
        held.append(held[path[-1]])
    else:
        held[path[-1]] = new
    return copy


@settings(max_examples=400)
@given(data=st.data())
def test_nothing_is_returned_that_was_not_sent(keys, question, true, data):
    """The department signs whatever it likes: what is kept is what it said of this very person."""
    envelope = json.loads(true)
    content = {"header": envelope["header"], "message": envelope["message"]}
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from([p for p in places(content) if p]))
        how = data.draw(st.sampled_from(["replace", "replace", "remove", "double"]))
        content = changed(content, path, data.draw(ANY), how)
        if not {"header", "message"} <= content.keys():
            return
    body = seal(content["header"], content["message"], keys.bank)
    try:
        answers = parse(keys, question, body)
    except MessageError:
        return
    sent = content["message"]["search_response"]
    assert set(answers) == {"inquiry-1", "inquiry-2"}
    for reference, answer in answers.items():
        if isinstance(answer, Answer):
            (said,) = [one for one in sent if one.get("reference_id") == reference]
            record = said["data"]["reg_records"][0]
            subject = next(e for e in question.elements if e.reference_id == reference)
            assert ResidentId.parse(record["subject"]["id_number"]) == ResidentId.parse(
                subject.subject_number
            )
            assert len(answer.records) <= len(record["records"])
            for row in answer.records:
                assert row.keys() <= {"bank", "balance_fen"}
                assert any(row.items() <= whole.items() for whole in record["records"])


@settings(max_examples=300)
@given(place=st.integers(0), piece=st.binary(max_size=6), cut=st.integers(0, 40))
def test_whatever_bytes_arrive_reading_fails_in_one_way(keys, question, true, place, piece, cut):
    at = place % len(true)
    body = true[:at] + piece + true[at + cut :]
    try:
        answers = parse(keys, question, body)
    except MessageError as refused:
        assert not refused.__context__ or refused.__suppress_context__
        return
    assert answers == parse(keys, question, true)  # only how it is laid out was changed


@settings(max_examples=200)
@given(st.binary(max_size=300) | ANY.map(lambda v: json.dumps(v).encode()))
def test_what_is_no_message_is_refused(keys, question, body):
    with pytest.raises(MessageError):
        parse(keys, question, body)
