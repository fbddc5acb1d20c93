"""Amounts, days and moments as a Chinese office writes them (金额、日期的写法): text to text."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

from hedui.procedure.record.outcome import Trouble
from hedui.procedure.reports.documents.glyphs import Printed

CHINA = timezone(timedelta(hours=8), "CST")
NOTHING = "—"
_AMOUNT = re.compile(r"(?<![0-9.])[0-9]+[.][0-9]{2}(?![0-9])")
_YUAN = re.compile(r"(-?)([0-9]+)([.][0-9]{2})")

# Characters that make the text around them Chinese: ideographs and full-width signs.
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60\u201c\u201d\U00020000-\U0003ffff"
_CHINESE = re.compile(f"[{_WIDE}]")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_HALF_WIDTH = re.compile(f"(?<=[{_WIDE}])[,;:?!]+|[,;:?!]+(?=[{_WIDE}])")
_FULL_WIDTH = {ord(half): chr(ord(half) + 0xFEE0) for half in ",;:?!"}


class Unprintable(Trouble):
    """The body is not of the form this document prints; the message names the place, no value."""


def yuan(text: str) -> str:
    """
    Group the digits of an amount in yuan by thousands: "50400.00" gives "50,400.00".

    :raises Unprintable: not an amount with two decimals
    """
    found = _YUAN.fullmatch(text)
    if found is None:
        raise Unprintable("金额格式不符（应为两位小数的元）")
    minus, whole, cents = found.groups()
    return f"{'−' if minus else ''}{int(whole):,}{cents}"


def figure(value: object) -> str:
    """
    Write an amount (text) or a count (integer); nothing known is a dash, never a zero.

    :raises Unprintable: neither an amount, a count nor nothing
    """
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return yuan(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}".replace("-", "−")
    raise Unprintable("数值格式不符")


def difference(value: object) -> str:
    """Write a difference (差额) with its sign: found less declared."""
    written = figure(value)
    nought = not any(digit in "123456789" for digit in written)
    return written if nought or written.startswith("−") else f"+{written}"


def reading(value: object) -> str:
    """Write the value of a step: amounts in it are grouped, words stay as they are."""
    if isinstance(value, str):
        return _AMOUNT.sub(lambda amount: yuan(amount.group()), value) or NOTHING
    if isinstance(value, bool):
        return "是" if value else "否"
    return figure(value)


def long_date(text: str | None) -> str:
    """Write a day in full: "2024-08-01" gives "2024年8月1日"."""
    if text is None:
        return NOTHING
    day = _day(text)
    return f"{day.year}年{day.month}月{day.day}日"


def short_date(text: str | None) -> str:
    """Write a day for a table: "2024-08-01"."""
    return NOTHING if text is None else _day(text).isoformat()


def moment(text: str) -> datetime:
    """
    Read an RFC 3339 moment, in Chinese time.

    :raises Unprintable: malformed or without an offset
    """
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise Unprintable("时间格式不符") from None
    if read.tzinfo is None:
        raise Unprintable("时间缺少时区")
    return read.astimezone(CHINA)


def long_moment(text: str | None) -> str:
    """Write a moment in Chinese time: "2024年8月5日 10:31"."""
    if text is None:
        return NOTHING
    at = moment(text)
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"


def short_moment(text: str | None) -> str:
    """Write a moment in Chinese time for a table: "2024-08-05 10:31"."""
    return NOTHING if text is None else f"{moment(text):%Y-%m-%d %H:%M}"


def last_day(text: str | None) -> str:
    """Write the last day on which something holds; a moment is the one at which it ends."""
    if text is not None and "T" in text:
        return f"{moment(text) - timedelta(seconds=1):%Y-%m-%d}"
    return short_date(text)


def full_width(text: str) -> str:
    """
    Set the punctuation of Chinese text in full width (全角标点): "申报,核到" gives "申报，核到".

    Only signs that touch a Chinese character, and brackets in or beside Chinese, are changed;
    amounts, times, numbers and Latin text are left as they are.
    """
    if text.isascii():
        return text
    bracketed = _BRACKETS.sub(_brackets, text)
    return _HALF_WIDTH.sub(lambda signs: signs.group().translate(_FULL_WIDTH), bracketed)


def _brackets(found: re.Match[str]) -> str:
    around = found.string[: found.start()][-1:] + found.group() + found.string[found.end() :][:1]
    return f"（{found.group(1)}）" if _CHINESE.search(around) else found.group()


def set_in_full_width(document: dict[str, Printed]) -> dict[str, Printed]:
    """Set the punctuation of all texts of a document in full width."""
    return {name: _wide(value) for name, value in document.items()}


def _wide(value: Printed) -> Printed:
    if isinstance(value, str):
        return full_width(value)
    if isinstance(value, list):
        return [_wide(one) for one in value]
    if isinstance(value, dict):
        return set_in_full_width(value)
    return value


def span(period: dict[str, str]) -> str:
    """Write a period, both ends included."""
    return f"{long_date(period['from'])}至{long_date(period['to'])}"


def _day(text: str) -> date:
    """Read a day; of a moment, the day it is in China."""
    if "T" in text:
        return moment(text).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unprintable("日期格式不符") from None
