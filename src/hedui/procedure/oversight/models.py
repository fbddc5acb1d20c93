"""The blind second review 盲审."""

from functools import cached_property
from typing import Any

from django.db import models
from uuid6 import uuid7

from hedui.procedure.determinations.models import Determination
from hedui.procedure.record.kept import Kept
from hedui.procedure.record.models import Entry


class SecondReview(models.Model):
    """
    What a second officer, who knows nothing of the first, concludes on the same report 盲审结论.

    Of a determination that the ledger drew (`drawing`); once, never changed; it changes nothing for
    the family by itself. `content` (sealed) holds the reasons. The database refuses whoever has an
    entry on the case in the ledger, and whatever is not confirmed or of a month that is not over.
    """

    kept = Kept("second_review: it", fixed=True)

    class Outcome(models.TextChoices):
        """What the second officer would have concluded."""

        MEETS = "meets", "符合条件"
        DOES_NOT = "does_not", "不符合条件"
        OPEN = "open", "凭现有材料不能判断"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    determination = models.OneToOneField(
        Determination, models.PROTECT, related_name="second_review"
    )
    outcome = models.CharField("盲审结论", max_length=10, choices=Outcome.choices)
    content = models.BinaryField()
    reviewed_by = models.CharField(max_length=64)
    reviewed_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)
        verbose_name = "盲审"

    def __str__(self) -> str:
        return f"{self.determination_id} {self.outcome}"

    @property
    def disagrees(self) -> bool:
        """Whether the second officer would have concluded the other way."""
        against = self.determination.is_adverse
        return self.outcome == (self.Outcome.MEETS if against else self.Outcome.DOES_NOT)

    @cached_property
    def opened(self) -> dict[str, Any]:
        """Open the sealed content."""
        opened: dict[str, Any] = self.determination.report.commission.case.key.open(self.content)
        return opened
