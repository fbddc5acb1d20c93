"""A whole registry says what one household at a time says, row by row and to the fen."""

import csv
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from hedui.batch.asked import everywhere, readable
from hedui.batch.delivery import demand
from hedui.batch.recheck import DeliveryError, people, recheck
from hedui.batch.recheck.clock import STAGES
from hedui.batch.recheck.opening import claimed, within_limits
from hedui.catalogue import expand
from hedui.comparison import SourceAnswer, Status, compare_member
from hedui.faces.cli import commands
from hedui.faces.cli.recheck import recheck as command
from hedui.gateway.dataset import load
from hedui.gateway.lookup import find
from hedui.gateway.mapping import plain
from hedui.values.identity import match_identity
from hedui.values.names import PersonNameError, comparison_key
from hedui.values.periods import Period
from hedui.values.resident_id import ResidentId, ResidentIdError, check_character
from hedui.wire.inquiry import InquiryElement
from tests.batch.made import GOLDEN

DAY = GOLDEN["applied_on"]
LOOK_BACK = Period.year_before(DAY)


def rows(path: Path) -> list[dict]:
    """Read a result as a list of rows."""
    with duckdb.connect() as connection:
        read = connection.execute(f"SELECT * FROM read_parquet('{path}')")
        names = [column[0] for column in read.description]
        return [dict(zip(names, row, strict=True)) for row in read.fetchall()]


def written(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, lines: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)


def run(folder: Path, out: str = "out", **options):
    return recheck(folder / "registry", folder / "sources", folder / out, **options)


# ---------------------------------------------------------- one household and a registry agree


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in text)


SPOILS = {
    "id_number": [wide, str.lower, lambda t: f" {t[:6]} {t[6:]}", lambda t: t[:-1], lambda _: ""],
    "name": [lambda t: f"{t[0]} {t[1:]}", lambda _: "王某", lambda _: "", lambda t: t + "?"],
    "as_of": [lambda _: "", lambda _: "2023-01-05", lambda _: "20240730", lambda _: "2024/07/29"],
    "balance_fen": [lambda _: "", lambda _: "-500", lambda _: "12.5", lambda _: "一百"],
    "amount_fen": [lambda _: "", lambda _: "-500", lambda _: "12.50"],
    "period": [lambda _: "2023", lambda _: "202401", lambda _: "2024-13", lambda _: "2022-02"],
    "income_type": [lambda _: "interest", lambda _: "不知道"],
    "status": [lambda _: "suspended", lambda _: "scrapped", lambda _: ""],
    "benefit_from": [lambda _: "", lambda _: "2024-02-15", lambda _: "2025-01-01"],
    "vehicle_class": [lambda _: "", lambda _: "motorcycle"],
    "unit_no": [lambda _: ""],
}


def spoil(path: Path, chance: random.Random) -> None:
    """Write a department's file again as departments do, every third row with something odd."""
    lines = written(path)
    numbers = [line["id_number"] for line in lines]
    for line in lines:
        if chance.random() < 0.3:
            column = chance.choice([c for c in SPOILS if c in line])
            line[column] = chance.choice(SPOILS[column])(line[column] or " ")
        if chance.random() < 0.02:
            line["id_number"] = chance.choice(numbers)
    write(path, lines)


def asked_alone(member: dict[str, str], source, dataset) -> SourceAnswer:
    """Ask the department's own look-up, as one inquiry does."""
    items = tuple(n for n in granted(member) if n.startswith(f"{source.name}."))
    person = ResidentId.parse(member["id_number"])
    asked = InquiryElement(
        "1", source.name, member["name"], person.reveal(), items, LOOK_BACK, DAY, "dibao", ""
    )
    found = find(dataset, source, asked, person=person, items=items, today=DAY)
    match = match_identity(person, member["name"], found.number, found.name)
    return SourceAnswer(found.outcome, as_of=found.as_of, match=match, rows=found.records)


def granted(member: dict[str, str]) -> tuple[str, ...]:
    listed = [name for name in member["authorized_items"].split(",") if name]
    return expand(everywhere() if "*" in listed else listed)


