"""A member's declaration held against the answers, in the measures of the catalogue."""

from datetime import date
from typing import Any

import pytest

from hedui.catalogue import sources
from hedui.comparison import Finding, SourceAnswer, Status, compare_member
from hedui.values.periods import Period

ON = date(2024, 8, 1)
LOOK_BACK = Period.year_before(ON)
EVERYTHING = tuple(sources())


def answer(*rows: dict[str, Any], outcome: str = "FOUND", **more: Any) -> SourceAnswer:
    given = {"as_of": date(2024, 7, 31), "match": "exact", **more}
    return SourceAnswer(outcome, rows=rows, **given)


def compare(
    declared: dict[str, Any], items: tuple[str, ...] = EVERYTHING, **answers: SourceAnswer
) -> dict[str, Finding]:
    found = compare_member(
        member_key="zhao",
        declared=declared,
        answers=answers,
        authorized_items=items,
        look_back=LOOK_BACK,
        as_of=ON,
    )
    by_label = {finding.label: finding for finding in found}
    assert len(by_label) == len(found)
    return by_label


def month(text: str, fen: int, kind: str = "wage") -> dict[str, Any]:
    return {"income_type": kind, "period": text, "amount_fen": fen, "tax_fen": 0, "payer": "甲"}


def year_of_wages(fen: int) -> list[dict[str, Any]]:
    months = [f"2023-{m:02d}" for m in range(8, 13)] + [f"2024-{m:02d}" for m in range(1, 8)]
    return [month(text, fen) for text in months]


def wage(amount: str, **more: Any) -> dict[str, Any]:
    line = {
        "class": "wage",
        "kind": "salary",
        "amount": amount,
        "from": "2023-08-01",
        "to": "2024-07-31",
        **more,
    }
    return {"incomes": [line]}


CAR = {"vehicle_class": "car", "status": "normal"}
PENSION = {
    "benefit_type": "pension",
    "benefit_monthly_fen": 300_000,
    "status": "drawing",
    "benefit_from": "2015-03-10",
}


def test_wages_equal_to_the_fen_are_consistent_and_one_fen_more_is_not():
    same = compare(wage("50400.00"), tax=answer(*year_of_wages(420_000)))["工资性收入"]
    assert (same.status, same.declared_fen, same.found_fen) == (
        Status.CONSISTENT,
        5_040_000,
        5_040_000,
    )
    other = compare(wage("50399.99"), tax=answer(*year_of_wages(420_000)))["工资性收入"]
    assert (other.status, other.declared_fen) == (Status.INCONSISTENT, 5_039_999)


def test_a_declared_nothing_against_a_found_vehicle_is_inconsistent():
    found = compare({"assets": []}, vehicle=answer(CAR))["机动车数量"]
    assert (found.status, found.declared_count, found.found_count, found.unit) == (
        Status.INCONSISTENT,
        0,
        1,
        "count",
    )
    assert found.declared_fen is None and found.found_fen is None


@pytest.mark.parametrize("outcome", ["UNAVAILABLE", "REFUSED", "NO_REPLY", "TIMEOUT"])
def test_a_department_that_is_down_counts_for_nothing(outcome):
    for finding in compare(
        {}, vehicle=answer(outcome=outcome, as_of=None), bank=answer(outcome=outcome, as_of=None)
    ).values():
        assert finding.status is Status.NO_REPLY
        assert finding.found_fen is None and finding.found_count is None
        assert "不作为依据" in finding.note


def test_what_was_not_asked_or_not_authorized_gives_no_finding():
    assert compare({}, bank=answer({"balance_fen": 1})).keys() == {"存款余额"}
    assert compare({}, items=("vehicle",), bank=answer({"balance_fen": 1})) == {}
    assert compare({}, items=("bank.bank",), bank=answer({"balance_fen": 1})) == {}


