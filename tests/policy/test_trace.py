"""The trace is read by people: Chinese words for codes, and nothing told twice."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from hedui.policy import compute, explained
from hedui.policy.facts import FACTS
from hedui.policy.kinds import ASSET_KINDS, EXPENSE_KINDS, INCOME_KINDS, STAGES
from hedui.policy.lock import all_declared, place_parameters
from hedui.policy.parameters import ParameterError, read_declared, read_files
from hedui.policy.trace import Step, value_text
from hedui.policy.vocabulary import vocabulary, word
from tests.policy.test_assessment import FAMILY, case, person, wage


def told(step: Step) -> dict[str, str]:
    return {given["label"]: given["value"] for given in step.report()["inputs"]}


def step_of(steps: tuple[Step, ...], rule: str, subject: str = "全家") -> Step:
    return next(step for step in steps if (step.rule, step.subject) == (rule, subject))


def test_every_code_a_case_or_a_parameter_may_use_has_a_word():
    words = vocabulary()
    assert set(words["stages"]) == set(STAGES)
    assert set(words["income_classes"]) == set(INCOME_KINDS)
    assert set(words["income_kinds"]) == {k for kinds in INCOME_KINDS.values() for k in kinds}
    assert set(words["expense_kinds"]) == set(EXPENSE_KINDS)
    assert set(words["asset_classes"]) == set(ASSET_KINDS)
    kinds = {kind for class_, known in ASSET_KINDS.items() for kind in known or (class_,)}
    assert set(words["asset_kinds"]) == kinds
    assert all(q.words in words for q in FACTS if q.unit == "text")
    assert all(d.words in words for d in all_declared().values() if d.unit in ("text", "kinds"))


def test_no_step_shows_a_code():
    pupil = person("c", birth_date="2014-06-01", student="compulsory")
    result = compute(case(person("a", incomes=[wage("50400.00")]), pupil))
    steps = {(s.rule, s.subject): told(s) for s in result.trace}
    stages = steps["is_pupil", "c"]
    assert stages["在读阶段"] == "义务教育"
    assert stages["视同未成年人的在读阶段"] == "义务教育、高中(中职)、本专科"
    assert steps["financial_cap", "全家"]["货币财产限额的算法"] == "各成员限额之和"
    for (rule, _), inputs in steps.items():
        codes = [text for text in inputs.values() if any("a" <= c <= "z" for c in text)]
        assert (rule, codes) == (rule, [])


def test_a_parameter_written_in_a_code_without_a_word_is_refused(tmp_path):
    folder = tmp_path / "000000-nation" / "property"
    folder.mkdir(parents=True)
    (folder / "financial_cap_method.yaml").write_text(
        'values:\n  2024-07-01: {value: flatt, reference: "649", seen: text}\n',
        encoding="utf-8",
    )
    with pytest.raises(ParameterError, match="flatt"):
        read_files(tmp_path, all_declared())
    with pytest.raises(ParameterError, match="method"):
        read_declared({"method": {"label": "算法", "unit": "text", "words": "no_such_group"}})


def test_twelve_equal_months_are_told_once_and_can_still_be_added_up():
    disregard = step_of(compute(FAMILY).trace, "labour_disregard_annual", "a")
    assert told(disregard) == {"a 2023-08至2024-07(12项):当月不计入的劳动收入": "各870.00元/月"}


def test_equal_sums_of_two_members_and_unequal_sums_of_one_stay_apart():
    lines = [
        {"class": "deposit", "kind": "bank", "value": value}
        for value in ("10.00", "10.00", "0.00", "10.00", "7.00")
    ]
    household = case(person("a", assets=lines), person("b", assets=lines[:1]))
    assets = step_of(compute(household).trace, "financial_assets")
    assert told(assets) == {
        "a 第1项财产至第2项财产(2项):计入货币财产的价值": "各10.00元",
        "a 第4项财产:计入货币财产的价值": "10.00元",
        "a 第5项财产:计入货币财产的价值": "7.00元",
        "b 第1项财产:计入货币财产的价值": "10.00元",
    }
    complete = step_of(compute(household).trace, "income_complete")
    assert told(complete) == {"数额不明的赡养(抚养、扶养)义务数": "0"}  # no summand
    limits = step_of(compute(household).trace, "sum_of_personal_limits")
    assert [given["label"] for given in limits.report()["inputs"]] == [
        "a:本人货币财产限额",
        "b:本人货币财产限额",
    ]


def test_what_is_unknown_twice_is_not_said_to_be_so_much_each():
    household = compute(case(person()), silent={"a": {"assets.deposit", "assets.security"}})
    assert told(step_of(household.trace, "financial_assets")) == {
        "a 来源没有说明(2项):计入货币财产的价值": "不明"
    }


@pytest.mark.parametrize(
    ("area", "text"),
    [
        (Fraction(143, 2), "71.5平方米"),
        (Fraction(60), "60平方米"),
        (Fraction(3, 100), "0.03平方米"),
        (Fraction(100, 3), "约33.33平方米"),
        (Fraction(200, 3), "约66.67平方米"),
    ],
)
def test_an_area_is_told_in_square_metres_and_never_as_a_fraction(area, text):
    assert value_text(area, "area") == text


def test_a_code_of_no_group_is_left_as_it_is():
    assert word("other", "income_kinds") == "其他转移性收入"
    assert word("M", "") == "M" and value_text("M", "text") == "M"


def test_each_doubt_about_the_grounds_is_one_sentence_that_names_all_parameters():
    late = compute(
        case(person(assets=[{"class": "vehicle", "kind": "car"}]), as_of=date(2026, 11, 1)),
        silent={"a": {"assets.business", "incomes.wage"}},
    )
    doubts = [note for note in late.notes if note.startswith("依据待核")]
    assert len(doubts) == 5
    assert any("basic_pension_excluded.yaml:" in note for note in doubts)
    (due,) = (note for note in doubts if "2025-06-30" in note)
    for label in ("最低生活保障标准", "每人货币财产限额", "企业职工月最低工资标准"):
        assert due.count(f"“{label}”") == 1
    assert "“企业职工月最低工资标准”自 2023-07-01 起执行" in due
    assert due.count("自 2024-07-01 起执行") == 1
    assert any("“允许的市场主体登记数”未收录" in note for note in doubts)


def test_silent_members_are_named_in_one_sentence():
    quiet = compute(FAMILY, silent={"a": {"assets.deposit"}, "c": {"assets.deposit"}, "b": ()})
    assert [note for note in quiet.notes if "未反馈" in note] == [
        "成员 a、c:有的项目来源未反馈、未获授权、没有查到所申报的内容,"
        "或者没有可查的来源,按“不明”处理。"
    ]


def test_less_than_a_fen_from_the_line_is_told_as_that_and_never_as_on_it():
    half = {"class": "wage", "kind": "salary", "amount": "9599.99"}
    one = {"key": "a", "birth_date": "1980-01-01", "employed": True}
    asked = {
        "programme": "dibao",
        "division": "152200",  # 就业成本 a tenth of the wage
        "as_of": date(2025, 8, 1),
        "members": [{**one, "incomes": [half]}],
    }
    steps = {step.rule: step for step in compute(asked).trace}
    assert value_text(steps["work_cost"].value, "fen_annual") == "约960.00元/年"
    assert "成员 a 的就业成本:全年减去 约¥960.00" in "".join(explained(compute(asked)))
    place = Path(__file__).parent / "places"
    files = place_parameters().with_more(read_files(place, all_declared()))
    casual = {"class": "wage", "kind": "labour_service", "amount": "19199.99"}
    asked |= {"division": "990107", "members": [{**one, "incomes": [casual]}]}
    told = "".join(explained(compute(asked, parameters=files)))
    assert "全年 约¥9,600.00" in told and "全家一年 ¥9,600.00;家庭收入比它低 不到一分钱" in told
