"""What a recheck is computed in (计算环境): its connection to DuckDB, its directory, its limits."""

import errno
import fcntl
import re
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def claimed(out: Path, folder: Path) -> Iterator[None]:
    """
    Keep other runs out of a directory of results; whoever is killed lets it go.

    folder: its own, where the lock stands

    :raises DeliveryError: another run writes there
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DeliveryError(
                f"{out}:另一次复核正在写这个目录,请等它结束,或另指定 --out"
            ) from None
        yield


@contextmanager
def within_limits(out: Path) -> Iterator[None]:
    """
    Tell of memory or a disk that did not suffice what to do about it.

    :raises DeliveryError: instead of whatever tells of it
    """
    try:
        yield
    except (duckdb.OutOfMemoryException, MemoryError) as error:
        # what does not fit into memory goes to disk, and the engine calls either out of memory
        raise DeliveryError(_FULL.format(out) if _OF_DISK in str(error) else _SMALL) from error
    except (duckdb.IOException, OSError) as error:
        number = error.errno if isinstance(error, OSError) else None
        if number not in (errno.ENOSPC, errno.EDQUOT) and _NO_SPACE not in str(error):
            raise
        raise DeliveryError(_FULL.format(out)) from error


_OF_DISK = "max_temp_directory_size"
_NO_SPACE = "No space left on device"
_SMALL = "内存不够,没有做完:请加大 --memory,或用 --threads 减少线程"
_FULL = "磁盘已满,没有做完:请在 {} 所在的磁盘上腾出空间,再运行一次"
