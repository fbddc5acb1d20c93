"""
Attach the rows of a source to members, and compare (身份匹配、逐项比对), as portable SQL.

The decision table is that of `comparison.classify`; a differential test holds the two together.
Whether an item can be read, was signed for or is needed is a bit of a mask, in the order of the
source's items (`values.mask`).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from hedui.batch.asked import readable
from hedui.batch.delivery import text
from hedui.batch.recheck import by_place, measures, values
from hedui.batch.recheck.engine import Engine
from hedui.catalogue import Comparison, Source

Words = Sequence[tuple[Any, ...]]
"""Number, class and kind of what a line is about."""
PASSING = ("newest", "granted", "attached", "figures", "laid")
"""Tables of one source, of no use after the last."""
MATCHES = ("exact", "normalised", "upgraded", "name_variant", "name_conflict")
STATUSES = (
    "awaiting_explanation", "consistent", "inconsistent", "no_reply", "not_comparable", "not_found",
)  # fmt: skip
_MEMBERSHIP = """
    CASE WHEN undated OR spoiled THEN 'no_reply'
         WHEN conflict THEN 'awaiting_explanation'
         WHEN present > 0 AND NOT whole THEN 'not_comparable'
         WHEN present > 0 THEN '{}' END
"""
_HINT = """
    CASE WHEN said = 0 AND seen AND whole AND question > 0
              AND NOT (undated OR conflict OR spoiled OR partial)
         THEN 'awaiting_explanation' END
"""
MATCH = """
    CASE WHEN p.key IS NULL OR s.key IS NULL OR p.key <> s.key THEN 4
         WHEN coalesce(p.name, p.key) <> coalesce(s.name, s.key) THEN 3
         ELSE greatest(p.degree, s.degree) END
"""


@cache
def lines() -> Mapping[tuple[str, str, str], int]:
    """Number the lines that findings may have: source, item and label → position, sorted."""
    named = {
        (source.name, f"{source.name}.{one.item}", one.label)
        for source in readable().values()
        for one in values.compared(source)
    }
    return {name: number for number, name in enumerate(sorted(named))}


@cache
def counted_lines() -> frozenset[int]:
    """Number the lines that count things; all others add up fen."""
    return frozenset(
        lines()[source.name, f"{source.name}.{one.item}", one.label]
        for source in readable().values()
        for one in values.compared(source)
        if one.measure == "count"
    )


@cache
def source_code(name: str) -> int:
    """Give the number of a source, in the order of their names."""
    return sorted(readable()).index(name)


def bring_declared(engine: Engine, path: Path | None, only: str = "") -> None:
    """
    Make `declared`, line by line; only: a join that leaves the lines of those in `people`.

    What a line is about is the number of its class and kind in `words`.
    """
    nothing = "(SELECT '' AS household_id, '' AS member_key, '' AS class, '' AS kind,"
    nothing += " 0::BIGINT AS amount_fen, 0::BIGINT AS count WHERE false)"
    rows = f"read_parquet({text(str(path))})" if path else nothing
    if only:
        engine.make("said", f"SELECT * FROM {rows} {only}")
        rows = "said"
    engine.make(
        "words",
        f"""
        SELECT CAST(row_number() OVER (ORDER BY class, kind) AS INTEGER) AS word, class, kind
        FROM (SELECT DISTINCT class, kind FROM {rows} d)
        """,
    )
    engine.make(
        "declared",
        f"""
        SELECT p.m, p.g, w.word, d.amount_fen AS amount, d.count AS things
        FROM {rows} d JOIN people p
          ON p.household_id = d.household_id AND p.member_key = d.member_key
        JOIN words w
          ON w.class IS NOT DISTINCT FROM d.class AND w.kind IS NOT DISTINCT FROM d.kind
        """,
    )


def count_declared(engine: Engine) -> int:
    """Count the lines of `declared`."""
    found: int = engine.rows("SELECT count(*) FROM declared")[0][0]
    return found


def words(engine: Engine) -> Words:
    """Read `words`: the number, class and kind of each."""
    return engine.rows("SELECT word, class, kind FROM words ORDER BY word")


def compare(engine: Engine, source: Source, path: Path | None, said: Words) -> None:
    """
    Compare one source with what was declared, into `facts` and `findings`.

    path: its canonical file, None where nothing was delivered: then everything is 未反馈
    said: what lines of `declared` are about
    """
    day = newest(engine, path)
    attach(engine, source, path, day)
    _lay_out(engine, source, day, said)
    for number, comparison in enumerate(values.compared(source)):
        engine.add("findings", _findings(source, number, comparison, day))


def newest(engine: Engine, path: Path | None) -> date | None:
    """Return the newest day of a source's rows, by its canonical file."""
    if path is None:
        return None
    day: date | None = engine.rows(f"SELECT max(day) FROM {by_place.rows(path)}")[0][0]
    return day


