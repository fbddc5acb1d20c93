"""
The suite against mutants of the guards: one process that forks for each, all in memory.

As a plug-in of pytest it takes the place of the ordinary run. Each mutant is put into the database
of a forked process, which runs the tests until one goes red. First those that found others of the
same guard, in this run or before; then those that write to its table and change a column that
stands in what was broken, one of each file before a second of any; then those in which the guard is
known to speak, since only there can a mutant that refuses less be seen; then the quickest of those
that write to its table, since one that refuses more is seen there. What survives these meets others
that speak of it or write there, up to a number.
"""

import json
import os
import random
import re
import signal
import sys
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from django.db import DatabaseError, connection, connections
from pytest_django.plugin import blocking_manager_key

from hedui.procedure.record import guards
from tests.databases import pointed_at
from tests.mutants.sql import LOCK, TRIGGER, Mutant, made_by, mutants

OWN = "own_postgres"
WARM = "test_it_admits_an_inquiry_when_all_is_right"
VENDORS = ("sqlite", "postgresql")
MEASURED = Path("build")
LIFE = 240  # seconds for one test; a mutant that makes it wait for ever is found too
# Tests asked first, the quick ones: where what was broken speaks, where its table is written, where
# a column of it changes, and where other words of the same guard are heard; and how many of all.
SPEAKING, WRITING, CHANGING, BESIDE, MOST = 15, 15, 20, 3, 80
AT_A_TIME = 60  # tests measured between two writings down: what was measured is not lost
# Where all is right, and a guard that refuses more is seen; and where one says nothing but writes.
ALWAYS = re.compile(
    "test_no_wrong_of_a_neighbour|at_a_neighbours_|test_where_neighbours_stand"
    "|test_for_want_of_capacity_a_guardian|test_who_has_lost_standing"
    "|test_who_was_signed_for_as_a_child"
    "|test_the_confirmation_of_another_signature|test_no_code_of_a_neighbour"
    "|test_nobody_can_lie_about_when|test_an_end_is_dated|test_on_the_18th_birthday"
)
HOLDS = re.compile(r"_(locks|gate_reads)\.py")  # what is locked, and what is told of it then
WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) \"?(\w+)")
CHANGES = re.compile(r"\s*UPDATE \"?(\w+)\"? SET (.*?)(?: WHERE |$)", re.DOTALL)


