"""
Write a first mapping from the columns that a department's table has (起草对照表).

By the catalogue's Chinese labels, and by looking which column holds numbers of persons. What is
not certain is marked for the clerk to look at; nothing is served with it before `check` holds.
"""

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from itertools import islice

from hedui.catalogue import Item, Source
from hedui.gateway.converting import day_of
from hedui.gateway.mapping import says_a_unit, unit_in
from hedui.gateway.tables import Table
from hedui.values.resident_id import is_number

LOOKED_AT = 5000
ALIKE, SURE = 0.55, 0.9
OF_MONEY = 0.1  # how much more an amount is like a column whose name says a unit of money
MOST_WORDS = 20
TO_WRITE = "待填"
"""Stands where the clerk must write a code; no mapping holds while it does."""
_NAMES = ("姓名", "权利人", "所有人", "车主", "户名", "参保人", "持有人", "name", "名字", "名称")
_NUMBERS = ("公民身份号码", "身份证号", "身份号码", "证件号码", "证件号", "id_number")
_DAYS = (
    "数据日期",
    "统计日",
    "取数日",
    "数据截至",
    "更新日期",
    "截止日期",
    "统计时间",
    "更新时间",
    "截止时间",
    "as_of",
)
_EXTRA = re.compile(r"[(\uff08].*?[)\uff09]|_fen$")


def draft(source: Source, table: Table, data: Sequence[str]) -> str:
    """
    Return the text of a mapping.

    data: its lines under `data:`
    """
    rows = list(islice(table.rows, LOOKED_AT))
    left = list(table.columns)
    number = _number_column(table.columns, rows)
    name = _alike(_NAMES, left) or left[0]
    day = _alike(_DAYS, [column for column in left if column not in (number, name)])
    for taken in (number, name, day):
        if taken in left:
            left.remove(taken)
    cells = {column: [row[at] for row in rows] for at, column in enumerate(table.columns)}
    found = _items(source, left, cells)
    lines = [
        f"# {source.label}:本部门的列对应目录的查询项。改好后运行 hedui department check 本文件。",
        f"source: {source.name}",
        "data:",
        *(f"  {line}" for line in data),
        "person:",
        f"  id_number: {_text(number or '在此写身份号码所在的列')}",
        f"  name: {_text(name)}{'' if _alike(_NAMES, [name]) else '  # 请核对:姓名是这一列吗'}",
        _as_of(day, left, cells),
        "items:",
        *(
            _line(item, *found[name], cells)
            if name in found
            else _not_found(item, is_compared=name in source.compared)
            for name, item in source.items.items()
        ),
    ]
    used = {column for column, _ in found.values()}
    rest = [column for column in left if column not in used]
    if rest:
        lines.append(f"# 没有用到、也不会被读出的列:{'、'.join(rest)}")
    return "\n".join(lines) + "\n"


def _as_of(day: str, left: Sequence[str], cells: Mapping[str, Sequence[object]]) -> str:
    """Say which column tells as of when a row is true, or that the clerk may say so."""
    if day:
        return f"as_of: {{column: {_text(day)}}}"
    likely = [column for column in left if _are_days(cells[column])]
    of_days = f",是日期的列有 {'、'.join(likely)}" if likely else ""
    return f"# as_of: {{column: 列名}}    # 每行数据截至哪一天;不写的,按文件的日期{of_days}"


def _are_days(cells: Sequence[object]) -> bool:
    filled = [cell for cell in cells if str(cell if cell is not None else "").strip()]
    return bool(filled) and all(day_of(cell, "") for cell in filled)


def _items(
    source: Source, columns: Sequence[str], cells: Mapping[str, Sequence[object]]
) -> dict[str, tuple[str, float]]:
    """Pair items with columns, the most alike first, each once; say how alike they are."""
    pairs = sorted(
        (
            (max(_likeness(item, column), _content(item, cells[column])), item.name, column)
            for item in source.items.values()
            for column in columns
        ),
        reverse=True,
    )
    found: dict[str, tuple[str, float]] = {}
    for likeness, name, column in pairs:
        taken = {column for column, _ in found.values()}
        if likeness >= ALIKE and name not in found and column not in taken:
            found[name] = (column, likeness)
    return found


def _likeness(item: Item, column: str) -> float:
    plain = _EXTRA.sub("", column).strip()
    if column == item.name or plain in (item.label, item.name):
        return 1.0
    if plain and (plain in item.label or item.label in plain):
        return SURE
    is_amount = item.type == "fen" and says_a_unit(column)
    return SequenceMatcher(None, plain, item.label).ratio() + (OF_MONEY if is_amount else 0)


def _content(item: Item, cells: Sequence[object]) -> float:
    """Tell how much of a column is what the item can be: of codes and of days it can be seen."""
    filled = [cell for cell in cells if str(cell if cell is not None else "").strip()]
    if not filled or item.type not in ("enum", "date"):
        return 0.0
    if item.type == "date":
        return 0.6 if _are_days(cells) else 0.0
    known = sum(str(cell).strip() in item.written for cell in filled) / len(filled)
    return known * SURE if known >= 0.5 else 0.0


def _number_column(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return the column most of whose cells are numbers of persons; else one so named."""
    best, most = "", 0
    for at, column in enumerate(columns):
        count = sum(is_number(str(row[at] or "").strip()) for row in rows)
        if count > most:
            best, most = column, count
    return best or _alike(_NUMBERS, columns)


def _alike(words: Sequence[str], columns: Sequence[str]) -> str:
    for word in words:
        for column in columns:
            if word in column:
                return column
    return ""


def _said(item: Item) -> str:
    codes = f"({'、'.join(item.values)})" if item.type == "enum" else ""
    return f"{item.label},{_TYPES[item.type]}{codes}"


def _not_found(item: Item, *, is_compared: bool) -> str:
    spot = "{column: 列名, unit: 元}" if item.type == "fen" else "列名"
    needed = ",而比对要用它" if is_compared else ""
    if needed and item.type == "enum":
        needed += ";各行都一样的写成 {constant: 代码}"
    return f"  # {item.name}: {spot}    # {_said(item)};没有找到相近的列{needed}"


def _line(item: Item, column: str, likeness: float, cells: Mapping[str, Sequence[object]]) -> str:
    ask = ["是这一列吗"] if likeness < SURE else []
    keys = [f"column: {_text(column)}"]
    if item.type == "fen":
        keys.append(f"unit: {unit_in(column)}")
        ask += [] if says_a_unit(column) else ["单位对吗"]
    if item.type == "enum" and (words := _unknown(item, cells[column])):
        keys.append(f"codes: {{{', '.join(f'{_text(word)}: {TO_WRITE}' for word in words)}}}")
        ask.append("请写各词的代码")
    spot = _text(column) if len(keys) == 1 else f"{{{', '.join(keys)}}}"
    return f"  {item.name}: {spot}  # {';'.join([_said(item), *ask])}"


def _unknown(item: Item, cells: Sequence[object]) -> list[str]:
    """Return the words of a column of codes that the catalogue does not know, if they are few."""
    words = {str(cell).strip() for cell in cells if cell is not None} - {""} - set(item.written)
    return sorted(words) if len(words) <= MOST_WORDS else []


def _text(column: str) -> str:
    return '"' + column.replace("\\", "\\\\").replace('"', '\\"') + '"'


_TYPES: Mapping[str, str] = {
    "text": "文字",
    "integer": "整数",
    "date": "日期",
    "month": "月份",
    "fen": "金额",
    "share": "份额",
    "decimal": "数",
    "enum": "代码",
    "boolean": "是或否",
}
