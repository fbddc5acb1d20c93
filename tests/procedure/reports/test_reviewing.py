"""R13: a source that was wrong too often is used against nobody until two officers lift it."""

import json
from dataclasses import replace
from datetime import date

import pytest

from hedui.procedure.agencies.models import Department, Suspension
from hedui.procedure.agencies.suspensions import (
    LEAST_WRONG,
    NotLifted,
    confirm_lift,
    propose_lift,
    standing,
    suspend,
)
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.record.actor import Actor, Role
from hedui.procedure.record.acts import NotAllowed
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import SHANGHAI, moment, today
from hedui.procedure.reports.accepting import accept
from hedui.procedure.reports.acts import SourceSuspended, issue, send_back, submit
from hedui.procedure.reports.heard import found_in
from hedui.procedure.reports.models import Correction, Finding, Report, SourceReview
from hedui.procedure.reports.reviewing import NotReviewed, counted, review_source
from hedui.procedure.reports.sending import NotAnswered, answer_correction
from hedui.values.working_days import working_days_between
from tests import cast
from tests.procedure import raw

CAR = {"plate_class": "小型汽车", "vehicle_class": "car", "status": "normal"}


def with_a_car(county, case=None) -> Report:
    """Return the draft on a family of whom a car was found that they had not declared."""
    return cast.drafted(county, {("b", "vehicle"): [CAR]}, case)


def the_car(report: Report) -> Finding:
    return report.findings.get(source="vehicle", status="inconsistent")


def vehicles() -> Department:
    return Department.objects.get(source="vehicle")


@pytest.fixture
def draft(county) -> Report:
    return with_a_car(county)


@pytest.fixture
def suspended(county, draft) -> Report:
    """Return a draft with a discrepancy, whose source was suspended after it was made."""
    for report in [draft, *(with_a_car(county) for _ in range(LEAST_WRONG - 1))]:
        assert standing(vehicles().pk) is None
        review_source(finding=the_car(report), fault="value", by=county.prepares)
    assert standing(vehicles().pk) is not None
    return draft


# ------------------------------------------------------------------ looking into a source


def test_where_a_source_was_wrong_it_is_asked_to_correct(county, draft):
    review = review_source(finding=the_car(draft), fault="person", by=county.prepares)
    correction = review.correction
    assert correction.number == f"GZ-310101-{today():%Y}-000001"
    assert correction.items == [the_car(draft).item]
    assert correction.inquiry.member == the_car(draft).member
    assert correction.message == correction.inquiry.tickets.get().message
    day = correction.requested_at.astimezone(SHANGHAI).date()
    assert working_days_between(day, correction.answer_until) == 10
    entry = Entry.objects.get(pk=review.entry_id)
    assert json.loads(entry.content)["detail"]["correction"] == correction.number


def test_where_it_was_right_nothing_is_asked_of_it(county, draft):
    review = review_source(finding=the_car(draft), by=county.prepares)
    assert not review.is_wrong
    assert not Correction.objects.exists()
    assert counted(vehicles()) == (0, 1)


def test_it_is_looked_into_once_and_only_by_the_body_that_verifies(county, draft):
    other = replace(county.prepares, agency=county.street.pk)
    with pytest.raises(NotYours):
        review_source(finding=the_car(draft), by=other)
    with pytest.raises(NotAllowed):
        review_source(finding=the_car(draft), by=county.intake)
    with pytest.raises(NotReviewed, match="类别"):
        review_source(finding=the_car(draft), fault="x", by=county.prepares)
    review_source(finding=the_car(draft), by=county.prepares)
    with pytest.raises(NotReviewed, match="已经核实"):
        review_source(finding=the_car(draft), fault="value", by=county.prepares)


def test_only_a_discrepancy_with_a_source_is_looked_into(county, draft):
    for finding in draft.findings.exclude(status__in=("inconsistent", "awaiting_explanation")):
        with pytest.raises(NotReviewed):
            review_source(finding=finding, by=county.prepares)
    with raw.refused("review: an officer looks into a discrepancy with the department asked"):
        raw.insert(
            SourceReview(
                finding=draft.findings.exclude(source="vehicle").first(),
                department=vehicles(),
                is_wrong=False,
                reviewed_by="officer:1",
                reviewed_at=moment(),
                entry_id=draft.entry_id,
            )
        )


