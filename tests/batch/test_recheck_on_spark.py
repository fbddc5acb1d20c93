"""A registry compared elsewhere: the same rows and the same files as on DuckDB."""

import itertools
import pickle
import random
import subprocess
import sys
from contextlib import nullcontext
from datetime import date
from functools import partial
from uuid import uuid4

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlglot
from sqlglot import exp

from hedui.batch import sample
from hedui.batch.recheck import DeliveryError, in_parts, spark_sql
from hedui.batch.recheck.by_place import HASHES
from hedui.batch.recheck.engine import COLUMNS, OnDuckDB
from hedui.batch.sample.population import write_population
from hedui.batch.sample.registry import write_registry
from hedui.faces.cli import commands
from tests.batch.made import GOLDEN
from tests.batch.test_households import bring_more, spoil_everything
from tests.batch.test_recheck import (
    but_changes,
    deliver_agreed,
    results,
    rows,
    run,
    write,
    written,
)

HOUSEHOLDS, A_PART, PARTS = 900, 250, 3
SPARK = [pytest.mark.spark, pytest.mark.timeout(1200)]  # some hundred little jobs
TYPES_OF_SPARK = {
    *(pa.string(), pa.bool_(), pa.date32(), pa.int8(), pa.int16(), pa.int32(), pa.int64())
}

WORKER = """
import pickle, sys, pyarrow
work, asked = pickle.load(sys.stdin.buffer)
found = pyarrow.Table.from_batches(work(iter([asked])))
with pyarrow.ipc.new_stream(sys.stdout.buffer, found.schema) as given:
    given.write_table(found)
"""


class Apart(OnDuckDB):
    """
    Another engine: what passes between it and a run is what passes with Spark.

    The parts are computed by a process that has the program and what it is given, and nothing else.

    texts: every query it was given
    """

    def __init__(self, folder):
        super().__init__(duckdb.connect())
        self.folder, self.texts = folder, []

    def make(self, table, query):
        self.texts.append(query)
        super().make(table, query)

    def add(self, table, query):
        self.texts.append(query)
        super().add(table, query)

    def rows(self, query):
        self.texts.append(query)
        return super().rows(query)

    def compute(self, task):
        for path in (one for one in task.kept.all if one.suffix != HASHES):
            check_types(pq.ParquetDataset(path).schema)
        dealt = self.folder / "parts"
        dealt.mkdir(parents=True)
        for table, query in in_parts.dealt(task.kept, PARTS):
            self.texts.append(query)
            self._write(query, f"parts/{table}", ", PARTITION_BY (part)")
        work = partial(in_parts.computed, folder=dealt, task=task)
        asked = pa.RecordBatch.from_pydict({"id": range(PARTS)})
        done = subprocess.run(
            [sys.executable, "-c", WORKER],
            input=pickle.dumps((work, asked)),
            stdout=subprocess.PIPE,
            check=True,
        )
        found = pa.ipc.open_stream(done.stdout).read_all()
        check_types(found.schema)
        pq.write_table(found, self.folder / "outcomes")

    def hand_over(self, connection):
        for table in COLUMNS:
            self._write(f"FROM {table}", table)
            connection.execute(f"INSERT INTO {table} BY NAME FROM {self._written(table)}")
        in_parts.take(connection, self._written("outcomes"))

    def _write(self, query, name, how=""):
        self._connection.execute(f"COPY ({query}) TO '{self.folder / name}' (FORMAT parquet{how})")

    def _written(self, name):
        return f"read_parquet('{self.folder / name}')"


def check_types(schema) -> None:
    """Hold what crosses to types that both engines have: no words as numbers of a list, say."""
    assert set(leaves(pa.struct(schema))) <= TYPES_OF_SPARK


def leaves(type_):
    """Give the types of which lists and structures are made."""
    if not (pa.types.is_list(type_) or pa.types.is_struct(type_)):
        yield type_
        return
    for number in range(type_.num_fields):
        yield from leaves(type_.field(number).type)


@pytest.fixture
def apart(tmp_path, monkeypatch):
    """Have what asks for Spark computed by `Apart`, each run by one of its own; give them."""
    engines = []

    def opened(*_):
        engines.append(Apart(tmp_path / "apart" / uuid4().hex))
        return nullcontext(engines[-1])

    monkeypatch.setattr("hedui.batch.recheck.run._on_spark", lambda *_: opened)
    return engines


@pytest.fixture(params=["apart", pytest.param("spark", marks=SPARK)])
def elsewhere(request):
    """Compute elsewhere: apart, as every suite can, and on Spark itself."""
    request.getfixturevalue(request.param)
    return {"engine": "spark", "master": "local[2]"}


