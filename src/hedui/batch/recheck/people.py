"""
Numbers and names of whole columns, read as `values` reads one (姓名和号码的规范化).

Nearly all are written as they should be; SQL tells these by their form and their check character,
and their own text says all. Of the rest each distinct text is read once, and looked up when a
column is read: SQL reads numbers of 18 ASCII characters or 15 digits, as `ResidentId` does, and
whatever else there is goes through `ResidentId` and `comparison_key` themselves.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from duckdb import DuckDBPyConnection

from hedui.batch.delivery import Delivery
from hedui.batch.recheck import by_place
from hedui.values.names import PersonNameError, comparison_key
from hedui.values.resident_id import ResidentId, ResidentIdError

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_DAY = (
    "(18|19|20)[0-9]{2}((0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])"
    "|(0[13-9]|1[0-2])(29|30)|(0[13578]|1[02])31)"
    "|((18|19|20)(0[48]|[2468][048]|[13579][26])|2000)0229"
)
_SUM = " + ".join(
    f"{weight} * (n // {10 ** (16 - place)} % 10)" for place, weight in enumerate(_WEIGHTS)
)
DEGREES = ("exact", "normalised", "upgraded")
"""How a number was written, by rank; of two numbers the higher rank tells how they match."""

MACROS = (
    f"CREATE OR REPLACE MACRO check_place(n) AS ({_SUM}) % 11",
    "CREATE OR REPLACE MACRO first_seventeen(t) AS TRY_CAST(substr(t, 1, 17) AS BIGINT)",
    f"""
    CREATE OR REPLACE MACRO is_number(t, c) AS coalesce(
        regexp_full_match(t, '[1-9][0-9]{{5}}({_DAY})[0-9]{{3}}[0-9X]')
        AND right(t, 1) = substr('10X98765432', c + 1, 1), false)
    """,
    f"""
    CREATE OR REPLACE MACRO is_upgraded(t) AS
        regexp_full_match(t, '[1-9][0-9]{{5}}({_DAY})[0-9]{{3}}')
        AND t[:2] NOT IN ('81', '82', '83') AND t[15:] NOT IN ('996', '997', '998', '999')
    """,
    "CREATE OR REPLACE MACRO is_plain_number(t) AS is_number(t, check_place(first_seventeen(t)))",
    """
    CREATE OR REPLACE MACRO is_plain_name(t) AS coalesce(
        regexp_full_match(t, '[\\x{4e00}-\\x{9fff}]{1,30}'), false)
    """,
)
NUMBER = "CASE WHEN n.text IS NULL THEN first_seventeen(number_text) ELSE n.number END"
DEGREE = "CASE WHEN n.text IS NULL AND number_text IS NOT NULL THEN 0 ELSE n.degree END"
KEY = "CASE WHEN k.text IS NULL THEN name_text ELSE k.key END"
NAME = f"nullif(name_text, {KEY})"
"""A name as it is written, where that is not its key."""
JOINED = (
    "LEFT JOIN odd_numbers n ON n.text = number_text LEFT JOIN odd_names k ON k.text = name_text"
)
# Each stage computes once what the next needs more than once: within a condition SQL would repeat,
# also one that is pushed down into the stages. So what is plain becomes one NULL.
_ODD_NUMBERS = """
    CREATE OR REPLACE TEMP TABLE odd_texts AS
    SELECT DISTINCT CASE WHEN NOT is_number(t, c) THEN t END AS text FROM (
        SELECT t, check_place(n) AS c FROM (
            SELECT t, first_seventeen(t) AS n FROM (
                SELECT {each} number_text AS t FROM ({read}))));
    CREATE OR REPLACE TEMP TABLE odd_numbers AS
    SELECT text, CASE WHEN holds THEN n END AS number,
           CAST(CASE WHEN holds THEN degree END AS TINYINT) AS degree
    FROM (
        SELECT text, degree, first_seventeen(t) AS n,
               CASE degree WHEN 1 THEN is_number(t, check_place(first_seventeen(t)))
                           ELSE is_upgraded(t) END AS holds
        FROM (
            SELECT text, 1 AS degree, upper(text) AS t FROM odd_texts
            WHERE regexp_full_match(text, '[0-9]{{17}}[0-9Xx]')
            UNION ALL
            SELECT text, 2, text[:6] || '19' || text[7:] FROM odd_texts
            WHERE regexp_full_match(text, '[0-9]{{15}}')
        )
    )
"""
_OTHERS = {
    "number": "SELECT text FROM odd_texts ANTI JOIN odd_numbers USING (text)",
    "name": """
        SELECT DISTINCT CASE WHEN NOT is_plain_name(t) THEN t END FROM (
            SELECT DISTINCT name_text AS t FROM ({read}))
    """,
}


def read(connection: DuckDBPyConnection, given: Delivery, number: str, columns: str) -> str:
    """
    Write the SQL that reads columns of a table, and its people's numbers and names as text.

    number: what its rows are numbered by, in order from 0
    """
    return f"""
        SELECT CAST({by_place.numbered(connection, given)} AS BIGINT) AS {number},
               CAST(id_number AS VARCHAR) AS number_text,
               CAST(name AS VARCHAR) AS name_text, {columns}
        FROM {given.relation}
    """


def learn_odd_ones(
    connection: DuckDBPyConnection, given: Delivery, *, differ: bool = False
) -> None:
    """
    Read what is not written plainly in a table into `odd_numbers` and `odd_names`.

    differ: hardly any number stands there twice, so they are not searched for those that do
    """
    rows = (
        f"SELECT CAST(id_number AS VARCHAR) AS number_text, CAST(name AS VARCHAR) AS name_text"
        f" FROM {given.relation}"
    )
    connection.execute(_ODD_NUMBERS.format(read=rows, each="" if differ else "DISTINCT"))
    connection.execute("CREATE OR REPLACE TEMP TABLE odd_names (text VARCHAR, key VARCHAR)")
    _learn(connection, rows, "number", _number)
    _learn(connection, rows, "name", _key)


def _learn(
    connection: DuckDBPyConnection,
    rows: str,
    what: str,
    reader: Callable[[str], tuple[Any, ...]],
) -> None:
    found = connection.execute(_OTHERS[what].format(read=rows)).fetchnumpy()
    (column,) = found.values()
    texts = [each for each in column.tolist() if each is not None]
    if texts:
        columns = zip(*((each, *reader(each)) for each in texts), strict=True)
        # read by the engine under this name; objects it takes as they are, lists one by one
        given = {f"c{place}": np.array(one, dtype=object) for place, one in enumerate(columns)}
        connection.execute(f"INSERT INTO odd_{what}s SELECT * FROM given")
        del given


def _number(text: str) -> tuple[int | None, int | None]:
    try:
        read = ResidentId.parse(text)
    except ResidentIdError:
        return None, None
    return int(read.reveal()[:17]), DEGREES.index(read.written)


def _key(text: str) -> tuple[str | None]:
    try:
        return (comparison_key(text),)
    except PersonNameError:
        return (None,)
