"""Arithmetic of amounts (金额运算) that rules share: larger, smaller, a share, one rounding.

All of it is exact on whole fen, for a single value and for a column alike. A deduction or a share
is itself an amount of money: it is taken to the fen, half up, once.
"""

from functools import lru_cache
from math import isqrt
from typing import Any, Final

import numpy as np

from hedui.policy import column
from hedui.policy.column import Column
from hedui.policy.parameter_files import SHARE_SCALE
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
    """Take a share (millionths) of a non-negative amount, rounded half up to the fen, once."""
    if share == 0:  # most places take no share, and dividing a column is dear
        return amount * 0
    return divided(amount * share, SHARE_SCALE)


def part_of(amount: Any, parts: Any, of: Any) -> Any:
    """Take so many of equal parts of a non-negative amount, rounded half up to the fen, once."""
    if parts == 0:
        return amount * 0
    return divided(amount * parts, larger(of, 1))


def divided(amount: Any, by: Any) -> Any:
    """Divide a non-negative amount, rounded half up to the fen, once."""
    if isinstance(amount, Column) or isinstance(by, Column):
        return (amount * 2 + by) // (by * 2)
    if amount is UNKNOWN or by is UNKNOWN:
        return UNKNOWN
    return rounded_to_fen(amount, by)


def up_to_yuan(amount: Any, by: int) -> Any:
    """Divide a non-negative amount and round up to the whole yuan (见分进元), once; fen."""
    return (amount + (by * YUAN - 1)) // (by * YUAN) * YUAN


def price_at_limit(limit: Any, sign: str, *, yearly_loss: Any, months: Any) -> Any:
    """
    Give the purchase price to compare by the sign, so that it says what the value would, fen.

    The value after some months is price × (1 − loss)^(months ÷ 12), 沧州's formula; the price is
    held against this bound, so that no power of a fraction is ever rounded. Months that are no
    whole years take the root exactly. For 不超过 and 超过 it is the highest price whose value is at
    most the limit; for 低于 and 达到 the lowest whose value is not below it.
    """
    beside = 1 if sign in ("<", ">=") else 0
    if not any(isinstance(one, Column) for one in (limit, yearly_loss, months)):
        unknown = UNKNOWN in (limit, yearly_loss, months)
        return UNKNOWN if unknown else _bound(limit, yearly_loss, months, beside)
    size = next(len(o.values) for o in (limit, yearly_loss, months) if isinstance(o, Column))
    parts = [column.spread(one, size) for one in (limit, yearly_loss, months)]
    rows, back = np.unique(np.stack([p.values for p in parts]), axis=1, return_inverse=True)
    found = np.array([_bound(*map(int, row), beside) for row in rows.T], dtype=np.int64)
    known = column.both(column.both(parts[0].known, parts[1].known), parts[2].known)
    return Column(found[back.reshape(-1)], known)


_HIGHEST: Final = 2**62


@lru_cache(10_000)
def _bound(limit: int, yearly_loss: int, months: int, beside: int) -> int:
    """Find the largest p with p^12 × kept^months at most limit^12 × scale^months.

    beside: 1 for the next price above the largest p of which this is less
    """
    kept = SHARE_SCALE - yearly_loss
    if months % 12 == 0:
        years = months // 12
        highest: int = (limit * SHARE_SCALE**years - beside) // kept**years + beside
        return min(highest, _HIGHEST)
    room, each = limit**12 * SHARE_SCALE**months - beside, kept**months
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
