"""
How likely a row without a usable number is about a member (概率匹配), by Splink.

A model of Fellegi and Sunter: each comparison has levels, and a level's weight is the logarithm of
how much oftener it is seen among pairs of one person (m) than among pairs of two (u). Both are
counted here and not assumed: m on the rows of the same source that do have a number, u on pairs
laid together by chance. What no row with a number can tell, a number that was mistyped, is stated.

Tables have the columns of `COLUMNS`, all text but `id` and `number17`; what is not known is NULL.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import splink.blocking_rule_library as rules
import splink.comparison_level_library as levels
from duckdb import DuckDBPyConnection
from splink import DuckDBAPI, Linker, SettingsCreator
from splink.comparison_library import CustomComparison

COLUMNS: Final = ("id", "number17", "name", "key", "surname", "number", "born", "address", "phone")
LEAST: Final = 0.05
"""A candidate less likely than this is not worth a person's time."""
MOST: Final = 5
"""Candidates of one row at most."""
SAMPLE: Final = 1000
"""Rows and members laid together by chance, to count u: a million pairs."""
_HALF: Final = 0.5  # of a pair is added to each count, so that what was not seen is not impossible


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a comparison: its condition on columns `_l` and `_r`, and how people read it."""

    condition: str
    label: str
    common: bool = False  # weighed by how many bear the name


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison; stated: m and u of each level where they cannot be counted."""

    column: str
    levels: tuple[Level, ...]
    other: str
    stated: tuple[tuple[float, float], ...] = ()


_TWO_PARTS: Final = " OR ".join(
    f"(substr(born_l, {a}) = substr(born_r, {a}) AND substr(born_l, {b}) = substr(born_r, {b}))"
    for a, b in (("1, 4", "5, 2"), ("1, 4", "7, 2"), ("5, 2", "7, 2"))
)
COMPARED: Final = (
    Compared(
        "key",
        (
            Level("name_l = name_r", "姓名相同", common=True),
            Level("key_l = key_r", "姓名只是写法不同", common=True),
            Level(
                "length(key_l) > 2 AND length(key_r) > 2 AND levenshtein(key_l, key_r) = 1",
                "姓名差一个字",
            ),
        ),
        "姓名不同",
    ),
    Compared(
        "number",
        (
            Level("damerau_levenshtein(number_l, number_r) <= 1", "号码差一位"),
            Level("damerau_levenshtein(number_l, number_r) = 2", "号码差两位"),
        ),
        "号码不同",
        # mistyped numbers have one wrong digit, nearly always; neighbours in a register differ in
        # two. u: one of a hundred divisions, of 25,000 birthdays and of a thousand sequences.
        stated=((0.9, 1e-8), (0.05, 1e-7), (0.05, 1.0)),
    ),
    Compared(
        "born",
        (Level("born_l = born_r", "出生日期相同"), Level(_TWO_PARTS, "出生日期差一处")),
        "出生日期不同",
    ),
    Compared(
        "address",
        (
            Level("address_l = address_r", "住址相同"),
            Level("jaro_winkler_similarity(address_l, address_r) >= 0.9", "住址相近"),
        ),
        "住址不同",
    ),
    Compared("phone", (Level("phone_l = phone_r", "电话相同"),), "电话不同"),
)
_BLOCKS: Final = (
    ("key",),
    ("born", "surname"),
    ("phone",),
    ("address", "surname"),
    ("substr(number, 1, 9)", "surname"),  # of a number with one wrong digit, one half is right
    ("right(number, 9)",),
)


Pairing = Callable[[SettingsCreator, str, str], str]
"""Lay rows and members of two tables side by side, into a table of pairs that DuckDB can read."""


def link(
    connection: DuckDBPyConnection, rows: str, members: str, pairing: Pairing | None = None
) -> None:
    """
    Make the table `linked`: `row_id`, `member_id`, `weight` (bits), `probability`, `reasons`.

    rows, members: names of tables with `COLUMNS`. Rows whose `number17` is known teach the model;
    the others are linked. A row is about one member or none, so its probabilities sum to one at
    most. Members of all kinds compete; who may be shown is for the caller to say.

    pairing: what lays pairs side by side, DuckDB itself where nothing is said
    """
    model = [(one, _weights(connection, rows, members, one)) for one in COMPARED]
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE unnumbered AS SELECT * FROM {rows} WHERE number17 IS NULL"
    )
    settings = SettingsCreator(
        link_type="link_only",
        unique_id_column_name="id",
        comparisons=[_comparison(one, weights) for one, weights in model],
        blocking_rules_to_generate_predictions=[rules.block_on(*block) for block in _BLOCKS],
        probability_two_random_records_match=_prior(connection, rows, members),
        retain_matching_columns=True,
        retain_intermediate_calculation_columns=True,
    )
    pairs = (pairing or partial(_on_duckdb, connection))(settings, "unnumbered", members)
    connection.execute(_LINKED.format(predicted=pairs, reasons=_reasons(COMPARED)))


