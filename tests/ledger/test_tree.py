"""The Merkle tree is the one of RFC 9162, however it is grown."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedui.ledger import Frontier, leaf_hash, root_of
from hedui.ledger.verify import BLOCK, Roots, node_hash

leaves = st.lists(st.binary(max_size=8).map(leaf_hash), max_size=40)


def recursive_root(hashes: list[bytes]) -> bytes:
    """Compute the root by the definition of RFC 9162 §2.1.1, top down."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return node_hash(recursive_root(hashes[:split]), recursive_root(hashes[split:]))


@given(leaves)
def test_the_frontier_has_the_root_of_the_definition(hashes):
    assert root_of(hashes) == recursive_root(hashes)


def test_it_agrees_with_the_published_vectors():
    # the test vectors of RFC 6962 implementations: eight inputs and the root over them
    inputs = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    root = root_of(leaf_hash(bytes.fromhex(text)) for text in inputs)
    assert root.hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@given(leaves.filter(bool), st.data())
def test_any_changed_leaf_changes_the_root(hashes, data):
    index = data.draw(st.integers(0, len(hashes) - 1))
    changed = [*hashes]
    changed[index] = leaf_hash(b"another" + hashes[index])
    assert root_of(changed) != root_of(hashes)


@given(leaves.filter(bool))
def test_leaving_one_out_changes_the_root(hashes):
    assert root_of(hashes[:-1]) != root_of(hashes)


def test_a_leaf_is_never_a_node():
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


def test_it_refuses_a_frontier_that_cannot_be():
    with pytest.raises(ValueError, match="2 subtrees"):
        Frontier(3, (leaf_hash(b""),))


@given(parts=st.lists(st.integers(0, 3 * BLOCK), max_size=4))
@settings(max_examples=25, deadline=None)
def test_many_leaves_at_once_make_the_tree_that_they_make_one_by_one(parts):
    slowly, at_once = Roots(), Roots()
    for part in parts:
        hashes = [sha256(n.to_bytes(4, "big")).digest() for n in range(part)]
        for leaf in hashes:
            slowly.add(leaf)
        at_once.extend(hashes)
        assert at_once == slowly
