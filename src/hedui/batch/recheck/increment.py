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
from hedui.batch.recheck import by_place, lines
from hedui.batch.recheck.kept import Kept, Last
from hedui.batch.recheck.placing import Place, resolved
from hedui.batch.told import TABLES
from hedui.policy.lock import rules_version
from hedui.policy.parameters import ParameterFiles

PARTS: Final = (
    *("household", "members", "authorizations", "declarations", *TABLES),
    *(*readable(), "rules"),
)
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


def lay_beside(
    connection: DuckDBPyConnection, last: Last | None, kept: Kept, now: Mapping[str, str]
) -> None:
    """
    Make `touches`: the households of which the registry says something else since the last run, or
    under which other rules stand, and why; and what `lay_beside` makes of the sources.

    now: the prints of this run
    """
    connection.execute(_TABLES)
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
            _lay_beside(connection, name, before.sources.get(name), kept.sources.get(name))


_TABLES: Final = """
    CREATE OR REPLACE TEMP TABLE touches (household_id VARCHAR, why VARCHAR);
    CREATE OR REPLACE TEMP TABLE renewed (source source_name);
    CREATE OR REPLACE TEMP TABLE moved (source source_name);
    CREATE OR REPLACE TEMP TABLE unlike (
        source source_name, number BIGINT, sign TINYINT, said UBIGINT, whose BOOLEAN);
    CREATE OR REPLACE TEMP TABLE displaced (household_id VARCHAR, source source_name);
    CREATE OR REPLACE TEMP TABLE otherwise (
        household_id VARCHAR, member_key VARCHAR, sign TINYINT, said UBIGINT);
"""
"""
`renewed`: sources that came, went, or are of another day: whoever is asked there is touched.
`moved`: sources of which most rows are unlike those at the same places of the last file.
`unlike`: of the other sources, the rows that are unlike, of now and (sign -1) of before; whose: the
two are not about the same person.
`otherwise`: such rows of what is declared.
`displaced`: who is not touched and has a row that is unlike.
"""


def are_by_place(connection: DuckDBPyConnection) -> bool:
    """Tell whether of all sources rows were laid beside rows, so that `CONCERNED` are enough."""
    found = "SELECT 1 FROM (FROM renewed UNION ALL FROM moved) LIMIT 1"
    return not connection.execute(found).fetchall()


CONCERNED: Final = """
    SEMI JOIN (
        SELECT household_id FROM touches
        UNION SELECT household_id FROM read_parquet({}) WHERE number IN (SELECT number FROM unlike)
    ) USING (household_id)
"""
"""Members, of the file that is put in, whose results may be others."""


