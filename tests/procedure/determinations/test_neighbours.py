"""
What the database asks of a decision and of a step is asked of its own case.

Beside it stand other families: of one everything is in order, of another nothing. The first opens
nothing here, the second closes nothing.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pytest
from django.db import transaction
from uuid6 import uuid7

from hedui.procedure.cases.models import Case, Step
from hedui.procedure.determinations.acts import confirm
from hedui.procedure.determinations.models import Determination
from hedui.procedure.determinations.phases import PHASE_OF
from hedui.procedure.objections.revising import revise
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from hedui.procedure.reports.acts import consult
from hedui.procedure.reports.models import Report
from hedui.procedure.reports.versions import Ground
from tests import cast
from tests.procedure import raw
from tests.procedure.determinations import walking
from tests.procedure.determinations.test_every_step import WALKS, said_of
from tests.threats.test_T76_T78_no_path_to_an_adverse_conclusion import LAWFUL, WAYS, Place

pytestmark = pytest.mark.django_db
Kind = Step.Kind


def concluded(place: Place, **changes: Any) -> bool:
    """Tell whether the database lets an adverse decision stand, reached in this way; undo it."""
    way = LAWFUL | changes
    with transaction.atomic():
        place.told(way["told"])
        place.objection(way["objection"])
        stands = place.concludes(way)
        transaction.set_rollback(True)
    return stands


# ------------------------------------------------------------------ decisions


def test_what_is_in_order_at_a_neighbours_opens_no_way_against_a_family(county):
    _, held = walking.against(county, "refuse")
    confirm(determination=held(), by=cast.deciders(county)[1])
    raw.install("reports")
    place = Place(county)
    assert concluded(place)
    free = ("outcome", "ground", "objection")
    wrong = [(name, value) for name in WAYS if name not in free for value in WAYS[name]]
    wrong += [("ground", "silent"), ("ground", "none"), ("ground", "both"), ("objection", "open")]
    for name, value in wrong:
        assert concluded(place, **{name: value}) is (value == LAWFUL[name]), (name, value)


def nothing_in_order(county) -> Case:
    """Return a family that may not be decided on, for whatever reason, by any of the deciders."""
    he, lv = (county.officers[login] for login in ("he", "lv"))
    report = cast.doubted(county)
    case = report.commission.case
    cast.signed_off(county, revise(report=report, ground=Ground.CLASSIFIED, by=county.prepares))
    newest = Report.objects.get(commission=report.commission, version=2)
    cast.published(county, cast.proposed_for(county, newest))
    walking.trials(county, case)[Kind.PROTEST]()
    cast.objected(county, newest)
    consult(report=newest, manner="page", by=cast.deciders(county)[1])
    by_lv = Entry.objects.filter(actor=f"officer:{lv.pk}", case=case.pk).last()
    raw.drop_triggers(
        "reports_report_is_fixed_once_issued",
        "cases_step_follows_the_course",
        "cases_declaration_is_closed_once_frozen",
    )
    for each in (report, newest):
        raw.update(each, prepared_by_id=he.pk, countersigned_by_id=lv.pk)
    declared = case.declarations.get()
    declared.pk, declared.version, declared.frozen_at = uuid7(), 2, None
    raw.insert(declared, entry_id=by_lv.pk)
    raw.update(case, entry_id=by_lv.pk)
    step = Step(case=case, about=report.commission_id, first_day=today(), content=b"x", entry=by_lv)
    step.recorded_at, step.recorded_by = moment(), f"officer:{lv.pk}"
    for kind, officer in (("accept", ""), ("hear", ""), ("stand_back", he), ("stand_back", lv)):
        step.pk, step.kind = uuid7(), kind
        step.officer = f"officer:{officer.pk}" if officer else ""
        raw.insert(step)
    raw.install("reports")
    raw.install("determinations")
    return case


def test_what_is_wrong_at_a_neighbours_stands_in_no_ones_way(county):
    report = cast.doubted(county)
    granted = cast.proposed_for(county, report)
    cast.published(county, granted, days_ago=30)
    place = Place(county)
    raw.install("reports")
    place.who |= {"lv": cast.deciders(county)[1].identifier}
    nothing_in_order(county)
    assert concluded(place)
    granted.pk = uuid7()
    with transaction.atomic():
        raw.insert(granted)  # another proposal, made beside the neighbour's
        transaction.set_rollback(True)
    granted = Determination.objects.get(report=report)
    raw.update(granted, confirmed_by=place.who["lv"], confirmed_at=moment())


# ------------------------------------------------------------------ steps


def neighbours(county) -> None:
    """Have families of which each stands elsewhere on the course."""
    for walk, far in (
        (walking.turned_down, 2),
        (walking.turned_down, 7),
        (walking.granted, 10),
        (walking.granted, 14),
        (walking.refused, 3),
        (walking.stopped, 2),
        (walking.stopped, 4),
        (walking.decided_elsewhere, 2),
        (walking.granted, 7),
    ):
        *_, case = islice(walk(county), far)
        raw.install("reports")  # what a walk takes off, the next takes off too
    walking.trials(county, case)[Kind.PAUSE]()


def said_along(county, walk: Callable[[cast.County], Iterator[Case]]) -> list[dict[Kind, str]]:
    """Return what the database says of each step, in each phase to which a walk comes."""
    said, before = [], ""
    with transaction.atomic():
        for case in walk(county):
            phase = PHASE_OF[walking.state_of(case).name]
            if phase != before:
                said.append({kind: said_of(county, case, kind) for kind in Kind})
            before = phase
        transaction.set_rollback(True)
    return said


def test_where_neighbours_stand_on_the_course_changes_no_step_here(county):
    alone = [said_along(county, walk) for walk in WALKS]
    neighbours(county)
    for walk, said in zip(WALKS, alone, strict=True):
        assert said_along(county, walk) == said, walk.__name__
