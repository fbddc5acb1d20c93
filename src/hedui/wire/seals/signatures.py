"""
Make and verify signatures with keys that are already at hand.
"""

import hmac
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from types import MappingProxyType, ModuleType
from typing import Any

from jwt.algorithms import Algorithm

from hedui.wire import strict_json
from hedui.wire.checks import WireError
from hedui.wire.seals import ed25519

SUITES: Mapping[str, ModuleType] = MappingProxyType({ed25519.NAME: ed25519})

_HEADER_KEYS = {"alg", "kid", "typ"}
_LONGEST_HEADER = 384
_SEGMENT = re.compile(r"[A-Za-z0-9_-]+")


class SealError(WireError):
    """A signature that does not hold: malformed, by an unknown key, or invalid."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """
    A public key with the suite it is pinned to.

    kid: its RFC 7638 thumbprint
    owner: the partner whose key it is (`310101-hedui`), or None if the file does not say
    """

    kid: str
    suite: str
    key: Any = field(repr=False)
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key, ready to sign."""

    kid: str
    suite: str
    key: Any = field(repr=False)

    def sign(self, payload: bytes, *, typ: str) -> str:
        """Return a compact JWS over the payload; `typ` says what kind of thing is signed."""
        said = {"alg": SUITES[self.suite].ALGORITHM, "kid": self.kid, "typ": typ}
        header = _encoded(json.dumps(said, separators=(",", ":")).encode())
        signed = f"{header}.{_encoded(payload)}"
        return f"{signed}.{_encoded(_algorithm(self.suite).sign(signed.encode(), self.key))}"

    def sign_detached(self, payload: bytes, *, typ: str) -> str:
        """Return `header..signature`: a JWS whose payload travels beside it (RFC 7515 app. F)."""
        header, _payload, signature = self.sign(payload, typ=typ).split(".")
        return f"{header}..{signature}"

    def sign_bytes(self, content: bytes) -> bytes:
        """Return a bare signature over bytes, for formats that are not JWS."""
        signature: bytes = _algorithm(self.suite).sign(content, self.key)
        return signature

    def public(self) -> PublicKey:
        """Return the public half."""
        return PublicKey(self.kid, self.suite, self.key.public_key())

    def derive(self, label: bytes) -> bytes:
        """Derive a 32-byte secret for another use of the key's owner, one for each label."""
        return hmac.new(SUITES[self.suite].secret(self.key), label, sha256).digest()


class Verifier:
    """The public keys one trusts, by kid."""

    def __init__(self, keys: Mapping[str, PublicKey]) -> None:
        self._keys = dict(keys)

    @classmethod
    def of(cls, *keys: PublicKey) -> "Verifier":
        """Trust these keys."""
        return cls({key.kid: key for key in keys})

    def key_of(self, jws: str, *, typ: str) -> PublicKey:
        """
        Return the key that a JWS, compact or detached, says it was signed with.

        :raises SealError: `malformed_object`, or `unknown_partner`
        """
        header = _header(jws.partition(".")[0])
        if header["typ"] != typ:
            raise SealError("malformed_object", "签名所签的不是这类内容")
        key = self._keys.get(header["kid"])
        if key is None:
            raise SealError("unknown_partner")
        if header["alg"] != SUITES[key.suite].ALGORITHM:
            raise SealError("signature_invalid", "签名算法与密钥不符")
        return key

    def verify(self, jws: str, *, typ: str) -> bytes:
        """
        Return the payload of a compact JWS, if its signature holds.

        :raises SealError: `malformed_object`, `unknown_partner` or `signature_invalid`
        """
        header, payload, seal = (*jws.split("."), "", "", "")[:3]
        if jws.count(".") != 2:
            raise SealError("malformed_object", "不是紧凑形式的 JWS")
        self._verify(header, payload, seal, typ=typ)
        return _decoded(payload)

    def verify_detached(self, signature: str, payload: bytes, *, typ: str) -> None:
        """
        Check a detached JWS against the payload that came beside it.

        :raises SealError: `malformed_object`, `unknown_partner` or `signature_invalid`
        """
        header, middle, seal = (*signature.split("."), "", "", "")[:3]
        if middle or signature.count(".") != 2:
            raise SealError("malformed_object", "不是分离形式的 JWS")
        self._verify(header, _encoded(payload), seal, typ=typ)

    def _verify(self, header: str, payload: str, seal: str, *, typ: str) -> None:
        key = self.key_of(header, typ=typ)
        signed = f"{header}.{payload}".encode("ascii", "replace")
        if not _algorithm(key.suite).verify(signed, key.key, _decoded(seal)):
            raise SealError("signature_invalid")


def thumbprint(suite: ModuleType, public_key: object) -> str:
    """Return the RFC 7638 thumbprint of a public key, which is its kid."""
    members = json.dumps(suite.jwk(public_key), sort_keys=True, separators=(",", ":"))
    return _encoded(sha256(members.encode()).digest())


@cache
def _algorithm(suite: str) -> Algorithm:
    algorithm: Algorithm = SUITES[suite].algorithm()
    return algorithm


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _decoded(segment: str) -> bytes:
    """Read base64url without padding, in its one form: spare bits at the end must be zero."""
    if not _SEGMENT.fullmatch(segment):
        raise SealError("malformed_object", "不是 base64url")
    try:
        content = urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except ValueError:
        raise SealError("malformed_object", "不是 base64url") from None
    if _encoded(content) != segment:
        raise SealError("malformed_object", "不是 base64url")
    return content


def _header(segment: str) -> dict[str, str]:
    try:
        header = strict_json.loads(_decoded(segment), max_bytes=_LONGEST_HEADER)
    except WireError:
        raise SealError("malformed_object", "签名首部有误") from None
    if not isinstance(header, dict) or header.keys() != _HEADER_KEYS:
        raise SealError("malformed_object", "签名首部的键应为 alg、kid、typ")
    if not all(isinstance(value, str) for value in header.values()):
        raise SealError("malformed_object", "签名首部的值应为文字")
    return header
