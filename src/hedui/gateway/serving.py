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
from hedui.wire.seals import Signer, generate_key, load_signer, public_path, write_public

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
) -> None:
    """
    Serve a department until it is told to stop.

    data: its own table, CSV, Parquet or SQLite; read again when it changes
    key: its private key, made if there is none (default: beside the data, `*.key.pem`)
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
) -> Department:
    """Put a department together from its files; see `serve`."""
    if source not in sources():
        raise CatalogueError(f"目录中没有数据来源 {source!r}")
    if division is not None:
        divisions.division(division)
    log = log or data.with_name(f"{data.name}.inquiries.jsonl")
    signer = _signer(key or data.with_name(f"{data.name}.key.pem"))
    return Department(
        source=sources()[source],
        data=DataFile(data, sources()[source]),
        signer=signer,
        partners=Partners(partner_keys),
        log=InquiryLog(log, key=signer.derive(_SUBJECT_LABEL)),
        answers=FirstAnswers(log.with_name(f"{log.name}.answers"), keep=_replayable()),
        revoked=log.with_name(f"{log.name}.revoked"),
        division=division,
    )


def _replayable() -> timedelta:
    # a message may be stamped so far ahead of our clock, and is taken until as long after that
    return 2 * FRESHNESS


def _signer(key: Path) -> Signer:
    if not key.exists():
        return generate_key(key)
    signer = load_signer(key)
    if not public_path(key).exists():
        write_public(signer, public_path(key))
    return signer
