"""
The department's record (答复记录): a line of JSON a run, on disk before anything is answered.
"""

import json
import os
from pathlib import Path
from typing import Any

from hedui_matching import MatchingError

_SAID = ("at", "request", "authorizations")


def read(path: Path) -> list[dict[str, Any]]:
    """
    Read a record; there may be none yet.

    :raises MatchingError: a line cannot be read, so that nobody knows what was answered
    """
    try:
        lines = path.read_bytes().splitlines() if path.exists() else []
    except OSError as error:
        raise MatchingError(f"{path}:不能读取({error.strerror})") from None
    return [_line(path, number, line) for number, line in enumerate(lines, start=1)]


def _line(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        said = None
    if isinstance(said, dict) and all(isinstance(said.get(name), str) for name in _SAID):
        return said
    remedy = "请对照备份改正;没有写完的末行,请先留存再删去"
    raise MatchingError(f"{path}:第 {number} 行读不出来,{remedy}")


def append(path: Path, entry: dict[str, Any]) -> None:
    """Write an entry, and return when it is on disk."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a") as file:
        file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
