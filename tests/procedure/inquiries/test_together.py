"""Many households' questions in one message: while all stands, each once, each judged by itself."""

import socket
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event

import pytest

from hedui.procedure.agencies.models import Department
from hedui.procedure.authorizations.acts import revoke
from hedui.procedure.inquiries import exchange, gathering, pacing, together
from hedui.procedure.inquiries.acts import inquire
from hedui.procedure.inquiries.models import Fact, Inquiry, Reply, RequestFile, Ticket
from hedui.procedure.record import keys
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.moment import moment, process_clock
from hedui.procedure.reports import worker
from hedui.wire.answering import AnswerElement, AnswerRecord, build_answer
from hedui.wire.messages import parse_search
from hedui.wire.moments import new_message_id
from hedui.wire.seals import Verifier
from tests import cast

ROW = {
    "bank": "某银行", "account_type": "current", "account_tail": "0123",
    "balance_fen": 5, "outflow_6m_fen": None,
}  # fmt: skip
HOUSEHOLDS = 3


DAY = date(2024, 7, 31)


class Bank:
    """A department that answers at once: a real server, with its say in `tells` and `meanwhile`."""

    def __init__(self):
        self.asked = []
        self.status = 200
        self.meanwhile = lambda: None
        self.tells = self.element
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    def element(self, element, number=None):
        record = AnswerRecord(
            element.subject_name, number or element.subject_number,
            "FOUND", DAY, "某银行", "B-1", (ROW,),
        )  # fmt: skip
        return AnswerElement(element.reference_id, "bank", "succ", record=record)

    def _handler(self):
        bank = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                verifier = Verifier.of(keys.signer().public())
                message = parse_search(
                    body, verifier=verifier, audience=lambda _: True, now=process_clock()
                )
                bank.asked.append(message)
                bank.meanwhile()
                content = build_answer(
                    [told for one in message.elements if (told := bank.tells(one))],
                    message_id=new_message_id(process_clock()),
                    request=message, at=process_clock(), signer=keys.signer(),
                )  # fmt: skip
                self.send_response(bank.status)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        return Handler


@pytest.fixture
def bank(county, settings, tmp_path, monkeypatch):
    """Return a bank that is asked so, and let its questions wait for no pause."""
    settings.DATA_DIR = tmp_path
    settings.HEDUI_ANSWER_WITHIN = 3 * 86_400
    monkeypatch.setattr(pacing, "FIRST_PAUSE", moment() - moment())
    made = Bank()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    cast.reached_at(f"http://127.0.0.1:{made.server.server_port}")
    made.agreement = cast.agreed(Department.objects.get(source="bank"), channel="https_together")
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
def orders(bank, county):
    """Return the commissions on three households, whose questions to the bank wait."""
    found = []
    for _ in range(HOUSEHOLDS):
        ordered = cast.commissioned(county)
        assert not [e for e in inquire(commission=ordered, by=WORKER) if e.channel != "https_json"]
        found.append(ordered)
    return found


def turn(bank):
    """Take one turn; return the commissions that something was kept for."""
    kept = []
    exchange.exchange(bank.agreement, lambda one: kept.append(one.pk))
    return kept


def outcomes():
    return sorted(Reply.objects.filter(inquiry__source="bank").values_list("outcome", "code"))


def test_households_leave_in_one_message_and_each_answer_is_kept_once(bank, orders):
    waiting = Inquiry.objects.filter(source="bank").count()
    assert waiting > HOUSEHOLDS
    assert sorted(turn(bank)) == sorted(one.pk for one in orders)  # each household's at once
    [message] = bank.asked
    assert len(message.elements) == waiting
    assert outcomes() == [("FOUND", "")] * waiting
    assert Fact.objects.count() == waiting
    [request] = RequestFile.objects.all()
    assert (request.code, request.count, str(request.pk)) == (
        "answered", waiting, message.message_id,
    )  # fmt: skip
    assert turn(bank) == []
    assert len(bank.asked) == 1


def test_a_message_is_no_larger_than_the_profile_allows(bank, orders, monkeypatch):
    monkeypatch.setattr(together, "MOST", 2)
    waiting = Inquiry.objects.filter(source="bank").count()
    turn(bank)
    assert {len(one.elements) for one in bank.asked[:-1]} == {2}
    asked = [one.reference_id for message in bank.asked for one in message.elements]
    assert len(asked) == len(set(asked)) == waiting


def test_what_is_revoked_before_it_leaves_keeps_the_message_back(bank, orders, county, monkeypatch):
    revoked = orders[0].case.members.get(key="a").authorizations.get()
    let_leave = gathering.let_leave

    def revoked_first(**named):
        monkeypatch.setattr(gathering, "let_leave", let_leave)
        revoke(authorization=revoked, reason="本人要求撤回", by=county.intake)
        return let_leave(**named)

    monkeypatch.setattr(gathering, "let_leave", revoked_first)
    turn(bank)
    assert bank.asked == []
    assert {code for _, code in outcomes()} == {"revoked"}
    assert Department.objects.get(source="bank").faults is None
    turn(bank)
    [message] = bank.asked
    numbers = {str(one.pk) for one in Inquiry.objects.filter(authorization=revoked)}
    assert not numbers & {one.reference_id for one in message.elements}
    assert len(message.elements) == Inquiry.objects.filter(source="bank").count() - 1


def test_what_is_revoked_after_it_was_looked_up_is_gathered_into_no_message(
    bank, orders, county, monkeypatch
):
    longest_open = gathering.longest_open

    def revoked_meanwhile(*asked):
        found = longest_open(*asked)
        for inquiry in Inquiry.objects.filter(pk__in=found):
            revoke(authorization=inquiry.authorization, reason="本人要求撤回", by=county.intake)
        return found

    monkeypatch.setattr(gathering, "longest_open", revoked_meanwhile)
    assert turn(bank) == []
    assert bank.asked == []
    assert not RequestFile.objects.exists()
    assert not Ticket.objects.filter(inquiry__source="bank").exists()


