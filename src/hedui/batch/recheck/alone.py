"""
Households that no column can hold, computed one at a time (逐户计算), as a report computes one.

A member who signed for a part of a source, months that do not divide, a place that reckons by other
months, an amount beyond 64 bits: few, and `comparison` and `policy` themselves say what they come
to. A test computes whole registries so and holds them equal to the columns.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from hedui import comparison, policy
from hedui.batch.asked import everywhere
from hedui.batch.recheck import by_place, values
from hedui.batch.recheck.comparing import source_code
from hedui.batch.recheck.kept import Kept
from hedui.batch.recheck.kinds import named
from hedui.batch.recheck.lines import expected
from hedui.batch.recheck.outcome import Outcome, Side
from hedui.batch.told import TABLES
from hedui.catalogue import Source
from hedui.policy.facts import ALL
from hedui.policy.kinds import COUNTED
from hedui.policy.parameters import ParameterFiles
from hedui.values.money import yuan_text
from hedui.values.periods import Period

Line = dict[str, Any]


@dataclass(slots=True)
class _Member:
    key: str
    person: dict[str, Any]
    stated: dict[str, list[Line]]
    unread: set[str] = field(default_factory=set)
    answers: dict[str, comparison.SourceAnswer] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)


def computed_alone(
    connection: DuckDBPyConnection, kept: Kept, files: ParameterFiles
) -> Iterator[Outcome]:
    """Compute the households in `odd`, in order; see :mod:`hedui.batch.recheck.households`."""
    members = _members(connection)
    _declared(connection, members)
    _expenses(connection, members)
    _answers(connection, kept.sources, members)
    _left_open(connection, members)
    untold = frozenset(TABLES) - kept.told.keys()
    owing = _obligors(connection)
    homes: dict[int, list[_Member]] = defaultdict(list)
    for (h, _), member in sorted(members.items()):
        homes[h].append(member)
    found = connection.execute(
        "SELECT h, programme, division, as_of FROM homes SEMI JOIN odd USING (h) ORDER BY h"
    )
    for h, programme, division, as_of in found.fetchall():
        head = {"programme": programme, "division": division, "as_of": as_of}
        yield _computed(h, head | {"obligors": owing[h]}, homes[h], untold, files)


def _computed(
    h: int,
    head: dict[str, Any],
    members: list[_Member],
    untold: frozenset[str],
    files: ParameterFiles,
) -> Outcome:
    look_back = Period.year_before(head["as_of"])
    stated = {one.key: one.stated for one in members}
    lines = {one.key: comparison.found_lines(one.answers, look_back) for one in members}
    asked = expected(head["programme"])
    silent = {
        one.key: comparison.silent_classes(
            one.answers, look_back, expected=asked, as_of=head["as_of"]
        )
        | comparison.unasked_classes(asked)
        | one.unsure
        | comparison.unseen_classes(one.stated, lines[one.key], look_back)
        | comparison.unseen_classes(_as_lines(one.unread), lines[one.key], look_back)
        for one in members
    } | {ALL: untold}
    unread = {one.key: one.unread for one in members} | {ALL: untold}
    try:
        said = policy.compute(
            head | {"members": _people(members, stated)}, silent=unread, parameters=files
        )
        seen = policy.compute(
            head | {"members": _people(members, comparison.once_each(lines))},
            basis="found",
            silent=silent,
            parameters=files,
        )
    except policy.PolicyError as error:
        return Outcome(h, None, None, "amount" if "元" in str(error) else "no_rules")
    return Outcome(h, _side(said), _side(seen))


def _as_lines(unread: set[str]) -> dict[str, list[Line]]:
    """Write classes of which a line cannot be read as lines that say no amount."""
    parted = [name.split(".") for name in unread]
    return {
        side: [{"class": class_} for of, class_ in parted if of == side]
        for side in ("incomes", "assets")
    }


def _side(one: policy.Assessment) -> Side:
    return Side(one.categories, one.possible, one.values["per_capita_income_fen"], dict(one.tests))


def _people(members: list[_Member], lines: Mapping[str, Mapping[str, list[Line]]]) -> list[Line]:
    return [
        one.person
        | {"key": one.key, "incomes": lines[one.key]["incomes"], "assets": lines[one.key]["assets"]}
        for one in members
    ]


def _members(connection: DuckDBPyConnection) -> dict[tuple[int, int], _Member]:
    rows = connection.execute(
        "SELECT h, m, member_key, relation, number // 1000 % 100000000, number % 2"
        " FROM people SEMI JOIN odd USING (h)"
    ).fetchall()
    found = {}
    for h, m, key, relation, born, odd in rows:
        person: Line = {"relation": relation}
        if born is not None:
            day = date(born // 10_000, born // 100 % 100, born % 100)
            person |= {"birth_date": day.isoformat(), "sex": "male" if odd else "female"}
        found[h, m] = _Member(key, person, {"incomes": [], "assets": []})
    return found


def _declared(connection: DuckDBPyConnection, members: Mapping[tuple[int, int], _Member]) -> None:
    rows = connection.execute(
        """
        SELECT h, m, side, w.class, kind, value, as_of
        FROM stated JOIN meanings w USING (word) JOIN people USING (m) SEMI JOIN odd USING (h)
        ORDER BY m, side, w.class, kind, value
        """
    ).fetchall()
    for h, m, side, class_, kind, value, as_of in rows:
        line: Line = {"class": class_} | ({"kind": kind} if kind else {})
        if side == "incomes":
            year = Period.year_before(as_of)
            line |= {"from": year.first.isoformat(), "to": year.last.isoformat()}
            line["amount"] = yuan_text(value)
        elif class_ not in COUNTED or value is not None:
            line["value"] = yuan_text(value)
        members[h, m].stated[side].append(line)
    unread = connection.execute(
        "SELECT h, m, declared FROM silence JOIN people USING (m) SEMI JOIN odd USING (h)"
    ).fetchall()
    for h, m, classes in unread:
        members[h, m].unread |= named(classes)


def _expenses(connection: DuckDBPyConnection, members: Mapping[tuple[int, int], _Member]) -> None:
    rows = connection.execute(
        "SELECT h, m, kind, amount, as_of FROM spent JOIN people USING (m)"
        " SEMI JOIN odd USING (h) ORDER BY ALL"
    ).fetchall()
    for h, m, kind, amount, as_of in rows:
        year = Period.year_before(as_of)
        spent = {"kind": kind, "amount": yuan_text(amount)}
        spent |= {"from": year.first.isoformat(), "to": year.last.isoformat()}
        members[h, m].person.setdefault("expenses", []).append(spent)


def _obligors(connection: DuckDBPyConnection) -> Mapping[int, list[Line]]:
    rows = connection.execute(
        """
        SELECT h, obligor, owing.relation, exempt, list(member_key ORDER BY m), household_size,
               children_of_supported, household_income_fen, agreed_amount_fen
        FROM owing JOIN people USING (m) SEMI JOIN odd USING (h) GROUP BY ALL ORDER BY ALL
        """
    ).fetchall()
    found: dict[int, list[Line]] = defaultdict(list)
    for h, key, relation, exempt, supports, size, children, income, agreed in rows:
        amounts = {"household_income": income, "agreed_amount": agreed}
        found[h].append(
            {"key": key, "relation": relation, "exempt": exempt, "supports": supports}
            | {"household_size": size, "children_of_supported": children}
            | {name: None if fen is None else yuan_text(fen) for name, fen in amounts.items()}
        )
    return found


def _left_open(connection: DuckDBPyConnection, members: Mapping[tuple[int, int], _Member]) -> None:
    rows = connection.execute(
        "SELECT h, m, silent FROM unsure JOIN people USING (m) SEMI JOIN odd USING (h)"
    ).fetchall()
    for h, m, classes in rows:
        members[h, m].unsure |= named(classes)


def _answers(
    connection: DuckDBPyConnection,
    kept: Mapping[str, Path],
    members: Mapping[tuple[int, int], _Member],
) -> None:
    granted: dict[int, set[str]] = defaultdict(set)
    for number, item in connection.execute("SELECT list, item FROM grants").fetchall():
        granted[number].add(item)
    rows: dict[tuple[int, int, str], list[Line]] = defaultdict(list)
    for name in everywhere() & kept.keys():
        for h, m, number, *cells in _rows(connection, everywhere()[name], kept[name]):
            named_cells = zip(values.kept(everywhere()[name]), cells, strict=True)
            rows[h, m, name].append(
                {
                    item: cell.isoformat() if isinstance(cell, date) else cell
                    for item, cell in named_cells
                    if f"{name}.{item}" in granted[number] and cell is not None
                }
            )
    days = dict(connection.execute("FROM days").fetchall())
    spoken = {
        (m, name): (outcome, day)
        for m, name, outcome, day in connection.execute(
            "SELECT m, source, outcome, spoke.day FROM spoke JOIN people USING (m)"
            " SEMI JOIN odd USING (h)"
        ).fetchall()
    }
    asked = connection.execute(
        "SELECT h, m, programme, list FROM people SEMI JOIN odd USING (h) WHERE in_force"
    ).fetchall()
    for h, m, programme, number in asked:
        sources = {item.partition(".")[0] for item in granted[number]}
        for name in expected(programme):
            if name not in kept:
                members[h, m].answers[name] = comparison.SourceAnswer("NO_REPLY")
            elif name in sources:
                newest = days[name]
                silent = ("NOT_FOUND" if newest else "UNAVAILABLE", newest)
                outcome, day = spoken.get((m, name), silent)
                found = rows[h, m, name] if outcome == "FOUND" else []
                members[h, m].answers[name] = comparison.SourceAnswer(
                    outcome, as_of=day, rows=found
                )


def _rows(connection: DuckDBPyConnection, source: Source, path: Path) -> list[tuple[Any, ...]]:
    cells = ", ".join(f"s.{name}" for name in values.kept(source))
    inside = "row_first <= t.last AND row_last >= t.first" if source.dated_by else "true"
    return connection.execute(
        f"""
        SELECT p.h, p.m, p.list, {cells}
        FROM {by_place.rows(path)} s
        JOIN facts f ON f.source = {source_code(source.name)} AND f.source_row = s.source_row
        JOIN people p USING (m) SEMI JOIN odd USING (h)
        JOIN periods t ON t.as_of = p.as_of
        WHERE {inside} ORDER BY p.m, s.source_row
        """
    ).fetchall()