def one_by_one(folder: Path) -> set[tuple]:
    """Compare each member alone, and return what the findings say."""
    held = {p.stem: load(plain(p, readable()[p.stem])) for p in (folder / "sources").iterdir()}
    declared: dict[tuple[str, str], list[dict[str, str]]] = {}
    for line in written(folder / "registry/declared.csv"):
        declared.setdefault((line["household_id"], line["member_key"]), []).append(line)
    said = set()
    for member in written(folder / "registry/members.csv"):
        if member["authorized_until"] < DAY.isoformat():
            continue
        place = (member["household_id"], member["member_key"])
        answers = {
            name: asked_alone(member, source, held[name])
            if name in held
            else SourceAnswer("NO_REPLY")
            for name, source in readable().items()
            if name in held or name in everywhere()
        }
        findings = compare_member(
            member_key=member["member_key"],
            declared=as_declared(declared.get(place, [])),
            answers=answers,
            authorized_items=granted(member),
            look_back=LOOK_BACK,
            as_of=DAY,
        )
        for one in findings:
            figures = (one.declared_fen, one.found_fen, one.declared_count, one.found_count)
            if one.status is Status.CONSISTENT and not any(figures):
                continue
            if one.status in (Status.CONSISTENT, Status.INCONSISTENT):
                said.add((*place, one.item, one.label, one.status.value, *figures))
            else:
                said.add((*place, one.item, one.label, one.status.value))
    return said


def as_declared(lines: list[dict[str, str]]) -> dict[str, list[dict]]:
    stated: dict[str, list[dict]] = {"incomes": [], "assets": []}
    for line in lines:
        yuan = f"{int(line['amount_fen']) / 100:.2f}"
        about = {"class": line["class"], "kind": line["kind"] or None}
        if line["class"] in ("wage", "business", "property", "transfer"):
            stated["incomes"].append({**about, "amount": yuan})
            continue
        stated["assets"].append({**about, "value": yuan})
        stated["assets"] += [{**about, "value": "0"}] * (int(line["count"]) - 1)
    return stated


def at_once(folder: Path) -> set[tuple]:
    said = set()
    for one in rows(folder / "out/findings.parquet"):
        head = (one["household_id"], one["member_key"], one["item"], one["label"], one["status"])
        figures = ("declared_fen", "found_fen", "declared_count", "found_count")
        speaks = one["status"] in ("consistent", "inconsistent")
        said.add((*head, *(one[name] for name in figures)) if speaks else head)
    return said


@pytest.mark.parametrize("seed", range(3))
def test_a_registry_says_what_one_household_at_a_time_says(delivered, seed):
    chance = random.Random(seed)
    for path in sorted((delivered / "sources").iterdir()):
        spoil(path, chance)
    run(delivered)
    alone, together = one_by_one(delivered), at_once(delivered)
    assert together - alone == set()
    assert alone - together == set()
    assert len({one[4] for one in together}) >= 5  # not only the easy ones


AGREED: dict[str, dict[str, list[str]]] = {
    "business_registration": {
        "usc_code": ["9131010012345678", "9131010087654321"],
        "entity_type": ["company", "sole_trader"], "role": ["legal_representative", ""],
        "status": ["active", "cancelled", "?"],
    },
    "online_finance": {"product": ["", "?"], "balance_fen": ["100", "2500000", "", "-3"]},
    "death": {"died_on": ["2024-05-01", "20240501", "", "?"]},
    "custody": {"in_custody": ["true", "否", "1", "?"]},
    "utilities": {"service": ["water", "gas"], "monthly_fen": ["0", "30000", "x"]},
    "veterans": {
        "category": ["disabled_soldier", ""], "benefit_monthly_fen": ["120000", "", "0"],
        "benefit_from": ["2024-02-01", "", "2020-01-01"], "status": ["", "suspended"],
    },
}  # fmt: skip


def deliver_agreed(delivered: Path, chance: random.Random) -> list[dict[str, str]]:
    """Deliver what is asked by agreement only, of half the members, of whom some signed for it."""
    members = written(delivered / "registry/members.csv")
    items = ",".join(expand((*everywhere(), *AGREED)))
    for line in members:
        line["authorized_items"] = chance.choice((items, items, "*"))
    write(delivered / "registry/members.csv", members)
    for name, values in AGREED.items():
        columns = ["name", "id_number", "as_of", *readable()[name].items]
        rows_of = [
            dict.fromkeys(columns, "")
            | {"name": one["name"], "id_number": one["id_number"], "as_of": "2024-07-30"}
            | {column: chance.choice(given) for column, given in values.items()}
            for one in members
            if chance.random() < 0.5
        ]
        write(delivered / f"sources/{name}.csv", rows_of)
    return members


