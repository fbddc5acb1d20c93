"""
Read the department's record for its page: a day's entries, and counts of many days (查询留痕).
"""

import csv
import io
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

from hedui.gateway.department import Department

DECISIONS = {
    "answered": "已答复",
    "refused": "已拒绝",
    "received": "已受理，待答复",
    "repeated": "重复来文",
    "given_up": "逾期放弃",
}
OUTCOMES = {
    "FOUND": "有记录",
    "PARTIAL": "部分",
    "NOT_FOUND": "无记录",
    "MULTIPLE": "一号多名",
    "NAME_MISMATCH": "姓名不符",
    "UNAVAILABLE": "数据不可用",
    "REFUSED": "未予答复",
}
_COLUMNS = (
    ("at", "时间"),
    ("sender", "查询方"),
    ("reference_id", "查询编号"),
    ("jti", "授权编号"),
    ("purpose", "救助项目"),
    ("subject_masked", "被查询人(脱敏)"),
    ("items_asked", "所问"),
    ("items_answered", "所答"),
    ("decision", "处理"),
    ("code", "拒绝代码"),
    ("reason", "原因"),
    ("outcome", "结果"),
    ("serial", "反馈流水号"),
)
NAMES = [name for name, _ in _COLUMNS]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries of a day are wanted; an empty word wants all."""

    decision: str = ""
    sender: str = ""
    text: str = ""
    subject: str = ""

    def takes(self, entry: Mapping[str, Any]) -> bool:
        """Tell whether an entry is among them."""
        return (
            self.decision in ("", entry.get("decision"))
            and self.sender in ("", entry.get("sender"))
            and self.subject in ("", entry.get("subject"))
            and (not self.text or any(self.text in str(entry.get(n) or "") for n, _ in _COLUMNS))
        )


@dataclass(slots=True)
class Tallies:
    """Counts of the record by day, read on from where it was last read to."""

    path: Path
    read_to: int = 0
    decisions: Counter[tuple[str, str]] = field(default_factory=Counter)
    codes: Counter[tuple[str, str]] = field(default_factory=Counter)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    _reading: Lock = field(default_factory=Lock)

    def read_on(self) -> None:
        """Count what was added; from the beginning, if the record was put away and begun anew."""
        with self._reading, open(self.path, "rb") as record:
            if record.seek(0, os.SEEK_END) < self.read_to:
                self.read_to = 0
                self.decisions, self.codes, self.outcomes = Counter(), Counter(), Counter()
            record.seek(self.read_to)
            for line in record:
                if not line.endswith(b"\n"):
                    break
                self.read_to += len(line)
                self._count(line)

    def of(self, days: Iterable[date], what: Counter[tuple[str, str]]) -> Counter[str]:
        """Return the counts of some days together."""
        wanted = {day.isoformat() for day in days}
        found: Counter[str] = Counter()
        for (day, word), count in what.items():
            if day in wanted:
                found[word] += count
        return found

    def _count(self, line: bytes) -> None:
        try:
            entry = json.loads(line)
            day = entry["at"][:10]
        except (ValueError, KeyError, TypeError):
            return
        self.decisions[day, entry.get("decision") or ""] += 1
        if entry.get("code"):
            self.codes[day, entry["code"]] += 1
        if entry.get("outcome"):
            self.outcomes[day, entry["outcome"]] += 1


def entries(path: Path, first: date, last: date, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Yield the entries of some days; lines of other days are not even parsed."""
    days = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
    begins = tuple(f'{{"at":"{day.isoformat()}'.encode() for day in days)
    with open(path, "rb") as record:
        for line in record:
            if not line.startswith(begins):
                continue
            try:
                entry = json.loads(line)
            except ValueError:  # cut short by a crash
                continue
            if isinstance(entry, dict) and wanted.takes(entry):
                yield entry


def subject_of(department: Department, number: str) -> str:
    """Return under which digest the record writes whom an inquiry was about."""
    return department.log.subject(number)["subject"]


def as_csv(found: Iterable[Mapping[str, Any]]) -> bytes:
    """Write entries as CSV for a spreadsheet; nothing in it can be taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([label for _, label in _COLUMNS])
    for entry in found:
        writer.writerow([_cell(entry.get(name)) for name, _ in _COLUMNS])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _cell(value: object) -> str:
    text = "、".join(map(str, value)) if isinstance(value, list) else str(value or "")
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