def test_without_the_item_that_tells_rows_apart_nothing_is_compared():
    found = compare({}, items=("vehicle.vehicle_class",), vehicle=answer({"vehicle_class": "car"}))
    assert found["机动车数量"].status is Status.NOT_COMPARABLE
    assert "机动车状态" in found["机动车数量"].note
    assert found["机动车数量"].found_count is None


@pytest.mark.parametrize(
    ("without", "named"), [("benefit_from", "待遇起始日"), ("status", "参保状态")]
)
def test_months_in_payment_are_not_counted_without_what_says_since_when_and_whether(without, named):
    signed = {"benefit_type", "benefit_monthly_fen", "benefit_from", "status"} - {without}
    row = {name: PENSION[name] for name in signed}
    items = tuple(f"social_insurance.{name}" for name in sorted(signed))
    found = compare({}, items=items, social_insurance=answer(row))["养老金(退休金)"]
    assert (found.status, found.found_fen) == (Status.NOT_COMPARABLE, None)
    assert named in found.note


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (date(2024, 7, 1), Status.CONSISTENT),
        (date(2024, 6, 30), Status.NOT_FOUND),
        (None, Status.NOT_FOUND),
        (date(2024, 8, 2), Status.CONSISTENT),
    ],
)
def test_nothing_found_proves_an_absence_only_while_it_is_fresh(day, status):
    found = compare({}, vehicle=answer(outcome="NOT_FOUND", as_of=day))["机动车数量"]
    assert found.status is status
    assert found.found_count == (0 if status is Status.CONSISTENT else None)


def test_something_declared_and_not_found_is_not_found_and_has_no_figure():
    found = compare(
        {"assets": [{"class": "vehicle", "kind": "car"}]}, vehicle=answer(outcome="NOT_FOUND")
    )["机动车数量"]
    assert (found.status, found.declared_count, found.found_count) == (Status.NOT_FOUND, 1, None)
    assert "没有查到不等于没有" in found.note


@pytest.mark.parametrize("state", ["scrapped", "cancelled", "transferred"])
def test_a_vehicle_no_longer_on_the_road_does_not_count(state):
    found = compare({}, vehicle=answer({**CAR, "status": state}))["机动车数量"]
    assert (found.status, found.found_count) == (Status.CONSISTENT, 0)


@pytest.mark.parametrize(("year", "look"), [("2023", "overlaps"), ("2024", "overlaps")])
def test_a_yearly_total_is_never_spread_over_months(year, look):
    found = compare(wage("50400.00"), tax=answer(month(year, 9_999_900)))["工资性收入"]
    assert (found.status, found.found_fen) == (Status.NOT_COMPARABLE, None)
    assert "不能拆到各月" in found.note


def test_a_yearly_total_of_exactly_the_look_back_period_is_used():
    found = compare_member(
        member_key="zhao",
        declared={
            "incomes": [
                {
                    "class": "wage",
                    "kind": "salary",
                    "amount": "10.00",
                    "from": "2023-01-01",
                    "to": "2023-12-31",
                }
            ]
        },
        answers={"tax": answer(month("2023", 1_000), as_of=date(2024, 1, 1))},
        authorized_items=["tax"],
        look_back=Period.year_before(date(2024, 1, 9)),
        as_of=date(2024, 1, 9),
    )[0]
    assert (found.status, found.found_fen) == (Status.CONSISTENT, 1_000)


def test_the_verdict_depends_only_on_the_months_of_the_look_back_period():
    outside = [month("2023-07", 999), month("2024-08", 999), month("2022", 999)]
    found = compare(wage("50400.00"), tax=answer(*year_of_wages(420_000), *outside))["工资性收入"]
    assert (found.status, found.found_fen) == (Status.CONSISTENT, 5_040_000)


def test_a_declared_income_that_crosses_the_period_is_not_cut():
    crossing = wage("50400.00", **{"from": "2023-01-01", "to": "2023-12-31"})
    found = compare(crossing, tax=answer(*year_of_wages(420_000)))["工资性收入"]
    assert (found.status, found.declared_fen, found.found_fen) == (
        Status.NOT_COMPARABLE,
        None,
        None,
    )


