"""The planner: it decides as if everything were asked, and asks nothing that decides nothing."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hedui.catalogue import sources
from hedui.policy import compute
from hedui.policy.asking import Question, next_question
from hedui.values.money import yuan_text

# What counts as financial assets and may be told as a band, by source.
BANDS = {
    "bank": ("deposit", sources()["bank"].minimal["balance_band"]),
    "securities": ("security", sources()["securities"].minimal["market_value_band"]),
    "online_finance": ("deposit", sources()["online_finance"].minimal["balance_band"]),
    "commercial_insurance": (
        "insurance",
        sources()["commercial_insurance"].minimal["cash_value_band"],
    ),
    "provident_fund": ("provident_fund", sources()["provident_fund"].minimal["balance_band"]),
}

holdings = st.lists(st.integers(0, 12_000_000), min_size=1, max_size=4)
wages = st.sampled_from(["0.00", "30000.00", "400000.00"])


def household(held: list[int], wage: str, told: set[int]) -> dict[str, Any]:
    """Write a household of which the deposits of some are told, of the others the band."""
    return {
        "programme": "dibao",
        "division": "310000",
        "as_of": "2024-08-01",
        "members": [
            {
                "key": f"m{number}",
                "birth_date": "1950-05-05",
                "incomes": [{"class": "wage", "kind": "salary", "amount": wage}],
                "assets": [line(number, fen, whole=number in told)],
            }
            for number, fen in enumerate(held)
        ],
    }


def source_of(number: int, fen: int) -> str:
    """Choose where a member's holding lies."""
    return list(BANDS)[(number + fen) % len(BANDS)]


def line(number: int, fen: int, *, whole: bool) -> dict[str, str]:
    kind, band = BANDS[source_of(number, fen)]
    if whole:
        return {"class": kind, "value": yuan_text(fen)}
    low, high = band.between(band.said(fen))
    most = {} if high is None else {"at_most": yuan_text(high)}
    return {"class": kind, "at_least": yuan_text(low)} | most


def question(number: int, fen: int) -> Question:
    source = source_of(number, fen)
    kind, band = BANDS[source]
    return Question(f"m{number}", source, kind, *band.between(band.said(fen)))


def planned(held: list[int], wage: str) -> tuple[Any, list[int]]:
    """Ask as the planner says; return how it ends, and whose value was asked, in that order."""
    asked: list[int] = []
    while True:
        known = household(held, wage, set(asked))
        may_ask = [question(n, fen) for n, fen in enumerate(held) if n not in asked]
        chosen = next_question(known, {}, may_ask)
        if chosen is None:
            return compute(known, basis="found"), asked
        asked.append(int(chosen.member[1:]))


@settings(max_examples=80, deadline=None)
@given(held=holdings, wage=wages)
def test_it_decides_as_if_every_value_had_been_asked(held, wage):
    everything = compute(household(held, wage, set(range(len(held)))), basis="found")
    assessed, asked = planned(held, wage)
    assert assessed.categories == everything.categories
    assert (assessed.programme in assessed.possible) == ("dibao" in everything.possible)
    assert len(asked) == len(set(asked)) <= len(held)
    for name, result in assessed.tests.items():
        assert result in ("unknown", everything.tests[name])


@settings(max_examples=80, deadline=None)
@given(held=holdings, wage=wages)
def test_what_is_asked_was_open_when_it_was_asked(held, wage):
    _, asked = planned(held, wage)
    for number in range(len(asked)):
        before = compute(household(held, wage, set(asked[:number])), basis="found")
        assert before.tests["financial_assets"] == "unknown"
        assert not before.categories and before.possible


def test_nothing_is_asked_of_whom_the_bands_decide():
    assert planned([500_000], "0.00")[1] == []
    assert planned([90_000_000], "0.00")[1] == []


def test_nothing_is_asked_once_something_else_has_decided():
    assessed, asked = planned([4_000_000, 4_500_000], "400000.00")
    assert assessed.tests["income"] == "fail" and asked == []


def test_the_most_uncertain_is_asked_first():
    held = [1_500_000, 10_100_000, 500_000]
    assert planned(held, "0.00")[1][0] == 1


def test_a_value_that_could_settle_nothing_is_not_asked():
    """Another source is silent, and the limit is far: the test stays open whatever it says."""
    silent = {"m0": {"assets.security"}}
    near, far = household([4_000_000], "0.00", set()), household([500_000], "0.00", set())
    assert next_question(far, silent, [question(0, 500_000)]) is None
    assert next_question(near, silent, [question(0, 4_000_000)]) is not None


def test_a_car_is_asked_about_for_the_test_of_cars_only():
    car, told = Question("m0", "vehicle", "vehicle"), household([500_000], "0.00", {0})
    assert next_question(told, {}, [car]) is None
    assert next_question(told, {"m0": {"assets.vehicle"}}, [car]) == car
