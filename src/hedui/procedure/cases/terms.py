"""
Terms 期限: how long a step may take in a place, and on which day it is over.

The numbers stand in `terms.yaml`, each with its ground, by division with inheritance. The day from
which a term begins is not counted. A term in calendar days that would be over on a day on which
nobody works is over on the next working day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import yaml

from hedui.values.periods import Period
from hedui.values.working_days import is_provisional, is_working_day

FILE = Path(__file__).parent / "terms.yaml"
COUNTED = {"working": "个工作日", "calendar": "日"}


@dataclass(frozen=True, slots=True)
class Term:
    """How long one step may take in one place; begins: from what on; division: whose rule."""

    name: str
    label: str
    begins: str
    days: int
    in_working_days: bool
    ground: str
    seen: str
    division: str

    @property
    def told(self) -> str:
        """Write it as it is read: 10个工作日."""
        return f"{self.days}{COUNTED['working' if self.in_working_days else 'calendar']}"

    def last_day(self, start: date, *, pauses: Iterable[Period] = (), further: int = 0) -> date:
        """
        Return the last day on which the step is in time.

        start: the day of what begins it; pauses: days that are not counted; further: days by
        which it was extended
        """
        paused = tuple(pauses)
        day, left = start, self.days + further
        while left:
            day += timedelta(days=1)
            stands = any(one.first <= day <= one.last for one in paused)
            left -= not stands and (is_working_day(day) or not self.in_working_days)
        while not is_working_day(day):
            day += timedelta(days=1)
        return day

    def is_provisional(self, start: date) -> bool:
        """Tell whether it reaches into a year whose holidays are not announced yet."""
        return is_provisional(self.last_day(start))


@cache
def terms_in(division: str) -> dict[str, Term]:
    """Return every term as it holds in a division, by name."""
    written = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {name: _term(name, one, division) for name, one in written.items()}


def term(name: str, division: str) -> Term:
    """Return one term as it holds in a division. :raises KeyError: there is no such term"""
    return terms_in(division)[name]


def _term(name: str, written: dict[str, dict[str, dict[str, str]]], division: str) -> Term:
    where = next(place for place in _upwards(division) if place in written["values"])
    value = written["values"][where]
    return Term(
        name=name,
        label=str(written["label"]),
        begins=str(written["begins"]),
        days=int(value["days"]),
        in_working_days=value["count"] == "working",
        ground=value["ground"],
        seen=value["seen"],
        division=where,
    )


def _upwards(division: str) -> tuple[str, ...]:
    return division, f"{division[:4]}00", f"{division[:2]}0000", "000000"
