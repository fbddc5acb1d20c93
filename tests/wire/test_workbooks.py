"""A workbook that leaves holds texts alone; of one that comes back no cell is lost."""

import io
import tempfile

import pytest
from openpyxl import Workbook, load_workbook

from hedui.wire.files import WorkbookTable, write_workbook

HEAD = ["姓名", "公民身份号码", "备注"]
ROWS = [["张三", "11010519491231002X", "=1+1"], ["", "0012", "@SUM(1)"], ["李四", "1E3", ""]]


def written(rows: list[list[str]]) -> io.BytesIO:
    out = io.BytesIO()
    assert write_workbook(HEAD, rows, out) == len(rows)
    return out


def test_whatever_it_begins_with_every_cell_is_text_and_stays_text_when_it_is_filled_in():
    sheet = load_workbook(written(ROWS)).worksheets[0]
    cells = list(sheet.iter_rows(max_col=len(HEAD)))
    assert [[cell.value or "" for cell in row] for row in cells] == [HEAD, *ROWS]
    assert {cell.number_format for row in cells for cell in row} == {"@"}
    assert {cell.data_type for row in cells for cell in row if cell.value} == {"s"}
    assert [cell.font.bold for cell in cells[0] + cells[1]] == [True] * 3 + [False] * 3


@pytest.mark.parametrize("where", ["head", "row"])
def test_a_control_character_does_not_leave_and_nothing_is_left_behind(
    where, tmp_path, monkeypatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    bad = ["张\u202e三", "1", ""]
    with pytest.raises(ValueError, match="control"):
        write_workbook(bad if where == "head" else HEAD, [*ROWS, bad], io.BytesIO())
    assert list(tmp_path.iterdir()) == []


def test_it_is_read_through_as_often_as_is_wanted():
    table = WorkbookTable(written(ROWS))
    assert table.columns == tuple(HEAD)
    first = list(table)
    assert [number for number, _ in first] == [2, 3, 4]
    assert [[cell or "" for cell in cells] for _, cells in first] == ROWS
    assert list(table) == first


def test_a_value_beyond_the_head_is_seen_and_what_is_empty_there_is_not():
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    for row in [["甲", "乙"], ["1", "2"], ["3", "4"], ["5"]]:
        sheet.append(row)
    sheet["E3"], sheet["E2"].number_format = "beyond", "@"
    book.save(out)
    assert [cells for _, cells in WorkbookTable(out)] == [
        ["1", "2"],
        ["3", "4", None, None, "beyond"],
        ["5", None],
    ]
