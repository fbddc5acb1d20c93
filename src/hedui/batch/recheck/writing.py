"""
The results as files (结果文件), a directory for each table, and a file in it for each source.

Where a run stands on the last one, a file of which nothing differs is the same file; in the others
the rows of households that are not touched are taken over as they were. Either way the bytes are
those of a full run.
"""

import shutil
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from duckdb import DuckDBPyConnection

from hedui.batch.delivery import Delivery, text
from hedui.batch.recheck import comparing
from hedui.batch.recheck.kept import Kept, Last, link

TABLES = ("facts", "findings", "households")
"""What everybody reads; each is a directory."""
TESTS = (
    "income", "expenditure", "financial_assets", "vehicle", "real_estate", "business", "membership",
)  # fmt: skip
_OF_FACTS = frozenset({"household", "members", "authorizations", "new", "gone"})
_OF_FINDINGS = _OF_FACTS | {"declarations"}
_TESTS_AS_ONE = f"struct_pack({', '.join(f'{name} := {name}' for name in TESTS)})"
_HOUSEHOLDS = f"""
    SELECT household_id, programme, categories, possible, per_capita AS per_capita_income_fen,
           {_TESTS_AS_ONE} AS tests, changed, declared_categories, declared_possible,
           declared_per_capita AS declared_per_capita_income_fen, note, h AS a, 0 AS b
    FROM outcomes JOIN homes USING (h)
"""
_UNHEARD = """
    SELECT household_id, source, kind, members, h AS a, 0 AS b FROM unheard JOIN homes USING (h)
"""


def write(
    connection: DuckDBPyConnection,
    folder: Path,
    kept: Kept,
    sources: Iterable[str],
    last: Last | None,
) -> dict[str, Path]:
    """
    Write all results of a run into an empty folder; return them by name, as `facts/bank`.

    kept: its canonical files; sources: those that were compared
    Needs the tables of the run about the households that were computed, and `people` of all.
    """
    shutil.rmtree(folder, ignore_errors=True)
    # else a column that has no NULL would be written as one that can have none, which of a table
    # DuckDB knows, and of a file not
    connection.execute("SET disabled_optimizers = 'statistics_propagation'")
    why = {row[0] for row in connection.execute("SELECT DISTINCT why FROM touches").fetchall()}
    files = {}
    for name in sorted(sources):
        moved = last is not None and last.kept.sources.get(name) != kept.sources.get(name)
        facts = _anew(name, kept.sources.get(name)) if moved else _facts(name)
        touching = bool(why & (_OF_FACTS | {name}))
        said = f"facts/{name}"
        files[said] = _merged(connection, folder, said, facts, None if moved else last, touching)
        said = f"findings/{name}"
        touching = bool(why & (_OF_FINDINGS | {name}))
        files[said] = _merged(connection, folder, said, _findings(name), last, touching)
    for said, query in (("households/households", _HOUSEHOLDS), ("unheard/unheard", _UNHEARD)):
        files[said] = _merged(connection, folder, said, query, last, bool(why))
    connection.execute("RESET disabled_optimizers")
    return files


def _merged(
    connection: DuckDBPyConnection,
    folder: Path,
    name: str,
    query: str,
    last: Last | None,
    touching: bool,
) -> Path:
    """
    Write what was computed, and of a run before what is not touched.

    query: the columns, then `a` and `b` that give their order within a household
    """
    path = folder / f"{name}.parquet"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = last.results.get(name) if last else None
    if before and not touching:
        link(before, path)
        return path
    order = "a, b"
    if before:
        query = f"""
            {query} UNION ALL BY NAME
            SELECT * EXCLUDE (file_row_number), 0 AS a, file_row_number AS b
            FROM read_parquet({text(str(before))}, file_row_number = true)
            ANTI JOIN touched USING (household_id)
        """
        order = "household_id, a, b"
    connection.execute(
        f"COPY (SELECT * EXCLUDE (a, b) FROM ({query}) ORDER BY {order})"
        f" TO {text(str(path))} (FORMAT parquet)"
    )
    return path


def _facts(source: str) -> str:
    return f"""
        SELECT household_id, member_key, {text(source)} AS source, source_row,
               {_name("match", comparing.MATCHES)} AS match, m AS a, source_row AS b
        FROM facts JOIN people USING (m) WHERE source = {comparing.source_code(source)}
    """


