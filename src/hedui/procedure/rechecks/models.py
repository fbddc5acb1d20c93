"""Lists of periodic rechecks 复核清单, and what stands on them."""

from django.db import models
from uuid6 import uuid7

from hedui.procedure.agencies.models import Agency
from hedui.procedure.cases.models import Case
from hedui.procedure.record.kept import Kept
from hedui.procedure.record.models import Entry


class Round(models.Model):
    """
    One list of families to look at again 复核清单, drawn up by one officer; never changed.

    until: the last day up to which families due are on it; percent: how many of a hundred are
    looked at a second time; digest: of the file, where a registry's comparison named the families
    """

    kept = Kept("recheck list: it", fixed=True)

    class Origin(models.TextChoices):
        """How the families came to be on it."""

        DUE = "due", "到期复核"
        REGISTRY = "registry", "批量核对结果"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    origin = models.CharField("来由", max_length=10, choices=Origin.choices)
    until = models.DateField("截至")
    percent = models.PositiveSmallIntegerField("抽查比例(%)")
    digest = models.CharField(max_length=64, blank=True, default="")
    opened_by = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-opened_at",)
        verbose_name = "复核清单"

    def __str__(self) -> str:
        return f"{self.get_origin_display()} {self.until}"


class Task(models.Model):
    """
    One family on a list 复核事项: why, in which turn, and whether a second officer looks again.

    What came of it is not kept here: it is told from the steps and commissions of the case since.
    No column can end or lower anything. `agrees`: what the second officer found.
    """

    kept = Kept("recheck: it")

    class Reason(models.TextChoices):
        """Why the family is on the list; fixed words, and none of them says anything of it."""

        DUE = "due", "到期"
        OUTCOME = "outcome", "核到与申报的试算结果不同"
        DISCREPANCY = "discrepancy", "有申报与核到不一致的事项"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    round = models.ForeignKey(Round, models.PROTECT, related_name="tasks")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    reason = models.CharField("事由", max_length=12, choices=Reason.choices)
    turn = models.PositiveIntegerField("次序")
    sampled = models.BooleanField("抽查")
    looked_by = models.CharField(max_length=64, blank=True, default="")
    looked_at = models.DateTimeField(null=True)
    agrees = models.BooleanField(null=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("round", "turn")
        verbose_name = "复核事项"
        constraints = [
            models.UniqueConstraint(fields=["round", "case"], name="rechecks_once_on_a_list"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.turn}"
