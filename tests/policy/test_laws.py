"""Laws that hold for every household, found by Hypothesis."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hedui.policy import compute
from hedui.values.money import yuan_text

MINIMUM_WAGE = 269_000
FULL = {"from": "2023-08-01", "to": "2024-07-31"}
EXCLUDED = (
    "preferential_treatment",
    "family_planning_award",
    "scholarship",
    "heroism_award",
    "social_assistance",
    "basic_resident_pension",
)

fens = st.integers(0, 5_000_000)
lines = st.tuples(
    st.sampled_from(
        [
            ("wage", "salary"),
            ("business", "farm"),
            ("property", "rent"),
            ("transfer", "pension"),
            ("transfer", "donation"),
        ]
    ),
    fens,
)
people = st.lists(
    st.tuples(st.lists(lines, max_size=3), st.integers(1930, 2023), fens), min_size=1, max_size=5
)
quick = settings(max_examples=60, deadline=None)


def income(kind: tuple[str, str], fen: int, **more: Any) -> dict[str, Any]:
    return {"class": kind[0], "kind": kind[1], "amount": yuan_text(fen), **FULL, **more}


def household(members: Any) -> dict[str, Any]:
    return {
        "programme": "any",
        "division": "310000",
        "as_of": "2024-08-01",
        "members": [
            {
                "key": f"m{number}",
                "birth_date": f"{year}-05-05",
                "incomes": [income(kind, fen) for kind, fen in earned],
                "assets": [{"class": "deposit", "kind": "bank", "value": yuan_text(held)}],
            }
            for number, (earned, year, held) in enumerate(members)
        ],
    }


def outcome(case: dict[str, Any]) -> tuple[Any, ...]:
    result = compute(case)
    return (result.categories, result.possible, result.amount_fen, result.values, result.tests)


@quick
@given(people, st.randoms())
def test_the_order_of_members_and_of_lines_does_not_matter(members, chance):
    case = household(members)
    before = outcome(case)
    chance.shuffle(case["members"])
    for member in case["members"]:
        chance.shuffle(member["incomes"])
    assert outcome(case) == before


@quick
@given(people, lines)
def test_splitting_a_line_into_two_equal_sums_changes_nothing(members, line):
    kind, fen = line
    whole, split = household(members), household(members)
    whole["members"][0]["incomes"].append(income(kind, 2 * fen))
    split["members"][0]["incomes"] += [income(kind, fen), income(kind, fen)]
    assert outcome(whole) == outcome(split)


@quick
@given(people, st.sampled_from(EXCLUDED), fens)
def test_an_excluded_income_changes_nothing_but_what_was_received(members, kind, fen):
    plain, more = household(members), household(members)
    more["members"][0]["incomes"].append(income(("transfer", kind), fen))
    assert outcome(plain) == outcome(more)


@quick
@given(people, st.integers(1, 1_000_000), st.sampled_from(["business", "property", "transfer"]))
def test_more_income_other_than_wages_never_lowers_the_income_nor_gains_a_category(
    members, more, class_
):
    kind = {"business": "farm", "property": "rent", "transfer": "pension"}[class_]
    poor, richer = household(members), household(members)
    richer["members"][0]["incomes"].append(income((class_, kind), more))
    first, second = compute(poor), compute(richer)
    assert (first.values["countable_income_annual_fen"] or 0) + more == (
        second.values["countable_income_annual_fen"]
    )
    rank = {("tekun",): 0, ("dibao",): 1, ("dibao_edge",): 2, (): 3}
    assert rank[second.categories] >= rank[first.categories]


@quick
@given(fens, st.integers(1, 1_000_000))
def test_more_wages_lower_the_income_only_across_the_published_cliff(fen, more):
    def counted(amount: int) -> int:
        result = compute(household([([(("wage", "salary"), amount)], 1984, 0)]))
        return result.values["countable_income_annual_fen"] or 0

    crossed = fen < 12 * MINIMUM_WAGE <= fen + more
    assert counted(fen + more) >= counted(fen) - (12 * 87_000 if crossed else 0)
    assert crossed or counted(fen + more) == counted(fen) + more


@quick
@given(people)
def test_the_income_test_agrees_with_an_exact_sum_made_by_hand(members):
    result = compute(household(members) | {"programme": "dibao"})
    total = 0
    for earned, _, _ in members:
        wages = sum(fen for kind, fen in earned if kind[0] == "wage")
        total += sum(fen for _, fen in earned)
        total -= 12 * 87_000 if wages >= 12 * MINIMUM_WAGE else 0
    assert result.values["countable_income_annual_fen"] == total
    passes = total < 12 * 159_500 * len(members)
    assert result.tests["income"] == ("pass" if passes else "fail")
