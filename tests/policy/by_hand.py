"""Households reckoned anew in Decimal from the documents of four places; shares no code with hedui.

Written from the published rules alone: 上海 2024, 赣州, 深圳, 中山 2020. Whoever doubts the rules
as code reads this instead. Amounts are Decimal yuan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

FEN = Decimal("0.01")
NOTHING = Decimal(0)
NOT_COUNTED = {
    "preferential_treatment",
    "family_planning_award",
    "scholarship",
    "heroism_award",
    "social_assistance",
    "basic_resident_pension",
}


@dataclass(frozen=True)
class Person:
    """A member: completed years, wages of twelve months, other income by kind, money, states."""

    age: int
    wages: Sequence[Decimal]
    other: Sequence[tuple[str, Decimal]]
    money: Decimal
    student: bool = False
    disabled: bool = False
    severely_disabled: bool = False
    ill: bool = False


@dataclass(frozen=True)
class Outcome:
    """What the documents say: a year's income, per head and month, the tests, the sum a month."""

    income: Decimal
    per_head: Decimal
    below_standard: bool
    below_edge: bool
    cap: Decimal | None
    edge_cap: Decimal | None
    amount: Decimal


def to_fen(amount: Decimal) -> Decimal:
    """Round half up to the fen."""
    return amount.quantize(FEN, rounding=ROUND_HALF_UP)


def counted(person: Person) -> Decimal:
    """Add the income besides wages that counts."""
    return sum((amount for kind, amount in person.other if kind not in NOT_COUNTED), NOTHING)


def shanghai(people: Sequence[Person]) -> Outcome:
    """870 off each month whose wage reaches 2690; line 1595, edge 3190; limits by person."""
    income = NOTHING
    for person in people:
        off = sum((Decimal(870) for wage in person.wages if wage >= Decimal(2690)), NOTHING)
        income += sum(person.wages, NOTHING) - off + counted(person)
    few = len(people) <= 2

    def limit(usual: str, small: str, special: str) -> Decimal:
        higher = [p.age < 16 or p.student or p.age >= 60 or p.disabled for p in people]
        return sum((Decimal(special if h else small if few else usual) for h in higher), NOTHING)

    return reckoned(
        people,
        income,
        standard=Decimal(1595),
        edge=Decimal(3190),
        cap=limit("38280", "42108", "45936"),
        edge_cap=limit("57420", "63162", "68904"),
    )


def ganzhou(people: Sequence[Person]) -> Outcome:
    """30 % of the standard of 800 off the wage for each month of work; no limit of money found."""
    income = NOTHING
    for person in people:
        wages = sum(person.wages, NOTHING)
        months = sum(1 for wage in person.wages if wage > 0)
        income += max(NOTHING, wages - Decimal("0.30") * 800 * months) + counted(person)
    return reckoned(people, income, standard=Decimal(800), edge=Decimal(1200))


def shenzhen(people: Sequence[Person]) -> Outcome:
    """Standard 1365, edge half as much again, money up to 24 months of the standard."""
    income = sum((sum(p.wages, NOTHING) + counted(p) for p in people), NOTHING)
    cap = Decimal(24) * 1365 * len(people)
    return reckoned(
        people, income, standard=Decimal(1365), edge=Decimal("2047.5"), cap=cap, edge_cap=cap
    )


def zhongshan(people: Sequence[Person]) -> Outcome:
    """Standard 1100; 440 more, once, for the old, the young, pupils, the severely disabled, ill."""
    income = sum((sum(p.wages, NOTHING) + counted(p) for p in people), NOTHING)
    more = sum(
        (
            Decimal(440)
            for p in people
            if p.age >= 60 or p.age < 18 or p.student or p.severely_disabled or p.ill
        ),
        NOTHING,
    )
    return reckoned(people, income, standard=Decimal(1100), edge=Decimal(1650), more=more)


def reckoned(
    people: Sequence[Person],
    income: Decimal,
    *,
    standard: Decimal,
    edge: Decimal,
    cap: Decimal | None = None,
    edge_cap: Decimal | None = None,
    more: Decimal = NOTHING,
) -> Outcome:
    """Hold the income against both lines, and take the gap and what is added a month."""
    size = len(people)
    gap = max(NOTHING, standard * size * 12 - income)
    return Outcome(
        income=income,
        per_head=to_fen(income / (12 * size)),
        below_standard=income < standard * size * 12,
        below_edge=income < edge * size * 12,
        cap=cap,
        edge_cap=edge_cap,
        amount=to_fen((gap + more * 12) / 12),
    )


PLACES: Mapping[str, tuple[str, Any]] = {
    "310000": ("2024-08-01", shanghai),
    "360700": ("2025-08-01", ganzhou),
    "440300": ("2025-08-01", shenzhen),
    "442000": ("2020-08-01", zhongshan),
}
