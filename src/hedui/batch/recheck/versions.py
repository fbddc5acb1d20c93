"""
Which program this is (程序版本): what a file means depends on what wrote it.

One run takes up what another left, and writes out what another machine computed, only where
nothing differs that has a say in it. Told by the bytes of the source, as a number that somebody
has to raise is forgotten; so an update reads and computes afresh.
"""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

import duckdb

FLOORS = ("values", "catalogue", "wire", "comparison", "policy", "batch")
"""Whatever a recheck may import; a test sees that it imports nothing else."""
_DECIDES = (".py", ".yaml", ".json", ".csv")
_OF_ITSELF = ("parameters", "parameters.lock.json", "cases.yaml", "sample")
"""Parameters are told of household by household (`increment.prints`); the others decide nothing."""
READERS = (
    *("values", "policy/kinds.py", "batch/delivery.py", "batch/fit.py", "batch/told.py"),
    *(f"batch/recheck/{name}.py" for name in ("by_place", "canonical", "people", "values")),
    *(f"catalogue/{name}.py" for name in ("cells", "items", "loading", "minimal", "reading")),
)
"""Whatever `canonical` reads a delivery in with, beside the page of the source."""


@cache
def program() -> str:
    """Name whatever decides what results say, besides the parameters."""
    return f"{version('hedui')} {duckdb.__version__} {_digest(*FLOORS)}"


@cache
def reader(table: str) -> str:
    """Name, in eight characters, whatever decides what is read out of the rows of a table."""
    pages = (f"catalogue/sources/{table}.yaml",)
    own = pages if files("hedui").joinpath(*pages).is_file() else ()
    read = f"{duckdb.__version__} {_digest(*READERS)} {_digest(*own)}"
    return sha256(read.encode()).hexdigest()[:8]


@cache
def _digest(*paths: str) -> str:
    running = sha256()
    for path in paths:
        for name, file in _files(path, files("hedui").joinpath(path)):
            running.update(f"{name}\0".encode() + file.read_bytes())
    return running.hexdigest()


def _files(name: str, path: Traversable) -> Iterator[tuple[str, Traversable]]:
    """Give the files that decide something, in order."""
    if path.is_file():
        if name.endswith(_DECIDES):
            yield name, path
        return
    for one in sorted(path.iterdir(), key=lambda one: one.name):
        if one.name not in _OF_ITSELF:
            yield from _files(f"{name}/{one.name}", one)
