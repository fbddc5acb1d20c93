"""Report 核对报告 and finding 比对结果."""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import models
from uuid6 import uuid7

from hedui.procedure.agencies.models import Department, Officer
from hedui.procedure.cases.models import Member
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.models import Inquiry
from hedui.procedure.record.kept import Kept
from hedui.procedure.record.models import Entry
from hedui.procedure.reports.sms_models import Phone, Sms  # noqa: F401 - Django finds them here


class Report(models.Model):
    """
    One version of the report on one commission 核对报告.

    Drafted by the machine, submitted by the officer in charge 经办, issued by a second person 签发.
    `body` is sealed JSON; `digest` the hash of the body as issued; `signature` the platform's
    detached JWS over it; `code` what a stranger types to confirm a paper copy. The database
    refuses an issuer who prepared it and any change once it is issued.
    """

    kept = Kept("report: it")

    class Status(models.TextChoices):
        """Where a report stands."""

        DRAFT = "draft", "待经办核定"
        SUBMITTED = "submitted", "待签发"
        ISSUED = "issued", "已签发"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    commission = models.ForeignKey(Commission, models.PROTECT, related_name="reports")
    number = models.CharField("报告编号", max_length=48, unique=True)
    version = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    code = models.CharField("核验码", max_length=20, unique=True)
    body = models.BinaryField()
    digest = models.CharField(max_length=80)
    signature = models.TextField()
    drafted_at = models.DateTimeField()
    prepared_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    countersigned_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(null=True)
    valid_until = models.DateField(null=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("version",)
        verbose_name = "核对报告"
        constraints = [
            models.UniqueConstraint(fields=["commission", "version"], name="reports_version_once"),
            models.CheckConstraint(
                condition=~models.Q(prepared_by=models.F("countersigned_by")),
                name="reports_second_person_signs",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="issued")
                | models.Q(
                    prepared_by__isnull=False,
                    countersigned_by__isnull=False,
                    issued_at__isnull=False,
                    valid_until__isnull=False,
                ),
                name="reports_issued_is_signed_twice",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @cached_property
    def opened(self) -> dict[str, Any]:
        """Open the sealed body."""
        opened: dict[str, Any] = self.commission.case.key.open(self.body)
        return opened


class Finding(models.Model):
    """
    One line of a report 比对结果: member × item, with its status.

    The amounts stand in the report's sealed body under the same `position`; the row is what an
    objection can point at and what statistics count. It changes only from 不一致 to 待说明, before
    the report is issued, where its source is suspended.
    """

    kept = Kept("finding: it")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey(Report, models.PROTECT, related_name="findings")
    position = models.PositiveSmallIntegerField()
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    source = models.CharField(max_length=40)
    item = models.CharField(max_length=80)
    status = models.CharField(max_length=24, db_index=True)

    class Meta:
        ordering = ("position",)
        verbose_name = "比对结果"
        constraints = [
            models.UniqueConstraint(fields=["report", "position"], name="reports_finding_once"),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.position} {self.status}"


class Cause(models.TextChoices):
    """How a difference between declared and found came about 差异原因."""

    IDENTITY = "identity", "身份未对上"
    TIME = "time", "时间不同"
    VALUATION = "valuation", "估值不同"
    OWNERSHIP = "ownership", "权属不同"
    EXEMPT = "exempt", "按规定不计入"
    SOURCE_ERROR = "source_error", "来源记录有误"
    UNDECLARED = "undeclared", "应申报未申报"


class Acceptance(models.Model):
    """
    What the officer in charge made of one finding of a draft 认定: the cause, and what is accepted.

    The newest on a finding counts. `excluded` names the causes that were ruled out; the words on
    each, the accepted amount and the reasons are sealed in `content`. The database refuses
    应申报未申报 as long as one of the other causes is not ruled out, or the family was not
    handed an earlier version and its time to object is not over.
    """

    kept = Kept("acceptance: it", fixed=True)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="acceptances")
    cause = models.CharField("差异原因", max_length=20, choices=Cause.choices)
    excluded = models.JSONField()
    content = models.BinaryField()
    accepted_by = models.CharField(max_length=64)
    accepted_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)
        verbose_name = "认定"

    def __str__(self) -> str:
        return f"{self.finding_id} {self.cause}"


class Delivery(models.Model):
    """
    That an issued report was handed to the family 送达; from that day on they may object to it.

    `objections_until` is the last day for it, thirty days later or more; sooner only by a local
    rule, which `ground` names then. Of several deliveries the last day counts. `receipt` (sealed)
    says who took it and who was there. Intentionally absent: a delivery that is only presumed.
    """

    kept = Kept("delivery: it", fixed=True)

    class Way(models.TextChoices):
        """How it came into their hands."""

        COUNTER = "counter", "当面领取"
        VISIT = "visit", "入户送达"
        POST = "post", "邮寄并签收"
        MESSAGE = "message", "短信，有网关回执"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey(Report, models.PROTECT, related_name="deliveries")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    way = models.CharField("送达方式", max_length=10, choices=Way.choices)
    receipt = models.BinaryField()
    delivered_on = models.DateField("送达日期")
    objections_until = models.DateField("异议期至")
    ground = models.CharField("异议期依据", max_length=200, blank=True, default="")
    recorded_by = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)
        verbose_name = "送达"

    def __str__(self) -> str:
        return f"{self.report_id} {self.delivered_on}"


