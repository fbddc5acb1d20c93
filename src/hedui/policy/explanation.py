"""The explanation for the family (给家庭的说明): plain sentences out of the trace.

What was counted, what not and why, which line it was held against and by how much, and which
evidence would change it. Nothing is added to the trace; nothing in it is decided here.
"""

from collections.abc import Iterable
from typing import Any, Final

from hedui.policy.assessment import Assessment
from hedui.policy.programme import programme
from hedui.policy.rounding import shown_fen
from hedui.policy.rule import Level
from hedui.policy.trace import Step
from hedui.policy.truth import UNKNOWN, Exact, Truth, Unknown
from hedui.policy.unsettled import Unsettled
from hedui.values.money import yuan_display

_LINES: Final = {
    "income_below_standard": "standard_monthly",
    "income_below_line": "edge_line_monthly",
}
_COUNTED: Final = (
    "wage_received",
    "business_received",
    "property_received",
    "transfer_received",
    "maintenance_beyond_received",
    "imputed_income",
)
_TAKEN_OFF: Final = (
    "labour_disregard_annual",
    "new_job_disregard",
    "work_cost",
    "maintenance_paid",
    "care_deduction",
    "medical_deduction",
)
_TOLD: Final = {*_COUNTED, *_TAKEN_OFF, "is_excluded"}
_EVIDENCE: Final = {
    "income": "工资、养老金等收入的凭据,义务人的收入证明或赡养协议、判决",
    "expenditure": "医疗、教育等支出的票据和已得救助的凭据",
    "financial_assets": "存款、证券、保险的余额证明;钱是别人的,由所有人和经手人说明",
    "vehicle": "购车发票、车辆现值证明;已经卖出或报废的,过户或注销凭据",
    "real_estate": "不动产登记、份额和用途的证明",
    "business": "市场主体登记、停业或注销的凭据",
    "membership": "与申请人关系的证明",
}


def explained(assessment: Assessment) -> list[str]:
    """Write the assessment as sentences for the family, in the order in which it was reckoned."""
    label = programme(assessment.programme).label
    lines = [f"以下是按{label}的规则所作的试算,供审核确认的人参考,不是决定。"]
    for step in assessment.trace:
        if step.rule in _TOLD:
            lines += _sentence(step)
    lines += _held_against(assessment)
    lines += _property(assessment)
    for name, result in assessment.tests.items():
        if result != "pass":
            lines.append(_outcome(name, result))
    lines += _unsettled(assessment.unsettled)
    if assessment.amount_fen:
        lines.append(f"按所列数据,每月可得 {yuan_display(assessment.amount_fen)}。")
    lines += [f"成员 {key} 可以单独申请低保。" for key in assessment.alone]
    if assessment.phase_out:
        period = assessment.phase_out
        lines.append(f"渐退期自 {period.first} 起至 {period.last} 止。")
    return lines


def _sentence(step: Step) -> Iterable[str]:
    """Say what a step counted, took off or left out; nothing of what is unknown or nothing."""
    if step.rule == "is_excluded":
        if step.value is Truth.YES:
            kind = next(one.text for one in step.inputs if one.name == "income_kind")
            yield f"{step.subject}({kind})不计入收入(依据{step.article})。"
    elif step.value is UNKNOWN or not step.value:
        return
    elif step.rule in _COUNTED:
        yield f"成员 {step.subject} 的{step.label}:全年 {_shown(step.value)}。"
    else:
        whose = "" if step.level is Level.HOUSEHOLD else f"成员 {step.subject} 的"
        yield f"{whose}{step.label}:全年减去 {_shown(step.value)}(依据{step.article})。"


def _unsettled(tests: Iterable[Unsettled]) -> Iterable[str]:
    """Say of each open test what is missing, and how far what is known lies from the line."""
    for one in tests:
        if one.because:
            yield f"{_NAMES[one.test]}条件要看:{'、'.join(one.because)}。"
        if one.at_least is not None and one.line is not None:
            most = "上限不明" if one.at_most is None else f"至多 {yuan_display(one.at_most)}"
            room = one.line - one.at_least
            line = "限额" if one.test == "financial_assets" else "标准线"
            left = f"距{line}还有" if room >= 0 else f"已经超出{line}"
            yield (
                f"已知的至少 {yuan_display(one.at_least)},{most};"
                f"全家的{line}是 {yuan_display(one.line)},{left} {yuan_display(abs(room))}。"
            )


def _held_against(assessment: Assessment) -> Iterable[str]:
    """Say which line the income was held against, and by how much it is above or below."""
    income = _computed(assessment, "countable_income_annual")
    members = assessment.values["members"] or 1
    if income is UNKNOWN:
        yield "全家计入的收入还不清楚,不能与收入线相比。"
        return
    yield f"全家计入的收入({members} 人)全年 {_shown(income)}。"
    for step in (one for one in assessment.trace if one.rule in _LINES):
        line = _monthly_line(step)
        if line is UNKNOWN:
            continue
        room = line * members * 12 - income
        yield (
            f"收入线是每人每月 {_shown(line)},全家一年 {_shown(line * members * 12)};"
            f"家庭收入{_beside('它', room)}(依据{step.article})。"
        )


def _shown(amount: Exact) -> str:
    """Write an amount; where a part of a fen is left, 约 says so."""
    fen = shown_fen(amount)
    return f"{'' if fen == amount else '约'}{yuan_display(fen)}"


def _beside(line: str, room: Any) -> str:
    if not room:
        return f"与{line}正好相等"
    by = _shown(abs(room)) if abs(room) >= 1 else "不到一分钱"
    return f"比{line}{'低' if room > 0 else '高'} {by}"


def _monthly_line(step: Step) -> Exact | Unknown:
    wanted = _LINES[step.rule]
    known: dict[str, Any] = {one.name: one.value for one in step.inputs}
    known |= {one.name: one.value for one in step.parameters}
    found: Exact | Unknown = known.get(wanted, UNKNOWN)
    return found


def _computed(assessment: Assessment, rule: str) -> Any:
    """Give an amount of the household with every part of a fen, as it was tested."""
    return next(step.value for step in assessment.trace if step.rule == rule)


def _property(assessment: Assessment) -> Iterable[str]:
    """Say what property was counted, and how far the household is from its limit."""
    values = assessment.values
    assets, cap = (_computed(assessment, rule) for rule in ("financial_assets", "financial_cap"))
    if UNKNOWN not in (assets, cap):
        yield (
            f"存款、证券等合计 {_shown(assets)},全家限额 {_shown(cap)};"
            f"家庭的货币财产{_beside('限额', cap - assets)}。"
        )
    elif assets is UNKNOWN:
        yield "存款、证券等合计多少还不清楚,不能与限额相比。"
    counted = [
        f"{name} {values[key]} {unit}"
        for key, name, unit in (("vehicles", "机动车", "辆"), ("real_estates", "房屋", "处"))
        if values.get(key)
    ]
    if counted:
        yield f"计入的财产还有:{'、'.join(counted)}。"


def _outcome(name: str, result: str) -> str:
    wanted = _EVIDENCE[name]
    if result == "fail":
        return f"{_NAMES[name]}条件不符合。如果事实不是这样,可以提出异议,并提供:{wanted}。"
    return f"{_NAMES[name]}条件还不能判断。能说明情况的材料:{wanted}。"


_NAMES: Final = {
    "income": "收入",
    "expenditure": "支出",
    "financial_assets": "货币财产",
    "vehicle": "车辆",
    "real_estate": "房屋",
    "business": "市场主体",
    "membership": "家庭成员",
}
