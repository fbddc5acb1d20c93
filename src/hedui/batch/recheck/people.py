"""
Numbers and names of whole columns, read as `values` reads one (姓名和号码的规范化).

Nearly all are written as they should be; SQL tells these by their form and their check character.
The rest, each distinct text once, goes through `ResidentId` and `comparison_key` themselves.
"""

from collections.abc import Callable

from duckdb import DuckDBPyConnection

from hedui.batch.delivery import Delivery
from hedui.values.names import PersonNameError, comparison_key
from hedui.values.resident_id import ResidentId, ResidentIdError

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SUM = " + ".join(
    f"{weight} * (n // {10 ** (16 - place)} % 10)" for place, weight in enumerate(_WEIGHTS)
)
DEGREES = ("exact", "normalised", "upgraded")
"""How a number was written, by rank; of two numbers the higher rank tells how they match."""

MACROS = (
    f"CREATE OR REPLACE MACRO check_character(n) AS substr('10X98765432', ({_SUM}) % 11 + 1, 1)",
    "CREATE OR REPLACE MACRO first_seventeen(t) AS TRY_CAST(substr(t, 1, 17) AS BIGINT)",
    """
    CREATE OR REPLACE MACRO is_plain_number(t) AS coalesce(
        regexp_full_match(t, '[1-9][0-9]{16}[0-9X]')
        AND check_character(first_seventeen(t)) = substr(t, 18, 1)
        AND substr(t, 7, 4) BETWEEN '1800' AND '2099'
        AND try_strptime(substr(t, 7, 8), '%Y%m%d') IS NOT NULL, false)
    """,
    """
    CREATE OR REPLACE MACRO is_plain_name(t) AS coalesce(
        regexp_full_match(t, '[\\x{4e00}-\\x{9fff}]{1,30}'), false)
    """,
)
READ = """
    SELECT row_number() OVER () - 1 AS source_row,
           CAST(id_number AS VARCHAR) AS number_text, CAST(name AS VARCHAR) AS name_text, *
    FROM {relation}
"""
NUMBER = (
    "CASE WHEN is_plain_number(number_text) THEN first_seventeen(number_text) ELSE n.number END"
)
DEGREE = "CASE WHEN is_plain_number(number_text) THEN 0 ELSE n.degree END"
KEY = "CASE WHEN is_plain_name(name_text) THEN name_text ELSE k.key END"
JOINED = (
    "LEFT JOIN odd_numbers n ON n.text = number_text LEFT JOIN odd_names k ON k.text = name_text"
)


def learn_odd_ones(connection: DuckDBPyConnection, delivery: Delivery) -> None:
    """Read what is not written plainly in a table into `odd_numbers` and `odd_names`."""
    read = READ.format(relation=delivery.relation)
    _learn(connection, read, "number", _number)
    _learn(connection, read, "name", _key)


def _learn(
    connection: DuckDBPyConnection,
    read: str,
    what: str,
    reader: Callable[[str], tuple[object, ...]],
) -> None:
    odd = connection.execute(
        f"SELECT DISTINCT {what}_text FROM ({read}) WHERE NOT is_plain_{what}({what}_text)"
        f" AND {what}_text IS NOT NULL"
    ).fetchall()
    texts = [str(row[0]) for row in odd]
    columns = list(zip(*((text, *reader(text)) for text in texts), strict=True))
    shape = {"number": "number BIGINT, degree TINYINT", "name": "key VARCHAR"}[what]
    connection.execute(f"CREATE OR REPLACE TEMP TABLE odd_{what}s (text VARCHAR, {shape})")
    if columns:
        given = ", ".join(["unnest(?)"] * len(columns))
        connection.execute(
            f"INSERT INTO odd_{what}s SELECT {given}", [list(column) for column in columns]
        )


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
