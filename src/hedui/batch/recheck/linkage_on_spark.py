"""
Candidates on Spark (分布式概率匹配): the same model, where one machine cannot hold all pairs.

What weighs how much is counted by DuckDB, as ever; Spark lays the pairs side by side. Its SQL lacks
two of the functions that the model's conditions name: Splink brings them as a jar.
"""

from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from duckdb import DuckDBPyConnection
from pyspark.sql import SparkSession
from pyspark.sql.types import DoubleType
from splink import SettingsCreator
from splink.backends.spark import SparkAPI, similarity_jar_location

from hedui.batch.delivery import text
from hedui.batch.recheck.linkage import Pairing, paired

JAR: Final = similarity_jar_location()
_BROUGHT: Final = {
    "damerau_levenshtein": "uk.gov.moj.dash.linkage.LevDamerauDistance",
    "jaro_winkler_similarity": "uk.gov.moj.dash.linkage.JaroWinklerSimilarity",
}
_PAIRS: Final = "pairs_on_spark"


def pairing(session: SparkSession, connection: DuckDBPyConnection, folder: Path) -> Pairing:
    """
    Give what lays pairs side by side on Spark.

    folder: which all machines see, for the tables of the pairs' two sides and for the pairs
    """
    opened: Any = SparkAPI

    def laid(settings: SettingsCreator, rows: str, members: str) -> str:
        own = session.newSession()  # one a source: views of the last keep their names
        for name, class_ in _BROUGHT.items():
            own.udf.registerJavaFunction(name, class_, DoubleType())
        here = folder / uuid4().hex
        here.mkdir(parents=True)
        sides = []
        for table in (rows, members):
            path = here / f"{table}.parquet"
            connection.execute(f"COPY {table} TO {text(str(path))} (FORMAT parquet)")
            sides.append(own.read.parquet(f"file://{path.resolve()}"))
        api = opened(
            spark_session=own, break_lineage_method="persist", register_udfs_automatically=False
        )
        found = paired(api, settings, *sides).as_spark_dataframe()
        found.write.parquet(f"file://{here.resolve()}/pairs")
        written = text(f"{here}/pairs/*.parquet")
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {_PAIRS} AS FROM read_parquet({written})")
        return _PAIRS

    return laid