def test_a_correction_is_answered_once(county, draft):
    correction = review_source(finding=the_car(draft), fault="value", by=county.prepares).correction
    other = replace(county.prepares, agency=county.street.pk)
    with pytest.raises(NotYours):
        answer_correction(correction=correction, outcome="corrected", by=other)
    with pytest.raises(NotAnswered, match="选择"):
        answer_correction(correction=correction, outcome="", by=county.prepares)
    told = answer_correction(
        correction=correction, outcome="corrected", document=" 车管〔2026〕1号 ", by=county.prepares
    )
    assert (told.outcome, told.document) == ("corrected", "车管〔2026〕1号")
    with pytest.raises(NotAnswered, match="已经"):
        answer_correction(correction=correction, outcome="upheld", by=county.prepares)
    for changes in ({"outcome": "upheld"}, {"answer_until": date(2030, 1, 1)}, {"number": "X"}):
        with raw.refused("correction: never changed, only answered once"):
            raw.update(told, **changes)
    with raw.refused("correction: it is never deleted"):
        raw.delete(told)
    with raw.refused("review: it is never changed"):
        raw.update(told.review, is_wrong=False, fault="")
    with raw.refused("review: it is never deleted"):
        raw.delete(told.review)


@pytest.mark.parametrize(
    ("cause", "wrong"),
    [("source_error", True), ("ownership", False), ("exempt", False), ("time", None)],
)
def test_what_an_officer_accepts_says_of_the_source_whether_it_was_right(
    county, draft, cause, wrong
):
    """Said once: the cause of the difference is the review, when the report is submitted."""
    car = the_car(draft)
    accept(finding=car, cause="time", accepted="1", reason="先以为", by=county.prepares)
    accept(finding=car, cause=cause, accepted="0", reason="查看了材料", by=county.prepares)
    assert not SourceReview.objects.exists()
    report = submit(report=draft, officer=county.officers["liu"], by=county.prepares)
    found = list(SourceReview.objects.values_list("finding", "is_wrong"))
    assert found == ([] if wrong is None else [(car.pk, wrong)])
    assert Correction.objects.exists() is bool(wrong)
    report = send_back(report=report, by=county.countersigns)
    submit(report=report, officer=county.officers["liu"], by=county.prepares)
    assert SourceReview.objects.count() == len(found)


# ------------------------------------------------------------------ when it is used no more


@pytest.mark.parametrize(
    ("overturned", "reviewed", "suspends"),
    [
        (1, 1, False),
        (2, 2, False),
        (3, 3, True),
        (3, 24, True),
        (3, 30, False),
        (5, 60, False),
        (6, 60, True),
        (30, 1000, False),
    ],
)
def test_it_is_the_lower_bound_that_decides_and_never_one_error(
    county, overturned, reviewed, suspends
):
    from hedui.procedure.record import acts

    def try_it(*, by):
        """Try it within an act."""
        return suspend(
            vehicles().pk, overturned=overturned, reviewed=reviewed, above=0.05, at=moment()
        )

    try_it.__module__ = "hedui.procedure.agencies.suspensions"
    kept = dict(acts.REGISTRY)
    held = acts.act("试", article="试", roles={Role.VERIFY})(try_it)(by=county.prepares)
    acts.REGISTRY.clear()
    acts.REGISTRY.update(kept)
    assert (held is not None) is suspends
    assert held is None or 500 < held.low < 10_000


def test_a_source_that_was_wrong_too_often_is_suspended(county, suspended):
    held = standing(vehicles().pk)
    assert (held.overturned, held.reviewed) == (LEAST_WRONG, LEAST_WRONG)
    detail = json.loads(Entry.objects.get(pk=held.entry_id).content)["detail"]
    assert detail["suspended"] == str(vehicles().pk)


def test_from_then_on_it_makes_no_discrepancy_and_counts_for_nothing(county, suspended):
    """A new draft: what it says is to be explained, and the vehicles found are unknown."""
    body = with_a_car(county).opened
    (line,) = [f for f in body["findings"] if f["source"] == "vehicle" and f["member"] == "b"]
    assert (line["status"], line["status_label"]) == ("awaiting_explanation", "待说明")
    assert "不作不利于您的使用" in line["note"]
    assert body["totals"]["found"]["vehicles"] is None
    reasons = {s["reason"] for s in body["sources"] if s["source"] == "vehicle"}
    assert reasons == {"来源已停止用于不利认定"}
    assert not any(s["reason"] for s in body["sources"] if s["source"] == "bank")


def test_what_is_computed_is_what_it_would_be_had_the_source_not_spoken(county, suspended):
    """To the letter: totals, assessment and trace do not depend on what a suspended source says."""
    reports = with_a_car(county), cast.drafted(county)
    assert found_in(reports[0].commission) == found_in(reports[1].commission)
    told, silent = (report.opened for report in reports)
    for part in ("totals", "assessment", "rules"):
        assert told[part] == silent[part]
    assert told["findings"] != silent["findings"]


def test_a_draft_from_before_is_set_right_when_it_is_submitted(county, suspended):
    before = suspended.opened["totals"]["found"]["vehicles"]
    assert before == 1
    report = submit(report=suspended, officer=county.officers["liu"], by=county.prepares)
    body = Report.objects.get(pk=report.pk).opened
    assert body["totals"]["found"]["vehicles"] is None
    lines = [f["status"] for f in body["findings"]]
    rows = list(report.findings.order_by("position").values_list("status", flat=True))
    assert lines == rows
    assert not [
        f for f in body["findings"] if (f["source"], f["status"]) == ("vehicle", "inconsistent")
    ]
    signed = issue(report=report, officer=county.officers["zhao"], by=county.countersigns)
    assert signed.status == "issued"


