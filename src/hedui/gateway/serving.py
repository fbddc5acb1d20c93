"""
Open a department over its own files, and serve it as a process of its own.
"""

from datetime import timedelta
from pathlib import Path

import uvicorn

from hedui.catalogue import CatalogueError, sources
from hedui.gateway.app import application
from hedui.gateway.connection import Connection
from hedui.gateway.dataset import DataFile
from hedui.gateway.department import Department
from hedui.gateway.first_answers import FirstAnswers
from hedui.gateway.inquiry_log import InquiryLog
from hedui.gateway.partners import Partners
from hedui.values import divisions
from hedui.wire.moments import FRESHNESS
from hedui.wire.seals import SigningRing, derived_secret

_SUBJECT_LABEL = b"hedui inquiry log subject"


def serve(
    *,
    source: str,
    data: Path,
    port: int,
    key: Path | None = None,
    host: str = "127.0.0.1",
    partner_keys: Path,
    log: Path | None = None,
    division: str | None = None,
    suite: str = "ed25519",
) -> None:
    """
    Serve a department until it is told to stop.

    data: its own table, CSV, Parquet or SQLite; read again when it changes
    key: its first private key (default: beside the data, `*.key.pem`), made if there is none, of
        this suite; a key from a day on lies beside it, and is found while the department serves
    partner_keys: a PEM file, or a directory of them; read again when they change
    log: its record of inquiries (default: beside the data, `*.inquiries.jsonl`)
    division: where it is; None answers for any division

    :raises CatalogueError: there is no such source
    :raises DivisionError: there is no such division
    :raises DataUnreadable: the data cannot be read now
    :raises KeyFileError: its key cannot be used, or no partner's
    :raises LogInUse: another process serves with this record
    """
    department = open_department(
        source=source,
        data=data,
        key=key,
        partner_keys=partner_keys,
        log=log,
        division=division,
        suite=suite,
    )
    department.data.dataset()
    department.partners.need_key()
    uvicorn.run(
        application(department),
        host=host,
        port=port,
        http=Connection,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=60,
        limit_concurrency=512,
    )


def open_department(
    *,
    source: str,
    data: Path,
    key: Path | None = None,
    partner_keys: Path,
    log: Path | None = None,
    division: str | None = None,
    suite: str = "ed25519",
) -> Department:
    """Put a department together from its files; see `serve`."""
    if source not in sources():
        raise CatalogueError(f"目录中没有数据来源 {source!r}")
    if division is not None:
        divisions.division(division)
    log = log or data.with_name(f"{data.name}.inquiries.jsonl")
    ring = SigningRing(key or data.with_name(f"{data.name}.key.pem"))
    ring.make(suite)
    return Department(
        source=sources()[source],
        data=DataFile(data, sources()[source]),
        ring=ring,
        partners=Partners(partner_keys),
        log=InquiryLog(log, key=derived_secret(ring.first, _SUBJECT_LABEL)),
        answers=FirstAnswers(log.with_name(f"{log.name}.answers"), keep=_replayable()),
        revoked=log.with_name(f"{log.name}.revoked"),
        division=division,
    )


def _replayable() -> timedelta:
    # a message may be stamped so far ahead of our clock, and is taken until as long after that
    return 2 * FRESHNESS
