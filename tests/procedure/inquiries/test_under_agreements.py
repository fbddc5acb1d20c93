"""A department is asked under an agreement in force, for what it names, and not otherwise."""

import time
from datetime import datetime, timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest

from hedui.procedure.agencies.agreements import end_agreement
from hedui.procedure.agencies.models import Agreement, Department
from hedui.procedure.inquiries import dispatch, pacing
from hedui.procedure.inquiries.acts import Received, inquire, receive
from hedui.procedure.inquiries.models import Inquiry, Ticket
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import SHANGHAI, moment, today
from hedui.procedure.reports.drafting import draft
from tests import cast
from tests.procedure import raw
from tests.procedure.inquiries.conftest import ticket_for
from tests.procedure.inquiries.test_gate import to_the_tax_office

AGREEMENT = "gate: no agreement with this department, there and today"
BEYOND = "gate: item not in the agreement"
OVER = "gate: the agreement is not in force now"
HOURS = "gate: outside the hours agreed"


@pytest.fixture
def bank(county):
    return Department.objects.get(source="bank")


def ended(agreement):
    return end_agreement(agreement=agreement, by=cast.administrators()[0])


def on_another(inquiry, **changes):
    return {"agreement_id": cast.agreed(inquiry.department, **changes).id}


def on_written(inquiry, **changes):
    """Write an agreement that no act would propose, and have it approved."""
    identifier = uuid4()
    raw.insert(cast.proposed(inquiry.department), id=identifier, **changes)
    held = Agreement.objects.get(pk=identifier)
    raw.update(held, approved_by="officer:2", approved_at=moment())
    return {"agreement_id": identifier}


