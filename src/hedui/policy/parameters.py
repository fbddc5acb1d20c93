"""Parameters (参数): the numbers of a place on a day, each with its reference and trust mark.

``parameters/<code>-<place>/<file>.yaml`` holds dated values; a county takes what it does not set
itself from its city, the city from its province, the province from the nation (000000). In one
place the file of the programme is asked before the files of the chapters (``income.yaml``,
``property.yaml``). A value holds from its date until the next one or its own ``until``. Published
tables are written down as published; no rule multiplies where a table exists.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

import yaml

from hedui.policy.law import Citation, LawError, Seen, law, read_seen
from hedui.policy.trace import ParameterUse
from hedui.policy.truth import UNKNOWN, Truth
from hedui.policy.vocabulary import vocabulary
from hedui.values.money import MoneyError, fen_from_yuan

NATION: Final = "000000"
CHAPTERS: Final = ("income", "property")


class PolicyError(ValueError):
    """The rules cannot be computed for this case (无法试算); the message is for the user."""


class ParameterError(PolicyError):
    """A parameter file is not well written (参数文件有误); names the file and the parameter."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A parameter the rules know (参数名录): its label, unit, and whether they can do without.

    words: the group of the vocabulary its codes belong to, if it is written in codes
    """

    name: str
    label: str
    unit: str
    required: bool
    words: str = ""


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


Place = Mapping[str, Mapping[str, tuple[Dated, ...]]]
"""The parameters of one division: file name → parameter → values, newest first."""


def read_declared(raw: Mapping[str, Mapping[str, Any]]) -> dict[str, Declared]:
    """Read the list of parameters a chapter or programme declares.

    :raises ParameterError: an entry has other keys or an unknown unit
    """
    found = {}
    for name, entry in raw.items():
        words = entry.get("words", "")
        known = set(entry) <= {"label", "unit", "required", "words"}
        if not known or entry.get("unit") not in _READERS or words not in ("", *vocabulary()):
            raise ParameterError(f"参数名录:{name} 的写法不对")
        found[name] = Declared(
            name, entry["label"], entry["unit"], entry.get("required", False), words
        )
    return found


@dataclass(frozen=True, slots=True)
class ParameterFiles:
    """All parameter files under one folder, read and checked."""

    places: Mapping[str, Place]
    raw: Mapping[str, Any]

    def resolve(
        self, declared: Mapping[str, Declared], *, division: str, programme: str, on: date
    ) -> dict[str, "Resolved"]:
        """Give each declared parameter as it holds at the division on the day.

        :raises PolicyError: a required parameter has no value there on that day
        """
        chain = division_chain(division)
        resolved = {}
        for name, entry in declared.items():
            found = self._find(name, chain=chain, programme=programme, on=on)
            if found is None and entry.required:
                raise PolicyError(
                    f"没有收录 {division} 在 {on.isoformat()} 的“{entry.label}”,"
                    "本地尚无可用的规则参数,不作试算。"
                )
            resolved[name] = _resolved(entry, found)
        return resolved

    def _find(
        self, name: str, *, chain: tuple[str, ...], programme: str, on: date
    ) -> tuple[str, Dated] | None:
        for code in chain:
            place = self.places.get(code, {})
            for file in (programme, *CHAPTERS):
                for dated in place.get(file, {}).get(name, ()):
                    if dated.valid_from <= on:
                        # an ended value ends the search: an older one does not come back to life
                        ended = dated.until is not None and dated.until < on
                        return None if ended else (code, dated)
        return None


@dataclass(frozen=True, slots=True)
class Resolved:
    """A parameter on the day: what the trace shows, and what a reader must be warned of."""

    use: ParameterUse
    review_after: date | None
    note: str | None


def division_chain(division: str) -> tuple[str, ...]:
    """List a division and those above it: 310101 → 310101, 310100, 310000, 000000.

    :raises PolicyError: it is not six digits
    """
    if re.fullmatch(r"[0-9]{6}", division, re.ASCII) is None:
        raise PolicyError("行政区划代码应为六位数字(例如 310101)。")
    steps = (division, f"{division[:4]}00", f"{division[:2]}0000", NATION)
    return tuple(dict.fromkeys(steps))


def _resolved(entry: Declared, found: tuple[str, Dated] | None) -> Resolved:
    if found is None:
        value = Truth.UNKNOWN if entry.unit == "truth" else UNKNOWN
        use = ParameterUse(
            entry.name, entry.label, value, entry.unit, None, None, None, None, entry.words
        )
        return Resolved(use, None, None)
    code, dated = found
    use = ParameterUse(
        entry.name,
        entry.label,
        _READERS[entry.unit](dated.value),
        entry.unit,
        code,
        dated.valid_from,
        dated.reference,
        dated.seen,
        entry.words,
    )
    return Resolved(use, dated.review_after, dated.note)


def read_files(root: Traversable, declared: Mapping[str, Declared]) -> ParameterFiles:
    """Read every place folder under ``root``; all values are read once, so a mistake shows early.

    :raises ParameterError: a folder or file name, a key, a date or a value is not well written
    """
    places: dict[str, Place] = {}
    raw: dict[str, Any] = {}
    for folder in sorted((f for f in root.iterdir() if f.is_dir()), key=lambda f: f.name):
        code = re.fullmatch(r"([0-9]{6})-[a-z-]+", folder.name)
        if code is None:
            continue
        chapters = {}
        for file in sorted((f for f in folder.iterdir()), key=lambda f: f.name):
            if not file.name.endswith(".yaml"):
                continue
            where = f"{folder.name}/{file.name}"
            text = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
            raw[where] = _plain(text)
            chapters[file.name.removesuffix(".yaml")] = {
                name: _read_parameter(where, name, entry, declared) for name, entry in text.items()
            }
        places[code.group(1)] = chapters
    return ParameterFiles(places, raw)


def _read_parameter(
    where: str, name: str, entry: Any, declared: Mapping[str, Declared]
) -> tuple[Dated, ...]:
    if name not in declared:
        raise ParameterError(f"{where}:没有名为 {name} 的参数")
    if not isinstance(entry, dict) or set(entry) != {"values"}:
        raise ParameterError(f"{where}:{name} 下应只有 values")
    dated = [
        _read_dated(f"{where}:{name}", day, fields, declared[name])
        for day, fields in entry["values"].items()
    ]
    return tuple(sorted(dated, key=lambda value: value.valid_from, reverse=True))


_FIELDS: Final = {"value", "reference", "article", "seen", "until", "review_after", "note"}


def _read_dated(where: str, day: Any, fields: Any, declared: Declared) -> Dated:
    if not isinstance(day, date) or not isinstance(fields, dict):
        raise ParameterError(f"{where} 的取值应写作“日期: {{value: …, reference: …, seen: …}}”")
    if not set(fields) <= _FIELDS or not {"value", "reference", "seen"} <= set(fields):
        raise ParameterError(f"{where} {day}:缺少 value、reference、seen 之一,或有多余的键")
    try:
        _in_vocabulary(_READERS[declared.unit](fields["value"]), declared.words)
        citation = law(fields["reference"], fields.get("article"))
        seen = read_seen(fields["seen"])
    except (LawError, MoneyError, TypeError) as error:
        raise ParameterError(f"{where} {day}:{error}") from error
    return Dated(
        fields["value"],
        day,
        fields.get("until"),
        fields.get("review_after"),
        citation,
        seen,
        fields.get("note"),
    )


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError("应为非负整数")
    return value


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
            raise TypeError(f"“{code}”不在词汇 {group} 中")


def _truth(value: Any) -> Truth:
    if not isinstance(value, bool):
        raise TypeError("应为 true 或 false")
    return Truth.YES if value else Truth.NO


_READERS: Final = {
    "fen": fen_from_yuan,
    "fen_monthly": fen_from_yuan,
    "fen_annual": fen_from_yuan,
    "count": _count,
    "area": _area,
    "text": _text,
    "kinds": _kinds,
    "truth": _truth,
}


def _plain(value: Any) -> Any:
    """Turn dates into text so that the digest can be taken over plain JSON."""
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


@cache
def chapter_parameters() -> dict[str, Declared]:
    """Give the parameters that the common chapters declare."""
    text = files("hedui.policy.rules").joinpath("parameters.yaml").read_text(encoding="utf-8")
    return read_declared(yaml.safe_load(text))
