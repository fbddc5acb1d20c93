"""
Guards, each broken in one place: SQL in, SQL out.

No tool mutates triggers, so this does: it finds the conditions of a statement (what follows WHERE,
ON, IF and ELSIF, down to the operands of AND and OR) and breaks one at a time.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from hedui.procedure.record.erased import erased_in
from hedui.procedure.record.guards import statements
from hedui.procedure.record.kept import kept_in

TOKEN = re.compile(
    r"\s+|--[^\n]*|'(?:[^']|'')*'|\"[^\"]*\"|\$\$|[\w.]+|<>|<=|>=|<<|>>|<@|#>>|\|\||::|:=|.",
    re.DOTALL,
)
ENDS = {"THEN", "JOIN", "WHERE", "FOR", "ORDER", "LIMIT", "UNION", "LOOP", "RETURNING"}
EDGES = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
LOCK = re.compile(
    r"FOR (?:NO KEY )?(?:UPDATE|SHARE)(?: OF [\w, ]+)?|PERFORM pg_advisory_xact_lock\([^;]+\);"
)
STAMP = re.compile(r"NEW\.\w+ := [^;]+;")
# No test is in the database at one given thousandth of a second: at it, before it and after it are
# one. Days have an edge.
PRESENT = {"NOW_", "HOUR_", "CLOCK_TIMESTAMP", "STRFTIME", "TIME"}
TRIGGER = re.compile(r"CREATE (?:CONSTRAINT )?TRIGGER ")
# What a function of triggers is given: what it says, then the acts or columns it knows.
GIVEN = re.compile(r"EXECUTE FUNCTION \w+\(('(?:[^']|'')*')((?:, '[\w.]+')+)\)")
SPAN = re.compile(r"'([+-]?)(\d+) (seconds|minutes|hours|days)'")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One statement of a room's guards, broken in one place; `name` stays when lines move."""

    name: str
    room: str
    position: int
    original: str
    broken: str

    @property
    def installed(self) -> str:
        """Return what the statement makes: a trigger or a function."""
        return made_by(self.original)


def made_by(statement: str) -> str:
    found = re.search(r"CREATE (?:OR REPLACE |CONSTRAINT )?(?:TRIGGER|FUNCTION) (\w+)", statement)
    return found[1] if found else ""


# What is written of a word at the model is the same for all tables: it is broken at one of them.
BROKEN_AT = "inquiries_reply"


def mutants(room: str, vendor: str) -> list[Mutant]:
    """Return every mutant of a room's guards for `sqlite` or `postgresql`."""
    made, seen = [], Counter[str]()
    alike = [*kept_in(room, vendor, by_hand=""), *erased_in(room, vendor)]
    kept = {one for one in alike if BROKEN_AT not in one}
    for position, statement in enumerate(statements(room, vendor)):
        if not made_by(statement) or statement in kept:
            continue
        for start, end, text, kind in broken_places(statement):
            if statement[start:end] == text:
                continue  # where TRUE is written, nothing else is always so
            what = " ".join(statement[start:end].split())
            name = f"{made_by(statement)}: {kind} {what}".strip()
            seen[name] += 1
            name += f" #{seen[name]}" if seen[name] > 1 else ""
            broken = statement[:start] + text + statement[end:]
            made.append(Mutant(name, room, position, statement, broken))
    return made


Place = tuple[int, int, str, str]


def broken_places(statement: str) -> Iterator[Place]:
    """Yield (start, end, what stands there instead, what kind of breach) for one statement."""
    if TRIGGER.match(statement):
        at = re.search(r"BEGIN|EXECUTE FUNCTION", statement)
        assert at
        when = re.search(r"WHEN \(?", statement[: at.start()])
        place, text = (when.end(), "FALSE AND ") if when else (at.start(), "WHEN (FALSE) ")
        yield place, place, text, "never fires"
    tokens = [(m.start(), m.end(), m[0]) for m in TOKEN.finditer(statement)]
    tokens = [t for t in tokens if not t[2].isspace() and not t[2].startswith("--")]
    words = [t[2].upper() for t in tokens]
    if TRIGGER.match(statement) and "BEGIN" not in words:
        yield from _given(statement)
        return  # PostgreSQL: what it does stands in its function
    body = words.index("BEGIN") + 1 if "BEGIN" in words else 0
    yield from _conditions(statement, tokens, words, body)
    yield from _edges(tokens, body)
    yield from _lists(tokens, words, body)
    for pattern, kind in ((LOCK, "without lock"), (STAMP, "without stamp")):
        for m in pattern.finditer(statement):
            yield m.start(), m.end(), "", kind


