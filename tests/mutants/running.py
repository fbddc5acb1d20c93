"""
The suite against mutants of the guards: one process that forks for each, all in memory.

As a plug-in of pytest it takes the place of the ordinary run. Each mutant is put into the database
of a forked process, which runs the tests until one goes red. First those in which the guard is
known to speak, since only there can a mutant that refuses less be seen; then the quickest of those
that write to its table, since one that refuses more is seen there. What survives these meets all
that speak of it or write there.
"""

import json
import os
import random
import re
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from django.db import DatabaseError, connection, connections
from pytest_django.plugin import blocking_manager_key

from hedui.procedure.record import guards
from tests.mutants.sql import Mutant, made_by, mutants

WARM = "test_it_admits_an_inquiry_when_all_is_right"
MEASURED = Path("build")
LIFE = 240  # seconds for one test; a mutant that makes it wait for ever is found too
SPEAKING, WRITING = 12, 6  # tests asked first, of each message and table; the quick ones
ALWAYS = re.compile(  # where all is right, and a guard that refuses more is seen
    "test_no_wrong_of_a_neighbour|test_for_want_of_capacity_a_guardian|test_who_has_lost_standing"
    "|test_who_was_signed_for_as_a_child"
    "|test_the_confirmation_of_another_signature|test_no_code_of_a_neighbour"
)
WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) \"?(\w+)")


class Run:
    """The mutants that `only` names, against the tests that pytest has collected."""

    def __init__(self, only: str, sample: int, seed: int, result: Path) -> None:
        self.only, self.sample, self.seed = re.compile(only), sample, seed
        self.result = result
        self.speaks: dict[str, list[str]] = defaultdict(list)
        self.writes: dict[str, list[str]] = defaultdict(list)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        session.config.stash[blocking_manager_key].unblock()
        warm = next(item for item in session.items if item.name == WARM)
        runtestprotocol(warm, log=False, nextitem=session.items[0])
        goes_along = connection.vendor == "sqlite"  # the database, when the process forks
        if not goes_along:
            connections.close_all()
        items = {item.nodeid: item for item in session.items}
        self.measure(session.items)
        killers: dict[str, str | None] = {}
        for mutant in self.chosen():
            killers[mutant.name] = self.killer(mutant, items)
            print(mutant.name, "<-", killers[mutant.name], file=sys.stderr, flush=True)
            if not goes_along:
                restore(mutant)
        self.result.write_text(json.dumps(killers, indent=1, ensure_ascii=False))
        return True

    def chosen(self) -> list[Mutant]:
        """Return the mutants named, or a sample of them that is the same for a seed."""
        named = [
            mutant
            for room in guards.ROOMS
            for mutant in mutants(room, connection.vendor)
            if self.only.search(f"{room} {mutant.name}")
        ]
        few = 0 < self.sample < len(named)
        return random.Random(self.seed).sample(named, self.sample) if few else named

    def measure(self, items: list[pytest.Item]) -> None:
        """Run all once as they are; note what those that pass hear and write, the quick first."""
        kept = MEASURED / f"mutants-{connection.vendor}.json"
        found, at = {}, 0.0
        if kept.exists():
            found, at = json.loads(kept.read_text()), kept.stat().st_mtime
        new = [i for i in items if i.nodeid not in found or i.path.stat().st_mtime > at]
        found |= json.loads(forked(lambda: json.dumps(told(new))) if new else "{}")
        found = {item.nodeid: found[item.nodeid] for item in items if item.nodeid in found}
        MEASURED.mkdir(exist_ok=True)
        kept.write_text(json.dumps(found))
        for name, (_, messages, tables) in sorted(found.items(), key=lambda each: each[1][0]):
            for message in messages:
                self.speaks[message].append(name)
            for table in tables:
                self.writes[table].append(name)

    def killer(self, mutant: Mutant, items: dict[str, pytest.Item]) -> str | None:
        """Return the test that goes red, if one does."""
        tables = sorted(tables_of(mutant))
        writers = {name for table in tables for name in self.writes[table]}
        names = []
        for message in sorted(messages_of(mutant)):
            heard = self.speaks[message]  # the quick ones first; before them, those on its table
            names += sorted(heard, key=lambda name: name not in writers)[:SPEAKING]
        names += [name for table in tables for name in self.writes[table][:WRITING]]
        names += [name for name in items if ALWAYS.search(name)]
        names += [name for message in sorted(messages_of(mutant)) for name in self.speaks[message]]
        names += [name for table in tables for name in self.writes[table]]
        order = [items[name] for name in dict.fromkeys(names)]

        def attempt() -> str:
            try:
                put_in(mutant)
            except DatabaseError as error:
                return f"not SQL: {error}"
            return next((i.nodeid for i, n in followed(order) if red(i, n, LIFE)), "")

        return forked(attempt) or None


