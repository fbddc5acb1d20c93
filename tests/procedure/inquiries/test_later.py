"""Answers that come later: taken by signature alone, held against what was asked, each once."""

import json
import ssl
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from hedui.procedure.agencies.models import Department
from hedui.procedure.authorizations.acts import revoke
from hedui.procedure.commissions.models import Commission
from hedui.procedure.inquiries import later
from hedui.procedure.inquiries.acts import inquire
from hedui.procedure.inquiries.connections import path_of
from hedui.procedure.inquiries.connectors import Unreachable, https_later
from hedui.procedure.inquiries.dispatch import dispatch
from hedui.procedure.inquiries.door import Door
from hedui.procedure.inquiries.models import Fact, Inquiry, Reply, Ticket
from hedui.procedure.record import keys
from hedui.procedure.record.actor import WORKER
from hedui.procedure.record.models import Entry
from hedui.procedure.record.moment import moment, today
from hedui.procedure.record.scope import acting_as
from hedui.procedure.reports import tasks
from hedui.wire import receiving
from hedui.wire.answering import AnswerElement, AnswerRecord, build_answer
from hedui.wire.checks import WireError
from hedui.wire.later import acknowledge, build_status_answer, parse_status_question, refuse
from hedui.wire.messages import parse_search
from hedui.wire.moments import new_message_id
from hedui.wire.seals import Verifier, generate_key
from tests import cast
from tests.gateway.authority import PrivateCA
from tests.procedure import raw

BANK = "310101-bank"
REASON = "本人要求撤回"
ROW = {
    "bank": "某银行",
    "account_type": "current",
    "account_tail": "0123",
    "balance_fen": 5,
    "outflow_6m_fen": None,
}


class Bank:
    """A department that takes questions and answers later: a real server, its say in `does`."""

    def __init__(self):
        self.asked, self.questions, self.seen = [], [], []
        self.status = lambda question: (404, refuse("unknown_transaction", "x.y", "", moment()))
        self.acknowledges = lambda message: (200, acknowledge(message.message_id, moment()))
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def verifier(self):
        return Verifier.of(keys.signer().public())

    def _handler(self):
        bank = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                bank.seen.append(self.headers.get("authorization", ""))
                if self.path == "/registry/search":
                    message = parse_search(
                        body, verifier=bank.verifier(), audience=lambda _: True, now=moment()
                    )
                    bank.asked.append(message)
                    status, content = bank.acknowledges(message)
                else:
                    assert self.path == "/registry/sync/txn/status"
                    question = parse_status_question(
                        body, verifier=bank.verifier(), audience=lambda _: True, now=moment()
                    )
                    bank.questions.append(question)
                    status, content = bank.status(question)
                self.send_response(status)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        return Handler

    def answers(self, only=None, outcome="FOUND", **changes):
        """Return the elements of an answer to what was asked."""
        found = []
        for element in self.asked[-1].elements[:only]:
            rows = (ROW,)
            record = AnswerRecord(
                element.subject_name,
                element.subject_number,
                outcome,
                today(),
                "某银行",
                "B-1",
                rows if outcome == "FOUND" else (),
            )
            found.append(AnswerElement(element.reference_id, "bank", "succ", record=record))
        return found

    def answers_about(self, *names):
        """Return the elements of an answer about some of those who were asked about."""
        return [one for one in self.answers() if one.record.subject_name in names]

    def message(self, elements=None, request=None, signer=None):
        """Return a message of answers."""
        return build_answer(
            self.answers() if elements is None else elements,
            message_id=new_message_id(moment()),
            request=request or self.asked[-1],
            at=moment(),
            signer=signer or keys.signer(),
        )


