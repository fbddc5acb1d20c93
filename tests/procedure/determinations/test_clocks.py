"""The clocks 期限: the day before, on and after each limit, over holidays, pauses, extensions."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from hedui.procedure.cases.terms import Term, custom, term, terms_in
from hedui.procedure.determinations.granting import _later
from hedui.procedure.determinations.standing import SURVEY, WHOLE, stand, survey, whole
from hedui.procedure.determinations.states import COURSE, DATED, STATES
from hedui.procedure.determinations.told import Conclusion, ReportTold, StepTold, Told
from hedui.values.periods import Period
from hedui.values.working_days import add_working_days

SHANGHAI, CHONGQING, ZHEJIANG = "310101", "500101", "330106"
DAY = timedelta(days=1)
ONE = UUID(int=1)

# ------------------------------------------------------------------ one term

WORKING = Term("x", "x", "x", 3, True, "x", "memory", "000000")
CALENDAR = Term("x", "x", "x", 30, False, "x", "memory", "000000")


@pytest.mark.parametrize(
    ("allowed", "start", "last"),
    [
        (WORKING, date(2024, 2, 8), date(2024, 2, 19)),  # Spring Festival; the 18th is 调休
        (WORKING, date(2024, 2, 9), date(2024, 2, 20)),  # on the eve, a working day by notice
        (WORKING, date(2024, 2, 28), date(2024, 3, 4)),  # leap day counts
        (WORKING, date(2024, 4, 26), date(2024, 4, 30)),  # Sunday the 28th is worked
        (WORKING, date(2024, 9, 30), date(2024, 10, 10)),  # a week of National Day
        (
            WORKING,
            date(2026, 2, 13),
            date(2026, 2, 25),
        ),  # Saturday the 14th is worked, the 23rd free
        (WORKING, date(2026, 2, 26), date(2026, 3, 2)),  # Saturday the 28th is worked
        (CALENDAR, date(2026, 1, 20), date(2026, 2, 24)),  # ends in the festival of nine days
        (CALENDAR, date(2024, 1, 30), date(2024, 2, 29)),  # to the leap day itself
        (CALENDAR, date(2024, 1, 11), date(2024, 2, 18)),  # ends on a holiday: the next working day
        (CALENDAR, date(2024, 3, 1), date(2024, 4, 1)),  # ends on a Sunday
        (CALENDAR, date(2023, 1, 31), date(2023, 3, 2)),  # no leap day that year
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


def test_a_pause_over_spring_festival_is_not_counted_twice():
    start, holiday = date(2024, 2, 7), Period(date(2024, 2, 10), date(2024, 2, 17))
    assert WORKING.last_day(start) == WORKING.last_day(start, pauses=[holiday])


def test_a_year_that_is_not_announced_is_told():
    assert CALENDAR.is_provisional(date(2090, 1, 1))
    assert not CALENDAR.is_provisional(date(2024, 1, 1))


def test_a_place_has_its_own_term_and_inherits_the_rest():
    assert term("determination", ZHEJIANG).days == 5
    assert term("determination", ZHEJIANG).division == "330000"
    assert term("determination", SHANGHAI).days == 10
    assert set(terms_in(ZHEJIANG)) == set(terms_in("000000"))


def test_a_programme_has_its_own_custom_where_one_is_written():
    assert custom("publish", SHANGHAI).is_asked
    assert not custom("publish", SHANGHAI, "temporary_aid").is_asked
    assert custom("pay_from", CHONGQING).value == "this_month"


def test_the_family_has_thirty_days_where_no_rule_says_otherwise():
    allowed = term("objection", SHANGHAI)
    assert (allowed.days, allowed.in_working_days, allowed.further) == (30, False, 0)


# ------------------------------------------------------------------ the course by its clocks

# Accepted on the Wednesday before Spring Festival 2024; the holiday is the 10th to the 17th.
BEFORE = date(2024, 2, 7)
BASE = Told(SHANGHAI, "dibao", BEFORE, declared_on=BEFORE)
ORDERED = replace(BASE, commissioned_on=BEFORE, commission=ONE)


def report(**changes: object) -> ReportTold:
    terms = {"id": ONE, "version": 1, "status": "issued", "drafted_on": BEFORE} | changes
    return ReportTold(**{"issued_on": BEFORE, **terms})


HANDED = {"delivered_on": BEFORE, "objections_until": date(2024, 3, 8)}
ISSUED = replace(ORDERED, report=report())
TOLD = replace(ORDERED, report=report(**HANDED))
MADE = Conclusion(ONE, ONE, ONE, "grant", publishes=True, proposed_on=BEFORE)
PROPOSED = replace(ISSUED, conclusion=MADE)
POSTED = StepTold(UUID(int=2), "publish", BEFORE, date(2024, 2, 18), ONE)
ASKED = StepTold(UUID(int=3), "supplement", BEFORE, date(2024, 2, 29))


@pytest.mark.parametrize(
    ("told", "name", "last", "after"),
    [
        (BASE, "authorizing", date(2024, 2, 18), "authorizing"),  # 3 working days, one of 调休
        (ORDERED, "verifying", date(2024, 2, 27), "verifying"),
        (ISSUED, "delivering", date(2024, 2, 18), "delivering"),
        (TOLD, "objecting", date(2024, 3, 8), "determining"),
        (PROPOSED, "announcing", date(2024, 2, 18), "announcing"),
        (replace(PROPOSED, steps=(POSTED,)), "publishing", date(2024, 2, 18), "confirming"),
        (replace(BASE, steps=(ASKED,)), "supplementing", date(2024, 2, 29), "lapsed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_clock_the_day_before_on_and_after_its_last_day(told, name, last, after):
    for day, urgency in ((last - DAY, "soon"), (last, "today"), (last + DAY, "overdue")):
        current = stand(told, day)
        if day <= last or after == name:
            assert (current.state.name, current.due) == (name, last)
            assert current.urgency(day) == urgency
        else:
            assert current.state.name == after


def test_the_thirty_working_days_of_the_whole_course_go_on_through_all_its_states():
    last = date(2024, 3, 26)
    for told in (BASE, ORDERED, ISSUED, TOLD, PROPOSED):
        assert whole(told, BEFORE).due == last
    confirmed = replace(MADE, confirmed_on=BEFORE)
    assert whole(replace(ISSUED, conclusion=confirmed), BEFORE) is None


def pause(first: date, last: date | None = None, clock: str = "report") -> tuple[StepTold, ...]:
    """Return a pause by hand, and its end if it has one."""
    begun = StepTold(uuid4(), "pause", first, clock=clock, word="appraisal")
    over = StepTold(uuid4(), "resume", last, about=begun.id) if last else None
    return (begun, over) if over else (begun,)


def test_a_clock_stands_still_while_something_is_appraised_and_so_does_the_whole():
    week = pause(date(2024, 2, 19), date(2024, 2, 23))
    held = replace(ORDERED, steps=week)
    on = date(2024, 2, 26)
    assert stand(held, on).due == date(2024, 3, 5)  # 27 February and five working days
    assert whole(held, on).due == date(2024, 4, 2)
    assert not stand(held, on).is_paused


def test_while_it_stands_still_nobody_is_late():
    held = replace(ORDERED, steps=pause(date(2024, 2, 19)))
    on = date(2024, 6, 3)
    assert stand(held, on).urgency(on) == "paused"
    assert stand(held, on).due > on


def test_an_open_objection_stops_the_whole_and_not_its_own_clock():
    taken = date(2024, 2, 19)
    held = replace(TOLD, contested=((taken, None),))
    on = date(2024, 3, 20)
    assert (stand(held, on).state.name, stand(held, on).urgency(on)) == ("reviewing", "overdue")
    assert whole(held, on).is_paused
    over = replace(TOLD, contested=((taken, date(2024, 2, 23)),))
    assert whole(over, on).due == date(2024, 4, 2)


def test_while_a_source_is_asked_once_more_the_clock_stands_still_to_its_deadline():
    asked, deadline = date(2024, 2, 19), date(2024, 2, 23)
    held = replace(ORDERED, requeried=((asked, deadline),))
    assert stand(held, deadline - DAY).is_paused
    after = date(2024, 2, 26)
    assert (stand(held, after).is_paused, stand(held, after).due) == (False, date(2024, 3, 5))


def test_where_a_place_says_so_its_public_notice_is_not_counted():
    posted = replace(
        PROPOSED, steps=(replace(POSTED, first_day=date(2024, 2, 19), last_day=date(2024, 2, 23)),)
    )
    on = date(2024, 2, 26)
    here, there = whole(posted, on), whole(replace(posted, division=CHONGQING), on)
    assert (here.due, there.due) == (date(2024, 3, 26), date(2024, 4, 2))


def test_an_extension_adds_working_days_to_the_clock_it_names_and_to_no_other():
    further = StepTold(uuid4(), "extend", BEFORE, about=ONE, clock="total", days=15)
    held = replace(ORDERED, steps=(further,))
    assert whole(held, BEFORE).due == date(2024, 4, 17)
    assert stand(held, BEFORE).due == date(2024, 2, 27)
    assert whole(replace(held, commission=UUID(int=9)), BEFORE).due == date(2024, 3, 26)


def test_a_source_that_keeps_silent_stops_no_clock():
    """At its deadline it is 未反馈; the report is due when it was due."""
    assert stand(ORDERED, date(2024, 6, 3)).urgency(date(2024, 6, 3)) == "overdue"
    assert "不作不利依据" in stand(ORDERED, BEFORE).state.is_so


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        (date(2024, 3, 1), 12, date(2025, 2, 28)),
        (date(2023, 3, 1), 12, date(2024, 2, 29)),  # up to the leap day
        (date(2024, 2, 29), 12, date(2025, 2, 27)),
        (date(2024, 8, 31), 6, date(2025, 2, 27)),
        (date(2024, 12, 1), 1, date(2024, 12, 31)),
    ],
)
def test_the_next_check_is_due_whole_months_later(start, months, last):
    assert _later(start, months) == last


# ------------------------------------------------------------------ every state that has a clock

# Something begins on the eve of Spring Festival 2024; or on a day from which the last is leap day.
EVE, LEAP = date(2024, 2, 9), date(2024, 2, 26)
HEARD = StepTold(UUID(int=4), "supply", EVE, about=ASKED.id)
NO = StepTold(UUID(int=5), "turn_down", EVE, word="not_here")
LATE_ASKED = replace(ASKED, last_day=EVE)
PAID = StepTold(UUID(int=6), "pay", date(2023, 3, 1), date(2024, 2, 29), ONE, days=12)
LEAVING = StepTold(UUID(int=7), "phase_out", date(2023, 9, 1), date(2024, 2, 29), ONE)
AGAINST = StepTold(UUID(int=8), "protest", EVE, about=POSTED.id)
AGAIN = StepTold(UUID(int=9), "publish", LEAP, date(2024, 2, 29), ONE)
OVER = replace(POSTED, last_day=EVE)
DONE = replace(MADE, confirmed_on=EVE)
EARLIER = replace(TOLD, report=report(delivered_on=BEFORE, objections_until=EVE))


def concluded(outcome: str, *steps: StepTold, **changes: object) -> Told:
    """Return what is there of a case that was concluded on the eve."""
    made = replace(DONE, outcome=outcome, **changes)
    return replace(EARLIER, conclusion=made, steps=steps)


CLOCKS = {
    ("lapsed", "acceptance"): (replace(BASE, steps=(LATE_ASKED,)), date(2024, 2, 20)),
    ("accepting", "acceptance"): (replace(BASE, steps=(ASKED, HEARD)), date(2024, 2, 20)),
    ("refusing", "acceptance"): (replace(BASE, steps=(NO,)), date(2024, 2, 20)),
    ("supplementing", "supplement"): (replace(BASE, steps=(ASKED,)), date(2024, 2, 29)),
    ("authorizing", "commission"): (replace(BASE, declared_on=EVE), date(2024, 2, 20)),
    ("verifying", "report"): (replace(ORDERED, commissioned_on=EVE), date(2024, 2, 29)),
    ("examining", "report"): (
        replace(ORDERED, commissioned_on=EVE, report=report(issued_on=None, status="draft")),
        date(2024, 2, 29),
    ),
    ("signing", "report"): (
        replace(ORDERED, commissioned_on=EVE, report=report(issued_on=None, status="submitted")),
        date(2024, 2, 29),
    ),
    ("delivering", "delivery"): (
        replace(ORDERED, report=report(issued_on=EVE)),
        date(2024, 2, 20),
    ),
    ("objecting", "objection"): (
        replace(ORDERED, report=report(delivered_on=BEFORE, objections_until=date(2024, 2, 29))),
        date(2024, 2, 29),
    ),
    ("reviewing", "reverification"): (
        replace(TOLD, contested=((EVE, None),)),
        date(2024, 2, 29),
    ),
    ("determining", "determination"): (EARLIER, date(2024, 2, 29)),
    ("announcing", "announcement"): (
        replace(EARLIER, conclusion=replace(MADE, proposed_on=EVE)),
        date(2024, 2, 20),
    ),
    ("publishing", "publish"): (
        replace(EARLIER, conclusion=MADE, steps=(replace(POSTED, last_day=date(2024, 2, 29)),)),
        date(2024, 2, 29),
    ),
    ("publishing", "republish"): (
        replace(EARLIER, conclusion=MADE, steps=(POSTED, AGAIN)),
        date(2024, 2, 29),
    ),
    ("protested", "protest"): (
        replace(EARLIER, conclusion=MADE, steps=(POSTED, AGAINST)),
        date(2024, 2, 29),
    ),
    ("confirming", "determination"): (
        replace(EARLIER, conclusion=MADE, steps=(OVER,)),
        date(2024, 2, 29),
    ),
    ("granted", "payment"): (concluded("grant", first_month=date(2024, 3, 1)), date(2024, 3, 1)),
    ("paying", "recheck"): (concluded("grant", PAID), date(2024, 2, 29)),
    ("refused", "notify"): (concluded("refuse"), date(2024, 2, 20)),
    ("stopping", "notify"): (concluded("stop"), date(2024, 2, 20)),
    ("phasing_out", "phase_out"): (concluded("stop", LEAVING), date(2024, 2, 29)),
}


def test_every_clock_of_the_course_is_among_those_that_are_tried():
    """A state or a term that is added comes to stand here too."""
    wanted = {(state.name, state.term) for state in COURSE if state.term}
    assert set(CLOCKS) == wanted | {("publishing", "republish")}
    tried = {clock for _, clock in CLOCKS} | {WHOLE, SURVEY}
    assert tried == set(terms_in("000000")) | set(DATED)


@pytest.mark.parametrize("which", CLOCKS, ids="-".join)
def test_a_step_is_in_time_up_to_its_last_day_over_spring_festival_and_leap_day(which):
    name, clock = which
    told, last = CLOCKS[which]
    if clock == "republish":
        assert stand(told, last - DAY).clock == "republish"
    for day, urgency in ((last - DAY, "soon"), (last, "today")):
        current = stand(told, day)
        assert (current.state.name, current.clock, current.due) == (name, clock, last), day
        assert (current.urgency(day), current.left(day)) == (urgency, (last - day).days)
    after = stand(told, last + DAY)
    if STATES[name].after:
        assert after.state.name == STATES[name].after
    else:
        assert (after.state.name, after.urgency(last + DAY)) == (name, "overdue")
        assert after.left(last + DAY) == -1


def test_a_family_is_visited_within_three_working_days_of_acceptance_where_that_is_asked():
    told = replace(BASE, declared_on=EVE)
    last = date(2024, 2, 20)
    for day, urgency in ((last - DAY, "soon"), (last, "today"), (last + DAY, "overdue")):
        held = survey(told, day)
        assert (held.due, held.urgency(day)) == (last, urgency)
    been = StepTold(uuid4(), "visit", EVE)
    assert survey(replace(told, steps=(been,)), last) is None
    assert survey(replace(told, steps=(ASKED,)), last) is None  # not accepted yet
    assert survey(PROPOSED, last) is None


def test_a_family_that_is_looked_at_again_has_no_term_from_its_first_acceptance():
    again = replace(
        concluded("grant", PAID),
        commission=UUID(int=9),
        commissioned_on=date(2025, 2, 3),
        report=None,
    )
    on = date(2025, 2, 5)
    assert stand(again, on).state.name == "verifying"
    assert whole(again, on) is None
    assert survey(again, on) is None


def test_whose_time_to_supplement_is_over_waits_for_an_office_whose_clock_runs():
    lapsed = replace(BASE, steps=(LATE_ASKED,))
    assert not stand(lapsed, EVE + DAY).is_paused
    assert stand(lapsed, date(2024, 6, 3)).urgency(date(2024, 6, 3)) == "overdue"


@pytest.mark.parametrize("which", CLOCKS, ids="-".join)
def test_a_pause_by_hand_puts_off_each_clock_that_is_reckoned_and_no_date_that_is_written(which):
    name, clock = which
    told, last = CLOCKS[which]
    worked = date(2024, 2, 18)  # the Sunday after Spring Festival
    held = replace(told, steps=(*told.steps, *pause(worked, worked, clock)))
    written = stand(told, last).term is None or clock in FIXED  # the family's own time, or a month
    assert stand(held, last).due == (last if written else add_working_days(last, 1))
    assert stand(held, last).state.name == name


FIXED = ("supplement", "objection", "publish", "republish")