def tables_of(mutant: Mutant) -> set[str]:
    """Return the tables whose writing calls what the mutant is of."""
    name = made_by(mutant.original)
    found = set()
    for statement in guards.statements(mutant.room, connection.vendor):
        if name in statement and (on := re.search(r"CREATE TRIGGER \w+ .* ON (\w+)", statement)):
            found.add(on[1])
    return found or {"inquiries_ticket"}


def messages_of(mutant: Mutant) -> set[str]:
    """Return what the guard says that the mutant is of; a function's callers speak for it."""
    texts = re.findall(r"'((?:[^']|'')*)'", mutant.original)
    return {text for text in texts if " " in text} | {f"gate: {text}" for text in texts}


def put_in(mutant: Mutant) -> None:
    """Put a mutant into this database, and into those that are still to be made."""
    whole = guards.statements

    def statements(room: str, vendor: str) -> list[str]:
        found = whole(room, vendor)
        if room == mutant.room and vendor == connection.vendor:
            found[mutant.position] = mutant.broken
        return found

    guards.statements = statements
    with connection.cursor() as cursor:
        drop(cursor, mutant)
        cursor.execute(mutant.broken)


def restore(mutant: Mutant) -> None:
    with connection.cursor() as cursor:
        drop(cursor, mutant)
        cursor.execute(mutant.original)
    connections.close_all()


def drop(cursor: Any, mutant: Mutant) -> None:
    """Drop the trigger that stands; a function is replaced where it stands."""
    if "CREATE TRIGGER" in mutant.original:
        on = re.search(r"ON (\w+)", mutant.original)
        assert on
        table = f" ON {on[1]}" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER {made_by(mutant.original)}{table}")


def followed(items: list[pytest.Item]) -> list[tuple[pytest.Item, pytest.Item]]:
    """Pair each with the next, so that what they share is not taken down in between."""
    return list(zip(items, [*items[1:], items[0]], strict=True))


def red(item: pytest.Item, following: pytest.Item, life: int = 0) -> bool:
    """Run a test and tell whether it fails; after `life` seconds, end the process."""
    signal.alarm(life)
    reports = runtestprotocol(item, log=False, nextitem=following)
    return any(report.failed for report in reports)


def told(items: list[pytest.Item]) -> dict[str, tuple[float, list[str], list[str]]]:
    """Run each test: how long it took, which refusals it met, which tables it wrote."""
    found: dict[str, tuple[float, list[str], list[str]]] = {}
    for item, following in followed(items):
        heard: set[str] = set()
        wrote: set[str] = set()

        def listen(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
            wrote.update(WRITES.match(sql).groups() if WRITES.match(sql) else ())  # noqa: B023
            try:
                return execute(sql, params, many, context)
            except DatabaseError as error:
                heard.add(str(error).splitlines()[0])  # noqa: B023
                raise

        begun = time.monotonic()
        with connection.execute_wrapper(listen):
            if not red(item, following):
                found[item.nodeid] = (time.monotonic() - begun, sorted(heard), sorted(wrote))
    return found


def forked(work: Callable[[], str]) -> str:
    """Do it in a process of its own that shares nothing afterwards; return what it found."""
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(readable)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        with os.fdopen(writable, "w") as pipe:
            pipe.write(work())
        os._exit(0)
    os.close(writable)
    with os.fdopen(readable) as pipe:
        found = pipe.read()
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or status == 0, "it broke, and not because of a mutant"
    return found if status == 0 else found or f"ended by {status}"
