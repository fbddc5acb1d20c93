"""Certificates of a private authority, right and wrong, for the hostile department."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

AUTHORITY = "authority.pem"


def make(folder: Path) -> None:
    """Write the authority's certificate and, each with its key, those that a server shows."""
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = _certificate("authority", authority_key, None, None)
    (folder / AUTHORITY).write_bytes(_pem(authority))
    stranger = ec.generate_private_key(ec.SECP256R1())
    for name, signer, host, days in (
        ("trusted", authority_key, "127.0.0.1", 1),
        ("self_signed", stranger, "127.0.0.1", 1),
        ("expired", authority_key, "127.0.0.1", -1),
        ("other_host", authority_key, "127.0.0.2", 1),
    ):
        key = stranger if name == "self_signed" else ec.generate_private_key(ec.SECP256R1())
        made = _certificate(name, key, signer, host, days)
        (folder / f"{name}.pem").write_bytes(_pem(made) + _private(key))


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey | None,
    host: str | None,
    days: int = 1,
) -> x509.Certificate:
    now = datetime.now(UTC)
    issuer = "authority" if signer is not key else name
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
    )
    if host:
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(signer or key, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
