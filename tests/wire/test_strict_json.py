import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedui.wire import strict_json
from hedui.wire.checks import WireError

PRINTABLE = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")))
PLAIN = st.none() | st.booleans() | st.integers(-(10**15), 10**15) | PRINTABLE
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner) | st.dictionaries(PRINTABLE, inner), max_leaves=12
)


@given(VALUES)
def test_it_reads_every_plain_value(value):
    assert strict_json.loads(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.binary(max_size=200))
def test_it_never_fails_but_by_refusing(body):
    try:
        strict_json.loads(body)
    except WireError as error:
        assert error.code == "malformed_object"


@pytest.mark.parametrize(
    "body",
    [
        b'{"fen": 1, "fen": 2}',
        b'{"a": {"fen": 1, "fen": 1}}',
        b"NaN",
        b'{"fen": Infinity}',
        b'{"fen": -Infinity}',
        b'{"fen": 1e400}',
        b'{"fen": 1.0}',
        b'{"fen": 1E2}',
        b'{"fen": 9007199254740993000}',
        b'{"fen": "\\u0000"}',
        b'{"\\u202efen": 1}',
        b'{"name": "\\ud800"}',
        b"\xef\xbb\xbf{}",
        '{"name": "张"}'.encode("gb18030"),
        "{}".encode("utf-16"),
        b"",
        b"<html>maintenance</html>",
        b"{} {}",
        b"{'a': 1}",
        b"[1,]",
        b'{"fen": 01}',
        '{"fen": １}'.encode(),
    ],
)
def test_it_refuses_what_two_readers_could_read_differently(body):
    with pytest.raises(WireError) as refused:
        strict_json.loads(body)
    assert refused.value.code == "malformed_object"


@pytest.mark.parametrize(
    "body",
    [b"[" * 200_000, b'{"a":' * 200_000, b"[" * 17 + b"]" * 17, b"9" * 100_000],
    ids=["brackets", "braces", "one too deep", "long number"],
)
def test_it_refuses_deep_and_long_things_at_once(body):
    began = time.process_time()
    with pytest.raises(WireError):
        strict_json.loads(body)
    assert time.process_time() - began < 1


def test_it_takes_nesting_up_to_its_bound():
    deepest = b"[" * strict_json.MAX_DEPTH + b"]" * strict_json.MAX_DEPTH
    assert strict_json.loads(deepest)


@pytest.mark.parametrize("inner", ["", "1", '"a"', "[]", "{}", '{"a":[1]}', '[{"a":1},[]]'])
@pytest.mark.parametrize("opens", ["[", '{"a":'])
@pytest.mark.parametrize("depth", range(strict_json.MAX_DEPTH - 3, strict_json.MAX_DEPTH + 2))
def test_it_takes_and_refuses_the_same_however_it_is_written(depth, opens, inner):
    inner = inner or ("0" if opens == '{"a":' else "")
    body = (opens * depth + inner + ("]" if opens == "[" else "}") * depth).encode()

    def taken(written: bytes) -> object:
        try:
            return strict_json.loads(written)
        except WireError as error:
            return error.code

    assert taken(body) == taken(body + b"\n")
    assert taken(body) == taken(body.replace(b"a", b"\\u0061"))


@given(VALUES, st.sampled_from(["\x7f", "\x85", "\u2028", "\u202e", "\u2066"]))
def test_it_refuses_what_is_unseen_wherever_it_stands(value, unseen):
    for held in ([value, unseen], {unseen: value}, [{"a": [unseen + "b"]}, value]):
        with pytest.raises(WireError):
            strict_json.loads(json.dumps(held, ensure_ascii=False).encode())


def test_it_refuses_a_body_above_its_bound_unread():
    with pytest.raises(WireError, match="长度"):
        strict_json.loads(b'"' + b"a" * 100 + b'"', max_bytes=100)


def test_a_refusal_quotes_nothing_that_arrived():
    with pytest.raises(WireError) as refused:
        strict_json.loads('{"张三": 1, "张三": 2}'.encode())
    assert "张" not in str(refused.value)
