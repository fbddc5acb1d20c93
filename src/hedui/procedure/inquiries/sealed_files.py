"""
Sealed files 密封存放: what an officer carries by hand waits on this machine, and never lies open.

Each lies under a key of its own, wrapped by that of the installation, in the data directory. It is
destroyed when it was handed over or taken in, and after a day in any case but one: while a task
that is to take it in is not done, since who sent it was told that we have it.
"""

import os
import secrets
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django.conf import settings

from hedui.procedure.record import keys
from hedui.procedure.record.ciphers import AES_KEY, SM4_KEY, cipher, seal, unseal
from hedui.procedure.record.durability import names_to_disk
from hedui.procedure.record.outcome import Trouble

KEPT_FOR = 86_400.0
MOST_BYTES = 20 * 1024 * 1024


def keep(name: UUID, content: bytes) -> None:
    """Seal a file under a name, down to the disk: a power cut does not take it away."""
    key = secrets.token_bytes(SM4_KEY if keys.wrapping().suite == "sm" else AES_KEY)
    wrapped = keys.wrap(key, name.bytes)
    path = _path(name)
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        names_to_disk(path.parent.parent)
    temporary = path.with_suffix(".part")
    with temporary.open("wb") as out:
        out.write(len(wrapped).to_bytes(2) + wrapped + seal(cipher(key), content, name.bytes))
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)
    names_to_disk(path.parent)


def open_kept(name: UUID) -> bytes:
    """
    Open a file that is kept.

    :raises FileNotFoundError: it is not there, or not any more
    :raises Trouble: it was tampered with
    """
    held = _path(name).read_bytes()
    length = int.from_bytes(held[:2])
    try:
        key = keys.unwrap(held[2 : 2 + length], name.bytes)
        return unseal(cipher(key), held[2 + length :], name.bytes)
    except InvalidTag:
        raise Trouble("密封的文件无法打开:密钥不符或数据被改动。") from None


def forget(name: UUID) -> None:
    """Destroy a file, if it is there."""
    with suppress(FileNotFoundError):
        _path(name).unlink()


def forget_old(needed: Callable[[], Collection[str]] = tuple) -> None:
    """
    Destroy what nobody came back for.

    needed: asks for the names of those that are still to be taken in
    """
    old = list(_old())
    spared = needed() if old else ()
    for path in old:
        if path.stem not in spared:
            path.unlink(missing_ok=True)


def _old() -> Iterator[Path]:
    for path in _path(UUID(int=0)).parent.glob("*"):
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > KEPT_FOR:
                yield path


def _path(name: UUID) -> Path:
    return Path(settings.DATA_DIR) / "by-hand" / f"{name}.sealed"
