"""
By hand 人工交换: what the officer does who carries files between the departments and us.

A file of questions is made when asked for, and leaves when it is taken: the database looks once
more. An answer is looked through before anything of it is kept; then the machine takes it in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from io import BytesIO
from uuid import UUID

from django.db import IntegrityError, transaction
from uuid6 import uuid7

from hedui import catalogue
from hedui.procedure.agencies.agreements import Standing, standing_of
from hedui.procedure.agencies.channels import BY_FILES
from hedui.procedure.agencies.models import Agency, Agreement
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries import exchange, sealed_files, taking
from hedui.procedure.inquiries.acts import NOTICE
from hedui.procedure.inquiries.gathering import keep_back, left_at, open_for
from hedui.procedure.inquiries.models import AnswerFile, RequestFile, Ticket
from hedui.procedure.record.actor import WORKER, Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import moment
from hedui.procedure.record.outcome import Refusal
from hedui.wire.files import FileFault

CHANNEL = "upload"
SHOWN = 20
ZIP = b"PK\x03\x04"


class NotTaken(Refusal):
    """A file cannot be handed over, or is not taken."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a file holds, before anything of it is kept: by its rows, nobody's data."""

    answered: int
    rows: int
    asked: int
    tally: taking.Tally


def make_file(agreement: Agreement, body: Agency) -> RequestFile | None:
    """Make a file of what is open, in place of one that was made and not taken."""
    for old in waiting_to_be_taken(agreement, body):
        keep_back(request=old, code="not_taken", by=WORKER)
        sealed_files.forget(old.pk)
    return exchange.make_by_hand(agreement, body)


@dataclass(frozen=True, slots=True)
class Exchanged:
    """
    What was exchanged with a department under an agreement, the newest first.

    files: of the reader's body; open: what is in no file yet; refused: answers that were not taken,
    of which it cannot be told what they answer
    """

    agreement: Agreement
    files: list[RequestFile]
    open: int
    refused: list[AnswerFile]


def files_of(reader: Actor) -> list[Exchanged]:
    """Return the departments asked by files, with what was exchanged."""
    agreed = [
        one
        for one in Agreement.objects.filter(channel__in=BY_FILES, approved_at__isnull=False)
        .select_related("department")
        .order_by("department__division", "department__source", "-approved_at")
        if one.department.last_day is None
    ]
    found: list[Exchanged] = []
    told: set[UUID] = set()
    for agreement in agreed:
        files = agreement.request_files.filter(body=reader.agency).prefetch_related("answers")
        is_over = standing_of(agreement, moment()) is not Standing.IN_FORCE
        listed = list(files[:SHOWN])
        refused: list[AnswerFile] = []
        if agreement.department_id not in told:  # under the newest agreement with a department
            told.add(agreement.department_id)
            refused = list(agreement.department.answer_files.filter(request=None)[:SHOWN])
        if listed or refused or not is_over:
            open_now = 0 if is_over else open_for(agreement, reader.agency)
            found.append(Exchanged(agreement, listed, open_now, refused))
    return found


def waiting_to_be_taken(agreement: Agreement, body: Agency) -> list[RequestFile]:
    """Return the files that wait for an officer of a body."""
    held = agreement.request_files.filter(body=body, left_at=None, ended_at=None)
    return list(held.filter(found_at=None))


@act("取走请求文件", article=f"{NOTICE} 先授权后查询", roles={Role.VERIFY})
def hand_over(*, request: RequestFile, by: Actor) -> bytes:
    """
    Hand a file of questions over to the officer, who carries it: now it leaves.

    :raises NotTaken: it is another body's, was taken, or what it asks does not stand any more
    """
    held = RequestFile.objects.select_for_update(no_key=True).get(pk=request.pk)
    if held.body_id != by.agency or held.agreement.channel != CHANNEL:
        raise NotTaken("这个请求文件不是本机构的。")
    if held.has_left or held.ended_at or held.ready_at is None:
        raise NotTaken("这个请求文件已经取走或者作废,请重新生成。")
    held.left_at = moment()
    try:
        held.save(update_fields=["left_at"])
        content = sealed_files.open_kept(held.pk)
    except (IntegrityError, FileNotFoundError):
        raise NotTaken(
            "请求文件生成后已过时限,或者其中有授权刚刚撤回,没有取走;请重新生成。"
        ) from None
    note(message=str(held.pk), sha256=held.sha256, at=left_at(held))
    transaction.on_commit(partial(sealed_files.forget, held.pk))
    return content


