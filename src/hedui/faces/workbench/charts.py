"""Charts drawn as SVG on the server: a parameter over time, households by income.

A chart is geometry and words; the template draws it, and the same numbers stand in a table.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from hedui.policy.history import Span
from hedui.procedure.cases.written import lasting
from hedui.values.money import yuan_text

WIDTH, HEIGHT = 360, 190
LEFT, RIGHT, TOP, BOTTOM = 14, 346, 34, 160
"""The frame within which values are drawn, in the units of the drawing."""
_MONEY = ("fen", "fen_monthly", "fen_annual")


class Mark(NamedTuple):
    """A word at a place; anchor as SVG names it."""

    x: int
    y: int
    text: str
    anchor: str = "middle"


class Bar(NamedTuple):
    """A bar from the ground up."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Steps:
    """A value that holds until the next: one path for each stretch without a gap."""

    title: str
    summary: str
    paths: tuple[str, ...]
    dots: tuple[Mark, ...]
    ticks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """Households before and after by income, with the line they are held against."""

    title: str
    summary: str
    before: tuple[Bar, ...]
    after: tuple[Bar, ...]
    ticks: tuple[Mark, ...]
    line: int
    most: int


def is_money(span: Span) -> bool:
    """Whether the parameter is an amount, which alone is drawn."""
    return span.entry.unit in _MONEY


def steps(spans: Sequence[Span], *, today: date) -> Steps | None:
    """Draw an amount over time, from its first day to today or to the last change that is known."""
    drawn = [span for span in spans if span.dated is not None and is_money(span)]
    if not drawn:
        return None
    first, last = spans[0].since, max(today, spans[-1].since)
    days = max((last - first).days, 1)
    most = max(span.value for span in drawn) or 1

    def across(day: date) -> int:
        return LEFT + (RIGHT - LEFT) * (min(day, last) - first).days // days

    def up(fen: int) -> int:
        return BOTTOM - (BOTTOM - TOP) * fen // most

    label, unit = drawn[0].entry.label, drawn[0].text.rpartition("元")[2]
    told = [f"{span.since}起{span.text}" for span in drawn]
    return Steps(
        title=f"{label}的变化",
        summary=";".join(told),
        paths=_paths(drawn, last, across, up),
        dots=tuple(
            Mark(
                across(span.since),
                up(span.value),
                yuan_text(span.value).removesuffix(".00")
                + (f" 元{unit}" if span is drawn[0] else ""),
                _anchor(across(span.since)),
            )
            for span in drawn
        ),
        ticks=(
            Mark(LEFT, BOTTOM + 18, _month(first), "start"),
            Mark(RIGHT, BOTTOM + 18, _month(last), "end"),
        ),
    )


def _paths(
    drawn: Sequence[Span],
    last: date,
    across: Callable[[date], int],
    up: Callable[[int], int],
) -> tuple[str, ...]:
    """Go along each value and up or down to the next; where nothing is recorded, stop."""
    paths: list[str] = []
    end: date | None = None
    for span in drawn:
        x, y = across(span.since), up(span.value)
        if end is not None and (span.since - end).days == 1:
            paths[-1] += f" H{x} V{y}"
        else:
            paths.append(f"M{x} {y}")
        paths[-1] += f" H{across(span.until or last)}"
        end = span.until
    return tuple(paths)


