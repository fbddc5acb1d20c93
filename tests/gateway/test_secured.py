"""A department set up by its file: mutual TLS, tokens, later answers over kills, revocation."""

import http.client
import json
import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hedui.faces.cli.processes import free_ports
from hedui.gateway import load_settings
from hedui.gateway.inquiry_log import read_log
from hedui.gateway.mapping import MappingError
from hedui.gateway.settings import SettingsError
from hedui.wire import artefact, shapes
from hedui.wire.later import acknowledge, build_status_question, read_acknowledgement
from hedui.wire.moments import new_message_id
from hedui.wire.receiving import Answer, parse_answer
from hedui.wire.seals import Verifier, load_public, public_path, write_public
from tests.gateway.authority import PrivateCA
from tests.gateway.bank import ROWS, write_rows
from tests.wire.made import BANK, PLATFORM, Keys, inquiry, permission, search

TOKEN, OURS = "a-token-handed-over-in-person", "the-token-we-show"
# a second between attempts, where it is a minute for others
HASTY = """
from datetime import timedelta
from hedui.faces.cli.commands import main
from hedui.gateway import posting, questions
questions.FIRST_PAUSE = timedelta(seconds=1)
posting.EVERY = 0.1
main()
"""
SETTINGS = """
data: bank.csv
source: bank
division: "310101"
key: bank.pem
record: record.jsonl
listen: {{port: {port}, certificate: server.pem, private_key: server.key, client_ca: ca.pem}}
per_minute: 1000
agreed: [bank.bank, bank.balance_fen]
partners:
  310101-hedui:
    public_key: 310101-hedui.pub.pem
    token_sha256: {digest}
    callback: https://127.0.0.1:{callback}/registry/on-search
    status: https://127.0.0.1:{callback}/api/authorizations/
    token_file: ours.token
    ca: ca.pem
    certificate: client.pem
    private_key: client.key
"""


