"""The commission 委托."""

from django.db import models
from uuid6 import uuid7

from hedui.procedure.agencies.models import Agency
from hedui.procedure.cases.models import Case, Declaration
from hedui.procedure.record.models import Entry


class Commission(models.Model):
    """
    One order to verify one case for one programme 委托.

    Made by the commissioning agency; fixed from birth but for `closed_at`. It names the frozen
    declaration and the verification body.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField("委托编号", max_length=44, unique=True)
    case = models.ForeignKey(Case, models.PROTECT, related_name="commissions")
    declaration = models.ForeignKey(Declaration, models.PROTECT, related_name="+")
    purpose = models.CharField("用途(救助项目)", max_length=40)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="commissions")
    body = models.ForeignKey(Agency, models.PROTECT, related_name="received_commissions")
    commissioned_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-commissioned_at",)
        verbose_name = "委托"
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(closed_at__isnull=True),
                name="commissions_one_open_per_case",
            ),
        ]

    def __str__(self) -> str:
        return self.number
