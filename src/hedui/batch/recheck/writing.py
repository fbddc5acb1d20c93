"""
The results as files (结果文件), one for each table.

Where a run stands on the last one, a file of which nothing differs is the same file; in the others
the rows of households that are not touched are taken over as they were. Either way the bytes are
those of a full run.
"""

import shutil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from duckdb import DuckDBPyConnection

from hedui.batch.asked import readable
from hedui.batch.delivery import text
from hedui.batch.recheck import by_place, comparing, kinds
from hedui.batch.recheck.canonical import link
from hedui.batch.recheck.kept import Kept, Last

TABLES = ("facts", "findings", "households")
"""What everybody reads."""
# ids of households differ too much for a dictionary, and to try costs a sixth of all writing
_AS = "FORMAT parquet, DICTIONARY_SIZE_LIMIT 4096"
TESTS = (
    "income", "expenditure", "financial_assets", "vehicle", "real_estate", "business", "membership",
)  # fmt: skip


def _typed(**words: str) -> str:
    """Write that columns read are of the types of their vocabularies (`kinds`)."""
    return f"REPLACE ({', '.join(f'{one}::{type_} AS {one}' for one, type_ in words.items())})"


_OF_PEOPLE = frozenset({"household", "members", "authorizations", "new", "gone"})
_OF_FINDINGS = _OF_PEOPLE.union(readable(), {"declarations"})
_WORDS_OF_FACTS = "source::VARCHAR AS source, match::VARCHAR AS match"
_PLACE = "CAST(enum_code(source::source_name) AS TINYINT)"
_IN_PLACE = "ANTI JOIN displaced USING (household_id, source)"
_TESTS_AS_ONE = ", ".join(
    f"{name} := CASE {name} WHEN 1 THEN 'fail'::test_name WHEN 2 THEN 'unknown'::test_name"
    " WHEN 3 THEN 'pass'::test_name END"
    for name in TESTS
)
_HOUSEHOLDS = f"""
    SELECT household_id, programme, categories, possible, per_capita AS per_capita_income_fen,
           struct_pack({_TESTS_AS_ONE}) AS tests, changed, declared_categories, declared_possible,
           declared_per_capita AS declared_per_capita_income_fen, note, 0 AS s, h AS a, 0 AS b
    FROM outcomes JOIN homes USING (h) LEFT JOIN pairs USING (pair)
"""
_OF_HOUSEHOLDS = _typed(
    **dict.fromkeys(
        ("categories", "possible", "declared_categories", "declared_possible"), "programme_name[]"
    ),
    tests=f"STRUCT({', '.join(f'{name} test_name' for name in TESTS)})",
)
_UNHEARD = """
    SELECT household_id, source, kind, members, 0 AS s, h AS a, 0 AS b
    FROM unheard JOIN homes USING (h)
"""
_WORKLIST = f"""
    SELECT household_id,
           CASE WHEN coalesce(changed, false) THEN 'outcome' ELSE 'discrepancy' END AS reason,
           coalesce(items, '') AS items, 0 AS s, h AS a, 0 AS b
    FROM outcomes JOIN homes USING (h) LEFT JOIN pairs USING (pair) LEFT JOIN (
        SELECT h, string_agg(DISTINCT item::VARCHAR, ' ' ORDER BY item::VARCHAR) AS items
        FROM findings JOIN people USING (m) JOIN named_lines USING (line)
        WHERE status = {comparing.STATUSES.index("inconsistent")} GROUP BY h
    ) USING (h)
    WHERE changed OR items IS NOT NULL
"""


def write(
    connection: DuckDBPyConnection,
    folder: Path,
    kept: Kept,
    sources: Collection[str],
    last: Last | None,
) -> dict[str, Path]:
    """
    Write all results of a run into an empty folder; return them by name, as `facts`.

    kept: its canonical files; sources: those that were compared
    Needs the tables of the run about the households that were computed, and `people` of all.
    """
    shutil.rmtree(folder, ignore_errors=True)  # what a killed run left may be the last one's files
    folder.mkdir(mode=0o700, parents=True)
    _bring_names(connection)
    # else a column that has no NULL would be written as one that can have none, which of a table
    # DuckDB knows, and of a file not
    connection.execute("SET disabled_optimizers = 'statistics_propagation'")
    why = {row[0] for row in connection.execute("SELECT DISTINCT why FROM touches").fetchall()}
    moved, anew = _attached_anew(connection, kept)
    attached = bool(anew or why & _OF_PEOPLE)
    if last and why.intersection(readable()) and not attached and _are_of_others(connection):
        attached = _are_otherwise(connection, last.results["facts"])
    compared = bool(why & _OF_FINDINGS)
    of_facts = {"source": "source_name", "match": "match_name"}
    of_findings = {"item": "item_name", "label": "label_name", "status": "status_name"}
    facts, findings = _typed(**of_facts), _typed(**of_facts, **of_findings)
    in_place = f"{_IN_PLACE} {_of({*sources}.difference(moved))}"
    written = [
        _Result("facts", _facts(anew), attached, facts, _PLACE, in_place),
        _Result("findings", _findings(), compared, findings, _PLACE, _of(sources)),
        _Result("households", _HOUSEHOLDS, bool(why), _OF_HOUSEHOLDS),
        _Result("unheard", _UNHEARD, bool(why)),
        _Result("worklist", _WORKLIST, bool(why)),
    ]
    files = {one.name: _merged(connection, folder, one, last) for one in written}
    connection.execute("RESET disabled_optimizers")
    return files


