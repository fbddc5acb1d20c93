"""
Exchange 文件交换: with a department that is asked by files, one turn at a time.

A turn finishes what was cut off, lets a file leave where something is open, and takes in what has
come. Every step may be cut off: what was kept stays, and the next turn goes on from there.
"""

import fcntl
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from typing import IO

from django.db import IntegrityError
from django.db import connection as database
from django.db.models import Q

from hedui import catalogue
from hedui.procedure.agencies.channels import GATHERED
from hedui.procedure.agencies.models import Agency, Agreement, Department
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries import breaker, collecting, gathering
from hedui.procedure.inquiries.connections import Connection, connection, folder
from hedui.procedure.inquiries.connectors import Carrier, Line, Withheld, carrier
from hedui.procedure.inquiries.elements import element
from hedui.procedure.inquiries.models import RequestFile, Ticket
from hedui.procedure.inquiries.together import ask_together
from hedui.procedure.record import keys
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import SHANGHAI, moment, process_clock
from hedui.procedure.record.outcome import Trouble
from hedui.wire.files import (
    REQUEST_COLUMNS,
    Manifest,
    build_manifest,
    name_of,
    request_row,
    template_columns,
    write_csv,
    write_workbook,
)

log = logging.getLogger(__name__)

COLLECTED_FOR = timedelta(days=30)
"""So long answers are looked for after an agreement has ended."""
BROUGHT_BY_HAND = "upload"
MOST_IN_A_WORKBOOK = 10_000
"""So that it is still taken back when a spreadsheet has saved it: all its texts are held whole."""
MOST_BY_HAND = 5_000
"""So that the workbook, filled in, is below what may be brought back, and is held in memory."""
READ_AT_ONCE = 500
# What a row of a request says; a county's questions are read without all else that hangs on them.
READ = (
    *("inquiry__source", "inquiry__items", "inquiry__purpose"),
    *("inquiry__member__person", "inquiry__member__case__wrapped_key"),
    *(f"inquiry__authorization__{one}" for one in ("period_first", "period_last")),
    "inquiry__authorization__sealed_artefact",
)

OURS = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.request\.(?:csv|xlsx|json)")
"""What lies under another name among the requests is not ours to look at."""

Kept = Callable[[Commission], object]


def carrier_of(channel: str) -> Carrier:
    """Return what carries files on a channel, to try or to measure it."""
    return carrier(channel)


def exchanged() -> list[Agreement]:
    """Return the last agreement of each department and channel that the worker sees to."""
    since = moment() - COLLECTED_FOR
    found = (
        Agreement.objects.filter(channel__in=GATHERED, approved_at__isnull=False)
        .exclude(channel=BROUGHT_BY_HAND)
        .filter(Q(ended_at=None) | Q(ended_at__gt=since))
        .filter(last_day__gt=since.astimezone(SHANGHAI).date())
        .select_related("department")
        .order_by("approved_at")
    )
    return list({(one.department_id, one.channel): one for one in found}.values())


def exchange(
    agreement: Agreement,
    kept: Kept,
    goes_on: Callable[[], bool] = lambda: True,
    *,
    waits: bool = False,
) -> bool:
    """
    Take one turn with a department, unless another process is at it; tell whether it was taken.

    kept: what to do in the transaction in which answers to a commission are kept
    goes_on: whether there is time for more, where one turn may be of many messages
    waits: leave alone for a while one to whom there was no way again and again

    :raises Unreachable, Trouble, OSError: there is no way to it; the next turn goes on
    """
    with _claimed(agreement.department.receiver_id) as is_ours:
        if not is_ours:
            return False
        if not agreement.way.is_by_files:
            connection(agreement.department.receiver_id)
            ask_together(agreement, kept, goes_on)
            return True
        department = Department.objects.get(pk=agreement.department_id)
        if waits and breaker.rest_of(department, moment()):
            return False
        try:
            _turn(agreement, kept)
        except (Trouble, OSError):
            breaker.not_reached(department.pk, moment())
            raise
        breaker.reached(department)
    return True


