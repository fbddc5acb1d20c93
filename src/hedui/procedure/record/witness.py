"""
Witness 见证 another's ledger: the level above, below or beside sees that it only grew.

One of the doors to the outside; nothing passes it but checkpoints, which are digests.
"""

import json
from base64 import b64decode
from collections.abc import Collection
from http import HTTPStatus
from pathlib import Path

from hedui import ledger
from hedui.ledger.verify import LOG, Key, Unreadable
from hedui.procedure.record import lines
from hedui.procedure.record.moment import process_clock
from hedui.wire.seals import Signer

PATIENCE = 20.0


class NotGrown(Exception):
    """The ledger looked at cannot be witnessed: it was rewritten, is not there, or not theirs."""


def follow(
    url: str, *, keys: Collection[bytes], name: str, signer: Signer, state: Path
) -> ledger.Checkpoint:
    """
    Look at a ledger once: verify that it has only grown, keep its checkpoint, and cosign it.

    url: where the other installation is; keys: its public keys, received from it by another way
    state: the file that keeps the checkpoint seen last; it is what proves a rollback later

    :raises NotGrown: it is not what it was, or does not answer; the state stays as it was
    """
    note = _asked(f"{url}/api/ledger/checkpoint").decode("utf-8", "replace")
    seen = _signed(note, keys)
    if state.exists():
        _has_grown(url, _signed(state.read_text(encoding="utf-8"), keys), seen)
    _keep(state, note)
    public = signer.public().raw
    line = ledger.cosign(note, name, public, signer.sign_bytes, process_clock())
    _asked(f"{url}/api/ledger/cosignatures", (note + line).encode())
    return seen


def _asked(url: str, body: bytes | None = None) -> bytes:
    """Ask the other installation, or post to it, and return what it answers."""
    try:
        status, content = lines.send(url, body, patience=PATIENCE)
    except lines.Failure as error:
        raise NotGrown(f"对方没有应答:{type(error).__name__}") from None
    if status != HTTPStatus.OK:
        raise NotGrown(f"对方没有应答:HTTP {status}")
    return content


def _signed(note: str, keys: Collection[bytes]) -> ledger.Checkpoint:
    try:
        seen = ledger.Checkpoint.parse(note)
    except Unreadable as error:
        raise NotGrown(f"{error}。") from None
    if not any(seen.signed_by(Key(seen.origin, key, LOG)) for key in keys):
        raise NotGrown("检查点不是用登记的公钥签署的。")
    return seen


def _has_grown(url: str, before: ledger.Checkpoint, now: ledger.Checkpoint) -> None:
    if before.origin != now.origin or now.size < before.size:
        raise NotGrown(f"台账被回退:此前见过 {before.size} 条,现在只有 {now.size} 条。")
    answered = _asked(f"{url}/api/ledger/growth?from={before.size}&to={now.size}")
    try:
        proof = [b64decode(step, validate=True) for step in json.loads(answered)["proof"]]
    except (ValueError, KeyError, TypeError):
        raise NotGrown("对方没有给出可以识读的增长证明。") from None
    if not ledger.verify_consistency(before.size, now.size, before.root, now.root, proof):
        raise NotGrown(f"台账被改写:前 {before.size} 条已不是此前见过的。")


def _keep(state: Path, note: str) -> None:
    unfinished = state.with_name(f"{state.name}.part")
    unfinished.write_text(note, encoding="utf-8")
    unfinished.replace(state)
