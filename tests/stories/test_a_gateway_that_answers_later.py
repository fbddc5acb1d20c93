"""
The platform and a real gateway, a process of its own, that answers later by callback.

The question leaves through the gate; the gateway takes it, asks the platform whether the
authorizations stand, and posts its answer, until it is acknowledged.
"""

import json
import os
import queue
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hedui.faces.cli.processes import free_ports
from hedui.gateway.inquiry_log import read_log
from hedui.procedure.agencies import acts as agencies
from hedui.procedure.agencies.models import Department
from hedui.procedure.authorizations.acts import revoke
from hedui.procedure.inquiries.dispatch import dispatch
from hedui.procedure.inquiries.models import Fact, Reply
from hedui.procedure.record import keys
from hedui.procedure.record.actor import INSTALLER
from hedui.procedure.record.moment import today
from hedui.procedure.record.scope import acting_as
from hedui.procedure.reports import tasks
from hedui.wire.seals import write_public
from tests import cast

HASTY = """
from datetime import timedelta
from hedui.faces.cli.commands import main
from hedui.gateway import posting, questions
questions.FIRST_PAUSE = timedelta(seconds=1)
posting.EVERY = 0.1
main()
"""
MAPPING = """
source: bank
data: {file: 存款.csv}
person: {id_number: 证件号码, name: 户名}
as_of: {column: 日期}
items:
  bank: 开户行
  account_type: {column: 种类, codes: {活: current}}
  account_tail: 尾号
  balance_fen: {column: 余额(元), unit: 元}
  outflow_6m_fen: {column: 大额支出(元), unit: 元}
"""
SETTINGS = """
data: 存款.mapping.yaml
division: "310101"
listen: {{port: {port}}}
partners:
  310101-hedui:
    public_key: 310101-hedui.pub.pem
    callback: {platform}/api/registry/on-search
    status: {platform}/api/authorizations/
"""


