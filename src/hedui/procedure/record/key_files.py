"""
Keys in files 文件密钥, the built-in provider: readable by their owner alone.

    platform.pem   platform-2026-12-01.pem   sign, each from its day on
    platform.pub.pem                         all their public halves
    sealing.key    sealing-2026-12-01.key    wrap the keys of cases, likewise
    index.key                                finds numbers and names; it never changes
"""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hashes import SHA256, SM3, HashAlgorithm
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hedui.procedure.record.ciphers import AES_KEY, SM4_KEY, cipher, seal, unseal
from hedui.procedure.record.keys import SIGNING_KEY, Held, Use
from hedui.procedure.record.outcome import Refusal, Trouble
from hedui.wire.seals import SIGNS_WITH, KeyFileError, PublicKey, Signer, SigningRing
from hedui.wire.seals.rings import FIRST, dated, files_of

SEALING_KEY, INDEX_KEY = "sealing.key", "index.key"
ID = 8
"""So many bytes before a wrapped key name what wrapped it."""
UNNAMED = 60
"""As long is a key that was wrapped before sealing keys had names: the first of them did it."""

T = TypeVar("T")
SIGNED_WITH = MappingProxyType({signs: suite for suite, signs in SIGNS_WITH.items()})


@dataclass(frozen=True, slots=True)
class Secret:
    """32 random bytes in a file, and the suite whose algorithms are used with them."""

    suite: str
    content: bytes = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> "Secret":
        """Read hexadecimal, after `sm:` where it is of that suite. :raises Trouble: it is not"""
        try:
            suite, colon, text = path.read_text(encoding="ascii").strip().rpartition(":")
            content = bytes.fromhex(text)
            if len(content) != 32 or (suite if colon else "default") not in SIGNS_WITH:
                raise ValueError
        except FileNotFoundError:
            raise Trouble(f"缺少加密密钥 {path}:请先运行 hedui setup。") from None
        except ValueError:
            raise Trouble(f"{path} 不是可用的加密密钥。") from None
        return cls(suite or "default", content)

    @property
    def written(self) -> str:
        """Return it as its file has it."""
        text = self.content.hex()
        return text if self.suite == "default" else f"{self.suite}:{text}"

    @property
    def hash(self) -> HashAlgorithm:
        """Return the hash of its suite."""
        return SM3() if self.suite == "sm" else SHA256()

    @property
    def case_key(self) -> int:
        """Return how long a key of its suite's cipher is."""
        return SM4_KEY if self.suite == "sm" else AES_KEY

    def derived(self, purpose: bytes, length: int) -> bytes:
        """Derive a key for one purpose."""
        return HKDF(self.hash, length, salt=None, info=purpose).derive(self.content)


class SealingKey:
    """A key that wraps the keys of cases, and the name that stands before what it wrapped."""

    def __init__(self, secret: Secret, since: date) -> None:
        self.since, self.suite = since, secret.suite
        self.id = secret.derived(b"hedui sealing key id", ID)
        self.cipher = cipher(secret.derived(b"hedui case keys", secret.case_key))

    def told(self) -> Held:
        """Return what may be told of it."""
        return Held("sealing", self.id.hex(), self.suite, self.since)


class FileKeys:
    """The keys of an installation in files of one folder, looked at anew at every use."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ring = SigningRing(folder / SIGNING_KEY)
        self._seen: object = None
        self._sealing: list[SealingKey] = []
        self._index: Secret | None = None

    def make(self, suite: str) -> None:
        """Make the keys that are missing (mode 0600); those that are there stay."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._ring.make(SIGNS_WITH[suite])
        first, index = self.folder / SEALING_KEY, self.folder / INDEX_KEY
        if not files_of(first):
            _write_new(first, Secret(suite, secrets.token_bytes(32)))
        if not index.exists():
            # of the first sealing key, so that it is what it was before it had a file of its own
            told = Secret.read(first)
            _write_new(index, Secret(told.suite, told.derived(b"hedui blind index", 32)))

    def add(self, use: Use, suite: str, day: date) -> Held:
        """Make a key that is in force from a day on. :raises Refusal: that day has one"""
        try:
            if use == "signing":
                kid = self._ring.add(SIGNS_WITH[suite], day).kid
                return Held(use, kid, suite, day)
            made = Secret(suite, secrets.token_bytes(32))
            _write_new(dated(self.folder / SEALING_KEY, day), made)
            return SealingKey(made, day).told()
        except FileExistsError:
            raise Refusal(f"自 {day} 起已经有一把密钥,请另定日期。", "from") from None

    def held(self) -> list[Held]:
        """List the keys, by use and day."""
        signing = _troubled(self._ring.signers)
        return [
            *(Held("signing", s.kid, SIGNED_WITH[s.suite], day) for day, s in signing),
            *(key.told() for key in self._sealing_keys()),
        ]

    def signer(self, on: date) -> Signer:
        """Return the key that signs."""
        try:
            return self._ring.signer(on)
        except KeyFileError as fault:
            if not files_of(self._ring.first):
                missing = f"缺少签名密钥 {self._ring.first}:请先运行 hedui setup。"
                raise Trouble(missing) from None
            raise Trouble(f"{fault}。") from None

    def publics(self) -> list[PublicKey]:
        """Return all public halves: of keys that were, are and will be in force."""
        return _troubled(self._ring.publics)

    def wrapping(self, on: date) -> Held:
        """Return the key that wraps."""
        return self._in_force(on).told()

    def wrap(self, key: bytes, owner: bytes, on: date) -> bytes:
        """Wrap the key of a case: name of the wrapping key, nonce, the key encrypted."""
        wrapping = self._in_force(on)
        return wrapping.id + seal(wrapping.cipher, key, owner)

    def unwrap(self, wrapped: bytes, owner: bytes) -> bytes:
        """Unwrap the key of a case, whichever key wrapped it."""
        keys = {key.id: key for key in self._sealing_keys()}
        if len(wrapped) == UNNAMED:
            under, sealed = next((k for k in keys.values() if k.since == FIRST), None), wrapped
        else:
            under, sealed = keys.get(wrapped[:ID]), wrapped[ID:]
        if under is None:
            raise Trouble("案件密钥的包裹密钥不在:请从备份恢复 keys 目录。")
        try:
            return unseal(under.cipher, sealed, owner)
        except InvalidTag:
            raise Trouble("密封数据无法打开:密钥不符或数据被改动。") from None

    def index(self, value: bytes) -> bytes:
        """Return HMAC-SHA-256, or HMAC-SM3 where the installation began with `sm`."""
        if self._index is None:
            self._index = Secret.read(self.folder / INDEX_KEY)
        keyed = HMAC(self._index.content, self._index.hash)
        keyed.update(value)
        return keyed.finalize()

    def _sealing_keys(self) -> list[SealingKey]:
        files = files_of(self.folder / SEALING_KEY)
        if files != self._seen:
            self._sealing = [
                SealingKey(Secret.read(Path(path)), day) for day, path, _stamp in files
            ]
            self._seen = files
        return self._sealing

    def _in_force(self, on: date) -> SealingKey:
        keys = [key for key in self._sealing_keys() if key.since <= on]
        if not keys:
            raise Trouble(f"缺少加密密钥 {self.folder / SEALING_KEY}:请先运行 hedui setup。")
        return keys[-1]


def _troubled(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except KeyFileError as fault:
        raise Trouble(f"{fault}。") from None


def _write_new(path: Path, secret: Secret) -> None:
    """Let the file appear whole, and never over another. :raises FileExistsError: there is one"""
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret.written)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(unfinished, path)
    finally:
        unfinished.unlink()
