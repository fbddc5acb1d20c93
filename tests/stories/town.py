"""
A town of real processes that a test may kill: six departments, a worker, the web, a clerk.

Everything lies in one folder, and every process is started as an operator would start it. What
needs Django runs in a child, because the town has a database of its own.
"""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from hedui.faces.cli.processes import free_ports
from hedui.wire.moments import CHINA
from hedui.wire.seals import generate_key
from tests.cast import SOURCES

ROOT = Path(__file__).parents[2]
SPEC = "town.json"
ACKNOWLEDGED = "acknowledged.txt"
ALLOWED = "allowed.txt"
LAUNCH = (
    "import sys; from importlib import import_module\n"
    "from hedui.faces.cli.bringing_up import bring_up; bring_up()\n"
    "import_module(sys.argv[1]).main(*sys.argv[2:])"
)
TORN = '{"at":"2024-08-01T09:00:00.000+08:00","unit":"银'.encode()[:-1]
"""The beginning of a line, cut off within a character, as a crash may leave it."""


def children_of(pid: int) -> list[int]:
    """Return the living children of a process, the eldest first."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent, *_ = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(parent) == pid and state != "Z":
            found.append(int(stat.parent.name))
    return sorted(found)


class Town:
    """
    The processes by name, and what is known of them from outside.

    database_url: None for the embedded SQLite
    households, seed: whom `tests.stories.clerk` draws
    """

    def __init__(
        self, folder: Path, *, households: int, seed: int, database_url: str | None = None
    ) -> None:
        self.folder = folder
        self.database_url = database_url
        self.departments = folder / "departments"
        self.ports = dict(zip((*SOURCES, "web"), free_ports(len(SOURCES) + 1), strict=True))
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = os.environ | {
            "HEDUI_DATA_DIR": str(folder),
            "HEDUI_LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": "hedui.config.settings",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
        }
        if database_url:
            self.environment["HEDUI_DATABASE_URL"] = database_url
        today = datetime.now(CHINA).date()
        spec = {
            "households": households,
            "seed": seed,
            "ports": self.ports,
            "applied_on": today.replace(day=1).isoformat(),
            "as_of": (today - timedelta(days=1)).isoformat(),
        }
        (folder / SPEC).write_text(json.dumps(spec), encoding="utf-8")
        self.allow(0)

    def __enter__(self) -> "Town":
        self.departments.mkdir()
        for source in SOURCES:
            generate_key(self.departments / f"{source}.key.pem")
        self.ask("tests.stories.clerk", "settle")
        for source in SOURCES:
            self.start(source)
        for source in SOURCES:
            self.wait_for(source)
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self.running):
            self.kill(name)

    def start(self, name: str, *arguments: str) -> None:
        """Start a process by its name: a source, `worker`, `web`, `clerk` and so on."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *self._command(name), *arguments],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _command(self, name: str) -> list[str]:
        files = self.departments
        if name in SOURCES:
            return [
                "-m",
                "hedui",
                "department",
                "serve",
                "--source",
                name,
                "--data",
                str(files / f"{name}.csv"),
                "--port",
                str(self.ports[name]),
                "--key",
                str(files / f"{name}.key.pem"),
                "--log",
                str(files / f"{name}.inquiries.jsonl"),
            ]
        if name == "worker":
            return ["-m", "hedui", "worker"]
        if name == "web":
            return ["-m", "hedui", "serve", "--port", str(self.ports["web"])]
        if name == "clerk":
            return ["-c", LAUNCH, "tests.stories.clerk", "submit"]
        if name == "visitor":
            return ["-m", "tests.stories.visitor", str(self.folder)]
        return ["-c", LAUNCH, name]

    def kill(self, name: str) -> None:
        """SIGKILL to a process and its children: no handler runs, nothing is flushed."""
        process = self.running.pop(name)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_one_of_its(self, name: str) -> None:
        """SIGKILL one child of a process, which is to go on without it."""
        children = children_of(self.running[name].pid)
        if children:
            os.kill(children[0], signal.SIGKILL)

    def tear(self, source: str) -> None:
        """Leave half a line at the end of a dead department's record."""
        with (self.departments / f"{source}.inquiries.jsonl").open("ab") as record:
            record.write(TORN)

    def cut_sessions(self) -> None:
        """End every session of the town at its PostgreSQL server, whatever it is doing."""
        assert self.database_url
        with psycopg.connect(self.database_url, autocommit=True) as admin:
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )

    def deadlocks(self) -> int:
        """Return how often PostgreSQL had to end a session because sessions waited in a ring."""
        if not self.database_url:
            return 0
        with psycopg.connect(self.database_url, autocommit=True) as admin:
            row = admin.execute(
                "select deadlocks from pg_stat_database where datname = current_database()"
            ).fetchone()
            return int(row[0]) if row else 0

    def has_ended(self, name: str) -> int | None:
        """Return how a process ended by itself, None while it runs."""
        return self.running[name].poll()

    def wait_for(self, name: str, seconds: float = 30) -> None:
        """Wait until a server listens."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.has_ended(name) is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.ports[name])) == 0:
                    return
            time.sleep(0.03)
        raise AssertionError(f"{name} does not listen:\n{self.said(name)}")

    def web_answers(self) -> bool:
        """Tell whether the web answers now."""
        try:
            address = f"http://127.0.0.1:{self.ports['web']}/api/healthz"
            with urllib.request.urlopen(address, timeout=2) as response:
                return bool(json.load(response)["status"] == "ok")
        except (OSError, urllib.error.URLError):
            return False

    def said(self, name: str) -> str:
        """Return the last that a process wrote."""
        file = self.folder / f"{name}.log"
        return file.read_text(encoding="utf-8", errors="replace")[-3000:] if file.exists() else ""

    def run(
        self, module: str, *arguments: str, seconds: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run the `main` of a module in a child to its end."""
        return subprocess.run(
            [sys.executable, "-c", LAUNCH, module, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def ask(self, module: str, *arguments: str) -> Any:
        """Run the `main` of a module in a child and return what it prints as JSON."""
        done = self.run(module, *arguments)
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout) if done.stdout else None

    def allow(self, households: int) -> None:
        """Let the clerk submit so many households in all."""
        (self.folder / ALLOWED).write_text(str(households), encoding="ascii")

    def acknowledged(self) -> set[int]:
        """Return the households that the clerk was told are taken in."""
        file = self.folder / ACKNOWLEDGED
        return {int(line) for line in file.read_text().split()} if file.exists() else set()

    def count(self, table: str) -> int:
        """Count the rows of a table, past all code of ours."""
        query = f"select count(*) from {table}"
        if self.database_url:
            with psycopg.connect(self.database_url, autocommit=True) as server:
                row = server.execute(query).fetchone()
                return int(row[0]) if row else 0
        with closing(sqlite3.connect(self.folder / "hedui.sqlite3", timeout=10)) as file:
            return int(file.execute(query).fetchone()[0])
