"""
What the rules say of every household (逐户试算), on what was declared and on what was found.

Nearly all are computed in columns; those that no column can hold, one at a time. See
`docs/how-to/recheck-a-registry.md` for what the result means.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from duckdb import DuckDBPyConnection

from hedui.batch.delivery import text
from hedui.batch.recheck import comparing, lines, silence, spending, stated
from hedui.batch.recheck.alone import computed_alone
from hedui.batch.recheck.columns import registry, roll
from hedui.batch.recheck.kept import Kept
from hedui.batch.recheck.kinds import VOCABULARIES
from hedui.batch.recheck.outcome import Categories, Outcome, changed
from hedui.batch.recheck.placing import Group, Place, groups, placed
from hedui.batch.recheck.writing import TESTS
from hedui.policy.column import MAX_COLUMN_FEN, spread, spread_truth
from hedui.policy.columns import CHUNK, evaluate
from hedui.policy.parameters import ParameterFiles

_TESTED = {word: code for code, word in enumerate(VOCABULARIES["test_name"], start=1)}
_AT_ONCE = 2 * CHUNK
"""Households whose columns lie in memory together: a chunk for each of two threads."""
_PAIR = "declared_categories, declared_possible, categories, possible"
COLUMNS = {
    "h": "INTEGER", "note": "VARCHAR", "declared_categories": "VARCHAR[]",
    "declared_possible": "VARCHAR[]", "declared_per_capita": "BIGINT", "categories": "VARCHAR[]",
    "possible": "VARCHAR[]", "per_capita": "BIGINT", "changed": "BOOLEAN",
    **dict.fromkeys(TESTS, "TINYINT"),
}  # fmt: skip
"""What an outcome says, its pair written out: column → a type that all engines have."""


def compute(
    connection: DuckDBPyConnection,
    *,
    kept: Kept,
    files: ParameterFiles,
    alone: bool = False,
    tell: Callable[[float], None] = lambda _: None,
) -> None:
    """
    Make the table `outcomes`: every household in `homes` once.

    kept: canonical files; needs `people`, `declared`, `facts`, `grants`, `periods`
    alone: compute every household one at a time
    tell: told the part that is done, from nought to one
    """
    forget(connection, comparing.PASSING)
    stated.bring_stated(connection)
    spending.bring(connection, kept.told)
    silence.bring(connection, kept.sources)
    bring_outcomes(connection)
    connection.execute("CREATE OR REPLACE TEMP TABLE odd (h INTEGER)")
    forget(connection, lines.PASSING)
    places = _bring_places(connection)
    found = groups(places, files)
    _note_those_without(connection, found, places)
    _bring_odd(connection, found, alone)
    lines.sort(connection)
    standing, done = connection.execute("SELECT count(*) FROM standing").fetchall()[0][0], 0
    for group in found:
        for size in _compute_group(connection, group, kept.told):
            done += size
            tell(done / standing)
    for one in computed_alone(connection, kept, files):
        _insert(connection, one)


def forget(connection: DuckDBPyConnection, tables: Sequence[str]) -> None:
    """Give back the memory of tables that nobody reads any more."""
    connection.execute(" ".join(f"DROP TABLE IF EXISTS {name};" for name in tables))


def bring_homes(connection: DuckDBPyConnection, households: Path, *, touched: bool = False) -> None:
    """
    Make `homes`, the households by their numbers; on demand only those that are `touched`.

    households: the canonical file of all
    """
    only = "SEMI JOIN touched USING (household_id)" if touched else ""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE homes AS FROM read_parquet({text(str(households))}) {only}"
    )


def bring_outcomes(connection: DuckDBPyConnection) -> None:
    """
    Make `outcomes`, a row a household, and `pairs`: the categories as declared and as found.

    A test is 1 `fail`, 2 `unknown`, 3 `pass`, or NULL or 0 where the programme has none.
    """
    tests = ", ".join(f"{name} TINYINT" for name in TESTS)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE outcomes (
            h INTEGER, note VARCHAR, pair INTEGER, declared_per_capita BIGINT, per_capita BIGINT,
            {tests});
        CREATE OR REPLACE TEMP TABLE pairs (
            pair INTEGER, declared_categories programme_name[], declared_possible programme_name[],
            categories programme_name[], possible programme_name[], changed BOOLEAN)
        """
    )


