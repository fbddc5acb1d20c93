"""
信息共享协议 (agreements): what a department tells, how, and until when.

One officer proposes, another approves; from then on the department is asked for what the agreement
names, and for nothing else. Whoever proposes or approves may end it at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.db.models import Q

from hedui import catalogue
from hedui.procedure.agencies.channels import CHANNELS
from hedui.procedure.agencies.models import Agreement, Department
from hedui.procedure.agencies.queries import thumbprints
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import act, note
from hedui.procedure.record.moment import SHANGHAI, moment, today
from hedui.procedure.record.outcome import Refusal

ARTICLE = "民办函〔2011〕365号 二(三)"
LONGEST = timedelta(days=5 * 366)
MOST_DAYS_OLD = 366
MOST_PER_MINUTE = 1_000_000


class Standing(StrEnum):
    """How an agreement stands; the labels are what users see."""

    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    AHEAD = "ahead"
    OVER = "over"

    @property
    def label(self) -> str:
        """Return it as users read it."""
        return _LABELS[self]


_LABELS = {
    Standing.PROPOSED: "待批准",
    Standing.IN_FORCE: "有效",
    Standing.AHEAD: "未到起始日",
    Standing.OVER: "已终止",
}


class NotAgreed(Refusal):
    """What was proposed cannot be agreed, or not by this officer, or not any more."""


@dataclass(frozen=True, slots=True)
class Terms:
    """
    What is agreed 协议内容.

    items: sources' and items' names of the catalogue; the rest as `Agreement` has it
    """

    items: Iterable[str]
    max_age_days: int
    contact: str
    legal_basis: str
    first_day: date
    last_day: date
    opens: time | None = None
    closes: time | None = None
    per_minute: int | None = None
    channel: str = "https_json"


@act("提出信息共享协议", article=ARTICLE, roles={Role.SYSTEM_ADMIN})
def propose_agreement(*, department: Department, terms: Terms, by: Actor) -> Agreement:
    """
    Propose an agreement with a department; nothing is asked on it before another approves.

    :raises NotAgreed: items of another source, an end before the start or too far, a term missing
    """
    items = _items(department, terms.items)
    _check(terms, department)
    proposed = Agreement(
        department=department,
        items=items,
        channel=terms.channel,
        opens=terms.opens,
        closes=terms.closes,
        per_minute=terms.per_minute,
        max_age_days=terms.max_age_days,
        contact=terms.contact.strip(),
        legal_basis=terms.legal_basis.strip(),
        first_day=terms.first_day,
        last_day=terms.last_day,
        proposed_by=by.identifier,
        proposed_at=moment(),
    )
    proposed.entry_id = note(
        agreement=str(proposed.id),
        department=department.receiver_id,
        items=items,
        channel=terms.channel,
        hours=None if terms.opens is None else [str(terms.opens), str(terms.closes)],
        per_minute=terms.per_minute,
        max_age_days=terms.max_age_days,
        contact=proposed.contact,
        legal_basis=proposed.legal_basis,
        first_day=terms.first_day.isoformat(),
        last_day=terms.last_day.isoformat(),
    )
    proposed.save(force_insert=True)
    return proposed


@act("批准信息共享协议", article=ARTICLE, roles={Role.SECURITY_ADMIN})
def approve_agreement(*, agreement: Agreement, by: Actor) -> Agreement:
    """
    Approve as the second officer what another proposed; it takes the place of one before it.

    :raises NotAgreed: it is their own, it is approved or ended already, its last day is over, or
        it would reach into one that begins later
    """
    held = _locked(agreement)
    if held.proposed_by == by.identifier:
        raise NotAgreed("提出人不能自己批准,请由另一位安全管理员批准。")
    if held.approved_at is not None or held.ended_at is not None:
        raise NotAgreed("这份协议已经批准或者终止过。")
    if held.last_day < today():
        raise NotAgreed("这份协议的终止日已过,请重新提出。")
    at = moment()
    begins = max(at, _start_of(held.first_day))
    overlapping = list(
        Agreement.objects.select_for_update(of=("self",), no_key=True)
        .filter(Q(ended_at=None) | Q(ended_at__gt=begins), department=held.department_id)
        .filter(approved_at__isnull=False, last_day__gte=held.first_day)
        .filter(first_day__lte=held.last_day)
        .order_by("id")
    )
    if after := next((one for one in overlapping if _begins_after(one, held)), None):
        raise NotAgreed(
            f"与该部门另有自 {after.first_day} 起的协议,期限重叠。请先终止那一份,"
            "或者把这一份的终止日提前到其前一日,重新提出。"
        )
    department = held.department
    note(
        agreement=str(held.pk),
        replaced=[str(one.pk) for one in overlapping],
        base_url=department.base_url,
        keys=thumbprints(department.public_key),
    )
    for one in overlapping:
        one.ended_by, one.ended_at = by.identifier, begins
        one.save(update_fields=["ended_by", "ended_at"])
    held.approved_by, held.approved_at = by.identifier, at
    held.save(update_fields=["approved_by", "approved_at"])
    return held


@act("终止信息共享协议", article=ARTICLE, roles={Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN})
def end_agreement(*, agreement: Agreement, by: Actor) -> Agreement:
    """
    End an agreement, or take a proposal back, at once; what was answered before stays.

    :raises NotAgreed: it is over already
    """
    held = _locked(agreement)
    at = moment()
    if standing_of(held, at) is Standing.OVER:
        raise NotAgreed("这份协议已经终止。")
    note(agreement=str(held.pk))
    held.ended_by, held.ended_at = by.identifier, at
    held.save(update_fields=["ended_by", "ended_at"])
    return held


# ------------------------------------------------------------------ reads


def standing_of(agreement: Agreement, at: datetime) -> Standing:
    """Tell how an agreement stands at a moment."""
    day = at.astimezone(SHANGHAI).date()
    ended = agreement.ended_at is not None and agreement.ended_at <= at
    if ended or agreement.last_day < day:
        return Standing.OVER
    if agreement.approved_at is None:
        return Standing.PROPOSED
    return Standing.AHEAD if agreement.first_day > day else Standing.IN_FORCE


def agreements(reader: Actor) -> list[tuple[Agreement, Standing]]:  # noqa: ARG001 - no secret
    """Return the agreements with how they stand: to be approved first, then in force."""
    at = moment()
    listed = Agreement.objects.select_related("department").order_by("-proposed_at")
    stood = [(one, standing_of(one, at)) for one in listed]
    return sorted(stood, key=lambda pair: list(Standing).index(pair[1]))


def without_agreement() -> list[Department]:
    """Return the departments that are registered and are not asked, for want of an agreement."""
    at = moment()
    agreed = {
        one.department_id
        for one in Agreement.objects.all()
        if standing_of(one, at) is Standing.IN_FORCE
    }
    standing = Department.objects.filter(last_day=None).order_by("division", "source")
    return [one for one in standing if one.pk not in agreed]


def in_force() -> list[Agreement]:
    """Return the agreements in force, with their departments."""
    at = moment()
    agreed = Agreement.objects.select_related("department")
    return [one for one in agreed if standing_of(one, at) is Standing.IN_FORCE]


def ending_soon(within: timedelta) -> list[Agreement]:
    """Return the agreements in force whose last day is near and that none follows."""
    at = moment()
    until = at + within
    stood = [(one, standing_of(one, at)) for one in Agreement.objects.select_related("department")]
    followed = {
        one.department_id
        for one, how in stood
        if how is Standing.AHEAD and _end_of(one) > _start_of(one.first_day)
    }
    return [
        one
        for one, how in stood
        if how is Standing.IN_FORCE and _end_of(one) <= until and one.department_id not in followed
    ]


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _end_of(agreement: Agreement) -> datetime:
    over = _start_of(agreement.last_day + timedelta(days=1))
    return over if agreement.ended_at is None else min(agreement.ended_at, over)


def _begins_after(one: Agreement, held: Agreement) -> bool:
    return one.first_day > max(held.first_day, today())


def _locked(agreement: Agreement) -> Agreement:
    # The department first: whoever approves another of its agreements waits here.
    Department.objects.select_for_update(no_key=True).get(pk=agreement.department_id)
    return (
        Agreement.objects.select_for_update(of=("self",), no_key=True)
        .select_related("department")
        .get(pk=agreement.pk)
    )


def _items(department: Department, names: Iterable[str]) -> list[str]:
    try:
        items = catalogue.expand(names)
    except catalogue.CatalogueError as error:
        raise NotAgreed(f"{error}。", "items") from None
    if not items or any(item.partition(".")[0] != department.source for item in items):
        raise NotAgreed("请选择该部门所持来源的查询项,至少一项。", "items")
    return list(items)


def _check(terms: Terms, department: Department) -> None:
    if not terms.first_day <= terms.last_day or terms.last_day - terms.first_day > LONGEST:
        raise NotAgreed("协议止不能早于协议起,期限不超过五年。", "last_day")
    if terms.last_day < today():
        raise NotAgreed("协议止已经过去。", "last_day")
    if terms.first_day > today() + LONGEST:
        raise NotAgreed("协议起不能在五年以后。", "first_day")
    if not 1 <= terms.max_age_days <= MOST_DAYS_OLD:
        raise NotAgreed(f"数据有效天数应为 1 至 {MOST_DAYS_OLD} 天。", "max_age_days")
    if (terms.opens is None) != (terms.closes is None) or (
        terms.opens is not None and terms.opens == terms.closes
    ):
        raise NotAgreed("服务时间请写明起止两个时刻;全天服务的都不填。", "closes")
    if terms.per_minute is not None and not 1 <= terms.per_minute <= MOST_PER_MINUTE:
        raise NotAgreed(
            f"每分钟最多查询数应为 1 至 {MOST_PER_MINUTE};没有约定的不填。", "per_minute"
        )
    for name in ("contact", "legal_basis"):
        if not getattr(terms, name).strip():
            raise NotAgreed("请写明部门联系人和依据。", name)
    _check_way(terms, department)


def _check_way(terms: Terms, department: Department) -> None:
    if terms.channel not in CHANNELS:
        raise NotAgreed("没有这种交换方式。", "channel")
    if CHANNELS[terms.channel].needs_service and not department.base_url:
        raise NotAgreed(
            "该部门没有登记服务地址,不能用签名报文;请在“协作部门”补上地址,或者选择文件、视图。",
            "channel",
        )
