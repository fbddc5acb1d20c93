"""Which rules a household stands under, and into which categories it falls (适用规则、类别)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from hedui.policy.assessment import place_categories
from hedui.policy.columns import Parameters, method_of
from hedui.policy.engine import RuleSet
from hedui.policy.kinds import INCOME_KINDS
from hedui.policy.parameters import ParameterFiles, PolicyError
from hedui.policy.programme import Programme, programmes

ANY = "any"
"""The programme of a household that is looked at for every category."""
_YES, _OPEN = 2, 1


@dataclass(frozen=True, slots=True)
class Place:
    """What decides which rules a household stands under: the programme asked, where, and when."""

    programme: str
    division: str
    as_of: date


@dataclass(slots=True)
class Group:
    """
    Places whose households are computed together: they reckon by the same methods.

    keys: the places, by their position; plain: their months are those of the columns
    """

    asked: str
    plain: bool
    keys: list[int]
    programmes: dict[str, tuple[RuleSet, Parameters]]


def groups(places: Sequence[Place], files: ParameterFiles) -> list[Group]:
    """Put places together; a place without rules for what is asked is in no group."""
    found: dict[Any, tuple[list[int], list[dict[str, dict[str, Any]]]]] = {}
    for key, place in enumerate(places):
        values = resolved(place, files)
        if not values:
            continue
        plain = all(
            held[f"look_back_months_{class_}"] == 12
            for held in values.values()
            for class_ in INCOME_KINDS
        )
        methods = tuple((name, method_of(held)) for name, held in values.items())
        keys, held_by = found.setdefault((place.programme, plain, methods), ([], []))
        keys.append(key)
        held_by.append(values)
    return [
        Group(asked, plain, keys, {name: _together(name, held) for name, _ in methods})
        for (asked, plain, methods), (keys, held) in found.items()
    ]


def _together(name: str, held: Sequence[dict[str, dict[str, Any]]]) -> tuple[RuleSet, Parameters]:
    rules = programmes()[name].rules
    return rules, {one: [values[name][one] for values in held] for one in rules.parameters}


def resolved(place: Place, files: ParameterFiles) -> dict[str, dict[str, Any]]:
    """Give the parameters of each programme that has a say, as `policy.compute` asks for them."""
    found = {}
    for one in candidates(place.programme):
        must = one.name == place.programme
        try:
            found_here = files.resolve(
                one.parameters, division=place.division, folders=one.folders, on=place.as_of
            )
        except PolicyError:
            if must:
                return {}
            continue
        values = {name: each.use.value for name, each in found_here.items()}
        stands = any(found_here[name].use.reference is not None for name in one.stands_on)
        if must or stands or not one.stands_on:
            found[one.name] = values
    return found


@cache
def candidates(asked: str) -> tuple[Programme, ...]:
    """Name the programmes that have a say in what is asked, by rank; none for an unknown one."""
    known = programmes()
    if asked == ANY:
        return tuple(known.values())
    if asked not in known:
        return ()
    ahead = known[asked].gives_way_to + known[asked].implied_by
    return tuple(one for name, one in known.items() if name in ahead or name == asked)


@dataclass(frozen=True, slots=True)
class Placed:
    """The categories that hold, those that may, and the programme whose tests are shown."""

    categories: tuple[str, ...]
    possible: tuple[str, ...]
    shown: str


def placed(asked: str, answers: Mapping[str, int]) -> Placed:
    """
    Place a household among the categories, as an assessment of one does.

    answers: programme → 0 no, 1 unknown, 2 yes, in the order of their rank
    """
    qualified = {name for name, answer in answers.items() if answer == _YES}
    possible = {name for name, answer in answers.items() if answer == _OPEN}
    for name in answers:
        place_categories(name, asked, qualified, possible)
    order = list(answers)
    first = next((name for name in order if name in qualified), None)
    otherwise = "dibao" if "dibao" in order else order[0]
    return Placed(
        tuple(name for name in order if name in qualified),
        tuple(name for name in order if name in possible),
        (first or otherwise) if asked == ANY else asked,
    )