def test_what_was_submitted_before_is_not_signed_but_sent_back(county):
    reports = [with_a_car(county) for _ in range(LEAST_WRONG)]
    cars = [the_car(report) for report in reports]
    waiting = submit(report=reports[0], officer=county.officers["liu"], by=county.prepares)
    for car in cars:
        review_source(finding=car, fault="value", by=county.prepares)
    with pytest.raises(SourceSuspended):
        issue(report=waiting, officer=county.officers["zhao"], by=county.countersigns)
    waiting.refresh_from_db()
    with raw.refused("report: a suspended source is used against nobody"):
        raw.update(
            waiting,
            status="issued",
            countersigned_by_id=county.officers["zhao"].pk,
            issued_at=moment(),
            valid_until=today(),
        )
    again = send_back(report=waiting, by=county.countersigns)
    again = submit(report=again, officer=county.officers["liu"], by=county.prepares)
    assert issue(report=again, officer=county.officers["zhao"], by=county.countersigns)


def test_the_database_lets_no_suspended_source_be_used_against_anybody(county, suspended):
    """Whoever writes the row; and a finding changes in this one way, while this is so."""
    later = with_a_car(county)
    set_aside = later.findings.get(source="vehicle", member__key="b")
    with raw.refused("finding: a suspended source is used against nobody"):
        raw.insert(
            Finding(
                report=later, position=99, member=set_aside.member, source="vehicle",
                item=set_aside.item, status="inconsistent",
            )
        )  # fmt: skip
    car = the_car(suspended)
    for changes in ({"status": "consistent"}, {"status": "awaiting_explanation", "item": "x"}):
        with raw.refused("finding: it is never changed"):
            raw.update(car, **changes)
    with raw.refused("finding: it is never changed"):
        raw.update(set_aside, status="inconsistent")


def test_a_finding_of_a_source_that_stands_is_never_changed(draft):
    with raw.refused("finding: it is never changed"):
        raw.update(the_car(draft), status="awaiting_explanation")


# ------------------------------------------------------------------ until two officers lift it


def test_two_officers_lift_it_and_what_was_before_counts_no_more(county, suspended):
    held = standing(vehicles().pk)
    with pytest.raises(NotLifted, match="还没有"):
        confirm_lift(suspension=held, by=county.countersigns)
    with pytest.raises(NotLifted, match="写明"):
        propose_lift(suspension=held, reason=" ", by=county.prepares)
    propose_lift(suspension=held, reason="部门已修复错位的数据", by=county.countersigns)
    with pytest.raises(NotLifted, match="已经提出"):
        propose_lift(suspension=held, reason="再提", by=county.prepares)
    with pytest.raises(NotLifted, match="自己"):
        confirm_lift(suspension=held, by=county.countersigns)
    second = Actor("officer:77", "又", county.body.pk, frozenset({Role.COUNTERSIGN}))
    confirm_lift(suspension=held, by=second)
    assert standing(vehicles().pk) is None
    assert counted(vehicles()) == (0, 0)
    assert the_car(with_a_car(county))
    with pytest.raises(NotLifted):
        confirm_lift(suspension=held, by=second)


def test_the_database_wants_two_for_it(county, suspended):
    held = standing(vehicles().pk)
    words = "suspension: never changed, only lifted once, by two officers"
    lifted = {"lifted_by": "officer:1", "lifted_at": moment()}
    for changes in (lifted, {"overturned": 0}, {"lift_proposed_at": moment()}):
        with raw.refused(words):
            raw.update(held, **changes)
    propose_lift(suspension=held, reason="已修复", by=county.prepares)
    held.refresh_from_db()
    for changes in (
        lifted | {"lifted_by": held.lift_proposed_by},
        lifted | {"lifted_by": "machine:worker"},
        lifted | {"reviewed": 9},
    ):
        with raw.refused(words):
            raw.update(held, **changes)
    with raw.refused("suspension: it is never deleted"):
        raw.delete(held)
    with raw.refused("suspension: it begins, and is lifted later"):
        raw.insert(
            Suspension(
                department=Department.objects.get(source="tax"), reviewed=1, overturned=1, low=1,
                began_at=moment(), entry_id=held.entry_id, **lifted,
            )
        )  # fmt: skip


def test_a_tenth_wrong_is_found_within_sixty_reviews():
    """T82: every tenth of a source's discrepancies turns out to be its error."""
    from hedui.values.proportion import wilson

    tripped = next(
        reviewed for reviewed in range(1, 200)
        if reviewed // 10 >= LEAST_WRONG and wilson(reviewed // 10, reviewed)[0] > 0.05
    )  # fmt: skip
    assert tripped <= 60
