"""Parameters (参数): the numbers of a place on a day, each with its reference and trust mark.

A county takes what it does not set itself from its city, the city from its province, the province
from the nation (000000). In one place the folder of the programme is asked before the folders of
the chapters. A value holds from its date until the next one or its own ``until``. A division that
took over another (县改区) keeps that one's past. Published tables are written down as published;
no rule multiplies where a table exists.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final, Self

import yaml

from hedui.policy.parameter_files import (
    CHAPTERS,
    READERS,
    Dated,
    Declared,
    ParameterError,
    Place,
    PolicyError,
    read_declared,
)
from hedui.policy.place_folders import read_places
from hedui.policy.trace import ParameterUse
from hedui.policy.truth import UNKNOWN, Truth
from hedui.values.divisions import DivisionError, predecessors

__all__ = ["Declared", "ParameterError", "ParameterFiles", "PolicyError", "read_declared"]

NATION: Final = "000000"
GROUND: Final = "standards"
"""The chapter that makes a place known: with nothing of it or of the programme, nothing is said."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A parameter on the day: what the trace shows, and what a reader must be warned of."""

    use: ParameterUse
    review_after: date | None
    note: str | None
    where: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class ParameterFiles:
    """All parameter files under one folder or several, read and checked; equal only to itself."""

    places: Mapping[str, Place]
    raw: Mapping[str, Any]

    def with_more(self, other: Self) -> "ParameterFiles":
        """Lay other files over these: a parameter that both set is taken from the other."""
        places: dict[str, Place] = dict(self.places)
        for code, chapters in other.places.items():
            mine = places.get(code, {})
            places[code] = {
                name: {**mine.get(name, {}), **chapters.get(name, {})}
                for name in {*mine, *chapters}
            }
        return ParameterFiles(places, {**self.raw, **other.raw})

    def left_out_by(self, other: Self) -> dict[str, tuple[date, ...]]:
        """List what laying other files over these would leave out: file → the days of its values.

        A file takes the place of the whole file of the same parameter: what the older one says of
        other days is gone, unless it was copied into the new one.
        """
        found = {}
        for code, chapters in other.places.items():
            for chapter, parameters in chapters.items():
                for name, values in parameters.items():
                    mine = self.places.get(code, {}).get(chapter, {}).get(name, ())
                    kept = {dated.valid_from for dated in values}
                    gone = sorted(d.valid_from for d in mine if d.valid_from not in kept)
                    if gone:
                        found[values[0].where] = tuple(gone)
        return found

    def covers(self, *, division: str, folders: tuple[str, ...], on: date) -> bool:
        """Whether the place itself, or one above it below the nation, has rules on that day."""
        return any(
            _held(values, on) is not None
            for code in division_chain(division)
            if code != NATION
            for chapter in (*folders, GROUND)
            for values in self.places.get(code, {}).get(chapter, {}).values()
        )

    def resolve(
        self,
        declared: Mapping[str, Declared],
        *,
        division: str,
        folders: tuple[str, ...],
        on: date,
        even_bare: bool = False,
    ) -> dict[str, Resolved]:
        """Give each declared parameter as it holds at the division on the day.

        folders: of a place, those asked before the chapters: the programme's own first
        even_bare: also where neither the place nor one above it below the nation has rules

        :raises PolicyError: the place has no rules for the programme on that day, or a required
            parameter has no value
        """
        chain = division_chain(division)
        if not even_bare and not self.covers(division=division, folders=folders, on=on):
            raise PolicyError(self._bare(division, on, folders))
        resolved = {}
        for name, entry in declared.items():
            found = self.find(name, chain=chain, folders=folders, on=on)
            ended = None if found else self._ended(name, chain=chain, folders=folders, on=on)
            if found is None and entry.required:
                lost = _ended_text(entry, ended) if ended else ""
                raise PolicyError(lost or _not_recorded(division, on, entry))
            resolved[name] = _resolved(entry, found, ended)
            if entry.operator:
                resolved[f"{name}_operator"] = _resolved_operator(entry, found)
        return resolved

    def _bare(self, division: str, on: date, folders: tuple[str, ...]) -> str:
        """Say that a place has no rules on that day, since when it has, or how to enter them."""
        begun = [
            dated.valid_from
            for code in division_chain(division)
            if code != NATION
            for parameters in self.places.get(code, {}).values()
            for values in parameters.values()
            for dated in values
        ]
        if begun and min(begun) <= on:
            ground = "、".join((GROUND, *folders))
            remedy = f"当地收录的参数不在 {ground} 下;请把标准写入 {GROUND}/standard_monthly.yaml"
        elif begun:
            remedy = f"当地收录的参数最早自 {min(begun)} 起"
        else:
            remedy = f"请把当地标准写入 {division}-地名 目录,用 --parameters 指明上级目录"
        return f"没有收录 {division} 在 {on} 的规则参数,本地尚无可用的规则参数,不作试算;{remedy}。"

    def find(
        self, name: str, *, chain: tuple[str, ...], folders: tuple[str, ...], on: date
    ) -> tuple[str, Dated] | None:
        """Give the value in force and the code of the division that set it.

        A value that ended without a successor ends the search: neither an older one nor that of the
        place above comes back to life by itself, for nobody has said so.
        """
        last = self._last(name, chain=chain, folders=folders, on=on)
        return None if last is None or _is_over(last[1], on) else last

    def _ended(
        self, name: str, *, chain: tuple[str, ...], folders: tuple[str, ...], on: date
    ) -> Dated | None:
        """Give the value that held until before the day, where no other holds."""
        last = self._last(name, chain=chain, folders=folders, on=on)
        return last[1] if last is not None and _is_over(last[1], on) else None

    def _last(
        self, name: str, *, chain: tuple[str, ...], folders: tuple[str, ...], on: date
    ) -> tuple[str, Dated] | None:
        """Give the value that began last, nearest to the division, and whose it is."""
        for code in chain:
            place = self.places.get(code, {})
            for chapter in (*folders, *CHAPTERS):
                for dated in place.get(chapter, {}).get(name, ()):
                    if dated.valid_from <= on:
                        return code, dated
        return None


