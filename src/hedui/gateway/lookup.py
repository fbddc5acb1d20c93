"""
Find what a department holds of one person, in the scope that was allowed (查找).

A row is this person's only if the number is; the name must agree as well. Where two people
share a number nothing at all is disclosed. A cell that decides a figure and cannot be read
makes the answer UNAVAILABLE; any other is left out and the answer is PARTIAL.

Where a minimal form (简答项) is asked, it alone is answered, once for all rows together; what it
was counted from leaves this module in nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import get_args

from hedui.catalogue import ItemValue, ItemValueError, Minimal, Source, from_cell
from hedui.comparison import figure
from hedui.gateway.dataset import Dataset, Row
from hedui.gateway.tables import DataUnreadable
from hedui.values.identity import Match, match_identity
from hedui.values.resident_id import ResidentId
from hedui.wire.dated import falls_within
from hedui.wire.inquiry import InquiryElement
from hedui.wire.messages import Outcome
from hedui.wire.strict_json import UNSEEN

MOST_ROWS = 2000
_DEGREES: tuple[Match, ...] = get_args(Match)


@dataclass(frozen=True, slots=True)
class Finding:
    """
    What there is of a person.

    name, number: as written in the data, or as asked where nothing is disclosed
    items: the full names of the items that were answered
    fault: for the department's own eyes, why it could not tell
    is_passing: it may be able to tell a little later: the data could not be reached
    """

    outcome: Outcome
    as_of: date | None
    name: str
    number: str
    records: tuple[dict[str, ItemValue], ...] = ()
    items: tuple[str, ...] = ()
    fault: str = ""
    is_passing: bool = False


class _Nothing(Exception):
    """There is nothing to disclose."""

    def __init__(self, outcome: Outcome, as_of: date | None, fault: str = "") -> None:
        self.outcome: Outcome = outcome
        self.as_of = as_of
        self.fault = fault


def find(
    dataset: Dataset,
    source: Source,
    asked: InquiryElement,
    *,
    person: ResidentId,
    items: Sequence[str],
    today: date,
) -> Finding:
    """
    Look one person up.

    items: full names of what may be answered: asked, authorized and agreed
    """
    forms = source.forms_in(items)
    items = [form.item.full_name for form in forms] or items
    try:
        wanted = readable(dataset, source, items)
        written, rows, as_of = _of_person(dataset, asked, person, wanted, today)
        records = _records(source, asked, rows, wanted if forms else _held(dataset, items))
        if forms and records:
            records = (_minimal(source, forms, records, asked),)
    except _Nothing as nothing:
        return _undisclosed(asked, nothing.outcome, nothing.as_of, nothing.fault)
    except ItemValueError as fault:
        return _undisclosed(asked, "UNAVAILABLE", None, str(fault))
    except DataUnreadable as fault:
        return unreached(asked, str(fault))
    if not records:
        return _undisclosed(asked, "NOT_FOUND", dataset.as_of(today))
    answered = tuple(
        name for name in items if all(name.partition(".")[2] in record for record in records)
    )
    return Finding(
        outcome="FOUND" if len(answered) == len(asked.items) else "PARTIAL",
        as_of=as_of,
        name=UNSEEN.sub("", written.name)[:100],
        number=UNSEEN.sub("", written.number)[:64],
        records=records,
        items=answered,
    )


def readable(dataset: Dataset, source: Source, items: Sequence[str]) -> list[str]:
    """Return the short names of what must be read: those items, and what dates a row."""
    counted = [
        name
        for form in source.forms_in(items)
        for name in (form.of, *source.figure_of(form).companions)
    ]
    if not dataset.columns.issuperset(counted):
        raise DataUnreadable(f"简答需要的列不全:{'、'.join(counted)}")
    held = list(dict.fromkeys([*_held(dataset, items), *counted]))
    by = source.dated_by
    return [*held, by] if by in dataset.columns and by not in held else held


def unreached(asked: InquiryElement, fault: str) -> Finding:
    """Say that nothing can be told now, and may be a little later."""
    name, number = asked.subject_name, asked.subject_number
    return Finding("UNAVAILABLE", None, name, number, fault=fault, is_passing=True)


def _undisclosed(
    asked: InquiryElement, outcome: Outcome, as_of: date | None, fault: str = ""
) -> Finding:
    return Finding(outcome, as_of, asked.subject_name, asked.subject_number, fault=fault)


def _held(dataset: Dataset, items: Sequence[str]) -> list[str]:
    """Return the short names of those items that the data has."""
    short = [name.partition(".")[2] for name in items]
    return [name for name in short if name in dataset.columns]


def _of_person(
    dataset: Dataset,
    asked: InquiryElement,
    person: ResidentId,
    wanted: Sequence[str],
    today: date,
) -> tuple[Row, Sequence[Row], date]:
    """Return the row that is written least like what was asked, all rows, and the oldest day."""
    whole = dataset.as_of(today)
    if whole is None:
        # an empty table says nothing about anyone, least of all that they own nothing
        raise _Nothing("UNAVAILABLE", None, "数据中没有可用的行")
    matched = [
        (_DEGREES.index(match), row)
        for row in dataset.of(person, wanted, today)
        if (match := match_identity(person, asked.subject_name, row.number, row.name))
    ]
    if not matched:
        raise _Nothing("NOT_FOUND", whole)
    rows = [row for _degree, row in matched]
    days = [row.as_of for row in rows if row.as_of and row.as_of <= today]
    if len(days) != len(rows):
        raise _Nothing("UNAVAILABLE", None, "as_of：数据日期有误或在将来")
    if len(rows) > MOST_ROWS:
        raise _Nothing("UNAVAILABLE", None, f"一人超过 {MOST_ROWS} 行")
    conflicts = sum(_DEGREES[degree] == "name_conflict" for degree, _row in matched)
    if conflicts:
        raise _Nothing("NAME_MISMATCH" if conflicts == len(rows) else "MULTIPLE", min(days))
    return max(matched, key=lambda pair: pair[0])[1], rows, min(days)


def _records(
    source: Source, asked: InquiryElement, rows: Sequence[Row], readable: Sequence[str]
) -> tuple[dict[str, ItemValue], ...]:
    records = []
    for row in rows:
        dated = {} if source.dated_by is None else _values(source, row, [source.dated_by])
        if falls_within(source, dated, asked.period):
            records.append(_values(source, row, readable))
    return tuple(records)


def _minimal(
    source: Source,
    forms: Sequence[Minimal],
    records: Sequence[dict[str, ItemValue]],
    asked: InquiryElement,
) -> dict[str, ItemValue]:
    """Count what each form stands for. :raises ItemValueError: a cell that it needs says nothing"""
    said: dict[str, ItemValue] = {}
    for form in forms:
        by = source.figure_of(form)
        needed = (form.of, *by.companions)
        if any(record.get(name) is None for record in records for name in needed):
            raise ItemValueError(f"{form.item.full_name}:{'、'.join(needed)} 有空白或者读不出的")
        counted = figure(records, source, by, asked.period)
        assert counted is not None  # every cell that it counts was read
        said[form.item.name] = form.said(counted)
    return said


def _values(source: Source, row: Row, names: Sequence[str]) -> dict[str, ItemValue]:
    values: dict[str, ItemValue] = {}
    for name in names:
        try:
            values[name] = from_cell(source.items[name], row.cells.get(name))
        except ItemValueError:
            if name in source.decisive:
                raise
    return values
