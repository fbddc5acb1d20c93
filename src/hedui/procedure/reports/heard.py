"""What was heard from the sources on a household: the rows of a commission, read once."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import UUIDField

from hedui import catalogue, comparison, policy
from hedui.procedure.authorizations.models import Authorization
from hedui.procedure.authorizations.queries import SIGNING
from hedui.procedure.authorizations.states import GUARDED
from hedui.procedure.cases.models import Case, Member
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries.acts import Received
from hedui.procedure.inquiries.outcomes import CONCLUSIVE
from hedui.procedure.inquiries.queries import Asked, Came, begin_asked_in, begin_facts_of, telling
from hedui.procedure.record.moment import SHANGHAI, begin_moment, process_clock
from hedui.procedure.record.prepared import Prepared, in_one_trip
from hedui.procedure.reports.answers import answer_to
from hedui.procedure.reports.assessment import Lines, Silence, Stated, assessed_on_found
from hedui.values.periods import Period

Members = dict[Member, list[Authorization]]
Answers = dict[str, dict[str, comparison.SourceAnswer]]
Facts = Mapping[UUID, list[dict[str, Any]]]
Read = tuple[Members, list[Asked], Facts, datetime]
Reading = Callable[[], Read]


@dataclass(frozen=True, slots=True)
class Heard:
    """
    What the sources have said by a moment.

    members: whom it is about, with what they signed; at: by its day answers are judged fresh
    every: all inquiries; inquiries: of each person and source the one that tells
    suspended: person and source whose answer is used against nobody
    found: the lines of each member, each building once; unknown: the classes nothing is known of
    expected: the sources that should have spoken
    """

    members: Members
    at: datetime
    every: Sequence[Asked]
    inquiries: Sequence[Asked]
    answers: Answers
    suspended: Collection[tuple[str, str]]
    found: Lines
    unknown: Silence
    expected: Sequence[str]
    look_back: Period

    @property
    def day(self) -> date:
        """Return the day by which answers are judged fresh."""
        return self.at.astimezone(SHANGHAI).date()


class HeardAhead:
    """
    Hears of what came while the database keeps it and commits it, to have it at hand after that.

    stated: what was declared, read when it is needed
    """

    def __init__(self, commission: Commission, stated: Callable[[], Stated]) -> None:
        self._commission, self._stated = commission, stated
        self._begun: Reading | None = None

    def hears(self, came: Sequence[Received]) -> Callable[[], object]:
        """Write what came as lines; what is returned reads the rows and asks the rules."""
        assess = assess_ahead(self._commission, self._stated(), came)

        def go_on() -> None:
            self._begun = _begin(self._commission)
            with suppress(Exception):  # it will fail again where it is awaited
                assess()

        return go_on

    def heard(self) -> Heard:
        """Return what was answered, by rows that were read after the last of it was committed."""
        begun, self._begun = self._begun, None
        return _heard(self._commission, self._stated(), (begun or _begin(self._commission))())


def heard(commission: Commission, stated: Stated, at: datetime | None = None) -> Heard:
    """Read what was answered on a commission; at: by default the moment at which it is read."""
    members, every, facts, now = _begin(commission)()
    return _heard(commission, stated, (members, every, facts, at or now))


def _heard(commission: Commission, stated: Stated, read: Read) -> Heard:
    members, every, facts, at = read
    inquiries = telling(every)
    look_back = Period.year_before(commission.case.applied_on)
    answers = _answers(members, inquiries, facts)
    suspended = {(i.member_key, i.source) for i in inquiries if i.is_suspended}
    expected = expected_of(inquiries, commission.purpose)
    day = at.astimezone(SHANGHAI).date()
    found, unknown = _learnt(_used(answers, suspended), expected, stated, look_back, day)
    told = (every, inquiries, answers, suspended, found, unknown, expected, look_back)
    return Heard(members, at, *told)


def assess_ahead(
    commission: Commission, stated: Stated, came: Sequence[Received]
) -> Callable[[], object]:
    """
    Write what came as lines, before it is read from the rows; what is returned asks the rules.

    Nothing is taken from here that the rows do not say: where they say the same, the rules have
    been asked (`assessed_on_found`); where not, they are asked again.
    """
    if isinstance(stated.assessed, policy.PolicyError):
        return lambda: None
    asked = [_asked(one) for one in came]
    rows = {one.ticket.id: [dict(row) for row in one.rows] for one in came}
    answers = {
        key: {i.source: answer_to(i, rows) for i in asked if i.member_key == key}
        for key in stated.members
    }
    look_back = Period.year_before(commission.case.applied_on)
    day = process_clock().astimezone(SHANGHAI).date()
    expected = expected_of(asked, commission.purpose)
    return partial(assessed_on_found, stated, *_learnt(answers, expected, stated, look_back, day))


def _asked(one: Received) -> Asked:
    """Tell what came for a ticket as it will be read; what only a report shows is left out."""
    inquiry, is_conclusive = one.ticket.inquiry, one.outcome in CONCLUSIVE
    told = (one.outcome, is_conclusive, one.match, one.as_of, one.serial, one.unit)
    return Asked(
        inquiry.pk,
        inquiry.member_id,
        inquiry.member.key,
        inquiry.source,
        inquiry.items,
        department="",
        max_age_days=inquiry.agreement.max_age_days if inquiry.agreement else None,
        round=inquiry.round,
        attempts=one.ticket.attempt,
        replies=(Came(one.ticket.id, *told, one.ticket.minted_at),),
    )


def _learnt(
    used: Answers, expected: Sequence[str], stated: Stated, look_back: Period, day: date
) -> tuple[Lines, Silence]:
    """Return the lines that were found on each member, and the classes nothing is known of."""
    lines, found = _found(used, look_back)
    return found, {
        key: comparison.silent_classes(given, look_back, expected=expected, as_of=day)
        | comparison.unasked_classes(expected)
        | comparison.unseen_classes(stated.members[key], lines[key], look_back)
        for key, given in used.items()
    }


def found_in(commission: Commission) -> Lines:
    """Return the lines that were found on each member, each building once."""
    members, every, facts, _ = _begin(commission)()
    inquiries = telling(every)
    look_back = Period.year_before(commission.case.applied_on)
    answers = _answers(members, inquiries, facts)
    used = _used(answers, {(i.member_key, i.source) for i in inquiries if i.is_suspended})
    return _found(used, look_back)[1]


def _begin(commission: Commission) -> Reading:
    """Ask whom a commission is about, what was asked and what came back, after the moment."""
    with in_one_trip():
        at, members = begin_moment(), begin_members_of(commission.case)
        every, facts = begin_asked_in(commission), begin_facts_of(commission)
    return lambda: (members(), every(), facts(), at())


def _found(used: Answers, look_back: Period) -> tuple[Lines, Lines]:
    """Write what was found as lines, and those again with each building once."""
    lines = {key: comparison.found_lines(given, look_back) for key, given in used.items()}
    return lines, comparison.once_each(lines)


def _used(answers: Answers, suspended: Collection[tuple[str, str]]) -> Answers:
    """Leave out what a suspended source says: nothing is computed by it, as if it were silent."""
    return {
        key: {name: one for name, one in given.items() if (key, name) not in suspended}
        for key, given in answers.items()
    }


def _answers(members: Members, inquiries: Sequence[Asked], facts: Facts) -> Answers:
    return {
        member.key: {i.source: answer_to(i, facts) for i in inquiries if i.member == member.pk}
        for member in members
    }


def begin_members_of(case: Case) -> Callable[[], Members]:
    """Ask for the members of a case; what is returned reads them, in the order declared."""
    found, held = MEMBERS.begin(case.pk), SIGNED.begin(case.pk)

    def read() -> Members:
        members: dict[UUID, Member] = {member.pk: member for member in found()}
        signed: Members = {member: [] for member in members.values()}
        for member in signed:
            member.case = case
        for authorization in held():
            authorization.case, authorization.member = case, members[authorization.member_id]
            signed[authorization.member].append(authorization)
        return signed

    return read


MEMBERS: Prepared[Member] = Prepared(
    lambda case: Member.objects.filter(case=case, replaced=False).order_by("position"),
    UUIDField(),
)
SIGNED: Prepared[Authorization] = Prepared(
    lambda case: (
        Authorization.objects.select_related(*SIGNING)
        .filter(case=case, member__replaced=False)
        .annotate(is_guarded=GUARDED)
        .order_by("id")
    ),
    UUIDField(),
)


def _sources_of(programme: str) -> list[str]:
    """Name the sources that a programme needs everywhere, in the order of the catalogue."""
    needed = {item.split(".")[0] for item in policy.programme(programme).may_ask}
    return [source for source in catalogue.sources() if source in needed]


def expected_of(inquiries: Sequence[Asked], programme: str) -> list[str]:
    """Name the sources that should speak: those needed everywhere, and what else was asked here."""
    named = {*_sources_of(programme), *(one.source for one in inquiries)}
    return [source for source in catalogue.sources() if source in named]
