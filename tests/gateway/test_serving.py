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

from hedui.faces.cli.processes import free_ports
from hedui.gateway.inquiry_log import read_log
from hedui.wire import artefact, shapes
from hedui.wire.moments import new_message_id
from hedui.wire.receiving import Answer, parse_answer
from hedui.wire.seals import Verifier, generate_key, load_public, public_path, write_public
from tests.gateway.bank import ROWS, write_rows
from tests.wire.made import BANK, PLATFORM, inquiry, permission, search

PROGRAM = """
import sys
from pathlib import Path
from hedui.gateway import serve
folder = Path(sys.argv[1])
serve(source="bank", data=folder / "bank.csv", port=int(sys.argv[2]), key=folder / "bank.pem",
      partner_keys=folder / "partners", division="310101")
"""


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

    def start(self) -> None:
        command = [sys.executable, "-c", PROGRAM, str(self.folder), str(self.port)]
        self.process = subprocess.Popen(command)
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
    body = search(bank.keys, bank.question(), at=datetime.now(UTC), signer=newcomer)
    assert bank.post(body)[0] == 401
    write_public(newcomer, bank.folder / "partners" / "newcomer.pub.pem")
    assert bank.post(body)[0] == 200


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
