"""Notices 文书 that were issued, and how they were handed over."""

from functools import cached_property
from typing import Any

from django.db import models
from uuid6 import uuid7

from hedui.procedure.cases.models import Case, Member
from hedui.procedure.determinations.models import Determination
from hedui.procedure.record.kept import Kept
from hedui.procedure.record.models import Entry
from hedui.procedure.reports.models import Delivery


class Notice(models.Model):
    """
    A numbered paper for the family 告知书、决定书, as it was issued: never changed.

    form: which of the list, and `text` the digest of the words it was made from; `content` (sealed)
    is everything that stands on it, so that it is printed again as it was. determination: what it
    tells, for those forms that tell of one; the database refuses one that is not confirmed, has
    another outcome, or is another case's.
    """

    kept = Kept("notice: it", fixed=True)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="notices")
    form = models.CharField("文书种类", max_length=40)
    number = models.CharField("文书编号", max_length=44, unique=True)
    text = models.CharField(max_length=80)
    determination = models.ForeignKey(
        Determination, models.PROTECT, null=True, related_name="notices"
    )
    content = models.BinaryField()
    issued_by = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)
        verbose_name = "文书"

    def __str__(self) -> str:
        return self.number

    @cached_property
    def opened(self) -> dict[str, Any]:
        """Open the sealed content."""
        opened: dict[str, Any] = self.case.key.open(self.content)
        return opened


class NoticeDelivery(models.Model):
    """
    That a notice was handed over 文书送达: never changed.

    `receipt` (sealed) says who took it and how that is known. A paper is brought with it as an
    exhibit about this row.
    """

    kept = Kept("notice_delivery: it", fixed=True)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="deliveries")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    way = models.CharField("送达方式", max_length=10, choices=Delivery.Way.choices)
    receipt = models.BinaryField()
    delivered_on = models.DateField("送达日期")
    recorded_by = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)
        verbose_name = "文书送达"

    def __str__(self) -> str:
        return f"{self.notice_id} {self.delivered_on}"
