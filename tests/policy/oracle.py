"""Households reckoned anew in fractions from the documents and the parameter files alone.

Shares no code with hedui: it reads the files itself and takes each rule from the dossier of the
documents, not from the rules as code. Money is a Fraction of a yuan and is never rounded here.
Income, lines, financial limits, expenses and sums due; the rest stands beside.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CHAPTERS = ("standards", "income", "maintenance", "property", "expenditure")
NONE = Fraction(0)


@cache
def contents(path: Path) -> dict[str, Any]:
    """Read a parameter file; empty where there is none."""
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}


@cache
def folders_of(root: Path, code: str) -> list[Path]:
    return sorted(root.glob(f"{code}-*"))


class Place:
    """What holds at a division on a day for a programme: county, city, province, nation."""

    def __init__(self, roots: Sequence[Path], division: str, programme: str, on: date) -> None:
        self.on, self.programme = on, programme
        codes = dict.fromkeys([division, division[:4] + "00", division[:2] + "0000", "000000"])
        own = (programme, "dibao") if programme == "tekun" else (programme,)  # shares its folder
        self.folders = [
            folder
            for code in codes
            for root in roots
            for place in folders_of(root, code)
            for folder in (place / name for name in (*own, *CHAPTERS))
        ]
        self.found: dict[str, Any] = {}

    def file(self, name: str) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
        for folder in self.folders:
            path = folder / f"{name}.yaml"
            read = contents(path)
            if read:
                days = [day for day in read["values"] if day <= self.on]
                if days:
                    held = read["values"][max(days)]
                    ended = held.get("until") is not None and held["until"] < self.on
                    if not ended:
                        return read, held
        return None

    def __getitem__(self, name: str) -> Any:
        """Give a value; None where there is none."""
        if name not in self.found:
            entry = self.file(name)
            self.found[name] = None if entry is None else entry[1]["value"]
        return self.found[name]

    def number(self, name: str) -> Fraction | None:
        return None if self[name] is None else Fraction(str(self[name]))

    def sign(self, name: str, usual: str) -> str:
        entry = self.file(name)
        return usual if entry is None else entry[1].get("operator", entry[0].get("operator", usual))


def holds(left: Fraction, sign: str, right: Fraction) -> bool:
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign]


def yuan(text: Any) -> Fraction:
    return Fraction(str(text))


def months_back(on: date, months: int) -> tuple[int, int]:
    """Give first and last month before the day's, counted from the year 0."""
    last = on.year * 12 + on.month - 2
    return last - months + 1, last


def month_of(text: Any) -> int:
    day = date.fromisoformat(str(text))
    return day.year * 12 + day.month - 1


@dataclass
class Reckoned:
    """One member: income by class, what wages may be reduced by, and the whole."""

    wage_counted: Fraction
    whole: Fraction
    open_duty: bool


def age_of(person: Mapping[str, Any], on: date) -> int:
    born = date.fromisoformat(str(person["birth_date"]))
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def severe(person: Mapping[str, Any]) -> bool:
    held = person.get("disability") or {"category": "", "grade": 9}
    return held["grade"] <= (3 if held["category"] in ("intellectual", "mental") else 2)


def lines_of(place: Place, person: Mapping[str, Any]) -> Iterator[tuple[Any, Fraction, Fraction]]:
    """Give each income line, what it is over a year, and over how many months."""
    for line in person.get("incomes", ()):
        back = place[f"look_back_months_{line['class']}"]
        first, last = months_back(place.on, back)
        begins, ends = month_of(line["from"]), month_of(line["to"])
        net = yuan(line["amount"]) - sum(
            (yuan(line[k]) for k in ("costs", "tax", "social_insurance") if k in line), NONE
        )
        if first <= begins and ends <= last:
            times = Fraction(12, back)
        elif ends < first or begins > last:
            times = NONE
        else:  # it covers the whole of a shorter look-back
            times = Fraction(12, ends - begins + 1)
        yield line, net * times, (ends - begins + 1) * times


def earned_by_month(place: Place, person: Mapping[str, Any]) -> dict[int, Fraction]:
    """Spread each wage over its months within the look-back."""
    first, last = months_back(place.on, place["look_back_months_wage"])
    found: dict[int, Fraction] = {}
    for line in person.get("incomes", ()):
        if line["class"] == "wage":
            begins, ends = month_of(line["from"]), month_of(line["to"])
            for month in range(max(begins, first), min(ends, last) + 1):
                share = yuan(line["amount"]) / (ends - begins + 1)
                found[month] = found.get(month, NONE) + share
    return found


