"""Run a re-verification from files to files (批量复核): resumable, atomic, with a summary."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from hedui.batch import fit
from hedui.batch.asked import everywhere, readable
from hedui.batch.delivery import Delivery, DeliveryError, text
from hedui.batch.recheck import (
    by_place,
    candidates,
    canonical,
    comparing,
    households,
    increment,
    lines,
    report,
    roll_call,
    spending,
    summary,
    writing,
)
from hedui.batch.recheck.clock import Clock
from hedui.batch.recheck.engine import OnDuckDB, Other, Task
from hedui.batch.recheck.given import Given
from hedui.batch.recheck.kept import Counted, Kept, Last, forget_older, keep, read_last, write_last
from hedui.batch.recheck.opening import claimed, connected, within_limits
from hedui.catalogue import Source
from hedui.policy.lock import place_parameters
from hedui.policy.parameters import ParameterFiles

FORMAT = "hedui-recheck-1"
SUMMARY = "summary.json"
PAGE = "summary.html"
LOCAL = "local[*]"
Elsewhere = Callable[[], AbstractContextManager[Other]]
Progress = Callable[[str, float], None]
_READ, _COMPARED, _COMPUTED = 0.2, 0.45, 0.85
"""Parts of the whole, as they go, after which each is done."""
CHANGES = "changes.parquet"
NEXT = "next"
"""Folder where results are written before they take the place of the last."""
WORKLIST = "worklist.csv"


def _untold(stage: str, done: float) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What a run gave: the directory with the results, and the summary as it stands there.

    spent: processor time of each of `clock.STAGES`, seconds; no result, as each run has another
    """

    folder: Path
    summary: dict[str, Any]
    spent: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Run:
    """What is to be done, as :func:`recheck` was told; work: where what is kept stands."""

    given: Given
    out: Path
    work: Path
    files: ParameterFiles
    alone: bool
    suggest: bool


def recheck(
    registry: Path,
    delivered: Path,
    out: Path,
    *,
    engine: str = "duckdb",
    master: str = LOCAL,
    memory: str = "",
    threads: int = 0,
    files: ParameterFiles | None = None,
    alone: bool = False,
    suggest: bool = False,
    progress: Progress = _untold,
) -> Outcome:
    """
    Compare every member of a registry with every source, and write the results to `out`.

    registry: directory with members, households and declared; delivered: one table a source
    engine, master: what compares, duckdb or spark, and where Spark runs; the results are the same
    memory, threads: limits for the engine; what does not fit into memory goes to disk
    files: other parameter files than the project's own, for a trial
    alone: compute every household by itself, slowly: the results are the same
    suggest: also write candidates for rows without a usable number, which change nothing else
    progress: told the stage that begins, in Chinese, and the part of the whole that is done

    `summary.json` is written last: where it stands, the results beside it are whole. What was
    ingested is kept in `out/.work` and used again as long as the deliveries are the same.

    :raises DeliveryError: a table is missing or cannot be used, memory or disk does not suffice,
        or another run writes to `out`; nothing of `out` has changed
    """
    given, work = Given(registry, delivered), out / ".work"
    elsewhere = _on_spark(master, work, memory) if engine == "spark" else None
    task = _Run(given, out, work, files or place_parameters(), alone, suggest)
    with within_limits(out), claimed(out, work):
        connection = connected(work, memory, threads)
        try:
            return _rechecked(connection, task, elsewhere, progress)
        finally:
            connection.close()


def _rechecked(
    connection: DuckDBPyConnection, task: _Run, elsewhere: Elsewhere | None, progress: Progress
) -> Outcome:
    given, work, files, alone = task.given, task.work, task.files, task.alone
    clock = Clock()
    last = None if alone else read_last(work)
    over = None if elsewhere or task.suggest else last
    kept = _ingested(connection, given, work, over, progress)
    clock.passed("ingest")
    prints = increment.prints(connection, kept, files)
    progress("找出有变化的户", _READ)
    counted = _bring_what_is_to_do(connection, last, kept, prints, everybody=task.suggest)
    clock.passed("touched")
    if elsewhere and _is_anything_to_do(connection):
        part = increment.narrowed(connection, kept, work) if last else kept
        declared = _done_elsewhere(elsewhere, connection, part, files, alone, progress)
    else:
        declared = _compared(connection, kept, progress, roll_call.TOUCHED if last else "")
        clock.passed("compare")
        _computed(connection, kept, files, alone, progress)
    clock.passed("rules")
    if last is not None:
        increment.widen(connection)
    progress("写出结果", _COMPUTED)
    results = writing.write(connection, work / NEXT, kept, _asked(kept), last)
    writing.show(connection, results)
    found = _summary(connection, given, kept, files, last, counted, declared)
    if task.suggest:
        found["candidates"] = _suggested(connection, given, kept, elsewhere, progress)
    written = {name: Delivery(name, (path,)) for name, path in results.items()}
    now = {name: keep(one, work) for name, one in written.items()}
    _finished(connection, task.out, written, found, last)
    # after all else: killed before, all is done again
    nobodys = found["declared_about_nobody"]
    write_last(work, Last(kept, now, prints, found["refused"], counted, nobodys))
    forget_older(work, kept.all | set(now.values()), (NEXT, "spark"))
    clock.passed("write")
    return Outcome(task.out, found, clock.spent)


