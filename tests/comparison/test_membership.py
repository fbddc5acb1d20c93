"""Marriages, deaths, schools, bills: shown for a person to look at, and never counted."""

from datetime import date
from typing import Any

import pytest

from hedui.catalogue import expand, sources
from hedui.comparison import (
    Finding,
    SourceAnswer,
    Status,
    compare_member,
    found_lines,
    silent_classes,
)
from hedui.policy import compute
from hedui.values.periods import Period

ON = date(2024, 8, 1)
LOOK_BACK = Period.year_before(ON)


def answer(*rows: dict[str, Any], outcome: str = "FOUND", **more: Any) -> SourceAnswer:
    return SourceAnswer(
        outcome,
        rows=rows,
        **{"as_of": date(2024, 7, 31), "match": "exact", "unit": "登记处"} | more,
    )


def seen(
    declared: dict[str, Any], source: str, given: SourceAnswer, items: Any = None
) -> list[Finding]:
    return compare_member(
        member_key="zhao",
        declared=declared,
        answers={source: given},
        authorized_items=items or (source,),
        look_back=LOOK_BACK,
        as_of=ON,
    )


def statuses(found: list[Finding]) -> dict[str, Status]:
    return {one.label: one.status for one in found}


MARRIED = {"marital_status": "married", "spouse_tail": "002X"}


@pytest.mark.parametrize(
    ("stated", "registered", "status", "said"),
    [
        ("married", "married", Status.CONSISTENT, "申报的与登记处登记的相同:已婚。"),
        ("single", "married", Status.AWAITING_EXPLANATION, "登记的不同,登记的是:已婚。"),
        ("widowed", "divorced", Status.AWAITING_EXPLANATION, "登记的不同,登记的是:离婚。"),
        (None, "married", Status.NOT_COMPARABLE, "申报时没有写明。"),
        ("unknown", "married", Status.NOT_COMPARABLE, "申报时没有写明。"),
    ],
)
def test_a_marriage_is_held_against_what_was_stated(stated, registered, status, said):
    [line] = seen(
        {"marital_status": stated}, "civil_affairs", answer({"marital_status": registered})
    )
    assert (line.status, line.side, line.unit) == (status, "members", "words")
    assert said in line.note
    assert {line.declared_fen, line.found_fen, line.declared_count, line.found_count} == {None}


@pytest.mark.parametrize("given", [answer(outcome="NOT_FOUND"), answer({"cremated_on": None})])
def test_a_register_without_a_record_says_nothing_but_where_one_was_stated(given):
    assert seen({"marital_status": "single"}, "civil_affairs", given) == []
    assert seen({}, "civil_affairs", given) == []
    [line] = seen({"marital_status": "married"}, "civil_affairs", given)
    assert line.status is Status.NOT_FOUND
    assert "没有登记不等于没有" in line.note


def test_a_death_is_a_question_and_no_conclusion():
    [line] = seen({}, "death", answer({"died_on": "2024-03-04"}))
    assert line.status is Status.AWAITING_EXPLANATION
    assert "2024-03-04" in line.note and "可以要求更正" in line.note
    assert seen({}, "death", answer(outcome="NOT_FOUND")) == []


@pytest.mark.parametrize(("held", "lines"), [(True, 1), (False, 0), (None, 0)])
def test_who_is_not_in_custody_has_no_line(held, lines):
    assert len(seen({}, "custody", answer({"in_custody": held}))) == lines


def test_a_residence_and_an_aid_are_shown_and_nobody_need_explain_them():
    found = seen({}, "household_register", answer({"address": "示例路1号", "status": "registered"}))
    assert statuses(found) == {"户籍地址": Status.NOT_COMPARABLE}
    assert "“示例路1号”" in found[0].note
    [aid] = seen({}, "civil_affairs", answer({"aid_type": "dibao", "aid_monthly_fen": 90_000}))
    assert aid.status is Status.NOT_COMPARABLE


def test_a_disability_is_held_by_category_and_grade():
    stated = {"disability": {"category": "limb", "grade": 2}}
    found = seen(stated, "disability", answer({"category": "limb", "grade": "3"}))
    assert statuses(found) == {
        "残疾类别": Status.CONSISTENT,
        "残疾等级": Status.AWAITING_EXPLANATION,
    }
    assert statuses(seen({"disability": None}, "disability", answer(outcome="NOT_FOUND"))) == {}


