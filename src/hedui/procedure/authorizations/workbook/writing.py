"""Write the workbook 写出表格: empty as a template, or with rows and what is wrong with them."""

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from hedui.procedure.authorizations.workbook.sheets import FAULT, TAKEN, Column, Sheet, sheets

WORDS = "词表"
EXPLAINED = (
    "一行一项,从第 2 行填起;表头不要改。家庭代号和成员代号自取,如 1、a,只在本文件内对应各表的行。",
    "金额写数字,至多两位小数;日期写日期或 2024-08-01;公民身份号码按文本填写;不要写公式。",
    "授权表中,没有签署的成员不填,导入后不查询。签署件文件名与一并上传的扫描件文件名一致;"
    "查询项不填为全部(*)。授权书编号只在签署的是本系统打印的编号授权书时填写。",
    "导入后,受理编号和错误由系统写入。改好有错误的家庭,把带受理编号的同一文件再次导入:"
    "已有受理编号的家庭不会重复导入。",
)
FIRST, MOST_ROWS = 2, 5_000
HEAD, WRONG = PatternFill("solid", fgColor="E4EEEC"), PatternFill("solid", fgColor="FBE3E0")
Rows = Mapping[str, list[dict[str, Any]]]


def written(rows: Rows = {}, faults: Mapping[tuple[str, int], list[str]] = {}) -> bytes:  # noqa: B006
    """
    Return the workbook.

    rows: by sheet, each by heading, as they were read; faults: what is wrong, by sheet and place
    """
    book = Workbook()
    explained = book.active
    assert isinstance(explained, Worksheet)
    explained.title = "说明"
    explained.column_dimensions["A"].width = 100
    for line in ("家庭经济状况核对申请表", *EXPLAINED):
        explained.append([line])
        explained.cell(explained.max_row, 1).alignment = Alignment(wrap_text=True)
    words = book.create_sheet(WORDS)
    words.sheet_state = "hidden"
    for sheet in sheets():
        _sheet(book, words, sheet, rows.get(sheet.name, []), faults)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _sheet(
    book: Workbook,
    words: Worksheet,
    sheet: Sheet,
    rows: Iterable[dict[str, Any]],
    faults: Mapping[tuple[str, int], list[str]],
) -> None:
    page = book.create_sheet(sheet.name)
    page.append(sheet.headings)
    for cell in page[1]:
        cell.font, cell.fill = Font(bold=True), HEAD
        page.column_dimensions[cell.column_letter].width = 16
    page.column_dimensions[get_column_letter(len(sheet.headings))].width = 60
    page.freeze_panes = "A2"
    for place, column in enumerate(sheet.columns, start=2):
        _column(page, words, column, get_column_letter(place))
    for number, row in enumerate(rows):
        wrong = faults.get((sheet.name, number), [])
        values = row | {FAULT: ";".join(wrong)}
        for place, heading in enumerate(sheet.headings, start=1):
            cell = page.cell(FIRST + number, place)
            _put(cell, values.get(heading))
            if wrong:
                cell.fill = WRONG


def _put(cell: Any, value: Any) -> None:
    """Write a value; text stays text, also where it begins like a formula."""
    if value is None or value == "":
        return
    cell.value = value
    if isinstance(value, str):
        cell.data_type, cell.number_format = "s", "@"


def _column(page: Worksheet, words: Worksheet, column: Column, letter: str) -> None:
    if column.kind in {"text", "resident", "items"}:
        page.column_dimensions[letter].number_format = "@"
        page.column_dimensions[letter].width = 24
    if column.choices:
        place = get_column_letter(words.max_column + 1)
        for number, word in enumerate(column.choices, start=1):
            words[f"{place}{number}"] = word
        listed = f"'{WORDS}'!${place}$1:${place}${len(column.choices)}"
        chosen = DataValidation("list", formula1=listed, allow_blank=True, showErrorMessage=True)
        chosen.error, chosen.errorTitle = "请从列表中选择。", column.heading
        page.add_data_validation(chosen)
        chosen.add(f"{letter}{FIRST}:{letter}{MOST_ROWS}")


__all__ = ["TAKEN", "written"]
