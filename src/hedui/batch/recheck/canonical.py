"""
Ingest a delivery once into canonical Parquet (规范化入库).

The file is named by the digests of what it was made from and of what read it, so what has not
changed is not ingested again, and what was interrupted, or was read by rules that stand no more,
leaves nothing that could be taken for whole.
"""

import shutil
from collections.abc import Callable, Container, Sequence
from functools import partial
from pathlib import Path

from duckdb import DuckDBPyConnection

from hedui.batch import fit, told
from hedui.batch.delivery import Delivery, reading, text
from hedui.batch.recheck import by_place, people, values
from hedui.batch.recheck.versions import reader
from hedui.catalogue import Source

PERSON = ("name", "id_number")
# read by DuckDB and Spark alone: version 2 is smaller and quicker both ways; most texts and numbers
# differ so much that to look for a dictionary of them costs more than it gives
_AS = "FORMAT parquet, PARQUET_VERSION v2, DICTIONARY_SIZE_LIMIT 4096"
AUTHORIZED = ("authorized_until", "authorized_items")
_OF_MEMBERS = ("household_id", "member_key", *PERSON, "relation", *AUTHORIZED)


def members(connection: DuckDBPyConnection, given: Delivery, folder: Path) -> Path:
    """
    Ingest `registry/members`.

    `m` numbers the members in the order of their households, `row` as they stand in the file.
    """
    return _kept(connection, given, folder, _members, _OF_MEMBERS)


def _members(connection: DuckDBPyConnection, given: Delivery) -> str:
    given.columns(connection, _OF_MEMBERS)
    types = _types(connection, given)
    words = dict.fromkeys(("household_id", "member_key", "relation"), fit.WORD)
    texts = dict.fromkeys((*PERSON, "authorized_items"), fit.TEXT)
    fit.refuse_types(connection, given, types, words | texts | {"authorized_until": fit.DAY})
    faults = {_is_empty(name): f"没有 {name}" for name in ("household_id", "member_key")}
    fit.refuse_rows(connection, given, faults)
    people.learn_odd_ones(connection, given, differ=True)
    until = values.day("authorized_until", types["authorized_until"])
    # mostly they stand in that order, and to sort them is half of reading them in
    sort = _are_apart(connection, given)
    return f"""
        SELECT CAST({"row_number() OVER () - 1" if sort else "row"} AS INTEGER) AS m, * FROM (
            SELECT CAST(household_id AS VARCHAR) AS household_id,
                   CAST(member_key AS VARCHAR) AS member_key, row, {people.NUMBER} AS number,
                   CAST({people.DEGREE} AS TINYINT) AS degree, {people.NAME} AS name,
                   {people.KEY} AS key, {until} AS until,
                   CAST(authorized_items AS VARCHAR) AS items,
                   trim(CAST(relation AS VARCHAR)) AS relation
            FROM ({people.read(connection, given, "row", "*")}) {people.JOINED}
            {"ORDER BY household_id, row" if sort else ""}
        )
        """


def _are_apart(connection: DuckDBPyConnection, given: Delivery) -> bool:
    """Tell whether households do not stand in the order of their ids."""
    falls = "h < lag(h) OVER () AS falls"
    rows = f"SELECT CAST(household_id AS VARCHAR) AS h FROM {given.relation}"
    return _is_any(connection, f"(SELECT {falls} FROM ({rows}))", "falls")


def _is_empty(column: str) -> str:
    return f"coalesce(CAST({column} AS VARCHAR), '') = ''"


def households(connection: DuckDBPyConnection, given: Delivery, folder: Path) -> Path:
    """Ingest `registry/households`; `h` numbers them in the order of their ids."""
    return _kept(connection, given, folder, _households)


def _households(connection: DuckDBPyConnection, given: Delivery) -> str:
    given.columns(connection, ("household_id", "division", "programme", "as_of"))
    types = _types(connection, given)
    words = dict.fromkeys(("household_id", "division", "programme"), fit.WORD)
    fit.refuse_types(connection, given, types, words | {"as_of": fit.DAY})
    day = values.day("as_of", types["as_of"])
    faults = {
        _is_empty("household_id"): "没有 household_id",
        f"NOT coalesce(year({day}) BETWEEN {_YEARS}, false)": "的 as_of 不是核对可用的日期",
    }
    fit.refuse_rows(connection, given, faults)
    return f"""
        SELECT CAST(row_number() OVER () - 1 AS INTEGER) AS h, * FROM (
            SELECT CAST(household_id AS VARCHAR) AS household_id,
                   CAST(division AS VARCHAR) AS division, CAST(programme AS VARCHAR) AS programme,
                   {day} AS as_of
            FROM {given.relation} ORDER BY ALL
        )
        """


def declared(connection: DuckDBPyConnection, given: Delivery, folder: Path) -> Path:
    """
    Ingest `registry/declared`: fen, and numbers of things, one where none is said.

    What stands as it would be written here is kept as it is: to write it again costs more than all
    else that is done with it.
    """
    return _kept(connection, given, folder, _declared, _OF_DECLARED)