def take_outcomes(connection: DuckDBPyConnection, rows: str) -> None:
    """Add to `outcomes` and `pairs` rows of `COLUMNS`, as another engine gives them."""
    connection.execute(
        f"""
        INSERT INTO pairs
        SELECT row_number() OVER () + (SELECT count(*) FROM pairs) - 1, {_PAIR}, any_value(changed)
        FROM {rows} WHERE note IS NULL GROUP BY {_PAIR};
        INSERT INTO outcomes
        SELECT h, note, pair, declared_per_capita, per_capita, {", ".join(TESTS)}
        FROM {rows} LEFT JOIN pairs USING ({_PAIR})
        """
    )


def _bring_places(connection: DuckDBPyConnection) -> list[Place]:
    """Make `standing`: the place of each household that can be computed."""
    connection.execute(
        f"""
        INSERT INTO outcomes (h, note)
        SELECT h, CASE WHEN related IS NULL THEN 'no_members'
                       WHEN h IN (SELECT h FROM unclear) THEN 'unknown_class'
                       ELSE 'unknown_relation' END
        FROM homes LEFT JOIN (
            SELECT h, bool_and(coalesce(relation IN ({stated.known_relations()}), false)) AS related
            FROM people GROUP BY h
        ) USING (h)
        WHERE related IS NULL OR NOT related OR h IN (SELECT h FROM unclear);
        CREATE OR REPLACE TEMP TABLE places AS
        SELECT row_number() OVER (ORDER BY programme, division, as_of) - 1 AS key, *
        FROM (SELECT DISTINCT programme, division, as_of FROM homes ANTI JOIN outcomes USING (h));
        CREATE OR REPLACE TEMP TABLE standing AS
        SELECT h, key FROM homes ANTI JOIN outcomes USING (h) JOIN places p
          ON p.programme IS NOT DISTINCT FROM homes.programme
         AND p.division IS NOT DISTINCT FROM homes.division AND p.as_of = homes.as_of
        """
    )
    rows = connection.execute(
        "SELECT key, programme, division, as_of FROM places ORDER BY key"
    ).fetchall()
    return [Place(programme, division, as_of) for _, programme, division, as_of in rows]


def _note_those_without(
    connection: DuckDBPyConnection, found: Sequence[Group], places: Sequence[Place]
) -> None:
    without = sorted(set(range(len(places))).difference(*(group.keys for group in found)))
    connection.execute(
        "INSERT INTO outcomes (h, note) SELECT h, 'no_rules' FROM standing"
        " WHERE list_contains(?::BIGINT[], key)",
        [without],
    )


def _bring_odd(connection: DuckDBPyConnection, found: Sequence[Group], alone: bool) -> None:
    """Make `odd`: the households that no column can hold."""
    other = [key for group in found if not group.plain or alone for key in group.keys]
    connection.execute(
        f"""
        INSERT INTO odd
        SELECT h FROM (
            SELECT h FROM people JOIN spoke USING (m) WHERE outcome = 'FOUND' AND NOT whole
            UNION
            SELECT h FROM people SEMI JOIN (
                SELECT m FROM found_incomes WHERE class = 'wage'
                GROUP BY m HAVING min(months) <> max(months)
            ) USING (m)
            UNION
            SELECT h FROM people JOIN (
                SELECT m, value AS fen FROM stated WHERE value IS NOT NULL
                UNION ALL SELECT m, greatest(amount, tax) FROM found_incomes
                UNION ALL SELECT m, greatest(value, price) FROM found_assets
                UNION ALL SELECT m, amount FROM spent
                UNION ALL SELECT m, greatest(household_income_fen, agreed_amount_fen) FROM owing
            ) USING (m) GROUP BY h HAVING sum(coalesce(fen, 0)) > {MAX_COLUMN_FEN}
            UNION
            SELECT h FROM standing WHERE list_contains(?::BIGINT[], key)
        ) ANTI JOIN outcomes USING (h)
        """,
        [other],
    )


