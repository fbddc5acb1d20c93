"""Agencies 机构, officers 经办人, posts 岗位; departments 协作部门 and what is agreed with them."""

from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AbstractUser
from django.db import models
from uuid6 import uuid7

from hedui.procedure.agencies.channels import CHANNELS, Channel
from hedui.procedure.agencies.client_models import (  # noqa: F401 - Django finds them here
    CallCount,
    Client,
    Endpoint,
    FirstAnswer,
    Token,
)
from hedui.procedure.agencies.key_models import KeyChange  # noqa: F401 - likewise
from hedui.procedure.agencies.partner_models import (  # noqa: F401 - Django finds them here
    Partner,
    PartnerMessage,
    Subscription,
)
from hedui.procedure.record.actor import POSTS
from hedui.procedure.record.found import Found
from hedui.procedure.record.kept import Kept
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import SHANGHAI
from hedui.procedure.record.told import Told


class Agency(Found):
    """
    One agency 机构, placed in a division (GB/T 2260).

    Made when an installation is set up; never deleted once it has acted. How it takes in
    authorizations: `second_person`, a second officer confirms each before anything is asked on it;
    `numbered_only`, no paper that was not printed here; `authorization_days`, how long an
    authorization lasts that is offered to be signed. entry: of the act by which it is as it is;
    none where that was before entries were cited here.
    """

    class Kind(models.TextChoices):
        """What an agency is for."""

        STREET = "street", "街道(乡镇)"
        CIVIL_AFFAIRS = "civil_affairs", "县级民政部门"
        VERIFICATION_BODY = "verification_body", "核对机构"

    kept = Kept("agency: it")
    told = Told(("agencies.establish", "agencies.arrange_intake"), free=())

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField("名称", max_length=120, unique=True)
    kind = models.CharField("类别", max_length=20, choices=Kind.choices)
    division = models.CharField("行政区划代码", max_length=6, db_index=True)
    phone = models.CharField("联系电话", max_length=40, blank=True)
    second_person = models.BooleanField("授权登记须第二人复核", default=False)
    numbered_only = models.BooleanField("只收编号授权书", default=False)
    authorization_days = models.PositiveSmallIntegerField("授权有效天数", default=365)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+", null=True)

    class Meta:
        ordering = ("division", "kind", "name")
        verbose_name = "机构"

    def __str__(self) -> str:
        return self.name


class Officer(AbstractUser):
    """
    One person who works here 工作人员, with an account of their own.

    What they may do hangs on their posts, not on the account; Django's own permissions and
    groups are not used. entry: of the act by which the account is as it is, as for `Agency`.
    """

    kept = Kept("officer: an account")
    told = Told(
        (
            "agencies.open_account",
            "agencies.change_password",
            "agencies.propose_client",
            "agencies.approve_client",
            "agencies.end_client",
        ),
        free=("last_login",),
    )

    display_name = models.CharField("姓名", max_length=60)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = "工作人员"

    def __str__(self) -> str:
        return self.display_name or self.username

    def check_password(self, raw_password: str | None) -> bool:
        """
        Tell whether this is the password.

        Django would write it anew here where it hashes otherwise by now; the ledger knows no such
        act. It is hashed anew when it is changed.
        """
        return check_password(raw_password, self.password)


