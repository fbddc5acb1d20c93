"""What was found becomes lines of a case only where a source really said it."""

from datetime import date
from typing import Any

import pytest

from hedui.catalogue import sources
from hedui.comparison import SourceAnswer, found_lines, once_each, silent_classes
from hedui.policy import compute
from hedui.values.periods import Period

ON = date(2024, 8, 1)
LOOK_BACK = Period.year_before(ON)
SIX = ("social_insurance", "vehicle", "real_estate", "tax", "bank", "provident_fund")


def answer(*rows: dict[str, Any], outcome: str = "FOUND", **more: Any) -> SourceAnswer:
    given = {"as_of": date(2024, 7, 31), "match": "exact", **more}
    return SourceAnswer(outcome, rows=rows, **given)


def tax(period: str, amount: int, paid: int | None = 0, kind: str = "wage") -> dict[str, Any]:
    return {"income_type": kind, "period": period, "amount_fen": amount, "tax_fen": paid}


def silent(expected: tuple[str, ...] = SIX, **answers: SourceAnswer) -> frozenset[str]:
    return silent_classes(answers, LOOK_BACK, expected=expected, as_of=ON)


def test_found_lines_are_lines_of_a_case_and_the_rules_read_them():
    answers = {
        "tax": answer(tax("2024-01", 300_000, 1_000), tax("2024-01", 50_000, 0, "rent")),
        "social_insurance": answer(
            {
                "benefit_type": "pension",
                "benefit_monthly_fen": 100_000,
                "benefit_from": "2024-06-15",
                "status": "drawing",
            }
        ),
        "bank": answer({"balance_fen": 123, "account_type": "payment"}),
        "provident_fund": answer({"balance_fen": 5}),
        "vehicle": answer(
            {
                "vehicle_class": "car",
                "status": "normal",
                "registered_on": "2019-01-02",
                "purchase_price_fen": 8_000_000,
            },
            {"vehicle_class": "car", "status": "scrapped"},
        ),
        "real_estate": answer(
            {
                "unit_no": "1",
                "ownership": "by_share",
                "share": "1/2",
                "use": "residence",
                "floor_area": "60",
            }
        ),
    }
    lines = found_lines(answers, LOOK_BACK)
    assert lines["incomes"] == [
        {
            "class": "transfer",
            "kind": "pension",
            "amount": "2000.00",
            "from": "2024-06-01",
            "to": "2024-07-31",
        },
        {
            "class": "wage",
            "kind": "salary",
            "amount": "3000.00",
            "tax": "10.00",
            "from": "2024-01-01",
            "to": "2024-01-31",
        },
        {
            "class": "property",
            "kind": "rent",
            "amount": "500.00",
            "tax": "0.00",
            "from": "2024-01-01",
            "to": "2024-01-31",
        },
    ]
    assert [line["class"] for line in lines["assets"]] == [
        "vehicle",
        "real_estate",
        "deposit",
        "provident_fund",
    ]
    assert silent(**answers) == frozenset()
    result = compute(
        {
            "programme": "dibao",
            "division": "310101",
            "as_of": ON,
            "members": [{"key": "a", "birth_date": "1984-03-01", **once_each({"a": lines})["a"]}],
        },
        basis="found",
    )
    # 2000 + (3000 - 10 - 870) + 500
    assert result.values["countable_income_annual_fen"] == 462_000
    assert (result.values["vehicles"], result.values["homes"]) == (1, 1)


def test_a_yearly_total_gives_no_line_and_leaves_the_class_unknown():
    answers = {"tax": answer(tax("2023", 5_040_000), tax("2024-01", 7, 0, "rent"))}
    lines = found_lines(answers, LOOK_BACK)
    assert [line["class"] for line in lines["incomes"]] == ["property"]
    assert silent(("tax",), **answers) == {"incomes.wage"}


