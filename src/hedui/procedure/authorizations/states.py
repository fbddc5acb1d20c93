"""
The life of an authorization 授权的状态, told by its rows and the moment.

    draft 已打印待签 → signed 已签署待复核 → active 有效 → expired 已到期
                                                        ↘ revoked 已撤回
                                                        ↘ ended 已终止

A sheet 编号授权书 that nobody has signed is the draft. No state is stored, so none can be stale.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, UUIDField

from hedui.procedure.agencies.models import Agency
from hedui.procedure.authorizations.models import MINOR, Authorization, Guardianship
from hedui.procedure.cases.models import Member
from hedui.procedure.record.moment import SHANGHAI
from hedui.procedure.record.prepared import Prepared

ADULT_AGE = 18


class State(StrEnum):
    """Where an authorization stands."""

    DRAFT = "draft"
    SIGNED = "signed"
    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ENDED = "ended"

    @property
    def label(self) -> str:
        """Return the state as users read it."""
        return LABELS[self]


LABELS = {
    State.DRAFT: "已打印，待签署",
    State.SIGNED: "已签署，待复核",
    State.ACTIVE: "有效",
    State.EXPIRED: "不在有效期内",
    State.REVOKED: "已撤回",
    State.ENDED: "已终止",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A state, and why in words where the state alone does not say what to do."""

    state: State
    why: str = ""


def state_of(held: Authorization, at: datetime) -> Told:
    """
    Tell where an authorization stands at a moment; only an active one carries a question.

    The same is asked by the gate in the database. That the application is concluded ends it too
    (`concluded`), which the gate knows by the commission.
    """
    if held.revoked_at is not None:
        return Told(State.REVOKED)
    if why := ended_because(held, at):
        return Told(State.ENDED, why)
    if not held.valid_from <= at < held.valid_until:
        return Told(State.EXPIRED)
    if awaits_second_person(held):
        return Told(State.SIGNED, "须由另一位受理人员对照签署件复核")
    return Told(State.ACTIVE)


def ended_because(held: Authorization, at: datetime) -> str:
    """Say what ended an authorization before its time, or nothing."""
    case = held.case
    if held.member.replaced:
        return "家庭成员已变更，须由现成员重新签署"
    if held.purpose != case.programme:
        return "救助项目已变更，须重新签署"
    if held.issuer and held.issuer != case.division:
        return "受理地已变更，签发机构不同，须重新签署"
    is_guarded = getattr(held, "is_guarded", None)
    standing = held.guardianship
    if standing is None or stands(standing, at, is_guarded=is_guarded):
        return ""
    if is_outgrown(standing, at):
        return "本人已满十八周岁，须由本人重新签署"
    return "监护人的资格已终止，须由现监护人或者本人重新签署"


def stands(guardianship: Guardianship, at: datetime, *, is_guarded: bool | None = None) -> bool:
    """
    Tell whether a guardian has standing at a moment, by all that the rows can say.

    is_guarded: whether somebody signs for the guardian, where that was read before (`GUARDED`)
    """
    ward, guardian = guardianship.member, guardianship.guardian
    if guardianship.ended_at is not None or ward.replaced or (guardian and guardian.replaced):
        return False
    if is_outgrown(guardianship, at):
        return False
    if guardian is None:
        return True
    return not (is_without_capacity(guardian) if is_guarded is None else is_guarded)


def is_outgrown(guardianship: Guardianship, at: datetime) -> bool:
    """Tell whether whom somebody signed for as a minor is of age at a moment."""
    return guardianship.is_of_a_minor and birthday(guardianship.member, ADULT_AGE) <= _day(at)


def is_without_capacity(member: Member) -> bool:
    """Tell whether a member is recorded as an adult for whom a guardian signs."""
    return bool(WARDS(member.pk))


def _signed_for(member: Any) -> QuerySet[Guardianship]:
    """Select the standings on which somebody signs for a grown-up member now."""
    held = Guardianship.objects.filter(member=member, ended_at__isnull=True)
    return held.exclude(ground__in=MINOR)


WARDS: Prepared[UUID] = Prepared(
    lambda member: _signed_for(member).values_list("pk", flat=True), UUIDField()
)
# Of an authorization: whether somebody signs for the guardian on whom it rests.
GUARDED = Exists(_signed_for(OuterRef("guardianship__guardian")))


def awaits_second_person(held: Authorization) -> bool:
    """Tell whether a second officer has still to compare it with the signed paper."""
    return held.case.agency.second_person and not hasattr(held, "confirmation")


def concluded(closings: list[datetime | None], *, is_aided: bool) -> bool:
    """
    Tell whether an application is concluded: every order to verify it is closed, and no aid lasts.

    closings: `closed_at` of each order
    """
    return bool(closings) and None not in closings and not is_aided


def serving(at: datetime) -> Q:
    """Select the authorizations that are active at a moment; says what `state_of` says."""
    return serving_by(at, born_of_age(at))


def serving_by(at: Any, born: Any) -> Q:
    """
    Select as `serving` does; born: the last birthday of those who are of age.

    What hangs on one row of others is asked of that row alone: joined, all cases of an agency and
    all wards would be read for one household.
    """
    wants_second = Agency.objects.filter(pk=OuterRef("case__agency"), second_person=True)
    confirmed = Q(~Exists(wants_second)) | Q(confirmation__isnull=False)
    issued_here = Q(issuer="") | Q(issuer=F("case__division"))
    minor = Q(guardianship__ground__in=MINOR)
    grown = Q(guardianship__member__birth_date__lte=born)
    outside = Q(guardianship__guardian__isnull=True)
    inside = Q(guardianship__guardian__replaced=False) & Q(~GUARDED)
    standing = Q(guardianship__isnull=True) | (
        Q(guardianship__ended_at__isnull=True) & ~(minor & grown) & (outside | inside)
    )
    in_force = Q(revoked_at__isnull=True, valid_from__lte=at, valid_until__gt=at)
    of_now = Q(member__replaced=False, purpose=F("case__programme"))
    return in_force & of_now & issued_here & confirmed & standing


def birthday(member: Member, age: int) -> date:
    """Return the day on which a member is so many years old, as the law counts."""
    born = member.birth_date
    try:
        return born.replace(year=born.year + age)
    except ValueError:  # born on 29 February: the day after 28 February
        return date(born.year + age, 3, 1)


def born_of_age(at: datetime) -> date:
    """Return the last day of birth of those who are of age at a moment."""
    day = _day(at)
    try:
        return day.replace(year=day.year - ADULT_AGE)
    except ValueError:
        return date(day.year - ADULT_AGE, 2, 28)


def _day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()
