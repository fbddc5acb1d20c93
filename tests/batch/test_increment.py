"""Only what changed is computed again; the results are those of a full run."""

import random
from pathlib import Path
from shutil import rmtree

import pytest

from hedui.batch import sample
from hedui.batch.recheck import increment
from hedui.batch.sample.registry import write_registry
from hedui.policy.lock import place_parameters
from tests.batch.made import GOLDEN
from tests.batch.test_recheck import results, rows, run, spoil, write, written


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
    kept = results(delivered / "out")
    afresh = results(delivered / "afresh")
    assert kept.pop("changes.parquet") != afresh.pop("changes.parquet")
    assert kept == afresh


def test_a_household_that_came_or_went_is_told(delivered):
    run(delivered)
    for name in ("members", "households", "declared"):
        path = delivered / f"registry/{name}.csv"
        lines = written(path)
        gone = lines[0]["household_id"]
        write(path, [line for line in lines if line["household_id"] != gone])
    run(delivered)
    assert told(delivered) == {gone: ["gone"]}


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
    kept, afresh = results(delivered / "out"), results(delivered / "afresh")
    assert told(delivered)
    del kept["changes.parquet"], afresh["changes.parquet"]
    assert kept == afresh


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
        kept, afresh = results(delivered / "out"), results(delivered / "afresh")
        assert told(delivered)
        del kept["changes.parquet"], afresh["changes.parquet"]
        assert kept == afresh
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
    kept, afresh = results(delivered / "out"), results(delivered / "afresh")
    assert kept.pop("changes.parquet") != afresh.pop("changes.parquet")
    assert kept == afresh
