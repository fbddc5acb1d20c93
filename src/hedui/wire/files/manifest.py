"""
Write and read the manifest that stands beside a table (清单).

It is written last: where there is a manifest the table is whole. Its signature is a JWS with
detached payload over the RFC 8785 form of `manifest`, by the sender's key.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from hedui.wire import shapes, strict_json
from hedui.wire.canonical import canonical
from hedui.wire.checks import WireError
from hedui.wire.files.faults import FileFault
from hedui.wire.moments import FRESHNESS, moment_text, read_moment
from hedui.wire.seals import Signer, Verifier

FORMAT = "hedui-file-1"
TYP = "hedui-file+jws"
MOST_BYTES = 64 * 1024

Kind = Literal["request", "answer"]
Encoding = Literal["utf-8", "gb18030", "xlsx"]


@dataclass(frozen=True, slots=True)
class Manifest:
    """
    What a table must be 清单.

    message_id: names this file; correlation_id: of an answer, the request file that it answers
    file: the name of the table, in the same folder; columns: as they stand in its head
    count: rows after the head; sha256: of the table's bytes, in hexadecimal
    """

    kind: Kind
    message_id: str
    sender_id: str
    receiver_id: str
    source: str
    made_at: datetime
    file: str
    encoding: Encoding
    columns: tuple[str, ...]
    count: int
    sha256: str
    correlation_id: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it as it is signed."""
        written = {
            "format": FORMAT,
            "kind": self.kind,
            "message_id": self.message_id,
            "sender_id": self.sender_id,
            "receiver_id": self.receiver_id,
            "source": self.source,
            "made_at": moment_text(self.made_at),
            "file": self.file,
            "encoding": self.encoding,
            "columns": list(self.columns),
            "count": self.count,
            "sha256": self.sha256,
        }
        return written | ({"correlation_id": self.correlation_id} if self.correlation_id else {})


def name_of(kind: Kind, message_id: str, ending: str) -> str:
    """Return the name of a file, such as `0191….request.csv`."""
    return f"{message_id}.{kind}.{ending}"


def build_manifest(manifest: Manifest, signer: Signer | None) -> bytes:
    """Write a manifest, signed; unsigned where an OpenPGP signature stands beside it."""
    said = manifest.as_dict()
    shapes.check("manifest", said)
    signed = {} if signer is None else {"signature": signer.sign_detached(canonical(said), typ=TYP)}
    return json.dumps(signed | {"manifest": said}, ensure_ascii=False, indent=1).encode()


def read_manifest(body: bytes, *, verifier: Verifier | None, now: datetime) -> Manifest:
    """
    Read a manifest that was signed by one of the keys.

    verifier: none where the bytes were verified before (OpenPGP)

    :raises FileFault: `manifest` or `signature`
    """
    try:
        held = strict_json.loads(body, max_bytes=MOST_BYTES)
        if not isinstance(held, dict) or not {"manifest"} <= held.keys() <= {
            "manifest",
            "signature",
        }:
            raise FileFault("manifest")
        said = held["manifest"]
        shapes.check("manifest", said)
        made_at = read_moment(said["made_at"])
    except WireError:
        raise FileFault("manifest") from None
    if made_at > now + FRESHNESS:
        raise FileFault("manifest", "生成时间在将来")
    if verifier is not None:
        try:
            verifier.verify_detached(str(held.get("signature", "")), canonical(said), typ=TYP)
        except WireError:
            raise FileFault("signature") from None
    return Manifest(
        kind=said["kind"],
        message_id=said["message_id"],
        correlation_id=said.get("correlation_id", ""),
        sender_id=said["sender_id"],
        receiver_id=said["receiver_id"],
        source=said["source"],
        made_at=made_at,
        file=said["file"],
        encoding=said["encoding"],
        columns=tuple(said["columns"]),
        count=said["count"],
        sha256=said["sha256"],
    )
