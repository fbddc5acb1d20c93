"""A whole registry under the rules of each place (名册试算): grouped by method, then in columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from hedui.policy.amounts import to_fen
from hedui.policy.column import Codes, Column, Truths, spread, spread_truth
from hedui.policy.columns import Parameters, Registry, Table, evaluate, method_of
from hedui.policy.exact import Array
from hedui.policy.parameters import ParameterFiles, PolicyError
from hedui.policy.programme import Programme, programmes
from hedui.policy.rule import PARENT, Level

Place = tuple[str, date]
"""Division and day: what a key of the registry stands for."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rules say of every household: 0 no, 1 unknown, 2 yes by programme; fen per month.

    income: countable income by programme, fen per year as shown (rounded once), unknown where the
        programme has no rules
    """

    qualifies: Mapping[str, Array]
    amount: Mapping[str, Array]
    income: Mapping[str, Column]
    open_amounts: int


def assessed(registry: Registry, places: Sequence[Place], files: ParameterFiles) -> Outcome:
    """Compute all programmes for all households; a place without rules leaves its own at no."""
    size = registry.households
    qualifies = {name: np.zeros(size, dtype=np.int8) for name in programmes()}
    amount = {name: np.zeros(size, dtype=np.int64) for name in programmes()}
    income = {name: np.zeros(size, dtype=np.int64) for name in programmes()}
    known = {name: np.zeros(size, dtype=bool) for name in programmes()}
    stands = {name: np.zeros(size, dtype=bool) for name in programmes()}
    unknown = 0
    for covered, keys in _groups(places, files).items():
        rows = np.flatnonzero(np.isin(registry.key, keys))
        if not len(rows) or not covered:
            continue
        rules = {
            name: (programmes()[name].rules, _parameters(files, programmes()[name], places, keys))
            for name, _ in covered
        }
        part = only(registry, rows, keys)
        found = evaluate(part, rules, _is_wanted)
        for name, values in found.items():
            stands[name][rows] = True
            qualifies[name][rows] = spread_truth(values["qualifies"], len(rows)).values
            counted = spread(to_fen(values["countable_income_annual"]), len(rows))
            income[name][rows] = _told(counted)
            known[name][rows] = True if counted.known is None else counted.known
            if "amount" in values:
                column = spread(values["amount"], len(rows))
                amount[name][rows] = _told(column)
                unknown += 0 if column.known is None else int((~column.known).sum())
    _place(qualifies, amount, stands)
    counted_income = {name: Column(income[name], known[name]) for name in programmes()}
    return Outcome(qualifies, amount, counted_income, unknown)


def _told(column: Column) -> Array:
    """Return the values; nought for what is unknown, whatever was reckoned on the way."""
    return column.values if column.known is None else np.where(column.known, column.values, 0)


def _is_wanted(programme: str, rule: str) -> bool:  # noqa: ARG001 - the same for all
    return rule in ("qualifies", "amount", "countable_income_annual")


def _place(
    qualifies: Mapping[str, Array], amount: Mapping[str, Array], stands: Mapping[str, Array]
) -> None:
    """Let each programme give way to those before it, as for a single household."""
    for name, one in programmes().items():
        mine = qualifies[name]
        implied = [qualifies[other] for other in one.implied_by]
        for other in (*one.gives_way_to, *one.behind):
            np.minimum(mine, 2 - qualifies[other], out=mine)
        for ahead in implied:
            np.maximum(mine, 2 * ((ahead == 2) & stands[name]).astype(np.int8), out=mine)
        amount[name][mine != 2] = 0


def _groups(
    places: Sequence[Place], files: ParameterFiles
) -> dict[tuple[tuple[str, Any], ...], list[int]]:
    """Put the keys together whose places reckon by the same methods, programme by programme."""
    groups: dict[tuple[tuple[str, Any], ...], list[int]] = {}
    for key, (division, on) in enumerate(places):
        methods = []
        for name, one in programmes().items():
            values = _values(files, one, division, on)
            if values is not None:
                methods.append((name, method_of(values)))
        groups.setdefault(tuple(methods), []).append(key)
    return groups


def _values(
    files: ParameterFiles, one: Programme, division: str, on: date
) -> dict[str, Any] | None:
    try:
        found = files.resolve(one.parameters, division=division, folders=one.folders, on=on)
    except PolicyError:
        return None
    if one.stands_on and all(found[name].use.reference is None for name in one.stands_on):
        return None
    return {name: resolved.use.value for name, resolved in found.items()}


def _parameters(
    files: ParameterFiles, one: Programme, places: Sequence[Place], keys: Sequence[int]
) -> Parameters:
    by_key = [_values(files, one, *places[key]) or {} for key in keys]
    return {name: [values[name] for values in by_key] for name in one.rules.parameters}


def only(registry: Registry, rows: Array, keys: Sequence[int]) -> Registry:
    """Take some households, in their order, with all that belongs to them."""
    if len(rows) == registry.households:
        return registry
    renamed = np.zeros(max(keys) + 1, dtype=np.int64)
    renamed[list(keys)] = np.arange(len(keys))
    kept = {Level.HOUSEHOLD: rows}
    tables = {Level.HOUSEHOLD: _taken(registry.tables[Level.HOUSEHOLD], rows, rows[:0])}
    inside = np.zeros(registry.households, dtype=bool)
    inside[rows] = True
    for level, above in PARENT.items():
        kept[level] = np.flatnonzero(inside[registry.to_household[level]])
        owner = np.searchsorted(kept[above], registry.tables[level].owner[kept[level]])
        tables[level] = _taken(registry.tables[level], kept[level], owner)
    return Registry(len(rows), renamed[registry.key[rows]], tables)


def _taken(table: Table, rows: Array, owner: Array) -> Table:
    facts = {
        name: value.taken(rows) if isinstance(value, Column | Truths | Codes) else value
        for name, value in table.facts.items()
    }
    return Table(owner, facts)
