"""
Draw counts by day as bars; the template writes the same numbers as a table (图).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

WIDTH, HEIGHT, GROUND, TOP = 720, 180, 150, 10


class Bar(NamedTuple):
    """One bar from the ground, or on the one below it."""

    x: int
    y: int
    width: int
    height: int
    kind: str


class Label(NamedTuple):
    """A word under the ground."""

    x: int
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of many days, with the highest sum."""

    bars: tuple[Bar, ...]
    labels: tuple[Label, ...]
    most: int


def chart(
    days: Sequence[date], counts: Mapping[tuple[str, str], int], kinds: Sequence[str]
) -> Chart:
    """Stack the kinds of each day upon one another."""
    sums = [sum(counts.get((day.isoformat(), kind), 0) for kind in kinds) for day in days]
    most = max(sums, default=0)
    step = WIDTH // max(len(days), 1)
    bars: list[Bar] = []
    for place, day in enumerate(days):
        below = GROUND
        for kind in kinds:
            count = counts.get((day.isoformat(), kind), 0)
            height = (GROUND - TOP) * count // most if most else 0
            if count:
                height = max(height, 2)
                below -= height
                bars.append(Bar(place * step + 2, below, max(step - 4, 2), height, kind))
    every = max(len(days) // 6, 1)
    labels = tuple(
        Label(place * step, f"{day.month}月{day.day}日")
        for place, day in enumerate(days)
        if place % every == 0
    )
    return Chart(tuple(bars), labels, most)
