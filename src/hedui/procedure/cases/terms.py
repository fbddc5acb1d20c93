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
from typing import Any

import yaml

from hedui import policy
from hedui.values.divisions import full_name
from hedui.values.periods import Period
from hedui.values.working_days import is_provisional, is_working_day

FILE = Path(__file__).parent / "terms.yaml"
CUSTOMS = Path(__file__).parent / "customs.yaml"
SEEN = {"text": "已核对", "excerpt": "见摘录", "memory": "未核对"}
CUSTOM = {
    "supplement": "补正",
    "objection": "异议",
    "requery": "再次查询",
    "appraisal": "鉴定",
    "publish": "公示",
    "review": "评议",
    "temporary_aid": "临时救助",
    "asked": "要求",
    "not_asked": "不要求",
    "next_month": "次月",
    "this_month": "当月",
    "reply": "回执到达并经本人回复确认",
    "receipt": "回执到达",
}
COUNTED = {"working": "个工作日", "calendar": "日"}


@dataclass(frozen=True, slots=True)
class Term:
    """
    How long one step may take in one place.

    begins: from what on; further: by how many days it may be extended, once; division: whose rule
    """

    name: str
    label: str
    begins: str
    days: int
    in_working_days: bool
    ground: str
    seen: str
    division: str
    further: int = 0

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


@dataclass(frozen=True, slots=True)
class Custom:
    """What one place asks of the course, by what rule, and how far that was read."""

    label: str
    value: Any
    ground: str
    seen: str
    division: str

    @property
    def is_asked(self) -> bool:
        """Whether it is asked here."""
        return bool(self.value == "asked")

    @property
    def place(self) -> str:
        """Name the place whose rule it is."""
        return _place(self.division)


@cache
def terms_in(division: str, programme: str = "") -> dict[str, Term]:
    """Return every term as it holds in a division (for a programme), by name."""
    return {name: _term(name, one, division, programme) for name, one in _written_in(FILE).items()}


def term(name: str, division: str, programme: str = "") -> Term:
    """Return one term as it holds in a division. :raises KeyError: there is no such term"""
    return terms_in(division, programme)[name]


@cache
def custom(name: str, division: str, programme: str = "") -> Custom:
    """Return what a division asks in one respect. :raises KeyError: there is no such respect"""
    written = _written_in(CUSTOMS)[name]
    where, value = _nearest(written["values"], division, programme)
    return Custom(written["label"], value["value"], value["ground"], value["seen"], where)


@cache
def _written_in(file: Path) -> dict[str, Any]:
    written: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return written


def _term(name: str, written: dict[str, Any], division: str, programme: str) -> Term:
    where, value = _nearest(written["values"], division, programme)
    return Term(
        name=name,
        label=str(written["label"]),
        begins=str(written["begins"]),
        days=int(value["days"]),
        in_working_days=value["count"] == "working",
        ground=value["ground"],
        seen=value["seen"],
        division=where,
        further=int(value.get("further", 0)),
    )


def _nearest(values: dict[str, Any], division: str, programme: str) -> tuple[str, Any]:
    """Return the division whose rule holds, and what it says."""
    keys = [key for place in _upwards(division) for key in (f"{place} {programme}", place)]
    found = next(key for key in keys if key in values)
    return found[:6], values[found]


def as_table() -> str:
    """Write every term and custom of every place as the table of the reference."""
    lines = ["| 事项 | 地方 | 规定 | 依据 | 原文 |", "|---|---|---|---|---|"]
    for written in (_written_in(FILE), _written_in(CUSTOMS)):
        for one in written.values():
            for where, value in one["values"].items():
                place = _place(where[:6])
                told = f"{place}（{_programme(where[7:])}）" if where[6:] else place
                cells = (one["label"], told, _told(value), value["ground"], SEEN[value["seen"]])
                lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _place(division: str) -> str:
    return "全国" if division == "000000" else full_name(division)


def _programme(name: str) -> str:
    known = policy.known_programmes().get(name)
    return known.label if known else CUSTOM.get(name, name)


def _told(value: dict[str, Any]) -> str:
    if "days" in value:
        further = f"，可延长{value['further']}天" if value.get("further") else ""
        return f"{value['days']}{COUNTED[value['count']]}{further}"
    held = value["value"]
    if isinstance(held, dict):
        return "、".join(f"{name}：{months}个月" for name, months in held.items())
    return "、".join(CUSTOM[one] for one in ([held] if isinstance(held, str) else held))


def _upwards(division: str) -> tuple[str, ...]:
    return division, f"{division[:4]}00", f"{division[:2]}0000", "000000"
