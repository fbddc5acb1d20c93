"""
Whose numbers enter (进入求交的号码): on both sides in the one form that Hedui reads.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path

import yaml

from hedui.catalogue import CatalogueError, expand, sources, whole
from hedui.values.resident_id import ResidentId, ResidentIdError
from hedui_matching import MatchingError

ANY = "any"
"""The programme of a household that is looked at for every category."""


@dataclass(frozen=True, slots=True)
class Asked:
    """
    A number that is asked about.

    members: household and key of each whose it is and who authorized the source; mostly one
    """

    number: str
    members: tuple[tuple[str, str], ...]


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
    Return the numbers of the members whose authorization of the source is in force, sorted.

    As in a recheck: `authorized_until` is not before the household's `as_of`, and whatever was
    signed, a source is not asked for a programme that does not need it.

    :raises MatchingError: a table or a column is missing, or an item is not in the catalogue
    """
    if source not in sources():
        raise MatchingError(f"目录中没有来源 {source}")
    needed_by = {ANY, *sources()[source].programmes}
    days = _days(registry / "households.csv", needed_by)
    columns = ("household_id", "member_key", "id_number", "authorized_until", "authorized_items")
    members: dict[str, list[tuple[str, str]]] = {}
    signed: dict[str, bool] = {}
    for row in _rows(registry / "members.csv", columns):
        items = row["authorized_items"]
        if items not in signed:
            signed[items] = _covers(items, source)
        number = _number(row["id_number"])
        day, until = days.get(row["household_id"]), _day(row["authorized_until"])
        if signed[items] and number and day and until and until >= day:
            members.setdefault(number, []).append((row["household_id"], row["member_key"]))
    return [Asked(number, tuple(members[number])) for number in sorted(members)]


def _days(path: Path, programmes: set[str]) -> dict[str, date | None]:
    """Read for which day each household under one of these programmes is compared."""
    days: dict[str, date | None] = {}
    seen: set[str] = set()
    for row in _rows(path, ("household_id", "programme", "as_of")):
        household = row["household_id"]
        if household in seen:
            raise MatchingError(f"{path}:户 {household}:这一户不止一行,请只留一行")
        seen.add(household)
        if row["programme"] in programmes:
            days[household] = _day(row["as_of"])
    return days


def _covers(items: str, source: str) -> bool:
    """Tell whether a list of authorized items covers a source: `*` only what is asked everywhere.

    A minimal form (简答项) is an answer to another question, and covers nothing here.
    """
    listed = [name for each in items.split(",") if (name := each.strip())]
    try:
        named = whole(expand(name for name in listed if name != "*"))
    except CatalogueError as error:
        raise MatchingError(f"members.csv:authorized_items:{error}") from None
    return any(name.partition(".")[0] == source for name in named) or (
        "*" in listed and source in _asked_everywhere()
    )


def _asked_everywhere() -> set[str]:
    """Name the sources that some programme asks everywhere.

    Read off the programmes' pages, as the rules want libraries that are not installed here; a test
    of Hedui holds the two alike.
    """
    folders = files("hedui").joinpath("policy/programmes").iterdir()
    pages = [folder.joinpath("programme.yaml") for folder in folders]
    asked: set[str] = set()
    for page in pages:
        if page.is_file():
            said = yaml.safe_load(page.read_text(encoding="utf-8"))
            asked.update(name.partition(".")[0] for name in said.get("may_ask", ()))
    return asked


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
    read = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            if missing := sorted(set(needed) - set(reader.fieldnames or ())):
                raise MatchingError(f"{path}:缺少列 {'、'.join(missing)}")
            for row in reader:
                read = reader.line_num
                yield {name: row[name] or "" for name in needed}
    except UnicodeDecodeError:
        raise MatchingError(f"{path}:不是 UTF-8 的 CSV 文件,请重新导出") from None
    except csv.Error:
        fault = f"文件第 {max(read, 1) + 1} 行起引号没有成对,或者一格太长"
        raise MatchingError(f"{path}:{fault},请重新导出") from None
    except OSError as error:
        raise MatchingError(f"{path}:不能读取({error.strerror})") from None
