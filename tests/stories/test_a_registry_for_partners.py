"""
A partner whose system cannot sign asks the registry: every scenario of the public suite, for real.

The web server, the worker and the partner's relay run as processes; the partner's system is as the
public conformance suite has it: it writes `unsigned-stub` where the signature belongs, has one
token, and waits to be called back. The scenarios are that suite's 28 for a social registry, in our
own words. With HEDUI_TEST_DCI_OPENAPI naming a folder with the published OpenAPI documents
(`spdci-social_api_v1.0.0.yaml`, `spdci-registry_core_api_v1.0.0.yaml`) all that goes over the wire
is held against them too.
"""

import json
import os
import queue
import subprocess
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from jsonschema_rs import Draft202012Validator

from hedui.faces.api import dci
from hedui.faces.cli.processes import free_ports
from hedui.procedure.record.moment import process_clock
from hedui.wire.moments import moment_text
from tests.faces.registry import ACTIONS
from tests.stories.demonstration import HEDUI, demonstration, environment, wait_until
from tests.stories.test_one_household import household

SENDER, TOKEN, STUB = "310101-education", "the-token-of-our-own-system", "unsigned-stub"
PUBLISHED = ("spdci-social_api_v1.0.0.yaml", "spdci-registry_core_api_v1.0.0.yaml")
NOW = ("sync/search", "sync/txn/status")
CALLED_BACK = {
    "search": ("/registry/on-search", "on-search"),
    "subscribe": ("/registry/on-subscribe", "on-subscribe"),
    "unsubscribe": ("/registry/on-unsubscribe", "on-unsubscribe"),
    "txn/status": ("/registry/txn/on-status", "txn-on-status"),
}
ADMITTED = """
import sys
from datetime import timedelta
from pathlib import Path
from hedui.faces.cli.bringing_up import bring_up
bring_up(Path(sys.argv[1]))
from hedui.procedure.agencies.models import Officer
from hedui.procedure.agencies.partners import Terms, approve_partner, propose_partner
from hedui.procedure.agencies.queries import actor_of
from hedui.procedure.record.moment import today
system, security = (actor_of(Officer.objects.get(username=n)) for n in ("guanli", "anquan"))
terms = Terms(
    sender_id=sys.argv[2], name="区教育局", division="310101", programmes=["dibao"],
    legal_basis="社会救助暂行办法 第33条", contact="资助中心", callback_url=sys.argv[3],
    public_key=Path(sys.argv[4]).read_text(), last_day=today() + timedelta(days=300),
)
approve_partner(partner=propose_partner(terms=terms, by=system), by=security)
"""


@dataclass
class Answer:
    status: int
    kind: str
    body: Any


@dataclass
class Suite:
    """A partner's own system: it writes messages without signing them, and is called back."""

    port: int
    number: str
    called: "queue.Queue[tuple[str, Any]]" = field(default_factory=queue.Queue)
    callbacks: str = ""

    def message(self, where: str) -> dict[str, Any]:
        """Return the valid message of an address."""
        at, query = moment_text(process_clock()), {"type": "UIN", "value": self.number}
        told: dict[str, Any] = {"transaction_id": uuid4().hex}
        if where.endswith("search"):
            criteria = {"query_type": "idtype-value", "query": query}
            told["search_request"] = [self.one(search_criteria=criteria)]
        elif where == "subscribe":
            wanted = {"reg_event_type": "REGISTER", "filter": query, "notify_record_type": "Member"}
            told["subscribe_request"] = [self.one(subscribe_criteria=wanted)]
        elif where == "unsubscribe":
            told |= {"timestamp": at, "subscription_codes": ["code-1"]}
        else:
            asked = {"reference_id": uuid4().hex, "txn_type": "search"}
            asked |= {"attribute_type": "transaction_id", "attribute_value": told["transaction_id"]}
            told["txnstatus_request"] = asked
        return self.sealed(where, told)

    def one(self, **more: Any) -> dict[str, Any]:
        return {"reference_id": uuid4().hex, "timestamp": moment_text(process_clock()), **more}

    def sealed(self, where: str, told: dict[str, Any]) -> dict[str, Any]:
        header = {
            "version": "1.0.0",
            "message_id": uuid4().hex,
            "message_ts": moment_text(process_clock()),
            "action": ACTIONS[where],
            "sender_id": SENDER,
            "receiver_id": "310101-hedui",
            "total_count": 1,
        }
        if where in CALLED_BACK:
            header["sender_uri"] = self.callbacks + CALLED_BACK[where][0]
        return {"signature": STUB, "header": header, "message": told}

    def send(self, where: str, said: Any, *, token: str = TOKEN) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=15)
        headers = {"accept": "application/json", "content-type": "application/json; charset=utf-8"}
        headers |= {"authorization": f"Bearer {token}"} if token else {}
        try:
            connection.request("POST", f"/registry/{where}", json.dumps(said), headers)
            heard = connection.getresponse()
            kind = str(heard.headers["content-type"]).partition(";")[0]
            return Answer(heard.status, kind, json.loads(heard.read()))
        finally:
            connection.close()