def test_a_contribution_base_is_a_question_and_never_income():
    base = {"status": "active", "contribution_base_fen": 730_000, "employer": "乙公司"}
    found = compare({}, social_insurance=answer(base))["社会保险缴费基数"]
    assert (found.status, found.found_fen) == (Status.AWAITING_EXPLANATION, None)
    assert "不是收入" in found.note
    assert "社会保险缴费基数" not in compare(wage("1.00"), social_insurance=answer(base))
    stopped = answer({**base, "status": "suspended"})
    assert "社会保险缴费基数" not in compare({}, social_insurance=stopped)


@pytest.mark.parametrize(
    ("since", "amount"),
    [
        ("2015-03-10", "36000.00"),
        ("2024-05-20", "9000.00"),
        ("2024-09-01", "0.00"),
    ],
)
def test_a_pension_counts_for_the_months_it_was_drawn(since, amount):
    declared = {
        "incomes": [
            {
                "class": "transfer",
                "kind": "pension",
                "amount": amount,
                "from": "2023-08-01",
                "to": "2024-07-31",
            }
        ]
    }
    found = compare(declared, social_insurance=answer({**PENSION, "benefit_from": since}))
    assert found["养老金(退休金)"].status is Status.CONSISTENT


@pytest.mark.parametrize("more", [{"benefit_from": None}, {"status": "ended"}])
def test_a_benefit_drawn_for_an_unknown_time_is_left_open(more):
    found = compare({}, social_insurance=answer({**PENSION, **more}))["养老金(退休金)"]
    assert (found.status, found.found_fen) == (Status.AWAITING_EXPLANATION, None)


def test_an_unstated_share_is_not_guessed_and_a_home_counts_once():
    home = {"unit_no": "310101-1", "ownership": "joint", "use": "residence", "share": None}
    found = compare(
        {"assets": [{"class": "real_estate", "kind": "residence"}]}, real_estate=answer(home, home)
    )["不动产数量"]
    assert (found.status, found.found_count) == (Status.CONSISTENT, 1)
    assert "不推定份额" in found.note


def test_an_overdraft_does_not_hide_a_deposit():
    found = compare({}, bank=answer({"balance_fen": 500}, {"balance_fen": -500}))["存款余额"]
    assert (found.status, found.found_fen) == (Status.INCONSISTENT, 500)


def test_a_missing_amount_is_no_zero():
    found = compare({}, bank=answer({"balance_fen": 500}, {"balance_fen": None}))["存款余额"]
    assert (found.status, found.found_fen) == (Status.NOT_COMPARABLE, None)


def test_declared_values_are_of_the_class_and_kinds_compared():
    declared = {
        "incomes": [
            {
                "class": "transfer",
                "kind": "pension",
                "amount": "36000.00",
                "from": "2023-08-01",
                "to": "2024-07-31",
            },
            {"class": "transfer", "kind": "donation", "amount": "500.00"},
            {
                "class": "transfer",
                "kind": "pension",
                "amount": "7.00",
                "from": "2022-01-01",
                "to": "2022-12-31",
            },
        ],
        "assets": [
            {"class": "deposit", "kind": "bank", "value": "12.00"},
            {"class": "provident_fund", "value": "9.00"},
        ],
    }
    found = compare(declared, social_insurance=answer(PENSION), bank=answer({"balance_fen": 1_200}))
    assert found["养老金(退休金)"].status is Status.CONSISTENT
    assert found["存款余额"].status is Status.CONSISTENT


def test_a_finding_carries_the_day_the_match_and_who_answered():
    given = answer({"balance_fen": 1}, unit="某银行", match="upgraded")
    found = compare({}, bank=given)["存款余额"]
    assert (found.as_of, found.match, found.member_key) == (date(2024, 7, 31), "upgraded", "zhao")
    assert "某银行" in found.note
    assert (found.item, found.side, found.class_) == ("bank.balance_fen", "assets", "deposit")
