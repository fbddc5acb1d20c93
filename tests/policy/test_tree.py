"""The tree of a computation holds every step once, and leads from each result to what was given."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hedui.faces.cli.policy import policy
from hedui.policy import compute, explained, lock
from hedui.policy.golden import read_cases
from hedui.policy.parameters import read_files
from hedui.policy.programme import programmes
from hedui.policy.tree import Branch, grown
from tests.policy.test_assessment import case, person, wage

HERE = Path(__file__).parent


def branches(tree: list[Branch]) -> Iterator[Branch]:
    for one in tree:
        yield one
        yield from branches(list(one.parts))


def household() -> dict[str, Any]:
    members = [
        person("a", incomes=[wage("50400.00")], assets=[
            {"class": "deposit", "kind": "bank", "value": "30000.00"},
            {"class": "vehicle", "kind": "car", "value": "90000.00"},
        ]),
        person("b", birth_date="2014-06-01", student="compulsory"),
    ]  # fmt: skip
    return case(*members)


def test_every_step_that_matters_stands_in_the_tree_once():
    steps = compute(household()).report()["steps"]
    told = [one.step for one in branches(grown(steps)) if one.step and not one.is_told]
    assert len(told) == len(steps)
    assert {id(step) for step in told} == {id(step) for step in steps}


def test_the_income_leads_down_to_the_wage_that_was_given():
    steps = compute(household()).report()["steps"]
    income = next(one for one in branches(grown(steps)) if one.label == "家庭年计入收入")
    below = list(branches(list(income.parts)))
    assert any("第1条收入" in one.label and one.value == "50400.00元/年" for one in below)


def test_a_parameter_in_the_tree_says_whose_it_is_and_where_it_stands():
    steps = compute(household()).report()["steps"]
    line = next(one for one in branches(grown(steps)) if one.label == "最低生活保障标准")
    assert line.parameter is not None
    assert line.parameter["division"] == "310000"
    assert line.parameter["reference"]


def test_a_label_names_one_quantity_so_that_a_step_is_found_by_it():
    for one in programmes().values():
        labels = [quantity.label for quantity in one.rules.quantities.values()]
        assert sorted(labels) == sorted(set(labels)), one.name


def test_the_family_reads_how_far_its_property_is_from_the_limit_and_what_counts():
    told = "\n".join(explained(compute(household())))
    assert "家庭的货币财产比限额低" in told
    assert "机动车 1 辆" in told


def test_the_family_reads_how_far_what_is_known_lies_from_its_line_in_words_it_knows():
    silent = {"a": {"incomes.property", "assets.security"}}
    poor = household()
    poor["members"][0]["incomes"] = [wage("12000.00")]
    told = "\n".join(explained(compute(poor, silent=silent)))
    assert "距标准线还有" in told and "距限额还有" in told
    assert "离线" not in told
    limit = household()
    limit["members"][0]["assets"][0]["value"] = "88044.00"
    assert "家庭的货币财产与限额正好相等" in "\n".join(explained(compute(limit)))


def test_the_full_trace_is_a_tree_from_the_sum_due_down_to_what_was_given(tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text(json.dumps(household(), default=str), encoding="utf-8")
    asked = ["compute", str(path), "--trace"]
    drawn = CliRunner().invoke(policy, asked).output
    tree = drawn.split("\n\n")[1]
    assert tree.startswith("月最低生活保障金(试算) = 0.00元/月〔《社会救助暂行办法》第十二条〕\n")
    for line in (
        "│  │  ├─ 家庭月人均收入符合最低生活保障标准 = 否〔《社会救助暂行办法》第九条〕",
        "├─ 申报或核到的收入 = 50400.00元/年\n",
        "最低生活保障标准 = 1595.00元/月〔参数,310000 自 2024-07-01 起;",
        "a 2023-08:当月不计入的劳动收入 = 870.00元/月",
        "(见上)",
    ):
        assert line in tree
    told = json.loads(CliRunner().invoke(policy, [*asked, "--json"]).output)
    top = told["tree"][0]
    assert (top["rule"], top["inputs"][0]["rule"]) == ("amount", "qualifies")
    steps = {(step["rule"], step["subject"]) for step in told["trace"]}
    in_tree = set(rules_of(told["tree"]))
    assert in_tree <= steps
    assert {rule for rule, whose in steps if whose == "全家"} <= {rule for rule, _ in in_tree}


def rules_of(tree: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for one in tree:
        if "rule" in one and "above" not in one:
            yield one["rule"], one["subject"]
        yield from rules_of(one.get("inputs", []))


OUTSIDE = {str(one["name"]): one for one in read_cases(HERE / "golden" / "outside.yaml")}


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        (
            "上海 工资恰为最低工资",
            [
                "成员 a 的工资等劳动收入:全年 ¥32,280.00。",
                "成员 a 的劳动收入中有 ¥10,440.00 不计入(依据《上海市社会救助条例》第二十七条)。",
                "按所列数据,各项条件都符合:最低生活保障。",
            ],
        ),
        ("上海 优待抚恤金和奖学金不计", ["成员 a 的优待抚恤金不计入收入"]),
        (
            "上海 支出型,扣除后低于标准",
            [
                "计入的刚性支出全年 ¥150,000.00",
                "收入减去刚性支出后比标准线低 ¥27,420.00。",
                "这条线是 ¥72,000.00;医疗支出比它高 ¥28,000.00。",
            ],
        ),
        (
            "甘肃 基本生活计入刚性支出",
            ["全家一年 ¥160,000.00;家庭收入比它低 ¥60,000.00", "刚性支出比它高 ¥34,000.00"],
        ),
        ("赣州 单人保,本人有一点收入", ["成员 c 可以单独申请低保,按所列数据每月可得 ¥400.00。"]),
        ("深圳 车位算非居住用房", ["房屋 2 处(其中住房 1 处)"]),
        ("沧州 买了六年的车", ["收入条件还不能判断:当地的规定还没有录入,不需要家庭提供材料。"]),
    ],
)
def test_a_family_is_told_what_counted_in_plain_words_and_in_order(name, sentences):
    told = "\n".join(explained(compute(OUTSIDE[name])))
    places = [told.find(one) for one in sentences]
    assert -1 not in places and places == sorted(places), told


def test_a_family_is_told_why_nobody_there_is_tekun():
    son = {"key": "o", "relation": "child", "supports": ["a"], "household_size": 1}
    case = {
        "programme": "tekun",
        "division": "990108",
        "as_of": date(2025, 8, 1),
        "members": [
            {"key": "a", "birth_date": "1950-01-01"},
            {"key": "b", "birth_date": "1980-01-01"},
        ],
        "obligors": [son | {"household_income": "200000.00", "children_of_supported": 1}],
    }
    places = lock.place_parameters().with_more(read_files(HERE / "places", lock.all_declared()))
    told = "\n".join(explained(compute(case, parameters=places)))
    assert "有劳动能力的成员有 1 人,不是特困人员" in told
    assert "有履行能力的义务人有 1 人,不是特困人员" in told


def test_a_family_is_told_once_what_is_open_of_several_members_alike():
    case = {
        "programme": "dibao",
        "division": "310000",
        "as_of": date(2024, 8, 1),
        "members": [
            {
                "key": key,
                "birth_date": "1980-01-01",
                "assets": [{"class": "vehicle", "kind": "car"}],
            }
            for key in ("a", "b")
        ],
    }
    silent = {key: ("assets.deposit",) for key in ("a", "b")}
    told = "\n".join(explained(compute(case, silent=silent)))
    assert "货币财产条件要看:a、b 来源没有说明:财产价值。" in told
    assert "车辆条件要看:a、b 第1项财产:" in told
    assert "财产价值至多" not in told
    assert "不明的条件都符合的话,每月可得 ¥3,190.00。" in told
    assert "按所列数据,每月可得" not in told
    money = told.index("货币财产条件还不能判断")
    assert money < told.index("货币财产条件要看") < told.index("货币财产已知的至少")
    assert told.index("货币财产已知的至少") < told.index("车辆条件还不能判断")
