"""
What was found, as lines of income and property (核到明细), for a whole registry at once.

The same readings as `comparison.found`, which reads one member's answers: a differential test holds
the two together. Tables:

- `spoke`: what each source that has rows about a member answered;
- `unheard`: by household and source, about how many members it gave no fresh answer;
- `found_incomes`, `found_assets`: the lines;
- `heard`: by member, source by source, of which classes a line counts and which are not known;
  `unsure`: those that an agreed source leaves open.
"""

from collections.abc import Mapping

from duckdb import DuckDBPyConnection

from hedui.batch.asked import everywhere
from hedui.batch.delivery import text
from hedui.batch.recheck import values
from hedui.batch.recheck.comparing import fresh
from hedui.batch.recheck.kinds import bit, bits
from hedui.batch.recheck.placing import ANY
from hedui.catalogue import Source
from hedui.policy.programme import programmes

_TABLES = """
    CREATE OR REPLACE TEMP TABLE spoke (
        m INTEGER, source source_name, outcome answer_name, day DATE, whole BOOLEAN);
    CREATE OR REPLACE TEMP TABLE unheard (h INTEGER, source VARCHAR, kind VARCHAR, members BIGINT);
    CREATE OR REPLACE TEMP TABLE days (source VARCHAR, day DATE);
    CREATE OR REPLACE TEMP TABLE found_incomes (
        m INTEGER, class income_class, kind income_kind, amount BIGINT, tax BIGINT, first DATE,
        months INTEGER);
    CREATE OR REPLACE TEMP TABLE found_assets (
        m INTEGER, class asset_class, kind asset_kind, value BIGINT, price BIGINT, bought DATE);
    CREATE OR REPLACE TEMP TABLE heard (m INTEGER, counts INTEGER, silent INTEGER);
    CREATE OR REPLACE TEMP TABLE unsure (m INTEGER, silent INTEGER);
"""
PASSING = ("answered", "others", "read", "heard", "lines", "words", "claims")
"""Tables of no use when all sources are read."""
_TYPES = f"""
    (VALUES ('wage', 'wage', 'salary', {bit("incomes.wage")}),
            ('bonus', 'wage', 'bonus', {bit("incomes.wage")}),
            ('labour_service', 'wage', 'labour_service', {bit("incomes.wage")}),
            ('business', 'business', 'self_employed', {bit("incomes.business")}),
            ('rent', 'property', 'rent', {bit("incomes.property")}),
            ('interest', 'property', 'interest', {bit("incomes.property")}),
            ('dividend', 'property', 'dividend', {bit("incomes.property")}))
    types(income_type, class, kind, bit)
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


def bring_tables(connection: DuckDBPyConnection) -> None:
    """Make the tables of what was found, empty."""
    connection.execute(_TABLES)


def sort(connection: DuckDBPyConnection) -> None:
    """Put the lines into the order of their members, so that a part is read without the rest."""
    for table, order in (
        ("found_incomes", "m, first"), ("found_assets", "m"), ("stated", "m"),
    ):  # fmt: skip
        connection.execute(
            f"""
            CREATE TEMP TABLE sorted AS FROM {table} ORDER BY {order};
            DROP TABLE {table}; ALTER TABLE sorted RENAME TO {table}
            """
        )


def classes_of(source: Source) -> int:
    """Give the classes of which a source tells, as bits."""
    return bits(one.against.class_name for one in source.binding)


def read(connection: DuckDBPyConnection, source: Source) -> None:
    """
    Add what one source says, to all tables.

    Needs what the comparison made of it: `newest`, `attached`, `figures`, `granted`.
    """
    if source.name not in everywhere():
        _leave_open(connection, source)
        return
    ((day,),) = connection.execute("SELECT day FROM newest").fetchall()
    newest = f"DATE '{day.isoformat()}'" if day else "NULL::DATE"
    connection.execute(f"INSERT INTO days VALUES ({text(source.name)}, {newest})")
    _bring_answers(connection, source, newest)
    _keep_answers(connection, source, newest)
    side, reading = _READERS[source.name]
    connection.execute(f"CREATE OR REPLACE TEMP TABLE read AS {reading}")
    columns, amount = _LINES[side]
    connection.execute(
        f"""
        INSERT INTO found_{side} SELECT m, class, kind, {columns} FROM read WHERE good AND part = 1;
        INSERT INTO heard
        SELECT m, CASE WHEN good THEN bit ELSE 0 END, CASE WHEN good THEN 0 ELSE bit END
        FROM read WHERE NOT good OR {amount} IS NULL OR {amount} > 0
        UNION ALL
        SELECT m, 0, {classes_of(source)} & ~coalesce(seen, 0)
        FROM answered LEFT JOIN (SELECT m, bit_or(bit) AS seen FROM read WHERE good GROUP BY m)
        USING (m) WHERE NOT fresh OR outcome NOT IN ('FOUND', 'NOT_FOUND')
        """
    )


def _is_expected(source: Source) -> str:
    """Write the condition that a programme expects this source."""
    names = (text(one) for one in (*programmes(), ANY) if source.name in expected(one))
    return f"programme IN ({', '.join(names)})"


def _bring_answers(connection: DuckDBPyConnection, source: Source, newest: str) -> None:
    """
    Make `answered`: of each member with rows, what was answered (`SourceAnswer.outcome`); and the
    view `usable`: the rows of those of whom something was found.

    Of the others a fresh source knows of nothing, as most answers are.
    """
    kept = values.mask(source, values.kept(source))
    told_day = f"CASE WHEN seen THEN day ELSE {newest} END"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE answered AS
        SELECT m, {told_day} AS day, (g.mask & {kept}) = {kept} AS whole,
               {fresh(source, told_day, "as_of")} AS fresh,
               CASE WHEN undated THEN 'UNAVAILABLE' WHEN conflict THEN 'NAME_MISMATCH'
                    WHEN bad & g.mask <> 0 THEN 'PARTIAL'
                    WHEN seen THEN 'FOUND' ELSE 'NOT_FOUND' END::answer_name AS outcome
        FROM figures JOIN granted g USING (g) WHERE {_is_expected(source)};
        CREATE OR REPLACE TEMP TABLE unusable AS SELECT m FROM answered WHERE outcome <> 'FOUND';
        CREATE OR REPLACE TEMP VIEW usable AS
        SELECT a.* FROM attached a JOIN granted USING (g) ANTI JOIN unusable USING (m)
        WHERE inside AND {_is_expected(source)}
        """
    )