@pytest.mark.parametrize("seed", range(3))
def test_sources_asked_where_it_was_agreed_are_compared_for_who_signed_for_them(delivered, seed):
    members = deliver_agreed(delivered, random.Random(seed))
    run(delivered)
    alone, together = one_by_one(delivered), at_once(delivered)
    assert together - alone == set()
    assert alone - together == set()
    assert {one[2].partition(".")[0] for one in together} > AGREED.keys()
    asked = {line["household_id"] + line["member_key"]: line for line in members}
    for fact in rows(delivered / "out/facts.parquet"):
        signed = asked[fact["household_id"] + fact["member_key"]]["authorized_items"]
        assert fact["source"] in everywhere() or signed != "*"


def test_of_a_source_that_is_delivered_no_more_nothing_is_left(delivered):
    deliver_agreed(delivered, random.Random(4))
    run(delivered)
    for name in AGREED:
        assert any(one["source"] == name for one in rows(delivered / "out/facts.parquet"))
        (delivered / f"sources/{name}.csv").unlink()
    run(delivered)
    run(delivered, "afresh")
    assert but_changes(delivered / "out") == but_changes(delivered / "afresh")


# ------------------------------------------------------------------------- numbers and names


@pytest.fixture(scope="module")
def macros():
    connection = duckdb.connect()
    for macro in people.MACROS:
        connection.execute(macro)
    return connection


def is_plain(macros, what: str, text: str) -> bool:
    return bool(macros.execute(f"SELECT is_plain_{what}(?)", [text]).fetchall()[0][0])


DIGITS = st.text("0123456789", min_size=17, max_size=17)
BIRTHS = st.dates(date(1890, 1, 1), date(2099, 12, 31)).map(lambda d: f"{d:%Y%m%d}")


@given(st.one_of(st.tuples(DIGITS), st.tuples(DIGITS, BIRTHS)), st.sampled_from("0123456789Xx"))
def test_a_number_is_plain_exactly_when_it_reads_as_it_is(macros, parts, last):
    digits = parts[0] if len(parts) == 1 else parts[0][:6] + parts[1] + parts[0][:3]
    try:
        expected = ResidentId.parse(digits + last).written == "exact"
    except ResidentIdError:
        expected = False
    assert is_plain(macros, "number", digits + last) == expected


def number_texts(chance: random.Random) -> Iterator[str]:
    """Write numbers as departments do and worse: old ones, and what a cast would read."""
    for _ in range(3000):
        day = date(1890, 1, 1) + timedelta(chance.randrange(76_000))
        born = chance.choice([f"{day:%Y%m%d}", "19000229", "19960229", "19890431", "17991231"])
        region = chance.choice(["110105", "010105", "810000", "829999", "999999"])
        body = f"{region}{born}{chance.choice(['996', '999', '000', '123', '008'])}"
        right = check_character(body)
        last = chance.choice([right, right.lower(), chance.choice("0123456789Xx")])
        yield body + last
        yield body[:6] + body[8:]
        yield wide(body) + last
        yield f" {body[:6]} {body[6:]}{last}"
    yield from ("9e18", "-92233720368547e5", "1000000000000e0041", "0x123456789abcdefX")
    yield from ("", "x" * 99)


def test_numbers_that_are_not_plain_are_read_as_one_is_read(macros, tmp_path):
    texts = sorted(set(number_texts(random.Random(7))))
    write(tmp_path / "given.csv", [{"id_number": text, "name": "张三"} for text in texts])
    people.learn_odd_ones(macros, demand(tmp_path, "given"))
    read = macros.execute("SELECT text, number, degree FROM odd_numbers").fetchall()
    found = {text: (number, degree) for text, number, degree in read if text}
    assert len(found) > len(texts) / 2
    for text in texts:
        if text:
            assert (found[text] if text in found else plainly(text)) == read_alone(text)


def plainly(text: str) -> tuple[int, int]:
    return int(text[:17]), people.DEGREES.index("exact")


def read_alone(text: str) -> tuple[int | None, int | None]:
    try:
        one = ResidentId.parse(text)
    except ResidentIdError:
        return None, None
    return int(one.reveal()[:17]), people.DEGREES.index(one.written)


