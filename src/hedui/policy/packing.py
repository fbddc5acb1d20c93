"""Packing (装列): laid-out households as the columns of a registry."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hedui.policy.column import Codes, Column, Truths
from hedui.policy.columns import Registry, Table
from hedui.policy.engine import Subject
from hedui.policy.facts import FACTS, LaidOut
from hedui.policy.rule import PARENT, Level
from hedui.policy.truth import UNKNOWN, Truth

_CODES = {Truth.NO: 0, Truth.UNKNOWN: 1, Truth.YES: 2}


def packed(households: Sequence[LaidOut], keys: Sequence[int]) -> Registry:
    """Pack laid-out households (for a test, or a registry that comes as cases).

    keys: of each household, its combination of place and day
    """
    roots = [one.household for one in households]
    subjects = {level: [s for root in roots for s in root.all_of(level)] for level in Level}
    tables = {}
    for level, found in subjects.items():
        above = subjects[PARENT[level]] if level in PARENT else []
        rows = {id(one): row for row, one in enumerate(above)}
        owner = np.array([rows[id(one.owner)] for one in found] if above else [], dtype=np.int64)
        tables[level] = Table(owner, _facts(level, found))
    return Registry(len(roots), np.array(keys, dtype=np.int64), tables)


def _facts(level: Level, found: list[Subject]) -> Mapping[str, Any]:
    facts: dict[str, Any] = {}
    for quantity in (one for one in FACTS if one.level is level):
        values = [one.values[quantity.name] for one in found]
        if quantity.unit == "truth":
            facts[quantity.name] = Truths(np.array([_CODES[v] for v in values], dtype=np.int8))
        elif quantity.unit == "text":
            names = tuple(sorted({_code(value) for value in values}))
            rows = [names.index(_code(value)) for value in values]
            facts[quantity.name] = Codes(np.array(rows, dtype=np.int64), names)
        else:
            facts[quantity.name] = Column.of(values)
    return facts


def _code(value: Any) -> str:
    return str(UNKNOWN.value) if value is UNKNOWN else str(value)