def _keep_answers(connection: DuckDBPyConnection, source: Source, newest: str) -> None:
    """Keep the answers, and who was not heard of: an old source says nothing of anybody else."""
    name = text(source.name)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE others AS
        SELECT m, h FROM people SEMI JOIN (
            SELECT g FROM granted
            WHERE {_is_expected(source)} AND NOT {fresh(source, newest, "as_of")}
        ) USING (g) ANTI JOIN figures USING (m);
        INSERT INTO spoke SELECT m, {name}, outcome, day, whole FROM answered;
        INSERT INTO heard SELECT m, 0, {classes_of(source)} FROM others;
        INSERT INTO unheard
        SELECT h, {name}, CASE WHEN {newest} IS NULL THEN 'unusable' ELSE 'stale' END, count(*)
        FROM others GROUP BY h
        UNION ALL
        SELECT h, {name}, kind, count(*) FROM (
            SELECT m, CASE WHEN outcome = 'NAME_MISMATCH' THEN 'conflict'
                           WHEN outcome NOT IN ('FOUND', 'NOT_FOUND') THEN 'unusable'
                           WHEN NOT fresh THEN 'stale' END AS kind
            FROM answered WHERE NOT fresh OR outcome NOT IN ('FOUND', 'NOT_FOUND')
        ) JOIN people USING (m) GROUP BY ALL
        """
    )


def _leave_open(connection: DuckDBPyConnection, source: Source) -> None:
    """
    Leave open what a source that is not asked everywhere has rows about.

    They are compared, for a person to look at; the rules of a registry stand on the others, and
    what these would add is unknown and never nought.
    """
    connection.execute(f"INSERT INTO unsure SELECT m, {classes_of(source)} FROM figures")


_LINES = {
    "incomes": ("amount, tax, first, months", "amount"),
    "assets": ("value, price, bought", "value"),
}
_TAX = f"""
    SELECT m, bit, class, kind, row_first AS first,
           date_diff('month', row_first, row_last) + 1 AS months, amount, tax,
           tax BETWEEN 0 AND amount AS good, 1 AS part
    FROM (
        SELECT m, income_type, row_first, row_last, CAST(sum(amount_fen) AS BIGINT) AS amount,
               CAST(sum(coalesce(tax_fen, 0)) AS BIGINT) AS tax
        FROM usable WHERE row_first >= first AND row_last <= last
        GROUP BY m, income_type, row_first, row_last
    ) JOIN {_TYPES} USING (income_type)
    UNION ALL
    SELECT m, bit, class, kind, row_first, NULL, NULL, NULL, false, 1
    FROM usable JOIN {_TYPES} USING (income_type)
    WHERE NOT coalesce(row_first >= first AND row_last <= last, false)
