"""
Proofs 证明: that an entry stands in a log, and that a log only grew (RFC 9162 §2.1.3, §2.1.4).

Made from the roots of full subtrees, which the database keeps (see `Node`): a proof needs
O(log n) of them, and they are fetched at once.
"""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from hedui.ledger.verify import fold, node_hash


class Subtree(NamedTuple):
    """A full subtree: it covers the leaves from number << level, 1 << level of them."""

    level: int
    number: int


Fetch = Callable[[Collection[Subtree]], Mapping[Subtree, bytes]]
"""Returns the roots of full subtrees, all asked for at once."""


def prove_inclusion(index: int, size: int, fetch: Fetch) -> list[bytes]:
    """
    Prove that the entry at `index` stands in the log of `size` entries.

    :raises ValueError: there is no such entry
    """
    if not 0 <= index < size:
        raise ValueError(f"no entry {index} in a log of {size}")
    spans, first, last = [], 0, size
    while last - first > 1:
        middle = first + _split(last - first)
        if index < middle:
            spans.append((middle, last))
            last = middle
        else:
            spans.append((first, middle))
            first = middle
    return _hashes(spans[::-1], fetch)


def prove_consistency(first: int, second: int, fetch: Fetch) -> list[bytes]:
    """
    Prove that the log of size `first` is the beginning of that of size `second`.

    :raises ValueError: they are not in this order
    """
    if not 0 <= first <= second:
        raise ValueError(f"a log of {first} does not begin one of {second}")
    if first in (0, second):
        return []
    spans, start, end = [], 0, second
    whole = True  # the old log is so far one full subtree, whose root the verifier holds
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start, whole = middle, False
    return _hashes(([] if whole else [(start, end)]) + spans[::-1], fetch)


def _split(leaves: int) -> int:
    """Return the largest power of two below a number of leaves."""
    return 1 << (leaves - 1).bit_length() - 1


def _hashes(spans: list[tuple[int, int]], fetch: Fetch) -> list[bytes]:
    parts = [_full(*span) for span in spans]
    roots = fetch({subtree for part in parts for subtree in part})
    return [fold([roots[subtree] for subtree in part]) for part in parts]


def _full(first: int, last: int) -> list[Subtree]:
    """Part a span that begins at a multiple of its size into full subtrees, largest first."""
    subtrees = []
    while first < last:
        level = (last - first).bit_length() - 1
        subtrees.append(Subtree(level, first >> level))
        first += 1 << level
    return subtrees


def verify_inclusion(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    """Test a proof that `leaf` stands at `index` of the log of `size` (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    number, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if number & 1 or number == last:
            found = node_hash(step, found)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            found = node_hash(found, step)
        number, last = number >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, proof: list[bytes]
) -> bool:
    """Test a proof that the log of size `first` begins that of `second` (RFC 9162 §2.1.4.2)."""
    if not 0 < first <= second:
        return first == 0 and not proof
    if first == second:
        return not proof and first_root == second_root
    if not proof:
        return False
    path = [first_root, *proof] if first & (first - 1) == 0 else proof
    number, last = first - 1, second - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    old = new = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            new = node_hash(new, step)
        number, last = number >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root
