"""The plan (计算次序) of a registry: what is computed once, and what for each chunk of households.

What rests on single values alone is computed when the plan is made, and what rests on parameters
alone once for each place and day. The rest becomes a list of steps; what two programmes have in
common is one step, and a column that no later step needs is let go, so that a chunk stays in the
cache of the processor.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hedui.policy.column import (
    MANY,
    OPEN,
    Codes,
    Column,
    Many,
    Truths,
    both,
    spread,
    spread_truth,
)
from hedui.policy.engine import Node, RuleSet
from hedui.policy.exact import Array, summable
from hedui.policy.lowered import Lowered, settled
from hedui.policy.parameter_files import PolicyError
from hedui.policy.rule import Level, Rule, Total
from hedui.policy.tables import Chunk, Registry, largest, sums
from hedui.policy.truth import UNKNOWN, Truth

Parameters = Mapping[str, Sequence[Any]]
"""Parameter → its value for each key of the registry."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a chunk keeps a value that may differ among its households."""

    place: int
    level: Level


@dataclass(frozen=True, slots=True, eq=False)
class OfPlaces:
    """What each place and day has (各地各有的数): a value for each key of the registry."""

    by_key: Many


@dataclass(slots=True)
class Step:
    """What fills one slot, from which others, and which are needed no more after it."""

    work: Callable[[Chunk, Sequence[Any]], Any]
    inputs: tuple[Any, ...]
    done_with: tuple[int, ...] = ()


@dataclass(slots=True)
class Plan:
    """The steps in their order; step n fills slot n."""

    steps: list[Step] = field(default_factory=list)
    slots: dict[Any, Slot] = field(default_factory=dict)
    of_places: dict[Any, Any] = field(default_factory=dict)
    kept: dict[tuple[str, str], Any] = field(default_factory=dict)
    levels: dict[tuple[str, str], Level] = field(default_factory=dict)

    def run(self, chunk: Chunk) -> dict[tuple[str, str], Any]:
        """Compute one chunk; give what is kept, by programme and rule."""
        slots: list[Any] = []
        for step in self.steps:
            arguments = [slots[one.place] if isinstance(one, Slot) else one for one in step.inputs]
            slots.append(settled(step.work(chunk, arguments)))
            for place in step.done_with:
                slots[place] = None
        return {
            name: slots[one.place] if isinstance(one, Slot) else one
            for name, one in self.kept.items()
        }

    def slot(
        self,
        key: Any,
        level: Level,
        work: Callable[[Chunk, Sequence[Any]], Any],
        inputs: tuple[Any, ...] = (),
    ) -> Slot:
        """Give the slot of this computation, and plan it if nobody has yet."""
        if key not in self.slots:
            self.slots[key] = Slot(len(self.steps), level)
            self.steps.append(Step(work, inputs))
        return self.slots[key]

    def keep(self, name: tuple[str, str], value: Any, level: Level) -> None:
        """Give a value back at the end, a row for each household, member or line."""
        self.kept[name], self.levels[name] = _lowered(self, value, level), level

    def of_each_place(self, key: Any, work: Callable[[], Any]) -> Any:
        """Compute once what each place and day has; one value where all have the same."""
        if key not in self.of_places:
            value = settled(work())
            self.of_places[key] = OfPlaces(value) if isinstance(value, MANY) else value
        return self.of_places[key]

    def let_go(self) -> None:
        """Find the last use of each slot that is not kept."""
        kept = {one.place for one in self.kept.values() if isinstance(one, Slot)}
        last: dict[int, int] = {}
        for number, step in enumerate(self.steps):
            last.update((one.place, number) for one in step.inputs if isinstance(one, Slot))
        for place, number in last.items():
            if place not in kept:
                self.steps[number].done_with += (place,)


def planned(
    programmes: Mapping[str, tuple[RuleSet, Sequence[Node], Parameters]],
    registry: Registry,
    wanted: Callable[[str, str], bool],
) -> Plan:
    """Plan the rules of each programme, in their order, over the facts of the registry.

    :raises PolicyError: keys of the registry differ in a method or list, which no column can hold
    """
    plan = Plan()
    facts = {
        name: _fact(plan, name, value, level)
        for level, table in registry.tables.items()
        for name, value in table.facts.items()
    }
    for programme, (rules, order, parameters) in programmes.items():
        found = {name: one.unsaid for name, one in rules.quantities.items()} | facts
        found.update({name: _parameter(plan, name, parameters[name]) for name in rules.parameters})
        for node in order:
            found[node.name] = (
                _rule(plan, node, found)
                if isinstance(node, Rule)
                else _total(plan, node, rules.quantities[node.of].level, found)
            )
            if rules.quantities[node.name].unit != "text" and wanted(programme, node.name):
                plan.keep((programme, node.name), found[node.name], node.level)
    plan.let_go()
    return plan


def _fact(plan: Plan, name: str, value: Any, level: Level) -> Any:
    if not isinstance(value, MANY):
        return value
    return plan.slot(name, level, lambda chunk, _: chunk.cut(value, level))


