"""Households as rows (一户一行): a registry as nested Arrow rows, to be kept as Parquet or cut up.

One row is one household: its facts, and the list of its members with the lists of what belongs to
each. A part of the rows is a registry of its own. Amounts are fen, conditions 0 no, 1 unknown,
2 yes; null is unknown.
"""

from typing import Any, Final

import numpy as np
import pyarrow as pa

from hedui.policy.column import Codes, Column, Truths, spread, spread_truth
from hedui.policy.columns import Registry, Table
from hedui.policy.engine import Quantity
from hedui.policy.facts import FACTS
from hedui.policy.rule import PARENT, Level
from hedui.policy.tables import starts_of
from hedui.policy.truth import UNKNOWN

_OF_MEMBER: Final = tuple(level for level, above in PARENT.items() if above is Level.MEMBER)
_NONE: Final = np.array([], dtype=np.int64)
# an area is a fraction of square metres; no column holds one
_FACTS: Final = {
    level: [one for one in FACTS if one.level is level and one.unit != "area"] for level in Level
}
_AREAS: Final = {one.name: UNKNOWN for one in FACTS if one.unit == "area"}


def to_rows(registry: Registry) -> pa.Table:
    """Write the registry as a row for each household, ``row`` and ``key`` first.

    :raises ValueError: a fact is no whole number, which no file of a registry holds
    """
    members = len(registry.tables[Level.MEMBER].owner)
    lists = {level.value: _listed(registry, level, members, {}) for level in _OF_MEMBER}
    households = {
        "row": pa.array(np.arange(registry.households)),
        "key": pa.array(registry.key),
        **_written(registry, Level.HOUSEHOLD, registry.households),
        "member": _listed(registry, Level.MEMBER, registry.households, lists),
    }
    return pa.table(households)


def from_rows(rows: pa.Table) -> Registry:
    """Read rows, all or a part of them, as a registry in their order.

    :raises PolicyError: an amount exceeds the bound within which 64-bit products are exact
    """
    members, owner = _unlisted(rows["member"])
    tables = {
        Level.HOUSEHOLD: Table(_NONE, _read(rows, Level.HOUSEHOLD)),
        Level.MEMBER: Table(owner, _read(members, Level.MEMBER)),
    }
    for level in _OF_MEMBER:
        lines, owner = _unlisted(members[level.value])
        tables[level] = Table(owner, _read(lines, level))
    return Registry(rows.num_rows, rows["key"].to_numpy(), tables)


def _listed(registry: Registry, level: Level, owners: int, more: dict[str, Any]) -> pa.Array:
    owner = registry.tables[level].owner
    columns = _written(registry, level, len(owner)) | more
    structs = pa.StructArray.from_arrays(list(columns.values()), list(columns))
    return pa.ListArray.from_arrays(pa.array(starts_of(owner, owners), pa.int32()), structs)


def _unlisted(lists: pa.ChunkedArray) -> tuple[pa.Table, Any]:
    """Give the rows of all lists, and whose each is."""
    whole = lists.combine_chunks()
    lengths = whole.value_lengths().to_numpy()
    return (
        pa.Table.from_struct_array(whole.flatten()),
        np.repeat(np.arange(len(lengths)), lengths),
    )


def _written(registry: Registry, level: Level, size: int) -> dict[str, pa.Array]:
    facts = registry.tables[level].facts
    return {one.name: _array(one, facts.get(one.name, one.unsaid), size) for one in _FACTS[level]}


def _array(quantity: Quantity, value: Any, size: int) -> pa.Array:
    if quantity.unit == "truth":
        return pa.array(spread_truth(value, size).values)
    if quantity.unit == "text":
        if isinstance(value, Codes):
            names = pa.array([None if name == UNKNOWN.value else name for name in value.names])
            return names.cast(pa.string()).take(pa.array(value.values))
        return pa.array([None if value is UNKNOWN else value] * size, pa.string())
    column = spread(value, size)
    if column.over != 1:
        raise ValueError(f"{quantity.name} is no whole number")
    return pa.array(column.values, mask=None if column.known is None else ~column.known)


def _read(rows: pa.Table, level: Level) -> dict[str, Any]:
    facts = {one.name: _values(one, rows[one.name].combine_chunks()) for one in _FACTS[level]}
    return facts | (_AREAS if level is Level.ASSET else {})


def _values(quantity: Quantity, found: pa.Array) -> Any:
    if quantity.unit == "truth":
        return Truths(found.to_numpy())
    if quantity.unit == "text":
        codes = found.fill_null(UNKNOWN.value).dictionary_encode()
        names = tuple(codes.dictionary.to_pylist())
        return Codes(codes.indices.to_numpy().astype(np.int64), names)
    known = None if not found.null_count else found.is_valid().to_numpy(zero_copy_only=False)
    return Column(found.fill_null(0).to_numpy().astype(np.int64, copy=False), known)