@dataclass(frozen=True, slots=True)
class _Result:
    """
    What is written of a table.

    query: the columns, then `s`, `a` and `b` that give their order: source, member, row
    differs: whether anything in it is not as in the last run
    words: of a row of the last run, what puts its words into the types of their vocabularies
    place, stays: of a row of the last run, its `s`, and what leaves those that are taken over
    """

    name: str
    query: str
    differs: bool
    words: str = ""
    place: str = "0"
    stays: str = ""


def _merged(
    connection: DuckDBPyConnection,
    folder: Path,
    result: _Result,
    last: Last | None,
) -> Path:
    """Write what was computed, and of a run before what is not touched."""
    path = folder / f"{result.name}.parquet"
    query, order = result.query, "s, a, b"
    before = last.results.get(result.name) if last else None
    if before and not result.differs:
        link(before, path)
        return path
    if before:
        query = f"""
            {query} UNION ALL BY NAME
            FROM (SELECT * EXCLUDE (file_row_number) {result.words}, {result.place} AS s,
                         0 AS a, file_row_number AS b
                  FROM (FROM read_parquet({text(str(before))}, file_row_number = true)
                        ANTI JOIN touched USING (household_id) {result.stays}))
        """
        order = "s, household_id, a, b"
    connection.execute(
        f"COPY (SELECT * EXCLUDE (s, a, b) FROM ({query}) ORDER BY {order})"
        f" TO {text(str(path))} ({_AS})"
    )
    return path


def _listed(names: Iterable[str]) -> str:
    return f"CAST([{', '.join(map(text, sorted(names)))}] AS VARCHAR[])"


def _of(sources: Iterable[str]) -> str:
    return f"WHERE list_contains({_listed(sources)}, source)"


def _facts(anew: Iterable[str]) -> str:
    """Say the rows attached to who was computed, and those that were attached anew."""
    computed = f"""
        SELECT household_id, member_key, n.source, source_row,
               {_name("match", "match_name")} AS match, s, m AS a, source_row AS b
        FROM facts JOIN people USING (m) JOIN named_sources n ON s = facts.source
    """
    return " UNION ALL BY NAME ".join([computed, *anew])


def _attached_anew(connection: DuckDBPyConnection, kept: Kept) -> tuple[list[str], list[str]]:
    """Name the sources whose rows moved, and write the facts of who was not computed there."""
    moved, displaced = (
        [row[0] for row in connection.execute(f"SELECT DISTINCT source FROM {table}").fetchall()]
        for table in ("moved", "displaced")
    )
    of_all = (_anew(name, kept.sources[name], "") for name in moved)
    of_some = (_anew(name, kept.sources[name], _of_displaced(name)) for name in displaced)
    return moved, [*of_all, *of_some]


def _are_of_others(connection: DuckDBPyConnection) -> bool:
    """Tell whether facts may differ: mostly amounts changed, of which they say nothing."""
    asked = "FROM renewed UNION ALL SELECT source FROM unlike WHERE whose LIMIT 1"
    return bool(connection.execute(asked).fetchall())


def _are_otherwise(connection: DuckDBPyConnection, before: Path) -> bool:
    """Tell whether a fact of who was computed is none of the last run, or the other way round."""
    now = f"SELECT * EXCLUDE (s, a, b) REPLACE ({_WORDS_OF_FACTS}) FROM ({_facts(())})"
    then = f"FROM read_parquet({text(str(before))}) SEMI JOIN touched USING (household_id)"
    found = f"(({now}) EXCEPT ALL ({then})) UNION ALL (({then}) EXCEPT ALL ({now})) LIMIT 1"
    return bool(connection.execute(found).fetchall())


