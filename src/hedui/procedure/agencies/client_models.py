"""Clients 接入系统: other systems of an agency that act here by themselves, and their tokens."""

from django.db import models
from uuid6 import uuid7

from hedui.procedure.record.kept import Kept
from hedui.procedure.record.told import Told


class Client(models.Model):
    """
    One system of an agency 接入系统 that takes in, commissions and reads as an officer there would.

    One officer proposes, another approves; then its account (`officer`, which nobody logs in to)
    holds the posts in `roles`, until the last day or until it is ended. The database refuses any
    other change, and any other post of that account. decides: its agency decides 审核确认 in that
    system, which tells here what was decided.
    """

    kept = Kept("client: it")
    told = Told(("agencies.propose_client",))

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    officer = models.OneToOneField("agencies.Officer", models.PROTECT, related_name="client")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="clients")
    roles = models.JSONField("岗位")
    decides = models.BooleanField("在该系统内审核确认", default=False)
    contact = models.CharField("系统负责人", max_length=120)
    last_day = models.DateField("接入止")
    proposed_by = models.CharField(max_length=60)
    proposed_at = models.DateTimeField()
    approved_by = models.CharField(max_length=60, blank=True)
    approved_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=60, blank=True)
    ended_at = models.DateTimeField(null=True)
    entry = models.ForeignKey("record.Entry", models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-proposed_at",)
        verbose_name = "接入系统"

    def __str__(self) -> str:
        return str(self.officer)


class Token(models.Model):
    """
    One token 令牌 of a client, of which the digest alone is kept; it was shown once.

    ended_at: from when it is refused, which lies ahead while the client changes over to the next.
    """

    kept = Kept("token: it")
    told = Told(("agencies.give_token",))

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, models.PROTECT, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    given_by = models.CharField(max_length=60)
    given_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    entry = models.ForeignKey("record.Entry", models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-given_at",)
        verbose_name = "令牌"

    def __str__(self) -> str:
        return f"{self.client_id} {self.given_at:%Y-%m-%d}"


class Endpoint(models.Model):
    """
    Where a client is told that there is news 推送地址, and how far it has been told.

    cursor: the index of the ledger up to which it was told; it moves on when the client has taken
    a piece of news, and back when that is to be told again. next_at: not before then, while
    another try waits or somebody is at it; fault: why the last try failed. Address and client never
    change.
    """

    kept = Kept("endpoint: it")
    told = Told(("agencies.register_endpoint",))

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, models.PROTECT, related_name="endpoints")
    url = models.URLField("推送地址", max_length=300)
    cursor = models.BigIntegerField()
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=60, blank=True)
    failing_since = models.DateTimeField(null=True)
    registered_by = models.CharField(max_length=60)
    registered_at = models.DateTimeField()
    ended_by = models.CharField(max_length=60, blank=True)
    ended_at = models.DateTimeField(null=True)
    entry = models.ForeignKey("record.Entry", models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-registered_at",)
        verbose_name = "推送地址"
        constraints = [
            models.UniqueConstraint(
                fields=["client"],
                condition=models.Q(ended_at__isnull=True),
                name="agencies_one_endpoint_in_force",
            ),
        ]

    def __str__(self) -> str:
        return self.url


class FirstAnswer(models.Model):
    """
    What a client was answered when it first used a key 首次答复, so that a repeat does nothing new.

    Made in the transaction of the act; never changed. key: SHA-256 of the Idempotency-Key; asked:
    keyed hash of what was asked; content: the numbers that were given.
    """

    kept = Kept("answer: what was answered first")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, models.PROTECT, related_name="first_answers")
    key = models.CharField(max_length=64)
    asked = models.CharField(max_length=64)
    content = models.JSONField()
    entry = models.ForeignKey("record.Entry", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "首次答复"
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="agencies_answered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.client_id} {self.key[:8]}"


class CallCount(models.Model):
    """
    How often a client, partner or department called in its last minute 调用次数, for all processes.

    One row for each caller, written over in the next minute; by whom and for what is not kept.
    """

    caller = models.UUIDField(primary_key=True)
    minute = models.BigIntegerField()
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name = "调用次数"

    def __str__(self) -> str:
        return f"{self.caller} {self.count}"
