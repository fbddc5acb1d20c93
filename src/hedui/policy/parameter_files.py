"""Parameter files (参数文件): one file per parameter and division, read strictly.

``parameters/<code>-<place>/<chapter or programme>/<parameter>.yaml`` holds dated values. A mistake
is told with file, line and remedy. ``parameter.schema.json`` says the same to an editor.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

import yaml

from hedui.policy.law import Citation, LawError, Seen, enter, law, read_seen
from hedui.policy.truth import Truth
from hedui.policy.vocabulary import vocabulary
from hedui.values.money import MoneyError, fen_from_yuan

CHAPTERS: Final = ("standards", "income", "maintenance", "property", "expenditure")
OPERATORS: Final = ("<", "<=", ">=", ">")
MAX_COUNT: Final = 1200
BOUNDS: Final = {"fen": 10**11, "fen_monthly": 10**8, "fen_annual": 12 * 10**8}
"""The largest amounts of parameters, fen: beyond them a product of columns could leave 64 bits."""
SHARE_SCALE: Final = 1_000_000
"""A share (比例) is a whole number of millionths, so that it stays exact in 64 bits."""


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
    """

    name: str
    label: str
    unit: str
    required: bool
    words: str = ""
    operator: str = ""
    alternative: bool = False


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


_ENTRY: Final = ("label", "unit", "required", "words", "operator", "alternative")

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
        )
    return found


def read_places(
    root: Traversable, declared: Mapping[str, Declared]
) -> tuple[dict[str, Place], dict[str, Any]]:
    """Read every place folder under ``root``; give places by code, and all as plain JSON.

    :raises ParameterError: a folder or file name, a key, a date or a value is not well written
    """
    places: dict[str, Place] = {}
    raw: dict[str, Any] = {}
    known = [*CHAPTERS, *_programme_folders()]
    for folder in sorted((f for f in root.iterdir() if f.is_dir()), key=lambda f: f.name):
        code = re.fullmatch(r"([0-9]{6})-[a-z-]+", folder.name)
        if code is None and re.match(r"[0-9]{4,}", folder.name, re.ASCII):
            raise ParameterError(
                f"{folder.name}:文件夹的名称不对;请写作六位行政区划代码、连字符和小写拼音,"
                "例如 520502-qixingguan。"
            )
        if code is None:
            continue
        _enter_law(folder)
        chapters = {}
        for chapter in sorted((f for f in folder.iterdir() if f.is_dir()), key=lambda f: f.name):
            if chapter.name not in known:
                raise ParameterError(
                    f"{folder.name}/{chapter.name}:没有这个项目或篇章;可用的文件夹有 "
                    f"{'、'.join(known)}。"
                )
            chapters[chapter.name] = dict(
                _read_file(f"{folder.name}/{chapter.name}/{file.name}", file, declared, raw)
                for file in sorted(chapter.iterdir(), key=lambda f: f.name)
                if file.name.endswith(".yaml")
            )
        places[code.group(1)] = chapters
    return places, raw


def _programme_folders() -> list[str]:
    found = files("hedui.policy").joinpath("programmes").iterdir()
    return sorted(f.name for f in found if f.joinpath("programme.yaml").is_file())


def _enter_law(folder: Traversable) -> None:
    local = folder.joinpath("law.yaml")
    if local.is_file():
        try:
            enter(yaml.safe_load(local.read_text(encoding="utf-8")) or {})
        except (LawError, TypeError, yaml.YAMLError) as error:
            raise ParameterError(f"{folder.name}/law.yaml:{error}") from error


class _File:
    """One file while it is read: knows the line of what is wrong in it."""

    def __init__(self, where: str, text: str) -> None:
        self.where, self.text = where, text

    def wrong(self, problem: str, remedy: str, *path: Any) -> ParameterError:
        """Say what is wrong, on which line, and what to write instead."""
        node, line = yaml.compose(self.text, Loader=yaml.SafeLoader), 1
        for key in path:
            pairs = node.value if isinstance(node, yaml.MappingNode) else []
            found = next(((k, v) for k, v in pairs if k.value == str(key)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        return ParameterError(f"{self.where}:{line}:{problem};请{remedy}。")


def _read_file(
    where: str, file: Traversable, declared: Mapping[str, Declared], raw: dict[str, Any]
) -> tuple[str, tuple[Dated, ...]]:
    name = file.name.removesuffix(".yaml")
    text = file.read_text(encoding="utf-8")
    try:
        entry = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise ParameterError(f"{where}:{line}:不是可读的 YAML;请检查缩进和冒号。") from None
    source = _File(where, text)
    if name not in declared:
        known = "hedui policy show 列出的名称"
        raise source.wrong(f"没有名为 {name} 的参数", f"把文件名改为{known}")
    if not isinstance(entry, dict) or not isinstance(entry.get("values"), dict):
        raise source.wrong("缺少 values", "在 values 下写“日期: {value: …}”")
    for key in set(entry) - {"values", "unit", "operator", "description"}:
        raise source.wrong(f"不认识的键“{key}”", "只用 description、unit、operator、values", key)
    if entry.get("unit", declared[name].unit) != declared[name].unit:
        raise source.wrong("单位不对", f"把 unit 写作 {declared[name].unit}", "unit")
    operator = entry.get("operator", declared[name].operator)
    raw[where] = plain(entry)
    values = entry["values"].items()
    dated = [_read_dated(source, day, found, declared[name], operator) for day, found in values]
    return name, tuple(sorted(dated, key=lambda value: value.valid_from, reverse=True))


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
    if not _is_day(day) or not isinstance(found, dict):
        raise source.wrong(
            "取值的写法不对", "写作“2024-07-01: {value: …, reference: …, seen: …}”", *path
        )
    for key in sorted({"value", "reference", "seen"} - set(found)):
        raise source.wrong(f"{day} 缺少 {key}", f"补上 {key}", *path)
    for key in sorted(set(found) - _FIELDS):
        raise source.wrong(
            f"{day} 有多余的键“{key}”", f"只用 {'、'.join(sorted(_FIELDS))}", *path, key
        )
    for key in ("until", "review_after"):
        if found.get(key) is not None and not _is_day(found[key]):
            raise source.wrong(f"{key} 不是日期", "写作 2025-06-30,不加引号", *path, key)
    operator = found.get("operator", operator)
    if operator not in ("", *OPERATORS) or bool(operator) != bool(declared.operator):
        raise source.wrong("operator 不对", '用 "<"、"<="、">="、">" 之一', *path)
    key = "value"
    try:
        _in_vocabulary(READERS[declared.unit](found["value"]), declared.words)
        key = "reference"
        citation = law(found["reference"], found.get("article"))
        key = "seen"
        seen = read_seen(found["seen"])
    except (LawError, MoneyError, TypeError) as error:
        remedy = _REMEDIES.get(key) or _FORMS[declared.unit]
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
        source.where,
    )


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


def _share(value: Any) -> int:
    if not isinstance(value, str) or re.fullmatch(r"[0-9](\.[0-9]{1,6})?", value) is None:
        raise TypeError("应为加引号的小数")
    return int(Fraction(value) * SHARE_SCALE)


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
