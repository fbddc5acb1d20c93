"""
Read a workbook strictly 读入表格: bounded before it is unpacked, no formula, nothing guessed.

A number that a spreadsheet has spoiled (an ID number kept as a number) is said so, not repaired.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from hedui.procedure.authorizations.workbook.sheets import FAULT, Column, Sheet, sheets
from hedui.procedure.record.outcome import Refusal
from hedui.values.money import MoneyError, fen_from_yuan, yuan_text
from hedui.wire.files import FileFault
from hedui.wire.files.packed import look_through

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 40 * 1024 * 1024
MOST_ROWS = 5_000
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
EXACT_DIGITS = 15
Place = tuple[str, int]


class NotAWorkbook(Refusal):
    """The file is no workbook of ours; it is not looked at any further."""


@dataclass(slots=True)
class Read:
    """
    What was read.

    rows: by sheet, each by heading as it stands there; faults: by sheet and place of the row
    """

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    faults: dict[Place, list[str]] = field(default_factory=dict)

    def fault(self, place: Place, message: str) -> None:
        """Note what is wrong with a row."""
        self.faults.setdefault(place, []).append(message)


def read(content: bytes) -> Read:
    """
    Read a workbook as it stands.

    :raises NotAWorkbook: no workbook, too large, or not with our sheets and headings
    """
    _look_into(content)
    try:
        book = load_workbook(BytesIO(content), read_only=True, keep_links=False)
        found = Read()
        for sheet in sheets():
            if sheet.name not in book.sheetnames:
                raise NotAWorkbook(f"缺少工作表“{sheet.name}”,请使用下载的模板。")
            found.rows[sheet.name] = list(_rows(book[sheet.name], sheet, found))
    except NotAWorkbook:
        raise
    except Exception:  # noqa: BLE001 - whatever a spoiled file makes the library say
        raise NotAWorkbook("文件不能识读,请用模板重新填写并存为 xlsx。") from None
    return found


def _look_into(content: bytes) -> None:
    """Refuse what is too large, unpacked too, and what XML could be made to swell."""
    if len(content) > MOST_BYTES:
        raise NotAWorkbook("文件不能超过 5 MB,请分成几个文件。")
    try:
        look_through(BytesIO(content), most=MOST_UNPACKED)
    except FileFault as fault:
        said = {
            "too_large": "文件展开后过大,请使用下载的模板,只填写需要的行。",
            "workbook": "文件中有不接受的内容,或者不是 xlsx 文件;请用模板重新填写并存为 xlsx。",
        }
        raise NotAWorkbook(said[fault.code]) from None


def _rows(page: Any, sheet: Sheet, found: Read) -> Iterator[dict[str, Any]]:
    """Yield the rows in their places, an empty one as such; beyond the last there is none."""
    page.reset_dimensions()
    rows = page.iter_rows(max_col=len(sheet.headings))
    head = [str(cell.value or "") for cell in next(rows, ())]
    if head != sheet.headings:
        raise NotAWorkbook(f"工作表“{sheet.name}”的表头与模板不符,请使用下载的模板。")
    empty = 0
    for number, row in enumerate(rows):
        if number >= MOST_ROWS:
            raise NotAWorkbook(f"工作表“{sheet.name}”超过 {MOST_ROWS} 行,请分成几个文件。")
        values = {heading: cell.value for heading, cell in zip(head, row, strict=False)}
        if all(value is None or value == "" for value in values.values()):
            empty += 1
            continue
        yield from ({} for _ in range(empty))
        empty = 0
        for heading, cell in zip(head, row, strict=False):
            if heading != FAULT and cell.data_type in {"f", "e"}:
                said = "不接受公式,请改为数值" if cell.data_type == "f" else "是错误值,请改正"
                found.fault((sheet.name, number), f"{heading}:{said}")
        yield values


class NotReadable(ValueError):
    """A cell whose value is not what its column takes; the message never repeats it."""


def value_of(column: Column, value: Any) -> Any:
    """
    Return a cell's value as CASE.json has it, None where it is empty.

    :raises NotReadable:
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return _READ[column.kind](column, value)


def _plain(_: Column, value: Any) -> str:
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool | date | time):
        raise NotReadable("应为文字")
    if isinstance(value, float):
        value = int(value) if value.is_integer() else Decimal(repr(value))
    return str(value).strip()


def _chosen(column: Column, value: Any) -> Any:
    if isinstance(value, bool) and column.kind == "truth":
        return value
    chosen = column.choices.get(_text(value))
    if chosen is None:
        raise NotReadable("请从列表中选择")
    return chosen == "true" if column.kind == "truth" else chosen


def _money(_: Column, value: Any) -> str:
    try:
        return yuan_text(fen_from_yuan(_text(value)))
    except MoneyError as error:
        raise NotReadable(str(error).removesuffix("。")) from None


def _day(_: Column, value: Any) -> str:
    if isinstance(value, datetime):
        if value.time() != time():
            raise NotReadable("应为日期,不带时刻")
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and (found := DAY.fullmatch(value.strip())):
        year, month, day = map(int, found.groups())
        return f"{year:04}-{month:02}-{day:02}"
    raise NotReadable("应为日期,如 2024-08-01")


def _resident(_: Column, value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    text = _text(value)
    if len(text) > EXACT_DIGITS:
        raise NotReadable("被存成了数字,末几位已经失真;请把单元格设为文本,对照证件重填")
    return text


def _items(_: Column, value: Any) -> list[str]:
    return re.split(r"[,，、\s]+", _text(value))


_READ: dict[str, Callable[[Column, Any], Any]] = {
    "text": _plain,
    "number": _plain,
    "choice": _chosen,
    "truth": _chosen,
    "money": _money,
    "day": _day,
    "resident": _resident,
    "items": _items,
}
