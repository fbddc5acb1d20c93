"""What goes into a comparison, and what comes out: an answer, a status, a finding (比对结果)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Literal

Value = str | int | bool | None
Row = Mapping[str, Value]
Side = Literal["incomes", "assets", "expenses", "members"]
Unit = Literal["fen", "count", "words"]


class Status(Enum):
    """The six statuses (比对状态); only the first two speak about amounts."""

    CONSISTENT = "consistent"
    INCONSISTENT = "inconsistent"
    NOT_FOUND = "not_found"
    NO_REPLY = "no_reply"
    AWAITING_EXPLANATION = "awaiting_explanation"
    NOT_COMPARABLE = "not_comparable"

    @property
    def label(self) -> str:
        """The word the report uses."""
        return _LABELS[self]


_LABELS = {
    Status.CONSISTENT: "一致",
    Status.INCONSISTENT: "不一致",
    Status.NOT_FOUND: "未核到",
    Status.NO_REPLY: "未反馈",
    Status.AWAITING_EXPLANATION: "待说明",
    Status.NOT_COMPARABLE: "不可比",
}


@dataclass(frozen=True, slots=True)
class SourceAnswer:
    """What one source answered about one member (反馈), as far as comparison needs it.

    outcome: FOUND, NOT_FOUND, PARTIAL, MULTIPLE, NAME_MISMATCH, UNAVAILABLE, REFUSED, NO_REPLY;
        any other outcome is taken as no usable reply
    as_of: the day up to which the source's records go (数据截止日); without it nothing is fresh
    match: how the person found matches the one asked: exact, upgraded, normalised, name_variant,
        name_conflict
    rows: item → value as the catalogue types it, money in fen
    items: full names of the items that were asked; None where all were
    max_age_days: how old it may be, as agreed with the department; None as the catalogue has it
    """

    outcome: str
    as_of: date | None = None
    serial: str | None = None
    unit: str | None = None
    match: str | None = None
    rows: Sequence[Row] = field(default=(), repr=False)
    received_at: datetime | None = None
    items: frozenset[str] | None = None
    max_age_days: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: member × item, declared beside found (申报与核到).

    item: full name of the catalogue item; side and class_: the part of the declaration
    declared_* and found_*: fen in the look-back period for incomes, fen held for assets, or a
        number of things; None where there is no number to show. A found None is never a zero.
    found_words: what the source said in place of a number (简答), such as 高于1万元
    unit: `words` where the note alone says what is registered (成员情况)
    """

    member_key: str
    source: str
    item: str
    label: str
    side: Side
    class_: str
    status: Status
    unit: Unit
    note: str
    declared_fen: int | None = None
    found_fen: int | None = None
    declared_count: int | None = None
    found_count: int | None = None
    found_words: str = ""
    as_of: date | None = None
    match: str | None = None
