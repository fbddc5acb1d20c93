"""Replay and shadow (重放、并行试算): a kept result computed again, or by coming rules.

A result keeps its inputs, the version of the rules and the digest of the parameters. The same three
give the same bytes, however many years later. Other rules are refused, not tried: whether they
agree by chance says nothing about the result.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from hedui.policy.assessment import Assessment, compute
from hedui.policy.lock import parameters_digest, place_parameters, rules_version
from hedui.policy.parameter_files import PolicyError
from hedui.policy.parameters import ParameterFiles
from hedui.wire import canonical

_NOT_COMPARED: Final = ("steps", "notes", "rules", "inputs")


class NotReplayable(PolicyError):
    """The result cannot be computed again here (不能重放); says why, and how it could be."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A result that is not the same (不同之处): its name, before and after."""

    name: str
    before: Any
    after: Any


def kept_results(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Find the results that a document holds: a report, its body, or a result itself.

    :raises NotReplayable: it holds none, or one that kept no inputs
    """
    body = document.get("report", document)
    held = body.get("assessment") if isinstance(body, Mapping) else None
    found = [body]
    if isinstance(held, Mapping):  # what nobody accepted is null
        found = [one for one in held.values() if one is not None]
    if not found or not all(
        isinstance(one, Mapping) and "tests" in one and "rules" in one for one in found
    ):
        raise NotReplayable("这份文件里没有规则试算的结果。")
    if not all("inputs" in one for one in found):
        raise NotReplayable("这份结果没有保留试算所用的数据,不能重放:它由较早的程序算出。")
    return found


def replayed(
    kept: Mapping[str, Any], parameters: ParameterFiles | None = None
) -> tuple[Difference, ...]:
    """Compute a kept result again and compare all that it holds, bit for bit (重放).

    :raises NotReplayable: it was computed by other rules or parameters than these
    """
    files = parameters or place_parameters()
    _same_rules(kept["rules"], files)
    again = _again(kept, files, None).report()
    names = [name for name in again if name in kept and name != "rules"]
    return tuple(
        _differing({name: kept[name] for name in names}, {name: again[name] for name in names})
    )


def shadowed(
    kept: Mapping[str, Any],
    coming: ParameterFiles,
    rules_of: date | None,
    parameters: ParameterFiles | None = None,
) -> tuple[Difference, ...]:
    """Compute a kept case by coming parameters beside those in force, and say what differs.

    rules_of: the day whose parameters are taken; without it the day of the case
    parameters: those in force, where they are not the project's own

    :raises PolicyError: the case cannot be computed by one of them
    """
    now = _again(kept, parameters or place_parameters(), None).report()
    then = _again(kept, coming, rules_of).report()
    shown = [name for name in now if name not in _NOT_COMPARED]
    return tuple(
        _differing({name: now[name] for name in shown}, {name: then[name] for name in shown})
    )


def _again(kept: Mapping[str, Any], files: ParameterFiles, rules_of: date | None) -> Assessment:
    inputs = kept["inputs"]
    if rules_of is None and inputs.get("rules_of"):
        rules_of = date.fromisoformat(inputs["rules_of"])
    return compute(
        inputs["case"],
        basis=kept.get("basis", "declared"),
        silent={one["key"]: one["of"] for one in inputs.get("silent", ())},
        parameters=files,
        rules_of=rules_of,
    )


def _same_rules(rules: Mapping[str, Any], files: ParameterFiles) -> None:
    here = {"version": rules_version(), "parameters_digest": parameters_digest(files)}
    if all(rules.get(name) == value for name, value in here.items()):
        return
    was, digest = rules.get("version"), rules.get("parameters_digest")
    raise NotReplayable(
        f"这份结果由规则版本 {was}、参数摘要 {digest} 算出,"
        f"这里装的是 {here['version']}、{here['parameters_digest']},不能重放。"
        f"请另装当时的程序(hedui {rules.get('program') or '版本未记'})再重放;从源码安装的,"
        "用 git log -S <参数摘要> -- src/hedui/policy/parameters.lock.json 找到当时的提交,"
        "再以 hedui policy lock 核对规则版本。当时另用了参数目录的,用 --parameters 指明。"
    )


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for name in _names(before, after):
        first, second = before.get(name), after.get(name)
        if canonical.canonical(first) != canonical.canonical(second):
            yield Difference(name, first, second)


def _names(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[str]:
    return dict.fromkeys([*before, *after])
