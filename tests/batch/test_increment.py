"""Only what changed is computed again; the results are those of a full run."""

import random
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

import duckdb
import pytest

from hedui.batch import sample
from hedui.batch.recheck import increment
from hedui.batch.sample.registry import write_registry
from hedui.policy.lock import place_parameters
from tests.batch.made import GOLDEN
from tests.batch.test_recheck import (
    as_parquet,
    but_changes,
    results,
    rows,
    run,
    spoil,
    write,
    written,
)


@pytest.fixture
def delivered(tmp_path):
    made = sample.many(20, 7, **GOLDEN)
    write_registry(made, tmp_path / "registry")
    sample.write_sources(made, tmp_path / "sources")
    return tmp_path


def told(folder: Path) -> dict[str, list[str]]:
    return {one["household_id"]: one["why"] for one in rows(folder / "out/changes.parquet")}


def alter(path: Path, row: int, column: str, value: str) -> dict[str, str]:
    lines = written(path)
    lines[row][column] = value
    write(path, lines)
    return lines[row]


def test_what_changed_is_told_with_its_reason_and_the_rest_is_taken_over(delivered, monkeypatch):
    run(delivered)
    assert told(delivered) == {}
    registry, sources = delivered / "registry", delivered / "sources"
    expected = {
        alter(registry / "declared.csv", 0, "amount_fen", "1")["household_id"]: "declarations",
        alter(registry / "members.csv", -1, "authorized_until", "")["household_id"]: "members",
        alter(registry / "households.csv", 9, "division", "330000")["household_id"]: "household",
    }
    members = {m["id_number"]: m["household_id"] for m in written(registry / "members.csv")}
    bank = written(sources / "bank.csv")
    of_bank = next(
        n for n, line in enumerate(bank)
        if members.get(line["id_number"], "") not in ("", *expected)
    )  # fmt: skip
    home = members[alter(sources / "bank.csv", of_bank, "balance_fen", "98765400")["id_number"]]
    counted: list[int] = []
    widened = increment.widen

    def counting(connection):
        widened(connection)
        counted.extend(connection.execute("SELECT count(*) FROM standing").fetchall()[0])

    monkeypatch.setattr(increment, "widen", counting)
    run(delivered)
    said = told(delivered)
    assert said.keys() == {*expected, home}
    assert said[home] == ["bank"]
    assert counted == [4]
    assert "declarations" in said[written(registry / "declared.csv")[0]["household_id"]]
    assert "authorizations" in said[written(registry / "members.csv")[-1]["household_id"]]
    assert said[written(registry / "households.csv")[9]["household_id"]] == ["household", "rules"]
    run(delivered, "afresh")
    assert but_changes(delivered / "out") == but_changes(delivered / "afresh")


def test_a_household_that_came_or_went_is_told(delivered):
    run(delivered)
    for name in ("members", "households", "declared"):
        path = delivered / f"registry/{name}.csv"
        lines = written(path)
        gone = lines[0]["household_id"]
        write(path, [line for line in lines if line["household_id"] != gone])
    run(delivered)
    assert told(delivered) == {gone: ["gone"]}


def test_lines_declared_for_a_household_that_there_is_not_touch_nobody(delivered):
    path = delivered / "registry/declared.csv"
    before = written(path)
    run(delivered)
    of_nobody = before[0] | {"household_id": "no such"}
    for now in ([*before, of_nobody], [*before, of_nobody | {"amount_fen": "1"}], before):
        write(path, now)
        summary = run(delivered).summary
        assert told(delivered) == {}
        assert summary["declared_about_nobody"] == len(now) - len(before)


def files_of(out: Path) -> dict[Path, int]:
    """Give the results and which file on the disk each is."""
    return {p: p.stat().st_ino for p in out.glob("*.parquet")}


