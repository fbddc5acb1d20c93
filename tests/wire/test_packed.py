"""A workbook is looked through before a library builds it: what is packed small stays small."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from hedui.wire.files import FileFault, WorkbookTable
from hedui.wire.files.packed import MOST_IN_A_ROW

MANY = 8 * 1024 * 1024
MOST_MEMORY = 32 * 1024
Change = Callable[[bytes], bytes]


def packed(change: Change = lambda part: part, part: str = "sheet1.xml", **more: bytes) -> bytes:
    """Return a workbook of two rows in which one part is changed, and others are added."""
    made, out = io.BytesIO(), io.BytesIO()
    book = Workbook(write_only=True)
    sheet = book.create_sheet("查询")
    sheet.append(["查询编号", "姓名"])
    sheet.append(["1", "张三"])
    book.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as to:
        for one in source.infolist():
            content = source.read(one)
            to.writestr(one.filename, change(content) if one.filename.endswith(part) else content)
        for name, content in more.items():
            to.writestr(name, content)
    return out.getvalue()


def read(content: bytes) -> list[list[object]]:
    return [cells for _, cells in WorkbookTable(io.BytesIO(content))]


def before(mark: bytes, more: bytes) -> Change:
    def change(part: bytes) -> bytes:
        assert mark in part
        return part.replace(mark, more + mark, 1)

    return change


def test_what_a_spreadsheet_writes_is_read():
    assert read(packed()) == [["1", "张三"]]


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (before(b"<sheetData>", b"<x/>" * (MANY // 4)), "sheet1.xml"),
        (before(b"</row>", b"<c/>" * (MANY // 4)), "sheet1.xml"),
        (before(b"</row>", b"<c><is><t>" + b"x" * MANY + b"</t></is></c>"), "sheet1.xml"),
        (before(b"</sheetData>", b"<row/>" * (MANY // 6)), "sheet1.xml"),
        (before(b"</cellXfs>", b"<xf/>" * (MANY // 5)), "styles.xml"),
        (before(b"</sheetData>", b'<row xmlns="a"/>' * (MANY // 16)), "sheet1.xml"),
    ],
    ids=["elements", "one row", "one text", "rows", "styles", "rows of another kind"],
)
def test_what_would_swell_is_refused_and_takes_no_memory(change, part):
    content = packed(change, part)
    assert len(content) < MANY // 100
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    start = peak()
    with pytest.raises(FileFault) as caught:
        read(content)
    assert caught.value.code == "too_large"
    assert peak() - start < MOST_MEMORY


def peak() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def test_a_table_of_strings_is_held_whole_and_so_is_bounded():
    strings = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    strings += b"<si><t>%s</t></si>" % (b"x" * 60_000) * 500 + b"</sst>"
    with pytest.raises(FileFault) as caught:
        read(packed(**{"xl/sharedStrings.xml": strings}))
    assert caught.value.code == "too_large"


def test_a_row_may_be_as_wide_as_two_hundred_cells():
    cells = b"".join(b'<c r="C%d"><v>%d</v></c>' % (n, n) for n in range(3, 200))
    assert len(read(packed(before(b"</row>", cells)))) == 1
    cells = b"<c><v>1</v></c>" * MOST_IN_A_ROW
    with pytest.raises(FileFault):
        read(packed(before(b"</row>", cells)))


@pytest.mark.parametrize(
    "content",
    [
        packed(lambda part: b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]>" + part.partition(b"?>")[2]),
        packed(lambda part: part[: len(part) // 2]),
        packed(**{"XL/Worksheets/Sheet1.xml": b"<x/>"}),
        packed(**{"xl/vbaProject.bin": b"x"}),
        packed(before(b"/></sheets>", b' state="hidden"'), "workbook.xml"),
        packed()[:-40],
        b"PK\x03\x04",
    ],
    ids=["entities", "torn part", "twice", "macros", "hidden", "torn", "nothing"],
)
def test_what_two_readers_could_read_differently_is_no_workbook(content):
    with pytest.raises(FileFault) as caught:
        read(content)
    assert caught.value.code == "workbook"
