"""
Files through a folder 共享文件夹: one that both sides see, such as a mounted share.

A request is written under a name that begins with a dot, then renamed within its folder; what the
department leaves among the answers is moved aside once it was read.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from hedui.procedure.inquiries.connections import NEEDED, connection, folder
from hedui.procedure.inquiries.connectors import Aside, Unreachable
from hedui.wire.files.tables import CHUNK, MOST_BYTES

TEMPORARY = ".part"


@contextmanager
def opened(receiver: str) -> Iterator["Folder"]:
    """Open the two folders of a department."""
    held = connection(receiver).section("folder", *NEEDED["folder"])
    requests, answers = Path(held["requests"]), Path(held["answers"])
    for path in (requests, answers):
        if not path.is_dir():
            raise Unreachable(f"文件夹 {path} 不在,或没有挂载。")
    yield Folder(requests, answers)


class Folder:
    """A folder of requests and one of answers on this machine."""

    def __init__(self, requests: Path, answers: Path) -> None:
        self._requests, self._answers = requests, answers

    def place(self, name: str, write: Callable[[IO[bytes]], None]) -> None:
        """Write a request under its temporary name, down to the disk."""
        with self._hidden(name).open("wb") as out:
            write(out)
            out.flush()
            os.fsync(out.fileno())
        _synced(self._requests)

    def release(self, name: str) -> None:
        """Rename it; a name that is taken is no place for it."""
        final = self._requests / name
        if final.exists():
            raise FileExistsError(name)
        self._hidden(name).rename(final)
        _synced(self._requests)

    def lying(self) -> set[str]:
        """Name what lies under its temporary name."""
        found = self._requests.glob(f".*{TEMPORARY}")
        return {path.name.removeprefix(".").removesuffix(TEMPORARY) for path in found}

    def drop(self, name: str) -> None:
        """Remove one that lies."""
        with suppress(FileNotFoundError):
            self._hidden(name).unlink()

    def arrived(self) -> dict[str, float]:
        """Name the answers; what is hidden is being written."""
        now = time.time()
        found = {}
        for path in self._answers.iterdir():
            with suppress(FileNotFoundError):  # taken away meanwhile
                if path.is_file() and not path.name.startswith("."):
                    found[path.name] = now - path.stat().st_mtime
        return found

    def open(self, name: str) -> IO[bytes]:
        """Copy an answer into a file without a name; a link that leads elsewhere is none."""
        out: IO[bytes] = TemporaryFile(dir=folder())  # noqa: SIM115 - whoever reads it closes it
        descriptor = os.open(self._answers / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as there:
            # one byte more is refused for its size by who reads it
            while out.tell() <= MOST_BYTES and (piece := there.read(CHUNK)):
                out.write(piece)
        out.seek(0)
        return out

    def set_aside(self, name: str, to: Aside, said: str) -> None:
        """Move an answer away, and say beside it what became of it."""
        folder = self._answers / to
        folder.mkdir(exist_ok=True)
        if said:
            (folder / f"{name}.result.txt").write_text(said, encoding="utf-8-sig")
        with suppress(FileNotFoundError):
            (self._answers / name).replace(folder / name)
        _synced(self._answers)

    def _hidden(self, name: str) -> Path:
        return self._requests / f".{name}{TEMPORARY}"


def _synced(folder: Path) -> None:
    """Bring the names in a folder down to the disk."""
    opened_ = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened_)
    finally:
        os.close(opened_)
