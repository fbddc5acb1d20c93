"""
Append lines of JSON to a file that its owner alone may read; what stands there stays (留存).
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


def append_line(path: Path, said: Mapping[str, Any]) -> None:
    """
    Append one line, and return when it is on disk.

    :raises OSError: it is not
    """
    line = json.dumps(said, ensure_ascii=False) + "\n"
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        end = os.lseek(file, 0, os.SEEK_END)
        # a line that a crash cut short stays where it is; the next one begins on its own
        is_torn = end and os.pread(file, 1, end - 1) != b"\n"
        write_whole(file, ("\n" * bool(is_torn) + line).encode())
    finally:
        os.close(file)


def write_whole(file: int, content: bytes) -> None:
    """
    Write to the end of a file, all or nothing, and return when it is on disk.

    :raises OSError: it is not
    """
    end = os.fstat(file).st_size
    try:
        if os.write(file, content) != len(content):
            raise OSError("记录未能写全")
        os.fdatasync(file)
    except OSError:
        os.ftruncate(file, end)
        raise


def lines_of(path: Path) -> Iterator[dict[str, Any]]:
    """
    Yield the lines that are whole, in order; none if there is no file.

    :raises OSError: the file is there and cannot be read
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")  # a letter may be cut in two
    except FileNotFoundError:
        return
    for line in text.split("\n"):  # other ends of lines stand inside of texts
        try:
            yield json.loads(line)
        except ValueError:
            continue