def newest_days(engine: Engine, paths: Mapping[str, Path]) -> dict[str, date | None]:
    """Return the newest day of each source."""
    return {name: newest(engine, path) for name, path in paths.items()}


def attach(engine: Engine, source: Source, path: Path | None, day: date | None) -> None:
    """
    Make `newest`, `granted`, `attached` and `figures` of one source, and add its `facts`.

    day: the newest of the source, also of rows that are not in this file
    """
    rows = by_place.rows(path) if path else _nothing(source)
    engine.fill("newest", "day DATE", [(day,)])
    _bring_granted(engine, source)
    _attach(engine, source, rows)
    _figures(engine, source)
    code = source_code(source.name)
    engine.add("facts", f"SELECT m, {code} AS source, source_row, match FROM attached")


def _nothing(source: Source) -> str:
    columns = ["0::BIGINT AS source_row", "NULL::BIGINT AS number", "0::TINYINT AS degree"]
    columns += ["'' AS name", "'' AS key", "NULL::DATE AS day", "0::INTEGER AS bad"]
    columns += [f"{values.column(source, name, frozenset())} AS {name}" for name in source.items]
    columns += ["NULL::DATE AS row_first", "NULL::DATE AS row_last"]
    return f"(SELECT {', '.join(columns)} WHERE false)"


def _bring_granted(engine: Engine, source: Source) -> None:
    """Make `granted`: the groups that signed for an item of this source, and the mask of those."""
    cases = " ".join(
        f"WHEN {text(f'{source.name}.{name}')} THEN {values.mask(source, [name])}"
        for name in source.items
    )
    engine.make(
        "granted",
        f"""
        SELECT g.g, g.programme, g.as_of, t.first, t.last, s.mask
        FROM groups g JOIN periods t ON t.as_of = g.as_of JOIN (
            SELECT list, CAST(sum(CASE item {cases} ELSE 0 END) AS INTEGER) AS mask FROM grants
            WHERE starts_with(item, {text(source.name + ".")}) GROUP BY list
        ) s ON s.list = g.list
        WHERE g.in_force
        """,
    )


def _attach(engine: Engine, source: Source, rows: str) -> None:
    """Make the table `attached`: each row beside its member; `inside` the period that is asked."""
    read = "".join(f", s.{name}" for name in values.kept(source) if name != source.dated_by)
    first, last = ("s.row_first", "s.row_last") if source.dated_by else ("NULL::DATE",) * 2
    engine.make(
        "attached",
        f"""
        SELECT *, coalesce(row_first <= last AND row_last >= first, true) AS inside FROM (
            SELECT p.m, p.g, s.source_row, CAST({MATCH} AS TINYINT) AS match, s.day,
                   g.first, g.last, {first} AS row_first, {last} AS row_last, s.bad {read}
            FROM {rows} s JOIN people p ON p.number = s.number JOIN granted g ON g.g = p.g
        )
        """,
    )


