"""
What changed since the last run, household by household, and what need not be computed again (增量).

Of each household it is kept, as hashes, what its outcome rests on, part by part, and the outcome.
Where no part differs the outcome is taken over; of the others it is said which parts differ. A
test holds the results equal to those of a full run, byte for byte.
"""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

import duckdb
from duckdb import DuckDBPyConnection

from hedui.batch.asked import everywhere
from hedui.batch.delivery import text
from hedui.batch.recheck import values
from hedui.batch.recheck.placing import Place, resolved
from hedui.catalogue import Source
from hedui.policy.lock import rules_version
from hedui.policy.parameters import ParameterFiles

PARTS: Final = ("household", "members", "authorizations", "declarations", *everywhere(), "rules")
"""What an outcome rests on; `changes` names those that differ. A source: rows and freshness."""


def state(work: Path) -> Path:
    """Tell where the parts and outcomes of the last whole run are kept."""
    return work / f"state-1-{duckdb.__version__}.kept"


def bring_heard(connection: DuckDBPyConnection) -> None:
    """Make `heard`, empty: what each source's rows about a member hash to."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE heard (r INTEGER, source VARCHAR, rows UBIGINT)"
    )


def hear(connection: DuckDBPyConnection, source: Source) -> None:
    """Add a source to `heard`; needs `held`."""
    cells = ", ".join(f"{name}, bad_{name}" for name in values.kept(source))
    connection.execute(
        f"""
        INSERT INTO heard
        SELECT r, {text(source.name)}, hash(list(hash(match, inside, {cells}) ORDER BY source_row))
        FROM held GROUP BY r
        """
    )


def bring_parts(
    connection: DuckDBPyConnection, places: Sequence[Place], files: ParameterFiles
) -> None:
    """Make `parts`: of each household in `standing`, one hash a part."""
    _bring_fingerprints(connection, places, files)
    spoken = ", ".join(
        f"max(said) FILTER (source = {text(name)}) AS {name}" for name in everywhere()
    )
    taken = ", ".join(f"s.{name}" for name in everywhere())
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE parts AS
        SELECT t.h, hash(t.programme, t.division, t.as_of) AS household, m.members,
               m.authorizations, hash(d.lines, u.classes) AS declarations, {taken},
               hash(f.said) AS rules
        FROM standing t JOIN fingerprints f USING (key)
        JOIN (
            SELECT h, hash(list(hash(member_key, born, sex, relation) ORDER BY r)) AS members,
                   hash(list(hash(in_force, items) ORDER BY r)) AS authorizations
            FROM roll GROUP BY h
        ) m USING (h)
        LEFT JOIN (
            SELECT h, hash(list(hash(r - first, side, class, kind, value)
                                ORDER BY r, side, class, kind, value)) AS lines
            FROM stated JOIN roll USING (r) JOIN firsts USING (h) GROUP BY h
        ) d USING (h)
        LEFT JOIN (
            SELECT h, hash(list(hash(r - first, class) ORDER BY r, class)) AS classes
            FROM unread JOIN roll USING (r) JOIN firsts USING (h) GROUP BY h
        ) u USING (h)
        LEFT JOIN (
            SELECT h, {spoken} FROM (
                SELECT h, source, hash(list(hash(outcome, fresh, whole, rows) ORDER BY r)) AS said
                FROM spoke JOIN roll USING (r) LEFT JOIN heard USING (r, source)
                GROUP BY h, source
            ) GROUP BY h
        ) s USING (h)
        """
    )


def _bring_fingerprints(
    connection: DuckDBPyConnection, places: Sequence[Place], files: ParameterFiles
) -> None:
    rules = [_fingerprint(place, files) for place in places]
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE fingerprints AS
        SELECT generate_subscripts(?, 1) - 1 AS key, unnest(?::VARCHAR[]) AS said
        """,
        [rules, rules],
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE firsts AS SELECT h, min(r) AS first FROM roll GROUP BY h"
    )


def _fingerprint(place: Place, files: ParameterFiles) -> str:
    """Digest all the numbers and rules that a place's households stand under."""
    said = repr((rules_version(), sorted(resolved(place, files).items())))
    return sha256(said.encode()).hexdigest()


def take_over(connection: DuckDBPyConnection, kept: Path) -> None:
    """Take over the outcomes of households of which no part differs, out of `standing`."""
    same = " AND ".join(f"p.{name} IS NOT DISTINCT FROM b.part_{name}" for name in PARTS)
    columns = ", ".join(
        f"b.{row[0]}" for row in connection.execute("DESCRIBE outcomes").fetchall() if row[0] != "h"
    )
    connection.execute(
        f"""
        INSERT INTO outcomes
        SELECT p.h, {columns}
        FROM parts p JOIN homes USING (h)
        JOIN read_parquet({text(str(kept))}) b USING (household_id) WHERE {same};
        DELETE FROM standing WHERE h IN (SELECT h FROM outcomes)
        """
    )


def write_state(connection: DuckDBPyConnection, path: Path) -> None:
    """Write the parts and outcomes of this run, for the next one."""
    parts = ", ".join(f"p.{name} AS part_{name}" for name in PARTS)
    connection.execute(
        f"""
        COPY (SELECT household_id, {parts}, o.* EXCLUDE (h)
              FROM homes JOIN outcomes o USING (h) LEFT JOIN parts p USING (h) ORDER BY h)
        TO {text(str(path))} (FORMAT parquet)
        """
    )


def write_changes(connection: DuckDBPyConnection, before: Path, now: Path, path: Path) -> None:
    """
    Write which households changed since the last run and why; none where there was no run before.

    why: the parts that differ, or `new`, or `gone`; outcome_changed: whether the outcome differs
    """
    earlier = before if before.exists() else now
    why = ", ".join(
        f"CASE WHEN n.part_{name} IS DISTINCT FROM b.part_{name} THEN '{name}' END"
        for name in PARTS
    )
    said = [row[0] for row in connection.execute("DESCRIBE outcomes").fetchall() if row[0] != "h"]
    differs = " OR ".join(f"n.{name} IS DISTINCT FROM b.{name}" for name in said)
    connection.execute(
        f"""
        COPY (
            SELECT household_id, why, outcome_changed FROM (
                SELECT coalesce(n.household_id, b.household_id) AS household_id,
                       CASE WHEN b.household_id IS NULL THEN ['new']
                            WHEN n.household_id IS NULL THEN ['gone']
                            ELSE list_filter([{why}], lambda one: one IS NOT NULL) END AS why,
                       {differs} AS outcome_changed
                FROM read_parquet({text(str(now))}) n
                FULL JOIN read_parquet({text(str(earlier))}) b
                ON n.household_id = b.household_id
            ) WHERE len(why) > 0 OR outcome_changed ORDER BY household_id
        ) TO {text(str(path))} (FORMAT parquet)
        """
    )
