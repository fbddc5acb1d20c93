"""A demonstration run by real processes, as a stranger would start it, for the stories."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hedui.faces.cli.processes import free_ports

HEDUI = [sys.executable, "-m", "hedui"]


def environment(folder: Path, suite: str = "default") -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("HEDUI_")}
    plain.pop("DJANGO_SETTINGS_MODULE", None)
    return {**plain, "HEDUI_DATA_DIR": str(folder), "HEDUI_CRYPTO_SUITE": suite}


@dataclass
class Demonstration:
    """A running `hedui demo`: its folder, its port, what it printed."""

    folder: Path
    port: int
    process: subprocess.Popen[str]
    printed: str = ""
    logins: dict[str, str] = field(default_factory=dict)
    suite: str = "default"
    restarted: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def run(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command of hedui on this installation and check its exit code."""
        done = subprocess.run(
            [*HEDUI, *arguments],
            env=environment(self.folder, self.suite),
            text=True,
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    def verify(self, case: Path, out: Path) -> dict[str, Any]:
        """Run `hedui verify` and return what report.json holds."""
        self.run("verify", str(case), "--out", str(out))
        return json.loads((out / "report.json").read_text(encoding="utf-8"))

    def log_of(self, source: str) -> list[dict[str, Any]]:
        """Return the department's own record of what it was asked."""
        file = self.folder / "departments" / f"{source}.inquiries.jsonl"
        if not file.exists():
            return []
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]

    def process_of(self, source: str) -> int:
        """Return the process number of a department's gateway."""
        wanted = f"--source\0{source}\0--data\0{self.folder}"
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and wanted in (entry / "cmdline").read_text():
                    return int(entry.name)
        raise AssertionError(f"no process for {source}")

    @contextlib.contextmanager
    def without(self, source: str) -> Iterator[None]:
        """Kill a department's gateway, and start it again afterwards as it had been started."""
        process = Path("/proc") / str(self.process_of(source))
        command, variables = (
            (process / name).read_text().strip("\0").split("\0") for name in ("cmdline", "environ")
        )
        os.kill(int(process.name), signal.SIGKILL)
        try:
            yield
        finally:
            own = dict(variable.split("=", 1) for variable in variables)
            self.restarted.append(subprocess.Popen(command, env=own))


@contextlib.contextmanager
def demonstration(
    folder: Path, suite: str = "default", *, tables: Path | None = None
) -> Iterator[Demonstration]:
    """
    Start `hedui demo` and yield it once it has told how to log in.

    tables: what it begins on, so that it need not make them; None for nothing, as a stranger would
    """
    if tables:
        folder.mkdir()
        shutil.copy(tables, folder)
    [port] = free_ports(1)
    process = subprocess.Popen(
        [*HEDUI, "demo", "--data", str(folder), "--port", str(port), "--no-browser"],
        env=environment(folder, suite),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        printed = ""
        assert process.stdout is not None
        for line in process.stdout:
            printed += line
            if "Ctrl-C" in line:
                break
        assert "Ctrl-C" in printed, printed
        logins = dict(re.findall(r"^([a-z]+) +(\S{12}) ", printed, re.MULTILINE))
        demo = Demonstration(folder, port, process, printed, logins, suite)
        try:
            yield demo
        finally:
            for gateway in demo.restarted:
                gateway.terminate()
                gateway.wait(30)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def wait_until(true, seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.1)
