"""
台账 (ledger): the mathematics of the append-only log, for whoever wants to recompute it.

A Merkle tree over the bytes of the entries, hashed as RFC 9162 §2.1 says. This floor needs
nothing but the standard library, so an auditor can install and read it alone; the act of
writing an entry belongs to `hedui.procedure.record`.
"""

from hedui.ledger.tree import Frontier, leaf_hash, root_of

__all__ = ["Frontier", "leaf_hash", "root_of"]
