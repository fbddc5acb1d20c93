"""What a department does, or fails to do, is a result; and what is past its time is not sent."""

from concurrent.futures import Future
from datetime import timedelta
from queue import SimpleQueue

import pytest
from django.db import connection

from hedui.procedure.agencies.models import Agreement
from hedui.procedure.inquiries import acts, dispatch, elements, pacing
from hedui.procedure.inquiries.acts import inquire
from hedui.procedure.inquiries.connectors import https_json
from hedui.procedure.inquiries.door import KeptBack
from hedui.procedure.inquiries.models import Inquiry
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.outcome import Trouble
from hedui.procedure.reports.drafting import COUNTED
from hedui.wire.receiving import Answer, Excess, Rejected
from tests import cast


def test_what_breaks_while_asking_leaves_every_question_of_the_message_unanswered(commission):
    envelope = inquire(commission=commission, by=WORKER)[0]
    broken: Future[https_json.Arrived] = Future()
    broken.set_exception(MemoryError())
    results = dispatch._result(broken, envelope, None, set())
    assert {one.ticket for one in results} == set(envelope.tickets)
    assert {(one.outcome, one.code) for one in results} == {("NO_ANSWER", "MemoryError")}


def test_an_error_page_is_a_department_that_cannot_answer(commission):
    message = https_json.write(inquire(commission=commission, by=WORKER)[0])
    results = https_json.read(https_json.Arrived(message, 503, b"<html>"))
    assert {(one.outcome, one.code) for one in results} == {("UNAVAILABLE", "http_503")}


@pytest.mark.parametrize(
    "status, code, outcome",
    [("rjct", "x", "REFUSED"), ("pdng", "x", "UNAVAILABLE"), ("unreadable", "x", "UNREADABLE")]
    + [("rjct", code, "UNAVAILABLE") for code in sorted(elements.REFUSALS_THAT_PASS)],
)
def test_a_refusal_ends_the_question_unless_it_will_pass(commission, status, code, outcome):
    ticket = inquire(commission=commission, by=WORKER)[0].tickets[0]
    found = elements.received(ticket, Rejected(str(ticket.inquiry_id), "bank", status, code, ""))
    assert (found.outcome, found.code) == (outcome, code)


def test_nothing_is_tried_again_once_all_is_answered_or_past_its_time(county, monkeypatch):
    answered = cast.commissioned(county)
    cast.answered(answered)
    assert dispatch._next_attempt(answered) is None
    waiting = cast.commissioned(county)
    inquire(commission=waiting, by=WORKER)
    assert dispatch._next_attempt(waiting) is not None
    last = max(Inquiry.objects.filter(commission=waiting).values_list("due_at", flat=True))
    monkeypatch.setattr(dispatch, "moment", lambda: last + timedelta(seconds=1))
    assert dispatch._next_attempt(waiting) is None


def test_it_waits_longer_each_time_but_not_beyond_the_last_deadline(commission):
    inquire(commission=commission, by=WORKER)
    again = dispatch._next_attempt(commission)
    assert again
    assert moment() < again <= moment() + pacing.FIRST_PAUSE


def test_an_answer_that_holds_no_more_than_was_asked_has_no_excess(commission):
    ticket = inquire(commission=commission, by=WORKER)[0].tickets[0]
    answer = Answer(
        str(ticket.inquiry_id), "bank", "NOT_FOUND", today(), "bank", "S-1", "exact", (), (), None
    )
    found = elements.received(ticket, answer)
    assert (found.outcome, found.rows, found.excess) == ("NOT_FOUND", (), ())


def test_what_came_is_plain_text_and_what_was_not_asked_leaves_its_name_only(commission):
    ticket = inquire(commission=commission, by=WORKER)[0].tickets[0]
    excess = Excess(("police.record",), 2, "sha256:0")
    rows = ({"opened_on": today(), "balance_fen": 1},)
    answer = Answer(
        str(ticket.inquiry_id), "bank", "FOUND", today(), "bank", "S-1", "exact", rows, (), excess
    )
    found = elements.received(ticket, answer)
    assert found.rows == ({"opened_on": today().isoformat(), "balance_fen": 1},)
    assert found.excess == ({"names": "police.record", "rows": "2", "digest": "sha256:0"},)


def test_an_inquiry_that_was_answered_is_counted_once(commission):
    def counts():
        ((_, answered),) = COUNTED(commission.pk)
        return answered

    assert counts() == 0
    cast.answered(commission)
    assert counts() == Inquiry.objects.filter(commission=commission).count() > 0


def test_a_message_that_cannot_be_written_leaves_no_question_and_no_entry(commission, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite 没有同时进行的工作")

    def unwritten(_):
        raise Trouble("缺少签名密钥")

    entries = Entry.objects.count()
    monkeypatch.setattr(https_json, "write", unwritten)
    with pytest.raises(Trouble):
        dispatch.dispatch(commission)
    assert not Inquiry.objects.filter(commission=commission).exists()
    assert Entry.objects.count() == entries


def test_what_came_to_the_door_before_the_gate_refused_does_not_leave(committed, monkeypatch):
    """It comes there while the gate looks at what it asks; then the gate's act is taken back."""
    commission = cast.commissioned(committed)
    came: SimpleQueue[str] = SimpleQueue()

    def send(*_, leave, **__):
        try:
            leave()
            came.put("left")
        except KeptBack as kept:
            came.put(kept.code)
            raise
        return 200, b""

    def refuses(_):
        raise ZeroDivisionError

    monkeypatch.setattr(https_json.lines, "send", send)
    monkeypatch.setattr(acts, "_asked", refuses)
    with pytest.raises(ZeroDivisionError):
        dispatch.dispatch(commission)
    assert not Inquiry.objects.filter(commission=commission).exists()
    if connection.vendor == "postgresql":  # on SQLite nobody comes before the gate is done
        agreed = {agreement.department_id for agreement in Agreement.objects.all()}
        assert [came.get(timeout=10) for _ in agreed] == ["revoked"] * len(agreed)
    assert came.empty()
