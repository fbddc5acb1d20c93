"""
另一系统的审核确认: where an agency decides in a system of its own, that system ends the order here.

Nothing is told against a family that could not be decided here: not before its time to object is
over, not while an objection is open; and the database holds it, whoever writes.
"""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from hedui.procedure.agencies.models import Officer
from hedui.procedure.agencies.queries import actor_of
from hedui.procedure.cases.acts import AlreadyFrozen, NotYours
from hedui.procedure.cases.models import Case, Step
from hedui.procedure.commissions.acts import NotAccepted, commission
from hedui.procedure.determinations.acts import NotDetermined
from hedui.procedure.determinations.granting import archive
from hedui.procedure.determinations.hearing import hear
from hedui.procedure.determinations.models import Determination
from hedui.procedure.determinations.standing import stands, whole
from hedui.procedure.determinations.steps import NotNow
from hedui.procedure.determinations.told import told_of
from hedui.procedure.inquiries.acts import inquire
from hedui.procedure.objections.revising import revise
from hedui.procedure.record.actor import WORKER, Role
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from hedui.procedure.reports.drafting import draft
from hedui.procedure.reports.versions import Ground
from tests import cast
from tests.procedure import raw
from tests.procedure.determinations.test_checked_again import changed, fresh, states
from tests.procedure.determinations.walking import teller, told

pytestmark = pytest.mark.django_db

ADMITTED = "told by the one admitted to, of its own newest order, where nothing is proposed here"
MAY_OBJECT = "nor against a family before its time to object is over"


def over(county):
    """Return an issued report whose time to object is over since 30 days or so."""
    report = cast.doubted(county)
    cast.long_issued(report, days=90)
    cast.delivered(county, report, delivered_on=today() - timedelta(days=60))
    return report


def tells(county, case, outcome, **changes):
    by = changes.pop("by", None) or teller(county)[1]
    return hear(**told(county, fresh(case), outcome, **changes), by=by)


def test_what_is_granted_closes_the_order_and_the_family_is_verified_anew(county):
    report = cast.issued(county)
    case = report.commission.case
    said = tells(county, case, "granted")
    assert said["commission"] == report.commission.number
    ordered = case.commissions.get()
    assert ordered.closed_at is not None
    entries = list(Entry.objects.order_by("-index").values_list("act", "actor")[:2])
    assert {act for act, _ in entries} == {"commissions.close", "determinations.hear"}
    assert len({actor for _, actor in entries}) == 1
    assert not inquire(commission=ordered, by=WORKER)
    assert stands(fresh(case), today()).state.name == "receiving"
    assert {state.value for state in states(county, case)} == {"active"}
    second = changed(case, county)
    again = commission(case=fresh(case), by=county.intake)
    assert again.declaration == second
    assert inquire(commission=again, by=WORKER)
    assert stands(fresh(case), today()).state.name == "verifying"
    assert whole(told_of(fresh(case)), today()) is None


@pytest.mark.parametrize(("outcome", "lasts"), [("refused", False), ("granted", False)])
def test_where_no_aid_lasts_the_authorizations_end_and_the_case_is_archived(county, outcome, lasts):
    case = over(county).commission.case
    tells(county, case, outcome, aid_lasts=lasts)
    assert stands(fresh(case), today()).state.name == "settled"
    assert {state.value for state in states(county, case)} == {"ended"}
    with pytest.raises(NotAccepted, match="重新申请"):
        commission(case=fresh(case), by=county.intake)
    with pytest.raises(AlreadyFrozen):
        changed(case, county)
    archive(case=fresh(case), by=county.intake)
    assert stands(fresh(case), today()).state.name == "archived"


def test_what_lasts_is_stopped_after_the_next_check_or_without_one(county):
    case = over(county).commission.case
    tells(county, case, "granted", decided_on=today() - timedelta(days=9))
    with pytest.raises(NotNow, match="此后只接收停发"):
        tells(county, case, "granted")
    with pytest.raises(NotNow, match="请告知停发"):
        tells(county, case, "refused")
    with pytest.raises(NotNow, match="日期须在"):
        tells(county, case, "stopped", decided_on=today() - timedelta(days=10))
    tells(county, case, "stopped")
    assert stands(fresh(case), today()).state.name == "settled"
    with pytest.raises(NotNow, match="已决定"):
        tells(county, case, "stopped")
    assert Entry.objects.filter(act="commissions.close").count() == 1
    assert case.steps.filter(kind="hear").count() == 2


