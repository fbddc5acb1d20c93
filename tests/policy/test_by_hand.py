"""Random households of four places, as the rules say and as reckoned anew in Decimal: equal."""

import ast
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from hedui.policy import compute
from hedui.values.money import yuan_text
from tests.policy import by_hand
from tests.policy.by_hand import NOT_COUNTED, PLACES, Person

OTHER = ("pension", "unemployment_benefit", "donation", "rent", *sorted(NOT_COUNTED))
# every line and limit of the four places, and a fen beside it; the rest anywhere
LINES = (269_000, 159_500, 319_000, 80_000, 120_000, 136_500, 204_750, 110_000, 165_000)
CAPS = (3_828_000, 4_210_800, 4_593_600, 5_742_000, 6_316_200, 6_890_400, 3_276_000)
near = st.builds(
    lambda line, people, beside: 12 * line * people + beside,
    st.sampled_from(LINES),
    st.integers(1, 4),
    st.sampled_from([-1, 0, 1]),
)
fens = st.one_of(near, st.integers(0, 6_000_000))
wages = st.one_of(
    st.just([0] * 12),
    st.builds(lambda fen: [fen] * 12, st.one_of(st.just(269_000), st.integers(1, 500_000))),
    st.lists(st.sampled_from([0, 100_000, 268_999, 269_000, 269_001]), min_size=12, max_size=12),
)
money = st.one_of(
    st.builds(lambda cap, beside: cap + beside, st.sampled_from(CAPS), st.sampled_from([-1, 0, 1])),
    st.builds(lambda cap, n: cap * n, st.sampled_from(CAPS), st.integers(1, 3)),
    st.integers(0, 12_000_000),
)
persons = st.fixed_dictionaries(
    {
        "age": st.sampled_from([0, 15, 16, 17, 18, 35, 59, 60, 80]),
        "wages": wages,
        "other": st.lists(st.tuples(st.sampled_from(OTHER), fens), max_size=2),
        "money": st.one_of(st.just(0), money),
        "student": st.booleans(),
        "disability": st.sampled_from([None, ("limb", 2), ("limb", 3), ("mental", 3)]),
        "ill": st.booleans(),
    }
)


def yuan(fen: int) -> Decimal:
    return Decimal(fen) / 100


def as_person(said: dict[str, Any]) -> Person:
    return Person(
        age=said["age"],
        wages=[yuan(fen) for fen in said["wages"]],
        other=[(kind, yuan(fen)) for kind, fen in said["other"]],
        money=yuan(said["money"]),
        student=said["student"],
        disabled=said["disability"] is not None,
        severely_disabled=said["disability"] in [("limb", 2), ("mental", 3)],
        ill=said["ill"],
    )


def as_member(number: int, said: dict[str, Any], on: date) -> dict[str, Any]:
    months = [
        date(on.year - 1 + (on.month - 1 + k) // 12, (on.month - 1 + k) % 12 + 1, 1)
        for k in range(12)
    ]
    incomes = [
        {
            "class": "wage",
            "kind": "salary",
            "amount": yuan_text(fen),
            "from": month.isoformat(),
            "to": month.replace(day=28).isoformat(),
        }
        for month, fen in zip(months, said["wages"], strict=True)
        if fen
    ]
    incomes += [
        {
            "class": "property" if kind == "rent" else "transfer",
            "kind": kind,
            "amount": yuan_text(fen),
        }
        for kind, fen in said["other"]
    ]
    category, grade = said["disability"] or (None, None)
    return {
        "key": f"m{number}",
        "birth_date": date(on.year - said["age"], on.month, on.day).isoformat(),
        "student": "senior" if said["student"] else "none",
        "serious_illness": said["ill"],
        "disability": {"category": category, "grade": grade} if category else None,
        "incomes": incomes,
        "assets": [{"class": "deposit", "kind": "bank", "value": yuan_text(said["money"])}],
    }


def fen(amount: Decimal) -> int:
    return int(amount * 100)


@settings(max_examples=50, deadline=None, phases=[Phase.generate])
@given(people=st.lists(persons, min_size=1, max_size=5))
@pytest.mark.parametrize("code", PLACES)
def test_the_rules_and_a_reckoning_in_decimal_agree_to_the_fen(code, people):
    day, by_documents = PLACES[code]
    if code == "442000":  # whether the basic pension counted in 2020 was not found
        for said in people:
            said["other"] = [one for one in said["other"] if one[0] != "basic_resident_pension"]
    expected = by_documents([as_person(said) for said in people])
    on = date.fromisoformat(day)
    members = [as_member(number, said, on) for number, said in enumerate(people)]
    held = sum(said["money"] for said in people)
    for programme, below, cap in (
        ("dibao", expected.below_standard, expected.cap),
        ("dibao_edge", expected.below_edge, expected.edge_cap),
    ):
        result = compute(
            {"programme": programme, "division": code, "as_of": day, "members": members}
        )
        assert result.values["countable_income_annual_fen"] == fen(expected.income)
        assert result.values["per_capita_income_fen"] == fen(expected.per_head)
        assert result.tests["income"] == ("pass" if below else "fail")
        fits = None if cap is None and held else cap is None or held <= fen(cap)
        wanted = {True: "pass", False: "fail", None: "unknown"}[fits]
        assert result.tests["financial_assets"] == wanted
        if programme == "dibao":
            due = below and fits is not False
            assert result.amount_fen == (fen(expected.amount) if due else 0)
            assert (programme in result.categories) == (below and fits is True)


def test_the_reckoning_by_hand_shares_no_code_with_the_rules():
    text = Path(by_hand.__file__).read_text(encoding="utf-8")
    imported = {
        node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported == {"collections.abc", "dataclasses", "decimal", "typing"}