def received(place: Place, line: Mapping[str, Any], yearly: Fraction) -> Fraction:
    """Count a line for the months in which there is work, or not at all."""
    out = line["kind"] in (place["excluded_income_kinds"] or ())
    if out or (line["kind"] == "basic_resident_pension" and place["basic_pension_excluded"]):
        return NONE
    return seasonal(place, line, yearly)


def seasonal(place: Place, line: Mapping[str, Any], yearly: Fraction) -> Fraction:
    casual = line["kind"] == "labour_service" and yearly > 0
    return yearly * Fraction(place["casual_months"], 12) if casual else yearly


def new_job(place: Place, line: Mapping[str, Any], yearly: Fraction, months: Fraction) -> Fraction:
    """Leave out the first months of a new job, to a multiple of the standard for each."""
    if line["class"] != "wage" or "started_on" not in line or not place["new_job_months"]:
        return NONE
    before = max(0, month_of(line["from"]) - month_of(line["started_on"]))
    covered = min(max(Fraction(0), Fraction(place["new_job_months"] - before)), months)
    most = yuan(place["standard_monthly"]) * covered * yuan(place["new_job_multiple"])
    part = max(NONE, seasonal(place, line, yearly)) * covered / max(months, 1)
    return min(part, most)


def work_cost(place: Place, person: Mapping[str, Any], wage: Fraction, months: int) -> Fraction:
    share, method = yuan(place["work_cost_share"]), place["work_cost_method"]
    bases = {
        "none": lambda: NONE,
        "share_of_wage": lambda: wage * share,
        "share_of_standard": lambda: yuan(place["standard_monthly"]) * months * share,
        "share_of_minimum_wage": lambda: yuan(place["minimum_wage_monthly"]) * months * share,
    }
    cost = bases[method]()
    own = place.number("work_cost_share_disabled")
    if person.get("disability") and own is not None:
        cost = yuan(place["minimum_wage_monthly"]) * months * own
    return max(NONE, min(cost, wage))


def imputed(
    place: Place, person: Mapping[str, Any], wage: Fraction, business: Fraction
) -> Fraction:
    """Put down the minimum wage, or a part of it, for who could work and shows no earnings.

    Who keeps a shop is put down with a trader's share; nobody who left school lately, or has shown
    that there were no earnings.
    """
    trades = any(
        a["class"] == "business" and a["kind"] == "sole_trader" for a in person.get("assets", ())
    )
    idle = (trades or not person["employed"]) and person["work_capacity"] == "full"
    young = person.get("student", "none") != "none" or age_of(person, place.on) < 18
    shown = person.get("no_earnings_shown") or wage > 0 or business > 0
    if "graduated_on" in person:
        left = str(person["graduated_on"])
        months = place.on.year * 12 + place.on.month - 1 - month_of(left)
        shown = shown or months - (place.on.day < int(left[8:])) < place["graduate_months"]
    if place["imputation"] == "none" or not idle or young or shown:
        return NONE
    sex, age = person["sex"], age_of(person, place.on)
    yearly = yuan(place["minimum_wage_monthly"]) * 12
    if trades:
        return yearly * yuan(place["imputed_share_trader"])
    if age <= place[f"imputed_full_to_{sex}"]:
        return yearly
    less = age <= place[f"imputed_reduced_to_{sex}"]
    return yearly * yuan(place["imputed_share_reduced"]) if less else NONE


def due_from(place: Place, one: Mapping[str, Any]) -> Fraction | None:
    """Find what an obligor owes one member by the formula; None where the place has none."""
    income = yuan(one["household_income"])
    if not income:
        return NONE
    if one["relation"] == "parent":
        each, most = place.number("child_share"), place.number("child_share_most")
        if each is None or most is None:
            return None
        children = len(one["supports"])
        return income * min(each * children, most) / children
    per_head = place.number("maintenance_line_annual")
    if per_head is None:
        multiple, standard = place.number("maintenance_line_multiple"), place["standard_monthly"]
        if multiple is None or standard is None:
            return None
        per_head = yuan(standard) * 12 * multiple
    excess = income - per_head * one["household_size"]
    few = one["children_of_supported"] <= place["few_children"]
    share = place.number(f"maintenance_share_{'few' if few else 'many'}")
    if excess <= 0:
        return NONE
    return None if share is None else excess * share / place["maintenance_divisor"]


def needs(place: Place, person: Mapping[str, Any]) -> bool:
    age = age_of(person, place.on)
    grown = place["minor_age"] <= age < place["elderly_age"]
    return not grown or person["work_capacity"] != "full"