def _declared(connection: DuckDBPyConnection, given: Delivery) -> str | None:
    held = given.columns(connection, ("household_id", "member_key", "class", "amount_fen"))
    types = _types(connection, given)
    words = dict.fromkeys(("household_id", "member_key", "class", "kind"), fit.WORD)
    numbers = dict.fromkeys(("amount_fen", "count"), fit.NUMBER)
    fit.refuse_types(connection, given, types, words | numbers)
    alike = types == _DECLARED and _are_alike(connection, given, len(types))
    if alike and not _is_any(connection, given.relation, _TO_BE_READ):
        return None
    things = "1::BIGINT"
    if "count" in held:
        count = told.whole("count", types["count"])
        things = f"CASE WHEN {told.written('count')} IS NULL THEN 1 ELSE {count} END"
    amount = told.whole("amount_fen", types["amount_fen"])
    kind = "nullif(CAST(kind AS VARCHAR), '')" if "kind" in held else "NULL::VARCHAR"
    return f"""
        SELECT CAST(household_id AS VARCHAR) AS household_id,
               CAST(member_key AS VARCHAR) AS member_key, CAST(class AS VARCHAR) AS class,
               {kind} AS kind, {amount} AS amount_fen, {things} AS count
        FROM {given.relation}
        """


_OF_DECLARED = ("household_id", "member_key", "class", "kind", "amount_fen", "count")
_DECLARED = {
    **dict.fromkeys(("household_id", "member_key", "class", "kind"), "VARCHAR"),
    **dict.fromkeys(("amount_fen", "count"), "BIGINT"),
}
_TO_BE_READ = (
    f"kind = '' OR amount_fen IS DISTINCT FROM {told.whole('amount_fen', 'BIGINT')}"
    f" OR count IS NULL OR count IS DISTINCT FROM {told.whole('count', 'BIGINT')}"
)


def _are_alike(connection: DuckDBPyConnection, given: Delivery, columns: int) -> bool:
    """Tell whether files have the same columns, packed so that every engine can read them."""
    listed = ", ".join(text(str(path)) for path in given.files)
    ((found, packed),) = connection.execute(
        "SELECT count(DISTINCT (path_in_schema, type)), bool_and(compression IN"
        f" ('SNAPPY', 'ZSTD', 'GZIP', 'UNCOMPRESSED')) FROM parquet_metadata([{listed}])"
    ).fetchall()
    return bool(packed) and found == columns


def more(connection: DuckDBPyConnection, given: Delivery, folder: Path) -> Path:
    """Ingest `registry/expenses` or `registry/obligors`.

    :raises DeliveryError: a value is none; names the row
    """
    return _kept(connection, given, folder, _more)


def _more(connection: DuckDBPyConnection, given: Delivery) -> str:
    read = told.read(connection, given)
    read.check(connection)
    return read.query


def source(
    connection: DuckDBPyConnection,
    given: Delivery,
    about: Source,
    folder: Path,
    before: Path | None = None,
) -> Path:
    """
    Ingest what a source delivered: whose it is, of which day, and the values compared.

    before: its canonical file of the last run; where few rows are unlike, it is laid over that one
    """
    path, columns = _path(given, folder), (*_OF_EACH, *values.kept(about))
    laid = path.with_suffix(by_place.LAID)
    over = None if path.exists() else before
    if over and (laid.exists() or _is_laid(connection, given, about, path, over, columns)):
        return laid
    return _kept(connection, given, folder, partial(_source, about=about), columns)


def _is_laid(
    connection: DuckDBPyConnection,
    given: Delivery,
    about: Source,
    path: Path,
    before: Path,
    names: Sequence[str],
) -> bool:
    """Lay a delivery over an earlier one where few rows are unlike; say whether that was done."""
    unfinished, under = path.with_suffix(".part"), by_place.base(before)
    with reading(given):
        held, _ = _fitting(connection, given, about)
        by_place.write_hashes(connection, given, names, path)
        places = by_place.unlike(under, path)
        if not by_place.are_few(places, path):
            return False
        columns = [name for name in names if name in held]
        query = _source(connection, by_place.choose(connection, given, columns, places), about)
        forget(unfinished)
        unfinished.mkdir()
        other = text(str(unfinished / by_place.OTHER))
        connection.execute(f"COPY ({query}) TO {other} ({_AS})")
    for file in (under, by_place.hashes(under)):
        link(file, (unfinished / by_place.BASE).with_suffix(file.suffix))
    unfinished.replace(path.with_suffix(by_place.LAID))
    return True


_OF_EACH = (*PERSON, "as_of")


def _fitting(
    connection: DuckDBPyConnection, given: Delivery, about: Source
) -> tuple[frozenset[str], dict[str, str]]:
    """Return the columns of a source and their types. :raises DeliveryError: they do not fit"""
    held = given.columns(connection, _OF_EACH)
    types = _types(connection, given)
    wanted = {name: _MAY_BE.get(about.items[name].type, fit.WORD) for name in values.kept(about)}
    texts = dict.fromkeys(PERSON, fit.TEXT)
    fit.refuse_types(connection, given, types, texts | {"as_of": fit.DAY} | wanted)
    return held, types


