"""Counts of what a recheck came to (汇总), from the tables of the run."""

from collections.abc import Container, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from hedui.batch.delivery import text
from hedui.batch.recheck import by_place, silence
from hedui.batch.recheck.kept import Counted, Kept, Last
from hedui.batch.recheck.roll_call import TOUCHED
from hedui.policy.lock import parameters_digest, rules_version
from hedui.policy.parameters import ParameterFiles

Counts = dict[str, dict[str, int]]


def answers(connection: DuckDBPyConnection, counted: Counted, delivered: Container[str]) -> Counts:
    """
    Count per source the members by what it answered about them (见 :data:`report.ANSWERS`).

    Who is not in `all_unheard`, and was asked about, has a fresh answer.
    """
    found: Counts = {}
    many = dict(counted.groups)
    for group, sources in silence.asked(connection, many):
        members, in_force = many[group], group[-1]
        for name, is_asked in sources.items():
            kind = "fresh" if is_asked else "not_asked"
            if name not in delivered:
                kind = "no_reply" if in_force else "not_asked"
            of_name = found.setdefault(name, {})
            of_name[kind] = of_name.get(kind, 0) + members
    unheard = connection.execute(
        "SELECT source, kind, CAST(sum(members) AS BIGINT) FROM all_unheard GROUP BY ALL"
    ).fetchall()
    for name, kind, members in unheard:
        found[name][kind] = members
        found[name]["fresh"] -= members
    return {
        name: {kind: count for kind, count in sorted(found[name].items()) if count}
        for name in sorted(found)
    }


def counts(
    connection: DuckDBPyConnection, kept: Kept, names: Iterable[str], last: Last | None
) -> Counts:
    """
    Count each source's rows, and those about members who did not authorize this.

    last: what was counted of the same files is not counted again
    """
    same = last is not None and kept.people == last.kept.people
    attached = dict(
        connection.execute("SELECT source, count(*) FROM all_facts GROUP BY source").fetchall()
    )
    found: Counts = {}
    for name in names:
        delivered, nobodys, refused = (0, 0, 0)
        path = kept.sources.get(name)
        if path:
            delivered, nobodys = connection.execute(
                f"SELECT count(*), count(*) - count(number) FROM {by_place.rows(path)}"
            ).fetchall()[0]
            if last and same and not _is_read_anew(connection, name):
                refused = last.refused[name] + _refused(connection, name, "unlike", "sign")
            else:
                refused = _refused(connection, name, by_place.rows(path), "1")
        found[name] = {
            "rows": delivered,
            "unreadable_numbers": nobodys,
            "attached": attached.get(name, 0),
            "refused": refused,
        }
    return found


def _is_read_anew(connection: DuckDBPyConnection, source: str) -> bool:
    """Tell whether of a source not only the rows in `unlike` are others than in the last run."""
    anew = "SELECT 1 FROM (FROM renewed UNION FROM moved) WHERE source = ?"
    return bool(connection.execute(anew, [source]).fetchall())


def _refused(connection: DuckDBPyConnection, source: str, rows: str, sign: str) -> int:
    """Count rows about who did not authorize this; sign: what each counts.

    Needs in `people` whom the rows may be about.
    """
    # they are found first: few, beside all whom the source may know
    found: int = connection.execute(
        f"""
        WITH refusing AS MATERIALIZED (
            SELECT number FROM people WHERE NOT in_force OR list IS NULL OR list NOT IN (
                SELECT list FROM grants WHERE starts_with(item, {text(source + ".")}))
        )
        SELECT coalesce(sum({sign}), 0)::BIGINT FROM {rows} JOIN refusing USING (number)
        {f"WHERE source = {text(source)}" if sign == "sign" else ""}
        """
    ).fetchall()[0][0]
    return found


def declared_about_nobody(
    connection: DuckDBPyConnection, kept: Kept, last: Last | None, compared: int
) -> int:
    """
    Count the lines declared for who is no member: a slip in a number, most likely.

    last: of the same people only lines of touched households are counted again. Needs `touched`
    compared: how many lines were those of members who were compared, each of which is one member's
    """
    if last is None:
        return _lines(connection, kept.declared) - compared
    if last.kept.people != kept.people:
        return _lines(connection, kept.declared, _OF_NOBODY)
    if last.kept.declared == kept.declared:
        return last.about_nobody
    ((laid_beside,),) = connection.execute("SELECT count(*) FROM otherwise").fetchall()
    if laid_beside:
        return last.about_nobody + _otherwise(connection)
    new = _lines(connection, kept.declared, TOUCHED) - compared
    return last.about_nobody + new - _lines(connection, last.kept.declared, TOUCHED, _OF_NOBODY)


def _otherwise(connection: DuckDBPyConnection) -> int:
    """Count how many lines about nobody came, less those that went, of what is not as it was."""
    rows = f"SELECT coalesce(sum(sign), 0)::BIGINT FROM otherwise {TOUCHED} {_OF_NOBODY}"
    found: int = connection.execute(rows).fetchall()[0][0]
    return found


_OF_NOBODY = "ANTI JOIN people USING (household_id, member_key)"


def _lines(connection: DuckDBPyConnection, path: Path | None, *only: str) -> int:
    if path is None:
        return 0
    found: int = connection.execute(
        f"SELECT count(*) FROM read_parquet({text(str(path))}) {' '.join(only)}"
    ).fetchall()[0][0]
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
                FROM all_households GROUP BY ALL ORDER BY ALL
                """
            ).fetchall()
        ),
        "notes": dict(
            connection.execute(
                "SELECT note, count(*) FROM all_households WHERE note IS NOT NULL"
                " GROUP BY ALL ORDER BY ALL"
            ).fetchall()
        ),
    }


def _by_category(connection: DuckDBPyConnection, holds: str, may: str) -> Counts:
    return nested(
        connection.execute(
            f"""
            SELECT name, kind, count(*) FROM (
                SELECT unnest({holds}) AS name, 'holds' AS kind FROM all_households
                UNION ALL SELECT unnest({may}), 'open' FROM all_households
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
