"""
A recheck on Spark (分布式复核): the same SQL text, translated, over the same Parquet, and the rules
part by part (`in_parts`).

What it gives is taken back as Parquet into DuckDB, which writes the results. With a cluster, all
its machines must see the output directory under the same path, and have this program.
"""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from duckdb import DuckDBPyConnection
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructType

from hedui.batch.delivery import DeliveryError, text
from hedui.batch.recheck import in_parts, spark_sql
from hedui.batch.recheck.engine import COLUMNS, Task
from hedui.batch.recheck.opening import bytes_of
from hedui.batch.recheck.versions import program

if TYPE_CHECKING:  # of an extra
    from hedui.batch.recheck.linkage import Pairing

_ALIKE: Final = {
    "spark.sql.ansi.enabled": "true",  # what does not fit is an error and never another number
    "spark.sql.session.timeZone": "UTC",  # days are days; nothing here knows an hour
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
}

_PARTS: Final = "parts"
_OUTCOMES: Final = "outcomes"
_MEMORY: Final = "4GB"
_A_CORE: Final = 4
"""Parts for each core of this machine; the two hundred of a cluster are mostly overhead on it."""


class OnSpark:
    """The comparison's tables as views of a session; what it gives, as Parquet in a folder."""

    def __init__(self, session: SparkSession, folder: Path) -> None:
        self._session = session
        self._folder = folder
        self._made: dict[str, DataFrame] = {}

    def make(self, table: str, query: str) -> None:
        """Make a table, or make it anew; most are read several times, so it is kept."""
        self._show(table, self._session.sql(spark_sql.query(query)).persist())

    def fill(self, table: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Make a small table of given rows."""
        self._show(table, self._session.createDataFrame(rows, columns).persist())

    def add(self, table: str, query: str) -> None:
        """Add rows to a table of `COLUMNS`."""
        columns = StructType.fromDDL(COLUMNS[table])
        assert isinstance(columns, StructType)
        found = self._session.sql(spark_sql.query(query)).to(columns)
        found.write.mode("append").parquet(self._url(table))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Answer a question."""
        return [tuple(row) for row in self._session.sql(spark_sql.query(query)).collect()]

    def check(self) -> None:
        """Stop where the machines do not run this very program, before any work is done."""
        cores = self._session.sparkContext.defaultParallelism
        work = partial(in_parts.checked, expected=program())
        self._session.range(0, cores, 1, cores).mapInArrow(work, "id bigint").count()

    def compute(self, task: Task) -> None:
        """Compute the rules of every household, a part of the registry on each core."""
        homes = f"read_parquet({text(str(task.kept.households))})"
        parts = -(-self.rows(f"SELECT count(*) FROM {homes}")[0][0] // in_parts.SIZE)
        for table, query in in_parts.dealt(task.kept, parts):
            rows = self._session.sql(spark_sql.query(query)).repartition(parts, "part")
            rows.write.partitionBy("part").parquet(self._url(f"{_PARTS}/{table}"))
        columns = spark_sql.columns(in_parts.COLUMNS)
        work = partial(in_parts.computed, folder=(self._folder / _PARTS).resolve(), task=task)
        one_each = self._session.range(0, parts, 1, parts)
        one_each.mapInArrow(work, columns).write.parquet(self._url(_OUTCOMES))

    def hand_over(self, connection: DuckDBPyConnection) -> None:
        """Add the rows of `COLUMNS`, of `outcomes` and `unheard` to these tables in DuckDB."""
        for table in COLUMNS:
            connection.execute(f"INSERT INTO {table} BY NAME FROM {self._written(table)}")
        in_parts.take(connection, self._written(_OUTCOMES))

    def pairing(self, connection: DuckDBPyConnection) -> "Pairing":
        """Give what lays pairs for candidates side by side. Needs the extra `linkage`."""
        from hedui.batch.recheck.linkage_on_spark import pairing  # noqa: PLC0415 - an extra

        return pairing(self._session, connection, self._folder)

    def _url(self, table: str) -> str:
        return f"file://{self._folder.resolve()}/{table}"

    def _written(self, table: str) -> str:
        return f"read_parquet({text(f'{self._folder}/{table}/*.parquet')})"

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
    shutil.rmtree(work / "spark", ignore_errors=True)
    # of this run alone: tasks of one that was killed may still be writing to theirs
    folder = work / "spark" / uuid4().hex
    root = running or _started(master, folder, memory)
    session = root.newSession()
    for name, value in _ALIKE.items():
        session.conf.set(name, value)
    engine = OnSpark(session, folder)
    try:
        engine.check()
        yield engine
    except (PySparkException, Py4JError) as error:
        raise DeliveryError(_told(error, work)) from error
    finally:
        engine.close()
        if running is None:
            root.stop()
        shutil.rmtree(work / "spark", ignore_errors=True)


def _told(error: Exception, work: Path) -> str:
    """Say what can be done about what stopped Spark."""
    if any(one in str(error) for one in ("No module named", in_parts.ANOTHER)):
        return (
            "Spark 的执行机上没有同一版本的 hedui 或所需的库:请用 make spark-package 打包,"
            "并按 recheck-a-registry 一文在 spark-defaults.conf 中写明"
        )
    if any(one in str(error) for one in ("PYTHON_VERSION_MISMATCH", "Cannot run program")):
        return (
            f"Spark 的执行机上没有与本机相同的 Python({sys.version_info[0]}.{sys.version_info[1]}):"
            "请在执行 hedui 时用环境变量 PYSPARK_PYTHON 写明各执行机上它的路径"
        )
    kind = type(error).__name__
    return f"Spark 没有比对完({kind}):请看 Spark 的日志;集群各机器须能以同一路径读写 {work}"


def jars() -> Mapping[str, str]:
    """Name what Spark has to load for candidates, where the extra `linkage` is there."""
    if find_spec("splink") is None:
        return {}
    from hedui.batch.recheck.linkage_on_spark import JAR  # noqa: PLC0415 - an extra

    return {"spark.jars": JAR}


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
        **jars(),
    }
    if master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # else the first python3 there is
        settings |= {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.memory": f"{bytes_of(memory or _MEMORY) >> 20}m",
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