def _ingested(
    connection: DuckDBPyConnection, given: Given, work: Path, over: Last | None, tell: Progress
) -> Kept:
    """Read in what was delivered; over: the last run, over whose files a source may be laid."""
    tell("读入登记户", 0)
    members = canonical.members(connection, given.members, work)
    households = canonical.households(connection, given.households, work)
    declared = canonical.declared(connection, given.declared, work) if given.declared else None
    more = spending.ingested(connection, given.told, members, work)
    compared = f"SELECT max(as_of) FROM read_parquet({text(str(households))})"
    latest = connection.execute(compared).fetchall()[0][0]
    kept = {}
    for place, (name, delivery) in enumerate(given.sources.items(), start=1):
        done = place / (len(given.sources) + 1)
        tell(f"读入{readable()[name].label}", _READ * done)
        before = over.kept.sources.get(name) if over else None
        kept[name] = canonical.source(connection, delivery, readable()[name], work, before)
        fit.refuse_days(connection, delivery, by_place.rows(kept[name]), latest)
    return Kept(members, households, declared, kept, more)


def _suggested(
    connection: DuckDBPyConnection,
    given: Given,
    kept: Kept,
    elsewhere: Elsewhere | None,
    progress: Progress,
) -> dict[str, int]:
    pairs = {name: (given.sources[name], path) for name, path in kept.sources.items()}
    suggested = partial(
        candidates.suggested,
        *(connection, given.members, pairs, lambda stage: progress(stage, _COMPUTED)),
    )
    if elsewhere is None or not candidates.are_open(connection, kept.sources.values()):
        return suggested()
    with elsewhere() as engine:
        return suggested(engine.pairing(connection))


def _on_spark(master: str, work: Path, memory: str) -> Elsewhere:
    try:
        from hedui.batch.recheck.on_spark import opened  # noqa: PLC0415 - an extra
    except ImportError:
        raise DeliveryError(
            "没有安装 Spark:请运行 make spark-setup(附加组件 spark),或去掉 --engine spark"
        ) from None
    return partial(opened, master, work, memory)


def _bring_what_is_to_do(
    connection: DuckDBPyConnection,
    last: Last | None,
    kept: Kept,
    prints: Mapping[str, str],
    *,
    everybody: bool,
) -> Counted:
    """
    Make `people`, `touched`, `homes` and tables of lines; in a second run, of the touched.

    everybody: have all members at hand afterwards, whatever changed
    """
    here, asked = OnDuckDB(connection), everywhere().values()
    increment.lay_beside(connection, last, kept, prints)
    known = last is not None and last.kept.people == kept.people
    if last is not None and known and increment.are_by_place(connection) and not everybody:
        only = increment.CONCERNED.format(text(str(kept.members)))
        roll_call.bring_people(here, *kept.people, asked, known=True, only=only)
        counted = last.people
    else:
        roll_call.bring_people(here, *kept.people, asked, known=known)
        counted = roll_call.counted(connection)
    increment.bring_touched(connection, last, kept)
    if last is not None:
        increment.narrow(connection)
    households.bring_homes(connection, kept.households, touched=last is not None)
    lines.bring_tables(connection)
    return counted


def _is_anything_to_do(connection: DuckDBPyConnection) -> bool:
    return bool(connection.execute("SELECT 1 FROM homes LIMIT 1").fetchall())


def _compared(connection: DuckDBPyConnection, kept: Kept, progress: Progress, only: str) -> int:
    """Compare, and read the lines that the rules need; count the lines that members declared."""
    here = OnDuckDB(connection)
    comparing.bring_declared(here, kept.declared, only)
    said = comparing.words(here)
    for source, path in _told(_asked(kept), kept, progress):
        comparing.compare(here, source, path, said)
        if path:
            lines.read(connection, source)
    return comparing.count_declared(here)


