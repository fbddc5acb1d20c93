"""What `hedui policy` writes for people."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from hedui.policy import compute
from hedui.policy.assessment import Assessment
from hedui.policy.explanation import explained
from hedui.policy.parameters import ParameterFiles
from hedui.policy.programme import programmes
from hedui.policy.standing import Line
from hedui.policy.tree import results

_RESULTS = {"pass": "符合", "fail": "不符合", "unknown": "不明"}
_TESTS = {
    "income": "收入",
    "expenditure": "支出",
    "financial_assets": "货币财产",
    "vehicle": "车辆",
    "real_estate": "房屋",
    "business": "市场主体",
    "membership": "家庭成员",
}


def shown(lines: Iterable[Line]) -> str:
    """Write what holds at a place."""
    return "\n".join(_line(line) for line in lines)


def _line(line: Line) -> str:
    if line.use.reference is None:
        told = f"\n    {line.note}" if line.note else ""
        return f"{line.use.label}({line.use.name}):未收录{told}"
    return (
        f"{line.use.label}({line.use.name}):{line.text}\n"
        f"    {line.use.division} 自 {line.use.valid_from} 起;依据{line.use.reference}"
        f"〔{line.use.seen}〕;{line.where}"
    )


def differing(pairs: Iterable[tuple[Line, Line]]) -> str:
    """Write what differs."""
    lines = [f"{one.use.label}({one.use.name}):{one.text} → {other.text}" for one, other in pairs]
    return "\n".join(lines) or "没有不同。"


def computed(
    case: Mapping[str, Any], files: ParameterFiles | None, *, trace: bool
) -> tuple[dict[str, Any], Assessment]:
    """Compute one case; give what ``--json`` shows, and the assessment."""
    assessment = compute(case, parameters=files)
    body = assessment.report()
    del body["steps"]
    if case.get("name"):
        body = {"name": case["name"], **body}
    if trace:
        body["trace"] = [step.report() for step in assessment.trace]
        body["tree"] = [branch.told for branch in results(body["trace"])]
    return body, assessment


def report(body: Mapping[str, Any]) -> str:
    """Write the result of one case."""
    lines = [
        f"{body.get('name', '')}({named([body['programme']])},{body['division']},{body['as_of']})",
        f"年计入收入 {_amount(body['countable_income_annual'])},"
        f"月人均收入 {_amount(body['per_capita_income'])}",
        "条件:"
        + "、".join(f"{_TESTS[name]}{_RESULTS[out]}" for name, out in body["tests"].items()),
        f"类别:{named(body['categories']) or '无'}",
    ]
    if body["possible"]:
        lines.append(f"尚待查明的类别:{named(body['possible'])}")
    if body["amount"] is not None:
        lines.append(f"月金额(试算):{_amount(body['amount'])}")
    lines += [
        f"单人保:成员 {key} 可单独申请,月 {_amount(amount)}"
        for key, amount in body["single_applicants"].items()
    ]
    lines += [f"注:{note}" for note in body["notes"]]
    for branch in body.get("tree", ()):
        lines += ["", *_branch(branch)]
    lines.append(f"规则 {body['rules']['version']},参数 {body['rules']['parameters_digest']}")
    return "\n".join(lines)


def tested(results: Iterable[Mapping[str, Any]]) -> str:
    """Write each golden case: whether it holds, and if not, why."""
    lines = []
    for one in results:
        why = [one["error"]] if "error" in one else one["differences"]
        word = "ERROR" if "error" in one else "FAIL" if why else "ok"
        lines.append(f"{word:<5} {Path(one['file']).name}: {one['name']}")
        lines += [f"        {line}" for line in why]
    return "\n".join(lines)


def named(categories: Iterable[str]) -> str:
    """Name programmes as people do."""
    return "、".join(programmes()[name].label for name in categories)


def _amount(text: str | None) -> str:
    return "不明" if text is None else f"{text}元"


def _branch(one: Mapping[str, Any]) -> Iterable[str]:
    """Draw a value, what it rests on, and below it what went in, down to what was given."""
    whose = f"{one['subject']}:" if one.get("subject", "全家") != "全家" else ""
    yield f"{whose}{one['label']} = {one['value']}{_ground(one)}"
    parts = one.get("inputs", ())
    for number, part in enumerate(parts, start=1):
        joint, below = ("└─ ", "   ") if number == len(parts) else ("├─ ", "│  ")
        for line in _branch(part):
            yield f"{joint}{line}"
            joint = below


def _ground(one: Mapping[str, Any]) -> str:
    if one.get("above"):
        return "(见上)"
    parameter = one.get("parameter")
    if parameter is None:
        return f"〔{one['article']}〕" if "article" in one else ""
    if parameter["reference"] is None:
        return "〔当地未收录〕" if one["value"] == "不明" else "〔当地未另写〕"
    held = f"{parameter['division']} 自 {parameter['valid_from']} 起"
    return f"〔参数,{held};{parameter['reference']},{parameter['seen']}〕"


def plain(assessment: Assessment) -> str:
    """Write the explanation for the family."""
    return "\n".join(explained(assessment))


def simulation(outcome: Mapping[str, Any]) -> str:
    """Write what a change would do, or each of several scenarios and then all side by side."""
    lines = [f"名册 {outcome['households']} 户,{outcome['persons']} 人"]
    scenarios = outcome.get("scenarios", [outcome])
    for one in scenarios:
        if one.get("name"):
            lines.append(f"\n【{one['name']}】{';'.join(one['changes'])}")
        for row in one["programmes"]:
            lines += _moved(row)
        lines += _spread(one["income"])
    if len(scenarios) > 1:
        lines += ["", *_side_by_side(scenarios)]
    lines += [f"注:{note}" for note in outcome["notes"]]
    return "\n".join(lines)


def _moved(row: Mapping[str, Any]) -> Iterable[str]:
    if not row["before"] and not row["after"]:
        return
    yield (
        f"{named([row['programme']])}:现行 {row['before']} 户,变动后 {row['after']} 户"
        f"(新进 {row['in']},退出 {row['out']});"
        f"月金额 {row['amount_before']} → {row['amount_after']} 元"
    )
    for group in (*row["by_size"], *row["by_age"], *row["by_place"]):
        if any(group[moved] for moved in ("in", "out", "gain", "lose")):
            yield (
                f"    {group['label']}({group['households']} 户):"
                f"新进 {group['in']},退出 {group['out']},"
                f"增加 {group['gain']} 户,减少 {group['lose']} 户,月金额变动 {group['amount']} 元"
            )


_BAR = 40


def _spread(income: Mapping[str, Any]) -> Iterable[str]:
    """Draw the households by income per head, as a share of the standard, before and after."""
    before, after = income["before"], income["after"]
    most = max(*before["counts"], *after["counts"], 1)
    yield "人均收入与低保标准之比(户数,现行 → 变动后;█ 为变动后):"
    last = len(after["counts"]) - 1
    for step, (was, now) in enumerate(zip(before["counts"], after["counts"], strict=True)):
        span = f"{step * 10}% 起" if step == last else f"{step * 10}–{step * 10 + 10}%"
        if step * 2 == last:
            yield f"    {'─' * 12} 低保标准 {'─' * 12}"
        yield f"    {span:>9} {was:>7} → {now:<7} {'█' * (now * _BAR // most)}"
    if after["uncounted"]:
        yield f"    收入或标准不明、未列入的 {after['uncounted']} 户"


def _side_by_side(scenarios: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    yield "各方案比较(变动后户数,新进/退出,月金额变动后):"
    for one in scenarios:
        told = [
            f"{named([row['programme']])} {row['after']} 户(+{row['in']}/-{row['out']})"
            f" {row['amount_after']} 元"
            for row in one["programmes"]
            if row["before"] or row["after"]
        ]
        yield f"    {one['name']}:{';'.join(told)}"


def replayed(told: Iterable[Mapping[str, Any]]) -> str:
    """Write whether each result came out the same."""
    lines = []
    for one in told:
        same = "逐字节相同" if not one["differences"] else "不同"
        lines += [f"{one['basis']}:{same}", *_differences(one["differences"])]
    return "\n".join(lines)


def shadowed(told: Iterable[Mapping[str, Any]]) -> str:
    """Write what coming parameters would change, case by case; the last line counts."""
    told = list(told)
    lines = []
    for one in told:
        if one["differences"]:
            lines += [f"{one['file']} {one['name']}:", *_differences(one["differences"])]
    changed = sum(bool(one["differences"]) for one in told)
    return "\n".join([*lines, f"共 {len(told)} 例,{changed} 例有不同。"])


_LABELS = {
    "programme": "项目",
    "countable_income_annual": "年计入收入",
    "countable_income_monthly": "月计入收入",
    "countable_income_annual_at_least": "年计入收入至少",
    "countable_income_annual_at_most": "年计入收入至多",
    "per_capita_income": "月人均收入",
    "wage_income_annual": "年工资性收入",
    "business_income_annual": "年经营净收入",
    "property_income_annual": "年财产净收入",
    "transfer_income_annual": "年转移净收入",
    "financial_assets": "货币财产",
    "financial_assets_at_least": "货币财产至少",
    "financial_cap": "货币财产限额",
    "vehicles": "机动车辆数",
    "real_estates": "房屋总数",
    "homes": "住房套数",
    "members": "计入的家庭成员数",
    "amount": "月金额(试算)",
    "single_applicants": "可单独申请的成员",
    "unsettled": "待定的条件",
    "phase_out": "渐退期",
    "categories": "类别",
    "possible": "尚待查明的类别",
    "steps": "计算步骤",
    "notes": "注",
    "inputs": "所用数据",
}


def _differences(found: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for one in found:
        name, before, after = one["name"], one["before"], one["after"]
        if name == "tests":
            for test in dict.fromkeys((*(before or ()), *(after or ()))):
                results = [(of or {}).get(test, "") for of in (before, after)]
                told = [_RESULTS.get(result, "没有这一项") for result in results]
                if told[0] != told[1]:
                    yield f"    {_TESTS[test]}条件:{' → '.join(told)}"
        elif name in ("steps", "inputs"):
            yield f"    {_LABELS[name]}:不同,用 --json 看全部"
        else:
            yield f"    {_LABELS.get(name, name)}:{_said(name, before)} → {_said(name, after)}"


_SAID: Mapping[str, Callable[[Any], str]] = {
    "categories": named,
    "possible": named,
    "programme": lambda name: named([name]),
    "single_applicants": lambda of: "、".join(f"{k} 月 {_amount(v)}" for k, v in of.items()),
    "unsettled": lambda tests: "、".join(_TESTS[one["test"]] for one in tests),
    "phase_out": lambda of: f"自 {of['from']} 起至 {of['to']} 止" if of else "无",
    "notes": "".join,
}


def _said(name: str, value: Any) -> str:
    """Write a part of a result in words, as the report of one case does."""
    if isinstance(value, list | Mapping) and not value:
        return "无"
    if name in _SAID:
        return _SAID[name](value)
    return str(value) if isinstance(value, int) else _amount(value)
