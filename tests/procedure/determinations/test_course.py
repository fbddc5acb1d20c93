"""The course 办理流程: one table that tells where every case stands, what may follow, by when."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from hedui.procedure.cases.models import Case
from hedui.procedure.cases.terms import Term, term, terms_in
from hedui.procedure.determinations.acts import confirm
from hedui.procedure.determinations.states import (
    COURSE,
    STATES,
    as_diagram,
    as_table,
    stands,
)
from hedui.procedure.objections.revising import revise
from hedui.procedure.record.actor import Role
from hedui.procedure.record.acts import REGISTRY
from hedui.procedure.record.moment import today
from hedui.procedure.reports.versions import Ground
from hedui.values.periods import Period
from tests import cast
from tests.architecture.house import ROOT
from tests.architecture.test_reference import acts as registered

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _every_act_is_registered():
    registered()


def following(name: str, without: str = "") -> list[str]:
    """Return the states that may follow, by an act or by the end of a term."""
    state = STATES[name]
    by_act = [to for act, to in state.leads.items() if act != without]
    return by_act + ([state.after] if state.after else [])


def state_of(case: Case, on: date | None = None) -> str:
    return stands(Case.objects.get(pk=case.pk), on or today()).state.name


def test_every_step_of_the_table_is_an_act_and_leads_to_a_state():
    for state in COURSE:
        for act, to in state.leads.items():
            assert act in REGISTRY, act
            assert to in STATES, to


def test_every_state_is_reached_from_the_beginning_and_the_end_from_every_state():
    reached, waiting = set(), ["declaring"]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += following(name)
    assert reached == set(STATES)
    for state in COURSE:
        seen, waiting = set(), [state.name]
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += following(name)
        assert "concluded" in seen, state.name


def test_every_way_to_the_end_passes_two_signatures_and_two_officers_who_are_no_machine():
    """Take one act out of the table, and the end is not reached any more."""
    for needed in (
        "reports.submit", "reports.issue", "determinations.propose", "determinations.confirm",
    ):  # fmt: skip
        assert Role.MACHINE not in REGISTRY[needed].roles
        seen, waiting = set(), ["declaring"]
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += following(name, without=needed)
        assert "concluded" not in seen, needed


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


def test_a_conclusion_ends_it(county):
    report = cast.doubted(county)
    case = report.commission.case
    cast.long_issued(report, days=90)
    cast.delivered(county, report, delivered_on=today() - timedelta(days=60))
    assert state_of(case) == "determining"
    held = cast.proposed_against(county, report)
    assert state_of(case) == "confirming"
    confirm(determination=held, by=cast.deciders(county)[1])
    assert state_of(case) == "concluded"


def test_what_is_due_and_overdue_is_told_by_the_day(county):
    report = cast.doubted(county)
    held = stands(report.commission.case, today())
    assert (held.state.name, held.term.name) == ("delivering", "delivery")
    assert held.left(held.due) == 0
    assert held.left(held.due + timedelta(days=1)) == -1


# ------------------------------------------------------------------ clocks

WORKING = Term("x", "x", "x", 3, True, "x", "memory", "000000")
CALENDAR = Term("x", "x", "x", 30, False, "x", "memory", "000000")


@pytest.mark.parametrize(
    ("allowed", "start", "last"),
    [
        (
            WORKING,
            date(2024, 2, 8),
            date(2024, 2, 19),
        ),  # Spring Festival; the 18th is 调休
        (WORKING, date(2024, 2, 28), date(2024, 3, 4)),  # leap day counts
        (WORKING, date(2024, 4, 26), date(2024, 4, 30)),  # Sunday the 28th is worked
        (CALENDAR, date(2024, 1, 30), date(2024, 2, 29)),  # to the leap day itself
        (CALENDAR, date(2024, 1, 11), date(2024, 2, 18)),  # ends on a holiday: the next working day
        (CALENDAR, date(2024, 3, 1), date(2024, 4, 1)),  # ends on a Sunday
    ],
)
def test_a_term_ends_by_the_calendar_of_the_state_council(allowed, start, last):
    assert allowed.last_day(start) == last


def test_paused_days_are_not_counted_and_an_extension_adds_days():
    start = date(2024, 3, 4)
    pause = Period(date(2024, 3, 5), date(2024, 3, 8))
    assert WORKING.last_day(start) == date(2024, 3, 7)
    assert WORKING.last_day(start, pauses=[pause]) == date(2024, 3, 13)
    assert WORKING.last_day(start, further=2) == date(2024, 3, 11)


def test_a_year_that_is_not_announced_is_told():
    assert CALENDAR.is_provisional(date(2090, 1, 1))
    assert not CALENDAR.is_provisional(date(2024, 1, 1))


def test_a_place_has_its_own_term_and_inherits_the_rest():
    assert term("determination", "330106").days == 5
    assert term("determination", "330106").division == "330000"
    assert term("determination", "310101").days == 10
    assert set(terms_in("330106")) == set(terms_in("000000"))


def test_the_family_has_thirty_days_where_no_rule_says_otherwise():
    assert (term("objection", "310101").days, term("objection", "310101").in_working_days) == (
        30,
        False,
    )


# ------------------------------------------------------------------ the reference


@pytest.mark.parametrize("write", [as_table, as_diagram], ids=["table", "diagram"])
def test_the_reference_shows_the_course_as_it_is(write: Callable[[], Any]):
    page = (ROOT / "docs" / "reference" / "course.md").read_text(encoding="utf-8")
    assert write() in page
