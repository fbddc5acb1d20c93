"""A policy case (试算案例): the household as the rules need it, read strictly.

The format is that of the golden cases: members with incomes, expenses and assets, and the obligors
(义务人) outside. Names and ID numbers have no place in it; an unknown key is an error that names
the key and where it stands. Amounts are decimal yuan in quotes, dates are ISO.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final

from hedui.policy import written
from hedui.policy.kinds import (
    ABSENCES,
    ASSET_KINDS,
    BUSINESS_ROLES,
    CHOICES,
    COUNTED,
    DISABILITIES,
    EXEMPTIONS,
    EXPENSE_KINDS,
    INCOME_KINDS,
    LEAVINGS,
    RELATIONS,
)
from hedui.policy.truth import UNKNOWN, Unknown
from hedui.policy.written import CaseError
from hedui.values.money import Fen
from hedui.values.periods import Period

__all__ = ["CASE_KEYS", "KEYS", "Case", "CaseError", "read_case"]


@dataclass(frozen=True, slots=True)
class IncomeLine:
    """One income of a member in a period (收入); no period means the whole look-back period."""

    class_: str
    kind: str
    amount: Fen
    costs: Fen
    tax: Fen
    social_insurance: Fen
    period: Period | None
    started_on: date | None


@dataclass(frozen=True, slots=True)
class ExpenseLine:
    """One expense of a member in a period (支出)."""

    kind: str
    amount: Fen
    period: Period | None


@dataclass(frozen=True, slots=True)
class AssetLine:
    """
    One asset of a member (财产); a value or area that was not given is unknown.

    at_least, at_most: fen between which a value lies that was not given
    """

    class_: str
    kind: str | Unknown
    value: Fen | Unknown
    floor_area: Fraction | Unknown
    purchase_price: Fen | Unknown = UNKNOWN
    purchased_on: date | None = None
    insured_value: Fen | Unknown = UNKNOWN
    role: str = BUSINESS_ROLES[0]
    employees: int | Unknown = UNKNOWN
    employing_months: int | Unknown = UNKNOWN
    profit: Fen | Unknown = UNKNOWN
    at_least: Fen = Fen(0)
    at_most: Fen | Unknown = UNKNOWN


@dataclass(frozen=True, slots=True)
class Absence:
    """Why and since when somebody of the family lives elsewhere (不在家中); no day is not said."""

    reason: str
    since: date | None


@dataclass(frozen=True, slots=True)
class Leaving:
    """Why a household leaves Dibao, and the day of the decision (退出的原因和确认日)."""

    reason: str
    decided_on: date


@dataclass(frozen=True, slots=True)
class Member:
    """A co-resident member (共同生活的家庭成员), known by key only; None is not said."""

    key: str
    relation: str
    birth_date: date | None
    sex: str | None
    employed: bool | None
    work_capacity: str | None
    self_care: str | None
    disabled: bool
    disability_category: str | None
    disability_grade: int | None
    serious_illness: bool
    student: str
    incomes: tuple[IncomeLine, ...]
    expenses: tuple[ExpenseLine, ...]
    assets: tuple[AssetLine, ...]
    single_parent: bool
    graduated_on: date | None
    no_earnings_shown: bool
    absence: Absence | None


@dataclass(frozen=True, slots=True)
class Obligor:
    """Somebody outside who owes maintenance (赡养、抚养、扶养义务人); None is not said.

    supports: keys of members; none named means every member
    household_income, agreed_amount: fen in the twelve months of the look-back period
    """

    key: str
    relation: str
    supports: tuple[str, ...]
    household_size: int | None
    household_income: Fen | None
    children_of_supported: int | None
    agreed_amount: Fen | None
    exempt: str


@dataclass(frozen=True, slots=True)
class Case:
    """A household to compute (一户), for a programme, at a place, on a day."""

    programme: str
    division: str
    as_of: date
    members: tuple[Member, ...]
    obligors: tuple[Obligor, ...]
    major_disaster: bool = False
    dibao_benefit: Fen = Fen(0)
    leaving: Leaving | None = None


CASE_KEYS: Final = {
    "name",
    "programme",
    "division",
    "as_of",
    "members",
    "obligors",
    "major_disaster",
    "dibao_benefit",
    "leaving",
    "expect",
}
KEYS: Final = {
    "member": {
        "key",
        "relation",
        "birth_date",
        "sex",
        "employed",
        "work_capacity",
        "self_care",
        "disability",
        "serious_illness",
        "student",
        "incomes",
        "expenses",
        "assets",
        "single_parent",
        "graduated_on",
        "no_earnings_shown",
        "absence",
    },
    "income": {
        "class",
        "kind",
        "amount",
        "from",
        "to",
        "costs",
        "tax",
        "social_insurance",
        "started_on",
    },
    "asset": {
        "class",
        "kind",
        *("value", "at_least", "at_most", "as_of"),
        *("purchase_price", "purchased_on"),
        *("floor_area", "share"),
        "use",
        "insured_value",
        "role",
        *("employees", "employing_months", "profit"),
    },
    "obligor": {
        "key",
        "relation",
        "supports",
        "household_size",
        "household_income",
        "children_of_supported",
        "agreed_amount",
        "exempt",
    },
    "expense": {"kind", "amount", "from", "to"},
}
"""What may stand in each part of a case."""


def read_case(raw: Mapping[str, Any]) -> Case:
    """Read a case (读取案例).

    :raises CaseError: an unknown or missing key, an unknown kind, an amount, date or share that is
        not one; no member; two members with the same key
    """
    written.only(raw, CASE_KEYS, "案例")
    as_of = written.a_date(written.need(raw, "as_of", "案例"), "案例 as_of")
    members = tuple(
        _member(entry, f"第{number}位成员")
        for number, entry in written.listed(raw, "members", "案例")
    )
    if not members:
        raise CaseError("案例:至少要有一位家庭成员。")
    written.once([member.key for member in members], "成员的 key")
    written.none_after(as_of, {one.key: one.birth_date for one in members}, "出生日期")
    keys = {member.key for member in members}
    obligors = tuple(_obligor(entry, keys) for _, entry in written.listed(raw, "obligors", "案例"))
    return Case(
        programme=str(written.need(raw, "programme", "案例")),
        as_of=as_of,
        members=members,
        division=str(written.need(raw, "division", "案例")),
        obligors=obligors,
        major_disaster=bool(written.truth(raw, "major_disaster", "案例")),
        dibao_benefit=written.fen(raw.get("dibao_benefit", "0"), "案例 dibao_benefit"),
        leaving=_leaving(raw.get("leaving")),
    )


def _leaving(raw: Any) -> Leaving | None:
    if raw is None:
        return None
    where = "案例 leaving"
    written.only(raw, {"reason", "decided_on"}, where)
    reason = written.one_of(written.need(raw, "reason", where), LEAVINGS, f"{where} reason")
    return Leaving(reason, written.a_date(written.need(raw, "decided_on", where), where))


def _absence(raw: Any, where: str) -> Absence | None:
    if raw is None:
        return None
    written.only(raw, {"reason", "since"}, where)
    reason = written.one_of(written.need(raw, "reason", where), ABSENCES, f"{where} reason")
    return Absence(reason, written.day(raw, "since", where))


def _member(raw: Mapping[str, Any], where: str) -> Member:
    written.only(raw, KEYS["member"], where)
    where = f"成员 {written.need(raw, 'key', where)}"
    for key, allowed in CHOICES.items():
        written.one_of(raw.get(key, allowed[0]), allowed, f"{where} {key}")
    category, grade = _disability(raw.get("disability"), f"{where} disability")
    return Member(
        key=str(raw["key"]),
        relation=raw.get("relation", RELATIONS[0]),
        birth_date=written.day(raw, "birth_date", where),
        sex=raw.get("sex"),
        employed=written.truth(raw, "employed", where),
        work_capacity=raw.get("work_capacity"),
        self_care=raw.get("self_care"),
        disabled=bool(raw.get("disability")),
        disability_category=category,
        disability_grade=grade,
        serious_illness=bool(written.truth(raw, "serious_illness", where)),
        student=raw.get("student", "none"),
        incomes=written.lines(raw, "incomes", _income, f"{where} 的第%d条收入"),
        expenses=written.lines(raw, "expenses", _expense, f"{where} 的第%d条支出"),
        assets=written.lines(raw, "assets", _asset, f"{where} 的第%d项财产"),
        single_parent=bool(written.truth(raw, "single_parent", where)),
        graduated_on=written.day(raw, "graduated_on", where),
        no_earnings_shown=bool(written.truth(raw, "no_earnings_shown", where)),
        absence=_absence(raw.get("absence"), f"{where} absence"),
    )


def _disability(raw: Any, where: str) -> tuple[str | None, int | None]:
    if not raw:
        return None, None
    written.only(raw, {"category", "grade"}, where)
    category, grade = raw.get("category"), raw.get("grade")
    if category is not None:
        written.one_of(category, DISABILITIES, f"{where} category")
    if grade is not None and grade not in (1, 2, 3, 4):
        raise CaseError(f"{where} grade:等级应为 1 至 4。")
    return category, grade


def _obligor(raw: Mapping[str, Any], keys: Set[str]) -> Obligor:
    written.only(raw, KEYS["obligor"], "义务人")
    where = f"义务人 {written.need(raw, 'key', '义务人')}"
    supports = raw.get("supports") or []
    if not isinstance(supports, list) or not set(map(str, supports)) <= keys:
        raise CaseError(f"{where} supports:应为家庭成员的 key 的列表。")
    amounts = {
        key: None if raw.get(key) is None else written.fen(raw[key], f"{where} {key}")
        for key in ("household_income", "agreed_amount")
    }
    counts = {
        key: written.number(raw, key, where) for key in ("household_size", "children_of_supported")
    }
    if counts["household_size"] == 0:
        raise CaseError(f"{where} household_size:应至少为 1。")
    return Obligor(
        key=str(raw["key"]),
        relation=written.one_of(raw.get("relation", "other"), RELATIONS, f"{where} relation"),
        supports=tuple(map(str, supports)),
        household_size=counts["household_size"],
        household_income=amounts["household_income"],
        children_of_supported=counts["children_of_supported"],
        agreed_amount=amounts["agreed_amount"],
        exempt=written.one_of(raw.get("exempt", "none"), ("none", *EXEMPTIONS), f"{where} exempt"),
    )


def _income(raw: Mapping[str, Any], where: str) -> IncomeLine:
    written.only(raw, KEYS["income"], where)
    class_ = written.one_of(written.need(raw, "class", where), INCOME_KINDS, f"{where} class")
    line = IncomeLine(
        class_=class_,
        kind=written.one_of(written.need(raw, "kind", where), INCOME_KINDS[class_], where),
        amount=written.fen(written.need(raw, "amount", where), where),
        costs=written.fen(raw.get("costs", "0"), where),
        tax=written.fen(raw.get("tax", "0"), where),
        social_insurance=written.fen(raw.get("social_insurance", "0"), where),
        period=written.period(raw, where),
        started_on=written.day(raw, "started_on", where),
    )
    if class_ != "business" and line.costs + line.tax + line.social_insurance > line.amount:
        raise CaseError(f"{where}:成本、税和社会保险费之和大于收入。")
    return line


def _expense(raw: Mapping[str, Any], where: str) -> ExpenseLine:
    written.only(raw, KEYS["expense"], where)
    kind = written.one_of(written.need(raw, "kind", where), EXPENSE_KINDS, f"{where} kind")
    return ExpenseLine(
        kind, written.fen(written.need(raw, "amount", where), where), written.period(raw, where)
    )


def _asset(raw: Mapping[str, Any], where: str) -> AssetLine:
    written.only(raw, KEYS["asset"], where)
    class_ = written.one_of(written.need(raw, "class", where), ASSET_KINDS, f"{where} class")
    kind = raw.get("kind", "")
    if kind != "" or class_ in COUNTED:
        written.one_of(kind, ASSET_KINDS[class_] or (class_,), f"{where} kind")
    if class_ not in COUNTED and "at_least" not in raw:
        written.need(raw, "value", where)
    area = raw.get("floor_area")
    share = written.fraction(raw.get("share", 1), where)
    if share == 0 or share > 1:
        raise CaseError(f"{where} share:份额应大于 0 且不超过 1。")
    return AssetLine(
        class_,
        kind,
        value=_amount(raw, "value", where),
        floor_area=UNKNOWN if area is None else written.fraction(area, where) * share,
        purchase_price=_amount(raw, "purchase_price", where),
        purchased_on=written.day(raw, "purchased_on", where),
        insured_value=_amount(raw, "insured_value", where),
        role=written.one_of(raw.get("role", BUSINESS_ROLES[0]), BUSINESS_ROLES, f"{where} role"),
        employees=_or_unknown(written.number(raw, "employees", where)),
        employing_months=_or_unknown(written.number(raw, "employing_months", where)),
        profit=_amount(raw, "profit", where),
        at_least=written.fen(raw.get("at_least", "0"), where),
        at_most=_amount(raw, "at_most", where),
    )


def _amount(raw: Mapping[str, Any], key: str, where: str) -> Fen | Unknown:
    return UNKNOWN if raw.get(key) is None else written.fen(raw[key], where)


def _or_unknown(value: int | None) -> int | Unknown:
    return UNKNOWN if value is None else value
