"""The declaration read back 宣读核对: every line in words, as the household hears it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hedui import policy
from hedui.policy.vocabulary import vocabulary
from hedui.procedure.cases import labels
from hedui.procedure.cases.written import day, yuan
from hedui.values.divisions import DivisionError, full_name
from hedui.values.resident_id import ResidentId, ResidentIdError


@dataclass(frozen=True, slots=True)
class Told:
    """One line: what, how much, and what belongs to it."""

    what: str
    amount: str
    detail: str


@dataclass(frozen=True, slots=True)
class Person:
    """One member, read back."""

    key: str
    name: str
    number: str
    relation: str
    circumstances: list[str]
    sides: list[tuple[str, list[Told]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReadBack:
    """The whole declaration in words."""

    programme: str
    division: str
    applied_on: date
    circumstances: list[str]
    people: list[Person]


def read_back(content: Mapping[str, Any]) -> ReadBack:
    """Put a declaration, which may still have gaps, into words."""
    known = policy.known_programmes().get(content["programme"])
    try:
        place = full_name(content["division"])
    except DivisionError:
        place = content["division"]
    return ReadBack(
        known.label if known else content["programme"],
        place,
        date.fromisoformat(content["applied_on"]),
        list(_of_household(content)),
        [_person(member) for member in content["members"]],
    )


def _person(member: Mapping[str, Any]) -> Person:
    return Person(
        key=member["key"],
        name=member.get("name", "（未填姓名）"),
        number=member.get("id_number", ""),
        relation=labels.RELATIONS.get(member.get("relation", ""), ""),
        circumstances=list(_circumstances(member)),
        sides=[
            ("收入", [_income(line) for line in member.get("incomes", [])]),
            ("财产", [_asset(line) for line in member.get("assets", [])]),
            ("支出", [_expense(line) for line in member.get("expenses", [])]),
        ],
    )


def _of_household(content: Mapping[str, Any]) -> Iterable[str]:
    if content.get("major_disaster"):
        yield "遭受重大灾害"
    if content.get("dibao_benefit"):
        yield f"已领最低生活保障金 {yuan(content['dibao_benefit'])}"
    if leaving := content.get("leaving"):
        why = vocabulary()["leavings"].get(leaving.get("reason", ""), "")
        yield f"{_day(leaving.get('decided_on', ''))}确认退出：{why}"
    for obligor in content.get("obligors", []):
        yield _obligor(obligor)


def _obligor(obligor: Mapping[str, Any]) -> str:
    exempt = obligor.get("exempt", "none")
    parts = [
        f"赡养、抚养义务人{obligor.get('name', '')}（{obligor.get('relation', '')}）",
        f"{obligor['household_size']}口之家" if obligor.get("household_size") else "",
        *(
            f"{words} {yuan(obligor[name])}"
            for name, words in (
                ("household_income", "家庭年收入"),
                ("agreed_amount", "协议或者判决每年"),
            )
            if obligor.get(name)
        ),
        vocabulary()["exemptions"].get(exempt, "") if exempt != "none" else "",
    ]
    return "，".join(filter(None, parts))


def _circumstances(member: Mapping[str, Any]) -> Iterable[str]:
    try:
        number = ResidentId.parse(member.get("id_number", ""))
        yield {"male": "男", "female": "女"}[number.sex]
        yield f"{day(number.birth_date)}出生"
    except ResidentIdError:
        pass
    marital = member.get("marital_status", "unknown")
    yield from filter(
        None,
        (
            labels.MARITAL_STATUSES.get(marital) if marital != "unknown" else "",
            {True: "已就业", False: "未就业", None: ""}[member.get("employed")],
            labels.WORK_CAPACITIES.get(member.get("work_capacity", "")),
            labels.SELF_CARES.get(member.get("self_care", "")),
        ),
    )
    if member.get("student", "none") != "none":
        yield f"在读：{labels.STUDENTS.get(member['student'], '')}"
    if held := member.get("disability"):
        yield f"{labels.DISABILITIES.get(held.get('category'), '')}残疾{held.get('grade', '')}级"
    if member.get("serious_illness"):
        yield "患重病"
    if member.get("single_parent"):
        yield "单亲家庭成员"
    if member.get("no_earnings_shown"):
        yield "已证明没有收入"
    if member.get("graduated_on"):
        yield f"{_day(member['graduated_on'])}毕业"
    if away := member.get("absence"):
        since = f"自{_day(away['since'])}" if away.get("since") else ""
        yield f"{since}不在家中：{labels.ABSENCES.get(away.get('reason', ''), '')}"


def _income(line: Mapping[str, Any]) -> Told:
    class_ = line.get("class", "")
    kind = labels.INCOME_KINDS.get(class_, {}).get(line.get("kind", ""), "")
    began = [f"{_day(line['started_on'])}就业"] if line.get("started_on") else []
    parts = [_span(line), *began] + [
        f"{words} {yuan(line[name])}"
        for name, words in (
            ("social_insurance", "个人缴纳社保"),
            ("tax", "已缴税款"),
            ("costs", "成本"),
        )
        if line.get(name)
    ]
    return Told(
        f"{labels.INCOME_CLASSES.get(class_, '')} · {kind}",
        yuan(line.get("amount")),
        "；".join(filter(None, parts)),
    )


def _expense(line: Mapping[str, Any]) -> Told:
    return Told(
        labels.EXPENSE_KINDS.get(line.get("kind", ""), ""), yuan(line.get("amount")), _span(line)
    )


def _asset(line: Mapping[str, Any]) -> Told:
    class_ = line.get("class", "")
    kind = labels.ASSET_KINDS.get(class_, {}).get(line.get("kind", ""), line.get("kind", ""))
    parts = [
        f"截至 {_day(line['as_of'])}" if line.get("as_of") else "",
        f"购置价 {yuan(line['purchase_price'])}" if line.get("purchase_price") else "",
        f"{_day(line['purchased_on'])}购置" if line.get("purchased_on") else "",
        f"{line['floor_area']} 平方米" if line.get("floor_area") else "",
        f"份额 {line['share']}" if line.get("share") else "",
        f"车损险保额 {yuan(line['insured_value'])}" if line.get("insured_value") else "",
        labels.BUSINESS_ROLES.get(line.get("role", ""), ""),
        f"雇工 {line['employees']} 人" if line.get("employees") is not None else "",
        f"雇工 {line['employing_months']} 个月" if line.get("employing_months") is not None else "",
        f"年利润 {yuan(line['profit'])}" if line.get("profit") else "",
        line.get("use", ""),
    ]
    what = " · ".join(filter(None, (labels.ASSET_CLASSES.get(class_, ""), kind)))
    return Told(what, yuan(line.get("value")), "；".join(filter(None, parts)))


def _span(line: Mapping[str, Any]) -> str:
    if not line.get("from") or not line.get("to"):
        return ""
    return f"{_day(line['from'])}至{_day(line['to'])}"


def _day(text: str) -> str:
    try:
        return day(text)
    except ValueError:
        return text
