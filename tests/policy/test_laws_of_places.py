"""Laws that hold at every place, and for a household among many, found by Hypothesis."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from hedui.policy import compute, lock
from hedui.policy.case import CaseError, read_case
from hedui.policy.columns import evaluate
from hedui.policy.facts import lay_out
from hedui.policy.packing import packed
from hedui.policy.parameters import read_files
from hedui.policy.programme import programmes
from hedui.policy.registry import assessed
from hedui.values.money import yuan_text

PLACES = lock.place_parameters().with_more(
    read_files(Path(__file__).parent / "places", lock.all_declared())
)
ON = date(2025, 8, 1)
YEAR = {"from": "2024-08-01", "to": "2025-07-31"}
CODES = sorted(
    code
    for code in PLACES.places
    if code != "000000"
    and PLACES.covers(division=code, folders=programmes()["dibao"].folders, on=ON)
)
RANK = {"tekun": 0, "dibao": 1, "dibao_edge": 2, "rigid_expenditure": 3, "low_income": 4}
PUBLISHED_CLIFFS = {
    "310000": "a month whose wage reaches the minimum wage loses 870 of it",
    "990117": "the same",
}
SEX_COUNTS = {"990106": "the imputed wage ends at other ages for women"}

amounts = st.one_of(st.integers(0, 4_000_000), st.sampled_from([2_879_999, 2_880_000, 1_914_000]))
people = st.lists(
    st.fixed_dictionaries(
        {
            "age": st.sampled_from([5, 17, 30, 45, 60, 80]),
            "pension": amounts,
            "wage": amounts,
            "held": st.integers(0, 9_000_000),
            "ill": st.booleans(),
            "employed": st.booleans(),
        }
    ),
    min_size=1,
    max_size=4,
)
quick = settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.generate])


def line(class_: str, kind: str, fen: int) -> dict[str, Any]:
    return {"class": class_, "kind": kind, "amount": yuan_text(fen), **YEAR}


def household(code: str, said: Any, sex: str = "male") -> dict[str, Any]:
    return {
        "programme": "any",
        "division": code,
        "as_of": ON,
        "members": [
            {
                "key": f"m{number}",
                "birth_date": date(ON.year - one["age"], 5, 5).isoformat(),
                "sex": sex,
                "employed": one["employed"],
                "work_capacity": "full",
                "serious_illness": one["ill"],
                "incomes": [
                    line("wage", "salary", one["wage"]),
                    line("transfer", "pension", one["pension"]),
                ],
                "assets": [{"class": "deposit", "value": yuan_text(one["held"])}],
            }
            for number, one in enumerate(said)
        ],
    }


def outcome(case: dict[str, Any]) -> tuple[Any, ...]:
    result = compute(case, parameters=PLACES)
    return result.categories, result.possible, result.amount_fen, dict(result.values), result.tests


def best(case: dict[str, Any]) -> int:
    return min((RANK[name] for name in compute(case, parameters=PLACES).categories), default=9)


@quick
@given(code=st.sampled_from(CODES), said=people, more=st.integers(1, 3_000_000))
def test_more_of_what_is_no_wage_gains_no_category_anywhere(code, said, more):
    poorer, richer = household(code, said), household(code, said)
    richer["members"][0]["incomes"].append(line("transfer", "donation", more))
    assert best(richer) >= best(poorer)


@quick
@given(
    code=st.sampled_from([c for c in CODES if c not in PUBLISHED_CLIFFS]),
    said=people,
    more=st.integers(1, 3_000_000),
)
def test_more_wages_gain_no_category_except_at_a_published_cliff(code, said, more):
    poorer, richer = household(code, said), household(code, said)
    for member in (*poorer["members"], *richer["members"]):
        member["incomes"][0]["amount"] = yuan_text(100 + said[0]["wage"])
    richer["members"][0]["incomes"][0]["amount"] = yuan_text(100 + said[0]["wage"] + more)
    assert best(richer) >= best(poorer)


@quick
@given(code=st.sampled_from(CODES), said=people, more=st.integers(1, 3_000_000))
def test_more_money_held_gains_no_category_anywhere(code, said, more):
    poorer, richer = household(code, said), household(code, said)
    richer["members"][0]["assets"].append({"class": "deposit", "value": yuan_text(more)})
    assert best(richer) >= best(poorer)


@quick
@given(code=st.sampled_from(CODES), said=people, fen=amounts)
def test_what_is_excluded_changes_nothing_anywhere(code, said, fen):
    plain, more = household(code, said), household(code, said)
    more["members"][0]["incomes"].append(line("transfer", "preferential_treatment", fen))
    assert outcome(plain) == outcome(more)


@quick
@given(code=st.sampled_from([c for c in CODES if c not in SEX_COUNTS]), said=people)
def test_sex_changes_nothing_but_where_a_place_says_so(code, said):
    assert outcome(household(code, said, "male")) == outcome(household(code, said, "female"))


@pytest.mark.parametrize("key", ["name", "id_number", "born_in", "nationality"])
def test_a_name_a_number_or_where_somebody_was_born_cannot_reach_the_rules(key):
    case = household(
        "310000",
        [
            {**dict.fromkeys(("pension", "wage", "held"), 0), "age": 30}
            | {"ill": False, "employed": True}
        ],
    )
    case["members"][0][key] = "110105199001012327"
    with pytest.raises(CaseError, match=key):
        read_case(case)


def somebody(age: int, pension: int, wage: int) -> dict[str, Any]:
    return {"age": age, "pension": pension, "wage": wage, "held": 0, "ill": True, "employed": True}


@quick
@example(found=[("990129", [somebody(5, 3205, 167535)]), ("990102", [somebody(5, 12956, 2880000)])])
@given(found=st.lists(st.tuples(st.sampled_from(CODES), people), min_size=2, max_size=7))
def test_one_household_alone_is_what_it_is_among_many_and_in_any_order(found):
    cases = [(code, household(code, said)) for code, said in found if code != "500000"]
    laid = [lay_out(read_case(case), {}) for _, case in cases]
    places = [(code, ON) for code, _ in cases]
    together = assessed(packed(laid, range(len(laid))), places, PLACES)
    for row, (one, place) in enumerate(zip(laid, places, strict=True)):
        alone = assessed(packed([one], [0]), [place], PLACES)
        for name in programmes():
            assert alone.qualifies[name][0] == together.qualifies[name][row]
            assert alone.amount[name][0] == together.amount[name][row]
            one_alone, among = alone.income[name], together.income[name]
            assert (one_alone.values[0], _is_known(one_alone, 0)) == (
                among.values[row],
                _is_known(among, row),
            )


def _is_known(column, row):
    return column.known is None or bool(column.known[row])


@quick
@given(said=people, chunk=st.integers(1, 3))
def test_how_a_registry_is_cut_changes_nothing(said, chunk):
    rules = programmes()["dibao"].rules
    laid = [lay_out(read_case(household("310000", said[: n + 1])), {}) for n in range(len(said))]
    resolved = PLACES.resolve(
        programmes()["dibao"].parameters, division="310000", folders=("dibao",), on=ON
    )
    parameters = {name: [resolved[name].use.value] for name in rules.parameters}

    def run(size: int) -> list[int]:
        registry = packed(laid, [0] * len(laid))
        wanted = {"dibao": (rules, parameters)}
        found = evaluate(registry, wanted, lambda _, rule: rule == "amount", chunk=size)
        return list(found["dibao"]["amount"].values)

    assert run(chunk) == run(50_000)
