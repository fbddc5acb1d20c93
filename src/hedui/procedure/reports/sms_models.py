"""What is kept of text messages 短信: who agreed to them, and what was sent."""

from functools import cached_property

from django.db import models
from uuid6 import uuid7

from hedui.procedure.cases.models import Member
from hedui.procedure.record.kept import Kept
from hedui.procedure.record.models import Entry


class Phone(models.Model):
    """
    That a person agreed to be told by text message 短信联系, or does not agree any more.

    The newest of a person is in force. `content` (sealed) is the number; without one there is none.
    """

    kept = Kept("phone: it", fixed=True)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="phones")
    agrees = models.BooleanField("同意短信联系")
    content = models.BinaryField()
    recorded_by = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)
        verbose_name = "短信联系"

    def __str__(self) -> str:
        return str(self.id)

    @cached_property
    def number(self) -> str:
        """Open the sealed number; "" where the person does not agree."""
        return str(self.member.case.key.open(self.content)["number"])

    @property
    def masked(self) -> str:
        """Return the number as a list shows it."""
        return f"{self.number[:3]}****{self.number[-4:]}" if self.agrees else ""


class Sms(models.Model):
    """
    One text message 短信 that something waits for the family: that it does, and not what.

    about: the report or notice; taken_at: when the gateway took it; `outcome` and `told_at` are the
    gateway's signed receipt, written once. next_at: not before then, while another try waits.
    """

    kept = Kept("sms: it")

    class Outcome(models.TextChoices):
        """What the receipt says."""

        DELIVERED = "delivered", "已到达手机"
        FAILED = "failed", "没有到达"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    phone = models.ForeignKey(Phone, models.PROTECT, related_name="messages")
    about = models.UUIDField(db_index=True)
    requested_by = models.CharField(max_length=64)
    requested_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=60, blank=True, default="")
    taken_at = models.DateTimeField(null=True)
    outcome = models.CharField(
        "回执", max_length=10, choices=Outcome.choices, blank=True, default=""
    )
    told_at = models.DateTimeField(null=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)
        verbose_name = "短信"
        indexes = (
            models.Index(
                fields=["next_at"], name="reports_sms_waiting", condition=models.Q(outcome="")
            ),
        )

    def __str__(self) -> str:
        return str(self.id)
