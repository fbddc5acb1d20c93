"""
Say what may be asked of whom (目录).

One YAML file in `sources/` describes one source of information (数据来源): its items with
type and sensitivity, what must never be asked, how old an answer may be, and with what a
household declares each item is compared. Connectors, wire, comparison and report read it;
adding a source is adding a file.
"""

from hedui.catalogue.cells import from_cell
from hedui.catalogue.items import (
    FIRST_YEAR,
    CatalogueError,
    Item,
    ItemType,
    ItemValue,
    ItemValueError,
)
from hedui.catalogue.loading import (
    Against,
    Comparison,
    Source,
    by_source,
    expand,
    is_minimal,
    item,
    least,
    sources,
    whole,
)
from hedui.catalogue.minimal import Minimal
from hedui.catalogue.programmes import PROGRAMMES

__all__ = [
    "FIRST_YEAR",
    "PROGRAMMES",
    "Against",
    "CatalogueError",
    "Comparison",
    "Item",
    "ItemType",
    "ItemValue",
    "ItemValueError",
    "Minimal",
    "Source",
    "by_source",
    "expand",
    "from_cell",
    "is_minimal",
    "item",
    "least",
    "sources",
    "whole",
]
