"""The golden cases beside each programme hold, to the fen."""

from typing import Any

import pytest

from hedui.policy.case import CaseError
from hedui.policy.golden import differences, project_cases, read_cases

CASES = project_cases()


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


def test_it_refuses_a_file_that_is_no_list_of_cases(tmp_path: Any) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text("name: 一个案例", encoding="utf-8")
    with pytest.raises(CaseError, match="列表"):
        read_cases(path)