class Run:
    """The mutants that `only` names, against the tests that pytest has collected."""

    def __init__(self, only: str, sample: int, seed: int, result: Path) -> None:
        self.only, self.sample, self.seed = re.compile(only), sample, seed
        self.result = result
        self.speaks: dict[str, list[str]] = defaultdict(list)
        self.writes: dict[str, list[str]] = defaultdict(list)
        self.found: dict[str, Counter[str]] = defaultdict(Counter)
        self.own = ""  # the address of the database in which commits are real

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Any:
        made = yield
        if fixturedef.argname == OWN:
            self.own = made.url
        return made

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        session.config.stash[blocking_manager_key].unblock()
        warm = next(item for item in session.items if item.name == WARM)
        runtestprotocol(warm, log=False, nextitem=session.items[0])
        goes_along = connection.vendor == "sqlite"  # the database, when the process forks
        if not goes_along:  # and that in which commits are real is made once, not in each process
            warm = next(item for item in session.items if OWN in item.fixturenames)
            runtestprotocol(warm, log=False, nextitem=session.items[0])
            connections.close_all()
        items = {item.nodeid: item for item in session.items}
        self.measure(session.items)
        killers: dict[str, str | None] = {}
        chosen = self.chosen()
        for number, mutant in enumerate(chosen, 1):
            killers[mutant.name] = killer = self.killer(mutant, items)
            print(f"{number}/{len(chosen)} {mutant.name} <- {killer}", file=sys.stderr, flush=True)
            if killer in items:
                self.found[mutant.installed][killer] += 1
                known_killers().write_text(json.dumps(self.found))
            if not goes_along:
                self.everywhere(lambda: put(mutant, mutant.original))  # noqa: B023
                connections.close_all()
            self.result.write_text(json.dumps(killers, indent=1, ensure_ascii=False))
        finders = [items[name] for name in dict.fromkeys(killers.values()) if name in items]
        wrong = red_alone(finders) if finders else []
        believed = {name: None if by in wrong else by for name, by in killers.items()}
        self.result.write_text(json.dumps(believed, indent=1, ensure_ascii=False))
        return True

    def everywhere(self, work: Callable[[], None]) -> None:
        """Do it in each database that stands."""
        work()
        if self.own:
            with pointed_at(self.own):
                work()

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
        """
        Run all once as they are; note what those that pass hear and write, the quick first.

        A test hears and writes the same on the other database: what was noted there serves here.
        """
        kept, other = (
            MEASURED / f"mutants-{vendor}.json"
            for vendor in sorted(VENDORS, key=lambda one: one != connection.vendor)
        )
        began = kept if kept.exists() else other
        found = json.loads(began.read_text()) if began.exists() else {}
        at = began.stat().st_mtime if found else 0.0
        new = [i for i in items if i.nodeid not in found or i.path.stat().st_mtime > at]
        found = {name: one for name, one in found.items() if name not in {i.nodeid for i in new}}
        MEASURED.mkdir(exist_ok=True)
        for first in range(0, len(new), AT_A_TIME):
            some = new[first : first + AT_A_TIME]
            found |= json.loads(forked(lambda: json.dumps(told(some))))  # noqa: B023
            kept.write_text(json.dumps(found))
        found = {item.nodeid: found[item.nodeid] for item in items if item.nodeid in found}
        if known_killers().exists():
            for guard, killers in json.loads(known_killers().read_text()).items():
                self.found[guard].update(killers)
        for name, (_, messages, tables) in sorted(found.items(), key=lambda each: each[1][0]):
            for message in messages:
                self.speaks[message].append(name)
            for table in tables:
                self.writes[table].append(name)

    def killer(self, mutant: Mutant, items: dict[str, pytest.Item]) -> str | None:
        """Return the test that goes red, if one does."""
        order = [items[name] for name in dict.fromkeys(self.asked(mutant, items))][:MOST]

        def attempt() -> str:
            try:
                put_into_what_is_to_be_made(mutant)
                self.everywhere(lambda: put(mutant, mutant.broken))
            except DatabaseError as error:
                return f"not SQL: {error}"
            return next((i.nodeid for i, n in followed(order) if red(i, n, LIFE)), "")

        return forked(attempt) or None

    def asked(self, mutant: Mutant, items: dict[str, pytest.Item]) -> Iterator[str]:
        """Yield the tests that a mutant meets, those first that are likely to find it."""
        tables = sorted(tables_of(mutant))
        writing = [name for table in tables for name in self.writes[table]]
        yield from (name for name, _ in self.found[mutant.installed].most_common() if name in items)
        changing = {name for column in columns_of(mutant) for name in self.writes[column]}
        yield from spread(name for name in writing if name in changing)[:CHANGING]
        said = said_by(mutant)
        for place, message in enumerate(said):
            heard = self.speaks[message]  # the quick ones first; before them, those on its table
            most = SPEAKING if place < 2 else BESIDE
            yield from sorted(heard, key=lambda name: name not in writing)[:most]
            if place == 1:  # what is let through is tried beside what is refused
                beside = Counter(map(file_of, self.speaks[said[0]] + heard))
                for table in tables:
                    yield from self.let_through(table, beside)[:WRITING]
                    yield from self.writes[table][:WRITING]
        yield from filter(ALWAYS.search, items)
        if LOCK.search(mutant.original):
            yield from (name for name in items if HOLDS.search(name))
        yield from (name for message in said for name in self.speaks[message])
        yield from writing

    def let_through(self, table: str, beside: Counter[str]) -> list[str]:
        """Return the tests that write to a table and meet no refusal, by how near they stand."""
        refused = set().union(*self.speaks.values())
        let = [name for name in self.writes[table] if name not in refused]
        return sorted(let, key=lambda name: -beside[file_of(name)])


def file_of(test: str) -> str:
    return test.partition("::")[0]


def known_killers() -> Path:
    """Return the file that keeps which test found how many mutants of a guard."""
    return MEASURED / f"mutants-{connection.vendor}-found.json"


def calling(mutant: Mutant) -> list[str]:
    """Return the statements of its room that lead to what the mutant is of, by whatever steps."""
    found: dict[str, str] = {mutant.installed: mutant.original}
    every = guards.statements(mutant.room, connection.vendor)
    while fresh := [one for one in every if made_by(one) not in found and _names(one, found)]:
        found |= {made_by(one): one for one in fresh}
    return list(found.values())


def _names(statement: str, found: Iterable[str]) -> bool:
    return bool(made_by(statement)) and any(f"{name}(" in statement for name in found)


def tables_of(mutant: Mutant) -> set[str]:
    """Return the tables whose writing calls what the mutant is of."""
    trigger = re.compile(r"(?s)CREATE (?:CONSTRAINT )?TRIGGER \w+\s.*?\sON (\w+)")
    found = {on[1] for one in calling(mutant) if (on := trigger.search(one))}
    return found or {"inquiries_ticket"}


def columns_of(mutant: Mutant) -> set[str]:
    """Return the columns in what was broken, each with its table."""
    named = re.findall(r"(?:FROM|JOIN|UPDATE|INTO) (\w+) (\w+)", mutant.original)
    of = {alias: table for table, alias in named}
    of |= {row: table for table in tables_of(mutant) for row in ("NEW", "OLD")}
    columns = re.findall(r"(\w+)\.(\w+)", mutant.name)
    return {f"{of[row]}.{column}" for row, column in columns if row in of}


