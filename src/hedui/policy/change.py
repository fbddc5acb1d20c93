"""A change of parameters (参数变动): what a simulation puts in place of what is in force."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from hedui.policy.law import law
from hedui.policy.lock import all_declared
from hedui.policy.parameter_files import READERS, Dated, PolicyError
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
            raise PolicyError(
                f"没有名为“{programme or ''}{'.' if programme else ''}{name}”的参数。"
            )
        money = declared.unit in ("fen", "fen_monthly", "fen_annual", "share", "area", "text")
        value = written if money else yaml.safe_load(written)
        try:
            READERS[declared.unit](value)
        except (MoneyError, TypeError) as error:
            raise PolicyError(f"“{text}”:{error}") from None
        return cls(programme or "", name, value, division)


def changed(files: ParameterFiles, changes: list[Change]) -> ParameterFiles:
    """Give the parameters as they would be; a changed value holds for all time."""
    places: dict[str, Any] = {code: dict(chapters) for code, chapters in files.places.items()}
    raw = dict(files.raw)
    for one in changes:
        declared = all_declared()[one.name]
        place = places.setdefault(one.division, {})
        for folder in (one.programme,) if one.programme else tuple(programmes()):
            chapter = dict(place.get(folder, {}))
            before = chapter.get(one.name, ())
            operator = before[0].operator if before else declared.operator
            dated = Dated(
                one.value,
                date.min,
                None,
                None,
                law("hedui-reading"),
                "example",
                None,
                operator,
                "",
            )
            place[folder] = {**chapter, one.name: (dated,)}
        raw[f"change:{one.programme}.{one.name}@{one.division}"] = str(one.value)
    return ParameterFiles(places, raw)
