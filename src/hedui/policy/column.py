"""Columns (列): the values of many households at once, exact in 64-bit integers.

A rule is written once; given columns in place of single values it computes a registry. Every
amount of a registry and every parameter is bounded when it is loaded, so that no product can leave
64 bits: NumPy would wrap in silence. What is unknown is a mask beside the values, never a number.
"""

from collections.abc import Callable
from typing import Any, Final, Self

import numpy as np

from hedui.policy.truth import UNKNOWN, Truth, Unknown

MAX_COLUMN_FEN: Final = 10**11
"""The largest sum of one household's lines, fen (十亿元). The largest product any rule makes of it
is twice the amount times ten times SHARE_SCALE, 2 × 10^18, which is below 2**63."""

NO, OPEN, YES = 0, 1, 2
_CODE: Final = {Truth.NO: NO, Truth.UNKNOWN: OPEN, Truth.YES: YES}
Array = Any  # a one-dimensional numpy array


class Truths:
    """Conditions of many (一列条件): 0 no, 1 unknown, 2 yes."""

    __slots__ = ("values",)

    def __init__(self, values: Array) -> None:
        self.values = values

    def taken(self, rows: Array) -> "Truths":
        """Give the condition of the owner of each row."""
        return Truths(self.values[rows])

    def __bool__(self) -> bool:
        raise TypeError("Truths have three values; use choose() or all_of()")


class Codes:
    """Codes of many (一列代码): an index into names."""

    __slots__ = ("names", "values")

    def __init__(self, values: Array, names: tuple[str, ...]) -> None:
        self.values, self.names = values, names

    def taken(self, rows: Array) -> "Codes":
        """Give the code of the owner of each row."""
        return Codes(self.values[rows], self.names)

    def among(self, allowed: Any) -> Truths:
        """Test of each whether its code is one of those listed; an unknown code is open."""
        table = np.array([_CODE[_listed(name, allowed)] for name in self.names], dtype=np.int8)
        return Truths(table[self.values])


def _listed(name: str, allowed: Any) -> Truth:
    if name == UNKNOWN.value:
        return Truth.UNKNOWN
    return Truth.YES if name in allowed else Truth.NO


class Column:
    """Whole numbers of many (一列整数), and which of them are known; None where all are."""

    __slots__ = ("known", "values")

    def __init__(self, values: Array, known: Array | None = None) -> None:
        self.values, self.known = values, known

    def taken(self, rows: Array) -> "Column":
        """Give the value of the owner of each row."""
        return Column(self.values[rows], None if self.known is None else self.known[rows])

    def _with(self, other: Any, operate: Callable[[Any, Any], Any]) -> "Column":
        if other is UNKNOWN:
            return unknown_column(len(self.values))
        if isinstance(other, Column):
            return Column(operate(self.values, other.values), both(self.known, other.known))
        return Column(operate(self.values, other), self.known)

    def _than(self, other: Any, operate: Callable[[Any, Any], Any]) -> Truths:
        found = self._with(other, operate)
        values = found.values.astype(np.int8)
        values <<= 1
        if found.known is not None:
            values[~found.known] = OPEN
        return Truths(values)

    def __add__(self, other: Any) -> "Column":
        return self._with(other, np.add)

    def __sub__(self, other: Any) -> "Column":
        return self._with(other, np.subtract)

    def __rsub__(self, other: Any) -> "Column":
        return self._with(other, lambda mine, theirs: theirs - mine)

    def __mul__(self, other: Any) -> "Column":
        return self._with(other, np.multiply)

    def __floordiv__(self, other: Any) -> "Column":
        return self._with(other, np.floor_divide)

    def __neg__(self) -> Self:
        return type(self)(-self.values, self.known)

    __radd__ = __add__
    __rmul__ = __mul__

    def __lt__(self, other: Any) -> Truths:
        return self._than(other, np.less)

    def __le__(self, other: Any) -> Truths:
        return self._than(other, np.less_equal)

    def __ge__(self, other: Any) -> Truths:
        return self._than(other, np.greater_equal)

    def __gt__(self, other: Any) -> Truths:
        return self._than(other, np.greater)


