"""Golden cases (标准案例): YAML lists of cases with what is expected of them.

``expect`` names any subset of the results; what it does not name is not looked at. Amounts are
decimal yuan in quotes, per month unless the name says annual, and must agree to the fen. Of
``tests`` those not named are not looked at; every other result is meant whole.
"""

import re
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, get_args

from hedui.policy import written
from hedui.policy.assessment import TESTS, TestResult, compute
from hedui.policy.case import CaseError
from hedui.policy.parameters import ParameterFiles, PolicyError
from hedui.policy.programme import programmes
from hedui.policy.yaml_files import YamlError, YamlFile
from hedui.values.money import yuan_text

_LISTS: Final = frozenset({"categories", "possible"})
_MAPPINGS: Final = frozenset({"tests", "single_applicants"})
_MONEY: Final = re.compile(r"-?[0-9]+\.[0-9]{2}", re.ASCII)


def read_cases(path: Path, *, named: bool = True) -> list[Mapping[str, Any]]:
    """Read a file of cases; a file to compute may hold a single case, without a name.

    :raises CaseError: it is not a YAML list of cases
    """
    try:
        cases = YamlFile(path.name, path).value
    except YamlError as error:
        raise CaseError(str(error)) from None
    if not named and isinstance(cases, dict):
        cases = [cases]
    well = isinstance(cases, list) and all(
        isinstance(c, dict) and ("name" in c or not named) for c in cases
    )
    if not well:
        raise CaseError(f"{path.name}:应为案例的列表,每个案例有 name。")
    return list(cases)


def project_cases() -> list[tuple[str, Mapping[str, Any]]]:
    """Give the cases that stand beside each programme, with the programme's folder name."""
    found = []
    for folder in sorted(files("hedui.policy.programmes").iterdir(), key=lambda f: f.name):
        path = folder.joinpath("cases.yaml")
        if path.is_file():
            found += [(folder.name, case) for case in read_cases(Path(str(path)))]
    return found


def differences(case: Mapping[str, Any], parameters: ParameterFiles | None = None) -> list[str]:
    """Compute a case and list where the result is not what it expects; empty if it passes.

    :raises CaseError: the case is not well written, or ``expect`` is missing, says nothing, or
        names something that is no result
    """
    expected = case.get("expect")
    if not isinstance(expected, dict) or not expected:
        raise CaseError("缺少 expect,请写明应得的结果。")
    if "error" in expected:
        return _refused(case, expected, parameters)
    for name, wanted in expected.items():
        _check(name, wanted)
    report = compute(case, parameters=parameters).report()
    found = []
    for name, wanted in expected.items():
        if name not in report:
            raise CaseError(f"expect 中没有“{name}”这一项结果,可用的有 {'、'.join(report)}。")
        got = report[name]
        if name == "amount" and wanted is not None and _pays_nothing(report["programme"]):
            got = yuan_text(0)
        if name == "tests":
            got = {key: value for key, value in got.items() if key in wanted}
        meant = _as_shown(wanted, got, f"expect {name}")
        same = sorted(got) == sorted(meant) if name in _LISTS else got == meant
        if not same:
            found.append(f"{name}:应为 {wanted},实为 {got}")
    return found


def _pays_nothing(category: str) -> bool:
    """Whether a category carries no amount of its own (边缘): whoever expects nothing is right."""
    return "amount" not in programmes()[category].rules.quantities


def _check(name: str, wanted: Any) -> None:
    """Refuse what would hold of nothing, or of anything."""
    if name in _MAPPINGS and not isinstance(wanted, Mapping):
        raise CaseError(f"expect 的 {name} 应写作“键: 值”。")
    if name in _LISTS and not isinstance(wanted, list):
        raise CaseError(f"expect 的 {name} 应写作列表,例如 [dibao];没有的写 []。")
    if name == "tests" and not wanted:
        raise CaseError("expect 的 tests 没有写任何一项,等于没有核对;请写出条件,或者去掉 tests。")
    if name == "tests":
        for test, outcome in wanted.items():
            written.one_of(test, TESTS, "expect tests")
            written.one_of(outcome, get_args(TestResult), f"expect tests {test}")
    if name in _LISTS:
        for category in wanted:
            written.one_of(category, programmes(), f"expect {name}")


def _as_shown(wanted: Any, got: Any, where: str) -> Any:
    """Write what is expected as results are written: a day as text, an amount with both decimals.

    :raises CaseError: an amount is not well written
    """
    if isinstance(wanted, Mapping):
        of = got if isinstance(got, Mapping) else {}
        return {key: _as_shown(value, of.get(key), where) for key, value in wanted.items()}
    if isinstance(wanted, list):
        return [_as_shown(value, None, where) for value in wanted]
    if isinstance(wanted, date):
        return wanted.isoformat()
    is_money = isinstance(got, str) and _MONEY.fullmatch(got) and wanted is not None
    return yuan_text(written.fen(wanted, where)) if is_money and wanted != got else wanted


def _refused(
    case: Mapping[str, Any], expected: Mapping[str, Any], parameters: ParameterFiles | None
) -> list[str]:
    words = expected["error"]
    if len(expected) != 1 or not isinstance(words, str) or not words:
        raise CaseError("expect 的 error 应写拒绝时所说的文字,且不与其他结果并列。")
    try:
        compute(case, parameters=parameters)
    except PolicyError as error:
        return [] if words in str(error) else [f"error:应含“{words}”,实为“{error}”"]
    return [f"error:应拒绝并说明“{words}”,实际算出了结果"]
