"""
Sealing 密封: personal data lies in the database only under the key of its case (AES-256-GCM).

Destroying the key of a case makes its data unreadable here, while the ledger's digests stay
verifiable; a backup from before still holds the key, wrapped, for as long as the backup is kept.
"""

import hmac
import json
import secrets
from hashlib import sha256
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hedui.procedure.record.keys import index_key, wrapping_key
from hedui.procedure.record.opening import at_the_door
from hedui.procedure.record.outcome import Trouble

NONCE = 12


class CaseKey:
    """The key of one case, for what belongs to it and nothing else."""

    def __init__(self, key: bytes, owner: bytes) -> None:
        self._cipher = AESGCM(key)
        self._owner = owner

    @staticmethod
    def wrapped_new(owner: bytes) -> bytes:
        """Make a key for `owner` (the case's id) and return it wrapped, to be stored."""
        return _seal(AESGCM(wrapping_key()), AESGCM.generate_key(256), owner)

    @classmethod
    def unwrap(cls, wrapped: bytes, owner: bytes) -> "CaseKey":
        """
        Open a stored key.

        :raises Trouble: the key does not belong to this case or this installation
        """
        return cls(_open(AESGCM(wrapping_key()), wrapped, owner), owner)

    def seal(self, value: Any, place: bytes = b"") -> bytes:
        """Seal a JSON value; with a place (such as a row's id) it opens nowhere else."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return _seal(self._cipher, text.encode(), self._owner + place)

    def open(self, sealed: bytes | memoryview, place: bytes = b"") -> Any:
        """
        Open a sealed JSON value.

        :raises Trouble: it was tampered with or belongs elsewhere, or a page would show what it
            does not enter
        """
        at_the_door(UUID(bytes=self._owner))
        return json.loads(_open(self._cipher, bytes(sealed), self._owner + place))

    def seal_bytes(self, value: bytes) -> bytes:
        """Seal bytes."""
        return _seal(self._cipher, value, self._owner)

    def open_bytes(self, sealed: bytes | memoryview) -> bytes:
        """Open sealed bytes. :raises Trouble: as above"""
        at_the_door(UUID(bytes=self._owner))
        return _open(self._cipher, bytes(sealed), self._owner)


def _seal(cipher: AESGCM, value: bytes, owner: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE)
    return nonce + cipher.encrypt(nonce, value, owner)


def _open(cipher: AESGCM, sealed: bytes, owner: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], owner)
    except InvalidTag:
        raise Trouble("密封数据无法打开:密钥不符或数据被改动。") from None


def blind(value: str) -> str:
    """Return the blind index 盲索引 of an exact value (HMAC-SHA-256, hex)."""
    return hmac.new(index_key(), value.encode(), sha256).hexdigest()
