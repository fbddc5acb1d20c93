"""
The Python of a room, broken in one place at a time: the tests that run through it must tell.

What is broken, and how, is taken from mutmut. How it is run is ours, since mutmut starts pytest,
and with it a database, anew for each mutant: here a process that has both forks for each, and gives
the function that lives in it the code of the broken one.
"""

import gc
import json
import random
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import libcst as cst
import pytest
from _pytest.runner import runtestprotocol
from coverage import Coverage
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators
from pytest_django.plugin import blocking_manager_key

from tests.mutants.running import AT_A_TIME, MEASURED, followed, forked, red

SOURCE = Path(__file__).parents[2] / "src" / "hedui"
ROOMS = {
    "authorizations": "procedure/authorizations",
    "inquiries": "procedure/inquiries",
    "record": "procedure/record",
    "ledger": "ledger",
}
ASKED = 60  # tests at most for each mutant that are quick, and that run through little else
QUICK = 10  # of these first
PATIENCE = 20  # times as long as usual; a mutant that makes a test wait for ever is found too
WORDING = re.compile("[\u3000-\u9fff]")  # what people read is held by tests of its own
# SQLite has no locks of rows: test_row_locks holds them, on PostgreSQL. What is fetched with a row
# or after it is the same.
UNSEEN = ("select_for_update", "select_related")
LEFT_ALONE = ("len", "isinstance", "cast")  # as in mutmut; nothing or the same comes of it
CODECS = {
    f"{quote}{name}{quote}"
    for name in ("utf-8", "utf-8-sig", "ascii", "gb18030")
    for quote in "\"'"
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One function of a file, broken in one place."""

    name: str
    file: Path
    lines: range
    function: str
    module: cst.Module
    old: cst.CSTNode
    new: cst.CSTNode

    def broken(self) -> CodeType:
        """Return the code of the file that is broken so."""
        text = self.module.deep_replace(self.old, self.new).code
        return compile(text, str(self.file), "exec")


def mutants() -> Iterator[Mutant]:
    """Yield every mutant of the rooms."""
    for room, folder in ROOMS.items():
        for file in sorted((SOURCE / folder).rglob("*.py")):
            if "migrations" not in file.parts:
                yield from of_file(room, file)


def of_file(room: str, file: Path) -> Iterator[Mutant]:
    wrapper = MetadataWrapper(cst.parse_module(file.read_text()), unsafe_skip_copy=True)
    spans = wrapper.resolve(PositionProvider)
    seen: dict[str, int] = {}
    for function, within, old, new in places(wrapper.module, wrapper.module, (), ""):
        before, after = (" ".join(wrapper.module.code_for_node(n).split()) for n in (old, new))
        if before == after or (isinstance(old, cst.SimpleString) and told_apart_by_none(old, new)):
            continue
        name = f"{room} {file.stem} {function}: {before} -> {after}"
        seen[name] = seen.get(name, 0) + 1
        name += f" #{seen[name]}" if seen[name] > 1 else ""
        head = isinstance(within, cst.BaseCompoundStatement)
        last = spans[old if head else within].end.line
        lines = range(spans[within].start.line, last + 1)
        yield Mutant(name, file, lines, function, wrapper.module, old, new)


def told_apart_by_none(old: cst.SimpleString, new: cst.CSTNode) -> bool:
    """Tell whether it is wording, or the name of a codec in other letters."""
    if WORDING.search(old.value):
        return True
    return isinstance(new, cst.SimpleString) and {old.value, new.value.lower()} <= CODECS


def places(
    node: cst.CSTNode, within: cst.CSTNode, classes: tuple[str, ...], function: str
) -> Iterator[tuple[str, cst.CSTNode, cst.CSTNode, cst.CSTNode]]:
    """Yield (function, statement, what stands there, what stands there instead)."""
    if isinstance(node, cst.Annotation) or left_alone(node):
        return
    if not function and isinstance(node, cst.ClassDef):
        classes = (*classes, node.name.value)
    if not function and isinstance(node, cst.FunctionDef):
        function = ".".join((*classes, node.name.value))
        node = node.body  # its defaults and decorators have done their work
    for kind, operator in mutation_operators if function else ():
        if isinstance(node, kind):
            yield from ((function, within, node, new) for new in operator(node))
    if isinstance(node, cst.BaseCompoundStatement | cst.SimpleStatementLine):
        within = node
    for child in node.children:
        yield from places(child, within, classes, function)


def left_alone(node: cst.CSTNode) -> bool:
    if not isinstance(node, cst.Call):
        return False
    if isinstance(node.func, cst.Attribute):
        return node.func.attr.value in UNSEEN
    return isinstance(node.func, cst.Name) and node.func.value in LEFT_ALONE


def put_in(mutant: Mutant) -> None:
    """Give the living function the broken code."""
    [code] = [c for c in codes(mutant.broken()) if c.co_qualname == mutant.function]
    living = [
        found
        for found in gc.get_objects()
        if type(found) is FunctionType  # to ask isinstance would wake what is lazy
        and found.__code__.co_filename == code.co_filename
        and found.__code__.co_qualname == mutant.function
    ]
    assert living, f"nothing lives of {mutant.name}"
    for function in living:
        function.__code__ = code
    for kept in caches():
        if kept.__wrapped__ in living:
            kept.cache_clear()


def caches() -> list[Any]:
    """Return what is computed once and kept: nothing runs through it again."""
    return [found for found in gc.get_objects() if type(found) is CACHE]


def codes(code: CodeType) -> Iterator[CodeType]:
    """Yield the code of the functions and methods of a module."""
    for const in code.co_consts:
        if isinstance(const, CodeType):
            if const.co_flags & 0x2:  # has fast locals: a function; a class body has none
                yield const
            else:
                yield from codes(const)


CACHE = type(cache(codes))


class Run:
    """The mutants that `only` names, against the tests that pytest has collected."""

    def __init__(self, only: str, sample: int, seed: int, result: Path) -> None:
        self.only, self.sample, self.seed = re.compile(only), sample, seed
        self.result = result

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        session.config.stash[blocking_manager_key].unblock()
        gc.unfreeze()  # the suite froze what was there, and only what is not can be found here
        warm = next(item for item in session.items if "county" in item.fixturenames)
        runtestprotocol(warm, log=False, nextitem=session.items[0])
        tests = {item.nodeid: item for item in session.items}
        through = self.measured(session.items)
        killers: dict[str, str | None] = {}
        chosen = self.chosen()
        for number, mutant in enumerate(chosen, 1):
            killers[mutant.name] = killer(mutant, through, tests)
            said = f"{number}/{len(chosen)} {mutant.name} <- {killers[mutant.name]}"
            print(said, file=sys.stderr, flush=True)
            self.result.write_text(json.dumps(killers, indent=1, ensure_ascii=False))
        return True

    def chosen(self) -> list[Mutant]:
        """Return the mutants named, or a sample by a seed: of each file its share."""
        named = [mutant for mutant in mutants() if self.only.search(mutant.name)]
        if not 0 < self.sample < len(named):
            return named
        drawn = random.Random(self.seed)
        drawn.shuffle(named)
        named.sort(key=lambda mutant: mutant.file)
        step, first = len(named) / self.sample, drawn.random()
        chosen = [named[int((first + place) * step)] for place in range(self.sample)]
        return drawn.sample(chosen, len(chosen))  # stopped for time, it is of every file still

    def measured(self, items: list[pytest.Item]) -> dict[str, Any]:
        """Run all once as they are: how long each takes, and through which lines it runs."""
        kept = MEASURED / "mutants-python.json"
        at = kept.stat().st_mtime if kept.exists() else 0.0
        found = json.loads(kept.read_text()) if at else {}
        changed = {str(file) for file in SOURCE.rglob("*.py") if file.stat().st_mtime > at}
        found = {name: told for name, told in found.items() if not changed & told[1].keys()}
        new = [i for i in items if i.nodeid not in found or i.path.stat().st_mtime > at]
        found = {name: told for name, told in found.items() if name not in {i.nodeid for i in new}}
        MEASURED.mkdir(exist_ok=True)
        for first in range(0, len(new), AT_A_TIME):
            some = new[first : first + AT_A_TIME]
            found |= json.loads(forked(lambda: json.dumps(lines_of(some))))  # noqa: B023
            kept.write_text(json.dumps(found))
        here = {item.nodeid for item in items}
        quick = sorted(found.items(), key=lambda each: each[1][0])
        return {name: told for name, told in quick if name in here}


def lines_of(items: list[pytest.Item]) -> dict[str, tuple[float, dict[str, list[int]]]]:
    """Run each test: how long it took, and which lines of the rooms it ran through."""
    found = {}
    rooms = [str(SOURCE / folder / "*") for folder in ROOMS.values()]
    folders = tuple(f"hedui.{folder.replace('/', '.')}" for folder in ROOMS.values())
    kept = [found for found in caches() if found.__wrapped__.__module__.startswith(folders)]
    for item, following in followed(items):
        traced = Coverage(data_file=None, include=rooms, config_file=False)
        for one in kept:
            one.cache_clear()
        begun = time.monotonic()
        with traced.collect():
            failed = red(item, following)
        took, data = time.monotonic() - begun, traced.get_data()
        if not failed:
            lines = {file: data.lines(file) or [] for file in data.measured_files()}
            found[item.nodeid] = (took, lines)
    return found


def killer(mutant: Mutant, through: dict[str, Any], tests: dict[str, pytest.Item]) -> str | None:
    """Return the test that goes red, if one does."""
    file, lines = str(mutant.file), set(mutant.lines)
    met = [name for name, (_, ran) in through.items() if not lines.isdisjoint(ran.get(file, ()))]
    little_else = sorted(met, key=lambda name: -share(through[name][1], file))
    names = list(dict.fromkeys(met[:QUICK] + little_else[:ASKED] + met[:ASKED]))

    def attempt() -> str:
        try:
            put_in(mutant)
        except (SyntaxError, ValueError) as error:
            return f"not Python: {error}"
        for item, following in followed([tests[name] for name in names]):
            if red(item, following, 30 + int(PATIENCE * through[item.nodeid][0])):
                return item.nodeid
        return ""

    return (forked(attempt) or None) if names else None


def share(ran: dict[str, list[int]], file: str) -> float:
    """Return how much of what a test runs through lies in one file."""
    return len(ran.get(file, ())) / sum(map(len, ran.values()))
