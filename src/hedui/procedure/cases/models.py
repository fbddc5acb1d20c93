"""The case 案 and what lies in it from the household: members and declaration."""

from functools import cached_property
from typing import Any

from django.db import models
from uuid6 import uuid7

from hedui.procedure.agencies.models import Agency
from hedui.procedure.record.found import Found
from hedui.procedure.record.kept import Kept
from hedui.procedure.record.models import Entry
from hedui.procedure.record.outcome import Trouble
from hedui.procedure.record.sealing import CaseKey

LASTS = "granted"  # the word of what was heard where aid lasts


class Numbering(models.Model):
    """A series of numbers 编号序列, such as the cases of one county and year."""

    kept = Kept("numbering: it")

    prefix = models.CharField(primary_key=True, max_length=40)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.prefix}-{self.last:06d}"


class Case(Found):
    """
    One household's application 申请, the folder in which everything about it lies.

    `wrapped_key` is the key under which all its personal data is sealed; `draft` the
    declaration being filled in (sealed JSON in the shape of CASE.json). `applicant_masked` and
    `applicant_index` let a list show and find it without opening anything. Intentionally absent:
    a state column — what has happened is told by the rows to the right.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField("受理编号", max_length=40, unique=True)
    programme = models.CharField("救助项目", max_length=40)
    division = models.CharField("行政区划代码", max_length=6, db_index=True)
    applied_on = models.DateField("申请日期")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="cases")
    wrapped_key = models.BinaryField()
    draft = models.BinaryField()
    applicant_masked = models.CharField(max_length=60, default="", blank=True)
    applicant_index = models.CharField(max_length=64, default="", blank=True, db_index=True)
    opened_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-opened_at",)
        verbose_name = "案件"

    def __str__(self) -> str:
        return self.number

    @property
    def is_aided(self) -> bool:
        """Whether aid is being paid to this household, as decided here or in another system."""
        kinds = (Step.Kind.PAY, Step.Kind.END, Step.Kind.HEAR)
        last = self.steps.filter(kind__in=kinds).order_by("id").last()
        return last is not None and (last.kind == Step.Kind.PAY or last.word == LASTS)

    @property
    def is_frozen(self) -> bool:
        """
        Whether the declaration stays as it is, since it is verified or was.

        Who receives aid reports what has changed (社会救助暂行办法 第13条), as a further version,
        as long as nothing is under way that rests on the last one.
        """
        if not self.declarations.filter(frozen_at__isnull=False).exists():
            return False
        return self.commissions.filter(closed_at__isnull=True).exists() or not self.is_aided

    @property
    def is_filed(self) -> bool:
        """Whether its file is closed 归档."""
        return self.steps.filter(kind=Step.Kind.ARCHIVE).exists()

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes to it: turned down, archived, or decided without aid."""
        if self.is_filed or self.steps.filter(kind=Step.Kind.CONFIRM_TURNING_DOWN).exists():
            return True
        ordered = self.commissions.values_list("closed_at", flat=True)
        return bool(ordered) and None not in ordered and not self.is_aided

    @cached_property
    def key(self) -> CaseKey:
        """Open the key of this case. :raises Trouble: it was destroyed, and with it the data"""
        if not self.wrapped_key:
            raise Trouble("本案资料已按期销毁,不能再打开。")
        return CaseKey.unwrap(bytes(self.wrapped_key), self.id.bytes)


