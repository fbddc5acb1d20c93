"""The commission 委托."""

from datetime import date, datetime
from uuid import UUID

from django.db import models
from django.db.models.functions import Coalesce
from uuid6 import uuid7

from hedui.procedure.agencies.models import Agency
from hedui.procedure.cases.models import Case, Declaration
from hedui.procedure.record.found import Found
from hedui.procedure.record.kept import Kept
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import SHANGHAI
from hedui.values.working_days import add_working_days

FOR_ALL = UUID(int=0)
LOOKS = 100  # an officer works on some tens of families a day, and what they work on is not counted


class Commission(Found):
    """
    One order to verify one case for one programme 委托.

    Made by the commissioning agency; fixed from birth but for `closed_at`. It names the frozen
    declaration, the verification body, and who ordered it, whose budget of the day it uses.
    """

    kept = Kept("commission: it")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField("委托编号", max_length=44, unique=True)
    case = models.ForeignKey(Case, models.PROTECT, related_name="commissions")
    declaration = models.ForeignKey(Declaration, models.PROTECT, related_name="+")
    purpose = models.CharField("用途(救助项目)", max_length=40)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="commissions")
    body = models.ForeignKey(Agency, models.PROTECT, related_name="received_commissions")
    ordered_by = models.CharField(max_length=64)
    commissioned_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")
    # Not kept: when a department that rests, by its hours, may be asked on (inquiries.inquire).
    resumes_at: datetime | None = None
    # Nor this: whether an answer may come hours or days after its question has left.
    waits_on: bool = False

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


class Budget(models.Model):
    """
    How much of it an officer and an agency may do in a day 限额, China's days.

    per_officer, per_agency: commissions; looks: cases that an officer sees and has done nothing in.
    Without an agency it holds for all that have none of their own. Ended once, never changed.
    """

    kept = Kept("budget: it")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="budgets")
    per_officer = models.PositiveIntegerField("每人每日限额(户)")
    per_agency = models.PositiveIntegerField("机构每日限额(户)")
    looks = models.PositiveIntegerField("每人每日查阅限额(户)", default=LOOKS)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("began_at",)
        verbose_name = "委托限额"
        constraints = [
            models.UniqueConstraint(
                Coalesce("agency", models.Value(FOR_ALL)),
                condition=models.Q(ended_at__isnull=True),
                name="commissions_one_budget_in_force",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.per_officer}/{self.per_agency}"


class Tally(models.Model):
    """
    How many commissions were ordered in a day 当日委托数, by an officer or, without one, in all.

    Written by the guard of commissions alone; it only counts up.
    """

    kept = Kept("tally: it")

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    officer = models.CharField(max_length=64, blank=True)
    day = models.DateField()
    ordered = models.PositiveIntegerField()

    class Meta:
        verbose_name = "当日委托数"
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "officer", "day"], name="commissions_tally_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.officer or self.agency_id} {self.day}: {self.ordered}"


class BreakGlass(models.Model):
    """
    One case commissioned 紧急办理 or seen 超限查阅 beyond the budget; another person reviews it.

    It lifts that budget and nothing else: declaration and authorization stay what they are. The
    database refuses a review by the officer who did it, and any change but that review.
    """

    kept = Kept("break-glass: it")

    class Reason(models.TextChoices):
        """Why it could not wait; fixed words, because the ledger repeats them."""

        LIFE = "life", "危及生命健康,须立即救助"
        DISASTER = "disaster", "突发灾害事故,集中受理"
        TERM = "term", "法定时限将届满"
        CATCHING_UP = "catching_up", "系统故障后补办"

    class Lifts(models.TextChoices):
        """Which budget it goes beyond."""

        ORDERS = "orders", "紧急办理"
        LOOKS = "looks", "超限查阅"

    class Looking(models.TextChoices):
        """Why a case is to be seen that the officer has done nothing in; fixed words likewise."""

        ASKED = "asked", "家庭来访、来电询问"
        COMPLAINT = "complaint", "办理信访、投诉"
        INSPECTION = "inspection", "督查、检查"
        HANDOVER = "handover", "岗位交接、代班"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    officer = models.CharField(max_length=64)
    lifts = models.CharField("事项", max_length=10, choices=Lifts.choices, default=Lifts.ORDERS)
    reason = models.CharField("理由", max_length=20, choices=[*Reason.choices, *Looking.choices])
    opened_at = models.DateTimeField()
    reviewed_by = models.CharField(max_length=64, blank=True, default="")
    reviewed_at = models.DateTimeField(null=True)
    is_justified = models.BooleanField(null=True)
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("opened_at",)
        verbose_name = "紧急办理"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reviewed_by=models.F("officer")),
                name="commissions_another_person_reviews",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    lifts="orders", reason__in=["life", "disaster", "term", "catching_up"]
                )
                | models.Q(
                    lifts="looks", reason__in=["asked", "complaint", "inspection", "handover"]
                ),
                name="commissions_one_of_its_reasons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.reason}"

    @property
    def review_by(self) -> date:
        """Return the day by whose end it is to be reviewed: the next working day."""
        return add_working_days(self.opened_at.astimezone(SHANGHAI).date(), 1)
