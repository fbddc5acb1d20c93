"""
The keys of an installation 密钥: what signs, what wraps the keys of cases, what finds a number.

Everything else asks here. Where the keys lie is a provider's affair: in files, or in a token of
PKCS #11 such as an HSM; another is another class with the names of `Keys`.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, Protocol

from django.conf import settings

from hedui.procedure.record.moment import process_clock
from hedui.wire.moments import china_day
from hedui.wire.seals import PublicKey, Signer, Verifier

SIGNING_KEY = "platform.pem"
SIGNING_KEY_PUBLIC = "platform.pub.pem"

Use = Literal["signing", "sealing"]


@dataclass(frozen=True, slots=True)
class Held:
    """
    One key, as `hedui keys list` shows it.

    id: a thumbprint for signing; for sealing, what stands before each key that it wrapped
    suite: `default` or `sm`    since: the day from which it is in force
    """

    use: Use
    id: str
    suite: str
    since: date


class Keys(Protocol):
    """
    Where keys lie, and what is done with them there 密钥提供者.

    A key is in force from a day on (`on`: which day it is). One that is no longer in force still
    opens what it wrapped, until it is destroyed; its signatures hold for as long as its public
    half is among `publics`. Whatever fails is a `Trouble` or a `KeyFileError`, in one line.
    """

    def make(self, suite: str) -> None:
        """Make the keys that are missing; those that are there stay."""

    def add(self, use: Use, suite: str, day: date) -> Held:
        """Make a key that is in force from a day on. :raises Refusal: that day has one"""

    def held(self) -> list[Held]:
        """List the keys, by use and day."""

    def signer(self, on: date) -> Signer:
        """Return the key that signs."""

    def publics(self) -> list[PublicKey]:
        """Return all public halves: of keys that were, are and will be in force."""

    def wrapping(self, on: date) -> Held:
        """Return the key that wraps."""

    def wrap(self, key: bytes, owner: bytes, on: date) -> bytes:
        """Wrap the key of a case, bound to its owner; what wraps it is named before it."""

    def unwrap(self, wrapped: bytes, owner: bytes) -> bytes:
        """Unwrap the key of a case, whichever key wrapped it."""

    def index(self, value: bytes) -> bytes:
        """Return the keyed hash by which an exact value is found. Its key never changes."""


def provider() -> Keys:
    """Return the provider that the settings name."""
    return _provider(settings.HEDUI_KEYS_TOKEN, Path(settings.HEDUI_KEYS_DIR))


@cache
def _provider(token: str, folder: Path) -> Keys:
    # each provider knows this module; and the token's needs what is installed only beside a token
    if token:
        from hedui.procedure.record.key_token import TokenKeys  # noqa: PLC0415

        return TokenKeys(token, folder)
    from hedui.procedure.record.key_files import FileKeys  # noqa: PLC0415

    return FileKeys(folder)


def make_keys() -> None:
    """Make the keys that are missing, of the suite that is set; those that are there stay."""
    provider().make(settings.HEDUI_CRYPTO_SUITE)


def signer() -> Signer:
    """
    Return the platform's signer, as of today.

    :raises Trouble: there is none, or it cannot be used
    """
    return provider().signer(_day())


def publics() -> list[PublicKey]:
    """Return the platform's public keys: of the past, of today, and those announced."""
    return provider().publics()


def verifier() -> Verifier:
    """Return what verifies the platform's own signatures, of today and before."""
    return Verifier.of(*publics())


def wrapping() -> Held:
    """Return the key that wraps the keys of cases today."""
    return provider().wrapping(_day())


def wrap(key: bytes, owner: bytes) -> bytes:
    """Wrap the key of a case with today's key."""
    return provider().wrap(key, owner, _day())


def unwrap(wrapped: bytes, owner: bytes) -> bytes:
    """Unwrap the key of a case. :raises Trouble: it is not this case's or this installation's"""
    return provider().unwrap(wrapped, owner)


def _day() -> date:
    # the process's clock: a key's day is no moment of an act, and is asked for at every signature
    return china_day(process_clock())
