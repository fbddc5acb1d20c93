"""Facts (事实): a case laid out as the household, its members, their months and their lines.

Here it is decided which lines fall into the look-back period (核算期). A line that lies only partly
in it is not cut: no amount is ever spread over months, so what part of it counts is unknown.
A class of income or assets whose source is silent becomes one line with an unknown amount.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Final

from hedui.policy.case import (
    ASSET_KINDS,
    INCOME_KINDS,
    AssetLine,
    Case,
    IncomeLine,
    Member,
)
from hedui.policy.conditions import choose
from hedui.policy.engine import Quantity, Subject
from hedui.policy.rule import Level
from hedui.policy.rules.income import net_received
from hedui.policy.truth import UNKNOWN, Truth, Unknown
from hedui.values.periods import Period

Silent = Mapping[str, Collection[str]]
"""Member key → what nothing is known of (未反馈或未授权): ``incomes.wage``, ``assets.deposit``."""

FACTS: Final = (
    Quantity("members", "共同生活家庭成员人数", "count", Level.HOUSEHOLD),
    Quantity("obligors", "家庭以外的赡养、抚养、扶养义务人数", "count", Level.HOUSEHOLD),
    Quantity("age", "周岁", "count", Level.MEMBER),
    Quantity("student", "在读阶段", "text", Level.MEMBER, "stages"),
    Quantity("disabled", "持证残疾人", "truth", Level.MEMBER),
    Quantity("labour_income", "当月劳动收入", "fen_monthly", Level.MONTH),
    Quantity("income_class", "收入类别", "text", Level.INCOME, "income_classes"),
    Quantity("income_kind", "收入种类", "text", Level.INCOME, "income_kinds"),
    Quantity("amount_received", "申报或核到的收入", "fen_annual", Level.INCOME),
    Quantity("costs", "成本", "fen_annual", Level.INCOME),
    Quantity("tax", "个人所得税", "fen_annual", Level.INCOME),
    Quantity("social_insurance", "个人缴纳的社会保险费", "fen_annual", Level.INCOME),
    Quantity("expense_kind", "支出种类", "text", Level.EXPENSE, "expense_kinds"),
    Quantity("amount_paid", "支出金额", "fen_annual", Level.EXPENSE),
    Quantity("asset_class", "财产类别", "text", Level.ASSET, "asset_classes"),
    Quantity("asset_kind", "财产种类", "text", Level.ASSET, "asset_kinds"),
    Quantity("asset_value", "财产价值", "fen", Level.ASSET),
    Quantity("floor_area", "建筑面积(本人份额)", "area", Level.ASSET),
)

_SILENT: Final = "来源没有说明"


@dataclass(slots=True)
class LaidOut:
    """The household with its facts, and what a reader must be told about them."""

    household: Subject
    look_back: Period
    notes: list[str] = field(default_factory=list)


def lay_out(case: Case, silent: Silent) -> LaidOut:
    """Lay out a case for the engine (案例展开)."""
    household = Subject(
        Level.HOUSEHOLD, "全家", {"members": len(case.members), "obligors": case.obligors}
    )
    laid = LaidOut(household, Period.year_before(case.as_of))
    if case.obligors:
        laid.notes.append(
            "家庭以外有赡养(抚养、扶养)义务人:应计入的赡养费等本版本尚未计算,"
            "实际计入收入可能高于所列数额,收入一项只要未超标准即标为“不明”。"
        )
    quiet = [member.key for member in case.members if silent.get(member.key)]
    if quiet:
        laid.notes.append(
            f"成员 {'、'.join(quiet)}:有的项目来源未反馈、未获授权、没有查到所申报的内容,"
            "或者没有可查的来源,按“不明”处理。"
        )
    for member in case.members:
        _lay_out_member(laid, member, case.as_of, silent.get(member.key, ()))
    return laid


def _lay_out_member(laid: LaidOut, member: Member, as_of: date, silent: Collection[str]) -> None:
    age = UNKNOWN if member.birth_date is None else _full_years(member.birth_date, as_of)
    facts = {
        "age": age,
        "student": member.student,
        "disabled": Truth.YES if member.disabled else Truth.NO,
    }
    subject = laid.household.add(Subject(Level.MEMBER, member.key, facts))
    _lay_out_incomes(laid, subject, member, silent)
    for number, line in enumerate(member.expenses, start=1):
        label = f"{member.key} 第{number}条支出"
        counted = choose(_in_look_back(laid, line.period, label), line.amount, 0)
        facts = {"expense_kind": line.kind, "amount_paid": counted}
        subject.add(Subject(Level.EXPENSE, label, facts))
    for number, asset in enumerate(member.assets, start=1):
        subject.add(_asset(f"{member.key} 第{number}项财产", asset))
    for class_ in (found for found in ASSET_KINDS if f"assets.{found}" in silent):
        unknown = AssetLine(class_, UNKNOWN, UNKNOWN, UNKNOWN)
        subject.add(_asset(f"{member.key} {_SILENT}", unknown))


def _lay_out_incomes(
    laid: LaidOut, subject: Subject, member: Member, silent: Collection[str]
) -> None:
    months: dict[Period, Fraction | Unknown] = {}
    for number, line in enumerate(member.incomes, start=1):
        label = f"{member.key} 第{number}条收入"
        inside = _in_look_back(laid, line.period, label)
        subject.add(_income(label, line, inside))
        if line.class_ == "wage" and inside is not Truth.NO:
            _add_to_months(months, line, laid.look_back, inside)
    for class_ in (found for found in INCOME_KINDS if f"incomes.{found}" in silent):
        subject.add(_unknown_income(f"{member.key} {_SILENT}", class_))
        if class_ == "wage":
            months = dict.fromkeys(laid.look_back.each_month(), UNKNOWN)
    for month, earned in sorted(months.items()):
        subject.add(
            Subject(Level.MONTH, f"{member.key} {month.first:%Y-%m}", {"labour_income": earned})
        )


def _add_to_months(
    months: dict[Period, Fraction | Unknown], line: IncomeLine, look_back: Period, inside: Truth
) -> None:
    """Say what a wage line means for each of its months (每月劳动收入).

    Only the disregard asks for a *monthly* wage; a line over several months answers it evenly.
    This is used to leave income out, never to hold a declared month against somebody.
    """
    period = line.period or look_back
    net = net_received.apply(line.amount, line.costs, line.tax, line.social_insurance)
    share: Fraction | Unknown = choose(inside, Fraction(net, period.months()), Fraction(0))
    for month in look_back.each_month():
        if month.overlap(period) is not None:
            before = months.get(month, Fraction(0))
            months[month] = UNKNOWN if before is UNKNOWN or share is UNKNOWN else before + share


def _in_look_back(laid: LaidOut, period: Period | None, label: str) -> Truth:
    """Test whether a line lies in the look-back period; one that lies partly in it is unknown."""
    if period is None or (period.first in laid.look_back and period.last in laid.look_back):
        return Truth.YES
    if period.overlap(laid.look_back) is None:
        laid.notes.append(f"{label}:期间不在核算期({laid.look_back})内,不计。")
        return Truth.NO
    laid.notes.append(
        f"{label}:期间只有一部分在核算期({laid.look_back})内,不按月分摊,数额按“不明”处理;"
        "请按核算期重新填写。"
    )
    return Truth.UNKNOWN


def _income(label: str, line: IncomeLine, inside: Truth) -> Subject:
    return Subject(
        Level.INCOME,
        label,
        {
            "income_class": line.class_,
            "income_kind": line.kind,
            "amount_received": choose(inside, line.amount, 0),
            "costs": choose(inside, line.costs, 0),
            "tax": choose(inside, line.tax, 0),
            "social_insurance": choose(inside, line.social_insurance, 0),
        },
    )


def _unknown_income(label: str, class_: str) -> Subject:
    return Subject(
        Level.INCOME,
        label,
        {
            "income_class": class_,
            "income_kind": UNKNOWN,
            "amount_received": UNKNOWN,
            "costs": 0,
            "tax": 0,
            "social_insurance": 0,
        },
    )


def _asset(label: str, line: AssetLine) -> Subject:
    return Subject(
        Level.ASSET,
        label,
        {
            "asset_class": line.class_,
            "asset_kind": line.kind,
            "asset_value": line.value,
            "floor_area": line.floor_area,
        },
    )


def _full_years(born: date, on: date) -> int:
    """Count full years of age (周岁); the birthday itself completes a year."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
