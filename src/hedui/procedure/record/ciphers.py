"""
Ciphers 加密算法 under which data is sealed: AES-256-GCM, and SM4-GCM of the suite `sm`.

The algorithm belongs to the key, as with signatures: a key of 32 bytes is one of AES-256, a key of
16 bytes one of SM4. No other length is a key here.
"""

import os
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher as Mode
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM

AES_KEY, SM4_KEY = 32, 16
NONCE, TAG = 12, 16


class Cipher(Protocol):
    """Authenticated encryption under one key."""

    def encrypt(self, nonce: bytes, data: bytes, beside: bytes | None) -> bytes:
        """Encrypt, and bind to what stands beside."""
        ...

    def decrypt(self, nonce: bytes, data: bytes, beside: bytes | None) -> bytes:
        """Decrypt. :raises InvalidTag: it was changed, or what stands beside is another"""
        ...


class SM4GCM:
    """SM4 in GCM with a tag of 16 bytes at the end, as `AESGCM` has it."""

    def __init__(self, key: bytes) -> None:
        self._key = SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, beside: bytes | None) -> bytes:
        """Encrypt, and bind to what stands beside."""
        encryptor = Mode(self._key, GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(beside or b"")
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, beside: bytes | None) -> bytes:
        """Decrypt. :raises InvalidTag: it was changed, or what stands beside is another"""
        if len(data) < TAG:
            raise InvalidTag
        decryptor = Mode(self._key, GCM(nonce, data[-TAG:])).decryptor()
        decryptor.authenticate_additional_data(beside or b"")
        return decryptor.update(data[:-TAG]) + decryptor.finalize()


def cipher(key: bytes) -> Cipher:
    """Return the cipher to which a key belongs."""
    if len(key) == SM4_KEY:
        return SM4GCM(key)
    if len(key) == AES_KEY:
        return AESGCM(key)
    raise ValueError("no key of these ciphers")


def seal(under: Cipher, value: bytes, beside: bytes) -> bytes:
    """Encrypt with a fresh nonce, which is put before."""
    nonce = os.urandom(NONCE)
    return nonce + under.encrypt(nonce, value, beside)


def unseal(under: Cipher, sealed: bytes, beside: bytes) -> bytes:
    """Decrypt what `seal` made. :raises InvalidTag: it was changed or belongs elsewhere"""
    return under.decrypt(sealed[:NONCE], sealed[NONCE:], beside)
