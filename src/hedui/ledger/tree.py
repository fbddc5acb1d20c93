"""
The Merkle tree of RFC 9162 §2.1.1, as it is kept between two appends.

A `Frontier` holds the roots of the full subtrees of a log of n leaves (one for each bit set
in n). That is all that is needed to append a leaf and to know the root, in O(log n) hashes,
so the log can be extended inside the transaction of the act that it records.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hedui.ledger.proofs import Subtree
from hedui.ledger.verify import Roots, fold


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

    def extended(self, leaves: Iterable[bytes]) -> "tuple[Frontier, dict[Subtree, bytes]]":
        """Return the frontier with more leaves (hashes), and the subtrees that they complete."""
        roots = Roots(self.size, list(self.roots))
        completed = {}
        for leaf in leaves:
            for level, root in enumerate(roots.add(leaf), start=1):
                completed[Subtree(level, (roots.size - 1) >> level)] = root
        return Frontier(roots.size, tuple(roots.subtrees)), completed

    def append(self, leaf: bytes) -> "Frontier":
        """Return the frontier with one more leaf (its hash, not its bytes)."""
        return self.extended([leaf])[0]

    @property
    def root(self) -> bytes:
        """Return the root of the whole tree."""
        return fold(list(self.roots))


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Compute the root of a log from the hashes of all its leaves."""
    return Frontier().extended(leaves)[0].root