def bring_touched(connection: DuckDBPyConnection, last: Last | None, kept: Kept) -> None:
    """
    Make `touched`, of `touches` and those of whom a source says something else.

    Needs `people` and `grants`, of all or of those concerned
    """
    changed = "FROM renewed UNION FROM moved UNION SELECT source FROM unlike"
    for (name,) in connection.execute(changed).fetchall():
        assert last is not None
        _source(connection, name, last.kept, kept)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE touched AS
        SELECT household_id,
               CASE WHEN bool_or(why = 'new') THEN ['new'] WHEN bool_or(why = 'gone') THEN ['gone']
                    ELSE list(DISTINCT why ORDER BY list_position([{_ALL_SAID}], why)) END AS why
        FROM touches GROUP BY household_id;
        DELETE FROM displaced WHERE household_id IN (SELECT household_id FROM touched)
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
    """Touch of whom the members differ, or what these authorized; needs `touches` of households."""
    only, places = "", by_place.unlike(before.members, now.members)
    if not by_place.are_most(places, now.members):
        by_place.bring(connection, places)
        unlike = (
            f"SELECT household_id FROM {_file(kept.members)} SEMI JOIN places ON row = place"
            for kept in (before, now)
        )
        only = f"SEMI JOIN ({' UNION '.join(unlike)} UNION SELECT household_id FROM touches)"
        only += " USING (household_id)"
    connection.execute(
        " ".join(
            f"""
            CREATE OR REPLACE TEMP TABLE {table} AS
            SELECT household_id,
                   hash(list(hash(member_key, number, degree, name, key, relation) ORDER BY m))
                       AS members,
                   hash(list(hash(coalesce(until >= as_of, false), items) ORDER BY m))
                       AS authorizations
            FROM {_file(kept.members)} r {only}
            JOIN {_file(kept.households)} h USING (household_id)
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
    old, new = before.declared, now.declared
    if not (old and new) or by_place.are_most(places := by_place.unlike(old, new), new):
        _touch(connection, "'declarations'", _unlike(said, new, old))
        return
    by_place.bring(connection, places)
    for sign, path in ((1, new), (-1, old)):
        connection.execute(
            f"INSERT INTO otherwise SELECT household_id, member_key, {sign}, {said}"
            f" FROM {by_place.in_order(connection, path)} SEMI JOIN places USING (place)"
        )
    differing = "SELECT household_id FROM otherwise GROUP BY household_id"
    _touch(connection, "'declarations'", f"({differing} HAVING sum(sign * said::HUGEINT) <> 0)")


def _told(connection: DuckDBPyConnection, name: str, before: Kept, now: Kept) -> None:
    """Touch of whom a row differs; all, where such a table is brought that was not, or no more."""
    paths = [kept.told.get(name) for kept in (now, before)]
    if paths[0] == paths[1]:
        return
    if None in paths:
        _touch(connection, text(name), _file(now.households))
        return
    said = "hash(*COLUMNS(* EXCLUDE (household_id)))"
    _touch(connection, text(name), _unlike(said, *paths))


def _unlike(said: str, now: Path | None, before: Path | None) -> str:
    """Write the households of which the rows of two files differ, in whatever order they stand."""
    sides = [
        f"SELECT household_id, {sign}({said})::HUGEINT AS said FROM {_file(path)}"
        for sign, path in (("", now), ("-", before))
        if path
    ]
    rows = " UNION ALL ".join(sides)
    return f"(SELECT household_id FROM ({rows}) GROUP BY household_id HAVING sum(said) <> 0)"


def _lay_beside(
    connection: DuckDBPyConnection, name: str, before: Path | None, now: Path | None
) -> None:
    """Find the rows of a source that are unlike, or that to look for them is of no use."""
    if before == now:
        return
    if before is None or now is None or _day(connection, before) != _day(connection, now):
        connection.execute("INSERT INTO renewed VALUES (?)", [name])
        return
    places = by_place.unlike(before, now)
    if by_place.are_most(places, now):
        connection.execute("INSERT INTO moved VALUES (?)", [name])
    else:
        by_place.bring(connection, places)
        _bring_unlike(connection, name, before, now)


def _source(connection: DuckDBPyConnection, name: str, last: Kept, kept: Kept) -> None:
    """Touch who is asked about there and of whom a row differs; all, where its day moved."""
    asked = f"""
        (SELECT * FROM people WHERE in_force AND list IN (
            SELECT list FROM grants WHERE starts_with(item, {text(name + ".")}))) p
    """
    found = "SELECT 1 FROM renewed WHERE source = ?"
    if connection.execute(found, [name]).fetchall():
        _touch(connection, text(name), asked)
        return
    files = (last.sources[name], kept.sources[name])
    of_source = f"unlike WHERE source = {text(name)}"
    if connection.execute("SELECT 1 FROM moved WHERE source = ?", [name]).fetchall():
        differing = _by_person(name, *files, "people")
    elif name in lines.ORDERED:
        differing = _by_person(name, *files, f"(FROM {of_source})")
    else:
        differing = f"SELECT number FROM {of_source}"
        differing += " GROUP BY number HAVING sum(sign * said::HUGEINT) <> 0"
    connection.execute(
        f"INSERT INTO displaced SELECT DISTINCT household_id, {text(name)}"
        f" FROM {asked} SEMI JOIN (FROM {of_source}) USING (number)"
    )
    _touch(connection, text(name), f"{asked} SEMI JOIN ({differing}) USING (number)")


def _bring_unlike(connection: DuckDBPyConnection, name: str, before: Path, now: Path) -> None:
    """Add to `unlike` the rows at `places` that say something else than those of the other file."""
    sides = (
        f"(SELECT source_row, number, {_SAID} AS said, {_WHOSE} AS whose FROM {by_place.rows(path)}"
        " SEMI JOIN places ON source_row = place)"
        for path in (now, before)
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE differing AS
        SELECT n.number AS n, n.said AS now, o.number AS o, o.said AS before,
               n.number IS DISTINCT FROM o.number OR n.whose IS DISTINCT FROM o.whose AS whose
        FROM {" n FULL JOIN ".join(sides)} o USING (source_row)
        WHERE n.number IS DISTINCT FROM o.number OR n.said IS DISTINCT FROM o.said;
        INSERT INTO unlike
        SELECT {text(name)}, n, 1, now, whose FROM differing WHERE n IS NOT NULL
        UNION ALL
        SELECT {text(name)}, o, -1, before, whose FROM differing WHERE o IS NOT NULL
        """
    )


_SAID: Final = "hash(*COLUMNS(* EXCLUDE (source_row, number)))"
_WHOSE: Final = "hash(degree, name, key)"


def _by_person(name: str, before: Path, now: Path, among: str) -> str:
    """Write of whom rows differ, or stand in another order where a reader looks at it.

    among: the rows with the numbers of those who are looked at
    """
    said = f"hash(list({_SAID} ORDER BY source_row))" if name in lines.ORDERED else f"sum({_SAID})"
    sides = (
        f"(SELECT number, {said} AS said FROM {by_place.rows(path)} SEMI JOIN {among}"
        " USING (number) GROUP BY number)"
        for path in (now, before)
    )
    return (
        f"SELECT number FROM {' n FULL JOIN '.join(sides)} o USING (number)"
        " WHERE n.said IS DISTINCT FROM o.said"
    )


def _day(connection: DuckDBPyConnection, path: Path) -> object:
    return connection.execute(f"SELECT max(day) FROM {by_place.rows(path)}").fetchall()[0][0]


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
