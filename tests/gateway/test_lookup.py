"""How a department finds a person in its own table, whatever the table is written in."""

import os
import sqlite3
from datetime import date, datetime
from pathlib import Path

import pyarrow as arrow
import pytest
from pyarrow import parquet

from hedui.catalogue import expand, sources
from hedui.gateway.dataset import load
from hedui.gateway.lookup import find
from hedui.gateway.mapping import plain
from hedui.gateway.tables import DataUnreadable, read_table
from hedui.values.resident_id import ResidentId
from hedui.wire.moments import CHINA
from tests.gateway.bank import COLUMNS, ROWS, write_rows
from tests.wire.made import LI, LOOK_BACK, ZHANG, inquiry

TODAY = date(2024, 8, 1)
OLD = ZHANG[:6] + ZHANG[8:17]


def found(keys, path, *, source="bank", items=None, name="张三", period=LOOK_BACK, today=TODAY):
    items = expand(items or ["bank.bank", "bank.balance_fen"])
    asked = inquiry(
        keys, source=source, items=items, subject_name=name, period=period, consent_jws="a.b.c"
    )
    dataset = load(plain(path, sources()[source]))
    person = ResidentId.parse(ZHANG)
    return find(dataset, sources()[source], asked, person=person, items=items, today=today)


def row(**changes):
    values = dict(zip(COLUMNS, ROWS[0], strict=True)) | changes
    return [values[column] for column in COLUMNS]


@pytest.mark.parametrize("kind", ["csv", "gb18030", "bom", "parquet", "table", "view"])
def test_it_reads_every_kind_of_table_alike(keys, tmp_path, kind):
    suffix = {"parquet": "parquet", "table": "db", "view": "sqlite"}.get(kind, "csv")
    path = tmp_path / f"bank.{suffix}"
    if kind == "parquet":
        columns = dict(zip(COLUMNS, zip(*ROWS, strict=True), strict=True))
        typed = columns | {"balance_fen": [int(fen) for fen in columns["balance_fen"]]}
        parquet.write_table(arrow.table({name: list(cells) for name, cells in typed.items()}), path)
    elif kind in ("table", "view"):
        stored = "bank" if kind == "table" else "accounts"
        with sqlite3.connect(path) as database:
            database.execute(f"create table {stored} ({', '.join(COLUMNS)})")
            marks = ", ".join("?" * len(COLUMNS))
            database.executemany(f"insert into {stored} values ({marks})", ROWS)
            if kind == "view":
                database.execute("create view bank as select * from accounts where name <> '李四'")
    else:
        write_rows(path, ROWS)
        text = path.read_text(encoding="utf-8")
        path.write_bytes(text.encode({"gb18030": "gb18030", "bom": "utf-8-sig"}.get(kind, "utf-8")))
    answer = found(keys, path)
    assert answer.outcome == "FOUND"
    assert [each["balance_fen"] for each in answer.records] == [3000000, 1000000]
    assert answer.as_of == date(2024, 7, 30)


@pytest.mark.parametrize(
    "written",
    [
        OLD,
        f" {ZHANG} ",
        f"{ZHANG[:6]}-{ZHANG[6:14]}-{ZHANG[14:]}",
        "".join(chr(ord(c) + 0xFEE0) for c in ZHANG),
    ],
    ids=["15 digits", "spaces", "hyphens", "full width"],
)
def test_it_finds_a_person_however_the_number_is_written(keys, tmp_path, written):
    answer = found(keys, write_rows(tmp_path / "bank.csv", [row(id_number=written)]))
    assert answer.outcome == "FOUND"
    assert answer.number == written.strip()


def test_a_number_one_digit_off_is_another_persons(keys, tmp_path):
    answer = found(keys, write_rows(tmp_path / "bank.csv", [row(id_number=LI)]))
    assert (answer.outcome, answer.records) == ("NOT_FOUND", ())
    off = ZHANG[:-1] + ("0" if ZHANG[-1] != "0" else "1")
    answer = found(keys, write_rows(tmp_path / "bank.csv", [row(id_number=off), ROWS[2]]))
    assert answer.outcome == "NOT_FOUND"


def test_rows_without_a_readable_number_are_nobodys_and_are_counted(tmp_path):
    rows = [row(), row(id_number=""), row(id_number="不详")]
    dataset = load(plain(write_rows(tmp_path / "bank.csv", rows), sources()["bank"]))
    assert (dataset.rows, dataset.nobodys) == (3, 2)


