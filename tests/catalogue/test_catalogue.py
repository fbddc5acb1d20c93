from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hedui.catalogue import (
    CatalogueError,
    ItemValueError,
    expand,
    from_cell,
    item,
    sources,
)
from hedui.catalogue.loading import read_source

AS_PUBLISHED = {
    "social_insurance": "insurance_type employer contribution_base_fen months_paid status"
    " benefit_type benefit_monthly_fen benefit_from",
    "commercial_insurance": "insurer product_type role cash_value_fen benefit_paid_fen",
    "vehicle": "plate_class vehicle_class brand use registered_on status purchase_price_fen",
    "real_estate": "unit_no ownership share use floor_area registered_on encumbered",
    "tax": "income_type period amount_fen tax_fen payer",
    "bank": "bank account_type account_tail balance_fen outflow_6m_fen",
    "securities": "market_value_fen cash_fen",
    "provident_fund": "employer contribution_base_fen monthly_fen balance_fen status",
}


def test_it_has_exactly_the_published_sources_and_items_in_their_order():
    assert {name: " ".join(source.items) for name, source in sources().items()} == AS_PUBLISHED
    assert list(sources()) == list(AS_PUBLISHED)


def test_whatever_ends_in_fen_is_money_and_nothing_else_is():
    for source in sources().values():
        for each in source.items.values():
            assert each.name.endswith("_fen") == (each.type == "fen")


def test_every_source_says_what_it_is_never_asked_and_how_old_it_may_be():
    for source in sources().values():
        assert source.never_ask
        assert 0 < source.max_age_days <= 366


def test_a_contribution_base_is_a_hint_and_never_income():
    for source in sources().values():
        for comparison in source.comparisons:
            if comparison.item == "contribution_base_fen":
                assert comparison.measure == "hint"


def test_every_income_type_is_compared_once():
    compared = [code for each in sources()["tax"].comparisons for code in each.where["income_type"]]
    assert sorted(compared) == sorted(sources()["tax"].items["income_type"].values)


def test_it_expands_a_source_to_all_its_items_sorted():
    assert expand(["bank.balance_fen", "securities", "securities.cash_fen"]) == (
        "bank.balance_fen",
        "securities.cash_fen",
        "securities.market_value_fen",
    )


@given(st.sets(st.sampled_from([*sources(), *expand(sources())])))
def test_expanding_twice_changes_nothing(names):
    assert expand(expand(names)) == expand(names)


@pytest.mark.parametrize("name", ["bank.balance", "banks", "", ".", "bank.", "bank.bank.bank", "*"])
def test_it_refuses_a_name_it_does_not_know_and_says_which(name):
    with pytest.raises(CatalogueError, match=repr(name).replace(".", r"\.").replace("*", r"\*")):
        expand([name])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bank.balance_fen", 0),
        ("bank.balance_fen", -1),
        ("bank.balance_fen", 10**15 - 1),
        ("bank.account_tail", "0123"),
        ("bank.account_type", None),
        ("vehicle.registered_on", "2017-05-01"),
        ("tax.period", "2024-05"),
        ("tax.period", "2024"),
        ("real_estate.share", "1"),
        ("real_estate.share", "0.5"),
        ("real_estate.share", "1/3"),
        ("real_estate.floor_area", "60.35"),
        ("real_estate.encumbered", False),
        ("social_insurance.months_paid", 120),
    ],
)
def test_it_takes_a_value_of_the_right_kind(name, value):
    assert item(name).check(value) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bank.balance_fen", None),
        ("bank.balance_fen", 1.0),
        ("bank.balance_fen", "1"),
        ("bank.balance_fen", True),
        ("bank.balance_fen", 10**15),
        ("provident_fund.balance_fen", -1),
        ("bank.account_tail", "62220212345678"),
        ("bank.account_type", "unknown"),
        ("bank.account_type", "活期"),
        ("bank.bank", "a\nb"),
        ("bank.bank", "a\u202eb"),
        ("bank.bank", ""),
        ("vehicle.registered_on", "2017-5-1"),
        ("vehicle.registered_on", "2017-02-29"),
        ("vehicle.registered_on", "２０１７-05-01"),
        ("vehicle.registered_on", date(2017, 5, 1)),
        ("tax.period", "2024-13"),
        ("tax.period", "2024-05-01"),
        ("tax.period", 2024),
        ("real_estate.share", "0"),
        ("real_estate.share", "0.0"),
        ("real_estate.share", "1.01"),
        ("real_estate.share", "3/2"),
        ("real_estate.share", "1/0"),
        ("real_estate.floor_area", "1e3"),
        ("real_estate.floor_area", 60),
        ("real_estate.encumbered", 1),
        ("social_insurance.months_paid", -1),
        ("social_insurance.months_paid", 1.0),
    ],
)
def test_it_refuses_any_other_value(name, value):
    with pytest.raises(ItemValueError, match=name):
        item(name).check(value)


