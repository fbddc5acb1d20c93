"""Counts of what a recheck came to (汇总), from the tables of the run."""

from importlib.metadata import version
from typing import Any

from duckdb import DuckDBPyConnection

from hedui.policy.lock import parameters_digest, rules_version
from hedui.policy.parameters import ParameterFiles

Counts = dict[str, dict[str, int]]


def answers(connection: DuckDBPyConnection) -> Counts:
    """Count per source the members by what it answered about them (见 :data:`report.ANSWERS`)."""
    return nested(
        connection.execute(
            """
            SELECT source, CASE
                    WHEN outcome = 'NOT_ASKED' OR NOT in_force THEN 'not_asked'
                    WHEN outcome = 'NO_REPLY' THEN 'no_reply'
                    WHEN outcome = 'NAME_MISMATCH' THEN 'conflict'
                    WHEN outcome NOT IN ('FOUND', 'NOT_FOUND') THEN 'unusable'
                    WHEN fresh THEN 'fresh' ELSE 'stale' END AS kind, count(*)
            FROM spoke JOIN roll USING (r) GROUP BY ALL ORDER BY ALL
            """
        ).fetchall()
    )


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
