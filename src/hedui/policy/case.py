"""A policy case (试算案例): the household as the rules need it, read strictly.

The format is that of the golden cases: members with incomes, expenses and assets, and the obligors
(义务人) outside. Names and ID numbers have no place in it; an unknown key is an error that names
the key and where it stands. Amounts are decimal yuan in quotes, dates are ISO.
"""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Final, TypeVar

from hedui.policy.kinds import (
    ASSET_KINDS,
    CHOICES,
    COUNTED,
    DISABILITIES,
    EXEMPTIONS,
    EXPENSE_KINDS,
    INCOME_KINDS,
    RELATIONS,
)
from hedui.policy.parameter_files import PolicyError
from hedui.policy.truth import UNKNOWN, Unknown
from hedui.values.money import Fen, MoneyError, fen_from_yuan
from hedui.values.periods import Period, PeriodError

Line = TypeVar("Line")


class CaseError(PolicyError):
    """The case is not well written (案例填写有误); says where, and never repeats an amount."""


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
    """One asset of a member (财产); a value or area that was not given is unknown."""

    class_: str
    kind: str | Unknown
    value: Fen | Unknown
    floor_area: Fraction | Unknown
    purchase_price: Fen | Unknown = UNKNOWN
    purchased_on: date | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A co-resident member (共同生活的家庭成员), known by key only; None is not said."""

    key: str
    relation: str
    birth_date: date | None
    sex: str | None
    employed: bool | None
    work_capacity: str | None
    disabled: bool
    disability_category: str | None
    disability_grade: int | None
    serious_illness: bool
    student: str
    incomes: tuple[IncomeLine, ...]
    expenses: tuple[ExpenseLine, ...]
    assets: tuple[AssetLine, ...]


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


_CASE_KEYS: Final = {"name", "programme", "division", "as_of", "members", "obligors", "expect"}
_MEMBER_KEYS: Final = {
    "key",
    "relation",
    "birth_date",
    "sex",
    "employed",
    "work_capacity",
    "disability",
    "serious_illness",
    "student",
    "incomes",
    "expenses",
    "assets",
}
_INCOME_KEYS: Final = {
    "class",
    "kind",
    "amount",
    "from",
    "to",
    "costs",
    "tax",
    "social_insurance",
    "started_on",
}
_EXPENSE_KEYS: Final = {"kind", "amount", "from", "to"}
_ASSET_KEYS: Final = {
    "class",
    "kind",
    "value",
    "as_of",
    "purchase_price",
    "purchased_on",
    "floor_area",
    "share",
    "use",
}
_OBLIGOR_KEYS: Final = {
    "key",
    "relation",
    "supports",
    "household_size",
    "household_income",
    "children_of_supported",
    "agreed_amount",
    "exempt",
}


def read_case(raw: Mapping[str, Any]) -> Case:
    """Read a case (读取案例).

    :raises CaseError: an unknown or missing key, an unknown kind, an amount, date or share that is
        not one; no member; two members with the same key
    """
    _only(raw, _CASE_KEYS, "案例")
    as_of = _date(_need(raw, "as_of", "案例"), "案例 as_of")
    members = tuple(
        _member(entry, f"第{number}位成员") for number, entry in _listed(raw, "members", "案例")
    )
    if not members:
        raise CaseError("案例:至少要有一位家庭成员。")
    if len({member.key for member in members}) != len(members):
        raise CaseError("案例:两位成员用了同一个 key。")
    keys = {member.key for member in members}
    obligors = tuple(_obligor(entry, keys) for _, entry in _listed(raw, "obligors", "案例"))
    return Case(
        programme=str(_need(raw, "programme", "案例")),
        as_of=as_of,
        members=members,
        division=str(_need(raw, "division", "案例")),
        obligors=obligors,
    )


def _member(raw: Mapping[str, Any], where: str) -> Member:
    _only(raw, _MEMBER_KEYS, where)
    where = f"成员 {_need(raw, 'key', where)}"
    for key, allowed in CHOICES.items():
        _one_of(raw.get(key, allowed[0]), allowed, f"{where} {key}")
    category, grade = _disability(raw.get("disability"), f"{where} disability")
    employed = raw.get("employed")
    if not isinstance(employed, bool | None) or not isinstance(
        raw.get("serious_illness"), bool | None
    ):
        raise CaseError(f"{where}:employed 和 serious_illness 应为 true 或 false。")
    return Member(
        key=str(raw["key"]),
        relation=raw.get("relation", RELATIONS[0]),
        birth_date=_day(raw, "birth_date", where),
        sex=raw.get("sex"),
        employed=employed,
        work_capacity=raw.get("work_capacity"),
        disabled=bool(raw.get("disability")),
        disability_category=category,
        disability_grade=grade,
        serious_illness=bool(raw.get("serious_illness")),
        student=raw.get("student", "none"),
        incomes=_lines(raw, "incomes", _income, f"{where} 的第%d条收入"),
        expenses=_lines(raw, "expenses", _expense, f"{where} 的第%d条支出"),
        assets=_lines(raw, "assets", _asset, f"{where} 的第%d项财产"),
    )


def _disability(raw: Any, where: str) -> tuple[str | None, int | None]:
    if not raw:
        return None, None
    _only(raw, {"category", "grade"}, where)
    category, grade = raw.get("category"), raw.get("grade")
    if category is not None:
        _one_of(category, DISABILITIES, f"{where} category")
    if grade is not None and grade not in (1, 2, 3, 4):
        raise CaseError(f"{where} grade:等级应为 1 至 4。")
    return category, grade


def _obligor(raw: Mapping[str, Any], keys: Set[str]) -> Obligor:
    _only(raw, _OBLIGOR_KEYS, "义务人")
    where = f"义务人 {_need(raw, 'key', '义务人')}"
    supports = raw.get("supports") or []
    if not isinstance(supports, list) or not set(map(str, supports)) <= keys:
        raise CaseError(f"{where} supports:应为家庭成员的 key 的列表。")
    amounts = {
        key: None if raw.get(key) is None else _fen(raw[key], f"{where} {key}")
        for key in ("household_income", "agreed_amount")
    }
    counts = {key: _number(raw, key, where) for key in ("household_size", "children_of_supported")}
    if counts["household_size"] == 0:
        raise CaseError(f"{where} household_size:应至少为 1。")
    return Obligor(
        key=str(raw["key"]),
        relation=str(raw.get("relation", "other")),
        supports=tuple(map(str, supports)),
        household_size=counts["household_size"],
        household_income=amounts["household_income"],
        children_of_supported=counts["children_of_supported"],
        agreed_amount=amounts["agreed_amount"],
        exempt=_one_of(raw.get("exempt", "none"), ("none", *EXEMPTIONS), f"{where} exempt"),
    )


def _income(raw: Mapping[str, Any], where: str) -> IncomeLine:
    _only(raw, _INCOME_KEYS, where)
    class_ = _one_of(_need(raw, "class", where), INCOME_KINDS, f"{where} class")
    line = IncomeLine(
        class_=class_,
        kind=_one_of(_need(raw, "kind", where), INCOME_KINDS[class_], where),
        amount=_fen(_need(raw, "amount", where), where),
        costs=_fen(raw.get("costs", "0"), where),
        tax=_fen(raw.get("tax", "0"), where),
        social_insurance=_fen(raw.get("social_insurance", "0"), where),
        period=_period(raw, where),
        started_on=_day(raw, "started_on", where),
    )
    if class_ != "business" and line.costs + line.tax + line.social_insurance > line.amount:
        raise CaseError(f"{where}:成本、税和社会保险费之和大于收入。")
    return line


def _expense(raw: Mapping[str, Any], where: str) -> ExpenseLine:
    _only(raw, _EXPENSE_KEYS, where)
    kind = _one_of(_need(raw, "kind", where), EXPENSE_KINDS, f"{where} kind")
    return ExpenseLine(kind, _fen(_need(raw, "amount", where), where), _period(raw, where))


def _asset(raw: Mapping[str, Any], where: str) -> AssetLine:
    _only(raw, _ASSET_KEYS, where)
    class_ = _one_of(_need(raw, "class", where), ASSET_KINDS, f"{where} class")
    kind = raw.get("kind", "")
    if kind != "" or class_ in COUNTED:
        _one_of(kind, ASSET_KINDS[class_] or (class_,), f"{where} kind")
    if class_ not in COUNTED:
        _need(raw, "value", where)
    value, area, price = (raw.get(key) for key in ("value", "floor_area", "purchase_price"))
    share = _fraction(raw.get("share", 1), where)
    if share == 0 or share > 1:
        raise CaseError(f"{where} share:份额应大于 0 且不超过 1。")
    return AssetLine(
        class_,
        kind,
        value=UNKNOWN if value is None else _fen(value, where),
        floor_area=UNKNOWN if area is None else _fraction(area, where) * share,
        purchase_price=UNKNOWN if price is None else _fen(price, where),
        purchased_on=_day(raw, "purchased_on", where),
    )


def _listed(raw: Mapping[str, Any], key: str, where: str) -> list[tuple[int, Any]]:
    entries = raw.get(key) or []
    if not isinstance(entries, list) or not all(isinstance(e, Mapping) for e in entries):
        raise CaseError(f"{where} {key}:应为列表。")
    return list(enumerate(entries, start=1))


def _lines(
    raw: Mapping[str, Any], key: str, read: Callable[[Mapping[str, Any], str], Line], where: str
) -> tuple[Line, ...]:
    return tuple(read(entry, where % number) for number, entry in _listed(raw, key, str(key)))


def _only(raw: Mapping[str, Any], known: set[str], where: str) -> None:
    if not isinstance(raw, Mapping):
        raise CaseError(f"{where}:写法不对,应为“键: 值”。")
    for key in raw:
        if key not in known:
            raise CaseError(f"{where}:不认识的键“{key}”。")


def _need(raw: Mapping[str, Any], key: str, where: str) -> Any:
    if raw.get(key) is None:
        raise CaseError(f"{where}:缺少“{key}”。")
    return raw[key]


def _one_of(value: Any, allowed: Any, where: str) -> str:
    if value not in allowed:
        raise CaseError(f"{where}:没有“{value}”这一种,可用的有 {'、'.join(allowed)}。")
    return str(value)


def _fen(value: Any, where: str) -> Fen:
    try:
        return fen_from_yuan(value)
    except MoneyError as error:
        raise CaseError(f"{where}:{error}") from None


def _date(value: Any, where: str) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise CaseError(f"{where}:日期应写作 2024-08-01。") from None


def _day(raw: Mapping[str, Any], key: str, where: str) -> date | None:
    return None if raw.get(key) is None else _date(raw[key], f"{where} {key}")


def _number(raw: Mapping[str, Any], key: str, where: str) -> int | None:
    value = raw.get(key)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
        raise CaseError(f"{where} {key}:应为非负整数。")
    return value


def _period(raw: Mapping[str, Any], where: str) -> Period | None:
    if raw.get("from") is None and raw.get("to") is None:
        return None
    first = _date(_need(raw, "from", where), f"{where} from")
    last = _date(_need(raw, "to", where), f"{where} to")
    try:
        return Period(first, last)
    except PeriodError as error:
        raise CaseError(f"{where}:{error}") from None


def _fraction(value: Any, where: str) -> Fraction:
    # areas and shares are not money: YAML may write them as plain decimals
    try:
        number = Fraction(str(value)) if not isinstance(value, bool) else Fraction(-1)
    except (ValueError, ZeroDivisionError):
        number = Fraction(-1)
    if number < 0:
        raise CaseError(f"{where}:面积或份额应为正数(例如 60、0.5 或 1/2)。")
    return number