def test_what_depends_on_nothing_that_changed_is_the_same_file(delivered):
    run(delivered)
    before = files_of(delivered / "out")
    alter(delivered / "registry/declared.csv", 0, "amount_fen", "1")
    run(delivered)
    after = files_of(delivered / "out")
    anew = {p.stem for p in after if after[p] != before[p]}
    assert after.keys() == before.keys()
    assert anew == {"findings", "households", "changes"}


def test_facts_are_the_same_file_where_a_source_says_another_amount_and_not_another_name(delivered):
    path = delivered / "sources/bank.csv"
    members = written(delivered / "registry/members.csv")
    signed = {one["id_number"] for one in members if one["authorized_until"]}
    row = next(n for n, line in enumerate(written(path)) if line["id_number"] in signed)
    run(delivered)
    facts = delivered / "out/facts.parquet"
    before = facts.stat().st_ino
    for column, value, same in (("balance_fen", "98765400", True), ("name", "王某", False)):
        alter(path, row, column, value)
        run(delivered)
        assert (facts.stat().st_ino == before) is same
        run(delivered, f"afresh-{column}")
        assert facts.read_bytes() == (delivered / f"afresh-{column}/facts.parquet").read_bytes()


def test_an_other_order_of_a_persons_rows_is_a_change_where_a_reader_looks_at_it(delivered):
    """What stands after a benefit that cannot be read is not read either."""
    path = delivered / "sources/social_insurance.csv"
    members = written(delivered / "registry/members.csv")
    signed = {one["id_number"] for one in members if one["authorized_until"]}
    lines = sorted(written(path), key=lambda line: line["id_number"] not in signed)
    paid = {"benefit_type": "pension", "benefit_monthly_fen": "1000", "benefit_from": "2020-01-01"}
    lines[0] |= paid | {"status": "active"}
    stopped = lines[0] | {"benefit_type": "unemployment_benefit", "status": "suspended"}
    write(path, [*lines, stopped])
    run(delivered)
    write(path, [stopped, *lines])
    run(delivered)
    run(delivered, "afresh")
    assert told(delivered)
    assert but_changes(delivered / "out") == but_changes(delivered / "afresh")


def test_rows_that_changed_places_are_attached_where_they_stand_and_nobody_is_told(delivered):
    """Of one person, of two, and one that stands behind the others now; the last is unlike none."""
    path = delivered / "sources/bank.csv"
    members = written(delivered / "registry/members.csv")
    signed = {one["id_number"]: one["household_id"] for one in members if one["authorized_until"]}
    lines = [line for line in written(path) if line["id_number"] in signed]
    homes = {signed[line["id_number"]]: line for line in lines}
    of = list(homes.values())[:4]
    spaced = of[0] | {"name": " ".join(of[0]["name"])}
    others = [line for line in lines if line not in of]
    orders = [
        [of[0], spaced, of[1], of[2], *others, of[3]],
        [spaced, of[0], of[2], of[1], *others, of[3]],
        [spaced, of[2], of[1], *others, of[3], of[0]],
    ]
    for number, order in enumerate(orders):
        write(path, order)
        run(delivered)
        assert told(delivered) == {}
        run(delivered, f"afresh-{number}")
        assert results(delivered / "out") == results(delivered / f"afresh-{number}")


def held_against_a_full_run(delivered: Path, name: str) -> None:
    """Run again, and afresh: the same bytes, but for what changed."""
    run(delivered)
    run(delivered, name)
    assert but_changes(delivered / "out") == but_changes(delivered / name)
    rmtree(delivered / name)


def laid(delivered: Path) -> list[str]:
    """Name the sources that were not read in whole."""
    return sorted(p.name.partition("-")[0] for p in (delivered / "out/.work").glob("*.laid"))


def some_of_bank(lines: list[dict[str, str]], signed: set[str]) -> Iterator[list[dict[str, str]]]:
    """Deliver it otherwise again and again, and at last as it was; nobody is told of but by it."""
    first = lines
    of = next(n for n, line in enumerate(lines) if line["id_number"] in signed)
    yield (lines := [*lines[:of], lines[of] | {"balance_fen": "98765400"}, *lines[of + 1 :]])
    yield (lines := [*lines, lines[of] | {"balance_fen": "１２"}, lines[0] | {"id_number": ""}])
    yield (lines := [lines[of + 1] | {"name": "王某"}, *lines[1:-3]])
    yield [lines[of], *lines[1:of], lines[0], *lines[of + 1 :]]
    yield first


