"""Candidates laid side by side on Spark: those that DuckDB finds, with the same weights."""

from importlib.util import find_spec

import duckdb
import pytest

from tests.batch.test_candidates import papers, run
from tests.batch.test_recheck import results, rows

__all__ = ["papers"]
pytestmark = [pytest.mark.spark, pytest.mark.linkage]
SAID = """
    SELECT row_id, member_id, round(weight, 6), round(probability, 6), reasons
    FROM linked ORDER BY ALL
"""


@pytest.fixture(autouse=True)
def extra():
    if find_spec("splink") is None:
        pytest.skip("没有 Splink:请运行 make linkage-setup")


def test_spark_weighs_pairs_as_duckdb_does(tmp_path, spark):
    from hedui.batch.recheck.linkage import link
    from hedui.batch.recheck.linkage_on_spark import pairing
    from tests.linkage_figures import bring, made

    members, lines, _ = made(200, 7)
    with duckdb.connect() as here, duckdb.connect() as there:
        for connection in (here, there):
            bring(connection, members, lines)
        link(here, "link_rows", "link_members")
        session = spark.newSession()
        link(there, "link_rows", "link_members", pairing(session, there, tmp_path))
        found = here.execute(SAID).fetchall()
        assert len(found) > 30
        assert there.execute(SAID).fetchall() == found


def test_a_run_on_spark_writes_the_candidates_of_one_on_duckdb(papers, spark):
    """Nothing else changed in between, so Spark is there for the candidates alone."""
    run(papers, "out", suggest=True)
    first, found = results(papers / "out"), rows(papers / "out/candidates.parquet")
    assert len(found) > 10
    (papers / "out/candidates.parquet").unlink()
    run(papers, "out", suggest=True, engine="spark", master="local[2]")
    assert rows(papers / "out/candidates.parquet") == found
    assert results(papers / "out") == first
    assert not (papers / "out/.work/spark").exists()
