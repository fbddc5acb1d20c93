"""Forms 授权书文本 and authorizations 授权."""

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
from hedui.procedure.record.found import Found
from hedui.procedure.record.kept import Kept
from hedui.procedure.record.models import Entry
from hedui.procedure.record.told import Told


class Form(models.Model):
    """
    One version of the text that people sign 授权书文本.

    The text comes from the programme's folder, or from the page of the security administrator,
    and is kept here as it was signed; it is never changed. `last_day`: not to be signed after
    that day. `withdrawn_at` 停用 is set once; nothing is registered on the text from then on.
    `entry` is that of the publishing; none where that
    was before entries were cited here.
    """

    kept = Kept("form: a signed text")
    told = Told(("authorizations.publish",))

    id = models.CharField(primary_key=True, max_length=40)
    title = models.CharField(max_length=120)
    text = models.TextField()
    digest = models.CharField(max_length=80)
    programmes = models.JSONField()
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)
    withdrawn_at = models.DateTimeField("停用", null=True, blank=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = "授权书文本"

    def __str__(self) -> str:
        return self.id


class Sheet(models.Model):
    """
    One form as it was printed for one person 编号授权书: the draft of an authorization.

    `number` cannot be guessed and ends in a check character; it stands on the paper, also as QR
    code. The sheet is bound to person, case, programme, text and items, and to the notice 告知书
    (canonical JSON, without names) that was printed with it. Never changed; it is used up by the
    authorization that is registered on it.
    """

    kept = Kept("sheet: what was printed", fixed=True)
    told = Told(("authorizations.print_form",))

    number = models.CharField("授权书编号", primary_key=True, max_length=20)
    case = models.ForeignKey(Case, models.PROTECT, related_name="sheets")
    member = models.ForeignKey(Member, models.PROTECT, related_name="sheets")
    guardian = models.ForeignKey(Member, models.PROTECT, related_name="+", null=True)
    form = models.ForeignKey(Form, models.PROTECT, related_name="+")
    purpose = models.CharField("用途(救助项目)", max_length=40)
    items = models.JSONField("查询项")
    valid_until = models.DateField("有效期至")
    notice = models.TextField("告知书")
    digest = models.CharField("告知书摘要", max_length=80)
    printed_at = models.DateTimeField("打印")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("printed_at",)
        verbose_name = "编号授权书"

    def __str__(self) -> str:
        return self.number


class Guardianship(models.Model):
    """
    The standing of a guardian to sign for a member 监护关系, with its proof.

    `guardian` is another member, or `outsider` (sealed) names somebody outside the household: what
    they are to the ward, name, and resident number or credit code. `ground`: why the ward does not
    sign alone. `proof` is the digest of a document that lies sealed in a file named by `id`; it may
    be empty only for a minor whose guardian is a member and follows from the kinship that was
    declared. `ended_at` is set once; the signature given on it serves no longer from that moment.
    """

    kept = Kept("guardianship: it")
    told = Told(("authorizations.authorize",))

    class Ground(models.TextChoices):
        """Why somebody else signs."""

        UNDER_14 = "under_14", "未满十四周岁"
        UNDER_18 = "under_18", "已满十四周岁、未满十八周岁"
        NO_CAPACITY = "no_capacity", "无民事行为能力的成年人"
        LIMITED_CAPACITY = "limited_capacity", "限制民事行为能力的成年人"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="guardianships")
    member = models.ForeignKey(Member, models.PROTECT, related_name="guardianships")
    guardian = models.ForeignKey(Member, models.PROTECT, related_name="+", null=True)
    outsider = models.BinaryField("家庭以外的监护人", null=True)
    ground = models.CharField("监护原因", max_length=20, choices=Ground.choices)
    proof = models.CharField("监护证明摘要", max_length=80, blank=True)
    recorded_at = models.DateTimeField("登记")
    ended_at = models.DateTimeField("终止", null=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("id",)
        verbose_name = "监护关系"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(guardian__isnull=True, outsider__isnull=False)
                | models.Q(guardian__isnull=False, outsider__isnull=True),
                name="authorizations_guardian_inside_or_outside",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_of_a_minor(self) -> bool:
        """Tell whether it ends by itself, with the 18th birthday."""
        return self.ground in MINOR


MINOR = (Guardianship.Ground.UNDER_14, Guardianship.Ground.UNDER_18)


class Authorization(Found):
    """
    One natural person's signed permission 授权.

    `items` is the explicit list signed for (never `*`); `purpose` the programme; `valid_from` and
    `valid_until` bound the moments at which a question may leave; `artefact` is the JWS that goes
    with each question, sealed: the number could be searched for by the salted digest in it. The
    scan lies sealed in a file named by `id`; `evidence` is its digest. `sheet` is the numbered form
    it was signed on, `notice` the digest of what was told with it, both empty for a paper that was
    not printed here. `guardianship` is by what right a guardian signed; `agent` (sealed) who handed
    the paper in for the signer. `issuer` is the county whose platform signed the artefact.
    The database refuses every change but setting `revoked_at` once.
    """

    kept = Kept("authorization: it")
    told = Told(("authorizations.authorize",))

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
    guardianship = models.ForeignKey(
        Guardianship, models.PROTECT, related_name="authorizations", null=True
    )
    agent = models.BinaryField("代办人", null=True)
    sheet = models.OneToOneField(Sheet, models.PROTECT, related_name="authorization", null=True)
    notice = models.CharField("告知书摘要", max_length=80, blank=True, default="")
    issuer = models.CharField("签发地", max_length=6, blank=True, default="")
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

    @cached_property
    def artefact(self) -> str:
        """Open the artefact 授权凭证, a compact JWS."""
        return self.case.key.open_bytes(self.sealed_artefact).decode("ascii")


class Confirmation(models.Model):
    """
    A second officer compared what was registered with the signed paper 复核登记. Never changed.

    Where the agency works so (`Agency.second_person`), nothing is asked before.
    """

    kept = Kept("confirmation: it", fixed=True)
    told = Told(("authorizations.confirm",))

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authorization = models.OneToOneField(Authorization, models.PROTECT, related_name="confirmation")
    officer = models.CharField("复核人", max_length=60)
    confirmed_at = models.DateTimeField("复核")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "复核登记"

    def __str__(self) -> str:
        return str(self.id)
