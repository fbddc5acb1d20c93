"""What an assessment says, what it keeps open, and where its numbers come from."""

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from hedui.policy import compute, known_programmes, programme
from hedui.policy.facts import ALL
from hedui.policy.kinds import ASSET_KINDS, INCOME_KINDS
from hedui.policy.lock import all_declared, place_parameters
from hedui.policy.parameters import read_files


def case(*members: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "programme": "dibao",
        "division": "310101",
        "as_of": date(2024, 8, 1),
        "members": list(members),
        **more,
    }


def wage(amount: str, **more: Any) -> dict[str, Any]:
    return {
        "class": "wage",
        "kind": "salary",
        "amount": amount,
        "from": "2023-08-01",
        "to": "2024-07-31",
        **more,
    }


def person(key: str = "a", **more: Any) -> dict[str, Any]:
    return {"key": key, "birth_date": "1984-03-01", **more}


FAMILY = case(
    person("a", incomes=[wage("50400.00")]), person("b"), person("c", birth_date="2014-06-01")
)


def test_where_nobody_was_asked_what_is_spent_or_who_maintains_the_test_is_unknown():
    spends = person(expenses=[{"kind": "medical", "amount": "5.00"}])
    for name, untold, told in (
        ("rigid_expenditure", person(), ["expenditure"]),
        ("rigid_expenditure", spends, []),  # what is known is enough: nothing is left to live on
        ("tekun", person(birth_date="1940-01-01"), []),
    ):
        asked = case(untold, programme=name)
        silent = {ALL: {"expenses", "obligors"}}
        result = compute(asked, silent=silent)
        assert [test for test, said in result.tests.items() if said == "unknown"] == told
        assert ("tekun" in result.possible) == (name == "tekun")
        assert "tekun" not in result.categories
        assert ("tekun" in compute(asked).categories) == (name == "tekun")
    assert result.inputs["silent"] == [{"key": ALL, "of": ["expenses", "obligors"]}]


@pytest.mark.parametrize(
    ("silent", "test"),
    [
        ("incomes.wage", "income"),
        ("incomes.transfer", "income"),
        ("assets.deposit", "financial_assets"),
        ("assets.vehicle", "vehicle"),
        ("assets.real_estate", "real_estate"),
        ("assets.business", "business"),
    ],
)
def test_a_silent_source_makes_its_test_unknown_and_no_other(silent, test):
    result = compute(FAMILY, basis="found", silent={"b": {silent}})
    unknown = {name for name, outcome in result.tests.items() if outcome == "unknown"}
    assert unknown == {test}
    assert (result.categories, result.possible) == ((), ("dibao",))
    assert any("未反馈" in note for note in result.notes)


def test_silence_on_a_class_that_counts_for_nothing_changes_nothing():
    result = compute(FAMILY, silent={"b": {"assets.provident_fund"}})
    assert result.categories == ("dibao",)


def test_every_class_can_be_silent():
    for side, classes in (("incomes", INCOME_KINDS), ("assets", ASSET_KINDS)):
        for class_ in classes:
            compute(FAMILY, silent={"a": {f"{side}.{class_}"}})


def test_a_failed_test_stays_failed_while_another_is_unknown():
    rich = case(person(assets=[{"class": "deposit", "value": "900000.00"}]))
    result = compute(rich, silent={"a": {"assets.vehicle"}})
    assert result.tests["financial_assets"] == "fail"
    assert (result.possible, result.amount_fen) == ((), 0)


def test_the_child_has_a_standard_of_its_own_where_the_place_chooses_so(tmp_path):
    place = with_parameter(tmp_path, "amount_method", "own_standard")
    assert compute(FAMILY).amount_fen == 145_500
    assert compute(FAMILY, parameters=place).amount_fen == 193_500


