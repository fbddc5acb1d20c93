"""
Collecting 收取: what lies among a department's answers, taken in when it is whole.

A file counts by its manifest, which is written last and signed. What is not whole yet is left; what
never will be, or bears no name of ours, is moved aside with a word to the department.
"""

import re
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from uuid import UUID

from uuid6 import uuid7

from hedui.procedure.agencies.models import Department
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries import openpgp, taking
from hedui.procedure.inquiries.connections import Connection
from hedui.procedure.inquiries.connectors import Line, Withheld
from hedui.procedure.inquiries.models import RequestFile
from hedui.procedure.record.moment import process_clock
from hedui.wire.files import (
    FileFault,
    Manifest,
    read_manifest,
)
from hedui.wire.files.manifest import MOST_BYTES as MOST_OF_A_MANIFEST
from hedui.wire.seals import Verifier, read_publics

MANIFEST = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.answer\.json")
OURS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.answer\.(?:csv|xlsx|json\.asc)")
SIGNATURE = ".asc"
WRITTEN_WITHIN = 600.0
"""Seconds for which a table may be unfinished beside its manifest."""
WITHOUT_MANIFEST = 86_400.0


def collect(
    department: Department, line: Line, written: Connection, kept: Callable[[Commission], object]
) -> None:
    """Take in each answer that is whole; what is not is left, or refused when its time is over."""
    there = line.arrived()
    manifests = sorted(name for name in there if MANIFEST.fullmatch(name))
    withheld: Withheld | None = None
    for name in manifests:
        try:
            _take(department, line, written, name, there, kept)
        except Withheld as fault:  # the others are taken in all the same
            withheld = withheld or fault
    for name, age in line.arrived().items():
        patience = WITHOUT_MANIFEST if OURS.fullmatch(name) else WRITTEN_WITHIN
        if not MANIFEST.fullmatch(name) and age > patience:
            _move_aside(department, line, name)
    if withheld:
        raise withheld


def _move_aside(department: Department, line: Line, name: str) -> None:
    """Move away what bears no name of ours or has no manifest, unread, and record that it came."""
    fault = FileFault("name")
    line.set_aside(name, "refused", fault.said)
    # Recorded once it is away: what may not be moved comes at each turn. Neither what it holds nor
    # its name is kept, which may be somebody's; each such file counts for itself.
    taking.refused(department, sha256(uuid7().bytes).hexdigest(), fault)


def _take(
    department: Department,
    line: Line,
    written: Connection,
    name: str,
    there: dict[str, float],
    kept: Callable[[Commission], object],
) -> None:
    with line.open(name) as stream:
        body = stream.read(MOST_OF_A_MANIFEST + 1)
    table, digest, request = "", sha256(body).hexdigest(), None
    unsigned = bool(written.openpgp_key) and f"{name}{SIGNATURE}" not in there
    if unsigned and there[name] < WRITTEN_WITHIN:
        return  # it is being written
    try:
        if unsigned:
            raise FileFault("signature")
        manifest, signed_by = _manifest(department, line, written, name, body)
        table = manifest.file
        request = _answered(department, manifest)
        if taking.is_finished(department, digest):
            _done(line, there, name, table, "同一文件此前已经处理过。")
            return
        # One copy of our own is looked at and taken in: what lies there may be changed meanwhile.
        with line.open(table) if table in there else BytesIO() as stream:
            if taking.digest_of(stream) != manifest.sha256:
                if there[name] < WRITTEN_WITHIN:
                    return  # it is being written
                raise FileFault("missing_table" if table not in there else "digest")
            held = taking.begun(department, request, digest, signed_by)
            said = taking.take_in(held, stream, manifest.encoding, manifest.count, kept).said
    except FileFault as fault:
        taking.refused(department, digest, fault, request)
        beside = f"{name}{SIGNATURE}"
        for one in (name, table, beside):
            if one in there:
                line.set_aside(one, "refused", fault.said if one == name else "")
        return
    _done(line, there, name, table, said)


def _done(line: Line, there: dict[str, float], name: str, table: str, said: str) -> None:
    """Move a file that was taken in, the manifest last: without it nobody looks at the table."""
    for one in (table, f"{name}{SIGNATURE}"):
        if one in there:
            line.set_aside(one, "processed", "")
    line.set_aside(name, "processed", said)


def _manifest(
    department: Department, line: Line, written: Connection, name: str, body: bytes
) -> tuple[Manifest, str]:
    """Return a manifest that the department signed, and with which key."""
    if written.openpgp_key:
        with line.open(f"{name}{SIGNATURE}") as stream:
            given = stream.read(openpgp.MOST_BYTES)
        signed_by = openpgp.verify(body, given, written.file(written.openpgp_key))
        manifest = read_manifest(body, verifier=None, now=process_clock())
    elif not department.public_key:
        raise FileFault("signature")
    else:
        verifier = Verifier.of(*read_publics(department.public_key, owner=department.receiver_id))
        manifest = read_manifest(body, verifier=verifier, now=process_clock())
        signed_by = department.receiver_id
    ending = "xlsx" if manifest.encoding == "xlsx" else "csv"
    if name.partition(".")[0] != manifest.message_id or manifest.file != (
        f"{manifest.message_id}.answer.{ending}"
    ):
        raise FileFault("manifest", "文件名与清单不符")
    return manifest, signed_by


def _answered(department: Department, manifest: Manifest) -> RequestFile:
    """Return the request that a file says it answers, if it is this department's."""
    request = (
        RequestFile.objects.select_related("agreement__department", "body")
        .filter(pk=UUID(manifest.correlation_id or str(UUID(int=0))))
        .first()
    )
    if manifest.kind != "answer" or manifest.source != department.source:
        raise FileFault("partner")
    if request is None or request.agreement.department_id != department.pk or not request.has_left:
        raise FileFault("unknown_request")
    if (manifest.sender_id, manifest.receiver_id) != (
        department.receiver_id,
        f"{request.body.division}-hedui",
    ):
        raise FileFault("partner")
    return request