@contextmanager
def served(server):
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def bank(county, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.HEDUI_ANSWER_WITHIN = 3 * 86_400
    made = Bank()
    with served(made.server):
        cast.reached_at(made.url)
        cast.agreed(Department.objects.get(source="bank"), channel="https_later")
        yield made


@pytest.fixture
def commission(bank, county):
    ordered = cast.commissioned(county)
    dispatch(ordered)
    return ordered


def post(client, body, **headers):
    return client.post(
        "/api/registry/on-search", body, content_type="application/json", headers=headers
    )


def worked_off():
    """Do what the web server left to the worker."""
    from django_tasks_db.models import DBTaskResult

    with acting_as("machine:worker"):
        for task in DBTaskResult.objects.filter(task_path__endswith="take_in_message"):
            tasks.take_in_message.func(*task.args_kwargs["args"])


def outcomes():
    found = Reply.objects.filter(inquiry__source="bank").order_by("inquiry__member__position")
    return [reply.outcome for reply in found]


def turned_away():
    entries = Entry.objects.filter(act="inquiries.turn_away").order_by("index")
    return [json.loads(entry.content)["detail"]["counts"] for entry in entries]


def test_a_question_that_was_taken_waits_and_its_answer_comes_by_itself(bank, commission, client):
    assert len(bank.asked) == 1
    tickets = Ticket.objects.filter(inquiry__source="bank")
    assert {str(t.message) for t in tickets} == {bank.asked[0].message_id}
    dispatch(commission)
    assert len(bank.asked) == 1  # it is not asked again
    answer = post(client, bank.message())
    assert answer.status_code == 200
    assert answer.json()["message"]["ack_status"] == "ACK"
    assert answer.json()["message"]["correlation_id"] == bank.asked[0].message_id
    worked_off()
    assert outcomes() == ["FOUND"] * 3
    assert Fact.objects.count() == 3
    assert turned_away() == []


def test_a_case_waits_for_it_as_long_as_its_deadline(bank, county):
    ordered = cast.commissioned(county)
    again_at = dispatch(ordered)
    assert again_at is not None
    rest = [i for i in Inquiry.objects.filter(commission=ordered) if i.source != "bank"]
    assert rest and again_at < min(i.due_at for i in rest)


def test_the_same_answer_again_is_acknowledged_and_used_once(bank, commission, client):
    for _ in range(2):
        assert post(client, bank.message()).status_code == 200
        worked_off()
    assert outcomes() == ["FOUND"] * 3
    assert turned_away() == [{"answered": 3}]


def test_what_answers_some_leaves_the_others_waiting(bank, commission, client):
    post(client, bank.message(bank.answers(only=1)))
    worked_off()
    assert outcomes() == ["FOUND"]
    later_one = [AnswerElement(e.reference_id, "bank", "pdng") for e in bank.asked[0].elements]
    post(client, bank.message(later_one))
    worked_off()
    assert outcomes() == ["FOUND"]
    assert dispatch(commission) is not None
    assert len(bank.asked) == 1


def test_an_answer_to_nothing_or_to_another_question_is_counted_and_not_attached(
    bank, commission, client, county
):
    elements = bank.answers()
    stranger = elements[0].__class__(str(uuid4()), "bank", "succ", record=elements[0].record)
    post(client, bank.message([stranger]))
    worked_off()
    assert (outcomes(), turned_away()) == ([], [{"never_asked": 1}])
    swapped = [AnswerElement(elements[0].reference_id, "bank", "succ", record=elements[1].record)]
    post(client, bank.message(swapped))
    worked_off()
    assert outcomes() == ["UNREADABLE"]
    assert not Fact.objects.exists()


def test_an_answer_meant_for_another_body_is_counted_and_not_attached(bank, commission, client):
    asked = replace(bank.asked[-1], sender="310104-hedui")
    assert post(client, bank.message(request=asked)).status_code == 200
    worked_off()
    assert (outcomes(), turned_away()) == ([], [{"audience_mismatch": 1}])


def test_a_message_under_no_number_of_ours_leads_to_no_question():
    assert later.tickets_of("2026-0001", BANK) == []


def test_an_answer_about_a_case_that_was_destroyed_is_counted_and_not_read(
    bank, commission, client
):
    raw.drop_triggers("cases_case_keeps_its_key")
    raw.update(commission.case, wrapped_key=b"")
    post(client, bank.message())
    worked_off()
    assert (outcomes(), turned_away()) == ([], [{"over": 3}])


def test_a_message_whose_tickets_ran_out_on_the_way_does_not_leave(bank, county):
    ordered = cast.commissioned(county)
    envelope = next(e for e in inquire(commission=ordered, by=WORKER) if e.channel == "https_later")
    late_by_then = replace(envelope, expires_at=moment())
    passage = Door(ordered).passage(late_by_then)
    arrived = https_later.ask(https_later.write(late_by_then), passage)
    assert {one.code for one in https_later.read(arrived)} == {"ticket_expired"}
    assert bank.asked == []


def test_an_answer_that_rests_on_a_revoked_authorization_is_not_read(
    bank, commission, client, county
):
    member = commission.case.members.get(key="b")
    revoke(authorization=member.authorizations.get(), by=county.intake, reason="本人要求撤回")
    post(client, bank.message())
    worked_off()
    assert outcomes() == ["FOUND", "DISCARDED", "FOUND"]


@pytest.fixture
def judged(monkeypatch):
    """Say of whose inquiries an answer was judged."""
    found, judge = [], receiving.judge

    def judging(asked, responses, **terms):
        found.append(Inquiry.objects.get(pk=asked.reference_id).member.key)
        return judge(asked, responses, **terms)

    monkeypatch.setattr(receiving, "judge", judging)
    return found


def test_it_is_not_judged_either(bank, commission, client, county, judged):
    for key in ("b", "c"):
        member = commission.case.members.get(key=key)
        revoke(authorization=member.authorizations.get(), by=county.intake, reason=REASON)
    post(client, bank.message(bank.answers_about("张三", "李四")))
    worked_off()
    assert (outcomes(), judged) == (["FOUND", "DISCARDED"], ["a"])  # nothing came about the third
    last = Entry.objects.filter(act="inquiries.receive").latest("index")
    told = json.loads(last.content)["detail"]["replies"]
    assert {r["outcome"]: "digest" in r for r in told} == {"DISCARDED": True, "FOUND": False}


def test_what_does_not_hold_as_a_whole_is_none_of_a_revoked_one_either(
    bank, commission, client, county, judged
):
    for held in commission.case.authorizations.all():
        revoke(authorization=held, by=county.intake, reason=REASON)
    asked = replace(bank.asked[-1], sender="310104-hedui")
    assert post(client, bank.message(request=asked)).status_code == 200
    worked_off()
    assert (outcomes(), judged, turned_away()) == ([], [], [{"audience_mismatch": 1}])
    post(client, bank.message())
    worked_off()
    assert (outcomes(), judged) == (["DISCARDED"] * 3, [])


def test_what_became_of_it_is_not_judged_and_not_asked_of_revoked_ones_alone(
    bank, commission, county, monkeypatch, judged
):
    ((message, department),) = late(monkeypatch)

    def status(question):
        bank.questions.append(question)
        (child,) = bank.answers_about("张小")
        later_one = AnswerElement(child.reference_id, "bank", "pdng")
        return 200, build_status_answer(
            [*bank.answers_about("张三", "李四"), later_one],
            transaction_id=str(message),
            correlation_id=str(message),
            message_id=new_message_id(moment()),
            question=question,
            at=moment(),
            signer=keys.signer(),
        )

    bank.status = status
    first, *others = commission.case.authorizations.order_by("member__position")
    for held in others:
        revoke(authorization=held, by=county.intake, reason=REASON)
    later.fetch(message, department, lambda _: None)
    assert (outcomes(), judged) == (["FOUND", "DISCARDED"], ["a"])
    asked = len(bank.questions)
    assert late(monkeypatch) == []  # the third is revoked: nobody asks
    later.fetch(message, department, lambda _: pytest.fail("nothing was kept"))
    assert len(bank.questions) == asked


def test_only_what_the_department_signed_is_taken(bank, commission, client, tmp_path):
    other = generate_key(tmp_path / "other.pem")
    assert post(client, bank.message(signer=other)).status_code == 401
    assert post(client, b"{}").status_code == 400
    assert post(client, b"x" * (later.MOST_BYTES + 1)).status_code == 413
    body = bank.message().replace(b"310101-bank", b"310199-bank")
    assert post(client, body).status_code == 401
    answer = client.post("/api/registry/on-search", b"{}", content_type="text/plain")
    assert answer.status_code == 415
    assert client.get("/api/registry/on-search").status_code == 405
    assert not list((tmp_path / "by-hand").glob("*"))
    worked_off()
    assert outcomes() == []


def test_where_a_token_was_agreed_nobody_is_taken_without_it(bank, commission, client):
    path_of(BANK).parent.mkdir(exist_ok=True)
    path_of(BANK).write_text(f'[https]\ncallback_sha256 = "{sha256(b"secret").hexdigest()}"\n')
    assert post(client, bank.message()).status_code == 401
    assert post(client, bank.message(), authorization="Bearer wrong").status_code == 401
    assert post(client, bank.message(), authorization="Bearer secret").status_code == 200


def test_where_a_certificate_was_agreed_nobody_is_taken_without_it(
    bank, commission, client, settings, tmp_path
):
    settings.HEDUI_CLIENT_CERTIFICATE = "X-Client-Certificate"
    path_of(BANK).parent.mkdir(exist_ok=True)
    path_of(BANK).write_text('[https]\ncallback_certificate = "bank.example"\n')
    authority = PrivateCA(tmp_path)

    def with_certificate(name):
        shown = authority.certify("shown", name).certificate.read_text(encoding="ascii")
        return post(client, bank.message(), **{"x-client-certificate": quote(shown)}).status_code

    assert post(client, bank.message()).status_code == 401
    assert with_certificate("tax.example") == 401
    assert with_certificate("bank.example") == 200


@pytest.mark.parametrize("status", [200, 403, 429, 500, 503])
def test_what_was_not_taken_is_asked_again(bank, county, status):
    bank.acknowledges = lambda _: (
        status,
        refuse("closed", "err.service.unavailable", "", moment()),
    )
    dispatch(cast.commissioned(county))
    assert outcomes() == ["UNAVAILABLE"] * 3
    assert set(Reply.objects.filter(inquiry__source="bank").values_list("code", flat=True)) == {
        "err.service.unavailable"
    }


def test_what_is_no_acknowledgement_is_no_answer(bank, county):
    bank.acknowledges = lambda _: (200, b"<html>")
    dispatch(cast.commissioned(county))
    assert set(Reply.objects.filter(inquiry__source="bank").values_list("code", flat=True)) == {
        "http_200"
    }


def late(monkeypatch):
    monkeypatch.setattr(later, "CALLED_BACK_WITHIN", timedelta(0))
    return list(later.not_called_back())


def test_where_nobody_calls_back_we_ask_what_became_of_it(bank, commission, monkeypatch):
    ((message, department),) = late(monkeypatch)

    def told(elements):
        def status(question):
            assert question.values == (str(message),)
            return 200, build_status_answer(
                elements,
                transaction_id=str(message),
                correlation_id=str(message),
                message_id=new_message_id(moment()),
                question=question,
                at=moment(),
                signer=keys.signer(),
            )

        return status

    went_on: list[Commission] = []
    bank.status = told(
        [AnswerElement(e.reference_id, "bank", "pdng") for e in bank.asked[0].elements]
    )
    later.fetch(message, department, went_on.append)
    assert (outcomes(), went_on) == ([], [])
    bank.status = told(bank.answers())
    later.fetch(message, department, went_on.append)
    assert (outcomes(), went_on) == (["FOUND"] * 3, [commission])
    assert late(monkeypatch) == []


def test_a_question_that_never_arrived_is_asked_anew(bank, commission, monkeypatch):
    ((message, department),) = late(monkeypatch)
    later.fetch(message, department, lambda _: None)
    assert outcomes() == ["NO_ANSWER"] * 3
    dispatch(commission)
    assert len(bank.asked) == 2
    assert bank.asked[1].message_id != bank.asked[0].message_id


def test_who_is_not_there_when_asked_what_became_of_it_is_asked_again(
    bank, commission, monkeypatch
):
    ((message, department),) = late(monkeypatch)
    department.base_url = "http://127.0.0.1:9"
    with pytest.raises(Unreachable, match="没有应答"):
        later.fetch(message, department, lambda _: pytest.fail("nothing was kept"))
    assert outcomes() == []
    assert late(monkeypatch) == [(message, department)]


def test_a_page_that_is_not_found_is_no_word_about_the_question(bank, commission, monkeypatch):
    ((message, department),) = late(monkeypatch)
    bank.status = lambda question: (404, b"<html>404</html>")
    with pytest.raises(WireError):
        later.fetch(message, department, lambda _: pytest.fail("nothing was kept"))
    assert outcomes() == []


def test_what_was_answered_meanwhile_is_not_asked_about(bank, commission, client, monkeypatch):
    ((message, department),) = late(monkeypatch)
    post(client, bank.message())
    worked_off()
    later.fetch(message, department, lambda _: pytest.fail("nothing was kept"))
    assert bank.questions == []


def test_whoever_breaks_off_lets_nobody_out_who_had_not_left(bank, county, monkeypatch):
    """The messages are connected and have not come to the door; each gets its line all the same."""
    ordered, let_out, calls = cast.commissioned(county), Door.let_out, []

    def not_yet(door):
        calls.append(door)
        if len(calls) > 1:
            let_out(door)

    def broken_off():
        raise KeyboardInterrupt

    monkeypatch.setattr(Door, "let_out", not_yet)
    with pytest.raises(KeyboardInterrupt):
        dispatch(ordered, broken_off)
    assert bank.asked == []
    assert outcomes() == ["NO_ANSWER"] * 3
    assert Reply.objects.count() == Ticket.objects.count()


# ------------------------------------------------------------------ a line of their own


def issued(folder, name, ca=None, *, is_ca=False):
    """Issue a certificate, signed by a CA or by itself; return it with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(ca[0].subject if ca else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    )
    certificate = builder.sign(ca[1] if ca else key, hashes.SHA256())
    (folder / f"{name}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return certificate, key


def test_a_private_ca_a_client_certificate_and_a_token(bank, county, tmp_path):
    """Questions go to whom the private CA vouches for, and only whom it vouches for may ask."""
    folder = path_of(BANK).parent
    folder.mkdir(exist_ok=True)
    ca = issued(folder, "ca", is_ca=True)
    issued(folder, "server", ca)
    issued(folder, "ours", ca)
    (folder / "token").write_text("t0ken\n")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "server.pem", folder / "server.key")
    tls.load_verify_locations(folder / "ca.pem")
    tls.verify_mode = ssl.CERT_REQUIRED
    private = Bank()
    private.server.socket = tls.wrap_socket(private.server.socket, server_side=True)
    cast.reached_at(f"https://localhost:{private.server.server_port}")
    whole = '[https]\nca = "ca.pem"\ncertificate = "ours.pem"\nkey = "ours.key"\ntoken = "token"\n'
    with served(private.server):
        for written in ("", '[https]\nca = "ca.pem"\n'):
            path_of(BANK).write_text(written)
            dispatch(cast.commissioned(county))
            assert set(outcomes()) == {"NO_ANSWER"}
            assert private.asked == []
        path_of(BANK).write_text(whole)
        dispatch(cast.commissioned(county))
        assert len(private.asked) == 1
        assert private.seen == ["Bearer t0ken"]
        path_of(BANK).write_text('[https]\nca = "nowhere.pem"\n')
        dispatch(cast.commissioned(county))
        assert len(private.asked) == 1
        assert Reply.objects.filter(code="Trouble").exists()
