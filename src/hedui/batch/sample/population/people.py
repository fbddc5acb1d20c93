"""
Draw the people of one part of the registry, and strangers, in columns (人口).

Members stand first, household by household; strangers follow. Numbers are unique across parts
without anybody keeping a list: each part has divisions, or sequences of a division, of its own.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from hedui.batch.sample.numbers import FIRST, NumbersExhausted
from hedui.batch.sample.population.naming import Names, draw_names, other_names
from hedui.batch.sample.population.plan import GROUPS, Plan

RELATIONS: Final = {
    "elder": "self", "adult": "self", "spouse": "spouse", "minor": "child", "grown": "child",
    "parent": "parent", "grandchild": "grandchild",
}  # fmt: skip
ROLES: Final = tuple(RELATIONS)
_ROLE: Final = {name: code for code, name in enumerate(ROLES)}
_DIVISIONS: Final = 98
_SEQUENCES: Final = 248
_STRANGE: Final = FIRST + 99
_WEIGHTS: Final = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
LAST_OLD_NUMBER: Final = 19990930


@dataclass(slots=True)
class People:
    """
    Who is there; `members` of them in the registry, in the order of their households.

    body: the first 17 digits of the number; check: which of 10X98765432 follows
    group: of `GROUPS`; spouse: their row, -1 where there is none; died: in the look-back period
    """

    members: int
    household: Any
    place: Any
    role: Any
    male: Any
    group: Any
    born: Any
    spouse: Any
    died: Any
    names: Names
    body: Any
    check: Any

    def __len__(self) -> int:
        return len(self.body)


def draw_people(
    rng: Any, plan: Plan, households: int, *, part: int, parts: int, as_of: date
) -> People:
    """
    Draw the households of one part, and the strangers that stand in the files beside them.

    :raises NumbersExhausted: more people of one birth date than this part has numbers for
    """
    roles, household, place = _families(rng, plan, households)
    members = len(roles)
    starts = np.flatnonzero(place == 0)
    head = starts[household]
    male = _sexes(rng, roles, head)
    spouse = np.full(members, -1)
    wives = np.flatnonzero(roles == _ROLE["spouse"])
    spouse[wives], spouse[head[wives]] = head[wives], wives
    age = _ages(rng, roles, head)
    strange = members * plan.rows["strangers"] // 1000
    age = np.concatenate([age, rng.integers(20, 85, strange)])
    male = np.concatenate([male, rng.random(strange) < 0.5])
    born = _birth_dates(rng, age, as_of)
    body = np.concatenate([
        _numbers(rng, born[:members], male[:members], household, part, parts),
        _strangers_numbers(born[members:], male[members:], part, parts),
    ])  # fmt: skip
    names = draw_names(rng, plan, male, _fathers(roles, male[:members], head, spouse), household)
    group = _groups(rng, plan, np.concatenate([roles, np.full(strange, -1)]), age)
    elder = group == GROUPS.index("elder")
    people = People(
        members, household, place, roles, male, group, born, spouse,
        elder & (rng.random(len(born)) * 1000 < plan.people["died"]), names, body, body,
    )  # fmt: skip
    _make_twins(rng, plan, people)
    people.check = check_places(people.body)
    return people


def check_places(body: Any) -> Any:
    """Compute for 17 digits which of `10X98765432` is their check character (GB 11643)."""
    total = np.zeros(len(body), dtype=np.int64)
    rest = body.copy()
    for weight in _WEIGHTS[::-1]:
        total += weight * (rest % 10)
        rest //= 10
    return total % 11


def _families(rng: Any, plan: Plan, households: int) -> tuple[Any, Any, Any]:
    longest = max(map(len, plan.shapes))
    table = np.full((len(plan.shapes), longest), -1)
    for row, roles in enumerate(plan.shapes):
        table[row, : len(roles)] = [_ROLE[role] for role in roles]
    weights = np.array(plan.weights) / sum(plan.weights)
    drawn = table[rng.choice(len(table), households, p=weights)]
    household, place = np.nonzero(drawn >= 0)
    return drawn[household, place], household, place


def _sexes(rng: Any, roles: Any, head: Any) -> Any:
    male = rng.random(len(roles)) < 0.5
    wives = roles == _ROLE["spouse"]
    male[wives] = ~male[head[wives]]
    second = np.flatnonzero((roles[1:] == _ROLE["parent"]) & (roles[:-1] == _ROLE["parent"])) + 1
    male[second] = ~male[second - 1]
    return male


def _ages(rng: Any, roles: Any, head: Any) -> Any:
    count = len(roles)
    heads = np.where(
        roles[head] == _ROLE["elder"], rng.integers(64, 90, count), rng.integers(32, 59, count)
    )[head]
    any_below = rng.random(count)
    child = 1 + (any_below * (np.minimum(18, heads - 21) - 1)).astype(int)
    grown = 18 + (any_below * np.maximum(1, np.minimum(30, heads - 21) - 18)).astype(int)
    age = np.where(
        roles == _ROLE["spouse"], np.maximum(22, heads + rng.integers(-4, 5, count)), heads
    )
    age = np.where((roles == _ROLE["minor"]) | (roles == _ROLE["grandchild"]), child, age)
    age = np.where(roles == _ROLE["grown"], grown, age)
    parents = np.minimum(98, heads + rng.integers(22, 33, count))
    return np.where(roles == _ROLE["parent"], parents, age)


def _birth_dates(rng: Any, age: Any, as_of: date) -> Any:
    days = np.datetime64(as_of) - (age * 365.25).astype(int) - rng.integers(1, 365, len(age))
    month = days.astype("datetime64[M]")
    years = days.astype("datetime64[Y]")
    return (
        (years.astype(int) + 1970) * 10_000
        + ((month - years).astype(int) + 1) * 100
        + (days - month).astype(int) + 1
    )  # fmt: skip


def _numbers(rng: Any, born: Any, male: Any, household: Any, part: int, parts: int) -> Any:
    """
    Give out numbers in the divisions of this part; four of five members have their household's.

    Every second sequence of a sex is left free, for twins.
    """
    share = -(-parts // _DIVISIONS)
    if share == 1:
        own = _DIVISIONS // parts
        first = part * own
        of_household = rng.integers(0, own, int(household[-1]) + 1)[household]
        moved = rng.random(len(born)) < 0.2
        division = first + np.where(moved, rng.integers(0, own, len(born)), of_household)
    else:
        division = np.full(len(born), part % _DIVISIONS)
    room = _SEQUENCES // share
    start = (part // _DIVISIONS) * room
    place = _rank((born * 2 + male) * 100 + division)
    if place.max(initial=0) >= room:
        raise NumbersExhausted("no number of this birth date and sex is free")
    sequence = 4 * (start + (place + born * 7 + division * 31) % room) + np.where(male, 1, 2)
    return ((FIRST + 1 + division) * 10**8 + born) * 1000 + sequence


def _strangers_numbers(born: Any, male: Any, part: int, parts: int) -> Any:
    """Give out numbers from the hundred divisions where only strangers are registered."""
    room = 100 * 2 * _SEQUENCES // parts
    place = part * room + _rank(born * 2 + male)
    if len(place) and place.max() >= (part + 1) * room:
        raise NumbersExhausted("no number of this birth date and sex is free")
    division, sequence = (place + born) % 100, place // 100
    return ((_STRANGE + division) * 10**8 + born) * 1000 + 2 * sequence + np.where(male, 1, 2)


def _rank(key: Any) -> Any:
    """Number the equal keys from 0, in order."""
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    first = np.concatenate([[True], ordered[1:] != ordered[:-1]])[: len(key)]
    starts = np.flatnonzero(first)
    rank = np.empty(len(key), dtype=np.int64)
    rank[order] = np.arange(len(key)) - starts[np.cumsum(first) - 1]
    return rank


def _fathers(roles: Any, male: Any, head: Any, spouse: Any) -> Any:
    """Say for each member whose surname they have; -1 for their own."""
    partner = np.where(spouse[head] >= 0, spouse[head], head)
    father = np.where(male[head], head, partner)
    named = np.isin(roles, [_ROLE["minor"], _ROLE["grown"], _ROLE["grandchild"]])
    source = np.where(named, father, -1)
    return np.where((roles == _ROLE["parent"]) & male, head, source)


def _groups(rng: Any, plan: Plan, roles: Any, age: Any) -> Any:
    grown = (roles == _ROLE["grown"]) & (rng.random(len(age)) * 1000 < plan.people["student"])
    group = np.where(age < 18, 0, np.where(age >= 62, 3, 2))
    return np.where(grown, 1, group)


def _make_twins(rng: Any, plan: Plan, people: People) -> None:
    """Turn some strangers into people with a member's name and birth date, and the next number."""
    strangers = np.arange(people.members, len(people))
    chosen = strangers[rng.random(len(strangers)) * 1000 < plan.rows["twins"]]
    members = rng.permutation(people.members)[: len(chosen)]
    chosen = chosen[: len(members)]
    people.body[chosen] = people.body[members] + 2
    people.born[chosen], people.male[chosen] = people.born[members], people.male[members]
    people.names.take(chosen, members)


__all__ = ["People", "check_places", "draw_people", "other_names"]
