"""Reads of authorizations."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.db.models import (
    CharField,
    DateField,
    DateTimeField,
    Expression,
    Func,
    Q,
    QuerySet,
    UUIDField,
)

from hedui.procedure.authorizations.models import Authorization, Form, Guardianship, Sheet
from hedui.procedure.authorizations.numbers import read_number
from hedui.procedure.authorizations.outsiders import related
from hedui.procedure.authorizations.printing import drafts_of
from hedui.procedure.authorizations.states import (
    ADULT_AGE,
    GUARDED,
    State,
    Told,
    birthday,
    born_of_age,
    concluded,
    serving_by,
    state_of,
)
from hedui.procedure.cases.models import Case, Member
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import SHANGHAI, moment
from hedui.procedure.record.prepared import Prepared, works_alone
from hedui.procedure.record.queries import Line

Standing = Literal["active", "revoked", "expired", "unknown"]
# What decides on the state of an authorization, fetched with it.
SIGNING = ("guardianship__member", "guardianship__guardian", "confirmation")
DECIDING = ("case__agency", "member", "entry", *SIGNING)


def standing_of(number: UUID) -> Standing:
    """
    Tell where an authorization stands now, to whom knows its number.

    Departments know four words: what is not in force for any other reason is `expired` to them.
    """
    held = Authorization.objects.select_related(*DECIDING).filter(pk=number).first()
    if held is None:
        return "unknown"
    told = _told(held, moment(), _is_concluded(held.case)).state
    if told is State.REVOKED:
        return "revoked"
    return "active" if told is State.ACTIVE else "expired"


def revoked_in(case: Case) -> set[UUID]:
    """Return which authorizations of a case are revoked by now, or lost their guardian."""
    return set(REVOKED(case.pk))


def revoked_among(authorizations: Iterable[UUID]) -> set[UUID]:
    """Return which of these authorizations are revoked by now, or lost their guardian."""
    gone = Q(revoked_at__isnull=False) | Q(guardianship__ended_at__isnull=False)
    held = Authorization.objects.filter(gone, pk__in=list(authorizations))
    return set(held.values_list("pk", flat=True))


REVOKED: Prepared[UUID] = Prepared(
    lambda case: Authorization.objects.filter(
        Q(revoked_at__isnull=False) | Q(guardianship__ended_at__isnull=False), case=case
    ).values_list("pk", flat=True),
    UUIDField(),
)


def begin_live_in(case: Case, purpose: str, at: datetime) -> Callable[[], list[Authorization]]:
    """
    Ask for the authorizations of a case that serve a purpose at a moment.

    What is returned reads them, oldest first.
    """
    return LIVE.begin(case.pk, purpose, at, born_of_age(at))


def begin_standing_in(case: Case, purpose: str) -> Callable[[], list[UUID]]:
    """Ask which they are at the moment at which the database is asked, and nothing else of them."""
    if works_alone():  # by its own clock, so that nobody need have read it before
        return STANDING_NOW.begin(case.pk, purpose)
    at = moment()
    return STANDING.begin(case.pk, purpose, at, born_of_age(at))


def _serving(case: Any, purpose: Any, at: Any, born: Any) -> QuerySet[Authorization]:
    return Authorization.objects.filter(serving_by(at, born), case=case, purpose=purpose)


PLACES = (UUIDField(), CharField(), DateTimeField(), DateField())
# Long, and nothing to whoever asks a department.
HOW_IT_WAS_GIVEN = ("notice", "evidence", "guardian", "agent")
LIVE: Prepared[Authorization] = Prepared(
    lambda *places: (
        _serving(*places).select_related("member").defer(*HOW_IT_WAS_GIVEN).order_by("id")
    ),
    *PLACES,
)
STANDING: Prepared[UUID] = Prepared(
    lambda *places: _serving(*places).order_by().values_list("pk", flat=True), *PLACES
)
NOW = Func(function="clock_timestamp", output_field=DateTimeField())


def of_age_by(at: Expression) -> Func:
    """Say on PostgreSQL what `born_of_age` says, of a moment that only the server knows."""
    day = f"(%(expressions)s AT TIME ZONE '{SHANGHAI}')::date"
    last_born = f"({day} - interval '{ADULT_AGE} years')::date"
    return Func(at, template=last_born, output_field=DateField())


STANDING_NOW: Prepared[UUID] = Prepared(
    lambda case, purpose: (
        _serving(case, purpose, NOW, of_age_by(NOW)).order_by().values_list("pk", flat=True)
    ),
    *PLACES[:2],
)


@dataclass(frozen=True, slots=True)
class Held:
    """
    One authorization as officers see it.

    last_day: the last day on which it serves. revoked_because, revoked_by: as the ledger has them,
    empty where it was not revoked. serves: whether a question may leave on it, if an
    order to verify is open. agent: who handed it in.
    """

    id: UUID
    member_key: str
    signed_on: date
    first_day: date
    last_day: date
    items: tuple[str, ...]
    form: str
    guardian: str
    guardianship: Guardianship | None
    agent: str
    evidence: str
    number: str
    notice: str
    registered_by: str
    state: State
    why: str
    serves: bool
    revoked_at: datetime | None
    revoked_because: str
    revoked_by: str

    @property
    def awaits(self) -> bool:
        """Whether a second officer has still to confirm it."""
        return self.state is State.SIGNED


def held_in(reader: Actor, *, case: Case) -> list[Held]:  # noqa: ARG001 - scoped by the case
    """Return all authorizations of a case, newest first."""
    at, closed = moment(), _is_concluded(case)
    revocations = _revocations_in(case)
    return [
        _held(case, held, at, closed, revocations.get(str(held.id)))
        for held in case.authorizations.select_related(*DECIDING)
        .annotate(is_guarded=GUARDED)
        .order_by("-id")
    ]


def _revocations_in(case: Case) -> dict[str, tuple[str, str]]:
    """Return why and by whom authorizations of a case were revoked, by their number."""
    if not case.authorizations.filter(revoked_at__isnull=False).exists():
        return {}
    said = {}
    for entry in Entry.objects.filter(case=case.pk, act="authorizations.revoke"):
        detail = json.loads(entry.content)["detail"]
        said[detail["authorization"]] = (detail["reason"], entry.actor)
    return said


def _held(
    case: Case,
    held: Authorization,
    at: datetime,
    closed: bool,
    revocation: tuple[str, str] | None,
) -> Held:
    because, by = revocation or ("", "")
    told = _told(held, at, closed)
    return Held(
        id=held.id,
        member_key=held.member.key,
        signed_on=held.signed_on,
        first_day=held.valid_from.astimezone(SHANGHAI).date(),
        last_day=(held.valid_until - timedelta(seconds=1)).astimezone(SHANGHAI).date(),
        items=tuple(held.items),
        form=held.form_id,
        guardian=_guardian(case, held),
        guardianship=held.guardianship,
        agent=_agent(case, held),
        evidence=held.evidence,
        number=held.sheet_id or "",
        notice=held.notice,
        registered_by=held.entry.actor,
        state=told.state,
        why=told.why,
        serves=state_of(held, at).state is State.ACTIVE,
        revoked_at=held.revoked_at,
        revoked_because=because,
        revoked_by=by,
    )


def persons_named(reader: Actor, *, case: Case, lines: Sequence[Line]) -> dict[int, str]:  # noqa: ARG001
    """Return, by the index of each line of a case that is about one person, that person's name."""
    people = {str(m.id): m for m in case.members.all()}
    of_person = {number: m.opened["name"] for number, m in people.items() if m.person}
    for model in (Authorization, Guardianship, Sheet):
        rows = model._default_manager.filter(case=case)
        for number, member in rows.values_list("pk", "member_id"):
            of_person.setdefault(str(number), of_person.get(str(member), ""))
    found = {line.index: _first(of_person, line.named.values()) for line in lines}
    return {index: name for index, name in found.items() if name}


