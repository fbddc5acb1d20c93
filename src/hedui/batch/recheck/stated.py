"""
What members declared, as lines for the rules (申报).

Tables: `stated`, the lines, and `meanings` of their words; `claims`, of each member, which classes
have a line that claims something, and those of which a line cannot be read, of which nothing is
known then; `unclear`, households with a class that there is not.
"""

from duckdb import DuckDBPyConnection

from hedui.batch.delivery import text
from hedui.batch.recheck.kinds import CLASSES, bit
from hedui.policy.kinds import ASSET_KINDS, COUNTED, INCOME_KINDS, RELATIONS
from hedui.values.money import MAX_FEN

_MOST_THINGS = 99


def bring_stated(connection: DuckDBPyConnection) -> None:
    """
    Make the tables of what was declared; needs `people`, `declared` and `words`.

    An income is one of the year before, without months; a thing is one line, whose value is taken
    only where it stands alone. A line without a kind where the rules need one is not read.
    """
    bits = " ".join(f"WHEN {text(one)} THEN {bit(one)}" for one in CLASSES)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE meanings AS
        SELECT *, CASE side || '.' || class {bits} ELSE 0 END AS bit FROM (
            SELECT word, class, kind, {_side()} AS side, class IN ({_listed(COUNTED)}) AS thing,
                   coalesce({_is_known()}, false) AS known
            FROM words
        );
        CREATE OR REPLACE TEMP TABLE lines AS
        SELECT m, word, bit, thing, things,
               known AND coalesce(CASE WHEN thing THEN things BETWEEN 0 AND {_MOST_THINGS}
                                       ELSE amount BETWEEN 0 AND {MAX_FEN} END, false) AS good,
               CASE WHEN NOT thing THEN amount
                    WHEN things = 1 AND amount BETWEEN 1 AND {MAX_FEN} THEN amount END AS value
        FROM declared JOIN meanings w USING (word);
        CREATE OR REPLACE TEMP TABLE stated AS
        SELECT m, word, value FROM lines WHERE good AND NOT thing
        UNION ALL
        SELECT m, word, value FROM lines, range(things) WHERE good AND thing;
        CREATE OR REPLACE TEMP TABLE claims AS
        SELECT m, bit_or(bit) FILTER (NOT good OR value IS NULL OR value > 0) AS claimed,
               bit_or(bit) FILTER (NOT good) AS unread
        FROM lines WHERE NOT (good AND thing AND things = 0) GROUP BY m;
        CREATE OR REPLACE TEMP TABLE unclear AS
        SELECT DISTINCT h FROM lines JOIN meanings USING (word) JOIN people USING (m)
        WHERE side = '';
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


def _is_known() -> str:
    """Write whether there is such a kind; what is not counted by piece may come without one."""
    cases = [
        f"WHEN {text(class_)} THEN kind IN ({_listed(kinds)})"
        for class_, kinds in INCOME_KINDS.items()
    ]
    for class_, kinds in ASSET_KINDS.items():
        known = f"kind IN ({_listed(kinds or (class_,))})"
        whole = known if class_ in COUNTED else f"(kind IS NULL OR {known})"
        cases.append(f"WHEN {text(class_)} THEN {whole}")
    return f"CASE class {' '.join(cases)} END"


def _listed(names: object) -> str:
    assert hasattr(names, "__iter__")
    return ", ".join(text(str(name)) for name in sorted(names))