def _source(connection: DuckDBPyConnection, given: Delivery, about: Source) -> str:
    held, types = _fitting(connection, given, about)
    names = values.kept(about)
    items = {name: values.given(about.items[name], types[name]) for name in names if name in held}
    taken = "".join(f", {one} AS given_{name}" for name, one in items.items())
    month = items.get(about.dated_by or "")
    columns = {name: values.column(about, name, items, types) for name in names}
    if about.dated_by:
        columns |= {about.dated_by: "month"} if month else dict.fromkeys(_PERIOD, "NULL::DATE")
    read = "".join(f", {one} AS {name}" for name, one in columns.items())
    people.learn_odd_ones(connection, given)
    if month:
        _learn_months(connection, f"SELECT DISTINCT {month} AS written FROM {given.relation}")
    # before the joins, where a word that stands in many rows is read once
    rows = f"""
        SELECT *, CAST({_spoilt(about, held)} AS INTEGER) AS bad FROM (SELECT *{read} FROM (
            {people.read(connection, given, "source_row", _day(types) + " AS day" + taken)})
            {f"LEFT JOIN months ON written = given_{about.dated_by}" if month else ""})
    """
    kept = "".join(f", {name}" for name in (*names, *(_PERIOD if about.dated_by else ())))
    return f"""
        SELECT source_row, {people.NUMBER} AS number, CAST({people.DEGREE} AS TINYINT) AS degree,
               {people.NAME} AS name, {people.KEY} AS key, day, bad{kept}
        FROM ({rows}) {people.JOINED}
        """


def _spoilt(about: Source, held: Container[str]) -> str:
    """Write the mask of the items of a row that cannot be used."""
    return " + ".join(
        f"CASE WHEN {values.unreadable(about, name, held)} THEN {values.mask(about, [name])}"
        " ELSE 0 END"
        for name in values.kept(about)
    )


_PERIOD = ("row_first", "row_last")
_MAY_BE = {"fen": fit.NUMBER, "integer": fit.NUMBER, "date": fit.DAY}
_YEARS = "1949 AND 2099"


def _learn_months(connection: DuckDBPyConnection, written: str) -> None:
    """Read each month that is written once into `months`, with its first and its last day."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE months AS
        SELECT *, {values.first_day("month")} AS row_first, {values.last_day("month")} AS row_last
        FROM (SELECT written, {values.month("written")} AS month FROM ({written}))
        """
    )
    if _is_any(connection, "months", "month IS NOT NULL"):  # there is no ENUM of nothing
        connection.execute(
            """
            DROP TYPE IF EXISTS month_name;
            CREATE TYPE month_name AS ENUM (
                SELECT DISTINCT month FROM months WHERE month IS NOT NULL);
            ALTER TABLE months ALTER month TYPE month_name
            """
        )


def _types(connection: DuckDBPyConnection, given: Delivery) -> dict[str, str]:
    described = connection.execute(f"DESCRIBE SELECT * FROM {given.relation}").fetchall()
    return {str(column[0]): str(column[1]) for column in described}


def _day(types: dict[str, str]) -> str:
    return values.day("as_of", types["as_of"])


def _kept(
    connection: DuckDBPyConnection,
    given: Delivery,
    folder: Path,
    reader: Callable[[DuckDBPyConnection, Delivery], str | None],
    hashed: Sequence[str] = (),
) -> Path:
    """
    Read a delivery in, unless that has been done.

    reader: refuses what cannot be meant, and writes the query; None to keep the files as they are
    hashed: columns of which each row's hash is kept too, see `by_place`
    """
    path = _path(given, folder)
    if path.exists():
        return path
    unfinished = path.with_suffix(".part")
    forget(unfinished)
    with reading(given):
        query = reader(connection, given)
        if hashed:
            by_place.write_hashes(connection, given, hashed, path)
        if query is None:
            _copy(given, unfinished)
        else:
            connection.execute(f"COPY ({query}) TO {text(str(unfinished))} ({_AS})")
    unfinished.replace(path)
    return path


def _path(given: Delivery, folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{given.name}-canonical-{reader(given.name)}-{given.digest[:32]}.parquet"


def link(path: Path, other: Path) -> None:
    """Give a file another name."""
    try:
        other.hardlink_to(path)
    except OSError:  # a file system without links
        shutil.copyfile(path, other)


def _copy(given: Delivery, folder: Path) -> None:
    """Copy the files of a delivery into a folder, which is read as one file is."""
    folder.mkdir()
    for number, file in enumerate(given.files):
        shutil.copyfile(file, folder / f"{number:06}.parquet")


def forget(path: Path) -> None:
    """Take away a canonical file, or what was left of one."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _is_any(connection: DuckDBPyConnection, rows: str, condition: str) -> bool:
    return bool(connection.execute(f"SELECT 1 FROM {rows} WHERE {condition} LIMIT 1").fetchall())