def _first(names: dict[str, str], numbers: Iterable[str]) -> str:
    return next((names[number] for number in numbers if names.get(number)), "")


def live_by_member(reader: Actor, *, case: Case) -> dict[str, Held]:
    """Return the newest authorization in force of each member who has one, by member key."""
    live = [held for held in held_in(reader, case=case) if held.serves]
    return {held.member_key: held for held in reversed(live)}


def to_sign(reader: Actor, *, case: Case, held: Sequence[Held]) -> dict[str, str]:  # noqa: ARG001
    """
    Say, by member key, why a member has to sign, or what their paper waits for.

    held: all authorizations of the case, newest first
    """
    reasons = {}
    served = {one.member_key for one in held if one.serves}
    for key in case.members.filter(replaced=False).values_list("key", flat=True):
        last = next((one for one in held if one.member_key == key), None)
        if key not in served:
            reasons[key] = _reason(last)
    return reasons


AWAITS = "已登记，等待另一位受理人员复核"


def _reason(last: Held | None) -> str:
    if last is None:
        return "尚未签署"
    words = {
        State.SIGNED: AWAITS,
        State.REVOKED: "授权已撤回，须重新签署",
        State.EXPIRED: "授权不在有效期内，须重新签署",
    }
    return words.get(last.state) or last.why or "须重新签署"


