"""Columns (列): the values of many households at once, exact in integers.

A rule is written once; given columns in place of single values it computes a registry. Every
amount of a registry and every parameter is bounded when it is loaded, so that no product of whole
fen can leave 64 bits; where parts of a fen are multiplied, :mod:`hedui.policy.exact` looks first.
What is unknown is a mask beside the values, never a number.
"""

from collections.abc import Callable, Sequence
from math import lcm
from typing import Any, Final, Self, cast

import numpy as np

from hedui.policy.exact import Array, inverses, numerators, times, whole
from hedui.policy.truth import UNKNOWN, Exact, Truth, Unknown

MAX_COLUMN_FEN: Final = 10**11
"""The largest sum of one household's lines, fen (十亿元). No rule multiplies whole fen by more than
the largest count and the months of a year, 1200 × 12: below 2**63."""

NO, OPEN, YES = 0, 1, 2
_CODE: Final = {Truth.NO: NO, Truth.UNKNOWN: OPEN, Truth.YES: YES}
_TRUTH: Final = {code: truth for truth, code in _CODE.items()}


class Truths:
    """Conditions of many (一列条件): 0 no, 1 unknown, 2 yes."""

    __slots__ = ("values",)

    def __init__(self, values: Array) -> None:
        self.values = values

    def taken(self, rows: Array) -> "Truths":
        """Give the condition of the owner of each row."""
        return Truths(self.values.take(rows))

    def __bool__(self) -> bool:
        raise TypeError("Truths have three values; use choose() or all_of()")


class Codes:
    """Codes of many (一列代码): an index into names."""

    __slots__ = ("names", "values")

    def __init__(self, values: Array, names: tuple[str, ...]) -> None:
        self.values, self.names = values, names

    def taken(self, rows: Array) -> "Codes":
        """Give the code of the owner of each row."""
        return Codes(self.values.take(rows), self.names)

    def among(self, allowed: Any) -> Truths | Truth:
        """Test of each whether its code is one of those listed; an unknown code is open."""
        table = np.array([_CODE[_listed(name, allowed)] for name in self.names], dtype=np.int8)
        return truths(table[self.values])


def _listed(name: str, allowed: Any) -> Truth:
    if name == UNKNOWN.value:
        return Truth.UNKNOWN
    return Truth.YES if name in allowed else Truth.NO


