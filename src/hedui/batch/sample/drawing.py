"""
Draw random households (随机家庭): of one to six members, mostly consistent, with known errors.

Each chance is an entry of :data:`PER_THOUSAND`; a test counts what comes of it.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Final

from hedui.batch.sample.household import Draft, SampleHousehold
from hedui.batch.sample.naming import another_name, person_name, surname_of, variant
from hedui.batch.sample.numbers import FIRST, Register, Sex, old_form, resident_number
from hedui.batch.sample.person import Paper, Person, Written
from hedui.batch.sample.truth import SOURCES

PER_THOUSAND: Final[Mapping[str, int]] = MappingProxyType({
    "not_signed": 30,  # of other adults than the applicant
    "signed_in_part": 20,  # of those who sign
    "wage_differs": 50,  # of steady wages
    "pension_differs": 30,  # of pensions
    "balance_differs": 50,  # of bank accounts
    "account_undeclared": 40,  # of bank accounts
    "vehicle_undeclared": 30,  # of adults, beside those who declare one
    "vehicle_not_found": 10,  # of adults: declared, and sold without the household saying so
    "home_undeclared": 15,  # of adults
    "old_number": 30,  # of members × sources, born before 1999-10
    "small_x": 300,  # of members × sources whose number ends with X
    "name_variant": 10,  # of members × sources
    "name_conflict": 4,  # of members × sources
})  # fmt: skip
"""How often something is not as it should be, and of what."""

DIVISIONS: Final = range(FIRST + 1, FIRST + 99)
"""Where random people are registered: not where those of the stories are."""

_SHAPES: Final = (
    (22, ("elder",)),
    (16, ("adult",)),
    (8, ("adult", "spouse")),
    (14, ("elder", "spouse")),
    (12, ("adult", "minor")),
    (12, ("adult", "spouse", "minor")),
    (4, ("adult", "spouse", "grown")),
    (2, ("elder", "grandchild")),
    (5, ("adult", "spouse", "minor", "minor")),
    (3, ("adult", "spouse", "minor", "parent", "parent")),
    (1, ("adult", "spouse", "minor", "minor", "parent")),
    (1, ("adult", "spouse", "minor", "grown", "parent", "parent")),
)
_WEIGHTS: Final = tuple(weight for weight, _roles in _SHAPES)
_RELATIONS: Final = {
    "elder": "self", "adult": "self", "spouse": "spouse", "minor": "child", "grown": "child",
    "parent": "parent", "grandchild": "grandchild",
}  # fmt: skip
_EMPLOYERS: Final = ("样例食品厂", "样例物业公司", "样例超市", "样例保洁队", "样例餐饮店")
_BANKS: Final = ("样例商业银行", "样例农商银行", "样例邮储网点", "样例城市银行")
_ADULT, _PENSIONER, _LAST_OLD_NUMBER = 18, 62, date(1999, 9, 30)
_LOWEST_BASE: Final = 738400


@dataclass(slots=True)
class _Lot:
    """A household being drawn: by whom its chances are decided, and what is known of it."""

    rng: random.Random
    draft: Draft
    register: Register
    head_age: int
    head_sex: Sex
    surname: str | None = None

    def happens(self, what: str) -> bool:
        return self.rng.randrange(1000) < PER_THOUSAND[what]

    def in_ten(self, chances: int) -> bool:
        return self.rng.randrange(10) < chances

    def yuan(self, lowest: int, highest: int) -> int:
        """Draw an amount between two of yuan, in fen; every third has odd fen."""
        amount = self.rng.randrange(lowest, highest + 1) * 100
        return amount + self.rng.randrange(100) if self.rng.randrange(3) == 0 else amount


def household(
    rng: random.Random,
    number: int,
    *,
    applied_on: date,
    as_of: date,
    register: Register | None = None,
) -> SampleHousehold:
    """
    Draw one household.

    number: names it on its signed papers
    register: share one between households that must have no number in common
    """
    ((_, roles),) = rng.choices(_SHAPES, _WEIGHTS)
    elderly = roles[0] == "elder"
    lot = _Lot(
        rng=rng,
        draft=Draft(f"household {number}", applied_on, as_of),
        register=register or Register(DIVISIONS),
        head_age=rng.randrange(64, 90) if elderly else rng.randrange(32, 59),
        head_sex="male" if rng.randrange(2) else "female",
    )
    for role in roles:
        _live(lot, *_join(lot, role))
    return lot.draft.finish(f"样例家庭{number},{len(roles)}人。")


def many(n: int, seed: int | str, *, applied_on: date, as_of: date) -> list[SampleHousehold]:
    """Draw n households with no number in common; the first are the same whatever n is."""
    register = Register(DIVISIONS)
    return [
        household(
            random.Random(f"{seed}:{number}"), number,
            applied_on=applied_on, as_of=as_of, register=register,
        )
        for number in range(1, n + 1)
    ]  # fmt: skip


def _join(lot: _Lot, role: str) -> tuple[Person, int]:
    """Add a member in a role; return the member and the age."""
    rng, first = lot.rng, not lot.draft.people
    age, sex = _age(lot, role), _sex(lot, role)
    name = person_name(rng, sex, surname=lot.surname if role in ("minor", "grown") else None)
    if first:
        lot.surname = surname_of(name)
    on = lot.draft.applied_on
    born = date(on.year - age, on.month, 1) - timedelta(days=rng.randrange(1, 360))
    # late in a month it may have been the next birthday already
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    number = resident_number(rng, born, sex, register=lot.register)
    person = lot.draft.member(
        name, number, _RELATIONS[role], signs=_paper(lot, age, first=first), **_standing(role, age)
    )
    _misspell(lot, person, born, sex)
    return person, age


def _age(lot: _Lot, role: str) -> int:
    rng, head = lot.rng, lot.head_age
    if role == "spouse":
        return max(22, head + rng.randrange(-4, 5))
    if role in ("minor", "grandchild"):
        return rng.randrange(1, min(_ADULT, head - 21))
    if role == "grown":
        return rng.randrange(_ADULT, max(_ADULT + 1, min(30, head - 21)))
    return min(98, head + rng.randrange(22, 33)) if role == "parent" else head


def _sex(lot: _Lot, role: str) -> Sex:
    other: Sex = "female" if lot.head_sex == "male" else "male"
    if role in ("elder", "adult"):
        return lot.head_sex
    # of two parents of the applicant one is the mother
    if role == "parent" and lot.draft.people[-1].member["relation"] == "parent":
        return "female" if lot.draft.people[-1].member["sex"] == "male" else "male"
    return other if role == "spouse" else "male" if lot.rng.randrange(2) else "female"


def _standing(role: str, age: int) -> dict[str, Any]:
    if age < _ADULT:
        stage = "none" if age < 6 else "compulsory" if age < 15 else "senior"
        return {"marital_status": "single", "student": stage}
    single = role == "grown"
    return {"marital_status": "single" if single else "unknown", "student": "none"}


def _paper(lot: _Lot, age: int, *, first: bool) -> Paper | None:
    if age < _ADULT:
        return Paper(guardian="a")
    if not first and lot.happens("not_signed"):
        return None
    if lot.happens("signed_in_part"):
        return Paper(tuple(sorted(lot.rng.sample(SOURCES, 4))))
    return Paper()


def _misspell(lot: _Lot, person: Person, born: date, sex: Sex) -> None:
    """Decide how each department writes this person."""
    name, number = person.member["name"], person.member["id_number"]
    for source in SOURCES:
        if lot.happens("name_conflict"):
            other = another_name(lot.rng, name, sex)
            person.written[source] = Written(other, number, "name_conflict")
        elif lot.happens("name_variant"):
            person.written[source] = Written(variant(lot.rng, name), number, "name_variant")
        elif born <= _LAST_OLD_NUMBER and lot.happens("old_number"):
            person.written[source] = Written(name, old_form(number), "upgraded")
        elif number.endswith("X") and lot.happens("small_x"):
            person.written[source] = Written(name, number.lower(), "normalised")


def _live(lot: _Lot, person: Person, age: int) -> None:
    """Give a member what people of that age have."""
    if age < _ADULT:
        if lot.in_ten(1):
            _bank(lot, person, 2000)
        return
    if age >= _PENSIONER:
        _retire(lot, person, age)
    elif age < 60:
        _work(lot, person)
    for _account in range(lot.rng.choice((0, 1, 1, 2))):
        _bank(lot, person, 30000)
    _drive(lot, person)
    _dwell(lot, person)


def _work(lot: _Lot, person: Person) -> None:
    employer = lot.rng.choice(_EMPLOYERS)
    if not lot.in_ten(6):
        if lot.in_ten(4):
            months = lot.rng.sample(range(12), lot.rng.randrange(1, 3))
            person.seasonal(months, lot.yuan(300, 800), employer)
        elif lot.in_ten(2):
            # the last job ended just before the look-back period
            person.earned_before(lot.yuan(2000, 4900), employer)
        return
    monthly = lot.yuan(2000, 4900)
    declared = monthly - lot.yuan(100, 900) if lot.happens("wage_differs") else None
    person.wage(monthly, employer, declared=declared)
    base = max(_LOWEST_BASE, monthly)
    person.insured(employer, base, lot.rng.randrange(12, 300))
    if lot.in_ten(5):
        person.fund(lot.yuan(500, 40000), employer, base)
    if lot.in_ten(2):
        person.earned_before(monthly, employer)


def _retire(lot: _Lot, person: Person, age: int) -> None:
    since = lot.draft.look_back.first.replace(year=lot.draft.look_back.first.year - (age - 61))
    if lot.in_ten(8):
        lowest, highest, kind = 1100, 3900, "pension"
    elif lot.in_ten(8):
        lowest, highest, kind = 200, 1490, "basic_resident_pension"
    else:
        return
    monthly = lot.yuan(lowest, highest)
    declared = monthly - lot.yuan(50, 190) if lot.happens("pension_differs") else None
    person.pension(monthly, since, kind=kind, declared=declared)


def _bank(lot: _Lot, person: Person, highest: int) -> None:
    balance = lot.yuan(1, highest)
    declared = balance + lot.yuan(1, 5000) if lot.happens("balance_differs") else None
    person.account(
        balance, lot.rng.choice(_BANKS), f"{lot.rng.randrange(10000):04d}",
        kind=lot.rng.choice(("current", "current", "time")), declared=declared,
        undeclared=lot.happens("account_undeclared"),
    )  # fmt: skip


def _drive(lot: _Lot, person: Person) -> None:
    day = lot.draft.applied_on - timedelta(days=lot.rng.randrange(400, 4000))
    kind = lot.rng.choice(("car", "motorcycle"))
    price = lot.yuan(20000, 120000) if kind == "car" else lot.yuan(3000, 15000)
    if lot.happens("vehicle_undeclared"):
        person.vehicle(kind, price, day, declared=False)
    elif lot.happens("vehicle_not_found"):
        person.vehicle(kind, price, day, registered=False)
    elif lot.rng.randrange(100) < 4:
        person.vehicle(kind, price, day)


def _dwell(lot: _Lot, person: Person) -> None:
    undeclared = lot.happens("home_undeclared")
    # as a rule the applicant owns the home, if anybody does
    if not undeclared and not (person.member["relation"] == "self" and lot.in_ten(6)):
        return
    unit = f"990199001001GB{lot.rng.randrange(100000):05d}F{lot.rng.randrange(10**8):08d}"
    area = f"{lot.rng.randrange(30, 110)}.{lot.rng.randrange(1, 10)}"
    day = lot.draft.applied_on - timedelta(days=lot.rng.randrange(400, 12000))
    person.home(unit, area, day, share=lot.rng.choice(("1", "1", "0.5")), declared=not undeclared)
