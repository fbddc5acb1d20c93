"""The explanation for the family (给家庭的说明): plain sentences out of the trace.

What was counted, what not and why, which line it was held against and by how much, and which
evidence would change it. Nothing is added to the trace; nothing in it is decided here.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from hedui.policy.amounts import share_of
from hedui.policy.assessment import Assessment
from hedui.policy.programme import programme
from hedui.policy.rounding import shown_fen
from hedui.policy.rule import Level
from hedui.policy.trace import Step
from hedui.policy.truth import UNKNOWN, Exact, Truth
from hedui.policy.unsettled import Unsettled
from hedui.values.money import yuan_display

_LINES: Final = ("standard_monthly", "edge_line_monthly", "low_income_line")
_TESTS: Final = ("income_below_standard", "income_below_line", "income_test")
_COUNTED: Final = {
    "wage_received": "{whose}工资等劳动收入:全年 {amount}。",
    "business_received": "{whose}经营、种养的收入(减去成本后):全年 {amount}。",
    "property_received": "{whose}租金、利息等财产收入:全年 {amount}。",
    "transfer_received": "{whose}养老金、补助等收入:全年 {amount}。",
    "maintenance_beyond_received": "{whose}赡养(抚养、扶养)费,"
    "按规定应当得到而没有收到的也要计入:全年 {amount}。",
    "imputed_income": "{whose}劳动收入没有凭据,因为有劳动能力而没有就业,按规定推定为全年 {amount};"
    "如果确实没有收入,可以提出异议。",
}
_TAKEN_OFF: Final = {
    "labour_disregard_annual": "{whose}劳动收入中有 {amount} 不计入(依据{article})。",
    "new_job_disregard": "{whose}新就业收入中有 {amount} 不计入(依据{article})。",
    "work_cost": "{whose}就业成本:全年减去 {amount}(依据{article})。",
    "maintenance_paid": "{whose}付给别人的赡养(抚养、扶养)费:全年减去 {amount}(依据{article})。",
    "care_deduction": "因为要照料重度残疾的家人:全年减去 {amount}(依据{article})。",
    "medical_deduction": "自己付的医疗费:全年减去 {amount}(依据{article})。",
}
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
        if step.rule == "is_excluded":
            lines += _left_out(step)
    for words in (_COUNTED, _TAKEN_OFF):
        told = (step for step in assessment.trace if step.rule in words)
        lines += [_sentence(step, words) for step in told if _counts(step)]
    lines += _held_against(assessment)
    lines += _spent(assessment)
    lines += _property(assessment)
    lines += _able(assessment)
    open_tests = {one.test: one for one in assessment.unsettled}
    for name, result in assessment.tests.items():
        if result != "pass":
            is_open = open_tests.get(name)
            lines.append(_outcome(name, result, is_open.because if is_open else ()))
            lines += _unsettled(is_open) if is_open else ()
    return lines + _end(assessment)


def _end(assessment: Assessment) -> list[str]:
    """Say what the household falls into by what is listed, and what it would be paid."""
    lines = []
    if assessment.categories:
        labels = "、".join(programme(name).label for name in assessment.categories)
        lines.append(f"按所列数据,各项条件都符合:{labels}。")
    if assessment.amount_fen:
        of_what = "按所列数据" if assessment.categories else "不明的条件都符合的话"
        lines.append(f"{of_what},每月可得 {yuan_display(assessment.amount_fen)}。")
    lines += [
        f"成员 {key} 可以单独申请低保,按所列数据每月可得 {yuan_display(fen)}。"
        for key, fen in assessment.alone.items()
    ]
    if assessment.phase_out:
        period = assessment.phase_out
        lines.append(f"渐退期自 {period.first} 起至 {period.last} 止。")
    return lines


def _left_out(step: Step) -> Iterable[str]:
    if step.value is Truth.YES:
        kind = next(one.text for one in step.inputs if one.name == "income_kind")
        member = step.subject.partition(" ")[0]
        yield f"成员 {member} 的{kind}不计入收入(依据{step.article})。"


def _counts(step: Step) -> bool:
    return step.value is not UNKNOWN and bool(step.value)


def _sentence(step: Step, words: Mapping[str, str]) -> str:
    """Say what a step counted or took off."""
    return words[step.rule].format(
        whose="" if step.level is Level.HOUSEHOLD else f"成员 {step.subject} 的",
        amount=_shown(step.value),
        article=step.article,
    )


def _spent(assessment: Assessment) -> Iterable[str]:
    """Say what of unavoidable expenses was counted, and what it was held against."""
    steps = {step.rule: step for step in assessment.trace}
    if "rigid_expenses" not in steps or steps["rigid_expenses"].value is UNKNOWN:
        return
    spent, income = steps["rigid_expenses"].value, steps["countable_income_annual"].value
    yield f"计入的刚性支出全年 {_shown(spent)}(依据{steps['rigid_expenses'].article})。"
    if income is UNKNOWN:
        return
    by_share = _inputs(steps["share_reached"])
    if by_share["rigid_method"] == "share_of_income":
        yield from _share("刚性支出", spent, income, by_share["rigid_ratio"])
        return
    line = _inputs(steps["remains_below"])
    most = line["standard_monthly"] * line["members"] * 12 * line["remains_multiple"]
    if most is not UNKNOWN:
        left = f"收入减去刚性支出后{_beside('标准线', most - (income - spent))}"
        yield f"全家一年的标准线是 {_shown(most)};{left}。"
    medical = _inputs(steps["medical_reached"])
    yield from _share("医疗支出", medical["medical_paid"], income, medical["rigid_medical_ratio"])


def _share(name: str, spent: Any, income: Exact, ratio: Any) -> Iterable[str]:
    if UNKNOWN not in (spent, ratio):
        line = share_of(income, ratio)
        beside = _beside("它", line - spent)
        yield f"当地看{name}占收入的比例,这条线是 {_shown(line)};{name}{beside}。"


def _able(assessment: Assessment) -> Iterable[str]:
    """Say of 特困 who is able to work, and who is able to maintain them."""
    steps = {step.rule: step for step in assessment.trace}
    able, obliged = steps.get("able_members"), steps.get("able_obligors_of_household")
    if able is None:
        return
    if able.value is not UNKNOWN and able.value:
        yield f"有劳动能力的成员有 {able.value} 人,不是特困人员(依据{able.article})。"
    if obliged is not None and obliged.value is not UNKNOWN and obliged.value:
        yield f"有履行能力的义务人有 {obliged.value} 人,不是特困人员(依据{obliged.article})。"


def _unsettled(one: Unsettled) -> Iterable[str]:
    """Say of an open test what is missing, and how far what is known lies from the line."""
    if one.because:
        yield f"{_NAMES[one.test]}条件要看:{';'.join(_together(one.because))}。"
    if one.at_least is not None and one.line is not None:
        most = "上限不明" if one.at_most is None else f"至多 {yuan_display(one.at_most)}"
        room = one.line - one.at_least
        line = "限额" if one.test == "financial_assets" else "标准线"
        left = f"距{line}还有" if room >= 0 else f"已经超出{line}"
        yield (
            f"{_NAMES[one.test]}已知的至少 {yuan_display(one.at_least)},{most};"
            f"全家的{line}是 {yuan_display(one.line)},{left} {yuan_display(abs(room))}。"
        )


def _together(because: Iterable[str]) -> Iterable[str]:
    """Say once what is open of one line, and once what is open of several members alike."""
    open_of: dict[str, list[str]] = {}
    for one in because:
        subject, _, what = one.partition(":")
        open_of.setdefault(subject, []).append(what)
    names: dict[tuple[str, str], list[str]] = {}
    for subject, whats in open_of.items():
        name, space, line = subject.partition(" ")
        # who does not know the value does not know its bound
        told = [w for w in whats if not w.endswith("至多") or w.removesuffix("至多") not in whats]
        names.setdefault((space + line, "、".join(told)), []).append(name)
    for (line, told_of_all), whose in names.items():
        yield f"{'、'.join(whose)}{line}" + (f":{told_of_all}" if told_of_all else "")


def _held_against(assessment: Assessment) -> Iterable[str]:
    """Say which line the income was held against, and by how much it is above or below."""
    income = _computed(assessment, "countable_income_annual")
    members = assessment.values["members"] or 1
    if income is UNKNOWN:
        yield "全家计入的收入还不清楚,不能与收入线相比。"
        return
    yield f"全家计入的收入({members} 人)全年 {_shown(income)}。"
    for step in assessment.trace:
        if step.rule in _TESTS:
            yield from _line(step, members, income)


def _line(step: Step, members: int, income: Exact) -> Iterable[str]:
    """Say the line of a test of income, where it has one, and how far the income lies from it."""
    known = _inputs(step)
    line = next((known[name] for name in _LINES if name in known), UNKNOWN)
    each, yearly = f"每人每月 {_shown(line)}", line * members * 12
    if "disposable_income_annual" in known and known.get("rigid_method") == "share_of_income":
        line = known["disposable_income_annual"]
        each, yearly = f"上年度当地人均可支配收入 {_shown(line)}", line * members
    if line is not UNKNOWN:
        yield (
            f"收入线是{each},全家一年 {_shown(yearly)};"
            f"家庭收入{_beside('它', yearly - income)}(依据{step.article})。"
        )


def _inputs(step: Step) -> dict[str, Any]:
    """Give what went into a step by its name."""
    known: dict[str, Any] = {one.name: one.value for one in step.inputs}
    return known | {one.name: one.value for one in step.parameters}


def _shown(amount: Any) -> str:
    """Write an amount; where a part of a fen is left, 约 says so."""
    if amount is UNKNOWN:
        return "多少还不清楚"
    fen = shown_fen(amount)
    return f"{'' if fen == amount else '约'}{yuan_display(fen)}"


def _beside(line: str, room: Any) -> str:
    if not room:
        return f"与{line}正好相等"
    by = _shown(abs(room)) if abs(room) >= 1 else "不到一分钱"
    return f"比{line}{'低' if room > 0 else '高'} {by}"


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
    counted = [f"机动车 {values['vehicles']} 辆"] if values["vehicles"] else []
    if values["real_estates"]:
        homes = values["homes"]
        counted.append(
            f"房屋 {values['real_estates']} 处" + (f"(其中住房 {homes} 处)" if homes else "")
        )
    if counted:
        yield f"计入的财产还有:{'、'.join(counted)}。"


def _outcome(name: str, result: str, because: Collection[str]) -> str:
    wanted = _EVIDENCE[name]
    if result == "fail":
        return f"{_NAMES[name]}条件不符合。如果事实不是这样,可以提出异议,并提供:{wanted}。"
    if because and all(one.startswith("当地") for one in because):
        return f"{_NAMES[name]}条件还不能判断:当地的规定还没有录入,不需要家庭提供材料。"
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
