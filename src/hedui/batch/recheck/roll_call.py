"""Who is compared (核对名册): the members of a registry, what each let be asked, over what time."""

from collections.abc import Iterable, Sequence
from itertools import product
from pathlib import Path

from duckdb import DuckDBPyConnection

from hedui.batch.delivery import DeliveryError, text
from hedui.batch.recheck.engine import Engine
from hedui.batch.recheck.kept import Counted
from hedui.batch.recheck.placing import ANY
from hedui.catalogue import CatalogueError, Source, expand, sources, whole
from hedui.values.periods import Period

TOUCHED = "SEMI JOIN touched USING (household_id)"


def counted(connection: DuckDBPyConnection) -> Counted:
    """Count those in `people`."""
    ((households, members, unreadable, without),) = connection.execute(
        """
        SELECT count(DISTINCT h), count(*), count(*) FILTER (number IS NULL),
               count(*) FILTER (NOT in_force)
        FROM people
        """
    ).fetchall()
    groups = connection.execute(
        "SELECT programme, list, in_force, count(*) FROM people GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    alike = tuple(((programme, one, in_force), many) for programme, one, in_force, many in groups)
    return Counted(households, members, unreadable, without, alike)


def bring_people(
    engine: Engine,
    members: Path,
    households: Path,
    asked: Iterable[Source],
    *,
    known: bool = False,
    only: str = "",
) -> None:
    """
    Make the tables `people`, `groups` and `grants`, on which all comparisons rest.

    A group is whoever stands under the same programme on the same day and signed for the same:
    what is asked, and over what time, follows from it. There are few, so `g` takes their place.

    known: a run before has come to its end with the same files, so there is nothing to refuse
    only: `TOUCHED`, where nobody else is to be compared

    :raises DeliveryError: a member twice, a household missing, or an unknown name of an item
    """
    homes = f"read_parquet({text(str(households))})"
    engine.make(
        "stands",
        f"""
        SELECT row_number() OVER (ORDER BY programme, as_of) AS stand, *
        FROM (SELECT DISTINCT programme, as_of FROM {homes} h)
        """,
    )
    found = engine.rows(f"SELECT DISTINCT items FROM read_parquet({text(str(members))})")
    named = sorted(items for (items,) in found if items is not None)
    programmes = [one for (one,) in engine.rows("SELECT DISTINCT programme FROM stands ORDER BY 1")]
    lists = [(n, *one) for n, one in enumerate(product(programmes, named))]
    engine.fill("lists", "list INTEGER, programme STRING, items STRING", lists)
    engine.make(
        "people",
        f"""
        SELECT r.m, h.h, r.household_id, r.member_key, r.row, r.number, r.degree, r.name, r.key,
               r.relation, l.list, h.programme, h.as_of,
               coalesce(r.until >= h.as_of, false) AS in_force,
               CAST((t.stand * {len(lists) + 1} + coalesce(l.list, {len(lists)})) * 2
                    + CASE WHEN r.until >= h.as_of THEN 1 ELSE 0 END AS BIGINT) AS g
        FROM read_parquet({text(str(members))}) r {only}
        LEFT JOIN {homes} h ON h.household_id = r.household_id
        LEFT JOIN lists l
          ON l.items = r.items AND l.programme IS NOT DISTINCT FROM h.programme
        LEFT JOIN stands t
          ON t.programme IS NOT DISTINCT FROM h.programme AND t.as_of = h.as_of
        """,
    )
    engine.make("groups", "SELECT DISTINCT g, programme, list, as_of, in_force FROM people")
    if not known:
        _refuse_what_cannot_be(engine, households)
    days = [day for (day,) in engine.rows("SELECT DISTINCT as_of FROM groups")]
    periods = [(day, Period.year_before(day)) for day in days]
    engine.fill(
        "periods",
        "as_of DATE, first DATE, last DATE",
        [(day, period.first, period.last) for day, period in periods],
    )
    _bring_grants(engine, lists, tuple(asked))


def _refuse_what_cannot_be(engine: Engine, households: Path) -> None:
    alone = engine.rows("SELECT household_id FROM people WHERE as_of IS NULL LIMIT 1")
    if alone:
        raise DeliveryError(f"registry/members:户 {alone[0][0]}:households 中没有这一户")
    twice = engine.rows(
        "SELECT household_id FROM people GROUP BY household_id, member_key"
        " HAVING count(*) > 1 LIMIT 1"
    )
    if twice:
        home = twice[0][0]
        rows = engine.rows(
            f"SELECT count(*) FROM read_parquet({text(str(households))})"
            f" WHERE household_id = {text(home)}"
        )
        where, what = ("households", "这一户") if rows[0][0] > 1 else ("members", "同一成员")
        raise DeliveryError(f"registry/{where}:户 {home}:{what}不止一行,请只留一行")


def _bring_grants(
    engine: Engine, lists: Sequence[tuple[int, str | None, str]], asked: tuple[Source, ...]
) -> None:
    """
    Expand each distinct list of authorized items once for each programme, to item by item.

    Whatever was signed, a source is not asked for a programme that does not need it (T13). A
    minimal form (简答项) is none of the items that are delivered: who signed for nothing else of a
    source is not asked about there.
    """
    everything = tuple(item.full_name for one in asked for item in one.items.values())
    grants: list[tuple[int, str]] = []
    for number, programme, items in lists:
        listed = [name.strip() for name in items.split(",") if name.strip()]
        try:
            named = whole(expand(name for name in listed if name != "*"))
            granted = dict.fromkeys((*(everything if "*" in listed else ()), *named))
        except CatalogueError as error:
            raise DeliveryError(f"registry/members:authorized_items:{error}") from None
        grants += [(number, name) for name in granted if _needs(programme, name)]
    engine.fill("grants", "list INTEGER, item STRING", grants)


def _needs(programme: str | None, item: str) -> bool:
    return programme == ANY or programme in sources()[item.partition(".")[0]].programmes
