"""Objection 异议, what it contests, and what came of it."""

from functools import cached_property
from typing import Any

from django.db import models
from uuid6 import uuid7

from hedui.procedure.cases.models import Member
from hedui.procedure.record.kept import Kept
from hedui.procedure.record.models import Entry
from hedui.procedure.reports.models import Finding, Report


class Objection(models.Model):
    """
    What a family says against an issued report 异议, as it was taken in: never changed.

    member: who objects; received_on: the day it was handed in, on paper or at the counter.
    `content` (sealed) holds why it was taken in late, if it was. It is over when every item of it
    has its resolution; until then what it contests is on hold. `taken_in_by` is an officer, or the
    person themselves 本人; the database refuses whoever prepared or signed the report, and a person
    who has not signed in, or whose time is over.
    """

    kept = Kept("objection: it", fixed=True)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey(Report, models.PROTECT, related_name="objections")
    member = models.ForeignKey(Member, models.PROTECT, related_name="objections")
    number = models.CharField("异议编号", max_length=44, unique=True)
    content = models.BinaryField()
    received_on = models.DateField("收到日期")
    resolve_by = models.DateField("复核期限")
    taken_in_by = models.CharField(max_length=64)
    taken_in_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)
        verbose_name = "异议"

    def __str__(self) -> str:
        return self.number

    @cached_property
    def opened(self) -> dict[str, Any]:
        """Open the sealed content."""
        opened: dict[str, Any] = self.report.commission.case.key.open(self.content)
        return opened


class Contested(models.Model):
    """
    One finding that an objection contests 异议事项, with the grounds (sealed): never changed.

    As long as it has no resolution, the finding is on hold 暂缓使用: nothing adverse may rest on
    it, in this version of the report or a later one.
    """

    kept = Kept("contested: it", fixed=True)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    objection = models.ForeignKey(Objection, models.PROTECT, related_name="items")
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="contested")
    grounds = models.BinaryField()

    class Meta:
        ordering = ("finding__position",)
        verbose_name = "异议事项"
        constraints = [
            models.UniqueConstraint(
                fields=["objection", "finding"], name="objections_contested_once_each"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.objection_id} {self.finding_id}"

    @cached_property
    def opened(self) -> str:
        """Open the grounds."""
        grounds: str = self.objection.report.commission.case.key.open(self.grounds)["grounds"]
        return grounds


class Resolution(models.Model):
    """
    What an independent officer found of one contested finding 复核结论: never changed.

    cause: how the difference came about, where the objection is upheld. `content` (sealed) holds
    the reasons, and the amount that is accepted instead. The database refuses an officer who
    prepared or signed the report or took the objection in.
    """

    kept = Kept("resolution: it", fixed=True)

    class Outcome(models.TextChoices):
        """What came of it."""

        UPHELD = "upheld", "成立"
        PARTLY = "partly", "部分成立"
        NOT_UPHELD = "not_upheld", "不成立"
        WITHDRAWN = "withdrawn", "家庭撤回"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contested = models.OneToOneField(Contested, models.PROTECT, related_name="resolution")
    outcome = models.CharField("复核结论", max_length=12, choices=Outcome.choices)
    cause = models.CharField("差异原因", max_length=20, blank=True, default="")
    content = models.BinaryField()
    resolved_by = models.CharField(max_length=64)
    resolved_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)
        verbose_name = "复核结论"

    def __str__(self) -> str:
        return f"{self.contested_id} {self.outcome}"

    @cached_property
    def opened(self) -> dict[str, Any]:
        """Open the sealed content."""
        case = self.contested.objection.report.commission.case
        opened: dict[str, Any] = case.key.open(self.content)
        return opened
