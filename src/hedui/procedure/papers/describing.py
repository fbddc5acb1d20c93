"""
From a text and its values to what is printed (文书内容): blocks of runs, blanks where nothing is.

A run is text, or a blank to be written in by hand: how many letters wide it is. Nothing is computed
here, and nothing looked up: the same text and values are described alike.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from hedui.procedure.papers.fields import ASKED, fields
from hedui.procedure.papers.text import FIELD, Block, FormText, repeated
from hedui.procedure.reports.documents.glyphs import Printed

Row = Mapping[str, str]
Values = Mapping[str, Any]
"""By group: of a group of many rows a list of rows, else one row; a row gives text by field."""

BLANK: Final = {"text": 7, "long": 16, "date": 0, "amount": 6, "number": 3}
DATE: Final = "　　　　年　　月　　日"
EMPTY_ROWS: Final = {"letter": 3, "sheet": 4}
NONE: Final = "无"


def described(text: FormText, values: Values | None) -> list[Printed]:
    """Describe a text for print; without values, as a blank form."""
    return [_block(block, values, EMPTY_ROWS[text.layout]) for block in text.blocks]


def _block(block: Block, values: Values | None, empty: int) -> Printed:
    told: dict[str, Printed] = {"kind": block.kind}
    if block.kind == "space":
        return told | {"lines": int(block.rows[0][0])}
    lines = _own_lines(block, values)
    if len(lines) > 1:
        return told | {"kind": "list", "rows": [[{"label": False, "runs": [one]}] for one in lines]}
    if block.kind in ("table", "grid"):
        head = list(block.rows[:1]) if block.kind == "table" else []
        told["head"] = [[_cell(cell, {}, None) for cell in row] for row in head]
        told["widths"] = list(block.widths)
        rows = block.rows[len(head) :]
    else:
        rows = block.rows
    told["rows"] = [
        [_cell(cell, row_values, values) for cell in row]
        for row in rows
        for row_values in _times(row, values, empty if block.kind == "table" else 1)
    ]
    return told


def _own_lines(block: Block, values: Values | None) -> list[str]:
    """Return the lines of a paragraph that is nothing but one field: each is read on its own."""
    alone = FIELD.fullmatch(block.rows[0][0]) if block.kind == "paragraph" else None
    if alone is None or values is None:
        return []
    group, _, field = alone[1].partition(".")
    return [line.strip() for line in _single(values, group, field).splitlines() if line.strip()]


def issuer_of(blocks: Sequence[Printed]) -> str:
    """Return who signs a letter, as its end says; "" for what nobody signs so."""
    for block in blocks:
        if isinstance(block, dict) and block["kind"] == "closing":
            runs: Any = block["rows"]
            return "".join(run for run in runs[0][0]["runs"] if isinstance(run, str))
    return ""


def _times(row: tuple[str, ...], values: Values | None, empty: int) -> Iterator[Row]:
    """Yield what a row is filled with, once for each time that it is printed."""
    group = repeated(row)
    if not group:
        yield {}
        return
    if values is None:
        yield from ({} for _ in range(empty))
        return
    many: Sequence[Row] = values.get(group, ())
    for one in many:
        yield {f"{group}.{name}": value for name, value in one.items()}
    if not many:
        first = FIELD.search("".join(row))
        yield {first[1]: NONE} if first else {}


def _cell(cell: str, row: Row, values: Values | None) -> Printed:
    """Describe one cell: whether it is a label, and its runs."""
    is_label = cell.startswith("**") and cell.endswith("**") and len(cell) > 4
    written = cell[2:-2] if is_label else cell
    runs: list[Printed] = []
    at = 0
    for found in FIELD.finditer(written):
        if found.start() > at:
            runs.append(written[at : found.start()])
        runs.append(_value(found[1], row, values))
        at = found.end()
    if at < len(written):
        runs.append(written[at:])
    return {"label": is_label, "runs": runs}


def _value(name: str, row: Row, values: Values | None) -> Printed:
    group, _, field = name.partition(".")
    value = row.get(name) or ("" if values is None else _single(values, group, field))
    if value:
        return value
    if group == ASKED:
        return {"blank": BLANK["text"]}
    known = fields()[name]
    if known.kind == "date":
        return {"blank": 0, "text": DATE}
    return {"blank": BLANK[known.kind]}


def _single(values: Values, group: str, field: str) -> str:
    held = values.get(group)
    return str(held.get(field) or "") if isinstance(held, Mapping) else ""
