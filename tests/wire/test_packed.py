"""A workbook is looked through before a library builds it: what is packed small stays small."""

import io
import zipfile
from collections.abc import Callable

import pytest
from openpyxl import Workbook

from hedui.wire.files import FileFault, WorkbookTable
from hedui.wire.files.packed import MOST_IN_A_ROW, MOST_OF_STRINGS, MOST_STRINGS
from tests.wire.memory import within

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
        (before(b"<sheetData>", b"<!--" + b"x" * MANY + b"-->"), "sheet1.xml"),
        (before(b"<sheetData>", b'<x y="' + b"x" * MANY + b'"/>'), "sheet1.xml"),
    ],
    ids=[
        *["elements", "one row", "one text", "rows", "styles", "rows of another kind"],
        *["a comment", "an attribute"],
    ],
)
def test_what_would_swell_is_refused_and_takes_no_memory(change, part):
    content = packed(change, part)
    assert len(content) < MANY // 100
    with within(MOST_MEMORY), pytest.raises(FileFault) as caught:
        read(content)
    assert caught.value.code == "too_large"


def test_a_table_of_strings_is_held_whole_and_so_is_bounded():
    strings = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    strings += b"<si><t>%s</t></si>" % (b"x" * 60_000) * 500 + b"</sst>"
    with pytest.raises(FileFault) as caught:
        read(packed(**{"xl/sharedStrings.xml": strings}))
    assert caught.value.code == "too_large"


TYPES = "[Content_Types].xml"
MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml."
SPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def under_another_name(strings: bytes, name: str = "xl/strings.dat") -> bytes:
    """Return a workbook whose table of strings is known by its type alone."""
    told = f'<Override PartName="/{name}" ContentType="{MAIN}sharedStrings+xml"/>'
    return packed(before(b"</Types>", told.encode()), TYPES, **{name: strings})


@pytest.mark.parametrize(
    "strings",
    [
        b"<si><t>%s</t></si>" % (b"x" * 60_000) * (MOST_OF_STRINGS // 60_000 + 1),
        b"<si/>" * (MOST_STRINGS * 2 + 1),
        b"<x/>" * (MANY // 4),
    ],
    ids=["letters", "strings", "elements"],
)
@pytest.mark.parametrize("name", ["xl/strings.dat", "xl/strings", "xl/media/image1.png"])
def test_what_another_part_says_is_a_table_of_strings_is_bounded_whatever_its_name(name, strings):
    content = under_another_name(b"<sst %s>%s</sst>" % (SPACE, strings), name)
    with within(MOST_MEMORY), pytest.raises(FileFault) as caught:
        read(content)
    assert caught.value.code == "too_large"


def test_a_sheet_is_bounded_whatever_its_name():
    sheet = b"<worksheet %s><sheetData><row>%s</row></sheetData></worksheet>"

    def elsewhere(part: bytes) -> bytes:
        assert b"sheet1.xml" in part
        return part.replace(b"sheet1.xml", b"sheet1.dat")

    more = {"xl/worksheets/sheet1.dat": sheet % (SPACE, b"<c/>" * (MANY // 4))}
    with within(MOST_MEMORY), pytest.raises(FileFault) as caught:
        read(packed(elsewhere, "workbook.xml.rels", **more))
    assert caught.value.code == "too_large"


def test_pictures_and_settings_of_a_printer_are_no_xml_and_need_not_be():
    more = {
        "xl/media/image1.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4_096,
        "xl/printerSettings/printerSettings1.bin": "打印机".encode("utf-16"),
        "xl/media/image2.bin": b"",
    }
    assert read(packed(**more)) == [["1", "张三"]]


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
        under_another_name(b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><sst %s/>" % SPACE),
        under_another_name(b'<?xml version="1.0" encoding="GB18030"?><sst %s/>' % SPACE),
        under_another_name(b"<sst %s><si>" % SPACE),
        packed(**{"xl/vbaProject.bin": b"x"}),
        packed(before(b"/></sheets>", b' state="hidden"'), "workbook.xml"),
        packed()[:-40],
        b"PK\x03\x04",
    ],
    ids=[
        *["entities", "torn part", "twice", "entities elsewhere", "unknown encoding elsewhere"],
        *["torn elsewhere", "macros", "hidden", "torn", "nothing"],
    ],
)
def test_what_two_readers_could_read_differently_is_no_workbook(content):
    with pytest.raises(FileFault) as caught:
        read(content)
    assert caught.value.code == "workbook"
