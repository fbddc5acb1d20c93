"""A notice tells what was concluded, stays as it was issued, and is delivered to the household."""

from datetime import timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from hedui.procedure.cases.acts import NotYours
from hedui.procedure.determinations import acts as determinations
from hedui.procedure.determinations.applying import supplement
from hedui.procedure.papers import acts
from hedui.procedure.papers.catalogue import forms
from hedui.procedure.papers.filling import About
from hedui.procedure.papers.models import Notice, NoticeDelivery
from hedui.procedure.record.moment import moment, today
from hedui.procedure.reports.delivering import NotDelivered
from tests import cast
from tests.procedure.determinations import walking

pytestmark = pytest.mark.django_db
TELLS = {name: form.outcome for name, form in forms().items() if form.outcome}


@pytest.fixture
def concluded(county):
    """Return a report on which it was confirmed to grant; while it is paid, more is proposed."""
    report = cast.issued(county)
    made = cast.proposed_for(county, report, reasons="人均收入在线下")
    cast.published(county, made, days_ago=20)
    first, second = cast.deciders(county)
    determinations.confirm(determination=made, by=second)
    walking.trials(county, report.commission.case)[walking.Kind.PAY]()
    determinations.propose(report=report, outcome="grant", reasons="再议", by=first)
    return report


def row(case, form: str, determination) -> Notice:
    return Notice(
        case=case,
        form=form,
        number=f"WS-{uuid4()}",
        text="sha256:0",
        determination=determination,
        content=b"x",
        issued_by="officer:1",
        issued_at=moment(),
        entry=case.entry,
    )


def test_no_row_tells_what_two_officers_have_not_confirmed(concluded):
    """Every form against every determination and none: the database lets two pairs be."""
    case = concluded.commission.case
    confirmed, open_ = concluded.determinations.order_by("proposed_at")
    kept = set()
    for form, made in product(forms(), (confirmed, open_, None)):
        with transaction.atomic():
            try:
                row(case, form, made).save(force_insert=True)
            except DatabaseError as error:
                assert "it tells only what two officers have confirmed" in str(error)
            else:
                kept.add((form, made))
            transaction.set_rollback(True)
    wanted = {(name, None) for name in forms() if name not in {*TELLS, "not_accepted"}}
    assert kept == wanted | {("approval", confirmed)}


def test_a_conclusion_of_another_case_is_told_to_nobody(county, concluded):
    other, made = cast.declared(county), concluded.determinations.earliest("proposed_at")
    with pytest.raises(acts.NotIssued, match="请先选择这一户的审核确认"):
        cast.noticed(county, other, "approval", determination=made)
    with pytest.raises(DatabaseError, match="it tells only"), transaction.atomic():
        row(other, "approval", made).save(force_insert=True)


def test_a_refusal_gives_reasons_findings_and_where_to_turn(county, concluded):
    case, made = concluded.commission.case, concluded.determinations.earliest("proposed_at")
    with pytest.raises(acts.NotIssued, match="结论是“确认给予”"):
        cast.noticed(county, case, "refusal", determination=made)
    notice = cast.noticed(county, case, "approval", determination=made)
    told = str(acts.open_notice(notice=notice, by=county.intake).blocks)
    for words in ("张三", "人均收入在线下", "第六十五条", "行政复议", "黄浦区民政局"):
        assert words in told
    assert cast.ZHANG_SAN not in told


def test_a_notice_is_printed_as_it_was_issued_whatever_became_of_the_text(
    county, settings, tmp_path
):
    notice = cast.noticed(county, cast.declared(county))
    before = acts.open_notice(notice=notice, by=county.intake)
    settings.DATA_DIR = tmp_path
    folder = tmp_path / "papers" / "310101-huangpu"
    folder.mkdir(parents=True)
    other = "# 受理单\n\n{{案件.编号}} {{机关.电话}}"
    (folder / "acceptance.md").write_text(other, encoding="utf-8")
    assert acts.open_notice(notice=notice, by=county.intake) == before
    assert cast.noticed(county, notice.case).text != notice.text


def test_what_is_put_up_in_public_is_what_was_posted_and_no_more(county):
    report = cast.issued(county)
    case, form = report.commission.case, forms()["publication"]
    with pytest.raises(acts.NotIssued, match="请先登记“公示”"):
        cast.noticed(county, case, "publication")
    cast.published(county, cast.proposed_for(county, report))
    asked = {"申请人": f"张三 {cast.ZHANG_SAN}", "公示止": "永远"}
    notice = acts.issue(about=About(case, county.intake), form=form, asked=asked, by=county.intake)
    told = str(acts.open_notice(notice=notice, by=county.intake).blocks)
    assert "张三" in told
    assert cast.ZHANG_SAN not in told
    assert "永远" not in told


def test_it_is_handed_to_a_person_of_the_household_on_a_day_on_which_it_can_have_been(county):
    notice = cast.noticed(county, cast.declared(county))
    for day in (today() + timedelta(days=1), today() - timedelta(days=1)):
        with pytest.raises(NotDelivered, match="送达日期须在签发、出具之日以后"):
            cast.handed_over(county, notice, delivered_on=day)
        late = NoticeDelivery(
            notice=notice,
            member=notice.case.members.earliest("position"),
            way="counter",
            receipt=b"x",
            delivered_on=day,
            recorded_by="officer:1",
            recorded_at=moment(),
            entry=notice.entry,
        )
        with (
            pytest.raises(DatabaseError, match="notice_delivery: of a person"),
            transaction.atomic(),
        ):
            late.save(force_insert=True)
    with pytest.raises(NotDelivered, match="由谁签收"):
        cast.handed_over(county, notice, receipt=" ")
    assert cast.handed_over(county, notice).delivered_on == today()


def test_another_agency_prints_issues_and_delivers_nothing(county):
    case = cast.declared(county)
    notice = cast.noticed(county, case)
    about = About(case, county.stranger)
    for act in (
        lambda: acts.print_form(about=about, form=forms()["visit"], by=county.stranger),
        lambda: acts.issue(about=about, form=forms()["acceptance"], asked={}, by=county.stranger),
        lambda: acts.open_notice(notice=notice, by=county.stranger),
    ):
        with pytest.raises(NotYours):
            act()


def test_a_case_whose_papers_are_asked_for_is_not_told_that_it_is_accepted(county):
    case = cast.declared(county)
    terms = {"missing": ["离婚证"], "way": "counter", "told_on": today()}
    supplement(case=case, **terms, by=county.intake)
    with pytest.raises(acts.NotIssued, match="还没有受理"):
        cast.noticed(county, case)
    assert "离婚证" in str(cast.noticed(county, case, "supplement").opened["blocks"])


def test_to_hand_over_a_decision_is_the_step_that_the_course_waits_for(county):
    report = cast.issued(county)
    made = cast.proposed_for(county, report)
    cast.published(county, made, days_ago=20)
    made = determinations.confirm(determination=made, by=cast.deciders(county)[1])
    case = report.commission.case
    notice = cast.noticed(county, case, "approval", determination=made)
    for _ in range(2):
        cast.handed_over(county, notice)
        assert case.steps.filter(kind="notify", about=made.pk).count() == 1