@pytest.mark.parametrize(
    "given",
    [
        None,
        answer(outcome="UNAVAILABLE"),
        answer(outcome="REFUSED"),
        answer(outcome="PARTIAL"),
        answer({"balance_fen": 1}, match="name_conflict"),
        answer(outcome="NAME_MISMATCH"),
        answer(outcome="MULTIPLE"),
        answer(outcome="NO_REPLY"),
        answer(outcome="NOT_FOUND", as_of=None),
        answer(outcome="NOT_FOUND", as_of=date(2024, 6, 30)),
        answer({"balance_fen": None}),
    ],
)
def test_a_source_that_does_not_speak_leaves_its_class_unknown(given):
    answers = {} if given is None else {"bank": given}
    assert silent(("bank",), **answers) == {"assets.deposit"}
    assert found_lines(answers, LOOK_BACK)["assets"] == []


def test_a_fresh_nothing_is_a_known_nothing():
    assert silent(("bank",), bank=answer(outcome="NOT_FOUND")) == frozenset()


def test_a_correction_larger_than_its_month_leaves_the_class_unknown():
    answers = {"tax": answer(tax("2024-01", 100), tax("2024-01", -200))}
    assert found_lines(answers, LOOK_BACK)["incomes"] == []
    assert silent(("tax",), **answers) == {"incomes.wage"}


def test_corrections_within_a_month_are_set_off():
    answers = {"tax": answer(tax("2024-01", 300), tax("2024-01", -100))}
    assert [line["amount"] for line in found_lines(answers, LOOK_BACK)["incomes"]] == ["2.00"]


@pytest.mark.parametrize(
    "more", [{"benefit_from": None}, {"status": "ended"}, {"benefit_monthly_fen": None}]
)
def test_a_benefit_of_unknown_time_or_amount_leaves_transfers_unknown(more):
    row = {
        "benefit_type": "pension",
        "benefit_monthly_fen": 1,
        "benefit_from": "2015-01-01",
        "status": "drawing",
        **more,
    }
    assert silent(("social_insurance",), social_insurance=answer(row)) == {"incomes.transfer"}
    assert found_lines({"social_insurance": answer(row)}, LOOK_BACK)["incomes"] == []


def test_the_floor_area_of_a_shared_home_is_not_guessed():
    row = {
        "unit_no": "1",
        "ownership": "joint",
        "share": None,
        "use": "residence",
        "floor_area": "60",
    }
    assert found_lines({"real_estate": answer(row, row)}, LOOK_BACK)["assets"] == [
        {"class": "real_estate", "kind": "residence", "unit_no": "1"}
    ]
    alone = {**row, "ownership": "sole"}
    (line,) = found_lines({"real_estate": answer(alone)}, LOOK_BACK)["assets"]
    assert (line["floor_area"], line["share"]) == ("60", "1")


def test_policies_of_others_and_overdrafts_are_no_assets():
    policy = {"role": "insured", "cash_value_fen": 500}
    own = {"role": "policyholder", "cash_value_fen": 700}
    answers = {
        "commercial_insurance": answer(policy, own),
        "bank": answer({"balance_fen": -5}),
        "securities": answer({"market_value_fen": 10, "cash_fen": 3}),
    }
    assets = found_lines(answers, LOOK_BACK)["assets"]
    assert [(line["class"], line["value"]) for line in assets] == [
        ("insurance", "7.00"),
        ("security", "0.10"),
        ("security", "0.03"),
    ]


def test_every_source_of_the_catalogue_can_be_expected():
    every = silent(tuple(sources()))
    assert {"incomes.wage", "incomes.transfer", "assets.vehicle", "assets.insurance"} <= every


def test_an_income_or_a_benefit_of_no_known_kind_is_not_taken_for_none():
    # who signed for the amount and not for its kind; months outside the look-back prove nothing
    untyped = {"period": "2024-01", "amount_fen": 300_000}
    paid = {"benefit_monthly_fen": 100_000, "benefit_from": "2024-01-01"}
    quiet = silent(
        **{name: answer() for name in SIX}
        | {"tax": answer(untyped), "social_insurance": answer(paid)}
    )
    assert quiet == {"incomes.wage", "incomes.business", "incomes.property", "incomes.transfer"}
    before = answer(untyped | {"period": "2022-01"})
    assert not silent(("tax",), tax=before)
    assert not silent(("social_insurance",), social_insurance=answer({"status": "active"}))
