"""A change of parameters (参数变动): what a simulation puts in place of what is in force."""

import re
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

import yaml

from hedui.policy.history import history
from hedui.policy.law import law
from hedui.policy.lock import all_declared
from hedui.policy.parameter_files import Dated, Declared, PolicyError, read_value, remedy_for
from hedui.policy.parameters import ParameterFiles
from hedui.policy.programme import programmes
from hedui.values.money import MoneyError


@dataclass(frozen=True, slots=True)
class Change:
    """One parameter of one division given another value; programme empty for all that use it."""

    programme: str
    name: str
    value: Any
    division: str

    @property
    def text(self) -> str:
        """The change as it is written at the terminal."""
        return (
            f"{self.programme}{'.' * bool(self.programme)}{self.name}={self.value}@{self.division}"
        )

    @classmethod
    def parse(cls, text: str) -> "Change":
        """Read ``NAME=VALUE@DIVISION``; NAME may begin with a programme: ``dibao.financial_limit``.

        :raises PolicyError: it is written otherwise, the parameter is unknown, or the value does
            not fit its unit
        """
        found = re.fullmatch(r"(?:(\w+)\.)?(\w+)=(.+)@([0-9]{6})", text, re.ASCII)
        if found is None:
            raise PolicyError(
                f"“{text}”应写作 名称=数值@行政区划,例如 standard_monthly=1700.00@310000。"
            )
        programme, name, written, division = found.groups()
        declared = all_declared().get(name)
        if declared is None or (programme and programme not in programmes()):
            near = get_close_matches(name, all_declared(), n=1)
            remedy = f"是否为 {near[0]}" if near else "名称见 hedui policy show"
            asked = f"{programme}.{name}" if programme else name
            raise PolicyError(f"没有名为“{asked}”的参数;{remedy}。")
        if programme and programme not in using(name):
            users = "、".join(f"{programmes()[one].label}({one})" for one in using(name))
            raise PolicyError(
                f"“{text}”:{programmes()[programme].label}不用“{declared.label}”,用它的是 {users}。"
            )
        try:
            value = _value(declared, written)
        except (MoneyError, TypeError) as error:
            problem = str(error).rstrip("。")
            # quotes are for a file
            remedy = remedy_for(declared).replace("加引号的", "").replace('"', "")
            raise PolicyError(f"“{text}”:{problem};请{remedy}。") from None
        return cls(programme or "", name, value, division)


def _value(declared: Declared, written: str) -> Any:
    """Read a value as it would stand in a file, but for the quotes.

    :raises MoneyError: an amount is not well written
    :raises TypeError: the value does not fit its unit or its bounds
    """
    value: Any = written
    if declared.unit in ("count", "kinds", "truth"):
        try:
            value = yaml.safe_load(written)
        except (yaml.YAMLError, ValueError):
            value = None
    read_value(declared, value)
    return value


def changed(files: ParameterFiles, changes: list[Change]) -> ParameterFiles:
    """Give the parameters as they would be; a changed value holds for all time.

    How it is compared (低于、不超过……) stays as it was at the place, day by day.
    """
    places: dict[str, Any] = {code: dict(chapters) for code, chapters in files.places.items()}
    raw = dict(files.raw)
    for one in changes:
        place = places.setdefault(one.division, {})
        for programme in (one.programme,) if one.programme else using(one.name):
            chapter = place.get(programme, {})
            place[programme] = {**chapter, one.name: _for_all_time(files, one, programme)}
        raw[f"change:{one.programme}.{one.name}@{one.division}"] = str(one.value)
    return ParameterFiles(places, raw)


def using(name: str) -> tuple[str, ...]:
    """Name the programmes that have the parameter."""
    return tuple(code for code, one in programmes().items() if name in one.parameters)


def _for_all_time(files: ParameterFiles, one: Change, programme: str) -> tuple[Dated, ...]:
    held = history(one.name, division=one.division, programme=programme, files=files)
    usual = all_declared()[one.name].operator
    words = {
        span.since if number else date.min: span.dated.operator if span.dated else usual
        for number, span in enumerate(held)
    }
    reading = law("hedui-reading")
    return tuple(
        Dated(one.value, since, None, None, reading, "example", None, operator, "")
        for since, operator in reversed((words or {date.min: usual}).items())
    )