@given(st.text(max_size=6) | st.text("张三·a 李〇", max_size=4))
def test_a_plain_name_is_its_own_key(macros, text):
    if is_plain(macros, "name", text):
        assert comparison_key(text) == text
    else:
        try:
            comparison_key(text)
        except PersonNameError:
            return


# ------------------------------------------------------------------------ what was declared


def as_parquet(path: Path, replaced: str, types: str) -> None:
    """Write a CSV file as two Parquet files in a folder, a few values of every third row other."""
    folder = path.with_suffix("")
    folder.mkdir()
    with duckdb.connect() as connection:
        connection.execute(
            f"CREATE TABLE given AS SELECT * REPLACE ({replaced}) FROM (SELECT * REPLACE ({types}),"
            f" row_number() OVER () AS n FROM read_csv('{path}', all_varchar = true))"
        )
        for place, half in enumerate(("n <= 20", "n > 20")):
            connection.execute(
                f"COPY (SELECT * EXCLUDE (n) FROM given WHERE {half} ORDER BY n)"
                f" TO '{folder}/part-{place}.parquet' (FORMAT parquet)"
            )
    path.unlink()


@pytest.mark.parametrize(
    ("odd", "kept_as_it_is"),
    [
        ("amount_fen AS amount_fen", True),
        ("CASE WHEN n % 3 = 0 THEN NULL ELSE amount_fen END AS amount_fen", True),
        ("CASE WHEN n % 3 = 0 THEN -1 ELSE amount_fen END AS amount_fen", False),
        ("CASE WHEN n % 3 = 0 THEN 100000000000000 ELSE amount_fen END AS amount_fen", False),
        ("CASE WHEN n % 3 = 0 THEN NULL ELSE count END AS count", False),
        ("CASE WHEN n % 3 = 0 THEN -1 ELSE count END AS count", False),
        ("CASE WHEN n % 3 = 0 THEN '' ELSE kind END AS kind", False),
        ("CASE WHEN n % 3 = 0 THEN '1.50' ELSE amount_fen::VARCHAR END AS amount_fen", False),
    ],
)
def test_what_is_declared_says_the_same_however_it_is_written(delivered, odd, kept_as_it_is):
    path = delivered / "registry/declared.csv"
    plain = "amount_fen::BIGINT AS amount_fen, count::BIGINT AS count"
    as_parquet(path, odd, plain)
    run(delivered)
    (kept,) = (delivered / "out/.work").glob("declared-*.parquet")
    assert kept.is_dir() is kept_as_it_is
    with duckdb.connect() as connection:
        folder = path.with_suffix("")
        connection.execute(f"COPY (FROM '{folder}/*.parquet') TO '{path}' (HEADER)")
    shutil.rmtree(folder)
    run(delivered, "written")
    assert tables(delivered / "out") == tables(delivered / "written")


@pytest.mark.parametrize("other", ["amount_fen::INTEGER AS amount_fen", "kind AS kind"])
def test_declarations_that_another_engine_could_not_read_are_written_anew(delivered, other):
    path = delivered / "registry/declared.csv"
    as_parquet(path, "kind AS kind", "amount_fen::BIGINT AS amount_fen, count::BIGINT AS count")
    run(delivered, "alike")
    second = path.with_suffix("") / "part-1.parquet"
    packed = "snappy" if "INTEGER" in other else "brotli"
    with duckdb.connect() as connection:
        connection.execute(
            f"CREATE TABLE given AS SELECT * REPLACE ({other}) FROM '{second}';"
            f" COPY given TO '{second}' (FORMAT parquet, COMPRESSION {packed})"
        )
    run(delivered)
    (kept,) = (delivered / "out/.work").glob("declared-*.parquet")
    assert kept.is_file()
    assert tables(delivered / "out") == tables(delivered / "alike")


def test_a_copy_that_was_broken_off_is_made_anew(delivered):
    path = delivered / "registry/declared.csv"
    as_parquet(path, "kind AS kind", "amount_fen::BIGINT AS amount_fen, count::BIGINT AS count")
    run(delivered)
    (kept,) = (delivered / "out/.work").glob("declared-*.parquet")
    left = delivered / "again/.work" / kept.with_suffix(".part").name
    left.mkdir(parents=True)
    (left / "000009.parquet").write_bytes(b"PAR1")
    run(delivered, "again")
    assert tables(delivered / "out") == tables(delivered / "again")
    assert not left.exists()


