"""
A department that trusts nobody and behaves badly: records all that reaches it, by its own clock.

It speaks the wire profile over plain sockets and shares no code with the gateway. What is asked
is on its record before anything is done about it, with the moment at which the kernel received
the last byte; how it then behaves is drawn by a seed. One process stands for all sources: the
first part of the path tells which.

    python -m tests.proof.department FOLDER PORT SEED polite*6,later*3,drop,…
"""

import json
import os
import random
import secrets
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from hedui.wire.answering import AnswerElement, AnswerRecord, Outcome, build_answer
from hedui.wire.inquiry import SearchMessage
from hedui.wire.moments import new_message_id
from hedui.wire.seals import Signer, load_signer

SO_TIMESTAMPNS = 35  # Linux; Python has no name for it
RECORD = "asked.jsonl"
KEY = "department.key.pem"
LISTENS = "listens"
STRANGER = ("别人", "990101195001010010")
LONGEST = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came: when its last byte reached the kernel, and what it said."""

    source: str
    body: bytes
    clock_ns: int


class Line:
    """One connection, read with the kernel's own stamps."""

    def __init__(self, peer: socket.socket) -> None:
        self.peer, self.held, self.stamp = peer, b"", 0

    def _more(self) -> bool:
        data, ancillary, _, _ = self.peer.recvmsg(65_536, 1_024)
        self.stamp = time.time_ns()
        for level, kind, stamp in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
                seconds, nanoseconds = struct.unpack("qq", stamp[:16])
                self.stamp = seconds * 1_000_000_000 + nanoseconds
        self.held += data
        return bool(data)

    def request(self) -> Request | None:
        """Read the next request; None when the other side is gone, whatever it had begun."""
        while b"\r\n\r\n" not in self.held:
            if not self._more():
                return None
        head, _, rest = self.held.partition(b"\r\n\r\n")
        first, *fields = head.decode("latin-1").split("\r\n")
        headers = {n.strip().lower(): v.strip() for n, _, v in (f.partition(":") for f in fields)}
        length = int(headers.get("content-length", "0"))
        assert length <= LONGEST
        self.held = rest
        while len(self.held) < length:
            if not self._more():
                return None
        body, self.held = self.held[:length], self.held[length:]
        return Request(first.split(" ")[1].split("/")[1], body, self.stamp)


class Department:
    """The record and the manners."""

    def __init__(self, folder: Path, seed: int, manners: str) -> None:
        self.record = (folder / RECORD).open("ab", buffering=0)
        self.signer: Signer = load_signer(folder / KEY)
        self.rng, self.manners = random.Random(seed), drawn_from(manners)
        self.lock = threading.Lock()
        self.before: bytes | None = None

    def serve(self, peer: socket.socket) -> None:
        """Serve one connection to its end."""
        with peer:
            line = Line(peer)
            try:
                while request := line.request():
                    if not self.deal(peer, request):
                        return
            except OSError:
                return

    def deal(self, peer: socket.socket, request: Request) -> bool:
        """Record a request, then behave; tell whether the connection is kept."""
        with self.lock:
            manner, luck = self.rng.choice(self.manners), self.rng.random()
            # One write of whole lines: a kill leaves all of it or a torn last line.
            self.record.write(written(request, manner))
        asked = json.loads(request.body)
        return MANNERS[manner](self, peer, asked, luck)

    def answer(self, asked: dict[str, Any], **changes: Any) -> bytes:
        """Write a signed answer, that nothing was found unless `changes` say otherwise."""
        elements = [
            _answered(each, **changes)
            for each in cast(list[Any], asked["message"]["search_request"])
        ]
        header, now = asked["header"], datetime.now(UTC)
        request = SearchMessage(
            message_id=header["message_id"],
            transaction_id=asked["message"]["transaction_id"],
            sender=header["sender_id"],
            receiver=header["receiver_id"],
            at=now,
            elements=(),
        )
        return build_answer(
            elements, message_id=new_message_id(now), request=request, at=now, signer=self.signer
        )


def written(request: Request, manner: str) -> bytes:
    """Write a request as a line of the record."""
    line = {
        "clock_ns": request.clock_ns,
        "monotonic_ns": time.monotonic_ns(),
        "source": request.source,
        "manner": manner,
        "body": request.body.decode("utf-8", errors="replace"),
    }
    return json.dumps(line, ensure_ascii=False).encode() + b"\n"


