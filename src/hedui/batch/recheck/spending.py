"""
What a registry says of expenses and of obligors, for the rules (支出和义务人).

On either basis they are taken as told: no source is asked about them.
"""

from collections.abc import Mapping
from pathlib import Path

from duckdb import DuckDBPyConnection

from hedui.batch.delivery import Delivery, DeliveryError, text
from hedui.batch.recheck import canonical


def ingested(
    connection: DuckDBPyConnection, given: Mapping[str, Delivery], members: Path, work: Path
) -> dict[str, Path]:
    """
    Ingest those that were delivered: table → canonical file.

    :raises DeliveryError: a value is none, or a row is about nobody of the registry
    """
    kept = {name: canonical.more(connection, delivery, work) for name, delivery in given.items()}
    for name, path in kept.items():
        strangers = connection.execute(
            f"SELECT count(*) FROM read_parquet({text(str(path))})"
            f" ANTI JOIN read_parquet({text(str(members))}) USING (household_id, member_key)"
        ).fetchall()[0][0]
        if strangers:
            raise DeliveryError(f"{name} 有 {strangers} 行的成员不在 members 中,请核对编号")
    return kept


def bring(connection: DuckDBPyConnection, kept: Mapping[str, Path]) -> None:
    """Make `spent`, a row an expense, and `owing`, a row an obligor and a member."""
    columns = {
        "spent": ("expenses", "kind", "amount"),
        "owing": (
            *("obligors", "obligor", "relation", "exempt", "household_size"),
            *("household_income_fen", "children_of_supported", "agreed_amount_fen", "supported"),
        ),
    }
    for table, (name, *wanted) in columns.items():
        if name in kept:
            query = (
                f"SELECT m, {', '.join(f'd.{one}' for one in wanted)}"
                f" FROM read_parquet({text(str(kept[name]))}) d"
                " JOIN people USING (household_id, member_key) ORDER BY ALL"
            )
        else:
            words = ("kind", "obligor", "relation", "exempt")
            empty = (f"NULL::{'VARCHAR' if c in words else 'BIGINT'} AS {c}" for c in wanted)
            query = f"SELECT NULL::INTEGER AS m, {', '.join(empty)} WHERE false"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {query}")
