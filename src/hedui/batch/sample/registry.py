"""
Write sample households as a registry (登记台账): members, households and what they declared.

The files are those that `hedui recheck` reads. A member who signed nothing has no date and no
items; who signed everything has `*`.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from hedui.batch.sample.household import SampleHousehold
from hedui.values.money import fen_from_yuan
from hedui.values.periods import Period

MEMBERS: Final = (
    "household_id", "member_key", "name", "id_number", "relation",
    "authorized_until", "authorized_items",
)  # fmt: skip
HOUSEHOLDS: Final = ("household_id", "division", "programme", "members", "as_of")
DECLARED: Final = ("household_id", "member_key", "class", "kind", "amount_fen", "count")


def write_registry(households: Sequence[SampleHousehold], folder: Path) -> None:
    """Write the three tables of a registry as CSV; households are numbered from 1."""
    folder.mkdir(parents=True, exist_ok=True)
    named = [(f"H{number:07d}", each) for number, each in enumerate(households, start=1)]
    _write(folder / "members.csv", MEMBERS, (r for n, one in named for r in _members(n, one)))
    _write(folder / "households.csv", HOUSEHOLDS, (_household(n, one) for n, one in named))
    _write(folder / "declared.csv", DECLARED, (r for n, one in named for r in _declared(n, one)))


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _household(name: str, one: SampleHousehold) -> Sequence[Any]:
    case = one.case
    return (
        name,
        case["division"],
        case["programme"],
        len(case["members"]),
        case["applied_on"],
    )


def _members(name: str, one: SampleHousehold) -> Iterator[Sequence[Any]]:
    for member in one.case["members"]:
        signed = member.get("authorization")
        yield (
            name,
            member["key"],
            member["name"],
            member["id_number"],
            member["relation"],
            signed["valid_until"] if signed else "",
            ",".join(signed["items"]) if signed else "",
        )


def _declared(name: str, one: SampleHousehold) -> Iterator[Sequence[Any]]:
    """Write a line a class and kind: income of the look-back period, value, number of things."""
    period = Period.year_before(date.fromisoformat(one.case["applied_on"]))
    for member in one.case["members"]:
        sums: dict[tuple[str, str], list[int]] = {}
        for line in member.get("incomes", ()):
            _add(sums, line, _income(line, period))
        for line in member.get("assets", ()):
            _add(sums, line, fen_from_yuan(line.get("value", "0")))
        for (class_, kind), (amount, count) in sums.items():
            yield name, member["key"], class_, kind, amount, count


def _income(line: dict[str, Any], period: Period) -> int:
    if "from" in line and "to" in line:
        drawn = Period(date.fromisoformat(line["from"]), date.fromisoformat(line["to"]))
        if drawn.overlap(period) != drawn:
            return 0
    return fen_from_yuan(line["amount"])


def _add(sums: dict[tuple[str, str], list[int]], line: dict[str, Any], amount: int) -> None:
    held = sums.setdefault((line["class"], line.get("kind", "")), [0, 0])
    held[0] += amount
    held[1] += 1
