"""Written values (填写的值): single keys of a case, read strictly; a slip says where it stands."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any, TypeVar

from hedui.policy.parameter_files import PolicyError
from hedui.values.money import Fen, MoneyError, fen_from_yuan
from hedui.values.periods import Period, PeriodError

Line = TypeVar("Line")


class CaseError(PolicyError):
    """The case is not well written (案例填写有误); says where, and never repeats an amount."""


def listed(raw: Mapping[str, Any], key: str, where: str) -> list[tuple[int, Any]]:
    """List the entries under a key, numbered from one."""
    entries = raw.get(key) or []
    if not isinstance(entries, list) or not all(isinstance(e, Mapping) for e in entries):
        raise CaseError(f"{where} {key}:应为列表。")
    return list(enumerate(entries, start=1))


def lines(
    raw: Mapping[str, Any], key: str, read: Callable[[Mapping[str, Any], str], Line], where: str
) -> tuple[Line, ...]:
    """Read each entry under a key; ``where`` takes its number."""
    return tuple(read(entry, where % number) for number, entry in listed(raw, key, str(key)))


def only(raw: Mapping[str, Any], known: set[str], where: str) -> None:
    """Refuse a key that is not known."""
    if not isinstance(raw, Mapping):
        raise CaseError(f"{where}:写法不对,应为“键: 值”。")
    for key in raw:
        if key not in known:
            raise CaseError(f"{where}:不认识的键“{key}”。")


def once(keys: Collection[str], what: str) -> None:
    """Refuse a key that is given twice."""
    for key, times in Counter(keys).items():
        if times > 1:
            raise CaseError(f"案例:{what}“{key}”用了 {times} 次,请改为各不相同。")


def none_after(day: date, days: Mapping[str, date | None], what: str) -> None:
    """Refuse a day of a member that lies after the day of the case."""
    for key, told in days.items():
        if told is not None and told > day:
            raise CaseError(f"案例:成员 {key} 的{what}在 as_of({day.isoformat()})之后,请核对。")


def need(raw: Mapping[str, Any], key: str, where: str) -> Any:
    """Give what stands under a key that must be there."""
    if raw.get(key) is None:
        raise CaseError(f"{where}:缺少“{key}”。")
    return raw[key]


def one_of(value: Any, allowed: Any, where: str) -> str:
    """Refuse a code that is not among those allowed."""
    if not isinstance(value, str) or value not in allowed:
        raise CaseError(f"{where}:没有“{value}”这一种,可用的有 {'、'.join(allowed)}。")
    return value


def fen(value: Any, where: str) -> Fen:
    """Read decimal yuan in quotes."""
    try:
        return fen_from_yuan(value)
    except MoneyError as error:
        raise CaseError(f"{where}:{error}") from None


def a_date(value: Any, where: str) -> date:
    """Read a day; YAML may have read it already."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise CaseError(f"{where}:日期应写作 2024-08-01。") from None


def day(raw: Mapping[str, Any], key: str, where: str) -> date | None:
    """Read a day that may be left out."""
    return None if raw.get(key) is None else a_date(raw[key], f"{where} {key}")


def number(raw: Mapping[str, Any], key: str, where: str) -> int | None:
    """Read a whole number that may be left out."""
    value = raw.get(key)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
        raise CaseError(f"{where} {key}:应为非负整数。")
    return value


def period(raw: Mapping[str, Any], where: str) -> Period | None:
    """Read ``from`` and ``to``; none where both are left out."""
    if raw.get("from") is None and raw.get("to") is None:
        return None
    first = a_date(need(raw, "from", where), f"{where} from")
    last = a_date(need(raw, "to", where), f"{where} to")
    try:
        return Period(first, last)
    except PeriodError as error:
        raise CaseError(f"{where}:{error}") from None


def truth(raw: Mapping[str, Any], key: str, where: str) -> bool | None:
    """Read true or false, or nothing."""
    value = raw.get(key)
    if not isinstance(value, bool | None):
        raise CaseError(f"{where}:{key} 应为 true 或 false。")
    return value


def fraction(value: Any, where: str) -> Fraction:
    """Read an area or a share."""
    # areas and shares are not money: YAML may write them as plain decimals
    try:
        number = Fraction(str(value)) if not isinstance(value, bool) else Fraction(-1)
    except (ValueError, ZeroDivisionError):
        number = Fraction(-1)
    if number < 0:
        raise CaseError(f"{where}:面积或份额应为正数(例如 60、0.5 或 1/2)。")
    return number
