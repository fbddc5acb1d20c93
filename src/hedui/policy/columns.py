"""The registry evaluator (名册计算): the same rules over columns, in chunks and threads.

A registry is a table for each level (household, member, month, lines, obligors), its rows in the
order of their owners. A chunk of households at a time stays in the cache of the processor; what two
programmes have in common is computed once. The result is that of the engine, household by
household; a test holds the two equal.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from math import lcm
from typing import Any, Final

import numpy as np

from hedui.policy.column import Column, Many, Truths, spread, spread_truth
from hedui.policy.engine import Node, RuleSet
from hedui.policy.exact import times
from hedui.policy.plan import Parameters, planned
from hedui.policy.rule import Level, Rule
from hedui.policy.tables import Chunk, Registry, Table
from hedui.policy.truth import UNKNOWN, Truth

__all__ = ["Parameters", "Registry", "Table", "evaluate", "method_of"]

CHUNK: Final = 40_000


def evaluate(
    registry: Registry,
    programmes: Mapping[str, tuple[RuleSet, Parameters]],
    wanted: Callable[[str, str], bool],
    *,
    chunk: int = CHUNK,
    threads: int = 2,
) -> dict[str, dict[str, Many]]:
    """Compute the rules of each programme for every household (名册试算).

    wanted: of programme and rule, whether its values are kept, one for each whom the rule is about

    :raises PolicyError: keys of the registry differ in a method or list, which no column can hold;
        evaluate them apart
    """
    plan = planned(
        {
            name: (rules, _needed(name, rules, wanted), parameters)
            for name, (rules, parameters) in programmes.items()
        },
        registry,
        wanted,
    )

    def of_chunk(first: int) -> tuple[Mapping[tuple[str, str], Any], Mapping[Level, int]]:
        some = Chunk(registry, first, min(first + chunk, registry.households))
        return plan.run(some), some.size

    firsts = range(0, registry.households, chunk)
    if threads == 1 or len(firsts) == 1:
        parts = [of_chunk(first) for first in firsts]
    else:
        with ThreadPoolExecutor(threads) as pool:
            parts = list(pool.map(of_chunk, firsts))
    found: dict[str, dict[str, Many]] = {name: {} for name in programmes}
    for (name, rule), level in plan.levels.items():
        found[name][rule] = _joined(
            [values[name, rule] for values, _ in parts], [size[level] for _, size in parts]
        )
    return found


def _needed(name: str, rules: RuleSet, wanted: Callable[[str, str], bool]) -> list[Node]:
    """Keep the rules that what is wanted rests on, in their order."""
    needed: set[str] = set()
    kept = []
    for node in reversed(rules.order):
        if node.name in needed or wanted(name, node.name):
            needed.update(node.inputs if isinstance(node, Rule) else (node.of, *(node.where or ())))
            kept.append(node)
    return kept[::-1]


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
    over = lcm(*(one.over for one in columns))
    known = None
    if any(one.known is not None for one in columns):
        known = np.concatenate(
            [
                np.ones(n, bool) if c.known is None else c.known
                for c, n in zip(columns, sizes, strict=True)
            ]
        )
    return Column(
        np.concatenate([times(one.values, over // one.over) for one in columns]), known, over
    )