def test_nothing_is_stopped_that_is_not_paid_and_nothing_lasts_that_is_refused(county):
    case = over(county).commission.case
    with pytest.raises(NotNow, match="没有在领取救助"):
        tells(county, case, "stopped")
    with pytest.raises(NotNow, match="aid_lasts 应为 false"):
        tells(county, case, "refused", aid_lasts=True)


def test_nothing_adverse_is_told_before_the_familys_time_to_object_is_over(county):
    report = cast.doubted(county)
    case = report.commission.case
    with pytest.raises(NotNow, match="还没有送达"):
        tells(county, case, "refused")
    cast.long_issued(report, days=90)
    until = cast.delivered(county, report, delivered_on=today() - timedelta(days=60))
    with pytest.raises(NotNow, match="以前提出异议"):
        tells(county, case, "refused", decided_on=until.objections_until)
    tells(county, case, "refused", decided_on=until.objections_until + timedelta(days=1))


@pytest.mark.parametrize("outcome", ["granted", "refused"])
def test_nothing_is_told_while_an_objection_is_open(county, outcome):
    report = over(county)
    objection = cast.objected(county, report, late_because="住院")
    case = report.commission.case
    with pytest.raises(NotNow, match="复核完以后再告知"):
        tells(county, case, outcome)
    assert case.commissions.get().closed_at is None
    cast.resolved(county, objection, outcome="not_upheld", cause="", accepted="")
    tells(county, case, outcome)


def test_nothing_is_told_before_a_report_is_issued(county):
    report = cast.submitted(county)
    with pytest.raises(NotNow, match="案件目前是"):
        tells(county, report.commission.case, "granted")


def test_what_is_proposed_here_is_not_decided_elsewhere_and_the_other_way_round(county):
    report = over(county)
    case = report.commission.case
    with transaction.atomic():
        cast.proposed_against(county, report)
        with pytest.raises(NotNow, match="案件目前是|已经在这里提出"):
            tells(county, case, "granted")
        transaction.set_rollback(True)
    tells(county, case, "granted")
    with pytest.raises(NotDetermined, match="另一系统"):
        cast.proposed_against(county, report)


def test_an_adverse_proposal_in_the_time_to_object_is_a_decision_here_too(county):
    report = cast.doubted(county)
    cast.delivered(county, report)
    cast.proposed_against(county, report)
    with pytest.raises(NotNow, match="已经在这里提出"):
        tells(county, report.commission.case, "granted")


def test_only_the_system_admitted_to_tells_and_only_of_its_own_agencys_orders(county):
    report = over(county)
    case = report.commission.case
    plain = cast.client(county, Role.COMMISSION)[0]
    with pytest.raises(NotNow, match="没有批准"):
        tells(county, case, "granted", client=plain)
    stranger = cast.client(county, Role.COMMISSION, decides=True, agency=cast.other_street(county))[
        0
    ]
    by = actor_of(Officer.objects.get(pk=stranger.officer_id))
    with pytest.raises(NotYours):
        tells(county, case, "granted", client=stranger, by=by)


def test_an_earlier_order_is_decided_no_more(county):
    case = cast.issued(county).commission.case
    first = told(county, case)["commission"]
    tells(county, case, "granted")
    commission(case=fresh(case), by=county.intake)
    with pytest.raises(NotNow):
        tells(county, case, "stopped", commission=first)


# ------------------------------------------------------------------ held by the database


def row(county, case, word, **changes):
    last = case.commissions.order_by("commissioned_at").last()
    written = {
        "case": case,
        "kind": "hear",
        "about": last.pk,
        "first_day": today(),
        "word": word,
        "content": b"x",
        "recorded_by": teller(county)[1].identifier,
        "recorded_at": moment(),
        "entry": case.entry,
    }
    return Step(**written | changes)


def refused_by_the_database(step, words):
    with pytest.raises(DatabaseError, match=words), transaction.atomic():
        raw.insert(step)


def test_the_database_takes_it_of_nobody_else(county):
    case = over(county).commission.case
    refused_by_the_database(row(county, case, "perhaps"), ADMITTED)
    officer = cast.deciders(county)[0].identifier
    refused_by_the_database(row(county, case, "granted", recorded_by=officer), ADMITTED)
    plain = cast.client(county, Role.COMMISSION)[0]
    account = f"officer:{plain.officer_id}"
    refused_by_the_database(row(county, case, "granted", recorded_by=account), ADMITTED)
    stranger = cast.client(county, Role.COMMISSION, decides=True, agency=cast.other_street(county))[
        0
    ]
    account = f"officer:{stranger.officer_id}"
    refused_by_the_database(row(county, case, "granted", recorded_by=account), ADMITTED)
    refused_by_the_database(row(county, case, "granted", about=case.pk), ADMITTED)
    raw.insert(row(county, case, "granted"))


