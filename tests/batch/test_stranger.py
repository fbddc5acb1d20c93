"""What a stranger's registry comes to, reckoned by hand, row by row and to the fen."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

import pytest

from tests.batch import stranger
from tests.batch.stranger import NEWEST, Person, Row
from tests.batch.test_recheck import rows, run

MATCHES = ("exact", "normalised", "upgraded", "name_variant", "name_conflict")
MAX_AGE = {
    "bank": 31, "tax": 62, "vehicle": 31, "real_estate": 31, "social_insurance": 62,
    "commercial_insurance": 92, "securities": 31, "provident_fund": 62,
}  # fmt: skip
TAXED = {
    "工资性收入": ("工资薪金", "bonus", "劳务报酬所得"),
    "经营性收入": ("经营所得",),
    "财产性收入": ("rent", "interest"),
}
BENEFITS = {
    "养老金(退休金)": "养老金", "城乡居民养老金": "basic_resident_pension", "失业保险金": "-",
    "工伤保险待遇": "-",
}  # fmt: skip
"""How the stranger writes what is counted under a label."""
LINES: dict[str, list[tuple[str, str, str, tuple[str, ...]]]] = {
    "bank": [("存款余额", "balance_fen", "deposit", ())],
    "tax": [
        ("工资性收入", "amount_fen", "wage", ("salary", "bonus", "labour_service")),
        ("经营性收入", "amount_fen", "business", ()),
        ("财产性收入", "amount_fen", "property", ("rent", "interest", "dividend")),
        ("财产转让所得", "amount_fen", "property", ()),
    ],
    "vehicle": [("机动车数量", "vehicle_class", "vehicle", ())],
    "real_estate": [("不动产数量", "unit_no", "real_estate", ())],
    "social_insurance": [
        ("养老金(退休金)", "benefit_monthly_fen", "transfer", ("pension",)),
        ("城乡居民养老金", "benefit_monthly_fen", "transfer", ("basic_resident_pension",)),
        ("失业保险金", "benefit_monthly_fen", "transfer", ("unemployment_benefit",)),
        ("工伤保险待遇", "benefit_monthly_fen", "transfer", ("other",)),
        ("社会保险缴费基数", "contribution_base_fen", "wage", ()),
    ],
    "commercial_insurance": [("商业保险现金价值", "cash_value_fen", "insurance", ("cash_value",))],
    "securities": [("证券市值", "market_value_fen", "security", ())],
    "provident_fund": [
        ("住房公积金余额", "balance_fen", "provident_fund", ()),
        ("住房公积金缴存基数", "contribution_base_fen", "wage", ()),
    ],
}
HINTS = {"财产转让所得", "社会保险缴费基数", "住房公积金缴存基数"}
COUNTS = {"机动车数量", "不动产数量"}
BESIDE = {"vehicle": {"status"}, "tax": {"income_type", "period"}}
"""Items without which the figure of a source says nothing."""


def key(name: str) -> str:
    return "".join(c for c in name if c not in " \u3000·•・‧")


def match(one: Person, row: Row) -> str:
    if key(one.named) != key(row.name):
        return "name_conflict"
    return "name_variant" if one.named != row.name else MATCHES[max(one.degree, row.degree)]


def signed(one: Person, source: str) -> set[str] | None:
    """Name the items of a source that somebody signed for in force; None means all."""
    if one.until is None or one.until < one.day:
        return set()
    listed = [name.strip() for name in one.items.split(",")]
    if "*" in listed or source in listed:
        return None
    return {name.partition(".")[2] for name in listed if name.startswith(f"{source}.")}


def months(of: str) -> tuple[int, int]:
    """Number the first and the last month of a period as a department writes it."""
    if len(of) == 4:
        return int(of) * 12 + 1, int(of) * 12 + 12
    digits = of.replace("-", "")
    return (int(digits[:4]) * 12 + int(digits[4:]),) * 2


def look_back(day: date) -> tuple[int, int]:
    last = day.year * 12 + day.month - 1
    return last - 11, last


def inside(source: str, row: Row, day: date) -> bool:
    if source != "tax":
        return True
    (begins, ends), (first, last) = months(row.said["period"]), look_back(day)
    return begins <= last and ends >= first


def figure(
    label: str, found: list[dict[str, Any]], period: tuple[int, int]
) -> tuple[int, int | None, int]:
    """Reckon what rows say under a label: how many speak of it, the figure, open questions."""
    if label in TAXED:
        return in_period([row for row in found if row["income_type"] in TAXED[label]], period)
    if label in BENEFITS:
        return monthly([r for r in found if r.get("benefit_type") == BENEFITS[label]], period)
    if label == "财产转让所得":
        return 0, None, sum(row["income_type"] == "transfer" and row["amount_fen"] for row in found)
    if label == "社会保险缴费基数":
        return 0, None, sum(row.get("contribution_base_fen", 0) for row in found)
    if label == "商业保险现金价值":
        found = [row for row in found if row["role"] == "投保人"]
        open_ones = [row for row in found if row["cash_value_fen"] is None]
        held = None if open_ones else sum(row["cash_value_fen"] for row in found)
        return len(found), held, 0
    held = {
        "存款余额": lambda: sum(max(0, row["balance_fen"]) for row in found),
        "证券市值": lambda: sum(row["market_value_fen"] for row in found),
        "机动车数量": lambda: sum(row["status"] not in ("已报废", "转出") for row in found),
        "不动产数量": lambda: len({row["unit_no"] for row in found}),
    }.get(label, lambda: 0)()
    return len(found), held, 0


def in_period(found: list[dict[str, Any]], period: tuple[int, int]) -> tuple[int, int | None, int]:
    first, last = period
    spans = [months(row["period"]) for row in found]
    across = any(begins < first or ends > last for begins, ends in spans)
    return len(found), None if across else sum(row["amount_fen"] for row in found), 0


def monthly(drawn: list[dict[str, Any]], period: tuple[int, int]) -> tuple[int, int, int]:
    first, last = period
    total = 0
    for row in drawn:
        if row["benefit_from"]:
            begun, _ = months(row["benefit_from"][:7])
            total += row["benefit_monthly_fen"] * max(0, last - max(begun, first) + 1)
    open_ones = [r for r in drawn if r["status"] == "停保" or not r["benefit_from"]]
    return len(drawn), total, len(open_ones)


def said(one: Person, label: str, class_: str, kinds: tuple[str, ...]) -> int:
    lines = [
        (amount, things)
        for named, kind, amount, things in one.declared
        if named == class_ and (not kinds or kind is None or kind in kinds)
    ]
    return sum(things if label in COUNTS else amount or 0 for amount, things in lines)


def status(
    declared: int, held: tuple[int, int | None, int], about: list[Row], conflict: bool, fresh: bool
) -> str:
    """Say how a figure stands to what was declared; read from the table in the reference."""
    present, amount, question = held
    if any(row.day is None for row in about):
        return "no_reply"
    if conflict:
        return "awaiting_explanation"
    if not present:
        return "consistent" if not declared and fresh else "not_found"
    if question or amount is None:
        return "awaiting_explanation" if question else "not_comparable"
    return "consistent" if amount == declared else "inconsistent"


def told(one: Person, source: str, given: list[Row]) -> dict[str, tuple[Any, ...]]:
    """Say what is found of somebody in one source: label → status, declared, found, day, match."""
    items = signed(one, source)
    about = [row for row in given if one.read and row.number == one.read]
    seen = [row for row in about if inside(source, row, one.day)]
    worst = max((MATCHES.index(match(one, row)) for row in about), default=None)
    newest = max((row.day for row in given if row.day), default=None)
    days = [row.day for row in about if row.day]  # as a gateway tells it: the oldest of all rows
    day = min(days) if seen and days else newest
    fresh = day is not None and day >= one.day - timedelta(MAX_AGE[source])
    found = {}
    for label, item, class_, kinds in LINES[source]:
        if items is not None and item not in items:
            continue
        declared = said(one, label, class_, kinds)
        held = figure(label, [row.said for row in seen], look_back(one.day))
        says = status(declared, held, about, worst == 4, fresh)
        if label in HINTS:
            if declared or not held[2] or worst == 4 or says == "no_reply":
                continue
            says = "awaiting_explanation"
        elif newest is None:
            says = "no_reply"
        elif seen and items is not None and not BESIDE.get(source, set()) <= items:
            says = "not_comparable" if says != "no_reply" and worst != 4 else says
        amount = held[1] if says in ("consistent", "inconsistent") else None
        if (says, declared, amount) != ("consistent", 0, 0):
            best = None if worst is None else MATCHES[worst]
            found[label] = (says, declared, amount, day, best)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_what_a_stranger_reckons_by_hand_is_what_a_recheck_says(tmp_path, seed):
    everybody, given = stranger.made(tmp_path, seed)
    summary = run(tmp_path).summary
    facts: set[tuple[Any, ...]] = set()
    findings: dict[tuple[str, ...], tuple[Any, ...]] = {}
    refused: Counter[str] = Counter()
    for one in (person for person in everybody if person.home):
        for source in LINES:
            about = [r for r in given.get(source, ()) if one.read and r.number == one.read]
            if signed(one, source) == set():
                refused[source] += len(about)
                continue
            facts |= {(one.home, one.key, source, r.place, match(one, r)) for r in about}
            for label, line in told(one, source, given.get(source, [])).items():
                findings[one.home, one.key, source, label] = line
    read = rows(tmp_path / "out/facts.parquet")
    assert {tuple(row.values()) for row in read} == facts
    assert len(read) == len(facts)
    assert Counter(summary["refused"]) == refused
    written = defaultdict(list)
    for row in rows(tmp_path / "out/findings.parquet"):
        counts = row["label"] in COUNTS
        declared, found = (
            ("declared_count", "found_count") if counts else ("declared_fen", "found_fen")
        )
        line = (row["status"], row[declared], row[found], row["as_of"], row["match"])
        written[row["household_id"], row["member_key"], row["source"], row["label"]].append(line)
    differing = {
        name: (findings.get(name), written.get(name))
        for name in {*findings, *written}
        if written.get(name) != [findings.get(name)]
    }
    assert differing == {}
    assert len({line[0] for line in findings.values()}) == 6
    assert {line[4] for line in findings.values()} == {*MATCHES, None}
    assert NEWEST in {line[3] for line in findings.values()}
