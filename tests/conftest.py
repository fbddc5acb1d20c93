"""What the tests of the procedure share: an installation of their own, and the cast."""

import gc
import logging
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from copy import copy
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import HealthCheck, settings

from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.scope import acting_as
from tests import cast, databases

# Names the application's role, where the suite is to be run as it, under the row rules.
ROW_RULES = "HEDUI_TEST_ROW_RULES"

# How fast this machine is at the moment is no law of Hedui's.
settings.register_profile("laws", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("laws")

# Set where the suite is run once more on another database: what meets none has been tried already.
ON_A_DATABASE = "HEDUI_TEST_ONLY_ON_A_DATABASE"

# What the registries are drawn by that the independent script reckons. To look for what no seed has
# shown yet, set another; a suite that draws its own goes red for whoever changed something else.
REGISTRY_SEED = "HEDUI_REGISTRY_SEED"

# What takes minutes begins first, so that nobody waits for it alone in the end.
LONGEST = ("test_on_postgresql", "test_killed_at_any_moment", "test_under_row_rules")


def pytest_configure() -> None:
    """
    Have SQLite in memory, as each of several workers has it of Django's own connection.

    The suite's tables are made as the models are: see `databases.make_tables`.
    """
    os.environ.setdefault(REGISTRY_SEED, "77")
    connection.settings_dict["TEST"]["MIGRATE"] = False
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = ":memory:"


def pytest_report_header() -> str:
    return f"{REGISTRY_SEED}={os.environ[REGISTRY_SEED]}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the files of `LONGEST` before all others; see `ON_A_DATABASE`."""
    order = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path.stem, len(order)))
    if os.environ.get(ON_A_DATABASE):
        config.hook.pytest_deselected(items=[item for item in items if not _meets_one(item)])
        items[:] = filter(_meets_one, items)


def pytest_collection_finish() -> None:
    """Take what is there now, which stays to the end, out of what is searched for garbage."""
    gc.collect()
    gc.freeze()


def _meets_one(item: pytest.Item) -> bool:
    wanted = getattr(item, "fixturenames", ())
    return "db" in wanted or item.get_closest_marker("django_db") is not None


@pytest.fixture(scope="session", autouse=True)
def _installation(tmp_path_factory: pytest.TempPathFactory):
    """Give the suite a data directory and keys of its own."""
    from django.conf import settings

    from hedui.procedure.record.keys import make_keys

    folder = tmp_path_factory.mktemp("installation")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast
    settings.HEDUI_READ_SECONDS = 0  # tests read fast
    settings.DATA_DIR = folder
    settings.HEDUI_KEYS_DIR = folder / "keys"
    make_keys()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, tmp_path_factory) -> Path:
    """
    Copy the tables of the suite's SQLite into a file while nothing is in them; see `tables`.

    Put the row rules on the suite's database, where it is run under them (`ROW_RULES`).
    """
    file = tmp_path_factory.mktemp("tables") / "hedui.sqlite3"
    with django_db_blocker.unblock():
        if connection.connection:  # there is one, if a test asks
            databases.complete()
            if connection.vendor == "sqlite":
                with closing(sqlite3.connect(file)) as copied:
                    connection.connection.backup(copied)
        if role := os.environ.get(ROW_RULES):
            from hedui.procedure.record import privileges

            privileges.grant(role)
    return file


@pytest.fixture(scope="session")
def tables(django_db_setup, django_db_blocker) -> Path:
    """
    Return a SQLite file as an installation begins that nothing was done in, to be copied.

    Many tests want a database of their own, and to make its tables takes seconds.
    """
    if not django_db_setup.exists():
        with django_db_blocker.unblock(), databases.pointed_at(f"sqlite:///{django_db_setup}"):
            databases.make_tables()
    return django_db_setup


@contextmanager
def under_row_rules() -> Iterator[None]:
    """Serve what follows as the application's role; what a test looks at, it sees as the worker."""
    role = os.environ.get(ROW_RULES)
    if not role:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f'SET ROLE "{role}"')  # undone with the test's transaction
    with acting_as(WORKER.identifier):
        yield


@pytest.fixture(scope="session")
def settlement() -> dict[str, Any]:
    """Hold what the first test of the suite settled, so that the others need not."""
    return {}


@pytest.fixture
def county(db, settlement) -> Iterator[cast.County]:
    """
    Return 黄浦区 with its agencies, officers, form and six departments.

    The acts that settle it are done once; from then on their rows, entries included, are put in.
    """
    if not settlement:
        settlement["county"] = cast.county()
        settlement["rows"] = {
            model: list(model._default_manager.all())
            for room in ("agencies", "authorizations", "commissions", "inquiries", "record")
            for model in apps.get_app_config(room).get_models()
        }
    else:
        for model, rows in settlement["rows"].items():
            model._default_manager.bulk_create(map(_as_it_began, rows))
        for one in settlement["rows"][apps.get_model("agencies", "Agreement")]:
            one.save(update_fields=["approved_by", "approved_at"])
    with under_row_rules():
        yield settlement["county"]


