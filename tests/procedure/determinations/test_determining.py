"""A determination 审核确认: proposed by one, confirmed by another, adverse only when it may be."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from hedui.procedure.determinations.acts import NotDetermined, confirm, may_not_yet, propose
from hedui.procedure.determinations.models import Determination
from hedui.procedure.objections.revising import revise
from hedui.procedure.record.acts import NotAllowed
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from hedui.procedure.reports.accepting import accept
from hedui.procedure.reports.acts import consult
from hedui.procedure.reports.versions import Ground
from tests import cast
from tests.procedure import raw

pytestmark = pytest.mark.django_db
OPENED = "determination: an adverse one is confirmed by who opened every paper it rests on"
MANY = "determination: nobody confirms more than fifty adverse ones in a day"
SETTLED = (
    "determination: an adverse one does not rest on what was explained or objected to with success"
)


@pytest.fixture
def report(county):
    report = cast.doubted(county)
    cast.long_issued(report, days=90)
    return report


@pytest.fixture
def told(county, report):
    """Return the report, handed over so long ago that its time to object is over."""
    cast.delivered(county, report, delivered_on=today() - timedelta(days=60))
    return report


def confirmed(county, held) -> Determination:
    return confirm(determination=held, by=cast.deciders(county)[1])


def by_second(county) -> str:
    return cast.deciders(county)[1].identifier


def test_aid_is_granted_by_two_officers_at_once(county, report):
    first, second = cast.deciders(county)
    held = cast.proposed_for(county, report)
    cast.published(county, held, days_ago=30)
    with pytest.raises(NotDetermined, match="不能自己确认"):
        confirm(determination=held, by=first)
    assert confirm(determination=held, by=second).confirmed_at
    with pytest.raises(NotDetermined, match="已经确认"):
        confirm(determination=held, by=second)


def test_an_adverse_one_is_confirmed_when_all_is_there(county, told):
    held = cast.proposed_against(county, told)
    assert confirmed(county, held).confirmed_by == cast.deciders(county)[1].identifier
    assert "超过标准" not in Entry.objects.get(act="determinations.confirm").content


def test_before_it_was_handed_over_nothing_adverse_is_confirmed(county, report):
    held = cast.proposed_against(county, report)
    with pytest.raises(NotDetermined, match="没有送达"):
        confirmed(county, held)


def test_as_long_as_the_family_may_object_nothing_adverse_is_confirmed(county, report):
    last = cast.delivered(county, report).objections_until
    for day, waits in ((-1, True), (0, True), (1, False)):
        assert bool(may_not_yet(report, last + timedelta(days=day))) is waits
    with pytest.raises(NotDetermined, match="以前提出异议"):
        confirmed(county, cast.proposed_against(county, report))


def test_while_an_objection_is_open_nothing_adverse_is_proposed_on_it_nor_confirmed(county, told):
    held = cast.proposed_against(county, told)
    objection = cast.objected(county, told, late_because="住院")
    with pytest.raises(NotDetermined, match="暂缓使用"):
        confirmed(county, held)
    with pytest.raises(NotDetermined, match="暂缓使用"):
        cast.proposed_against(county, told)
    cast.resolved(county, objection, outcome="not_upheld")
    assert confirmed(county, held).confirmed_at


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reasons": " "}, "请写明理由"),
        ({"findings": []}, "不一致事项"),
        ({"findings": [900]}, "不一致事项"),
        ({"apart": ""}, "另行核实"),
        ({"papers": []}, "另行核实"),
    ],
)
def test_what_an_adverse_one_lacks_is_said(county, told, changes, said):
    with pytest.raises(NotDetermined, match=said):
        cast.proposed_against(county, told, **changes)
    assert not Determination.objects.exists()


def test_silence_is_no_ground(county, told):
    """T79: whatever is not 不一致 counts for nothing."""
    others = told.findings.exclude(status="inconsistent")
    assert others
    for finding in others:
        with pytest.raises(NotDetermined, match="不能作为不利依据"):
            cast.proposed_against(county, told, findings=[finding.position])


def test_who_verified_does_not_decide_and_nobody_without_the_post(county, told):
    first, _ = cast.deciders(county)
    terms = {"report": told, "outcome": "grant", "reasons": "x"}
    cast.visited(county, told.commission.case)
    with pytest.raises(NotAllowed):
        propose(**terms, by=county.countersigns)
    signer = replace(first, identifier=county.prepares.identifier)
    with pytest.raises(NotDetermined, match="由其他人员审核确认"):
        propose(**terms, by=signer)
    held = propose(**terms, by=first)
    with pytest.raises(NotDetermined, match="由其他人员审核确认"):
        confirm(determination=held, by=signer)


def test_a_replaced_report_decides_nothing(county, told):
    held = cast.proposed_against(county, told)
    cast.signed_off(county, revise(report=told, ground=Ground.CLASSIFIED, by=county.prepares))
    with pytest.raises(NotDetermined, match="已有新版"):
        confirmed(county, held)
    with pytest.raises(NotDetermined, match="最新签发"):
        cast.proposed_against(county, told)


@pytest.mark.parametrize("outcome", ["upheld", "partly"])
def test_what_an_objection_held_against_is_confirmed_against_nobody(county, told, outcome):
    """It was proposed before; the family was right; the report does not say so yet."""
    held = cast.proposed_against(county, told)
    item = told.findings.get(position=held.findings[0]).item
    objection = cast.objected(county, told, item, late_because="住院")
    cast.resolved(county, objection, outcome=outcome)
    cast.attended(county, held)
    with pytest.raises(NotDetermined, match="异议已经成立"):
        confirmed(county, held)
    with pytest.raises(NotDetermined, match="异议已经成立"):
        cast.proposed_against(county, told)
    with raw.refused(SETTLED):
        raw.update(held, confirmed_by=by_second(county), confirmed_at=moment())
    held.pk = uuid4()
    with raw.refused(SETTLED):
        held.save(force_insert=True)


@pytest.mark.parametrize("cause", ["identity", "source_error"])
def test_the_database_takes_nothing_adverse_on_what_was_explained(county, cause):
    report = cast.drafted(county, cast.MORE_IN_THE_BANK)
    finding = cast.finding_on(report, "bank.balance_fen")
    accept(finding=finding, cause=cause, accepted="30000", reason="不是本人的", by=county.prepares)
    row = cast.proposed_for(county, cast.signed_off(county, report))
    row.pk, row.outcome, row.basis, row.findings = uuid4(), "refuse", "finding", [finding.position]
    row.publishes = False
    with raw.refused(SETTLED):
        row.save(force_insert=True)


def test_the_database_confirms_nothing_adverse_by_who_did_not_open_the_papers(county, told):
    held = cast.proposed_against(county, told)
    by = cast.newcomer(county)
    consult(report=told, manner="page", by=by)
    changes = {"confirmed_by": by.identifier, "confirmed_at": moment()}
    with raw.refused(OPENED):
        raw.update(held, **changes)
    cast.attended(county, held, by)
    raw.update(held, **changes)


def test_the_database_lets_nobody_confirm_more_than_fifty_adverse_ones_a_day(county, told):
    held = cast.attended(county, cast.proposed_against(county, told))
    changes = {"confirmed_by": by_second(county), "confirmed_at": moment()}
    confirmed_before(held, 49, changes)
    confirmed_before(held, 1, changes | {"confirmed_at": moment() - timedelta(days=1)})
    with transaction.atomic():
        raw.update(held, **changes)  # the fiftieth of today
        transaction.set_rollback(True)
    confirmed_before(held, 1, changes)
    with raw.refused(MANY):
        raw.update(held, **changes)


def confirmed_before(held, count, changes):
    """Let so many have been proposed before and confirmed, as nobody could on one report."""
    raw.drop_triggers("determinations_determination_is_confirmed_by_another")
    earlier = Determination.objects.get(pk=held.pk)
    for _ in range(count):
        earlier.pk = UUID(int=Determination.objects.count())
        earlier.save(force_insert=True)
        raw.update(earlier, **changes)
    raw.install("determinations")