@pytest.fixture(scope="module")
def suite(tmp_path_factory, tables):
    folder = tmp_path_factory.mktemp("partner")
    with ExitStack() as stack:
        demo = stack.enter_context(demonstration(folder / "data", tables=tables))
        case, numbers = household(folder / "case", "19800101")
        demo.verify(case, folder / "out")
        [port] = free_ports(1)
        suite = Suite(port, numbers["a"])
        suite.callbacks = listening(suite, stack)
        relay(demo, folder, port, stack)
        admit = [HEDUI[0], "-c", ADMITTED, str(demo.folder), SENDER, suite.callbacks]
        admit += [str(folder / "partner.pub.pem")]
        subprocess.run(admit, env=environment(demo.folder), check=True)
        yield suite


def listening(suite: Suite, stack: ExitStack) -> str:
    """Run the server to which the partner is called back; return its address."""

    class Listening(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            suite.called.put((self.path, body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Listening))
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    stack.callback(server.shutdown)
    return f"http://127.0.0.1:{server.server_port}"


def relay(demo: Any, folder: Path, port: int, stack: ExitStack) -> None:
    (folder / "token").write_text(f"{TOKEN}\n", encoding="ascii")
    options = {
        "--url": f"http://127.0.0.1:{demo.port}/api/dci", "--sender": SENDER,
        "--receiver": "310101-hedui", "--key": str(folder / "partner.pem"),
        "--token-file": str(folder / "token"), "--port": str(port),
    }  # fmt: skip
    command = [*HEDUI, "partner", "relay", *(word for pair in options.items() for word in pair)]
    running = subprocess.Popen(command, env=environment(folder / "nothing"))
    stack.callback(running.wait, 10)
    stack.callback(running.terminate)

    def is_up() -> bool:
        try:
            HTTPConnection("127.0.0.1", port, timeout=1).connect()
        except OSError:
            return False
        return True

    wait_until(is_up)


# ------------------------------------------------------------------ what is held against documents


@cache
def published() -> dict[str, Any]:
    """Return the schema of each address in the published documents, the social one first."""
    folder = os.environ.get("HEDUI_TEST_DCI_OPENAPI", "")
    found: dict[str, Any] = {}
    for name in PUBLISHED if folder else ():
        text = (Path(folder) / name).read_text(encoding="utf-8")
        # Slips of the documents, which the public suite mends too before it uses them: two names,
        # and alternatives of which a text, or an expression, is always two.
        text = text.replace("sunscription", "subscription").replace("subscibe", "subscribe")
        text = text.replace("oneOf", "anyOf")
        document = yaml.safe_load(text)
        document = straightened(document, document)
        for path, methods in document["paths"].items():
            found.setdefault(path, (document, methods["post"]))
    return found


def straightened(document: Any, said: Any) -> Any:
    """Write references that lead through other references as where they lead in the end."""
    if isinstance(said, dict) and str(said.get("$ref", "")).startswith("#/"):
        return {"$ref": "#/" + "/".join(leads(document, said["$ref"]))}
    if isinstance(said, dict):
        return {name: straightened(document, one) for name, one in said.items()}
    return [straightened(document, one) for one in said] if isinstance(said, list) else said


def leads(document: Any, reference: str) -> list[str]:
    node, way = document, []
    for token in reference.removeprefix("#/").split("/"):
        while isinstance(node, dict) and "$ref" in node:
            way = leads(document, node["$ref"])
            node = at(document, way)
        node = at(node, [token])
        way = [*way, token]
    return way


def at(node: Any, way: list[str]) -> Any:
    for token in way:
        name = token.replace("~1", "/").replace("~0", "~").replace("%7B", "{").replace("%7D", "}")
        node = node[int(name)] if isinstance(node, list) else node[name]
    return node


def fits_the_published(path: str, content: Any, status: int | None = None) -> None:
    """Hold a request, or the answer with a status, against the published documents."""
    if not published():
        return
    document, operation = published()[path]
    said = operation["requestBody"]
    if status is not None:
        answers = operation["responses"]
        is_refusal = 400 <= status < 500  # their default is the answer of who was not refused
        said = answers["401" if is_refusal else "default"]
        if "$ref" in said:
            said = document["components"]["responses"][said["$ref"].rsplit("/", 1)[1]]
    schema = said["content"]["application/json"]["schema"]
    validator = Draft202012Validator(document | schema)
    assert validator.is_valid(content), [str(e) for e in validator.iter_errors(content)][:3]


def fits_ours(name: str, content: Any) -> None:
    reference = {"$ref": f"#/components/schemas/{name}"}
    validator = Draft202012Validator(
        reference | {"components": dci.document()["components"]}, validate_formats=True
    )
    assert validator.is_valid(content), list(validator.iter_errors(content))


def taken(suite: Suite, where: str, said: dict[str, Any]) -> Any:
    """Send what is valid, and return what is answered once that is as it should be."""
    fits_the_published(f"/registry/{where}", said)
    answer = suite.send(where, said)
    assert answer.status == (200 if where in NOW else 202), answer
    assert answer.kind == "application/json"
    fits_the_published(f"/registry/{where}", answer.body, answer.status)
    ours = {"sync/search": "OnSearch", "sync/txn/status": "OnStatus"}
    fits_ours(ours.get(where, "Acknowledgement"), answer.body)
    return answer.body


def refused(suite: Suite, where: str, answer: Answer) -> None:
    assert 400 <= answer.status < 500, answer
    assert answer.kind == "application/json"
    fits_the_published(f"/registry/{where}", answer.body, answer.status)
    assert answer.body["errors"]
    assert answer.body["message"]["ack_status"] == "ERR"


# ------------------------------------------------------------------ the scenarios

EVERYWHERE = list(ACTIONS)
EXPRESSION = {
    "type": "ns:org:QueryType:expression",
    "value": {"expression": {"collection": "Group", "query": {"$and": [{"age": {"$lt": 5}}]}}},
}
PREDICATE = [
    {
        "seq_num": 1,
        "expression1": {"attribute_name": "age", "operator": "lt", "attribute_value": "25"},
        "condition": "and",
        "expression2": {"attribute_name": "size", "operator": "gt", "attribute_value": "2"},
    }
]
Scenario = Callable[[Suite], object]
SCENARIOS: dict[str, Scenario] = {}


def scenario(name: str, *where: str) -> Callable[[Callable[[Suite, str], object]], object]:
    """Add a scenario for each address."""

    def add(play: Callable[[Suite, str], object]) -> object:
        for one in where:
            SCENARIOS[f"{name}: {one}"] = lambda suite, one=one: play(suite, one)
        return play

    return add


@scenario("a valid message is answered", *EVERYWHERE)
def _valid(suite: Suite, where: str) -> None:
    taken(suite, where, suite.message(where))


@scenario("an answer has a list of records", "sync/search")
def _records(suite: Suite, where: str) -> None:
    [one] = taken(suite, where, suite.message(where))["message"]["search_response"]
    assert one["data"]["reg_records"] == [{"programme": "dibao", "stage": "verifying"}]


@scenario("an expression is understood", "search", "sync/search")
def _expression(suite: Suite, where: str) -> None:
    criteria = {"query_type": "expression", "query": EXPRESSION}
    said = {"transaction_id": "t", "search_request": [suite.one(search_criteria=criteria)]}
    taken(suite, where, suite.sealed(where, said))


@scenario("a predicate is understood", "search", "sync/search")
def _predicate(suite: Suite, where: str) -> None:
    criteria = {"query_type": "predicate", "query": PREDICATE}
    said = {"transaction_id": "t", "search_request": [suite.one(search_criteria=criteria)]}
    taken(suite, where, suite.sealed(where, said))


@scenario("it calls back with the same ids", *CALLED_BACK)
def _called_back(suite: Suite, where: str) -> None:
    said = suite.message(where)
    acknowledged = taken(suite, where, said)["message"]
    assert acknowledged["ack_status"] == "ACK"
    wanted = (said["message"]["transaction_id"], acknowledged["correlation_id"])
    while True:  # others that were asked for before come first
        path, body = suite.called.get(timeout=30)
        message = body["message"]
        if (message["transaction_id"], message.get("correlation_id")) == wanted:
            break
    assert (path, body["header"]["action"]) == CALLED_BACK[where]
    fits_the_published(path, body)


@scenario("a message without its content is refused", *EVERYWHERE)
def _without_content(suite: Suite, where: str) -> None:
    said = suite.message(where)
    del said["message"]
    refused(suite, where, suite.send(where, said))


@scenario("nobody is answered without a token", *EVERYWHERE)
def _without_token(suite: Suite, where: str) -> None:
    for token in ("", "another"):
        answer = suite.send(where, suite.message(where), token=token)
        assert answer.status in {401, 403}
        refused(suite, where, answer)


@scenario("an invalid signature is refused", "search")
def _signature(suite: Suite, where: str) -> None:
    answer = suite.send(where, suite.message(where) | {"signature": "invalid"})
    refused(suite, where, answer)
    assert answer.body["message"]["error"]["code"] == "err.signature.invalid"


def test_there_are_as_many_scenarios_as_the_public_suite_has_for_a_registry():
    # 6 valid, 1 of records, 4 kinds of query, 4 callbacks, 6 without content, 6 without a token, 1
    # signature
    assert len(SCENARIOS) == 28


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_scenario_holds(suite, name):
    SCENARIOS[name](suite)


def test_what_is_subscribed_is_told_and_fits_the_published_document_too(suite):
    said = suite.message("subscribe")
    said["message"]["subscribe_request"][0]["subscribe_criteria"]["filter"]["value"] = "x"
    taken(suite, "subscribe", said)
    while True:
        path, body = suite.called.get(timeout=30)
        if body["message"]["transaction_id"] == said["message"]["transaction_id"]:
            break
    [one] = body["message"]["subscribe_response"]
    assert one["status_reason_code"].startswith("rjct.")
    fits_the_published(path, body)
