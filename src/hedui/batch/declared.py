"""A registry's declarations (名册申报) as the columns that the rules compute.

Reads ``households``, ``members`` and ``declared`` of the registry that `recheck` reads too. Of an
ID number only birth and sex are taken, here; the rules never see it. What a registry does not say
(disability, illness, schooling, work) is taken as none, and the simulation says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Self

import duckdb
import numpy as np

from hedui.batch import told
from hedui.batch.delivery import demand, find
from hedui.policy.column import MAX_COLUMN_FEN, Codes, Column
from hedui.policy.columns import Registry, Table
from hedui.policy.facts import LONG_AGO
from hedui.policy.kinds import ASSET_KINDS, COUNTED, INCOME_KINDS, RELATIONS
from hedui.policy.parameter_files import PolicyError
from hedui.policy.registry import Place
from hedui.policy.rule import Level
from hedui.policy.truth import UNKNOWN, Truth

_MOST_THINGS = 1000
Rows = Mapping[str, Sequence[Any]]


class RegistryError(PolicyError):
    """The registry cannot be read (名册有误); names file and row, never a person."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A registry in columns, the place and day of each key, and the size of each household."""

    registry: Registry
    places: tuple[Place, ...]
    persons: int

    def at(self, division: str) -> Self:
        """Give the same households on the same days, as if all of them lived at one place."""
        return replace(self, places=tuple((division, day) for _, day in self.places))


def read_registry(folder: Path) -> Declared:
    """Read a registry.

    :raises DeliveryError: a file or column is missing
    :raises RegistryError: a household or member is unknown or listed twice, a kind or amount is
        none
    """
    households = _rows(folder, "households", ("household_id", "division", "as_of"))
    members = _rows(folder, "members", ("household_id", "member_key", "id_number", "relation"))
    declared = _rows(
        folder, "declared", ("household_id", "member_key", "class", "kind", "amount_fen", "count")
    )
    order = _numbered("households", households["household_id"])
    keys: dict[Place, int] = {}
    found = zip(map(str, households["division"]), map(_day, households["as_of"]), strict=True)
    key = np.array([keys.setdefault(place, len(keys)) for place in found], dtype=np.int64)
    places = tuple(keys)
    member_rows, owner = _in_order(members, order)
    size = len(owner)
    facts = _of_persons(members, member_rows, key, places, owner)
    rows = _numbered(
        "members",
        [(members["household_id"][row], members["member_key"][row]) for row in member_rows],
    )
    tables = {
        Level.HOUSEHOLD: Table(
            np.array([], dtype=np.int64),
            {
                "members": Column(np.bincount(owner, minlength=len(order)).astype(np.int64)),
                "expenses_told": Truth.YES,
                "obligors_told": Truth.YES,
            },
        ),
        Level.MEMBER: Table(owner, facts),
        **_lines(declared, rows, size),
        Level.EXPENSE: _expenses(_told(folder, "expenses", rows)),
        Level.OBLIGOR: _obligors(_told(folder, "obligors", rows)),
    }
    return Declared(Registry(len(order), key, tables), places, size)


def _rows(folder: Path, name: str, columns: Sequence[str]) -> Rows:
    found = demand(folder, name)
    with duckdb.connect() as connection:
        found.columns(connection, columns)
        try:
            rows = connection.execute(
                f"SELECT {', '.join(columns)} FROM {found.relation}"
            ).fetchall()
        except duckdb.Error as error:
            kind = type(error).__name__
            raise RegistryError(f"{name} 不是每一行都能读({kind}),请重新导出。") from None
    return {column: [row[place] for row in rows] for place, column in enumerate(columns)}


def _numbered(name: str, ids: Sequence[Any]) -> dict[Any, int]:
    numbers = {one: row for row, one in enumerate(ids)}
    if len(numbers) != len(ids):
        raise RegistryError(f"{name} 中有重复的编号。")
    return numbers


def _in_order(members: Rows, order: Mapping[Any, int]) -> tuple[Any, Any]:
    try:
        owner = np.array([order[one] for one in members["household_id"]], dtype=np.int64)
    except KeyError:
        raise RegistryError("members 中有 households 没有的 household_id。") from None
    rows = np.argsort(owner, kind="stable")
    return rows, owner[rows]


