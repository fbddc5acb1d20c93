"""What a household falls into, reckoned anew from the documents; shares no code with hedui.

特困 before 低保 before 边缘 (with 单人保) before 刚性支出; 低收入 beside, and every 低保 family
without a second check. Answers are True, False, or None for not known; money is yuan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

from tests.policy import oracle
from tests.policy.oracle import Place, age_of, holds, severe, yuan
from tests.policy.oracle_things import (
    Answer,
    all_hold,
    businesses,
    homes_and_buildings,
    one_holds,
    vehicles,
)

ORDER = ("tekun", "dibao", "dibao_edge", "rigid_expenditure", "low_income")
NONE = Fraction(0)


@dataclass
class Found:
    """What the documents say of a household for one programme."""

    place: Place
    tests: dict[str, Answer]
    qualifies: Answer
    income: Fraction
    members: Sequence[oracle.Reckoned]
    amount: int | None = None
    alone: dict[str, int] = field(default_factory=dict)


def half_up(amount: Fraction) -> int:
    return floor(amount * 100 + Fraction(1, 2))


def found_of(roots: Sequence[Path], case: Mapping[str, Any], programme: str) -> Found:
    """Hold a household against every condition of one programme."""
    place = Place(roots, case["division"], programme, date.fromisoformat(str(case["as_of"])))
    said = oracle.household(roots, case, programme)
    people = case["members"]
    members = [oracle.reckon(place, case, person) for person in people]
    below: Answer = None if said.line is None else holds(said.income, said.sign, said.line)
    if programme == "rigid_expenditure" and place["rigid_method"] == "what_remains":
        below = True
    fits = not said.held or (None if said.cap is None else said.held <= said.cap)
    tests: dict[str, Answer] = {
        "income": below
        if programme == "tekun"
        else all_hold(below, None if said.open_duty else True),
        "financial_assets": fits,
        "vehicle": vehicles(place, case),
        "real_estate": homes_and_buildings(place, case),
        "business": businesses(place, case),
        "membership": None if any(p.get("relation") == "other" for p in people) else True,
    }
    if said.spends_enough is not None:
        tests["expenditure"] = {"pass": True, "fail": False, "unknown": None}[said.spends_enough]
    one = Found(place, tests, all_hold(*tests.values()), said.income, members)
    if programme == "tekun":
        unable = all(is_unable(place, p) for p in people)
        one.qualifies = all_hold(one.qualifies, unable, nobody_maintains(place, case))
        one.amount = of_tekun(place, case)
    if programme == "dibao" and said.amount is not None:
        whole = place["amount_rounding"] == "yuan_up"
        one.amount = -floor(-said.amount) * 100 if whole else half_up(said.amount)
    if programme == "dibao_edge":
        one.alone = alone(place, case, one)
    if one.qualifies is False and programme in ("dibao", "tekun"):
        one.amount = 0
    return one


def is_unable(place: Place, person: Mapping[str, Any]) -> bool:
    """无劳动能力: 60, under 16, mind grade 1 to 3, limbs 1 or 2, sight 1."""
    held = person.get("disability") or {"category": "", "grade": 9}
    worst = {"intellectual": 3, "mental": 3, "limb": 2, "vision": 1}.get(held["category"], 0)
    return not 16 <= age_of(person, place.on) < 60 or held["grade"] <= worst


def nobody_maintains(place: Place, case: Mapping[str, Any]) -> Answer:
    """No obligor of any member has income above the line of the place, but who is exempt."""
    able: list[Answer] = []
    for one in case.get("obligors", ()):
        if one.get("exempt", "none") in place["maintenance_exempt_kinds"]:
            continue
        if not place["poor_obligors_unable"]:
            able.append(True)
            continue
        line = place.number("maintenance_line_annual")
        multiple, standard = place.number("maintenance_line_multiple"), place["standard_monthly"]
        if line is None and multiple is not None and standard is not None:
            line = yuan(standard) * 12 * multiple
        most = None if line is None else line * one["household_size"]
        income = yuan(one["household_income"])
        able.append(income > most if most is not None else None if income else False)
    return {True: False, False: True, None: None}[one_holds(*able, False)]


def of_tekun(place: Place, case: Mapping[str, Any]) -> int | None:
    standard = place.number("tekun_standard_monthly")
    cares = {grade: place.number(f"care_{grade}_monthly") for grade in ("full", "partial", "none")}
    if standard is None:
        return None
    total = standard * len(case["members"])
    if any(care is not None for care in cares.values()):
        for person in case["members"]:
            care = cares.get(person.get("self_care", ""))
            if care is None:
                return None
            total += care
    return half_up(total)


def alone(place: Place, case: Mapping[str, Any], edge: Found) -> dict[str, int]:
    """单人保: in an edge family (or below the place's own line) who is severely disabled or ill."""
    standard, own = place.number("standard_monthly"), place.number("alone_line_multiple")
    if standard is None:
        return {}
    household = edge.qualifies
    if own is not None:
        line = standard * 12 * own * len(case["members"])
        sign = place.sign("alone_line_multiple", "<")
        rest = [answer for name, answer in edge.tests.items() if name != "income"]
        complete = None if any(one.open_duty for one in edge.members) else True
        household = all_hold(holds(edge.income, sign, line), complete, *rest)
    found = {}
    for person, reckoned in zip(case["members"], edge.members, strict=True):
        supported = (
            bool(place["alone_if_supported"])
            and severe(person)
            and not person["employed"]
            and age_of(person, place.on) >= 18
            and person.get("relation") in ("child", "sibling")
        )
        may = one_holds(
            all_hold(household, severe(person) or bool(person["serious_illness"])), supported
        )
        if may and reckoned.whole < standard * 12:
            fixed = place.number("alone_amount_monthly")
            gap = standard - reckoned.whole / 12
            found[person["key"]] = half_up(gap if fixed is None else fixed)
    return found


@dataclass
class Placed:
    """What a household falls into, may fall into, and what it would be paid."""

    categories: list[str]
    possible: list[str]
    amount: int | None
    alone: dict[str, int]
    phase_out: tuple[str, str] | None


def placed(roots: Sequence[Path], case: Mapping[str, Any]) -> Placed:
    """Place a household: the first category that stands shuts out those behind it."""
    at = {name: found_of(roots, case, name) for name in ORDER if exists(roots, case, name)}
    answers = {name: one.qualifies for name, one in at.items()}
    behind = {
        "dibao": ("tekun",),
        "dibao_edge": ("tekun", "dibao"),
        "rigid_expenditure": ("tekun", "dibao", "dibao_edge"),
    }
    for name in at:
        ahead = [answers[other] for other in behind.get(name, ()) if other in answers]
        if True in ahead:
            answers[name] = False
        elif None in ahead and answers[name]:
            answers[name] = None
        if name == "low_income" and answers.get("dibao"):
            answers[name] = True
    first = next((name for name in at if answers[name]), "dibao")
    free = not any(answers.get(name, False) is not False for name in ("tekun", "dibao"))
    edge = at.get("dibao_edge")
    return Placed(
        [name for name, answer in answers.items() if answer],
        [name for name, answer in answers.items() if answer is None],
        at[first].amount,
        edge.alone if edge and free else {},
        phase_out(at["dibao"], case),
    )


def exists(roots: Sequence[Path], case: Mapping[str, Any], programme: str) -> bool:
    """A place has 刚性支出 and 低收入 only by a line of its own."""
    place = Place(roots, case["division"], programme, date.fromisoformat(str(case["as_of"])))
    lines = {
        "rigid_expenditure": ("rigid_ratio", "rigid_medical_ratio"),
        "low_income": ("low_income_line_monthly", "low_income_multiple"),
    }.get(programme)
    return lines is None or any(place[name] is not None for name in lines)


def phase_out(dibao: Found, case: Mapping[str, Any]) -> tuple[str, str] | None:
    """渐退: from the first of the month after the decision, whole months."""
    left = case.get("leaving")
    if left is None or left["reason"] == "other":
        return None
    place, standard = dibao.place, dibao.place.number("standard_monthly")
    months = place[f"phase_out_months_{left['reason']}"]
    if left["reason"] == "pension":
        most = place.number("phase_out_most_multiple")
        if standard is None or most is None:
            return None
        line = standard * 12 * len(case["members"])
        if not line <= dibao.income <= line * most:
            return None
    if not months:
        return None
    decided = date.fromisoformat(str(left["decided_on"]))
    first = decided.year * 12 + decided.month
    last = date.fromordinal(_first(first + months).toordinal() - 1)
    return _first(first).isoformat(), last.isoformat()


def _first(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