def test_the_flat_cap_fails_where_the_sum_of_personal_limits_passes(tmp_path):
    family = case(
        person("a", assets=[{"class": "deposit", "value": "120000.00"}]),
        person("b"),
        person("c", birth_date="1962-01-15"),
    )
    flat = compute(family, parameters=with_parameter(tmp_path, "financial_cap_method", "flat"))
    own = compute(family)
    assert (own.values["financial_cap_fen"], own.tests["financial_assets"]) == (12_249_600, "pass")
    assert (flat.values["financial_cap_fen"], flat.tests["financial_assets"]) == (
        11_484_000,
        "fail",
    )


def homes(*areas: str) -> dict[str, Any]:
    return case(
        person(
            "a",
            assets=[
                {"class": "real_estate", "kind": "residence", "floor_area": area} for area in areas
            ],
        ),
        person("b"),
    )


def test_two_homes_pass_below_the_average_area_and_are_never_failed_by_an_unconfirmed_rule(
    tmp_path,
):
    known = with_parameter(tmp_path, "average_floor_area", "37.40")
    # two persons: 74.80 is the average itself, and 低于 is strict
    assert compute(homes("40.00", "34.79"), parameters=known).tests["real_estate"] == "pass"
    assert compute(homes("40.00", "34.80"), parameters=known).tests["real_estate"] == "unknown"
    assert compute(homes("40.00", "34.79")).tests["real_estate"] == "unknown"


def test_a_confirmed_rule_fails_vehicles_and_homes_beyond_it(tmp_path):
    with_parameter(tmp_path, "vehicles_confirmed", True)
    place = with_parameter(tmp_path, "buildings_confirmed", True)
    car = case(person(assets=[{"class": "vehicle", "kind": "car", "value": "80000.01"}]))
    assert compute(car, parameters=place).tests["vehicle"] == "fail"
    assert compute(homes("1", "1", "1"), parameters=place).tests["real_estate"] == "fail"


def test_obligors_keep_the_income_open_and_the_reader_is_told():
    result = compute(case(person(), obligors=[{"key": "son", "relation": "child"}]))
    assert result.tests["income"] == "unknown"
    assert any("赡养" in note and "不明" in note for note in result.notes)


def test_what_is_only_remembered_or_due_for_review_is_said():
    assert any("企业职工月最低工资标准" in n and "依据待核" in n for n in compute(FAMILY).notes)
    later = compute(case(person(), as_of=date(2025, 7, 1)))
    assert any("最低生活保障标准" in n and "2025-06-30" in n for n in later.notes)
    in_time = compute(case(person(), as_of=date(2025, 6, 30)))
    assert not any("2025-06-30" in n for n in in_time.notes)


def test_every_step_of_the_report_cites_its_law_and_parameters_their_place():
    report = compute(FAMILY).report()
    for step in report["steps"]:
        assert step["article"].startswith("《")
        assert step["seen"] in ("text", "excerpt", "memory")
    steps = {(step["subject"], step["rule"]): step for step in report["steps"]}
    line = steps["全家", "income_below_standard"]
    assert line["article"] == "《社会救助暂行办法》第九条"
    assert line["parameters"][0] | {"reference": ""} == {
        "name": "standard_monthly",
        "label": "最低生活保障标准",
        "value": "1595.00元/月",
        "division": "310000",
        "valid_from": "2024-07-01",
        "reference": "",
        "seen": "excerpt",
    }
    assert steps["a", "labour_disregard_annual"]["value"] == "10440.00元/年"
    assert report["rules"]["parameters_digest"].startswith("sha256:")


def test_a_step_is_only_as_sure_as_its_weakest_ground():
    months = [s for s in compute(FAMILY).trace if s.rule == "labour_disregard_of_month"]
    assert len(months) == 12
    assert {step.report()["seen"] for step in months} == {"memory"}


def test_the_same_case_gives_the_same_result_twice():
    assert compute(FAMILY) == compute(FAMILY)


