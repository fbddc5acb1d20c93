"""What `recheck` says of every household is what one household's own report would say."""

import random
from pathlib import Path
from typing import Any

import pytest

from hedui import comparison, policy
from hedui.batch.delivery import DeliveryError
from hedui.catalogue import sources
from hedui.comparison import SourceAnswer
from hedui.gateway.dataset import load
from hedui.gateway.mapping import plain
from hedui.policy.facts import ALL
from hedui.policy.kinds import COUNTED, INCOME_KINDS
from hedui.policy.programme import programmes
from hedui.values.money import yuan_text
from hedui.values.periods import Period
from hedui.values.resident_id import ResidentId, ResidentIdError
from tests.batch.made import GOLDEN
from tests.batch.test_recheck import SPOILS, granted, rows, run, spoil, write, written
from tests.batch.test_recheck import asked_alone as asked_of

DAY = GOLDEN["applied_on"]
MORE_SPOILS = {
    "registered_on": [lambda _: "", lambda _: "2019-02-30", lambda _: "20180301"],
    "purchase_price_fen": [lambda _: "", lambda _: "7999999", lambda _: "8000001"],
    "use": [lambda _: "", lambda _: "shop", lambda _: "garage"],
    "tax_fen": [lambda _: "", lambda _: "99999999999", lambda _: "-3"],
    "cash_fen": [lambda _: "", lambda _: "-100", lambda _: "30000000"],
    "role": [lambda _: "", lambda _: "insured"],
}


# ------------------------------------------------------------------ the computation of a report


def one_by_one(folder: Path) -> dict[str, tuple]:
    """Compute each household as a report does, from the departments' own look-up."""
    held = {p.stem: load(plain(p, sources()[p.stem])) for p in (folder / "sources").iterdir()}
    members: dict[str, list[dict[str, str]]] = {}
    for line in written(folder / "registry/members.csv"):
        members.setdefault(line["household_id"], []).append(line)
    declared: dict[tuple[str, str], list[dict[str, str]]] = {}
    for line in written(folder / "registry/declared.csv"):
        declared.setdefault((line["household_id"], line["member_key"]), []).append(line)
    more = {
        name: written(path) if (path := folder / f"registry/{name}.csv").exists() else None
        for name in ("expenses", "obligors")
    }
    return {
        home["household_id"]: outcome(home, members[home["household_id"]], declared, held, more)
        for home in written(folder / "registry/households.csv")
    }


def outcome(home: dict, members: list[dict], declared: dict, held: dict, more: dict) -> tuple:
    asked = expected(home["programme"])
    look_back = Period.year_before(DAY)
    stated, unread, answers = {}, {}, {}
    for one in members:
        lines = declared.get((one["household_id"], one["member_key"]), [])
        stated[one["member_key"]], unread[one["member_key"]] = as_case(lines, look_back)
        answers[one["member_key"]] = {
            name: asked_of(one, sources()[name], held[name])
            if name in held
            else SourceAnswer("NO_REPLY")
            for name in asked
            if one["authorized_until"] >= DAY.isoformat()
            and any(item.startswith(f"{name}.") for item in granted(one))
        }
    lines = {key: comparison.found_lines(given, look_back) for key, given in answers.items()}
    silent = {
        key: comparison.silent_classes(given, look_back, expected=asked, as_of=DAY)
        | comparison.unasked_classes(asked)
        | comparison.unseen_classes(stated[key], lines[key], look_back)
        | (unread[key] - {f"{s}.{x['class']}" for s in lines[key] for x in lines[key][s]})
        for key, given in answers.items()
    }
    untold = {ALL: {name for name, rows in more.items() if rows is None}}
    found = comparison.once_each(lines)
    try:
        said = policy.compute(
            with_more(case(home, members, stated), home, more, look_back), silent=unread | untold
        )
        seen = policy.compute(
            with_more(case(home, members, found), home, more, look_back),
            basis="found",
            silent=silent | untold,
        )
    except policy.PolicyError:
        return ("none",)
    return (
        list(seen.categories),
        list(seen.possible),
        seen.values["per_capita_income_fen"],
        dict(seen.tests),
        list(said.categories),
        list(said.possible),
        said.values["per_capita_income_fen"],
    )


def expected(programme: str) -> list[str]:
    asked = [one for name, one in programmes().items() if programme in (name, "any")]
    return [n for n in sources() if any(i.startswith(f"{n}.") for o in asked for i in o.may_ask)]