class Platform:
    """The platform's address: each request waits until the test lets Django answer it."""

    def __init__(self):
        self.waiting: queue.Queue = queue.Queue()
        platform = self

        class Answering(BaseHTTPRequestHandler):
            def answer(self):
                length = int(self.headers.get("content-length") or 0)
                said: queue.Queue = queue.Queue()
                platform.waiting.put((self.command, self.path, self.rfile.read(length), said))
                status, content = said.get(timeout=30)
                with suppress(BrokenPipeError):  # who asked was killed meanwhile
                    self.send_response(status)
                    self.send_header("content-length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)

            do_GET = do_POST = answer  # noqa: N815

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def let_answer(self, client, until, *, refusing=False):
        """Let Django answer what comes, in this thread, until something holds."""
        end = time.monotonic() + 30
        while not until():
            assert time.monotonic() < end, "the gateway did not call"
            try:
                method, path, body, said = self.waiting.get(timeout=0.05)
            except queue.Empty:
                continue
            if method == "GET":
                answer = client.get(path)
            elif refusing:
                said.put((503, b""))
                continue
            else:
                answer = client.post(path, body, content_type="application/json")
            said.put((answer.status_code, answer.content))
            worked_off()


def worked_off():
    """Do what the web server left to the worker."""
    from django_tasks_db.models import DBTaskResult

    with acting_as("machine:worker"):
        for task in DBTaskResult.objects.filter(task_path__endswith="take_in_message"):
            tasks.take_in_message.func(*task.args_kwargs["args"])


class Gateway:
    """The bank's gateway, by its mapping and settings."""

    def __init__(self, folder, platform):
        self.folder = folder
        [self.port] = free_ports(1)
        rows = "\n".join(
            f"{name},{number},{today()},工行,活,0001,{balance},"
            for name, number, balance in (
                ("张三", cast.ZHANG_SAN, "30000.50"),
                ("李四", cast.LI_SI, "12.00"),
            )
        )
        head = "户名,证件号码,日期,开户行,种类,尾号,余额(元),大额支出(元)\n"
        (folder / "存款.csv").write_text(head + rows + "\n", encoding="gb18030")
        (folder / "存款.mapping.yaml").write_text(MAPPING, encoding="utf-8")
        settings = SETTINGS.format(port=self.port, platform=platform)
        (folder / "department.yaml").write_text(settings, encoding="utf-8")
        write_public(keys.signer(), folder / "310101-hedui.pub.pem")
        self.process = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def decisions(self):
        return [entry["decision"] for entry in read_log(self.folder / "存款.inquiries.jsonl")]

    def start(self):
        config = f"{self.folder / 'department.yaml'}"
        command = [sys.executable, "-c", HASTY, "department", "serve", "--config", config]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        for _ in range(400):
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                    return json.load(answer)
            except OSError:
                assert self.process.poll() is None
                time.sleep(0.05)
        raise AssertionError("the gateway does not answer")

    def stop(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            os.kill(self.process.pid, how)
            self.process.wait(10)


@pytest.fixture
def platform(settings):
    platform = Platform()
    settings.HEDUI_PUBLIC_URL = platform.url
    settings.HEDUI_ANSWER_WITHIN = 3 * 86_400
    yield platform
    platform.server.shutdown()
    platform.server.server_close()


@pytest.fixture
def gateway(county, platform, settings, tmp_path):
    settings.DATA_DIR = tmp_path / "platform"
    gateway = Gateway(tmp_path, platform.url)
    gateway.start()
    public = (tmp_path / "存款.key.pub.pem").read_text()
    cast.known_by(Department.objects.get(source="bank"), public, gateway.url)
    agencies.agree(
        source="bank", division=cast.DIVISION, name="bank", base_url=gateway.url,
        public_key=public, answer_within=20, by=INSTALLER,
    )  # fmt: skip
    cast.agreed(Department.objects.get(source="bank"), channel="https_later")
    yield gateway
    gateway.stop()


def outcomes():
    found = Reply.objects.filter(inquiry__source="bank").order_by("inquiry__member__position")
    return [reply.outcome for reply in found]


def test_the_answer_comes_by_itself_and_is_used(county, gateway, platform, client):
    dispatch(cast.commissioned(county))
    platform.let_answer(client, lambda: len(outcomes()) == 3)
    assert outcomes() == ["FOUND", "FOUND", "NOT_FOUND"]
    balances = sorted(fact.opened["balance_fen"] for fact in Fact.objects.all())
    assert balances == [1200, 3000050]
    platform.let_answer(client, lambda: "answered" in gateway.decisions)
    assert gateway.decisions == ["received"] * 3 + ["answered"] * 3


def test_killed_and_refused_on_the_way_it_arrives_once(county, gateway, platform, client):
    dispatch(cast.commissioned(county))
    platform.let_answer(client, lambda: "answered" in gateway.decisions, refusing=True)
    gateway.stop(signal.SIGKILL)
    gateway.start()
    platform.let_answer(client, lambda: len(outcomes()) == 3)
    assert outcomes() == ["FOUND", "FOUND", "NOT_FOUND"]
    assert Fact.objects.count() == 2


HOUSEHOLDS, KILLS = 8, 4


def killing(gateway, over):
    """Kill the gateway and start it again, at random moments, unless it is over."""
    draw = random.Random(int(os.environ.get("HEDUI_PROOF_SEED", "5")))
    for _ in range(KILLS):
        if over.wait(draw.uniform(0.2, 1.5)):
            return
        gateway.stop(signal.SIGKILL)
        gateway.start()


def test_many_households_while_it_is_killed_again_and_again(county, gateway, platform, client):
    """Each question leaves until it is taken, each answer arrives once, the gateway loses none."""
    ordered = [cast.commissioned(county) for _ in range(HOUSEHOLDS)]
    over = threading.Event()
    fire = threading.Thread(target=killing, args=(gateway, over))
    fire.start()
    try:
        until = time.monotonic() + 400
        kept = Reply.objects.filter(inquiry__source="bank", conclusive=True)
        while fire.is_alive() or kept.count() < 3 * HOUSEHOLDS:
            assert time.monotonic() < until, outcomes()
            Department.objects.filter(source="bank").update(faults=None, rests_until=None)
            for commission in ordered:
                dispatch(commission)
            end = time.monotonic() + 1
            platform.let_answer(client, lambda end=end: time.monotonic() > end)
    finally:
        over.set()
        fire.join()
    assert kept.count() == kept.values("inquiry").distinct().count() == 3 * HOUSEHOLDS
    assert sorted(kept.values_list("outcome", flat=True)) == sorted(
        ["FOUND", "FOUND", "NOT_FOUND"] * HOUSEHOLDS
    )
    assert Fact.objects.count() == 2 * HOUSEHOLDS
    record = list(read_log(gateway.folder / "存款.inquiries.jsonl"))
    taken = Counter(
        (one["message_id"], one["reference_id"]) for one in record if one["decision"] == "received"
    )
    assert set(taken.values()) == {1}, "a question was taken twice"


def test_what_is_revoked_after_it_left_is_not_disclosed(county, gateway, platform, client):
    commission = cast.commissioned(county)
    dispatch(commission)
    member = commission.case.members.get(key="b")
    revoke(authorization=member.authorizations.get(), by=county.intake, reason="本人要求撤回")
    platform.let_answer(client, lambda: len(outcomes()) == 3)
    assert outcomes() == ["FOUND", "DISCARDED", "NOT_FOUND"]
    entries = list(read_log(gateway.folder / "存款.inquiries.jsonl"))
    assert [e["code"] for e in entries if e["decision"] == "refused"] == ["revoked"]
