"""
Inquiry 查询, ticket 通行凭证, reply 反馈, fact 核到信息. None of these rows is ever changed.

Where a department is asked by files: request file 请求文件, answer file 反馈文件.
"""

from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import models
from uuid6 import uuid7

from hedui.procedure.agencies.models import Agency, Agreement, Department
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.cases.models import Member
from hedui.procedure.commissions.models import Commission
from hedui.procedure.record.found import Found
from hedui.procedure.record.kept import Kept
from hedui.procedure.record.models import Entry


class AllowList(models.Model):
    """
    What may be asked for a programme 查询项清单, from a moment until it is replaced.

    It repeats what the programme's folder needs where the gate can see it. The application's role
    on PostgreSQL cannot write it: it is put in force by `hedui setup`, which the owner runs.
    The database refuses every change but ending it once.
    """

    kept = Kept("allow-list: it")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.CharField(max_length=40)
    items = models.JSONField()
    digest = models.CharField(max_length=80)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("began_at",)
        verbose_name = "查询项清单"
        constraints = [
            models.UniqueConstraint(
                fields=["programme"],
                condition=models.Q(ended_at__isnull=True),
                name="inquiries_one_allowlist_in_force",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.digest}"


class Inquiry(Found):
    """
    One question 查询: person × source × items, for one commission.

    The gate (gate.sqlite.sql, gate.postgresql.sql) refuses the row unless the commission's
    declaration is frozen and the authorization is of this person, for this purpose, covers every
    item and is live by the database's clock, and an agreement with the department covers them too.
    agreement: none only of what was asked before there were any. round: 0, or that of the order
    to ask once more (`Reverification`) that it follows.
    """

    kept = Kept("inquiry: it", fixed=True)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    commission = models.ForeignKey(Commission, models.PROTECT, related_name="inquiries")
    member = models.ForeignKey(Member, models.PROTECT, related_name="inquiries")
    authorization = models.ForeignKey(Authorization, models.PROTECT, related_name="inquiries")
    department = models.ForeignKey(Department, models.PROTECT, related_name="inquiries")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="inquiries", null=True)
    source = models.CharField(max_length=40)
    purpose = models.CharField(max_length=40)
    items = models.JSONField()
    round = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)
        verbose_name = "查询"
        constraints = [
            models.UniqueConstraint(
                fields=["commission", "member", "source", "round"], name="inquiries_asked_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def opening(self, at: datetime) -> datetime:
        """Return the moment from which it may be asked, by the hours agreed; a file keeps them."""
        if self.agreement is None or self.is_gathered:
            return at
        return self.agreement.opening(at)

    @property
    def answers_later(self) -> bool:
        """Whether its answer comes hours or days after it has left."""
        return self.agreement is not None and self.agreement.way.answers_later

    @cached_property
    def is_gathered(self) -> bool:
        """Whether it leaves in a file, with those of other households."""
        return self.agreement is not None and self.agreement.way.is_gathered


class Reverification(models.Model):
    """
    An order to ask one source about one person once more 复核查询, by an officer.

    By the machine for one reason alone: less than the value was answered, and it does not decide.
    round: 1 for the first, then 2 …; the database refuses one while the inquiry before it can
    still be answered, and an inquiry of a round that nobody ordered.
    """

    kept = Kept("reverification: it", fixed=True)

    class Reason(models.TextChoices):
        """Why; fixed words, which stand in the ledger."""

        OBJECTION = "objection", "家庭对该来源的结果有异议"
        CORRECTION = "correction", "来源部门已更正数据"
        SILENCE = "silence", "该来源此前未反馈"
        UNDECIDED = "undecided", "已答复的区间或者有无还不够判断"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    commission = models.ForeignKey(Commission, models.PROTECT, related_name="reverifications")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    source = models.CharField(max_length=40)
    round = models.PositiveSmallIntegerField()
    reason = models.CharField("理由", max_length=20, choices=Reason.choices)
    ordered_by = models.CharField(max_length=64)
    ordered_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)
        verbose_name = "复核查询"
        constraints = [
            models.UniqueConstraint(
                fields=["commission", "member", "source", "round"],
                name="inquiries_reverified_once_a_round",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commission_id} {self.source} {self.round}"


class Ticket(Found):
    """
    Leave to send one inquiry once 通行凭证, minted in the gate.

    The gate re-checks everything the inquiry was admitted by. `message` is the message it
    travels in; it must leave before `expires_at`.
    """

    kept = Kept("ticket: it", fixed=True)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="tickets")
    attempt = models.PositiveSmallIntegerField()
    message = models.UUIDField(db_index=True)
    minted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("attempt",)
        verbose_name = "通行凭证"
        constraints = [
            models.UniqueConstraint(fields=["inquiry", "attempt"], name="inquiries_ticket_once"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Reply(Found):
    """
    What came back for one ticket 反馈, or that nothing did.

    outcome: as the wire has it, or NO_ANSWER (nothing came), UNREADABLE (refused by strict
    reading) and DISCARDED (its authorization was revoked meanwhile: dropped unread). Only a
    `conclusive` reply ends the inquiry, and there is at most one. `match` says how the echoed
    person fits the one asked about. `code` is the reason of a refusal or failure; `excess` names
    and digests what the source sent unasked (the values were dropped unread).
    """

    kept = Kept("reply: it", fixed=True)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="replies")
    ticket = models.OneToOneField(Ticket, models.PROTECT, related_name="reply")
    outcome = models.CharField(max_length=20)
    conclusive = models.BooleanField()
    code = models.CharField(max_length=80, blank=True)
    match = models.CharField(max_length=20, blank=True)
    as_of = models.DateField(null=True)
    serial = models.CharField(max_length=99, blank=True)
    unit = models.CharField(max_length=120, blank=True)
    excess = models.JSONField(default=list, blank=True)
    received_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("received_at",)
        verbose_name = "反馈"
        constraints = [
            models.UniqueConstraint(
                fields=["inquiry"],
                condition=models.Q(conclusive=True),
                name="inquiries_one_conclusive_reply",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inquiry_id} {self.outcome}"


class Fact(Found):
    """
    One row of a reply 核到信息: item → value as the source has it (sealed JSON).

    It is sealed to its reply and position, so that a copy in another place does not open.
    """

    kept = Kept("fact: it", fixed=True)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reply = models.ForeignKey(Reply, models.PROTECT, related_name="facts")
    position = models.PositiveSmallIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ("position",)
        verbose_name = "核到信息"
        constraints = [
            models.UniqueConstraint(fields=["reply", "position"], name="inquiries_fact_once"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @staticmethod
    def place(reply: UUID, position: int) -> bytes:
        """Return what a row is sealed to."""
        return reply.bytes + position.to_bytes(2)

    @cached_property
    def opened(self) -> dict[str, Any]:
        """Open the sealed row."""
        key = self.reply.inquiry.member.case.key
        opened: dict[str, Any] = key.open(self.content, self.place(self.reply_id, self.position))
        return opened


class RequestFile(models.Model):
    """
    One file of questions 请求文件 to a department, about the households of one verification body.

    Its id is the message that its tickets name. ready_at: it lies whole where it leaves from.
    left_at: it left; the database refuses that moment unless all that it asks stands then.
    found_at: it was found to have left when who sent it was killed before saying so. ended_at: it
    did not leave, or was declared lost, and its questions are open again; `code` says why.
    manifest, sha256: what was signed of it. Intentionally absent: the file, which holds the data.
    """

    kept = Kept("request file: it")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="request_files")
    body = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    count = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    manifest = models.TextField(blank=True)
    made_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    found_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    code = models.CharField(max_length=40, blank=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-made_at",)
        verbose_name = "请求文件"

    def __str__(self) -> str:
        return str(self.id)

    @property
    def has_left(self) -> bool:
        """Whether the department may have it."""
        return self.left_at is not None or self.found_at is not None


class AnswerFile(models.Model):
    """
    One file that a department sent 反馈文件, each content once.

    sha256: of its manifest, or of the table itself where an officer brought it without one; of
    what bears no name of ours, and was not read, a number. request: which file it answers, none
    where that could not be told. signed_by: the key that
    signed it, or the officer who brought it. code: the fault for which it was not taken as a whole;
    counts: of its inquiries, by what became of them; faults: rows by number and kind, the first.
    Intentionally absent: the file and its name.
    """

    kept = Kept("answer file: it")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    request = models.ForeignKey(RequestFile, models.PROTECT, related_name="answers", null=True)
    department = models.ForeignKey(Department, models.PROTECT, related_name="answer_files")
    sha256 = models.CharField(max_length=64)
    signed_by = models.CharField(max_length=80, blank=True)
    came_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    code = models.CharField(max_length=40, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    faults = models.JSONField(default=list, blank=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-came_at",)
        verbose_name = "反馈文件"
        constraints = [
            models.UniqueConstraint(
                fields=["department", "sha256"], name="inquiries_answer_file_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class TurnedAway(models.Model):
    """
    How often a department's messages of answers were not taken on a day 未被接受的反馈, by kind.

    kind: of failure, as `failures` names it. Written over: it tells whoever mends it, and proves
    nothing. Intentionally absent: what a message said, and who sent it, which may be anybody.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    day = models.DateField()
    count = models.PositiveIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = "未被接受的反馈"
        constraints = [
            models.UniqueConstraint(
                fields=["department", "kind", "day"], name="inquiries_turned_away_by_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department_id} {self.kind} {self.day}"
