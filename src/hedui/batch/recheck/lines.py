"""
What was found, as lines of income and property (核到明细), for a whole registry at once.

The same readings as `comparison.found`, which reads one member's answers: a differential test holds
the two together. Tables: `spoke`, what each source answered about each member, unless it is fresh
and knows of nothing, as most answers are; `unheard`, by household, about how many members it gave
no fresh answer; `found_incomes` and `found_assets`; `silent`, the classes nothing is known of.
"""

from collections.abc import Mapping
from pathlib import Path

from duckdb import DuckDBPyConnection

from hedui.batch.asked import everywhere, readable
from hedui.batch.delivery import text
from hedui.batch.recheck import values
from hedui.batch.recheck.placing import ANY
from hedui.catalogue import Source
from hedui.comparison import unasked_classes
from hedui.policy.programme import programmes

_TABLES = """
    CREATE OR REPLACE TEMP TABLE spoke (
        r INTEGER, source VARCHAR, outcome VARCHAR, day DATE, whole BOOLEAN);
    CREATE OR REPLACE TEMP TABLE unheard (
        household_id VARCHAR, source VARCHAR, kind VARCHAR, members BIGINT);
    CREATE OR REPLACE TEMP TABLE unsure (r INTEGER, class VARCHAR);
    CREATE OR REPLACE TEMP TABLE days (source VARCHAR, day DATE);
    CREATE OR REPLACE TEMP TABLE found_incomes (
        r INTEGER, class VARCHAR, kind VARCHAR, amount BIGINT, tax BIGINT, first DATE,
        months INTEGER);
    CREATE OR REPLACE TEMP TABLE found_assets (
        r INTEGER, class VARCHAR, kind VARCHAR, value BIGINT, price BIGINT, bought DATE);
    CREATE OR REPLACE TEMP TABLE silent (r INTEGER, class VARCHAR);
    CREATE OR REPLACE TEMP TABLE seen (r INTEGER, class VARCHAR, counts BOOLEAN);
"""
PASSING = ("signed", "held", "whole_day", "answered", "told", "read", "seen", "lines")
"""Tables of no use when all sources are read."""
_TYPES = """
    (VALUES ('wage', 'wage', 'salary'), ('bonus', 'wage', 'bonus'),
            ('labour_service', 'wage', 'labour_service'),
            ('business', 'business', 'self_employed'), ('rent', 'property', 'rent'),
            ('interest', 'property', 'interest'), ('dividend', 'property', 'dividend'))
    types(income_type, class, kind)
"""
_BENEFITS = """
    (VALUES ('pension', 'pension'), ('basic_resident_pension', 'basic_resident_pension'),
            ('unemployment_benefit', 'unemployment_benefit'), ('work_injury', 'other'))
    benefits(benefit_type, kind)
"""


def expected(programme: str) -> tuple[str, ...]:
    """Name the sources that should speak about a household, as a report on one expects them."""
    asked = [one for name, one in programmes().items() if programme in (name, ANY)]
    needed = {item.partition(".")[0] for one in asked for item in one.may_ask}
    return tuple(name for name in everywhere() if name in needed)


def bring_found(connection: DuckDBPyConnection, kept: Mapping[str, Path]) -> None:
    """
    Make the tables of what was found, of all sources.

    kept: source → its canonical file. Needs `roll` (the members), `facts`, `grants`, `periods`.
    """
    connection.execute(_TABLES)
    for source in everywhere().values():
        if source.name in kept:
            _bring_held(connection, source, kept[source.name])
            _bring_answers(connection, source)
            for query in _READERS[source.name]:
                connection.execute(query)
        else:
            connection.execute(
                f"""
                CREATE OR REPLACE TEMP TABLE answered AS
                SELECT r, h, in_force, 'NO_REPLY' AS outcome, false AS fresh, NULL::DATE AS day,
                       true AS whole
                FROM roll JOIN expects USING (programme) WHERE source = {text(source.name)}
                """
            )
        _keep_answers(connection, source)
        _hush(connection, source)
    for name in kept.keys() - everywhere().keys():
        _leave_open(connection, readable()[name])


