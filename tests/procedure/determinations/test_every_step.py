"""Every state × every step: what the table of the course says is what is done, and nothing else."""

from collections.abc import Callable, Iterator

import pytest
from django.db import transaction

from hedui.procedure.cases.models import Case
from hedui.procedure.determinations.standing import stands
from hedui.procedure.determinations.states import STATES
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal
from tests import cast
from tests.procedure.determinations import walking

pytestmark = pytest.mark.django_db
WALKS: dict[Callable[[cast.County], Iterator[Case]], str] = {
    walking.turned_down: "declaring supplementing lapsed accepting refusing turned_down archived",
    walking.granted: "authorizing verifying examining signing delivering objecting reviewing"
    " announcing publishing protested confirming granted paying rechecking",
    walking.refused: "determining refused informed",
    walking.stopped: "stopping phasing_out ending stopped",
}


def test_the_walks_come_to_every_state():
    assert sorted(name for states in WALKS.values() for name in states.split()) == sorted(STATES)


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
def test_in_every_state_the_steps_of_the_table_are_taken_and_no_other(
    walk: Callable[[cast.County], Iterator[Case]], county
):
    came_to = []
    for case in walk(county):
        state = stands(Case.objects.get(pk=case.pk), today()).state
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
