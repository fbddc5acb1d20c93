"""What `hedui bench --recheck` measures: a registry compared with all sources, and its floor.

The floor is DuckDB reading the same Parquet, joining on the bare number, and writing as many bytes
as the results have. Each is run in a process of its own. The same files are then held against the
truth that came with them.
"""

import os
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import duckdb

from hedui.batch.asked import everywhere
from hedui.batch.delivery import demand
from hedui.batch.recheck import recheck, values
from hedui.batch.sample.population import write_population

ON = date(2024, 8, 1)
HOUSEHOLDS = 1_000_000
LIMIT = "1GB"
_RESULTS = ("facts", "findings", "households")
_BYTES_A_ROW = 10
"""What the results take for each row of the sources, about, before they are known."""
_BLOCK = 1 << 20


def measure_recheck(households: int = HOUSEHOLDS, memory: str = "") -> dict[str, float]:
    """Measure at a hundredth, a tenth and the whole of so many households; return the figures.

    memory: a limit for the engine, such as `1GB`
    """
    with tempfile.TemporaryDirectory(prefix="hedui-bench-") as folder:
        tenth = _measured(Path(folder, "tenth"), max(1, households // 10), memory)
        hundredth = _measured(Path(folder, "hundredth"), max(1, households // 100), memory)
        whole = _measured(Path(folder, "whole"), households, memory)
        kept = Path(folder, "whole")
        quality = _apart(_quality, kept)["given"]
        plain = {name: _apart(script, kept) for name, script in _SCRIPTS.items() if find_spec(name)}
        limited = _apart(_rechecked, kept, LIMIT, "limited")
        changed = _changed(kept, Path(folder, "changed"), memory)
    first = whole["first_cpu_s"]
    return {
        **{name: figure for name, figure in whole.items() if name != "given"},
        "first_of_floor": first / whole["floor_cpu_s"],
        "rest_of_floor": (first - whole["ingest_cpu_s"]) / whole["floor_cpu_s"],
        "again_of_floor": whole["again_cpu_s"] / whole["floor_cpu_s"],
        "growth": _growth(whole, tenth),
        "growth_below": _growth(tenth, hundredth),
        "limited_s": limited["wall"],
        "limited_cpu_s": limited["cpu"],
        "limited_peak_mib": limited["peak"],
        **changed,
        "again_of_first": whole["again_cpu_s"] / first,
        "declared_of_first": changed["declared_cpu_s"] / first,
        "changed_of_first": changed["changed_cpu_s"] / first,
        **quality,
        **{f"{name}_s": one["wall"] for name, one in plain.items()},
        **{f"{name}_cpu_s": one["cpu"] for name, one in plain.items()},
        **{f"{name}_peak_mib": one["peak"] for name, one in plain.items()},
    }


def _growth(large: dict[str, Any], small: dict[str, Any]) -> float:
    """Compare the CPU time per household: wall time of small runs is mostly start and stop."""
    each = [(one["first_cpu_s"] + one["again_cpu_s"]) / one["households"] for one in (large, small)]
    return float(each[0] / each[1])


def _measured(folder: Path, households: int, memory: str) -> dict[str, Any]:
    """Run first and again, each between two runs of the floor, as other work is then alike."""
    made = write_population(households, folder, as_of=ON)
    written = _BYTES_A_ROW * sum(made["sources"].values())
    floors = [_apart(_floor, folder, written)]
    first = _apart(_rechecked, folder, memory)
    results = (folder / "out" / f"{name}.parquet" for name in _RESULTS)
    written = sum(path.stat().st_size for path in results)
    floors.append(_apart(_floor, folder, written))
    rewritten = _apart(_rewritten, folder)
    again = _apart(_rechecked, folder, memory)
    floors.append(_apart(_floor, folder, written))
    return {
        "first_s": first["wall"],
        "first_cpu_s": first["cpu"],
        **{f"{stage}_cpu_s": spent for stage, spent in first["given"].items()},
        "again_s": again["wall"],
        "again_cpu_s": again["cpu"],
        "floor_s": sum(one["wall"] for one in floors) / len(floors),
        "floor_cpu_s": sum(one["cpu"] for one in floors) / len(floors),
        "rewritten_cpu_s": rewritten["cpu"],
        "peak_mib": max(first["peak"], again["peak"]),
        "households": households,
        "persons": made["members"],
        "rows": sum(made["sources"].values()),
    }


def _apart(work: Callable[..., Any], *given: Any) -> dict[str, Any]:
    """Do something in a process of its own; return what it gave, its seconds and MiB."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_timed, work, given).result()


def _timed(work: Callable[..., Any], given: tuple[Any, ...]) -> dict[str, Any]:
    started, spent = time.perf_counter(), time.process_time()
    found = work(*given)
    return {
        "given": found,
        "wall": time.perf_counter() - started,
        "cpu": time.process_time() - spent,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _rechecked(folder: Path, memory: str, out: str = "out") -> dict[str, float]:
    done = recheck(folder / "registry", folder / "sources", folder / out, memory=memory)
    return dict(done.spent)


def _changed(before: Path, folder: Path, memory: str) -> dict[str, float]:
    """Run again where one household in a hundred declares otherwise, then is told of otherwise."""
    figures: dict[str, float] = {}
    for name, tables in (("declared", ["registry/declared"]), ("changed", [])):
        for path in before.glob("*/*/*.parquet"):
            if path.relative_to(before).parts[0] in ("registry", "sources"):
                _altered(before, folder, path, tables)
        (before / "out").rename(folder / "out")
        run = _apart(_rechecked, folder, memory)
        (folder / "out").rename(before / "out")
        figures |= {f"{name}_s": run["wall"], f"{name}_cpu_s": run["cpu"]}
    return figures


def _altered(before: Path, folder: Path, path: Path, tables: list[str]) -> None:
    """Copy a file; amounts of the hundredth grow where its table is named, or no table is."""
    copy = folder / path.relative_to(before)
    copy.parent.mkdir(parents=True, exist_ok=True)
    table = str(path.relative_to(before).parent)
    copy.unlink(missing_ok=True)
    with duckdb.connect() as connection:
        held = [row[0] for row in connection.execute(f"DESCRIBE FROM '{path}'").fetchall()]
        fen = next((name for name in held if name.endswith("_fen")), "")
        if not fen or (tables and table not in tables):
            copy.hardlink_to(path)
            return
        whose = "household_id" if "household_id" in held else "id_number"
        members = demand(before / "registry", "members").relation
        chosen = f"SELECT {whose} FROM {members} WHERE hash(household_id) % 100 = 0"
        connection.execute(
            f"COPY (SELECT * REPLACE (CASE WHEN {whose} IN ({chosen}) THEN {fen} + 100 ELSE {fen}"
            f" END AS {fen}) FROM '{path}') TO '{copy}' (FORMAT parquet)"
        )


def _floor(folder: Path, size: int) -> None:
    # the hash is there so that the values are read
    members = demand(folder / "registry", "members").relation
    written = folder / "floor.parquet"
    joined = " UNION ALL ".join(
        f"SELECT m.household_id, m.member_key, '{name}' AS source, s.file_row_number,"
        f" hash({', '.join(f's.{one}' for one in ('name', 'as_of', *values.needed(source)))}) % 2"
        f" FROM {demand(folder / 'sources', name).relation} s JOIN {members} m USING (id_number)"
        for name, source in everywhere().items()
    )
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"COPY ({joined}) TO '{written}' (FORMAT parquet)")
    rest = max(0, size - written.stat().st_size)
    with (folder / "floor.bytes").open("wb") as file:
        for _ in range(rest // _BLOCK + 1):
            file.write(os.urandom(_BLOCK))


def _rewritten(folder: Path) -> None:
    """Read the results and write them again: what Parquet of such rows costs, and no more."""
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        for name in _RESULTS:
            connection.execute(
                f"COPY (FROM '{folder}/out/{name}.parquet')"
                f" TO '{folder}/rewritten-{name}.parquet' (FORMAT parquet)"
            )


def _quality(folder: Path) -> dict[str, float]:
    """Hold the facts against the truth: a fact counts unless its name is in conflict."""
    truth = " UNION ALL ".join(
        f"SELECT '{name}' AS source, row_number() OVER () - 1 AS source_row, *"
        f" FROM {demand(folder / 'truth', name).relation}"
        for name in everywhere()
    )
    members = demand(folder / "truth", "members").relation
    facts = f"read_parquet('{folder}/out/facts.parquet')"
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"CREATE TABLE truth AS {truth}")
        [(counted, correct, correct_whole, conflicts)] = connection.execute(
            f"""
            SELECT count(*), count(*) FILTER (mine), count(*) FILTER (mine AND signed = 'in_force'),
                   count(*) FILTER (true_match = 'name_conflict')
            FROM (
                SELECT m.signed, t.match AS true_match,
                       coalesce(f.household_id = t.household_id
                                AND f.member_key = t.member_key, false) AS mine
                FROM {facts} f JOIN truth t USING (source, source_row)
                JOIN {members} m ON m.household_id = f.household_id AND m.member_key = f.member_key
                WHERE f.match <> 'name_conflict'
            )
            """
        ).fetchall()
        [(belong,)] = connection.execute(
            f"SELECT count(*) FROM truth JOIN {members} m USING (household_id, member_key)"
            " WHERE m.signed = 'in_force'"
        ).fetchall()
        [(unauthorised,)] = connection.execute(
            f"SELECT count(*) FROM {facts} SEMI JOIN (FROM {members} WHERE signed IN"
            " ('none', 'expired')) USING (household_id, member_key)"
        ).fetchall()
    return {
        "precision": correct / counted,
        "recall": correct_whole / belong,
        "unauthorised": unauthorised,
        "conflicts": conflicts,
    }


def _by_polars(folder: Path) -> None:
    """Do what a department's own script does today, number and name as they are, in Polars."""
    pl = import_module("polars")
    members = pl.scan_parquet(folder / "registry/members/*.parquet")
    declared = pl.scan_parquet(folder / "registry/declared/*.parquet")
    for name, source in everywhere().items():
        amounts = [item.name for item in source.items.values() if item.type == "fen"]
        held = pl.scan_parquet(folder / f"sources/{name}/*.parquet")
        found = (
            held.join(members, on=["id_number", "name"])
            .group_by("household_id", "member_key")
            .agg(pl.len().alias("rows"), *(pl.col(amount).sum() for amount in amounts))
        )
        stated = declared.group_by("household_id", "member_key").agg(pl.col("amount_fen").sum())
        both = found.join(stated, on=["household_id", "member_key"], how="left", suffix="_said")
        both.collect().write_parquet(folder / f"polars-{name}.parquet")


def _by_pandas(folder: Path) -> None:
    """Do the same in pandas."""
    pd = import_module("pandas")
    whose = ["household_id", "member_key"]
    members = pd.read_parquet(folder / "registry/members")
    declared = pd.read_parquet(folder / "registry/declared")
    stated = declared.groupby(whose, as_index=False)["amount_fen"].sum()
    for name, source in everywhere().items():
        amounts = [item.name for item in source.items.values() if item.type == "fen"]
        held = pd.read_parquet(folder / f"sources/{name}").assign(rows=1)
        found = held.merge(members, on=["id_number", "name"])
        found = found.groupby(whose, as_index=False)[["rows", *amounts]].sum()
        both = found.merge(stated, on=whose, how="left", suffixes=("", "_said"))
        both.to_parquet(folder / f"pandas-{name}.parquet")


_SCRIPTS = {"polars": _by_polars, "pandas": _by_pandas}
"""Library, where it is installed → script; neither is needed for anything else."""
