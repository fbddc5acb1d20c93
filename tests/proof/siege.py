"""
The siege: clerks, a worker, the web and a hostile department, all killed again and again.

What is run is run as an operator would run it. Afterwards `tests.proof.judging` decides, from the
department's record, the journals of what people signed and the database, whether any request was
outside. How much is done is a number; `make harness` asks for 100,000 operations.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from hedui.batch import sample
from hedui.faces.cli.processes import free_ports
from hedui.wire.moments import CHINA
from tests.proof.clerk import STOP
from tests.proof.department import RECORD
from tests.proof.processes import ROOT, Hostile

LAUNCH = (
    "import sys; from importlib import import_module\n"
    "from hedui.faces.cli.bringing_up import bring_up; bring_up()\n"
    "import_module(sys.argv[1]).main(*sys.argv[2:])"
)
MANNERS = (
    "polite*30,later*24,slow*4,drop*4,half*3,twice*3,of_before*3,broken*4,elsewhere*2,"
    "of_another*4,forged*3,noise*2"
)


@dataclass
class Siege:
    """
    All processes by name, and how often each was killed.

    operations: how many the clerks are to perform in all; kills: how many at least
    """

    folder: Path
    seed: int
    operations: int
    kills: int
    clerks: int
    database_url: str | None = None
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    hit: Counter[str] = field(default_factory=Counter)
    answered: int = 0
    verified: int = 0
    counted: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        hostile, self.web = free_ports(2)
        self.rng = random.Random(self.seed)
        self.department = Hostile(self.folder / "hostile", hostile, self.seed, MANNERS)
        self.begun = 0
        self.environment = os.environ | {
            "HEDUI_DATA_DIR": str(self.folder),
            "HEDUI_LOG_LEVEL": "ERROR",
            "HEDUI_ALLOWED_HOSTS": "*",
            "DJANGO_SETTINGS_MODULE": "hedui.config.settings",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
        }
        if self.database_url:
            self.environment["HEDUI_DATABASE_URL"] = self.database_url

    # -------------------------------------------------------------- processes

    def ask(self, *arguments: str) -> str:
        """Run the `main` of a module to its end."""
        done = subprocess.run(
            [sys.executable, "-c", LAUNCH, *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-4_000:]
        return done.stdout

    def start(self, name: str) -> None:
        """Start one by name; every clerk has a seed of his own."""
        if name == "department":
            self.department.start()
            return
        command = ["-m", "hedui", "worker"]
        if name == "web":
            command = ["-m", "hedui", "serve", "--port", str(self.web)]
        elif name.startswith("clerk"):
            self.begun += 1
            seed = str(self.seed * 1_000 + self.begun)
            clerk = ["work", str(self.begun), seed, str(self.web)]
            command = ["-c", LAUNCH, "tests.proof.clerk", *clerk]
        elif name == "terminal":
            command = ["-m", "hedui", "verify", str(self._file()), "--wait", "5",
                       "--out", str(self.folder / "out"), "--officer", "street"]  # fmt: skip
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def kill(self, name: str) -> None:
        """SIGKILL to a process and its children."""
        if name == "department":
            self.department.kill()
            return
        process = self.running.pop(name)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def _file(self) -> Path:
        """Write a household with its papers, and what they say into a journal of the terminal."""
        self.verified += 1
        folder = self.folder / f"file-{self.verified}"
        folder.mkdir()
        today = datetime.now(CHINA).date()
        [household] = sample.many(
            1,
            self.seed * 10_000 + self.verified,
            applied_on=today.replace(day=1),
            as_of=today - timedelta(days=1),
        )
        for name, paper in household.scans.items():
            (folder / name).write_bytes(paper)
        file = folder / "CASE.json"
        file.write_text(json.dumps(household.case, ensure_ascii=False), encoding="utf-8")
        with (self.folder / "journal-terminal.jsonl").open("a", encoding="utf-8") as journal:
            numbers = [m["id_number"] for m in household.case["members"]]
            journal.write(json.dumps({"kind": "declared", "numbers": numbers}) + "\n")
            for member in household.case["members"]:
                if signed := member.get("authorization"):
                    line = {
                        "kind": "signed",
                        "number": member["id_number"],
                        "at_ns": time.time_ns(),
                        "items": signed["items"],
                        "purpose": household.case["programme"],
                        "until": signed["valid_until"],
                    }
                    journal.write(json.dumps(line) + "\n")
        return file

    # -------------------------------------------------------------- course

    def run(self, within: float) -> float:
        """Lay siege until enough was done, or the time is over; return the seconds it took."""
        self.folder.mkdir(exist_ok=True)
        try:
            self.department.start()
            url = f"http://127.0.0.1:{self.department.port}"
            self.ask("tests.proof.clerk", "settle", url, self.department.public_key)
            for name in ("worker", "web", *(f"clerk{n}" for n in range(self.clerks))):
                self.start(name)
            began = time.monotonic()
            while not self._is_enough():
                elapsed = time.monotonic() - began
                if elapsed > within:
                    break
                self._go_on(self._share(elapsed, within))
            (self.folder / STOP).touch()
            self._end()
        finally:
            for name in list(self.running):
                self.kill(name)
            self.department.kill()
        return time.monotonic() - began

    def _is_enough(self) -> bool:
        """Tell whether all was done that was to be, and enough was asked to judge by."""
        done = self.count()
        is_done = done >= self.operations and self.hit.total() >= self.kills
        return is_done and self.requests() > done // 20

    def _go_on(self, share: float) -> None:
        """Kill as many as there should have been by now, and see how the others do."""
        self._watch()
        if self.count() and self.hit.total() < self.kills * share:
            self._strike()
        self._ask_api()
        time.sleep(self.rng.uniform(0.2, 0.6))

    def _share(self, elapsed: float, within: float) -> float:
        return min(1, max(self.count() / self.operations, elapsed / within))

    def _strike(self) -> None:
        victims = ["worker"] * 3 + ["web", "department"] + ["clerk"] * 3
        victims += ["sessions"] if self.database_url else []
        name = self.rng.choice(victims)
        self.hit[name] += 1
        if name == "sessions":
            assert self.database_url
            with psycopg.connect(self.database_url, autocommit=True) as admin:
                admin.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where usename ="
                    " current_user and datname = current_database() and pid <> pg_backend_pid()"
                )
            return
        if name == "clerk":
            name = f"clerk{self.rng.randrange(self.clerks)}"
        self.kill(name)
        self.start(name)
        if self.hit.total() % 4 == 1 and "terminal" not in self.running:
            self.start("terminal")

    def _watch(self) -> None:
        for name, process in list(self.running.items()):
            if process.poll() is None:
                continue
            if name == "terminal":
                self.kill(name)
            elif name.startswith("clerk") or self.hit["sessions"]:
                self.hit[f"{name} ended"] += 1
                self.start(name)
            else:
                raise AssertionError(f"{name} ended by itself: {self.said(name)}")

    def _end(self) -> None:
        """Wait for the clerks to stop between two operations."""
        until = time.monotonic() + 20
        for name in [n for n in self.running if n.startswith("clerk")]:
            process = self.running[name]
            while process.poll() is None and time.monotonic() < until:
                time.sleep(0.05)

    def _ask_api(self) -> None:
        """Ask the web by HTTP where an authorization stands; it may be down."""
        number = next((line["authorization"] for line in self._revoked()), None)
        if number is None:
            return
        address = f"http://127.0.0.1:{self.web}/api/authorizations/{number}/status"
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                said = json.load(answer)["status"]
        except (OSError, urllib.error.URLError, ValueError):
            return
        assert said == "revoked", f"{number}: the web says {said} of what was revoked"
        self.answered += 1

    def _revoked(self) -> list[dict[str, Any]]:
        newest = sorted(self.folder.glob("journal-[0-9]*.jsonl"), key=os.path.getmtime)[-1:]
        tail = [line for file in newest for line in file.read_bytes()[-20_000:].split(b"\n")[1:-1]]
        lines = [json.loads(line) for line in tail]
        return [line for line in lines if line["kind"] == "revoked"][-1:]

    # -------------------------------------------------------------- figures

    def count(self) -> int:
        """Count the operations performed; of each journal, read what was added since."""
        for file in self.folder.glob("journal-[0-9]*.jsonl"):
            read, found = self.counted.get(file, (0, 0))
            with file.open("rb") as lines:
                lines.seek(read)
                whole, _, _ = lines.read().rpartition(b"\n")
            self.counted[file] = (
                read + len(whole) + bool(whole),
                found + whole.count(b'"kind": "operation"'),
            )
        return sum(found for _, found in self.counted.values())

    def requests(self) -> int:
        """Count the requests that reached the department."""
        record = self.folder / "hostile" / RECORD
        return record.read_bytes().count(b"\n") if record.exists() else 0

    def became(self) -> Counter[str]:
        """Count what became of the operations."""
        became: Counter[str] = Counter()
        for file in self.folder.glob("journal-[0-9]*.jsonl"):
            for line in file.read_bytes().splitlines():
                if b'"kind": "operation"' in line and line.endswith(b"}"):
                    became[json.loads(line)["became"].partition(":")[0]] += 1
        return became

    def deadlocks(self) -> int:
        """Return how often PostgreSQL had to end a session because sessions waited in a ring."""
        if not self.database_url:
            return 0
        with psycopg.connect(self.database_url, autocommit=True) as admin:
            row = admin.execute(
                "select deadlocks from pg_stat_database where datname = current_database()"
            ).fetchone()
            return int(row[0]) if row else 0

    def said(self, name: str) -> str:
        """Return the last that a process wrote."""
        file = self.folder / f"{name}.log"
        return file.read_text(encoding="utf-8", errors="replace")[-4_000:] if file.exists() else ""