def bars(counts_before: Sequence[int], counts_after: Sequence[int], *, name: str) -> Bars:
    """Draw the households by income per head, in tenths of the line, before and after."""
    most = max(*counts_before, *counts_after, 1)
    slot = (RIGHT - LEFT) // len(counts_after)
    half = slot // 2

    def drawn(counts: Sequence[int], shift: int) -> tuple[Bar, ...]:
        heights = [(BOTTOM - TOP) * count // most for count in counts]
        return tuple(
            Bar(LEFT + slot * at + shift, BOTTOM - height, half - 1, height)
            for at, height in enumerate(heights)
        )

    line = (len(counts_after) - 1) // 2
    below = [sum(counts[:line]) for counts in (counts_before, counts_after)]
    return Bars(
        title=f"人均收入与低保标准之比{name}",
        summary=f"低于低保标准的,现行 {below[0]} 户,变动后 {below[1]} 户;最高的一栏 {most} 户。",
        before=drawn(counts_before, 0),
        after=drawn(counts_after, half),
        ticks=tuple(
            Mark(LEFT + slot * tenth, BOTTOM + 18, f"{tenth * 10}%")
            for tenth in range(0, len(counts_after), 5)
        ),
        line=LEFT + slot * line,
        most=most,
    )


@dataclass(frozen=True, slots=True)
class Spread:
    """How long answers took, day by day: half of them, and all but a twentieth."""

    title: str
    summary: str
    median: str
    p95: str
    ticks: tuple[Mark, ...]


def spread(days: Sequence[tuple[date, int, int]], *, name: str) -> Spread | None:
    """Draw median and 95th percentile, in milliseconds, over days; one day alone is no course."""
    if len(days) < 2:
        return None
    first, last = days[0][0], days[-1][0]
    length = (last - first).days
    most = max(high for _, _, high in days) or 1

    def drawn(values: Sequence[tuple[date, int]]) -> str:
        places = [
            (
                LEFT + (RIGHT - LEFT) * (day - first).days // length,
                BOTTOM - (BOTTOM - TOP) * value // most,
            )
            for day, value in values
        ]
        return "M" + " L".join(f"{x} {y}" for x, y in places)

    told = [
        f"{day}中位数 {lasting(middle)}、95% 在 {lasting(high)}内" for day, middle, high in days
    ]
    return Spread(
        title=f"{name}的答复用时",
        summary=";".join(told),
        median=drawn([(day, middle) for day, middle, _ in days]),
        p95=drawn([(day, high) for day, _, high in days]),
        ticks=(
            Mark(LEFT, BOTTOM + 18, f"{first:%m-%d}", "start"),
            Mark(RIGHT, BOTTOM + 18, f"{last:%m-%d}", "end"),
            Mark(LEFT, TOP - 14, f"最高 {lasting(most)}", "start"),
        ),
    )


@dataclass(frozen=True, slots=True)
class Columns:
    """Counts beside one another, such as one for each month."""

    title: str
    summary: str
    bars: tuple[Bar, ...]
    counts: tuple[Mark, ...]
    ticks: tuple[Mark, ...]


def columns(counted: Sequence[tuple[str, int]], *, title: str) -> Columns | None:
    """Draw counts as columns, each with its number above; where all are nought, nothing."""
    most = max((count for _, count in counted), default=0)
    if not most:
        return None
    slot = (RIGHT - LEFT) // len(counted)
    heights = [(BOTTOM - TOP) * count // most for _, count in counted]
    middles = [LEFT + slot * at + slot // 2 for at in range(len(counted))]
    return Columns(
        title=title,
        summary=";".join(f"{label} {count}" for label, count in counted),
        bars=tuple(
            Bar(LEFT + slot * at + 2, BOTTOM - height, slot - 4, height)
            for at, height in enumerate(heights)
        ),
        counts=tuple(
            Mark(middle, BOTTOM - height - 5, str(count))
            for middle, height, (_, count) in zip(middles, heights, counted, strict=True)
            if count
        ),
        ticks=tuple(
            Mark(middle, BOTTOM + 18, label)
            for middle, (label, _) in zip(middles, counted, strict=True)
        ),
    )


class Row(NamedTuple):
    """One line of a share: what, how wide the whole and the part are, and where it stands."""

    y: int
    label: str
    whole: int
    part: int
    told: str


@dataclass(frozen=True, slots=True)
class Shares:
    """Parts of wholes beneath one another, such as how often each source was overturned."""

    title: str
    summary: str
    rows: tuple[Row, ...]
    height: int


ROW_HEIGHT = 38


def shares(counted: Sequence[tuple[str, int, int]], *, title: str) -> Shares | None:
    """Draw the part of each whole, both by number: a share of two says less than one of fifty."""
    most = max((whole for _, whole, _ in counted), default=0)
    if not most:
        return None
    return Shares(
        title=title,
        summary=";".join(f"{label} {whole} 次中 {part} 次" for label, whole, part in counted),
        rows=tuple(
            Row(
                ROW_HEIGHT * at + 14,
                label,
                WIDTH * whole // most,
                WIDTH * part // most,
                f"{part} / {whole}",
            )
            for at, (label, whole, part) in enumerate(counted)
        ),
        height=ROW_HEIGHT * len(counted),
    )


def _anchor(x: int) -> str:
    middle = (LEFT + RIGHT) // 2
    return "start" if x < middle // 2 else "end" if x > RIGHT - middle // 2 else "middle"


def _month(on: date) -> str:
    return f"{on.year}-{on.month:02d}"