def test_the_database_takes_it_of_no_client_that_has_ended(county):
    case = over(county).commission.case
    held, client = row(county, case, "granted"), teller(county)[0]
    raw.update(client, ended_at=moment(), ended_by="officer:9002")
    refused_by_the_database(held, ADMITTED)


def test_the_database_takes_it_not_beside_a_proposal_here_nor_a_proposal_beside_it(county):
    report = over(county)
    cast.proposed_against(county, report)
    refused_by_the_database(row(county, report.commission.case, "granted"), ADMITTED)


def test_the_database_takes_no_proposal_beside_it(county):
    report = over(county)
    case = report.commission.case
    made = Determination(
        report=report,
        outcome="grant",
        findings=[],
        content=b"x",
        proposed_by=cast.deciders(county)[0].identifier,
        proposed_at=moment(),
        entry=case.entry,
    )
    with transaction.atomic():
        raw.insert(made)
        transaction.set_rollback(True)
    raw.insert(row(county, case, "granted"))
    with pytest.raises(DatabaseError, match="another system has decided"), transaction.atomic():
        raw.insert(made)


def test_what_is_told_of_a_neighbour_and_other_steps_of_the_order_hinder_nothing(county):
    report = over(county)
    case = report.commission.case
    neighbour = cast.doubted(county, cast.authorized(county)).commission.case
    raw.insert(row(county, neighbour, "granted"))
    by = cast.deciders(county)[0].identifier
    longer = {"kind": "extend", "clock": "determination", "days": 1, "recorded_by": by}
    raw.insert(row(county, case, "", **longer))
    with transaction.atomic():
        cast.proposed_against(county, report)
        transaction.set_rollback(True)
    raw.insert(row(county, case, "granted"))


def test_the_database_takes_nothing_adverse_too_early(county):
    report = cast.doubted(county)
    case = report.commission.case
    refused_by_the_database(row(county, case, "refused"), MAY_OBJECT)
    cast.long_issued(report, days=90)
    held = cast.delivered(county, report, delivered_on=today() - timedelta(days=60))
    early = row(county, case, "refused", first_day=held.objections_until)
    refused_by_the_database(early, MAY_OBJECT)
    refused_by_the_database(row(county, case, "stopped", first_day=early.first_day), MAY_OBJECT)
    raw.insert(row(county, case, "refused", first_day=early.first_day + timedelta(days=1)))


def test_the_database_takes_nothing_adverse_on_a_new_version_that_was_not_handed_over(county):
    report = over(county)
    case = report.commission.case
    objection = cast.objected(county, report, late_because="住院")
    cast.resolved(county, objection)
    again = revise(report=report, ground=Ground.OBJECTION, by=county.prepares)
    cast.signed_off(county, again)
    refused_by_the_database(row(county, case, "refused"), MAY_OBJECT)
    with pytest.raises(NotNow, match="还没有送达"):
        tells(county, case, "refused")
    raw.insert(row(county, case, "granted"))


def test_the_database_takes_nothing_of_an_order_that_another_followed(county):
    case = cast.issued(county).commission.case
    first = case.commissions.get()
    tells(county, case, "granted")
    again = commission(case=fresh(case), by=county.intake)
    cast.answered(again)
    cast.signed_off(county, draft(commission=again, by=WORKER))
    refused_by_the_database(row(county, case, "granted", about=first.pk), ADMITTED)
    raw.insert(row(county, case, "granted"))


def test_the_database_takes_nothing_while_an_objection_is_open(county):
    report = over(county)
    case = report.commission.case
    raw.insert(row(county, case, "granted"))
    cast.objected(county, report, late_because="住院")
    refused_by_the_database(row(county, case, "stopped"), "while an objection is open")


def test_the_database_archives_nothing_while_aid_lasts(county):
    case = over(county).commission.case
    raw.insert(row(county, case, "granted"))
    archived = row(county, case, "", kind="archive", recorded_by=county.intake.identifier)
    refused_by_the_database(archived, "only what is over is archived")
    assert Case.objects.get(pk=case.pk).is_aided
