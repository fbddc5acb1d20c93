"""
The texts of the guards: whether those in the database are those of this version.

Whoever may alter a guard can leave its name and take away what it refuses. SQLite keeps the text
of a trigger as it was given. PostgreSQL keeps the source of a function so, with the rights and
settings it runs with, and writes a trigger anew: of its condition, names, values and signs count.
"""

import re
from collections.abc import Iterable
from typing import Any

from django.db import connection

from hedui.procedure.record.guards import ROOMS, statements

TRIGGER = re.compile(r"\bCREATE (?:CONSTRAINT )?TRIGGER (\w+).*", re.DOTALL)
FUNCTION = re.compile(r"\bCREATE (?:OR REPLACE )?FUNCTION (\w+).*", re.DOTALL)
SETTING = re.compile(r"\bSET (\w+) = (.+?)(?=\s+(?:SET|AS)\b)", re.DOTALL)
EVENTS = re.compile(r" (BEFORE|AFTER) (.+?) ON ")
CONDITION = re.compile(r" WHEN (\(.*\))(?= EXECUTE )")
WORD = re.compile(r"'[^']*'|[<>=~!]+|\b(?:new|old)\.\w+|\b(?:and|or|not|null|true|false)\b|\d+")
Function = tuple[str, str, bool, frozenset[str]]
"""A function: name, source, whether it runs with its owner's rights, and with which settings."""


def altered_guards() -> list[str]:
    """Name the guards whose text, or that of a function they call, is not that of this version."""
    written = [one for room in ROOMS for one in statements(room, connection.vendor)]
    wanted = {found[1]: _plain(found[0]) for found in map(TRIGGER.search, written) if found}
    triggers = {name: _plain(text) for name, text in _rows(TRIGGERS[connection.vendor])}
    changed = {name for name, text in wanted.items() if triggers.get(name, text) != text}
    if connection.vendor == "postgresql":
        functions = {
            (name, source, is_owners, frozenset(settings or ()))
            for name, source, is_owners, settings in _rows(FUNCTIONS)
        }
        changed |= {one[0] for one in _last(map(_function, written)) if one not in functions}
    return sorted(changed)


TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
}
FUNCTIONS = (
    "SELECT proname, prosrc, prosecdef, proconfig FROM pg_proc"
    " WHERE pronamespace = 'public'::regnamespace"
)


def _rows(query: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def _plain(text: str) -> str:
    """Write the definition of a trigger as both sides have it."""
    text = " ".join(text.split())
    if connection.vendor != "postgresql":
        return text
    text = text.replace('"', "").replace(" public.", " ")
    text = EVENTS.sub(lambda f: f" {f[1]} {sorted(f[2].split(' OR '))} ON ", text, count=1)
    return CONDITION.sub(lambda f: f" WHEN {_words(f[1])}", text)


def _words(condition: str) -> list[str]:
    """Return names, values and signs of a condition; PostgreSQL writes some otherwise."""
    lowered = re.sub(r"\b(?:NEW|OLD|AND|OR|NOT|NULL)\b", lambda f: f[0].lower(), condition)
    return WORD.findall(lowered.replace(" IN (", " = (").replace(" LIKE ", " ~~ "))


def _function(statement: str) -> Function | None:
    found = FUNCTION.search(statement)
    if found is None:
        return None
    head, _, rest = found[0].partition("$$")
    settings = frozenset(f"{name}={value.strip()}" for name, value in SETTING.findall(head))
    return found[1], rest.rpartition("$$")[0], "SECURITY DEFINER" in head, settings


def _last(functions: Iterable[Function | None]) -> list[Function]:
    """Keep of each name the last: some rooms say a function anew."""
    return list({one[0]: one for one in functions if one}.values())