def bring_expected(connection: DuckDBPyConnection) -> None:
    """Make `expects` and `unasked`: what the programmes in `homes` ask, and what none does."""
    named = connection.execute("SELECT DISTINCT programme FROM homes").fetchall()
    connection.execute("CREATE OR REPLACE TEMP TABLE expects (programme VARCHAR, source VARCHAR)")
    connection.execute("CREATE OR REPLACE TEMP TABLE unasked (programme VARCHAR, class VARCHAR)")
    for (programme,) in named:
        known = expected(programme)
        for source in known:
            connection.execute("INSERT INTO expects VALUES (?, ?)", [programme, source])
        for class_ in sorted(unasked_classes(known)):
            connection.execute("INSERT INTO unasked VALUES (?, ?)", [programme, class_])


def _bring_held(connection: DuckDBPyConnection, source: Source, path: Path) -> None:
    """Make `held`: the source's rows about members, and `grant`: which of its items are signed."""
    dated = f"s.{source.dated_by}" if source.dated_by else "NULL::VARCHAR"
    first, last = values.first_day(dated), values.last_day(dated)
    name = text(source.name)
    granted = ", ".join(
        f"bool_or(item = {text(f'{source.name}.{item}')}) AS g_{item}"
        for item in values.kept(source)
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE signed AS
        SELECT items, {granted} FROM grants
        WHERE starts_with(item, {text(source.name + ".")}) GROUP BY items;
        CREATE OR REPLACE TEMP TABLE held AS
        SELECT *, coalesce(row_first <= last AND row_last >= first, true) AS inside,
               coalesce(row_first >= first AND row_last <= last, false) AS within
        FROM (
            SELECT p.r, p.h, f.match, p.items, t.first, t.last,
                   {first} AS row_first, {last} AS row_last, s.* EXCLUDE (number, degree, name, key)
            FROM read_parquet({text(str(path))}) s
            JOIN facts f ON f.source = {name} AND f.source_row = s.source_row
            JOIN roll p USING (m) JOIN periods t USING (as_of)
            JOIN expects e ON e.programme = p.programme AND e.source = {name}
        );
        CREATE OR REPLACE TEMP TABLE whole_day AS
        SELECT max(day) AS day FROM read_parquet({text(str(path))});
        INSERT INTO days SELECT {name}, day FROM whole_day
        """
    )


def _bring_answers(connection: DuckDBPyConnection, source: Source) -> None:
    """Say of each member what this source answered (`SourceAnswer.outcome`), and if it is fresh."""
    kept = values.kept(source)
    bad = ", ".join(f"bool_or(inside AND bad_{name}) AS bad_{name}" for name in kept)
    fault = " OR ".join(f"g_{name} AND bad_{name}" for name in kept)
    everything = " AND ".join(f"g_{name}" for name in kept)
    name = text(source.name)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE answered AS
        SELECT r, h, in_force, outcome, told_day AS day, whole,
               coalesce(told_day >= as_of - INTERVAL {source.max_age_days} DAY, false) AS fresh
        FROM (
            SELECT p.r, p.h, p.as_of, p.in_force, coalesce({everything}, true) AS whole,
                   CASE WHEN seen THEN a.day ELSE d.day END AS told_day,
                   CASE WHEN NOT p.in_force OR g.items IS NULL THEN 'NOT_ASKED'
                        WHEN d.day IS NULL OR undated THEN 'UNAVAILABLE'
                        WHEN conflict THEN 'NAME_MISMATCH'
                        WHEN {fault} THEN 'PARTIAL'
                        WHEN seen THEN 'FOUND' ELSE 'NOT_FOUND' END AS outcome
            FROM roll p CROSS JOIN whole_day d
            JOIN expects e ON e.programme = p.programme AND e.source = {name}
            LEFT JOIN signed g ON g.items = p.items
            LEFT JOIN (
                SELECT r, bool_or(match = 4) AS conflict, bool_or(day IS NULL) AS undated,
                       bool_or(inside) AS seen, min(day) AS day, {bad}
                FROM held GROUP BY r
            ) a USING (r)
        );
        CREATE OR REPLACE TEMP TABLE told AS
        SELECT h.* FROM held h JOIN answered s USING (r) WHERE s.outcome = 'FOUND' AND h.inside
        """
    )


