"""
`kill -9` at any moment, of anything, while households are verified.

A town of real processes verifies its households under fire; then a judge who trusts only the
database and the departments' own records says whether each has exactly one complete report,
whether anything was done that the ledger does not tell, and whether anybody was asked about
beyond what they signed.
"""

import os
import random
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.cast import SOURCES
from tests.conftest import postgres_url
from tests.databases import make_tables, pointed_at
from tests.stories.town import Town

SEED = int(os.environ.get("HEDUI_KILL_SEED", "20240801"))
HOUSEHOLDS = int(os.environ.get("HEDUI_KILL_HOUSEHOLDS", "200"))
KILLS, WORKER_KILLS = 36, 5
WITHIN = 540.0
WORKER_NEEDS = 4.0

LEFT = ("inquiries_ticket", "inquiries_reply", "reports_report")
STEPS: dict[str, tuple[tuple[bool, bool, bool], str]] = {
    # where the worker dies: what must then be left of LEFT, and which department is down
    "claimed": ((False, False, False), ""),
    "in the gate, not committed": ((False, False, False), ""),
    "tickets minted": ((True, False, False), ""),
    "sent, no answer read": ((True, False, False), ""),
    "answer received": ((True, False, False), ""),
    "replies not committed": ((True, False, False), ""),
    "replies kept": ((True, True, False), ""),
    "to be asked again, not marked as done": ((True, True, False), "vehicle"),
    "draft not committed": ((True, True, False), ""),
    "drafted, not marked as done": ((True, True, True), ""),
}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@contextmanager
def on_the_server(like: str = "template1") -> Iterator[tuple[str, str]]:
    """Make a database on the PostgreSQL server, like another; yield its name and its address."""
    url = postgres_url()
    name = f"hedui_killed_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
    try:
        yield name, urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def tables_on_the_server(django_db_blocker) -> Iterator[str]:
    """Make the tables on the PostgreSQL server, to be copied; return the name of the database."""
    with on_the_server() as (name, url):
        with django_db_blocker.unblock(), pointed_at(url):
            make_tables()
        yield name


@pytest.fixture
def server(tables_on_the_server: str) -> Iterator[str]:
    """Make a database with tables for one test on the PostgreSQL server; return its address."""
    with on_the_server(tables_on_the_server) as (_, url):
        yield url


class Fire:
    """Kills at random moments by a seed, and starts again at once what was killed."""

    def __init__(self, town: Town, seed: int) -> None:
        self.town = town
        self.rng = random.Random(seed)
        self.hit: Counter[str] = Counter()
        self.drafted, self.worker_began = 0, time.monotonic()
        self.victims = ["worker"] * 5 + ["web"] * 2 + ["clerk"] * 3 + list(SOURCES)
        if town.database_url:
            self.victims += ["sessions"]

    def strike(self) -> None:
        """Kill one, or cut the sessions of all."""
        name = self.rng.choice(self.victims)
        if name == "worker" and not self._worker_is_at_it():
            name = self.rng.choice(SOURCES)
        if name == "worker" and self.rng.randrange(2):
            self.hit["one process of the worker"] += 1
            self.town.kill_one_of_its("worker")
            return
        self.hit[name] += 1
        if name == "sessions":
            self.town.cut_sessions()
            return
        self.town.kill(name)
        if name in SOURCES and self.rng.randrange(2):
            self.town.tear(name)
        self.town.start(name)

    def _worker_is_at_it(self) -> bool:
        """Tell whether it has drafted anything since its last start, or had the time to."""
        drafted, now = self.town.count("reports_report"), time.monotonic()
        if drafted == self.drafted and now - self.worker_began < WORKER_NEEDS:
            return False
        self.drafted, self.worker_began = drafted, now
        return True

    def watch(self) -> None:
        """See that nothing ends by itself; a clerk who fails tries again."""
        for name in list(self.town.running):
            ended = self.town.has_ended(name)
            if ended and name == "clerk" and self.hit["sessions"]:
                self.town.start("clerk")
            else:
                assert not ended, f"{name} ended by itself ({ended}):\n{self.town.said(name)}"