def _anew(source: str, path: Path | None) -> str:
    """Attach the rows of a file that changed: of who is not touched, they may stand elsewhere."""
    if path is None:
        return _facts(source)
    match = _name(f"({comparing.MATCH})", comparing.MATCHES)
    return f"""
        SELECT household_id, member_key, {text(source)} AS source, source_row, {match} AS match,
               m AS a, source_row AS b
        FROM read_parquet({text(str(path))}) s JOIN people p ON p.number = s.number
        WHERE p.in_force AND p.list IN (
            SELECT list FROM grants WHERE starts_with(item, {text(source + ".")}))
    """


def _findings(source: str) -> str:
    lines = {said: code for said, code in comparing.lines().items() if said[0] == source}
    fen = f"line NOT IN ({', '.join(map(str, comparing.counted_lines()))})"
    items = _case("line", {code: item for (_, item, _), code in lines.items()})
    labels = _case("line", {code: label for (*_, label), code in lines.items()})
    return f"""
        SELECT household_id, member_key, {text(source)} AS source, {items} AS item,
               {labels} AS label, {_name("status", comparing.STATUSES)} AS status,
               CASE WHEN {fen} THEN said END AS declared_fen,
               CASE WHEN {fen} THEN found END AS found_fen,
               CASE WHEN NOT {fen} THEN said END AS declared_count,
               CASE WHEN NOT {fen} THEN found END AS found_count,
               day AS as_of, {_name("match", comparing.MATCHES)} AS match, m AS a, line AS b
        FROM findings JOIN people USING (m)
        WHERE line BETWEEN {min(lines.values())} AND {max(lines.values())}
    """


def _name(code: str, names: Iterable[str]) -> str:
    return _case(code, dict(enumerate(names)))


def _case(code: str, names: Mapping[int, str]) -> str:
    return f"CASE {code} {' '.join(f'WHEN {n} THEN {text(one)}' for n, one in names.items())} END"


def show(connection: DuckDBPyConnection, files: Mapping[str, Path]) -> None:
    """Make views of all that was written: `all_facts`, `all_findings`, and so on."""
    tables: dict[str, list[str]] = {}
    for name, path in files.items():
        tables.setdefault(name.partition("/")[0], []).append(text(str(path)))
    for table, listed in tables.items():
        connection.execute(
            f"CREATE OR REPLACE TEMP VIEW all_{table} AS FROM read_parquet([{', '.join(listed)}])"
        )


def write_changes(connection: DuckDBPyConnection, last: Last | None, path: Path) -> None:
    """
    Write which households changed since the last run and why; none where there was no run before.

    why: the parts that differ, or `new`, or `gone`; outcome_changed: whether the outcome differs
    """
    named = "households/households"
    before = f"read_parquet({text(str(last.results[named]))})" if last else "all_households"
    described = connection.execute("DESCRIBE all_households").fetchall()
    said = [row[0] for row in described if row[0] != "household_id"]
    differs = " OR ".join(f"n.{name} IS DISTINCT FROM o.{name}" for name in said)
    connection.execute(
        f"""
        COPY (
            SELECT t.household_id, t.why, {differs} AS outcome_changed
            FROM touched t
            LEFT JOIN (FROM all_households SEMI JOIN touched USING (household_id)) n
                USING (household_id)
            LEFT JOIN (FROM {before} SEMI JOIN touched USING (household_id)) o
                USING (household_id)
            ORDER BY t.household_id
        ) TO {text(str(path))} (FORMAT parquet)
        """
    )


_WORKLIST = """
    SELECT household_id,
           CASE WHEN coalesce(changed, false) THEN 'outcome' ELSE 'discrepancy' END AS reason,
           coalesce(items, '') AS items
    FROM all_households LEFT JOIN (
        SELECT household_id, string_agg(DISTINCT item, ' ' ORDER BY item) AS items
        FROM all_findings WHERE status = 'inconsistent' GROUP BY household_id
    ) USING (household_id)
    WHERE changed OR items IS NOT NULL ORDER BY household_id
"""


def write_worklist(connection: DuckDBPyConnection, path: Path) -> None:
    """Write the households that a person should look at."""
    connection.execute(f"COPY ({_WORKLIST}) TO {text(str(path))} (HEADER, DELIMITER ',')")


def digests(files: Iterable[Path], folder: Path) -> dict[str, str]:
    """Digest files, by their names within a folder."""
    return {str(one.relative_to(folder)): Delivery(one.name, (one,)).digest for one in files}


def replace(folder: Path, out: Path, names: Collection[str]) -> None:
    """Put what was written into a folder in the place of what stood there."""
    for name in names:
        there = out / name
        if there.is_dir():
            shutil.rmtree(there)
        (folder / name).replace(there)