def test_in_which_order_households_stand_among_the_members_makes_no_difference(delivered):
    run(delivered)
    path = delivered / "registry/members.csv"
    lines = written(path)
    assert [line["household_id"] for line in lines] == sorted(x["household_id"] for x in lines)
    apart = sorted(lines, key=lambda line: line["household_id"], reverse=True)  # theirs stay so
    write(path, apart)
    run(delivered, "apart")
    assert tables(delivered / "out") == tables(delivered / "apart")


# --------------------------------------------------------------- authorization, absence, errors


def test_a_member_who_did_not_sign_appears_nowhere_but_as_a_number(delivered):
    lines = written(delivered / "registry/members.csv")
    for line in lines[:30]:
        line["authorized_until"] = "2024-07-31"  # the day before
    write(delivered / "registry/members.csv", lines)
    outcome = run(delivered)
    silent = {(line["household_id"], line["member_key"]) for line in lines[:30]}
    for name in ("facts", "findings"):
        kept = {
            (r["household_id"], r["member_key"]) for r in rows(delivered / f"out/{name}.parquet")
        }
        assert kept
        assert not kept & silent
    assert sum(outcome.summary["refused"].values()) > 30


def test_only_what_was_signed_for_is_compared(delivered):
    lines = written(delivered / "registry/members.csv")
    for line in lines:
        line["authorized_items"] = "bank.balance_fen"
    write(delivered / "registry/members.csv", lines)
    outcome = run(delivered)
    assert set(outcome.summary["facts"]) == {"bank"}
    assert set(outcome.summary["findings"]) == {"bank.balance_fen"}


def test_a_source_is_not_asked_for_a_programme_that_does_not_need_it(delivered):
    """T13, whatever somebody signed: `*` is all that the programme needs."""
    path = delivered / "registry/households.csv"
    write(path, [{**line, "programme": "medical_aid"} for line in written(path)])
    summary = run(delivered).summary
    needed = {name for name, one in readable().items() if "medical_aid" in one.programmes}
    assert "social_insurance" in needed >= set(summary["facts"])
    assert summary["facts"]["social_insurance"]
    assert summary["refused"]["bank"] > 30
    assert "bank.balance_fen" not in summary["findings"]


def test_who_signed_for_a_minimal_form_alone_is_not_asked_about_there(delivered):
    """Nothing that was delivered answers that, least of all that there is no account."""
    path = delivered / "registry/members.csv"
    write(path, [line | {"authorized_items": "bank.balance_band,tax"} for line in written(path)])
    summary = run(delivered).summary
    asked = summary["members"] - summary["members_without_authorization"]
    assert set(summary["facts"]) == {"tax"}
    assert summary["refused"]["bank"] > 30
    assert summary["answers"]["bank"] == {"not_asked": summary["members"]}
    assert summary["answers"]["tax"]["fresh"] > asked / 2
    tests = [one["tests"] for one in rows(delivered / "out/households.parquet") if not one["note"]]
    assert {one["financial_assets"] for one in tests} <= {"unknown", None}
    run(delivered, "alone", alone=True)
    assert tables(delivered / "out") == tables(delivered / "alone")
    bank = delivered / "sources/bank.csv"
    write(bank, [line | {"balance_fen": "98765400"} for line in written(bank)])
    run(delivered)
    assert rows(delivered / "out/changes.parquet") == []


@pytest.mark.parametrize("amount", ["", "x", "-1"])
def test_what_is_declared_and_cannot_be_read_is_compared_with_nothing(delivered, amount):
    """Else a family would be held to have declared nought."""
    path = delivered / "registry/declared.csv"
    lines = written(path)
    spoilt = [line for line in lines if line["class"] == "deposit"][::2]
    for line in spoilt:
        line["amount_fen"] = amount
    write(path, lines)
    run(delivered)
    of_banks = [
        one for one in rows(delivered / "out/findings.parquet")
        if one["item"] == "bank.balance_fen"
    ]  # fmt: skip
    about = {(line["household_id"], line["member_key"]) for line in spoilt}
    said = [one for one in of_banks if (one["household_id"], one["member_key"]) in about]
    assert len(said) > 5
    assert {one["status"] for one in said} <= {"not_comparable", "no_reply"}
    assert {one["declared_fen"] for one in said} == {None}
    assert any(one["declared_fen"] for one in of_banks if one not in said)