def _leave_open(connection: DuckDBPyConnection, source: Source) -> None:
    """
    Leave open what a source that is not asked everywhere has rows about.

    They are compared, for a person to look at; the rules of a registry stand on the others, and
    what these would add is unknown and never nought.
    """
    for class_ in sorted({one.against.class_name for one in source.binding}):
        connection.execute(
            f"""
            INSERT INTO unsure
            SELECT DISTINCT r, {text(class_)} FROM facts JOIN roll USING (m)
            WHERE source = {text(source.name)} AND starts_with({text(class_)}, 'incomes.')
               OR source = {text(source.name)} AND starts_with({text(class_)}, 'assets.')
            """
        )


def _keep_answers(connection: DuckDBPyConnection, source: Source) -> None:
    """Keep of `answered` what is not as usual."""
    name = text(source.name)
    connection.execute(
        f"""
        INSERT INTO spoke SELECT r, {name}, outcome, day, whole FROM answered
        WHERE outcome <> 'NOT_FOUND' OR NOT fresh;
        INSERT INTO unheard
        SELECT household_id, {name}, kind, members FROM (
            SELECT h, CASE WHEN outcome = 'NOT_ASKED' OR NOT in_force THEN 'not_asked'
                           WHEN outcome = 'NO_REPLY' THEN 'no_reply'
                           WHEN outcome = 'NAME_MISMATCH' THEN 'conflict'
                           WHEN outcome NOT IN ('FOUND', 'NOT_FOUND') THEN 'unusable'
                           ELSE 'stale' END AS kind, count(*) AS members
            FROM answered WHERE NOT (outcome IN ('FOUND', 'NOT_FOUND') AND fresh) OR NOT in_force
            GROUP BY ALL
        ) JOIN homes USING (h)
        """
    )


def _hush(connection: DuckDBPyConnection, source: Source) -> None:
    """Add the classes of which this source leaves nothing known: no usable or too old an answer."""
    for class_ in sorted({one.against.class_name for one in source.binding}):
        connection.execute(
            f"""
            INSERT INTO silent SELECT r, {text(class_)} FROM answered s
            WHERE outcome NOT IN ('FOUND', 'NOT_FOUND')
               OR (NOT fresh AND NOT EXISTS (
                   SELECT 1 FROM seen WHERE seen.r = s.r AND seen.class = {text(class_)}))
            """
        )


