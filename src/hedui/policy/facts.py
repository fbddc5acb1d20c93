"""Facts (事实): a case laid out as the household, its members, their months, lines and obligors.

Here it is decided which lines fall into the look-back period (核算期), which a place may set for
each class of income, and what they are over a year. A line that covers the whole look-back period
is taken by its own months; one that lies only partly in it is not cut: no amount is ever spread
over months, so what part of it counts is unknown. Who counts the same number of months to the day
(2024-06-15 to 2025-06-14 for an application on 2025-06-15) has named a look-back period too. A
class of income or assets whose source is silent becomes one line with an unknown amount.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from hedui.policy.case import AssetLine, Case, IncomeLine, Member, Obligor
from hedui.policy.engine import Quantity, Subject
from hedui.policy.kinds import ASSET_KINDS, INCOME_KINDS
from hedui.policy.rule import Level
from hedui.policy.truth import UNKNOWN, Exact, Truth, Unknown
from hedui.values.periods import Period

Silent = Mapping[str, Collection[str]]
"""Member key → what nothing is known of (未反馈或未授权): ``incomes.wage``, ``assets.deposit``.

Under :data:`ALL`, of the whole household: ``expenses``, ``obligors``.
"""

ALL: Final = ""

Earned = dict[Period, Exact | Unknown]
"""What was earned in each month."""

YEAR: Final = dict.fromkeys(INCOME_KINDS, 12)
"""Look-back months by class of income where a place sets no other."""
LONG_AGO: Final = 1200

FACTS: Final = (
    Quantity("members", "共同生活家庭成员人数", "count", Level.HOUSEHOLD),
    Quantity("major_disaster", "遭受重大灾害", "truth", Level.HOUSEHOLD, unsaid=Truth.NO),
    Quantity("dibao_benefit", "已领最低生活保障金", "fen_monthly", Level.HOUSEHOLD, unsaid=0),
    Quantity("leaving", "退出原因", "text", Level.HOUSEHOLD, "leavings", unsaid="none"),
    Quantity("expenses_told", "支出情况已申报", "truth", Level.HOUSEHOLD, unsaid=Truth.UNKNOWN),
    Quantity("obligors_told", "义务人情况已申报", "truth", Level.HOUSEHOLD, unsaid=Truth.UNKNOWN),
    Quantity("relation", "与申请人关系", "text", Level.MEMBER, "relations"),
    Quantity("age", "周岁", "count", Level.MEMBER),
    Quantity("sex", "性别", "text", Level.MEMBER, "sexes"),
    Quantity("employed", "就业", "truth", Level.MEMBER),
    Quantity("work_capacity", "劳动能力", "text", Level.MEMBER, "work_capacities"),
    Quantity("self_care", "生活自理能力", "text", Level.MEMBER, "self_cares"),
    Quantity("student", "在读阶段", "text", Level.MEMBER, "stages"),
    Quantity("disabled", "持证残疾人", "truth", Level.MEMBER),
    Quantity("disability_category", "残疾类别", "text", Level.MEMBER, "disabilities"),
    Quantity("disability_grade", "残疾等级", "count", Level.MEMBER),
    Quantity("serious_illness", "患重大疾病", "truth", Level.MEMBER),
    Quantity("single_parent", "单亲家庭成员", "truth", Level.MEMBER, unsaid=Truth.NO),
    Quantity("months_since_graduation", "毕业以来满月数", "count", Level.MEMBER, unsaid=LONG_AGO),
    Quantity("no_earnings_shown", "已证明没有收入", "truth", Level.MEMBER, unsaid=Truth.NO),
    Quantity("labour_income", "各月劳动收入合计", "fen", Level.MONTH),
    Quantity("months", "月数", "count", Level.MONTH),
    Quantity("income_class", "收入类别", "text", Level.INCOME, "income_classes"),
    Quantity("income_kind", "收入种类", "text", Level.INCOME, "income_kinds"),
    Quantity("amount_received", "申报或核到的收入", "fen_annual", Level.INCOME),
    Quantity("costs", "成本", "fen_annual", Level.INCOME),
    Quantity("tax", "个人所得税", "fen_annual", Level.INCOME),
    Quantity("social_insurance", "个人缴纳的社会保险费", "fen_annual", Level.INCOME),
    Quantity("months_in_job_before", "此前已就业月数", "count", Level.INCOME),
    Quantity("months_of_line", "收入所属月数", "count", Level.INCOME),
    Quantity("expense_kind", "支出种类", "text", Level.EXPENSE, "expense_kinds"),
    Quantity("amount_paid", "支出金额", "fen_annual", Level.EXPENSE),
    Quantity("asset_class", "财产类别", "text", Level.ASSET, "asset_classes"),
    Quantity("asset_kind", "财产种类", "text", Level.ASSET, "asset_kinds"),
    Quantity("asset_value", "财产价值", "fen", Level.ASSET),
    Quantity("asset_at_least", "财产价值至少", "fen", Level.ASSET, unsaid=0),
    Quantity("asset_at_most", "财产价值至多", "fen", Level.ASSET),
    Quantity("purchase_price", "购置价格", "fen", Level.ASSET),
    Quantity("months_owned", "购置以来满月数", "count", Level.ASSET),
    Quantity("floor_area", "建筑面积(本人份额)", "area", Level.ASSET),
    Quantity("insured_value", "车损险保额", "fen", Level.ASSET),
    Quantity("business_role", "在市场主体中的身份", "text", Level.ASSET, "business_roles", "owner"),
    Quantity("employees", "雇工人数", "count", Level.ASSET),
    Quantity("employing_months", "雇工月数", "count", Level.ASSET),
    Quantity("business_profit", "年利润", "fen_annual", Level.ASSET),
    Quantity("obligor_relation", "义务人是其", "text", Level.OBLIGOR, "relations"),
    Quantity("obligor_exempt", "义务人不计算的情形", "text", Level.OBLIGOR, "exemptions"),
    Quantity("obligor_size", "义务人家庭人数", "count", Level.OBLIGOR),
    Quantity("obligor_income", "义务人家庭年收入", "fen_annual", Level.OBLIGOR),
    Quantity("siblings", "被赡养人子女数", "count", Level.OBLIGOR),
    Quantity("supported", "义务人供养的成员数", "count", Level.OBLIGOR),
    Quantity("agreed_amount", "协议或判决的数额", "fen_annual", Level.OBLIGOR),
)

_SILENT: Final = "来源没有说明"


@dataclass(slots=True)
class LaidOut:
    """The household with its facts, and what a reader must be told about them."""

    household: Subject
    as_of: date
    look_back: Mapping[str, Period]
    notes: list[str] = field(default_factory=list)


@lru_cache(1000)
def months_before(day: date, months: int) -> Period:
    """Give the whole calendar months before the month of the day (核算期)."""
    last = day.replace(day=1) - timedelta(days=1)
    back = last.year * 12 + last.month - months
    return Period(date(back // 12, back % 12 + 1, 1), last)


def lay_out(case: Case, silent: Silent, months: Mapping[str, int] = YEAR) -> LaidOut:
    """Lay out a case for the engine (案例展开); months: the look-back of each income class."""
    household = Subject(Level.HOUSEHOLD, "全家", _of_household(case, silent.get(ALL, ())))
    look_back = {class_: months_before(case.as_of, months[class_]) for class_ in INCOME_KINDS}
    laid = LaidOut(household, case.as_of, look_back)
    quiet = [member.key for member in case.members if silent.get(member.key)]
    if quiet:
        laid.notes.append(
            f"成员 {'、'.join(quiet)}:有的项目来源未反馈、未获授权、没有查到所申报的内容,"
            "或者没有可查的来源,按“不明”处理。"
        )
    for member in case.members:
        subject = _lay_out_member(laid, member, silent.get(member.key, ()))
        for obligor in case.obligors:
            if not obligor.supports or member.key in obligor.supports:
                subject.add(_obligor(obligor, member, len(case.members)))
    return laid


def _of_household(case: Case, silent: Collection[str]) -> dict[str, Any]:
    return {
        "members": len(case.members),
        "major_disaster": _truth(case.major_disaster),
        "dibao_benefit": case.dibao_benefit,
        "leaving": "none" if case.leaving is None else case.leaving.reason,
        "expenses_told": Truth.UNKNOWN if "expenses" in silent else Truth.YES,
        "obligors_told": Truth.UNKNOWN if "obligors" in silent else Truth.YES,
    }


def _lay_out_member(laid: LaidOut, member: Member, silent: Collection[str]) -> Subject:
    subject = laid.household.add(Subject(Level.MEMBER, member.key, _of_person(member, laid.as_of)))
    _lay_out_incomes(laid, subject, member, silent)
    year = months_before(laid.as_of, 12)
    for number, line in enumerate(member.expenses, start=1):
        label = f"{member.key} 第{number}条支出"
        period = _by_whole_months(line.period, year, laid.as_of)
        counted = _over_a_year(laid, period, year, label)
        facts = {"expense_kind": line.kind, "amount_paid": _times(line.amount, counted)}
        subject.add(Subject(Level.EXPENSE, label, facts))
    for number, asset in enumerate(member.assets, start=1):
        subject.add(_asset(f"{member.key} 第{number}项财产", asset, laid.as_of))
    for class_ in (found for found in ASSET_KINDS if f"assets.{found}" in silent):
        unknown = AssetLine(class_, UNKNOWN, UNKNOWN, UNKNOWN)
        subject.add(_asset(f"{member.key} {_SILENT}", unknown, laid.as_of))
    return subject


def _of_person(member: Member, as_of: date) -> dict[str, Any]:
    born = member.birth_date
    grade, graduated = member.disability_grade, member.graduated_on
    return {
        "relation": member.relation,
        "age": UNKNOWN if born is None else full_months(born, as_of) // 12,
        "sex": member.sex or UNKNOWN,
        "employed": _truth(member.employed),
        "work_capacity": member.work_capacity or UNKNOWN,
        "self_care": member.self_care or UNKNOWN,
        "student": member.student,
        "disabled": _truth(member.disabled),
        "disability_category": (member.disability_category or UNKNOWN)
        if member.disabled
        else "none",
        "disability_grade": (UNKNOWN if grade is None else grade) if member.disabled else 9,
        "serious_illness": _truth(member.serious_illness),
        "single_parent": _truth(member.single_parent),
        "months_since_graduation": LONG_AGO
        if graduated is None
        else max(0, full_months(graduated, as_of)),
        "no_earnings_shown": _truth(member.no_earnings_shown),
    }


def _truth(said: bool | None) -> Truth:
    if said is None:
        return Truth.UNKNOWN
    return Truth.YES if said else Truth.NO


def _lay_out_incomes(
    laid: LaidOut, subject: Subject, member: Member, silent: Collection[str]
) -> None:
    months: Earned = {}
    for number, told in enumerate(member.incomes, start=1):
        label = f"{member.key} 第{number}条收入"
        period = _by_whole_months(told.period, laid.look_back[told.class_], laid.as_of)
        line = replace(told, period=period)
        times = _over_a_year(laid, line.period, laid.look_back[line.class_], label)
        subject.add(_income(label, line, times, laid))
        if line.class_ == "wage" and times != 0:
            _add_to_months(months, line, laid.look_back["wage"], times)
    for class_ in (found for found in INCOME_KINDS if f"incomes.{found}" in silent):
        subject.add(_unknown_income(f"{member.key} {_SILENT}", class_))
        if class_ == "wage":
            months = dict.fromkeys(each_month(laid.look_back["wage"]), UNKNOWN)
    weight = 12 // laid.look_back["wage"].months()
    for month, earned in sorted(months.items()):
        facts = {"labour_income": _times(earned, weight), "months": weight}
        subject.add(Subject(Level.MONTH, f"{member.key} {month.first:%Y-%m}", facts))


def _add_to_months(
    months: Earned, line: IncomeLine, look_back: Period, times: Exact | Unknown
) -> None:
    """Say what a wage line means for each of its months (每月劳动收入).

    Only the disregard asks for a *monthly* wage; a line over several months answers it evenly.
    This is used to leave income out, never to hold a declared month against somebody.
    """
    period = line.period or look_back
    net = line.amount - line.costs - line.tax - line.social_insurance
    share = UNKNOWN if times is UNKNOWN else _divided(net, period.months())
    for month in each_month(look_back):
        if month.first <= period.last and period.first <= month.last:
            months[month] = months[month] + share if month in months else share


@lru_cache(1000)
def each_month(look_back: Period) -> tuple[Period, ...]:
    """List the months of a look-back period."""
    return tuple(look_back.each_month())


def _divided(amount: int, by: int) -> Exact:
    """Divide exactly: whole numbers stay whole, as nearly all are."""
    return amount // by if amount % by == 0 else Fraction(amount, by)


def _by_whole_months(period: Period | None, look_back: Period, as_of: date) -> Period | None:
    """Take as many months counted to the day, up to the day of application, as the look-back."""
    if period is None or not look_back.last < period.last <= as_of:
        return period
    return look_back if _months_of(period) == look_back.months() else period


def _months_of(period: Period) -> int:
    """Count whole months to the day (06-15 to 07-14 is one), else the calendar months touched."""
    after = period.last + timedelta(days=1)
    whole = after.day == period.first.day
    return full_months(period.first, after) if whole else period.months()


def _over_a_year(
    laid: LaidOut, period: Period | None, look_back: Period, label: str
) -> Exact | Unknown:
    """Say how often a line counts in a year: 0 outside, unknown where only partly in it."""
    a_year = _divided(12, look_back.months())
    if period is None or (period.first in look_back and period.last in look_back):
        return a_year
    common = period.overlap(look_back)
    if common is None:
        laid.notes.append(f"{label}:期间不在核算期({look_back})内,不计。")
        return 0
    if common == look_back and look_back.months() != 12:
        return _divided(12, _months_of(period))
    laid.notes.append(
        f"{label}:期间只有一部分在核算期({look_back})内,不按月分摊,数额按“不明”处理;"
        "请按核算期重新填写。"
    )
    return UNKNOWN


def _times(amount: Any, times: Any) -> Any:
    """Take an amount so many times, exactly."""
    return UNKNOWN if UNKNOWN in (amount, times) else amount * times


def _income(label: str, line: IncomeLine, times: Exact | Unknown, laid: LaidOut) -> Subject:
    period = line.period or laid.look_back[line.class_]
    began = line.started_on
    before = LONG_AGO if began is None else max(0, _months_between(began, period.first))
    return Subject(
        Level.INCOME,
        label,
        {
            "income_class": line.class_,
            "income_kind": line.kind,
            "amount_received": _times(line.amount, times),
            "costs": _times(line.costs, times),
            "tax": _times(line.tax, times),
            "social_insurance": _times(line.social_insurance, times),
            "months_in_job_before": before,
            "months_of_line": _times(period.months() * 1, times) if times != 0 else 0,
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
            "months_in_job_before": LONG_AGO,
            "months_of_line": 12,
        },
    )


def _asset(label: str, line: AssetLine, as_of: date) -> Subject:
    bought, none_told = line.purchased_on, line.employing_months is UNKNOWN
    return Subject(
        Level.ASSET,
        label,
        {
            "asset_class": line.class_,
            "asset_kind": line.kind,
            "asset_value": line.value,
            "asset_at_least": line.at_least,
            "asset_at_most": line.at_most,
            "purchase_price": line.purchase_price,
            "months_owned": UNKNOWN if bought is None else max(0, full_months(bought, as_of)),
            "floor_area": line.floor_area,
            "insured_value": line.insured_value,
            "business_role": line.role,
            "employees": line.employees,
            "employing_months": 0 if line.employees == 0 and none_told else line.employing_months,
            "business_profit": line.profit,
        },
    )


def _obligor(obligor: Obligor, member: Member, members: int) -> Subject:
    return Subject(
        Level.OBLIGOR,
        f"{member.key} 义务人{obligor.key}",
        {
            "obligor_relation": obligor.relation,
            "obligor_exempt": obligor.exempt,
            "obligor_size": _or_unknown(obligor.household_size),
            "obligor_income": _or_unknown(obligor.household_income),
            "siblings": _or_unknown(obligor.children_of_supported),
            "supported": len(obligor.supports) or members,
            "agreed_amount": _or_unknown(obligor.agreed_amount),
        },
    )


def _or_unknown(value: int | None) -> int | Unknown:
    return UNKNOWN if value is None else value


def _months_between(earlier: date, later: date) -> int:
    """Count calendar months from the one's month to the other's."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def full_months(since: date, on: date) -> int:
    """Count full months; the same day of the month completes one, so a birthday a year (周岁)."""
    return _months_between(since, on) - (on.day < since.day)
