"""The hostile department as a process of its own, and its record read from outside."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from hedui.faces.cli.processes import free_ports
from hedui.wire.seals import generate_key, public_path
from tests.proof.department import KEY, LISTENS, RECORD

ROOT = Path(__file__).parents[2]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Asked:
    """One line of the record."""

    source: str
    manner: str
    clock_ns: int
    body: str

    @property
    def at(self) -> datetime:
        """When it had arrived whole, by the department's clock."""
        return EPOCH + timedelta(microseconds=self.clock_ns // 1_000)

    @cached_property
    def message(self) -> dict[str, Any]:
        """Read what was asked."""
        read: dict[str, Any] = json.loads(self.body)
        return read

    @property
    def message_id(self) -> str:
        """Say which message it is."""
        return str(self.message["header"]["message_id"])

    @property
    def elements(self) -> list[dict[str, Any]]:
        """Return its inquiries."""
        return list(self.message["message"]["search_request"])


def record_of(folder: Path) -> Iterator[Asked]:
    """Read the record; a line that a kill tore was never answered, and its request never ended."""
    with (folder / RECORD).open("rb") as lines:
        for written in lines:
            if written.endswith(b"\n"):
                said = json.loads(written)
                yield Asked(said["source"], said["manner"], said["clock_ns"], said["body"])


@dataclass
class Hostile:
    """A department in a folder on a port: started, killed, started again."""

    folder: Path
    port: int
    seed: int
    manners: str
    process: subprocess.Popen[bytes] | None = None

    @property
    def public_key(self) -> str:
        """Return the key with which its answers are verified."""
        return public_path(self.folder / KEY).read_text(encoding="ascii")

    def url(self, source: str) -> str:
        """Return where it stands for a source."""
        return f"http://127.0.0.1:{self.port}/{source}"

    def start(self) -> None:
        """Start it and wait until it listens."""
        self.folder.mkdir(exist_ok=True)
        if not (self.folder / KEY).exists():
            generate_key(self.folder / KEY)
        arguments = (str(self.folder), str(self.port), str(self.seed), self.manners)
        self.seed += 1
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.proof.department", *arguments], cwd=ROOT
        )
        until = time.monotonic() + 30
        while time.monotonic() < until and self.process.poll() is None:
            if self._listens(self.process.pid):  # it, and nobody else who was given the same port
                return
            time.sleep(0.02)
        raise AssertionError("the department does not listen")

    def _listens(self, pid: int) -> bool:
        said = self.folder / LISTENS
        return said.exists() and said.read_text() == str(pid)

    def kill(self) -> None:
        """SIGKILL."""
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


@contextmanager
def hostile(folder: Path, *, seed: int, manners: str) -> Iterator[Hostile]:
    """Run a department for as long as the block lasts."""
    [port] = free_ports(1)
    department = Hostile(folder, port, seed, manners)
    department.start()
    try:
        yield department
    finally:
        department.kill()