def test_it_discloses_nothing_of_the_same_number_under_another_name(keys, tmp_path):
    answer = found(keys, write_rows(tmp_path / "bank.csv", [row(name="王五")]))
    assert (answer.outcome, answer.records, answer.name) == ("NAME_MISMATCH", (), "张三")


def test_it_discloses_nothing_where_two_people_share_a_number(keys, tmp_path):
    answer = found(keys, write_rows(tmp_path / "bank.csv", [row(), row(name="王五")]))
    assert (answer.outcome, answer.records, answer.name) == ("MULTIPLE", (), "张三")


def test_it_echoes_the_row_that_is_written_least_like_what_was_asked(keys, tmp_path):
    rows = [row(), row(id_number=OLD), row()]
    assert found(keys, write_rows(tmp_path / "bank.csv", rows)).number == OLD


@pytest.mark.parametrize(
    "changes",
    [
        {"balance_fen": ""},
        {"balance_fen": "30000.00"},
        {"balance_fen": "3万"},
        {"balance_fen": "9" * 16},
        {"as_of": "soon"},
        {"as_of": ""},
        {"as_of": "2024-08-02"},
    ],
)
def test_a_cell_that_decides_a_figure_and_cannot_be_read_makes_all_unavailable(
    keys, tmp_path, changes
):
    path = write_rows(tmp_path / "bank.csv", [ROWS[1], row(**changes)])
    answer = found(keys, path)
    assert (answer.outcome, answer.as_of, answer.records) == ("UNAVAILABLE", None, ())


def test_any_other_cell_that_cannot_be_read_is_left_out(keys, tmp_path):
    path = write_rows(tmp_path / "bank.csv", [row(account_type="虚拟账户")])
    answer = found(keys, path, items=["bank.account_type", "bank.balance_fen"])
    assert (answer.outcome, answer.items) == ("PARTIAL", ("bank.balance_fen",))
    assert answer.records == ({"balance_fen": 3000000},)


def test_a_column_that_the_data_lacks_is_left_out(keys, tmp_path):
    path = tmp_path / "bank.csv"
    path.write_text(f"name,id_number,balance_fen\n张三,{ZHANG},5\n", encoding="utf-8")
    stamp = datetime(2024, 7, 15, 12, tzinfo=CHINA).timestamp()
    os.utime(path, (stamp, stamp))
    answer = found(keys, path)
    assert answer.outcome == "PARTIAL"
    assert answer.records == ({"balance_fen": 5},)
    assert answer.as_of == date(2024, 7, 15)


def tax(path: Path, *periods: str) -> Path:
    columns = ["name", "id_number", "as_of", "income_type", "period", "amount_fen"]
    rows = [["张三", ZHANG, "2024-07-31", "工资薪金", period, "420000"] for period in periods]
    return write_rows(path, rows, columns)


def test_it_answers_no_row_outside_the_period_asked(keys, tmp_path):
    path = tax(tmp_path / "tax.csv", "2023-07", "202308", "2024-07", "2024-08", "2022", "2023")
    answer = found(keys, path, source="tax", items=["tax.period", "tax.amount_fen"])
    assert [each["period"] for each in answer.records] == ["2023-08", "2024-07", "2023"]


def test_it_keeps_to_the_period_even_where_the_period_is_not_asked(keys, tmp_path):
    path = tax(tmp_path / "tax.csv", "2023-07", "2024-01")
    answer = found(keys, path, source="tax", items=["tax.amount_fen"])
    assert answer.records == ({"amount_fen": 420000},)


def test_nothing_in_the_period_is_nothing_found(keys, tmp_path):
    path = tax(tmp_path / "tax.csv", "2019-01")
    answer = found(keys, path, source="tax", items=["tax.amount_fen"])
    assert (answer.outcome, answer.as_of) == ("NOT_FOUND", date(2024, 7, 31))


@pytest.mark.parametrize("name", ["bank.txt", "bank.csv", "bank.parquet", "bank.db"])
def test_it_says_so_when_it_cannot_read_a_table(tmp_path, name):
    for content in (None, b"\xff\xff\xff"):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(DataUnreadable):
            read_table(tmp_path / name, name="bank")


def test_two_columns_of_one_name_are_no_table(tmp_path):
    (tmp_path / "bank.csv").write_text("name,id_number,name\na,b,c\n")
    with pytest.raises(DataUnreadable, match="列名重复"):
        read_table(tmp_path / "bank.csv", name="bank")


def test_it_does_not_write_into_a_departments_database(tmp_path):
    path = tmp_path / "bank.db"
    with sqlite3.connect(path) as database:
        database.execute("create table bank (name, id_number)")
    before = path.read_bytes()
    read_table(path, name="bank")
    assert path.read_bytes() == before
