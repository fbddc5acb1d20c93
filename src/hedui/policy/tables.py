"""The tables of a registry (名册各表): one for each level, rows in the order of their owners."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from hedui.policy.column import MAX_COLUMN_FEN, Codes, Column, Truths, spread
from hedui.policy.exact import Array
from hedui.policy.parameter_files import PolicyError
from hedui.policy.rule import PARENT, Level

_MONEY: Final = ("amount_received", "amount_paid", "asset_value", "purchase_price")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one level: whose each is (rows of the level above), and the facts of each."""

    owner: Array
    facts: Mapping[str, Any]


@dataclass(slots=True)
class Registry:
    """Many households (名册); key: which combination of place and day each household has.

    :raises PolicyError: an amount, or the lines of one household together, exceed the bound within
        which 64-bit products are exact
    """

    households: int
    key: Array
    tables: Mapping[Level, Table]
    to_household: dict[Level, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.to_household[Level.HOUSEHOLD] = np.arange(self.households)
        for level, above in PARENT.items():
            self.to_household[level] = self.to_household[above][self.tables[level].owner]
        for level, table in self.tables.items():
            for name in _MONEY:
                if name in table.facts:
                    self._check(level, table.facts[name])

    def _check(self, level: Level, found: Any) -> None:
        column = spread(found, len(self.to_household[level]))
        amounts = np.abs(column.values) // column.over
        single = int(amounts.max(initial=0))
        if single <= MAX_COLUMN_FEN:
            starts = starts_of(self.to_household[level], self.households)
            single = int(sums(amounts, starts).max(initial=0))
        if single > MAX_COLUMN_FEN:
            raise PolicyError(
                f"名册中有一户的金额合计超过 {MAX_COLUMN_FEN // 10**10} 亿元,请核对单位是否为分。"
            )


def starts_of(owner: Array, owners: int) -> Array:
    """Give where each owner's rows begin, and the end of the last."""
    starts = np.zeros(owners + 1, dtype=np.int64)
    np.cumsum(np.bincount(owner, minlength=owners), out=starts[1:])
    return starts


def sums(values: Array, starts: Array) -> Array:
    """Add up the rows of each owner."""
    total = np.empty(len(values) + 1, dtype=values.dtype)
    total[0] = 0
    np.cumsum(values, out=total[1:])
    upto = total[starts]
    return upto[1:] - upto[:-1]


def largest(values: Array, starts: Array) -> Array:
    """Take the largest of each owner's rows, which are not negative; nothing of none."""
    some = starts[1:] > starts[:-1]
    if some.all():
        return np.maximum.reduceat(values, starts[:-1]) if len(some) else values[:0]
    found = np.zeros(len(starts) - 1, dtype=values.dtype)
    if some.any():
        found[some] = np.maximum.reduceat(values, starts[:-1][some])
    return found


class Chunk:
    """Some households of a registry, one after another, and all that belongs to them."""

    def __init__(self, registry: Registry, first: int, last: int) -> None:
        self._registry = registry
        self._rows = {
            level: slice(*np.searchsorted(rows, [first, last]))
            for level, rows in registry.to_household.items()
        }
        self.size = {level: int(rows.stop - rows.start) for level, rows in self._rows.items()}
        self.key = registry.key[first:last]
        self._keys: dict[Level, Array] = {Level.HOUSEHOLD: self.key}
        self._owners: dict[tuple[Level, Level], Array] = {}
        self._starts: dict[tuple[Level, Level], Array] = {}

    def cut(self, value: Any, level: Level) -> Any:
        """Take the chunk's part of a fact of the whole registry."""
        rows = self._rows[level]
        if isinstance(value, Column):
            return value.at(rows)
        if isinstance(value, Truths):
            return Truths(value.values[rows])
        return Codes(value.values[rows], value.names)

    def keys(self, level: Level) -> Array:
        """Give for each row of the level the place and day of its household."""
        if level not in self._keys:
            self._keys[level] = self.key[self.owner(level, Level.HOUSEHOLD)]
        return self._keys[level]

    def owner(self, lower: Level, upper: Level) -> Array:
        """Give for each row of the lower level its owner's row."""
        if (lower, upper) not in self._owners:
            if upper is Level.HOUSEHOLD:
                owner = self._registry.to_household[lower][self._rows[lower]]
            else:
                owner = self._registry.tables[lower].owner[self._rows[lower]]
            self._owners[lower, upper] = owner - self._rows[upper].start
        return self._owners[lower, upper]

    def starts(self, lower: Level, upper: Level) -> Array:
        """Give where each owner's rows of the lower level begin."""
        if (lower, upper) not in self._starts:
            above = PARENT[lower]
            self._starts[lower, upper] = (
                starts_of(self.owner(lower, upper), self.size[upper])
                if above is upper
                else self.starts(lower, above)[self.starts(above, upper)]
            )
        return self._starts[lower, upper]
