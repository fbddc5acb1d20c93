"""Exact numbers of many (精确分数): whole numbers over one denominator, in 64 bits where they fit.

A share of a wage, or a year divided by months, leaves a part of a fen; a test must see it. So a
column keeps numerators over a denominator that all its rows have in common (a third of a fen is 1
over 3). Before each product of such numbers its size is looked at: NumPy would wrap in silence.
What has no room in 64 bits goes on in Python's own integers, slower and just as exact.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Any, Final

import numpy as np

from hedui.policy.truth import Exact

Array = Any  # a one-dimensional numpy array
ROOM: Final = 2**58
"""The largest product kept in 64 bits, so that thirty of them can still be added."""


def exact(number: Fraction) -> Exact:
    """Give a whole number as an integer, as nearly all are; any other stays a fraction."""
    return number.numerator if number.denominator == 1 else number


def most(values: Any) -> int:
    """Give the largest of the numbers without their signs."""
    if isinstance(values, np.ndarray):
        return max(int(values.max(initial=0)), -int(values.min(initial=0)))
    return abs(int(values))


def times(values: Any, factor: Any) -> Any:
    """Multiply whole numbers, one of them or both in columns, without wrapping."""
    if isinstance(factor, int) and factor == 1:
        return values
    if most(values) * most(factor) <= ROOM:
        return values * factor
    return _unbounded(values) * _unbounded(factor)


def _unbounded(values: Any) -> Any:
    return values.astype(object) if isinstance(values, np.ndarray) else values


def levelled(one: Any, over: int, other: Any, other_over: int) -> tuple[Any, Any, int]:
    """Bring two numbers to one denominator (通分)."""
    if over == other_over:
        return one, other, over
    common = lcm(over, other_over)
    return times(one, common // over), times(other, common // other_over), common


def summable(values: Array, starts: Array) -> Array:
    """Give numbers of which no owner's sum can wrap."""
    longest = int((starts[1:] - starts[:-1]).max(initial=0))
    return values if most(values) * max(1, longest) <= ROOM else _unbounded(values)


def numerators(numbers: Sequence[Exact]) -> tuple[Array, int]:
    """Write numbers over the least denominator they have in common."""
    over = lcm(*{number.denominator for number in numbers})
    return whole([number.numerator * (over // number.denominator) for number in numbers]), over


def whole(numbers: Sequence[int]) -> Array:
    """Write whole numbers in 64 bits where they fit."""
    fits = not numbers or (max(numbers) <= ROOM and -min(numbers) <= ROOM)
    return np.array(numbers, dtype=np.int64 if fits else object)


_FEW: Final = 2**16


def distinct(values: Array) -> tuple[Array, Array]:
    """Give the distinct numbers in their order, and which of them each is.

    Counts and months lie close together: then no number is sorted.
    """
    least = int(values.min(initial=0))
    if values.dtype == object or int(values.max(initial=0)) - least > _FEW:
        found, back = np.unique(values, return_inverse=True)
        return found, back.reshape(-1)
    there = np.bincount(values - least) > 0
    return np.flatnonzero(there) + least, (np.cumsum(there) - 1)[values - least]


def alike(columns: Sequence[Array]) -> tuple[Array, Array]:
    """Find which rows of columns are the same: one row of each sort, and the sort of each row."""
    sort = np.zeros(len(columns[0]), dtype=np.int64)
    sorts = min(len(sort), 1)
    for values in columns:
        found, back = distinct(values)
        there, sort = distinct(sort * len(found) + back)
        sorts = len(there)
    one_of = np.empty(sorts, dtype=np.int64)
    one_of[sort] = np.arange(len(sort))
    return one_of, sort


def inverses(values: Array) -> tuple[Array, int]:
    """Give one over each of the numbers; of what is not positive nobody asks."""
    found, back = distinct(values)
    inverted = [Fraction(1, int(one)) if one > 0 else 1 for one in found]
    numbers, over = numerators(inverted)
    return numbers[back], over
