"""Proofs that a person keeps 留存的证明: verified with the platform's public key alone."""

from collections.abc import Collection, Mapping
from typing import Any

from hedui.ledger.proofs import verify_inclusion
from hedui.ledger.verify import LOG, Checkpoint, Key, leaf_hash

FORMAT = "hedui-proofs-1"


class NotProven(ValueError):
    """An entry does not stand where its proof says, or nobody trusted signed that."""


def verify_kept(kept: Mapping[str, Any], publics: Collection[bytes]) -> tuple[int, int]:
    """
    Verify a file of proofs; return how many entries are proven, and how many have none yet.

    publics: the platform's public keys, of 32 (Ed25519) or 64 bytes (SM2)

    :raises NotProven: which entry does not hold, and why
    """
    if kept.get("format") != FORMAT:
        raise NotProven("这不是 hedui 的留痕证明文件。")
    keys = [Key(str(kept["origin"]), public, LOG) for public in publics]
    proven = waiting = 0
    for entry in kept["entries"]:
        if entry["proof"] is None:
            waiting += 1
            continue
        checkpoint = Checkpoint.parse(entry["checkpoint"])
        if not any(checkpoint.signed_by(key) for key in keys):
            raise NotProven(f"第 {entry['index']} 条:检查点不是这把公钥签署的。")
        leaf = leaf_hash(entry["content"].encode())
        path = [bytes.fromhex(part) for part in entry["proof"]]
        if not verify_inclusion(leaf, entry["index"], checkpoint.size, path, checkpoint.root):
            raise NotProven(f"第 {entry['index']} 条:内容与台账不符。")
        proven += 1
    return proven, waiting
