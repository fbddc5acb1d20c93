"""The determination 审核确认."""

from functools import cached_property
from typing import Any

from django.db import models
from uuid6 import uuid7

from hedui.procedure.cases.models import Case
from hedui.procedure.record.kept import Kept
from hedui.procedure.record.models import Entry
from hedui.procedure.reports.models import Report

FAVOURABLE = ("grant", "increase")
PAYS = ("grant", "increase", "reduce")


class Determination(models.Model):
    """
    What is concluded on an application 审核确认: proposed by one officer, by another confirmed.

    basis: what an adverse one rests on; findings: on which positions of the report, none where it
    rests on the declaration alone; apart: how that was confirmed once more, with a paper
    (`Exhibit`) about this row. first_month: from which month aid is paid, changed or stopped, by
    its first day; publishes: whether its place asks for a public notice 公示 first. `content`
    (sealed) holds reasons, `computed_fen` and `suggested` as the rules have it, `amount_fen` a
    month as it is decided, `before_fen` as it was, and `departs`, why it is decided otherwise.
    Unconfirmed it has no effect. The database refuses what rule R05 forbids, whoever writes.
    """

    kept = Kept("determination: it")

    class Outcome(models.TextChoices):
        """What is concluded; the first two are for the family, the others adverse."""

        GRANT = "grant", "确认给予"
        INCREASE = "increase", "增发"
        REFUSE = "refuse", "不予确认"
        REDUCE = "reduce", "减发"
        STOP = "stop", "停发"

    class Basis(models.TextChoices):
        """What an adverse conclusion rests on."""

        FINDING = "finding", "核对发现的不一致"
        DECLARATION = "declaration", "家庭自己的申报"

    class Apart(models.TextChoices):
        """How what it rests on was confirmed, apart from where it came from."""

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
    basis = models.CharField(
        "不利意见的依据", max_length=12, choices=Basis.choices, blank=True, default=""
    )
    first_month = models.DateField("起始月份", null=True)
    publishes = models.BooleanField("须公示", default=False)
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
        return self.outcome not in FAVOURABLE

    @cached_property
    def opened(self) -> dict[str, Any]:
        """Open the sealed content."""
        opened: dict[str, Any] = self.report.commission.case.key.open(self.content)
        return opened


def made_in(case: Case) -> "models.QuerySet[Determination]":
    """Return what was proposed and confirmed in a case, the oldest first."""
    found = Determination.objects.filter(report__commission__case=case)
    return found.select_related("report__commission__case").order_by("id")


def confirmed_in(case: Case) -> "models.QuerySet[Determination]":
    """Return what two officers concluded in a case, the oldest first."""
    return made_in(case).filter(confirmed_at__isnull=False)