def test_laid_over_what_was_delivered_before_it_says_what_a_full_run_says(delivered):
    path = delivered / "sources/bank.csv"
    members = written(delivered / "registry/members.csv")
    signed = {one["id_number"] for one in members if one["authorized_until"]}
    run(delivered)
    whole = written(path)
    for number, lines in enumerate(some_of_bank(whole, signed)):
        write(path, lines)
        held_against_a_full_run(delivered, f"afresh-{number}")
        assert laid(delivered) == ["bank"]
    write(path, whole[1:])  # every row stands elsewhere
    held_against_a_full_run(delivered, "afresh")
    assert laid(delivered) == []


def test_without_a_column_or_with_another_type_of_it_a_delivery_is_read_in_whole(delivered):
    """A cell that is empty says something else than a column that is not there."""
    path = delivered / "sources/bank.csv"
    whole = written(path)
    lines = [line | {"balance_fen": "", "outflow_6m_fen": ""} for line in whole]
    for number, column in enumerate(("balance_fen", "outflow_6m_fen")):
        write(path, [{name: v for name, v in line.items() if name != column} for line in lines])
        held_against_a_full_run(delivered, f"afresh-{number}")
        assert laid(delivered) == []
    write(path, whole)
    as_parquet(path, "name AS name", "0::BIGINT AS outflow_6m_fen")
    held_against_a_full_run(delivered, "afresh-typed")
    assert laid(delivered) == []
    part = path.with_suffix("") / "part-1.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE given AS FROM '{part}'")
        connection.execute("UPDATE given SET balance_fen = '98765400' WHERE rowid = 0")
        connection.execute(f"COPY given TO '{part}' (FORMAT parquet)")
    held_against_a_full_run(delivered, "afresh-parts")
    assert laid(delivered) == ["bank"]


def test_nothing_changed_is_nothing_told(delivered):
    run(delivered)
    first = results(delivered / "out")
    run(delivered, files=place_parameters())
    assert results(delivered / "out") == first


def test_where_declarations_alone_changed_the_counts_are_those_of_a_full_run(delivered):
    path = delivered / "registry/declared.csv"
    before = written(path)
    run(delivered)
    lines = written(path)
    lines[0]["member_key"] = lines[1]["household_id"] = "nobody"
    lines[2]["amount_fen"] = "1"
    for now in (lines[:-1], before):
        write(path, now)
        run(delivered)
        run(delivered, "afresh")
        assert told(delivered)
        assert but_changes(delivered / "out") == but_changes(delivered / "afresh")
        rmtree(delivered / "afresh")


@pytest.mark.parametrize("seed", range(3))
def test_whatever_changed_the_results_are_those_of_a_full_run(delivered, seed):
    """Rows altered, gone, moved and come again, a source late or silent: never told from afresh."""
    chance = random.Random(seed)
    run(delivered)
    for path in sorted((delivered / "sources").iterdir()):
        spoil(path, chance)
        lines = [line for line in written(path) if chance.random() > 0.1]
        chance.shuffle(lines)
        write(path, lines)
    chance.choice(sorted((delivered / "sources").iterdir())).unlink()
    for name, column, value in (
        ("members", "authorized_items", "bank.balance_fen"),
        ("members", "name", "王某"),
        ("declared", "amount_fen", "7"),
        ("households", "as_of", "2024-08-02"),
    ):
        path = delivered / f"registry/{name}.csv"
        alter(path, chance.randrange(len(written(path))), column, value)
    run(delivered)
    run(delivered, "afresh")
    assert told(delivered)
    assert but_changes(delivered / "out") == but_changes(delivered / "afresh")
