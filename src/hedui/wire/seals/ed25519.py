"""Ed25519 (RFC 8032) as JOSE's EdDSA (RFC 8037): the default suite."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

NAME = "ed25519"
ALGORITHM = "EdDSA"


def generate() -> Ed25519PrivateKey:
    """Make a new private key."""
    return Ed25519PrivateKey.generate()


def public_of(key: Ed25519PrivateKey) -> Ed25519PublicKey:
    """Return the public half of a private key."""
    return key.public_key()


def sign(key: Ed25519PrivateKey, content: bytes) -> bytes:
    """Return the signature over bytes, 64 bytes."""
    return key.sign(content)


def verify(key: Ed25519PublicKey, content: bytes, signature: bytes) -> bool:
    """Tell whether a signature over bytes holds."""
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def write_private(key: Ed25519PrivateKey) -> bytes:
    """Return a private key as PEM (PKCS #8)."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def write_public(key: Ed25519PublicKey) -> bytes:
    """Return a public key as PEM (SubjectPublicKeyInfo)."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def read_private(pem: bytes) -> Ed25519PrivateKey | None:
    """Read a private key; None when it is of another suite. :raises ValueError: it is no key"""
    try:
        key = load_pem_private_key(pem, password=None)
    except UnsupportedAlgorithm:
        return None
    return key if isinstance(key, Ed25519PrivateKey) else None


def read_public(pem: bytes) -> Ed25519PublicKey | None:
    """Read a public key; None when it is of another suite. :raises ValueError: it is no key"""
    try:
        key = load_pem_public_key(pem)
    except UnsupportedAlgorithm:
        return None
    return key if isinstance(key, Ed25519PublicKey) else None


def from_raw(public: bytes) -> Ed25519PublicKey:
    """Make a public key of its 32 bytes."""
    return Ed25519PublicKey.from_public_bytes(public)


def raw(key: Ed25519PublicKey) -> bytes:
    """Return the 32 bytes of a public key."""
    return key.public_bytes_raw()


def secret(key: Ed25519PrivateKey) -> bytes:
    """Return the private key's raw bytes, from which other secrets of its owner are derived."""
    return key.private_bytes_raw()


def jwk(key: Ed25519PublicKey) -> Mapping[str, str]:
    """Return the members of the public key that RFC 7638 takes the thumbprint of."""
    x = urlsafe_b64encode(raw(key)).rstrip(b"=").decode("ascii")
    return {"crv": "Ed25519", "kty": "OKP", "x": x}
