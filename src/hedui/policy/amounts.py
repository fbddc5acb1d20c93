"""Arithmetic of amounts (金额运算) that rules share: larger, smaller, a share, the one rounding.

All of it is exact, for a single value and for a column alike: a share of an amount, or a part of a
year, may leave a part of a fen, and every test sees it. Only :func:`to_fen` and :func:`up_to_yuan`
round, and only what is paid or shown.
"""

from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import Any, Final

import numpy as np

from hedui.policy import column
from hedui.policy.column import Column
from hedui.policy.exact import alike, exact
from hedui.policy.rounding import rounded_to_fen
from hedui.policy.truth import UNKNOWN

YUAN: Final = 100


def larger(one: Any, other: Any) -> Any:
    """Take the larger of two amounts (取大)."""
    if isinstance(one, Column):
        return column.larger_of(one, other)
    if isinstance(other, Column):
        return column.larger_of(other, one)
    return UNKNOWN if UNKNOWN in (one, other) else max(one, other)


def smaller(one: Any, other: Any) -> Any:
    """Take the smaller of two amounts (取小)."""
    if isinstance(one, Column):
        return column.smaller_of(one, other)
    if isinstance(other, Column):
        return column.smaller_of(other, one)
    return UNKNOWN if UNKNOWN in (one, other) else min(one, other)


def not_below_zero(amount: Any) -> Any:
    """Take the amount, or nothing where it is negative."""
    return larger(amount, 0)


def share_of(amount: Any, share: Any) -> Any:
    """Take a share, or a multiple, of an amount, exactly."""
    taken = amount * share
    return exact(taken) if isinstance(taken, Fraction) else taken


def part_of(amount: Any, parts: Any, of: Any) -> Any:
    """Take so many of equal parts of an amount, exactly."""
    return share_of(amount, divided(parts, larger(of, 1)))


def divided(amount: Any, by: Any) -> Any:
    """Divide by a positive number, exactly."""
    if isinstance(by, Column):
        return amount * column.one_over(by)
    if by is UNKNOWN or amount is UNKNOWN:
        return UNKNOWN
    return share_of(amount, Fraction(1) / by)


def to_fen(amount: Any, by: Any = 1) -> Any:
    """Divide a non-negative amount by a count and round half up to the fen (四舍五入到分), once."""
    if isinstance(amount, Column):
        return column.to_whole(amount, by)
    if isinstance(by, Column):
        return column.to_whole(column.spread(amount, len(by.values)), by)
    if amount is UNKNOWN or by is UNKNOWN:
        return UNKNOWN
    return rounded_to_fen(amount, by)


def up_to_yuan(amount: Any, by: int) -> Any:
    """Divide a non-negative amount and round up to the whole yuan (见分进元), once; fen."""
    return -(-amount // (by * YUAN)) * YUAN


def price_at_limit(limit: Any, sign: str, *, yearly_loss: Any, months: Any) -> Any:
    """
    Give the purchase price to compare by the sign, so that it says what the value would, fen.

    The value after some months is price × (1 − loss)^(months ÷ 12), 沧州's formula; the price is
    held against this bound, so that no power of a fraction is ever rounded. Months that are no
    whole years take the root exactly. For 不超过 and 超过 it is the highest price whose value is at
    most the limit; for 低于 and 达到 the lowest whose value is not below it.
    """
    beside = 1 if sign in ("<", ">=") else 0
    given = (limit, yearly_loss, months)
    if any(one is UNKNOWN for one in given):
        return UNKNOWN
    if not any(isinstance(one, Column) for one in given):
        return _bound(limit, Fraction(yearly_loss), months, beside)
    size = next(len(one.values) for one in given if isinstance(one, Column))
    parts = [column.spread(one, size) for one in given]
    one_of, back = alike([part.values for part in parts])
    bounds = [
        _bound(int(most), Fraction(int(loss), parts[1].over), int(age), beside)
        for most, loss, age in zip(*(part.values[one_of] for part in parts), strict=True)
    ]
    known = column.both(column.both(parts[0].known, parts[1].known), parts[2].known)
    return Column(np.array(bounds, dtype=np.int64)[back], known)


_HIGHEST: Final = 2**57


@lru_cache(10_000)
def _bound(limit: int, yearly_loss: Fraction, months: int, beside: int) -> int:
    """Find the largest p with p^12 × kept^months at most limit^12 × scale^months.

    beside: 1 for the next price above the largest p of which this is less
    """
    scale, kept = yearly_loss.denominator, yearly_loss.denominator - yearly_loss.numerator
    if months % 12 == 0:
        years = months // 12
        highest: int = (limit * scale**years - beside) // kept**years + beside
        return min(highest, _HIGHEST)
    room, each = limit**12 * scale**months - beside, kept**months
    if room < 0:  # below nothing there is no price
        return 0
    # the twelfth root, exactly: a square root twice and a cube root
    return min(_cube_root(isqrt(isqrt(room // each))) + beside, _HIGHEST)


def _cube_root(number: int) -> int:
    high = 1 << (number.bit_length() // 3 + 1)
    while True:
        lower = (2 * high + number // high**2) // 3
        if lower >= high:
            return high
        high = lower
