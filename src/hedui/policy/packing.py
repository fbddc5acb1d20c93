"""Packing (装列): laid-out households as the columns of a registry."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import groupby
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

    :raises ValueError: an amount is no whole number of fen
    """
    roots = [_with_stretches(one.household) for one in households]
    subjects = {level: [s for root in roots for s in root.all_of(level)] for level in Level}
    tables = {}
    for level, found in subjects.items():
        above = subjects[PARENT[level]] if level in PARENT else []
        rows = {id(one): row for row, one in enumerate(above)}
        owner = np.array([rows[id(one.owner)] for one in found] if above else [], dtype=np.int64)
        tables[level] = Table(owner, _facts(level, found))
    return Registry(len(roots), np.array(keys, dtype=np.int64), tables)


def _with_stretches(household: Subject) -> Subject:
    """Put months of one member that earned the same together, so that their sum is whole fen."""
    whole = Subject(household.level, household.label, household.values)
    for member in household.belonging:
        kept = whole.add(Subject(member.level, member.label, member.values))
        months = [part for part in member.belonging if part.level is Level.MONTH]
        for part in (*_stretches(months), *member.belonging):
            if part.level is not Level.MONTH or part not in months:
                kept.add(Subject(part.level, part.label, part.values))
    return whole


def _stretches(months: list[Subject]) -> Iterable[Subject]:
    def earned(one: Subject) -> Any:
        return one.values["labour_income"]

    ordered = sorted(months, key=lambda one: (earned(one) is UNKNOWN, _number(earned(one))))
    for income, group in groupby(ordered, key=earned):
        same = list(group)
        facts = {"labour_income": income if income is UNKNOWN else income * len(same)}
        facts["months"] = sum(one.values["months"] for one in same)
        yield Subject(Level.MONTH, same[0].label, facts)


def _number(value: Any) -> Any:
    return 0 if value is UNKNOWN else value


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
        elif quantity.unit == "area":
            facts[quantity.name] = UNKNOWN
        else:
            known = np.array([value is not UNKNOWN for value in values], dtype=bool)
            numbers = np.array([_whole(value) for value in values], dtype=np.int64)
            facts[quantity.name] = Column(numbers, None if known.all() else known)
    return facts


def _code(value: Any) -> str:
    return str(UNKNOWN.value) if value is UNKNOWN else str(value)


def _whole(value: Any) -> int:
    if value is UNKNOWN:
        return 0
    if Fraction(value).denominator != 1:
        raise ValueError("an amount of a registry is whole fen")
    return int(value)
