"""
What an engine is told, in Spark's words (译成 Spark 的 SQL).

Needs sqlglot and no Spark, so every suite holds that all of it can be said.
"""

from collections.abc import Mapping
from pathlib import Path

import sqlglot
from sqlglot import exp


def query(text: str) -> str:
    """
    Write a query of the comparison, which is in DuckDB's words, in Spark's.

    :raises sqlglot.errors.UnsupportedError: Spark has no word for a part of it
    """
    tree = sqlglot.parse_one(text, read="duckdb").transform(_as_relation)
    refused = sqlglot.ErrorLevel.RAISE
    return str(tree.sql(dialect="spark", identify=True, unsupported_level=refused))


def columns(types: Mapping[str, str]) -> str:
    """Write names and types of columns, in DuckDB's words, as Spark declares them."""
    return ", ".join(
        f"{name} {exp.DataType.build(type_, dialect='duckdb').sql('spark')}"
        for name, type_ in types.items()
    )


def _as_relation(node: exp.Expression) -> exp.Expression:
    """Name a Parquet file as Spark does: as a table, `parquet` being its schema."""
    if isinstance(node, exp.Table) and isinstance(node.this, exp.ReadParquet):
        (path,) = node.this.expressions
        named = exp.to_identifier(f"file://{Path(path.name).resolve()}", quoted=True)
        return exp.Table(this=named, db=exp.to_identifier("parquet"), alias=node.args.get("alias"))
    return node