def test_a_programme_says_what_it_may_ask_and_shows_its_form():
    dibao = programme("dibao")
    assert {"bank.balance_fen", "vehicle.status", "tax.period"} <= set(dibao.may_ask)
    assert list(dibao.may_ask) == sorted(dibao.may_ask)
    assert dibao.form.digest.startswith("sha256:")
    assert "撤回" in dibao.form.text
    assert list(known_programmes()) == ["dibao", "dibao_edge"]


def test_rules_and_comparison_never_load_the_reader_of_id_numbers():
    code = (
        "import sys, hedui.policy, hedui.comparison; hedui.policy.known_programmes();"
        "print([m for m in sys.modules if m.endswith(('resident_id', '.identity')) "
        "or m.startswith('django')])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert shown.stdout.strip() == "[]"


def test_while_dibao_is_open_it_is_open_whether_a_household_is_on_its_edge(tmp_path):
    place = with_parameter(tmp_path, "vehicles_allowed", 1, file="dibao_edge")
    driver = case(person(assets=[{"class": "vehicle", "kind": "car"}]), programme="any")
    result = compute(driver, parameters=place)
    assert (result.categories, result.possible) == ((), ("dibao", "dibao_edge"))


def with_parameter(root: Path, name: str, value: Any, *, file: str = "dibao"):
    """Lay one value of a district over the project's parameters."""
    own = root / "310101-huangpu" / file
    own.mkdir(parents=True, exist_ok=True)
    entry = {"value": value, "reference": "hedui-reading", "seen": "excerpt"}
    text = yaml.safe_dump({"values": {date(2024, 7, 1): entry}})
    (own / f"{name}.yaml").write_text(text, encoding="utf-8")
    return place_parameters().with_more(read_files(root, all_declared()))


@pytest.mark.parametrize(("balance", "verdict"), [("122496.00", "unknown"), ("122496.01", "fail")])
def test_what_is_known_decides_where_it_exceeds_the_limit_whatever_the_silent_would_add(
    balance, verdict
):
    rich = FAMILY | {
        "members": [
            {**member, "assets": [{"class": "deposit", "kind": "bank", "value": balance}]}
            if number == 0
            else {**member, "assets": []}
            for number, member in enumerate(FAMILY["members"])
        ]
    }
    result = compute(rich, basis="found", silent={"b": {"assets.security"}})
    assert result.tests["financial_assets"] == verdict


def test_a_business_that_nobody_spoke_of_is_not_counted():
    result = compute(FAMILY, basis="found", silent={"b": {"assets.business"}})
    told = {step["label"]: step["value"] for step in result.report()["steps"]}
    assert told["市场主体登记数"] == "不明"
    assert result.tests["business"] == "unknown"


def test_what_remains_says_by_which_share_of_medical_expenses_it_would_be_decided(tmp_path):
    for name, text in (("rigid_method", "what_remains"), ("standard_monthly", '"900.00"')):
        chapter = "standards" if name == "standard_monthly" else "rigid_expenditure"
        folder = tmp_path / "990196-remains" / chapter
        folder.mkdir(parents=True)
        (folder / f"{name}.yaml").write_text(
            f"values:\n  2020-01-01: {{value: {text}, reference: worked-example, seen: example}}\n"
        )
    files = place_parameters().with_more(read_files(tmp_path, all_declared()))
    spends = [{"kind": "medical", "amount": "16800.00"}, {"kind": "education", "amount": "1.00"}]
    asked = case(
        person(incomes=[wage("50400.00")], expenses=spends),
        programme="rigid_expenditure",
        division="990196",
    )
    result = compute(asked, parameters=files)
    assert [(one.test, one.because) for one in result.unsettled] == [
        ("expenditure", ("当地“医疗支出占收入的比例”未收录(本户是约33.3333%)",))
    ]
    assert not any("刚性支出占收入的比例" in note for note in result.notes)
    nothing = compute(
        case(person(), programme="rigid_expenditure", division="990196"), parameters=files
    )
    assert nothing.tests["expenditure"] == "fail"