class Post(models.Model):
    """
    One post 岗位 that an officer holds in an agency, from a day until a day (inclusive).

    entry: as for `Agency`. Only its last day changes.
    """

    kept = Kept("post: one that was given")
    told = Told(("agencies.appoint", "agencies.relieve", "agencies.approve_client"), free=())

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="posts")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="posts")
    role = models.CharField(
        "岗位",
        max_length=20,
        choices=[(role, role.label) for role in POSTS],
    )
    first_day = models.DateField("任职起")
    last_day = models.DateField("任职止", null=True, blank=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+", null=True)

    class Meta:
        verbose_name = "岗位"
        constraints = [
            models.UniqueConstraint(
                fields=["officer", "agency", "role", "first_day"], name="agencies_post_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.officer} {self.get_role_display()}"


class Department(Found):
    """
    One department's 协作部门 service for one source: where it is reached and how it signs.

    It is asked under an `Agreement` alone. base_url: empty where it has no service and is asked by
    files or in a view. public_key: PEM, with which its answers are verified; of several keys each
    is taken, while the department changes over from one to the next; empty where nothing is signed.
    answer_within: seconds in which all attempts for one inquiry end; after that the source is
    未反馈. A department is switched off by `last_day`, never deleted. faults: messages in a row
    that it failed to answer, none where it answered last; rests_until: after some of them it is
    left alone so long, and then tried by one (inquiries/breaker.py). entry: as for `Agency`.
    """

    kept = Kept("department: it")
    told = Told(("agencies.agree", "agencies.approve_keys"), free=("faults", "rests_until"))

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.CharField("数据来源", max_length=40, db_index=True)
    division = models.CharField("行政区划代码", max_length=6)
    name = models.CharField("部门名称", max_length=120)
    base_url = models.URLField("服务地址", max_length=300, blank=True)
    receiver_id = models.CharField("接收方标识", max_length=80)
    public_key = models.TextField("验签公钥(PEM)", blank=True)
    answer_within = models.PositiveIntegerField("答复时限(秒)", default=20)
    first_day = models.DateField("登记起")
    last_day = models.DateField("登记止", null=True, blank=True)
    faults = models.PositiveIntegerField("连续失败次数", null=True, editable=False)
    rests_until = models.DateTimeField("暂停查询至", null=True, editable=False)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+", null=True)

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


class Suspension(models.Model):
    """
    That what a department answers is not used against anybody 停用, for it was wrong too often.

    It begins by itself when of the answers that officers looked into too many were wrong:
    `overturned` of `reviewed`, `low` the lower bound in hundredths of a percent. Two officers lift
    it (`lift_proposed_by`, `lifted_by`), and what was looked into before counts no more. The
    database refuses one officer for both, a second while one stands, and every other change.
    """

    kept = Kept("suspension: it")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    department = models.ForeignKey(Department, models.PROTECT, related_name="suspensions")
    reviewed = models.PositiveIntegerField("核实次数")
    overturned = models.PositiveIntegerField("来源有误次数")
    low = models.PositiveIntegerField("错误率下限(万分之一)")
    began_at = models.DateTimeField()
    lift_reason = models.CharField("恢复理由", max_length=200, blank=True)
    lift_proposed_by = models.CharField(max_length=60, blank=True)
    lift_proposed_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=60, blank=True)
    lifted_at = models.DateTimeField(null=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-began_at",)
        verbose_name = "来源停用"
        constraints = [
            models.UniqueConstraint(
                fields=["department"],
                condition=models.Q(lifted_at__isnull=True),
                name="agencies_suspended_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department_id} {self.began_at}"


class Agreement(Found):
    """
    What a department has agreed to tell 信息共享协议: which items, how, from a day until a day.

    One officer proposes, another approves, either of the two posts may end it before its last day;
    the database refuses any other change, and the gate every question that no agreement covers.
    max_age_days: how old an answer's records may be to be relied on. opens, closes: hours of the
    day between which it may be asked, in Chinese time; past midnight where it closes before it
    opens; none, at any hour. per_minute: how many questions it takes. ended_at: the moment from
    which nothing is asked on it, which may lie ahead where another takes its place.
    """

    kept = Kept("agreement: it")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    department = models.ForeignKey(Department, models.PROTECT, related_name="agreements")
    items = models.JSONField("查询项")
    channel = models.CharField("交换方式", max_length=20)
    opens = models.TimeField("服务时间起", null=True, blank=True)
    closes = models.TimeField("服务时间止", null=True, blank=True)
    per_minute = models.PositiveIntegerField("每分钟最多查询", null=True, blank=True)
    max_age_days = models.PositiveSmallIntegerField("数据有效天数")
    contact = models.CharField("部门联系人", max_length=120)
    legal_basis = models.CharField("依据", max_length=200)
    first_day = models.DateField("协议起")
    last_day = models.DateField("协议止")
    proposed_by = models.CharField(max_length=60)
    proposed_at = models.DateTimeField()
    approved_by = models.CharField(max_length=60, blank=True)
    approved_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=60, blank=True)
    ended_at = models.DateTimeField(null=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-proposed_at",)
        verbose_name = "信息共享协议"

    def __str__(self) -> str:
        return f"{self.department} {self.first_day}"

    @property
    def way(self) -> Channel:
        """Return how questions and answers travel."""
        return CHANNELS[self.channel]

    def opening(self, at: datetime) -> datetime:
        """Return the moment from which it may be asked: `at` itself within the hours agreed."""
        if self.opens is None or self.closes is None:
            return at
        local = at.astimezone(SHANGHAI)
        hour = local.time()
        if self.opens <= self.closes:
            is_open = self.opens <= hour < self.closes
        else:
            is_open = hour >= self.opens or hour < self.closes
        if is_open:
            return at
        day: date = local.date() if hour < self.opens else local.date() + timedelta(days=1)
        return datetime.combine(day, self.opens, SHANGHAI)
