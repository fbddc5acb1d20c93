"""A proof holds for its own entry and log, and for nothing else (RFC 9162 §2.1.3, §2.1.4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedui.ledger import (
    Frontier,
    Subtree,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from tests.ledger.test_tree import recursive_root

MOST = 70
LEAVES = [leaf_hash(b"%d" % n) for n in range(MOST)]
ROOTS = [root_of(LEAVES[:n]) for n in range(MOST + 1)]


def kept(size):
    """What a database keeps of a log: its leaves, and the subtrees as they were completed."""
    _, completed = Frontier().extended(LEAVES[:size])
    return {Subtree(0, n): leaf for n, leaf in enumerate(LEAVES[:size])} | completed


def fetch_from(subtrees):
    return lambda wanted: {one: subtrees[one] for one in wanted}


def by_definition(index, hashes):
    """PATH of RFC 9162 §2.1.3.1, top down."""
    if len(hashes) == 1:
        return []
    split = 1 << (len(hashes) - 1).bit_length() - 1
    if index < split:
        return [*by_definition(index, hashes[:split]), recursive_root(hashes[split:])]
    return [*by_definition(index - split, hashes[split:]), recursive_root(hashes[:split])]


places = st.integers(1, MOST).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n)))


@given(places)
def test_a_proof_is_that_of_the_definition(place):
    index, size = place
    proof = prove_inclusion(index, size, fetch_from(kept(MOST)))
    assert proof == by_definition(index, LEAVES[:size])


def test_every_entry_of_every_log_is_proved():
    fetch = fetch_from(kept(MOST))
    for size in range(1, MOST + 1):
        for index in range(size):
            proof = prove_inclusion(index, size, fetch)
            assert verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])


def test_every_log_is_proved_to_begin_every_later_one():
    fetch = fetch_from(kept(MOST))
    for second in range(MOST + 1):
        for first in range(second + 1):
            proof = prove_consistency(first, second, fetch)
            assert verify_consistency(first, second, ROOTS[first], ROOTS[second], proof)


@given(places, st.data())
def test_a_proof_of_inclusion_holds_for_nothing_else(place, data):
    index, size = place
    proof = prove_inclusion(index, size, fetch_from(kept(MOST)))
    others = st.integers(0, size - 1).filter(lambda n: n != index)
    if size > 1:
        other = data.draw(others)
        assert not verify_inclusion(LEAVES[other], index, size, proof, ROOTS[size])
        assert not verify_inclusion(LEAVES[index], other, size, proof, ROOTS[size])
    assert not verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size - 1])
    assert not verify_inclusion(LEAVES[index], index, size, [*proof, LEAVES[0]], ROOTS[size])
    assert not verify_inclusion(LEAVES[index], size, size, proof, ROOTS[size])


@given(places.filter(lambda p: p[0] > 0), st.data())
def test_a_proof_of_consistency_holds_for_nothing_else(place, data):
    first, second = place
    proof = prove_consistency(first, second, fetch_from(kept(MOST)))
    roots = ROOTS[first], ROOTS[second]
    changed = data.draw(st.integers(0, len(proof) - 1))
    forged = [*proof]
    forged[changed] = leaf_hash(proof[changed])
    assert not verify_consistency(first, second, *roots, forged)
    assert not verify_consistency(first, second, *roots, proof[:-1])
    assert not verify_consistency(first, second, *roots, [*proof, LEAVES[0]])
    assert not verify_consistency(first, second, ROOTS[first - 1], ROOTS[second], proof)
    assert not verify_consistency(first, second, ROOTS[first], ROOTS[second - 1], proof)


def test_what_is_not_in_the_log_has_no_proof():
    with pytest.raises(ValueError, match="no entry 5"):
        prove_inclusion(5, 5, fetch_from({}))
    with pytest.raises(ValueError, match="does not begin"):
        prove_consistency(6, 5, fetch_from({}))
    assert not verify_consistency(6, 5, ROOTS[6], ROOTS[5], [])
    assert not verify_consistency(5, 5, ROOTS[5], ROOTS[6], [])
    assert not verify_consistency(3, 5, ROOTS[3], ROOTS[5], [])


def test_a_proof_takes_few_subtrees_at_once():
    asked = []

    def fetch(wanted):
        asked.append(len(wanted))
        return dict.fromkeys(wanted, LEAVES[0])

    prove_inclusion(123_456, 999_999, fetch)
    assert len(asked) == 1
    assert asked[0] <= 40