def _held(values: tuple[Dated, ...], on: date) -> Dated | None:
    newest = next((dated for dated in values if dated.valid_from <= on), None)
    return None if newest is None or _is_over(newest, on) else newest


def _is_over(dated: Dated, on: date) -> bool:
    return dated.until is not None and dated.until < on


def _ended_text(entry: Declared, ended: Dated) -> str:
    """Say which value ended without a successor and, to who keeps the rules, where to write."""
    return (
        f"“{entry.label}”的取值到 {ended.until} 为止,以后没有收录;"
        f"请规则的维护人员补上以后执行的取值和依据(沿用原数、恢复执行上级规定的,也写明):{ended.where}。"
    )


def _not_recorded(division: str, on: date, entry: Declared) -> str:
    return (
        f"没有收录 {division} 在 {on} 的“{entry.label}”,本地尚无可用的规则参数,不作试算;"
        f"请规则的维护人员在当地(或全国)的文件夹补上 {entry.name}.yaml。"
    )


def division_chain(division: str) -> tuple[str, ...]:
    """List a division, those whose area it took over, and those above it.

    310101 → 310101, 310100, 310000, 000000; 330111 (富阳区) → 330111, 330183 (富阳市), …

    :raises PolicyError: it is not six digits
    """
    if re.fullmatch(r"[0-9]{6}", division, re.ASCII) is None:
        raise PolicyError("行政区划代码应为六位数字(例如 310101)。")
    return _chain(division)


@cache
def _chain(division: str) -> tuple[str, ...]:
    steps = []
    for code in (division, f"{division[:4]}00", f"{division[:2]}0000"):
        steps += [code, *_taken_over(code)]
    return tuple(dict.fromkeys([*steps, NATION]))


def _taken_over(code: str) -> tuple[str, ...]:
    try:
        return predecessors(code)
    except DivisionError:  # a code of no division: a sample place, or a municipality's level
        return ()


def operator_of(entry: Declared) -> Declared:
    """Give the parameter that holds how a line is compared (比较方式)."""
    label = f"{entry.label}的比较"
    return Declared(f"{entry.name}_operator", label, "text", False, "operators")


def with_operators(declared: Mapping[str, Declared]) -> dict[str, Declared]:
    """Add the operator of each line to the parameters a rule may name."""
    lines = [operator_of(entry) for entry in declared.values() if entry.operator]
    return {**declared, **{entry.name: entry for entry in lines}}


def _resolved_operator(entry: Declared, found: tuple[str, Dated] | None) -> Resolved:
    line = operator_of(entry)
    if found is None:
        none = (None, None, None, None)
        return Resolved(
            ParameterUse(line.name, line.label, entry.operator, "text", *none, line.words),
            None,
            None,
        )
    code, dated = found
    use = ParameterUse(
        line.name,
        line.label,
        dated.operator,
        "text",
        code,
        dated.valid_from,
        dated.reference,
        dated.seen,
        line.words,
    )
    return Resolved(use, dated.review_after, None, dated.where)


def _resolved(entry: Declared, found: tuple[str, Dated] | None, ended: Dated | None) -> Resolved:
    if found is None:
        value = Truth.UNKNOWN if entry.unit == "truth" else UNKNOWN
        use = ParameterUse(
            entry.name, entry.label, value, entry.unit, None, None, None, None, entry.words
        )
        return Resolved(use, None, _ended_text(entry, ended) if ended else None)
    code, dated = found
    use = ParameterUse(
        entry.name,
        entry.label,
        READERS[entry.unit](dated.value),
        entry.unit,
        code,
        dated.valid_from,
        dated.reference,
        dated.seen,
        entry.words,
    )
    return Resolved(use, dated.review_after, dated.note, dated.where)


def read_files(root: Traversable, declared: Mapping[str, Declared]) -> ParameterFiles:
    """Read every place folder under ``root``; all values are read once, so a mistake shows early.

    :raises ParameterError: a folder or file name, a key, a date or a value is not well written
    """
    places, raw = read_places(root, declared)
    return ParameterFiles(places, raw)


@cache
def chapter_parameters() -> dict[str, Declared]:
    """Give the parameters that the common chapters declare."""
    text = files("hedui.policy.rules").joinpath("parameters.yaml").read_text(encoding="utf-8")
    return read_declared(yaml.safe_load(text))