WRONG = {
    "no agreement": (lambda i: {"agreement_id": None}, AGREEMENT),
    "an agreement that is not there": (lambda i: {"agreement_id": uuid4()}, AGREEMENT),
    "an agreement with another department": (
        lambda i: {"agreement_id": Department.objects.get(source="tax").agreements.get().id},
        AGREEMENT,
    ),
    "a proposal": (lambda i: {"agreement_id": cast.proposed(i.department).id}, AGREEMENT),
    "an agreement that was ended": (lambda i: {"agreement_id": ended(i.agreement).id}, AGREEMENT),
    "an agreement from tomorrow on": (
        lambda i: on_another(i, first_day=today() + timedelta(days=1)),
        AGREEMENT,
    ),
    "an item that was not agreed": (lambda i: on_another(i, items=["bank.bank"]), BEYOND),
    "one item that was not agreed": (
        lambda i: (
            on_another(i, items=["bank.balance_fen"]) | {"items": ["bank.balance_fen", "bank.bank"]}
        ),
        BEYOND,
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_the_gate_refuses_an_inquiry_on(what, inquiry):
    change, message = WRONG[what]
    changes = change(inquiry)
    with raw.refused(message):
        raw.insert(inquiry, **changes)
    assert not Inquiry.objects.exists()


def test_the_gate_refuses_an_inquiry_after_the_last_day(inquiry):
    yesterday = {"first_day": today() - timedelta(days=9), "last_day": today() - timedelta(days=1)}
    over = on_written(inquiry, **yesterday)
    with raw.refused(AGREEMENT):
        raw.insert(inquiry, **over)


def test_the_gate_admits_what_was_agreed(inquiry):
    raw.insert(inquiry, **on_another(inquiry, items=["bank.balance_fen"]))
    assert Inquiry.objects.get().agreement.items == ["bank.balance_fen"]


def test_the_gate_mints_no_ticket_once_the_agreement_was_ended(ticket):
    """Whatever else is being asked under another."""
    raw.insert(to_the_tax_office(ticket.inquiry, ticket.inquiry.authorization))
    ended(ticket.inquiry.agreement)
    with raw.refused(OVER):
        raw.insert(ticket)
    assert not Ticket.objects.exists()


def hours(inquiry, opens, closes):
    """Agree on hours, so many from now; all are of today's clock in China."""
    local = moment().astimezone(SHANGHAI)
    return on_another(
        inquiry,
        opens=(local + timedelta(hours=opens)).time().replace(microsecond=0),
        closes=(local + timedelta(hours=closes)).time().replace(microsecond=0),
    )


WITHIN = [(-1, 1), (-1, 13), (-13, 1), (-23, 0.5), (-0.5, 0.5), (-0.25, -0.5), (0.5, 0.25)]
OUTSIDE = [(1, 2), (1, 13), (-13, -1), (1, -1), (0.25, 0.75), (-0.75, -0.25), (0.5, -0.5)]


@pytest.mark.parametrize(("opens", "closes"), WITHIN)
def test_the_gate_mints_a_ticket_within_the_hours_agreed(inquiry, opens, closes):
    raw.insert(inquiry, **hours(inquiry, opens, closes))
    raw.insert(ticket_for(inquiry))


@pytest.mark.parametrize(("opens", "closes"), OUTSIDE)
def test_the_gate_mints_no_ticket_outside_the_hours_agreed(inquiry, opens, closes):
    raw.insert(inquiry, **hours(inquiry, opens, closes))
    with raw.refused(HOURS):
        raw.insert(ticket_for(inquiry))


@pytest.mark.parametrize("rests", ["bank", "tax"])
def test_a_department_that_rests_keeps_no_other_from_being_asked(inquiry, rests):
    tax = to_the_tax_office(inquiry, inquiry.authorization)
    at = {"bank": inquiry, "tax": tax}
    for source, question in at.items():
        changes = hours(question, 1, 2) if source == rests else {}
        raw.insert(question, **changes)
    with raw.refused(HOURS):
        raw.insert(ticket_for(at.pop(rests)))
    (asked,) = at.values()
    raw.insert(ticket_for(asked))


def test_hours_that_open_and_close_at_one_moment_let_nothing_through(inquiry):
    """No act proposes them; whoever writes the row gets no question through."""
    one = datetime.min.time()
    raw.insert(inquiry, **on_written(inquiry, opens=one, closes=one))
    with raw.refused(HOURS):
        raw.insert(ticket_for(inquiry))


def test_a_department_that_rests_is_asked_when_it_opens_and_the_others_at_once(county, bank):
    local = moment().astimezone(SHANGHAI)
    opens = (local + timedelta(hours=2)).time().replace(second=0, microsecond=0)
    closes = (local + timedelta(hours=4)).time().replace(second=0, microsecond=0)
    cast.agreed(bank, opens=opens, closes=closes)
    ordered = cast.commissioned(county)
    envelopes = inquire(commission=ordered, by=WORKER)
    assert "bank" not in {e.department.source for e in envelopes} and len(envelopes) == 5
    assert not Inquiry.objects.filter(source="bank").exists(), "its deadline has not begun"
    opening = datetime.combine((local + timedelta(hours=2)).date(), opens, SHANGHAI)
    assert ordered.resumes_at == opening
    tickets = [ticket for envelope in envelopes for ticket in envelope.tickets]
    arrived = [Received(ticket, "NOT_FOUND") for ticket in tickets]
    receive(commission=ordered, received=arrived, by=WORKER)
    assert dispatch.dispatch(ordered) == opening


def test_who_rests_is_asked_in_its_hour_though_an_answer_by_file_takes_days(county, bank):
    cast.agreed(bank, channel="upload")
    raw.changed(Department.objects.filter(pk=bank.pk), answer_within=3 * 86_400)
    local = moment().astimezone(SHANGHAI)
    opening = (local + timedelta(hours=2)).replace(second=0, microsecond=0)
    closing = (opening + timedelta(hours=2)).time()
    tax = Department.objects.get(source="tax")
    cast.agreed(tax, opens=opening.time(), closes=closing)
    ordered = cast.commissioned(county)
    tickets = [t for e in inquire(commission=ordered, by=WORKER) for t in e.tickets]
    arrived = [Received(ticket, "NOT_FOUND") for ticket in tickets]
    receive(commission=ordered, received=arrived, by=WORKER)
    assert Inquiry.objects.filter(source="bank").exists()
    assert not Inquiry.objects.filter(source="tax").exists()
    assert dispatch.dispatch(ordered) == opening


def test_an_answer_in_hand_is_kept_when_the_agreement_ends_and_nothing_more_is_asked(county, bank):
    ordered = cast.commissioned(county)
    envelopes = inquire(commission=ordered, by=WORKER)
    ended(bank.agreements.get())
    tickets = [t for e in envelopes for t in e.tickets if t.inquiry.source == "bank"]
    one, *others = tickets
    silence = [Received(ticket, "NO_ANSWER") for ticket in others]
    receive(commission=ordered, received=[Received(one, "NOT_FOUND"), *silence], by=WORKER)
    assert one.inquiry.replies.get().conclusive
    again = inquire(commission=ordered, by=WORKER)
    assert "bank" not in {e.department.source for e in again}


def test_items_that_were_not_agreed_are_not_asked_and_the_report_says_why(county, bank):
    cast.agreed(bank, items=["bank.balance_fen", "bank.bank"])
    ordered = cast.commissioned(county)
    cast.answered(ordered, {("a", "bank"): [{"bank": "甲", "balance_fen": 3_000_000}]})
    report = draft(commission=ordered, by=WORKER).opened
    asked = {tuple(s["items"]) for s in report["sources"] if s["source"] == "bank"}
    assert asked == {("bank.balance_fen", "bank.bank")}
    left = [x for x in report["left_out"] if (x["member"], x["source"]) == ("a", "bank")]
    assert {x["reason"] for x in left} == {"与该部门的协议不包含这些项目,未查询"}
    assert left[0]["items"] == ["账号后四位", "账户类型", "近六个月大额支出合计"]
    assert report["totals"]["found"]["deposits"] == "30000.00"


def test_where_what_tells_the_rows_apart_was_not_agreed_nothing_is_taken_for_none(county):
    tax = Department.objects.get(source="tax")
    cast.agreed(tax, items=["tax.amount_fen", "tax.period"])
    ordered = cast.commissioned(county)
    month = (ordered.case.applied_on.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    cast.answered(ordered, {("a", "tax"): [{"amount_fen": 420_000, "period": month}]})
    report = draft(commission=ordered, by=WORKER).opened
    assert report["totals"]["found"]["income_by_class"]["wage"] is None
    lines = [f for f in report["findings"] if f["source"] == "tax" and f["member"] == "a"]
    assert {line["status"] for line in lines} == {"not_comparable"}
    assert "没有查询" in lines[0]["note"]


def test_an_answer_older_than_was_agreed_counts_for_what_it_shows_and_proves_no_absence(
    county, bank
):
    cast.agreed(bank, max_age_days=7)
    ordered = cast.commissioned(county)
    rows = {("a", "bank"): [{"bank": "甲", "balance_fen": 3_000_000}]}
    cast.answered(ordered, rows, as_of=today() - timedelta(days=8))
    report = draft(commission=ordered, by=WORKER).opened
    line = next(s for s in report["sources"] if (s["member"], s["source"]) == ("a", "bank"))
    said = "数据早于协议约定的 7 天,没有查到的不说明没有"
    assert (line["outcome"], line["reason"]) == ("FOUND", said)
    found = {f["member"]: f for f in report["findings"] if f["item"] == "bank.balance_fen"}
    assert (found["a"]["status"], found["a"]["found"]) == ("consistent", "30000.00")
    assert "时间较早" in found["a"]["note"]
    assert {found[key]["status"] for key in "bc"} == {"not_found"}
    assert report["totals"]["found"]["deposits"] is None, "of the others nothing is known"


def test_an_answer_as_old_as_was_agreed_is_relied_on(county, bank):
    cast.agreed(bank, max_age_days=7)
    ordered = cast.commissioned(county)
    rows = {(k, "bank"): [{"bank": "甲", "balance_fen": 3_000_000}] for k in ("a",)}
    cast.answered(ordered, rows, as_of=today() - timedelta(days=7))
    report = draft(commission=ordered, by=WORKER).opened
    assert report["totals"]["found"]["deposits"] == "30000.00"


def test_what_is_registered_about_a_person_is_shown_for_somebody_to_look_at(county):
    """婚姻、死亡、市场主体: asked because departments here have agreed, each in its place."""
    besides = ("civil_affairs", "death", "business_registration")
    for source in besides:
        cast.department(source)
    ordered = cast.commissioned(county, cast.authorized(county, *besides))
    cast.answered(
        ordered,
        {
            ("a", "civil_affairs"): [{"marital_status": "divorced", "spouse_tail": "0011"}],
            ("b", "death"): [{"died_on": "2025-01-02"}],
            ("b", "business_registration"): [
                {
                    "usc_code": "91310101MA1FPX0000",
                    "entity_name": "示例小店",
                    "entity_type": "sole_trader",
                    "role": "owner",
                    "status": "active",
                }
            ],
        },
    )
    report = draft(commission=ordered, by=WORKER).opened
    lines = {(f["member"], f["item"]): f for f in report["findings"]}
    married = lines["a", "civil_affairs.marital_status"]
    assert (married["unit"], married["declared"], married["found"]) == ("words", None, None)
    assert "登记的是“离婚”" in married["note"] and "不是收入或者财产" in married["note"]
    assert lines["b", "death.died_on"]["status"] == "awaiting_explanation"
    assert "2025-01-02" in lines["b", "death.died_on"]["note"]
    shop = lines["b", "business_registration.usc_code"]
    assert (shop["status"], shop["declared"], shop["found"]) == ("inconsistent", 0, 1)
    assert report["assessment"]["found"]["tests"]["business"] != "pass"
    assert ("a", "death.died_on") not in lines
    assert not [x for x in report["not_asked"] if x["source"] == "death"]


@pytest.fixture
def short_minute(monkeypatch):
    """Let a minute be over soon."""
    monkeypatch.setattr(pacing, "MINUTE", timedelta(seconds=1))


def sources_of(envelopes) -> list[str]:
    return [t.inquiry.source for e in envelopes for t in e.tickets]


def test_no_more_is_asked_in_a_minute_than_was_agreed_and_the_rest_after_it(
    county, bank, short_minute
):
    cast.agreed(bank, per_minute=2)
    first = cast.commissioned(county)
    at = moment()
    assert sources_of(inquire(commission=first, by=WORKER)).count("bank") == 2
    assert at < first.resumes_at <= moment() + timedelta(seconds=1)
    assert sources_of(inquire(commission=first, by=WORKER)).count("bank") == 0
    time.sleep(1.1)
    tickets = sources_of(inquire(commission=first, by=WORKER)).count("bank")
    assert tickets == 2, "the one that waited, and one that was not answered"


def test_a_minute_is_of_all_households_together(county, bank):
    cast.agreed(bank, per_minute=3)
    inquire(commission=cast.commissioned(county), by=WORKER)
    second = cast.commissioned(county)
    assert sources_of(inquire(commission=second, by=WORKER)).count("bank") == 0
    assert moment() < second.resumes_at <= moment() + timedelta(minutes=1)


def test_where_no_number_was_agreed_nothing_is_counted(county, django_assert_num_queries):
    inquiry, at = Inquiry(agreement=Agreement.objects.get(department__source="bank")), moment()
    with django_assert_num_queries(0):
        assert pacing.openings([inquiry], at) == {inquiry: at}


def test_what_waits_for_the_morning_takes_nobodys_place_in_the_minute(
    county, django_assert_num_queries
):
    agreement, at = Agreement.objects.get(department__source="bank"), moment()
    local = at.astimezone(SHANGHAI) + timedelta(hours=2)
    agreement.opens, agreement.closes = local.time(), (local + timedelta(hours=1)).time()
    agreement.per_minute = 1
    inquiry = Inquiry(agreement=agreement)
    with django_assert_num_queries(0):
        opens = pacing.openings([inquiry], at)
    assert opens == {inquiry: agreement.opening(at)} != {inquiry: at}


def test_a_question_that_would_wait_beyond_its_deadline_is_not_waited_for(county, bank):
    """Closed meanwhile, and due before it opens: the report does not wait for tomorrow."""
    ordered = cast.commissioned(county)
    envelopes = inquire(commission=ordered, by=WORKER)
    local = moment().astimezone(SHANGHAI) + timedelta(hours=2)
    closed = {"opens": local.time(), "closes": (local + timedelta(hours=1)).time()}
    with patch.object(Agreement, "opening", Agreement(**closed).opening):
        assert inquire(commission=ordered, by=WORKER) == []
    assert envelopes and ordered.resumes_at is None


def test_an_agreement_that_ended_before_the_department_opened_is_no_silence(county, bank):
    local = moment().astimezone(SHANGHAI) + timedelta(hours=2)
    opens, closes = local.time(), (local + timedelta(hours=1)).time()
    ordered = cast.commissioned(county)
    kept = cast.agreed(bank, opens=opens, closes=closes)
    inquire(commission=ordered, by=WORKER)
    ended(kept)
    inquire(commission=ordered, by=WORKER)
    assert ordered.resumes_at is None
    report = draft(commission=ordered, by=WORKER).opened
    assert not [s for s in report["sources"] if s["source"] == "bank"]
    assert [s for s in report["not_asked"] if s["source"] == "bank"]