def _day(value: Any) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise RegistryError("households 的 as_of 应写作 2024-08-01。") from None


def _of_persons(
    members: Rows, rows: Any, key: Any, places: Sequence[Place], owner: Any
) -> dict[str, Any]:
    births = [_birth(str(members["id_number"][row])) for row in rows]
    days = [places[key[household]][1] for household in owner]
    ages = [_age(b, on) for (b, _), on in zip(births, days, strict=True)]
    relations = [members["relation"][row] for row in rows]
    if not set(relations) <= set(RELATIONS):
        raise RegistryError(f"members 的 relation 只能是 {'、'.join(RELATIONS)}。")
    sexes = ("female", "male", str(UNKNOWN.value))
    known = np.array([age >= 0 for age in ages], dtype=bool)
    return {
        "age": Column(np.array(ages, dtype=np.int64), None if known.all() else known),
        "sex": Codes(np.array([sex for _, sex in births], dtype=np.int64), sexes),
        "relation": Codes(
            np.array([RELATIONS.index(one) for one in relations], dtype=np.int64), RELATIONS
        ),
        "employed": Truth.UNKNOWN,
        "work_capacity": UNKNOWN,
        "student": "none",
        "disabled": Truth.NO,
        "disability_category": "none",
        "disability_grade": 9,
        "serious_illness": Truth.NO,
    }


def _birth(number: str) -> tuple[int, int]:
    """Read the day of birth as a number, and the sex; minus one and 2 where it does not tell."""
    if not number.isalnum():  # written with spaces or hyphens, as ResidentId reads it
        number = "".join(filter(str.isalnum, number))
    digits = number[6:14] if len(number) == 18 else f"19{number[6:12]}"  # noqa: PLR2004
    order = number[16:17] if len(number) == 18 else number[14:15]  # noqa: PLR2004
    if len(digits) != 8 or not digits.isdecimal() or not order.isdecimal():  # noqa: PLR2004
        return -1, 2
    return int(digits), int(order) % 2


