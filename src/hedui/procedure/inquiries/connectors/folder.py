"""
Files through a folder 共享文件夹: one that both sides see, such as a mounted share.

A request is written under a name that begins with a dot, then renamed within its folder; what the
department leaves among the answers is moved aside once it was read.
"""

import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from hedui.procedure.inquiries.connections import NEEDED, connection, folder
from hedui.procedure.inquiries.connectors import Aside, Unreachable, Withheld
from hedui.procedure.record.durability import names_to_disk
from hedui.wire.files.tables import CHUNK, MOST_BYTES

TEMPORARY = ".part"
DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
GONE = {errno.ENOENT, errno.ESTALE, errno.ENOTCONN}
ELSEWHERE = {errno.ELOOP, errno.ENOTDIR}
FULL = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def opened(receiver: str) -> Iterator["Folder"]:
    """Open the two folders of a department."""
    held = connection(receiver).section("folder", *NEEDED["folder"])
    requests, answers = Path(held["requests"]), Path(held["answers"])
    for path in (requests, answers):
        with _in_words(path):
            if not path.is_dir():
                raise FileNotFoundError(errno.ENOENT, "", path)
    yield Folder(requests, answers)


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """Say in words why a folder or a file in it is not to be had."""
    try:
        yield
    except OSError as error:
        raise _told(error, path) from None


def _told(error: OSError, path: Path) -> Unreachable:
    if error.errno in DENIED:
        return Withheld(f"运行本程序的用户不能读写 {path}。请核对它的属主、权限和挂载方式。")
    if error.errno in ELSEWHERE:
        return Withheld(f"{path} 是指向别处的链接,没有读写。请换成文件或文件夹本身。")
    if error.errno == errno.EEXIST:
        return Unreachable(f"{path} 已有同名的文件,没有覆盖。")
    if error.errno in GONE:
        return Unreachable(f"{path} 不在,或没有挂载。")
    if error.errno in FULL:
        return Unreachable(f"{path} 所在的磁盘已满,或者超出了配额。")
    kind = errno.errorcode.get(error.errno or 0, type(error).__name__)
    return Unreachable(f"读写 {path} 时出错({kind})。请核对挂载和网络。")


class Folder:
    """A folder of requests and one of answers on this machine."""

    def __init__(self, requests: Path, answers: Path) -> None:
        self._requests, self._answers = requests, answers

    def place(self, name: str, write: Callable[[IO[bytes]], None]) -> None:
        """Write a request under its temporary name, down to the disk."""
        with _in_words(self._requests):
            with _new(self._hidden(name)) as out:
                write(out)
                out.flush()
                os.fsync(out.fileno())
            names_to_disk(self._requests)

    def release(self, name: str) -> None:
        """Rename it; a name that is taken is no place for it."""
        final = self._requests / name
        with _in_words(final):
            if final.exists():
                raise FileExistsError(errno.EEXIST, "", final)
            self._hidden(name).rename(final)
        names_to_disk(self._requests)

    def lying(self) -> set[str]:
        """Name what lies under its temporary name."""
        with _in_words(self._requests):
            names = os.listdir(self._requests)
        lying = [name for name in names if name.startswith(".") and name.endswith(TEMPORARY)]
        return {name.removeprefix(".").removesuffix(TEMPORARY) for name in lying}

    def drop(self, name: str) -> None:
        """Remove one that lies."""
        with _in_words(self._requests):
            self._hidden(name).unlink(missing_ok=True)

    def arrived(self) -> dict[str, float]:
        """Name the answers; what is hidden is being written."""
        now = time.time()
        found = {}
        with _in_words(self._answers):
            for path in self._answers.iterdir():
                with suppress(FileNotFoundError):  # taken away meanwhile
                    if path.is_file() and not path.name.startswith("."):
                        found[path.name] = now - path.stat().st_mtime
        return found

    def open(self, name: str) -> IO[bytes]:
        """Copy an answer into a file without a name; a link that leads elsewhere is none."""
        out: IO[bytes] = TemporaryFile(dir=folder())  # noqa: SIM115 - whoever reads it closes it
        try:
            for piece in _pieces(self._answers / name):
                out.write(piece)
                if out.tell() > MOST_BYTES:  # it is refused for its size by who reads it
                    break
        except BaseException:
            out.close()
            raise
        out.seek(0)
        return out

    def set_aside(self, name: str, to: Aside, said: str) -> None:
        """Move an answer away, and say beside it what became of it."""
        place = self._answers / to
        with _in_words(place):
            place.mkdir(exist_ok=True)
            aside = _opened(place, os.O_DIRECTORY)
            try:
                if said:
                    with _new(Path(f"{name}.result.txt"), aside) as out:
                        out.write(said.encode("utf-8-sig"))
                with suppress(FileNotFoundError):
                    os.replace(self._answers / name, name, dst_dir_fd=aside)
            finally:
                os.close(aside)
            names_to_disk(self._answers)

    def _hidden(self, name: str) -> Path:
        return self._requests / f".{name}{TEMPORARY}"


def _new(path: Path, within: int | None = None) -> IO[bytes]:
    """Open a new file in place of what bears its name; within: the folder that is open."""
    with suppress(FileNotFoundError):
        os.unlink(path, dir_fd=within)
    new = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    return os.fdopen(os.open(path, new, 0o666, dir_fd=within), "wb")


def _pieces(path: Path) -> Iterator[bytes]:
    with _in_words(path), os.fdopen(_opened(path, os.O_NONBLOCK), "rb") as source:
        while piece := source.read(CHUNK):
            yield piece


def _opened(path: Path, how: int) -> int:
    # who shares the folder may lay a link in it that leads to a file of this machine
    return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | how)
