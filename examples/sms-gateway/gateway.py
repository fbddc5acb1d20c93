"""
A small SMS gateway 短信网关: takes messages of Hedui, keeps them in a file, sends receipts.

It sends nothing to anybody. An office starts from it: put the operator's call where `arrived` is.

    python gateway.py --port 8055 --keys DIR --platform platform.pub.pem \
        --receipts http://127.0.0.1:8000/api/sms/receipts
"""

import argparse
import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import Request, urlopen

from hedui.wire.seals import SealError, Verifier, generate_key, load_publics, load_signer

MESSAGE, RECEIPT = "hedui-sms+jws", "hedui-sms-receipt+jws"


class Gateway:
    """The messages by their numbers, and what became of each."""

    def __init__(self, folder: Path, platform: Path, receipts: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        key = folder / "sms.pem"
        self.signer = load_signer(key) if key.exists() else generate_key(key)
        self.platform, self.receipts, self.sent = platform, receipts, folder / "sent.jsonl"
        self.outcomes: dict[str, str] = {}
        self.lock = threading.Lock()

    def take(self, body: bytes, signature: str) -> None:
        """Take a message once. :raises SealError: it is not signed by the platform"""
        Verifier.of(*load_publics(self.platform)).verify_detached(signature, body, typ=MESSAGE)
        message = json.loads(body)
        with self.lock:
            if message["id"] in self.outcomes:
                return
            with self.sent.open("a", encoding="utf-8") as file:
                file.write(json.dumps(message, ensure_ascii=False) + "\n")
            self.outcomes[message["id"]] = "delivered" if arrived(message) else "failed"
        if self.receipts:
            threading.Thread(target=self.tell, args=(message["id"],), daemon=True).start()

    def receipt(self, message: str) -> bytes:
        """Return the signed receipt of a message."""
        said = {"id": message, "outcome": self.outcomes[message], "at": _now()}
        return self.signer.sign(json.dumps(said).encode(), typ=RECEIPT).encode()

    def tell(self, message: str) -> None:
        """Send the receipt of a message; if nobody takes it, it will be asked for."""
        asked = Request(self.receipts, self.receipt(message), {"Content-Type": "application/jose"})
        try:
            urlopen(asked, timeout=10).close()
        except OSError as error:
            print(f"receipt not taken: {type(error).__name__}", flush=True)


def arrived(message: dict) -> bool:
    """Send the text by the operator's service, and tell whether it reached the telephone."""
    return not message["to"].endswith("0")  # for trying: a number that ends so is out of reach


def _now() -> str:
    return datetime.now(UTC).isoformat()


def serving(gateway: Gateway, port: int) -> ThreadingHTTPServer:
    """Return the server."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            try:
                gateway.take(body, self.headers.get("Hedui-Signature", ""))
            except SealError:
                self._answer(401)
            else:
                self._answer(202)

        def do_GET(self) -> None:
            message = self.path.rpartition("/")[2]
            if message in gateway.outcomes:
                self._answer(200, gateway.receipt(message))
            else:
                self._answer(404)

        def _answer(self, status: int, content: bytes = b"") -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing: addresses of messages are in the file."""

    return ThreadingHTTPServer(("127.0.0.1", port), Answering)


def main() -> None:
    """Serve until stopped."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--port", type=int, required=True)
    given.add_argument("--keys", type=Path, required=True, help="key and messages are kept here")
    given.add_argument("--platform", type=Path, required=True, help="public key of Hedui")
    given.add_argument("--receipts", default="", help="where receipts are sent, if anywhere")
    chosen = given.parse_args()
    server = serving(Gateway(chosen.keys, chosen.platform, chosen.receipts), chosen.port)
    print(f"http://127.0.0.1:{server.server_address[1]}/messages", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
