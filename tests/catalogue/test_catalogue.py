import json
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedui.catalogue import (
    PROGRAMMES,
    CatalogueError,
    ItemValueError,
    expand,
    from_cell,
    item,
    sources,
)
from hedui.catalogue.loading import read_source
from hedui.catalogue.reading import Page
from hedui.policy.programme import programmes
from hedui.values.money import MAX_FEN

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
TWELVE_MORE = [
    "household_register",
    "civil_affairs",
    "business_registration",
    "online_finance",
    "disability",
    "medical",
    "education",
    "agriculture",
    "veterans",
    "death",
    "custody",
    "utilities",
]


def test_it_has_the_published_sources_and_items_in_their_order_and_twelve_more_after_them():
    items = {name: " ".join(source.items) for name, source in sources().items()}
    assert {name: items[name] for name in AS_PUBLISHED} == AS_PUBLISHED
    assert list(sources()) == [*AS_PUBLISHED, *TWELVE_MORE]


def test_each_programme_is_called_as_the_rules_call_it():
    told = json.loads(files("hedui.catalogue").joinpath("source.schema.json").read_text("utf-8"))
    assert sorted(PROGRAMMES) == sorted(told["properties"]["programmes"]["items"]["enum"])
    for name, programme in programmes().items():
        assert PROGRAMMES[name] == programme.label


def test_whatever_ends_in_fen_is_money_and_nothing_else_is():
    for source in sources().values():
        for each in source.items.values():
            assert each.name.endswith("_fen") == (each.type == "fen")


def test_every_source_says_what_it_is_never_asked_and_how_old_it_may_be():
    for source in sources().values():
        assert source.never_ask and source.traps and source.levels
        assert 0 < source.lag_days < source.max_age_days <= 366


def test_a_programme_asks_what_needs_it_and_nothing_else():
    for name, programme in programmes().items():
        if programme.form.text:
            asked = {item.partition(".")[0] for item in programme.allowed}
            assert asked == {one.name for one in sources().values() if name in one.programmes}
        assert not set(programme.may_ask) & set(programme.may_also_ask)


def test_what_is_no_figure_counts_as_no_income_and_no_property():
    """A death, a marriage, an address, a utility bill: shown to a person, never summed."""
    for source in sources().values():
        for comparison in source.comparisons:
            if comparison.against.side in ("members", "expenses"):
                assert comparison not in source.binding
            if comparison.measure in ("hint", "membership"):
                assert not comparison.is_figure and comparison not in source.binding
    for name in ("household_register", "civil_affairs", "death", "custody", "disability"):
        assert sources()[name].binding == ()
        assert {each.measure for each in sources()[name].comparisons} == {"membership"}


def test_what_is_agreed_upon_is_something_that_is_registered():
    for source in sources().values():
        for comparison in source.comparisons:
            values = source.items[comparison.item].values
            for codes in comparison.agrees.values():
                assert set(codes) <= (values.keys() or {"true"})


def test_preferential_treatment_is_told_by_its_code_and_not_by_who_pays():
    by_kind = {c.against.kinds: c.where["category"] for c in sources()["veterans"].comparisons}
    assert by_kind["pension",] == ("retirement_pay",)
    codes = {code for codes in by_kind.values() for code in codes}
    assert codes == set(sources()["veterans"].items["category"].values)


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
        ("bank.balance_fen", MAX_FEN),
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
        ("bank.balance_fen", MAX_FEN + 1),
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


SMALL = """\
label: 示例
rank: 1
unit: 示例单位
levels: [county]
lag_days: 3
max_age_days: 31
programmes: [dibao]
items:
  kind: {label: 种类, type: enum, values: {a: [甲], b: [乙]}}
  amount_fen: {label: 金额, type: fen, sensitive: financial}
never_ask: [其他]
traps: [滞后]
comparisons:
  - {item: amount_fen, measure: sum, where: {kind: [a]}, against: {side: assets, class: deposit},
     label: 金额}
  - {item: kind, measure: membership, against: {side: members, class: residence}, label: 种类}
"""


