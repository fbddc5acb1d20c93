"""Forms 授权书文本 and authorizations 授权."""

from datetime import datetime
from functools import cached_property

from django.db import models
from uuid6 import uuid7

from hedui.procedure.authorizations.evidence_models import (  # noqa: F401 - Django finds them here
    ElectronicSignature,
    Enrolment,
    PagePrint,
    WrongCode,
)
from hedui.procedure.cases.models import Case, Declaration, Member
from hedui.procedure.record.models import Entry


class Form(models.Model):
    """
    One version of the text that people sign 授权书文本.

    The text comes from the programme's folder and is kept here as it was signed; it is never
    changed. `last_day`: not to be signed after that day.
    """

    id = models.CharField(primary_key=True, max_length=40)
    title = models.CharField(max_length=120)
    text = models.TextField()
    digest = models.CharField(max_length=80)
    programmes = models.JSONField()
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = "授权书文本"

    def __str__(self) -> str:
        return self.id


class Authorization(models.Model):
    """
    One natural person's signed permission 授权.

    `items` is the explicit list signed for (never `*`); `purpose` the programme; `valid_from` and
    `valid_until` bound the moments at which a question may leave; `artefact` is the JWS that goes
    with each question, sealed: the number could be searched for by the salted digest in it. The
    scan lies sealed in a file named by `id`; `evidence` is its digest.
    The database refuses every change but setting `revoked_at` once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="authorizations")
    member = models.ForeignKey(Member, models.PROTECT, related_name="authorizations")
    declaration = models.ForeignKey(Declaration, models.PROTECT, related_name="+")
    form = models.ForeignKey(Form, models.PROTECT, related_name="+")
    purpose = models.CharField("用途(救助项目)", max_length=40)
    items = models.JSONField("查询项")
    period_first = models.DateField("信息期间起")
    period_last = models.DateField("信息期间止")
    signed_on = models.DateField("签署日期")
    valid_from = models.DateTimeField("生效")
    valid_until = models.DateTimeField("失效")
    guardian = models.BinaryField("监护人", null=True)
    evidence = models.CharField("签署件摘要", max_length=80)
    sealed_artefact = models.BinaryField()
    revoked_at = models.DateTimeField("撤回", null=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)
        verbose_name = "授权"
        indexes = [models.Index(fields=["evidence"], name="authorizations_evidence")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_from__lt=models.F("valid_until")),
                name="authorizations_from_before_until",
            ),
            models.CheckConstraint(
                condition=models.Q(period_first__lte=models.F("period_last")),
                name="authorizations_period_in_order",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def live_at(self, at: datetime) -> bool:
        """Tell whether a question may leave on it at a moment: not revoked, and in force."""
        return self.revoked_at is None and self.valid_from <= at < self.valid_until

    @cached_property
    def artefact(self) -> str:
        """Open the artefact 授权凭证, a compact JWS."""
        return self.case.key.open_bytes(self.sealed_artefact).decode("ascii")
