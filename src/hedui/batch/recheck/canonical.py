"""
Ingest a delivery once into canonical Parquet (规范化入库).

The file is named by the digest of what it was made from, so what has not changed is not ingested
again, and what was interrupted leaves nothing that could be taken for whole.
"""

from collections.abc import Callable
from pathlib import Path

from duckdb import DuckDBPyConnection

from hedui.batch import told
from hedui.batch.delivery import Delivery, text
from hedui.batch.recheck import people, values
from hedui.catalogue import Source

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
               {kind} AS kind, {told.whole("amount_fen")} AS amount,
               coalesce({count}, 1) AS things
        FROM {given.relation}
        """,
    )


def more(connection: DuckDBPyConnection, given: Delivery, folder: Path) -> Path:
    """Ingest `registry/expenses` or `registry/obligors`.

    :raises DeliveryError: a value is none; names the row
    """
    read = told.read(connection, given)
    return _kept(connection, given, folder, read.query, lambda: read.check(connection))


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
