"""
The values that comparisons need, read by the catalogue's rules, as SQL (查询项的取值).

What no comparison rests on is not read at all. A value that cannot be read is marked: where it is
decisive (`Source.decisive`) it spoils the source's answer about the person, else part is missing.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from types import MappingProxyType

from hedui.batch.delivery import text
from hedui.batch.fit import MOMENTS
from hedui.batch.told import WHOLE
from hedui.catalogue import Comparison, Item, Source
from hedui.catalogue.items import FEN_BOUND, INTEGER_BOUND

_FOR_RULES = {"vehicle": ("registered_on",), "real_estate": ("use",)}
"""Items on which no comparison rests, and rules do."""


def compared(source: Source) -> tuple[Comparison, ...]:
    """
    Name the comparisons that a registry's declarations allow.

    A registry does not say what is spent, so expenses are not compared, nor who somebody is: what a
    register says of that is shown, for somebody to look at.
    """
    return tuple(one for one in source.comparisons if one.against.side != "expenses")


def needed(source: Source) -> tuple[str, ...]:
    """Name the items on which the comparisons of a source rest, in the catalogue's order."""
    wanted = {name for each in compared(source) for name in (each.item, *each.where, *each.unless)}
    monthly = any(each.measure == "monthly" for each in compared(source))
    wanted |= {"status", "benefit_from"} if monthly else set()
    wanted |= {source.dated_by} if source.dated_by else set()
    wanted |= source.decisive
    return tuple(name for name in source.items if name in wanted)


def kept(source: Source) -> tuple[str, ...]:
    """Name the items that are read of a source: those of its comparisons and those of the rules."""
    wanted = {*needed(source), *_FOR_RULES.get(source.name, ())}
    return tuple(name for name in source.items if name in wanted)


def mask(source: Source, names: Iterable[str]) -> int:
    """Write items as the bits of one number, by their position among those of the source."""
    positions = {name: position for position, name in enumerate(source.items)}
    return sum(1 << positions[name] for name in names)


def given(item: Item, written_as: str) -> str:
    """
    Write the expression that takes an item from a delivery, as text without spaces around it.

    written_as: the type of its column; whole numbers and days are taken as they are, and 12.0 as 12
    """
    if _is_typed(item, written_as):
        return quoted(item.name)
    if item.type == "date" and written_as in MOMENTS:
        return f"CAST(CAST({quoted(item.name)} AS DATE) AS VARCHAR)"
    if item.type in ("fen", "integer") and written_as.partition("(")[0] in _FRACTIONS:
        number = f"CAST({quoted(item.name)} AS VARCHAR)"
        return f"nullif(regexp_replace({number}, '\\.0+$', ''), 'nan')"
    return f"nullif(trim(CAST({quoted(item.name)} AS VARCHAR)), '')"


def column(
    source: Source,
    name: str,
    held: Container[str],
    types: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Write the expression that reads an item as given; NULL where the delivery has no such."""
    if name not in held:
        return "NULL::" + _TYPES.get(source.items[name].type, "VARCHAR")
    item = source.items[name]
    if _is_typed(item, types[name]):
        return _in_bounds(item, f"given_{name}") if item.type != "date" else f"given_{name}"
    return _READERS.get(item.type, _as_text)(item, f"given_{name}")


def unreadable(source: Source, name: str, held: Container[str]) -> str:
    """Write the condition that a row's value of an item, read already, cannot be used."""
    if name not in held:
        return "true"
    missing = "" if source.items[name].required else f"given_{name} IS NOT NULL AND "
    return f"({missing}{name} IS NULL)"


def _is_typed(item: Item, written_as: str) -> bool:
    return written_as in _TYPED.get(item.type, ())


def quoted(name: str) -> str:
    """Write a name of a column."""
    return '"' + name.replace('"', '""') + '"'


def day(expression: str, written_as: str = "VARCHAR") -> str:
    """Write what reads a day, as 2024-07-31, 2024/07/31 or 20240731; a DATE is taken as it is."""
    if written_as in ("DATE", *MOMENTS):
        return f"CAST({expression} AS DATE)"
    expression = f"CAST({expression} AS VARCHAR)"
    return (
        f"coalesce(try_strptime({expression}, '%Y-%m-%d'), try_strptime({expression}, '%Y/%m/%d'),"
        f" try_strptime({expression}, '%Y%m%d'))::DATE"
    )


def month(given: str) -> str:
    """Write what reads a month, as 2024-05 or 202405, or a year."""
    form = "((19|20)[0-9]{2})-?(0[1-9]|1[0-2])"
    return (
        f"CASE WHEN regexp_full_match({given}, '(19|20)[0-9]{{2}}') THEN {given}"
        f" WHEN regexp_full_match({given}, '{form}')"
        f" THEN substr({given}, 1, 4) || '-' || right({given}, 2) END"
    )


def first_day(month: str) -> str:
    """Write the first day of a month (2024-05) or year (2024)."""
    return f"CAST({month} || CASE length({month}) WHEN 4 THEN '-01-01' ELSE '-01' END AS DATE)"


def last_day(month: str) -> str:
    """Write the last day of a month or year."""
    last = f"{month} || CASE length({month}) WHEN 4 THEN '-12-01' ELSE '-01' END"
    return f"last_day(CAST({last} AS DATE))"


def _as_text(_: Item, given: str) -> str:
    return given


def _as_amount(item: Item, given: str) -> str:
    number = _in_bounds(item, f"TRY_CAST({given} AS BIGINT)")
    return f"CASE WHEN regexp_full_match({given}, '-?[0-9]{{1,18}}') THEN {number} END"


def _in_bounds(item: Item, number: str) -> str:
    most = FEN_BOUND - 1 if item.type == "fen" else INTEGER_BOUND - 1
    least = -most if item.signed else 0
    return f"CASE WHEN {number} BETWEEN {least} AND {most} THEN CAST({number} AS BIGINT) END"


def _as_enum(item: Item, given: str) -> str:
    # typed, as Parquet of an ENUM costs a fifth of what it costs of texts, and reads the same
    codes = ", ".join(map(text, dict.fromkeys(item.written.values())))
    cases = " ".join(
        f"WHEN {text(written)} THEN {text(code)}::ENUM({codes})"
        for written, code in item.written.items()
    )
    return f"CASE {given} {cases} END"


def _as_day(_: Item, given: str) -> str:
    return day(given)


def _as_month(_: Item, given: str) -> str:
    return month(given)


def _as_boolean(_: Item, given: str) -> str:
    return (
        f"CASE WHEN lower({given}) IN ('true', '1', '是', '有') THEN 'true'"
        f" WHEN lower({given}) IN ('false', '0', '否', '无') THEN 'false' END"
    )


_READERS: dict[str, Callable[[Item, str], str]] = {
    "boolean": _as_boolean,
    "fen": _as_amount,
    "integer": _as_amount,
    "enum": _as_enum,
    "date": _as_day,
    "month": _as_month,
}
_TYPED = {"fen": WHOLE, "integer": WHOLE, "date": ("DATE",)}
_FRACTIONS = ("DOUBLE", "FLOAT", "DECIMAL")
"""Types in which a data frame writes a column of whole numbers of which some are missing."""
_TYPES = {"fen": "BIGINT", "integer": "BIGINT", "date": "DATE"}