def _as_it_began(row: Any) -> Any:
    """Return a copy of a row that the database takes in: an agreement begins unapproved."""
    began = copy(row)
    if row._meta.model_name == "agreement":
        began.approved_by, began.approved_at = "", None
    return began


def pytest_runtest_makereport(item, call):
    """Under HEDUI_CI a skip for want of a database, chromium or SoftHSM is a failure."""
    demanded = os.environ.get("HEDUI_CI")
    optional = ("spark", "linkage")
    marks = (
        (demanded,)
        if demanded in optional
        else ("postgres", "mysql", "browser", "softhsm", "faketime")
    )
    needs = [mark for mark in marks if item.get_closest_marker(mark)]
    skipped = call.excinfo is not None and call.excinfo.errisinstance(pytest.skip.Exception)
    if needs and skipped and demanded:
        call.excinfo = pytest.ExceptionInfo.from_exception(
            AssertionError(f"CI must not skip what needs {needs[0]}: {call.excinfo.value}")
        )


def postgres_url() -> str:
    """Return the server the tests may use, or skip with the reason."""
    url = os.environ.get("HEDUI_TEST_POSTGRES_URL")
    if not url:
        pytest.skip("没有 PostgreSQL:请设置 HEDUI_TEST_POSTGRES_URL")
    return url


@pytest.fixture(scope="session")
def spark_is_there() -> None:
    """Skip with the reason where Spark or Java is missing."""
    if find_spec("pyspark") is None:
        pytest.skip("没有 Spark:请运行 make spark-setup")
    if which("java") is None:
        pytest.skip("没有 Java:请安装 default-jre-headless")


@pytest.fixture(scope="session")
def spark(spark_is_there):
    """Start Spark on two cores of this machine."""
    from pyspark.sql import SparkSession

    from hedui.batch.recheck import on_spark

    os.environ["PYSPARK_PYTHON"] = sys.executable  # else whatever python3 stands first in the path
    logging.getLogger("py4j").setLevel(logging.WARNING)
    builder = SparkSession.builder.master("local[2]").appName("hedui-tests")
    for name, value in (
        ("spark.ui.enabled", "false"),
        ("spark.driver.host", "127.0.0.1"),
        ("spark.sql.shuffle.partitions", "4"),
        *on_spark.jars().items(),
    ):
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@dataclass(frozen=True, slots=True)
class Own:
    """A database of the suite's own: its address, and the county that was settled in it."""

    url: str
    county: cast.County


def _settled(url: str, blocker) -> Own:
    """Settle the county."""
    with blocker.unblock(), databases.pointed_at(url):
        return Own(url, cast.county())


@pytest.fixture
def begun(tables, tmp_path) -> Path:
    """Return a data directory in which the tables have been made, and nothing else."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(tables, folder)
    return folder


@pytest.fixture(scope="session")
def own_sqlite(tables, tmp_path_factory, django_db_blocker):
    """Make a SQLite file of the suite's own."""
    file = shutil.copy(tables, tmp_path_factory.mktemp("own"))
    return _settled(f"sqlite:///{file}", django_db_blocker)


@pytest.fixture(scope="session")
def own_postgres(django_db_blocker):
    """Make a PostgreSQL database of the suite's own, owned by a role that is no superuser."""
    with databases.empty_on(postgres_url(), "own") as url:
        with django_db_blocker.unblock(), databases.pointed_at(url):
            databases.make_tables()
        yield _settled(url, django_db_blocker)


@contextmanager
def _in(own, django_db_blocker):
    with django_db_blocker.unblock(), databases.pointed_at(own.url):
        cast.nobody_rests()
        yield own.county


@pytest.fixture(
    params=[
        pytest.param("own_sqlite", id="own_sqlite"),
        pytest.param("own_postgres", id="own_postgres", marks=pytest.mark.postgres),
    ]
)
def committed(request, django_db_blocker):
    """Return the county in a database in which commits are real, for both databases in turn."""
    with _in(request.getfixturevalue(request.param), django_db_blocker) as county:
        yield county


@pytest.fixture
def committed_sqlite(own_sqlite, django_db_blocker):
    """Return the county in a SQLite file in which commits are real."""
    with _in(own_sqlite, django_db_blocker) as county:
        yield county


@pytest.fixture
def committed_postgres(own_postgres, django_db_blocker):
    """Return the county in a PostgreSQL database in which commits are real."""
    with _in(own_postgres, django_db_blocker) as county:
        yield county