def maintenance(
    place: Place, case: Mapping[str, Any], person: Mapping[str, Any]
) -> tuple[Fraction, bool]:
    """Add what is owed to a member, and say whether some of it is not known."""
    owed, is_open = NONE, False
    for one in case.get("obligors", ()):
        if person["key"] not in one["supports"] or not needs(place, person):
            continue
        if one.get("exempt", "none") in place["maintenance_exempt_kinds"]:
            continue
        formula, agreed = due_from(place, one), one.get("agreed_amount")
        first = place["maintenance_order"] == "agreed_first"
        if agreed is not None and first:
            owed += yuan(agreed)
        elif formula is None:
            is_open = True
        else:
            owed += max(formula, NONE if agreed is None else yuan(agreed))
    return owed, is_open


def reckon(place: Place, case: Mapping[str, Any], person: Mapping[str, Any]) -> Reckoned:
    """Add up one member's income over a year."""
    by_class = dict.fromkeys(("wage", "business", "property", "transfer"), NONE)
    maintained = job = NONE
    for line, yearly, over in lines_of(place, person):
        counted = received(place, line, yearly)
        by_class[line["class"]] += counted
        maintained += counted if line["kind"] == "maintenance_received" else NONE
        job += new_job(place, line, yearly, over)
    months = earned_by_month(place, person)
    weight = 12 // place["look_back_months_wage"]
    disregard = yuan(place["labour_disregard_monthly"])
    reached = sum(
        weight for e in months.values() if disregard and e >= yuan(place["minimum_wage_monthly"])
    )
    wage = by_class["wage"]
    cost = work_cost(place, person, wage, weight * len(months))
    wage_counted = max(NONE, wage - disregard * reached - job - cost)
    paid = sum(
        (yuan(e["amount"]) for e in person.get("expenses", ()) if e["kind"] == "maintenance_paid"),
        NONE,
    )
    owed, is_open = maintenance(place, case, person)
    transfer = by_class["transfer"] - paid + max(NONE, owed - maintained)
    whole = wage_counted + max(NONE, by_class["business"]) + by_class["property"] + transfer
    whole += imputed(place, person, wage, by_class["business"])
    return Reckoned(wage_counted, max(NONE, whole), is_open)


def spent(case: Mapping[str, Any], *kinds: str) -> Fraction:
    lines = [e for person in case["members"] for e in person.get("expenses", ())]
    return sum((yuan(e["amount"]) for e in lines if e["kind"] in kinds), NONE)


@dataclass
class Household:
    """What the documents say of a household for one programme."""

    income: Fraction
    open_duty: bool
    line: Fraction | None
    sign: str
    cap: Fraction | None
    held: Fraction
    amount: Fraction | None
    spends_enough: str | None


def of_group(place: Place, person: Mapping[str, Any], groups: Sequence[str]) -> bool:
    age, stage = age_of(person, place.on), person.get("student", "none")
    belongs = {
        "minor": age < place["minor_age"],
        "pupil": stage in place["student_stages"],
        "elderly": age >= place["elderly_age"],
        "disabled": bool(person.get("disability")),
        "severely_disabled": severe(person),
        "seriously_ill": person["serious_illness"],
        "single_parent": bool(person.get("single_parent")),
    }
    return any(belongs[one] for one in groups)


def limit(place: Place, case: Mapping[str, Any]) -> Fraction | None:
    """Find the limit of financial assets of the household."""
    people, standard = case["members"], place.number("standard_monthly")

    def each(amount: str, months: str) -> Fraction | None:
        if place[amount] is not None:
            return place.number(amount)
        known = place[months] is not None and standard is not None
        return standard * place[months] if known else None

    usual = each("financial_limit", "financial_months")
    if any(p["serious_illness"] for p in people):
        ill = each("financial_limit_ill", "financial_months_ill")
        usual = usual if ill is None else ill

    def raised(published: str, uplift: str) -> Fraction | None:
        if place[published] is not None:
            return place.number(published)
        return None if usual is None else usual * (1 + yuan(place[uplift]))

    small = raised("financial_limit_small_household", "uplift_small_household")
    few = len(people) <= place["small_household_members"]
    if place["financial_cap_method"] == "flat":
        one = small if few else usual
        return None if one is None else one * len(people)
    special = raised("financial_limit_special", "uplift_special")
    groups = place["special_limit_groups"]
    limits = [special if of_group(place, p, groups) else small if few else usual for p in people]
    known = [one for one in limits if one is not None]
    return sum(known, NONE) if len(known) == len(limits) else None