def bring_silence(connection: DuckDBPyConnection) -> None:
    """
    Add what a member declares and no source shows (未核到不等于没有), and the classes for which
    nobody is asked; each class is silent once.

    Needs `stated` and `unread`, what was declared.
    """
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE silent AS
        SELECT r, class FROM roll JOIN unasked USING (programme)
        UNION ALL
        SELECT DISTINCT r, class FROM (
            FROM silent UNION ALL FROM unsure
            UNION ALL
            SELECT u.r, u.class FROM (
                SELECT r, side || '.' || class AS class FROM stated
                WHERE value IS NULL OR value > 0
                UNION ALL FROM unread
            ) u ANTI JOIN seen s ON s.r = u.r AND s.class = u.class AND s.counts
        ) JOIN roll USING (r) ANTI JOIN unasked USING (programme, class)
        """
    )


def _see(side: str, relation: str, value: str) -> str:
    """Keep which classes have a line, and one that states something (`unproven.counts`)."""
    return f"""
        INSERT INTO seen
        SELECT r, '{side}.' || class, bool_or({value} IS NULL OR {value} > 0)
        FROM {relation} GROUP BY ALL
    """


_INCOMES = "r, class, kind, amount, tax, first, months"
_ASSETS = "r, class, kind, value, price, bought"
_TAX = (
    f"""
    CREATE OR REPLACE TEMP TABLE read AS
    SELECT r, class, kind, row_first AS first,
           date_diff('month', row_first, row_last) + 1 AS months,
           CAST(sum(amount_fen) AS BIGINT) AS amount,
           CAST(sum(coalesce(tax_fen, 0)) AS BIGINT) AS tax
    FROM told JOIN {_TYPES} USING (income_type) WHERE within GROUP BY ALL
    """,
    f"""
    INSERT INTO silent
    SELECT r, 'incomes.' || class FROM told JOIN {_TYPES} USING (income_type) WHERE NOT within
    UNION ALL SELECT r, 'incomes.' || class FROM read WHERE NOT tax BETWEEN 0 AND amount
    """,
    f"INSERT INTO found_incomes SELECT {_INCOMES} FROM read WHERE tax BETWEEN 0 AND amount",
    _see("incomes", "read WHERE tax BETWEEN 0 AND amount", "amount"),
)
_SOCIAL_INSURANCE = (
    # what stands after the first row that cannot be read is not read either
    f"""
    CREATE OR REPLACE TEMP TABLE read AS
    SELECT r, 'transfer' AS class, kind, 0 AS tax, from_first AS first, months, spoils,
           benefit_monthly_fen * months AS amount
    FROM (
        SELECT *, greatest(started, first) AS from_first,
               date_diff('month', greatest(started, first), last) + 1 AS months,
               min(source_row) FILTER (spoils) OVER (PARTITION BY r) AS spoiled_from
        FROM (
            SELECT *, date_trunc('month', benefit_from)::DATE AS started,
                   coalesce(status IN ('suspended', 'ended'), false) OR benefit_from IS NULL
                   OR benefit_monthly_fen IS NULL OR benefit_type IS NULL AS spoils
            FROM told LEFT JOIN {_BENEFITS} USING (benefit_type)
            WHERE benefit_monthly_fen IS DISTINCT FROM 0
              AND coalesce(benefit_type, benefit_monthly_fen::VARCHAR) IS NOT NULL
        )
    )
    WHERE spoils OR (source_row < coalesce(spoiled_from, source_row + 1) AND started <= last)
    """,
    "INSERT INTO silent SELECT DISTINCT r, 'incomes.transfer' FROM read WHERE spoils",
    f"INSERT INTO found_incomes SELECT {_INCOMES} FROM read WHERE NOT spoils",
    _see("incomes", "read WHERE NOT spoils", "amount"),
)
_VEHICLE = (
    """
    CREATE OR REPLACE TEMP TABLE read AS
    SELECT r, 'vehicle' AS class, vehicle_class AS kind, NULL::BIGINT AS value,
           purchase_price_fen AS price, registered_on AS bought
    FROM told WHERE NOT coalesce(status IN ('transferred', 'scrapped', 'cancelled'), false)
    """,
    "INSERT INTO silent SELECT DISTINCT r, 'assets.vehicle' FROM read WHERE kind IS NULL",
    f"INSERT INTO found_assets SELECT {_ASSETS} FROM read WHERE kind IS NOT NULL",
    _see("assets", "read WHERE kind IS NOT NULL", "value"),
)
_REAL_ESTATE = (
    "INSERT INTO silent SELECT DISTINCT r, 'assets.real_estate' FROM told WHERE use IS NULL",
    # a building in which several of a household have a part is one building, its first owner's
    """
    INSERT INTO found_assets
    SELECT r, 'real_estate', use, NULL, NULL, NULL FROM (
        SELECT *, row_number() OVER (PARTITION BY h, unit_no ORDER BY r, source_row) AS part
        FROM told WHERE use IS NOT NULL
    ) WHERE part = 1
    """,
    _see(
        "assets",
        "(SELECT r, 'real_estate' AS class, NULL AS value FROM told WHERE use IS NOT NULL)",
        "value",
    ),
)


def _held_amounts(class_: str, item: str, *, only: str = "true", gap: str = "") -> tuple[str, ...]:
    """Write what reads amounts held: an overdraft is no asset, a missing amount is a gap."""
    relation = (
        f"(SELECT r, '{class_}' AS class, {item} AS value FROM told WHERE {only} AND {item} >= 0)"
    )
    lines = f"""
        INSERT INTO found_assets SELECT r, class, NULL, value, NULL, NULL FROM {relation}
    """
    silent = f"""
        INSERT INTO silent
        SELECT DISTINCT r, 'assets.{class_}' FROM told WHERE {item} IS NULL AND {gap or "true"}
    """
    return (lines, silent, _see("assets", relation, "value"))


_READERS: Mapping[str, tuple[str, ...]] = {
    "tax": _TAX,
    "social_insurance": _SOCIAL_INSURANCE,
    "vehicle": _VEHICLE,
    "real_estate": _REAL_ESTATE,
    "bank": _held_amounts("deposit", "balance_fen"),
    "securities": (
        *_held_amounts("security", "market_value_fen"),
        *_held_amounts("security", "cash_fen", gap="false"),
    ),
    "provident_fund": _held_amounts("provident_fund", "balance_fen"),
    "commercial_insurance": _held_amounts(
        "insurance",
        "cash_value_fen",
        only="coalesce(role = 'policyholder', false)",
        gap="coalesce(role = 'policyholder', true)",
    ),
}
