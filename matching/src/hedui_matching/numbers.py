"""
Whose numbers enter (进入求交的号码): on both sides in the one form that Hedui reads.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hedui.catalogue import CatalogueError, expand, sources
from hedui.values.resident_id import ResidentId, ResidentIdError
from hedui_matching import MatchingError


@dataclass(frozen=True, slots=True)
class Asked:
    """A member whose authorization of the source is in force."""

    household_id: str
    member_key: str
    number: str


def held(path: Path) -> tuple[list[str], int]:
    """Return the distinct numbers of a department's file, and how many of its rows have none."""
    numbers: set[str] = set()
    without = 0
    for row in _rows(path, ("id_number",)):
        number = _number(row["id_number"])
        without += number is None
        if number:
            numbers.add(number)
    return sorted(numbers), without


def authorized(registry: Path, source: str) -> list[Asked]:
    """
    Return the members who signed for the source and whose authorization is in force.

    In force: `authorized_until` is not before the household's `as_of`, as in a recheck.

    :raises MatchingError: a table or a column is missing, or an item is not in the catalogue
    """
    if source not in sources():
        raise MatchingError(f"目录中没有来源 {source}")
    days = {
        row["household_id"]: row["as_of"]
        for row in _rows(registry / "households.csv", ("household_id", "as_of"))
    }
    columns = ("household_id", "member_key", "id_number", "authorized_until", "authorized_items")
    asked: dict[str, Asked] = {}
    signed: dict[str, bool] = {}
    for row in _rows(registry / "members.csv", columns):
        items = row["authorized_items"]
        if items not in signed:
            signed[items] = _covers(items, source)
        number = _number(row["id_number"])
        day, until = _day(days.get(row["household_id"], "")), _day(row["authorized_until"])
        if signed[items] and number and day and until and until >= day:
            asked[number] = Asked(row["household_id"], row["member_key"], number)
    return [asked[number] for number in sorted(asked)]


def _covers(items: str, source: str) -> bool:
    listed = [name for each in items.split(",") if (name := each.strip())]
    if "*" in listed:
        return True
    try:
        return any(name.partition(".")[0] == source for name in expand(listed))
    except CatalogueError as error:
        raise MatchingError(f"members.csv:authorized_items:{error}") from None


def _number(text: str) -> str | None:
    try:
        return ResidentId.parse(text).reveal()
    except ResidentIdError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip().replace("/", "-"))
    except ValueError:
        return None


def _rows(path: Path, needed: tuple[str, ...]) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if missing := sorted(set(needed) - set(reader.fieldnames or ())):
                raise MatchingError(f"{path}:缺少列 {'、'.join(missing)}")
            for row in reader:
                yield {name: row[name] or "" for name in needed}
    except UnicodeDecodeError:
        raise MatchingError(f"{path}:不是 UTF-8 的 CSV 文件,请重新导出") from None
    except OSError as error:
        raise MatchingError(f"{path}:不能读取({error.strerror})") from None