class Column:
    """
    Exact numbers of many (一列数).

    values: whole numbers; known: which of them are, None where all are
    over: the denominator of all of them, 1 where they are whole fen or counts
    """

    __slots__ = ("known", "over", "values")

    def __init__(self, values: Array, known: Array | None = None, over: int = 1) -> None:
        self.values, self.known, self.over = values, known, over

    @classmethod
    def of(cls, numbers: Sequence[Exact | Unknown]) -> Self:
        """Make a column of single numbers."""
        if set(map(type, numbers)) == {int}:
            return cls(whole(cast("Sequence[int]", numbers)))
        known = np.array([number is not UNKNOWN for number in numbers], dtype=bool)
        values, over = numerators([0 if one is UNKNOWN else one for one in numbers])
        return cls(values, None if known.all() else known, over)

    def taken(self, rows: Array) -> "Column":
        """Give the value of the owner of each row."""
        known = None if self.known is None else self.known.take(rows)
        return Column(self.values.take(rows), known, self.over)

    def at(self, rows: Any) -> "Column":
        """Give the values of some rows."""
        known = None if self.known is None else self.known[rows]
        return Column(self.values[rows], known, self.over)

    def over_all(self, over: int) -> "Column":
        """Write the numbers over a multiple of their denominator (通分)."""
        if over == self.over:
            return self
        return Column(times(self.values, over // self.over), self.known, over)

    def picked(self, yes: Array, other: Any, known: Array | None) -> "Column":
        """Give the own value where yes, the other where not."""
        return _picked_of(yes, self, other, known)

    def _with(self, other: Any, operate: Callable[[Any, Any], Any]) -> Any:
        if other is UNKNOWN:
            return UNKNOWN
        mine, theirs, over = _levelled(self, other)
        return Column(operate(mine, theirs), both(self.known, _known(other)), over)

    def _than(self, other: Any, operate: Callable[[Any, Any], Any]) -> Any:
        found = self._with(other, operate)
        if found is UNKNOWN:
            return Truth.UNKNOWN
        values = found.values.view(np.int8)
        values <<= 1
        if found.known is not None:
            values[~found.known] = OPEN
        return truths(values)

    def __add__(self, other: Any) -> Any:
        return self if _is(other, 0) else self._with(other, np.add)

    def __sub__(self, other: Any) -> Any:
        return self if _is(other, 0) else self._with(other, np.subtract)

    def __rsub__(self, other: Any) -> Any:
        return self._with(other, lambda mine, theirs: theirs - mine)

    def __mul__(self, other: Any) -> Any:
        if _is(other, 0) and self.known is None:
            return 0
        if _is(other, 1):
            return self
        if other is UNKNOWN:
            return UNKNOWN
        over = _over(other)
        theirs = _numerators(other, over)
        in_fen = self.over == over == 1  # within the bounds of loading
        values = self.values * theirs if in_fen else times(self.values, theirs)
        return Column(values, both(self.known, _known(other)), self.over * over)

    def __floordiv__(self, other: Any) -> Any:
        found = self._with(other, np.floor_divide)
        return found if found is UNKNOWN else Column(found.values, found.known)

    def __neg__(self) -> Any:
        return Column(-self.values, self.known, self.over)

    __radd__ = __add__
    __rmul__ = __mul__

    def __lt__(self, other: Any) -> Any:
        return self._than(other, np.less)

    def __le__(self, other: Any) -> Any:
        return self._than(other, np.less_equal)

    def __ge__(self, other: Any) -> Any:
        return self._than(other, np.greater_equal)

    def __gt__(self, other: Any) -> Any:
        return self._than(other, np.greater)


Many = Column | Truths | Codes
MANY: Final = (Column, Truths, Codes)


def _over(number: Any) -> int:
    if isinstance(number, Column):
        return number.over
    return 1 if number is UNKNOWN else int(number.denominator)


def _numerators(number: Any, over: int) -> Any:
    """Give the numerators over this denominator; nothing for what is unknown."""
    if isinstance(number, Column):
        return number.over_all(over).values
    return 0 if number is UNKNOWN else int(number * over)


def _levelled(one: Any, other: Any) -> tuple[Any, Any, int]:
    """Bring two to one denominator (通分): the numerators of both, and it."""
    over = lcm(_over(one), _over(other))
    return _numerators(one, over), _numerators(other, over), over


def _known(number: Any) -> Array | None:
    return number.known if isinstance(number, Column) else None


def _is(value: Any, number: int) -> bool:
    return isinstance(value, int) and value == number


def both(one: Array | None, other: Array | None) -> Array | None:
    """Say where both are known."""
    if one is None or other is None:
        return other if one is None else one
    return one & other


def truths(values: Array) -> Truths | Truth:
    """Make conditions of their codes; one condition where all are the same."""
    return _TRUTH[int(values[0])] if alike(values) else Truths(values)


def alike(values: Array) -> bool:
    few = values[:64]
    return len(few) > 0 and bool((few == few[0]).all() and (values == few[0]).all())


def spread(value: Any, size: int) -> Column:
    """Make a column of one value for all."""
    if isinstance(value, Column):
        return value
    if isinstance(value, Unknown):
        return Column(np.zeros(size, dtype=np.int64), np.zeros(size, dtype=bool))
    values, over = numerators([value])
    return Column(np.full(size, values[0], dtype=values.dtype), None, over)


def spread_truth(value: Any, size: int) -> Truths:
    """Make conditions that are the same for all."""
    if isinstance(value, Truths):
        return value
    return Truths(np.full(size, _CODE[value], dtype=np.int8))


def lesser(values: tuple[Any, ...]) -> Any:
    """Combine conditions by the weakest (同时符合)."""
    return _combined(values, np.minimum, Truth.NO)


def greater(values: tuple[Any, ...]) -> Any:
    """Combine conditions by the strongest (符合其一)."""
    return _combined(values, np.maximum, Truth.YES)


def _combined(values: tuple[Any, ...], operate: Callable[[Any, Any], Any], decides: Truth) -> Any:
    if any(one is decides for one in values):
        return decides
    codes = [one.values for one in values if isinstance(one, Truths)]
    found = codes[0]
    for code in codes[1:]:
        found = operate(found, code)
    if any(one is Truth.UNKNOWN for one in values):
        found = operate(found, np.int8(OPEN))
    return truths(found)


def inverted(condition: Truths) -> Truths:
    """Turn yes into no and no into yes."""
    return Truths(np.int8(YES) - condition.values)


def only_no(condition: Truths) -> Any:
    """Say yes where the answer is no, and no elsewhere."""
    return truths((condition.values == NO).view(np.int8) << np.int8(1))


def chosen(condition: Truths, when_yes: Any, when_no: Any) -> Any:
    """Take the one value where the condition holds, the other where not, unknown where open."""
    if when_yes is when_no and not (condition.values == OPEN).any():
        return when_yes
    yes = condition.values == YES
    sure = condition.values != OPEN
    known = None if sure.all() else sure
    if any(isinstance(one, Truth | Truths) for one in (when_yes, when_no)):
        size = len(yes)
        picked = np.where(
            yes, spread_truth(when_yes, size).values, spread_truth(when_no, size).values
        )
        return truths(picked if known is None else np.where(known, picked, np.int8(OPEN)))
    for one, where in ((when_yes, yes), (when_no, ~yes)):
        mask = np.False_ if one is UNKNOWN else getattr(one, "known", None)
        if mask is not None:
            known = both(known, ~where | mask)
    if isinstance(when_yes, Column):
        return when_yes.picked(yes, when_no, known)
    return _picked_of(yes, when_yes, when_no, known)


def _picked_of(yes: Array, one: Any, other: Any, known: Array | None) -> Column:
    mine, theirs, over = _levelled(one, other)
    return Column(_picked(yes, mine, theirs), known, over)


def _picked(yes: Array, one: Any, other: Any) -> Array:
    """Do as np.where does, without its branch for each element."""
    if _is(other, 0):
        return yes * one
    if _is(one, 0):
        return ~yes * other
    differing = np.bitwise_xor(one, other)  # not their difference, which might not fit
    found: Array = yes * differing
    found ^= other
    return found


def knowledge(value: Column) -> Any:
    """Say of each value whether it is known."""
    if value.known is None:
        return Truth.YES
    return truths(value.known.view(np.int8) << np.int8(1))


def else_where_unknown(value: Column, other: Any) -> Any:
    """Take the other value where this one is unknown."""
    told = knowledge(value)
    if not isinstance(told, Truths):
        return value if told is Truth.YES else other
    return chosen(told, value, other)


def larger_of(value: Column, other: Any) -> Any:
    """Take the larger of two (取大)."""
    return value._with(other, np.maximum)


def smaller_of(value: Column, other: Any) -> Any:
    """Take the smaller of two (取小)."""
    return value._with(other, np.minimum)


def one_over(value: Column) -> Column:
    """Give one over each positive number; of what is not positive nobody asks."""
    values, over = inverses(value.values)
    return Column(times(values, value.over), value.known, over)


def to_whole(value: Column, by: Any) -> Column:
    """Divide by positive counts and round half up to whole numbers."""
    if isinstance(by, Column):
        divisor: Any = Column(times(by.values, value.over), by.known)
    else:
        divisor = by * value.over
    rounded = (Column(times(value.values, 2), value.known) + divisor) // (divisor * 2)
    return Column(rounded.values.astype(np.int64, copy=False), rounded.known)