def verify_under_fire(town: Town, seed: int) -> dict[str, float]:
    """Have all households verified while processes are killed; return the seconds it took."""
    fire = Fire(town, seed)
    for name in ("worker", "web", "clerk", "visitor"):
        town.start(name)
    town.wait_for("web")
    began = time.monotonic()
    while fire.hit.total() < KILLS or fire.hit["worker"] < WORKER_KILLS or not _was_hit(town):
        assert time.monotonic() - began < WITHIN, f"nothing gets done, {_state(town)}"
        town.allow(HOUSEHOLDS * (fire.hit.total() + 1) // KILLS)
        time.sleep(fire.rng.uniform(0.1, 0.9))
        fire.watch()
        fire.strike()
    last_kill = time.monotonic()
    while town.count("reports_report") < HOUSEHOLDS or len(town.acknowledged()) < HOUSEHOLDS:
        assert time.monotonic() - began < WITHIN, f"not done in time, {_state(town)}"
        time.sleep(0.1)
        fire.watch()
    done = time.monotonic()
    town.wait_for("web")
    assert town.web_answers()
    print(f"{fire.hit.total()} kills {dict(fire.hit)}; {town.said('visitor').strip()}")
    return {"seconds": round(done - began, 1), "after_last_kill": round(done - last_kill, 1)}


def _was_hit(town: Town) -> bool:
    """Tell whether a question was asked again, or there is nothing left to hit."""
    again = town.count("inquiries_ticket WHERE attempt > 1")
    return bool(again) or town.count("reports_report") >= HOUSEHOLDS


def _state(town: Town) -> str:
    return (
        f"{town.count('reports_report')} reports, {len(town.acknowledged())} acknowledged\n"
        f"{town.said('worker')}\n{town.said('clerk')}"
    )


def judge(town: Town) -> dict[str, int]:
    """Stop everything, have the town judged, and return the figures."""
    for name in list(town.running):
        town.kill(name)
    verdict = town.ask("tests.stories.judge")
    assert verdict["faults"] == [], f"HEDUI_KILL_SEED={SEED}"
    assert town.deadlocks() == 0
    figures: dict[str, int] = verdict["figures"]
    return figures


def survive_kills(folder: Path, database_url: str | None) -> None:
    """Verify a town under fire and judge it."""
    print(f"\nHEDUI_KILL_SEED={SEED}")
    with Town(folder, households=HOUSEHOLDS, seed=SEED, database_url=database_url) as town:
        print(verify_under_fire(town, SEED))
        figures = judge(town)
    print(figures)
    assert figures["asked_again"] > 0, "nothing was hit: the fire was too weak to judge by"


def survive_each_step(folder: Path, database_url: str | None) -> None:
    """Kill a worker at each step, see that it was there, and let another finish all."""
    with Town(folder, households=len(STEPS), seed=SEED, database_url=database_url) as town:
        for number, (name, (leaves, without)) in enumerate(STEPS.items()):
            before = [town.count(table) for table in LEFT]
            if without:
                town.kill(without)
            died = town.run("tests.stories.dying", name, str(number), seconds=60)
            assert died.returncode == -9, f"{name}: {died.returncode} {died.stderr[-2000:]}"
            left = tuple(town.count(table) > n for table, n in zip(LEFT, before, strict=True))
            assert left == leaves, f"{name}: tickets, replies, reports {left}"
            if without:
                town.start(without)
        town.start("worker")
        until = time.monotonic() + 60
        while town.count("reports_report") < len(STEPS):
            assert time.monotonic() < until, f"not finished by another worker, {_state(town)}"
            time.sleep(0.1)
        judge(town)


def test_a_worker_killed_at_each_step_leaves_one_report_on_sqlite(begun: Path):
    survive_each_step(begun, None)


@pytest.mark.postgres
def test_a_worker_killed_at_each_step_leaves_one_report_on_postgresql(tmp_path: Path, server: str):
    survive_each_step(tmp_path, server)


def take_up_again(folder: Path, database_url: str | None) -> None:
    """Let the database go away under a task of a worker that lives on."""
    with Town(folder, households=1, seed=SEED, database_url=database_url) as town:
        told = town.ask("tests.stories.stumbling")
        assert told == {"happened": True, "lives": True, "reports": 1}
        judge(town)


def test_a_worker_that_lost_its_database_takes_the_task_up_again_on_sqlite(begun: Path):
    take_up_again(begun, None)


@pytest.mark.postgres
def test_a_worker_that_lost_its_database_takes_the_task_up_again_on_postgresql(
    tmp_path: Path, server: str
):
    take_up_again(tmp_path, server)


def test_two_hundred_households_survive_kills_on_sqlite(begun: Path):
    survive_kills(begun, None)


@pytest.mark.postgres
def test_two_hundred_households_survive_kills_on_postgresql(tmp_path: Path, server: str):
    survive_kills(tmp_path, server)
