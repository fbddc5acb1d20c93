"""What a department sends is read within its limits, whatever it says of its own length."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import urllib3

from hedui.procedure.inquiries.connectors import https_json


@pytest.fixture
def department() -> Iterator[tuple[list[bytes], str]]:
    """Answer with the pieces that the test puts in, one after another."""
    pieces: list[bytes] = []

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.end_headers()
            for piece in pieces:
                self.wfile.write(piece)
                self.wfile.flush()
                time.sleep(0.05)

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield pieces, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_answer_in_pieces_arrives_whole(department):
    pieces, url = department
    pieces += [b"one ", b"two"]
    assert https_json._post(url, "/", b"{}") == (200, b"one two")


def test_an_answer_that_does_not_end_is_broken_off(department):
    pieces, url = department
    pieces += [b"x" * 40] * 4
    with pytest.raises(urllib3.exceptions.ResponseError, match="larger"):
        https_json._post(url, "/", b"{}", most=100)


def test_an_answer_that_trickles_is_broken_off(department):
    pieces, url = department
    pieces += [b"x"] * 9
    with pytest.raises(urllib3.exceptions.TimeoutError, match="slower"):
        https_json._post(url, "/", b"{}", patience=0.1)