def spread(names: Iterable[str]) -> list[str]:
    """Put the first of each file before the second of any."""
    seen = Counter[str]()
    placed = []
    for name in names:
        seen[file_of(name)] += 1
        placed.append((seen[file_of(name)], name))
    return [name for _, name in sorted(placed, key=lambda each: each[0])]


def said_by(mutant: Mutant) -> list[str]:
    """Return what the guard says that the mutant is of, what is said of the broken place first."""
    place = len(os.path.commonprefix([mutant.original, mutant.broken]))
    texts = [(m.start(), m[1]) for m in re.finditer(r"'((?:[^']|'')*)'", mutant.original)]
    # SQLite says why before the condition, PostgreSQL after it
    there = [at <= place if connection.vendor == "sqlite" else at > place for at, _ in texts]
    near = [text for (_, text), is_there in zip(texts, there, strict=True) if is_there]
    told = [text for text in near if " " in text] or [""]
    first = told[-1 if connection.vendor == "sqlite" else 0]
    executed = re.findall(r"EXECUTE FUNCTION (\w+)\(", mutant.original)
    every = guards.statements(mutant.room, connection.vendor)
    others = [*calling(mutant), *(one for one in every if made_by(one) in executed)]
    quoted = [t for one in others for t in re.findall(r"'((?:[^']|'')*)'", one)]
    callers = [text for text in quoted if " " in text]
    said_there = dict.fromkeys([first, *(text for _, text in texts), *callers])
    return [said for text in said_there if text for said in (text, f"gate: {text}")]


def put_into_what_is_to_be_made(mutant: Mutant) -> None:
    """Have the mutant among the guards of databases that this process may still make."""
    whole = guards.statements

    def statements(room: str, vendor: str) -> list[str]:
        found = whole(room, vendor)
        if room == mutant.room and vendor == connection.vendor:
            found[mutant.position] = mutant.broken
        return found

    guards.statements = statements


def put(mutant: Mutant, statement: str) -> None:
    """Put this in the place of the guard that the mutant is of."""
    with connection.cursor() as cursor:
        drop(cursor, mutant)
        cursor.execute(statement)


def drop(cursor: Any, mutant: Mutant) -> None:
    """Drop the trigger that stands; a function is replaced where it stands."""
    if TRIGGER.match(mutant.original):
        on = re.search(r"\sON (\w+)", mutant.original)
        assert on
        table = f" ON {on[1]}" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER {made_by(mutant.original)}{table}")


def followed(items: list[pytest.Item]) -> list[tuple[pytest.Item, pytest.Item]]:
    """Pair each with the next, so that what they share is not taken down in between.

    What still stands of a test of another folder is: with it, the first would be red for that.
    """
    for first in items[:1]:
        first.session._setupstate.teardown_exact(first)
    return list(zip(items, [*items[1:], items[0]], strict=True))


def red(item: pytest.Item, following: pytest.Item, life: int = 0) -> bool:
    """Run a test and tell whether it fails; after `life` seconds, end the process."""
    signal.alarm(life)
    return "failed" in outcomes(item, following)


def outcomes(item: pytest.Item, following: pytest.Item) -> set[str]:
    return {report.outcome for report in runtestprotocol(item, log=False, nextitem=following)}


def told(items: list[pytest.Item]) -> dict[str, tuple[float, list[str], list[str]]]:
    """Run each test: how long it took, which refusals it met, which tables it wrote, if it passes.

    What is skipped speaks on the other database only.
    """
    found: dict[str, tuple[float, list[str], list[str]]] = {}
    for item, following in followed(items):
        heard: set[str] = set()
        wrote: set[str] = set()

        def listen(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
            wrote.update(written_by(sql))  # noqa: B023
            try:
                return execute(sql, params, many, context)
            except DatabaseError as error:
                heard.add(str(error).splitlines()[0])  # noqa: B023
                raise

        begun = time.monotonic()
        with connection.execute_wrapper(listen):
            if outcomes(item, following) == {"passed"}:
                found[item.nodeid] = (time.monotonic() - begun, sorted(heard), sorted(wrote))
    return found


def written_by(sql: str) -> Iterator[str]:
    """Yield the table that a statement writes to, and the columns that it changes there."""
    if wrote := WRITES.match(sql):
        yield wrote[1]
    if changed := CHANGES.match(sql):
        yield from (f"{changed[1]}.{one}" for one in re.findall(r'"(\w+)" =', changed[2]))


def red_alone(items: list[pytest.Item]) -> list[str]:
    """Return which go red without any mutant too: what they found is not believed."""
    found = forked(lambda: json.dumps([i.nodeid for i, n in followed(items) if red(i, n)]))
    return list(json.loads(found))


def forked(work: Callable[[], str]) -> str:
    """Do it in a process of its own that shares nothing afterwards; return what it found."""
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(readable)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        try:
            with os.fdopen(writable, "w") as pipe:
                pipe.write(work())
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(writable)
    with os.fdopen(readable) as pipe:
        found = pipe.read()
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or status == 0, "it broke, and not because of a mutant"
    return found if status == 0 else found or f"ended by {status}"
