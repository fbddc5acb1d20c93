"""What the worker does beside its tasks: a department that hangs keeps no other waiting."""

import threading
import time
from collections import Counter
from threading import Event
from uuid import uuid4

import pytest

from hedui.procedure.agencies.models import Department
from hedui.procedure.inquiries.breaker import FAULTS_TO_REST
from hedui.procedure.inquiries.connectors import Unreachable
from hedui.procedure.record.moment import moment
from hedui.procedure.reports import beside
from hedui.wire.checks import WireError
from tests import cast

pytestmark = pytest.mark.django_db
MESSAGES = [uuid4() for _ in range(8)]


@pytest.fixture
def bank(county):
    return Department.objects.get(source="bank")


class Watching:
    """The loop of the worker, with departments of which one may hang, at what the test names."""

    def __init__(self, monkeypatch, county):
        self.bank, self.tax = (Department.objects.get(source=one) for one in ("bank", "tax"))
        self.stop, self.goes_on = Event(), Event()
        self.asked: Counter[str] = Counter()
        self.agreements = [cast.agreed(one, channel="folder") for one in (self.bank, self.tax)]
        monkeypatch.setattr(beside, "EXCHANGE_EVERY", 0.01)
        monkeypatch.setattr(beside, "LEAVE_WITHIN", 0.3)
        monkeypatch.setattr(beside, "exchanged", lambda: [])
        monkeypatch.setattr(beside.later, "not_called_back", lambda: [])
        monkeypatch.setattr(beside, "unanswered", lambda: [])
        monkeypatch.setattr(beside, "_rests", lambda _: False)
        monkeypatch.setattr(beside, "_answers", lambda _: None)
        self.thread = threading.Thread(target=beside.see_to_departments, args=(self.stop,))

    def hang(self, source):
        """Keep whoever asks the bank waiting; count who is asked."""
        self.asked[source] += 1
        if source == "bank":
            self.goes_on.wait(60)

    def others_go_on(self):
        """Tell whether the other department gets its turns all the same."""
        until = time.monotonic() + 30
        while self.asked["tax"] < 3 and time.monotonic() < until:
            time.sleep(0.01)
        return self.asked["tax"] >= 3 and self.asked["bank"] == 1


@pytest.fixture
def watching(county, monkeypatch):
    made = Watching(monkeypatch, county)
    yield made
    made.goes_on.set()
    made.stop.set()
    made.thread.join(30)


def files(watching, monkeypatch, agreements):
    def exchange(agreement, kept, goes_on, *, waits):
        assert waits  # who fails again and again is left alone
        watching.hang(agreement.department.source)

    monkeypatch.setattr(beside, "exchange", exchange)
    monkeypatch.setattr(beside, "exchanged", lambda: agreements)


def test_one_whose_files_hang_keeps_no_others_files_waiting(watching, monkeypatch):
    files(watching, monkeypatch, watching.agreements)
    watching.thread.start()
    assert watching.others_go_on()


def test_one_that_hangs_when_asked_about_answers_keeps_no_others_files_waiting(
    watching, monkeypatch
):
    files(watching, monkeypatch, watching.agreements[1:])
    waiting = [(message, watching.bank) for message in MESSAGES]
    monkeypatch.setattr(beside.later, "not_called_back", lambda: waiting)
    monkeypatch.setattr(beside.later, "fetch", lambda *_: watching.hang("bank"))
    watching.thread.start()
    assert watching.others_go_on()


def test_one_that_hangs_at_a_correction_keeps_no_others_files_waiting(watching, monkeypatch):
    class Asked:
        pk = uuid4()

        class review:  # noqa: N801 - as a row has it
            department = watching.bank

    files(watching, monkeypatch, watching.agreements[1:])
    monkeypatch.setattr(beside, "unanswered", lambda: [Asked])
    monkeypatch.setattr(beside, "send_by_itself", lambda _: watching.hang("bank"))
    watching.thread.start()
    assert watching.others_go_on()


def test_a_worker_that_ends_does_not_wait_for_who_hangs(watching, monkeypatch):
    files(watching, monkeypatch, watching.agreements)
    watching.thread.start()
    assert watching.others_go_on()
    watching.stop.set()
    watching.thread.join(10)
    assert not watching.thread.is_alive()


def test_a_worker_that_ends_asks_about_no_further_message(bank, monkeypatch):
    stop, asked = Event(), []

    def fetch(message, *_):
        asked.append(message)
        stop.set()

    monkeypatch.setattr(beside.later, "fetch", fetch)
    beside.ask_what_became(bank, MESSAGES, {}, stop)
    assert asked == MESSAGES[:1]


def test_who_is_not_there_is_asked_about_no_more_messages_for_a_while(bank, monkeypatch):
    asked: list = []

    def fetch(message, *_):
        asked.append(message)
        raise Unreachable("没有应答")

    monkeypatch.setattr(beside.later, "fetch", fetch)
    when: dict = {}
    beside.ask_what_became(bank, MESSAGES, when, Event())
    assert asked == MESSAGES[:FAULTS_TO_REST]
    assert set(when) == set(asked), "the others are asked about as soon as it is there again"
    beside.ask_what_became(bank, MESSAGES, when, Event())
    assert len(asked) == FAULTS_TO_REST
    Department.objects.update(rests_until=moment())
    monkeypatch.setattr(beside.later, "fetch", lambda message, *_: asked.append(message))
    beside.ask_what_became(bank, MESSAGES, when, Event())
    assert asked[FAULTS_TO_REST:] == MESSAGES
    assert Department.objects.filter(pk=bank.pk, faults=None, rests_until=None).exists()


def test_one_answer_that_does_not_hold_keeps_no_other_waiting(bank, monkeypatch):
    asked: list = []

    def fetch(message, *_):
        asked.append(message)
        raise WireError("signature_invalid")

    monkeypatch.setattr(beside.later, "fetch", fetch)
    beside.ask_what_became(bank, MESSAGES, {}, Event())
    assert asked == MESSAGES
    assert Department.objects.get(pk=bank.pk).faults is None


def test_each_message_is_asked_about_now_and_then_and_forgotten_when_it_is_over(bank, monkeypatch):
    monkeypatch.setattr(beside.later, "not_called_back", lambda: [(one, bank) for one in MESSAGES])
    asked = {MESSAGES[0]: time.monotonic(), MESSAGES[1]: time.monotonic() - 601, uuid4(): 0.0}
    assert beside.late(asked) == [(bank, MESSAGES[1:])]
    assert set(asked) == set(MESSAGES[:2])
