"""A department as it really runs: its own process, asked over HTTP, killed and started again."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hedui.faces.cli import place
from hedui.faces.cli.processes import free_ports
from hedui.gateway.inquiry_log import read_log
from hedui.wire import artefact, shapes
from hedui.wire.moments import new_message_id
from hedui.wire.receiving import Answer, parse_answer
from hedui.wire.seals import Verifier, generate_key, load_public, public_path, write_public
from tests.gateway.bank import ROWS, write_rows
from tests.wire.made import BANK, PLATFORM, Keys, inquiry, permission, search

HEDUI = [sys.executable, "-m", "hedui"]
DIVISION = ("--division", "310101")
IMPATIENT = """
from hedui.faces.cli.commands import main
from hedui.gateway.connection import Connection
Connection.patience = 0.5
main()
"""


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return Keys.make(tmp_path_factory.mktemp("keys"))


class Bank:
    """The bank's process and its files."""

    def __init__(self, folder: Path, keys) -> None:
        self.folder, self.keys = folder, keys
        write_rows(folder / "bank.csv", ROWS)
        (folder / "partners").mkdir()
        write_public(keys.platform, folder / "partners" / f"{PLATFORM}.pub.pem")
        [self.port] = free_ports(1)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.folder / "bank.csv.inquiries.jsonl"

    def command(self, *more: str) -> list[str]:
        folder, port = self.folder, str(self.port)
        files = ["--data", f"{folder / 'bank.csv'}", "--key", f"{folder / 'bank.pem'}"]
        partners = ["--partner-key", f"{folder / 'partners'}"]
        return ["department", "serve", "--source", "bank", "--port", port, *files, *partners, *more]

    def start(self, *more: str, program: list[str] = HEDUI) -> None:
        self.process = subprocess.Popen([*program, *self.command(*(more or DIVISION))])
        for _ in range(200):
            try:
                if self.get("/healthz")[0] == 200:
                    return
            except OSError:
                assert self.process.poll() is None, "the department did not start"
                time.sleep(0.05)
        raise AssertionError("the department does not answer")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process and self.process.poll() is None:
            os.kill(self.process.pid, how)
            self.process.wait(10)

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def get(self, path):
        status, content = self.request("GET", path)
        return status, json.loads(content)

    def post(self, body, **headers):
        headers = {"content-type": "application/json"} | headers
        return self.request("POST", "/registry/sync/search", body, headers)

    def question(self, reference_id="inquiry-1"):
        now = datetime.now(UTC)
        whole = permission(nbf=now - timedelta(days=1), exp=now + timedelta(days=1))
        consent = artefact.issue(whole, self.keys.platform)
        return inquiry(self.keys, reference_id=reference_id, consent_jws=consent)

    def ask(self, question, message_id=None):
        now = datetime.now(UTC)
        identity = message_id or new_message_id(now)
        body = search(self.keys, question, at=now, message_id=identity)
        status, reply = self.post(body)
        assert status == 200, reply
        public = load_public(public_path(self.folder / "bank.pem"))
        answers = parse_answer(
            reply,
            request={question.reference_id: question},
            message_id=identity,
            sender=BANK,
            receiver=PLATFORM,
            verifier=Verifier.of(public),
            now=datetime.now(UTC),
        )
        return body, reply, answers[question.reference_id]


@pytest.fixture
def bank(tmp_path, keys):
    bank = Bank(tmp_path, keys)
    bank.start()
    yield bank
    bank.stop()


@pytest.fixture
def impatient(tmp_path, keys):
    bank = Bank(tmp_path, keys)
    bank.start(program=[sys.executable, "-c", IMPATIENT])
    yield bank
    bank.stop()


def test_it_answers_over_http_with_a_key_it_made_itself(bank):
    _body, _reply, answer = bank.ask(bank.question())
    assert isinstance(answer, Answer)
    assert [row["balance_fen"] for row in answer.records] == [3000000, 1000000]
    state = bank.get("/healthz")[1]
    assert (state["status"], state["source"], state["rows"]) == ("ok", "bank", 3)


