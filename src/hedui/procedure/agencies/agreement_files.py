"""协议导入: agreements proposed from a table, a row each, all of them or none."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from io import BytesIO
from typing import Final
from unicodedata import normalize

from hedui import catalogue
from hedui.procedure.agencies.agreements import NotAgreed, Terms, propose_agreement
from hedui.procedure.agencies.channels import CHANNELS
from hedui.procedure.agencies.models import Agreement, Department
from hedui.procedure.record.actor import Actor
from hedui.procedure.record.acts import together
from hedui.procedure.record.outcome import Refusal
from hedui.wire.files import Cell, CsvTable, FileFault, WorkbookTable, encoding_of

COLUMNS: Final = {
    "department": "部门标识",
    "items": "查询项",
    "channel": "交换方式",
    "max_age_days": "数据有效天数",
    "contact": "部门联系人",
    "legal_basis": "依据",
    "first_day": "协议起",
    "last_day": "协议止",
    "opens": "服务时间起",
    "closes": "服务时间止",
    "per_minute": "每分钟最多查询",
}
"""The columns of the table; the last three may be left out."""
MAY_LACK: Final = ("opens", "closes", "per_minute")
ALL: Final = "全部"
_PARTED = re.compile(r"[、,,;;\s]+")
_DAY = re.compile(r"(\d{4})[-/年.](\d{1,2})[-/月.](\d{1,2})日?")
_HOUR = re.compile(r"(\d{1,2})[::](\d{2})(?:[::]00)?")

Row = Mapping[str, str]


MOST_BYTES: Final = 2 * 1024 * 1024


class NotImported(Refusal):
    """A table of agreements is not taken; faults: what is wrong, row by row."""

    def __init__(self, message: str, faults: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults)


def propose_all(content: bytes, *, by: Actor) -> list[Agreement]:
    """
    Propose each agreement of a table (CSV or XLSX); another officer approves each.

    :raises NotImported: a row cannot be taken, or the table cannot be read; then none is proposed
    """
    rows = _rows(content)
    proposed, faults = [], []
    departments = {one.receiver_id: one for one in Department.objects.filter(last_day=None)}
    try:
        with together():
            for number, row in rows:
                try:
                    held, terms = _read(row, departments)
                    proposed.append(propose_agreement(department=held, terms=terms, by=by))
                except Refusal as refusal:
                    faults.append(f"第 {number} 行:{refusal.message}")
            if faults:
                raise _Undone
    except _Undone:
        said = "没有提出任何协议;请改正后重新上传。"
        raise NotImported(said, faults) from None
    return proposed


class _Undone(Exception):
    """Some rows cannot be taken: what the others did is undone."""


def _rows(content: bytes) -> list[tuple[int, Row]]:
    try:
        if content.startswith(b"PK\x03\x04"):
            table: CsvTable | WorkbookTable = WorkbookTable(BytesIO(content))
        else:
            table = CsvTable(BytesIO(content), encoding_of(BytesIO(content)))
        by_heading = {heading: place for place, heading in enumerate(table.columns)}
        missing = [
            heading
            for name, heading in COLUMNS.items()
            if heading not in by_heading and name not in MAY_LACK
        ]
        if missing:
            raise NotImported(f"表格缺少列“{'、'.join(missing)}”,请对照说明补上。")
        places = {name: by_heading.get(heading) for name, heading in COLUMNS.items()}
        rows: list[tuple[int, Row]] = [
            (number, {name: _text(cells, place) for name, place in places.items()})
            for number, cells in table
        ]
    except FileFault as fault:
        said = "表格是空的,请按说明写好" if fault.code == "empty" else fault.said.rstrip("。")
        raise NotImported(f"{said}。") from None
    if not rows:
        raise NotImported("表格中没有协议,请在表头下每行写一份。")
    return rows


def _text(cells: list[Cell], place: int | None) -> str:
    if place is None or place >= len(cells) or cells[place] is None:
        return ""
    cell = cells[place]
    whole = isinstance(cell, float) and cell.is_integer()
    return str(int(cell) if whole and isinstance(cell, float) else cell).strip()


def _read(row: Row, departments: Mapping[str, Department]) -> tuple[Department, Terms]:
    held = departments.get(row["department"])
    if held is None:
        raise NotAgreed(f"没有登记部门“{row['department']}”,标识如 310101-bank。")
    return held, Terms(
        items=_items(row["items"], held.source),
        channel=_channel(row["channel"]),
        max_age_days=_number(row, "max_age_days") or 0,
        contact=row["contact"],
        legal_basis=row["legal_basis"],
        first_day=_day(row, "first_day"),
        last_day=_day(row, "last_day"),
        opens=_hour(row, "opens"),
        closes=_hour(row, "closes"),
        per_minute=_number(row, "per_minute"),
    )


def _items(said: str, source: str) -> list[str]:
    """Read items by their names or their Chinese labels; 全部 is all of the source, no 简答项."""
    if said == ALL:
        return [source]
    named: dict[str, str] = {}
    for item in catalogue.sources()[source].askable.values():
        named |= dict.fromkeys((item.full_name, item.name, item.label), item.full_name)
    written = [one for one in _PARTED.split(said) if one]
    unknown = [one for one in written if one not in named]
    if unknown:
        raise NotAgreed(f"该来源没有查询项“{'、'.join(unknown)}”,请写目录中的名称,或者写“全部”。")
    return [named[one] for one in written]


def _channel(said: str) -> str:
    ways = {_plain(one.label): name for name, one in CHANNELS.items()}
    ways |= {name: name for name in CHANNELS}
    if _plain(said) not in ways:
        raise NotAgreed(f"没有交换方式“{said}”,可以写 {'、'.join(CHANNELS)}。")
    return ways[_plain(said)]


def _plain(label: str) -> str:
    """Write a name without regard to the width of its brackets and commas."""
    return normalize("NFKC", label)


def _number(row: Row, name: str) -> int | None:
    if not row[name]:
        return None
    if not row[name].isascii() or not row[name].isdigit() or len(row[name]) > 9:
        raise NotAgreed(f"{COLUMNS[name]}应为整数。")
    return int(row[name])


def _day(row: Row, name: str) -> date:
    found = _DAY.fullmatch(row[name])
    try:
        if found:
            return date(*map(int, found.groups()))
    except ValueError:
        pass
    raise NotAgreed(f"{COLUMNS[name]}应为日期,如 2026-01-31。")


def _hour(row: Row, name: str) -> time | None:
    if not row[name]:
        return None
    found = _HOUR.fullmatch(row[name])
    try:
        if found:
            return time(int(found[1]), int(found[2]))
    except ValueError:
        pass
    raise NotAgreed(f"{COLUMNS[name]}应为时刻,如 08:30。")
