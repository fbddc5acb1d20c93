"""What is kept beside an authorization to tell papers apart and to sign without paper."""

from django.db import models
from uuid6 import uuid7

from hedui.procedure.cases.models import Member
from hedui.procedure.record.kept import Kept
from hedui.procedure.record.models import Entry
from hedui.procedure.record.told import Told


class PagePrint(models.Model):
    """
    What one page of a kept paper looks like 纸面特征, to recognise the same sheet.

    `sketch` is coarse and lies open, so that all papers can be looked through; `ink` is sealed
    under the key of the case as the scan is, because it shows about as much.
    """

    kept = Kept("authorization: the look of a paper")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authorization = models.ForeignKey(
        "authorizations.Authorization", models.PROTECT, related_name="page_prints"
    )
    position = models.PositiveSmallIntegerField()
    sketch = models.BinaryField()
    ink = models.BinaryField()

    class Meta:
        ordering = ("id",)
        verbose_name = "纸面特征"
        constraints = [
            models.UniqueConstraint(
                fields=["authorization", "position"], name="authorizations_page_print_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authorization_id} {self.position}"


class Enrolment(models.Model):
    """
    That an officer saw a person's document and gave them a signing key 线上签署登记.

    `secret` (sealed) is what the person's telephone holds too; `address` the blind index of the
    page at which they sign. The newest of a member is the one in force.
    """

    kept = Kept("authorization: an enrolment", fixed=True)
    told = Told(("authorizations.enrol",))

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="enrolments")
    secret = models.BinaryField()
    address = models.CharField(max_length=64, unique=True)
    enrolled_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)
        verbose_name = "线上签署登记"

    def __str__(self) -> str:
        return str(self.id)


class WrongCode(models.Model):
    """That a code was entered that was not the right one 错误的动态码."""

    kept = Kept("authorization: a wrong code", fixed=True)
    told = Told(("authorizations.sign", "authorizations.sign_in"))

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="wrong_codes")
    entered_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)
        verbose_name = "错误的动态码"

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.pk}"


class SignIn(models.Model):
    """That a person signed in to their own page with a code 本人登录; a code serves once."""

    kept = Kept("authorization: a sign-in", fixed=True)
    told = Told(("authorizations.sign_in",))

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="sign_ins")
    step = models.BigIntegerField()
    signed_in_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)
        verbose_name = "本人登录"
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "step"], name="authorizations_code_opens_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.pk}"


class ElectronicSignature(models.Model):
    """
    What a person signed without paper 电子签名.

    `record` (sealed) is canonical JSON: text, items, person, case, moment and method, with a random
    salt; `digest` its hash, which becomes the evidence of the authorization. `step` is the half
    minute whose code was given: a code serves once.
    """

    kept = Kept("authorization: an electronic signature", fixed=True)
    told = Told(("authorizations.sign",))

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="signatures")
    step = models.BigIntegerField()
    record = models.BinaryField()
    digest = models.CharField(max_length=80, unique=True)
    signed_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)
        verbose_name = "电子签名"
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "step"], name="authorizations_code_serves_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
