"""
Keep keys in PEM files: the private one readable by its owner alone, the public one beside it.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from hedui.wire.seals.signatures import SUITES, PublicKey, Signer, thumbprint

_PARTNER = re.compile(r"[0-9]{6}-[a-z][a-z_]*")


class KeyFileError(ValueError):
    """A key file that cannot be used; the message names the file."""


def generate_key(path: Path, *, suite: str = "ed25519") -> Signer:
    """
    Make a private key at `path` (mode 0600), with its public half beside it as `*.pub.pem`.

    :raises FileExistsError: there is a file already; a key is never overwritten
    """
    module = SUITES[suite]
    key = module.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _write_new(path, pem, mode=0o600)
    signer = Signer(thumbprint(module, key.public_key()), suite, key)
    write_public(signer, public_path(path))
    return signer


def write_public(signer: Signer, path: Path) -> None:
    """
    Write the public half of a key for partners to take.

    :raises FileExistsError: there is a file already
    """
    public = signer.key.public_key()
    _write_new(
        path, public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), mode=0o644
    )


def public_path(path: Path) -> Path:
    """Return where the public half of a private key file lies."""
    return path.with_name(f"{path.name.removesuffix('.pem')}.pub.pem")


def load_signer(path: Path) -> Signer:
    """
    Load a private key.

    :raises KeyFileError: not there, not a private key, or of no suite we know
    """
    key = _read(path, lambda pem: load_pem_private_key(pem, password=None))
    for name, suite in SUITES.items():
        if suite.owns_private(key):
            return Signer(thumbprint(suite, key.public_key()), name, key)
    raise KeyFileError(f"{path}：不支持的密钥种类")


def load_public(path: Path) -> PublicKey:
    """
    Load a public key; a file named after a partner (`310101-hedui.pub.pem`) binds the key to it.

    :raises KeyFileError: not there, not a public key, or of no suite we know
    """
    key = _read(path, load_pem_public_key)
    stem = path.name.removesuffix(".pem").removesuffix(".pub")
    return _public(key, stem if _PARTNER.fullmatch(stem) else None, str(path))


def read_public(pem: str, *, owner: str | None = None) -> PublicKey:
    """
    Read a public key from PEM text, as it was agreed with a partner.

    :raises KeyFileError: not a public key, or of no suite we know
    """
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyFileError("不是可用的 PEM 公钥") from None
    return _public(key, owner, "公钥")


def _public(key: Any, owner: str | None, where: str) -> PublicKey:
    for name, suite in SUITES.items():
        if suite.owns_public(key):
            return PublicKey(thumbprint(suite, key), name, key, owner)
    raise KeyFileError(f"{where}：不支持的密钥种类")


def _read(path: Path, load: Callable[[bytes], object]) -> Any:
    try:
        return load(path.read_bytes())
    except OSError as error:
        raise KeyFileError(f"{path}：{error.strerror}") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyFileError(f"{path}：不是可用的 PEM 密钥") from None


def _write_new(path: Path, content: bytes, *, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
