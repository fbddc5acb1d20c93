"""Agencies 机构, officers 经办人, posts 岗位, and the departments 协作部门 that answer."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from uuid6 import uuid7

from hedui.procedure.record.actor import ROLE_LABELS, Role


class Agency(models.Model):
    """
    One agency 机构, placed in a division (GB/T 2260).

    Made when an installation is set up; never deleted once it has acted. How it takes in
    authorizations: `second_person`, a second officer confirms each before anything is asked on it;
    `numbered_only`, no paper that was not printed here; `authorization_days`, how long an
    authorization lasts that is offered to be signed.
    """

    class Kind(models.TextChoices):
        """What an agency is for."""

        STREET = "street", "街道(乡镇)"
        CIVIL_AFFAIRS = "civil_affairs", "县级民政部门"
        VERIFICATION_BODY = "verification_body", "核对机构"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField("名称", max_length=120, unique=True)
    kind = models.CharField("类别", max_length=20, choices=Kind.choices)
    division = models.CharField("行政区划代码", max_length=6, db_index=True)
    phone = models.CharField("联系电话", max_length=40, blank=True)
    second_person = models.BooleanField("授权登记须第二人复核", default=False)
    numbered_only = models.BooleanField("只收编号授权书", default=False)
    authorization_days = models.PositiveSmallIntegerField("授权有效天数", default=365)

    class Meta:
        ordering = ("division", "kind", "name")
        verbose_name = "机构"

    def __str__(self) -> str:
        return self.name


class Officer(AbstractUser):
    """
    One person who works here 工作人员, with an account of their own.

    What they may do hangs on their posts, not on the account; Django's own permissions and
    groups are not used.
    """

    display_name = models.CharField("姓名", max_length=60)

    class Meta:
        verbose_name = "工作人员"

    def __str__(self) -> str:
        return self.display_name or self.username


class Post(models.Model):
    """One post 岗位 that an officer holds in an agency, from a day until a day (inclusive)."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="posts")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="posts")
    role = models.CharField(
        "岗位",
        max_length=20,
        choices=[(r, label) for r, label in ROLE_LABELS.items() if r is not Role.MACHINE],
    )
    first_day = models.DateField("任职起")
    last_day = models.DateField("任职止", null=True, blank=True)

    class Meta:
        verbose_name = "岗位"
        constraints = [
            models.UniqueConstraint(
                fields=["officer", "agency", "role", "first_day"], name="agencies_post_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.officer} {self.get_role_display()}"


class Department(models.Model):
    """
    One department's 协作部门 service for one source, and the agreement under which it answers.

    public_key: PEM, with which its answers are verified; of several keys each is taken, while the
    department changes over from one to the next. answer_within: seconds in which all
    attempts for one inquiry end; after that the source is 未反馈. A department is switched off by
    `last_day`, never deleted.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.CharField("数据来源", max_length=40, db_index=True)
    division = models.CharField("行政区划代码", max_length=6)
    name = models.CharField("部门名称", max_length=120)
    base_url = models.URLField("服务地址", max_length=300)
    receiver_id = models.CharField("接收方标识", max_length=80)
    public_key = models.TextField("验签公钥(PEM)")
    answer_within = models.PositiveIntegerField("答复时限(秒)", default=20)
    contact = models.CharField("联系人", max_length=120, blank=True)
    legal_basis = models.CharField("依据", max_length=200, blank=True)
    first_day = models.DateField("协议起")
    last_day = models.DateField("协议止", null=True, blank=True)

    class Meta:
        ordering = ("division", "source")
        verbose_name = "协作部门"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "division"],
                condition=models.Q(last_day__isnull=True),
                name="agencies_one_open_agreement",
            ),
        ]

    def __str__(self) -> str:
        return self.name
