"""
A registry of households as the columns of the rules (装列), once as declared and once as found.

What a registry does not say is what a case says that leaves it out: the facts that no table gives
are those of such a case.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np
from duckdb import DuckDBPyConnection

from hedui.batch.recheck.kinds import CLASSES, OPEN, VOCABULARIES
from hedui.batch.told import TABLES
from hedui.policy.case import read_case
from hedui.policy.column import Codes, Column
from hedui.policy.columns import Registry, Table
from hedui.policy.facts import FACTS, lay_out
from hedui.policy.kinds import RELATIONS
from hedui.policy.rule import Level
from hedui.policy.truth import Truth

Array = Any
_SEXES = ("female", "male", OPEN)
_INCOMES = {
    "declared": """
        SELECT m, class, kind, value AS amount, 0::BIGINT AS tax, 12 AS months, NULL::DATE AS first
        FROM stated JOIN (
            SELECT word, class::income_class AS class, TRY_CAST(kind AS income_kind) AS kind
            FROM meanings WHERE side = 'incomes'
        ) USING (word)
    """,
    "found": "SELECT m, class, kind, amount, tax, months, first FROM found_incomes",
}
_ASSETS = {
    "declared": """
        SELECT m, class, kind, value, NULL::BIGINT AS price, NULL::DATE AS bought
        FROM stated JOIN (
            SELECT word, class::asset_class AS class,
                   TRY_CAST(coalesce(kind, '') AS asset_kind) AS kind
            FROM meanings WHERE side = 'assets'
        ) USING (word)
    """,
    "found": "SELECT m, class, kind, value, price, bought FROM found_assets",
}

_NUMBERED = """
    CREATE OR REPLACE TEMP TABLE numbered AS
    SELECT row_number() OVER () - 1 AS place, * FROM (
        SELECT m, plain.row, as_of, enum_code(CAST(relation AS relation)) AS relation,
               number // 1000 % 100000000 AS born, coalesce(number % 2, 2) AS sex,
               found, declared
        FROM people JOIN plain USING (h) JOIN silence USING (m) ORDER BY plain.row, m
    )