def _age(born: int, on: date) -> int:
    if born < 0:
        return -1
    today = on.year * 10_000 + on.month * 100 + on.day
    return max(-1, (today - born) // 10_000)


def _lines(declared: Rows, rows: Mapping[Any, int], size: int) -> dict[Level, Table]:
    income, asset = [], []
    for household, member, class_, kind, fen, count in zip(
        *(
            declared[c]
            for c in ("household_id", "member_key", "class", "kind", "amount_fen", "count")
        ),
        strict=True,
    ):
        owner = rows.get((household, member))
        if owner is None:
            raise RegistryError("declared 中有 members 没有的成员。")
        known = fen not in (None, "")
        is_income, told = _kind(class_, kind)
        line = (
            owner,
            class_,
            told,
            _whole("amount_fen", fen, MAX_COLUMN_FEN) if known else 0,
            known,
        )
        if is_income:
            income.append(line)
        else:
            pieces = count or 1 if class_ in COUNTED else 1
            asset += [line] * _whole("count", pieces, _MOST_THINGS)
    income.sort(key=lambda line: line[0])
    asset.sort(key=lambda line: line[0])
    return {
        Level.INCOME: _incomes(income),
        Level.MONTH: _stretches(income, size),
        Level.ASSET: _assets(asset),
    }


def _kind(class_: Any, kind: Any) -> tuple[bool, str]:
    """Say whether a line is an income, and its kind: unknown where it is not told and matters.

    :raises RegistryError: there is no such class, or the class has no such kind
    """
    incomes, assets = INCOME_KINDS.get(class_, ()), ASSET_KINDS.get(class_)
    if not incomes and assets is None:
        known = "、".join(dict.fromkeys((*INCOME_KINDS, *ASSET_KINDS)))
        raise RegistryError(f"declared 的 class 没有“{class_}”这一种,可用的有 {known}。")
    if kind in (None, ""):
        return bool(incomes), UNKNOWN.value if incomes or class_ in COUNTED else class_
    allowed = (*incomes, *(assets or (class_,)))
    if kind not in allowed:
        words = "、".join(dict.fromkeys(allowed))
        raise RegistryError(f"declared 的 kind:{class_} 没有“{kind}”这一种,可用的有 {words}。")
    return kind in incomes, kind


def _whole(column: str, written: Any, most: int) -> int:
    try:
        number = int(written)
    except ValueError:
        number = most + 1
    if abs(number) > most:
        raise RegistryError(f"declared 的 {column} 应为整数,绝对值不超过 {most}(金额以分为单位)。")
    return number


def _told(folder: Path, name: str, rows: Mapping[Any, int]) -> list[tuple[Any, ...]]:
    """Read the lines of a table that a registry may bring, each with its member's row first."""
    found = find(folder, name)
    if found is None:
        return []
    with duckdb.connect() as connection:
        read = told.read(connection, found)
        read.check(connection)
        lines = connection.execute(read.query).fetchall()
    member = {(str(household), str(key)): row for (household, key), row in rows.items()}
    strangers = [line for line in lines if line[:2] not in member]
    if strangers:
        raise RegistryError(f"{name} 中有 {len(strangers)} 行的成员不在 members 中。")
    return sorted(((member[line[:2]], *line[2:]) for line in lines), key=lambda line: line[0])


def _expenses(lines: list[tuple[Any, ...]]) -> Table:
    facts = {"expense_kind": _codes(lines, 1), "amount_paid": Column(_numbers(lines, 2))}
    return Table(
        _numbers(lines, 0), facts if lines else {"expense_kind": "living", "amount_paid": 0}
    )


def _obligors(lines: list[tuple[Any, ...]]) -> Table:
    """Write obligors; what of them is not told is unknown."""
    names = ("obligor_size", "obligor_income", "siblings", "agreed_amount", "supported")
    facts: dict[str, Any] = {"obligor_relation": "child", "obligor_exempt": "none"}
    facts |= dict.fromkeys(names, 0)
    if lines:
        facts = {"obligor_relation": _codes(lines, 2), "obligor_exempt": _codes(lines, 3)}
        for place, name in enumerate(names, start=4):
            facts[name] = Column.of(
                [UNKNOWN if one[place] is None else one[place] for one in lines]
            )
    return Table(_numbers(lines, 0), facts)


def _incomes(lines: list[tuple[Any, ...]]) -> Table:
    return Table(
        _numbers(lines, 0),
        {
            "income_class": _codes(lines, 1),
            "income_kind": _codes(lines, 2),
            "amount_received": Column(_numbers(lines, 3)),
            "costs": 0,
            "tax": 0,
            "social_insurance": 0,
            "months_in_job_before": LONG_AGO,
            "months_of_line": 12,
        },
    )


def _stretches(lines: list[tuple[Any, ...]], size: int) -> Table:
    """Take a declared yearly wage as earned evenly over the twelve months."""
    wages = np.zeros(size, dtype=np.int64)
    for owner, class_, _, fen, _ in lines:
        if class_ == "wage":
            wages[owner] += fen
    owners = np.flatnonzero(wages)
    return Table(owners, {"labour_income": Column(wages[owners]), "months": 12})


def _assets(lines: list[tuple[Any, ...]]) -> Table:
    known = np.array([line[4] and not (line[1] == "vehicle" and line[3] == 0) for line in lines])
    value = Column(_numbers(lines, 3), None if known.all() else known)
    return Table(
        _numbers(lines, 0),
        {
            "asset_class": _codes(lines, 1),
            "asset_kind": _codes(lines, 2),
            "asset_value": value,
            "purchase_price": UNKNOWN,
            "months_owned": UNKNOWN,
            "floor_area": UNKNOWN,
        },
    )


def _numbers(lines: list[tuple[Any, ...]], part: int) -> Any:
    return np.array([line[part] for line in lines], dtype=np.int64)


def _codes(lines: list[tuple[Any, ...]], part: int) -> Codes:
    names = tuple(sorted({line[part] for line in lines}))
    index = {name: number for number, name in enumerate(names)}
    return Codes(np.array([index[line[part]] for line in lines], dtype=np.int64), names)
