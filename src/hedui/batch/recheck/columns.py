"""
A registry of households as the columns of the rules (装列), once as declared and once as found.

What a registry does not say is what a case says that leaves it out: the facts that no table gives
are those of such a case.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
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

_MEMBERS = """
    SELECT m, plain.row, enum_code(CAST(relation AS relation)) AS relation,
           number // 1000 % 100000000 AS born, coalesce(number % 2, 2) AS sex, found, declared,
           year(as_of) * 10000 + month(as_of) * 100 + day(as_of) AS today
    FROM people JOIN plain USING (h) JOIN silence USING (m) ORDER BY m
"""


@dataclass(frozen=True, slots=True)
class Roll:
    """
    Some households with all that is the same on either basis (名册).

    members: their numbers, in order; today: the day of each, as 20240801
    silent: basis → of each member the classes of which nothing is known, as bits of `CLASSES`
    """

    members: Array
    today: Array
    keys: Array
    tables: Mapping[Level, Table]
    silent: Mapping[str, Array]

    @property
    def among(self) -> str:
        """Write the condition that a line is between their first member's and their last's."""
        return f"m BETWEEN {self.members[0]} AND {self.members[-1]}"


def roll(connection: DuckDBPyConnection, told: Collection[str]) -> Roll:
    """Read the households in `plain`, numbered from nought by `row`, in the order of `m`.

    told: the tables of expenses and obligors that the registry brought
    """
    keys = _numbers(connection, "SELECT key FROM plain ORDER BY row")["key"]
    rows = _numbers(connection, _MEMBERS)
    owner, members, today = (_plain(rows[one]) for one in ("row", "m", "today"))
    size = np.bincount(owner, minlength=len(keys)).astype(np.int64)
    age = Column((today - _plain(rows["born"])) // 10_000, _known(rows["born"]))
    person = {
        "relation": _codes(rows["relation"], RELATIONS),
        "age": age,
        "sex": _codes(rows["sex"], _SEXES),
    }
    household = {
        "members": Column(size),
        **{f"{name}_told": Truth.YES if name in told else Truth.UNKNOWN for name in TABLES},
    }
    tables = {
        Level.HOUSEHOLD: _table(Level.HOUSEHOLD, owner[:0], household),
        Level.MEMBER: _table(Level.MEMBER, owner, person),
    }
    silent = {one: rows[one] for one in ("declared", "found")}
    of = Roll(members, today, _plain(keys), tables, silent)
    told_lines = {
        Level.EXPENSE: _expenses(connection, of),
        Level.OBLIGOR: _obligors(connection, of),
    }
    return replace(of, tables=tables | told_lines)


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
    lines = _placed(
        connection,
        f"""
        SELECT m, enum_code(class) AS class, enum_code(kind) AS kind, amount, tax, months,
               coalesce(first - DATE '1970-01-01', 0) AS first
        FROM ({_INCOMES[basis]}) WHERE {of.among}
        """,
        of,
        "first",
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
    lines = _placed(
        connection,
        f"""
        SELECT m, enum_code(class) AS class, enum_code(kind) AS kind, value, price,
               year(bought) * 10000 + month(bought) * 100 + day(bought) AS bought
        FROM ({_ASSETS[basis]}) WHERE {of.among}
        """,
        of,
    )
    lines["owned"] = _months_between(lines.pop("bought"), of.today[lines["place"]])
    found = _with_silent(lines, of.silent[basis], "assets", {"kind": OPEN})
    facts = {
        "asset_class": _codes(found["class"], VOCABULARIES["asset_class"]),
        "asset_kind": _codes(found["kind"], VOCABULARIES["asset_kind"]),
        "asset_value": _column(found["value"]),
        "purchase_price": _column(found["price"]),
        "months_owned": _column(found["owned"]),
    }
    return _table(Level.ASSET, _plain(found["place"]), facts)


def _months_between(bought: Array, today: Array) -> Array:
    """Count the whole months between two days, written as 20240801; none before the first."""
    then = np.ma.filled(bought, 0)
    months = (today // 10_000 - then // 10_000) * 12 + today // 100 % 100 - then // 100 % 100
    whole = np.maximum(0, months - (today % 100 < then % 100))
    return np.ma.array(whole, mask=np.ma.getmaskarray(bought))


def _expenses(connection: DuckDBPyConnection, of: Roll) -> Table:
    found = _placed(
        connection,
        f"""
        SELECT m, enum_code(CAST(kind AS expense_kind)) AS kind, amount
        FROM spent WHERE {of.among}
        """,
        of,
    )
    facts = {
        "expense_kind": _codes(found["kind"], VOCABULARIES["expense_kind"]),
        "amount_paid": _column(found["amount"]),
    }
    return _table(Level.EXPENSE, _plain(found["place"]), facts)


def _obligors(connection: DuckDBPyConnection, of: Roll) -> Table:
    found = _placed(
        connection,
        f"""
        SELECT m, enum_code(CAST(relation AS relation)) AS relation,
               enum_code(CAST(exempt AS exemption)) AS exempt, household_size AS obligor_size,
               household_income_fen AS obligor_income, children_of_supported AS siblings,
               supported, agreed_amount_fen AS agreed_amount
        FROM owing WHERE {of.among}
        """,
        of,
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


def _placed(
    connection: DuckDBPyConnection, query: str, of: Roll, then: str = ""
) -> dict[str, Array]:
    """
    Read the lines of a roll's members in their order: `m` becomes `place`, its position there.

    then: the column that gives the order of one member's lines
    """
    lines = _numbers(connection, query)
    m = _plain(lines.pop("m"))
    place: Array = np.searchsorted(of.members, m)
    kept: Array = np.flatnonzero(of.members[np.minimum(place, len(of.members) - 1)] == m)
    # the tables are sorted, so mostly there is nothing to put in order
    rank = (place[kept] << 32) + (_plain(lines[then])[kept] if then else 0)
    if np.any(rank[1:] < rank[:-1]):
        kept = kept[np.argsort(rank, kind="stable")]
    if len(kept) < len(m) or np.any(kept[1:] < kept[:-1]):
        lines = {name: column[kept] for name, column in lines.items()}
        place = place[kept]
    return {"place": place, **lines}


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
