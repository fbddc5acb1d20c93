"""One building is one building (同一房屋只计一次), whoever of the household owns a part of it."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

Line = dict[str, Any]
Household = dict[str, dict[str, list[Line]]]


def once_each(household: Mapping[str, Mapping[str, list[Line]]]) -> Household:
    """
    Return a household's lines with each building once: with its first owner, the shares added.

    A register names the unit, which is how found parts are known to be of one building. Declared
    parts are taken for one where kind and floor area are the same and the shares add to no more
    than the whole: two halves of a flat are a flat. The unit's name is left out of what returns.
    """
    merged: Household = {
        key: {"incomes": list(lines["incomes"]), "assets": []} for key, lines in household.items()
    }
    homes: dict[object, Line] = {}
    for key, line in _assets(household):
        name = _name_of(line)
        kept = {part: value for part, value in line.items() if part != "unit_no"}
        first = homes.get(name)
        if name is not None and first is not None and _fits(first, line, name):
            _add_share(first, line)
            continue
        if name is not None:
            homes[name] = kept
        merged[key]["assets"].append(kept)
    return merged


def _assets(household: Mapping[str, Mapping[str, list[Line]]]) -> Iterator[tuple[str, Line]]:
    for key, lines in household.items():
        for line in lines["assets"]:
            yield key, line


def _name_of(line: Line) -> object | None:
    if line["class"] != "real_estate":
        return None
    if "unit_no" in line:
        return str(line["unit_no"])
    if "share" in line and "floor_area" in line and _share(line) < 1:
        return line.get("kind"), line["floor_area"]
    return None


def _fits(first: Line, line: Line, name: object) -> bool:
    return not isinstance(name, tuple) or _share(first) + _share(line) <= 1


def _add_share(first: Line, line: Line) -> None:
    if "share" in first and "share" in line:
        first["share"] = str(min(_share(first) + _share(line), Fraction(1)))


def _share(line: Line) -> Fraction:
    return Fraction(str(line["share"]))
