"""The golden cases beside each programme hold, to the fen."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from hedui.faces.cli.policy import policy
from hedui.policy import compute, lock
from hedui.policy.case import CaseError
from hedui.policy.golden import differences, project_cases, read_cases
from hedui.policy.parameters import read_files

CASES = project_cases()
HERE = Path(__file__).parent


@pytest.mark.parametrize(
    "case", [case for _, case in CASES], ids=[f"{name}: {case['name']}" for name, case in CASES]
)
def test_the_golden_case_holds(case: dict[str, Any]) -> None:
    assert differences(case) == []


def test_every_programme_has_golden_cases() -> None:
    assert {name for name, _ in CASES} == {"dibao", "dibao_edge"}
    assert len(CASES) >= 35


def test_a_wrong_expectation_is_reported_and_not_passed_over() -> None:
    case = dict(CASES[0][1])
    case["expect"] = {"amount": "1455.01", "tests": {"income": "fail"}}
    assert differences(case) == [
        "amount:应为 1455.01,实为 1455.00",
        "tests:应为 {'income': 'fail'},实为 {'income': 'pass'}",
    ]


def test_it_refuses_a_case_that_expects_nothing_or_something_that_is_no_result() -> None:
    case = dict(CASES[0][1])
    with pytest.raises(CaseError, match="缺少 expect"):
        differences({**case, "expect": {}})
    with pytest.raises(CaseError, match="luck"):
        differences({**case, "expect": {"luck": "good"}})


def expecting(**expect: Any) -> list[str]:
    """Hold the first case against what is expected in place of its own."""
    return differences({**CASES[0][1], "expect": expect})


def test_amounts_are_compared_to_the_fen_however_they_are_written() -> None:
    assert expecting(amount="1455") == expecting(amount="1455.0") == []
    assert expecting(amount="1,455.00") == []
    assert expecting(amount="1455.01") == ["amount:应为 1455.01,实为 1455.00"]
    with pytest.raises(CaseError, match="amount.*文字"):
        expecting(amount=1455)


def test_days_of_a_phase_out_may_stand_without_quotes() -> None:
    case = {
        "programme": "dibao",
        "division": "360700",
        "as_of": date(2025, 8, 1),
        "leaving": {"reason": "graduate", "decided_on": date(2025, 8, 1)},
        "members": [{"key": "a", "birth_date": "1980-01-01", "employed": True}],
    }
    shown = compute(case).report()["phase_out"]
    days = {key: date.fromisoformat(text) for key, text in shown.items()}
    assert differences({**case, "expect": {"phase_out": days}}) == []
    days["to"] = date(2027, 1, 1)
    assert len(differences({**case, "expect": {"phase_out": days}})) == 1


@pytest.mark.parametrize(
    ("expect", "words"),
    [
        ({"tests": {}}, "没有写任何一项"),
        ({"tests": {"incom": "pass"}}, "没有“incom”.*income"),
        ({"tests": {"income": "passed"}}, "没有“passed”.*pass、fail、unknown"),
        ({"categories": ["dibao_egde"]}, "没有“dibao_egde”.*dibao_edge"),
        ({"categories": "dibao"}, "列表"),
        ({"error": ""}, "error"),
        ({"error": "没有", "amount": "1.00"}, "error"),
    ],
)
def test_what_would_hold_of_anything_or_of_nothing_is_refused(expect: Any, words: str) -> None:
    with pytest.raises(CaseError, match=words):
        expecting(**expect)


def test_nobody_who_may_apply_alone_means_nobody() -> None:
    places = lock.place_parameters().with_more(read_files(HERE / "places", lock.all_declared()))
    case = read_cases(HERE / "golden" / "persons.yaml")[0]
    assert case["expect"] == {"single_applicants": {"b": "500.00"}}
    assert differences({**case, "expect": {"single_applicants": {}}}, places) == [
        "single_applicants:应为 {},实为 {'b': '500.00'}"
    ]


def run_of_test(*words: str) -> Any:
    """Run `hedui policy test`."""
    return CliRunner().invoke(policy, ["test", *words])


def test_a_case_that_is_not_well_written_is_named_and_the_others_are_run(tmp_path: Any) -> None:
    good = next(one for _, one in CASES if one["name"] == CASES[0][1]["name"])
    bad = {**good, "name": "写错的", "expect": {"tests": {"incom": "pass"}}}
    worse = {**good, "name": "多了键", "luck": 1}
    wrong = {**good, "name": "不符的", "expect": {"amount": "0.01"}}
    (tmp_path / "a.yaml").write_text("- name: [", encoding="utf-8")
    (tmp_path / "b.yaml").write_text(
        yaml.safe_dump([bad, worse, wrong, good], allow_unicode=True), encoding="utf-8"
    )
    found = run_of_test(str(tmp_path))
    assert found.exit_code == 2
    lines = found.stdout.splitlines()
    assert [line.split()[0] for line in lines if line[0] != " "] == [
        *("ERROR", "ERROR", "ERROR", "FAIL", "ok", "1")
    ]
    assert lines[-1] == "1 passed, 4 failed"
    assert "b.yaml: 写错的" in found.stdout and "没有“incom”这一种" in found.stdout
    assert "luck" in found.stdout and "a.yaml" in found.stdout
    assert "3 处写得不对" in found.stderr
    told = json.loads(run_of_test(str(tmp_path), "--json").stdout)
    assert (told["passed"], told["failed"]) == (1, 4)
    assert [bool(one.get("error")) for one in told["cases"]] == [True, True, True, False, False]


def test_a_case_that_does_not_hold_is_exit_one_and_one_that_does_is_none(tmp_path: Any) -> None:
    good = CASES[0][1]
    path = tmp_path / "a.yaml"
    for expect, code in (({"amount": "0.01"}, 1), (good["expect"], 0)):
        path.write_text(yaml.safe_dump([{**good, "expect": expect}]), encoding="utf-8")
        assert run_of_test(str(path)).exit_code == code


def test_a_case_that_says_a_thing_twice_is_refused_with_its_line(tmp_path: Any) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text("- name: 一\n  programme: dibao\n  programme: any\n", encoding="utf-8")
    with pytest.raises(CaseError, match=r"cases\.yaml:3:“programme”写了两次"):
        read_cases(path)


def test_it_refuses_a_file_that_is_no_list_of_cases(tmp_path: Any) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text("name: 一个案例", encoding="utf-8")
    with pytest.raises(CaseError, match="列表"):
        read_cases(path)
