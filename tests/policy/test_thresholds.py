"""Every operator at every line of every place: one fen below, the line, one fen above."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hedui.policy import compute, lock
from hedui.policy.parameters import read_files
from hedui.policy.programme import programme
from hedui.policy.truth import UNKNOWN
from hedui.values.money import yuan_text

PLACES = lock.place_parameters().with_more(
    read_files(Path(__file__).parent / "places", lock.all_declared())
)
ON = date(2025, 8, 1)
CODES = sorted(code for code in PLACES.places if code not in ("000000",))
HOLDS = {
    "<": ("pass", "fail", "fail"),
    "<=": ("pass", "pass", "fail"),
    ">=": ("fail", "pass", "pass"),
    ">": ("fail", "fail", "pass"),
}


def held(code: str, name: str) -> dict[str, Any]:
    """Give the values that hold at a place for a programme; nothing where it has no rules."""
    one = programme(name)
    if not PLACES.covers(division=code, folders=one.folders, on=ON):
        return {}
    resolved = PLACES.resolve(one.parameters, division=code, folders=one.folders, on=ON)
    return {key: found.use.value for key, found in resolved.items()}


def income_line(code: str, name: str) -> tuple[Any, str]:
    """Give the monthly line of income and its operator; unknown where none is recorded."""
    values = held(code, name)
    key = {"dibao": "standard_monthly", "dibao_edge": "income_line_monthly"}[name]
    line = values.get(key, UNKNOWN)
    if line is UNKNOWN and "income_line_multiple" in values:
        line = int(values["standard_monthly"] * values["income_line_multiple"])
    return line, values.get(f"{key}_operator", "")


def limit_of_each(code: str, name: str) -> Any:
    """Give the limit of assets per person; unknown where none is recorded."""
    values = held(code, name)
    each = values.get("financial_limit", UNKNOWN)
    if each is UNKNOWN and values:
        each = values["standard_monthly"] * values["financial_months"]
    return each


INCOME_LINES = [
    (code, name)
    for code in CODES
    for name in ("dibao", "dibao_edge")
    if income_line(code, name)[0] is not UNKNOWN
]
LIMITS = [
    (code, name)
    for code in CODES
    for name in ("dibao", "dibao_edge", "rigid_expenditure")
    if limit_of_each(code, name) is not UNKNOWN
]
RATIOS = [
    code
    for code in CODES
    if held(code, "rigid_expenditure").get("rigid_ratio", UNKNOWN) is not UNKNOWN
]


def outcome_of(code: str, name: str, test: str, **lines: Any) -> str:
    """Compute three persons of middle age and give the result of one test."""
    person = {"key": "a", "birth_date": "1980-01-01", "employed": True, **lines}
    others = [{"key": k, "birth_date": "1981-01-01", "employed": True} for k in ("b", "c")]
    case = {"programme": name, "division": code, "as_of": ON, "members": [person, *others]}
    return compute(case, parameters=PLACES).tests[test]


@pytest.mark.parametrize(("code", "name"), INCOME_LINES)
def test_income_is_held_against_the_line_to_the_fen(code, name):
    line, operator = income_line(code, name)
    outcomes = tuple(
        outcome_of(
            code,
            name,
            "income",
            incomes=[{"class": "transfer", "kind": "donation", "amount": yuan_text(fen)}],
        )
        for fen in (36 * line - 1, 36 * line, 36 * line + 1)
    )
    assert outcomes == HOLDS[operator]


@pytest.mark.parametrize(("code", "name"), LIMITS)
def test_assets_are_held_against_the_limit_to_the_fen(code, name):
    values, each = held(code, name), limit_of_each(code, name)
    outcomes = tuple(
        outcome_of(
            code, name, "financial_assets", assets=[{"class": "deposit", "value": yuan_text(fen)}]
        )
        for fen in (3 * each - 1, 3 * each, 3 * each + 1)
    )
    assert outcomes == HOLDS[values["financial_cap_method_operator"]]


@pytest.mark.parametrize("code", RATIOS)
def test_expenses_are_held_against_their_share_of_income_to_the_fen(code):
    values = held(code, "rigid_expenditure")
    ratio = values["rigid_ratio"]
    income = 10_000_000
    living = values["standard_monthly"] * 36 if values["rigid_living_cost"].value == "yes" else 0
    line = int(income * ratio) - living
    outcomes = tuple(
        outcome_of(
            code,
            "rigid_expenditure",
            "expenditure",
            incomes=[{"class": "transfer", "kind": "donation", "amount": yuan_text(income)}],
            expenses=[{"kind": "medical", "amount": yuan_text(fen)}],
        )
        for fen in (line - 1, line, line + 1)
    )
    assert outcomes == HOLDS[values["rigid_ratio_operator"]]


@pytest.mark.parametrize(
    ("sign", "outcomes"), [(sign, outcomes) for sign, outcomes in HOLDS.items()]
)
def test_a_place_may_use_each_of_the_four_operators(tmp_path, sign, outcomes):
    folder = tmp_path / "990199-operators" / "standards"
    folder.mkdir(parents=True)
    (folder / "standard_monthly.yaml").write_text(
        f'operator: "{sign}"\nvalues:\n'
        '  2025-01-01: {value: "1000.00", reference: worked-example, seen: example}\n',
        encoding="utf-8",
    )
    place = lock.place_parameters().with_more(read_files(tmp_path, lock.all_declared()))
    found = []
    for fen in (1_199_999, 1_200_000, 1_200_001):
        line = {"class": "transfer", "kind": "donation", "amount": yuan_text(fen)}
        person = {"key": "a", "birth_date": "1980-01-01", "incomes": [line]}
        case = {"programme": "dibao", "division": "990199", "as_of": ON, "members": [person]}
        found.append(compute(case, parameters=place).tests["income"])
    assert tuple(found) == outcomes


def test_a_county_that_became_a_district_keeps_its_past(tmp_path):
    folder = tmp_path / "330183-fuyang" / "standards"
    folder.mkdir(parents=True)
    (folder / "standard_monthly.yaml").write_text(
        'values:\n  2014-06-01: {value: "600.00", reference: worked-example, seen: example}\n',
        encoding="utf-8",
    )
    place = lock.place_parameters().with_more(read_files(tmp_path, lock.all_declared()))
    one = programme("dibao")
    for code in ("330183", "330111"):
        found = place.resolve(
            one.parameters, division=code, folders=one.folders, on=date(2014, 7, 1)
        )
        assert found["standard_monthly"].use.value == 60_000
        assert found["standard_monthly"].use.division == "330183"
