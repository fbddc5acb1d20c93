"""
Expenses and obligors of a registry (名册的支出和义务人), two tables that it may bring.

They are read strictly. Without one of them nobody was asked, and what a programme makes depend on
it stays unknown; with it, who has no row there has none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from duckdb import DuckDBPyConnection

from hedui.batch.delivery import Delivery, DeliveryError, text
from hedui.policy.kinds import EXEMPTIONS, EXPENSE_KINDS, RELATIONS

TABLES: Final = ("expenses", "obligors")
WHOLE: Final = (
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT"),
    *("UTINYINT", "USMALLINT", "UINTEGER"),
)
"""Types of a column whose numbers are taken as they are."""
_WHOSE: Final = ("household_id", "member_key")
_KNOWN: Final = (
    *("household_size", "household_income_fen"),
    *("children_of_supported", "agreed_amount_fen"),
)


@dataclass(frozen=True, slots=True)
class Read:
    """How a table is read: the query, and what has to hold of each column of each row."""

    given: Delivery
    query: str
    fits: Mapping[str, str]

    def check(self, connection: DuckDBPyConnection) -> None:
        """Refuse the first row of which a column does not fit. :raises DeliveryError: names it"""
        conditions = ", ".join(f"{fit} AS fit_{name}" for name, fit in self.fits.items())
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE fitting AS SELECT row_number() OVER () AS n,"
            f" {conditions} FROM {self.given.relation}"
        )
        for name in self.fits:
            (row,) = connection.execute(
                f"SELECT min(n) FROM fitting WHERE NOT coalesce(fit_{name}, false)"
            ).fetchall()[0]
            if row is not None:
                where = f"{self.given.name} 第 {row} 行的 {name}"
                raise DeliveryError(f"{where} 写得不对,请改正后重新导出")


def read(connection: DuckDBPyConnection, given: Delivery) -> Read:
    """Say how a table is read, by its name. :raises DeliveryError: a column is missing"""
    return {"expenses": _expenses, "obligors": _obligors}[given.name](connection, given)


def _expenses(connection: DuckDBPyConnection, given: Delivery) -> Read:
    given.columns(connection, (*_WHOSE, "kind", "amount_fen"))
    fits = {"kind": f"kind IN ({_listed(EXPENSE_KINDS)})", "amount_fen": _is("amount_fen")}
    columns = ", ".join(_text(name) for name in (*_WHOSE, "kind"))
    query = f"SELECT {columns}, {whole('amount_fen')} AS amount FROM {given.relation}"
    return Read(given, query, fits)


def _obligors(connection: DuckDBPyConnection, given: Delivery) -> Read:
    """Read a row an obligor and the member supported; of one obligor all rows say the same."""
    said = ("relation", "exempt", *_KNOWN)
    given.columns(connection, (*_WHOSE, "obligor", *said))
    exempt = f"coalesce({written('exempt')}, 'none')"
    one = ", ".join(f"coalesce({written(name)}, '')" for name in said)
    of_obligor = "OVER (PARTITION BY household_id, obligor)"
    fits = {
        "obligor": f"count(DISTINCT concat_ws('|', {one})) {of_obligor} = 1",
        "relation": f"relation IN ({_listed(RELATIONS)})",
        "exempt": f"{exempt} IN ({_listed(('none', *EXEMPTIONS))})",
        **{name: f"{written(name)} IS NULL OR {_is(name)}" for name in _KNOWN},
        "household_size": f"{written('household_size')} IS NULL OR {whole('household_size')} >= 1",
    }
    columns = ", ".join(_text(name) for name in (*_WHOSE, "obligor", "relation"))
    numbers = ", ".join(f"{whole(name)} AS {name}" for name in _KNOWN)
    query = f"""
        SELECT {columns}, {exempt} AS exempt, {numbers}, count(*) {of_obligor} AS supported
        FROM {given.relation}
    """
    return Read(given, query, fits)


def _text(column: str) -> str:
    return f"CAST({column} AS VARCHAR) AS {column}"


def written(column: str) -> str:
    """Write the text in a column; NULL where nothing is said."""
    return f"nullif(trim(CAST({column} AS VARCHAR)), '')"


def whole(column: str, written_as: str = "VARCHAR") -> str:
    """Write the whole number in a column, of up to 14 digits; NULL where it is none."""
    if written_as in WHOLE:
        return f"CASE WHEN {column} BETWEEN 0 AND 99999999999999 THEN CAST({column} AS BIGINT) END"
    # a cast alone would round 12.50; a whole number in a column of fractions is 12.0
    is_whole = f"regexp_full_match({written(column)}, '[0-9]{{1,14}}(\\.0+)?')"
    return f"CASE WHEN {is_whole} THEN TRY_CAST({written(column)} AS BIGINT) END"


def _is(column: str) -> str:
    return f"{whole(column)} IS NOT NULL"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(text(name) for name in names)
