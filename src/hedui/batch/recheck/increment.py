"""
What changed since the last run, household by household, and what need not be computed again (增量).

The canonical files of this run are laid beside those of the last one. Households of which nothing
differs keep what was said of them; the others are compared and computed, and it is told what
differs. A test holds the results equal to those of a full run, byte for byte.
"""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from duckdb import DuckDBPyConnection

from hedui.batch.asked import readable
from hedui.batch.delivery import text
from hedui.batch.recheck import lines
from hedui.batch.recheck.kept import Kept, Last
from hedui.batch.recheck.placing import Place, resolved
from hedui.batch.told import TABLES
from hedui.policy.lock import rules_version
from hedui.policy.parameters import ParameterFiles

PARTS: Final = ("household", "members", "authorizations", "declarations", *readable(), "rules")
"""What a household's results rest on; a source: its rows about the members, and its day."""
_ALL_SAID: Final = ", ".join(text(name) for name in (*PARTS, "new", "gone"))


def prints(connection: DuckDBPyConnection, kept: Kept, files: ParameterFiles) -> dict[str, str]:
    """Digest all the numbers and rules that stand at each programme, place and day."""
    rows = connection.execute(
        f"SELECT DISTINCT programme, division, as_of FROM {_file(kept.households)}"
        " WHERE as_of IS NOT NULL ORDER BY ALL"
    ).fetchall()
    return {_place(*row): _print(Place(*row), files) for row in rows}


def _print(place: Place, files: ParameterFiles) -> str:
    said = repr((rules_version(), sorted(resolved(place, files).items())))
    return sha256(said.encode()).hexdigest()


def _place(programme: object, division: object, as_of: object) -> str:
    return f"{programme}|{division}|{as_of}"