def _turn(agreement: Agreement, kept: Kept) -> None:
    """Finish what was cut off, let go what is open, take in what has come."""
    receiver = agreement.department.receiver_id
    written = connection(receiver)
    with carrier(agreement.channel).opened(receiver) as line:
        _settle(agreement.department, line)
        withheld = _let_go(agreement, line, written)
        collecting.collect(agreement.department, line, written, kept)
    if withheld:
        raise withheld


def _let_go(agreement: Agreement, line: Line, written: Connection) -> Withheld | None:
    """Let go what is open; where that may not be written, say so and take in what has come."""
    bodies = gathering.bodies_waiting(agreement) if _is_due(agreement, written) else []
    try:
        for body in bodies:
            _try_to_write(line)  # before a hundred thousand questions are gathered in vain
            send(agreement, body, line, written)
    except Withheld as fault:
        return fault
    return None


TRIED = "hedui-connection-test"


def _try_to_write(line: Line) -> None:
    line.place(TRIED, lambda out: _all(out, b"\n"))
    line.drop(TRIED)


def tried(agreement: Agreement) -> dict[str, int]:
    """
    Try the way to a department: write and remove a file without content, and list the answers.

    :raises Trouble: there is no way to it; OSError: what is written for it may not be written to
    """
    receiver = agreement.department.receiver_id
    with carrier(agreement.channel).opened(receiver) as line:
        _try_to_write(line)
        return {"waiting": len(line.arrived())}


def _is_due(agreement: Agreement, written: Connection) -> bool:
    at = moment()
    if agreement.opening(at) > at or gathering.waiting_since(agreement) is None:
        return False
    last = agreement.request_files.filter(ended_at=None).order_by("-made_at").first()
    return last is None or last.made_at <= at - timedelta(minutes=written.every_minutes)


# ------------------------------------------------------------------ questions


def send(agreement: Agreement, body: Agency, line: Line, written: Connection) -> RequestFile | None:
    """Gather what is open, make the file ready, and let it leave."""
    most = MOST_IN_A_WORKBOOK if written.encoding == "xlsx" else gathering.MOST
    request = gathering.gather(agreement=agreement, body=body, most=most, by=WORKER)
    if request is None:
        return None
    try:
        request = prepare(request, written, line.place)
    except BaseException:
        gathering.keep_back(request=request, code="not_placed", by=WORKER)
        raise
    _leave(request, line)
    return request


def make_by_hand(agreement: Agreement, body: Agency) -> RequestFile | None:
    """Gather what is open, and make a workbook ready for the officer to take."""
    written = Connection(agreement.department.receiver_id, encoding="xlsx")
    request = gathering.gather(agreement=agreement, body=body, most=MOST_BY_HAND, by=WORKER)
    if request is None:
        return None
    with carrier(agreement.channel).opened(agreement.department.receiver_id) as line:
        return prepare(request, written, line.place)


def prepare(
    request: RequestFile,
    written: Connection,
    place: Callable[[str, Callable[[IO[bytes]], None]], None],
) -> RequestFile:
    """Write the table and its manifest where they leave from, and record what they are."""
    told: dict[str, str] = {}

    def write(out: IO[bytes]) -> None:
        told["sha256"] = write_table(request, written.encoding, out)

    place(table_of(request, written), write)
    body = build_manifest(_manifest(request, written, told["sha256"]), keys.signer())
    place(manifest_of(request), lambda out: _all(out, body))
    return gathering.make_ready(
        request=request, sha256=told["sha256"], manifest=body.decode(), by=WORKER
    )


def write_table(request: RequestFile, encoding: str, out: IO[bytes]) -> str:
    """Write the questions of a file, one at a time, and return the digest of what was written."""
    columns, rows = columns_of(request, encoding), _rows(request, encoding)
    if encoding != "xlsx":
        return write_csv(columns, rows, encoding, out)[1]
    digesting = _Digesting(out)
    write_workbook(columns, rows, digesting)  # type: ignore[arg-type]
    return digesting.sha256.hexdigest()


def columns_of(request: RequestFile, encoding: str) -> list[str]:
    """Return the head of the table; a workbook has the columns that the office fills in too."""
    asked = list(REQUEST_COLUMNS.values())
    if encoding != "xlsx":
        return asked
    agreement = request.agreement
    source = catalogue.sources()[agreement.department.source]
    return asked + template_columns(source, agreement.items)


