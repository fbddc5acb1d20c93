"""Budgets 限额 of a day, and what was done beyond them 紧急办理、超限查阅."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q

from hedui.procedure.agencies.models import Agency
from hedui.procedure.cases.models import Case
from hedui.procedure.commissions.models import LOOKS, BreakGlass, Budget, Tally
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.record.scope import REVIEW, acting_as

GROUND = "民办函〔2011〕365号 二(二) 严格信息使用范围"
# Generous: ten times what an office takes in on a busy day. What they stop is a harvest.
PER_OFFICER, PER_AGENCY = 500, 3_000


class OverBudget(Refusal):
    """The budget of the day is spent."""


class NotToReview(Refusal):
    """It was reviewed before, or by the reviewer's own hand ordered."""


@dataclass(frozen=True, slots=True)
class Spending:
    """What of a budget is spent today, by an officer and by the agency."""

    by_officer: int
    by_agency: int
    per_officer: int
    per_agency: int

    @property
    def is_spent(self) -> bool:
        """Tell whether a further commission would go beyond it."""
        return self.by_officer >= self.per_officer or self.by_agency >= self.per_agency

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """Return the reasons for which one may go beyond it, with their labels."""
        return BreakGlass.Reason.choices


@act("设定限额", article=GROUND, roles={Role.SECURITY_ADMIN})
def set_budget(
    *,
    agency: Agency | None,
    per_officer: int,
    per_agency: int,
    looks: int = LOOKS,
    by: Actor,  # noqa: ARG001 - `act` reads it
) -> Budget:
    """
    Set what may be done in a day, for one agency or for all without their own; see `Budget`.

    :raises Refusal: an officer would have more than the whole agency
    """
    if not 0 < per_officer <= per_agency:
        raise Refusal("每人限额应大于零,且不超过机构限额。", "per_officer")
    entry = note(
        of=str(agency.pk) if agency else None,
        per_officer=per_officer,
        per_agency=per_agency,
        looks=looks,
    )
    at = moment()
    Budget.objects.filter(agency=agency, ended_at=None).update(ended_at=at)
    return Budget.objects.create(
        agency=agency,
        per_officer=per_officer,
        per_agency=per_agency,
        looks=looks,
        began_at=at,
        entry_id=entry,
    )


@act("复核超限事项", article=GROUND, roles={Role.SECURITY_ADMIN})
def review(*, used: BreakGlass, is_justified: bool, by: Actor) -> BreakGlass:
    """
    Say whether it was right to go beyond the budget 复核.

    :raises NotToReview: it was reviewed before, or the reviewer ordered it
    """
    held = BreakGlass.objects.select_for_update(no_key=True).get(pk=used.pk)
    if held.reviewed_at:
        raise NotToReview("这一事项此前已经复核。")
    if held.officer == by.identifier:
        raise NotToReview("不能复核本人办理的事项,请由其他安全管理员复核。")
    note(case=held.case_id, used=str(held.id), justified=is_justified)
    held.reviewed_by, held.reviewed_at, held.is_justified = by.identifier, moment(), is_justified
    held.save(update_fields=["reviewed_by", "reviewed_at", "is_justified"])
    return held


def spending_of(by: Actor) -> Spending:
    """Return what is spent of the budget that holds for an officer today."""
    budget = (
        Budget.objects.filter(Q(agency=by.agency) | Q(agency=None), ended_at=None)
        .order_by(F("agency").asc(nulls_last=True))
        .first()
    )
    ordered = dict(
        Tally.objects.filter(
            agency=by.agency, day=today(), officer__in=("", by.identifier)
        ).values_list("officer", "ordered")
    )
    return Spending(
        ordered.get(by.identifier, 0),
        ordered.get("", 0),
        budget.per_officer if budget else 0,
        budget.per_agency if budget else 0,
    )


def within_budget(case: Case, agency: Agency, urgency: str, by: Actor, at: datetime) -> None:
    """
    See that one more commission is within the budget, or keep why it goes beyond.

    :raises OverBudget: it is not, and no reason is given
    """
    spending = spending_of(by)
    if not spending.is_spent:
        return
    if urgency not in BreakGlass.Reason.values:
        raise OverBudget(
            f"今天您已委托{spending.by_officer}户(限额{spending.per_officer}户),本机构已委托"
            f"{spending.by_agency}户(限额{spending.per_agency}户)。确有紧急情形的,请选择理由"
            "紧急办理,并由安全管理员复核;否则请次日再委托。",
            "urgency",
        )
    entry = note(urgency=urgency)
    BreakGlass.objects.create(
        case=case,
        agency=agency,
        officer=by.identifier,
        reason=urgency,
        opened_at=at,
        entry_id=entry,
    )


def to_review() -> list[BreakGlass]:
    """Return what was done beyond a budget and not reviewed yet, the oldest first."""
    # The number of the case is shown, and nothing else of it; the reviewer sees no case.
    with acting_as(REVIEW):
        return list(BreakGlass.objects.filter(reviewed_at=None).select_related("case", "agency"))


def overdue() -> list[BreakGlass]:
    """Return what should have been reviewed by now."""
    return [used for used in to_review() if used.review_by < today()]


def budgets_in_force(reader: Actor) -> list[tuple[Budget, int]]:
    """Return the budgets, each with what was ordered under it today, for who may set them."""
    if Role.SECURITY_ADMIN not in reader.roles:
        return []
    spent = dict(Tally.objects.filter(day=today(), officer="").values_list("agency", "ordered"))
    own = {b.agency_id for b in Budget.objects.filter(ended_at=None, agency__isnull=False)}
    return [
        (
            budget,
            spent.get(budget.agency_id, 0)
            if budget.agency_id
            else sum(count for agency, count in spent.items() if agency not in own),
        )
        for budget in Budget.objects.filter(ended_at=None)
        .select_related("agency")
        .order_by(F("agency__name").asc(nulls_first=True))
    ]
