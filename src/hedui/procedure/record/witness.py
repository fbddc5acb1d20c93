"""
Witness 见证 another's ledger: the level above, below or beside sees that it only grew.

One of the three doors to the outside; nothing passes it but checkpoints, which are digests.
"""

from base64 import b64decode
from pathlib import Path

import httpx

from hedui import ledger
from hedui.ledger.verify import LOG, Key, Unreadable
from hedui.procedure.record.moment import process_clock
from hedui.wire.seals import Signer

PATIENCE = 20.0


class NotGrown(Exception):
    """The ledger looked at cannot be witnessed: it was rewritten, is not there, or not theirs."""


def follow(url: str, *, key: bytes, name: str, signer: Signer, state: Path) -> ledger.Checkpoint:
    """
    Look at a ledger once: verify that it has only grown, keep its checkpoint, and cosign it.

    url: where the other installation is; key: its public key, received from it by another way
    state: the file that keeps the checkpoint seen last; it is what proves a rollback later

    :raises NotGrown: it is not what it was, or does not answer; the state stays as it was
    """
    with httpx.Client(base_url=url, timeout=PATIENCE) as client:
        try:
            note = client.get("/api/ledger/checkpoint").raise_for_status().text
            seen = _signed(note, key)
            if state.exists():
                _has_grown(client, _signed(state.read_text(encoding="utf-8"), key), seen)
            _keep(state, note)
            public = signer.public().key.public_bytes_raw()
            line = ledger.cosign(note, name, public, signer.sign_bytes, process_clock())
            client.post("/api/ledger/cosignatures", content=note + line).raise_for_status()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NotGrown(f"对方没有应答:{type(error).__name__}") from None
    return seen


def _signed(note: str, key: bytes) -> ledger.Checkpoint:
    try:
        seen = ledger.Checkpoint.parse(note)
    except Unreadable as error:
        raise NotGrown(f"{error}。") from None
    if not seen.signed_by(Key(seen.origin, key, LOG)):
        raise NotGrown("检查点不是用登记的公钥签署的。")
    return seen


def _has_grown(client: httpx.Client, before: ledger.Checkpoint, now: ledger.Checkpoint) -> None:
    if before.origin != now.origin or now.size < before.size:
        raise NotGrown(f"台账被回退:此前见过 {before.size} 条,现在只有 {now.size} 条。")
    sizes = {"from": before.size, "to": now.size}
    answered = client.get("/api/ledger/growth", params=sizes).raise_for_status().json()
    proof = [b64decode(step) for step in answered["proof"]]
    if not ledger.verify_consistency(before.size, now.size, before.root, now.root, proof):
        raise NotGrown(f"台账被改写:前 {before.size} 条已不是此前见过的。")


def _keep(state: Path, note: str) -> None:
    unfinished = state.with_name(f"{state.name}.part")
    unfinished.write_text(note, encoding="utf-8")
    unfinished.replace(state)
