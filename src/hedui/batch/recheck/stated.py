"""
Who lives in each household and what they declared, numbered for the rules (成员和申报).

Tables: `roll`, a row a member, in the order of their households; `stated`, the lines declared;
`unread`, the classes of which a line cannot be read, of which nothing is known then.
"""

from duckdb import DuckDBPyConnection

from hedui.batch.delivery import text
from hedui.policy.kinds import ASSET_KINDS, COUNTED, INCOME_KINDS, RELATIONS
from hedui.values.money import MAX_FEN

_MOST_THINGS = 99


def bring_roll(connection: DuckDBPyConnection) -> None:
    """Make `roll`; needs `homes` and `people`."""
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE roll AS
        SELECT CAST(row_number() OVER (ORDER BY h, m) - 1 AS INTEGER) AS r, h, m, member_key,
               programme, p.as_of, items, in_force, relation,
               CAST(number // 1000 % 100000000 AS INTEGER) AS born,
               CASE number % 2 WHEN 1 THEN 'male' WHEN 0 THEN 'female' END AS sex
        FROM people p JOIN homes USING (household_id)
        """
    )


def bring_stated(connection: DuckDBPyConnection) -> None:
    """
    Make `stated`, `unread`, and `unclear`: households with a class that there is not.

    An income is one of the year before, without months; a thing is one line, whose value is taken
    only where it stands alone. A line without a kind where the rules need one is not read.
    """
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE lines AS
        SELECT r, h, d.class, d.kind, {_side()} AS side, coalesce({_good()}, false) AS good,
               class IN ({_listed(COUNTED)}) AS thing, things,
               CASE WHEN class IN ({_listed(COUNTED)})
                    THEN CASE WHEN things = 1 AND amount BETWEEN 1 AND {MAX_FEN} THEN amount END
                    ELSE amount END AS value
        FROM declared d JOIN roll USING (m);
        CREATE OR REPLACE TEMP TABLE stated AS
        SELECT r, side, class, kind, value FROM (
            SELECT *, unnest(range(CASE WHEN thing THEN things ELSE 1 END)) FROM lines WHERE good
        ) ORDER BY r, side, class, kind, value;
        CREATE OR REPLACE TEMP TABLE unread AS
        SELECT DISTINCT r, side || '.' || class AS class FROM lines WHERE NOT good AND side <> '';
        CREATE OR REPLACE TEMP TABLE unclear AS SELECT DISTINCT h FROM lines WHERE side = '';
        """
    )


def known_relations() -> str:
    """Write the list of relations that there are, as SQL."""
    return _listed(RELATIONS)


def _side() -> str:
    return (
        f"CASE WHEN class IN ({_listed(INCOME_KINDS)}) THEN 'incomes'"
        f" WHEN class IN ({_listed(ASSET_KINDS)}) THEN 'assets' ELSE '' END"
    )


def _good() -> str:
    cases = []
    for class_, kinds in INCOME_KINDS.items():
        cases.append(f"WHEN {text(class_)} THEN {_amount()} AND kind IN ({_listed(kinds)})")
    for class_, kinds in ASSET_KINDS.items():
        allowed = _listed(kinds or (class_,))
        if class_ in COUNTED:
            held = f"things BETWEEN 0 AND {_MOST_THINGS} AND kind IN ({allowed})"
        else:
            held = f"{_amount()} AND (kind IS NULL OR kind IN ({allowed}))"
        cases.append(f"WHEN {text(class_)} THEN {held}")
    return f"CASE class {' '.join(cases)} END"


def _amount() -> str:
    return f"amount BETWEEN 0 AND {MAX_FEN}"


def _listed(names: object) -> str:
    assert hasattr(names, "__iter__")
    return ", ".join(text(str(name)) for name in sorted(names))
