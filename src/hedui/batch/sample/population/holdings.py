"""
Draw what people hold by one source (来源数据), in columns, as it truly is.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from hedui.batch.sample.population.people import People
from hedui.batch.sample.population.plan import GROUPS, Kind, Plan
from hedui.catalogue import Item, Source
from hedui.values.periods import Period

_MONTHS: Final = 12


@dataclass(slots=True)
class Cells:
    """
    One item of many rows; where it is not `known` the cell is empty.

    values: fen or whole numbers, places in `words` (enum, text), days since 1970, months since 0
    """

    values: Any
    known: Any
    words: tuple[str, ...] = ()


@dataclass(slots=True)
class Held:
    """
    The rows of one source in no order: whose each is, and its items.

    of_paper: rows whose old paper has no number; copy: rows that stand there twice
    """

    owner: Any
    items: dict[str, Cells]
    of_paper: Any
    copy: Any

    def take(self, order: Any) -> "Held":
        """Return these rows in this order."""
        items = {
            name: Cells(cells.values[order], cells.known[order], cells.words)
            for name, cells in self.items.items()
        }
        return Held(self.owner[order], items, self.of_paper[order], self.copy[order])


def draw_holdings(rng: Any, plan: Plan, source: Source, people: People, as_of: date) -> Held:
    """Draw the rows of a source, some of them twice, in mixed order."""
    drawn = [_of_kind(rng, plan, source, kind, people, as_of) for kind in plan.kinds[source.name]]
    held = _together(source, drawn)
    twice = np.flatnonzero(rng.random(len(held.owner)) * 1000 < plan.rows["duplicated"])
    order = np.concatenate([np.arange(len(held.owner)), twice])
    held = held.take(order)
    held.copy[len(order) - len(twice) :] = True
    return held.take(rng.permutation(len(order)))


def _of_kind(rng: Any, plan: Plan, source: Source, kind: Kind, people: People, as_of: date) -> Held:
    chances = np.array([kind.holders.get(group, 0) for group in GROUPS])
    holders = np.flatnonzero(rng.random(len(people)) * 1000 < chances[people.group])
    weights = np.array(kind.number) / sum(kind.number)
    owner = np.repeat(holders, 1 + rng.choice(len(weights), len(holders), p=weights))
    dated = source.dated_by
    monthly = dated is not None and kind.items.get(dated) == "every month"
    if monthly:
        owner = np.repeat(owner, _MONTHS)
    items = {
        name: _cells(rng, plan, item, kind.items.get(name), len(owner), as_of)
        for name, item in source.items.items()
    }
    if monthly:
        _steady(source, items)
    if kind.at_death:
        _end(items, kind.at_death, people.died[owner])
    nothing = np.zeros(len(owner), dtype=bool)
    held = Held(owner, items, _of_paper(rng, plan, kind, items, as_of, nothing), nothing.copy())
    return _with_spouses(rng, kind, people, held) if kind.with_spouse else held


def _cells(rng: Any, plan: Plan, item: Item, drawn: Any, count: int, as_of: date) -> Cells:
    """Draw an item of many rows as the plan says; empty where it says nothing."""
    if drawn is None:
        return Cells(np.zeros(count, dtype=np.int64), np.zeros(count, dtype=bool))
    known = np.ones(count, dtype=bool)
    if item.type == "enum":
        weights = drawn if isinstance(drawn, dict) else {drawn: 1}
        codes = tuple(item.values)
        chances = np.array([weights.get(code, 0) for code in codes], dtype=float)
        return Cells(rng.choice(len(codes), count, p=chances / chances.sum()), known, codes)
    if item.type in ("text", "share"):
        if isinstance(drawn, str) and "#" in drawn:
            return Cells(_by_pattern(rng, drawn, count), known)
        words = plan.words.get(drawn, (drawn,)) if isinstance(drawn, str) else tuple(drawn)
        return Cells(rng.integers(0, len(words), count), known, words)
    if item.type == "boolean":
        return Cells((rng.random(count) * 1000 < drawn).astype(np.int64), known)
    return Cells(_numbers(rng, item, drawn, count, as_of), known)


def _numbers(rng: Any, item: Item, drawn: Any, count: int, as_of: date) -> Any:
    if item.type == "month":
        last = _month(Period.year_before(as_of).last)
        if drawn == "every month":
            return last - np.arange(count) % _MONTHS
        return last - rng.integers(drawn[0], drawn[1] + 1, count)
    if isinstance(drawn, dict):
        yuan = drawn["median"] * np.exp(drawn["spread"] * rng.standard_normal(count))
        fen = yuan.astype(np.int64) * 100
    else:
        fen = rng.integers(drawn[0], drawn[1] + 1, count)
        if item.type != "fen":
            days = np.datetime64(as_of).astype(np.int64)
            return days - fen if item.type == "date" else fen
        fen *= 100
    # every third amount has odd fen
    return fen + np.where(rng.random(count) < 1 / 3, rng.integers(0, 100, count), 0)


def _by_pattern(rng: Any, pattern: str, count: int) -> Any:
    """Write texts with a random digit for each `#`."""
    text = np.full(count, "", dtype=object)
    for piece in _pieces(pattern):
        if piece[0] == "#":
            digits = rng.integers(0, 10 ** len(piece), count)
            text = text + np.array([f"{each:0{len(piece)}}" for each in digits], dtype=object)
        else:
            text = text + piece
    return text


def _pieces(pattern: str) -> list[str]:
    pieces: list[str] = []
    for letter in pattern:
        if pieces and (letter == "#") == (pieces[-1][0] == "#"):
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _month(day: date) -> int:
    return day.year * _MONTHS + day.month - 1


def _steady(source: Source, items: dict[str, Cells]) -> None:
    """Give all months of one job what its first month has."""
    for name, cells in items.items():
        if name != source.dated_by and len(cells.values):
            cells.values = np.repeat(cells.values[::_MONTHS], _MONTHS)


def _end(items: dict[str, Cells], at_death: Any, died: Any) -> None:
    for name, code in at_death.items():
        items[name].values[died] = items[name].words.index(code)


def _of_paper(
    rng: Any, plan: Plan, kind: Kind, items: dict[str, Cells], as_of: date, nothing: Any
) -> Any:
    """Choose the rows of old papers that have no number: those of before 2000."""
    if not kind.old_papers:
        return nothing
    old = items[kind.old_papers].values < np.datetime64(f"{as_of.year - 24}-01-01").astype(int)
    return old & (rng.random(len(nothing)) * 1000 < plan.rows["missing_in_old_papers"])


def _with_spouses(rng: Any, kind: Kind, people: People, held: Held) -> Held:
    """Let some of the things belong to the spouse too, each with their own share (共有)."""
    members = held.owner < people.members
    partner = np.where(members, people.spouse[np.where(members, held.owner, 0)], -1)
    both = np.flatnonzero(
        (partner >= 0) & (rng.random(len(partner)) * 1000 < kind.with_spouse["chance"])
    )
    changed = held.take(np.concatenate([np.arange(len(held.owner)), both]))
    changed.owner[len(partner) :] = partner[both]
    shared = np.zeros(len(changed.owner), dtype=bool)
    shared[both] = shared[len(partner) :] = True
    for name, value in kind.with_spouse["items"].items():
        cells = changed.items[name]
        if value not in cells.words:
            cells.words = (*cells.words, value)
        cells.values[shared] = cells.words.index(value)
    return changed


def _together(source: Source, drawn: list[Held]) -> Held:
    """Put the kinds of rows of a source one after the other."""
    items = {}
    for name in source.items:
        parts = [held.items[name] for held in drawn]
        words: tuple[str, ...] = tuple(dict.fromkeys(w for part in parts for w in part.words))
        values = [_recoded(part, words) for part in parts]
        as_text = any(value.dtype == object for value in values)
        items[name] = Cells(
            np.concatenate([v.astype(object) if as_text else v for v in values]),
            np.concatenate([part.known for part in parts]),
            words,
        )
    return Held(
        np.concatenate([held.owner for held in drawn]),
        items,
        np.concatenate([held.of_paper for held in drawn]),
        np.concatenate([held.copy for held in drawn]),
    )


def _recoded(cells: Cells, words: tuple[str, ...]) -> Any:
    if not cells.words:
        return cells.values
    return np.array([words.index(word) for word in cells.words])[cells.values]
