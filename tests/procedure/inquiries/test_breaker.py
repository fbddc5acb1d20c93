"""A department that fails is left alone, tried by one, and asked again; it keeps nobody else."""

import json
import time
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hedui.procedure.agencies.models import Department
from hedui.procedure.authorizations.acts import revoke
from hedui.procedure.inquiries import breaker, dispatch, pacing
from hedui.procedure.inquiries.acts import Received, inquire, receive
from hedui.procedure.inquiries.connectors import https_json
from hedui.procedure.inquiries.failures import FAILURES
from hedui.procedure.inquiries.models import Inquiry, Ticket
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment
from hedui.procedure.reports.tasks import verify
from tests import cast
from tests.procedure import raw

DOWN = ("NO_ANSWER", "ConnectionRefusedError")


def bank() -> Department:
    return Department.objects.get(source="bank")


def answer(commission, outcome: str, code: str = "", source: str = "bank"):
    """Ask, and let one department answer so; return what left for it."""
    left = [
        t for e in inquire(commission=commission, by=WORKER) for t in e.tickets
        if e.department.source == source
    ]  # fmt: skip
    receive(commission=commission, received=[Received(t, outcome, code) for t in left], by=WORKER)
    return left


def failed(commission, times: int = breaker.FAULTS_TO_REST) -> None:
    for _ in range(times):
        assert answer(commission, *DOWN)


def over() -> None:
    """Let the rest be over."""
    Department.objects.filter(source="bank").update(rests_until=moment() - timedelta(seconds=1))


def still() -> None:
    """Let it rest for longer than a busy machine takes for a test."""
    rests = moment() + breaker.LONGEST_REST
    Department.objects.filter(source="bank").update(rests_until=rests)


def test_after_some_failures_in_a_row_it_rests(commission):
    failed(commission, breaker.FAULTS_TO_REST - 1)
    assert bank().rests_until is None
    failed(commission, 1)
    assert moment() < bank().rests_until <= moment() + breaker.FIRST_REST
    assert answer(commission, *DOWN) == []
    assert Ticket.objects.filter(inquiry__source="bank").count() == 3 * breaker.FAULTS_TO_REST
    last = [json.loads(e.content)["detail"] for e in Entry.objects.filter(act="inquiries.receive")]
    assert [d["rests"] for d in last if "rests" in d] == [str(bank().pk)]


def test_an_answer_between_failures_is_a_new_beginning(county, commission):
    failed(commission, breaker.FAULTS_TO_REST - 1)
    other = cast.commissioned(county)
    answer(other, "NOT_FOUND")
    assert (bank().faults, bank().rests_until) == (None, None)


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        ("UNAVAILABLE", "pdng"),
        ("UNREADABLE", "QUARANTINED"),
        ("NO_ANSWER", "MemoryError"),
        ("NO_ANSWER", "ticket_expired"),
    ],
)
def test_what_is_not_the_departments_failure_does_not_count(commission, outcome, code):
    for _ in range(breaker.FAULTS_TO_REST):
        answer(commission, outcome, code)
    assert (bank().faults, bank().rests_until) == (None, None)


def test_when_it_has_rested_one_tries_and_the_others_wait_for_it(county, commission):
    failed(commission)
    others = [cast.commissioned(county) for _ in range(2)]
    over()
    tried = [len(answer(one, "UNAVAILABLE", "pdng")) for one in (others[0],)]
    assert tried == [3]
    assert (bank().faults, bank().rests_until) == (None, None)
    assert len(answer(others[1], "NOT_FOUND")) == 3


def test_while_one_tries_nobody_else_is_sent(county, commission):
    failed(commission)
    others = [cast.commissioned(county) for _ in range(2)]
    over()
    first = inquire(commission=others[0], by=WORKER)
    assert "bank" in {e.department.source for e in first}
    second = inquire(commission=others[1], by=WORKER)
    assert "bank" not in {e.department.source for e in second}
    assert others[1].resumes_at > moment()


def test_a_try_that_fails_is_followed_by_a_longer_rest(commission):
    raw.changed(Department.objects.filter(source="bank"), answer_within=3600)
    failed(commission)
    for longer in (2, 4, 8):
        over()
        failed(commission, 1)
        rest = bank().rests_until - moment()
        assert rest > breaker.FIRST_REST * (longer - 0.5)
    Department.objects.filter(source="bank").update(faults=10_000)
    over()
    failed(commission, 1)
    assert bank().rests_until - moment() <= breaker.LONGEST_REST


