"""The course 办理流程: one table that tells where every case stands, what may follow, by when."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from hedui.procedure.cases import terms
from hedui.procedure.cases.models import Case
from hedui.procedure.determinations.acts import confirm
from hedui.procedure.determinations.standing import stands
from hedui.procedure.determinations.states import (
    ADVERSE,
    ALWAYS,
    BEGINS,
    COURSE,
    ENDS,
    STATES,
    as_diagram,
    as_table,
)
from hedui.procedure.objections.reverifying import reverify
from hedui.procedure.objections.revising import revise
from hedui.procedure.record.actor import Role
from hedui.procedure.record.acts import REGISTRY
from hedui.procedure.record.moment import today
from hedui.procedure.reports.versions import Ground
from tests import cast
from tests.architecture.house import ROOT
from tests.architecture.test_reference import acts as registered
from tests.procedure.determinations import walking

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _every_act_is_registered():
    registered()


def following(name: str, without: str = "") -> list[str]:
    """Return the states that may follow, by an act or by the end of a term."""
    state = STATES[name]
    by_act = [to for act, to in state.following if act != without]
    return by_act + ([state.after] if state.after else [])


def reached_from(name: str, without: str = "") -> set[str]:
    """Return the states that are reached from one, itself included, without an act."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting += following(one, without)
    return seen


def state_of(case: Case, on: date | None = None) -> str:
    return walking.state_of(case, on).name


def test_every_step_of_the_table_is_an_act_and_leads_to_a_state():
    for state in COURSE:
        for act, to in state.following:
            assert act in REGISTRY, act
            assert to in STATES, to
        assert set(state.stays) <= set(REGISTRY)
        assert not set(state.stays) & set(state.leads)


def test_every_act_of_the_course_stands_in_its_table():
    """No act of the room leads anywhere that the table does not say."""
    acts = {name for name in REGISTRY if name.startswith("determinations.")}
    told = {act for state in COURSE for act in (*state.leads, *state.stays)} | {*ALWAYS}
    assert acts <= told


def test_every_state_is_reached_from_the_beginning_and_the_end_from_every_state():
    assert reached_from(BEGINS) == set(STATES)
    for state in COURSE:
        assert ENDS in reached_from(state.name), state.name


# What a conclusion against the family cannot do without: take one out, and it is not reached.
NEEDED = {
    "turned_down": ("determinations.turn_down", "determinations.confirm_turning_down"),
    "refused": (
        "reports.submit", "reports.issue", "determinations.propose", "determinations.confirm",
    ),
    "stopping": (
        "reports.submit", "reports.issue", "determinations.propose", "determinations.confirm",
    ),
    "stopped": ("determinations.propose", "determinations.confirm", "determinations.end"),
    "informed": ("determinations.confirm", "determinations.notify"),
}  # fmt: skip


@pytest.mark.parametrize("end", NEEDED)
def test_no_way_goes_against_the_family_but_by_people_one_after_the_other(end):
    assert set(ADVERSE) <= set(NEEDED)
    for needed in NEEDED[end]:
        assert Role.MACHINE not in REGISTRY[needed].roles
        assert end not in reached_from(BEGINS, without=needed), needed


def test_no_term_that_ends_leads_against_the_family():
    for state in COURSE:
        assert state.after not in ("turned_down", "refused", "informed", "stopping", "stopped")


def test_a_case_is_told_to_stand_where_its_rows_say(county):
    case = cast.declared(county)
    assert state_of(case) == "authorizing"
    for member in case.members.all():
        cast.authorize(county, member)
    draft = cast.drafted(county, cast.MORE_IN_THE_BANK, case)
    assert state_of(case) == "examining"
    report = cast.signed_off(county, draft)
    assert state_of(case) == "delivering"
    last = cast.delivered(county, report).objections_until
    assert state_of(case) == state_of(case, last) == "objecting"
    assert state_of(case, last + timedelta(days=1)) == "determining"
    objection = cast.objected(county, report)
    assert state_of(case, last + timedelta(days=99)) == "reviewing"
    cast.resolved(county, objection)
    assert state_of(case) == "objecting"
    second = revise(report=report, ground=Ground.OBJECTION, by=county.prepares)
    assert state_of(case) == "examining"
    cast.signed_off(county, second)
    assert state_of(case) == "delivering"


def test_a_source_that_is_asked_once_more_stops_the_clock(county):
    report = cast.doubted(county)
    finding = cast.finding_on(report, "bank.balance_fen")
    reverify(finding=finding, reason="objection", by=county.prepares)
    assert stands(report.commission.case, today()).is_paused
    cast.answered(report.commission, again=True)
    assert not stands(report.commission.case, today()).is_paused


def test_a_conclusion_ends_it(county):
    report = cast.doubted(county)
    case = report.commission.case
    cast.long_issued(report, days=90)
    cast.delivered(county, report, delivered_on=today() - timedelta(days=60))
    assert state_of(case) == "determining"
    held = cast.proposed_against(county, report)
    assert state_of(case) == "confirming"
    confirm(determination=held, by=cast.deciders(county)[1])
    assert state_of(case) == "refused"


def test_what_is_due_and_overdue_is_told_by_the_day(county):
    report = cast.doubted(county)
    held = stands(report.commission.case, today())
    assert (held.state.name, held.term.name) == ("delivering", "delivery")
    assert held.left(held.due) == 0
    assert held.left(held.due + timedelta(days=1)) == -1


# ------------------------------------------------------------------ the reference


@pytest.mark.parametrize(
    "write", [as_table, as_diagram, terms.as_table], ids=["table", "diagram", "terms"]
)
def test_the_reference_shows_the_course_as_it_is(write: Callable[[], Any]):
    page = (ROOT / "docs" / "reference" / "course.md").read_text(encoding="utf-8")
    assert write() in page