def differing(one, other, name: str) -> int:
    """Count the rows of a result that are on one side only, twice what stands there twice."""
    mine, others = (f"SELECT * FROM '{folder}/{name}.parquet'" for folder in (one, other))
    with duckdb.connect() as connection:
        both = f"(({mine}) EXCEPT ALL ({others})) UNION ALL (({others}) EXCEPT ALL ({mine}))"
        return connection.execute(f"SELECT count(*) FROM ({both})").fetchall()[0][0]


def same(folder, elsewhere) -> list[dict]:
    """Compare here and elsewhere, and hold every row and every byte equal; give the households."""
    here = run(folder, "here").summary
    there = run(folder, "there", **elsewhere).summary
    for name in ("facts", "findings", "households"):
        assert differing(folder / "here", folder / "there", name) == 0, name
    assert here == there
    assert results(folder / "here") == results(folder / "there")
    assert not (folder / "there/.work/spark").exists()
    return rows(folder / "here/households.parquet")


def test_some_hundred_households_say_elsewhere_what_they_say_here(tmp_path, elsewhere, monkeypatch):
    monkeypatch.setattr(in_parts, "SIZE", A_PART)
    write_population(HOUSEHOLDS, tmp_path / "made", as_of=date(2024, 8, 1))
    homes = same(tmp_path / "made", elsewhere)
    assert {one["changed"] for one in homes} == {True, False, None}


def test_odd_rows_an_empty_file_and_an_absent_one_say_the_same(delivered, elsewhere, monkeypatch):
    deliver_agreed(delivered, random.Random(7))
    spoil_everything(delivered, random.Random(7), monkeypatch)
    bring_more(delivered, random.Random(7))
    empty = delivered / "sources/bank.csv"
    empty.write_text(empty.read_text(encoding="utf-8").partition("\n")[0] + "\n", "utf-8")
    (delivered / "sources/vehicle.csv").unlink()
    homes = same(delivered, elsewhere)
    assert {one["note"] for one in homes} > {None}


def test_a_second_run_elsewhere_takes_over_what_did_not_change(delivered, elsewhere):
    run(delivered, **elsewhere)
    path = delivered / "sources/bank.csv"
    path.write_text(path.read_text("utf-8").replace("00,", "01,", 3), "utf-8")
    run(delivered, **elsewhere)
    run(delivered, "here")
    assert but_changes(delivered / "out") == but_changes(delivered / "here")


def test_who_signed_for_minimal_forms_alone_is_asked_nothing_elsewhere_either(delivered, elsewhere):
    path = delivered / "registry/members.csv"
    lists = itertools.cycle(("bank.balance_band,tax", "*", "vehicle.has_vehicle"))
    write(path, [one | {"authorized_items": next(lists)} for one in written(path)])
    same(delivered, elsewhere)


def test_every_word_of_the_text_has_one_of_spark(delivered, apart):
    deliver_agreed(delivered, random.Random(7))
    run(delivered, engine="spark")
    (engine,) = apart
    assert len(engine.texts) > 60
    for text in engine.texts:
        unknown = sqlglot.parse_one(text, read="duckdb").find_all(exp.Anonymous)
        assert [function.name for function in unknown] == [], text
        written = spark_sql.query(text)
        assert "read_parquet" not in written.lower()
        sqlglot.parse_one(written, read="spark")


def test_a_machine_with_another_version_computes_nothing():
    with pytest.raises(DeliveryError):
        in_parts.checked(iter(()), expected="another")


def test_without_spark_one_line_says_how_to_get_it(tmp_path, monkeypatch, capsys):
    write_registry(sample.many(2, 7, **GOLDEN), tmp_path / "registry")
    (tmp_path / "sources").mkdir()
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "sqlglot", None)
    monkeypatch.delitem(sys.modules, "hedui.batch.recheck.on_spark", raising=False)
    options = [f"--{name}={tmp_path / name}" for name in ("registry", "sources", "out")]
    assert ended(monkeypatch, "--engine=spark", *options) == 2
    told = capsys.readouterr().err
    assert "make spark-setup" in told
    assert told.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_master_without_spark_is_told_and_not_ignored(tmp_path, monkeypatch, capsys):
    options = [f"--{name}={tmp_path}" for name in ("registry", "sources", "out")]
    assert ended(monkeypatch, "--master=spark://host:7077", *options) == 2
    assert "--engine spark" in capsys.readouterr().err


def ended(monkeypatch, *options: str) -> int:
    """Run the command as a terminal does; return its exit code."""
    monkeypatch.setattr(sys, "argv", ["hedui", "recheck", *options])
    with pytest.raises(SystemExit) as caught:
        commands.main()
    assert isinstance(caught.value.code, int)
    return caught.value.code
