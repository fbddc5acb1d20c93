"""The registry evaluator (名册计算): the same rules over columns, in chunks and threads.

A registry is a table for each level (household, member, month, lines, obligors), its rows in the
order of their owners. A chunk of households at a time stays in the cache of the processor; what two
programmes have in common is computed once. The result is that of the engine, household by
household; a test holds the two equal.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from hedui.policy.column import (
    MAX_COLUMN_FEN,
    OPEN,
    Array,
    Codes,
    Column,
    Many,
    Truths,
    both,
    spread,
    spread_truth,
)
from hedui.policy.engine import Node, RuleSet
from hedui.policy.parameter_files import PolicyError
from hedui.policy.rule import PARENT, Level, Rule, Total
from hedui.policy.truth import UNKNOWN, Truth

CHUNK: Final = 50_000
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
        amounts = np.abs(spread(found, len(self.to_household[level])).values)
        single = int(amounts.max(initial=0))
        if single <= MAX_COLUMN_FEN:
            starts = _starts(self.to_household[level], self.households)
            single = int(_sums(amounts, starts).max(initial=0))
        if single > MAX_COLUMN_FEN:
            raise PolicyError(
                f"名册中有一户的金额合计超过 {MAX_COLUMN_FEN // 10**10} 亿元,请核对单位是否为分。"
            )


def _starts(owner: Array, owners: int) -> Array:
    starts = np.zeros(owners + 1, dtype=np.int64)
    np.cumsum(np.bincount(owner, minlength=owners), out=starts[1:])
    return starts


def _sums(values: Array, starts: Array) -> Array:
    total = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=total[1:])
    return total[starts[1:]] - total[starts[:-1]]


Parameters = Mapping[str, Sequence[Any]]
"""Parameter → its value for each key of the registry."""


def evaluate(
    registry: Registry,
    programmes: Mapping[str, tuple[RuleSet, Parameters]],
    wanted: Callable[[str, str], bool],
    *,
    chunk: int = CHUNK,
    threads: int = 2,
) -> dict[str, dict[str, Many]]:
    """Compute the rules of each programme for every household (名册试算).

    wanted: of programme and rule, whether the household's value is kept

    :raises PolicyError: keys of the registry differ in a method or list, which no column can hold;
        evaluate them apart
    """
    order = {name: _needed(name, rules, wanted) for name, (rules, _) in programmes.items()}
    shared = {name: _shared(parameters) for name, (_, parameters) in programmes.items()}

    def of_chunk(first: int) -> dict[str, dict[str, Any]]:
        work = _Chunk(registry, first, min(first + chunk, registry.households))
        found = {}
        for name, (rules, _) in programmes.items():
            values = work.run(rules, order[name], shared[name])
            found[name] = {
                rule: values[rule]
                for rule, quantity in rules.quantities.items()
                if quantity.level is Level.HOUSEHOLD
                and quantity.unit != "text"
                and wanted(name, rule)
            }
        return found

    firsts = range(0, registry.households, chunk)
    if threads == 1 or len(firsts) == 1:
        parts = [of_chunk(first) for first in firsts]
    else:
        with ThreadPoolExecutor(threads) as pool:
            parts = list(pool.map(of_chunk, firsts))
    sizes = [min(chunk, registry.households - first) for first in firsts]
    return {
        name: {
            rule: _joined([part[name][rule] for part in parts], sizes) for rule in parts[0][name]
        }
        for name in programmes
    }


def _needed(name: str, rules: RuleSet, wanted: Callable[[str, str], bool]) -> list[Node]:
    """Keep the rules that what is wanted rests on, in their order."""
    needed: set[str] = set()
    kept = []
    for node in reversed(rules.order):
        if node.name in needed or (node.level is Level.HOUSEHOLD and wanted(name, node.name)):
            needed.update(node.inputs if isinstance(node, Rule) else (node.of, *(node.where or ())))
            kept.append(node)
    return kept[::-1]


def _shared(parameters: Parameters) -> dict[str, Any]:
    """Give a parameter as one value where all keys agree, else as the values by key."""
    found: dict[str, Any] = {}
    for name, values in parameters.items():
        first = values[0]
        if all(value == first for value in values):
            found[name] = first
        elif any(isinstance(value, str | tuple) for value in values):
            raise PolicyError(f"参数 {name} 的写法各地不同,须分开计算。")
        else:
            found[name] = tuple(values)
    return found


def method_of(parameters: Mapping[str, Any]) -> tuple[Any, ...]:
    """Give what must be the same for all households of one evaluation: methods and lists."""
    return tuple(
        (name, value)
        for name, value in sorted(parameters.items())
        if isinstance(value, str | tuple) or (value is UNKNOWN and name.endswith("kinds"))
    )


def _joined(parts: list[Any], sizes: list[int]) -> Many:
    if all(isinstance(part, Truth | Truths) for part in parts):
        spread_out = [spread_truth(p, n) for p, n in zip(parts, sizes, strict=True)]
        return Truths(np.concatenate([one.values for one in spread_out]))
    columns = [spread(part, size) for part, size in zip(parts, sizes, strict=True)]
    known = None
    if any(one.known is not None for one in columns):
        known = np.concatenate(
            [
                np.ones(n, bool) if c.known is None else c.known
                for c, n in zip(columns, sizes, strict=True)
            ]
        )
    return Column(np.concatenate([one.values for one in columns]), known)


class _Chunk:
    """Some households of a registry while they are computed."""

    def __init__(self, registry: Registry, first: int, last: int) -> None:
        self.registry = registry
        self.rows = {
            level: slice(*np.searchsorted(rows, [first, last]))
            for level, rows in registry.to_household.items()
        }
        self.size = {level: rows.stop - rows.start for level, rows in self.rows.items()}
        self.key = registry.key[first:last]
        self.facts: dict[str, Any] = {}
        for level, table in registry.tables.items():
            for name, value in table.facts.items():
                self.facts[name] = _cut(value, self.rows[level])
        self.done: dict[Any, Any] = {}
        self.kept: list[Any] = []
        self.ways: dict[tuple[Level, Level], tuple[Array, Array]] = {}

    def run(
        self, rules: RuleSet, order: Sequence[Node], parameters: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Compute these rules in their order; give the values by name."""
        values = {name: one.unsaid for name, one in rules.quantities.items()} | self.facts
        for node in order:
            values[node.name] = (
                self._apply(node, rules, values, parameters)
                if isinstance(node, Rule)
                else self._total(node, rules, values)
            )
        return values

    def _apply(
        self, node: Rule, rules: RuleSet, values: Mapping[str, Any], parameters: Mapping[str, Any]
    ) -> Any:
        arguments = {
            name: self._parameter(parameters[name], node.level)
            if name in rules.parameters
            else self._lowered(values[name], rules.quantities[name].level, node.level)
            for name in node.inputs
        }
        key = (node.apply, *map(_identity, arguments.values()))
        if key not in self.done:
            self.kept.append(arguments)
            self.done[key] = _computed(node, arguments)
        return self.done[key]

    def _total(self, node: Total, rules: RuleSet, values: Mapping[str, Any]) -> Any:
        level = rules.quantities[node.of].level
        summand = values[node.of]
        condition = values[node.where[0]] if node.where else None
        wanted = node.where[1] if node.where else ""
        key = (node.level, level, node.largest, wanted, _identity(summand), _identity(condition))
        if key not in self.done:
            self.kept.append((summand, condition))
            self.done[key] = self._summed(node, level, summand, condition)
        return self.done[key]

    def _summed(self, node: Total, level: Level, summand: Any, condition: Any) -> Any:
        if not isinstance(summand, Column) and summand == 0:
            return 0
        column = spread(summand, self.size[level])
        counted, known = column.values, column.known
        if node.where is not None:
            inside = _equal(condition, node.where[1])
            if inside is False:
                return 0
            if inside is not True:
                counted = np.where(inside, counted, 0)
                known = None if known is None else known | ~inside
        starts = self._way(level, node.level)[1]
        if known is not None:
            counted = np.where(known, counted, 0)
        found = _largest(counted, starts) if node.largest else _sums(counted, starts)
        if known is None:
            return Column(found)
        whole = _sums((~known).astype(np.int64), starts) == 0
        return Column(np.where(whole, found, 0), None if whole.all() else whole)

    def _way(self, lower: Level, upper: Level) -> tuple[Array, Array]:
        """Give for each row of the lower level its owner's row, and where each owner's begin."""
        if (lower, upper) not in self.ways:
            if upper is Level.HOUSEHOLD:
                owner = self.registry.to_household[lower][self.rows[lower]]
            else:
                owner = self.registry.tables[lower].owner[self.rows[lower]]
            owner = owner - self.rows[upper].start
            self.ways[lower, upper] = (owner, _starts(owner, self.size[upper]))
        return self.ways[lower, upper]

    def _lowered(self, value: Any, upper: Level, lower: Level) -> Any:
        if upper is lower or not isinstance(value, Column | Truths | Codes):
            return value
        key = ("lowered", id(value), lower)
        if key not in self.done:
            self.kept.append(value)
            self.done[key] = value.taken(self._way(lower, upper)[0])
        return self.done[key]

    def _parameter(self, value: Any, level: Level) -> Any:
        if not (isinstance(value, tuple) and value and not isinstance(value[0], str)):
            return value
        key = ("parameter", value)
        if key not in self.done:
            self.done[key] = _by_key(value).taken(self.key)
        return self._lowered(self.done[key], Level.HOUSEHOLD, level)