@act("作废请求文件", article=NOTICE, roles={Role.VERIFY})
def declare_lost(*, request: RequestFile, by: Actor) -> RequestFile:
    """
    Declare that a file never reached the department; what it asked is open again.

    :raises NotTaken: it is another body's, or ended
    """
    held = RequestFile.objects.select_for_update(no_key=True).get(pk=request.pk)
    if held.body_id != by.agency or held.ended_at is not None:
        raise NotTaken("这个请求文件不是本机构的,或者已经作废。")
    note(message=str(held.pk))
    held.ended_at, held.code = moment(), "declared_lost"
    held.save(update_fields=["ended_at", "code"])
    return held


def look_through(request: RequestFile, content: bytes) -> Look:
    """
    Look a file through that an officer brings; nothing is kept and nobody's data is opened.

    :raises NotTaken: it cannot be taken as a whole; the message says why and what to do
    """
    of = catalogue.sources()[request.agreement.department.source]
    asked = set(
        map(str, Ticket.objects.filter(message=request.pk).values_list("inquiry_id", flat=True))
    )
    tally = taking.Tally()
    try:
        table, doubled = taking.surveyed(BytesIO(content), _kind(content), of)
        for group in table.groups(doubled):
            code = group.fault or ("" if group.reference in asked else "not_asked")
            tally.count(code or taking.KEPT, group.row, group.column)
    except FileFault as fault:
        raise NotTaken(fault.said, "answer") from None
    return Look(tally.counts[taking.KEPT], table.rows, len(asked), tally)


@act("送交反馈文件", article=NOTICE, roles={Role.VERIFY})
def bring_answer(*, request: RequestFile, content: bytes, by: Actor) -> AnswerFile:
    """
    Bring a department's answer, which the officer answers for; the machine takes it in.

    :raises NotTaken: it is to another body's request, too large, or was brought before
    """
    if request.body_id != by.agency or not request.has_left:
        raise NotTaken("这个请求文件不是本机构的,或者没有取走过。", "answer")
    if len(content) > sealed_files.MOST_BYTES:
        raise NotTaken("文件不能超过 20 MB,请分成几个文件报送。", "answer")
    digest, department = sha256(content).hexdigest(), request.agreement.department
    if AnswerFile.objects.filter(department=department, sha256=digest).exists():
        raise NotTaken("同一文件此前已经送交过。", "answer")
    brought = AnswerFile(
        id=uuid7(),
        department=department,
        request=request,
        sha256=digest,
        signed_by=by.identifier,
        came_at=moment(),
        entry_id=note(message=str(request.pk), department=department.receiver_id, sha256=digest),
    )
    sealed_files.keep(brought.pk, content)
    brought.save(force_insert=True)
    return brought


def take_in_brought(answer: UUID, kept: Callable[[Commission], object]) -> None:
    """Take in what an officer brought; may be run any number of times."""
    held = AnswerFile.objects.select_related("department").filter(pk=answer).first()
    if held is None or held.finished_at is not None:
        return
    try:
        content = sealed_files.open_kept(held.pk)
        taking.take_in(held, BytesIO(content), _kind(content), None, kept)
    except FileNotFoundError:
        taking.finish_answer(answer=held, tally=taking.Tally(), code="missing_table", by=WORKER)
    except FileFault as fault:
        taking.refused(held.department, held.sha256, fault)
    sealed_files.forget(held.pk)


def _kind(content: bytes) -> str:
    return "xlsx" if content.startswith(ZIP) else ""
