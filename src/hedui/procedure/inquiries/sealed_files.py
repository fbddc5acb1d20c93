"""
Sealed files 密封存放: what an officer carries by hand waits on this machine, and never lies open.

Each lies under a key of its own, wrapped by that of the installation, in the data directory. It is
destroyed when it was handed over or taken in, and in any case after a day.
"""

import secrets
import time
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django.conf import settings

from hedui.procedure.record import keys
from hedui.procedure.record.ciphers import AES_KEY, SM4_KEY, cipher, seal, unseal
from hedui.procedure.record.outcome import Trouble

KEPT_FOR = 86_400.0
MOST_BYTES = 20 * 1024 * 1024


def keep(name: UUID, content: bytes) -> None:
    """Seal a file under a name."""
    key = secrets.token_bytes(SM4_KEY if keys.wrapping().suite == "sm" else AES_KEY)
    wrapped = keys.wrap(key, name.bytes)
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_suffix(".part")
    temporary.write_bytes(
        len(wrapped).to_bytes(2) + wrapped + seal(cipher(key), content, name.bytes)
    )
    temporary.replace(path)


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


def forget_old() -> None:
    """Destroy what nobody came back for."""
    for path in _path(UUID(int=0)).parent.glob("*"):
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > KEPT_FOR:
                path.unlink()


def _path(name: UUID) -> Path:
    return Path(settings.DATA_DIR) / "by-hand" / f"{name}.sealed"
