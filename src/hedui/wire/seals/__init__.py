"""
Sign, and verify what others signed (签章): JSON Web Signatures, compact and detached.

The algorithm belongs to the key and is never taken from a header that arrived. A suite is
one module here (`ed25519`); the SM suite (国密) will be a second, with the same six names.
"""

from hedui.wire.seals.keys import (
    KeyFileError,
    generate_key,
    load_public,
    load_signer,
    public_path,
    read_public,
    write_public,
)
from hedui.wire.seals.signatures import PublicKey, SealError, Signer, Verifier

__all__ = [
    "KeyFileError",
    "PublicKey",
    "SealError",
    "Signer",
    "Verifier",
    "generate_key",
    "load_public",
    "load_signer",
    "public_path",
    "read_public",
    "write_public",
]
