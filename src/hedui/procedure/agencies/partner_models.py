"""Partners 合作方: systems of other bodies that may ask whether somebody is verified here."""

from django.db import models
from uuid6 import uuid7

from hedui.procedure.record.kept import Kept


class Partner(models.Model):
    """
    One body that may ask whether a person's household is being verified 合作方, and no more.

    Its agreement: for which programmes, in which division, on what legal basis, until when. One
    officer proposes it and another approves; the database refuses any other change, but that two
    officers change its key (`KeyChange`). certificate_name: which its client certificate carries
    (a DNS name among its alternative names); empty, and none is asked for. cursor: up to which
    entry of the ledger its subscriptions were looked through.
    """

    kept = Kept("partner: it")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sender_id = models.CharField("系统标识", max_length=80, unique=True)
    name = models.CharField("单位名称", max_length=120)
    division = models.CharField("行政区划代码", max_length=6)
    programmes = models.JSONField("救助项目")
    legal_basis = models.CharField("依据", max_length=200)
    contact = models.CharField("联系人", max_length=120)
    callback_url = models.URLField("回调地址", max_length=300)
    public_key = models.TextField("验签公钥(PEM)")
    certificate_name = models.CharField("客户端证书的名称", max_length=200, blank=True)
    last_day = models.DateField("协议止")
    cursor = models.BigIntegerField(default=-1)
    proposed_by = models.CharField(max_length=60)
    proposed_at = models.DateTimeField()
    approved_by = models.CharField(max_length=60, blank=True)
    approved_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=60, blank=True)
    ended_at = models.DateTimeField(null=True)
    entry = models.ForeignKey("record.Entry", models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-proposed_at",)
        verbose_name = "合作方"

    def __str__(self) -> str:
        return self.name


class PartnerMessage(models.Model):
    """
    One message of a partner and what it is answered 往来报文, or what it is told by itself.

    Nobody stands in it: `answer` repeats the partner's references, not who was asked about; `asked`
    is a keyed hash, by which a repeat is known. What is told later (`action` on-… or notify) waits
    until `sent_at`. message_id: the partner's own, or ours for a notification.

    about: its references (of an answer what became of others: the places in it), and for each of
    whom something was told the blind index and the programme, as whether it may still be told is
    asked anew whenever it is. A row of before that was kept tells nothing again.
    """

    kept = Kept("partner: what it was answered")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="messages")
    message_id = models.CharField(max_length=99)
    transaction_id = models.CharField(max_length=99)
    action = models.CharField(max_length=20)
    asked = models.CharField(max_length=64)
    answer = models.JSONField()
    about = models.JSONField(null=True)
    callback = models.URLField(max_length=300, blank=True)
    at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=60, blank=True)
    entry = models.ForeignKey("record.Entry", models.PROTECT, related_name="+")

    class Meta:
        ordering = ("at",)
        verbose_name = "往来报文"
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "message_id"], name="agencies_partner_message_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["partner", "next_at"],
                condition=models.Q(sent_at__isnull=True),
                name="agencies_partnermessage_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.action}"


class Subscription(models.Model):
    """
    That a partner is told when a person's household comes to be verified 订阅, until it ends.

    person: blind index of the resident number. What it is told is asked anew each time.
    """

    kept = Kept("partner: a subscription")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="subscriptions")
    code = models.CharField(max_length=99, unique=True)
    person = models.CharField(max_length=64, db_index=True)
    programme = models.CharField("救助项目", max_length=40)
    reference_id = models.CharField(max_length=99)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    entry = models.ForeignKey("record.Entry", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "订阅"
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "person", "programme"],
                condition=models.Q(ended_at__isnull=True),
                name="agencies_subscribed_once",
            ),
        ]

    def __str__(self) -> str:
        return self.code
