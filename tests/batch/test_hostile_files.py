"""A file that cannot be meant so ends a run with one sentence: which file, where, what to do."""

import json
import os
import pty
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from hedui.batch import sample
from hedui.batch.recheck import DeliveryError
from hedui.batch.sample.registry import write_registry
from tests.batch.made import GOLDEN
from tests.batch.test_recheck import results, rows, run


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    made = sample.many(30, 7, **GOLDEN)
    write_registry(made, folder / "registry")
    sample.write_sources(made, folder / "sources")
    run(folder)
    return folder


@pytest.fixture
def given(whole, tmp_path) -> Path:
    """The files and the results of a run, to be spoilt."""
    folder = tmp_path / "given"
    shutil.copytree(whole, folder)
    return folder


def typed(path: Path, query: str) -> None:
    """Write a table as Parquet in the place of its CSV, changed by a query over `t`."""
    with duckdb.connect() as sql:
        sql.execute(f"CREATE TABLE t AS FROM read_csv('{path}', all_varchar=true)")
        path.unlink()
        sql.execute(f"COPY ({query}) TO '{path.with_suffix('.parquet')}' (FORMAT parquet)")


def lines(path: Path, place: int, line: str) -> None:
    written = path.read_text("utf-8").splitlines()
    written[place] = line.format(written[place])
    path.write_text("\n".join(written), "utf-8")


def cut(path: Path, query: str = "FROM t") -> None:
    typed(path, query)
    whole = path.with_suffix(".parquet")
    whole.write_bytes(whole.read_bytes()[:-400])


def damaged(path: Path) -> None:
    """Leave the foot of a file whole, which says what is in it, and spoil what is."""
    typed(path, "FROM t")
    whole = path.with_suffix(".parquet")
    content = bytearray(whole.read_bytes())
    content[20:400] = b"\xff" * 380
    whole.write_bytes(content)


def encoded(path: Path) -> None:
    path.write_bytes(path.read_text("utf-8").encode("gb18030"))


def replaced(column: str, expression: str):
    return lambda path: typed(path, f"SELECT * REPLACE ({expression} AS {column}) FROM t")


BROKEN = {
    "cut off": ("sources/bank", cut, "bank.parquet:不是可读的 Parquet"),
    "damaged inside": ("sources/bank", damaged, "bank.parquet:不是可读的 Parquet"),
    "GB18030": ("registry/members", encoded, "members.csv:文件第 2 行不是 UTF-8"),
    "a row too long": ("sources/tax", lambda p: lines(p, 2, "{},x"), "tax.csv:文件第 3 行有"),
    "the last row too long": (
        "sources/tax", lambda p: lines(p, -1, "{},x"), "列,表头有 8 列,请重新导出",
    ),
    "an open quote": ("sources/tax", lambda p: lines(p, 2, '"{}'), "文件第 3 行起引号没有成对"),
    "numbers as numbers": (
        "sources/bank", replaced("id_number", "1"), "第 1 行起列 id_number 的类型是 INTEGER",
    ),
    "bytes for names": (
        "sources/bank", replaced("name", "encode(name)"), "列 name 的类型是 BLOB,须是文字",
    ),
    "a list for an amount": (
        "sources/bank", replaced("balance_fen", "[1]"), "列 balance_fen 的类型是 INTEGER[],须是数",
    ),
    "a moment with a zone": (
        "registry/members", replaced("authorized_until", "now()"), "须是日期",
    ),
    "no day": (
        "registry/households", replaced("as_of", "'2024-02-30'"), "第 1 行的 as_of 不是",
    ),
    "a day of no time": (
        "registry/households", replaced("as_of", "'0001-01-01'"), "的 as_of 不是核对可用的日期",
    ),
    "nobody's household": (
        "registry/members",
        replaced("household_id", "CASE WHEN member_key <> 'a' THEN household_id END"),
        "行没有 household_id",
    ),
    "a household twice": (
        "registry/households", lambda p: typed(p, "FROM t UNION ALL FROM t"), "这一户不止一行",
    ),
    "a member twice": (
        "registry/members", lambda p: typed(p, "FROM t UNION ALL FROM t"), "同一成员不止一行",
    ),
    "a day to come": (
        "sources/tax", replaced("as_of", "'2034-07-31'"), "第 1 行的 as_of 是 2034-07-31",
    ),
    "no column": (
        "registry/declared",
        lambda p: typed(p, "SELECT * EXCLUDE (amount_fen) FROM t"),
        "缺少列 amount_fen",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_it_is_told_in_one_sentence_and_the_earlier_results_stay(given, name):
    table, spoil, told = BROKEN[name]
    before = results(given / "out")
    spoil(given / f"{table}.csv")
    with pytest.raises(DeliveryError) as caught:
        run(given)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert results(given / "out") == before


def test_days_with_an_hour_and_amounts_with_a_point_are_the_same_days_and_amounts(given):
    before = {name: rows(given / f"out/{name}.parquet") for name in ("facts", "findings")}
    typed(given / "registry/households.csv", "SELECT * REPLACE (as_of::TIMESTAMP AS as_of) FROM t")
    moments = "authorized_until::TIMESTAMP_NS AS authorized_until"
    typed(given / "registry/members.csv", f"SELECT * REPLACE ({moments}) FROM t")
    amounts = "nullif(balance_fen, '')::DOUBLE AS balance_fen, as_of::TIMESTAMP AS as_of"
    typed(given / "sources/bank.csv", f"SELECT * REPLACE ({amounts}) FROM t")
    drawn = "nullif(benefit_monthly_fen, '')::DECIMAL(18, 2) AS benefit_monthly_fen"
    begun = "nullif(benefit_from, '')::TIMESTAMP AS benefit_from"
    typed(given / "sources/social_insurance.csv", f"SELECT * REPLACE ({drawn}, {begun}) FROM t")
    run(given, "again")
    for name, said in before.items():
        assert rows(given / f"again/{name}.parquet") == said
    for source in ("bank", "social_insurance"):
        assert any(row["source"] == source and row["found_fen"] for row in before["findings"])


def test_what_was_not_read_is_told(given):
    shutil.copy(given / "sources/bank.csv", given / "sources/bnak.csv")
    lines(given / "registry/declared.csv", 1, "nobody,{}")
    written = (given / "registry/declared.csv").read_text("utf-8").splitlines()
    written[1] = written[1].replace("nobody,", "nobody", 1)
    (given / "registry/declared.csv").write_text("\n".join(written), "utf-8")
    run(given)
    summary = json.loads((given / "out/summary.json").read_text("utf-8"))
    assert summary["unread"] == ["bnak.csv"]
    assert summary["declared_about_nobody"] == 1


def test_on_a_terminal_what_is_wrong_stands_on_a_line_of_its_own(given):
    (given / "sources/tax.csv").write_text("x\n", "utf-8")
    options = [f"--{name}={given / name}" for name in ("registry", "sources", "out")]
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as seen:
        running = subprocess.Popen(
            [sys.executable, "-m", "hedui", "recheck", *options], stderr=theirs
        )
        os.close(theirs)
        told = b""
        with suppress(OSError):  # how Linux says that nobody is at the other end any more
            while part := seen.read(4096):
                told += part
        assert running.wait() == 2
    *drawn, last = told.decode().strip().split("\r\x1b[K")
    assert any("读入" in line for line in drawn)
    assert last.startswith("hedui: ")
    assert "缺少列" in last
