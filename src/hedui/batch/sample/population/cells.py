"""
Write columns as a department's file has them (文字), and files as Parquet.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from duckdb import DuckDBPyConnection

from hedui.batch.delivery import text
from hedui.batch.sample.population.holdings import Cells
from hedui.batch.sample.population.spelling import FULL_WIDTH, MISSING, OLD, SMALL_X, SPACED
from hedui.catalogue import Item

_FIRST_DAY: Final = np.datetime64("1900-01-01")
_LAST_DAY: Final = np.datetime64("2100-01-01")
_FIRST_YEAR: Final = 1900
_NUMBER: Final = "CAST(body AS VARCHAR) || substr('10X98765432', CAST(\"check\" AS INTEGER) + 1, 1)"
NUMBER: Final = f"""
    CASE form WHEN {SMALL_X} THEN lower({_NUMBER})
              WHEN {FULL_WIDTH} THEN translate({_NUMBER}, '0123456789X', '０１２３４５６７８９Ｘ')
              WHEN {SPACED} THEN substr({_NUMBER}, 1, 6) || ' ' || substr({_NUMBER}, 7, 8) || ' '
                                 || substr({_NUMBER}, 15)
              WHEN {OLD} THEN substr({_NUMBER}, 1, 6) || substr({_NUMBER}, 9, 9)
              WHEN {MISSING} THEN NULL
              ELSE {_NUMBER} END
"""
"""SQL that writes a number from its 17 digits `body`, the place of its `check` and its `form`."""
HOUSEHOLD: Final = "'H' || lpad(CAST(household AS VARCHAR), 8, '0')"
KEY: Final = "chr(CAST(97 + place AS INTEGER))"


def write(
    connection: DuckDBPyConnection, path: Path, query: str, columns: Mapping[str, Any]
) -> None:
    """Write the rows of a query over `given`, which has these columns, in their order."""
    path.parent.mkdir(parents=True, exist_ok=True)
    given = dict(columns)  # noqa: F841 - the query reads it by this name
    described = connection.execute(f"DESCRIBE {query}").fetchall()
    # Texts of which a part has none would have no type, and the parts none in common.
    empty = [f'"{name}"' for name, type_, *_ in described if type_ == '"NULL"']
    texts = ", ".join(f"CAST({name} AS VARCHAR) AS {name}" for name in empty)
    chosen = f"* REPLACE ({texts})" if empty else "*"
    connection.execute(
        f"COPY (SELECT {chosen} FROM ({query})) TO {text(str(path))} (FORMAT parquet)"
    )


def written(rng: Any, item: Item, cells: Cells) -> Any:
    """Write the cells of an item: codes mostly as codes, days and months as text."""
    if item.type in ("fen", "integer"):
        return np.ma.masked_array(cells.values, mask=~cells.known)
    if item.type == "boolean":
        return np.ma.masked_array(cells.values == 1, mask=~cells.known)
    values = np.where(cells.known, cells.values, 0) if cells.values.dtype != object else None
    if values is None:
        column = cells.values.copy()
    elif item.type == "enum":
        column = _coded(rng, item, cells, values)
    elif item.type == "date":
        column = day_texts()[values - int(_FIRST_DAY.astype(int))]
    elif item.type == "month":
        column = _month_texts()[np.maximum(values - _FIRST_YEAR * 12, 0)]
    elif cells.words:
        column = np.array(cells.words, dtype=object)[values]
    else:
        column = np.array([str(n) for n in range(int(values.max(initial=0)) + 1)], dtype=object)
        column = column[values]
    column[~cells.known] = None
    return column


def days(values: Any) -> Any:
    """Write days since 1970 as text."""
    return day_texts()[values - int(_FIRST_DAY.astype(int))]


@cache
def day_texts() -> Any:
    """Return each day from 1900 to 2099 as text, in order."""
    return np.arange(_FIRST_DAY, _LAST_DAY).astype(str).astype(object)


@cache
def _month_texts() -> Any:
    months = np.arange(_FIRST_DAY.astype("datetime64[M]"), _LAST_DAY.astype("datetime64[M]"))
    return months.astype(str).astype(object)


def _coded(rng: Any, item: Item, cells: Cells, values: Any) -> Any:
    """Write four of five codes as they are, the others in one of the department's own words."""
    if not cells.words:
        return np.full(len(values), None, dtype=object)
    ways = [[way for way, code in item.written.items() if code == word] for word in cells.words]
    most = max(map(len, ways))
    table = np.array([[(own * most)[n] for n in range(most)] for own in ways], dtype=object)
    other = rng.random(len(values)) < 0.2
    return table[values, np.where(other, rng.integers(0, most, len(values)), 0)]
