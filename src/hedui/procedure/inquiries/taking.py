"""
Taking in 录入反馈文件: what a file answers is read strictly, and each answer kept once.

Nothing of a file is taken before all of it was read: digest, encoding, head, rows. Then its
answers are kept, some households in one transaction, each with its entry. Whoever is killed on the
way goes on where it stopped: an answer that is kept is not kept again. A row with a fault says
nothing; its question stays open, and a further file may answer it.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby, islice
from typing import IO, Any
from uuid import UUID

from hedui import catalogue
from hedui.procedure.agencies.models import Department
from hedui.procedure.authorizations.queries import revoked_among
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.acts import NOTICE, Keeping, Received, receive
from hedui.procedure.inquiries.elements import asked_with, received
from hedui.procedure.inquiries.models import AnswerFile, RequestFile, Ticket
from hedui.procedure.record.actor import WORKER, Actor, Role
from hedui.procedure.record.acts import act, note, together
from hedui.procedure.record.moment import moment
from hedui.wire.files import (
    FAULTS,
    AnswerTable,
    CsvTable,
    FileFault,
    Group,
    WorkbookTable,
    element_of,
    encoding_of,
)
from hedui.wire.files.tables import CHUNK, MOST_BYTES
from hedui.wire.moments import china_day, moment_text
from hedui.wire.receiving import Rejected, judge

log = logging.getLogger(__name__)

KEPT_AT_ONCE = 250
# What an answer is held against and kept with; all else that hangs on a question is left unread.
READ = (
    *("message", "inquiry__source", "inquiry__items", "inquiry__purpose", "reply__received_at"),
    *("inquiry__member__case", "inquiry__member__person"),
    *("inquiry__authorization__period_first", "inquiry__authorization__period_last"),
    *("inquiry__commission__number", "inquiry__commission__case__wrapped_key"),
)
MOST_TOLD = 200
KEPT = "kept"


@dataclass(slots=True)
class Tally:
    """What became of the inquiries in a file: how many of each kind, and the rows with faults."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[dict[str, Any]] = field(default_factory=list)

    def count(self, code: str, row: int, column: str = "") -> None:
        """Count one; column: the heading of the cell that is wrong, where it is one of ours."""
        self.counts[code] += 1
        if code != KEPT and len(self.faults) < MOST_TOLD:
            told = {"column": column} if column else {}
            self.faults.append({"row": row, "code": code} | told)

    @property
    def said(self) -> str:
        """Return what is told to the office that sent the file."""
        lines = [f"已采用 {self.counts[KEPT]} 项查询的答复。"]
        for code, number in sorted(self.counts.items()):
            if code in FAULTS:
                fault = FAULTS[code]
                where = f"({found})" if (found := places(self.faults, code)) else ""
                lines.append(f"{number} 处:{fault.said}{where}。{fault.remedy}。")
        return "\r\n".join(lines) + "\r\n"


def places(faults: Iterable[Mapping[str, Any]], code: str) -> str:
    """Write in which rows the faults of a kind are, and in which columns; nothing of none."""
    found = [one for one in faults if one["code"] == code]
    columns = dict.fromkeys(one["column"] for one in found if "column" in one)
    named = f",{'、'.join(f'“{column}”' for column in columns)}列" if columns else ""
    return f"第 {'、'.join(str(one['row']) for one in found)} 行{named}" if found else ""


def digest_of(stream: IO[bytes]) -> str:
    """Return the SHA-256 of a table. :raises FileFault: it is larger than any should be"""
    stream.seek(0, 2)
    if stream.tell() > MOST_BYTES:
        raise FileFault("too_large")
    stream.seek(0)
    digest = sha256()
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


# ------------------------------------------------------------------ taking a table in


def surveyed(
    stream: IO[bytes], encoding: str, of: catalogue.Source
) -> tuple[AnswerTable, set[str]]:
    """
    Read a table to its end, and return it, to be read again, with what stands there twice.

    :raises FileFault: it cannot be taken as a whole
    """
    stream.seek(0)
    if encoding == "xlsx":
        table = AnswerTable(WorkbookTable(stream), of)
    else:
        table = AnswerTable(CsvTable(stream, encoding_of(stream, encoding)), of)
    return table, table.survey()