class Member(Found):
    """
    One natural person of the household 共同生活的家庭成员, as declared.

    `person` is sealed: name, id_number (18 digits),
    birth_date, sex. A person whose number or name is corrected is a new row;
    the old one gets `replaced`, and no authorization of it serves the new one.
    """

    kept = Kept("member: a person")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="members")
    key = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField()
    relation = models.CharField(max_length=20)
    birth_date = models.DateField()
    person = models.BinaryField()
    number_index = models.CharField(max_length=64, db_index=True)
    replaced = models.BooleanField(default=False)

    class Meta:
        ordering = ("position",)
        verbose_name = "家庭成员"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "key"],
                condition=models.Q(replaced=False),
                name="cases_member_key_once",
            ),
            models.UniqueConstraint(
                fields=["case", "number_index"],
                condition=models.Q(replaced=False),
                name="cases_member_number_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.key}"

    @cached_property
    def opened(self) -> dict[str, Any]:
        """Open the sealed person."""
        opened: dict[str, Any] = self.case.key.open(self.person)
        return opened


class Declaration(Found):
    """
    What the household declared 申报, one version.

    Never edited: a correction before verification is a new version. `digest` is the hash of the
    canonical JSON in `content` (sealed; it holds a random salt, so that the digest reveals
    nothing). `frozen_at` is set once, by the first commission; from then on the database refuses
    any further version for the case.
    """

    kept = Kept("declaration: a version")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="declarations")
    version = models.PositiveSmallIntegerField()
    content = models.BinaryField()
    digest = models.CharField(max_length=80)
    declared_at = models.DateTimeField()
    frozen_at = models.DateTimeField(null=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("version",)
        verbose_name = "申报"
        constraints = [
            models.UniqueConstraint(fields=["case", "version"], name="cases_declaration_once"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} v{self.version}"

    @cached_property
    def opened(self) -> dict[str, Any]:
        """Open the sealed content."""
        opened: dict[str, Any] = self.case.key.open(self.content)
        return opened


class Erasure(models.Model):
    """
    That the data of a case is destroyed 销毁, after its retention ended: proposed, then confirmed.

    With the confirmation the key of the case is destroyed, so that nothing sealed under it opens
    any more; `entry` is the proposal, the receipt stands in the ledger. The database refuses one
    officer for both, and an erasure before the time.
    """

    kept = Kept("erasure: it")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.OneToOneField(Case, models.PROTECT, related_name="erasure")
    proposed_by = models.CharField(max_length=64)
    proposed_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=64, default="", blank=True)
    confirmed_at = models.DateTimeField(null=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)
        verbose_name = "销毁"

    def __str__(self) -> str:
        return f"{self.case_id}"


class Exhibit(models.Model):
    """
    A paper that was brought to a case 佐证材料, as its scan: never changed.

    `about` is the row for whose sake it was brought, such as an objection or a delivery; what it is
    (`description`) is sealed, and so is the scan, in a file of its own named after the row.
    """

    kept = Kept("exhibit: it", fixed=True)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="exhibits")
    about = models.UUIDField(db_index=True)
    description = models.BinaryField()
    digest = models.CharField(max_length=80)
    brought_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)
        verbose_name = "佐证材料"

    def __str__(self) -> str:
        return str(self.id)


class Step(models.Model):
    """
    One step of the course that has no room of its own 办理事项: never changed.

    about: the step or determination it follows upon; first_day and last_day: the day it was done or
    begins, and, where it runs, the last day; word: one fixed word, such as why a clock was paused;
    clock and days: which term is paused or extended, by how much; officer: who else took part, or
    who stands back 回避. `content` (sealed) holds what was said and seen. What each kind may follow
    upon stands in `determinations.states`; the database refuses what must never be.
    """

    kept = Kept("step: it", fixed=True)

    class Kind(models.TextChoices):
        """What was done; each is named as the act that does it."""

        SUPPLEMENT = "supplement", "一次性告知补正"
        SUPPLY = "supply", "收到补正材料"
        ACCEPT = "accept", "准予受理"
        TURN_DOWN = "turn_down", "拟不予受理"
        CONFIRM_TURNING_DOWN = "confirm_turning_down", "不予受理"
        STAND_BACK = "stand_back", "回避"
        VISIT = "visit", "入户调查"
        INTERVIEW = "interview", "邻里访问"
        REVIEW = "review", "民主评议"
        PUBLISH = "publish", "公示"
        PROTEST = "protest", "公示异议"
        DISMISS = "dismiss", "公示异议不成立"
        UPHOLD = "uphold", "公示异议成立"
        NOTIFY = "notify", "送达决定书"
        PAY = "pay", "开始发放"
        RECHECK = "recheck", "复核无变化"
        PHASE_OUT = "phase_out", "渐退"
        END = "end", "停止发放"
        HEAR = "hear", "接收审核确认结果"
        PAUSE = "pause", "暂停计时"
        RESUME = "resume", "恢复计时"
        EXTEND = "extend", "延长期限"
        ARCHIVE = "archive", "归档"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="steps")
    kind = models.CharField("办理事项", max_length=24, choices=Kind.choices)
    about = models.UUIDField(null=True, db_index=True)
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    word = models.CharField(max_length=24, blank=True, default="")
    clock = models.CharField(max_length=24, blank=True, default="")
    days = models.PositiveSmallIntegerField(default=0)
    officer = models.CharField(max_length=64, blank=True, default="")
    content = models.BinaryField()
    recorded_by = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)
        verbose_name = "办理事项"

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"

    @cached_property
    def opened(self) -> dict[str, Any]:
        """Open the sealed content."""
        opened: dict[str, Any] = self.case.key.open(self.content)
        return opened
