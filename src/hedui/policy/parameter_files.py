"""Parameter files (参数文件): one file per parameter and division, read strictly.

``parameters/<code>-<place>/<chapter or programme>/<parameter>.yaml`` holds dated values. A mistake
is told with file, line and remedy. ``parameter.schema.json`` says the same to an editor.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from fractions import Fraction
from importlib.resources.abc import Traversable
from typing import Any, Final

from hedui.policy.exact import exact
from hedui.policy.law import Citation, LawError, Seen, law, read_seen
from hedui.policy.truth import Exact, Truth
from hedui.policy.vocabulary import vocabulary
from hedui.policy.yaml_files import YamlFile
from hedui.values.money import MoneyError, fen_from_yuan

CHAPTERS: Final = ("standards", "income", "maintenance", "property", "expenditure")
OPERATORS: Final = ("<", "<=", ">=", ">")
MAX_COUNT: Final = 1200
MOST_ARTICLES: Final = 9999
BOUNDS: Final = {"fen": 10**11, "fen_monthly": 10**8, "fen_annual": 12 * 10**8}
"""The largest amounts of parameters, fen: beyond them a product of columns could leave 64 bits."""


class PolicyError(ValueError):
    """The rules cannot be computed for this case (无法试算); the message is for the user."""


class ParameterError(PolicyError):
    """A parameter file is not well written (参数文件有误): names file, line and remedy."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A parameter the rules know (参数名录): its label, unit, and whether they can do without.

    words: the group of the vocabulary its codes belong to, if it is written in codes
    operator: for a line that something is held against, how (低于、不超过、达到、超过)
    alternative: an amount that a place may publish in place of a computed one; not missed elsewhere
    least, most: the bounds of its values, written as values are; None is none beyond the unit's own
    """

    name: str
    label: str
    unit: str
    required: bool
    words: str = ""
    operator: str = ""
    alternative: bool = False
    least: Any = None
    most: Any = None


@dataclass(frozen=True, slots=True)
class Dated:
    """A value from a date on (分段取值)."""

    value: Any
    valid_from: date
    until: date | None
    review_after: date | None
    reference: Citation
    seen: Seen
    note: str | None
    operator: str
    where: str


_ENTRY: Final = ("label", "unit", "required", "words", "operator", "alternative", "least", "most")

Place = Mapping[str, Mapping[str, tuple[Dated, ...]]]
"""The parameters of one division: chapter or programme → parameter → values, newest first."""


def read_declared(raw: Mapping[str, Mapping[str, Any]]) -> dict[str, Declared]:
    """Read the list of parameters a chapter or programme declares.

    :raises ParameterError: an entry has other keys or an unknown unit
    """
    found = {}
    for name, entry in raw.items():
        words, operator = entry.get("words", ""), entry.get("operator", "")
        known = set(entry) <= set(_ENTRY)
        fits = words in ("", *vocabulary()) and operator in ("", *OPERATORS)
        if not known or entry.get("unit") not in READERS or not fits:
            raise ParameterError(f"参数名录:{name} 的写法不对")
        found[name] = Declared(
            name,
            entry["label"],
            entry["unit"],
            entry.get("required", False),
            words,
            operator,
            entry.get("alternative", False),
            entry.get("least"),
            entry.get("most"),
        )
    return found


class _File(YamlFile):
    """One parameter file: says what is wrong in it, where, and what to write instead."""

    def wrong(self, problem: str, remedy: str, *path: Any) -> ParameterError:
        """Say what is wrong, on which line, and the remedy."""
        return ParameterError(f"{self.at(*path)}:{problem};请{remedy}。")


def read_file(
    where: str, file: Traversable, declared: Mapping[str, Declared], raw: dict[str, Any]
) -> tuple[str, tuple[Dated, ...]]:
    """Read one parameter file; ``raw`` takes all of it as plain JSON, under ``where``.

    :raises ParameterError: it is not well written
    :raises YamlError: it cannot be read at all
    """
    name = file.name.removesuffix(".yaml")
    source = _File(where, file)
    entry = source.value
    if name not in declared:
        near = get_close_matches(name, declared, n=1)
        known = near[0] if near else "hedui policy show 列出的名称"
        raise source.wrong(f"没有名为 {name} 的参数", f"把文件名改为 {known}")
    values = entry.get("values") if isinstance(entry, dict) else None
    if not isinstance(values, dict) or not values:
        raise source.wrong("缺少 values", "在 values 下写“日期: {value: …}”")
    for key in set(entry) - {"values", "unit", "operator", "description"}:
        raise source.wrong(f"不认识的键“{key}”", "只用 description、unit、operator、values", key)
    if entry.get("unit", declared[name].unit) != declared[name].unit:
        raise source.wrong("单位不对", f"把 unit 写作 {declared[name].unit}", "unit")
    if "operator" in entry:
        _check_operator(source, entry["operator"], name, declared, "operator")
    for day, found in values.items():
        if isinstance(found, dict) and "operator" in found:
            path = ("values", day, "operator")
            _check_operator(source, found["operator"], name, declared, *path)
    operator = entry.get("operator", declared[name].operator)
    raw[where] = plain(entry)
    dated = [
        _read_dated(source, day, found, declared[name], operator) for day, found in values.items()
    ]
    return name, tuple(sorted(dated, key=lambda value: value.valid_from, reverse=True))


def _check_operator(
    source: _File, operator: Any, name: str, declared: Mapping[str, Declared], *path: Any
) -> None:
    if not declared[name].operator:
        carriers = [f"{one.name}({one.label})" for one in declared.values() if one.operator]
        where = "、".join(carriers)
        remedy = f"去掉 operator;怎样比较写在所比的线的文件里,可以写它的有 {where}"
        raise source.wrong(f"{name} 不带 operator", remedy, *path)
    if operator not in OPERATORS:
        raise source.wrong("operator 不对", '用 "<"、"<="、">="、">" 之一,加引号', *path)


_FIELDS: Final = {
    "value",
    "reference",
    "article",
    "seen",
    "until",
    "review_after",
    "note",
    "operator",
}


def _read_dated(source: _File, day: Any, found: Any, declared: Declared, operator: str) -> Dated:
    path = ("values", day)
    if isinstance(day, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", day):
        raise source.wrong(f"日期 {day} 加了引号", "去掉日期的引号", *path)
    if not _is_day(day) or not isinstance(found, dict):
        raise source.wrong(
            "取值的写法不对", "写作“2024-07-01: {value: …, reference: …, seen: …}”", *path
        )
    for key in sorted({"value", "reference", "seen"} - set(found)):
        raise source.wrong(f"{day} 缺少 {key}", f"补上 {key}", *path)
    for key in sorted(set(found) - _FIELDS, key=str):
        raise source.wrong(
            f"{day} 有多余的键“{key}”", f"只用 {'、'.join(sorted(_FIELDS))}", *path, key
        )
    _check_fields(source, day, found)
    operator = found.get("operator", operator)
    key = "value"
    try:
        read_value(declared, found["value"])
        key = "reference"
        citation = law(str(found["reference"]), found.get("article"))
        key = "seen"
        seen = read_seen(found["seen"])
    except (LawError, MoneyError, TypeError) as error:
        remedy = _REMEDIES.get(key) or remedy_for(declared)
        raise source.wrong(
            f"{declared.name} {day}:{str(error).rstrip('。')}", remedy, *path, key
        ) from error
    return Dated(
        found["value"],
        day,
        found.get("until"),
        found.get("review_after"),
        citation,
        seen,
        found.get("note"),
        operator,
        source.at(*path, "until") if found.get("until") else source.where,
    )


def _check_fields(source: _File, day: date, found: Mapping[str, Any]) -> None:
    """Refuse days that are none, an end before the beginning, an article that is no number."""
    path = ("values", day)
    for key in ("until", "review_after"):
        if found.get(key) is not None and not _is_day(found[key]):
            raise source.wrong(f"{key} 不是日期", "写作 2025-06-30,不加引号", *path, key)
    until, article, note = found.get("until"), found.get("article"), found.get("note")
    if until is not None and until < day:
        problem = f"until {until} 早于取值的起始日 {day}"
        raise source.wrong(problem, f"写 {day} 或以后的日期", *path, "until")
    if article is not None and (type(article) is not int or not 1 <= article <= MOST_ARTICLES):
        raise source.wrong("article 不是条款的序号", "写作整数,例如 10", *path, "article")
    if note is not None and not isinstance(note, str):
        raise source.wrong("note 不是文字", "加引号写作文字", *path, "note")


def read_value(declared: Declared, written: Any) -> Any:
    """Read a value by the unit of its parameter, within the parameter's bounds.

    :raises MoneyError: an amount is not well written
    :raises TypeError: a value is not well written, beyond the bounds, or no word of its vocabulary
    """
    read: Callable[[Any], Any] = READERS[declared.unit]
    value = read(written)
    _in_vocabulary(value, declared.words)
    if declared.least is not None and value < read(declared.least):
        raise TypeError(f"“{declared.label}”不能小于 {declared.least}")
    if declared.most is not None and value > read(declared.most):
        raise TypeError(f"“{declared.label}”不能大于 {declared.most}")
    return value


def remedy_for(declared: Declared) -> str:
    """Say how a value of the parameter is written, and between which bounds."""
    least = "" if declared.least is None else f",不小于 {declared.least}"
    most = "" if declared.most is None else f",不大于 {declared.most}"
    return f"{_FORMS[declared.unit]}{least}{most}"


def _is_day(value: Any) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


_REMEDIES: Final = {
    "reference": "把文件登记在当地的 law.yaml 中,再按其键引用",
    "seen": "写 text(读过全文)、excerpt(见过节录或转述)、memory(凭记忆)、example(算例)之一",
}


def _up_to(most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        amount = fen_from_yuan(value)
        if amount > most:
            raise TypeError(f"金额过大(超过{most // 1_000_000}万元)")
        return amount

    return read


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_COUNT:
        raise TypeError(f"应为不超过 {MAX_COUNT} 的非负整数")
    return value


def _share(value: Any) -> Exact:
    if not isinstance(value, str) or re.fullmatch(r"[0-9](\.[0-9]{1,6})?", value) is None:
        raise TypeError("应为加引号的小数")
    return exact(Fraction(value))


def _area(value: Any) -> Fraction:
    if not isinstance(value, str) or re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,2})?", value) is None:
        raise TypeError('应为加引号的平方米数(例如 "37.40")')
    return Fraction(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("应为文字")
    return value


def _kinds(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise TypeError("应为种类的列表")
    return tuple(value)


def _in_vocabulary(value: Any, group: str) -> None:
    """Refuse a code that has no word: it is misspelt, or a report would have to show it."""
    for code in value if isinstance(value, tuple) else (value,):
        if group and code not in vocabulary()[group]:
            known = "、".join(vocabulary()[group])
            raise TypeError(f"“{code}”不在词汇 {group} 中(可用 {known})")


def _truth(value: Any) -> Truth:
    if not isinstance(value, bool):
        raise TypeError("应为 true 或 false")
    return Truth.YES if value else Truth.NO


READERS: Final = {
    **{unit: _up_to(most) for unit, most in BOUNDS.items()},
    "count": _count,
    "share": _share,
    "area": _area,
    "text": _text,
    "kinds": _kinds,
    "truth": _truth,
}

_MONEY: Final = '写作加引号的元,至多两位小数,例如 "1595.00"'
_FORMS: Final = {
    "fen": _MONEY,
    "fen_monthly": _MONEY,
    "fen_annual": _MONEY,
    "count": "写作整数,例如 24",
    "share": '写作加引号的小数,例如 "0.30" 表示百分之三十',
    "area": '写作加引号的平方米数,例如 "37.40"',
    "text": "写作词汇中的一个代码",
    "kinds": "写作代码的列表,例如 [bank, fund]",
    "truth": "写 true 或 false",
}


def plain(value: Any) -> Any:
    """Turn days, and areas or shares written as decimals, into text, so that all is plain JSON."""
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int | None) else str(value)
