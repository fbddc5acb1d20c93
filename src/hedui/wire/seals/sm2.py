"""
SM2 with SM3 (GB/T 32918.2, 国密): the suite `sm`.

The arithmetic is GmSSL's, by its binding `gmssl-pyx` (`hedui[sm]`), which is given the digest
e = SM3(Z || M) and not the message: its signing of messages is ten times slower. The signer's
identity in Z is the standard's own default. A signature is r || s, 64 bytes, as JOSE has ECDSA's.
"""

import binascii
import re
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SM3, Hash

NAME = "sm2"
ALGORITHM = "SM2"
IDENTITY = b"1234567812345678"
"""GM/T 0009: the identity of a signer who has agreed on none."""

# the curve of GB/T 32918.5
P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
GX = 0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7
GY = 0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0

# DER as OpenSSL writes it, which is the one form that is read: PKCS #8 and SubjectPublicKeyInfo
_PRIVATE = bytes.fromhex("308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420")
_WITHIN = bytes.fromhex("a14403420004")
_PUBLIC = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004")
_CURVE = bytes.fromhex("06082a811ccf5501822d")
_PEM = re.compile(rb"\s*-----BEGIN ([A-Z ]+)-----\s+([A-Za-z0-9+/=\s]+)-----END \1-----\s*")


class BindingMissing(ValueError):
    """The native binding for SM2 is not installed."""

    def __init__(self) -> None:
        super().__init__("SM2 需要安装 hedui[sm](gmssl-pyx)")


@dataclass(frozen=True, slots=True)
class PublicPoint:
    """A public key: x || y, 64 bytes."""

    point: bytes
    z: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        x, y = int.from_bytes(self.point[:32]), int.from_bytes(self.point[32:])
        if len(self.point) != 64 or max(x, y) >= P or (y * y - x * x * x - A * x - B) % P:
            raise ValueError("not a point of the curve")
        object.__setattr__(self, "z", _identified(self.point))


@dataclass(frozen=True, slots=True)
class PrivateScalar:
    """A private key with its public half."""

    scalar: bytes = field(repr=False)
    public: PublicPoint


def generate() -> PrivateScalar:
    """Make a new private key. :raises BindingMissing: there is no binding"""
    point, scalar = binding().sm2_key_generate()
    return PrivateScalar(scalar, PublicPoint(point))


def public_of(key: PrivateScalar) -> PublicPoint:
    """Return the public half of a private key."""
    return key.public


def sign(key: PrivateScalar, content: bytes) -> bytes:
    """Return the signature over bytes, 64 bytes."""
    digest = _sm3(key.public.z + content)
    r, s = decode_dss_signature(binding().sm2_sign_sm3_digest(key.scalar, digest))
    return r.to_bytes(32) + s.to_bytes(32)


def verify(key: PublicPoint, content: bytes, signature: bytes) -> bool:
    """Tell whether a signature over bytes holds."""
    if len(signature) != 64:  # a leading zero left out would be a second form of the same
        return False
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    digest, der = _sm3(key.z + content), encode_dss_signature(r, s)
    return bool(binding().sm2_verify_sm3_digest(key.point, digest, der))


def write_private(key: PrivateScalar) -> bytes:
    """Return a private key as PEM (PKCS #8)."""
    return _pem(b"PRIVATE KEY", _PRIVATE + key.scalar + _WITHIN + key.public.point)


def write_public(key: PublicPoint) -> bytes:
    """Return a public key as PEM (SubjectPublicKeyInfo)."""
    return _pem(b"PUBLIC KEY", _PUBLIC + key.point)


def read_private(pem: bytes) -> PrivateScalar | None:
    """
    Read a private key; None when it is of another suite.

    :raises ValueError: it is no key, or its halves do not belong together
    """
    der = _der(pem, b"PRIVATE KEY")
    if _CURVE not in der:
        return None
    scalar, within, point = der[36:68], der[68:74], der[74:]
    if der[:36] != _PRIVATE or within != _WITHIN:
        raise ValueError("not written as it should be")
    key = PrivateScalar(scalar, PublicPoint(point))
    if not verify(key.public, b"", sign(key, b"")):
        raise ValueError("the halves do not belong together")
    return key


def read_public(pem: bytes) -> PublicPoint | None:
    """Read a public key; None when it is of another suite. :raises ValueError: it is no key"""
    der = _der(pem, b"PUBLIC KEY")
    if _CURVE not in der:
        return None
    binding()
    if der[:27] != _PUBLIC:
        raise ValueError("not written as it should be")
    return PublicPoint(der[27:])


def from_raw(public: bytes) -> PublicPoint:
    """Make a public key of its 64 bytes."""
    return PublicPoint(public)


def raw(key: PublicPoint) -> bytes:
    """Return the 64 bytes of a public key."""
    return key.point


def secret(key: PrivateScalar) -> bytes:
    """Return the private key's raw bytes, from which other secrets of its owner are derived."""
    return key.scalar


def jwk(key: PublicPoint) -> Mapping[str, str]:
    """Return the members of the public key that RFC 7638 takes the thumbprint of."""
    x, y = (
        urlsafe_b64encode(part).rstrip(b"=").decode("ascii")
        for part in (key.point[:32], key.point[32:])
    )
    return {"crv": "SM2", "kty": "EC", "x": x, "y": y}


@cache
def binding() -> Any:
    """Return the native binding. :raises BindingMissing: it is not installed"""
    try:
        # optional, and of no use to those who keep to the default suite
        import gmssl_pyx  # noqa: PLC0415
    except ImportError:
        raise BindingMissing from None
    return gmssl_pyx


@cache
def _identified(point: bytes) -> bytes:
    """Return Z, the digest of who signs: identity, curve and public key (GB/T 32918.2 §5.5)."""
    curve = b"".join(number.to_bytes(32) for number in (A, B, GX, GY))
    return _sm3((8 * len(IDENTITY)).to_bytes(2) + IDENTITY + curve + point)


def _sm3(content: bytes) -> bytes:
    digest = Hash(SM3())
    digest.update(content)
    return digest.finalize()


def _pem(label: bytes, der: bytes) -> bytes:
    text = b64encode(der)
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    begin, end = b"-----BEGIN " + label + b"-----", b"-----END " + label + b"-----"
    return b"\n".join([begin, *lines, end, b""])


def _der(pem: bytes, label: bytes) -> bytes:
    found = _PEM.fullmatch(pem)
    if found is None or found[1] != label:
        raise ValueError("not PEM of this kind")
    try:
        return b64decode(b"".join(found[2].split()), validate=True)
    except binascii.Error:
        raise ValueError("not PEM") from None
