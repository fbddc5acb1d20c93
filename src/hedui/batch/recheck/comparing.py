"""
Attach the rows of a source to members, and compare (身份匹配、逐项比对), as portable SQL.

The decision table is that of `comparison.classify`; a differential test holds the two together.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from hedui.batch.delivery import DeliveryError, text
from hedui.batch.recheck import measures, values
from hedui.batch.recheck.engine import Engine
from hedui.catalogue import CatalogueError, Comparison, Source, expand
from hedui.values.periods import Period

PASSING = ("granted", "attached", "figures", "said", "laid")
"""Tables of one source, of no use after the last."""
MATCHES = ("exact", "normalised", "upgraded", "name_variant", "name_conflict")
_MEMBERSHIP = """
    CASE WHEN undated OR spoiled THEN 'no_reply'
         WHEN conflict THEN 'awaiting_explanation'
         WHEN present > 0 AND NOT whole THEN 'not_comparable'
         WHEN present > 0 THEN '{}' END
"""
_HINT = """
    CASE WHEN said = 0 AND seen AND NOT (undated OR conflict OR spoiled OR partial) AND question > 0
         THEN 'awaiting_explanation' END
"""
MATCH = """
    CASE WHEN p.key IS NULL OR s.key IS NULL OR p.key <> s.key THEN 4
         WHEN p.name <> s.name THEN 3 ELSE greatest(p.degree, s.degree) END