def _compute_group(
    connection: DuckDBPyConnection, group: Group, told_of: Collection[str]
) -> Iterator[int]:
    """Compute the households of a group that columns can hold, into `outcomes`, part by part."""
    connection.execute("CREATE OR REPLACE TEMP TABLE keys (key INTEGER, place INTEGER)")
    connection.execute(
        "INSERT INTO keys SELECT generate_subscripts(?, 1) - 1, unnest(?)", [group.keys, group.keys]
    )
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE grouped AS
        SELECT h, row_number() OVER (ORDER BY h) - 1 AS row, keys.key
        FROM standing s JOIN keys ON keys.place = s.key ANTI JOIN odd USING (h)
        """
    )
    size = connection.execute("SELECT count(*) FROM grouped").fetchall()[0][0]
    for first in range(0, size, _AT_ONCE):
        part = min(_AT_ONCE, size - first)
        _compute_part(connection, group, first, part, told_of)
        yield part


def _compute_part(
    connection: DuckDBPyConnection,
    group: Group,
    first: int,
    size: int,
    told_of: Collection[str],
) -> None:
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE plain AS
        SELECT h, row - {first} AS row, key FROM grouped
        WHERE row >= {first} AND row < {first + size}
        """
    )
    of = roll(connection, told_of)
    declared, found = (
        evaluate(registry(connection, basis, of), group.programmes, _is_wanted)
        for basis in ("declared", "found")
    )
    _put(connection, group.asked, size, declared, found)


def _is_wanted(programme: str, rule: str) -> bool:  # noqa: ARG001 - the same for all
    return rule in ("qualifies", "per_capita_income") or rule.removesuffix("_test") in TESTS


Values = Mapping[str, Mapping[str, Any]]


def _put(
    connection: DuckDBPyConnection, asked: str, size: int, declared: Values, found: Values
) -> None:
    """Write what the rules gave: each combination of answers is placed once."""
    answers = [
        spread_truth(side[name]["qualifies"], size).values
        for side in (declared, found)
        for name in side
    ]
    code = sum(3**place * one.astype(np.int64) for place, one in enumerate(answers))
    _, one_of, which = np.unique(code, return_index=True, return_inverse=True)
    combinations = np.stack(answers)[:, one_of]
    names = list(declared)
    pairs = []
    for column in combinations.T.tolist():
        said = placed(asked, dict(zip(names, column[: len(names)], strict=True)))
        seen = placed(asked, dict(zip(names, column[len(names) :], strict=True)))
        pairs.append((said, seen))
    homes = connection.execute("SELECT h FROM plain ORDER BY row").fetchnumpy()["h"]
    batch = {"h": homes, "pair": _add_pairs(connection, pairs) + which}
    for basis, values, side in (("declared", declared, 0), ("found", found, 1)):
        shown = np.array([names.index(pair[side].shown) for pair in pairs])[which]
        batch |= _shown(basis, values, shown, size)
    connection.execute(
        f"""
        INSERT INTO outcomes
        SELECT h, NULL, pair, CASE WHEN known_declared THEN per_capita_declared END,
               CASE WHEN known_found THEN per_capita_found END, {", ".join(TESTS)}
        FROM batch
        """
    )


def _shown(basis: str, values: Values, shown: Any, size: int) -> dict[str, Any]:
    """Take per head income, and on what was found the tests, of the programme that is shown."""
    amount, known = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=bool)
    tests = {name: np.zeros(size, dtype=np.int8) for name in TESTS}
    for number, found in enumerate(values.values()):
        here = shown == number
        income = spread(found["per_capita_income"], size)
        amount[here] = income.values[here]
        known[here] = True if income.known is None else income.known[here]
        for name, test in tests.items():
            if f"{name}_test" in found:
                test[here] = spread_truth(found[f"{name}_test"], size).values[here] + 1
    here = {f"per_capita_{basis}": amount, f"known_{basis}": known}
    return here | (tests if basis == "found" else {})


def _add_pairs(
    connection: DuckDBPyConnection, pairs: Sequence[tuple[Categories, Categories]]
) -> int:
    """Add pairs, as declared and as found; return the number of the first."""
    first: int = connection.execute("SELECT count(*) FROM pairs").fetchall()[0][0]
    for number, (said, seen) in enumerate(pairs, start=first):
        row = [said.categories, said.possible, seen.categories, seen.possible]
        turned = changed(said, seen)
        connection.execute(
            "INSERT INTO pairs VALUES (?, ?, ?, ?, ?, ?)", [number, *map(list, row), turned]
        )
    return first


def _insert(connection: DuckDBPyConnection, one: Outcome) -> None:
    if one.declared is None or one.found is None:
        connection.execute("INSERT INTO outcomes (h, note) VALUES (?, ?)", [one.h, one.note])
        return
    said, seen = one.declared, one.found
    tests = [_TESTED.get(seen.tests.get(name, "")) for name in TESTS]
    pair = _add_pairs(connection, [(said, seen)])
    values = [one.h, None, pair, said.per_capita, seen.per_capita, *tests]
    connection.execute(f"INSERT INTO outcomes VALUES ({', '.join('?' * len(values))})", values)