def drafts_in(reader: Actor, *, member: Member) -> list[Sheet]:  # noqa: ARG001 - of one case
    """Return the forms printed for a member that can still be signed 待签的编号授权书."""
    return drafts_of(member)


def authorization_of(reader: Actor, *, case: Case, number: UUID) -> Authorization:  # noqa: ARG001
    """Return one authorization of a case. :raises Authorization.DoesNotExist:"""
    return case.authorizations.get(pk=number)


def form_for(programme: str, on: date) -> Form | None:
    """
    Return the text 授权书文本 that is to be signed for a programme on a day.

    The newest; of two from the same day, the one written for fewer programmes.
    """
    usable = Form.objects.filter(first_day__lte=on, withdrawn_at__isnull=True).filter(
        Q(last_day__isnull=True) | Q(last_day__gte=on)
    )
    fitting = [form for form in usable if programme in form.programmes]
    return max(fitting, key=lambda f: (f.first_day, -len(f.programmes), f.id), default=None)


def text_of_number(number: str) -> str | None:
    """Return the text on which the sheet of a number was printed, if there is such a sheet."""
    read = read_number(number)
    sheet = Sheet.objects.filter(pk=read).first() if read else None
    return sheet.form_id if sheet else None


def texts_of(reader: Actor) -> list[Form]:
    """Return all texts ever published, newest first, to who publishes them."""
    if Role.SECURITY_ADMIN not in reader.roles:
        return []
    return list(Form.objects.order_by("-first_day", "id"))


def text_named(reader: Actor, *, form: str) -> Form:  # noqa: ARG001 - a text is no secret
    """Return one text. :raises Form.DoesNotExist:"""
    return Form.objects.get(pk=form)


def guardianship_of(reader: Actor, *, case: Case, number: UUID) -> Guardianship:  # noqa: ARG001
    """Return one guardianship of a case. :raises Guardianship.DoesNotExist:"""
    return case.guardianships.select_related("member").get(pk=number)


def is_minor_on(member: Member, day: date) -> bool:
    """Tell whether a guardian has to sign for a member on a day."""
    return birthday(member, ADULT_AGE) > day


def _told(held: Authorization, at: datetime, closed: bool) -> Told:
    """Tell the state, of which a concluded application is part."""
    told = state_of(held, at)
    if closed and told.state in {State.ACTIVE, State.SIGNED}:
        return Told(State.ENDED, "申请已办结")
    return told


def _is_concluded(case: Any) -> bool:
    closings = list(case.commissions.values_list("closed_at", flat=True))
    return concluded(closings, is_aided=case.is_aided)


def _agent(case: Case, held: Authorization) -> str:
    if not held.agent:
        return ""
    agent = case.key.open(held.agent)
    return f"{agent['name']}({agent['relation']})"


def _guardian(case: Case, held: Authorization) -> str:
    if not held.guardian:
        return ""
    guardian = case.key.open(held.guardian)
    return f"{guardian['name']}({related(guardian)})"
