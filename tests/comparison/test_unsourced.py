"""What is declared and no source can speak about stands in the report all the same."""

from datetime import date

from hedui.comparison import Status, unsourced
from hedui.values.periods import Period

YEAR = Period(date(2023, 7, 1), date(2024, 6, 30))
SIX = ("social_insurance", "vehicle", "real_estate", "tax", "bank", "provident_fund")
WITHIN = {"from": "2023-07-01", "to": "2024-06-30"}


def found(incomes=(), assets=()):
    declared = {"incomes": list(incomes), "assets": list(assets)}
    return unsourced(member_key="a", declared=declared, expected=SIX, look_back=YEAR)


def income(class_, kind, amount, **when):
    return {"class": class_, "kind": kind, "amount": amount} | (when or WITHIN)


def test_maintenance_from_a_child_has_nobody_to_ask():
    (line,) = found([income("transfer", "maintenance_received", "1200.00")])
    assert (line.source, line.item) == ("", "incomes.transfer.maintenance_received")
    assert (line.status, line.declared_fen, line.found_fen) == (Status.NOT_FOUND, 120_000, None)
    assert "没有可以查询这一项的部门" in line.note


def test_lines_of_one_kind_are_one_finding():
    (line,) = found(
        [
            income("transfer", "maintenance_received", "1200.00"),
            income("transfer", "maintenance_received", "0.01"),
        ]
    )
    assert line.declared_fen == 120_001


def test_a_debt_owed_to_the_household_has_nobody_to_ask():
    (line,) = found(assets=[{"class": "debt_claim", "value": "5000.00"}])
    assert (line.item, line.declared_fen) == ("assets.debt_claim", 500_000)


def test_a_company_is_counted_not_valued():
    (line,) = found(assets=[{"class": "business", "kind": "company"}])
    assert (line.unit, line.declared_count, line.declared_fen) == ("count", 1, None)


def test_what_a_source_speaks_about_is_left_to_the_comparison():
    assert not found(
        [income("wage", "salary", "100.00"), income("transfer", "pension", "100.00")],
        [{"class": "deposit", "kind": "bank", "value": "1.00"}, {"class": "vehicle"}],
    )


def test_nothing_and_what_lies_outside_the_year_say_nothing():
    past = {"from": "2020-01-01", "to": "2020-12-31"}
    assert not found(
        [
            income("transfer", "maintenance_received", "0.00"),
            income("transfer", "maintenance_received", "9.00", **past),
        ]
    )


def test_what_lies_partly_in_the_year_is_not_cut():
    across = {"from": "2023-01-01", "to": "2023-12-31"}
    (line,) = found([income("transfer", "maintenance_received", "9.00", **across)])
    assert (line.status, line.declared_fen) == (Status.NOT_COMPARABLE, None)
