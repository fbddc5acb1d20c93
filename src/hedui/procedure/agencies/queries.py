"""Who is who: the actor behind an account, the body and departments that serve a division."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from django.db.models import CharField, DateField, Q
from django.db.models.functions import Now

from hedui import policy
from hedui.procedure.agencies.models import Agency, Agreement, Department, Officer, Post
from hedui.procedure.record.actor import PERSON, Actor, Role
from hedui.procedure.record.moment import today
from hedui.procedure.record.prepared import Prepared
from hedui.procedure.record.scope import MACHINE
from hedui.values.divisions import division
from hedui.wire.seals import KeyFileError, read_publics


def posts_of(officer: Officer, on: date) -> list[Post]:
    """Return the posts that an officer holds on a day."""
    held = officer.posts.filter(first_day__lte=on).filter(
        Q(last_day__isnull=True) | Q(last_day__gte=on)
    )
    return list(held.select_related("agency").order_by("id"))


def actor_of(officer: Officer) -> Actor:
    """
    Return an officer as one who acts today.

    An officer acts for one agency, that of the first post; posts elsewhere do not count.
    """
    posts = posts_of(officer, today())
    agency = posts[0].agency_id if posts else None
    return Actor(
        f"officer:{officer.pk}",
        officer.display_name,
        agency,
        frozenset(Role(post.role) for post in posts if post.agency_id == agency),
    )


def lineage(code: str) -> list[str]:
    """Return a division's code and those above it, nearest first: county, city, province."""
    codes = [code]
    while parent := division(codes[-1]).parent:
        codes.append(parent)
    return codes


def verification_body_of(code: str) -> Agency | None:
    """Return the nearest verification body 核对机构 that serves a division."""
    above = lineage(code)
    bodies = Agency.objects.filter(kind=Agency.Kind.VERIFICATION_BODY, division__in=above)
    return min(bodies, key=lambda body: above.index(body.division), default=None)


def agreements_for(code: str, on: date) -> dict[str, Agreement]:
    """
    Return, for each source, the agreement in force on a day with the nearest department.

    Of two with one department that approved last counts.
    """
    return begin_agreements_for(code, on)()


def begin_agreements_for(code: str, on: date) -> Callable[[], dict[str, Agreement]]:
    """Ask for them, and return what reads them."""
    above = lineage(code)
    county, city, province = (above + ["", ""])[:3]
    held = AGREED.begin(county, city, province, on)

    def read() -> dict[str, Agreement]:
        farthest_first = sorted(held(), key=lambda one: -above.index(one.department.division))
        return {one.department.source: one for one in farthest_first}

    return read


# The clock of SQLite has thousandths: what ended within the one that it shows has ended.
AN_INSTANT = timedelta(milliseconds=1)
WHO_AGREED = ("proposed_by", "proposed_at", "approved_by", "approved_at", "ended_by")
AGREED: Prepared[Agreement] = Prepared(
    lambda county, city, province, on: (
        Agreement.objects.select_related("department")
        .defer(*WHO_AGREED)
        .filter(
            Q(department__last_day__isnull=True) | Q(department__last_day__gte=on),
            Q(ended_at__isnull=True) | Q(ended_at__gt=Now() + AN_INSTANT),
            department__division__in=[county, city, province],
            department__first_day__lte=on,
            approved_at__isnull=False,
            first_day__lte=on,
            last_day__gte=on,
        )
        .order_by("approved_at")
    ),
    *(CharField(), CharField(), CharField(), DateField()),
)


def askable(programme: str, code: str, on: date) -> tuple[str, ...]:
    """
    Name what may be asked for a programme in a division on a day.

    It is what the programme needs everywhere, and what else a department there has agreed to tell.
    """
    asked = policy.programme(programme)
    agreed = {item for one in agreements_for(code, on).values() for item in one.items}
    return tuple(sorted({*asked.may_ask, *agreed.intersection(asked.may_also_ask)}))


def names_behind(reader: Actor, identifiers: Iterable[str]) -> dict[str, str]:  # noqa: ARG001
    """Return the names of those who act under identifiers such as `officer:3`."""
    wanted = set(identifiers)
    numbers = [int(i.removeprefix("officer:")) for i in wanted if i.startswith("officer:")]
    names = {
        f"officer:{officer.pk}": str(officer) for officer in Officer.objects.filter(pk__in=numbers)
    }
    others = {PERSON: "本人（网上）", MACHINE: "系统"}
    return {i: names.get(i) or others.get(f"{i.partition(':')[0]}:", i) for i in wanted}


def colleagues_of(reader: Actor) -> list[tuple[str, str]]:
    """Return who has a post in the reader's agency, the reader too: identifier and name."""
    on = today()
    held = Q(posts__last_day=None) | Q(posts__last_day__gte=on)
    there = Officer.objects.filter(
        held, posts__agency=reader.agency, posts__first_day__lte=on, is_active=True
    )
    return [(f"officer:{one.pk}", str(one)) for one in there.order_by("display_name").distinct()]


def departments(reader: Actor) -> list[Department]:  # noqa: ARG001 - no secret is among them
    """Return the departments that are or were agreed with, those in force first."""
    return list(Department.objects.order_by("last_day", "division", "source"))


def thumbprints(public_key: str) -> list[str]:
    """Return those of the keys in a text, as the other side can read them out."""
    try:
        return [key.kid for key in read_publics(public_key)] if public_key else []
    except KeyFileError:
        return []


def agencies(reader: Actor) -> list[Agency]:  # noqa: ARG001 - public facts
    """Return all agencies with their posts."""
    return list(Agency.objects.prefetch_related("posts__officer"))


def officers(reader: Actor) -> list[Officer]:
    """Return the accounts, for the system administrator only."""
    if Role.SYSTEM_ADMIN not in reader.roles:
        return []
    return list(Officer.objects.order_by("display_name").prefetch_related("posts__agency"))
