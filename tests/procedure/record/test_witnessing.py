"""A witness 见证 looks at a ledger over the wire: it goes on only from what it has seen before."""

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hedui import ledger
from hedui.ledger import Frontier, leaf_hash
from hedui.procedure.record import keys, witness

LOG = "hedui.example"


class Installation:
    """Another's ledger: its leaves, what it answers, and what it was sent."""

    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.leaves = [leaf_hash(bytes([n])) for n in range(9)]
        self.status, self.sent = 200, b""
        self.growth: bytes | None = None

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    def checkpoint(self) -> str:
        frontier, _ = Frontier().extended(self.leaves)
        return ledger.sign_checkpoint(LOG, frontier.size, frontier.root, self.public, self.key.sign)

    def proof(self, first: int) -> bytes:
        if self.growth is not None:
            return self.growth
        steps = consistency(first, self.leaves)
        return json.dumps({"proof": [base64.b64encode(s).decode() for s in steps]}).encode()


def root(leaves: list[bytes]) -> bytes:
    return Frontier().extended(leaves)[0].root


def consistency(first: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """RFC 9162, 2.1.4.1, written out as it stands there."""
    if first == len(leaves):
        return [] if whole else [root(leaves)]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if first <= k:
        return [*consistency(first, leaves[:k], whole), root(leaves[k:])]
    return [*consistency(first - k, leaves[k:], whole=False), root(leaves[:k])]


@pytest.fixture
def other() -> Iterator[tuple[Installation, str]]:
    there = Installation()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, asked = self.path.partition("?")
            first = int(asked.split("&")[0].removeprefix("from=")) if asked else 0
            grown = path.endswith("growth")
            self.answer(there.proof(first) if grown else there.checkpoint().encode())

        def do_POST(self) -> None:
            there.sent = self.rfile.read(int(self.headers["content-length"]))
            self.answer(b"")

        def answer(self, body: bytes) -> None:
            self.send_response(there.status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield there, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def look(other: tuple[Installation, str], state: Path) -> ledger.Checkpoint:
    there, url = other
    return witness.follow(url, keys=[there.public], name="us", signer=keys.signer(), state=state)


def test_it_cosigns_what_has_only_grown_and_keeps_what_it_saw(other, tmp_path):
    there, state = other[0], tmp_path / "seen"
    assert look(other, state).size == 9
    there.leaves += [leaf_hash(b"more"), leaf_hash(b"and more")]
    assert look(other, state).size == 11
    assert state.read_text(encoding="utf-8") == there.checkpoint()
    assert there.sent.decode().startswith(there.checkpoint())
    assert "— us " in there.sent.decode()


def test_the_same_again_has_grown_by_nothing(other, tmp_path):
    assert look(other, tmp_path / "seen") == look(other, tmp_path / "seen")


def rolled_back(there: Installation) -> None:
    del there.leaves[5:]


def rewritten(there: Installation) -> None:
    there.leaves[2] = leaf_hash(b"other")
    there.leaves.append(leaf_hash(b"more"))


def silent(there: Installation) -> None:
    there.status = 503


def without_proof(there: Installation) -> None:
    there.leaves.append(leaf_hash(b"more"))
    there.growth = b"{}"


def with_a_proof_of_something_else(there: Installation) -> None:
    there.leaves.append(leaf_hash(b"more"))
    there.growth = b'{"proof": ["AAAA"]}'


@pytest.mark.parametrize(
    "change, said",
    [
        (rolled_back, "台账被回退"),
        (rewritten, "台账被改写"),
        (silent, "HTTP 503"),
        (without_proof, "没有给出可以识读的增长证明"),
        (with_a_proof_of_something_else, "台账被改写"),
    ],
)
def test_it_cosigns_nothing_else_and_what_it_saw_stays(other, tmp_path, change, said):
    there, state = other[0], tmp_path / "seen"
    look(other, state)
    before, there.sent = state.read_text(encoding="utf-8"), b""
    change(there)
    with pytest.raises(witness.NotGrown, match=said):
        look(other, state)
    assert (state.read_text(encoding="utf-8"), there.sent) == (before, b"")


def test_it_believes_no_key_but_the_one_received_by_another_way(other, tmp_path):
    there, url = other
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    with pytest.raises(witness.NotGrown, match="不是用登记的公钥"):
        witness.follow(
            url, keys=[stranger], name="us", signer=keys.signer(), state=tmp_path / "seen"
        )
    assert there.sent == b""


def test_what_is_no_checkpoint_is_none_and_nobody_there_is_no_answer(other, tmp_path, monkeypatch):
    monkeypatch.setattr(Installation, "checkpoint", lambda _: "nothing")
    with pytest.raises(witness.NotGrown, match="格式有误"):
        look(other, tmp_path / "seen")
    with pytest.raises(witness.NotGrown, match="没有应答"):
        look((other[0], "http://127.0.0.1:9"), tmp_path / "seen")
