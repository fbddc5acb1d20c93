"""
A ring of keys 密钥环: each in force from a day on, the earlier ones still good for what they made.

The first key is `name.pem`; one from a day on is `name-2026-12-01.pem`. All public halves stand in
`name.pub.pem`, those to come included, so that partners have a key before it signs. The folder is
looked at anew whenever a signature is asked for: processes that run need no restart.
"""

import os
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hedui.wire.seals.keys import (
    KeyFileError,
    add_public,
    generate_into,
    load_publics,
    load_signer,
    public_path,
)
from hedui.wire.seals.signatures import PublicKey, Signer

FIRST = date.min
"""The day from which the first key of a ring is in force."""

_DAY = re.compile(r"-(\d{4}-\d{2}-\d{2})")


def dated(first: Path, day: date) -> Path:
    """Return where the key from a day on lies, beside the first of its ring."""
    if day == FIRST:
        return first
    return first.with_name(f"{first.stem}-{day.isoformat()}{first.suffix}")


def files_of(first: Path) -> list[tuple[date, str, tuple[int, int]]]:
    """List a ring's files by the day from which each is in force, with what tells a change."""
    found = []
    folder, begins, ends = first.parent, first.stem, first.suffix
    for name in _names_in(folder):
        if not (name.startswith(begins) and name.endswith(ends)):
            continue
        rest = name.removeprefix(begins).removesuffix(ends)
        named = _DAY.fullmatch(rest)
        if rest and named is None:
            continue
        path = f"{folder}/{name}"
        try:
            status = os.stat(path)
            day = date.fromisoformat(named[1]) if named else FIRST
        except (OSError, ValueError):  # gone meanwhile, or a day that is none
            continue
        found.append((day, path, (status.st_mtime_ns, status.st_size)))
    return sorted(found)


def _names_in(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []


@dataclass(slots=True)
class SigningRing:
    """The signing keys of one party, in files."""

    first: Path
    _seen: object = None
    _signers: tuple[tuple[date, Signer], ...] = ()

    def signers(self) -> tuple[tuple[date, Signer], ...]:
        """
        Return the keys that can sign, by the day from which each does.

        :raises KeyFileError: one of the files cannot be used
        """
        files = files_of(self.first)
        if files != self._seen:
            self._signers = tuple((day, load_signer(Path(path))) for day, path, _stamp in files)
            self._seen = files
        return self._signers

    def signer(self, on: date) -> Signer:
        """
        Return the key that signs on a day.

        :raises KeyFileError: there is none, or it cannot be used
        """
        in_force = [signer for day, signer in self.signers() if day <= on]
        if not in_force:
            raise KeyFileError(f"{self.first}：没有可用的签名密钥")
        return in_force[-1]

    def publics(self) -> list[PublicKey]:
        """Return all public halves, of keys that were, are and will be in force."""
        return load_publics(public_path(self.first))

    def make(self, suite: str) -> None:
        """Make the first key if there is none, and write down public halves that are missing."""
        if not files_of(self.first):
            generate_into(self.first, public_path(self.first), suite=suite)
        for _day, signer in self.signers():
            add_public(signer, public_path(self.first))

    def add(self, suite: str, day: date) -> Signer:
        """
        Make a key that signs from a day on, and publish its public half now.

        :raises FileExistsError: there is a key from that day on
        :raises BindingMissing: as `generate_key`
        """
        return generate_into(dated(self.first, day), public_path(self.first), suite=suite)