def test_only_who_is_enrolled_counts_as_a_student():
    left = {"stage": "college", "status": "left"}
    assert statuses(seen({"student": "college"}, "education", answer(left))) == {
        "在读阶段": Status.NOT_FOUND
    }
    enrolled = left | {"status": "enrolled"}
    for stated, status in (
        ("college", Status.CONSISTENT),
        ("none", Status.AWAITING_EXPLANATION),
    ):
        [line] = seen({"student": stated}, "education", answer(enrolled))
        assert line.status is status


def test_without_what_tells_the_rows_apart_it_says_that_it_was_not_asked():
    [line] = seen(
        {"student": "college"}, "education", answer({"stage": "college"}), ["education.stage"]
    )
    assert line.status is Status.NOT_COMPARABLE
    assert "学籍状态" in line.note and "没有查询" in line.note


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (answer(outcome="UNAVAILABLE"), Status.NO_REPLY),
        (answer(outcome="NO_REPLY"), Status.NO_REPLY),
        (answer(outcome="MULTIPLE"), Status.AWAITING_EXPLANATION),
        (answer({"died_on": "2024-03-04"}, match="name_conflict"), Status.AWAITING_EXPLANATION),
    ],
)
def test_an_answer_about_nobody_sure_shows_nothing_of_it(given, status):
    [line] = seen({}, "death", given)
    assert line.status is status
    assert "2024-03-04" not in line.note


def test_words_of_a_register_are_no_pattern():
    [line] = seen({}, "household_register", answer({"address": "{unit}{0}%s"}))
    assert "{unit}{0}%s" in line.note


def test_a_bill_is_shown_and_nobody_need_explain_it():
    bills = [{"service": "water", "monthly_fen": 3_000}, {"service": "gas", "monthly_fen": 0}]
    [line] = seen({}, "utilities", answer(*bills))
    assert (line.status, line.unit) == (Status.NOT_COMPARABLE, "words")
    assert "30.00 元" in line.note and "没有计入" in line.note
    assert seen({}, "utilities", answer(outcome="NOT_FOUND")) == []


def test_what_was_paid_for_illness_is_compared_with_the_expenses_declared():
    paid = {"period": "2024-05", "self_paid_fen": 120_000}
    stated = {
        "expenses": [
            {"kind": "medical", "amount": "1200.00", "from": "2023-08-01", "to": "2024-07-31"},
            {"kind": "rent", "amount": "9000.00", "from": "2023-08-01", "to": "2024-07-31"},
        ]
    }
    [line] = seen(stated, "medical", answer(paid))
    assert (line.status, line.declared_fen, line.found_fen) == (Status.CONSISTENT, 120_000, 120_000)
    assert "扣税" not in line.note
    [other] = seen({}, "medical", answer(paid))
    assert (other.status, other.declared_fen) == (Status.INCONSISTENT, 0)


NO_FIGURES = {
    "household_register": {"status": "cancelled_death", "address": "x", "split_on": "2024-01-01"},
    "civil_affairs": {"marital_status": "married", "aid_type": "dibao", "aid_monthly_fen": 90_000},
    "disability": {"category": "limb", "grade": "1"},
    "medical": {"period": "2024-05", "self_paid_fen": 900_000, "serious_illness": True},
    "education": {"stage": "college", "status": "enrolled", "fee_yearly_fen": 500_000},
    "death": {"died_on": "2024-01-01"},
    "custody": {"in_custody": True},
    "utilities": {"service": "water", "monthly_fen": 90_000},
    "agriculture": {"record_type": "public_payroll", "period": "2024-05", "amount_fen": 500_000},
}


@pytest.mark.parametrize("source", NO_FIGURES)
def test_what_is_no_figure_is_no_line_of_a_case(source):
    lines = found_lines({source: answer(NO_FIGURES[source])}, LOOK_BACK)
    assert lines == {"incomes": [], "assets": []}


