"""Time-based one-time codes 动态码 (RFC 6238, by HOTP of RFC 4226): six digits, half a minute."""

import base64
import hmac
import secrets
from urllib.parse import quote

STEP = 30  # seconds
DIGITS = 6
SECRET_BYTES = 20
DRIFT = 1  # steps that a telephone's clock may be off, either way


def new_secret() -> bytes:
    """Draw a secret of 160 bits, as RFC 4226 recommends."""
    return secrets.token_bytes(SECRET_BYTES)


def code(secret: bytes, step: int) -> str:
    """Return the code of one step (HMAC-SHA-1, which every authenticator app has)."""
    digest = hmac.digest(secret, step.to_bytes(8), "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret: bytes, given: str, *, at: float) -> int | None:
    """
    Return the step whose code was given, or None.

    at: seconds since 1970. Every step allowed is tried, so that the time taken tells nothing.
    """
    now = int(at) // STEP
    fitting = [
        step
        for step in range(now - DRIFT, now + DRIFT + 1)
        if hmac.compare_digest(code(secret, step).encode(), given.encode())
    ]
    return max(fitting, default=None)


def uri(secret: bytes, *, label: str) -> str:
    """Return the address that authenticator apps read from a QR code."""
    issuer = quote("核对")
    return f"otpauth://totp/{issuer}:{quote(label)}?secret={written(secret)}&issuer={issuer}"


def written(secret: bytes) -> str:
    """Write a secret as it is typed in where no code can be scanned (base32)."""
    return base64.b32encode(secret).decode("ascii")