def _figures(engine: Engine, source: Source) -> None:
    parts = []
    for number, comparison in enumerate(values.compared(source)):
        one = measures.aggregates(source, comparison)
        parts.append(
            f", {one.present} AS present_{number}, {one.figure} AS figure_{number},"
            f" {one.question} AS question_{number}"
        )
    engine.make(
        "figures",
        f"""
        SELECT m, max(g) AS g, max(match) AS match, max(match) = 4 AS conflict,
               bool_or(inside) AS seen, CASE WHEN bool_or(inside) THEN min(day) END AS day,
               bool_or(day IS NULL) AS undated,
               bit_or(CASE WHEN inside THEN bad ELSE 0 END) AS bad {"".join(parts)}
        FROM attached GROUP BY m
        """,
    )


def _lay_out(engine: Engine, source: Source, day: date | None, words: Words) -> None:
    """
    Make the table `laid`: one row a member who may be compared, with all that decides a status.

    Who declared nothing, and of whom a fresh source knows nothing, has no line in any comparison.
    """
    needed = values.needed(source)
    decisive = values.mask(source, (name for name in needed if name in source.decisive))
    others = values.mask(source, (name for name in needed if name not in source.decisive))
    columns, said = [], []
    for number, comparison in enumerate(values.compared(source)):
        asked = values.mask(source, [comparison.item])
        whole = values.mask(source, _companions(source, comparison))
        declares = comparison.against.side != "members"
        said.append(f"coalesce(d.{_column(comparison)}, 0)" if declares else "0")
        columns.append(
            f"(g.mask & {asked}) <> 0 AS asked_{number}, (g.mask & {whole}) = {whole} AS"
            f" whole_{number}, {said[-1]} AS said_{number},"
            f" coalesce(f.present_{number}, 0) AS present_{number},"
            f" f.figure_{number} AS figure_{number}, f.question_{number} AS question_{number}"
        )
    engine.make(
        "laid",
        f"""
        SELECT coalesce(f.m, d.m) AS m, g.as_of, coalesce(f.seen, false) AS seen, f.match,
               coalesce(f.undated, false) AS undated, coalesce(f.conflict, false) AS conflict,
               coalesce((f.bad & g.mask & {decisive}) <> 0, false) AS spoiled,
               coalesce((f.bad & g.mask & {others}) <> 0, false) AS partial,
               coalesce(f.day, {_day(day)}) AS day, {", ".join(columns)}
        FROM figures f FULL JOIN ({_expected(engine, source, day, words)}) d ON d.m = f.m
        JOIN granted g ON g.g = coalesce(f.g, d.g)
        """,
    )


def _expected(engine: Engine, source: Source, day: date | None, words: Words) -> str:
    """Write who declared something, and for whom what the source said is too old, with sums."""
    sums = {_column(one): one for one in values.compared(source) if one.against.side != "members"}
    about = sorted({word for one in sums.values() for word in _about(one, words)})
    columns = "".join(f", {_sum(one, words)} AS {name}" for name, one in sums.items())
    said = f"""
        SELECT m, max(g) AS g{columns} FROM declared
        WHERE {_among("word", about)} GROUP BY m
    """
    somebody = " OR ".join(["false", *(f"coalesce(d.{name}, 0) <> 0" for name in sums)])
    days = [as_of for (as_of,) in engine.rows("SELECT as_of FROM periods ORDER BY as_of")]
    old = [one for one in days if day is None or (one - day).days > source.max_age_days]
    if not old:
        return f"SELECT * FROM ({said}) d WHERE {somebody}"
    columns = "".join(f", d.{name}" for name in sums)
    return (
        f"SELECT p.m, p.g{columns} FROM people p LEFT JOIN ({said}) d ON d.m = p.m"
        f" WHERE {somebody} OR p.as_of IN ({', '.join(map(_day, old))})"
    )


