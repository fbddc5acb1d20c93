"""Child processes of a demonstration or a benchmark: started together, stopped together."""

import os
import random
import signal
import socket  # noqa: TID251 - to see whether a server listens
import subprocess
import sys
import time
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from types import TracebackType

from hedui.procedure.record.outcome import Trouble

STOP_WITHIN = 10.0


class Processes:
    """Processes of ours, each with its own log; leaving the block stops them all."""

    def __init__(self, logs: Path, environment: Mapping[str, str]) -> None:
        self.logs = logs
        self.environment = {**os.environ, **environment}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._arguments: dict[str, tuple[str, ...]] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> "Processes":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        until = time.monotonic() + STOP_WITHIN
        for process in self.running.values():
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()

    def start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start `hedui …` under a name, its output going to logs/<name>.log."""
        self._arguments[name] = arguments
        with (self.logs / f"{name}.log").open("ab") as log:
            # A session of its own: Ctrl-C reaches the parent alone, which then stops the children.
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", "hedui", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment,
                start_new_session=True,
            )
        return self.running[name]

    def wait_for_port(self, name: str, port: int, seconds: float = 60) -> None:
        """
        Wait until a process listens.

        :raises Trouble: it ended, or does not listen in time; names its log
        """
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.running[name].poll() is not None:
                break
            if listens(port):
                return
            time.sleep(0.05)
        raise Trouble(f"{name} 没有启动,原因见 {self.logs / name}.log")

    def restart(self, name: str) -> subprocess.Popen[bytes]:
        """Start a process again as it was started."""
        return self.start(name, *self._arguments[name])

    def ended(self) -> set[str]:
        """Return the names of processes that have ended by themselves."""
        return {name for name, process in self.running.items() if process.poll() is not None}


def listens(port: int) -> bool:
    """Tell whether something listens on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_ports(count: int) -> list[int]:
    """
    Return free loopback ports below those that the kernel gives to clients.

    A client that keeps trying a dead server's port may otherwise be given that very port for its
    own end, and talk to itself; and a port that the kernel gave us it may soon give to another.
    """
    candidates = random.SystemRandom().sample(range(20_000, 32_000), 200)
    found = list(islice((port for port in candidates if not listens(port)), count))
    if len(found) < count:
        raise Trouble("20000 至 32000 之间没有足够的空闲端口。")
    return found