def bring_touched(
    connection: DuckDBPyConnection, last: Last | None, kept: Kept, now: Mapping[str, str]
) -> None:
    """
    Make `touched`: the households of which something changed since the last run, and why.

    now: the prints of this run. Needs `people` and `grants`, of all, where a source changed
    """
    connection.execute("CREATE OR REPLACE TEMP TABLE touches (household_id VARCHAR, why VARCHAR)")
    if last is not None:
        before = last.kept
        if before.households != kept.households:
            _households(connection, before, kept)
        if before.households != kept.households or last.prints != now:
            _rules(connection, last, kept, now)
        if before.people != kept.people:
            _members(connection, before, kept)
        if before.declared != kept.declared:
            _declared(connection, before, kept)
        for name in TABLES:
            _told(connection, name, before, kept)
        for name in readable():
            _source(connection, name, before.sources.get(name), kept.sources.get(name))
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE touched AS
        SELECT household_id,
               CASE WHEN bool_or(why = 'new') THEN ['new'] WHEN bool_or(why = 'gone') THEN ['gone']
                    ELSE list(DISTINCT why ORDER BY list_position([{_ALL_SAID}], why)) END AS why
        FROM touches GROUP BY household_id
        """
    )


def _file(path: Path) -> str:
    return f"read_parquet({text(str(path))})"


def _touch(connection: DuckDBPyConnection, why: str, query: str) -> None:
    connection.execute(f"INSERT INTO touches SELECT household_id, {why} FROM {query}")


def _households(connection: DuckDBPyConnection, before: Kept, now: Kept) -> None:
    _touch(
        connection,
        "CASE WHEN o.as_row IS NULL THEN 'new' WHEN n.as_row IS NULL THEN 'gone'"
        " ELSE 'household' END",
        f"""
        (SELECT household_id, hash(programme, division, as_of) AS as_row
         FROM {_file(now.households)}) n
        FULL JOIN (SELECT household_id, hash(programme, division, as_of) AS as_row
                   FROM {_file(before.households)}) o USING (household_id)
        WHERE n.as_row IS DISTINCT FROM o.as_row
        """,
    )


def _rules(connection: DuckDBPyConnection, last: Last, kept: Kept, now: Mapping[str, str]) -> None:
    for table, said in (("prints_before", last.prints), ("prints_now", now)):
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS"
            " SELECT unnest(?::VARCHAR[]) AS place, unnest(?::VARCHAR[]) AS print",
            [list(said), list(said.values())],
        )
    place = "concat_ws('|', programme, division, as_of)"
    _touch(
        connection,
        "'rules'",
        f"""
        (SELECT household_id, print FROM {_file(kept.households)}
         LEFT JOIN prints_now ON place = {place}) n
        JOIN (SELECT household_id, print FROM {_file(last.kept.households)}
              LEFT JOIN prints_before ON place = {place}) o USING (household_id)
        WHERE n.print IS DISTINCT FROM o.print
        """,
    )


def _members(connection: DuckDBPyConnection, before: Kept, now: Kept) -> None:
    connection.execute(
        " ".join(
            f"""
            CREATE OR REPLACE TEMP TABLE {table} AS
            SELECT household_id,
                   hash(list(hash(member_key, number, degree, name, key, relation) ORDER BY m))
                       AS members,
                   hash(list(hash(coalesce(until >= as_of, false), items) ORDER BY m))
                       AS authorizations
            FROM {_file(kept.members)} r JOIN {_file(kept.households)} h USING (household_id)
            GROUP BY household_id;
            """
            for table, kept in (("members_before", before), ("members_now", now))
        )
    )
    for part in ("members", "authorizations"):
        _touch(
            connection,
            text(part),
            "members_now n FULL JOIN members_before o USING (household_id)"
            f" WHERE n.{part} IS DISTINCT FROM o.{part}",
        )


def _declared(connection: DuckDBPyConnection, before: Kept, now: Kept) -> None:
    said = "hash(member_key, class, kind, amount_fen, count)"
    _touch(connection, "'declarations'", _unlike(said, now.declared, before.declared))


def _told(connection: DuckDBPyConnection, name: str, before: Kept, now: Kept) -> None:
    """Touch of whom a row differs; all, where such a table is brought that was not, or no more."""
    paths = [kept.told.get(name) for kept in (now, before)]
    if paths[0] == paths[1]:
        return
    if None in paths:
        _touch(connection, "'declarations'", _file(now.households))
        return
    said = "hash(*COLUMNS(* EXCLUDE (household_id)))"
    _touch(connection, "'declarations'", _unlike(said, *paths))


def _unlike(said: str, now: Path | None, before: Path | None) -> str:
    """Write the households of which the rows of two files differ, in whatever order they stand."""
    sides = [
        f"SELECT household_id, {sign}({said})::HUGEINT AS said FROM {_file(path)}"
        for sign, path in (("", now), ("-", before))
        if path
    ]
    rows = " UNION ALL ".join(sides)
    return f"(SELECT household_id FROM ({rows}) GROUP BY household_id HAVING sum(said) <> 0)"


def _source(
    connection: DuckDBPyConnection, name: str, before: Path | None, now: Path | None
) -> None:
    """Touch who is asked about there and of whom a row differs; all, where its day moved."""
    if before == now:
        return
    days = [_day(connection, path) for path in (before, now)]
    asked = f"""
        (SELECT * FROM people WHERE in_force AND list IN (
            SELECT list FROM grants WHERE starts_with(item, {text(name + ".")}))) p
    """
    if before is None or now is None or days[0] != days[1]:
        _touch(connection, text(name), asked)
        return
    row = "hash(*COLUMNS(* EXCLUDE (source_row, number)))"
    said = f"hash(list({row} ORDER BY source_row))" if name in lines.ORDERED else f"sum({row})"
    sides = [
        f"""
        (SELECT number, {said} AS said
         FROM {_file(path)} SEMI JOIN people USING (number) GROUP BY number)
        """
        for path in (now, before)
    ]
    differing = f"""
        (SELECT number FROM {sides[0]} n FULL JOIN {sides[1]} o USING (number)
         WHERE n.said IS DISTINCT FROM o.said)
    """
    _touch(connection, text(name), f"{asked} JOIN {differing} USING (number)")


def _day(connection: DuckDBPyConnection, path: Path | None) -> object:
    if path is None:
        return None
    return connection.execute(f"SELECT max(day) FROM {_file(path)}").fetchall()[0][0]


def narrowed(connection: DuckDBPyConnection, kept: Kept, work: Path) -> Kept:
    """Write the members and households that are touched as files, for an engine elsewhere."""
    only = {name: work / f"touched-{name}.parquet" for name in ("members", "households")}
    for name, whole in (("members", kept.members), ("households", kept.households)):
        connection.execute(
            f"COPY (FROM {_file(whole)} SEMI JOIN touched USING (household_id))"
            f" TO {text(str(only[name]))} (FORMAT parquet)"
        )
    return kept.only(only["members"], only["households"])


def narrow(connection: DuckDBPyConnection) -> None:
    """Leave in `people` only members of households that are touched, until `widen`."""
    connection.execute(
        """
        ALTER TABLE people RENAME TO everyone;
        CREATE TEMP TABLE people AS FROM everyone SEMI JOIN touched USING (household_id)
        """
    )


def widen(connection: DuckDBPyConnection) -> None:
    """Put all members back into `people`, where all were there."""
    found = "SELECT 1 FROM duckdb_tables() WHERE table_name = 'everyone'"
    if connection.execute(found).fetchall():
        connection.execute("DROP TABLE people; ALTER TABLE everyone RENAME TO people")
