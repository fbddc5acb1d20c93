"""
Load the sources from their YAML files, strictly: an unknown key is an error that names it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, get_args

import yaml

from hedui.catalogue.items import ITEM_TYPES, TEXT_LENGTH, CatalogueError, Item

Measure = Literal["sum", "sum_in_period", "monthly", "count", "hint"]
MEASURES: tuple[str, ...] = get_args(Measure)

_SOURCE_KEYS = {"label", "rank", "unit", "max_age_days", "items", "never_ask", "comparisons"}
_ITEM_KEYS = {"label", "type", "sensitive", "required", "signed", "length", "values"}
_COMPARISON_KEYS = {"item", "measure", "where", "unless", "against", "label"}
_AGAINST_KEYS = {"side", "class", "kinds"}


@dataclass(frozen=True, slots=True)
class Against:
    """The part of a declaration that a source is held against; no kinds means all of the class."""

    side: Literal["incomes", "assets"]
    class_: str
    kinds: tuple[str, ...] = ()

    @property
    def class_name(self) -> str:
        """Name the class with its side: `incomes.wage`."""
        return f"{self.side}.{self.class_}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    What of a source is compared with what was declared (比对口径).

    measure: `sum` of amounts held; `sum_in_period` of amounts dated within the look-back period;
        `monthly` amount in payment; `count` of rows; `hint`, which is never income or property
        itself but may raise a question
    where: rows count only if each named item has one of these codes
    unless: rows do not count if a named item has one of these codes
    """

    item: str
    measure: Measure
    against: Against
    label: str
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unless: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """
    A source of information (数据来源).

    unit: who answers, unless the department says otherwise (答复单位)
    max_age_days: an answer older than this proves no absence
    dated_by: the item that dates a row; rows outside the period asked are not answered
    decisive: items of which one unreadable value spoils the figures of the whole answer
    """

    name: str
    label: str
    unit: str
    max_age_days: int
    items: Mapping[str, Item]
    never_ask: tuple[str, ...]
    comparisons: tuple[Comparison, ...]
    dated_by: str | None
    decisive: frozenset[str]

    @property
    def binding(self) -> tuple[Comparison, ...]:
        """Return the comparisons that count: all but hints."""
        return tuple(each for each in self.comparisons if each.measure != "hint")


@cache
def sources() -> Mapping[str, Source]:
    """Return every source of the catalogue by name, in the catalogue's order."""
    ranked = []
    for path in files("hedui.catalogue").joinpath("sources").iterdir():
        if path.name.endswith(".yaml"):
            entry = yaml.safe_load(path.read_text(encoding="utf-8"))
            name = path.name.removesuffix(".yaml")
            ranked.append((entry.get("rank", 0), read_source(name, entry)))
    ranked.sort(key=lambda pair: (pair[0], pair[1].name))
    return MappingProxyType({source.name: source for _rank, source in ranked})


def item(full_name: str) -> Item:
    """
    Return one item by its full name, such as `bank.balance_fen`.

    :raises CatalogueError: no such source or item
    """
    source, _dot, name = full_name.partition(".")
    try:
        return sources()[source].items[name]
    except KeyError:
        raise CatalogueError(f"目录中没有查询项 {full_name!r}") from None


def expand(names: Iterable[str]) -> tuple[str, ...]:
    """
    Expand names of sources and items to the sorted full names of all items they mean.

    :raises CatalogueError: a name that is neither a source nor an item; the message quotes it
    """
    expanded: set[str] = set()
    for name in names:
        if name in sources():
            expanded.update(each.full_name for each in sources()[name].items.values())
        else:
            expanded.add(item(name).full_name)
    return tuple(sorted(expanded))


