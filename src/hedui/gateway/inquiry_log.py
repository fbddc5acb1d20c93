"""
Keep the department's own record of every inquiry (查询记录): append-only, durable, its own.

One line of JSON for each inquiry, forced to disk before the answer leaves. The record can be
held against what the platform says it asked. It never holds a number in clear: a digest under
a key that only the department has, and the masked form.
"""

import fcntl
import hmac
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from hedui.gateway.appending import write_whole
from hedui.values.resident_id import mask


class LogInUse(Exception):
    """Another process writes to this record."""


class InquiryLog:
    """
    The record, opened for appending by one process alone.

    key: under which the record writes whom an inquiry was about

    :raises LogInUse: another process has it open
    :raises OSError: it cannot be written; a department that cannot record does not answer
    """

    def __init__(self, path: Path, *, key: bytes) -> None:
        self.path = path
        self._key = key
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._file)
            raise LogInUse(f"{path}：另一进程正在使用") from None
        self.count = self._end_torn_line()

    def append(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """
        Write entries, all or none, and return when they are on disk.

        :raises OSError: they are not
        """
        lines = "".join(
            json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n" for entry in entries
        ).encode()
        write_whole(self._file, lines)
        self.count += len(entries)

    def subject(self, number: str) -> dict[str, str]:
        """Say whom an inquiry is about without saying the number: keyed digest and masked form."""
        sealed = hmac.new(self._key, number.encode(), sha256).hexdigest()
        return {"subject": f"hmac-sha256:{sealed}", "subject_masked": mask(number)}

    def close(self) -> None:
        """Let go of the record."""
        os.close(self._file)

    def _end_torn_line(self) -> int:
        # a line that a crash cut short stays where it is; the next one begins on its own
        lines, last = 0, b"\n"
        with open(self.path, "rb") as record:
            while block := record.read(1 << 20):
                lines += block.count(b"\n")
                last = block[-1:]
        if last != b"\n":
            os.write(self._file, b"\n")
            lines += 1
        return lines


def read_log(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the entries of a record, in order; a line that a crash cut short is passed over."""
    with open(path, encoding="utf-8", errors="replace") as record:
        for line in record:
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:
                continue
            if isinstance(entry, dict):
                yield entry