def take_in(
    held: AnswerFile,
    stream: IO[bytes],
    encoding: str,
    count: int | None,
    kept: Callable[[Commission], object],
) -> Tally:
    """
    Keep what a table answers, and say what became of each inquiry in it.

    stream: the table, which nobody else can change any more
    encoding, count: as its manifest says; "" and none where there is none

    :raises FileFault: it is not taken as a whole
    """
    of = catalogue.sources()[held.department.source]
    table, doubled = surveyed(stream, encoding, of)
    if count is not None and table.rows != count:
        raise FileFault("count")
    tally = Tally()
    try:
        for part in _parts(table.groups(doubled)):
            _keep(held, part, tally, kept)
    except FileFault as fault:  # what was kept before it stays, and is counted
        finish_answer(answer=held, tally=tally, code=fault.code, by=WORKER)
        raise
    finish_answer(answer=held, tally=tally, by=WORKER)
    return tally


def _parts(groups: Iterable[Group]) -> Iterator[list[Group]]:
    left = iter(groups)
    while part := list(islice(left, KEPT_AT_ONCE)):
        yield part


def _keep(
    held: AnswerFile, part: list[Group], tally: Tally, kept: Callable[[Commission], object]
) -> None:
    tickets = _tickets(held, part)
    results: list[tuple[Group, Received]] = []
    revoked = revoked_among(ticket.inquiry.authorization_id for ticket in tickets.values())
    for group in part:
        ticket = tickets.get(group.reference)
        code = _code(held, group, ticket)
        if code or ticket is None:
            tally.count(code, group.row, group.column)
            continue
        is_revoked = ticket.inquiry.authorization_id in revoked
        one = _judged(held, group, ticket, is_revoked=is_revoked)
        if isinstance(one, str):
            tally.count(one, group.row)
        else:
            results.append((group, one))

    def commission_of(result: tuple[Group, Received]) -> UUID:
        return result[1].ticket.inquiry.commission_id

    # by commission, so that whoever locks several takes them in the same order
    results.sort(key=commission_of)
    keeping = Keeping()
    with together():
        for _, household in groupby(results, key=commission_of):
            told = [one for _, one in household]
            commission = told[0].ticket.inquiry.commission
            receive(commission=commission, received=told, by=WORKER, among=keeping)
            kept(commission)
        keeping.write()
    for group, _ in results:
        tally.count(KEPT, group.row)


def _tickets(held: AnswerFile, part: list[Group]) -> dict[str, Ticket]:
    """Return the tickets of this very request, of those inquiries."""
    assert held.request_id is not None  # begun only with the request that it answers
    references = [UUID(group.reference) for group in part if group.reference]
    asked = Ticket.objects.filter(message=held.request_id, inquiry_id__in=references)
    found = asked.select_related(
        "inquiry__member", "inquiry__authorization", "inquiry__commission__case", "reply"
    ).only(*READ)
    tickets: dict[str, Ticket] = {}
    cases: dict[UUID, Any] = {}
    for ticket in found:
        inquiry = ticket.inquiry
        # one case for all of a household: its key is opened once
        case = cases.setdefault(inquiry.member.case_id, inquiry.commission.case)
        inquiry.commission.case = inquiry.member.case = inquiry.authorization.case = case
        inquiry.department = held.department
        tickets[str(ticket.inquiry_id)] = ticket
    return tickets


def _code(held: AnswerFile, group: Group, ticket: Ticket | None) -> str:
    """Say why a group is not judged; nothing if it is."""
    if group.fault:
        return group.fault
    if ticket is None:
        return "not_asked"
    reply = getattr(ticket, "reply", None)
    if reply is not None:  # by this file, before it was cut off; or by another
        return KEPT if reply.received_at >= held.came_at else "answered"
    return "" if ticket.inquiry.commission.case.wrapped_key else "over"