def test_a_message_that_never_came_to_the_door_has_not_left(bank, orders):
    with socket.socket() as unheard:  # bound, but nobody listens there
        unheard.bind(("127.0.0.1", 0))
        cast.reached_at(f"http://127.0.0.1:{unheard.getsockname()[1]}")
        turn(bank)
    [request] = RequestFile.objects.all()
    assert request.left_at is None
    assert set(outcomes()) == {("NO_ANSWER", "ConnectionRefusedError")}


def test_who_revokes_while_it_is_under_way_is_not_read_about(bank, orders, county):
    revoked = orders[0].case.members.get(key="a").authorizations.get()
    read = together.revoked_among

    def revoked_meanwhile(authorizations):
        revoke(authorization=revoked, reason="本人要求撤回", by=county.intake)
        return read(authorizations)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(together, "revoked_among", revoked_meanwhile)
        turn(bank)
    of_them = Reply.objects.get(inquiry__authorization=revoked, inquiry__source="bank")
    assert of_them.outcome == "DISCARDED"
    assert not Fact.objects.filter(reply=of_them).exists()


def test_a_department_that_fails_is_learned_from_once_and_asked_again(bank, orders):
    bank.status = 503
    assert turn(bank) == []
    waiting = Inquiry.objects.filter(source="bank").count()
    assert outcomes() == [("UNAVAILABLE", "http_503")] * waiting
    assert Department.objects.get(source="bank").faults == 1
    bank.status = 200
    turn(bank)
    assert Reply.objects.filter(inquiry__source="bank", conclusive=True).count() == waiting
    assert Department.objects.get(source="bank").faults is None


def test_one_that_rests_is_tried_by_one_message_before_the_others(bank, orders, monkeypatch):
    monkeypatch.setattr(together, "MOST", 1)
    bank.status = 503
    for _ in range(5):
        turn(bank)
    assert len(bank.asked) <= 5 * together.UNDER_WAY
    before = len(bank.asked)
    assert turn(bank) == []  # it rests
    assert len(bank.asked) == before
    Department.objects.filter(source="bank").update(rests_until=moment())
    turn(bank)
    assert len(bank.asked) == before + 1  # half open
    bank.status = 200
    Department.objects.filter(source="bank").update(rests_until=moment())
    turn(bank)
    waiting = Inquiry.objects.filter(source="bank").count()
    assert Reply.objects.filter(inquiry__source="bank", conclusive=True).count() == waiting


def test_each_answer_is_judged_by_itself(bank, orders, monkeypatch):
    monkeypatch.setattr(pacing, "FIRST_PAUSE", pacing.LONGEST_PAUSE)
    first = []

    def about_another(element):
        first.append(element)
        if len(first) == 1:
            return bank.element(element, number=cast.number("19700101", "001"))
        return None if len(first) == 2 else bank.element(element)

    bank.tells = about_another
    turn(bank)
    waiting = Inquiry.objects.filter(source="bank").count()
    assert outcomes()[:-2] == [("FOUND", "")] * (waiting - 2)
    assert outcomes()[-2:] == [("UNREADABLE", "MISSING"), ("UNREADABLE", "QUARANTINED")]


def test_who_was_killed_with_a_message_under_way_asks_again(bank, orders):
    with pytest.MonkeyPatch.context() as patch:

        def dying(*_):
            raise KeyboardInterrupt

        patch.setattr(together, "_taken_in", dying)
        with pytest.raises(KeyboardInterrupt):
            turn(bank)
    assert len(bank.asked) == 1
    assert not Reply.objects.filter(inquiry__source="bank").exists()
    turn(bank)
    waiting = Inquiry.objects.filter(source="bank").count()
    assert outcomes() == [("FOUND", "")] * waiting
    codes = sorted(RequestFile.objects.values_list("code", flat=True))
    assert codes == ["answered", "interrupted"]


def test_no_more_are_asked_in_a_minute_than_were_agreed(bank, county):
    held = Department.objects.get(source="bank")
    bank.agreement = cast.agreed(held, channel="https_together", per_minute=4)
    for _ in range(HOUSEHOLDS):
        inquire(commission=cast.commissioned(county), by=WORKER)
    assert Inquiry.objects.filter(source="bank").count() > 4
    turn(bank)
    turn(bank)
    assert Ticket.objects.filter(inquiry__source="bank").count() == 4


def test_a_department_that_hangs_keeps_no_other_waiting(bank, monkeypatch):
    hangs, goes, stop = Event(), Event(), Event()
    other = cast.agreed(Department.objects.get(source="tax"), channel="https_together")

    def exchanged(agreement, kept, goes_on, *, waits):
        assert waits  # who fails again and again is left alone
        (hangs if agreement.pk == bank.agreement.pk else goes).set()
        if agreement.pk == bank.agreement.pk:
            stop.wait(60)

    monkeypatch.setattr(worker, "EXCHANGE_EVERY", 0.01)
    monkeypatch.setattr(worker, "exchange", exchanged)
    monkeypatch.setattr(worker, "exchanged", lambda: [bank.agreement, other])
    for name in ("_fetch_later", "_send_corrections"):
        monkeypatch.setattr(worker, name, lambda _: None)
    watching = threading.Thread(target=worker._exchange_files, args=(stop,), daemon=True)
    watching.start()
    assert hangs.wait(30)
    assert goes.wait(30)
    stop.set()
    watching.join(30)
    assert not watching.is_alive()