@pytest.mark.parametrize(
    ("address", "body", "kind", "status"),
    [
        ("GET /registry/sync/search", None, "application/json", 405),
        ("POST /healthz", b"{}", "application/json", 405),
        ("GET /", None, "application/json", 404),
        ("POST /registry/sync/search", b"{}", "text/plain", 415),
        ("POST /registry/sync/search", b"", "application/json", 400),
        ("POST /registry/sync/search", b"{}", "application/json", 400),
        ("POST /registry/sync/search", b'{"a": NaN}', "application/json", 400),
        ("POST /registry/sync/search", b"[" * 200_000, "application/json", 400),
        ("POST /registry/sync/search", b" " * (1024 * 1024 + 1), "application/json", 413),
    ],
)
def test_it_refuses_other_requests_in_the_published_form(bank, address, body, kind, status):
    given, content = bank.request(*address.split(), body, {"content-type": kind})
    assert given == status
    shapes.check("ack", json.loads(content))


def test_it_tells_a_stranger_which_check_failed_and_nothing_else(bank):
    now = datetime.now(UTC)
    body = search(bank.keys, bank.question(), at=now, signer=bank.keys.stranger)
    status, content = bank.post(body)
    acknowledgement = json.loads(content)
    shapes.check("ack", acknowledgement)
    error = acknowledgement["message"]["error"]
    assert status == 401
    assert (error["code"], error["check"]) == ("err.sender_id.invalid", "unknown_partner")
    assert list(read_log(bank.log)) == []


def test_a_partner_may_be_added_while_it_runs(bank, tmp_path):
    newcomer = generate_key(tmp_path / "newcomer.pem")
    body = search(
        bank.keys, bank.question(), at=datetime.now(UTC), signer=newcomer, sender="320101-hedui"
    )
    assert bank.post(body)[0] == 401
    write_public(newcomer, bank.folder / "partners" / "320101-hedui.pub.pem")
    assert bank.post(body)[0] == 200


def test_it_answers_for_its_own_division_alone(bank):
    body = search(bank.keys, bank.question(), at=datetime.now(UTC), receiver="320101-bank")
    assert bank.post(body)[0] == 403


@pytest.mark.parametrize(
    ("division", "said"), [("31010", "行政区划代码"), ("999999", "行政区划代码")]
)
def test_it_does_not_start_in_a_division_that_does_not_exist(tmp_path, keys, division, said):
    assert said in refused_at_start(Bank(tmp_path, keys), "--division", division)


@pytest.mark.parametrize(
    ("name", "content"), [("310101-hedui.pub.pem", "no key"), ("readme.txt", "no key")]
)
def test_it_does_not_start_without_a_key_of_anybody(tmp_path, keys, name, content):
    bank = Bank(tmp_path, keys)
    (tmp_path / "partners" / f"{PLATFORM}.pub.pem").unlink()
    (tmp_path / "partners" / name).write_text(content)
    said = refused_at_start(bank)
    assert "没有可用的合作方公钥" in said
    assert "keys/platform.pub.pem" in said  # whom to ask for what