def _of_displaced(source: str) -> str:
    return f"SEMI JOIN (FROM displaced WHERE source = {text(source)}) USING (household_id)"


def _anew(source: str, path: Path, whose: str) -> str:
    """Say the rows of a source about who was not computed; whose: a join that leaves some."""
    match = _name(f"({comparing.MATCH})", "match_name")
    return f"""
        SELECT household_id, member_key, {text(source)}::source_name AS source, source_row,
               {match} AS match,
               {comparing.source_code(source)}::TINYINT AS s, m AS a, source_row AS b
        FROM {by_place.rows(path)} s JOIN (
            FROM people ANTI JOIN touched USING (household_id) {whose}
        ) p ON p.number = s.number
        WHERE p.in_force AND p.list IN (
            SELECT list FROM grants WHERE starts_with(item, {text(source + ".")}))
    """


def _findings() -> str:
    return f"""
        SELECT household_id, member_key, source, item, label,
               {_name("status", "status_name")} AS status,
               CASE WHEN NOT counted THEN said END AS declared_fen,
               CASE WHEN NOT counted THEN found END AS found_fen,
               CASE WHEN counted THEN said END AS declared_count,
               CASE WHEN counted THEN found END AS found_count,
               day AS as_of, {_name("match", "match_name")} AS match, s, m AS a, line AS b
        FROM findings JOIN people USING (m) JOIN named_lines USING (line)
    """


def _bring_names(connection: DuckDBPyConnection) -> None:
    """Make `named_sources` and `named_lines`: what the numbers of sources and lines stand for."""
    sources = [(comparing.source_code(name), name) for name in sorted(readable())]
    lines = [
        (line, comparing.source_code(said[0]), *said, line in comparing.counted_lines())
        for said, line in comparing.lines().items()
    ]
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE named_sources (s TINYINT, source source_name);
        CREATE OR REPLACE TEMP TABLE named_lines (
            line SMALLINT, s TINYINT, source source_name, item item_name, label label_name,
            counted BOOLEAN)
        """
    )
    connection.executemany("INSERT INTO named_sources VALUES (?, ?)", sources)
    connection.executemany("INSERT INTO named_lines VALUES (?, ?, ?, ?, ?, ?)", lines)


def _name(code: str, type_: str) -> str:
    """Write the word that a code stands for, as the type of its vocabulary (`kinds`)."""
    words = kinds.VOCABULARIES[type_]
    cases = (f"WHEN {n} THEN {text(word)}::{type_}" for n, word in enumerate(words))
    return f"CASE {code} {' '.join(cases)} END"


def show(connection: DuckDBPyConnection, files: Mapping[str, Path]) -> None:
    """Make views of all that was written: `all_facts`, `all_findings`, and so on."""
    for name, path in files.items():
        connection.execute(
            f"CREATE OR REPLACE TEMP VIEW all_{name} AS FROM read_parquet({text(str(path))})"
        )


def write_changes(connection: DuckDBPyConnection, last: Last | None, path: Path) -> None:
    """
    Write which households changed since the last run and why; none where there was no run before.

    Needs the outcomes of this run, of the households that are touched.
    why: the parts that differ, or `new`, or `gone`; outcome_changed: whether the outcome differs
    A line that was declared for a household that there is not, and was not, touches nobody.
    """
    old = _HOUSEHOLDS
    if last:
        rows = f"read_parquet({text(str(last.results['households']))})"
        old = f"SELECT * {_OF_HOUSEHOLDS} FROM {rows} SEMI JOIN touched USING (household_id)"
    described = connection.execute("DESCRIBE all_households").fetchall()
    said = [row[0] for row in described if row[0] != "household_id"]
    differs = " OR ".join(f"n.{name} IS DISTINCT FROM o.{name}" for name in said)
    connection.execute(
        f"""
        COPY (
            SELECT t.household_id, t.why, {differs} AS outcome_changed
            FROM touched t
            LEFT JOIN ({_HOUSEHOLDS}) n USING (household_id)
            LEFT JOIN ({old}) o USING (household_id)
            WHERE n.household_id IS NOT NULL OR o.household_id IS NOT NULL
            ORDER BY t.household_id
        ) TO {text(str(path))} (FORMAT parquet)
        """
    )


def write_worklist(connection: DuckDBPyConnection, path: Path) -> None:
    """Write the households that a person should look at."""
    connection.execute(f"COPY all_worklist TO {text(str(path))} (HEADER, DELIMITER ',')")


def replace(folder: Path, out: Path, names: Iterable[str]) -> None:
    """Put what was written into a folder in the place of what stood there."""
    for name in names:
        (folder / name).replace(out / name)