def test_who_asks_meanwhile_has_their_deadline_and_no_attempt(county, commission):
    """Silence is 未反馈 when its time is over, whether or not there was an attempt."""
    failed(commission)
    still()
    later = cast.commissioned(county)
    inquire(commission=later, by=WORKER)
    asked = Inquiry.objects.filter(commission=later, source="bank")
    assert asked.count() == 3
    assert not Ticket.objects.filter(inquiry__in=asked).exists()
    assert later.resumes_at <= min(asked.values_list("due_at", flat=True))


@pytest.mark.parametrize("seconds", [8, 20, 100, 86_400])
def test_no_rest_outlasts_the_time_that_a_question_has(commission, seconds):
    """Or it would end unanswered although the department is back."""
    failed(commission)
    raw.changed(Department.objects.filter(source="bank"), faults=10_000, answer_within=seconds)
    over()
    failed(commission, 1)
    longest = min(timedelta(seconds=seconds) / breaker.RESTS_IN_A_TERM, breaker.LONGEST_REST)
    rest = bank().rests_until - moment()
    assert longest - timedelta(seconds=2) < rest <= longest


@pytest.mark.parametrize("backlog", [0, 1500])
def test_who_waits_while_another_tries_looks_again_in_time(county, commission, backlog):
    """The try may be over at once, or end with its process: neither costs others their answer."""
    failed(commission)
    others = [cast.commissioned(county) for _ in range(2)]
    over()
    assert inquire(commission=others[0], by=WORKER)
    for place in range(backlog):
        verify.using(run_after=moment() + timedelta(minutes=5)).enqueue(str(place))
    inquire(commission=others[1], by=WORKER)
    first_over = min(others[1].inquiries.filter(source="bank").values_list("due_at", flat=True))
    assert moment() < others[1].resumes_at < first_over - timedelta(seconds=8)


def test_nobody_looks_again_more_often_than_it_helps(county, commission):
    failed(commission)
    asked = Inquiry(due_at=moment() + timedelta(seconds=20))
    at, looks, far = moment(), 0, moment() + timedelta(hours=1)
    while at < asked.due_at:
        at, looks = breaker.in_time(far, asked, at), looks + 1
    assert 4 <= looks <= 8


def test_while_all_goes_well_it_costs_no_statement(county):
    commission = cast.commissioned(county)
    with CaptureQueriesContext(
        connection,
    ) as well:
        cast.answered(commission)
    assert not [q for q in well.captured_queries if "faults" in q["sql"] and "UPDATE" in q["sql"]]
    assert not [q for q in well.captured_queries if "dbtaskresult" in q["sql"]]


def test_who_comes_and_finds_nothing_to_do_leaves_no_entry(county, commission):
    failed(commission)
    still()
    others = cast.commissioned(county)
    cast.answered(others)  # all but the bank
    before = Entry.objects.count()
    assert inquire(commission=others, by=WORKER) == []
    assert Entry.objects.count() == before


def test_what_was_revoked_or_ended_while_it_rested_is_not_sent(county, commission):
    """F28: days later there is a backlog; each authorization is looked at when its turn comes."""
    failed(commission)
    later = cast.commissioned(county)
    inquire(commission=later, by=WORKER)
    gone = later.case.authorizations.get(member__key="a")
    revoke(authorization=gone, reason="本人要求撤回", by=county.intake)
    over()
    left = answer(later, "NOT_FOUND")
    assert {t.inquiry.member.key for t in left} == {"b", "c"}


def test_a_backlog_comes_back_so_many_a_minute_and_the_longest_waiting_first(county):
    at = moment()
    soon = at + timedelta(seconds=5)
    given = []
    for place in range(30):
        again = pacing.turn(soon, at, 10)
        given.append((again - soon) // pacing.MINUTE)
        verify.using(run_after=again).enqueue(str(place))
    assert given == [place // 10 for place in range(30)]
    assert all(pacing.turn(soon, at, 1) <= at + pacing.LONGEST_WAY for _ in range(3))


def test_a_department_that_hangs_keeps_only_its_own_threads(commission, monkeypatch):
    freed, hung = Event(), []

    def ask(message, passage):
        if message == "bank":
            hung.append(1)
            freed.wait(5)
        return message

    for _ in range(4 * dispatch.THREADS_EACH):
        dispatch._senders_to(bank().pk).submit(ask, "bank", None)
    began = time.monotonic()
    tax = Department.objects.get(source="tax")
    assert dispatch._senders_to(tax.pk).submit(ask, "tax", None).result(2) == "tax"
    assert time.monotonic() - began < 1
    assert len(hung) == dispatch.THREADS_EACH
    freed.set()


def test_every_fault_is_somebodys_to_mend():
    for kind in FAILURES.values():
        assert not (kind.is_fault and kind.is_ours)
    assert breaker.TRIED_WITHIN.total_seconds() > https_json.PATIENCE
