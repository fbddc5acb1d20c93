"""
A registry and departments' files as a stranger would make them, and what is true of them.

Written from the published formats alone (`docs/how-to/recheck-a-registry.md`,
`docs/reference/{catalogue,comparison}.md`): other columns in another order, other kinds of file,
every spelling of a number and a name, edges of days and amounts. Nothing of the sample or of
`hedui.batch` is used, so that one misreading cannot be in both.
"""

import csv
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

AS_OF = (date(2024, 8, 1), date(2024, 8, 31), date(2024, 2, 29))
NEWEST = date(2024, 7, 31)
LARGEST = 10**14 - 1
MINIMUM_WAGES = 12 * 269_000  # of a year, in Shanghai from 2023-07 on
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_WIDE = {ord(c): ord(c) + 0xFEE0 for c in "0123456789X"}
FEATURES = {
    "bank": ("bank", "account_type", "account_tail", "balance_fen", "outflow_6m_fen"),
    "tax": ("income_type", "period", "amount_fen", "tax_fen", "payer"),
    "vehicle": ("plate_class", "vehicle_class", "registered_on", "status", "purchase_price_fen"),
    "real_estate": ("unit_no", "share", "use", "floor_area", "registered_on"),
    "social_insurance": (
        *("status", "benefit_type", "benefit_monthly_fen", "benefit_from"),
        "contribution_base_fen",
    ),
    "commercial_insurance": ("role", "cash_value_fen", "benefit_paid_fen"),
    "securities": ("market_value_fen", "cash_fen"),
    "provident_fund": (
        *("balance_fen", "status", "contribution_base_fen", "monthly_fen", "employer"),
    ),
}
"""What each department delivers."""

SOME_ITEMS = (
    "social_insurance.benefit_monthly_fen,social_insurance.benefit_type,tax",
    "social_insurance.contribution_base_fen,vehicle.vehicle_class,tax.amount_fen,tax.income_type",
    "provident_fund.contribution_base_fen, commercial_insurance.cash_value_fen,real_estate.unit_no",
    "provident_fund.balance_fen,social_insurance.status,social_insurance.contribution_base_fen",
)
"""Lists in which what tells rows apart is sometimes left out."""


@dataclass
class Person:
    """
    A member, or somebody who is none (`home` empty).

    read: what can be read of the number in the registry, empty where nothing can; named: the name
    that stands there
    """

    home: str
    key: str
    name: str
    number: str
    day: date
    until: date | None
    items: str
    read: str = ""
    degree: int = 0
    named: str = ""
    declared: list[tuple[str, str | None, int | None, int]] = field(default_factory=list)


@dataclass
class Row:
    """A row of a source as it is meant: of which number, in which name, how it was written."""

    number: str | None
    degree: int
    name: str
    day: date | None
    said: dict[str, Any]
    place: int = 0


def number_of(division: str, born: date, sequence: int) -> str:
    digits = f"{division}{born:%Y%m%d}{sequence:03}"
    total = sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True))
    return digits + "10X98765432"[total % 11]


def spelt(chance: random.Random, right: str) -> tuple[str, str | None, int]:
    """Write a number in some way; return it, what it still says, and how far it was from it."""
    check = "0123456789X".index(right[17])
    wrong = right[:17] + "0123456789X"[(check + chance.randrange(1, 11)) % 11]
    none = chance.choice(("", "H12345678", right[:17], "0" * 18, right + "1", "1" * 14, "无"))
    old = right[:6] + right[8:17]
    spellings: dict[int, tuple[str, str | None, int]] = {
        0: (old, right, 2) if right[6:8] == "19" else (right, right, 0),
        1: (right.translate(_WIDE), right, 1),
        2: (f"\u3000{right[:6]}-{right[6:14]} {right[14:]}", right, 1),
        3: (right.lower(), right, int(right.endswith("X"))),
        4: (wrong, None, 0),
        5: (none, None, 0),
    }
    return spellings.get(chance.randrange(22), (right, right, 0))


def called(chance: random.Random, name: str) -> tuple[str, int]:
    """Write a name in some way: 0 as it is, 1 the same name otherwise written, 2 another's."""
    kind = chance.randrange(24)
    if kind == 0:
        return f"{name[0]} {name[1:]}", 1
    if kind == 1 and "·" in name:
        return name.replace("·", chance.choice("•・‧")), 1
    if kind == 2:
        return f" {name}\u3000", 1
    if kind == 3:
        return chance.choice(("另一人", name + "某", "張三")), 2
    return name, 0


