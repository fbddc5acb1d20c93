"""A new version 新版报告: what was resolved and answered anew, beside what it replaces."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hedui.procedure.agencies.agreements import end_agreement
from hedui.procedure.agencies.models import Agreement
from hedui.procedure.authorizations.acts import revoke
from hedui.procedure.cases.acts import NotYours
from hedui.procedure.commissions.acts import close
from hedui.procedure.inquiries.acts import Received, inquire, receive
from hedui.procedure.inquiries.models import Inquiry, Reverification
from hedui.procedure.inquiries.reverifying import NotAskedAgain, awaited_again
from hedui.procedure.objections.acts import NotResolved, NotTakenIn
from hedui.procedure.objections.queries import held_lines
from hedui.procedure.objections.reverifying import reverify
from hedui.procedure.objections.revising import NotRevised, revise
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal
from hedui.procedure.reports.accepting import NotAccepted, accept, as_accepted
from hedui.procedure.reports.models import Acceptance, Cause, Report
from hedui.procedure.reports.queries import confirmation
from hedui.procedure.reports.versions import Ground, replaced_by
from tests import cast
from tests.procedure import raw
from tests.procedure.reports.test_signing import verifies

pytestmark = pytest.mark.django_db
BANK = "bank.balance_fen"


@pytest.fixture
def report(county):
    return cast.doubted(county)


def revised(county, report, ground=Ground.OBJECTION):
    return revise(report=report, ground=ground, by=county.prepares)


def line_on(report: Report, item: str = BANK) -> dict:
    return as_accepted(report)["findings"][cast.finding_on(report, item).position]


# ------------------------------------------------------------------ after an objection


def test_what_was_upheld_stands_in_a_new_version_and_the_old_one_says_so(county, report):
    cast.resolved(county, cast.objected(county, report))
    second = cast.signed_off(county, revised(county, report))
    verifies(second)
    body = second.opened
    assert (body["version"], body["number"]) == (2, report.number[:-1] + "2")
    assert body["replaces"]["digest"] == report.digest
    assert body["replaces"]["reason_label"] == "异议复核"
    line = line_on(second)
    assert (line["declared"], line["found"], line["accepted"]) == (
        "30000.00",
        "80000.00",
        "30000.00",
    )
    assert (line["cause"], line["explanation"]) == ("exempt", "赔偿协议和入账记录相符")
    (result,) = body["objections"]
    assert (result["finding"], result["outcome_label"]) == (line["id"], "成立")
    assert replaced_by(report) == second
    told = confirmation(code=report.code, today=today())
    assert (told.replaced_by, told.in_force) == (second.number, True)
    assert confirmation(code=second.code, today=today()).replaced_by == ""
    verifies(report)


def test_the_three_numbers_are_assessed_beside_one_another(county, report):
    cast.resolved(county, cast.objected(county, report))
    body = revised(county, report).opened
    assert {basis: body["totals"][basis]["deposits"] for basis in body["totals"]} == {
        "declared": "30000.00",
        "found": "80000.00",
        "accepted": "30000.00",
    }
    accepted = body["assessment"]["accepted"]
    assert accepted["basis"] == "accepted"
    assert accepted["financial_assets"] == "30000.00"
    assert body["assessment"]["found"]["financial_assets"] != "30000.00"


def test_the_difference_to_the_version_before_is_told(county, report):
    cast.resolved(county, cast.objected(county, report))
    changes = revised(county, report).opened["changes"]
    (line,) = [one for one in changes if one["finding"]]
    assert line["was"]["accepted"] is None
    assert line["now"] == {
        "accepted": "30000.00",
        "cause_label": "按规定不计入",
        "explanation": "赔偿协议和入账记录相符",
    }
    sums = [one for one in changes if not one["finding"]]
    assert {"was": {"accepted": None}, "now": {"accepted": "30000.00"}}.items() <= next(
        one for one in sums if one["label"] == "其中存款"
    ).items()


def test_two_other_officers_sign_it_and_its_validity_is_not_longer(county, report):
    cast.resolved(county, cast.objected(county, report))
    second = cast.signed_off(county, revised(county, report))
    assert second.valid_until == report.valid_until
    assert second.prepared_by_id != second.countersigned_by_id


def test_an_open_objection_is_waited_for(county, report):
    cast.objected(county, report)
    with pytest.raises(NotRevised, match="没有复核完"):
        revised(county, report)


def test_only_the_newest_issued_version_of_ones_own_body_is_revised(county, report):
    with pytest.raises(NotYours):
        revise(
            report=report,
            ground=Ground.OBJECTION,
            by=replace(county.prepares, agency=county.street.pk),
        )
    second = revised(county, report)
    for one in (report, second):
        with pytest.raises(NotRevised, match="更新的版次"):
            revised(county, one)
    cast.signed_off(county, second)
    assert revised(county, second).version == 3


def test_the_replaced_version_is_not_objected_to_any_more(county, report):
    cast.signed_off(county, revised(county, report))
    with pytest.raises(NotTakenIn, match="第 2 版"):
        cast.objected(county, report)


def test_what_is_contested_in_one_version_is_on_hold_in_the_next_which_waits(county, report):
    second = revised(county, report)
    objection = cast.objected(county, report)
    assert held_lines(second) == {cast.finding_on(second, BANK).position}
    from hedui.procedure.reports.acts import submit

    waiting = submit(report=second, officer=county.officers["liu"], by=county.prepares)
    with raw.refused("report: no new version over an open objection"):
        raw.update(
            waiting,
            status="issued",
            countersigned_by_id=county.officers["zhao"].pk,
            issued_at=waiting.drafted_at,
            valid_until=today(),
        )
    cast.resolved(county, objection)
    assert held_lines(second) == set()


def test_the_database_adds_no_version_but_after_an_issued_one(county, report):
    row = Report.objects.get(pk=report.pk)
    fresh = {"status": "draft", "prepared_by_id": None, "countersigned_by_id": None}
    names = {"id": "0" * 32, "number": "x", "code": "x"}
    with raw.refused("report: a new version follows an issued one"):
        raw.insert(row, version=3, **fresh, **names)
    revised(county, report)
    with raw.refused("report: a new version follows an issued one"):
        raw.insert(row, version=3, **fresh, **names)


# ------------------------------------------------------------------ asking once more


def again(report: Report, reason="objection", item=BANK, *, by) -> Reverification:
    return reverify(finding=cast.finding_on(report, item), reason=reason, by=by)


def come_back(report: Report, rows) -> None:
    """Let the worker ask what was ordered, and the department answer."""
    (envelope,) = inquire(commission=report.commission, again=True, by=WORKER)
    received = [
        Received(t, "FOUND", match="exact", as_of=today(), serial="again", unit="bank", rows=rows)
        for t in envelope.tickets
    ]
    receive(commission=report.commission, received=received, by=WORKER)


def test_a_doubted_source_is_asked_once_more_through_the_gate(county, report):
    again(report, by=county.prepares)
    assert Inquiry.objects.filter(round=1).count() == 0
    come_back(report, ({"bank": "某银行", "balance_fen": 3_000_000},))
    asked = Inquiry.objects.get(round=1)
    assert (asked.source, asked.member.key, asked.tickets.count()) == ("bank", "a", 1)
    line = line_on(revised(county, report, Ground.CORRECTION))
    assert (line["found"], line["status"]) == ("30000.00", "consistent")
    assert line_on(report)["found"] == "80000.00"


def test_both_answers_are_listed_and_the_new_one_is_compared(county, report):
    again(report, by=county.prepares)
    come_back(report, ({"bank": "某银行", "balance_fen": 7_000_000},))
    body = revised(county, report).opened
    rounds = [s["round"] for s in body["sources"] if (s["source"], s["member"]) == ("bank", "a")]
    assert rounds == [0, 1]
    assert line_on(report)["found"] == "80000.00"


def test_an_item_waits_for_the_answer_and_so_does_the_new_version(county, report):
    objection = cast.objected(county, report)
    again(report, by=county.prepares)
    assert awaited_again(report.commission)
    with pytest.raises(NotResolved, match="正在复核查询"):
        cast.resolved(county, objection)
    come_back(report, ({"bank": "某银行", "balance_fen": 3_000_000},))
    cast.resolved(county, objection)
    again(report, "silence", "real_estate.unit_no", by=county.prepares)
    with pytest.raises(NotRevised, match="正在复核查询"):
        revised(county, report)


def test_nothing_is_asked_again_without_an_order_or_twice_at_once(county, report):
    assert inquire(commission=report.commission, again=True, by=WORKER) == []
    again(report, by=county.prepares)
    with pytest.raises(NotAskedAgain, match="正在查询"):
        again(report, by=county.prepares)
    come_back(report, ())
    assert inquire(commission=report.commission, again=True, by=WORKER) == []


def test_who_has_revoked_is_not_asked_about_again(county, report):
    for held in report.commission.case.authorizations.filter(member__key="a"):
        revoke(authorization=held, reason="本人要求撤回", by=county.intake)
    with pytest.raises(NotAskedAgain, match="重新授权"):
        again(report, by=county.prepares)


def test_nothing_is_asked_again_once_the_agreement_or_the_commission_is_over(county, report):
    held = Agreement.objects.get(department__source="bank")
    end_agreement(agreement=held, by=cast.administrators()[0])
    with pytest.raises(NotAskedAgain, match="没有有效的协议"):
        again(report, by=county.prepares)
    close(commission=report.commission, by=county.countersigns)
    with pytest.raises(NotAskedAgain, match="已经办结"):
        again(report, by=county.prepares)
    assert not Reverification.objects.exists()


def test_a_line_without_a_source_or_of_another_body_is_not_asked(county, report):
    finding = cast.finding_on(report, BANK)
    with pytest.raises(NotYours):
        reverify(
            finding=finding,
            reason="objection",
            by=replace(county.prepares, agency=county.street.pk),
        )
    finding.source = ""
    with pytest.raises(Refusal, match="没有可以查询的来源"):
        reverify(finding=finding, reason="objection", by=county.prepares)
    finding.source = "vehicle_tax"
    with pytest.raises(NotAskedAgain, match="没有就这个人查询过"):
        reverify(finding=finding, reason="objection", by=county.prepares)


def test_the_database_asks_nothing_again_that_nobody_ordered(county, report):
    asked = Inquiry.objects.get(source="bank", member__key="a")
    fresh = {"id": "0" * 32, "due_at": asked.due_at + timedelta(minutes=1)}
    with raw.refused("gate: an inquiry is asked once more on an order only"):
        raw.insert(asked, round=1, **fresh)
    ordered = again(report, by=county.prepares)
    raw.insert(asked, round=1, **fresh)
    row = Reverification.objects.get(pk=ordered.pk)
    message = "reverification: ordered by an officer, of a question that was asked and is over"
    for changes in (
        {"round": 3},
        {"round": 2},  # the question of the first round is on its way
        {"source": "unknown", "round": 1},
        {"ordered_by": "machine:worker", "source": "vehicle", "round": 1},
    ):
        with raw.refused(message):
            raw.insert(row, id="1" * 32, **changes)


# ------------------------------------------------------------------ 认定


WORDS = {cause: "已核实" for cause in Cause if cause != Cause.UNDECLARED}


def accepted(county, report, **changes):
    terms = {"cause": "valuation", "accepted": "78000", "reason": "按核对日余额"} | changes
    return accept(finding=cast.finding_on(report, BANK), **terms, by=county.prepares)


def test_the_officer_in_charge_accepts_on_a_draft_with_cause_and_reason(county):
    draft = cast.drafted(county, cast.MORE_IN_THE_BANK)
    accepted(county, draft, accepted="60,000.5")
    accepted(county, draft)
    line = line_on(draft)
    assert (line["declared"], line["found"], line["accepted"]) == (
        "30000.00",
        "80000.00",
        "78000.00",
    )
    assert draft.opened["findings"][cast.finding_on(draft, BANK).position]["accepted"] is None
    issued = cast.signed_off(county, draft)
    verifies(issued)
    assert line_on(issued)["cause_label"] == "估值不同"
    assert issued.opened["assessment"]["accepted"]["financial_assets"] == "78000.00"
    assert Acceptance.objects.count() == 2


def test_a_report_that_is_sent_back_takes_another_word(county):
    from hedui.procedure.reports.acts import send_back, submit

    draft = cast.drafted(county, cast.MORE_IN_THE_BANK)
    accepted(county, draft)
    held = submit(report=draft, officer=county.officers["liu"], by=county.prepares)
    with pytest.raises(NotAccepted, match="只有待经办核定"):
        accepted(county, held)
    back = send_back(report=held, by=county.countersigns)
    accepted(county, back, accepted="50000")
    assert line_on(cast.signed_off(county, back))["accepted"] == "50000.00"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"accepted": ""}, "accepted"),
        ({"accepted": "-1"}, "accepted"),
        ({"reason": " "}, "reason"),
        ({"cause": "undeclared"}, "excluded"),
        ({"cause": "undeclared", "excluded": {**WORDS, "time": " "}}, "excluded"),
        ({"cause": "undeclared", "excluded": WORDS}, "cause"),
    ],
)
def test_what_cannot_be_accepted_is_refused_with_a_word(county, changes, field):
    draft = cast.drafted(county, cast.MORE_IN_THE_BANK)
    with pytest.raises(NotAccepted) as refusal:
        accepted(county, draft, **changes)
    assert refusal.value.field == field
    assert not Acceptance.objects.exists()


def test_undeclared_is_left_when_all_else_is_ruled_out_and_the_time_to_object_is_over(
    county, report
):
    cast.long_issued(report, days=90)
    cast.delivered(county, report, delivered_on=today() - timedelta(days=60))
    second = revised(county, report, Ground.CLASSIFIED)
    accepted(county, second, cause="undeclared", excluded=WORDS, accepted="80000")
    line = line_on(second)
    assert line["cause_label"] == "应申报未申报"
    assert "隐瞒" not in str(second.opened)


def test_the_database_calls_nothing_undeclared_before(county, report):
    second = revised(county, report, Ground.CLASSIFIED)
    made = accepted(county, second)
    row = Acceptance.objects.get(pk=made.pk)
    six = sorted(WORDS)
    early: tuple[tuple[dict[str, Any], str], ...] = (
        ({"cause": "undeclared", "excluded": six[1:]}, "only when every other cause is ruled out"),
        (
            {"cause": "undeclared", "excluded": [*six[1:], "undeclared"]},
            "only when every other cause is ruled out",
        ),
        (
            {"cause": "undeclared", "excluded": six},
            "only after the family was told and had its time to object",
        ),
    )
    for changes, message in early:
        with raw.refused(f"acceptance: undeclared {message}"):
            raw.insert(row, id="2" * 32, **changes)
    issued = cast.finding_on(report, BANK)
    wrong: tuple[dict[str, Any], ...] = (
        {"finding_id": issued.pk},
        {"accepted_by": "machine:worker"},
        {"cause": "guilty"},
        {"content": b""},
    )
    for other in wrong:
        with raw.refused(
            "acceptance: of a finding of a draft, by an officer, for one of the causes"
        ):
            raw.insert(row, id="2" * 32, **other)


def test_what_was_accepted_is_carried_while_the_numbers_stand(county):
    draft = cast.drafted(county, cast.MORE_IN_THE_BANK)
    accepted(county, draft)
    first = cast.signed_off(county, draft)
    assert line_on(revised(county, first, Ground.LATE_ANSWER))["accepted"] == "78000.00"


def test_where_the_numbers_change_what_was_accepted_is_asked_anew(county):
    draft = cast.drafted(county, cast.MORE_IN_THE_BANK)
    accepted(county, draft)
    first = cast.signed_off(county, draft)
    again(first, by=county.prepares)
    come_back(first, ({"bank": "某银行", "balance_fen": 9_000_000},))
    line = line_on(revised(county, first, Ground.CORRECTION))
    assert (line["found"], line["accepted"]) == ("90000.00", None)


def test_another_body_accepts_nothing(county):
    draft = cast.drafted(county, cast.MORE_IN_THE_BANK)
    with pytest.raises(NotYours):
        accept(
            finding=cast.finding_on(draft, BANK),
            cause="time",
            accepted="1",
            reason="x",
            by=replace(county.prepares, agency=county.street.pk),
        )


def test_a_number_of_things_is_accepted_as_a_number(county):
    cars = {("a", "vehicle"): [{"vehicle_class": "car", "status": "normal"}]}
    draft = cast.drafted(county, cars)
    finding = draft.findings.filter(source="vehicle", member__key="a").first()
    terms = {"finding": finding, "cause": "time", "reason": "已报废,有回收证明"}
    with pytest.raises(NotAccepted, match="数量"):
        accept(**terms, accepted="0.5", by=county.prepares)
    accept(**terms, accepted="0", by=county.prepares)
    assert as_accepted(draft)["totals"]["accepted"]["vehicles"] == 0
