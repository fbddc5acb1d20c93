"""Questions that are answered later: taken once, answered anew each time, erased at the end."""

import json
import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hedui.gateway import later
from hedui.gateway.counting import counted
from hedui.gateway.desk import answer
from hedui.gateway.inquiry_log import read_log
from hedui.gateway.limits import Hours, NotNow, Rate
from hedui.gateway.partners import Partners
from hedui.gateway.settings import Contact
from hedui.wire import artefact
from hedui.wire.counts import read_counts
from hedui.wire.envelope import MessageError, seal
from hedui.wire.later import acknowledge, build_status_question, read_acknowledgement, refuse
from hedui.wire.moments import new_message_id
from hedui.wire.receiving import parse_answer, parse_status_answer
from hedui.wire.seals import Verifier, write_public
from tests.gateway.bank import close, open_bank
from tests.wire.made import BANK, LI, NOW, PLATFORM, ZHANG, Keys, inquiry, permission, search


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return Keys.make(tmp_path_factory.mktemp("keys"))


class Asker:
    """The platform as far as it is called back: keeps what comes, answers what it is told to."""

    def __init__(self):
        self.came: list[bytes] = []
        self.asked = ""
        self.says: Callable[[bytes], tuple[int, bytes]]
        self.says = lambda _: (200, acknowledge(self.asked, NOW))
        asker = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                asker.came.append(body)
                status, said = asker.says(body)
                self.send_response(status)
                self.send_header("content-length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.url = f"http://127.0.0.1:{self.server.server_port}/registry/on-search"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def asker():
    asker = Asker()
    yield asker
    asker.server.shutdown()
    asker.server.server_close()


@contextmanager
def bank_that_calls(tmp_path, keys, asker, **changes):
    contacts = {PLATFORM: Contact(callback=asker.url)}
    bank = open_bank(tmp_path, keys, contacts=contacts, **changes)
    yield bank
    bank.questions.close()
    close(bank)


@pytest.fixture
def bank(tmp_path, keys, asker):
    with bank_that_calls(tmp_path, keys, asker) as bank:
        yield bank


def ask(bank, keys, asker, *elements, **changes):
    """Ask to be answered later, and return the message's id and body."""
    asker.asked = new_message_id(NOW)
    body = search(keys, *(elements or [inquiry(keys)]), message_id=asker.asked, **changes)
    said = read_acknowledgement(later.take(bank, body))
    assert (said.is_taken, said.correlation_id) == (True, asker.asked)
    return asker.asked, body


def at(bank, ahead):
    """Return the same bank some time later."""
    return replace(bank, clock=lambda: NOW + ahead)


def go_on(bank):
    """Post what is due, and return what became of it."""
    became = []
    for ready in later.due(bank):
        became.append(later.post(ready))
        later.settle(bank, ready, became[-1])
    return became


def decisions(bank):
    return [entry["decision"] for entry in read_log(bank.log.path)]


def held(keys, bank, message_id, *elements, now=NOW):
    return {
        "request": {element.reference_id: element for element in elements or [inquiry(keys)]},
        "message_id": message_id,
        "sender": BANK,
        "receiver": PLATFORM,
        "verifier": Verifier.of(replace(bank.signer.public(), owner=BANK)),
        "now": now,
    }


def test_an_answer_follows_and_the_question_is_erased(bank, keys, asker):
    message_id, _ = ask(bank, keys, asker)
    assert bank.questions.waiting() == 1
    assert go_on(bank) == ["delivered"]
    [body] = asker.came
    answers = parse_answer(body, **held(keys, bank, message_id))
    assert answers["inquiry-1"].outcome == "FOUND"
    assert bank.questions.waiting() == 0
    assert decisions(bank) == ["received", "answered"]
    assert go_on(at(bank, timedelta(hours=1))) == []
    bank.questions.close()
    for file in bank.log.path.parent.glob("*.questions*"):
        assert ZHANG.encode() not in file.read_bytes()


def test_the_same_message_is_taken_once_and_another_under_its_id_is_refused(bank, keys, asker):
    message_id, body = ask(bank, keys, asker)
    assert read_acknowledgement(later.take(bank, body)).correlation_id == message_id
    assert go_on(bank) == ["delivered"]
    assert read_acknowledgement(later.take(bank, body)).is_taken
    assert go_on(at(bank, timedelta(hours=2))) == []
    other = search(keys, inquiry(keys, reference_id="other"), message_id=message_id)
    for take in (later.take, answer):
        with pytest.raises(MessageError, match="replay"):
            take(bank, other)
    assert decisions(bank) == ["received", "answered"]


def test_what_was_answered_at_once_is_not_taken_to_be_answered_later(bank, keys):
    body = search(keys, inquiry(keys))
    answer(bank, body)
    with pytest.raises(MessageError, match="replay"):
        later.take(bank, body)


def test_it_tries_again_ever_less_often_and_each_attempt_is_made_anew(bank, keys, asker):
    ask(bank, keys, asker)
    asker.says = lambda _: (503, b"")
    moments = []
    for minute in range(0, 240):
        if go_on(at(bank, timedelta(minutes=minute, seconds=1))):
            moments.append(minute)
    pauses = [later - earlier for earlier, later in zip(moments, moments[1:], strict=False)]
    assert pauses[:7] == [1, 2, 4, 8, 16, 32, 60]
    assert len({body for body in asker.came}) == len(asker.came) == len(moments)


@pytest.mark.parametrize(
    "said",
    [
        (200, b"<html>"),
        (200, b""),
        (200, acknowledge("another", NOW)),
        (200, refuse("malformed_object", "err.request.bad", "", NOW)),
        (401, acknowledge("x", NOW)),
        (302, b""),
    ],
)
def test_only_an_acknowledgement_of_this_message_ends_it(bank, keys, asker, said):
    ask(bank, keys, asker)
    asker.says = lambda _: said
    assert go_on(bank) == ["failed"]
    assert bank.questions.waiting() == 1


def test_an_asker_that_wants_no_answer_any_more_gets_none(bank, keys, asker):
    ask(bank, keys, asker)
    asker.says = lambda _: (410, b"")
    assert go_on(bank) == ["gone"]
    assert bank.questions.waiting() == 0


def test_what_was_revoked_meanwhile_is_not_answered(bank, keys, asker):
    message_id, _ = ask(bank, keys, asker)
    asker.says = lambda _: (503, b"")
    go_on(bank)
    bank.revoked.write_text("SQ-310101-2024-000001\n")
    asker.says = lambda _: (200, acknowledge(message_id, NOW))
    ahead = at(bank, timedelta(minutes=2))
    assert go_on(ahead) == ["delivered"]
    read = held(keys, bank, message_id, now=NOW + timedelta(minutes=2))
    answers = parse_answer(asker.came[-1], **read)
    assert (answers["inquiry-1"].status, answers["inquiry-1"].code) == ("rjct", "revoked")


def test_what_expired_meanwhile_is_not_answered(tmp_path, keys, asker):
    with bank_that_calls(tmp_path, keys, asker) as bank:
        brief = permission(exp=NOW + timedelta(hours=1))
        asked = inquiry(keys, consent_jws=artefact.issue(brief, keys.platform))
        message_id, _ = ask(bank, keys, asker, asked)
        ahead = NOW + timedelta(hours=2)
        assert go_on(at(bank, timedelta(hours=2))) == ["delivered"]
        answers = parse_answer(asker.came[0], **held(keys, bank, message_id, asked, now=ahead))
        assert answers["inquiry-1"].code == "expired"


def test_while_the_data_cannot_be_reached_a_question_waits(bank, keys, asker, tmp_path):
    message_id, _ = ask(bank, keys, asker)
    data = tmp_path / "bank.csv"
    whole = data.read_bytes()
    data.write_text("half written")
    assert go_on(bank) == []
    question_id, body = status(keys, "correlation_id", message_id)
    read = held(keys, bank, message_id) | {"question_id": question_id}
    assert parse_status_answer(later.tell(bank, body), **read)["inquiry-1"].status == "pdng"
    assert decisions(bank) == ["received"]
    data.write_bytes(whole)
    assert go_on(at(bank, timedelta(minutes=1))) == ["delivered"]


def test_after_its_end_a_question_is_given_up_and_that_is_recorded(bank, keys, asker):
    ask(bank, keys, asker)
    assert go_on(at(bank, timedelta(hours=73))) == []
    assert asker.came == []
    assert decisions(bank) == ["received", "given_up"]
    assert bank.questions.waiting() == 0


def test_while_it_is_closed_or_paused_it_takes_questions_and_answers_none(tmp_path, keys, asker):
    hours = Hours(time(20), time(22))  # NOW is ten in the morning
    with bank_that_calls(tmp_path, keys, asker, hours=hours) as bank:
        ask(bank, keys, asker)
        with pytest.raises(NotNow) as closed:
            answer(bank, search(keys, inquiry(keys)))
        assert (closed.value.check, closed.value.seconds) == ("closed", 10 * 3600 + 1)
        assert go_on(bank) == []
        bank.pause.turn(paused=True, reason="系统升级", by="值班员")
        assert go_on(at(bank, timedelta(hours=10))) == []
        bank.pause.turn(paused=False, reason="升级完毕", by="值班员")
        assert go_on(at(bank, timedelta(hours=10))) == ["delivered"]
        assert [each["paused"] for each in bank.pause.history()] == [True, False]


def test_an_answer_goes_only_where_the_department_noted(bank, keys, asker):
    body = search(keys, inquiry(keys))
    envelope = json.loads(body)
    header = envelope["header"] | {"sender_uri": "https://elsewhere.example/registry/on-search"}
    with pytest.raises(later.WrongAddress):
        later.take(bank, seal(header, envelope["message"], keys.platform))
    header |= {"sender_uri": asker.url}
    assert later.take(bank, seal(header, envelope["message"], keys.platform))


def status(keys, attribute, *values, **changes):
    settings = {
        "message_id": new_message_id(NOW),
        "sender": PLATFORM,
        "receiver": BANK,
        "at": NOW,
        "signer": keys.platform,
    } | changes
    body = build_status_question(attribute, values, **settings)
    return settings["message_id"], body


def test_who_cannot_be_called_fetches_the_answer(tmp_path, keys, asker):
    bank = open_bank(tmp_path, keys)
    message_id, _ = ask(bank, keys, asker)
    assert go_on(bank) == []
    for attribute, value in (
        ("correlation_id", message_id),
        ("transaction_id", message_id),
        ("reference_id_list", "inquiry-1"),
    ):
        question_id, body = status(keys, attribute, value)
        reply = later.tell(bank, body)
        read = held(keys, bank, message_id) | {"question_id": question_id}
        assert parse_status_answer(reply, **read)["inquiry-1"].outcome == "FOUND"
    assert decisions(bank) == ["received", "answered", "answered", "answered"]
    # while it is paused the answer is still to come
    bank.pause.turn(paused=True, reason="检修", by="值班员")
    question_id, body = status(keys, "correlation_id", message_id)
    read = held(keys, bank, message_id) | {"question_id": question_id}
    assert parse_status_answer(later.tell(bank, body), **read)["inquiry-1"].status == "pdng"
    bank.questions.close()
    close(bank)


def test_of_a_list_what_is_of_another_message_is_refused(bank, keys, asker):
    message_id, _ = ask(bank, keys, asker)
    question_id, body = status(keys, "reference_id_list", "inquiry-1", "unknown")
    read = held(keys, bank, message_id) | {"question_id": question_id}
    read["request"] |= {"unknown": inquiry(keys, reference_id="unknown")}
    answers = parse_status_answer(later.tell(bank, body), **read)
    assert answers["unknown"].code == "rjct.reference_id.invalid"
    assert answers["inquiry-1"].outcome == "FOUND"


def test_nobody_is_told_of_anothers_message_nor_of_one_that_is_done(bank, keys, asker, tmp_path):
    message_id, _ = ask(bank, keys, asker)
    (tmp_path / "partners").mkdir()
    bank = replace(bank, partners=Partners(tmp_path / "partners"))
    write_public(keys.platform, tmp_path / "partners" / "310101-hedui.pub.pem")
    write_public(keys.stranger, tmp_path / "partners" / "320101-hedui.pub.pem")
    strange = {"sender": "320101-hedui", "signer": keys.stranger}
    for question in (
        status(keys, "correlation_id", message_id, **strange),
        status(keys, "transaction_id", message_id, **strange),
        status(keys, "reference_id_list", "inquiry-1", **strange),
        status(keys, "correlation_id", new_message_id(NOW)),
        status(keys, "reference_id_list", "unknown"),
    ):
        with pytest.raises(later.NoSuch):
            later.tell(bank, question[1])
    go_on(bank)
    with pytest.raises(later.NoSuch):
        later.tell(bank, status(keys, "correlation_id", message_id)[1])


def test_a_question_counts_on_the_day_it_came_however_often_it_is_tried(bank, keys, asker):
    ask(bank, keys, asker, inquiry(keys), inquiry(keys, reference_id="two", subject_number=LI))
    asker.says = lambda _: (503, b"")
    for minutes in (0, 2, 5):
        assert go_on(at(bank, timedelta(minutes=minutes))) == ["failed"]
    said = counted(
        bank.log.path,
        source="bank",
        partner="*",
        day=date(2024, 8, 1),
        signer=keys.bank,
        now=NOW + timedelta(days=1),
        with_marks=True,
    )
    assert len(said["marks"]) == 2
    counts = read_counts(said["counts"], Verifier.of(keys.bank.public()))
    assert (counts.count, counts.repeated) == (2, 0)
    assert decisions(bank).count("answered") == 3


def test_a_partner_that_asks_too_often_waits(tmp_path, keys):
    bank = open_bank(tmp_path, keys, rate=Rate(2))
    two = [inquiry(keys, reference_id=name) for name in ("one", "two")]
    answer(bank, search(keys, *two))
    for take in (answer, later.take):
        with pytest.raises(NotNow) as refused:
            take(bank, search(keys, inquiry(keys)))
        assert (refused.value.check, refused.value.seconds) == ("too_many_requests", 61)
    assert answer(at(bank, timedelta(seconds=61)), search(keys, inquiry(keys)))
    bank.questions.close()
    close(bank)


@pytest.mark.parametrize(
    ("hours", "wait"),
    [
        (Hours(time(9), time(17)), 0),
        (Hours(time(10), time(17)), 0),
        (Hours(time(9), time(10)), 23),
        (Hours(time(22), time(6)), 12),
        (Hours(time(22), time(11)), 0),
        (Hours(time(9), time(17), frozenset({5})), 23),
        (Hours(time(9), time(17), frozenset({3})), 6 * 24 - 1),
    ],
)
def test_hours_are_those_of_china_on_the_days_agreed(hours, wait):
    # NOW is Thursday, ten in the morning in China
    assert hours.until_open(NOW) == timedelta(hours=wait)
