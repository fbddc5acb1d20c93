"""
Sign, and verify what others signed (签章): JSON Web Signatures, compact and detached.

The algorithm belongs to the key and is never taken from a header that arrived. A suite is one
module here with the same names in each: `ed25519`, the default, and `sm2` (国密).
"""

from hedui.wire.seals.keys import (
    SECRET,
    KeyFileError,
    derived_secret,
    generate_key,
    load_public,
    load_publics,
    load_signer,
    public_path,
    public_pem,
    read_publics,
    write_public,
)
from hedui.wire.seals.rings import SigningRing
from hedui.wire.seals.signatures import (
    SIGNS_WITH,
    PublicKey,
    SealError,
    Signer,
    Verifier,
    signs_with,
)
from hedui.wire.seals.sm2 import BindingMissing

__all__ = [
    "SECRET",
    "SIGNS_WITH",
    "BindingMissing",
    "KeyFileError",
    "PublicKey",
    "SealError",
    "Signer",
    "SigningRing",
    "Verifier",
    "derived_secret",
    "generate_key",
    "load_public",
    "load_publics",
    "load_signer",
    "public_path",
    "public_pem",
    "read_publics",
    "signs_with",
    "write_public",
]