def _given(statement: str) -> Iterator[Place]:
    """Yield what a function of triggers is given without one of the acts it knows."""
    if (given := GIVEN.search(statement)) and given[2].count(",") > 1:
        for one in re.finditer(r", '[\w.]+'", given[2]):
            yield given.start(2) + one.start(), given.start(2) + one.end(), "", "given without"


Token = tuple[int, int, str]


def _conditions(
    statement: str, tokens: list[Token], words: list[str], body: int
) -> Iterator[Place]:
    for i in range(body, len(words)):
        opens = words[i] in {"WHERE", "ON", "ELSIF"} or (words[i] == "IF" and words[i - 1] != "END")
        if opens and words[i + 1] != "CONFLICT":
            yield from _operands(statement, tokens, words, i + 1, _end(words, i + 1))


def _end(words: list[str], first: int) -> int:
    """Return where the condition that begins at `first` ends."""
    depth = 0
    for i in range(first, len(words)):
        depth += {"(": 1, ")": -1}.get(words[i], 0)
        left = words[i : i + 2] == ["LEFT", "JOIN"]  # not the function of that name
        if depth < 0 or (depth == 0 and (words[i] == ";" or left or words[i] in ENDS)):
            return i
    return len(words)


def _split(words: list[str], first: int, last: int, by: str) -> list[tuple[int, int]]:
    """Cut a range at a word, outside of brackets."""
    depth, cuts, between = 0, [first - 1], False
    for i in range(first, last):
        depth += {"(": 1, ")": -1}.get(words[i], 0)
        between = between or (depth == 0 and words[i] == "BETWEEN")
        if depth == 0 and words[i] == "AND" and between:
            between = False  # it belongs to BETWEEN
        elif depth == 0 and words[i] == by:
            cuts.append(i)
    cuts.append(last)
    return [(a + 1, b) for a, b in zip(cuts, cuts[1:], strict=False)]


def _operands(
    statement: str, tokens: list[Token], words: list[str], first: int, last: int, alone: bool = True
) -> Iterator[Place]:
    """Yield two breaches for each operand: as if it were not there, and its contrary."""
    for by, neutral in (("OR", "FALSE"), ("AND", "TRUE")):
        parts = _split(words, first, last, by)
        if len(parts) > 1:
            for a, b in parts:
                start, end = tokens[a][0], tokens[b - 1][1]
                yield start, end, neutral, "without"
                yield start, end, f"NOT ({statement[start:end]})", "contrary of"
                yield from _operands(statement, tokens, words, a, b, alone=False)
            return
    start, end = tokens[first][0], tokens[last - 1][1]
    if alone:
        yield start, end, "TRUE", "always"
        yield start, end, "FALSE", "never"
    inner = first + (words[first] == "NOT")
    if words[inner] == "(" and words[inner + 1] != "SELECT" and _end(words, inner + 1) == last - 1:
        yield from _operands(statement, tokens, words, inner + 1, last - 1, alone=False)


def _edges(tokens: list[Token], body: int) -> Iterator[Place]:
    """Yield the comparisons with the other edge, and the numbers and spans of time plus one."""
    for i in range(body, len(tokens)):
        start, end, text = tokens[i]
        if text in EDGES and not PRESENT & {tokens[i - 1][2].upper(), tokens[i + 1][2].upper()}:
            yield start, end, EDGES[text], f"edge at {tokens[i - 1][2]}"
        elif text.isdigit() and tokens[i - 1][2].upper() not in {"SELECT", "PERFORM", "LIMIT"}:
            yield start, end, str(int(text) + 1), f"one more after {tokens[i - 1][2]}"
        elif span := SPAN.fullmatch(text):
            yield start, end, f"'{span[1]}{int(span[2]) + 1} {span[3]}'", "one more of"


def _lists(tokens: list[Token], words: list[str], body: int) -> Iterator[Place]:
    """Yield each list of words without one of them."""
    for i in range(body, len(words)):
        if words[i] == "IN" and words[i + 1] == "(" and words[i + 2].startswith("'"):
            close = words.index(")", i)
            for k in range(i + 2, close, 2):
                # with the comma behind, or before if it is the last
                start = tokens[k][0] if k + 1 < close else tokens[k - 1][0]
                end = tokens[k + 1][0] + 1 if k + 1 < close else tokens[k][1]
                if close - i > 3 and words[k + 1] in {",", ")"}:
                    yield start, end, "", "a list without"
