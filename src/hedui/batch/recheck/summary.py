"""Counts of what a recheck came to (汇总), from the tables of the run."""

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from hedui.batch.delivery import text
from hedui.policy.lock import parameters_digest, rules_version
from hedui.policy.parameters import ParameterFiles

Counts = dict[str, dict[str, int]]


def answers(connection: DuckDBPyConnection) -> Counts:
    """
    Count per source the members by what it answered about them (见 :data:`report.ANSWERS`).

    Needs `people` and `homes` of all; who is not in `unheard` has a fresh answer.
    """
    return nested(
        connection.execute(
            """
            SELECT source, kind, CAST(sum(members) AS BIGINT) AS members FROM (
                SELECT source, kind, members FROM unheard
                UNION ALL SELECT source, 'fresh', -members FROM unheard
                UNION ALL
                SELECT source, 'fresh', members FROM expects JOIN (
                    SELECT programme, count(*) AS members
                    FROM people JOIN homes USING (household_id) GROUP BY programme
                ) USING (programme)
            ) GROUP BY ALL HAVING sum(members) > 0 ORDER BY ALL
            """
        ).fetchall()
    )


def counts(
    connection: DuckDBPyConnection, kept: Mapping[str, Path], names: Iterable[str]
) -> Counts:
    """Count each source's rows, and those about members who did not authorize this."""
    found: Counts = {}
    for name in names:
        rows = f"read_parquet({text(str(kept[name]))})" if name in kept else "(SELECT 0 LIMIT 0)"
        delivered, nobodys, joined = (0, 0, 0)
        if name in kept:
            delivered, nobodys, joined = connection.execute(
                f"""
                SELECT count(*), count(*) FILTER (number IS NULL),
                       (SELECT count(*) FROM {rows} s JOIN people p ON p.number = s.number)
                FROM {rows}
                """
            ).fetchall()[0]
        attached = connection.execute(
            f"SELECT count(*) FROM facts WHERE source = {text(name)}"
        ).fetchall()[0][0]
        found[name] = {
            "rows": delivered,
            "unreadable_numbers": nobodys,
            "attached": attached,
            "refused": joined - attached,
        }
    return found


def outcomes(connection: DuckDBPyConnection) -> dict[str, Any]:
    """Count households by category on either basis, by whether that differs, and those without."""
    return {
        "declared": _by_category(connection, "declared_categories", "declared_possible"),
        "found": _by_category(connection, "categories", "possible"),
        "changed": dict(
            connection.execute(
                """
                SELECT CASE WHEN note IS NOT NULL THEN 'not_computed'
                            ELSE coalesce(changed::VARCHAR, 'unknown') END AS turned, count(*)
                FROM outcomes GROUP BY ALL ORDER BY ALL
                """
            ).fetchall()
        ),
        "notes": dict(
            connection.execute(
                "SELECT note, count(*) FROM outcomes WHERE note IS NOT NULL"
                " GROUP BY ALL ORDER BY ALL"
            ).fetchall()
        ),
    }


def _by_category(connection: DuckDBPyConnection, holds: str, may: str) -> Counts:
    return nested(
        connection.execute(
            f"""
            SELECT name, kind, count(*) FROM (
                SELECT unnest({holds}) AS name, 'holds' AS kind FROM outcomes
                UNION ALL SELECT unnest({may}), 'open' FROM outcomes
            ) GROUP BY ALL ORDER BY ALL
            """
        ).fetchall()
    )


def made(files: ParameterFiles) -> dict[str, str]:
    """Name the versions that made the results."""
    return {
        "hedui": version("hedui"),
        "rules": rules_version(),
        "parameters": parameters_digest(files),
    }


def nested(rows: list[tuple[Any, ...]]) -> Counts:
    """Put counts of pairs under the first, then the second of each pair."""
    found: Counts = {}
    for outer, inner, count in rows:
        found.setdefault(outer, {})[inner] = count
    return found
