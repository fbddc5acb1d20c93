"""Reads of authorizations."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db.models import Q, UUIDField

from hedui.procedure.authorizations.acts import ADULT_AGE
from hedui.procedure.authorizations.models import Authorization, Form
from hedui.procedure.cases.labels import to_applicant
from hedui.procedure.cases.models import Case, Member
from hedui.procedure.record.actor import Actor
from hedui.procedure.record.moment import SHANGHAI, moment
from hedui.procedure.record.prepared import Prepared

Standing = Literal["active", "revoked", "expired", "unknown"]


def standing_of(number: UUID) -> Standing:
    """Tell where an authorization stands now, to whom knows its number."""
    held = Authorization.objects.filter(pk=number).first()
    return "unknown" if held is None else _standing(held, moment())


def revoked_in(case: Case) -> set[UUID]:
    """Return which authorizations of a case are revoked by now."""
    return set(REVOKED(case.pk))


REVOKED: Prepared[UUID] = Prepared(
    lambda case: Authorization.objects.filter(case=case, revoked_at__isnull=False).values_list(
        "pk", flat=True
    ),
    UUIDField(),
)


@dataclass(frozen=True, slots=True)
class Held:
    """One authorization as officers see it. last_day: the last day on which it serves."""

    id: UUID
    member_key: str
    signed_on: date
    first_day: date
    last_day: date
    items: tuple[str, ...]
    form: str
    guardian: str
    evidence: str
    standing: Standing


def held_in(reader: Actor, *, case: Case) -> list[Held]:  # noqa: ARG001 - scoped by the case
    """Return all authorizations of a case, newest first."""
    at = moment()
    return [
        Held(
            id=held.id,
            member_key=held.member.key if not held.member.replaced else "",
            signed_on=held.signed_on,
            first_day=held.valid_from.astimezone(SHANGHAI).date(),
            last_day=(held.valid_until - timedelta(seconds=1)).astimezone(SHANGHAI).date(),
            items=tuple(held.items),
            form=held.form_id,
            guardian=_guardian(case, held),
            evidence=held.evidence,
            standing=_standing(held, at),
        )
        for held in case.authorizations.select_related("member").order_by("-id")
    ]


def live_by_member(reader: Actor, *, case: Case) -> dict[str, Held]:
    """Return the newest authorization in force of each member who has one, by member key."""
    live = [held for held in held_in(reader, case=case) if held.standing == "active"]
    return {held.member_key: held for held in reversed(live) if held.member_key}


def authorization_of(reader: Actor, *, case: Case, number: UUID) -> Authorization:  # noqa: ARG001
    """Return one authorization of a case. :raises Authorization.DoesNotExist:"""
    return case.authorizations.get(pk=number)


def form_for(programme: str, on: date) -> Form | None:
    """
    Return the text 授权书文本 that is to be signed for a programme on a day.

    The newest; of two from the same day, the one written for fewer programmes.
    """
    usable = Form.objects.filter(first_day__lte=on).filter(
        Q(last_day__isnull=True) | Q(last_day__gte=on)
    )
    fitting = [form for form in usable if programme in form.programmes]
    return max(fitting, key=lambda f: (f.first_day, -len(f.programmes), f.id), default=None)


def is_minor_on(member: Member, day: date) -> bool:
    """Tell whether a guardian has to sign for a member on a day."""
    born = member.birth_date
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return age < ADULT_AGE


def _guardian(case: Case, held: Authorization) -> str:
    if not held.guardian:
        return ""
    guardian = case.key.open(held.guardian)
    return f"{guardian['name']}({to_applicant(guardian['relation'])})"


def _standing(held: Authorization, at: datetime) -> Standing:
    if held.revoked_at:
        return "revoked"
    return "active" if held.live_at(at) else "expired"