def read_source(name: str, entry: Mapping[str, Any]) -> Source:
    """
    Read one source from its YAML mapping.

    :raises CatalogueError: unknown or missing key, or a comparison of what the source lacks
    """
    _keys(name, entry, _SOURCE_KEYS, optional={"dated_by"})
    items = {key: _item(name, key, value) for key, value in entry["items"].items()}
    comparisons = tuple(_comparison(name, items, each) for each in entry["comparisons"])
    dated_by = entry.get("dated_by")
    if dated_by is not None and (dated_by not in items or items[dated_by].type != "month"):
        raise CatalogueError(f"{name}：dated_by 须为 month 类型的查询项")
    return Source(
        name=name,
        label=entry["label"],
        unit=entry["unit"],
        max_age_days=int(entry["max_age_days"]),
        items=MappingProxyType(items),
        never_ask=tuple(entry["never_ask"]),
        comparisons=comparisons,
        dated_by=dated_by,
        decisive=_decisive(items, comparisons),
    )


def _item(source: str, name: str, entry: Mapping[str, Any]) -> Item:
    _keys(f"{source}.{name}", entry, {"label", "type"}, optional=_ITEM_KEYS)
    if entry["type"] not in ITEM_TYPES:
        raise CatalogueError(f"{source}.{name}：没有 {entry['type']!r} 这种类型")
    writings: Mapping[str, list[str]] = entry.get("values", {})
    if bool(writings) != (entry["type"] == "enum"):
        raise CatalogueError(f"{source}.{name}：enum 须有且只有 enum 可有 values")
    written = {way: code for code, ways in writings.items() for way in (code, *ways)}
    if len(written) != sum(1 + len(ways) for ways in writings.values()):
        raise CatalogueError(f"{source}.{name}：同一写法对应两个代码")
    return Item(
        source=source,
        name=name,
        label=entry["label"],
        type=entry["type"],
        sensitive=entry.get("sensitive", False),
        required=entry.get("required", False),
        signed=entry.get("signed", False),
        length=entry.get("length", TEXT_LENGTH),
        values=MappingProxyType({code: ways[0] for code, ways in writings.items()}),
        written=MappingProxyType(written),
    )


def _comparison(source: str, items: Mapping[str, Item], entry: Mapping[str, Any]) -> Comparison:
    where = f"{source} comparisons"
    _keys(where, entry, {"item", "measure", "against", "label"}, optional=_COMPARISON_KEYS)
    _keys(where, entry["against"], {"side", "class"}, optional=_AGAINST_KEYS)
    if entry["item"] not in items or entry["measure"] not in MEASURES:
        raise CatalogueError(f"{where}：查询项或口径不存在 {entry['item']}/{entry['measure']}")
    against = entry["against"]
    return Comparison(
        item=entry["item"],
        measure=entry["measure"],
        against=Against(against["side"], against["class"], tuple(against.get("kinds", ()))),
        label=entry["label"],
        where=_condition(where, items, entry.get("where", {})),
        unless=_condition(where, items, entry.get("unless", {})),
    )


def _condition(
    where: str, items: Mapping[str, Item], entry: Mapping[str, list[str]]
) -> Mapping[str, tuple[str, ...]]:
    for name, codes in entry.items():
        if name not in items or not set(codes) <= items[name].values.keys():
            raise CatalogueError(f"{where}：条件 {name} 用了不存在的查询项或代码")
    return MappingProxyType({name: tuple(codes) for name, codes in entry.items()})


def _decisive(items: Mapping[str, Item], comparisons: tuple[Comparison, ...]) -> frozenset[str]:
    binding = [each for each in comparisons if each.measure != "hint"]
    measured = {each.item for each in binding if each.measure != "count"}
    conditions = {name for each in binding for name in each.where}
    required = {each.name for each in items.values() if each.required}
    amounts = {each.name for each in items.values() if each.type == "fen"}
    return frozenset(measured | conditions | required | amounts)


def _keys(where: str, entry: Mapping[str, Any], required: set[str], *, optional: set[str]) -> None:
    unknown = entry.keys() - required - optional
    missing = required - entry.keys()
    if unknown or missing:
        raise CatalogueError(f"{where}：多余的键 {sorted(unknown)}，缺少的键 {sorted(missing)}")
