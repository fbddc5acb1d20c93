"""The keys of an installation: its signing key and the key that seals personal data."""

import os
import secrets
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from hedui.procedure.record.outcome import Trouble
from hedui.wire import seals

SIGNING_KEY = "platform.pem"
SIGNING_KEY_PUBLIC = "platform.pub.pem"
SEALING_KEY = "sealing.key"


def make_keys(folder: Path) -> None:
    """Make the keys that are missing in `folder` (mode 0600); those that are there stay."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    signing, sealing = folder / SIGNING_KEY, folder / SEALING_KEY
    if not signing.exists():
        seals.generate_key(signing)
    if not sealing.exists():
        descriptor = os.open(sealing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))


@cache
def _signer(path: Path) -> seals.Signer:
    return seals.load_signer(path)


def signer() -> seals.Signer:
    """
    Return the platform's signer.

    :raises Trouble: the key file is missing
    """
    path = Path(settings.HEDUI_KEYS_DIR) / SIGNING_KEY
    if not path.exists():
        raise Trouble(f"缺少签名密钥 {path}:请先运行 hedui setup。")
    return _signer(path)


@cache
def _sealing_key(path: Path) -> bytes:
    return bytes.fromhex(path.read_text(encoding="ascii"))


def _derived(purpose: bytes) -> bytes:
    path = Path(settings.HEDUI_KEYS_DIR) / SEALING_KEY
    if not path.exists():
        raise Trouble(f"缺少加密密钥 {path}:请先运行 hedui setup。")
    return _derive(_sealing_key(path), purpose)


@cache
def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key)


def wrapping_key() -> bytes:
    """Return the key that wraps the keys of cases."""
    return _derived(b"hedui case keys")


def index_key() -> bytes:
    """Return the key of blind indexes 盲索引, which find an exact value without keeping it."""
    return _derived(b"hedui blind index")