def _parameter(plan: Plan, name: str, values: Sequence[Any]) -> Any:
    """Give a parameter as one value where all keys agree, else as what each place has."""
    first = values[0]
    if values.count(first) == len(values):  # looks first whether it is the very same
        return first
    if {str, tuple} & set(map(type, values)):
        raise PolicyError(f"参数 {name} 的写法各地不同,须分开计算。")
    return plan.of_each_place(("parameter", tuple(values)), lambda: _by_key(values))


def _by_key(values: Sequence[Any]) -> Column | Truths:
    if isinstance(values[0], Truth):
        codes = {Truth.NO: 0, Truth.UNKNOWN: OPEN, Truth.YES: 2}
        return Truths(np.array([codes[value] for value in values], dtype=np.int8))
    return Column.of(values)


def _rule(plan: Plan, node: Rule, found: Mapping[str, Any]) -> Any:
    inputs = tuple(found[name] for name in node.inputs)
    if not any(isinstance(one, Slot | OfPlaces) for one in inputs):
        return computed(node, inputs)
    if not any(isinstance(one, Slot) for one in inputs):
        by_key = [one.by_key if isinstance(one, OfPlaces) else one for one in inputs]
        key = (node.apply, *map(_identity, inputs))
        return plan.of_each_place(key, lambda: computed(node, by_key))
    lowered = tuple(_lowered(plan, one, node.level) for one in inputs)
    key = (node.apply, node.level, *map(_identity, lowered))
    return plan.slot(key, node.level, lambda _, arguments: computed(node, arguments), lowered)


def _lowered(plan: Plan, one: Any, level: Level) -> Any:
    """Give each row the value of its owner, or what the place of its household has."""
    if isinstance(one, OfPlaces):
        return plan.slot(
            (one, level), level, lambda chunk, _: _of_rows(one.by_key, chunk.keys(level))
        )
    if not isinstance(one, Slot) or one.level is level:
        return one
    upper = one.level

    def work(chunk: Chunk, arguments: Sequence[Any]) -> Any:
        return _of_rows(arguments[0], chunk.owner(level, upper))

    return plan.slot(("lowered", one.place, level), level, work, (one,))


def _of_rows(value: Any, rows: Array) -> Any:
    if isinstance(value, Column):
        return Lowered(value, rows)
    return value.taken(rows) if isinstance(value, MANY) else value


def _total(plan: Plan, node: Total, level: Level, found: Mapping[str, Any]) -> Any:
    summand = _lowered(plan, found[node.of], level)
    key, wanted = node.where or ("", "")
    condition = found[key] if node.where else ""
    if not isinstance(summand, Slot | type(UNKNOWN)) and summand == 0:
        return 0
    identity = (node.level, level, node.largest, wanted, _identity(summand), _identity(condition))

    def work(chunk: Chunk, arguments: Sequence[Any]) -> Any:
        return summed(chunk, node, level, arguments[0], _equal(arguments[1], wanted))

    return plan.slot(identity, node.level, work, (summand, condition))


def _identity(one: Any) -> Any:
    return one if isinstance(one, Slot | OfPlaces) else (type(one), one)


def computed(node: Rule, inputs: Sequence[Any]) -> Any:
    """Call a rule with columns and single values; an unknown amount makes its result unknown."""
    blind = not node.meets_unknown
    if blind and any(value is UNKNOWN for value in inputs):
        return Truth.UNKNOWN if node.unit == "truth" else UNKNOWN
    value = node.apply(**dict(zip(node.inputs, inputs, strict=True)))
    if value is UNKNOWN and node.unit == "truth":
        return Truth.UNKNOWN
    known = None
    if blind:
        for argument in inputs:
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
    return Column(column.values, both(column.known, known), column.over)


def summed(chunk: Chunk, node: Total, level: Level, summand: Any, inside: Any) -> Any:
    """Add up, or take the largest of, what belongs to each; one unknown makes it unknown.

    inside: which rows count, True for all of them
    """
    nothing = not isinstance(summand, Column) and summand == 0
    if inside is False or nothing or not chunk.size[level]:
        return 0
    starts = chunk.starts(level, node.level)
    if inside is True and isinstance(summand, int) and not node.largest:
        return Column((starts[1:] - starts[:-1]) * summand)
    column = spread(summand, chunk.size[level])
    counted, known = column.values, column.known
    if inside is not True:
        counted = counted * inside
        known = None if known is None else known | ~inside
    if known is not None:
        counted = counted * known
    if column.over != 1:
        counted = summable(counted, starts)
    found = largest(counted, starts) if node.largest else sums(counted, starts)
    all_known = None if known is None else sums((~known).astype(np.int64), starts) == 0
    return Column(found, all_known, column.over)


def _equal(condition: Any, wanted: str) -> Any:
    if isinstance(condition, Codes):
        if wanted not in condition.names:
            return False
        return condition.values == condition.names.index(wanted)
    return condition == wanted
