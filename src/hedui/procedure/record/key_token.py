"""
Keys in a token of PKCS #11 令牌密钥: an HSM, a smart card, or SoftHSM. No secret key leaves it.

The token is named as RFC 7512 has it, with where its module lies and where its PIN is read:

    pkcs11:token=hedui?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=/etc/hedui/pin

Labels of what lies in it: `hedui-signing` (Ed25519), `hedui-sealing` (AES-256), both with
`-2026-12-01` behind for a key from a day on, and `hedui-index` (HMAC-SHA-256). Public halves are
published in the keys folder, as with files.
"""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from threading import RLock
from typing import Any, get_args
from urllib.parse import parse_qsl, unquote

from hedui.procedure.record.ciphers import NONCE, TAG
from hedui.procedure.record.keys import SIGNING_KEY_PUBLIC, Held, Use
from hedui.procedure.record.outcome import Refusal, Trouble
from hedui.wire.seals import PublicKey, Signer, load_publics
from hedui.wire.seals.keys import add_public
from hedui.wire.seals.rings import FIRST
from hedui.wire.seals.signatures import SUITES

try:
    import pkcs11
    from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
except ImportError:
    raise Trouble("HEDUI_KEYS_TOKEN 需要安装 hedui[pkcs11](python-pkcs11)。") from None

USES: tuple[Use, ...] = get_args(Use)
ID = 8
FRESH = 60.0
"""For so many seconds a process believes the list of keys that it read from the token."""
EDWARDS25519 = bytes.fromhex("06032b6570")
"""The curve by its object identifier, 1.3.101.112."""
KEPT = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}


@dataclass(frozen=True, slots=True)
class Where:
    """Which token, by which module, opened with which PIN."""

    token: str
    module: str
    pin_source: str

    @classmethod
    def read(cls, uri: str) -> "Where":
        """Read a URI of RFC 7512. :raises Trouble: a part that is needed is missing"""
        scheme, _, rest = uri.partition(":")
        path, _, query = rest.partition("?")
        parts = dict(part.partition("=")[::2] for part in path.split(";"))
        asked = dict(parse_qsl(query))
        where = cls(
            unquote(parts.get("token", "")),
            asked.get("module-path", ""),
            asked.get("pin-source", "").removeprefix("file:"),
        )
        if scheme != "pkcs11" or not (where.token and where.module and where.pin_source):
            raise Trouble(
                "HEDUI_KEYS_TOKEN 应写作 pkcs11:token=…?module-path=…&pin-source=…(RFC 7512)。"
            )
        return where


class TokenKeys:
    """The keys of an installation in one token."""

    def __init__(self, uri: str, folder: Path) -> None:
        self.where, self.folder = Where.read(uri), folder
        self._lock = RLock()  # a session of PKCS #11 serves one caller at a time
        self._process = 0
        self._session: Any = None
        self._read_at = -FRESH
        self._keys: dict[Use, list[tuple[Held, Any]]] = {}
        self._index: Any = None
        self._publics: dict[str, PublicKey] = {}

    def make(self, suite: str) -> None:
        """Make the keys that are missing; those that are there stay."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._opened() as session:
            for use in USES:
                if not self._ring(use):
                    self.add(use, suite, FIRST)
            if self._index is None:
                secret = {**KEPT, Attribute.SIGN: True}
                kind = KeyType.GENERIC_SECRET
                session.generate_key(kind, 256, label="hedui-index", store=True, template=secret)
            self._read_at = -FRESH
            for held, _key in self._ring("signing"):
                self._publish(self._signer(held))

    def add(self, use: Use, suite: str, day: date) -> Held:
        """Make a key that is in force from a day on. :raises Refusal: that day has one"""
        if suite != "default":
            raise Trouble("令牌中的密钥只支持 HEDUI_CRYPTO_SUITE=default。")
        label = f"hedui-{use}" if day == FIRST else f"hedui-{use}-{day.isoformat()}"
        with self._opened() as session:
            if any(held.since == day for held, _key in self._ring(use)):
                raise Refusal(f"自 {day} 起已经有一把密钥,请另定日期。", "from")
            (self._add_signing if use == "signing" else self._add_sealing)(session, label)
            self._read_at = -FRESH
            made = next(held for held, _key in self._ring(use) if held.since == day)
            if use == "signing":
                self._publish(self._signer(made))
            return made

    def held(self) -> list[Held]:
        """List the keys, by use and day."""
        with self._opened():
            return [held for use in USES for held, _key in self._ring(use)]

    def signer(self, on: date) -> Signer:
        """Return the key that signs."""
        with self._opened():
            return self._signer(self._in_force("signing", on)[0])

    def publics(self) -> list[PublicKey]:
        """Return all public halves: of keys that were, are and will be in force."""
        return load_publics(self.folder / SIGNING_KEY_PUBLIC)

    def wrapping(self, on: date) -> Held:
        """Return the key that wraps."""
        with self._opened():
            return self._in_force("sealing", on)[0]

    def wrap(self, key: bytes, owner: bytes, on: date) -> bytes:
        """Wrap the key of a case: name of the wrapping key, nonce, the key encrypted."""
        nonce = os.urandom(NONCE)
        with self._opened():
            held, wrapping = self._in_force("sealing", on)
            sealed = wrapping.encrypt(
                key, mechanism=Mechanism.AES_GCM, mechanism_param=_gcm(nonce, owner)
            )
        return bytes.fromhex(held.id) + nonce + bytes(sealed)

    def unwrap(self, wrapped: bytes, owner: bytes) -> bytes:
        """Unwrap the key of a case, whichever key wrapped it."""
        name, nonce, sealed = wrapped[:ID], wrapped[ID : ID + NONCE], wrapped[ID + NONCE :]
        with self._opened():
            under = next((k for h, k in self._ring("sealing") if h.id == name.hex()), None)
            if under is None:
                self._read_at = -FRESH  # another process may have made it a moment ago
                under = next((k for h, k in self._ring("sealing") if h.id == name.hex()), None)
            if under is None:
                raise Trouble("案件密钥的包裹密钥不在令牌中。")
            try:
                opened = under.decrypt(
                    sealed, mechanism=Mechanism.AES_GCM, mechanism_param=_gcm(nonce, owner)
                )
            except pkcs11.PKCS11Error:
                raise Trouble("密封数据无法打开:密钥不符或数据被改动。") from None
        return bytes(opened)

    def index(self, value: bytes) -> bytes:
        """Return HMAC-SHA-256 under a key that stays in the token."""
        with self._opened():
            self._ring("sealing")
            if self._index is None:
                raise Trouble("令牌中没有 hedui-index:请先运行 hedui setup。")
            return bytes(self._index.sign(value, mechanism=Mechanism.SHA256_HMAC))

    # ---- the token

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        """Hold the session, opened anew in a process that was forked or after it broke."""
        with self._lock:
            try:
                if self._process != os.getpid():
                    self._open()
                yield self._session
            except pkcs11.PKCS11Error as error:
                self._process = 0
                kind = type(error).__name__
                raise Trouble(f"密钥令牌 {self.where.token} 不能使用({kind})。") from None

    def _open(self) -> None:
        try:
            pin = Path(self.where.pin_source).read_text(encoding="utf-8").strip()
            library = pkcs11.lib(self.where.module)
            library.reinitialize()
            token = library.get_token(token_label=self.where.token)
            self._session = token.open(user_pin=pin, rw=True)
        except (OSError, RuntimeError) as error:
            said = getattr(error, "filename", None) or self.where.module
            raise Trouble(f"密钥令牌 {self.where.token} 不能打开:{said}。") from None
        self._process, self._read_at = os.getpid(), -FRESH

    def _ring(self, use: Use) -> list[tuple[Held, Any]]:
        if time.monotonic() - self._read_at >= FRESH:
            self._keys = {
                "signing": self._read("signing", ObjectClass.PRIVATE_KEY),
                "sealing": self._read("sealing", ObjectClass.SECRET_KEY),
            }
            self._index = next(iter(self._found({Attribute.LABEL: "hedui-index"})), None)
            self._read_at = time.monotonic()
        return self._keys[use]

    def _found(self, wanted: dict[Any, Any]) -> list[Any]:
        # to the end: a session has one search at a time
        return list(self._session.get_objects(wanted))

    def _read(self, use: Use, kind: Any) -> list[tuple[Held, Any]]:
        found = []
        for key in self._found({Attribute.CLASS: kind}):
            name, _, day = key.label.partition(f"hedui-{use}")
            if name or not key.label.startswith(f"hedui-{use}"):
                continue
            since = date.fromisoformat(day[1:]) if day else FIRST
            id_ = self._published(key) if use == "signing" else bytes(key.id).hex()
            found.append((Held(use, id_, "default", since), key))
        return sorted(found, key=lambda pair: pair[0].since)

    def _in_force(self, use: Use, on: date) -> tuple[Held, Any]:
        keys = [pair for pair in self._ring(use) if pair[0].since <= on]
        if not keys:
            raise Trouble(f"令牌中没有 hedui-{use}:请先运行 hedui setup。")
        return keys[-1]

    def _published(self, key: Any) -> str:
        """Take note of the public half that lies beside a private key, and return its kid."""
        [half] = self._found({Attribute.LABEL: key.label, Attribute.CLASS: ObjectClass.PUBLIC_KEY})
        # CKA_EC_POINT is an octet string around the 32 bytes
        point = bytes(half[Attribute.EC_POINT])[-32:]
        public = PublicKey.of("ed25519", SUITES["ed25519"].from_raw(point))
        self._publics[public.kid] = public
        return public.kid

    def _signer(self, held: Held) -> Signer:
        return Signer(self._publics[held.id], partial(self._sign, held))

    def _sign(self, held: Held, content: bytes) -> bytes:
        with self._opened():
            key = next(k for h, k in self._ring("signing") if h == held)
            return bytes(key.sign(content, mechanism=Mechanism.EDDSA))

    def _add_signing(self, session: Any, label: str) -> None:
        curve = session.create_domain_parameters(
            KeyType.EC_EDWARDS, {Attribute.EC_PARAMS: EDWARDS25519}, local=True
        )
        curve.generate_keypair(
            mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
            store=True,
            label=label,
            private_template=KEPT,
        )

    def _add_sealing(self, session: Any, label: str) -> None:
        name = secrets.token_bytes(ID)
        session.generate_key(KeyType.AES, 256, id=name, label=label, store=True, template=KEPT)

    def _publish(self, signer: Signer) -> None:
        add_public(signer, self.folder / SIGNING_KEY_PUBLIC)


def _gcm(nonce: bytes, owner: bytes) -> Any:
    return pkcs11.GCMParams(nonce, owner, 8 * TAG)