def test_a_source_that_delivered_nothing_is_no_reply_and_never_none(delivered):
    (delivered / "sources/bank.csv").unlink()
    outcome = run(delivered)
    members = outcome.summary["members"] - outcome.summary["members_without_authorization"]
    assert outcome.summary["findings"]["bank.balance_fen"] == {"no_reply": members}
    assert outcome.summary["sources"]["bank"]["delivered"] is False


@pytest.mark.parametrize("item", ["bank.balance_fen", "tax.amount_fen"])
def test_an_empty_file_proves_nothing_about_anybody(delivered, item):
    path = delivered / f"sources/{item.partition('.')[0]}.csv"
    path.write_text(path.read_text(encoding="utf-8").partition("\n")[0] + "\n", encoding="utf-8")
    assert set(run(delivered).summary["findings"][item]) == {"no_reply"}


def test_every_row_of_a_person_is_listed_with_how_it_matches(delivered):
    run(delivered)
    held = written(delivered / "sources/bank.csv")
    asked = {
        ResidentId.parse(m["id_number"]): m for m in written(delivered / "registry/members.csv")
    }
    expected = set()
    for position, line in enumerate(held):
        try:
            member = asked.get(ResidentId.parse(line["id_number"]))
        except ResidentIdError:
            continue
        if member and member["authorized_until"]:
            number = ResidentId.parse(member["id_number"])
            match = match_identity(number, member["name"], line["id_number"], line["name"])
            expected.add((member["household_id"], member["member_key"], position, match))
    facts = [f for f in rows(delivered / "out/facts.parquet") if f["source"] == "bank"]
    names = ("household_id", "member_key", "source_row", "match")
    assert {tuple(fact[name] for name in names) for fact in facts} == expected
    assert len(facts) == len(expected) > 20


@pytest.mark.parametrize(
    ("spoiled", "said"),
    [
        (lambda f: (f / "registry/members.csv").unlink(), "没有 members.parquet 或 members.csv"),
        (lambda f: (f / "sources/tax.csv").write_text("name\n"), "缺少列 as_of、id_number"),
        (lambda f: (f / "sources/tax.parquet").write_bytes(b"?"), "不止一份"),
        (lambda f: twice(f / "registry/members.csv"), "同一成员不止一行"),
        (lambda f: (f / "registry/households.csv").write_text(NO_HOUSEHOLDS), "没有这一户"),
        (lambda f: change(f, "authorized_items", "bank.everything"), "bank.everything"),
    ],
)
def test_what_cannot_be_used_is_one_sentence_and_leaves_what_was_there(delivered, spoiled, said):
    before = run(delivered).summary
    spoiled(delivered)
    with pytest.raises(DeliveryError, match=said) as caught:
        run(delivered)
    assert "\n" not in str(caught.value)
    assert json.loads((delivered / "out/summary.json").read_text()) == before


NO_HOUSEHOLDS = "household_id,division,programme,as_of\n"


def twice(path: Path) -> None:
    lines = written(path)
    write(path, [*lines, lines[0]])


def change(folder: Path, column: str, value: str) -> None:
    lines = written(folder / "registry/members.csv")
    lines[0][column] = value
    write(folder / "registry/members.csv", lines)


# ----------------------------------------------------------------------- again, and on less


def test_every_file_of_the_results_has_its_digest_in_the_summary(delivered):
    run(delivered)
    lines = written(delivered / "registry/declared.csv")
    write(delivered / "registry/declared.csv", [lines[0] | {"amount_fen": "1"}, *lines[1:]])
    outcome = run(delivered)
    found = results(delivered / "out")
    del found["summary.json"]
    digests = {name: sha256(each).hexdigest() for name, each in found.items()}
    assert rows(delivered / "out/changes.parquet")
    assert outcome.summary["outputs"] == digests


def results(folder: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and ".work" not in p.parts
    }


def but_changes(folder: Path) -> dict[str, bytes]:
    """Give the results without what changed since the run before, and its digest."""
    found = results(folder)
    summary = json.loads(found["summary.json"])
    del found["changes.parquet"], summary["outputs"]["changes.parquet"]
    return found | {"summary.json": json.dumps(summary).encode()}