"""


@dataclass(frozen=True, slots=True)
class Roll:
    """
    Some households with all that is the same on either basis (名册).

    among: the condition that a line is between their first member's and their last's
    silent: basis → of each member the classes of which nothing is known, as bits of `CLASSES`
    """

    among: str
    keys: Array
    tables: Mapping[Level, Table]
    silent: Mapping[str, Array]


def roll(connection: DuckDBPyConnection, told: Collection[str]) -> Roll:
    """Read the households in `plain`, numbered from nought by `row`; makes `numbered`.

    told: the tables of expenses and obligors that the registry brought
    """
    keys = _numbers(connection, "SELECT key FROM plain ORDER BY row")["key"]
    connection.execute(_NUMBERED)
    rows = _numbers(
        connection,
        """
        SELECT row, relation, born, sex, found, declared,
               year(as_of) * 10000 + month(as_of) * 100 + day(as_of) AS today
        FROM numbered ORDER BY place
        """,
    )
    owner = _plain(rows["row"])
    members = np.bincount(owner, minlength=len(keys)).astype(np.int64)
    age = Column((_plain(rows["today"]) - _plain(rows["born"])) // 10_000, _known(rows["born"]))
    person = {
        "relation": _codes(rows["relation"], RELATIONS),
        "age": age,
        "sex": _codes(rows["sex"], _SEXES),
    }
    household = {
        "members": Column(members),
        **{f"{name}_told": Truth.YES if name in told else Truth.UNKNOWN for name in TABLES},
    }
    tables = {
        Level.HOUSEHOLD: _table(Level.HOUSEHOLD, owner[:0], household),
        Level.MEMBER: _table(Level.MEMBER, owner, person),
        Level.EXPENSE: _expenses(connection),
        Level.OBLIGOR: _obligors(connection),
    }
    ((first, last),) = connection.execute("SELECT min(m), max(m) FROM numbered").fetchall()
    among = f"m BETWEEN {first} AND {last}"
    return Roll(among, _plain(keys), tables, {one: rows[one] for one in ("declared", "found")})


def registry(connection: DuckDBPyConnection, basis: str, of: Roll) -> Registry:
    """Read the lines of the households of a roll as columns, on one basis."""
    incomes, months = _incomes(connection, basis, of)
    tables = {
        **of.tables,
        Level.INCOME: incomes,
        Level.MONTH: months,
        Level.ASSET: _assets(connection, basis, of),
    }
    return Registry(len(of.keys), of.keys, tables)


@cache
def _blank() -> Mapping[Level, Mapping[str, Any]]:
    """Lay out a case that says as little as a case can: its facts, level by level."""
    member = {
        "key": "m",
        "incomes": [{"class": "wage", "kind": "salary", "amount": "0"}],
        "assets": [{"class": "vehicle", "kind": "car"}],
    }
    head = {"programme": "any", "division": "000000", "as_of": date(2024, 1, 1)}
    laid = lay_out(read_case(head | {"members": [member]}), {}).household
    said: dict[Level, Mapping[str, Any]] = {
        level: found[0].values for level in Level if (found := laid.all_of(level))
    }
    nothing: dict[str, Any] = {"truth": Truth.NO, "text": "none"}
    for level in (Level.EXPENSE, Level.OBLIGOR):
        said[level] = {one.name: nothing.get(one.unit, 0) for one in FACTS if one.level is level}
    return said


def _incomes(connection: DuckDBPyConnection, basis: str, of: Roll) -> tuple[Table, Table]:
    """
    Lay out the incomes, and the months with wages.

    Months of one member that earned the same need not be put together.
    """
    lines = _numbers(
        connection,
        f"""
        SELECT place, enum_code(class) AS class, enum_code(kind) AS kind, amount, tax, months,
               first::DATE - DATE '1970-01-01' AS first
        FROM ({_INCOMES[basis]}) JOIN numbered USING (m)
        WHERE {of.among} ORDER BY place, first
        """,
    )
    months = _months(lines, of.silent[basis])
    found = _with_silent(lines, of.silent[basis], "incomes", {"kind": OPEN, "months": 12})
    facts = {
        "income_class": _codes(found["class"], VOCABULARIES["income_class"]),
        "income_kind": _codes(found["kind"], VOCABULARIES["income_kind"]),
        "amount_received": _column(found["amount"]),
        "tax": _column(found["tax"]),
        "months_of_line": _column(found["months"]),
    }
    return _table(Level.INCOME, _plain(found["place"]), facts), months


def _months(lines: Mapping[str, Array], silent: Array) -> Table:
    """Add up the wages of each month; where nothing is known of wages, one month that is not."""
    unknown = (silent >> CLASSES.index("incomes.wage") & 1).astype(bool)
    place = _plain(lines["place"])
    wages = np.flatnonzero((lines["class"] == 0) & ~unknown[place])
    place, first = place[wages], _plain(lines["first"])[wages]
    new = np.ones(len(wages), dtype=bool)
    new[1:] = (place[1:] != place[:-1]) | (first[1:] != first[:-1])
    starts = np.flatnonzero(new)
    earned = (_plain(lines["amount"]) - _plain(lines["tax"]))[wages]
    earned = np.add.reduceat(earned, starts) if len(starts) else earned
    nobody = np.flatnonzero(unknown)
    owner = np.concatenate([place[starts], nobody])
    order = np.argsort(owner, kind="stable")
    known = np.arange(len(owner)) < len(starts)
    count = np.concatenate([_plain(lines["months"])[wages][starts], np.full(len(nobody), 12)])
    amount = np.concatenate([earned, np.zeros(len(nobody), dtype=np.int64)])
    facts = {
        "labour_income": Column(amount[order], None if known.all() else known[order]),
        "months": Column(count[order]),
    }
    return Table(owner[order], facts)


def _assets(connection: DuckDBPyConnection, basis: str, of: Roll) -> Table:
    lines = _numbers(
        connection,
        f"""
        SELECT place, enum_code(class) AS class, enum_code(kind) AS kind, value, price,
               CASE WHEN bought IS NOT NULL THEN greatest(0,
                   (year(as_of) - year(bought)) * 12 + month(as_of) - month(bought)
                   - (day(as_of) < day(bought))::INTEGER) END AS owned
        FROM ({_ASSETS[basis]}) JOIN numbered USING (m)
        WHERE {of.among} ORDER BY place
        """,
    )
    found = _with_silent(lines, of.silent[basis], "assets", {"kind": OPEN})
    facts = {
        "asset_class": _codes(found["class"], VOCABULARIES["asset_class"]),
        "asset_kind": _codes(found["kind"], VOCABULARIES["asset_kind"]),
        "asset_value": _column(found["value"]),
        "purchase_price": _column(found["price"]),
        "months_owned": _column(found["owned"]),
    }
    return _table(Level.ASSET, _plain(found["place"]), facts)


def _expenses(connection: DuckDBPyConnection) -> Table:
    found = _numbers(
        connection,
        """
        SELECT place, enum_code(CAST(kind AS expense_kind)) AS kind, amount
        FROM spent JOIN numbered USING (m) ORDER BY place
        """,
    )
    facts = {
        "expense_kind": _codes(found["kind"], VOCABULARIES["expense_kind"]),
        "amount_paid": _column(found["amount"]),
    }
    return _table(Level.EXPENSE, _plain(found["place"]), facts)


def _obligors(connection: DuckDBPyConnection) -> Table:
    found = _numbers(
        connection,
        """
        SELECT place, enum_code(CAST(o.relation AS relation)) AS relation,
               enum_code(CAST(exempt AS exemption)) AS exempt, household_size AS obligor_size,
               household_income_fen AS obligor_income, children_of_supported AS siblings,
               supported, agreed_amount_fen AS agreed_amount
        FROM owing o JOIN numbered USING (m) ORDER BY place
        """,
    )
    numbers = ("obligor_size", "obligor_income", "siblings", "supported", "agreed_amount")
    facts = {
        "obligor_relation": _codes(found["relation"], RELATIONS),
        "obligor_exempt": _codes(found["exempt"], VOCABULARIES["exemption"]),
        **{name: _column(found[name]) for name in numbers},
    }
    return _table(Level.OBLIGOR, _plain(found["place"]), facts)


def _with_silent(
    lines: Mapping[str, Array], silent: Array, side: str, says: Mapping[str, Any]
) -> Mapping[str, Array]:
    """Add for each member and class of which nothing is known a line that says nothing.

    says: the columns of such a line that are known, its kind by name
    """
    classes = [one for one in CLASSES if one.startswith(f"{side}.")]
    of = [np.flatnonzero(silent >> CLASSES.index(one) & 1) for one in classes]
    many = sum(map(len, of))
    kinds = VOCABULARIES[f"{side[:-1]}_kind"]
    added = {
        "place": np.concatenate(of),
        "class": np.repeat(np.arange(len(classes), dtype=np.int8), [len(one) for one in of]),
        **{n: kinds.index(v) if n == "kind" else v for n, v in says.items()},
    }
    order = np.argsort(np.concatenate([lines["place"], added["place"]]), kind="stable")
    found = {}
    for name, column in lines.items():
        known = name in added or name == "tax"
        says_that = np.broadcast_to(np.asarray(added.get(name, 0), dtype=column.dtype), many)
        data = np.concatenate([np.ma.getdata(column), says_that])[order]
        open_ones = np.concatenate([np.ma.getmaskarray(column), np.full(many, not known)])[order]
        found[name] = np.ma.array(data, mask=open_ones)
    return found


def _table(level: Level, owner: Array, facts: Mapping[str, Any]) -> Table:
    blank = _blank()[level]
    assert facts.keys() <= blank.keys()
    return Table(owner, {**blank, **facts})


def _numbers(connection: DuckDBPyConnection, query: str) -> dict[str, Array]:
    return connection.execute(query).fetchnumpy()


def _codes(values: Array, names: tuple[str, ...]) -> Codes:
    return Codes(np.ma.filled(values, 0), names)


def _plain(values: Array) -> Array:
    return np.ma.filled(values, 0).astype(np.int64, copy=False)


def _known(values: Array) -> Array | None:
    missing = np.ma.getmaskarray(values)
    return ~missing if missing.any() else None


def _column(values: Array) -> Column:
    return Column(_plain(values), _known(values))