def as_case(lines: list[dict[str, str]], year: Period) -> tuple[dict[str, Any], set[str]]:
    """Write what a registry holds of one member as a declaration, and what of it says nothing."""
    stated: dict[str, Any] = {"incomes": [], "assets": []}
    unread = set()
    for line in lines:
        class_, kind, fen = line["class"], line["kind"], line["amount_fen"]
        fen = "" if "." in fen else fen  # fen have no parts
        about = {"class": class_} | ({"kind": kind} if kind else {})
        if class_ in COUNTED:
            if not kind or not line["count"].isdecimal():
                unread.add(f"assets.{class_}")
                continue
            only = int(line["count"]) == 1 and fen not in ("", "0")
            value = {"value": yuan_text(int(fen))} if only else {}
            stated["assets"] += [about | value] * int(line["count"])
        elif class_ in INCOME_KINDS:
            if not kind or not fen:
                unread.add(f"incomes.{class_}")
                continue
            period = {"from": year.first.isoformat(), "to": year.last.isoformat()}
            stated["incomes"].append(about | period | {"amount": yuan_text(int(fen))})
        elif fen:
            stated["assets"].append(about | {"value": yuan_text(int(fen))})
        else:
            unread.add(f"assets.{class_}")
    return stated, unread


def case(home: dict, members: list[dict], lines: dict) -> dict[str, Any]:
    return {
        "programme": home["programme"],
        "division": home["division"],
        "as_of": DAY,
        "members": [
            {"key": one["member_key"], "relation": one["relation"], **person(one)}
            | {side: lines[one["member_key"]][side] for side in ("incomes", "assets")}
            for one in members
        ],
    }


def with_more(case: dict, home: dict, more: dict, year: Period) -> dict[str, Any]:
    """Add to a case what the registry says of expenses and obligors."""
    here = {
        name: [one for one in rows or [] if one["household_id"] == home["household_id"]]
        for name, rows in more.items()
    }
    period = {"from": year.first.isoformat(), "to": year.last.isoformat()}
    for member in case["members"]:
        member["expenses"] = [
            {"kind": one["kind"], "amount": yuan_text(int(one["amount_fen"]))} | period
            for one in here["expenses"]
            if one["member_key"] == member["key"]
        ]
    obligors: dict[str, dict[str, Any]] = {}
    for one in here["obligors"]:
        said = obligors.setdefault(
            one["obligor"],
            {"key": one["obligor"], "relation": one["relation"], "supports": []}
            | ({"exempt": one["exempt"]} if one["exempt"] else {})
            | {
                name: int(one[name])
                for name in ("household_size", "children_of_supported")
                if one[name]
            }
            | {
                name: yuan_text(int(one[f"{name}_fen"]))
                for name in ("household_income", "agreed_amount")
                if one[f"{name}_fen"]
            },
        )
        said["supports"].append(one["member_key"])
    return case | {"obligors": list(obligors.values())}


def person(member: dict[str, str]) -> dict[str, Any]:
    try:
        number = ResidentId.parse(member["id_number"])
    except ResidentIdError:
        return {}
    return {"birth_date": number.birth_date.isoformat(), "sex": number.sex}


def at_once(folder: Path, out: str = "out") -> dict[str, tuple]:
    return {
        one["household_id"]: ("none",)
        if one["note"]
        else (
            one["categories"],
            one["possible"],
            one["per_capita_income_fen"],
            {name: said for name, said in one["tests"].items() if said is not None},
            one["declared_categories"],
            one["declared_possible"],
            one["declared_per_capita_income_fen"],
        )
        for one in rows(folder / out / "households.parquet")
    }


def spoil_everything(folder: Path, chance: random.Random, monkeypatch: Any) -> None:
    monkeypatch.setattr("tests.batch.test_recheck.SPOILS", SPOILS | MORE_SPOILS)
    for path in sorted((folder / "sources").iterdir()):
        spoil(path, chance)
    members = written(folder / "registry/members.csv")
    for line in members:
        fate = chance.random()
        if fate < 0.04:
            line["authorized_until"] = "2024-07-31"
        elif fate < 0.08:
            line["authorized_items"] = "vehicle.vehicle_class,tax.amount_fen,bank"
        elif fate < 0.10:
            line["id_number"] = "unreadable"
            line["authorized_until"] = ""
    write(folder / "registry/members.csv", members)
    homes = written(folder / "registry/households.csv")
    for line in homes:
        line["programme"] = chance.choice(["dibao", "dibao", "any", *programmes()])
        line["division"] = chance.choice([line["division"]] * 4 + DIVISIONS)
    write(folder / "registry/households.csv", homes)
    lines = written(folder / "registry/declared.csv")
    for line in lines:
        if chance.random() < 0.1:
            spoiled, by = chance.choice([("kind", ""), ("amount_fen", ""), ("amount_fen", "12.50")])
            line[spoiled] = by
        elif line["class"] in COUNTED and chance.random() < 0.3:
            line["count"] = chance.choice(["1.5", "两", "-1"])
    write(folder / "registry/declared.csv", lines)