def test_the_figures_of_the_further_sources_become_lines_that_the_rules_read():
    given = {
        "business_registration": answer(
            {"usc_code": "1", "entity_type": "company", "role": "shareholder", "status": "revoked"},
            {"usc_code": "2", "entity_type": "sole_trader", "role": "owner", "status": "cancelled"},
        ),
        "online_finance": answer({"product": "payment", "balance_fen": 1_000}),
        "agriculture": answer(
            {"record_type": "grain", "period": "2024-05", "amount_fen": 50_000},
            {"record_type": "land_rent", "period": "2023-12", "amount_fen": 70_000},
            {"record_type": "grain", "period": "2020-05", "amount_fen": 99_000},
        ),
        "veterans": answer(
            {
                "category": "fixed_subsidy",
                "benefit_monthly_fen": 60_000,
                "benefit_from": "2024-06-01",
                "status": "active",
            }
        ),
    }
    lines = found_lines(given, LOOK_BACK)
    incomes = [(one["class"], one["kind"], one["amount"]) for one in lines["incomes"]]
    assert incomes == [
        ("transfer", "agricultural_subsidy", "500.00"),
        ("property", "land_transfer", "700.00"),
        ("transfer", "preferential_treatment", "1200.00"),
    ]
    assets = [(one["class"], one["kind"]) for one in lines["assets"]]
    assert assets == [("business", "company"), ("deposit", "payment_account")]
    case = {
        "programme": "dibao",
        "division": "310101",
        "as_of": ON.isoformat(),
        "members": [{"key": "a", "relation": "self", "birth_date": "1984-03-01", **lines}],
    }
    assert compute(case, basis="found").report()["tests"]["business"] in ("fail", "unknown")
    silent = silent_classes(given, LOOK_BACK, expected=given, as_of=ON)
    assert silent == set()


@pytest.mark.parametrize(
    ("source", "row", "class_"),
    [
        ("business_registration", {"usc_code": "1", "role": "owner"}, "assets.business"),
        ("agriculture", {"record_type": "grain", "period": "2024"}, "incomes.transfer"),
        ("veterans", {"category": "retirement_pay", "benefit_monthly_fen": 5}, "incomes.transfer"),
        (
            "veterans",
            {
                "category": "old_soldier",
                "benefit_monthly_fen": 5,
                "benefit_from": "2020-01-01",
                "status": "ended",
            },
            "incomes.transfer",
        ),
    ],
)
def test_a_row_that_cannot_be_read_leaves_its_class_unknown(source, row, class_):
    given = {source: answer(row)}
    assert class_ in silent_classes(given, LOOK_BACK, expected=given, as_of=ON)


def test_an_answer_older_than_was_agreed_proves_no_absence():
    for rows, age, classes in (
        ([{"balance_fen": 5, "account_type": "current"}], 0, frozenset()),
        ([], 1, frozenset()),
        ([], 0, {"assets.deposit"}),
    ):
        given = {"bank": answer(*rows, max_age_days=age)}
        assert silent_classes(given, LOOK_BACK, expected=given, as_of=ON) == classes


@pytest.mark.parametrize("left_out", ["tax.income_type", "tax.period", "tax.amount_fen"])
def test_what_was_not_asked_is_not_taken_for_none(left_out):
    asked = frozenset(expand(["tax"])) - {left_out}
    row = {"income_type": "wage", "period": "2024-05", "amount_fen": 5, "tax_fen": 0}
    del row[left_out.removeprefix("tax.")]
    given = {"tax": answer(row, items=asked)}
    unknown = silent_classes(given, LOOK_BACK, expected=given, as_of=ON)
    assert {one.against.class_name for one in sources()["tax"].binding} <= unknown


def test_each_business_is_told_apart_and_so_is_each_role_in_it():
    one = {"entity_type": "company", "status": "active"}
    rows = [
        one | {"usc_code": "1", "role": "shareholder"},
        one | {"usc_code": "1", "role": "legal_representative"},
        one | {"role": "shareholder"},
        one | {"role": "shareholder"},
    ]
    lines = found_lines({"business_registration": answer(*rows)}, LOOK_BACK)["assets"]
    roles = [line["role"] for line in lines]
    assert roles == ["shareholder", "legal_representative", "shareholder", "shareholder"]
