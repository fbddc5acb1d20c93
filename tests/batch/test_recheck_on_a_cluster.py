"""A registry compared on a cluster of Spark's own: a master and a worker, processes apart."""

import os
import re
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from importlib.metadata import distribution
from pathlib import Path

import pytest

from tests.batch.test_recheck import results, run

pytestmark = [pytest.mark.spark, pytest.mark.timeout(1200)]
PATIENCE = 120
"""Seconds in which a process of the cluster says that it stands."""
OURS = """
spark.driver.host             127.0.0.1
spark.executor.memory         512m
spark.sql.shuffle.partitions  2
"""
"""What one writes in spark-defaults.conf for a cluster of one core."""


@pytest.fixture
def configured(tmp_path, monkeypatch, spark_is_there):
    """Configure Spark as an operator does who installed this program on each machine."""
    folder = tmp_path / "conf"
    folder.mkdir()
    (folder / "spark-defaults.conf").write_text(OURS)
    monkeypatch.setenv("SPARK_CONF_DIR", str(folder))
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)


@pytest.fixture
def master(tmp_path, configured):
    """Start a master and a worker with one core; give the master's address."""
    with ExitStack() as running:
        started = r"Starting Spark master at (spark://\S+)"
        log = tmp_path / "master.log"
        address = running.enter_context(process(log, started, "master.Master"))
        registered = r"Successfully registered with master (\S+)"
        options = ["--cores=1", "--memory=1g", f"--work-dir={tmp_path / 'work'}", address]
        log = tmp_path / "worker.log"
        running.enter_context(process(log, registered, "worker.Worker", *options))
        yield address


@contextmanager
def process(log: Path, said: str, name: str, *options: str):
    """Run a process of the cluster, from when it says that it stands; give what it said."""
    home = Path(str(distribution("pyspark").locate_file("pyspark")))
    named = f"org.apache.spark.deploy.{name}"
    where = ["--host=127.0.0.1", "--port=0", "--webui-port=0"]
    where = [part for option in (*where, *options) for part in option.split("=", 1)]
    with log.open("wb") as told:
        running = subprocess.Popen(
            [home / "bin/spark-class", named, *where],
            env={**os.environ, "SPARK_HOME": str(home)},
            stdout=told,
            stderr=subprocess.STDOUT,
        )
    try:
        yield heard(running, log, said)
    finally:
        running.terminate()
        running.wait(PATIENCE)


def heard(running: subprocess.Popen, log: Path, said: str) -> str:
    """Wait until something is said in a log."""
    until = time.monotonic() + PATIENCE
    while not (found := re.search(said, log.read_text(errors="replace"))):
        assert running.poll() is None and time.monotonic() < until, log.read_text(errors="replace")
        time.sleep(0.2)
    return found[1]


def recheck(folder: Path, address: str, out: str) -> subprocess.CompletedProcess:
    """Give the command, as in a terminal."""
    given = [f"--{name}={folder / name}" for name in ("registry", "sources")]
    where = ["--engine=spark", f"--master={address}", f"--out={folder / out}"]
    return subprocess.run(
        [sys.executable, "-m", "hedui", "recheck", *given, *where],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_cluster_finds_what_one_machine_finds(delivered, master):
    done = recheck(delivered, master, "there")
    assert done.returncode == 0, done.stderr
    run(delivered, "here")
    assert results(delivered / "here") == results(delivered / "there")
    assert not (delivered / "there/.work/spark").exists()


def test_a_worker_without_the_python_named_is_told_in_one_sentence(delivered, master, monkeypatch):
    monkeypatch.setenv("PYSPARK_PYTHON", "/nowhere/python")
    done = recheck(delivered, master, "there")
    assert done.returncode == 2
    assert "PYSPARK_PYTHON" in done.stderr.splitlines()[-1]
    assert not list((delivered / "there").glob("*.parquet"))