def bring_more(folder: Path, chance: random.Random) -> None:
    """Let the registry say what some spend and who must maintain some."""
    expenses, obligors = [], []
    for one in written(folder / "registry/members.csv"):
        whose = {name: one[name] for name in ("household_id", "member_key")}
        for kind in chance.sample(["medical", "education", "maintenance_paid"], 1):
            fen = str(chance.choice([0, 3_000_001, 20_000_000]))
            expenses.append(whose | {"kind": kind, "amount_fen": fen})
        if chance.random() < 0.4:
            obligors.append(
                whose
                | {"obligor": one["member_key"], "relation": chance.choice(["child", "parent"])}
                | {"exempt": chance.choice(["", "tekun"])}
                | {"household_size": "3", "children_of_supported": "2"}
                | {"household_income_fen": chance.choice(["", "0", "30000000"])}
                | {"agreed_amount_fen": chance.choice(["", "1200000"])}
            )
    write(folder / "registry/expenses.csv", expenses)
    write(folder / "registry/obligors.csv", obligors)


DIVISIONS = ["310000", "330000", "500000", "440300", "000000", "999999"]


@pytest.mark.parametrize("seed", range(4))
def test_a_registry_comes_to_what_one_household_at_a_time_comes_to(delivered, seed, monkeypatch):
    spoil_everything(delivered, random.Random(seed), monkeypatch)
    if seed == 3:
        (delivered / "sources/tax.csv").unlink()
    if seed % 2:
        bring_more(delivered, random.Random(seed))
    run(delivered)
    alone, together = one_by_one(delivered), at_once(delivered)
    assert together == alone
    assert len({str(one) for one in together.values()}) > 20


def households_of(out: Path) -> bytes:
    return (out / "households.parquet").read_bytes()


def test_in_columns_or_one_at_a_time_the_results_are_the_same_bytes(delivered, monkeypatch):
    spoil_everything(delivered, random.Random(9), monkeypatch)
    bring_more(delivered, random.Random(9))
    run(delivered, "columns")
    run(delivered, "alone", alone=True)
    assert households_of(delivered / "columns") == households_of(delivered / "alone")


def test_what_an_agreed_source_has_a_row_about_is_left_open(delivered):
    members = written(delivered / "registry/members.csv")
    for line in members:
        line["authorized_items"] = "*,online_finance"
    write(delivered / "registry/members.csv", members)
    one = {"name": members[0]["name"], "id_number": members[0]["id_number"], "as_of": "2024-07-30"}
    cells = {"institution": "", "product": "", "balance_fen": "1"}
    run(delivered, "before")
    write(delivered / "sources/online_finance.csv", [one | cells])
    run(delivered, "columns")
    run(delivered, "alone", alone=True)
    differing = [
        (was["household_id"], said["tests"]["financial_assets"])
        for was, said in zip(
            *(rows(delivered / f"{out}/households.parquet") for out in ("before", "columns")),
            strict=True,
        )
        if was != said
    ]
    assert differing in ([], [(members[0]["household_id"], "unknown")])
    assert households_of(delivered / "columns") == households_of(delivered / "alone")


BROUGHT = ("expenses", "obligors")


def test_what_a_registry_says_of_expenses_settles_the_test_that_stands_on_them(delivered):
    homes = written(delivered / "registry/households.csv")
    for line in homes:
        line["programme"], line["division"] = "rigid_expenditure", "310000"
    write(delivered / "registry/households.csv", homes)
    run(delivered)
    path = delivered / "out/households.parquet"
    open_before = {one["tests"]["expenditure"] for one in rows(path)}
    bring_more(delivered, random.Random(3))
    run(delivered)
    after = [one["tests"]["expenditure"] for one in rows(path)]
    told = rows(delivered / "out/changes.parquet")
    assert open_before == {"unknown"}
    assert {"fail", "unknown"} <= set(after)
    assert len(told) == len(homes) and {(*one["why"],) for one in told} == {BROUGHT}
    spent = written(delivered / "registry/expenses.csv")
    spent[0]["amount_fen"] = "77"
    write(delivered / "registry/expenses.csv", spent)
    run(delivered)
    (one,) = rows(delivered / "out/changes.parquet")
    assert (one["household_id"], one["why"]) == (spent[0]["household_id"], ["expenses"])


@pytest.mark.parametrize(
    ("table", "column", "value", "words"),
    [
        ("expenses", "kind", "luxury", "expenses 第 1 行的 kind"),
        ("expenses", "amount_fen", "12.50", "expenses 第 1 行的 amount_fen"),
        ("expenses", "member_key", "nobody", "不在 members 中"),
        ("obligors", "relation", "uncle", "obligors 第 1 行的 relation"),
        ("obligors", "household_size", "0", "obligors 第 1 行的 household_size"),
        ("obligors", "household_income_fen", "-1", "obligors 第 1 行的 household_income_fen"),
    ],
)
def test_a_line_of_expenses_or_obligors_that_is_none_ends_the_run(
    delivered, table, column, value, words
):
    bring_more(delivered, random.Random(1))
    path = delivered / f"registry/{table}.csv"
    lines = written(path)
    lines[0][column] = value
    write(path, lines)
    with pytest.raises(DeliveryError, match=words):
        run(delivered)