def tables(folder: Path) -> dict[str, bytes]:
    """Give the results without the summary, in which the digests of what was delivered stand."""
    return {name: found for name, found in results(folder).items() if "summary" not in name}


def test_the_same_input_gives_the_same_bytes_on_one_thread_or_more(delivered):
    run(delivered, "first", threads=1)
    run(delivered, "second", threads=4, memory="256MB")
    assert results(delivered / "first") == results(delivered / "second")


def test_a_limit_of_memory_that_is_none_is_told_in_a_sentence(delivered):
    with pytest.raises(DeliveryError, match="请写成 4GB 或 800MB"):
        run(delivered, memory="plenty")


def test_memory_that_does_not_suffice_is_told_in_a_sentence(delivered, monkeypatch, capsys):
    options = [f"--{name}={delivered / name}" for name in ("registry", "sources", "out")]
    monkeypatch.setattr(sys, "argv", ["hedui", "recheck", *options, "--memory=4MB"])
    with pytest.raises(SystemExit) as ended:
        commands.main()
    assert ended.value.code == 2
    assert "请加大 --memory" in capsys.readouterr().err.splitlines()[-1]


def test_a_disk_that_is_full_is_told_in_a_sentence_while_a_table_is_read_in(delivered):
    before = run(delivered).summary
    work = delivered / "out/.work"
    (rows_of_members,) = work.glob("members-*.rows")
    for left in work.glob("members-*"):
        left.unlink()
    rows_of_members.with_suffix(".rows.part").symlink_to("/dev/full")
    with pytest.raises(DeliveryError, match="磁盘已满") as told:
        run(delivered)
    assert "\n" not in str(told.value)
    assert json.loads((delivered / "out/summary.json").read_text()) == before


@pytest.mark.parametrize(
    ("limits", "query", "said"),
    [
        ({}, "COPY (FROM range(300000)) TO '/dev/full' (FORMAT parquet)", "磁盘已满"),
        ({"max_temp_directory_size": "1MB"}, "CREATE TEMP TABLE t AS {}", "磁盘已满"),
        ({"temp_directory": ""}, "CREATE TEMP TABLE t AS {}", "请加大 --memory"),
    ],
)
def test_what_the_engine_says_of_memory_and_disk_is_told_apart(tmp_path, limits, query, said):
    limits = {"memory_limit": "20MB", "temp_directory": str(tmp_path)} | limits
    large = "SELECT hash(range)::VARCHAR AS t FROM range(3000000) ORDER BY hash(range)"
    with (
        pytest.raises(DeliveryError, match=said) as told,
        within_limits(tmp_path),
        duckdb.connect(config=limits) as connection,
    ):
        connection.execute(query.format(large))
    assert "\n" not in str(told.value)


def test_what_is_no_matter_of_limits_is_told_as_it_is(tmp_path):
    with pytest.raises(FileNotFoundError), within_limits(tmp_path):
        (tmp_path / "nothing").read_bytes()


def test_two_runs_into_one_directory_do_not_meet(delivered):
    before = run(delivered).summary
    lines = written(delivered / "sources/bank.csv")
    write(delivered / "sources/bank.csv", lines[:-1])
    with claimed(delivered / "out", delivered / "out/.work"):
        with pytest.raises(DeliveryError, match="另一次复核正在写这个目录") as told:
            run(delivered)
        other = subprocess.run(
            program(delivered, "out"), check=False, capture_output=True, text=True
        )
    assert "\n" not in str(told.value)
    assert (other.returncode, other.stderr.count("\n")) == (2, 1)
    assert json.loads((delivered / "out/summary.json").read_text()) == before
    assert run(delivered).summary != before


def test_what_each_stage_cost_is_told_and_stands_in_no_file(delivered):
    outcome = run(delivered)
    assert tuple(outcome.spent) == STAGES
    assert all(cost > 0 for cost in outcome.spent.values())
    assert "spent" not in outcome.summary