def _done_elsewhere(
    elsewhere: Elsewhere,
    connection: DuckDBPyConnection,
    kept: Kept,
    files: ParameterFiles,
    alone: bool,
    progress: Progress,
) -> int:
    """Compare and compute on another engine; what it found is at hand afterwards.

    Returns how many lines members declared.
    """
    days = comparing.newest_days(OnDuckDB(connection), kept.sources)
    households.bring_outcomes(connection)
    progress("启动 Spark", _READ)
    with elsewhere() as engine:
        roll_call.bring_people(engine, kept.members, kept.households, everywhere().values())
        comparing.bring_declared(engine, kept.declared)
        said = comparing.words(engine)
        for source, path in _told(_asked(kept), kept, progress):
            comparing.compare(engine, source, path, said)
        progress("试算各户", _COMPARED)
        engine.compute(Task(kept, days, files, alone))
        engine.hand_over(connection)
        return comparing.count_declared(engine)


def _asked(kept: Kept) -> Mapping[str, Source]:
    """Give the sources that have a say: those asked everywhere, and those that delivered."""
    return {n: one for n, one in readable().items() if n in everywhere() or n in kept.sources}


def _told(
    asked: Mapping[str, Source], kept: Kept, progress: Progress
) -> Iterator[tuple[Source, Path | None]]:
    for place, (name, source) in enumerate(asked.items()):
        progress(f"比对{source.label}", _READ + (_COMPARED - _READ) * place / len(asked))
        yield source, kept.sources.get(name)


def _computed(
    connection: DuckDBPyConnection,
    kept: Kept,
    files: ParameterFiles,
    alone: bool,
    progress: Progress,
) -> None:
    """Compute every household, or those that are touched; what was said of the others is added."""
    households.compute(
        connection,
        kept=kept,
        files=files,
        alone=alone,
        tell=lambda done: progress("试算各户", _COMPARED + (_COMPUTED - _COMPARED) * done),
    )


def _summary(
    connection: DuckDBPyConnection,
    given: Given,
    kept: Kept,
    files: ParameterFiles,
    last: Last | None,
    counted: Counted,
    declared: int,
) -> dict[str, Any]:
    counts = summary.counts(connection, kept, _asked(kept), last)
    statuses = connection.execute(
        "SELECT item, status, count(*) FROM all_findings GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    matches = connection.execute(
        "SELECT source, match, count(*) FROM all_facts GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return {
        "format": FORMAT,
        "households": counted.households,
        "members": counted.members,
        "members_with_unreadable_number": counted.unreadable,
        "members_without_authorization": counted.without,
        "sources": {n: {**c, "delivered": n in kept.sources} for n, c in counts.items()},
        "refused": {name: count["refused"] for name, count in counts.items()},
        "facts": summary.nested(matches),
        "findings": summary.nested(statuses),
        "answers": summary.answers(connection, counted, kept.sources),
        "outcomes": summary.outcomes(connection),
        "made": summary.made(files),
        "unread": given.unread,
        "declared_about_nobody": summary.declared_about_nobody(connection, kept, last, declared),
        "inputs": {one.name: one.digest for one in given},
    }


def _finished(
    connection: DuckDBPyConnection,
    out: Path,
    written: Mapping[str, Delivery],
    found: dict[str, Any],
    last: Last | None,
) -> None:
    """
    Write the rest beside first; then replace, the summary taken away first and put last.

    written: the results that stand there; found: the summary, to which their digests are added
    """
    folder = out / ".work" / NEXT
    writing.write_worklist(connection, folder / WORKLIST)
    names = [*(f"{name}.parquet" for name in writing.TABLES), WORKLIST]
    if "candidates" in found:
        path = folder / f"{candidates.OUTPUT}.parquet"
        connection.execute(f"COPY ({candidates.QUERY}) TO {text(str(path))} (FORMAT parquet)")
        names.append(path.name)
    whole = {name: written.get(Path(name).stem) for name in names if name != WORKLIST}
    found["outputs"] = {
        name: (whole.get(name) or Delivery(name, (folder / name,))).digest for name in names
    }
    writing.write_changes(connection, last, folder / CHANGES)
    (folder / PAGE).write_text(report.page(found), encoding="utf-8")
    # not on the page: its own cannot be, and what changed follows from the last run too
    found["outputs"] |= {name: Delivery(name, (folder / name,)).digest for name in (CHANGES, PAGE)}
    (folder / SUMMARY).write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    for earlier in (SUMMARY, f"{candidates.OUTPUT}.parquet"):
        (out / earlier).unlink(missing_ok=True)
    writing.replace(folder, out, [*names, CHANGES, PAGE, SUMMARY])


__all__ = ["DeliveryError", "Outcome", "recheck"]
