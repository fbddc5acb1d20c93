"""
The Merkle tree of RFC 9162 §2.1.1, grown one leaf at a time.

A `Frontier` holds the roots of the full subtrees of a log of n leaves (one for each bit set
in n). That is all that is needed to append a leaf and to know the root, in O(log n) hashes,
so the log can be extended inside the transaction of the act that it records.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Hash one entry (RFC 9162: 0x00 before the bytes, so that a leaf is never a node)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees (RFC 9162: 0x01 before them)."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """
    The full subtrees of a log, largest first.

    size: number of leaves
    roots: their roots, 32 bytes each, as many as there are bits set in `size`
    """

    size: int = 0
    roots: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.roots) != self.size.bit_count():
            raise ValueError(f"a log of {self.size} leaves has {self.size.bit_count()} subtrees")

    def append(self, leaf: bytes) -> "Frontier":
        """Return the frontier with one more leaf (its hash, not its bytes)."""
        roots, carry, size = list(self.roots), leaf, self.size
        while size & 1:
            carry = node_hash(roots.pop(), carry)
            size >>= 1
        return Frontier(self.size + 1, (*roots, carry))

    @property
    def root(self) -> bytes:
        """Return the root of the whole tree."""
        if not self.roots:
            return EMPTY_ROOT
        root = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            root = node_hash(left, root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Compute the root of a log from the hashes of all its leaves."""
    frontier = Frontier()
    for leaf in leaves:
        frontier = frontier.append(leaf)
    return frontier.root
