"""
Read and write a table as an XLSX workbook: one sheet, no formulas, bounded.

Cells keep the type that the spreadsheet gave them, so that a number that was once text is seen.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from types import NoneType
from typing import IO, Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from hedui.wire.files.faults import FileFault
from hedui.wire.files.packed import MOST_ROWS, look_through
from hedui.wire.files.tables import Cell
from hedui.wire.strict_json import UNSEEN

MOST_COLUMNS = 200


class WorkbookTable:
    """The first sheet of a workbook: its head, then its rows with their number."""

    def __init__(self, stream: IO[bytes]) -> None:
        """
        Open it and read the head.

        :raises FileFault: it is no workbook, has macros, is empty, or would unpack to too much
        """
        look_through(stream)
        try:
            self._book = load_workbook(stream, read_only=True, data_only=False, keep_links=False)
            self._sheet = self._book.worksheets[0]
            if self._sheet.sheet_state != "visible":  # whoever looks it over sees another
                raise FileFault("workbook", "第一个工作表是隐藏的")
            self._sheet.reset_dimensions()  # what a file says of its own size is not believed
            head = next(self._rows(), ())
        except FileFault:
            raise
        except Exception:  # noqa: BLE001 - the library raises what comes to its mind
            raise FileFault("workbook") from None
        names = ["" if cell is None else str(cell).strip() for cell in head]
        while names and not names[-1]:
            names.pop()
        if not names:
            raise FileFault("empty")
        self.columns = tuple(names)

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        rows: Iterator[tuple[Any, ...]] = self._sheet.iter_rows(
            max_col=MOST_COLUMNS, values_only=True
        )
        return rows

    def __iter__(self) -> Iterator[tuple[int, list[Cell]]]:
        """
        Yield each row with its number, the head being row 1; rows without any value are skipped.

        It may be read through again.

        :raises FileFault: too many rows, or the sheet breaks off
        """
        number, width = 0, len(self.columns)
        rows = self._rows()
        while True:
            try:
                row = next(rows, None)
            except Exception:  # noqa: BLE001 - as above
                raise FileFault("workbook", f"第 {number + 1} 行") from None
            if row is None:
                return
            number += 1
            if number == 1:
                continue
            if number > MOST_ROWS + 1:
                raise FileFault("too_large", f"一个工作簿至多 {MOST_ROWS} 行")
            beyond = row[width:]
            if beyond.count(None) == len(beyond):
                row = row[:width]
            cells = [value if type(value) in _AS_THEY_ARE else _cell(value) for value in row]
            while len(cells) > width and cells[-1] is None:
                cells.pop()
            if any(cell not in (None, "") for cell in cells):
                yield number, cells


_AS_THEY_ARE = frozenset({str, NoneType, int, float, bool})


def _cell(value: Any) -> Cell:
    if isinstance(value, datetime):
        return value.date() if value.time() == datetime.min.time() else value.isoformat()
    if value is None or isinstance(value, str | int | float | bool | date):
        return value
    return f"={value}"  # an array formula, a duration, an error: nothing that may stand here


def write_workbook(
    columns: Iterable[str], rows: Iterable[Iterable[str]], out: IO[bytes], *, sheet: str = "查询"
) -> int:
    """Write a table with every cell as text, and return the number of its rows."""
    book = Workbook(write_only=True)
    held = book.create_sheet(sheet)
    held.freeze_panes = "A2"
    heads = [_seen(name) for name in columns]
    for number in range(1, len(heads) + 1):
        held.column_dimensions[get_column_letter(number)].number_format = "@"
        held.column_dimensions[get_column_letter(number)].width = 22
    held._values_to_row = _texts(held, len(heads), bold=True)
    held.append(heads)
    held._values_to_row = _texts(held, len(heads))
    count = 0
    try:
        for row in rows:
            held.append([_seen(value) for value in row])
            count += 1
    except BaseException:  # what the library wrote beside itself until now does not stay
        held.close()
        held._writer.cleanup()
        raise
    book.save(out)
    return count


def _seen(value: str) -> str:
    if UNSEEN.search(value):
        raise ValueError("a control character in what leaves")
    return value


def _texts(sheet: Any, width: int, *, bold: bool = False) -> Callable[[list[str], int], Any]:
    """
    Return how the library is to make the cells of a row: as texts, whatever they begin with.

    Its own way makes a formula of what begins with =, and a new cell with a style for each value.
    """
    cells = [WriteOnlyCell(sheet) for _ in range(width)]
    for number, cell in enumerate(cells, start=1):
        cell.data_type, cell.number_format, cell.column = "s", "@", number
        if bold:
            cell.font = Font(bold=True)

    def row_of(values: list[str], number: int) -> Iterator[Any]:
        for cell, value in zip(cells, values, strict=True):
            cell._value, cell.row = value, number
            yield cell

    return row_of
