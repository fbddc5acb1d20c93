"""
Know the partners whose messages are answered (合作方), by the public keys given for them.
"""

import logging
import os
from pathlib import Path

from hedui.wire.seals import KeyFileError, PublicKey, Verifier, load_publics

_NAMED = "如 310101-hedui.pub.pem"
_log = logging.getLogger(__name__)


class Partners:
    """
    The partners' public keys: PEM files, or directories of them, read again when they change.

    A file is one partner, with each of its keys that is taken at present: while it changes over
    to the next there are two. A file named after its owner (`310101-hedui.pub.pem`) binds them to
    that sender. One that names no owner stands for whoever asks, so it is taken only where no
    other is given.
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
            keys, faults = _load([path for path, _status in files])
            for fault in faults:
                _log.warning("%s", fault)
            self._verifier = Verifier.of(*keys)
            self._seen = stamp
        return self._verifier

    def need_key(self) -> None:
        """
        Make sure that there is somebody to answer before one begins to serve.

        :raises KeyFileError: there is no usable key now
        """
        keys, faults = _load([path for path, _status in self._files()])
        if not keys:
            said = faults or [f"{path} 处没有 PEM 文件" for path in self._paths]
            raise KeyFileError(
                f"没有可用的合作方公钥：{'；'.join(said)}。请向核对机构索取其数据目录中的 "
                "keys/platform.pub.pem，以所写的文件名放好。"
            )
        self.verifier()  # tells at once which files are left aside

    def _files(self) -> list[tuple[Path, os.stat_result]]:
        found = []
        for path in self._paths:
            for file in sorted(path.glob("*.pem")) if path.is_dir() else [path]:
                try:
                    found.append((file, file.stat()))
                except OSError:
                    continue
        return found


def _load(files: list[Path]) -> tuple[list[PublicKey], list[str]]:
    """Return the keys that may be relied on, and what is wrong with the other files."""
    keys: list[PublicKey] = []
    faults: list[str] = []
    for file in files:
        try:
            found = load_publics(file)
        except KeyFileError as fault:
            faults.append(str(fault))
            continue
        if found[0].owner is None and len(files) > 1:
            faults.append(f"{file}：未予采用；有多个公钥时，文件须以所有者命名（{_NAMED}）")
        else:
            keys += found
    return keys, faults