def _on_duckdb(
    connection: DuckDBPyConnection, settings: SettingsCreator, rows: str, members: str
) -> str:
    return str(paired(DuckDBAPI(connection), settings, rows, members).physical_name)


def paired(api: Any, settings: SettingsCreator, rows: Any, members: Any) -> Any:
    """Lay rows and members of an engine of Splink's side by side, into a table of its own."""
    linker = Linker(
        [
            api.register(table, dataset_display_name=display)
            for table, display in ((rows, "a_rows"), (members, "b_members"))
        ],
        settings,
        log_level=None,
    )
    return linker.inference.predict(warning_mode="never")


_LINKED = """
    CREATE OR REPLACE TEMP TABLE linked AS
    SELECT * EXCLUDE (place) FROM (
        SELECT *, row_number() OVER (PARTITION BY row_id ORDER BY weight DESC, member_id) AS place
        FROM (
            SELECT id_l AS row_id, id_r AS member_id, match_weight AS weight,
                   pow(2, match_weight)
                   / (1 + sum(pow(2, match_weight)) OVER (PARTITION BY id_l)) AS probability,
                   {reasons} AS reasons
            FROM {predicted}
        )
    )
    WHERE probability >= %s AND place <= %s
""" % (LEAST, MOST)  # noqa: UP031 - the braces are filled in later


def _prior(connection: DuckDBPyConnection, rows: str, members: str) -> float:
    """Count which share of the source's rows is about members at all, for a row and a member."""
    attached, numbered, size = connection.execute(
        f"""
        SELECT count(*) FILTER (WHERE number17 IN (SELECT number17 FROM {members})), count(*),
               (SELECT count(*) FROM {members})
        FROM {rows} WHERE number17 IS NOT NULL
        """
    ).fetchall()[0]
    return float((attached + _HALF) / (numbered + 1) / max(size, 1))


def _weights(
    connection: DuckDBPyConnection, rows: str, members: str, compared: Compared
) -> tuple[tuple[float, float], ...]:
    """Count m and u of each level, the last being all other pairs."""
    if compared.stated:
        return compared.stated
    one = f"{rows} l JOIN {members} r ON l.number17 = r.number17"
    two = (
        f"{_some(rows)} l JOIN {_some(members)} r"
        " ON l.number17 IS DISTINCT FROM r.number17 AND l.id IS NOT NULL"
    )
    same = _shares(connection, compared, one)
    other = _shares(connection, compared, two)
    return tuple(zip(same, other, strict=True))


def _some(table: str) -> str:
    return f"(SELECT * FROM {table} ORDER BY hash(id), id LIMIT {SAMPLE})"


def _shares(connection: DuckDBPyConnection, compared: Compared, pairs: str) -> list[float]:
    columns = ", ".join(f"l.{c} AS {c}_l, r.{c} AS {c}_r" for c in COLUMNS)
    cases = " ".join(f"WHEN {each.condition} THEN {n}" for n, each in enumerate(compared.levels))
    last = len(compared.levels)
    found = connection.execute(
        f"""
        SELECT CASE {cases} ELSE {last} END, count(*) FROM (SELECT {columns} FROM {pairs})
        WHERE {compared.column}_l IS NOT NULL AND {compared.column}_r IS NOT NULL GROUP BY 1
        """
    ).fetchall()
    counts = [dict(found).get(n, 0) + _HALF for n in range(last + 1)]
    return [count / sum(counts) for count in counts]


def _comparison(compared: Compared, weights: Sequence[tuple[float, float]]) -> CustomComparison:
    made: list[Any] = [levels.NullLevel(compared.column)]
    each = [*((one, one.condition) for one in compared.levels), (None, "")]
    for (level, condition), (same, other) in zip(each, weights, strict=True):
        kind = levels.CustomLevel(condition) if level else levels.ElseLevel()
        options: dict[str, Any] = {"tf_adjustment_column": "key"} if level and level.common else {}
        made.append(kind.configure(m_probability=same, u_probability=other, **options))
    return CustomComparison(made, output_column_name=compared.column)


def _reasons(all_compared: Sequence[Compared]) -> str:
    """Write what tells a person why: each comparison that could be made, with its weight."""
    parts = []
    for one in all_compared:
        labels = [*(level.label for level in one.levels), one.other]
        most = len(labels) - 1
        cases = " ".join(f"WHEN {most - n} THEN '{label}'" for n, label in enumerate(labels))
        weight = f"mw_{one.column}"
        if any(level.common for level in one.levels):
            weight += f" + coalesce(mw_tf_adj_{one.column}, 0)"
        parts.append(
            f"CASE gamma_{one.column} {cases} END || printf('(%+.1f)', CAST({weight} AS DOUBLE))"
        )
    return f"concat_ws(';', {', '.join(parts)})"
