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
        os.write(file, ("\n" * bool(is_torn) + line).encode())
        os.fdatasync(file)
    finally:
        os.close(file)


def lines_of(path: Path) -> Iterator[dict[str, Any]]:
    """
    Yield the lines that are whole, in order; none if there is no file.

    :raises OSError: the file is there and cannot be read
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    for line in text.splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue
