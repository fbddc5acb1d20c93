"""
Signed notes 签名便笺: how checkpoints and cosignatures are written (C2SP signed-note,
tlog-checkpoint, tlog-cosignature). How they are read stands in `verify`.
"""

import base64
from collections.abc import Callable
from datetime import datetime

from hedui.ledger.verify import LOG, WITNESS, Checkpoint, Key

Sign = Callable[[bytes], bytes]
"""Signs bytes with Ed25519."""


def sign_checkpoint(origin: str, size: int, root: bytes, public: bytes, sign: Sign) -> str:
    """Write the signed note of a log's head: origin, size, root, and the log's signature."""
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    return f"{text}\n{_line(Key(origin, public, LOG), sign(text.encode()))}"


def cosign(note: str, name: str, public: bytes, sign: Sign, at: datetime) -> str:
    """
    Write a witness's line 见证 under a checkpoint: it has seen the log in this state at this time.

    A witness does so only after it has verified that the log only grew since it last looked.
    """
    seen = int(at.timestamp())
    text = Checkpoint.parse(note).text
    signature = sign(f"cosignature/v1\ntime {seen}\n{text}".encode())
    return _line(Key(name, public, WITNESS), seen.to_bytes(8) + signature)


def _line(key: Key, signature: bytes) -> str:
    return f"— {key.name} {base64.b64encode(key.hint + signature).decode()}\n"