def test_an_error_names_the_item_and_never_the_value():
    with pytest.raises(ItemValueError) as refused:
        item("bank.account_tail").check("62220212345678")
    assert "62220212345678" not in str(refused.value)
    with pytest.raises(ItemValueError) as refused:
        from_cell(item("bank.account_type"), "赌博账户")
    assert "赌博账户" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("bank.balance_fen", " 3000000 ", 3000000),
        ("bank.balance_fen", 3000000, 3000000),
        ("bank.account_tail", 1234, "1234"),
        ("bank.account_type", "定期存款", "time"),
        ("bank.account_type", "time", "time"),
        ("bank.outflow_6m_fen", "", None),
        ("vehicle.registered_on", "20170501", "2017-05-01"),
        ("vehicle.registered_on", "2017/05/01", "2017-05-01"),
        ("vehicle.registered_on", date(2017, 5, 1), "2017-05-01"),
        ("vehicle.registered_on", datetime(2017, 5, 1, 12, tzinfo=UTC), "2017-05-01"),
        ("tax.period", "202405", "2024-05"),
        ("tax.period", 2024, "2024"),
        ("real_estate.share", 0.5, "0.5"),
        ("real_estate.share", 1.0, "1"),
        ("real_estate.floor_area", Decimal("60.350"), "60.35"),
        ("real_estate.floor_area", 100, "100"),
        ("real_estate.encumbered", "是", True),
        ("real_estate.encumbered", 0, False),
    ],
)
def test_it_reads_a_cell_as_departments_write_it(name, cell, value):
    assert from_cell(item(name), cell) == value


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("bank.balance_fen", ""),
        ("bank.balance_fen", "30,000.00"),
        ("bank.balance_fen", "30000.00"),
        ("bank.balance_fen", 30000.0),
        ("bank.balance_fen", "３０００"),
        ("bank.balance_fen", "3万"),
        ("bank.balance_fen", "1" * 30),
        ("bank.account_type", "虚拟货币"),
        ("tax.period", "24年5月"),
        ("real_estate.encumbered", "maybe"),
        ("real_estate.share", "nan"),
        ("real_estate.share", float("nan")),
    ],
)
def test_it_does_not_guess_at_a_cell(name, cell):
    with pytest.raises(ItemValueError):
        from_cell(item(name), cell)


@given(st.sampled_from(expand(sources())), st.text() | st.integers() | st.floats() | st.binary())
def test_a_cell_becomes_a_value_of_its_item_or_an_error(name, cell):
    try:
        value = from_cell(item(name), cell)
    except ItemValueError:
        return
    assert item(name).check(value) == value
    assert not isinstance(value, float)


SMALL = """
label: 示例
rank: 1
unit: 示例单位
max_age_days: 31
items:
  kind: {label: 种类, type: enum, values: {a: [甲], b: [乙]}}
  amount_fen: {label: 金额, type: fen}
never_ask: [其他]
comparisons:
  - {item: amount_fen, measure: sum, where: {kind: [a]}, against: {side: assets, class: deposit},
     label: 金额}
"""


def test_a_new_source_is_one_file():
    source = read_source("example", yaml.safe_load(SMALL))
    assert source.items["kind"].written == {"a": "a", "甲": "a", "b": "b", "乙": "b"}
    assert source.decisive == {"kind", "amount_fen"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("unit: 示例单位", ""),
        ("rank: 1", "rank: 1\ncolour: red"),
        ("type: fen", "type: float"),
        ("type: fen", "type: fen, unit: yuan"),
        ("values: {a: [甲], b: [乙]}", "values: {a: [甲], b: [甲]}"),
        (", values: {a: [甲], b: [乙]}", ""),
        ("type: fen", "type: fen, values: {a: [甲]}"),
        ("item: amount_fen", "item: amount"),
        ("measure: sum", "measure: average"),
        ("where: {kind: [a]}", "where: {kind: [c]}"),
        ("where: {kind: [a]}", "unless: {sort: [a]}"),
        ("class: deposit", "class: deposit, sort: bank"),
        ("never_ask: [其他]", "never_ask: [其他]\ndated_by: kind"),
    ],
)
def test_a_source_with_a_slip_is_refused(before, after):
    assert before in SMALL
    with pytest.raises(CatalogueError):
        read_source("example", yaml.safe_load(SMALL.replace(before, after)))
