"""The determination 审核确认."""

from functools import cached_property
from typing import Any

from django.db import models
from uuid6 import uuid7

from hedui.procedure.record.models import Entry
from hedui.procedure.reports.models import Report


class Determination(models.Model):
    """
    What is concluded on an application 审核确认: proposed by one officer, by another confirmed.

    findings: the positions in the report on which an adverse conclusion rests; apart: how it was
    confirmed beside the source that showed it, with a paper (`Exhibit`) about this row. `content`
    (sealed) holds the reasons and, where aid is given, amount and first month. Unconfirmed it has
    no effect. The database refuses what rule R05 forbids, whoever writes the row.
    """

    class Outcome(models.TextChoices):
        """What is concluded; the last three are adverse."""

        GRANT = "grant", "确认给予"
        REFUSE = "refuse", "不予确认"
        REDUCE = "reduce", "减发"
        STOP = "stop", "停发"

    class Apart(models.TextChoices):
        """How a discrepancy was confirmed apart from its source."""

        VISIT = "visit", "入户调查"
        STATEMENT = "statement", "家庭书面说明"
        PAPER = "paper", "家庭提交的材料"
        SOURCE = "source", "另一来源的书面答复"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey(Report, models.PROTECT, related_name="determinations")
    outcome = models.CharField("审核意见", max_length=10, choices=Outcome.choices)
    findings = models.JSONField()
    apart = models.CharField(
        "另行核实方式", max_length=10, choices=Apart.choices, blank=True, default=""
    )
    content = models.BinaryField()
    proposed_by = models.CharField(max_length=64)
    proposed_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=64, default="", blank=True)
    confirmed_at = models.DateTimeField(null=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)
        verbose_name = "审核确认"

    def __str__(self) -> str:
        return f"{self.report_id} {self.outcome}"

    @property
    def is_adverse(self) -> bool:
        """Whether it goes against the family."""
        return self.outcome != self.Outcome.GRANT

    @cached_property
    def opened(self) -> dict[str, Any]:
        """Open the sealed content."""
        opened: dict[str, Any] = self.report.commission.case.key.open(self.content)
        return opened