def _column(comparison: Comparison) -> str:
    """Name the column of what is declared that a comparison is held against."""
    against = comparison.against
    return "_".join((_measured(comparison), against.class_, *against.kinds))


def _measured(comparison: Comparison) -> str:
    return "things" if comparison.measure == "count" else "amount"


def _about(comparison: Comparison, words: Words) -> list[int]:
    """Number the words of lines that a comparison is held against; a line may have no kind."""
    against = comparison.against
    kinds = (*against.kinds, None) if against.kinds else None
    return [
        word
        for word, class_, kind in words
        if class_ == against.class_ and (kinds is None or kind in kinds)
    ]


def _sum(comparison: Comparison, words: Words) -> str:
    """Add up what is declared; less than nothing, which none can be, where a part is not known."""
    amount, of = _measured(comparison), f"FILTER ({_among('word', _about(comparison, words))})"
    total = f"CAST(sum({amount}) {of} AS BIGINT)"
    return f"CASE WHEN bool_or({amount} IS NULL) {of} THEN -1 ELSE {total} END"


def _among(name: str, numbers: Iterable[int]) -> str:
    listed = ", ".join(map(str, numbers))
    return f"{name} IN ({listed})" if listed else "false"


def _companions(source: Source, comparison: Comparison) -> list[str]:
    """Name what must be signed for beside the item itself, for its figure to be whole."""
    companions = [*comparison.companions]
    if comparison.measure == "sum_in_period" and source.dated_by:
        companions.append(source.dated_by)
    return companions


def _findings(source: Source, number: int, comparison: Comparison, day: date | None) -> str:
    """Write the findings of one comparison; who declared nothing and has nothing gets no line."""
    line = lines()[source.name, f"{source.name}.{comparison.item}", comparison.label]
    said, found = "CASE WHEN said >= 0 THEN said END", "found"
    if comparison.against.side == "members":  # nothing is declared of it here, and nothing counted
        said = found = "NULL::BIGINT"
    status = " ".join(f"WHEN {text(name)} THEN {code}" for code, name in enumerate(STATUSES))
    return f"""
        SELECT m, {line} AS line, CASE status {status} END AS status, {said} AS said,
               {found} AS found, day, match
        FROM (
            SELECT *, CASE WHEN status IN ('consistent', 'inconsistent')
                           THEN coalesce(figure, 0) END AS found
            FROM (SELECT *, {_status_of(source, comparison, day)} AS status FROM (
                SELECT m, as_of, seen, match, undated, conflict, spoiled, partial, day,
                       whole_{number} AS whole, said_{number} AS said, present_{number} AS present,
                       figure_{number} AS figure, question_{number} AS question
                FROM laid WHERE asked_{number}))
        )
        WHERE status IS NOT NULL AND NOT (status = 'consistent' AND said = 0 AND found = 0)
    """


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
    return f"""
        CASE WHEN undated THEN 'no_reply'
             WHEN conflict THEN 'awaiting_explanation'
             WHEN spoiled THEN 'no_reply'
             WHEN said < 0 OR seen AND NOT whole THEN 'not_comparable'
             WHEN present = 0 AND NOT partial AND said = 0 AND {fresh(source, "day", "as_of")}
             THEN 'consistent'
             WHEN present = 0 AND NOT partial THEN 'not_found'
             WHEN question > 0 THEN 'awaiting_explanation'
             WHEN figure IS NULL AND present > 0 THEN 'not_comparable'
             WHEN partial AND coalesce(figure, 0) <= said THEN 'no_reply'
             WHEN figure = said THEN 'consistent' ELSE 'inconsistent' END
    """


def fresh(source: Source, day: str, as_of: str) -> str:
    """Write the condition that what a source said on a day is new enough."""
    return f"coalesce({day} >= {as_of} - INTERVAL {source.max_age_days} DAY, false)"


def _day(day: date | None) -> str:
    return f"DATE '{day.isoformat()}'" if day else "NULL::DATE"
