import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from hedui.wire.canonical import CanonicalError, canonical, digest

SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


def encodable(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


@given(VALUES.filter(encodable))
def test_it_says_the_same_value_back(value):
    assert json.loads(canonical(value)) == value


@given(VALUES.filter(encodable))
def test_it_is_what_an_independent_rfc_8785_encoder_says(value):
    assert canonical(value) == rfc8785.dumps(value)


def test_it_does_not_depend_on_the_order_of_keys():
    assert canonical({"b": 1, "a": [2, {"d": 3, "c": 4}]}) == b'{"a":[2,{"c":4,"d":3}],"b":1}'
    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})


def test_it_orders_keys_by_utf_16_as_rfc_8785_does():
    assert canonical({"\U0001f600": 1, "\ufb33": 2}) == '{"\U0001f600":1,"\ufb33":2}'.encode()


@pytest.mark.parametrize("value", [0.5, [1.0], {"a": [{"b": 1e3}]}, float("nan")])
def test_it_refuses_floats_however_deep(value):
    with pytest.raises(CanonicalError):
        canonical(value)


def nested(levels: int) -> object:
    value: object = "in"
    for _ in range(levels):
        value = [value]
    return value


def test_it_writes_as_many_levels_as_anything_here_has_and_refuses_more():
    assert json.loads(canonical(nested(200))) == nested(200)
    for levels in (300, 100_000):
        with pytest.raises(CanonicalError):
            canonical(nested(levels))


@pytest.mark.parametrize("value", [2**53, {1: 2}, {"名": {1: 2}}, b"bytes", object(), "\ud800"])
def test_it_refuses_what_has_no_canonical_form(value):
    with pytest.raises(CanonicalError):
        canonical(value)


def test_a_digest_changes_with_the_least_change():
    assert digest({"fen": 1}) != digest({"fen": 2})
    assert digest({"fen": 1}).startswith("sha256:")
