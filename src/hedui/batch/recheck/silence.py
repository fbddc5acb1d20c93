"""
Of which classes nothing is known of a member (不明的类别), and who was asked at all.

Most of it follows from the programme, the list that was signed and whether it is in force, of which
there are few combinations; the rest from what each source said, see `lines`.
"""

from collections.abc import Container, Iterable, Iterator, Mapping

from duckdb import DuckDBPyConnection

from hedui.batch.asked import everywhere
from hedui.batch.recheck.kept import Group
from hedui.batch.recheck.kinds import bits
from hedui.batch.recheck.lines import classes_of, expected
from hedui.comparison import unasked_classes


def bring(connection: DuckDBPyConnection, delivered: Container[str]) -> None:
    """
    Make `silence`: of each member the classes of which nothing is known, as bits, on either basis.

    As found: what nobody is asked about, what a source leaves open, and what a member declares and
    no source shows (未核到不等于没有). As declared: what cannot be read.

    delivered: the sources that brought a file
    Needs `people`, `groups`, `heard`, `unsure`, `claims`.
    """
    rows = connection.execute("SELECT g, programme, list, in_force FROM groups").fetchall()
    said = asked(connection, [(programme, one, in_force) for _, programme, one, in_force in rows])
    closed = [
        (g, _closed(group, answers, delivered))
        for (g, *_), (group, answers) in zip(rows, said, strict=True)
    ]
    connection.execute("CREATE OR REPLACE TEMP TABLE closed (g BIGINT, mask INTEGER)")
    if closed:
        connection.executemany("INSERT INTO closed VALUES (?, ?)", closed)
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE silence AS
        SELECT m, c.mask | coalesce(s.silent, 0)
                   | (coalesce(t.claimed, 0) & ~coalesce(s.counts, 0)) AS found,
               coalesce(t.unread, 0) AS declared
        FROM people JOIN closed c USING (g)
        LEFT JOIN (
            SELECT m, bit_or(counts) AS counts, bit_or(silent) AS silent
            FROM (SELECT m, counts, silent FROM heard UNION ALL SELECT m, 0, silent FROM unsure)
            GROUP BY m
        ) s USING (m)
        LEFT JOIN claims t USING (m)
        """
    )


def asked(
    connection: DuckDBPyConnection, groups: Iterable[Group]
) -> Iterator[tuple[Group, Mapping[str, bool]]]:
    """Say of each group which of the expected sources are asked about its members."""
    signed: dict[int, set[str]] = {}
    for number, item in connection.execute("SELECT list, item FROM grants").fetchall():
        signed.setdefault(number, set()).add(item.partition(".")[0])
    for programme, number, in_force in groups:
        answers = {n: in_force and n in signed.get(number, ()) for n in expected(programme)}
        yield (programme, number, in_force), answers


def _closed(group: Group, answers: Mapping[str, bool], delivered: Container[str]) -> int:
    silent = bits(unasked_classes(expected(group[0])))
    for name, is_asked in answers.items():
        if not is_asked or name not in delivered:
            silent |= classes_of(everywhere()[name])
    return silent
