"""
Make and verify signatures with keys that are already at hand.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType, ModuleType
from typing import Any

from hedui.wire import strict_json
from hedui.wire.checks import WireError
from hedui.wire.seals import ed25519, sm2

SUITES: Mapping[str, ModuleType] = MappingProxyType({ed25519.NAME: ed25519, sm2.NAME: sm2})

SIGNS_WITH: Mapping[str, str] = MappingProxyType({"default": ed25519.NAME, "sm": sm2.NAME})
"""The suites as an installation is set to them, each with the suite of its signatures."""

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

    @classmethod
    def of(cls, suite: str, key: object, owner: str | None = None) -> "PublicKey":
        """Name a key of a suite by its thumbprint."""
        return cls(thumbprint(SUITES[suite], key), suite, key, owner)

    @property
    def raw(self) -> bytes:
        """Return its bytes without any encoding: 32 of Ed25519, 64 of SM2."""
        content: bytes = SUITES[self.suite].raw(self.key)
        return content

    def holds(self, content: bytes, signature: bytes) -> bool:
        """Tell whether a bare signature over bytes is by this key."""
        return bool(SUITES[self.suite].verify(self.key, content, signature))


@dataclass(frozen=True, slots=True)
class Signer:
    """
    A private key that signs, wherever it lies: in a file, or in a module that never shows it.

    sign_bytes: makes a bare signature over bytes, for formats that are not JWS
    """

    verifying: PublicKey
    sign_bytes: Callable[[bytes], bytes] = field(repr=False)

    @property
    def kid(self) -> str:
        """Return the thumbprint of the public half."""
        return self.verifying.kid

    @property
    def suite(self) -> str:
        """Return the suite of the key."""
        return self.verifying.suite

    def sign(self, payload: bytes, *, typ: str) -> str:
        """Return a compact JWS over the payload; `typ` says what kind of thing is signed."""
        return ".".join(self._parts(payload, typ))

    def sign_detached(self, payload: bytes, *, typ: str) -> str:
        """Return `header..signature`: a JWS whose payload travels beside it (RFC 7515 app. F)."""
        header, _payload, signature = self._parts(payload, typ)
        return f"{header}..{signature}"

    def _parts(self, payload: bytes, typ: str) -> tuple[str, str, str]:
        header = _written_header(SUITES[self.suite].ALGORITHM, self.kid, typ)
        encoded = _encoded(payload)
        return header, encoded, _encoded(self.sign_bytes(f"{header}.{encoded}".encode()))

    def public(self) -> PublicKey:
        """Return the public half."""
        return self.verifying


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
        if not key.holds(signed, _decoded(seal)):
            raise SealError("signature_invalid")


def signs_with(setting: str) -> str:
    """
    Return the suite of the signatures that an installation is set to make.

    :raises ValueError: there is no such setting, or what it needs is not installed
    """
    if setting not in SIGNS_WITH:
        raise ValueError(f"HEDUI_CRYPTO_SUITE={setting}:只有 default 和 sm")
    if SIGNS_WITH[setting] == sm2.NAME:
        sm2.binding()
    return SIGNS_WITH[setting]


def thumbprint(suite: ModuleType, public_key: object) -> str:
    """Return the RFC 7638 thumbprint of a public key, which is its kid."""
    members = json.dumps(suite.jwk(public_key), sort_keys=True, separators=(",", ":"))
    return _encoded(sha256(members.encode()).digest())


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


@lru_cache(maxsize=256)
def _written_header(algorithm: str, kid: str, typ: str) -> str:
    said = {"alg": algorithm, "kid": kid, "typ": typ}
    return _encoded(json.dumps(said, separators=(",", ":")).encode())


# A partner writes the same header over every message.
@lru_cache(maxsize=256)
def _header(segment: str) -> Mapping[str, str]:
    try:
        header = strict_json.loads(_decoded(segment), max_bytes=_LONGEST_HEADER)
    except WireError:
        raise SealError("malformed_object", "签名首部有误") from None
    if not isinstance(header, dict) or header.keys() != _HEADER_KEYS:
        raise SealError("malformed_object", "签名首部的键应为 alg、kid、typ")
    if not all(isinstance(value, str) for value in header.values()):
        raise SealError("malformed_object", "签名首部的值应为文字")
    return MappingProxyType(header)
