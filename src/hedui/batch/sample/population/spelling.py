"""
Decide how a source writes each person (登记写法), and what can be known from that.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from hedui.batch.sample.population.naming import DOTS, in_private_use, lost
from hedui.batch.sample.population.people import LAST_OLD_NUMBER, People, other_names
from hedui.batch.sample.population.plan import Plan

FORMS: Final = ("plain", "small_x", "full_width", "spaced", "old_number", "mistyped", "missing")
PLAIN, SMALL_X, FULL_WIDTH, SPACED, OLD, MISTYPED, MISSING = range(len(FORMS))
DEGREE: Final = np.array([0, 1, 1, 1, 2, -1, -1])
"""By form: 0 as it is, 1 normalised, 2 upgraded, -1 no number."""
MATCHES: Final = ("exact", "normalised", "upgraded", "name_variant", "name_conflict")
_CONFLICT: Final = MATCHES.index("name_conflict")
_X: Final = 2


@dataclass(slots=True)
class Spelling:
    """
    How people are written: the number's form, its digits, and the name.

    bearer: whose number stands there; other: the name is none that compares as theirs
    """

    form: Any
    body: Any
    check: Any
    bearer: Any
    name: Any
    other: Any

    def take(self, order: Any) -> "Spelling":
        """Return the spelling of these people in this order."""
        return Spelling(
            self.form[order], self.body[order], self.check[order], self.bearer[order],
            self.name[order], self.other[order],
        )  # fmt: skip


def in_the_registry(rng: Any, plan: Plan, people: People) -> Spelling:
    """Write the members as the registry does; strangers are written plainly."""
    chance, count = plan.people, len(people)
    member = np.arange(count) < people.members
    form = np.zeros(count, dtype=np.int8)
    drawn = rng.random((3, count)) * 1000
    form[member & (people.check == _X) & (drawn[0] < chance["registered_with_small_x"])] = SMALL_X
    old = people.born <= LAST_OLD_NUMBER
    form[member & old & (drawn[0] < chance["registered_with_old_number"])] = OLD
    form[member & (drawn[1] < chance["registered_wrongly"])] = MISTYPED
    name = people.names.text.copy()
    spaced = member & (drawn[2] < chance["registered_with_space"])
    name[spaced] = [f"{text[0]} {text[1:]}" for text in name[spaced]]
    return _spelt(rng, people, form, name, np.zeros(count, dtype=bool))


def in_a_source(rng: Any, plan: Plan, people: People) -> Spelling:
    """Write everybody as one department does."""
    chance, count = plan.rows, len(people)
    form = np.zeros(count, dtype=np.int8)
    drawn = rng.random((7, count)) * 1000
    form[(people.check == _X) & (drawn[0] < chance["small_x"])] = SMALL_X
    form[drawn[1] < chance["full_width"]] = FULL_WIDTH
    form[drawn[2] < chance["spaced"]] = SPACED
    form[(people.born <= LAST_OLD_NUMBER) & (drawn[3] < chance["old_number"])] = OLD
    form[drawn[4] < chance["mistyped"]] = MISTYPED
    form[drawn[5] < chance["missing_number"]] = MISSING
    name, other = _names(rng, plan, people)
    spelling = _spelt(rng, people, form, name, other)
    _take_anothers(rng, people, spelling, np.flatnonzero(drawn[6] < chance["of_another"]))
    return spelling


def _spelt(rng: Any, people: People, form: Any, name: Any, other: Any) -> Spelling:
    body, bearer = people.body.copy(), np.arange(len(people))
    wrong = np.flatnonzero(form == MISTYPED)
    at = 10 ** rng.integers(0, 3, len(wrong))
    digit = body[wrong] // at % 10
    # one wrong digit: the check character, which stays, never fits
    body[wrong] += np.where(digit == 9, -9, 1) * at
    bearer[DEGREE[form] < 0] = -1
    return Spelling(form, body, people.check.copy(), bearer, name, other)


def _names(rng: Any, plan: Plan, people: People) -> tuple[Any, Any]:
    chance, names = plan.rows, people.names
    name, other = names.text.copy(), np.zeros(len(people), dtype=bool)
    drawn = rng.random((3, len(people))) * 1000
    spaced = ~names.dotted & (drawn[0] < chance["name_spaced"])
    name[spaced] = [f"{text[0]} {text[1:]}" for text in name[spaced]]
    dotted = np.flatnonzero(names.dotted & (drawn[0] < chance["dot_written_otherwise"]))
    dots = rng.integers(0, len(DOTS), len(dotted))
    name[dotted] = [
        text.replace("·", DOTS[dot]) for text, dot in zip(name[dotted], dots, strict=True)
    ]
    private = names.rare & (drawn[1] < chance["rare_in_private_use"])
    name[private] = [in_private_use(text) for text in name[private]]
    gone = names.rare & (drawn[1] >= 1000 - chance["rare_lost"])
    name[gone] = [lost(text) for text in name[gone]]
    renamed = drawn[2] < chance["another_name"]
    name[renamed] = other_names(rng, name[renamed])
    other[gone | renamed] = True
    return name, other


def _take_anothers(rng: Any, people: People, spelling: Spelling, these: Any) -> None:
    """Write some people with a number that is not theirs; of members mostly one of the family."""
    near = np.minimum(these + 1, people.members - 1)
    family = (these < people.members - 1) & (rng.random(len(these)) < 0.7)
    family[family] = people.household[these[family]] == people.household[near[family]]
    others = np.where(family, near, rng.integers(0, people.members, len(these)))
    spelling.form[these] = PLAIN
    spelling.body[these], spelling.check[these] = people.body[others], people.check[others]
    spelling.bearer[these] = others


def matches(people: People, registered: Spelling, rows: Spelling, owner: Any) -> Any:
    """
    Tell how each row matches the member whose number it bears: of `MATCHES`, -1 for nobody.

    rows: the spelling of each row; owner: whose row it truly is
    """
    bearer = np.where(rows.bearer < people.members, rows.bearer, -1)
    bearer = np.where((bearer >= 0) & (registered.bearer[bearer] >= 0), bearer, -1)
    known = np.where(bearer >= 0, bearer, 0)
    names = people.names.text
    conflict = rows.other | ((known != owner) & (names[known] != names[owner]))
    variant = rows.name != registered.name[known]
    degree = np.maximum(DEGREE[rows.form], DEGREE[registered.form[known]])
    match = np.where(conflict, _CONFLICT, np.where(variant, MATCHES.index("name_variant"), degree))
    return np.where(bearer >= 0, match, -1)
