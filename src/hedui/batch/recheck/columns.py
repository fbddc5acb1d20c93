"""
A registry of households as the columns of the rules (装列), once as declared and once as found.

What a registry does not say is what a case says that leaves it out: the facts that no table gives
are those of such a case.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import numpy as np
from duckdb import DuckDBPyConnection

from hedui.batch.delivery import text
from hedui.batch.told import TABLES
from hedui.policy.case import read_case
from hedui.policy.column import Codes, Column
from hedui.policy.columns import Registry, Table
from hedui.policy.facts import FACTS, lay_out
from hedui.policy.kinds import ASSET_KINDS, EXEMPTIONS, EXPENSE_KINDS, INCOME_KINDS, RELATIONS
from hedui.policy.rule import Level
from hedui.policy.truth import UNKNOWN, Truth

Array = Any
_UNKNOWN = str(UNKNOWN.value)
_INCOME_CLASSES = tuple(INCOME_KINDS)
_ASSET_CLASSES = tuple(ASSET_KINDS)
# as a case writes them: a line without a kind has the empty one
_INCOME_KINDS = (*sorted({k for kinds in INCOME_KINDS.values() for k in kinds}), _UNKNOWN)
_ASSET_KINDS = (
    *sorted({k for class_, kinds in ASSET_KINDS.items() for k in kinds or (class_,)}), "", _UNKNOWN,
)  # fmt: skip
_SEXES = ("female", "male", _UNKNOWN)
_EXEMPT = ("none", *EXEMPTIONS)

_INCOMES = {
    "declared": """
        SELECT r, class, kind, value AS amount, 0::BIGINT AS tax, 12 AS months
        FROM stated WHERE side = 'incomes'
    """,
    "found": "SELECT r, class, kind, amount, tax, months FROM found_incomes",
}
_ASSETS = {
    "declared": """
        SELECT r, class, coalesce(kind, '') AS kind, value, NULL::BIGINT AS price,
               NULL::DATE AS bought
        FROM stated WHERE side = 'assets'
    """,
    "found": "SELECT r, class, coalesce(kind, '') AS kind, value, price, bought FROM found_assets",
}
_MONTHS = {
    "declared": """
        SELECT r, sum(value) AS earned, 12 AS months
        FROM stated WHERE side = 'incomes' AND class = 'wage' GROUP BY r
    """,
    "found": """
        SELECT r, sum(amount - tax) AS earned, any_value(months) AS months
        FROM found_incomes WHERE class = 'wage' GROUP BY r, first
    """,
}
_SILENT = {"declared": "unread", "found": "silent"}


def registry(connection: DuckDBPyConnection, basis: str, told: Collection[str]) -> Registry:
    """Read the households in `plain`, numbered from nought by `row`, as columns on one basis.

    told: the tables of expenses and obligors that the registry brought
    """
    blank = _blank()
    keys = _numbers(connection, "SELECT key FROM plain ORDER BY row")["key"]
    rows = _numbers(
        connection,
        f"""
        SELECT p.row, {_code("relation", RELATIONS)} AS relation, born,
               {_code(f"coalesce(sex, '{_UNKNOWN}')", _SEXES)} AS sex,
               year(as_of) * 10000 + month(as_of) * 100 + day(as_of) AS today
        FROM roll JOIN plain p USING (h) ORDER BY r
        """,
    )
    owner = _plain(rows["row"])
    members = np.bincount(owner, minlength=len(keys)).astype(np.int64)
    age = Column((_plain(rows["today"]) - _plain(rows["born"])) // 10_000, _known(rows["born"]))
    person = {
        "relation": Codes(_plain(rows["relation"]), RELATIONS),
        "age": age,
        "sex": Codes(_plain(rows["sex"]), _SEXES),
    }
    tables = {
        Level.HOUSEHOLD: _table(
            owner[:0],
            blank[Level.HOUSEHOLD],
            {
                "members": Column(members),
                **{f"{name}_told": Truth.YES if name in told else Truth.UNKNOWN for name in TABLES},
            },
        ),
        Level.MEMBER: _table(owner, blank[Level.MEMBER], person),
        Level.INCOME: _incomes(connection, basis, blank[Level.INCOME]),
        Level.MONTH: _months(connection, basis),
        Level.ASSET: _assets(connection, basis, blank[Level.ASSET]),
        Level.EXPENSE: _expenses(connection, blank[Level.EXPENSE]),
        Level.OBLIGOR: _obligors(connection, blank[Level.OBLIGOR]),
    }
    return Registry(len(keys), _plain(keys), tables)


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


def _incomes(connection: DuckDBPyConnection, basis: str, blank: Mapping[str, Any]) -> Table:
    found = _numbers(
        connection,
        f"""
        SELECT m.place, {_code("class", _INCOME_CLASSES)} AS class,
               {_code("kind", _INCOME_KINDS)} AS kind, amount, tax, months
        FROM ({_INCOMES[basis]} UNION ALL
              SELECT r, substr(class, 9), '{_UNKNOWN}', NULL, 0, 12
              FROM {_SILENT[basis]} WHERE starts_with(class, 'incomes.')) l
        JOIN numbered m USING (r) ORDER BY m.place
        """,
    )
    return _table(
        _plain(found["place"]),
        blank,
        {
            "income_class": Codes(_plain(found["class"]), _INCOME_CLASSES),
            "income_kind": Codes(_plain(found["kind"]), _INCOME_KINDS),
            "amount_received": _column(found["amount"]),
            "tax": _column(found["tax"]),
            "months_of_line": _column(found["months"]),
        },
    )


def _months(connection: DuckDBPyConnection, basis: str) -> Table:
    """Months with wages; months of one member that earned the same need not be put together."""
    found = _numbers(
        connection,
        f"""
        SELECT m.place, CAST(earned AS BIGINT) AS earned, months
        FROM (SELECT * FROM ({_MONTHS[basis]}) ANTI JOIN
                  (SELECT r FROM {_SILENT[basis]} WHERE class = 'incomes.wage') USING (r)
              UNION ALL SELECT r, NULL, 12 FROM {_SILENT[basis]} WHERE class = 'incomes.wage') l
        JOIN numbered m USING (r) ORDER BY m.place
        """,
    )
    facts = {"labour_income": _column(found["earned"]), "months": _column(found["months"])}
    return Table(_plain(found["place"]), facts)


def _assets(connection: DuckDBPyConnection, basis: str, blank: Mapping[str, Any]) -> Table:
    found = _numbers(
        connection,
        f"""
        SELECT m.place, {_code("class", _ASSET_CLASSES)} AS class,
               {_code("kind", _ASSET_KINDS)} AS kind, value, price,
               CASE WHEN bought IS NOT NULL THEN greatest(0,
                   (year(as_of) - year(bought)) * 12 + month(as_of) - month(bought)
                   - (day(as_of) < day(bought))::INTEGER) END AS owned
        FROM ({_ASSETS[basis]} UNION ALL
              SELECT r, substr(class, 8), '{_UNKNOWN}', NULL, NULL, NULL
              FROM {_SILENT[basis]} WHERE starts_with(class, 'assets.')) l
        JOIN numbered m USING (r) ORDER BY m.place
        """,
    )
    return _table(
        _plain(found["place"]),
        blank,
        {
            "asset_class": Codes(_plain(found["class"]), _ASSET_CLASSES),
            "asset_kind": Codes(_plain(found["kind"]), _ASSET_KINDS),
            "asset_value": _column(found["value"]),
            "purchase_price": _column(found["price"]),
            "months_owned": _column(found["owned"]),
        },
    )


def _expenses(connection: DuckDBPyConnection, blank: Mapping[str, Any]) -> Table:
    found = _numbers(
        connection,
        f"""
        SELECT m.place, {_code("kind", EXPENSE_KINDS)} AS kind, amount
        FROM spent JOIN numbered m USING (r) ORDER BY m.place
        """,
    )
    facts = {
        "expense_kind": Codes(_plain(found["kind"]), EXPENSE_KINDS),
        "amount_paid": _column(found["amount"]),
    }
    return _table(_plain(found["place"]), blank, facts)


def _obligors(connection: DuckDBPyConnection, blank: Mapping[str, Any]) -> Table:
    found = _numbers(
        connection,
        f"""
        SELECT m.place, {_code("relation", RELATIONS)} AS relation,
               {_code("exempt", _EXEMPT)} AS exempt, household_size AS obligor_size,
               household_income_fen AS obligor_income, children_of_supported AS siblings,
               supported, agreed_amount_fen AS agreed_amount
        FROM owing JOIN numbered m USING (r) ORDER BY m.place
        """,
    )
    numbers = ("obligor_size", "obligor_income", "siblings", "supported", "agreed_amount")
    facts = {
        "obligor_relation": Codes(_plain(found["relation"]), RELATIONS),
        "obligor_exempt": Codes(_plain(found["exempt"]), _EXEMPT),
        **{name: _column(found[name]) for name in numbers},
    }
    return _table(_plain(found["place"]), blank, facts)


def _table(owner: Array, blank: Mapping[str, Any], facts: Mapping[str, Any]) -> Table:
    assert facts.keys() <= blank.keys()
    return Table(owner, {**blank, **facts})


def _code(column: str, names: tuple[str, ...]) -> str:
    listed = ", ".join(text(name) for name in names)
    return f"list_position([{listed}], {column}) - 1"


def _numbers(connection: DuckDBPyConnection, query: str) -> dict[str, Array]:
    return connection.execute(query).fetchnumpy()


def _plain(values: Array) -> Array:
    return np.ma.filled(values, 0).astype(np.int64)


def _known(values: Array) -> Array | None:
    missing = np.ma.getmaskarray(values)
    return ~missing if missing.any() else None


def _column(values: Array) -> Column:
    return Column(_plain(values), _known(values))
