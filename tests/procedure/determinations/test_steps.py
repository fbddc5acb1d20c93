"""What must never happen on the way is refused by the database, whoever writes the rows."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from hedui.procedure.authorizations.exhibits import Paper
from hedui.procedure.cases.acts import NotYours, declare
from hedui.procedure.cases.models import Case, Step
from hedui.procedure.cases.queries import visible_to
from hedui.procedure.commissions.acts import NotAccepted, commission
from hedui.procedure.commissions.models import Commission
from hedui.procedure.determinations import applying, granting, publishing
from hedui.procedure.determinations.acts import Decided, NotDetermined, confirm, propose
from hedui.procedure.determinations.models import Determination
from hedui.procedure.determinations.steps import NotNow
from hedui.procedure.determinations.suggesting import Suggested, departs, first_month_of
from hedui.procedure.record.actor import Actor
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from hedui.procedure.reports.acts import SecondPersonNeeded, issue, submit
from tests import cast
from tests.procedure import raw
from tests.procedure.determinations.walking import against, trials

pytestmark = pytest.mark.django_db
Kind = Step.Kind


def row(case: Case, kind: Kind, by: str, **changes: Any) -> Step:
    """Return a step that no act took."""
    terms = {"first_day": today(), "content": b"x", "recorded_at": moment()} | changes
    return Step(case=case, kind=kind, recorded_by=by, entry=case.entry, **terms)


def taken(step: Step) -> bool:
    """Tell whether the database takes a row that no act wrote."""
    try:
        with transaction.atomic():
            raw.insert(step)
    except DatabaseError:
        return False
    return True


@pytest.fixture
def case(county) -> Case:
    return cast.declared(county)


# ------------------------------------------------------------------ application


def test_what_is_missing_is_asked_for_once_and_nothing_is_verified_meanwhile(county, case):
    do = trials(county, case)
    asked = do[Kind.SUPPLEMENT]()
    assert applying.missing_of(asked) == ["户口簿", "残疾证"]
    with raw.refused("step: what is missing is asked for once, before verification is ordered"):
        raw.insert(row(case, Kind.SUPPLEMENT, county.intake.identifier, last_day=today()))
    with raw.refused("step: nothing is accepted while papers are asked for"):
        raw.insert(row(case, Kind.ACCEPT, county.intake.identifier))
    order = Commission(
        case=case,
        declaration=case.declarations.get(),
        number="x",
        purpose="dibao",
        agency=county.street,
        body=county.body,
        ordered_by=county.intake.identifier,
        commissioned_at=moment(),
        entry=case.entry,
    )

    def refused() -> None:
        with pytest.raises(NotAccepted):
            commission(case=case, by=county.intake)
        with raw.refused(
            "commission: not while papers are asked for, nor of a case that was turned down"
        ):
            raw.update(order.declaration, frozen_at=moment())
            raw.insert(order)

    for member in case.members.all():
        cast.authorize(county, member)
    refused()
    do[Kind.SUPPLY]()
    refused()
    do[Kind.ACCEPT]()
    assert commission(case=case, by=county.intake)


def test_nobody_is_turned_down_by_one_officer_nor_before_the_time_to_supplement_is_over(
    county, case
):
    first, second = county.intake, cast.deciders(county)[0]
    terms = {"case": case, "ground": "not_complete", "reasons": "缺户口簿", "by": first}
    with pytest.raises(NotNow, match="一次性告知"):
        applying.turn_down(**terms)
    asked = trials(county, case)[Kind.SUPPLEMENT]()
    early = row(case, Kind.TURN_DOWN, first.identifier, word="not_complete")
    assert not taken(early)
    cast.long_ago(asked, 60)
    held = applying.turn_down(**terms)
    alone = row(case, Kind.CONFIRM_TURNING_DOWN, first.identifier, about=held.pk, word=held.word)
    assert not taken(alone)
    with pytest.raises(NotNow, match="另一名"):
        applying.confirm_turning_down(case=case, way="counter", by=first)
    done = applying.confirm_turning_down(case=case, way="mail", by=second)
    assert applying.told_of_refusal(done)["reasons"] == "缺户口簿"
    assert Entry.objects.filter(act="determinations.confirm_turning_down", case=case.pk).exists()


def test_who_supplied_after_all_is_not_turned_down_for_it(county, case):
    do = trials(county, case)
    cast.long_ago(do[Kind.SUPPLEMENT](), 60)
    terms = {"case": case, "ground": "not_complete", "reasons": "缺户口簿"}
    held = applying.turn_down(**terms, by=county.intake)
    do[Kind.SUPPLY]()
    with pytest.raises(NotNow):
        applying.confirm_turning_down(case=case, way="mail", by=cast.deciders(county)[0])
    officer = cast.deciders(county)[0].identifier
    late = row(case, Kind.CONFIRM_TURNING_DOWN, officer, about=held.pk, word=held.word)
    assert not taken(late)


# ------------------------------------------------------------------ who takes part


def test_who_stands_back_sees_nothing_of_the_case_and_no_act_of_theirs_is_taken(county, case):
    relative = cast.second_officer(county)
    assert visible_to(relative).filter(pk=case.pk).exists()
    applying.stand_back(case=case, reason="申请人是我的姐姐", by=relative)
    assert not visible_to(relative).filter(pk=case.pk).exists()
    with pytest.raises(NotYours):
        applying.supplement(case=case, missing=["x"], way="counter", told_on=today(), by=relative)
    with raw.refused("ledger: who stands back from a case takes no further part in it"):
        declare(case=case, content=cast.zhang_family(today()), by=relative)
    with raw.refused("step: who stands back from a case takes no further part in it"):
        raw.insert(row(case, Kind.ACCEPT, relative.identifier))
    with raw.refused("step: who stands back from a case takes no further part in it"):
        raw.insert(row(case, Kind.VISIT, county.intake.identifier, officer=relative.identifier))
    assert "姐姐" not in Entry.objects.get(act="determinations.stand_back").content


def test_who_took_the_case_in_neither_signs_the_report_nor_confirms_the_decision(county):
    """受理 ≠ 签发: whatever posts somebody has, on one case they have one part."""
    report = submit(report=cast.drafted(county), officer=county.officers["liu"], by=county.prepares)
    taker = county.officers["wang"]
    signs: Actor = replace(county.countersigns, identifier=county.intake.identifier)
    with pytest.raises(SecondPersonNeeded, match="受理"):
        issue(report=report, officer=taker, by=signs)
    signed = {"status": "issued", "issued_at": moment(), "valid_until": date(2031, 1, 1)}
    with raw.refused("report: who took the case in, or stands back from it, does not sign"):
        raw.update(report, **signed, countersigned_by_id=taker.pk)
    report = issue(report=report, officer=county.officers["zhao"], by=county.countersigns)
    held = cast.proposed_for(county, report)
    cast.published(county, held, days_ago=30)
    confirms = replace(cast.deciders(county)[1], identifier=county.intake.identifier)
    with pytest.raises(NotDetermined, match="受理"):
        confirm(determination=held, by=confirms)


@pytest.mark.parametrize("officer", ["", "same", "officer:999999"])
def test_a_family_is_visited_by_two_officers(county, case, officer):
    own = county.intake.identifier
    alone = own if officer == "same" else officer
    with raw.refused("step: a family is visited by two officers"):
        raw.insert(row(case, Kind.VISIT, own, officer=alone))
    with pytest.raises((NotNow, DatabaseError)), transaction.atomic():
        cast.visited(county, case, officer=alone)


# ------------------------------------------------------------------ what is decided


def test_nothing_is_confirmed_while_it_is_posted_or_somebody_objects(county):
    report = cast.doubted(county)
    held = cast.proposed_for(county, report)
    case, (he, lv) = report.commission.case, cast.deciders(county)
    said = (
        "determination: what is published first waits until its days are over"
        " and no objection to it is open"
    )

    def refused() -> None:
        with pytest.raises(NotDetermined):
            confirm(determination=held, by=lv)
        with raw.refused(said):
            raw.update(held, confirmed_by=lv.identifier, confirmed_at=moment())

    refused()
    posted = cast.published(county, held)
    refused()
    cast.long_ago(posted, (posted.last_day - today()).days)  # today is the last day
    refused()
    protest = publishing.protest(case=case, said="家里有车", received_on=today(), by=county.intake)
    cast.long_ago(posted, 1)
    refused()
    with pytest.raises(NotNow, match="重新调查"):
        cast.long_ago(protest, -1)
        publishing.dismiss(case=case, reasons="车已报废", by=he)
    cast.long_ago(protest, 1)
    cast.visited(county, case)
    publishing.dismiss(case=case, reasons="车已报废", by=he)
    assert confirm(determination=held, by=lv).confirmed_at


def test_an_objection_that_holds_ends_the_proposal(county):
    report = cast.doubted(county)
    held = cast.proposed_for(county, report)
    case, (he, lv) = report.commission.case, cast.deciders(county)
    cast.published(county, held, days_ago=0)
    do = trials(county, case)
    do[Kind.PROTEST]()
    do[Kind.VISIT]()
    do[Kind.UPHOLD]()
    with pytest.raises(NotDetermined):
        confirm(determination=held, by=lv)
    again = propose(report=report, outcome="grant", reasons="重新调查后符合", by=he)
    assert publishing.publish(
        determination=again, place="公示栏", posted_on=today(), by=county.intake
    ).last_day


def test_a_notice_holds_five_things_and_is_not_given_out_when_its_days_are_over(county):
    report = cast.doubted(county)
    posted = cast.published(county, cast.proposed_for(county, report))
    assert set(posted.opened) == {"applicant", "members", "programme", "amount_fen", "place"}
    notice = publishing.notice_of(posted, posted.last_day)
    assert (notice.applicant, notice.members, notice.amount_fen) == ("张三", 3, 145_500)
    for day in (posted.first_day - timedelta(days=1), posted.last_day + timedelta(days=1)):
        with pytest.raises(publishing.Over):
            publishing.notice_of(posted, day)


def test_the_amount_stands_in_fen_beside_what_the_rules_reckon(county):
    report = cast.doubted(county)
    held = cast.proposed_for(county, report)
    assert held.opened["computed_fen"] == held.opened["amount_fen"] == 145_500
    assert held.opened["computed_basis"] == "declared"
    assert held.first_month == first_month_of(report.commission.case, today())
    he = cast.deciders(county)[0]
    terms = {"report": report, "outcome": "grant", "reasons": "x", "by": he}
    with pytest.raises(NotDetermined, match="不同的理由"):
        propose(**terms, decided=Decided(amount_fen=100_000))
    with pytest.raises(NotDetermined, match="负数"):
        propose(**terms, decided=Decided(amount_fen=-1, departs="x"))
    other = propose(**terms, decided=Decided(amount_fen=100_000, departs="另有赡养费"))
    assert other.opened["departs"] == "另有赡养费"
    assert (other.opened["computed_fen"], other.opened["amount_fen"]) == (145_500, 100_000)


@pytest.mark.parametrize(
    ("outcome", "amount", "rules", "differs"),
    [
        ("grant", 5, Suggested("grant", 5), False),
        ("grant", 4, Suggested("grant", 5), True),
        ("grant", 5, Suggested("refuse"), True),
        ("refuse", None, Suggested("refuse"), False),
        ("stop", None, Suggested("grant", 5), True),
        ("refuse", None, Suggested(), False),
    ],
)
def test_a_departure_is_told_by_outcome_and_amount(outcome, amount, rules, differs):
    assert departs(outcome, amount, rules) is differs


@pytest.fixture
def over_by_their_own_word(county):
    """Return the report on a family whose declared income is above the line; nothing differs."""
    case = cast.declared(county)
    content = cast.zhang_family(case.applied_on)
    for line in content["members"][0]["incomes"]:
        line["amount"] = "300000.00"
    declare(case=case, content=content, by=county.intake)
    for member in case.members.filter(replaced=False):
        cast.authorize(county, member)
    report = cast.signed_off(county, cast.drafted(county, None, case))
    cast.long_issued(report, days=90)
    cast.delivered(county, report, delivered_on=today() - timedelta(days=60))
    cast.visited(county, report.commission.case)
    return report


def on_declaration(county, report, **changes: Any) -> Determination:
    terms = {
        "outcome": "refuse",
        "reasons": "申报的收入高于标准",
        "basis": "declaration",
        "apart": "statement",
        "papers": [Paper("家庭书面说明", cast.SCAN)],
    } | changes
    return propose(report=report, **terms, by=cast.deciders(county)[0])


def test_who_declares_too_much_is_refused_on_that_with_a_second_word_of_the_family(
    county, over_by_their_own_word
):
    report = over_by_their_own_word
    wrong: list[dict[str, Any]] = [{"apart": ""}, {"papers": []}, {"apart": "source"}]
    for lacking in wrong:
        with pytest.raises(NotDetermined):
            on_declaration(county, report, **lacking)
    held = on_declaration(county, report)
    assert (held.findings, held.basis) == ([], "declaration")
    cast.attended(county, held)
    assert confirm(determination=held, by=cast.deciders(county)[1]).confirmed_at


def test_nobody_is_refused_on_a_declaration_that_meets_the_rules(county):
    report = cast.doubted(county)
    cast.visited(county, report.commission.case)
    with pytest.raises(NotDetermined, match="不能只凭申报"):
        on_declaration(county, report)


# ------------------------------------------------------------------ aid


def test_aid_ends_only_after_the_decision_was_delivered_and_the_phase_out_is_over(county):
    case, held = against(county, "stop")
    he, lv = cast.deciders(county)
    made = confirm(determination=held(), by=lv)
    said = (
        "step: aid is lowered or ends only after the decision was delivered,"
        " and not before its phase-out is over"
    )
    month = (today() + timedelta(days=62)).replace(day=1)
    with pytest.raises(NotNow, match="没有送达"):
        granting.end(case=case, month=month, by=he)
    with raw.refused(said):
        raw.insert(row(case, Kind.END, he.identifier, about=made.pk, first_day=month))
    leaving = granting.phase_out(case=case, months=3, reason="就业", by=he)
    trials(county, case)[Kind.NOTIFY]()
    with raw.refused(said):
        raw.insert(row(case, Kind.END, he.identifier, about=made.pk, first_day=leaving.last_day))
    after = leaving.last_day + timedelta(days=1)
    assert taken(row(case, Kind.END, he.identifier, about=made.pk, first_day=after))


def test_lowered_aid_is_paid_only_after_the_decision_was_delivered(county):
    case, held = against(county, "reduce")
    he, lv = cast.deciders(county)
    made = confirm(determination=held(), by=lv)
    month = (today() + timedelta(days=62)).replace(day=1)
    lowered = {"about": made.pk, "first_day": month}
    assert not taken(row(case, Kind.PAY, he.identifier, **lowered))
    trials(county, case)[Kind.NOTIFY]()
    assert taken(row(case, Kind.PAY, he.identifier, **lowered))


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "invented"},
        {"content": b""},
        {"recorded_by": "machine:worker"},
        {"recorded_by": "officer:999999"},
        {"first_day": date(2099, 1, 1)},
        {"last_day": date(2000, 1, 1)},
        {"kind": Kind.PAY},
        {"kind": Kind.END},
        {"kind": Kind.PUBLISH, "last_day": date(2099, 1, 1)},
        {"kind": Kind.PROTEST},
        {"kind": Kind.ARCHIVE},
        {"kind": Kind.EXTEND, "clock": "total", "days": 5},  # by who does not order
        {"kind": Kind.PAUSE, "clock": "total", "word": "because"},
    ],
    ids=str,
)
def test_no_row_comes_in_that_follows_upon_nothing(county, case, wrong):
    terms = {"kind": Kind.REVIEW, "by": county.intake.identifier}
    assert taken(row(case, **terms))
    changed = {n: v for n, v in wrong.items() if n not in ("kind", "recorded_by")}
    kind, by = wrong.get("kind", Kind.REVIEW), wrong.get("recorded_by", terms["by"])
    assert not taken(row(case, kind, by, **changed))


def test_a_term_is_extended_once(county, case):
    he = cast.deciders(county)[0].identifier
    terms = {"clock": "total", "days": 15}
    assert [taken(row(case, Kind.EXTEND, he, **terms)) for _ in range(2)] == [True, False]
