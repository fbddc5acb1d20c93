"""
The measures of the catalogue over columns (比对口径), as `comparison.measure` has them for one.

For each comparison three aggregates over a person's rows: how many rows speak of it, the figure
(NULL where there is none), and whether something has to be asked first.
"""

from dataclasses import dataclass

from hedui.batch.delivery import text
from hedui.catalogue import Comparison, Source

USABLE = "inside AND match < 4"


@dataclass(frozen=True, slots=True)
class Aggregates:
    """present: rows that speak of it; figure: fen or a count; question: rows that need a word."""

    present: str
    figure: str
    question: str = "0"


def aggregates(source: Source, comparison: Comparison) -> Aggregates:
    """Write the aggregates of one comparison."""
    chosen = " AND ".join([USABLE, *(_any(*pair) for pair in comparison.where.items())])
    ruled_out = " OR ".join(_any(*pair) for pair in comparison.unless.items()) or "false"
    counted = f"{chosen} AND NOT coalesce({ruled_out}, false)"
    if comparison.measure == "count":
        return Aggregates(_count(chosen), _things(source, comparison.item, counted))
    if comparison.measure == "monthly":
        return _monthly(comparison.item, chosen, counted)
    if comparison.measure == "sum_in_period":
        return _sum_in_period(comparison.item, counted)
    if comparison.measure == "membership":
        item = comparison.item
        denied = f" AND {item} <> 'false'" if source.items[item].type == "boolean" else ""
        return Aggregates(_count(f"{counted} AND {item} IS NOT NULL{denied}"), "NULL::BIGINT")
    if comparison.measure == "hint":
        return Aggregates("0", "NULL::BIGINT", _count(f"{counted} AND {comparison.item} > 0"))
    missing = _count(f"{counted} AND {comparison.item} IS NULL")
    total = _total(f"greatest({comparison.item}, 0)", counted)
    return Aggregates(_count(chosen), f"CASE WHEN {missing} = 0 THEN {total} END")


def _any(item: str, codes: tuple[str, ...]) -> str:
    return f"{item} IN ({', '.join(text(code) for code in codes)})"


def _count(condition: str) -> str:
    return f"count(*) FILTER ({condition})"


def _total(expression: str, condition: str) -> str:
    return f"coalesce(CAST(sum({expression}) FILTER ({condition}) AS BIGINT), 0)"


def _things(source: Source, item: str, counted: str) -> str:
    if source.items[item].type != "text":
        return _count(counted)
    unnamed = _count(f"{counted} AND {item} IS NULL")
    named = f"count(DISTINCT {item}) FILTER ({counted})"
    return f"CASE WHEN {unnamed} = 0 THEN {named} ELSE {_count(counted)} END"


def _sum_in_period(item: str, counted: str) -> Aggregates:
    inside = f"{counted} AND row_first >= first AND row_last <= last"
    across = f"{counted} AND (row_first IS NULL OR row_first < first OR row_last > last)"
    unclear = f"{_count(across)} + {_count(f'{inside} AND {item} IS NULL')}"
    return Aggregates(
        f"{_count(inside)} + {_count(across)}",
        f"CASE WHEN {unclear} = 0 THEN {_total(item, inside)} END",
    )


def _monthly(item: str, chosen: str, counted: str) -> Aggregates:
    started, ended = _month("benefit_from"), _month("last")
    months = (
        f"CASE WHEN {started} > {ended} THEN 0"
        f" ELSE {ended} - greatest({started}, {_month('first')}) + 1 END"
    )
    missing = _count(f"{counted} AND {item} IS NULL")
    stopped = "coalesce(status IN ('suspended', 'ended'), false)"
    asked = _count(f"{counted} AND {item} IS NOT NULL AND ({stopped} OR benefit_from IS NULL)")
    return Aggregates(
        _count(chosen),
        f"CASE WHEN {missing} = 0 THEN {_total(f'{item} * ({months})', counted)} END",
        asked,
    )


def _month(day: str) -> str:
    """Number the month of a day, so that months can be counted."""
    return f"(12 * year({day}) + month({day}))"
