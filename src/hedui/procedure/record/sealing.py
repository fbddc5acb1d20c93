"""
Sealing 密封: personal data lies in the database only under the key of its case.

The key is of AES-256-GCM or, where it was made under the suite `sm`, of SM4-GCM; what it sealed
stays under its algorithm. Destroying the key of a case makes its data unreadable here, while the
ledger's digests stay verifiable; a backup from before still holds the key, wrapped, for as long as
the backup is kept.
"""

import json
import secrets
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag

from hedui.procedure.record import keys
from hedui.procedure.record.ciphers import AES_KEY, SM4_KEY, Cipher, cipher, seal, unseal
from hedui.procedure.record.opening import at_the_door
from hedui.procedure.record.outcome import Trouble


class CaseKey:
    """The key of one case, for what belongs to it and nothing else."""

    def __init__(self, key: bytes, owner: bytes) -> None:
        self._cipher = cipher(key)
        self._owner = owner

    @staticmethod
    def wrapped_new(owner: bytes) -> bytes:
        """Make a key for `owner` (the case's id) and return it wrapped, to be stored."""
        length = SM4_KEY if keys.wrapping().suite == "sm" else AES_KEY
        return keys.wrap(secrets.token_bytes(length), owner)

    @staticmethod
    def wrapped_again(wrapped: bytes, owner: bytes) -> bytes:
        """
        Wrap a stored key with the key of today; what it sealed stays as it is.

        :raises Trouble: it cannot be unwrapped
        """
        return keys.wrap(keys.unwrap(wrapped, owner), owner)

    @classmethod
    def unwrap(cls, wrapped: bytes, owner: bytes) -> "CaseKey":
        """
        Open a stored key.

        :raises Trouble: the key does not belong to this case or this installation
        """
        return cls(keys.unwrap(wrapped, owner), owner)

    def seal(self, value: Any, place: bytes = b"") -> bytes:
        """Seal a JSON value; with a place (such as a row's id) it opens nowhere else."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return seal(self._cipher, text.encode(), self._owner + place)

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
        return seal(self._cipher, value, self._owner)

    def open_bytes(self, sealed: bytes | memoryview) -> bytes:
        """Open sealed bytes. :raises Trouble: as above"""
        at_the_door(UUID(bytes=self._owner))
        return _open(self._cipher, bytes(sealed), self._owner)


def _open(key: Cipher, sealed: bytes, beside: bytes) -> bytes:
    try:
        return unseal(key, sealed, beside)
    except InvalidTag:
        raise Trouble("密封数据无法打开:密钥不符或数据被改动。") from None


def blind(value: str) -> str:
    """Return the blind index 盲索引 of an exact value: its hash under the index key, in hex."""
    return keys.provider().index(value.encode()).hex()
