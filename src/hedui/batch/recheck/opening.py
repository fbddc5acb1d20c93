"""The connection to DuckDB in which a recheck is computed (计算环境), with its limits."""

import re
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from hedui.batch.delivery import DeliveryError
from hedui.batch.recheck import kinds, people

_OWN = 400 << 20
"""Bytes that Python, the columns of the rules and what the engine does not count take."""


def connected(folder: Path, memory: str = "", threads: int = 0) -> DuckDBPyConnection:
    """
    Open DuckDB with the types and macros of a recheck.

    folder: where it goes when memory ends; memory: of the whole process, such as 4GB

    :raises DeliveryError: `memory` is no amount of memory
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    connection = duckdb.connect(":memory:", config={"temp_directory": str(folder / "spill")})
    connection.execute("SET enable_progress_bar = false")
    if memory:
        whole = bytes_of(memory)
        connection.execute(f"SET memory_limit = '{max(whole - _OWN, whole // 4)}B'")
    if threads:
        connection.execute(f"SET threads = {int(threads)}")
    for macro in people.MACROS:
        connection.execute(macro)
    kinds.bring_types(connection)
    return connection


def bytes_of(memory: str) -> int:
    """Read an amount of memory, as 4GB or 800MB. :raises DeliveryError: it is none"""
    written = re.fullmatch(r"([0-9]+)\s*([KMGT])i?B?", memory.strip(), re.IGNORECASE)
    if written is None:
        raise DeliveryError(f"内存上限 {memory} 看不懂,请写成 4GB 或 800MB")
    return int(written[1]) << 10 * (1 + "KMGT".index(written[2].upper()))
