"""
Keep keys in PEM files: the private one readable by its owner alone, the public one beside it.

A file of public keys may hold several, one after another: all those of one party that are taken
while it changes over from one to the next.
"""

import hmac
import os
import re
import secrets
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from hedui.wire.seals.signatures import SUITES, PublicKey, Signer
from hedui.wire.seals.sm2 import BindingMissing

_PARTNER = re.compile(r"[0-9]{6}-[a-z][a-z_]*")
_PUBLIC = re.compile(r"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", re.DOTALL)


class KeyFileError(ValueError):
    """A key file that cannot be used; the message names the file."""


def generate_key(path: Path, *, suite: str = "ed25519") -> Signer:
    """
    Make a private key at `path` (mode 0600), with its public half beside it as `*.pub.pem`.

    The public half comes first: nobody sees a signature whose key cannot be had.

    :raises FileExistsError: there is a file already; a key is never overwritten
    :raises BindingMissing: the suite is `sm2`, and its native binding is not installed
    """
    return generate_into(path, public_path(path), suite=suite)


def generate_into(path: Path, published: Path, *, suite: str) -> Signer:
    """Make a private key as above, its public half added to those in the file `published`."""
    if path.exists():
        raise FileExistsError(f"{path} 已经存在")
    key = SUITES[suite].generate()
    signer = _signer(suite, key)
    add_public(signer, published)
    _write_new(path, SUITES[suite].write_private(key), mode=0o600)
    return signer


def write_public(signer: Signer, path: Path) -> None:
    """
    Write the public half of a key for partners to take.

    :raises FileExistsError: there is a file already
    """
    _write_new(path, public_pem(signer.public()), mode=0o644)


def add_public(signer: Signer, path: Path) -> None:
    """Add the public half of a key to those in a file, whole or not at all."""
    before = path.read_bytes() if path.exists() else b""
    pem = public_pem(signer.public())
    if pem not in before:
        unfinished = _unfinished(path, before + pem, mode=0o644)
        unfinished.replace(path)


def public_pem(key: PublicKey) -> bytes:
    """Return a public key as PEM."""
    pem: bytes = SUITES[key.suite].write_public(key.key)
    return pem


def public_path(path: Path) -> Path:
    """Return where the public half of a private key file lies."""
    return path.with_name(f"{path.name.removesuffix('.pem')}.pub.pem")


def load_signer(path: Path) -> Signer:
    """
    Load a private key.

    :raises KeyFileError: not there, not a private key, or of no suite we know
    """
    return _signer(*_private(path))


def derived_secret(path: Path, label: bytes) -> bytes:
    """
    Derive from a private key a 32-byte secret for another use of its owner, one for each label.

    :raises KeyFileError: as `load_signer`
    """
    suite, key = _private(path)
    return hmac.new(SUITES[suite].secret(key), label, sha256).digest()


def load_publics(path: Path) -> list[PublicKey]:
    """
    Load the public keys in a file; one named after a partner binds them to it.

    The owner is what stands before the first dot: `310101-hedui.pub.pem`.

    :raises KeyFileError: not there, no public key, or of no suite we know
    """
    stem = path.name.partition(".")[0]
    owner = stem if _PARTNER.fullmatch(stem) else None
    try:
        return read_publics(_content(path).decode("ascii", "replace"), owner=owner)
    except KeyFileError as fault:
        raise KeyFileError(f"{path}：{fault}") from None


SECRET = "PRIVATE KEY-----"
"""How the PEM text of a secret key is told from that of a public one."""


def load_public(path: Path) -> PublicKey:
    """Load the public key in a file that holds one. :raises KeyFileError: as above, or several"""
    keys = load_publics(path)
    if len(keys) > 1:
        raise KeyFileError(f"{path}：有多个公钥")
    return keys[0]


def read_publics(pem: str, *, owner: str | None = None) -> list[PublicKey]:
    """
    Read public keys from PEM text, as they were agreed with a partner.

    :raises KeyFileError: no public key, or of no suite we know
    """
    found = _PUBLIC.findall(pem)
    if SECRET in pem:
        raise KeyFileError("其中有私钥。私钥不得交给任何人,这一把请更换")
    if not found or _PUBLIC.sub("", pem).strip():
        raise KeyFileError("不是可用的 PEM 公钥")
    return [_public(one.encode(), owner) for one in found]


def _public(pem: bytes, owner: str | None) -> PublicKey:
    suite, key = _of_a_suite("read_public", pem, "不是可用的 PEM 公钥")
    return PublicKey.of(suite, key, owner)


def _private(path: Path) -> tuple[str, Any]:
    try:
        return _of_a_suite("read_private", _content(path), "不是可用的 PEM 密钥")
    except KeyFileError as fault:
        raise KeyFileError(f"{path}：{fault}") from None


def _of_a_suite(read: str, pem: bytes, fault: str) -> tuple[str, Any]:
    try:
        for name, suite in SUITES.items():
            if (key := getattr(suite, read)(pem)) is not None:
                return name, key
    except BindingMissing as missing:
        raise KeyFileError(str(missing)) from None
    except (ValueError, TypeError):
        raise KeyFileError(fault) from None
    raise KeyFileError("不支持的密钥种类")


def _signer(suite: str, key: Any) -> Signer:
    public = PublicKey.of(suite, SUITES[suite].public_of(key))
    return Signer(public, partial(SUITES[suite].sign, key))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{error.strerror}") from None


def _write_new(path: Path, content: bytes, *, mode: int) -> None:
    """Let a file appear whole, and never over another. :raises FileExistsError: there is one"""
    unfinished = _unfinished(path, content, mode=mode)
    try:
        os.link(unfinished, path)
    finally:
        unfinished.unlink()


def _unfinished(path: Path, content: bytes, *, mode: int) -> Path:
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return unfinished
