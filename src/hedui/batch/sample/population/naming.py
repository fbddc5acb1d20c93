"""
Draw names in columns (姓名), from the lists of the sample people.

Frequencies fall with the place in the list, as those of surnames do; so some names are borne by
many within a county, and most by few.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from hedui.batch.sample.naming import PRIVATE, lists
from hedui.batch.sample.numbers import Sex
from hedui.batch.sample.population.plan import Plan

DOTS: Final = ("•", "・", ".", "")
_SEXES: Final[tuple[Sex, Sex]] = ("female", "male")


@dataclass(slots=True)
class Names:
    """text: each person's name; dotted, rare: whether a dot or a rare character is in it."""

    text: Any
    dotted: Any
    rare: Any

    def take(self, these: Any, of: Any) -> None:
        """Give these people the names of others."""
        for column in (self.text, self.dotted, self.rare):
            column[these] = column[of]


def draw_names(rng: Any, plan: Plan, male: Any, father: Any, household: Any) -> Names:
    """
    Draw names; who has a father's row has his surname.

    father: for each member whose surname they share, -1 for nobody; strangers stand behind
    """
    count, members = len(male), len(father)
    surnames = _objects(lists().surnames)
    family = _falling(rng, len(surnames), count)
    shared = np.flatnonzero(father >= 0)
    family[shared] = family[father[shared]]
    text = surnames[family] + _given(rng, plan, male)
    _tell_siblings_apart(rng, plan, text, male, family, household)
    rare = rng.random(count) * 1000 < plan.people["rare_character"]
    text[rare] = (
        surnames[family[rare]]
        + _objects(lists().rare)[rng.integers(0, len(lists().rare), int(rare.sum()))]
    )
    of_household = rng.random(int(household[-1]) + 1) * 1000 < plan.people["minority"]
    dotted = np.zeros(count, dtype=bool)
    dotted[:members] = of_household[household]
    dotted[members:] = rng.random(count - members) * 1000 < plan.people["minority"]
    text[dotted] = _dotted(rng, male[dotted])
    return Names(text, dotted, rare & ~dotted)


def _tell_siblings_apart(
    rng: Any, plan: Plan, text: Any, male: Any, family: Any, household: Any
) -> None:
    same = (text[1 : len(household)] == text[: len(household) - 1]) & (np.diff(household) == 0)
    these = np.flatnonzero(same) + 1
    text[these] = _objects(lists().surnames)[family[these]] + _given(rng, plan, male[these])


def _given(rng: Any, plan: Plan, male: Any) -> Any:
    count = len(male)
    given = np.empty(count, dtype=object)
    listed = rng.random(count) * 1000 < plan.people["from_the_list"]
    single = rng.random(count) * 1000 < plan.people["single_character"]
    for sex, is_male in zip(_SEXES, (False, True), strict=True):
        whole, first, last = _parts(sex)
        these = male == is_male
        size = int(these.sum())
        made = first[_falling(rng, len(first), size)] + last[_falling(rng, len(last), size)]
        made = np.where(single[these], last[_falling(rng, len(last), size)], made)
        given[these] = np.where(listed[these], whole[_falling(rng, len(whole), size)], made)
    return given


@cache
def _parts(sex: Sex) -> tuple[Any, Any, Any]:
    """Return the given names of a sex, and the characters that they begin and end with."""
    names = lists().given[sex]
    of_two = [name for name in names if len(name) == 2]
    first = tuple(dict.fromkeys(name[0] for name in of_two))
    last = tuple(dict.fromkeys(name[-1] for name in names))
    return _objects(names), _objects(first), _objects(last)


def _dotted(rng: Any, male: Any) -> Any:
    """Put a given name before the father's, with the dot between them."""
    own = {sex: _objects(_halves(sex, 0)) for sex in _SEXES}
    fathers = _objects(_halves("male", 0) + _halves("male", 1) + _halves("female", 1))
    drawn = np.where(
        male,
        own["male"][rng.integers(0, len(own["male"]), len(male))],
        own["female"][rng.integers(0, len(own["female"]), len(male))],
    )
    return drawn + "·" + fathers[rng.integers(0, len(fathers), len(male))]


def _halves(sex: Sex, place: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.split("·")[place] for name in lists().dotted[sex]))


def _falling(rng: Any, size: int, count: int) -> Any:
    """Draw places of a list; the n-th is drawn about one n-th as often as the first."""
    weights = 1 / np.arange(4, size + 4)
    edges = np.cumsum(weights / weights.sum())
    return np.minimum(np.searchsorted(edges, rng.random(count)), size - 1)


def _objects(words: Any) -> Any:
    return np.array(words, dtype=object)


def other_names(rng: Any, names: Any) -> Any:
    """Give a name that is none of these, as after a change of name."""
    given = _objects([g for g in lists().given["female"] if len(g) == 1])
    return "钱" + given[rng.integers(0, len(given), len(names))] + "一"


def in_private_use(name: str) -> str:
    """Write a name as an old system keeps it: rare characters at private code points."""
    for rare, private in PRIVATE.items():
        name = name.replace(rare, private)
    return name


def lost(name: str) -> str:
    """Write a name as a system does that cannot write it: a question mark for what is rare."""
    return "".join(letter if "一" <= letter <= "龥" else "?" for letter in name)