class Platform:
    """The platform's server, behind mutual TLS: takes answers, says what stands."""

    def __init__(self, ca: PrivateCA, certified) -> None:
        self.came: list[bytes] = []
        self.tokens: set[str] = set()
        self.takes = True
        self.standing = "active"
        platform = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                platform.tokens.add(self.headers["authorization"])
                if not platform.takes:
                    return self.say(503, b"")
                platform.came.append(body)
                asked = json.loads(body)["message"]["correlation_id"]
                return self.say(200, acknowledge(asked, datetime.now(UTC)))

            def do_GET(self):
                jti = self.path.removeprefix("/api/authorizations/").removesuffix("/status")
                self.say(200, json.dumps({"jti": jti, "status": platform.standing}).encode())

            def say(self, status, said):
                self.send_response(status)
                self.send_header("content-length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.port = self.server.server_port
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=ca.certificate)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(certified.certificate, certified.key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


class SecuredBank:
    """The bank's process by its settings file, and how to reach it."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.keys = Keys.make(folder)
        self.ca, self.strange_ca = PrivateCA(folder), PrivateCA(folder, "strange-ca")
        self.ca.certify("server")
        self.client = self.ca.certify("client", PLATFORM)
        self.neighbour = self.ca.certify("neighbour", "310104-hedui")
        self.platform = Platform(self.ca, self.ca.certify("platform-server"))
        write_rows(folder / "bank.csv", ROWS)
        write_public(self.keys.platform, folder / f"{PLATFORM}.pub.pem")
        (folder / "ours.token").write_text(OURS + "\n")
        [self.port] = free_ports(1)
        digest = sha256(TOKEN.encode()).hexdigest()
        settings = SETTINGS.format(port=self.port, digest=digest, callback=self.platform.port)
        (folder / "department.yaml").write_text(settings, encoding="utf-8")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self):
        config = f"{self.folder / 'department.yaml'}"
        command = [sys.executable, "-c", HASTY, "department", "serve", "--config", config]
        self.process = subprocess.Popen(command)
        for _ in range(200):
            try:
                if self.request("GET", "/healthz")[0] == 200:
                    return
            except OSError:
                assert self.process.poll() is None, "the department did not start"
                time.sleep(0.05)
        raise AssertionError("the department does not answer")

    def stop(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            os.kill(self.process.pid, how)
            self.process.wait(10)

    def request(self, method, path, body=None, *, token=TOKEN, client=None):
        context = ssl.create_default_context(cafile=self.ca.certificate)
        shown = client or self.client
        if shown != "none":
            context.load_cert_chain(shown.certificate, shown.key)
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=10, context=context
        )
        headers = {"content-type": "application/json"}
        headers |= {"authorization": f"Bearer {token}"} if token else {}
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def message(self, reference_id="inquiry-1", jti="SQ-1"):
        now = datetime.now(UTC)
        status = f"https://127.0.0.1:{self.platform.port}/api/authorizations/{jti}/status"
        whole = permission(
            jti=jti, nbf=now - timedelta(days=1), exp=now + timedelta(days=1), status=status
        )
        consent = artefact.issue(whole, self.keys.platform)
        question = inquiry(self.keys, reference_id=reference_id, consent_jws=consent)
        message_id = new_message_id(now)
        return message_id, question, search(self.keys, question, message_id=message_id, at=now)

    def read(self, reply, message_id, question):
        return parse_answer(
            reply,
            request={question.reference_id: question},
            message_id=message_id,
            sender=BANK,
            receiver=PLATFORM,
            verifier=Verifier.of(load_public(public_path(self.folder / "bank.pem"))),
            now=datetime.now(UTC),
        )[question.reference_id]

    def ask(self, **changes):
        message_id, question, body = self.message(**changes)
        status, reply = self.request("POST", "/registry/sync/search", body)
        assert status == 200, reply
        return self.read(reply, message_id, question)


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    bank = SecuredBank(tmp_path_factory.mktemp("secured"))
    bank.start()
    yield bank
    bank.stop()
    bank.platform.server.shutdown()


def check_of(content):
    shapes.check("ack", json.loads(content))
    return json.loads(content)["message"]["error"]["check"]


def test_it_answers_over_mutual_tls_with_a_token(bank):
    assert isinstance(bank.ask(), Answer)


def test_it_takes_no_client_without_a_certificate_of_the_private_ca(bank):
    for stranger in ("none", bank.strange_ca.certify("stranger")):
        with pytest.raises(OSError):
            bank.request("GET", "/healthz", client=stranger)


@pytest.mark.parametrize("token", [None, "", "guessed", TOKEN + "x"])
def test_it_takes_nothing_without_the_token(bank, token):
    for address in ("/registry/sync/search", "/registry/search", "/registry/sync/txn/status"):
        status, content = bank.request("POST", address, b"{}", token=token)
        assert (status, check_of(content)) == (401, "unauthorized")


@pytest.mark.parametrize("address", ["sync/search", "search", "counts", "corrections"])
def test_a_certificate_of_another_partner_is_refused_with_the_right_token(bank, address):
    body = bank.message()[2]
    answer = bank.request("POST", f"/registry/{address}", body, client=bank.neighbour)
    assert (answer[0], check_of(answer[1])) == (401, "unauthorized")


def test_an_authorization_that_its_issuer_calls_revoked_is_refused(bank):
    bank.platform.standing = "revoked"
    assert bank.ask(jti="SQ-revoked").code == "revoked"
    bank.platform.standing = "unknown"
    assert bank.ask(jti="SQ-unknown").code == "revoked"
    bank.platform.standing = "active"
    assert isinstance(bank.ask(jti="SQ-active"), Answer)


def test_killed_between_taking_and_answering_it_answers_once_it_is_back(bank):
    bank.platform.takes = False
    message_id, question, body = bank.message("later-1")
    status, content = bank.request("POST", "/registry/search", body)
    assert (status, read_acknowledgement(content).is_taken) == (200, True)
    bank.stop(signal.SIGKILL)
    bank.start()
    # the same message again is acknowledged again
    assert bank.request("POST", "/registry/search", body)[0] == 200
    bank.platform.takes = True
    until = time.monotonic() + 20
    while not bank.platform.came and time.monotonic() < until:
        time.sleep(0.05)
    answer = bank.read(bank.platform.came[0], message_id, question)
    assert [row["balance_fen"] for row in answer.records] == [3000000, 1000000]
    assert bank.platform.tokens == {f"Bearer {OURS}"}
    while json.loads(bank.request("GET", "/healthz")[1])["waiting"]:
        assert time.monotonic() < until
        time.sleep(0.05)
    entries = [e for e in read_log(bank.folder / "record.jsonl") if e["reference_id"] == "later-1"]
    assert [e["decision"] for e in entries][:2] == ["received", "answered"]
    assert [e["day"] is None for e in entries] == [e["decision"] != "received" for e in entries]
    now = datetime.now(UTC)
    asked = build_status_question(
        "correlation_id",
        [message_id],
        message_id=new_message_id(now),
        sender=PLATFORM,
        receiver=BANK,
        at=now,
        signer=bank.keys.platform,
    )
    for address in ("/registry/sync/txn/status", "/registry/txn/status"):
        status, content = bank.request("POST", address, asked)
        assert (status, check_of(content)) == (404, "unknown_transaction")


def test_it_stops_though_a_client_keeps_its_line_open(bank):
    context = ssl.create_default_context(cafile=bank.ca.certificate)
    context.load_cert_chain(bank.client.certificate, bank.client.key)
    line = http.client.HTTPSConnection("127.0.0.1", bank.port, timeout=10, context=context)
    line.request("GET", "/healthz")
    line.getresponse().read()
    bank.process.terminate()
    try:
        assert bank.process.wait(20) in {0, -signal.SIGTERM}
    finally:
        line.close()
        bank.stop(signal.SIGKILL)
        bank.start()


def test_it_is_paused_and_goes_on_from_the_terminal(bank):
    words = ["--log", f"{bank.folder / 'record.jsonl'}", "--reason", "系统升级", "--name", "值班员"]
    pause = [sys.executable, "-m", "hedui", "department", "pause", *words]
    subprocess.run(pause, check=True, capture_output=True, timeout=30)
    status, content = bank.request("POST", "/registry/sync/search", bank.message()[2])
    assert (status, check_of(content)) == (503, "closed")
    assert json.loads(bank.request("GET", "/healthz")[1])["closed"] == "部门已暂停答复"
    subprocess.run([*pause, "--resume"], check=True, capture_output=True, timeout=30)
    assert isinstance(bank.ask(jti="SQ-resumed"), Answer)


def test_while_the_issuer_does_not_tell_nothing_is_answered(bank):
    bank.platform.server.shutdown()
    bank.platform.server.server_close()
    answer = bank.ask(jti="SQ-silent")
    assert (answer.outcome, answer.records) == ("UNAVAILABLE", ())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("division:", "divison:"), "第 4 行:不认识的键“divison”"),
        (("bank.balance_fen]", "bank.balance]"), "来源没有这个查询项"),
        (("private_key: server.key, ", ""), "证书和私钥应同时写"),
        (("callback: https://127.0.0.1", "callback: http://platform.example"), "不是 https 地址"),
        (("source: bank", "source: banks"), "没有这个来源"),
        (("source: bank\n", ""), "没有写明数据来源"),
        (("per_minute: 1000", "per_minute: 0"), "第 8 行"),
        ((", client_ca: ca.pem}", "}\npartners_are: x"), "不认识的键"),
        (("    ca: ca.pem", "    ca: ca.pem\n    certificate_name: Hedui"), "第 "),
        (
            ("per_minute: 1000", "page: {host: 0.0.0.0, port: 9, passwords: p}"),
            "第 8 行:在网络上监听而没有证书",
        ),
        (
            ("certificate: server.pem, private_key: server.key, client_ca: ca.pem", "host: '::'"),
            "第 .* 行:在网络上监听而没有证书.*不加密.*请写 certificate 和 private_key.*behind_tls",
        ),
    ],
)
def test_a_slip_in_the_settings_is_one_line_that_says_where(bank, wrong, said):
    text = (bank.folder / "department.yaml").read_text(encoding="utf-8")
    assert wrong[0] in text
    path = bank.folder / "wrong.yaml"
    path.write_text(text.replace(*wrong), encoding="utf-8")
    with pytest.raises((SettingsError, MappingError), match=said):
        load_settings(path)


@pytest.mark.parametrize("host", ["127.0.0.2", "'::1'", "localhost", "0.0.0.0"])
def test_without_a_certificate_it_listens_on_this_machine_or_behind_a_proxy(bank, host):
    text = (bank.folder / "department.yaml").read_text(encoding="utf-8")
    tls = "certificate: server.pem, private_key: server.key, client_ca: ca.pem"
    path = bank.folder / "plain.yaml"
    path.write_text(text.replace(tls, f"host: {host}"), encoding="utf-8")
    if host == "0.0.0.0":
        with pytest.raises(SettingsError, match="没有证书"):
            load_settings(path)
        told = f"host: {host}, behind_tls_proxy: true"
        path.write_text(text.replace(tls, told), encoding="utf-8")
    assert load_settings(path).listening.host == host.strip("'")


def test_it_does_not_start_by_settings_that_cannot_be_used(bank):
    path = bank.folder / "wrong.yaml"
    path.write_text("data: bank.csv\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "hedui", "department", "serve", "--config", f"{path}"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stderr) == (
        2,
        "hedui: wrong.yaml 第 1 行:缺少“listen”;请补上。\n",
    )