def test_only_what_changed_is_ingested_again_and_the_older_is_forgotten(delivered):
    run(delivered)
    kept = {p.name: p.stat().st_mtime_ns for p in (delivered / "out/.work").glob("*-canonical-*")}
    lines = written(delivered / "sources/bank.csv")
    write(delivered / "sources/bank.csv", lines[:-1])
    run(delivered)
    after = {p.name: p.stat().st_mtime_ns for p in (delivered / "out/.work").glob("*-canonical-*")}
    changed = {name.partition("-")[0] for name, _ in set(after.items()) ^ set(kept.items())}
    assert changed == {"bank"}
    assert len(after) == len(kept)


KILLS = int(os.environ.get("HEDUI_RECHECK_KILLS", "6"))
SEED = int(os.environ.get("HEDUI_RECHECK_SEED", "11"))


def program(delivered: Path, out: str) -> list[str]:
    options = [f"--{name}={delivered / name}" for name in ("registry", "sources")]
    return [sys.executable, "-m", "hedui", "recheck", *options, f"--out={delivered / out}"]


def undisturbed(delivered: Path, out: str) -> tuple[int, float]:
    """Run it and let it be; return how many lines it tells, and the seconds for each."""
    started = time.monotonic()
    done = subprocess.run(program(delivered, out), check=True, capture_output=True, text=True)
    told = done.stderr.count("\n")
    return told, (time.monotonic() - started) / told


def kill_it(delivered: Path, chance: random.Random, stages: int, stage: float) -> None:
    running = subprocess.Popen(
        program(delivered, "out"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    with running:
        assert running.stderr is not None
        # by what it tells and not by the clock, which says little on a busy machine
        for _ in range(chance.randrange(stages + 1)):
            running.stderr.readline()
        with suppress(subprocess.TimeoutExpired):
            running.wait(chance.random() * stage)
        running.kill()


def test_killed_at_any_moment_it_leaves_nothing_half_and_comes_to_the_same(delivered):
    stages, stage = undisturbed(delivered, "undisturbed")
    chance = random.Random(SEED)
    for _ in range(KILLS):
        kill_it(delivered, chance, stages, stage)
        if (delivered / "out/summary.json").exists():  # then all of it is there
            assert results(delivered / "out") == results(delivered / "undisturbed")
    subprocess.run(program(delivered, "out"), check=True, capture_output=True)
    assert results(delivered / "out") == results(delivered / "undisturbed")


def test_killed_at_any_moment_an_increment_comes_to_the_same(delivered):
    """Amounts, a name, an authorization, and a row more; each end is taken back, to be killed."""
    undisturbed(delivered, "before")
    shutil.copytree(delivered / "before", delivered / "now")
    sources, registry = delivered / "sources", delivered / "registry"
    others = {registry / "declared.csv": {"amount_fen": "7"}, sources / "tax.csv": {"name": "王某"}}
    for path, other in (others | {registry / "members.csv": {"authorized_until": ""}}).items():
        first, *rest = written(path)
        write(path, [first | other, *rest])
    lines = written(sources / "bank.csv")
    write(sources / "bank.csv", [*lines, lines[0] | {"balance_fen": "98765400"}])
    stages, stage = undisturbed(delivered, "now")
    before, now = results(delivered / "before"), results(delivered / "now")
    assert before != now
    chance = random.Random(SEED)
    for _ in range(KILLS):
        if not (delivered / "out").exists():
            shutil.copytree(delivered / "before", delivered / "out")
        kill_it(delivered, chance, stages, stage)
        found = results(delivered / "out")
        if "summary.json" in found:  # then all of it is there, of this run or the last
            assert found in (before, now)
            if found == now:
                shutil.rmtree(delivered / "out")
    if not (delivered / "out").exists():
        shutil.copytree(delivered / "before", delivered / "out")
    subprocess.run(program(delivered, "out"), check=True, capture_output=True)
    assert results(delivered / "out") == now


def test_the_terminal_tells_what_came_of_it(delivered):
    options = [f"--{name}={delivered / name}" for name in ("registry", "sources", "out")]
    told = CliRunner().invoke(command, options)
    assert told.exit_code == 0, told.output
    assert "40 户" in told.stdout
    assert told.stderr.splitlines()[0] == "  0% 读入登记户"
    assert "比对银行存款" in told.stderr
    assert "证券:没有收到文件,记为未反馈" in told.output
    again = CliRunner().invoke(command, [*options, "--json"])
    assert json.loads(again.stdout) == json.loads((delivered / "out/summary.json").read_text())
