"""What the database asks of a decision and of a step, one condition at a time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from uuid6 import uuid7

from hedui.procedure.agencies.models import Officer, Post
from hedui.procedure.cases.models import Step
from hedui.procedure.determinations.models import Determination
from hedui.procedure.record.moment import moment, today
from tests import cast
from tests.procedure import raw

pytestmark = pytest.mark.django_db
BEGINS = (
    "determination: proposed by an officer with a post for it, on the report in force, unconfirmed"
)
ONCE = "determination: never changed, only confirmed once, by another"
INCREASED = "determination: only what was granted is increased"
KNOWN = "step: of a known kind, by an officer with a post, on a day it can have been"
EXTENDED = "step: a term is extended once, by who orders, and paused once at a time"
DAY = timedelta(days=1)


@pytest.fixture
def report(county):
    return cast.signed_off(county, cast.drafted(county))


def proposal(county, report, outcome: str = "grant", **changes: Any) -> Determination:
    """Return a proposal in favour of a family that is no row yet."""
    terms: dict[str, Any] = {
        "report": report,
        "outcome": outcome,
        "findings": [],
        "content": b"x",
        "proposed_by": cast.deciders(county)[0].identifier,
        "proposed_at": moment(),
        "entry": report.entry,
    }
    return Determination(**terms | changes)


def inserted(row: Determination | Step) -> Determination | Step:
    raw.insert(row)
    return row


@pytest.mark.parametrize(
    "wrong",
    [
        {"confirmed_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {"confirmed_by": "officer:1"},
        {"content": b""},
        {"outcome": "pardon"},
    ],
    ids=str,
)
def test_a_proposal_begins_unconfirmed_with_its_reasons(county, report, wrong):
    with raw.refused(BEGINS):
        raw.insert(proposal(county, report, **wrong))
    raw.insert(proposal(county, report))


ON_A_POST: list[tuple[dict[str, Any], bool]] = [  # days from today on
    ({"first_day": 0}, True),
    ({"first_day": 1}, False),
    ({"last_day": 0}, True),
    ({"last_day": -1}, False),
    ({"role": "intake"}, False),
    ({"is_active": False}, False),
]


def changed(login: str, **changes: Any) -> None:
    """Change the one post of an officer, or whether they are there at all."""
    officer = Officer.objects.get(username=login)
    days = {name: today() + n * DAY for name, n in changes.items() if name.endswith("_day")}
    row = officer if "is_active" in changes else Post.objects.get(officer=officer)
    raw.drop_triggers("agencies_post_only_ends")
    raw.update(row, **changes | days)
    raw.install("agencies")


@pytest.mark.parametrize(("changes", "decides"), ON_A_POST, ids=str)
def test_who_proposes_holds_the_post_that_day(county, report, changes, decides):
    row = proposal(county, report)
    changed("he", **changes)
    if decides:
        raw.insert(row)
        return
    with raw.refused(BEGINS):
        raw.insert(row)


@pytest.mark.parametrize(("changes", "decides"), ON_A_POST, ids=str)
def test_who_confirms_holds_the_post_that_day(county, report, changes, decides):
    row = inserted(proposal(county, report))
    confirmed = {"confirmed_by": cast.deciders(county)[1].identifier, "confirmed_at": moment()}
    changed("lv", **changes)
    if decides:
        raw.update(row, **confirmed)
        return
    with raw.refused(BEGINS):
        raw.update(row, **confirmed)


def test_it_is_confirmed_by_an_officer_and_once(county, report):
    row, lv = inserted(proposal(county, report)), cast.deciders(county)[1].identifier
    for by in ("machine:worker", row.proposed_by):
        with raw.refused(ONCE):
            raw.update(row, confirmed_by=by, confirmed_at=moment())
    raw.update(row, confirmed_by=lv, confirmed_at=moment())
    again = cast.newcomer(county).identifier
    with raw.refused(ONCE):
        raw.update(row, confirmed_by=again, confirmed_at=moment())


@pytest.mark.parametrize("outcome", ["grant", "increase", "reduce", "refuse", "stop"])
def test_only_what_was_granted_is_increased_by_whatever_it_was_granted(county, report, outcome):
    before = proposal(county, report, outcome)
    raw.drop_triggers(
        "determinations_determination_begins_proposed",
        "determinations_determination_is_confirmed_by_another",
    )
    raw.insert(before)
    raw.update(before, confirmed_by="officer:1", confirmed_at=moment())
    raw.install("determinations")
    more = proposal(county, report, "increase")
    if outcome in ("refuse", "stop"):
        with raw.refused(INCREASED):
            raw.insert(more)
    else:
        raw.insert(more)


# ------------------------------------------------------------------ steps


@pytest.fixture
def visit(county) -> Step:
    """Return a visit by two officers that is no row yet."""
    case = cast.declared(county)
    return Step(
        case=case,
        kind=Step.Kind.VISIT,
        first_day=today(),
        last_day=today(),
        officer=cast.second_officer(county).identifier,
        content=b"x",
        recorded_by=cast.newcomer(county).identifier,
        recorded_at=moment(),
        entry=case.entry,
    )


def taken(step: Step) -> bool:
    """Write a step and undo it; what is refused is raised."""
    step.pk = uuid7()
    with transaction.atomic():
        raw.insert(step)
        transaction.set_rollback(True)
    return True


@pytest.mark.parametrize("role", ["intake", "commission", "verify", "countersign"])
def test_each_post_of_the_procedure_records_a_step_and_no_other(county, visit, role):
    changed("mei", role=role)
    assert taken(visit)
    changed("mei", role="audit_admin")
    with raw.refused(KNOWN):
        taken(visit)


@pytest.mark.parametrize(("changes", "records"), [c for c in ON_A_POST if "role" not in c[0]])
def test_who_records_a_step_holds_the_post_that_day(county, visit, changes, records):
    changed("mei", **changes)
    if records:
        assert taken(visit)
        return
    with raw.refused(KNOWN):
        taken(visit)


def test_a_step_is_over_when_it_begins_or_later_and_was_taken_by_today(visit):
    assert taken(visit)
    visit.last_day = today() - DAY
    with raw.refused(KNOWN):
        taken(visit)
    visit.first_day, visit.last_day = today() + DAY, None
    with raw.refused(KNOWN):
        taken(visit)
    visit.first_day = today()
    assert taken(visit)


@pytest.mark.parametrize("kind", ["supplement", "publish", "phase_out"])
def test_what_lasts_says_until_when(visit, kind):
    visit.kind, visit.last_day = kind, None
    with raw.refused(KNOWN):
        taken(visit)


ORDERS = [one for one in ON_A_POST if "is_active" not in one[0]]


@pytest.mark.parametrize(("changes", "extends"), ORDERS, ids=str)
def test_who_extends_a_term_holds_the_post_that_orders_that_day(county, visit, changes, extends):
    officer = Officer.objects.get(username="mei")
    changed("mei", **changes)
    there = {"officer": officer, "agency": county.street, "first_day": today() - DAY}
    raw.insert(Post(id=9_000, role="intake", **there))
    visit.kind, visit.clock, visit.days = "extend", "total", 5
    if extends:
        assert taken(visit)
        return
    with raw.refused(EXTENDED):
        taken(visit)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("extend", {"days": 0}),
        ("extend", {"clock": ""}),
        ("pause", {"clock": ""}),
        ("pause", {"word": "because"}),
    ],
)
def test_a_term_is_extended_or_paused_once_for_each_clock(visit, kind, wrong):
    visit.kind, visit.clock, visit.days, visit.word = kind, "total", 5, "other"
    raw.insert(visit)
    with raw.refused(EXTENDED):
        taken(visit)
    visit.clock = "report"
    assert taken(visit)
    for name, value in wrong.items():
        setattr(visit, name, value)
    with raw.refused(EXTENDED):
        taken(visit)
