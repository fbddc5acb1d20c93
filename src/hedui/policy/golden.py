"""Golden cases (标准案例): YAML lists of cases with what is expected of them.

``expect`` names any subset of the results; what it does not name is not looked at. Amounts are
decimal yuan in quotes, per month unless the name says annual, and must agree to the fen.
"""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import yaml

from hedui.policy.assessment import Assessment, compute
from hedui.policy.case import CaseError
from hedui.policy.parameters import ParameterFiles, PolicyError

_LISTS: Final = frozenset({"categories", "possible"})
_MAPPINGS: Final = frozenset({"tests", "single_applicants"})


def read_cases(path: Path, *, named: bool = True) -> list[Mapping[str, Any]]:
    """Read a file of cases; a file to compute may hold a single case, without a name.

    :raises CaseError: it is not a YAML list of cases
    """
    try:
        cases = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CaseError(f"{path.name}:不是可读的 YAML 文件({type(error).__name__})。") from None
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

    :raises CaseError: ``expect`` is missing or names something that is no result
    """
    expected = case.get("expect")
    if not isinstance(expected, dict) or not expected:
        raise CaseError(f"案例“{case.get('name')}”:缺少 expect。")
    if "error" in expected:
        return _refused(case, str(expected["error"]), parameters)
    assessment = compute(case, parameters=parameters)
    found = []
    for name, wanted in expected.items():
        got = _result(assessment, name)
        if name in _MAPPINGS and not isinstance(wanted, Mapping):
            raise CaseError(f"案例“{case.get('name')}”:expect 的 {name} 应写作“键: 值”。")
        if name in _MAPPINGS:
            got = {key: value for key, value in got.items() if key in wanted}
        same = sorted(got) == sorted(wanted) if name in _LISTS else got == wanted
        if not same:
            found.append(f"{name}:应为 {wanted},实为 {got}")
    return found


def _result(assessment: Assessment, name: str) -> Any:
    report = assessment.report()
    if name not in report:
        raise CaseError(f"expect 中没有“{name}”这一项结果。")
    return report[name]


def _refused(case: Mapping[str, Any], words: str, parameters: ParameterFiles | None) -> list[str]:
    try:
        compute(case, parameters=parameters)
    except PolicyError as error:
        return [] if words in str(error) else [f"error:应含“{words}”,实为“{error}”"]
    return [f"error:应拒绝并说明“{words}”,实际算出了结果"]
