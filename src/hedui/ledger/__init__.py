"""
台账 (ledger): the mathematics of the append-only log, for whoever wants to recompute it.

A Merkle tree over the bytes of the entries, hashed as RFC 9162 §2.1 says, with proofs, signed
checkpoints and their verification. `verify` is one file that an auditor can take away and run
alone; the act of writing an entry belongs to `hedui.procedure.record`.
"""

from hedui.ledger.notes import cosign, sign_checkpoint
from hedui.ledger.proofs import (
    Subtree,
    prove_consistency,
    prove_inclusion,
    verify_consistency,
    verify_inclusion,
)
from hedui.ledger.tree import Frontier, root_of
from hedui.ledger.verify import Checkpoint, Key, leaf_hash

__all__ = [
    "Checkpoint",
    "Frontier",
    "Key",
    "Subtree",
    "cosign",
    "leaf_hash",
    "prove_consistency",
    "prove_inclusion",
    "root_of",
    "sign_checkpoint",
    "verify_consistency",
    "verify_inclusion",
]
