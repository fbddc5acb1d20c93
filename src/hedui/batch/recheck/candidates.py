"""
Candidates for rows without a usable number (待人工确认), beside the results and never in them.

Old housing papers name an owner and no number, or one that was mistyped. Who it may be is put
before a person with the reasons; nothing of it is a fact, and no finding changes.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from duckdb import DuckDBPyConnection

from hedui.batch.asked import readable
from hedui.batch.delivery import Delivery, DeliveryError, text
from hedui.batch.recheck import people

if TYPE_CHECKING:  # of an extra
    from hedui.batch.recheck.linkage import Pairing

OUTPUT = "candidates"
EXTRA = ("born_on", "address", "phone")
"""Columns beyond the catalogue that a registry or a source may bring to tell people apart."""

_EVIDENCE = {
    "born": "nullif(regexp_replace({born_on}, '[^0-9]', '', 'g'), '')",
    "address": "nullif(regexp_replace({address}, '\\s', '', 'g'), '')",
    "phone": "nullif(regexp_replace({phone}, '[^0-9]', '', 'g'), '')",
}
_WRITTEN = "upper(regexp_replace(CAST(id_number AS VARCHAR), '[^0-9Xx]', '', 'g'))"


def suggested(
    connection: DuckDBPyConnection,
    registry: Delivery,
    delivered: dict[str, tuple[Delivery, Path]],
    progress: Callable[[str], None],
    pairing: "Pairing | None" = None,
) -> dict[str, int]:
    """
    Make the table `candidates`, and count its rows by source.

    delivered: each source's delivery and its canonical file
    pairing: what lays pairs side by side, see `linkage.link`
    The tables `people` and `grants` are those of the comparison.

    :raises DeliveryError: the extra is not installed
    """
    try:
        from hedui.batch.recheck.linkage import link  # noqa: PLC0415 - an extra
    except ImportError:
        raise DeliveryError(
            "没有安装 Splink:请安装 hedui 的附加组件 linkage,或去掉 --candidates"
        ) from None
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE candidates (
            household_id VARCHAR, member_key VARCHAR, source VARCHAR, source_row BIGINT,
            weight DOUBLE, probability DOUBLE, reasons VARCHAR)
        """
    )
    _members(connection, registry)
    counts = {}
    for name, (delivery, canonical) in delivered.items():
        if are_open(connection, [canonical]):
            _rows(connection, delivery, canonical)
            progress(f"为{readable()[name].label}中无号码的行寻找人选")
            link(connection, "link_rows", "link_members", pairing)
            connection.execute(_SHOWN.format(source=text(name), part=text(name + ".")))
        counts[name] = connection.execute(
            "SELECT count(*) FROM candidates WHERE source = ?", [name]
        ).fetchall()[0][0]
    return counts


def are_open(connection: DuckDBPyConnection, files: Iterable[Path]) -> bool:
    """Tell whether sources have rows that name somebody and whose number cannot be used."""
    asked = "SELECT EXISTS (FROM read_parquet({}) WHERE number IS NULL AND key IS NOT NULL)"
    return any(connection.execute(asked.format(text(str(file)))).fetchall()[0][0] for file in files)


_SHOWN = """
    INSERT INTO candidates
    SELECT p.household_id, p.member_key, {source}, l.row_id, round(l.weight, 1),
           least(round(l.probability, 3), 0.999), l.reasons
    FROM linked l JOIN people p ON p.m = l.member_id
    WHERE p.in_force
      AND p.list IN (SELECT list FROM grants WHERE starts_with(item, {part}))
"""
QUERY = (
    "SELECT * FROM candidates ORDER BY source, source_row, weight DESC, household_id, member_key"
)


def _members(connection: DuckDBPyConnection, registry: Delivery) -> None:
    """Write the members as `linkage` wants them; the birth date is that of the number."""
    held = registry.columns(connection, ())
    evidence = _evidence(held | {"born_on"}, born_on="substr(CAST(p.number AS VARCHAR), 7, 8)")
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE link_members AS
        SELECT p.m AS id, p.number AS number17, coalesce(p.name, p.key) AS name, p.key,
               left(p.key, 1) AS surname,
               CAST(p.number AS VARCHAR)
                   || substr('10X98765432', check_place(p.number) + 1, 1) AS number,
               {evidence}
        FROM people p JOIN ({people.read(connection, registry, "source_row", "*")}) r
          ON r.source_row = p.row
        WHERE p.key IS NOT NULL
        """
    )


def _rows(connection: DuckDBPyConnection, delivery: Delivery, canonical: Path) -> None:
    held = delivery.columns(connection, ())
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE link_rows AS
        SELECT s.source_row AS id, s.number AS number17, coalesce(s.name, s.key) AS name, s.key,
               left(s.key, 1) AS surname,
               CASE WHEN length({_WRITTEN}) BETWEEN 17 AND 19 THEN {_WRITTEN} END AS number,
               {_evidence(held)}
        FROM read_parquet({text(str(canonical))}) s
        JOIN ({people.read(connection, delivery, "source_row", "*")}) r USING (source_row)
        WHERE s.key IS NOT NULL
        """
    )


def _evidence(held: frozenset[str], **known: str) -> str:
    given = {
        name: known.get(name) or (f"CAST(r.{name} AS VARCHAR)" if name in held else "NULL::VARCHAR")
        for name in EXTRA
    }
    return ", ".join(f"{how.format(**given)} AS {name}" for name, how in _EVIDENCE.items())