"""
# what stands after the first row that cannot be read is not read either
_SOCIAL_INSURANCE = f"""
    SELECT m, {bit("incomes.transfer")} AS bit, 'transfer' AS class, kind, 0 AS tax,
           from_first AS first, months, benefit_monthly_fen * months AS amount, NOT spoils AS good,
           1 AS part
    FROM (
        SELECT *, greatest(started, first) AS from_first,
               date_diff('month', greatest(started, first), last) + 1 AS months,
               min(source_row) FILTER (spoils) OVER (PARTITION BY m) AS spoiled_from
        FROM (
            SELECT *, date_trunc('month', benefit_from)::DATE AS started,
                   coalesce(status IN ('suspended', 'ended'), false) OR benefit_from IS NULL
                   OR benefit_monthly_fen IS NULL OR benefit_type IS NULL AS spoils
            FROM usable LEFT JOIN {_BENEFITS} USING (benefit_type)
            WHERE benefit_monthly_fen IS DISTINCT FROM 0
              AND coalesce(benefit_type, benefit_monthly_fen::VARCHAR) IS NOT NULL
        )
    )
    WHERE spoils OR (source_row < coalesce(spoiled_from, source_row + 1) AND started <= last)
"""
_VEHICLE = f"""
    SELECT m, {bit("assets.vehicle")} AS bit, 'vehicle' AS class, vehicle_class AS kind,
           NULL::BIGINT AS value, purchase_price_fen AS price, registered_on AS bought,
           vehicle_class IS NOT NULL AS good, 1 AS part
    FROM usable WHERE NOT coalesce(status IN ('transferred', 'scrapped', 'cancelled'), false)
"""
# a building in which several of a household have a part is one building, its first owner's
_REAL_ESTATE = f"""
    SELECT m, {bit("assets.real_estate")} AS bit, 'real_estate' AS class, use AS kind,
           NULL::BIGINT AS value, NULL::BIGINT AS price, NULL::DATE AS bought,
           use IS NOT NULL AS good,
           row_number() OVER (PARTITION BY h, unit_no, use IS NULL ORDER BY m, source_row) AS part
    FROM usable JOIN people USING (m)
"""


def _held_amounts(class_: str, item: str, *, only: str = "true", gap: str = "true") -> str:
    """Write what reads amounts held: an overdraft is no asset, a missing amount is a gap."""
    return f"""
        SELECT m, {bit(f"assets.{class_}")} AS bit, '{class_}' AS class, '' AS kind,
               {item} AS value, NULL::BIGINT AS price, NULL::DATE AS bought,
               {item} IS NOT NULL AS good, 1 AS part
        FROM usable WHERE ({only} AND {item} >= 0) OR ({gap} AND {item} IS NULL)
    """


_READERS: Mapping[str, tuple[str, str]] = {
    "tax": ("incomes", _TAX),
    "social_insurance": ("incomes", _SOCIAL_INSURANCE),
    "vehicle": ("assets", _VEHICLE),
    "real_estate": ("assets", _REAL_ESTATE),
    "bank": ("assets", _held_amounts("deposit", "balance_fen")),
    "securities": (
        "assets",
        _held_amounts("security", "market_value_fen")
        + "UNION ALL"
        + _held_amounts("security", "cash_fen", gap="false"),
    ),
    "provident_fund": ("assets", _held_amounts("provident_fund", "balance_fen")),
    "commercial_insurance": (
        "assets",
        _held_amounts(
            "insurance",
            "cash_value_fen",
            only="coalesce(role = 'policyholder', false)",
            gap="coalesce(role = 'policyholder', true)",
        ),
    ),
}
ORDERED = frozenset(name for name, (_, reading) in _READERS.items() if "source_row" in reading)
"""Sources of which it matters in which order the rows about a person stand."""
