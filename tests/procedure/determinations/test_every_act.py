"""Every state × every other act of the course: nothing is done that its table does not say."""

from collections.abc import Callable, Iterator

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from uuid6 import uuid7

from hedui.procedure.cases.models import Case, Declaration
from hedui.procedure.determinations import granting
from hedui.procedure.determinations.acts import Decided, NotDetermined, confirm, propose
from hedui.procedure.determinations.states import COURSE, HEARD
from hedui.procedure.determinations.steps import NotNow
from hedui.procedure.objections.revising import revise
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports.versions import Ground
from tests import cast
from tests.procedure import raw
from tests.procedure.determinations import walking
from tests.procedure.determinations.events import events, report_on
from tests.procedure.determinations.test_every_step import OFF_COURSE, WALKS
from tests.procedure.determinations.walking import state_of

pytestmark = pytest.mark.django_db
# What a state allows and needs more than that: another objection, a further version, aid that is
# paid, a proposal while an objection is open. The stories below and of the rooms do each.
NEEDS_MORE = {
    *((state.name, act) for state in COURSE for act in HEARD),
    *((name, "authorizations.authorize") for name in ("stopping", "phasing_out", "ending")),
    ("reviewing", "objections.object_to"),
    ("reviewing", "determinations.confirm"),
}
LATE = "住院到今天"


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
def test_in_every_state_the_acts_of_the_table_are_done_and_no_other(
    walk: Callable[[cast.County], Iterator[Case]], county
):
    for case in walk(county):
        state = state_of(case)
        for name, act in events(county, case).items():
            if is_done(act):
                assert state.allows(name), (state.name, name)
            elif name != "authorizations.revoke" and (state.name, name) not in NEEDS_MORE:
                assert not state.allows(name), (state.name, name)


def is_done(act: Callable[[], object]) -> bool:
    """Do it, undo it, and tell whether it was done."""
    try:
        with transaction.atomic():
            act()
            transaction.set_rollback(True)
    except (Refusal, ObjectDoesNotExist):
        return False
    return True


@pytest.mark.parametrize(("outcome", "stood"), [("refuse", "refused"), ("stop", "stopping")])
def test_what_ends_aid_waits_for_a_late_objection_and_stands_again_where_it_does_not_hold(
    county, outcome, stood
):
    case, held = walking.against(county, outcome)
    confirm(determination=held(), by=cast.deciders(county)[1])
    assert state_of(case).name == stood
    objection = cast.objected(county, report_on(case), late_because=LATE)
    assert state_of(case).name == "reviewing"
    steps = walking.trials(county, case)
    for kind in ("notify", "phase_out", "end", "archive"):
        with pytest.raises(NotNow, match="异议复核中"):
            steps[walking.Kind(kind)]()
    cast.resolved(county, objection, outcome="not_upheld", cause="", accepted="")
    assert state_of(case).name == stood


def test_a_refusal_that_a_late_objection_upsets_gives_way_to_a_grant_on_the_next_version(county):
    case, held = walking.against(county, "refuse")
    confirm(determination=held(), by=cast.deciders(county)[1])
    objection = cast.objected(county, report_on(case), late_because=LATE)
    cast.resolved(county, objection)
    revise(report=report_on(case), ground=Ground.OBJECTION, by=county.prepares)
    assert state_of(case).name == "examining"
    report = cast.signed_off(county, report_on(case))
    assert state_of(case).name == "delivering"
    made = cast.proposed_for(county, report, decided=Decided(departs="赔偿款不计"))
    cast.published(county, made, days_ago=30)
    confirm(determination=made, by=cast.deciders(county)[1])
    assert state_of(case).name == "granted"


def test_the_database_takes_no_step_against_a_family_whose_late_objection_is_open(county):
    case, held = walking.against(county, "stop")
    made = confirm(determination=held(), by=cast.deciders(county)[1])
    step = granting.notify(
        case=case, way="counter", delivered_on=today(), receipt="本人签收", by=county.intake
    )
    cast.objected(county, report_on(case), late_because=LATE)
    step.pk, step.kind, step.about, step.word = uuid7(), "end", made.pk, ""
    with raw.refused(OFF_COURSE):
        raw.insert(step)


def test_only_the_newest_proposal_is_confirmed(county):
    report = cast.doubted(county)
    case, second = report.commission.case, cast.deciders(county)[1]
    before = cast.proposed_for(county, report)
    cast.published(county, before, days_ago=30)
    assert state_of(case).name == "confirming"
    later = cast.proposed_for(county, report)
    assert state_of(case).name == "announcing"
    with pytest.raises(NotDetermined, match="更新的审核意见"):
        confirm(determination=before, by=second)
    with raw.refused("determination: a later one has taken its place"):
        raw.update(before, confirmed_by=second.identifier, confirmed_at=moment())
    cast.published(county, later, days_ago=30)
    assert confirm(determination=later, by=second).confirmed_at


def test_aid_is_granted_while_an_objection_is_open_and_not_proposed_twice(county):
    report = cast.doubted(county)
    case = report.commission.case
    made = cast.proposed_for(county, report)
    cast.published(county, made, days_ago=30)
    cast.objected(county, report)
    assert state_of(case).name == "reviewing"
    assert state_of(case).allows("determinations.confirm")
    confirm(determination=made, by=cast.deciders(county)[1])
    assert state_of(case).name == "granted"
    with pytest.raises(NotDetermined, match="案件目前是“待发放”"):
        granted_again(county, report)


def granted_again(county, report):
    return propose(report=report, outcome="grant", reasons="x", by=cast.deciders(county)[0])


def test_what_is_filed_is_closed_to_all(county):
    case, held = walking.against(county, "refuse")
    confirm(determination=held(), by=cast.deciders(county)[1])
    steps = walking.trials(county, case)
    steps[walking.Kind.NOTIFY]()
    steps[walking.Kind.ARCHIVE]()
    report, member = report_on(case), case.members.get(key="a")
    for act in (
        lambda: cast.objected(county, report, late_because=LATE),
        lambda: revise(report=report, ground=Ground.OBJECTION, by=county.prepares),
        lambda: cast.delivered(county, report),
        lambda: cast.authorize(county, member),
        lambda: granted_again(county, report),
    ):
        with pytest.raises(Refusal, match=r"归档|办结"):
            act()


def test_what_was_turned_down_is_not_declared_anew_but_applied_for_anew(county):
    *_, case = (one for one in walking.turned_down(county))
    with pytest.raises(Refusal, match="已经办结"):
        events(county, case)["cases.declare"]()
    again = Declaration(
        case=case,
        version=1,
        content=b"x",
        digest="sha256:" + "0" * 64,
        declared_at=moment(),
        entry_id=case.entry_id,
    )
    with raw.refused("declaration: frozen, no further version"):
        raw.insert(again)
