"""Measures (比对口径): the figure a source's rows give, and the figure that was declared.

Only like is measured with like. A yearly total is used where the look-back period is that very
year, and is otherwise no figure at all: it is never spread over months. A share that the source
does not state is not guessed.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from hedui.catalogue import Against, Comparison, Source
from hedui.comparison.classify import Seen
from hedui.comparison.finding import Row
from hedui.values.money import fen_from_yuan
from hedui.values.periods import Period

_YEAR: Final = re.compile(r"[0-9]{4}")
_NOT_IN_PAYMENT: Final = frozenset({"suspended", "ended"})
_SHARED: Final = frozenset({"joint", "by_share"})

YEAR_ONLY: Final = "{unit}只有全年的合计,与核算期对不上;全年的数不能拆到各月,无法比较。"
NO_VALUE: Final = "{unit}查到了记录,但没有给出数额,无法比较。"
_NO_START: Final = "{unit}查到正在领取待遇,但没有说明从何时开始,不知核算期内领了几个月。请说明。"
_STOPPED: Final = "{unit}查到的待遇已经停发或者终止,没有说明何时停发。请说明核算期内是否领取过。"
_BY_RATE: Final = "查到的数是现在每月的数额乘以核算期内领取的月数;其间有过调整的,请按实际说明。"
_GROSS: Final = "{unit}的数是扣税和社会保险费之前的;申报若是到手的数,请说明。"
_NO_SHARE: Final = "有与他人共有而未注明份额的,按处数比较,不推定份额。"


def relevant(rows: Iterable[Row], comparison: Comparison) -> list[Row]:
    """Choose the rows a comparison is about (where); those ruled out by ``unless`` stay in."""
    return [
        row
        for row in rows
        if all(row.get(name) in codes for name, codes in comparison.where.items())
    ]


def ruled_out(row: Row, comparison: Comparison) -> bool:
    """Tell whether a row does not count, such as a scrapped vehicle."""
    return any(row.get(name) in codes for name, codes in comparison.unless.items())


def measure(rows: Iterable[Row], source: Source, comparison: Comparison, look_back: Period) -> Seen:
    """Measure what the rows of an answer say on one comparison (核到数); not for hints."""
    chosen = relevant(rows, comparison)
    counted = [row for row in chosen if not ruled_out(row, comparison)]
    if not chosen:
        return Seen(0, present=False)
    if comparison.measure == "count":
        return _count(counted, source, comparison)
    if comparison.measure == "monthly":
        return _monthly(counted, comparison, look_back)
    if comparison.measure == "sum_in_period":
        return _sum_in_period(counted, source, comparison, look_back)
    return _sum(counted, comparison)


def figure(
    rows: Iterable[Row], source: Source, comparison: Comparison, look_back: Period
) -> int | None:
    """Return the figure of a comparison alone: fen or a count, None where the rows give none."""
    return measure(rows, source, comparison, look_back).measured


def _count(rows: list[Row], source: Source, comparison: Comparison) -> Seen:
    numbers = [row.get(comparison.item) for row in rows]
    # a number that names the thing (不动产单元号) may stand in several rows: it is one thing
    named = source.items[comparison.item].type == "text" and None not in numbers
    shared = any(row.get("ownership") in _SHARED and row.get("share") is None for row in rows)
    count = len(set(numbers)) if named else len(numbers)
    return Seen(count, present=True, remark=_NO_SHARE if shared else "")


def _sum(rows: list[Row], comparison: Comparison) -> Seen:
    amounts = [row.get(comparison.item) for row in rows]
    known = [amount for amount in amounts if isinstance(amount, int)]
    if len(known) != len(amounts):
        return Seen(None, present=True, obstacle=NO_VALUE)
    # an overdraft is a debt, not a negative deposit: it does not reduce what is held elsewhere
    return Seen(sum(max(0, amount) for amount in known), present=True)


def _sum_in_period(
    rows: list[Row], source: Source, comparison: Comparison, look_back: Period
) -> Seen:
    inside = []
    for row in rows:
        period = row_period(row, source)
        if period is None or (
            period.overlap(look_back) is not None and not _within(period, look_back)
        ):
            return Seen(None, present=True, obstacle=YEAR_ONLY)
        if _within(period, look_back):
            inside.append(row)
    amounts = [row.get(comparison.item) for row in inside]
    known = [amount for amount in amounts if isinstance(amount, int)]
    if len(known) != len(amounts):
        return Seen(None, present=True, obstacle=NO_VALUE)
    remark = _GROSS if comparison.against.side == "incomes" else ""
    return Seen(sum(known), present=bool(inside), remark=remark)


def _monthly(rows: list[Row], comparison: Comparison, look_back: Period) -> Seen:
    total = 0
    for row in rows:
        rate = row.get(comparison.item)
        if not isinstance(rate, int):
            return Seen(None, present=True, obstacle=NO_VALUE)
        if row.get("status") in _NOT_IN_PAYMENT:
            return Seen(None, present=True, question=_STOPPED)
        drawn = drawn_in(row, look_back)
        if drawn is None:
            return Seen(None, present=True, question=_NO_START)
        total += rate * (drawn.months() if isinstance(drawn, Period) else 0)
    return Seen(total, present=True, remark=_BY_RATE)


def drawn_in(row: Row, look_back: Period) -> Period | str | None:
    """Give the part of the look-back period in which a benefit was drawn (领取期间).

    None where the source does not say since when; the word ``later`` where it began afterwards.
    """
    since = row.get("benefit_from")
    if not isinstance(since, str):
        return None
    started = date.fromisoformat(since).replace(day=1)
    first = max(started, look_back.first)
    return Period(first, look_back.last) if first in look_back else "later"


def row_period(row: Row, source: Source) -> Period | None:
    """Give the month or year a row is dated by (所属期), or None where it has no date."""
    written = row.get(source.dated_by) if source.dated_by else None
    if not isinstance(written, str):
        return None
    if _YEAR.fullmatch(written):
        return Period(date(int(written), 1, 1), date(int(written), 12, 31))
    year, month = (int(part) for part in written.split("-"))
    following = date(year + month // 12, month % 12 + 1, 1)
    return Period(date(year, month, 1), date.fromordinal(following.toordinal() - 1))


def _within(period: Period, look_back: Period) -> bool:
    return period.first in look_back and period.last in look_back


def is_about(line: Mapping[str, Any], against: Against) -> bool:
    """
    Tell whether a line of that side is of the class, and of no other kind than those meant.

    An expense has a kind alone, which is its class.
    """
    return bool(
        line.get("class", line.get("kind")) == against.class_
        and (not against.kinds or line.get("kind") in (None, "", *against.kinds))
    )


def declared_total(
    declared: Mapping[str, Any], comparison: Comparison, look_back: Period
) -> int | None:
    """Add what was declared on one comparison (申报数): fen, or a number of things.

    None where a declared income lies only partly in the look-back period; it is not cut.
    """
    against = comparison.against
    lines = [line for line in declared.get(against.side) or () if is_about(line, against)]
    if comparison.measure == "count":
        return len(lines)
    if against.side == "assets":
        return sum(fen_from_yuan(line["value"]) for line in lines)
    total = 0
    for line in lines:
        period = _declared_period(line)
        if period is not None and period.overlap(look_back) is None:
            continue
        if period is not None and not _within(period, look_back):
            return None
        total += fen_from_yuan(line["amount"])
    return total


def _declared_period(line: Mapping[str, Any]) -> Period | None:
    if line.get("from") is None or line.get("to") is None:
        return None
    return Period(_day(line["from"]), _day(line["to"]))


def _day(written: Any) -> date:
    return written if isinstance(written, date) else date.fromisoformat(written)
