"""
The hostile department: a real server over plain sockets and TLS that misbehaves as it is asked to.

The first part of the path names the manner (`manners.py`); what it says is signed by the key in
its folder, or by a stranger's. Over TLS it shows the certificate of the port that was called.

    python -m tests.hostile.department FOLDER
"""

import json
import socket
import ssl
import sys
import threading
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

from hedui.wire.seals import Signer, generate_key, load_signer
from tests.hostile.manners import MANNERS, Call
from tests.proof.department import Line

KEY, PORTS = "department.key.pem", "ports.json"


class Heard(Line):
    """One connection, read without the kernel's stamps, which TLS does not have."""

    def __init__(self, peer: socket.socket) -> None:
        self.peer, self.held, self.stamp = peer, b"", 0

    def _more(self) -> bool:
        data = self.peer.recv(65_536)
        self.held += data
        return bool(data)


def true(call: Call) -> bool:
    """Answer truly, as every other department does."""
    return call.send(call.answer())


class Hostile:
    """The department and its memory of each manner."""

    def __init__(self, folder: Path) -> None:
        self.signer: Signer = load_signer(folder / KEY)
        self.stranger = generate_key(folder / "stranger.pem")
        self.before: dict[str, dict[str, bytes]] = defaultdict(dict)

    def serve(self, peer: socket.socket) -> None:
        """Serve one connection to its end."""
        line, here = Heard(peer), dict[str, bytes]()
        with suppress(OSError), peer:
            while request := line.request():
                manner = request.source
                keys, before = (self.signer, self.stranger), self.before[manner]
                call = Call(peer, json.loads(request.body), *keys, before, here)
                do = MANNERS[manner].do if manner in MANNERS else true
                if not do(call):
                    return

    def listen(self, door: socket.socket, context: ssl.SSLContext | None = None) -> None:
        """Serve whoever comes, for ever."""
        while True:
            peer, _ = door.accept()
            threading.Thread(target=self._meet, args=(peer, context), daemon=True).start()

    def _meet(self, peer: socket.socket, context: ssl.SSLContext | None) -> None:
        with suppress(OSError):
            self.serve(context.wrap_socket(peer, server_side=True) if context else peer)


def main(folder: str) -> None:
    """Serve until killed; the ports are written when all are open."""
    place = Path(folder)
    hostile, ports = Hostile(place), {}
    for name in ("http", "self_signed", "expired", "other_host", "trusted"):
        door = socket.create_server(("127.0.0.1", 0), backlog=256)
        ports[name], context = door.getsockname()[1], None
        if name != "http":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(place / f"{name}.pem")
        threading.Thread(target=hostile.listen, args=(door, context), daemon=True).start()
    written = place / f"{PORTS}.new"
    written.write_text(json.dumps(ports))
    written.rename(place / PORTS)
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