"""


def bring_people(engine: Engine, members: Path, households: Path, asked: Iterable[Source]) -> None:
    """
    Make the tables `people` and `grants`, on which all comparisons rest.

    :raises DeliveryError: a member twice, a household missing, or an unknown name of an item
    """
    engine.make(
        "people",
        f"""
        SELECT r.*, h.as_of, coalesce(r.until >= h.as_of, false) AS in_force
        FROM read_parquet({text(str(members))}) r
        LEFT JOIN read_parquet({text(str(households))}) h USING (household_id)
        """,
    )
    _refuse_what_cannot_be(engine)
    days = [day for (day,) in engine.rows("SELECT DISTINCT as_of FROM people")]
    periods = [(day, Period.year_before(day)) for day in days]
    engine.fill(
        "periods",
        "as_of DATE, first DATE, last DATE",
        [(day, period.first, period.last) for day, period in periods],
    )
    _bring_grants(engine, tuple(asked))


def _refuse_what_cannot_be(engine: Engine) -> None:
    for query, fault in (
        ("SELECT household_id FROM people WHERE as_of IS NULL", "没有这一户,或者户表中没有 as_of"),
        (
            "SELECT household_id FROM people GROUP BY household_id, member_key HAVING count(*) > 1",
            "同一成员不止一行,或者户表中这一户不止一行",
        ),
    ):
        found = engine.rows(f"{query} LIMIT 1")
        if found:
            raise DeliveryError(f"registry/members:户 {found[0][0]}:{fault}")


def _bring_grants(engine: Engine, asked: tuple[Source, ...]) -> None:
    """Expand each distinct list of authorized items once, to item by item."""
    lists = engine.rows("SELECT DISTINCT items FROM people WHERE items IS NOT NULL")
    everything = tuple(item.full_name for one in asked for item in one.items.values())
    grants: list[tuple[str, str]] = []
    for (items,) in lists:
        listed = [name.strip() for name in items.split(",") if name.strip()]
        try:
            named = expand(name for name in listed if name != "*")
            granted = dict.fromkeys((*(everything if "*" in listed else ()), *named))
        except CatalogueError as error:
            raise DeliveryError(f"registry/members:authorized_items:{error}") from None
        grants += [(items, name) for name in granted]
    engine.fill("grants", "items STRING, item STRING", grants)


def bring_declared(engine: Engine, path: Path | None) -> None:
    """Make the table `declared`, by member."""
    given = "NULL::INTEGER AS m, '' AS class, '' AS kind, 0::BIGINT AS amount, 0::BIGINT AS things"
    query = f"SELECT {given} WHERE false"
    if path is not None:
        query = f"""
            SELECT p.m, d.class, d.kind, d.amount, d.things
            FROM read_parquet({text(str(path))}) d JOIN people p USING (household_id, member_key)
        """
    engine.make("declared", query)


def compare(engine: Engine, source: Source, path: Path | None) -> None:
    """
    Compare one source with what was declared, into `facts` and `findings`.

    path: its canonical file, None where nothing was delivered: then everything is 未反馈
    """
    rows = f"read_parquet({text(str(path))})" if path else _nothing(source)
    day = engine.rows(f"SELECT max(day) FROM {rows} s")[0][0]
    _bring_granted(engine, source)
    _attach(engine, source, rows)
    named = f"{text(source.name)} AS source"
    engine.add("facts", f"SELECT m, {named}, source_row, match FROM attached")
    _figures(engine, source)
    _declared(engine, source)
    _lay_out(engine, source, day)
    for number, comparison in enumerate(values.compared(source)):
        engine.add("findings", _findings(source, number, comparison, day))


def _nothing(source: Source) -> str:
    columns = ["0::BIGINT AS source_row", "NULL::BIGINT AS number", "0::TINYINT AS degree"]
    columns += ["'' AS name", "'' AS key", "NULL::DATE AS day"]
    for name in values.needed(source):
        columns += [f"{values.column(source, name, frozenset())} AS {name}", f"true AS bad_{name}"]
    return f"(SELECT {', '.join(columns)} WHERE false)"


def _bring_granted(engine: Engine, source: Source) -> None:
    """Make the table `granted`: each list of items that has one of this source, item by item."""
    columns = ", ".join(
        f"bool_or(item = {text(f'{source.name}.{name}')}) AS g_{name}" for name in source.items
    )
    engine.make(
        "granted",
        f"""
        SELECT items, {columns} FROM grants
        WHERE starts_with(item, {text(source.name + ".")}) GROUP BY items
        """,
    )


def _attach(engine: Engine, source: Source, rows: str) -> None:
    """Make the table `attached`: each row beside its member; `inside` the period that is asked."""
    read = "".join(f", s.{name}, s.bad_{name}" for name in values.needed(source))
    dated = f"s.{source.dated_by}" if source.dated_by else "NULL::VARCHAR"
    first, last = values.first_day(dated), values.last_day(dated)
    engine.make(
        "attached",
        f"""
        SELECT *, coalesce(row_first <= last AND row_last >= first, true) AS inside FROM (
            SELECT p.m, s.source_row, CAST({MATCH} AS TINYINT) AS match, s.day, t.first, t.last,
                   {first} AS row_first, {last} AS row_last {read}
            FROM {rows} s JOIN people p ON p.number = s.number
            JOIN periods t ON t.as_of = p.as_of
            JOIN granted g ON g.items = p.items
            WHERE p.in_force
        )
        """,
    )


def _figures(engine: Engine, source: Source) -> None:
    parts = [f"bool_or(inside AND bad_{name}) AS bad_{name}" for name in values.needed(source)]
    for number, comparison in enumerate(values.compared(source)):
        one = measures.aggregates(source, comparison)
        parts.append(
            f"{one.present} AS present_{number}, {one.figure} AS figure_{number},"
            f" {one.question} AS question_{number}"
        )
    engine.make(
        "figures",
        f"""
        SELECT m, max(match) AS match, bool_or(match = 4) AS conflict,
               bool_or(inside) AS seen, CASE WHEN bool_or(inside) THEN min(day) END AS day,
               bool_or(day IS NULL) AS undated, {", ".join(parts)}
        FROM attached GROUP BY m
        """,
    )


def _declared(engine: Engine, source: Source) -> None:
    parts = []
    for number, comparison in enumerate(values.compared(source)):
        about = f"class = {text(comparison.against.class_)}"
        if comparison.against.kinds:
            kinds = ", ".join(text(kind) for kind in comparison.against.kinds)
            about += f" AND (kind IS NULL OR kind IN ({kinds}))"
        amount = "things" if comparison.measure == "count" else "amount"
        parts.append(f"CAST(sum({amount}) FILTER ({about}) AS BIGINT) AS said_{number}")
    engine.make("said", f"SELECT m, {', '.join(parts)} FROM declared GROUP BY m")


def _lay_out(engine: Engine, source: Source, day: date | None) -> None:
    """
    Make the table `laid`: one row a member who may be compared, with all that decides a status.

    Who declared nothing, and of whom a fresh source knows nothing, has no line in any comparison.
    """
    spoiled = _any_bad(name for name in values.needed(source) if name in source.decisive)
    partial = _any_bad(name for name in values.needed(source) if name not in source.decisive)
    granted, said, figures = [], [], []
    for number, comparison in enumerate(values.compared(source)):
        whole = " AND ".join(f"g.g_{name}" for name in _companions(source, comparison)) or "true"
        granted.append(f"g.g_{comparison.item} AS asked_{number}, {whole} AS whole_{number}")
        said.append(f"coalesce(d.said_{number}, 0)")
        figures.append(
            f"{said[-1]} AS said_{number}, coalesce(f.present_{number}, 0) AS present_{number},"
            f" f.figure_{number} AS figure_{number}, f.question_{number} AS question_{number}"
        )
    somebody = " OR ".join(f"{one} <> 0" for one in said)
    usual = _fresh(source, _day(day), "p.as_of")
    engine.make(
        "laid",
        f"""
        SELECT p.m, p.as_of, coalesce(f.seen, false) AS seen, f.match,
               coalesce(f.undated, false) AS undated, coalesce(f.conflict, false) AS conflict,
               {spoiled} AS spoiled, {partial} AS partial, coalesce(f.day, {_day(day)}) AS day,
               {", ".join((*granted, *figures))}
        FROM people p JOIN granted g ON g.items = p.items
        LEFT JOIN figures f ON f.m = p.m LEFT JOIN said d ON d.m = p.m
        WHERE p.in_force AND (f.m IS NOT NULL OR {somebody} OR NOT {usual})
        """,
    )


def _companions(source: Source, comparison: Comparison) -> list[str]:
    """Name what must be signed for beside the item itself, for its figure to be whole."""
    companions = [*comparison.where, *comparison.unless]
    if comparison.measure == "sum_in_period" and source.dated_by:
        companions.append(source.dated_by)
    return companions


def _findings(source: Source, number: int, comparison: Comparison, day: date | None) -> str:
    """Write the findings of one comparison; who declared nothing and has nothing gets no line."""
    item = f"{source.name}.{comparison.item}"
    status = _status_of(source, comparison, day)
    said, found, nothing = "said", "found", "NULL::BIGINT"
    if comparison.against.side == "members":  # nothing is declared of it here, and nothing counted
        said = found = nothing
    fen = comparison.measure != "count"
    return f"""
        SELECT m, {text(source.name)} AS source, {text(item)} AS item,
               {text(comparison.label)} AS label, status,
               {said if fen else nothing} AS declared_fen,
               {found if fen else nothing} AS found_fen,
               {nothing if fen else said} AS declared_count,
               {nothing if fen else found} AS found_count, day, match
        FROM (
            SELECT *, CASE WHEN status IN ('consistent', 'inconsistent')
                           THEN coalesce(figure, 0) END AS found
            FROM (SELECT *, {status} AS status FROM (
                SELECT m, as_of, seen, match, undated, conflict, spoiled, partial, day,
                       whole_{number} AS whole, said_{number} AS said, present_{number} AS present,
                       figure_{number} AS figure, question_{number} AS question
                FROM laid WHERE asked_{number}))
        )
        WHERE status IS NOT NULL AND NOT (status = 'consistent' AND said = 0 AND found = 0)
    """


def _any_bad(names: Iterable[str]) -> str:
    bad = " OR ".join(f"f.bad_{name} AND g.g_{name}" for name in names)
    return f"coalesce({bad or 'false'}, false)"


def _status_of(source: Source, comparison: Comparison, day: date | None) -> str:
    if comparison.measure == "membership":
        if day is None:
            return "'no_reply'"
        asks = comparison.question
        return _MEMBERSHIP.format("awaiting_explanation" if asks else "not_comparable")
    if comparison.against.side == "members":
        return _HINT.replace("awaiting_explanation", "not_comparable")
    return _HINT if comparison.measure == "hint" else _status(source, day)


def _status(source: Source, day: date | None) -> str:
    if day is None:
        return "'no_reply'"
    fresh = _fresh(source, "day", "as_of")
    return f"""
        CASE WHEN undated THEN 'no_reply'
             WHEN conflict THEN 'awaiting_explanation'
             WHEN spoiled THEN 'no_reply'
             WHEN seen AND NOT whole THEN 'not_comparable'
             WHEN present = 0 AND NOT partial AND said = 0 AND {fresh} THEN 'consistent'
             WHEN present = 0 AND NOT partial THEN 'not_found'
             WHEN question > 0 THEN 'awaiting_explanation'
             WHEN figure IS NULL AND present > 0 THEN 'not_comparable'
             WHEN partial AND coalesce(figure, 0) <= said THEN 'no_reply'
             WHEN figure = said THEN 'consistent' ELSE 'inconsistent' END
    """


def _fresh(source: Source, day: str, as_of: str) -> str:
    return f"coalesce({day} >= {as_of} - INTERVAL {source.max_age_days} DAY, false)"


def _day(day: date | None) -> str:
    return f"DATE '{day.isoformat()}'" if day else "NULL::DATE"
