"""
Keep answers to the period that was asked about (核算期).
"""

from collections.abc import Mapping
from datetime import date

from hedui.catalogue import ItemValue, Source
from hedui.values.periods import Period


def falls_within(source: Source, row: Mapping[str, ItemValue], period: Period) -> bool:
    """
    Tell whether a row may be answered for a period.

    A row is out only if the source dates its rows and this one's month or year shares no day
    with the period; what is not dated is about the as-of day.
    """
    dated = row.get(source.dated_by) if source.dated_by else None
    if not isinstance(dated, str):
        return True
    year, _hyphen, month = dated.partition("-")
    first = date(int(year), int(month or 1), 1)
    last_month = int(month or 12)
    # the last day of the span is the day before the next month begins; comparing months suffices
    starts_after = first > period.last
    ends_before = (int(year), last_month) < (period.first.year, period.first.month)
    return not (starts_after or ends_before)
