"""增发: what is paid is increased as an outcome of its own, and lowered only as what it is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hedui.procedure.determinations.acts import Decided, NotDetermined, confirm, propose
from hedui.procedure.determinations.granting import pay
from hedui.procedure.determinations.models import Determination
from hedui.procedure.determinations.standing import stands
from hedui.procedure.determinations.suggesting import paid_now, suggested
from hedui.procedure.papers.acts import NotIssued, open_notice
from hedui.procedure.papers.catalogue import forms
from hedui.procedure.papers.filling import About
from hedui.procedure.papers.offering import offered
from hedui.procedure.record.moment import moment, today
from hedui.values.money import yuan_text
from tests import cast
from tests.procedure import raw

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(county):
    report = cast.signed_off(county, cast.drafted(county))
    cast.delivered(county, report)
    return report


@pytest.fixture
def paying(county, report):
    """The case of 张家, to whom what the rules reckon is paid from this month."""
    made = cast.proposed_for(county, report, decided=Decided(first_month=today()))
    cast.published(county, made, days_ago=20)
    confirm(determination=made, by=cast.deciders(county)[1])
    case = report.commission.case
    pay(case=case, month=today(), situation="家庭变化较小", by=cast.deciders(county)[0])
    return case


def more(report, by_fen: int) -> Decided:
    return Decided(suggested(report).amount_fen + by_fen, today(), "物价补贴并入")


def increase(county, report, by_fen=10_000, **changes):
    terms = {"outcome": "increase", "reasons": "标准提高", "decided": more(report, by_fen)}
    return propose(report=report, **terms | changes, by=cast.deciders(county)[0])


def test_what_is_paid_is_increased_by_two_officers_without_a_public_notice(county, report, paying):
    before = paid_now(paying)
    made = increase(county, report)
    assert not made.is_adverse
    assert not made.publishes
    assert made.opened["before_fen"] == before
    assert paid_now(paying) == before  # one officer's word has no effect
    assert stands(paying, today()).state.name == "confirming"
    confirm(determination=made, by=cast.deciders(county)[1])
    assert paid_now(paying) == before + 10_000
    assert stands(paying, today()).state.name == "granted"
    pay(case=paying, month=today(), situation="家庭变化较小", by=cast.deciders(county)[0])
    assert stands(paying, today()).state.name == "paying"


def test_its_notice_says_what_it_was_and_what_it_is_and_no_other_notice_tells_it(
    county, report, paying
):
    made = increase(county, report)
    about = {"determination": made, "by": cast.deciders(county)[0]}
    with pytest.raises(NotIssued, match="第二人确认"):
        cast.noticed(county, paying, "increase", **about)
    before = paid_now(paying)
    about["determination"] = confirm(determination=made, by=cast.deciders(county)[1])
    assert offered("increase", paying, made) == {"原金额": yuan_text(before)}
    notice = cast.noticed(county, paying, "increase", **about)
    told = str(open_notice(notice=notice, by=county.intake).blocks)
    assert yuan_text(before) in told
    with pytest.raises(NotIssued, match="增发"):
        cast.noticed(county, paying, "approval", **about)
    assert forms()["increase"].outcome == "increase"
    assert About(paying, county.intake, made).report == report


@pytest.mark.parametrize("by_fen", [0, -1])
def test_an_increase_that_is_none_is_refused(county, report, paying, by_fen):
    with pytest.raises(NotDetermined, match="须高于现在的每月"):
        increase(county, report, by_fen)


def test_less_in_the_name_of_a_grant_is_refused(county, report, paying):
    """Else what goes against the family would need neither its time to object nor a second look."""
    lower = replace(more(report, -1))
    with pytest.raises(NotDetermined, match="请选择“减发”"):
        propose(
            report=report, outcome="grant", reasons="x", decided=lower, by=cast.deciders(county)[0]
        )
    with pytest.raises(NotDetermined, match="不一致事项"):
        propose(
            report=report, outcome="reduce", reasons="x", decided=lower, by=cast.deciders(county)[0]
        )


def test_nothing_is_increased_that_was_not_granted_whoever_writes(county, report):
    cast.visited(county, report.commission.case)
    with pytest.raises(NotDetermined, match="还没有在发放的金额"):
        increase(county, report)
    row = Determination(
        report=report,
        outcome="increase",
        findings=[],
        content=b"x",
        proposed_by=cast.deciders(county)[0].identifier,
        proposed_at=moment(),
        entry=report.entry,
    )
    with raw.refused("determination: only what was granted is increased"):
        raw.insert(row)
    made = cast.proposed_for(county, report)
    with raw.refused("determination: only what was granted is increased"):
        raw.insert(row)  # one officer's proposal grants nothing
    cast.published(county, made, days_ago=20)
    confirm(determination=made, by=cast.deciders(county)[1])
    raw.insert(row)


def test_an_increase_waits_for_no_time_to_object(county, report, paying):
    """It is for the family; the reduction of another day would wait."""
    assert stands(paying, today()).state.name == "paying"
    confirm(determination=increase(county, report), by=cast.deciders(county)[1])
    assert report.deliveries.get().objections_until > today() - timedelta(days=1)