def _judged(held: AnswerFile, group: Group, ticket: Ticket, *, is_revoked: bool) -> Received | str:
    if is_revoked:  # unread; that it came is kept
        return Received(ticket, "DISCARDED", digest=f"sha256:{held.sha256}")
    at = held.came_at
    asked = asked_with(ticket)
    answer = judge(
        asked,
        [element_of(group, ticket.inquiry.source, moment_text(at), asked.items)],
        today=china_day(at),
        salt=held.sha256,
    )
    if isinstance(answer, Rejected):
        return "another_person" if answer.status == "quarantined" else "unusable"
    if answer.outcome == "UNAVAILABLE":
        return "unavailable"
    return received(ticket, answer)


# ------------------------------------------------------------------ the record of it


def is_finished(department: Department, digest: str) -> bool:
    """Tell whether a file was taken in or refused before."""
    held = AnswerFile.objects.filter(department=department, sha256=digest)
    return held.exclude(finished_at=None).exists()


def begun(department: Department, request: RequestFile, digest: str, signed_by: str) -> AnswerFile:
    """Return the row of a file that is being taken in, begun before or now."""
    held = AnswerFile.objects.filter(department=department, sha256=digest).first()
    return held or begin_answer(
        department=department, request=request, sha256=digest, signed_by=signed_by, by=WORKER
    )


@act("收到反馈文件", article=NOTICE, roles={Role.MACHINE})
def begin_answer(
    *,
    department: Department,
    request: RequestFile,
    sha256: str,
    signed_by: str,
    by: Actor,  # noqa: ARG001
) -> AnswerFile:
    """Record a file that is whole and that the department signed, before it is taken in."""
    entry = note(
        message=str(request.pk),
        department=department.receiver_id,
        sha256=sha256,
        signed_by=signed_by,
    )
    return AnswerFile.objects.create(
        department=department,
        request=request,
        sha256=sha256,
        signed_by=signed_by,
        came_at=moment(),
        entry_id=entry,
    )


@act("处理完反馈文件", article=NOTICE, roles={Role.MACHINE})
def finish_answer(*, answer: AnswerFile, tally: Tally, by: Actor, code: str = "") -> AnswerFile:  # noqa: ARG001
    """Record what became of a file: how many answers were kept, and the faults by kind."""
    note(answer_file=str(answer.pk), counts=dict(tally.counts), code=code)
    held = AnswerFile.objects.select_for_update(no_key=True).get(pk=answer.pk)
    if held.finished_at is None:
        held.finished_at, held.code = moment(), code
        held.counts, held.faults = dict(tally.counts), tally.faults
        held.save(update_fields=["finished_at", "code", "counts", "faults"])
    return held


@act("拒收反馈文件", article=NOTICE, roles={Role.MACHINE})
def refuse_answer(
    *,
    department: Department,
    request: RequestFile | None,
    sha256: str,
    code: str,
    by: Actor,  # noqa: ARG001
) -> AnswerFile:
    """Record a file that was not taken as a whole, and for which fault."""
    answered: dict[str, Any] = {"message": str(request.pk)} if request else {}
    entry = note(department=department.receiver_id, sha256=sha256, code=code, **answered)
    at = moment()
    return AnswerFile.objects.create(
        department=department,
        request=request,
        sha256=sha256,
        came_at=at,
        finished_at=at,
        code=code,
        entry_id=entry,
    )


def refused(
    department: Department, digest: str, fault: FileFault, request: RequestFile | None = None
) -> None:
    """
    Record a refusal once, however often the same file comes.

    request: which file it answers, once that is known
    """
    log.warning("%s 的反馈文件未被采用:%s", department.receiver_id, fault.said)
    begun = AnswerFile.objects.filter(department=department, sha256=digest).first()
    if begun is None:
        refuse_answer(
            department=department, request=request, sha256=digest, code=fault.code, by=WORKER
        )
    elif begun.finished_at is None:
        finish_answer(answer=begun, tally=Tally(), code=fault.code, by=WORKER)
