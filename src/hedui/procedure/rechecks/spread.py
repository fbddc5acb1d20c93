"""
Fair turns 轮次: in which order a list is worked through, and what of it is looked at twice.

No amount and no likelihood has a say: within an office the order is drawn from the number of the
list, which nobody chooses, and can be drawn again by anybody.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from fractions import Fraction
from hashlib import sha256
from typing import TypeVar

One = TypeVar("One")


def in_turn(
    listed: Iterable[One], *, office: Callable[[One], Hashable], lot: Callable[[One], str]
) -> list[One]:
    """
    Order a list so that wherever it is left off, each office has had its share.

    The k-th of an office's n stands at (k - 1/2) / n of the way; lot: what is drawn for each.
    """
    offices: dict[Hashable, list[One]] = defaultdict(list)
    for one in listed:
        offices[office(one)].append(one)
    placed = []
    for own in offices.values():
        for number, one in enumerate(sorted(own, key=lot)):
            placed.append((Fraction(2 * number + 1, 2 * len(own)), lot(one), one))
    return [one for _, _, one in sorted(placed, key=lambda place: place[:2])]


def drawn(listed: Iterable[One], *, percent: int, lot: Callable[[One], str]) -> list[One]:
    """Draw a part of a list by lot, rounded up: one at least, unless percent is nought."""
    whole = sorted(listed, key=lot)
    return whole[: -(-len(whole) * percent // 100)]


def lot(purpose: str, drawing: object, one: object) -> str:
    """Give the lot of one in a drawing, for a purpose."""
    return sha256(f"{purpose}|{drawing}|{one}".encode()).hexdigest()