def _by_key(values: tuple[Any, ...]) -> Column | Truths:
    if isinstance(values[0], Truth):
        codes = {Truth.NO: 0, Truth.UNKNOWN: OPEN, Truth.YES: 2}
        return Truths(np.array([codes[value] for value in values], dtype=np.int8))
    known = np.array([value is not UNKNOWN for value in values])
    numbers = np.array([0 if value is UNKNOWN else value for value in values], dtype=np.int64)
    return Column(numbers, None if known.all() else known)


def _cut(value: Any, rows: slice) -> Any:
    if isinstance(value, Column):
        return Column(value.values[rows], None if value.known is None else value.known[rows])
    if isinstance(value, Truths):
        return Truths(value.values[rows])
    if isinstance(value, Codes):
        return Codes(value.values[rows], value.names)
    return value


def _identity(value: Any) -> Any:
    """Tell arguments apart: columns by what they are, single values by what they say."""
    if isinstance(value, Column | Truths | Codes):
        return id(value)
    return (type(value).__name__, value)


def _computed(node: Node, arguments: Mapping[str, Any]) -> Any:
    assert isinstance(node, Rule)
    blind = not node.meets_unknown
    if blind and any(value is UNKNOWN for value in arguments.values()):
        return Truth.UNKNOWN if node.unit == "truth" else UNKNOWN
    value = node.apply(**arguments)
    if value is UNKNOWN and node.unit == "truth":
        return Truth.UNKNOWN
    known = None
    if blind:
        for argument in arguments.values():
            known = both(known, _known(argument))
    return value if known is None else _open_where_unknown(value, known)


def _known(argument: Any) -> Array | None:
    if isinstance(argument, Column):
        return argument.known
    if isinstance(argument, Codes) and UNKNOWN.value in argument.names:
        known: Array = argument.values != argument.names.index(UNKNOWN.value)
        return None if known.all() else known
    return None


def _open_where_unknown(value: Any, known: Array) -> Any:
    if isinstance(value, Truth | Truths):
        values = spread_truth(value, len(known)).values
        return Truths(np.where(known, values, np.int8(OPEN)))
    column = spread(value, len(known))
    return Column(column.values, both(column.known, known))


def _equal(condition: Any, wanted: str) -> Any:
    if isinstance(condition, Codes):
        if wanted not in condition.names:
            return False
        return condition.values == condition.names.index(wanted)
    return condition == wanted


def _largest(values: Array, starts: Array) -> Array:
    found = np.zeros(len(starts) - 1, dtype=np.int64)
    some = starts[1:] > starts[:-1]
    if some.any():
        found[some] = np.maximum.reduceat(values, starts[:-1][some])
    return found
