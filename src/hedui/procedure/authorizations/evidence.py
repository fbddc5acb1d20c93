"""Evidence 签署件: the scan of the signed paper, sealed in a file; its digest goes everywhere."""

import os
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from django.conf import settings

from hedui.procedure.cases.models import Case
from hedui.procedure.record.outcome import Refusal

MOST_BYTES = 10 * 1024 * 1024
KINDS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
RECORD = b"{"


NAMES = {"evidence": "签署件", "proof": "监护证明", "papers": "佐证材料"}


class EvidenceNotUsable(Refusal):
    """The file is not a scan that can be kept."""

    def __init__(self, message: str, field: str = "evidence") -> None:
        super().__init__(message, field)


def kind_of(scan: bytes) -> str:
    """
    Return the media type, by the file's first bytes.

    What begins as a JSON object is the record of an electronic signature.

    :raises EvidenceNotUsable:
    """
    if scan.startswith(RECORD):
        return "application/json"
    for start, kind in KINDS.items():
        if scan.startswith(start):
            return kind
    raise EvidenceNotUsable("签署件须为 PDF、PNG 或 JPEG 文件,请重新扫描后上传。")


def check_paper(scan: bytes, field: str = "evidence") -> None:
    """
    Refuse what is not the scan of a paper.

    field: `evidence`, or `proof` of a guardian's standing

    :raises EvidenceNotUsable: empty, too large or of another kind
    """
    name = NAMES[field]
    if not scan:
        raise EvidenceNotUsable(f"{name}是空文件,请重新上传扫描件。", field)
    if len(scan) > MOST_BYTES:
        raise EvidenceNotUsable(f"{name}不能超过 10 MB,请降低扫描分辨率后上传。", field)
    if not scan.startswith(tuple(KINDS)):
        raise EvidenceNotUsable(f"{name}须为 PDF、PNG 或 JPEG 文件,请重新扫描后上传。", field)


def keep(case: Case, authorization: UUID, scan: bytes) -> str:
    """
    Keep a scan, sealed under the key of its case, and return its digest.

    authorization: the row it belongs to; the proof of a guardian's standing (`field` "proof")
    belongs to a guardianship and is kept in the same way.

    The file is there, whole and on disk, before the row that names it is committed.
    """
    path = _path(authorization)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("xb") as file:
        file.write(case.key.seal_bytes(scan))
        file.flush()
        os.fsync(file.fileno())
    return f"sha256:{sha256(scan).hexdigest()}"


def read(case: Case, authorization: UUID) -> bytes:
    """Return a kept scan."""
    return case.key.open_bytes(_path(authorization).read_bytes())


def delete(authorization: UUID) -> bool:
    """Delete a kept scan; False if there is none any more."""
    path = _path(authorization)
    if not path.exists():
        return False
    path.unlink()
    return True


def _path(authorization: UUID) -> Path:
    return Path(settings.DATA_DIR) / "evidence" / f"{authorization}.sealed"