def read(text):
    return read_source(Page("example", text))


def test_a_new_source_is_one_file():
    source = read(SMALL)
    assert source.items["kind"].written == {"a": "a", "甲": "a", "b": "b", "乙": "b"}
    assert source.items["amount_fen"].sensitive and not source.items["kind"].sensitive
    assert source.decisive == {"kind", "amount_fen"}


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ("unit: 示例单位", "", 1, "缺少“unit”;请补上"),
        ("rank: 1", "rank: 1\ncolour: red", 3, "不认识的键“colour”;请删去"),
        ("type: fen,", "type: float,", 10, "没有这种写法;可以写 text、integer"),
        ("type: fen,", "type: fen, unit: yuan,", 10, "不认识的键“unit”"),
        ("sensitive: financial", "sensitive: true", 10, "没有这种写法;可以写 financial、health"),
        ("values: {a: [甲], b: [乙]}", "values: {a: [甲], b: [甲]}", 9, "同一写法对应两个代码"),
        (", values: {a: [甲], b: [乙]}", "", 9, "kind 的 values 与 type 不合"),
        ("type: fen,", "type: fen, values: {a: [甲]},", 10, "amount_fen 的 values 与 type 不合"),
        ("item: amount_fen", "item: amount", 14, "没有查询项“amount”;请写 items 中的一项"),
        ("measure: sum", "measure: average", 14, "没有这种写法;可以写 sum"),
        ("where: {kind: [a]}", "where: {kind: [c]}", 14, "条件“kind”用了不存在的查询项或代码"),
        ("where: {kind: [a]}", "unless: {sort: [a]}", 14, "条件“sort”用了不存在的查询项或代码"),
        ("class: deposit", "class: deposit, sort: bank", 14, "不认识的键“sort”"),
        ("traps: [滞后]", "traps: [滞后]\ndated_by: kind", 13, "没有 month 类型的查询项“kind”"),
        ("lag_days: 3", "lag_days: soon", 5, "写法不对;这里应写整数"),
        ("lag_days: 3", "lag_days: 900", 5, "数字超出范围;最大为 366"),
        ("levels: [county]", "levels: []", 4, "不能为空;请至少写一项"),
        ("levels: [county]", "levels: [village]", 4, "没有这种写法;可以写 company、county"),
        ("programmes: [dibao]", "programmes: [lottery]", 7, "没有这种写法"),
        ("  kind: {", "  Kind: {", 8, "名称的写法不对;名称只用小写字母"),
        ("rank: 1", "rank: 1\nrank: 2", 2, "“rank”写了两次;同一层的键只能写一次"),
        ("rank: 1", "rank: [1", 3, "不是合格的 YAML;请检查缩进"),
        ("side: assets", "side: members", 14, "金额比不了成员情况;请写 membership 或 hint"),
        ("side: members", "side: incomes", 16, "成员情况比不了金额;side 请写 members"),
        (
            "measure: sum",
            "measure: sum, question: true",
            14,
            "agrees、question 只用于成员情况;请删去",
        ),
    ],
)
def test_a_slip_is_told_with_file_line_and_remedy(before, after, line, said):
    assert before in SMALL
    with pytest.raises(CatalogueError) as told:
        read(SMALL.replace(before, after, 1))
    assert str(told.value).startswith(f"example.yaml 第 {line} 行:")
    assert said in str(told.value)
    assert str(told.value).endswith("。")


@pytest.mark.parametrize("text", ["", "- a", "a"])
def test_a_file_that_is_no_mapping_is_refused(text):
    with pytest.raises(CatalogueError, match=r"example\.yaml 第 1 行"):
        read(text)


def test_the_schema_stands_above_every_source_for_an_editor():
    for path in files("hedui.catalogue").joinpath("sources").iterdir():
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first == "# yaml-language-server: $schema=../source.schema.json"
