"""
The comparison on Spark (分布式比对): the same SQL text, translated, over the same Parquet.

What it gives is taken back into DuckDB, where the rules are computed and the results written. With
a cluster, all its machines must see the output directory under the same path.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import sqlglot
from duckdb import DuckDBPyConnection
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructType
from sqlglot import exp

from hedui.batch.delivery import DeliveryError, text
from hedui.batch.recheck.engine import COLUMNS

_ALIKE: Final = {
    "spark.sql.ansi.enabled": "true",  # what does not fit is an error and never another number
    "spark.sql.session.timeZone": "UTC",  # days are days; nothing here knows an hour
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
}

_A_CORE: Final = 4
"""Parts for each core of this machine; the two hundred of a cluster are mostly overhead on it."""


def translated(query: str) -> str:
    """Write a query of the comparison, which is in DuckDB's words, in Spark's."""
    tree = sqlglot.parse_one(query, read="duckdb").transform(_as_relation)
    refused = sqlglot.ErrorLevel.RAISE
    return str(tree.sql(dialect="spark", identify=True, unsupported_level=refused))


def _as_relation(node: exp.Expression) -> exp.Expression:
    """Name a Parquet file as Spark does: as a table, `parquet` being its schema."""
    if isinstance(node, exp.Table) and isinstance(node.this, exp.ReadParquet):
        (path,) = node.this.expressions
        named = exp.to_identifier(f"file://{Path(path.name).resolve()}", quoted=True)
        return exp.Table(this=named, db=exp.to_identifier("parquet"), alias=node.args.get("alias"))
    return node


class OnSpark:
    """The comparison's tables as views of a session; what it gives, as Parquet in a folder."""

    def __init__(self, session: SparkSession, folder: Path) -> None:
        self._session = session
        self._folder = folder
        self._made: dict[str, DataFrame] = {}

    def make(self, table: str, query: str) -> None:
        """Make a table, or make it anew; most are read several times, so it is kept."""
        self._show(table, self._session.sql(translated(query)).persist())

    def fill(self, table: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Make a small table of given rows."""
        self._show(table, self._session.createDataFrame(rows, columns).persist())

    def add(self, table: str, query: str) -> None:
        """Add rows to a table of `COLUMNS`."""
        columns = StructType.fromDDL(COLUMNS[table])
        assert isinstance(columns, StructType)
        found = self._session.sql(translated(query)).to(columns)
        found.write.mode("append").parquet(f"file://{self._folder.resolve()}/{table}")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Answer a question."""
        return [tuple(row) for row in self._session.sql(translated(query)).collect()]

    def hand_over(self, connection: DuckDBPyConnection) -> None:
        """Add the rows of `COLUMNS` to the tables of that name in DuckDB."""
        for table in COLUMNS:
            files = text(f"{self._folder}/{table}/*.parquet")
            connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM read_parquet({files})")

    def _show(self, table: str, made: DataFrame) -> None:
        made.createOrReplaceTempView(table)
        if table in self._made:
            self._made[table].unpersist()
        self._made[table] = made

    def close(self) -> None:
        """Forget all tables."""
        for made in self._made.values():
            made.unpersist()


@contextmanager
def opened(master: str, work: Path, memory: str) -> Iterator[OnSpark]:
    """
    Open a session on a master (`local[*]`, `spark://host:7077`); one that is open is used.

    work: folder for what is given, taken away afterwards
    memory: of a local session, such as 4GB

    :raises DeliveryError: there is no Java, Spark cannot be started there, or does not get through
    """
    running = SparkSession.getActiveSession()
    folder = work / "spark"
    shutil.rmtree(folder, ignore_errors=True)
    root = running or _started(master, folder, memory)
    session = root.newSession()
    for name, value in _ALIKE.items():
        session.conf.set(name, value)
    engine = OnSpark(session, folder)
    try:
        yield engine
    except (PySparkException, Py4JError) as error:
        kind = type(error).__name__
        raise DeliveryError(
            f"Spark 没有比对完({kind}):请看 Spark 的日志;集群各机器须能以同一路径读写 {work}"
        ) from error
    finally:
        engine.close()
        if running is None:
            root.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _started(master: str, folder: Path, memory: str) -> SparkSession:
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise DeliveryError(
            "没有 Java:请安装 default-jre-headless(17 或更新),或去掉 --engine spark"
        )
    settings = {
        "spark.log.level": "ERROR",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
    }
    if master.startswith("local"):
        settings |= {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.memory": memory.upper().removesuffix("B") or "4G",
            "spark.local.dir": str(folder / "spill"),
            "spark.sql.shuffle.partitions": str(_A_CORE * (os.cpu_count() or 1)),
        }
    builder = SparkSession.builder.master(master).appName("hedui-recheck")
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except Exception as error:
        kind = type(error).__name__
        raise DeliveryError(
            f"Spark 没有在 {master} 启动({kind}):请检查 --master 和 Java(17 或更新)"
        ) from error