def people(chance: random.Random, homes: int) -> list[Person]:
    """Make households of one to five, twins, somebody twice, and people of no household."""
    made: list[Person] = []
    for home in range(homes):
        day = chance.choice(AS_OF)
        for place in range(chance.randrange(1, 6)):
            born = date(1930, 1, 1) + timedelta(chance.randrange(34000))
            number = number_of("990101", born, chance.randrange(500))
            if place and chance.random() < 0.1:  # a twin: the next number, the same birthday
                last = made[-1].number
                number = number_of(last[:6], date.fromisoformat(last[6:14]), int(last[14:17]) + 2)
            until, items = _signed(chance, day)
            name = chance.choice("赵钱孙李") + chance.choice(("一", "丁七", "·买买提", "万"))
            made.append(Person(f"H/{home:04}", f"成员{place}", name, number, day, until, items))
    for one in chance.sample(made, homes // 20):  # moved, and still in the other household
        day = next(p.day for p in made if p.home == "H/0000")
        until, items = _signed(chance, day)
        key = f"again{len(made)}"
        made.append(Person("H/0000", key, one.name, one.number, day, until, items))
    taken: set[str] = {one.number for one in made}
    for order in range(homes):
        number = number_of("990202", date(1950, 1, 1) + timedelta(order), 1)
        assert number not in taken
        made.append(Person("", "", "路人", number, AS_OF[0], None, ""))
    for one in made:
        _declare(chance, one)
    return made


def _signed(chance: random.Random, day: date) -> tuple[date | None, str]:
    until = chance.choice((day, day, day, day + timedelta(700), day - timedelta(1), None))
    listed = ("*", "*", "*", "*", "bank", "tax.amount_fen, bank", "vehicle,*", *SOME_ITEMS)
    return until, chance.choice(listed)


def _declare(chance: random.Random, one: Person) -> None:
    for class_, kind in (
        ("deposit", "bank"), ("deposit", None), ("wage", "salary"), ("wage", "bonus"),
        ("property", "rent"), ("transfer", "pension"), ("vehicle", "car"), ("insurance", None),
        ("real_estate", "residence"), ("security", "stock"), ("provident_fund", None),
    ):  # fmt: skip
        if one.home and chance.random() < 0.2:
            amount = chance.choice((0, 1, 99_999, MINIMUM_WAGES, LARGEST, chance.randrange(10**7)))
            one.declared.append((class_, kind, amount, chance.choice((0, 1, 1, 2))))


def rows_about(chance: random.Random, one: Person, source: str, sold: list[str]) -> list[Row]:
    made = []
    for _ in range(chance.choice((0, 0, 1, 1, 2, 3))):
        name, _ = called(chance, one.name)
        # 31 and 61: as old as may be on some day of a household
        old = chance.choice((0, 0, 0, 3, 31, 40, 61)) if source != "real_estate" else 60
        day = None if chance.random() < 0.02 else NEWEST - timedelta(old)
        made.append(Row(one.number, 0, name, day, _SAYS[source](chance, sold)))
    return made


def _bank(chance: random.Random, _: list[str]) -> dict[str, Any]:
    balance = chance.choice((0, 1, -500, LARGEST, chance.randrange(10**8), chance.randrange(10**8)))
    said = {"balance_fen": balance, "outflow_6m_fen": chance.choice((None, 7))}
    return said | {"account_type": chance.choice(("活期", "time", "看不懂"))}


def _tax(chance: random.Random, _: list[str]) -> dict[str, Any]:
    periods = ("2023-01", "2023-02", "2023-07", "2023-08", "2024-01", "202407", "2024-08", "2024")
    kinds = ("工资薪金", "bonus", "劳务报酬所得", "rent", "interest", "经营所得", "transfer")
    amount = chance.choice((0, 1, chance.randrange(10**7), chance.randrange(10**7)))
    said = {"income_type": chance.choice(kinds), "period": chance.choice(periods)}
    return said | {"amount_fen": amount, "tax_fen": chance.choice((None, 0))}


def _vehicle(chance: random.Random, _: list[str]) -> dict[str, Any]:
    states = ("正常", "normal", "已报废", "转出", "查封", None)
    price = chance.choice((None, 8_000_000))
    said = {"vehicle_class": chance.choice(("轿车", "摩托车")), "status": chance.choice(states)}
    return said | {"registered_on": "2019-05-01", "purchase_price_fen": price}


def _home(chance: random.Random, sold: list[str]) -> dict[str, Any]:
    unit = chance.choice(sold) if sold and chance.random() < 0.2 else f"单元{len(sold)}"
    sold.append(unit)
    return {"unit_no": unit, "use": chance.choice(("住宅", "商铺", None)), "share": "0.5"}


def _benefit(chance: random.Random, _: list[str]) -> dict[str, Any]:
    kind = chance.choice(("养老金", "basic_resident_pension", None))
    if kind is None:
        base = chance.choice((0, 731_000))
        return {"status": "参保缴费", "contribution_base_fen": base}
    begun = chance.choice(("2010-03-15", "2023-09-30", "2024-06-01", "2024-08-15", None))
    said = {"benefit_type": kind, "benefit_monthly_fen": chance.randrange(1, 10**6)}
    return said | {"benefit_from": begun, "status": chance.choice(("drawing", "离退休", "停保"))}


def _policy(chance: random.Random, _: list[str]) -> dict[str, Any]:
    return {
        "role": chance.choice(("投保人", "insured", "受益人")),
        "cash_value_fen": chance.choice((None, 0, chance.randrange(10**7))),
    }


def _shares(chance: random.Random, _: list[str]) -> dict[str, Any]:
    return {"market_value_fen": chance.randrange(10**7), "cash_fen": chance.choice((None, -5))}


def _fund(chance: random.Random, _: list[str]) -> dict[str, Any]:
    said = {"balance_fen": chance.choice((0, 1, chance.randrange(10**7), chance.randrange(10**7)))}
    base = chance.choice((None, 0, 1, 731_000))
    kept = chance.choice(("正常缴存", "active", "封存", "销户", None))
    return said | {"contribution_base_fen": base, "status": kept}


_SAYS: dict[str, Callable[[random.Random, list[str]], dict[str, Any]]] = {
    "bank": _bank, "tax": _tax, "vehicle": _vehicle, "real_estate": _home,
    "social_insurance": _benefit, "commercial_insurance": _policy, "securities": _shares,
    "provident_fund": _fund,
}  # fmt: skip


def made(folder: Path, seed: int, homes: int = 120) -> tuple[list[Person], dict[str, list[Row]]]:
    """Write the files; return who there is and which rows there are, as they are meant."""
    chance = random.Random(f"stranger {seed}")
    everybody = people(chance, homes)
    for name in ("registry", "sources/vehicle"):
        (folder / name).mkdir(parents=True)
    _write_registry(folder / "registry", chance, everybody)
    rows: dict[str, list[Row]] = defaultdict(list)
    for source in FEATURES:
        sold: list[str] = []
        if (source == "securities" and seed % 2) or (source == "provident_fund" and seed % 3 == 2):
            continue
        found = [row for one in everybody for row in rows_about(chance, one, source, sold)]
        chance.shuffle(found)
        _write_source(folder / "sources", chance, source, found)
        rows[source] = found
    return everybody, rows


def _write_registry(folder: Path, chance: random.Random, everybody: list[Person]) -> None:
    inside = [one for one in everybody if one.home]
    chance.shuffle(inside)
    lines = []
    for one in inside:
        written, read, one.degree = spelt(chance, one.number)
        one.read = read or ""
        one.named = called(chance, one.name)[0] if chance.random() < 0.1 else one.name
        until = one.until and one.until.strftime(chance.choice(("%Y-%m-%d", "%Y/%m/%d")))
        lines.append([until, one.items, written, "other", one.named, 'x,"y"', one.key, one.home])
    head = "authorized_until,authorized_items,id_number,relation,name,remark"
    _csv(folder / "members.csv", f"{head},member_key,household_id", lines)
    days = {one.home: one.day for one in inside}
    homes = [["dibao", day.isoformat(), home, "310101"] for home, day in days.items()]
    _csv(folder / "households.csv", "programme,as_of,household_id,division", homes)
    said = [
        [count, kind or "", one.key, "" if fen is None else fen, one.home, class_]
        for one in inside
        for class_, kind, fen, count in one.declared
    ]
    _csv(folder / "declared.csv", "count,kind,member_key,amount_fen,household_id,class", said)


def _write_source(folder: Path, chance: random.Random, source: str, found: list[Row]) -> None:
    names = ["as_of", "extra", *reversed(FEATURES[source]), "id_number", "name"]
    lines = []
    for place, row in enumerate(found):
        row.place = place
        written, row.number, row.degree = spelt(chance, str(row.number))
        day = "" if row.day is None else row.day.isoformat()
        said = {"as_of": day, "extra": "?", "id_number": written, "name": row.name} | row.said
        lines.append([said.get(name) for name in names])
    for row, line in chance.sample([*zip(found, lines, strict=True)], len(found) // 50):
        found.append(replace(row, place=len(found)))  # delivered twice
        lines.append(line)
    head = ",".join(names)
    if source == "vehicle":  # two files, rows counted on
        half = len(lines) // 2
        _csv(folder / "vehicle/1.csv", head, lines[:half])
        _csv(folder / "vehicle/2.csv", head, lines[half:])
        return
    _csv(folder / f"{source}.csv", head, lines)
    if source == "bank":  # typed, as a database writes it
        with duckdb.connect() as sql:
            sql.execute(
                f"COPY (SELECT * REPLACE (balance_fen::BIGINT AS balance_fen,"
                " nullif(as_of, '')::DATE AS as_of)"
                f" FROM read_csv('{folder}/bank.csv', all_varchar=true))"
                f" TO '{folder}/bank.parquet' (ROW_GROUP_SIZE 2048)"
            )
        (folder / "bank.csv").unlink()


def _csv(path: Path, head: str, lines: list[list[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(head.split(","))
        writer.writerows(["" if cell is None else cell for cell in line] for line in lines)
