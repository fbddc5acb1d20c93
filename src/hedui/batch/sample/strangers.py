"""
Put strangers (无关人员) into the departments' files: people whom nobody asks about.

Some are nobody's neighbours, some share name and birth date with a member and differ in the
number by the least possible, and some rows have a number with two digits exchanged, which makes it
no number at all. None of them may ever appear in a report.
"""

import random
from collections.abc import Sequence
from datetime import date, timedelta

from hedui.batch.sample.household import Draft, Row, SampleHousehold
from hedui.batch.sample.naming import person_name
from hedui.batch.sample.numbers import FIRST, Register, Sex, resident_number
from hedui.batch.sample.person import Person
from hedui.batch.sample.truth import SOURCES

_DIVISIONS = range(FIRST + 99, FIRST + 199)
_ONE_IN = 5


def strangers(households: Sequence[SampleHousehold], count: int) -> dict[str, list[Row]]:
    """
    Make strangers with rows in every department; always the same for the same households.

    Every fifth is a twin of a member (same name, nearest number), every fifth has a number that a
    clerk mistyped from a member's.
    """
    rng = random.Random("strangers")
    members = [member for each in households for member in each.case["members"]]
    register = Register(_DIVISIONS, taken=(member["id_number"] for member in members))
    first = households[0]
    draft = Draft("stranger", date.fromisoformat(first.case["applied_on"]), first.as_of)
    for place in range(count):
        member = members[place // _ONE_IN % len(members)]
        name, number = member["name"], None
        if place % _ONE_IN == 0:
            number = register.twin(member["id_number"])
        elif place % _ONE_IN == 1:
            number = mistyped(member["id_number"])
        if number is None:
            name, number = _somebody(rng, register, draft.applied_on)
        _own_everything(rng, _nameless(draft, name, number))
    return {source: draft.rows[source] for source in SOURCES}


def mistyped(number: str) -> str:
    """Exchange the last two neighbouring digits that differ: no check character covers that up."""
    place = next(at for at in range(15, -1, -1) if number[at] != number[at + 1])
    return number[:place] + number[place + 1] + number[place] + number[place + 2 :]


def _somebody(rng: random.Random, register: Register, applied_on: date) -> tuple[str, str]:
    sex: Sex = "male" if rng.randrange(2) else "female"
    born = date(applied_on.year - rng.randrange(20, 80), 1, 1) + timedelta(days=rng.randrange(365))
    return person_name(rng, sex), resident_number(rng, born, sex, register=register)


def _nameless(draft: Draft, name: str, number: str) -> Person:
    """Make somebody who stands in the files only, and in no household."""
    member = {"key": "-", "name": name, "id_number": number}
    return Person(draft, member | {"incomes": [], "expenses": [], "assets": []}, None)


def _own_everything(rng: random.Random, person: Person) -> None:
    """Give rows in each of the six departments, large enough to be noticed in a wrong place."""
    employer, day = "样例机械厂", date(2012, 1, 1) + timedelta(days=rng.randrange(4000))
    person.seasonal(rng.sample(range(12), 2), rng.randrange(900000, 2000000), employer)
    person.insured(employer, rng.randrange(1000000, 2500000), rng.randrange(12, 300))
    person.account(rng.randrange(10**7, 10**8), "样例商业银行", f"{rng.randrange(10000):04d}")
    person.fund(rng.randrange(10**6, 10**7), employer, rng.randrange(1000000, 2500000))
    person.vehicle("car", rng.randrange(10**7, 3 * 10**7), day)
    person.home(f"990299001001GB00001F{rng.randrange(10**8):08d}", "128.5", day)
