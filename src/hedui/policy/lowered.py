"""Lowered columns (下传的列): what rows have of their owner, or all alike."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from hedui.policy.column import Codes, Column, Truths, alike, truths
from hedui.policy.exact import Array, exact, levelled
from hedui.policy.truth import UNKNOWN


class Lowered(Column):
    """A column of which each row has its owner's value; written out when a rule first looks.

    Many rules never do: what a line was would matter only if there were a vehicle. What is reckoned
    with a single number, or with what the same owners have, is reckoned once for each owner.
    """

    __slots__ = ("_of", "_out", "_rows")

    def __init__(self, of: Column, rows: Array) -> None:
        self._of, self._rows, self.over = of, rows, of.over
        self._out: Column | None = None

    def _written(self) -> Column:
        if self._out is None:
            self._out = self._of.taken(self._rows)
        return self._out

    @property
    def values(self) -> Array:
        """The value of the owner of each row."""
        return self._written().values

    @property
    def known(self) -> Array | None:  # type: ignore[override]
        """Which of them are known."""
        return None if self._of.known is None else self._written().known

    def _owners(self, other: Any) -> Any:
        """Give the other as the owners have it; None where only the rows have it."""
        if not isinstance(other, Column):
            return other
        if isinstance(other, Lowered) and other._rows is self._rows:
            return other._of
        return None

    def _for_owners(self, other: Any, operate: Callable[[Any, Any], Any]) -> Any:
        found = operate(self._of, other)
        return Lowered(found, self._rows) if isinstance(found, Column) else found

    def _with(self, other: Any, operate: Callable[[Any, Any], Any]) -> Any:
        owners = self._owners(other)
        if owners is None:
            return super()._with(other, operate)
        return self._for_owners(owners, lambda mine, theirs: mine._with(theirs, operate))

    def _than(self, other: Any, operate: Callable[[Any, Any], Any]) -> Any:
        owners = self._owners(other)
        if owners is None:
            return super()._than(other, operate)
        found = self._of._than(owners, operate)
        return truths(found.values[self._rows]) if isinstance(found, Truths) else found

    def __mul__(self, other: Any) -> Any:
        owners = self._owners(other)
        if owners is None:
            return super().__mul__(other)
        return self._for_owners(owners, lambda mine, theirs: mine * theirs)

    def picked(self, yes: Array, other: Any, known: Array | None) -> Column:
        """Give the own value where yes, the other where not: looked up in one table of both."""
        owners = self._owners(other)
        if owners is None or not isinstance(other, Column):
            return super().picked(yes, other, known)
        mine, theirs, over = levelled(self._of.values, self._of.over, owners.values, owners.over)
        rows = yes * np.int64(len(theirs))
        rows += self._rows
        return Column(np.concatenate([theirs, mine]).take(rows), known, over)

    def __neg__(self) -> Any:
        return Lowered(-self._of, self._rows)

    def over_all(self, over: int) -> Column:
        """Write the numbers over a multiple of their denominator, once for each owner."""
        return Lowered(self._of.over_all(over), self._rows)

    __rmul__ = __mul__


def settled(value: Any) -> Any:
    """Give a single value where all in a column are the same: what follows from it costs nothing.

    In most registries most facts are: nobody has a vehicle, nothing was paid for care.
    """
    if isinstance(value, Lowered):  # what it comes from was looked at
        return value
    if isinstance(value, Truths):
        return truths(value.values)
    if isinstance(value, Codes) and alike(value.values):
        name = value.names[int(value.values[0])]
        return UNKNOWN if name == UNKNOWN.value else name
    return _settled(value) if isinstance(value, Column) else value


def _settled(column: Column) -> Any:
    if column.known is not None and alike(column.known):
        if not column.known[0]:
            return UNKNOWN
        column = Column(column.values, None, column.over)
    if column.known is None and alike(column.values):
        return exact(Fraction(int(column.values[0]), column.over))
    return column
