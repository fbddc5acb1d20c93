"""Administrative divisions (行政区划) down to the county, with validity and successors, GB/T 2260.

A code lives for a time: 富阳市 330183 became 富阳区 330111. Codes of abolished divisions stay
known, because resident ID numbers and old case files carry them; what became of them stands in
``successors``. Codes can come back for another unit (500110 was 万盛区, then 綦江区), so a code
means one division only together with a day.

The table is ``data/divisions.csv``; ``data/divisions.source.toml`` says where it comes from, and
:func:`provenance` reads it. It looks back to 2009. Dates known to the year only are given as its
first and last day, so that in the year of a change both the old and the new code hold.

Deliberately absent: streets and villages, development zones of the statistics office, and the
placeholders 市辖区 and 县 of the old editions. No code begins with 99, so that sample people can.
"""

import csv
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal, cast

Level = Literal["province", "city", "county"]
Dating = Literal["", "year", "day", "recalled"]

_CODE = re.compile(r"[0-9]{6}", re.ASCII)


class DivisionError(ValueError):
    """No such division (行政区划代码有误), or none on that day; the message is for the user."""


@dataclass(frozen=True, slots=True)
class Division:
    """One division (行政区划) while it had this code and name.

    ``parent`` is the code one level up, None for a province. ``valid_from`` None means longer than
    the table looks back, ``valid_to`` None in force; both days are included. ``successors`` are the
    codes that took over its area. ``dating`` says how well its dates are known.
    """

    code: str
    name: str
    level: Level
    parent: str | None
    valid_from: date | None
    valid_to: date | None
    successors: tuple[str, ...]
    dating: Dating = ""

    def in_force(self, on: date) -> bool:
        """Whether it exists on that day."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on <= self.valid_to
        )


def division(code: str, on: date | None = None) -> Division:
    """Give the division of a code, on a day or, without one, its latest holder.

    Without a day abolished divisions are found too. Where two hold on the same day (dates known to
    the year only), the newer is given.

    :raises DivisionError: not six digits, never assigned, or not in force on that day
    """
    holders = _holders(code)
    if on is None:
        return holders[-1]
    for holder in reversed(holders):
        if holder.in_force(on):
            return holder
    raise DivisionError(_not_in_force(holders[-1], on))


def provinces(on: date | None = None) -> tuple[Division, ...]:
    """Give the provinces (省级), in the order of their codes."""
    return _held(_children().get(None, ()), on)


def children(code: str, on: date | None = None) -> tuple[Division, ...]:
    """Give the divisions directly below, in force today or on a day, in the order of their codes.

    :raises DivisionError: the code was never assigned
    """
    _holders(code)
    return _held(_children().get(code, ()), on)


def full_name(code: str, on: date | None = None) -> str:
    """Give the name with those above it: ``310101`` → 上海市黄浦区.

    :raises DivisionError: as :func:`division`
    """
    found = division(code, on)
    if found.parent is None:
        return found.name
    day = on if on is not None else found.valid_to
    return _name_of_parent(found.parent, day) + found.name


def named(text: str, most: int = 60) -> tuple[Division, ...]:
    """Find divisions in force whose code begins with, or whose full name contains, the text."""
    wanted = "".join(text.split())
    found: list[Division] = []
    for code, holders in _table().items():
        one = holders[-1]
        if one.valid_to is not None or not wanted:
            continue
        if code.startswith(wanted) or wanted in full_name(code):
            found.append(one)
            if len(found) == most:
                break
    return tuple(sorted(found, key=lambda division: division.code))


def present(code: str) -> tuple[Division, ...]:
    """Give the divisions in force that a code stands for now, following successors.

    The division itself where it is in force; none where nothing is known of what it became.

    :raises DivisionError: the code was never assigned
    """
    found: dict[str, Division] = {}
    seen = set()
    waiting = [division(code)]
    while waiting:
        one = waiting.pop(0)
        if one.code in seen:
            continue
        seen.add(one.code)
        if one.valid_to is None:
            found[one.code] = one
        else:
            waiting += map(division, one.successors)
    return tuple(found.values())


def predecessors(code: str) -> tuple[str, ...]:
    """Give the codes of the divisions whose whole area this one took over (县改区), newest first.

    A division that was split among several, or taken in by one that stood before, has no heir.

    :raises DivisionError: the code was never assigned
    """
    _holders(code)
    found, waiting = [], [code]
    while waiting:
        one = waiting.pop(0)
        for former in _heirs().get(one, ()):
            if former not in found and former != code:
                found.append(former)
                waiting.append(former)
    return tuple(found)


@cache
def _heirs() -> Mapping[str, tuple[str, ...]]:
    heirs: dict[str, list[str]] = {}
    for holders in _table().values():
        for one in holders:
            if len(one.successors) == 1 and _born_of(division(one.successors[0]), one):
                heirs.setdefault(one.successors[0], []).append(one.code)
    return {heir: tuple(formers) for heir, formers in heirs.items()}


def _born_of(heir: Division, former: Division) -> bool:
    """Whether it began as the former ended; one that stood before only took the former in."""
    if heir.valid_from is None or former.valid_to is None:
        return False
    return heir.valid_from >= date(former.valid_to.year, 1, 1)


def provenance() -> Mapping[str, Any]:
    """Give source, version, date and licence of the table, for pages and reports."""
    text = resources.files(__package__).joinpath("data/divisions.source.toml").read_text("utf-8")
    return MappingProxyType(tomllib.loads(text))


def _held(candidates: tuple[Division, ...], on: date | None) -> tuple[Division, ...]:
    if on is None:
        return tuple(one for one in candidates if one.valid_to is None)
    newest = {one.code: one for one in candidates if one.in_force(on)}
    return tuple(newest.values())


def _name_of_parent(code: str, day: date | None) -> str:
    try:
        return full_name(code, day)
    except DivisionError:
        # only where the table does not look back far enough for the upper level
        return full_name(code)


def _holders(code: object) -> tuple[Division, ...]:
    if not isinstance(code, str) or _CODE.fullmatch(code) is None:
        raise DivisionError("行政区划代码应为6位数字。")
    holders = _table().get(code)
    if holders is None:
        raise DivisionError(f"没有行政区划代码{code},请核对。")
    return holders


def _not_in_force(latest: Division, on: date) -> str:
    if latest.valid_to is None or on < (latest.valid_from or on):
        return f"行政区划代码{latest.code}({latest.name})在{on.isoformat()}尚未启用。"
    now = "、".join(f"{one.code}{one.name}" for one in present(latest.code))
    became = f",现为{now}" if now else ""
    return f"行政区划代码{latest.code}({latest.name})在{on.isoformat()}已停用{became}。"


@cache
def _table() -> Mapping[str, tuple[Division, ...]]:
    path = resources.files(__package__).joinpath("data/divisions.csv")
    table: dict[str, list[Division]] = {}
    with path.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            table.setdefault(row["code"], []).append(_read(row))
    return {code: tuple(sorted(rows, key=_since)) for code, rows in table.items()}


@cache
def _children() -> Mapping[str | None, tuple[Division, ...]]:
    below: dict[str | None, list[Division]] = {}
    for holders in _table().values():
        for one in holders:
            below.setdefault(one.parent, []).append(one)
    return {
        parent: tuple(sorted(rows, key=lambda one: (one.code, _since(one))))
        for parent, rows in below.items()
    }


def _since(one: Division) -> date:
    return one.valid_from or date.min


def _read(row: Mapping[str, str]) -> Division:
    return Division(
        code=row["code"],
        name=row["name"],
        level=cast(Level, row["level"]),
        parent=row["parent"] or None,
        valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        successors=tuple(row["successors"].split()),
        dating=cast(Dating, row["dates"]),
    )
