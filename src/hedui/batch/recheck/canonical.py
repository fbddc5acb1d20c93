"""
Ingest a delivery once into canonical Parquet (规范化入库).

The file is named by the digest of what it was made from, so what has not changed is not ingested
again, and what was interrupted leaves nothing that could be taken for whole.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from duckdb import DuckDBPyConnection

from hedui.batch.delivery import Delivery, DeliveryError, text
from hedui.batch.recheck import people, values
from hedui.catalogue import Source
from hedui.policy.kinds import EXEMPTIONS, EXPENSE_KINDS, RELATIONS

VERSION = "canonical-4"
PERSON = ("name", "id_number")
AUTHORIZED = ("authorized_until", "authorized_items")


def members(connection: DuckDBPyConnection, given: Delivery, folder: Path) -> Path:
    """Ingest `registry/members`; `m` numbers the members in the order of the file."""
    required = ("household_id", "member_key", *PERSON, "relation", *AUTHORIZED)
    given.columns(connection, required)
    until = values.day("CAST(authorized_until AS VARCHAR)")
    return _kept(
        connection,
        given,
        folder,
        f"""
        SELECT CAST(m AS INTEGER) AS m, CAST(household_id AS VARCHAR) AS household_id,
               CAST(member_key AS VARCHAR) AS member_key, {people.NUMBER} AS number,
               CAST({people.DEGREE} AS TINYINT) AS degree, name_text AS name, {people.KEY} AS key,
               {until} AS until, CAST(authorized_items AS VARCHAR) AS items,
               trim(CAST(relation AS VARCHAR)) AS relation
        FROM ({people.read(connection, given, "m", "*")}) {people.JOINED}
        """,
        prepare=lambda: people.learn_odd_ones(connection, given),
    )


def households(connection: DuckDBPyConnection, given: Delivery, folder: Path) -> Path:
    """Ingest `registry/households`."""
    given.columns(connection, ("household_id", "division", "programme", "as_of"))
    return _kept(
        connection,
        given,
        folder,
        f"""
        SELECT CAST(household_id AS VARCHAR) AS household_id, CAST(division AS VARCHAR) AS division,
               CAST(programme AS VARCHAR) AS programme,
               {values.day("CAST(as_of AS VARCHAR)")} AS as_of
        FROM {given.relation}
        """,
    )


def declared(connection: DuckDBPyConnection, given: Delivery, folder: Path) -> Path:
    """Ingest `registry/declared`: fen, and numbers of things."""
    held = given.columns(connection, ("household_id", "member_key", "class", "amount_fen"))
    count = 'TRY_CAST("count" AS BIGINT)' if "count" in held else "NULL"
    kind = "nullif(CAST(kind AS VARCHAR), '')" if "kind" in held else "NULL::VARCHAR"
    return _kept(
        connection,
        given,
        folder,
        f"""
        SELECT CAST(household_id AS VARCHAR) AS household_id,
               CAST(member_key AS VARCHAR) AS member_key, CAST(class AS VARCHAR) AS class,
               {kind} AS kind, TRY_CAST(CAST(amount_fen AS VARCHAR) AS BIGINT) AS amount,
               coalesce({count}, 1) AS things
        FROM {given.relation}
        """,
    )


def expenses(connection: DuckDBPyConnection, given: Delivery, folder: Path) -> Path:
    """Ingest `registry/expenses`: fen in the year before the day.

    :raises DeliveryError: a kind or amount is none; names the row
    """
    given.columns(connection, ("household_id", "member_key", "kind", "amount_fen"))
    fits = {"kind": f"kind IN ({_listed(EXPENSE_KINDS)})", "amount_fen": _is("amount_fen")}
    query = f"""
        SELECT {_WHOSE}, CAST(kind AS VARCHAR) AS kind, {_whole("amount_fen")} AS amount
        FROM {given.relation}
    """
    return _kept(connection, given, folder, query, lambda: _strict(connection, given, fits))


def obligors(connection: DuckDBPyConnection, given: Delivery, folder: Path) -> Path:
    """Ingest `registry/obligors`: a row an obligor and the member who is supported.

    :raises DeliveryError: a value is none, or an obligor is told in two ways; names the row
    """
    known = ("household_size", "household_income_fen", "children_of_supported", "agreed_amount_fen")
    given.columns(
        connection, ("household_id", "member_key", "obligor", "relation", "exempt", *known)
    )
    exempt = "coalesce(nullif(trim(CAST(exempt AS VARCHAR)), ''), 'none')"
    said = ", ".join(f"CAST({name} AS VARCHAR)" for name in ("relation", "exempt", *known))
    fits = {
        "obligor": f"count(DISTINCT concat_ws('|', {said})) OVER ("
        "PARTITION BY household_id, obligor) = 1",
        "relation": f"relation IN ({_listed(RELATIONS)})",
        "exempt": f"{exempt} IN ({_listed(('none', *EXEMPTIONS))})",
        **{name: f"{_told(name)} IS NULL OR {_is(name)}" for name in known},
        "household_size": f"{_told('household_size')} IS NULL OR {_whole('household_size')} >= 1",
    }
    query = f"""
        SELECT {_WHOSE}, CAST(obligor AS VARCHAR) AS obligor, CAST(relation AS VARCHAR) AS relation,
               {exempt} AS exempt, {", ".join(f"{_whole(name)} AS {name}" for name in known)},
               count(*) OVER (PARTITION BY household_id, obligor) AS supported
        FROM {given.relation}
    """
    return _kept(connection, given, folder, query, lambda: _strict(connection, given, fits))


_WHOSE = """CAST(household_id AS VARCHAR) AS household_id,
            CAST(member_key AS VARCHAR) AS member_key"""


def _told(column: str) -> str:
    return f"nullif(trim(CAST({column} AS VARCHAR)), '')"


def _whole(column: str) -> str:
    # a cast alone would round 12.50; a whole number in a column of fractions is 12.0
    whole = f"regexp_full_match({_told(column)}, '[0-9]{{1,14}}(\\.0+)?')"
    return f"CASE WHEN {whole} THEN TRY_CAST({_told(column)} AS BIGINT) END"


def _is(column: str) -> str:
    return f"{_whole(column)} IS NOT NULL"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(text(name) for name in names)


def _strict(connection: DuckDBPyConnection, given: Delivery, fits: Mapping[str, str]) -> None:
    """Refuse the first row of which a column does not fit."""
    conditions = ", ".join(f"{fit} AS fit_{name}" for name, fit in fits.items())
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE fitting AS SELECT row_number() OVER () AS n, {conditions}"
        f" FROM {given.relation}"
    )
    for name in fits:
        query = f"SELECT min(n) FROM fitting WHERE NOT coalesce(fit_{name}, false)"
        (row,) = connection.execute(query).fetchall()[0]
        if row is not None:
            raise DeliveryError(f"{given.name} 第 {row} 行的 {name} 写得不对,请改正后重新导出")


def source(connection: DuckDBPyConnection, given: Delivery, about: Source, folder: Path) -> Path:
    """Ingest what a source delivered: whose it is, of which day, and the values compared."""
    held = given.columns(connection, (*PERSON, "as_of"))
    types = _types(connection, given)
    names = values.kept(about)
    taken = "".join(
        f", {values.given(about.items[name], types[name])} AS given_{name}"
        for name in names
        if name in held
    )
    read = "".join(f", {values.column(about, name, held, types)} AS {name}" for name in names)
    bad = "".join(f", {values.unreadable(about, name, held)} AS bad_{name}" for name in names)
    # before the joins, where a word that stands in many rows is read once
    rows = f"""
        SELECT *{bad} FROM (SELECT *{read} FROM (
            {people.read(connection, given, "source_row", _day(types) + " AS day" + taken)}))
    """
    columns = "".join(f", {name}" for name in (*names, *(f"bad_{name}" for name in names)))
    return _kept(
        connection,
        given,
        folder,
        f"""
        SELECT source_row, {people.NUMBER} AS number, CAST({people.DEGREE} AS TINYINT) AS degree,
               name_text AS name, {people.KEY} AS key, day{columns}
        FROM ({rows}) {people.JOINED}
        """,
        prepare=lambda: people.learn_odd_ones(connection, given),
    )


def _types(connection: DuckDBPyConnection, given: Delivery) -> dict[str, str]:
    described = connection.execute(f"DESCRIBE SELECT * FROM {given.relation}").fetchall()
    return {str(column[0]): str(column[1]) for column in described}


def _day(types: dict[str, str]) -> str:
    return "as_of" if types["as_of"] == "DATE" else values.day("CAST(as_of AS VARCHAR)")


def _kept(
    connection: DuckDBPyConnection,
    given: Delivery,
    folder: Path,
    query: str,
    prepare: Callable[[], None] = lambda: None,
) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{given.name}-{VERSION}-{given.digest[:32]}.parquet"
    if path.exists():
        return path
    prepare()
    unfinished = path.with_suffix(".part")
    connection.execute(f"COPY ({query}) TO {text(str(unfinished))} (FORMAT parquet)")
    unfinished.replace(path)
    return path
