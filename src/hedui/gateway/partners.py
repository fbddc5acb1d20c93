"""
Know the partners whose messages are answered (合作方), by the public keys given for them.
"""

import logging
import os
from pathlib import Path

from hedui.wire.seals import KeyFileError, PublicKey, Verifier, load_public

_log = logging.getLogger(__name__)


class Partners:
    """
    The partners' public keys: PEM files, or directories of them, read again when they change.

    A file named after its owner (`310101-hedui.pub.pem`) binds the key to that sender.
    """

    def __init__(self, *paths: Path) -> None:
        self._paths = paths
        self._seen: object = None
        self._verifier = Verifier({})

    def verifier(self) -> Verifier:
        """Return what verifies the partners' signatures as of now."""
        files = self._files()
        stamp = [(path, status.st_mtime_ns, status.st_size) for path, status in files]
        if stamp != self._seen:
            self._verifier = Verifier.of(*self._keys([path for path, _status in files]))
            self._seen = stamp
        return self._verifier

    def _files(self) -> list[tuple[Path, os.stat_result]]:
        found = []
        for path in self._paths:
            for file in sorted(path.glob("*.pem")) if path.is_dir() else [path]:
                try:
                    found.append((file, file.stat()))
                except OSError:
                    continue
        return found

    @staticmethod
    def _keys(files: list[Path]) -> list[PublicKey]:
        keys = []
        for file in files:
            try:
                keys.append(load_public(file))
            except KeyFileError as fault:
                _log.warning("%s", fault)
        return keys
