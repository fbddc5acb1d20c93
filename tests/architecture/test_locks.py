"""The locks: what is installed is pinned and hashed, and two locks never disagree."""

import re
from pathlib import Path

REQUIREMENTS = Path(__file__).parents[2] / "requirements"
PIN = re.compile(r"^([a-z0-9.-]+)==(\S+)( ; [^\\]+)? \\$", re.MULTILINE)


def _pins(name: str) -> dict[str, set[tuple[str, str]]]:
    pins: dict[str, set[tuple[str, str]]] = {}
    for package, version, marker in PIN.findall((REQUIREMENTS / name).read_text("utf-8")):
        pins.setdefault(package, set()).add((version, marker))
    return pins


def test_spark_has_a_lock_of_its_own_that_agrees_with_the_other():
    always, spark = _pins("lock.txt"), _pins("spark.txt")
    assert "pyspark" in spark
    assert "pyspark" not in always
    shared = always.keys() & spark.keys()
    assert {"numpy", "pyarrow"} <= shared
    for package in shared:
        assert {v for v, _ in spark[package]} == {v for v, _ in always[package]}, package


def test_the_machines_of_a_cluster_get_what_stands_in_the_other_locks():
    known = {**_pins("lock.txt"), **_pins("spark.txt")}
    executors = _pins("executors.txt")
    assert {"duckdb", "numpy", "pyarrow"} <= executors.keys()
    assert not {"django", "pyspark"} & executors.keys()
    for package, pinned in executors.items():
        assert {v for v, _ in pinned} <= {v for v, _ in known[package]}, package


def test_a_departments_gateway_has_a_lock_of_its_own_without_the_platforms():
    always, department = _pins("lock.txt"), _pins("department.txt")
    assert {"jinja2", "openpyxl"} <= department.keys()  # its page, and tables that it signs
    assert not {"django", "duckdb", "numpy", "typst"} & department.keys()
    for package in department.keys() & always.keys():
        assert {v for v, _ in department[package]} == {v for v, _ in always[package]}, package
    assert department.keys() - always.keys() <= {"tzdata"}