def _rows(request: RequestFile, encoding: str) -> Iterator[list[str]]:
    blank = [""] * (len(columns_of(request, encoding)) - len(REQUEST_COLUMNS))
    tickets = Ticket.objects.filter(message=request.pk).order_by("id")
    case = None
    read = tickets.select_related("inquiry__member__case", "inquiry__authorization")
    for ticket in read.only(*READ).iterator(chunk_size=READ_AT_ONCE):
        inquiry = ticket.inquiry
        # a household's rows follow one another: its key is opened once
        case = case if case and case.pk == inquiry.member.case_id else inquiry.member.case
        inquiry.member.case = inquiry.authorization.case = case
        yield request_row(element(ticket)) + blank


def _manifest(request: RequestFile, written: Connection, digest: str) -> Manifest:
    department = request.agreement.department
    return Manifest(
        kind="request",
        message_id=str(request.pk),
        sender_id=sender_of(request),
        receiver_id=department.receiver_id,
        source=department.source,
        made_at=process_clock(),
        file=table_of(request, written),
        encoding=written.encoding,  # type: ignore[arg-type]
        columns=tuple(columns_of(request, written.encoding)),
        count=request.count,
        sha256=digest,
    )


def sender_of(request: RequestFile) -> str:
    """Return the name under which the verification body writes."""
    return f"{request.body.division}-hedui"


def table_of(request: RequestFile, written: Connection) -> str:
    """Return the name of a request's table."""
    return name_of("request", str(request.pk), "xlsx" if written.encoding == "xlsx" else "csv")


def manifest_of(request: RequestFile) -> str:
    """Return the name of a request's manifest."""
    return name_of("request", str(request.pk), "json")


def _leave(request: RequestFile, line: Line) -> None:
    """Let a file leave that lies ready: its table under the locks, then its manifest."""
    mine = sorted(name for name in line.lying() if name.startswith(str(request.pk)))
    tables = [name for name in mine if name != manifest_of(request)]

    def go() -> None:
        for name in tables:
            line.release(name)

    try:
        gathering.let_leave(request=request, go=go, by=WORKER)
    except IntegrityError:
        gathering.keep_back(request=request, code="kept_back", by=WORKER)
        log.warning("请求文件 %s 没有发出:所问的有不再成立的,将重新归集。", request.pk)
        for name in mine:
            line.drop(name)
        return
    line.release(manifest_of(request))


def _settle(department: Department, line: Line) -> None:
    """
    Finish what was cut off, by what was recorded and by where it lies.

    Recorded as ready and no longer lying under its temporary name: it has left. Whatever else
    lies there is of a file that was kept back.
    """
    lying = line.lying()
    unfinished = RequestFile.objects.filter(agreement__department=department, ended_at=None)
    for request in unfinished.filter(left_at=None, found_at=None).exclude(
        agreement__channel=BROUGHT_BY_HAND
    ):
        lies = any(n.startswith(str(request.pk)) and n != manifest_of(request) for n in lying)
        if request.ready_at is not None and not lies:
            gathering.find_left(request=request, by=WORKER)
        elif request.ready_at is not None:
            _leave(request, line)
        else:
            gathering.keep_back(request=request, code="interrupted", by=WORKER)
    for name in line.lying():
        ours = OURS.fullmatch(name)
        request_ = RequestFile.objects.filter(pk=ours[1]).first() if ours else None
        if request_ is not None and request_.has_left and name == manifest_of(request_):
            line.release(name)
        elif ours or name == TRIED:
            line.drop(name)


class _Digesting:
    """What is written goes on, and is digested on its way."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out, self.sha256 = out, sha256()

    def write(self, content: bytes) -> int:
        self.sha256.update(content)
        return self._out.write(content)

    def flush(self) -> None:
        self._out.flush()


def _all(out: IO[bytes], content: bytes) -> None:
    out.write(content)


@contextmanager
def _claimed(receiver: str) -> Iterator[bool]:
    """Hold a department's turn, if nobody else does; whoever is killed lets it go."""
    if database.vendor == "postgresql":
        number = int.from_bytes(sha256(receiver.encode()).digest()[:7])
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
            (held,) = cursor.fetchone()
        try:
            yield bool(held)
        finally:
            if held:
                with database.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
        return
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder() / f".{receiver}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