Many = Column | Truths | Codes


def both(one: Array | None, other: Array | None) -> Array | None:
    """Say where both are known."""
    if one is None or other is None:
        return other if one is None else one
    return one & other


def unknown_column(size: int) -> Column:
    """Make a column of which nothing is known."""
    return Column(np.zeros(size, dtype=np.int64), np.zeros(size, dtype=bool))


def spread(value: Any, size: int) -> Column:
    """Make a column of one value for all."""
    if isinstance(value, Column):
        return value
    if isinstance(value, Unknown):
        return unknown_column(size)
    return Column(np.full(size, value, dtype=np.int64))


def spread_truth(value: Any, size: int) -> Truths:
    """Make conditions that are the same for all."""
    if isinstance(value, Truths):
        return value
    return Truths(np.full(size, _CODE[value], dtype=np.int8))


def lesser(values: tuple[Any, ...]) -> Truths:
    """Combine conditions by the weakest (同时符合)."""
    return _combined(values, np.minimum)


def greater(values: tuple[Any, ...]) -> Truths:
    """Combine conditions by the strongest (符合其一)."""
    return _combined(values, np.maximum)


def _combined(values: tuple[Any, ...], operate: Callable[[Any, Any], Any]) -> Truths:
    codes = [one.values if isinstance(one, Truths) else np.int8(_CODE[one]) for one in values]
    found = codes[0]
    for code in codes[1:]:
        found = operate(found, code)
    return Truths(found)


def inverted(condition: Truths) -> Truths:
    """Turn yes into no and no into yes."""
    return Truths(np.int8(YES) - condition.values)


def only_no(condition: Truths) -> Truths:
    """Say yes where the answer is no, and no elsewhere."""
    return Truths(np.where(condition.values == NO, np.int8(YES), np.int8(NO)))


def chosen(condition: Truths, when_yes: Any, when_no: Any) -> Column | Truths:
    """Take the one value where the condition holds, the other where not, unknown where open."""
    yes = condition.values == YES
    if any(isinstance(one, Truth | Truths) for one in (when_yes, when_no)):
        size = len(yes)
        picked = np.where(
            yes, spread_truth(when_yes, size).values, spread_truth(when_no, size).values
        )
        return Truths(np.where(condition.values == OPEN, np.int8(OPEN), picked))
    values = np.where(yes, _numbers(when_yes), _numbers(when_no))
    known = None if not (condition.values == OPEN).any() else condition.values != OPEN
    for one, where in ((when_yes, yes), (when_no, ~yes)):
        mask = np.False_ if one is UNKNOWN else getattr(one, "known", None)
        if mask is not None:
            known = both(known, ~where | mask)
    return Column(values, known)


def _numbers(value: Any) -> Any:
    if value is UNKNOWN:
        return np.int64(0)
    return value.values if isinstance(value, Column) else np.int64(value)


def knowledge(value: Column) -> Truths:
    """Say of each value whether it is known."""
    if value.known is None:
        return Truths(np.full(len(value.values), YES, dtype=np.int8))
    return Truths(np.where(value.known, np.int8(YES), np.int8(NO)))


def else_where_unknown(value: Column, other: Any) -> Column:
    """Take the other value where this one is unknown."""
    if value.known is None:
        return value
    found = chosen(knowledge(value), value, other)
    assert isinstance(found, Column)
    return found


def larger_of(value: Column, other: Any) -> Column:
    """Take the larger of two (取大)."""
    return value._with(other, np.maximum)


def smaller_of(value: Column, other: Any) -> Column:
    """Take the smaller of two (取小)."""
    return value._with(other, np.minimum)