def refused_at_start(bank, *more):
    """Return the one line with which the department refuses to start."""
    done = subprocess.run(
        [*HEDUI, *bank.command(*more)], capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    return done.stderr


def test_it_answers_nothing_while_it_cannot_make_out_what_is_revoked(bank):
    bank.log.with_name(f"{bank.log.name}.revoked").write_text("SQ-1", encoding="utf-16")
    status, content = bank.post(search(bank.keys, bank.question(), at=datetime.now(UTC)))
    assert status == 503
    shapes.check("ack", json.loads(content))


def test_the_departments_of_a_demonstration_stand_in_its_division(tmp_path):
    started = []

    class Noted:
        def start(self, *arguments):
            started.append(arguments)

    place.start_department(Noted(), tmp_path, tmp_path / "platform.pub.pem", "bank", 9000)
    [arguments] = started
    assert arguments[arguments.index("--division") + 1] == place.DIVISION


def test_it_says_that_its_data_cannot_be_read(bank):
    (bank.folder / "bank.csv").write_text("nothing")
    status, state = bank.get("/healthz")
    assert (status, state["status"]) == (503, "data_unreadable")


def test_killed_at_any_moment_it_has_written_down_every_answer_it_gave(bank):
    given: list[str] = []
    stop = threading.Event()

    def keep_asking(who: int) -> None:
        count = 0
        while not stop.is_set():
            count += 1
            reference = f"{who}-{count}"
            try:
                bank.ask(bank.question(reference))
            except (OSError, http.client.HTTPException):
                time.sleep(0.01)
            else:
                given.append(reference)

    askers = [threading.Thread(target=keep_asking, args=(who,)) for who in range(3)]
    for asker in askers:
        asker.start()
    for pause in (0.31, 0.17, 0.23):
        before = len(given)
        deadline = time.monotonic() + 10
        while len(given) < before + 5 and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(pause)
        bank.stop(signal.SIGKILL)
        bank.start()
    stop.set()
    for asker in askers:
        asker.join()
    lines = bank.log.read_bytes().splitlines()
    entries = list(read_log(bank.log))
    answered = {entry["reference_id"] for entry in entries if entry["decision"] == "answered"}
    assert len(given) >= 15
    assert set(given) <= answered
    assert len(entries) >= len(lines) - 3  # at most one torn line for each kill


def test_killed_and_started_again_it_gives_a_replay_the_first_answer(bank):
    body, first, _answer = bank.ask(bank.question())
    bank.stop(signal.SIGKILL)
    bank.start()
    assert bank.post(body) == (200, first)


def test_on_the_network_without_a_certificate_it_does_not_start_unless_behind_a_proxy(bank):
    bank.stop()
    command = [*HEDUI, *bank.command("--host", "0.0.0.0")]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "不加密" in refused.stderr and "--behind-tls-proxy" in refused.stderr
    assert refused.stderr.count("\n") == 1
    bank.start("--host", "0.0.0.0", "--behind-tls-proxy")
    assert bank.get("/healthz")[0] == 200


def test_its_keys_survive_it(bank):
    kid = bank.get("/healthz")[1]["kid"]
    bank.stop(signal.SIGKILL)
    bank.start()
    assert bank.get("/healthz")[1]["kid"] == kid


def test_whoever_drips_a_body_does_not_hold_up_the_others(bank):
    with socket.create_connection(("127.0.0.1", bank.port)) as slow:
        slow.sendall(
            b"POST /registry/sync/search HTTP/1.1\r\nhost: x\r\n"
            b"content-type: application/json\r\ncontent-length: 1000\r\n\r\n{"
        )
        assert isinstance(bank.ask(bank.question())[2], Answer)


def cut_off(connection):
    """Read on until the other side ends the connection, and fail if it never does."""
    connection.settimeout(30)
    try:
        while connection.recv(10_000):
            pass
    except ConnectionResetError:
        pass
    return True


@pytest.mark.parametrize("sent", [b"", b"GET /heal", b"GET /healthz HTTP/1.1\r\nhost: x\r\n"])
def test_whoever_does_not_finish_the_head_of_a_request_is_cut_off(impatient, sent):
    with socket.create_connection(("127.0.0.1", impatient.port)) as slow:
        slow.sendall(sent)
        assert cut_off(slow)


ANOTHER_BEGUN = (b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n", b"200 OK", b"GET")
REFUSED_BODY = (
    b"POST /elsewhere HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n",
    b"404 Not Found",
    b"{",
)


@pytest.mark.parametrize(
    "first, answered, dripped",
    [
        pytest.param(*ANOTHER_BEGUN, id="who begins another request and waits"),
        pytest.param(*REFUSED_BODY, id="who drips a body that was refused"),
    ],
)
def test_who_was_answered_and_drips_on_is_cut_off(impatient, first, answered, dripped):
    with socket.create_connection(("127.0.0.1", impatient.port)) as slow:
        slow.sendall(first)
        assert answered in slow.recv(10_000)
        slow.sendall(dripped)
        assert cut_off(slow)


def test_whoever_sends_whole_requests_is_not_cut_off(impatient):
    connection = http.client.HTTPConnection("127.0.0.1", impatient.port, timeout=10)
    for _ in range(2):
        connection.putrequest("POST", "/registry/sync/search")
        connection.putheader("content-type", "application/json")
        connection.putheader("content-length", "2")
        connection.endheaders()
        time.sleep(1)  # longer than its patience with a head, shorter than that with a body
        connection.send(b"{}")
        response = connection.getresponse()
        assert (response.status, bool(response.read())) == (400, True)
        time.sleep(1)
    connection.close()