def _answered(each: dict[str, Any], *, stranger: bool = False, outcome: str = "") -> AnswerElement:
    criteria = each["search_criteria"]
    asked = criteria["query"]["value"]
    name, number = (
        STRANGER if stranger else (asked["subject"]["name"], asked["subject"]["id_number"])
    )
    source = criteria["reg_type"]
    if outcome == "pdng":
        return AnswerElement(each["reference_id"], source, "pdng", "pdng.reference_id.temporary")
    found = AnswerRecord(
        subject_name=name,
        subject_number=number,
        outcome=cast(Outcome, outcome or "NOT_FOUND"),
        as_of=datetime.now(UTC).date() - timedelta(days=1),
        unit="记录一切的部门",
        serial=secrets.token_hex(8),
        records=(),
    )
    return AnswerElement(each["reference_id"], source, "succ", None, found)


def send(peer: socket.socket, content: bytes, status: str = "200 OK", more: str = "") -> bool:
    """Send a response."""
    head = (
        f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n"
    )
    peer.sendall(f"{head}{more}\r\n".encode() + content)
    return True


def polite(it: Department, peer: socket.socket, asked: dict[str, Any], luck: float) -> bool:
    """Answer that there is nothing on record."""
    it.before = it.answer(asked)
    return send(peer, it.before)


def later(it: Department, peer: socket.socket, asked: dict[str, Any], luck: float) -> bool:
    """Answer that it cannot be said yet, so that it is asked again."""
    return send(peer, it.answer(asked, outcome="pdng"))


def slow(it: Department, peer: socket.socket, asked: dict[str, Any], luck: float) -> bool:
    """Take up to 0.4 seconds."""
    time.sleep(luck * 0.4)
    return send(peer, it.answer(asked))


def drop(it: Department, peer: socket.socket, asked: dict[str, Any], luck: float) -> bool:
    """Hang up on what was asked."""
    return False


def half(it: Department, peer: socket.socket, asked: dict[str, Any], luck: float) -> bool:
    """Hang up within the answer."""
    content = it.answer(asked)
    peer.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(content))
    peer.sendall(content[: int(len(content) * luck)])
    return False


def twice(it: Department, peer: socket.socket, asked: dict[str, Any], luck: float) -> bool:
    """Answer twice, the second time into whatever is asked next on this connection."""
    content = it.answer(asked)
    return send(peer, content) and send(peer, content)


def of_before(it: Department, peer: socket.socket, asked: dict[str, Any], luck: float) -> bool:
    """Answer what was asked before."""
    return send(peer, it.before or b"{}")


def broken(it: Department, peer: socket.socket, asked: dict[str, Any], luck: float) -> bool:
    """Fail with a page."""
    return send(peer, b"<html>error</html>", "500 Internal Server Error")


def elsewhere(it: Department, peer: socket.socket, asked: dict[str, Any], luck: float) -> bool:
    """Send the asker on, to itself, where it would be recorded as an impostor's request."""
    port = peer.getsockname()[1]
    return send(
        peer, b"", "307 Temporary Redirect", f"location: http://127.0.0.1:{port}/moved/\r\n"
    )


def of_another(it: Department, peer: socket.socket, asked: dict[str, Any], luck: float) -> bool:
    """Answer about another person."""
    return send(peer, it.answer(asked, stranger=True))


def forged(it: Department, peer: socket.socket, asked: dict[str, Any], luck: float) -> bool:
    """Change the answer after signing it."""
    return send(peer, it.answer(asked).replace(b"NOT_FOUND", b"MULTIPLE!"))


def noise(it: Department, peer: socket.socket, asked: dict[str, Any], luck: float) -> bool:
    """Say what is no HTTP."""
    peer.sendall(secrets.token_bytes(64))
    return False


Manner = Callable[[Department, socket.socket, dict[str, Any], float], bool]
MANNERS: dict[str, Manner] = {
    manner.__name__: manner
    for manner in (
        polite, later, slow, drop, half, twice, of_before, broken, elsewhere, of_another, forged,
        noise,
    )
}  # fmt: skip


def drawn_from(manners: str) -> list[str]:
    """Read `polite*6,later` as seven names to draw from."""
    weighed = [part.partition("*") for part in manners.split(",")]
    names = [name for name, _, weight in weighed for _ in range(int(weight or 1))]
    assert set(names) <= MANNERS.keys()
    return names


def main(folder: str, port: str, seed: str, manners: str) -> None:
    """Serve until killed."""
    department = Department(Path(folder), int(seed), manners)
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", int(port)))
        # Connections have it from the door: what reaches one before it is taken is stamped too.
        door.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        door.listen(256)
        (Path(folder) / LISTENS).write_text(str(os.getpid()))
        while True:
            peer, _ = door.accept()
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=department.serve, args=(peer,), daemon=True).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