class SourceReview(models.Model):
    """
    What an officer found when looking into a discrepancy 来源核实: the source was right, or wrong.

    One for a finding, never changed. It is what a source's rate of errors is counted by.
    """

    kept = Kept("review: it", fixed=True)

    class Fault(models.TextChoices):
        """What was wrong at the source; none where it was right."""

        VALUE = "value", "数值、状态有误"
        PERSON = "person", "不是本人的记录"
        OUTDATED = "outdated", "信息已过时"
        MISSING = "missing", "缺少应有的信息"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    finding = models.OneToOneField(Finding, models.PROTECT, related_name="review")
    department = models.ForeignKey(Department, models.PROTECT, related_name="reviews")
    is_wrong = models.BooleanField("来源有误")
    fault = models.CharField("错误类别", max_length=10, choices=Fault.choices, blank=True)
    reviewed_by = models.CharField(max_length=60)
    reviewed_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("reviewed_at",)
        verbose_name = "来源核实"

    def __str__(self) -> str:
        return str(self.id)


class Correction(models.Model):
    """
    A request to a department to put its data right 数据更正请求.

    It names the answer by message, inquiry and the department's own serial, and nobody. Its state
    is told by what is there: waiting, overdue after `answer_until`, answered by `outcome`. Once
    answered it never changes.
    """

    kept = Kept("correction: it")

    class Outcome(models.TextChoices):
        """What the department says became of it."""

        CORRECTED = "corrected", "已更正"
        UPHELD = "upheld", "核实无误,维持"
        NOT_OURS = "not_ours", "不属本部门"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = models.OneToOneField(SourceReview, models.PROTECT, related_name="correction")
    number = models.CharField("编号", max_length=48, unique=True)
    message = models.UUIDField()
    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="+")
    serial = models.CharField(max_length=99, blank=True)
    items = models.JSONField()
    requested_at = models.DateTimeField()
    answer_until = models.DateField("答复期限")
    outcome = models.CharField("答复", max_length=10, choices=Outcome.choices, blank=True)
    document = models.CharField("复函文号", max_length=80, blank=True)
    answered_by = models.CharField(max_length=60, blank=True)
    answered_at = models.DateTimeField(null=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("requested_at",)
        verbose_name = "数据更正请求"

    def __str__(self) -> str:
        return self.number


class Withholding(models.Model):
    """
    That stated entries are not shown to the person they are about, for a time 暂不展示.

    entries: indexes in the ledger. Proposed by one officer and confirmed by another within three
    days, or it has no effect; over at `until` by itself, or before by two again (`end_proposed_by`,
    `ended_by`), and the person is told then. The database refuses one person for both, no end, an
    end beyond 180 days, and every other change.
    """

    kept = Kept("withholding: it")

    class Reason(models.TextChoices):
        """Why; fixed words, which stand in the ledger."""

        INVESTIGATION = "investigation", "公安、监察、检察机关依法调查"
        VIOLENCE = "violence", "告知可能危及他人人身安全（如家庭暴力）"

    class Basis(models.TextChoices):
        """On what ground."""

        SECRECY = "pipl_18", "个人信息保护法 第18条第一款：法律、行政法规规定应当保密"
        DUTY = "pipl_35", "个人信息保护法 第35条：告知将妨碍国家机关履行法定职责"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="withholdings")
    entries = models.JSONField()
    reason = models.CharField("理由", max_length=20, choices=Reason.choices)
    basis = models.CharField("依据", max_length=20, choices=Basis.choices)
    document = models.CharField("来函文号", max_length=80)
    until = models.DateTimeField()
    proposed_by = models.CharField(max_length=64)
    proposed_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=64, default="", blank=True)
    confirmed_at = models.DateTimeField(null=True)
    end_proposed_by = models.CharField(max_length=64, default="", blank=True)
    end_proposed_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=64, default="", blank=True)
    ended_at = models.DateTimeField(null=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)
        verbose_name = "暂不展示"

    def __str__(self) -> str:
        return str(self.id)

    @property
    def over_at(self) -> datetime:
        """Return when it is over: as confirmed, or ended before."""
        return self.ended_at or self.until


class OwnCode(models.Model):
    """
    A code with which a person without a numbered form sees who asked about them 本人查询码.

    Given at the window to who has shown a document; `code` is its blind index. The newest of a
    person is the one in force.
    """

    kept = Kept("code: it", fixed=True)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="own_codes")
    code = models.CharField(max_length=64, unique=True)
    given_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)
        verbose_name = "本人查询码"

    def __str__(self) -> str:
        return str(self.id)


class Attempt(models.Model):
    """
    One attempt to enter the page of a person 尝试, for as long as it counts.

    subject: blind index of what was tried, a form's number or a network address
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "尝试"
        indexes = (models.Index(fields=["subject", "at"], name="reports_attempt_by_subject"),)

    def __str__(self) -> str:
        return str(self.id)
