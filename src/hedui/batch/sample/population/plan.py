"""
What is drawn, read from `population.yaml` and from the catalogue (抽样方案).

A source that the file does not name is drawn by the types of its items, so that whatever the
catalogue gains, the sample has it too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from hedui.batch.asked import everywhere
from hedui.catalogue import Item, Source

GROUPS: Final = ("minor", "grown", "adult", "elder")
"""Whose holdings differ: children, grown children who study, people of working age, the old."""

_FEW: Final = {"adult": 60, "elder": 60}
_BY_TYPE: Final[Mapping[str, Any]] = {
    "text": ["样例一", "样例二", "样例三"],
    "integer": [0, 100],
    "date": [30, 4000],
    "month": [0, 11],
    "fen": {"median": 3000, "spread": 1.0},
    "share": "1",
    "decimal": [10, 200],
    "boolean": 500,
}


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One kind of rows of a source.

    holders: of a thousand people of a group; number: weights of one row, two, three …
    items: how each is drawn; with_spouse: how the spouse's row of the same thing differs
    at_death: what an item becomes; old_papers: the date by which numbers are missing
    """

    holders: Mapping[str, int]
    items: Mapping[str, Any]
    number: tuple[int, ...] = (1,)
    with_spouse: Mapping[str, Any] = field(default_factory=dict)
    at_death: Mapping[str, str] = field(default_factory=dict)
    old_papers: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is drawn by; chances of a thousand."""

    part: int
    divisions: tuple[str, ...]
    weights: tuple[int, ...]
    shapes: tuple[tuple[str, ...], ...]
    people: Mapping[str, int]
    declarations: Mapping[str, int]
    rows: Mapping[str, int]
    words: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, tuple[Kind, ...]]


@cache
def plan() -> Plan:
    """Return the plan, read once, with every source of the catalogue."""
    text = files("hedui.batch.sample.population").joinpath("population.yaml")
    read = yaml.safe_load(text.read_text(encoding="utf-8"))
    return Plan(
        part=read["part"],
        divisions=tuple(read["divisions"]),
        weights=tuple(weight for weight, _ in read["shapes"]),
        shapes=tuple(tuple(roles.split()) for _, roles in read["shapes"]),
        people=read["people"],
        declarations=read["declarations"],
        rows=read["rows"],
        words={name: tuple(words) for name, words in read["words"].items()},
        kinds={name: kinds_of(one, read["sources"]) for name, one in everywhere().items()},
    )


def kinds_of(source: Source, known: Mapping[str, Any]) -> tuple[Kind, ...]:
    """Return the kinds of rows of a source, made up from its items where nothing is known."""
    if source.name not in known:
        return (Kind(_FEW, {name: _by_type(item) for name, item in source.items.items()}),)
    return tuple(
        Kind(**{**one, "number": tuple(one.get("number", (1,)))}) for one in known[source.name]
    )


def _by_type(item: Item) -> Any:
    if item.type == "enum":
        return dict.fromkeys(item.values, 1)
    return "#" * item.length if item.type == "text" and item.length < 10 else _BY_TYPE[item.type]
