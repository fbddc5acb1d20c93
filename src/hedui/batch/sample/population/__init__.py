"""
Make a whole registry that nobody is in (样例登记台账), with the departments' files and the truth.

Where :func:`hedui.batch.sample.many` makes households one by one, with papers and a declaration
for the workbench, this draws in columns what `hedui recheck` reads: millions of people in a minute.
What is drawn stands in `population.yaml`; numbers begin with 99 as all sample numbers do.
"""

import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from hedui.batch.sample.population.part import Part, write_part
from hedui.batch.sample.population.plan import plan

FORMAT: Final = "hedui-sample-1"
SUMMARY: Final = "sample.json"


class SampleError(ValueError):
    """A place where no sample can be written; the message says what to do."""


def write_population(
    households: int,
    out: Path,
    *,
    seed: int = 1,
    as_of: date,
    workers: int = 0,
    together: int = 0,
    addresses: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> dict[str, Any]:
    """
    Write `registry`, `sources` and `truth` into a new directory, and return what is in it.

    as_of: the day for which the registry is compared; the departments' data goes up to the day
        before
    workers: processes, all cores by default; the same seed gives the same bytes with any number
    together: households drawn together, each such part a file of every table; other parts are
        other people
    addresses: say where people live, in the registry and on the papers that may have no number:
        the registry is the same otherwise
    progress: told how many parts are done, of how many

    The directory appears when everything is written.

    :raises SampleError: the directory is there and is not empty
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise SampleError(f"{out}:已有内容,请换一个空目录")
    unfinished = out.absolute().with_name(f".{out.absolute().name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    rows: Counter[str] = Counter()
    parts = [
        replace(part, addresses=addresses)
        for part in _parts(households, together or plan().part, seed, as_of, unfinished)
    ]
    for done, counts in enumerate(_written(parts, workers), start=1):
        rows.update(counts)
        progress(done, len(parts))
    summary = _summary(households, seed, as_of, rows)
    (unfinished / SUMMARY).write_text(
        json.dumps(summary, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    unfinished.replace(out)
    return summary


def _parts(households: int, size: int, seed: int, as_of: date, folder: Path) -> Iterator[Part]:
    count = -(-households // size)
    for number in range(count):
        first = number * size
        many = min(size, households - first)
        yield Part(number, count, first + 1, many, seed, as_of, folder)


def _written(parts: list[Part], workers: int) -> Iterator[dict[str, int]]:
    workers = min(workers or os.cpu_count() or 1, len(parts))
    if workers == 1:
        yield from map(write_part, parts)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for done in as_completed([pool.submit(write_part, part) for part in parts]):
            yield done.result()


def _summary(households: int, seed: int, as_of: date, rows: Counter[str]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "seed": seed,
        "as_of": as_of.isoformat(),
        "households": households,
        "members": rows["registry/members"],
        "declared": rows["registry/declared"],
        "sources": {
            table.partition("/")[2]: count
            for table, count in sorted(rows.items())
            if table.startswith("sources/")
        },
    }
