"""Ed25519 (RFC 8032) as JOSE's EdDSA (RFC 8037): the default suite."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import TypeGuard

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from jwt.algorithms import Algorithm, OKPAlgorithm

NAME = "ed25519"
ALGORITHM = "EdDSA"


def algorithm() -> Algorithm:
    """Return what PyJWT signs and verifies with."""
    return OKPAlgorithm()


def generate() -> Ed25519PrivateKey:
    """Make a new private key."""
    return Ed25519PrivateKey.generate()


def owns_private(key: object) -> TypeGuard[Ed25519PrivateKey]:
    """Tell whether a private key belongs to this suite."""
    return isinstance(key, Ed25519PrivateKey)


def owns_public(key: object) -> TypeGuard[Ed25519PublicKey]:
    """Tell whether a public key belongs to this suite."""
    return isinstance(key, Ed25519PublicKey)


def secret(key: object) -> bytes:
    """Return the private key's raw bytes, from which other secrets of its owner are derived."""
    assert owns_private(key)
    return key.private_bytes_raw()


def jwk(key: object) -> Mapping[str, str]:
    """Return the members of the public key that RFC 7638 takes the thumbprint of."""
    assert owns_public(key)
    x = urlsafe_b64encode(key.public_bytes_raw()).rstrip(b"=").decode("ascii")
    return {"crv": "Ed25519", "kty": "OKP", "x": x}
