"""Every state × every step: what the table of the course says is what is done, and nothing else."""

from collections.abc import Callable, Iterator

import pytest
from django.db import DatabaseError, transaction

from hedui.procedure.cases.models import Case, Step
from hedui.procedure.commissions.models import Commission
from hedui.procedure.determinations.models import Determination
from hedui.procedure.determinations.phases import PHASE_OF, PHASES, allowed, as_sql
from hedui.procedure.determinations.states import STATES
from hedui.procedure.record.guards import PROCEDURE
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Refusal
from tests import cast
from tests.procedure import raw
from tests.procedure.determinations import walking

pytestmark = pytest.mark.django_db
Kind = Step.Kind
WALKS: dict[Callable[[cast.County], Iterator[Case]], str] = {
    walking.turned_down: "declaring supplementing lapsed accepting refusing turned_down archived",
    walking.granted: "authorizing verifying examining signing delivering objecting reviewing"
    " announcing publishing protested confirming granted paying rechecking",
    walking.refused: "determining refused informed",
    walking.stopped: "stopping phasing_out ending stopped",
    walking.decided_elsewhere: "receiving settled",
}


def test_the_walks_come_to_every_state():
    assert sorted(name for states in WALKS.values() for name in states.split()) == sorted(STATES)


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
def test_in_every_state_the_steps_of_the_table_are_taken_and_no_other(
    walk: Callable[[cast.County], Iterator[Case]], county
):
    came_to = []
    for case in walk(county):
        state = walking.state_of(case)
        came_to.append(state.name)
        for kind, taken in walking.trials(county, case).items():
            allowed = state.allows(f"determinations.{kind.value}")
            assert let_by_the_course(taken) is allowed, (state.name, kind.value)
    assert came_to == WALKS[walk].split()


def let_by_the_course(taken: Callable[[], object]) -> bool:
    """Try a step, undo it, and tell whether the course let it by; it may lack something else."""
    try:
        with transaction.atomic():
            taken()
            transaction.set_rollback(True)
    except Refusal as refusal:
        return not refusal.message.startswith("案件目前是")
    return True


# ------------------------------------------------------------------ the same, held by the database

OFF_COURSE = "step: the course does not lead there from where the case stands"
FOLLOWS = {
    Kind.SUPPLY: Kind.SUPPLEMENT,
    Kind.CONFIRM_TURNING_DOWN: Kind.TURN_DOWN,
    Kind.PROTEST: Kind.PUBLISH,
    Kind.DISMISS: Kind.PROTEST,
    Kind.UPHOLD: Kind.PROTEST,
    Kind.RESUME: Kind.PAUSE,
    Kind.RECHECK: Kind.PAY,
}
Upon = Step | Determination | Commission | None
UPON_THE_DECISION = (Kind.PUBLISH, Kind.NOTIFY, Kind.PAY, Kind.PHASE_OUT, Kind.END)


def test_every_state_is_in_one_phase_and_the_guard_is_written_from_the_table():
    in_phases = [state for states in PHASES.values() for state in states]
    assert sorted(in_phases) == sorted(STATES)
    written = (PROCEDURE / "determinations" / "course.sql").read_text(encoding="utf-8")
    assert written == as_sql(), "write determinations/course.sql anew: what `phases.as_sql()` says"


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
def test_the_database_takes_no_step_that_does_not_fit_the_phase_whoever_writes(
    walk: Callable[[cast.County], Iterator[Case]], county
):
    refused: set[str] = set()
    for case in walk(county):
        state = walking.state_of(case)
        for kind in Kind:
            said = said_of(county, case, kind)
            if PHASE_OF[state.name] not in allowed(kind):
                assert said, (state.name, kind.value)
                refused.add(said)
            else:
                assert said != OFF_COURSE, (state.name, kind.value)
    assert OFF_COURSE in refused


def plausible(county, case: Case, kind: Kind) -> Step:
    """Return a row of a step, as right as it can be where the case stands, that no act took."""
    upon: Upon = case.steps.filter(kind=FOLLOWS.get(kind)).last()
    if kind in UPON_THE_DECISION:
        upon = Determination.objects.filter(report__commission__case=case).last()
    if kind == Kind.HEAR:
        upon = case.commissions.order_by("commissioned_at").last()
    words = {Kind.TURN_DOWN: "not_here", Kind.PAUSE: "other", Kind.HEAR: "once"}
    word = words.get(kind, getattr(upon, "word", ""))
    tells = kind == Kind.HEAR
    by = (walking.teller(county)[1] if tells else cast.deciders(county)[0]).identifier
    other = cast.second_officer(county).identifier
    return Step(
        case=case,
        kind=kind,
        about=upon.pk if upon else None,
        first_day=today(),
        last_day=today(),
        word=word,
        clock="report" if kind in (Kind.PAUSE, Kind.EXTEND) else "",
        days=1,
        officer=by if kind == Kind.STAND_BACK else other,
        content=b"x",
        recorded_by=by,
        recorded_at=moment(),
        entry=case.entry,
    )


def said_of(county, case: Case, kind: Kind) -> str:
    """Return what the database says of a step; of one that ends a pause, while there is one."""
    with transaction.atomic():
        if kind == Kind.RESUME:
            said_by_the_database(plausible(county, case, Kind.PAUSE), stays=True)
        said = said_by_the_database(plausible(county, case, kind))
        transaction.set_rollback(True)
    return said


def said_by_the_database(step: Step, *, stays: bool = False) -> str:
    """Try to write a row, undo it unless it stays, and return what the database said against it."""
    try:
        with transaction.atomic():
            raw.insert(step)
            transaction.set_rollback(not stays)
    except DatabaseError as error:
        return str(error).splitlines()[0]
    return ""
