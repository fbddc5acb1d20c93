"""A registry compared on Spark: the same rows and the same files as on DuckDB."""

import pickle
import random
import sys
from datetime import date
from importlib.util import find_spec

import duckdb
import pyarrow as pa
import pytest

from hedui.batch import sample
from hedui.batch.asked import everywhere
from hedui.batch.recheck import DeliveryError, comparing, in_parts, roll_call
from hedui.batch.recheck.engine import OnDuckDB, Task
from hedui.batch.recheck.kept import read_last
from hedui.batch.sample.population import write_population
from hedui.batch.sample.registry import write_registry
from hedui.faces.cli import commands
from hedui.policy.lock import place_parameters
from tests.batch.made import GOLDEN
from tests.batch.test_recheck import results, rows, run, spoil

HOUSEHOLDS, A_PART = 900, 250
TESTED = {"fail": 1, "unknown": 2, "pass": 3}


class Told(OnDuckDB):
    """An engine that keeps every text it is given."""

    def __init__(self, connection):
        super().__init__(connection)
        self.texts = []

    def make(self, table, query):
        self.texts.append(query)
        super().make(table, query)

    def add(self, table, query):
        self.texts.append(query)
        super().add(table, query)

    def rows(self, query):
        self.texts.append(query)
        return super().rows(query)


def differing(one, other, name: str) -> int:
    """Count the rows of a result that are on one side only, twice what stands there twice."""
    mine, others = (f"SELECT * FROM '{folder}/{name}.parquet'" for folder in (one, other))
    with duckdb.connect() as connection:
        both = f"(({mine}) EXCEPT ALL ({others})) UNION ALL (({others}) EXCEPT ALL ({mine}))"
        return connection.execute(f"SELECT count(*) FROM ({both})").fetchall()[0][0]


def same(folder) -> None:
    """Compare on both engines, and hold every row and every byte equal."""
    here = run(folder, "here").summary
    there = run(folder, "there", engine="spark", master="local[2]").summary
    for name in ("facts", "findings"):
        assert differing(folder / "here", folder / "there", name) == 0, name
    assert here == there
    assert results(folder / "here") == results(folder / "there")
    assert not (folder / "there/.work/spark").exists()


@pytest.mark.spark
def test_some_hundred_households_say_on_spark_what_they_say_on_duckdb(tmp_path, spark, monkeypatch):
    monkeypatch.setattr(in_parts, "SIZE", A_PART)
    write_population(HOUSEHOLDS, tmp_path / "made", as_of=date(2024, 8, 1))
    same(tmp_path / "made")


@pytest.mark.spark
def test_odd_rows_an_empty_file_and_an_absent_one_say_the_same(tmp_path, spark):
    made = sample.many(40, 7, **GOLDEN)
    write_registry(made, tmp_path / "registry")
    sample.write_sources(made, tmp_path / "sources")
    for path in sorted((tmp_path / "sources").iterdir()):
        spoil(path, random.Random(path.name))
    empty = tmp_path / "sources/bank.csv"
    empty.write_text(empty.read_text(encoding="utf-8").partition("\n")[0] + "\n", "utf-8")
    (tmp_path / "sources/vehicle.csv").unlink()
    same(tmp_path)


@pytest.mark.spark
def test_every_word_of_the_text_has_one_of_spark(tmp_path):
    if find_spec("sqlglot") is None or find_spec("pyspark") is None:
        pytest.skip("没有 Spark:请运行 make spark-setup")
    import sqlglot
    from sqlglot import exp

    from hedui.batch.recheck import on_spark

    made = sample.many(40, 7, **GOLDEN)
    write_registry(made, tmp_path / "registry")
    sample.write_sources(made, tmp_path / "sources")
    run(tmp_path)
    kept = {
        path.name.partition("-")[0]: path for path in (tmp_path / "out/.work").glob("*.parquet")
    }
    with duckdb.connect() as connection:
        told = Told(connection)
        roll_call.bring_people(
            told, kept["members"], kept["households"], asked=everywhere().values()
        )
        comparing.bring_declared(told, kept["declared"])
        for name, source in everywhere().items():
            comparing.compare(told, source, kept.get(name), comparing.words(told))
    assert len(told.texts) > 60
    for text in told.texts:
        unknown = sqlglot.parse_one(text, read="duckdb").find_all(exp.Anonymous)
        assert [function.name for function in unknown] == [], text
        written = on_spark.translated(text)
        assert "read_parquet" not in written.lower()
        sqlglot.parse_one(written, read="spark")


@pytest.mark.spark
def test_a_second_run_on_spark_takes_over_what_did_not_change(tmp_path, spark):
    made = sample.many(40, 7, **GOLDEN)
    write_registry(made, tmp_path / "registry")
    sample.write_sources(made, tmp_path / "sources")
    elsewhere = {"engine": "spark", "master": "local[2]"}
    run(tmp_path, **elsewhere)
    path = tmp_path / "sources/bank.csv"
    path.write_text(path.read_text("utf-8").replace("00,", "01,", 3), "utf-8")
    run(tmp_path, **elsewhere)
    run(tmp_path, "here")
    again, here = results(tmp_path / "out"), results(tmp_path / "here")
    assert {n for n in here if again[n] != here[n]} <= {"changes.parquet"}


def test_parts_of_a_registry_together_say_what_the_whole_says(tmp_path):
    made = sample.many(60, 7, **GOLDEN)
    write_registry(made, tmp_path / "registry")
    sample.write_sources(made, tmp_path / "sources")
    for path in sorted((tmp_path / "sources").iterdir()):
        spoil(path, random.Random(path.name))
    run(tmp_path)
    last = read_last(tmp_path / "out/.work")
    assert last is not None
    with duckdb.connect() as connection:
        here = OnDuckDB(connection)
        roll_call.bring_people(here, last.kept.members, last.kept.households, everywhere().values())
        days = comparing.newest_days(here, last.kept.sources)
        for name, query in in_parts.dealt(last.kept, 7):
            to = f"'{tmp_path / 'parts' / name}' (FORMAT parquet, PARTITION_BY (part))"
            (tmp_path / "parts").mkdir(exist_ok=True)
            connection.execute(f"COPY ({query}) TO {to}")
    task = pickle.loads(pickle.dumps(Task(last.kept, days, place_parameters(), alone=False)))
    asked = pa.RecordBatch.from_pydict({"id": range(7)})
    found = in_parts.computed(iter([asked]), folder=tmp_path / "parts", task=task)
    parts = sorted((row for batch in found for row in batch.to_pylist()), key=lambda row: row["h"])
    whole = rows(tmp_path / "out/households.parquet")
    assert [row["h"] for row in parts] == list(range(60))
    for part, one in zip(parts, whole, strict=True):
        assert part["per_capita"] == one["per_capita_income_fen"]
        tests = {name: test and TESTED[test] for name, test in one["tests"].items()}
        assert {name: part[name] or None for name in tests} == tests
        for name in ("categories", "possible", "declared_categories", "changed", "note"):
            assert part[name] == one[name], name
    assert {path.name for path in (tmp_path / "parts").iterdir()} >= {"members", "bank"}
    assert sum(len(row["unheard"] or ()) for row in parts) > 0


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
