"""Parameters as pages show them: the value in words, who set it, and how far the text was read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from hedui.faces.workbench import charts
from hedui.policy.history import Span, history
from hedui.policy.law import Citation, Seen
from hedui.policy.lock import place_parameters
from hedui.policy.parameters import NATION
from hedui.policy.standing import Line, standing
from hedui.values.divisions import DivisionError, full_name

MARKS: dict[Seen, str] = {
    "text": "已见原文",
    "excerpt": "见过摘录",
    "memory": "凭记忆，待核",
    "example": "算例，不是公布数",
}
_DRAFT = "征求意见稿，未生效"


@dataclass(frozen=True, slots=True)
class Row:
    """One parameter as a page shows it; mark and words say how far its text was read."""

    name: str
    label: str
    text: str
    division: str | None
    since: date | None
    until: date | None
    reference: Citation | None
    mark: str
    mark_words: str
    note: str | None

    @classmethod
    def of_line(cls, line: Line) -> "Row":
        """Write a parameter as it holds on a day."""
        use = line.use
        mark, words = _marked(use.reference, use.seen)
        return cls(
            use.name, use.label, line.text, use.division, use.valid_from, None, use.reference,
            mark, words, line.note,
        )  # fmt: skip

    @classmethod
    def of_span(cls, span: Span) -> "Row":
        """Write a parameter as it held for a time."""
        dated = span.dated
        reference = dated.reference if dated else None
        mark, words = _marked(reference, dated.seen if dated else None)
        return cls(
            span.entry.name, span.entry.label, span.text, span.division, span.since, span.until,
            reference, mark, words, dated.note if dated else None,
        )  # fmt: skip

    @property
    def is_recorded(self) -> bool:
        """Whether anybody set it."""
        return self.division is not None

    @property
    def is_local(self) -> bool:
        """Whether the place or one above it below the nation set it."""
        return self.division not in (None, NATION)

    @property
    def place(self) -> str:
        """Name who set it."""
        return place_name(self.division) if self.division else ""


def _marked(reference: Citation | None, seen: Seen | None) -> tuple[str, str]:
    if reference is None or seen is None:
        return "", ""
    if reference.instrument.is_draft:
        return "draft", _DRAFT
    return seen, MARKS[seen]


def rows(*, division: str, programme: str, on: date) -> list[Row]:
    """Give every parameter of the programme as it holds. :raises PolicyError: as `standing`"""
    lines = standing(None, division=division, programme=programme, on=on)
    return [Row.of_line(line) for line in lines]


def courses(
    shown: Iterable[Row], *, division: str, programme: str, today: date
) -> list[tuple[Row, charts.Steps, list[Row]]]:
    """Draw the amounts among these rows over time, each with the table behind its chart."""
    drawn = []
    for row in shown:
        spans = history(row.name, division=division, programme=programme)
        chart = charts.steps(spans, today=today)
        if chart is not None:
            drawn.append((row, chart, [Row.of_span(span) for span in spans]))
    return drawn


def places_with_own() -> list[tuple[str, str, int]]:
    """List the places that set parameters themselves: code, name, how many."""
    counted = (
        (code, place_name(code), sum(len(values) for values in chapters.values()))
        for code, chapters in sorted(place_parameters().places.items())
        if code != NATION
    )
    return list(counted)


def place_name(code: str) -> str:
    """Name a division, the nation too; "" where there is none of that code."""
    if code == NATION:
        return "全国"
    try:
        return full_name(code)
    except DivisionError:
        return ""
