"""Changes of keys and addresses 换钥换址: how a department or a partner is known from now on."""

from django.db import models
from uuid6 import uuid7

from hedui.procedure.record.kept import Kept


class KeyChange(models.Model):
    """
    One change of the keys by which a department or a partner is known 换钥, and of the address at
    which a department is asked 换址.

    One officer proposes all keys that are to be taken from now on, another approves: the next
    beside the present one while they change over, then the next alone; at once alone where one was
    stolen. The database lets the holder's key and address be changed by nothing else. before,
    address_before: what was taken until then, so that it stays known with which key something was
    signed and where it was asked. Of a partner there is no address here.
    """

    kept = Kept("key change: it")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    department = models.ForeignKey(
        "agencies.Department", models.PROTECT, related_name="key_changes", null=True
    )
    partner = models.ForeignKey(
        "agencies.Partner", models.PROTECT, related_name="key_changes", null=True
    )
    before = models.TextField("原验签公钥(PEM)", blank=True)
    public_key = models.TextField("验签公钥(PEM)", blank=True)
    address_before = models.CharField("原服务地址", max_length=300, blank=True)
    base_url = models.CharField("服务地址", max_length=300, blank=True)
    proposed_by = models.CharField(max_length=60)
    proposed_at = models.DateTimeField()
    approved_by = models.CharField(max_length=60, blank=True)
    approved_at = models.DateTimeField(null=True)
    dropped_by = models.CharField(max_length=60, blank=True)
    dropped_at = models.DateTimeField(null=True)
    entry = models.ForeignKey("record.Entry", models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-proposed_at",)
        verbose_name = "换钥"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(department__isnull=True) ^ models.Q(partner__isnull=True),
                name="agencies_key_change_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department or self.partner} {self.proposed_at:%Y-%m-%d}"
