"""What the other side sends is read within its limits, whatever it says of its own length."""

import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import BadStatusLine, IncompleteRead, InvalidURL, RemoteDisconnected

import pytest

from hedui.procedure.record import lines

OK = b"HTTP/1.1 200 OK\r\n"
WHOLE = OK + b"content-length: 3\r\n\r\none"
Script = list[bytes]


class Side:
    """Answers each request with the next script, piece by piece, and counts who connects."""

    def __init__(self) -> None:
        self.scripts: list[Script] = []
        self.connections = 0
        self.requests: list[bytes] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}/there?a=1"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                met, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._answer, args=(met,), daemon=True).start()

    def _answer(self, met: socket.socket) -> None:
        with met, suppress(ConnectionError):  # who has heard enough hangs up
            while asked := met.recv(65536):
                self.requests.append(asked)
                script = self.scripts.pop(0)
                for piece in script:
                    met.sendall(piece)
                    time.sleep(0.02)
                if script and not script[-1]:  # an empty last piece: hang up
                    return

    def close(self) -> None:
        self._listening.close()


@pytest.fixture
def side() -> Iterator[Side]:
    made = Side()
    yield made
    made.close()


def send(side: Side, **limits: object) -> tuple[int, bytes]:
    return lines.send(side.url, b"{}", **({"patience": 8} | limits))


def test_an_answer_in_pieces_arrives_whole(side):
    side.scripts = [[OK + b"content-length: 7\r\n\r\n", b"one ", b"two"]]
    assert send(side) == (200, b"one two")
    assert side.requests[0].startswith(b"POST /there?a=1 HTTP/1.1\r\n")


def test_an_answer_without_a_length_ends_with_the_connection(side):
    side.scripts = [[OK + b"connection: close\r\n\r\n", b"one ", b"two", b""], [WHOLE]]
    assert send(side) == (200, b"one two")
    assert send(side) == (200, b"one")


def test_an_answer_in_chunks_arrives_whole(side):
    chunked = OK + b"transfer-encoding: chunked\r\n\r\n"
    side.scripts = [[chunked, b"3\r\none\r\n", b"1\r\n!\r\n", b"0\r\n\r\n"], [WHOLE]]
    assert send(side) == (200, b"one!")
    assert send(side) == (200, b"one")
    assert side.connections == 1


def test_one_connection_serves_many_requests(side):
    side.scripts = [[WHOLE], [WHOLE], [WHOLE]]
    assert [send(side) for _ in range(3)] == [(200, b"one")] * 3
    assert side.connections == 1


def test_a_connection_that_was_hung_up_is_made_anew(side):
    side.scripts = [[WHOLE, b""], [WHOLE]]
    send(side)
    time.sleep(0.1)
    assert send(side) == (200, b"one")
    assert side.connections == 2


def test_an_answer_to_what_was_not_asked_is_not_taken_for_the_next(side):
    side.scripts = [[WHOLE, OK + b"content-length: 5\r\n\r\nother"], [WHOLE]]
    send(side)
    time.sleep(0.1)
    assert send(side) == (200, b"one")


def test_where_it_is_sent_elsewhere_it_does_not_go(side):
    side.scripts = [[b"HTTP/1.1 302 Found\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n"]]
    assert send(side) == (302, b"")


@pytest.mark.parametrize(
    ("script", "failure"),
    [
        ([OK + b"content-length: 200\r\n\r\n", *[b"x" * 60] * 3], lines.TooLarge),
        ([OK + b"connection: close\r\n\r\n", *[b"x" * 60] * 3], lines.TooLarge),
        ([OK + b"content-length: 9\r\n\r\n", b"one", b""], IncompleteRead),
        ([b"SSH-2.0-x\r\n", b""], BadStatusLine),
        ([b""], RemoteDisconnected),
    ],
    ids=["too large", "too large, without a length", "cut off", "not HTTP", "hung up"],
)
def test_what_does_not_hold_is_a_failure(side, script, failure):
    side.scripts = [script]
    with pytest.raises(failure):
        send(side, most=100)


@pytest.mark.parametrize(
    "script",
    [
        [OK + b"content-length: 100\r\n\r\n", *[b"x"] * 100],
        [bytes([letter]) for letter in OK + b"x-slow: 1\r\n" * 9],
        [],
    ],
    ids=["its content trickles", "its head trickles", "silent"],
)
def test_an_answer_that_does_not_end_is_broken_off_in_time(side, script):
    side.scripts = [script]
    started = time.monotonic()
    with pytest.raises(lines.Failure):
        send(side, patience=0.3)
    assert time.monotonic() - started < 1.5  # else it would take two seconds


def test_what_keeps_it_from_leaving_lets_nothing_out(side):
    side.scripts = [[WHOLE]]

    def stop() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        send(side, leave=stop)
    assert side.requests == []


def test_it_tells_when_it_leaves_and_when_it_has_left(side):
    told: list[str] = []
    side.scripts = [[WHOLE]]

    def tell(word: str) -> Callable[[], None]:
        return lambda: told.append(word)

    send(side, leave=tell("leave"), left=tell("left"))
    assert told == ["leave", "left"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/a b", "http://127.0.0.1:9/名"])
def test_an_address_that_is_none_is_a_failure(url):
    with pytest.raises(InvalidURL):
        lines.send(url, patience=1)


def test_no_connection_is_a_failure():
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionRefusedError):
            lines.send(f"http://127.0.0.1:{nobody.getsockname()[1]}/", patience=1)


def test_who_cannot_prove_who_it_is_is_told_nothing(side):
    """HTTPS to somebody who answers in clear: no byte of the request leaves."""
    side.scripts = [[WHOLE, b""]]
    with pytest.raises(ssl.SSLError):
        lines.send(side.url.replace("http:", "https:"), b'{"secret": 1}', patience=8)
    assert all(b"secret" not in asked for asked in side.requests)


def test_another_thread_may_be_faster_to_take_a_connection():
    class Emptied(deque):
        def __bool__(self) -> bool:
            return True

    assert lines._standing_still(Emptied()) is None


def test_when_the_time_is_over_nothing_more_is_read():
    with socket.socketpair()[0] as line, pytest.raises(lines.TooSlow):
        lines._Clocked(line, time.monotonic()).readinto(bytearray(1))
