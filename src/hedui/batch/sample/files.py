"""
Write sample households as files: `CASE.json` with its scans, and the departments' files.
"""

import csv
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from hedui.batch.sample.household import SampleHousehold, empty_items
from hedui.batch.sample.strangers import strangers
from hedui.batch.sample.truth import SOURCES

CASE: Final = "CASE.json"


def write_case(household: SampleHousehold, folder: Path) -> Path:
    """Write a declaration and the scans beside it; return the path of the declaration."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in household.scans.items():
        (folder / name).write_bytes(content)
    path = folder / CASE
    text = json.dumps(household.case, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
    return path


def write_sources(
    households: Sequence[SampleHousehold], folder: Path, decoys: int = 50
) -> dict[str, Path]:
    """
    Write one CSV for each department, in UTF-8, with the rows of all households in mixed order.

    decoys: how many strangers (无关人员) stand in every file beside them; nobody asks about them

    :raises ValueError: no household
    """
    if not households:
        raise ValueError("a department's file needs at least one household")
    folder.mkdir(parents=True, exist_ok=True)
    others = strangers(households, decoys)
    paths = {}
    for source in SOURCES:
        rows = [row for each in households for row in each.rows[source]] + others[source]
        random.Random(f"order of {source}").shuffle(rows)
        columns = ("name", "id_number", "as_of", *empty_items(source))
        paths[source] = folder / f"{source}.csv"
        with paths[source].open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows([_cell(row[column]) for column in columns] for row in rows)
    return paths


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value