def income_line(place: Place, people: int) -> tuple[Fraction | None, str]:
    """Give the line of a year for all, and the word by which it is held."""
    standard = place.number("standard_monthly")
    if place.programme == "dibao":
        monthly, name = standard, "standard_monthly"
    elif place.programme == "tekun":
        return (None if standard is None else standard * 12 * people), "<"
    elif place.programme == "low_income":
        monthly, name = place.number("low_income_line_monthly"), "low_income_line_monthly"
        multiple = place.number("low_income_multiple")
        if monthly is None and multiple is not None and standard is not None:
            monthly = standard * multiple
    elif place.programme == "dibao_edge":
        monthly, name = place.number("income_line_monthly"), "income_line_monthly"
        if monthly is None and standard is not None:
            monthly = standard * yuan(place["income_line_multiple"])
        if place["line_within_minimum_wage"] and monthly is not None:
            monthly = min(monthly, yuan(place["minimum_wage_monthly"]))
    else:
        yearly, name = place.number("disposable_income_annual"), "disposable_income_annual"
        monthly = None if yearly is None else yearly / 12
    return (None if monthly is None else monthly * 12 * people), place.sign(name, "<")


def due(place: Place, case: Mapping[str, Any], income: Fraction) -> Fraction | None:
    """Find the sum due a month, before it is rounded."""
    people, standard = case["members"], place.number("standard_monthly")
    if standard is None or place.programme != "dibao":
        return None
    standards = standard * len(people)
    if place["amount_method"] == "own_standard":
        own = yuan(place["standard_minor_monthly"])
        standards = sum(
            (own if of_group(place, p, ("minor", "pupil")) else standard for p in people), NONE
        )
    gap = max(NONE, standards * 12 - income)
    gap = max(gap, standard * yuan(place["floor_share"]) * len(people) * 12)
    more = yuan(place["supplement_monthly"])
    entitled = sum(1 for p in people if of_group(place, p, place["supplement_groups"]))
    return (gap + more * entitled * 12) / 12


def spends_enough(place: Place, case: Mapping[str, Any], income: Fraction) -> str | None:
    """Hold what is spent against income by the method of the place."""
    if place.programme != "rigid_expenditure":
        return None
    standard, people = place.number("standard_monthly"), len(case["members"])
    paid = spent(case, *place["rigid_expense_kinds"])
    aid = sum(
        (
            yearly + sum((yuan(li[k]) for k in ("costs", "tax") if k in li), NONE)
            for p in case["members"]
            for li, yearly, _ in lines_of(place, p)
            if li["kind"] == "social_assistance"
        ),
        NONE,
    )
    if paid <= 0:
        return "fail"
    if place["rigid_living_cost"] and standard is None:
        return "unknown"
    left = max(NONE, paid - (aid if place["rigid_less_aid"] else NONE))
    living = standard * people * 12 if place["rigid_living_cost"] and standard else NONE
    if place["rigid_method"] == "share_of_income":
        ratio, sign = place.number("rigid_ratio"), place.sign("rigid_ratio", ">")
        if ratio is None:
            return "unknown"
        return "pass" if holds(left + living, sign, income * ratio) else "fail"
    ratio, sign = place.number("rigid_medical_ratio"), place.sign("rigid_medical_ratio", ">=")
    line = None if standard is None else standard * people * 12 * yuan(place["remains_multiple"])
    below = place.sign("standard_monthly", "<")
    medical = spent(case, "medical")
    answers = [
        None if line is None else holds(income - left - living, below, line),
        False if not medical else None if ratio is None else holds(medical, sign, income * ratio),
    ]
    return "pass" if True in answers else "unknown" if None in answers else "fail"


def household(roots: Sequence[Path], case: Mapping[str, Any], programme: str) -> Household:
    """Reckon a household for one programme."""
    place = Place(roots, case["division"], programme, date.fromisoformat(str(case["as_of"])))
    people = case["members"]
    found = [reckon(place, case, person) for person in people]
    taken_off = spent(case, "medical") if place["medical_deducted"] else NONE
    if place["care_deducted"] and any(severe(p) for p in people):
        carers = [r.wage_counted for r, p in zip(found, people, strict=True) if not severe(p)]
        taken_off += min(max(carers, default=NONE), yuan(place["minimum_wage_monthly"]) * 12)
    income = max(NONE, sum((one.whole for one in found), NONE) - taken_off)
    classes = place["financial_asset_classes"]
    held = [a for p in people for a in p.get("assets", ()) if a["class"] in classes]
    line, sign = income_line(place, len(people))
    return Household(
        income,
        any(one.open_duty for one in found),
        line,
        sign,
        limit(place, case),
        sum((yuan(a["value"]) for a in held), NONE),
        due(place, case, income),
        spends_enough(place, case, income),
    )
