"""
Say what is true (真值): what each member declared and holds, and what a comparison must come to.

Computed here from what was drawn, in columns, without the SQL that `recheck` compares with.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from hedui.batch.sample.population.holdings import Held
from hedui.batch.sample.population.plan import Plan
from hedui.catalogue import Comparison, Source
from hedui.policy.kinds import ASSET_KINDS, INCOME_KINDS
from hedui.values.periods import Period

STATUSES: Final = ("consistent", "inconsistent", "not_found", "awaiting_explanation")
_CONSISTENT, _INCONSISTENT, _NOT_FOUND, _AWAITING = range(4)


@dataclass(slots=True)
class Figure:
    """What is truly there of one comparison, by member; amounts in fen, or numbers of things."""

    source: Source
    comparison: Comparison
    present: Any
    amount: Any
    question: Any
    seen: Any

    @property
    def counts(self) -> bool:
        """Whether things are counted, not fen."""
        return self.comparison.measure == "count"

    @property
    def kind(self) -> str:
        """Name the kind under which a household declares it."""
        against = self.comparison.against
        known = {**INCOME_KINDS, **ASSET_KINDS}[against.class_]
        return (against.kinds or known or ("",))[0]


@dataclass(slots=True)
class Declared:
    """The lines of `declared`, in columns; `kind` is a place in `kinds`."""

    member: Any
    figure: Any
    amount: Any
    count: Any


def figures(source: Source, held: Held, members: int, as_of: date) -> list[Figure]:
    """Compute what each member truly holds, comparison by comparison; copies left out."""
    held = held.take(np.flatnonzero((held.owner < members) & ~held.copy))
    period = Period.year_before(as_of)
    first, last = _month(period.first), _month(period.last)
    inside = np.ones(len(held.owner), dtype=bool)
    if source.dated_by:
        months = held.items[source.dated_by].values
        inside = (months >= first) & (months <= last)
    seen = _summed(held.owner, inside, members) > 0
    return [
        Figure(source, each, *_measured(each, held, inside, (first, last), members), seen)
        for each in source.comparisons
    ]


def _measured(
    each: Comparison, held: Held, inside: Any, period: tuple[int, int], members: int
) -> tuple[Any, Any, Any]:
    chosen = inside.copy()
    for name, codes in each.where.items():
        chosen &= _is_any(held, name, codes)
    counted = chosen.copy()
    for name, codes in each.unless.items():
        counted &= ~_is_any(held, name, codes)
    cells = held.items[each.item]
    question = np.zeros(len(inside), dtype=bool)
    if each.measure == "count":
        values = np.ones(len(inside), dtype=np.int64)
    elif each.measure == "monthly":
        values = cells.values * _months(held, period)
        question = counted & _is_any(held, "status", ("suspended", "ended"))
    else:
        values = cells.values
    if each.measure == "hint":
        question = counted & cells.known & (values > 0)
        counted = chosen = np.zeros(len(inside), dtype=bool)
    present = chosen if each.measure != "sum_in_period" else counted
    return (
        _summed(held.owner, present, members),
        _summed(held.owner, np.where(counted, values, 0), members),
        _summed(held.owner, question, members),
    )


def _is_any(held: Held, name: str, codes: tuple[str, ...]) -> Any:
    cells = held.items[name]
    places = [place for place, word in enumerate(cells.words) if word in codes]
    return cells.known & np.isin(cells.values, places)


def _months(held: Held, period: tuple[int, int]) -> Any:
    days = held.items["benefit_from"].values.astype("datetime64[D]")
    started = days.astype("datetime64[M]").astype(np.int64) + 1970 * 12
    return np.maximum(0, period[1] - np.maximum(started, period[0]) + 1)


def _summed(owner: Any, values: Any, members: int) -> Any:
    total = np.zeros(members, dtype=np.int64)
    np.add.at(total, owner, values.astype(np.int64))
    return total


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def declarations(rng: Any, plan: Plan, known: list[Figure]) -> Declared:
    """Decide what the members declare of what they hold, and what they do not hold."""
    chance = plan.declarations
    parts: list[tuple[Any, Any, Any, Any]] = []
    for place, figure in enumerate(known):
        if figure.comparison.measure == "hint":
            continue
        drawn = rng.random(len(figure.amount)) * 1000
        part = rng.random(len(drawn))
        said = figure.amount.copy()
        less = drawn < chance["understated"]
        said[less] = (said[less] * part[less] * 0.7).astype(np.int64)
        more = (drawn >= 500) & (drawn < 500 + chance["overstated"])
        said[more] += 1 if figure.counts else (part[more] * 500_000).astype(np.int64) + 100
        said[drawn >= 1000 - chance["undeclared"]] = 0
        held = figure.amount > 0
        in_vain = ~held & (part * 1000 < chance["declared_in_vain"])
        made_up = np.ones(len(said), dtype=np.int64)
        if not figure.counts:
            made_up = (drawn * 1000).astype(np.int64) + 100
        said = np.where(held, said, np.where(in_vain, made_up, 0))
        who = np.flatnonzero(said)
        amounts = said[who]
        nothing, one = np.zeros_like(amounts), np.ones_like(amounts)
        values = (nothing, amounts) if figure.counts else (amounts, one)
        parts.append((who, np.full(len(who), place), *values))
    member, figure_of, amount, count = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    order = np.lexsort((figure_of, member))
    return Declared(member[order], figure_of[order], amount[order], count[order])


def said(declared: Declared, known: list[Figure], figure: Figure) -> Any:
    """Add up what each member declared that one comparison is held against."""
    against = figure.comparison.against
    fits = np.array([
        each.comparison.measure != "hint"
        and each.comparison.against.class_ == against.class_
        and (not against.kinds or each.kind in ("", *against.kinds))
        for each in known
    ])  # fmt: skip
    lines = fits[declared.figure]
    values = declared.count if figure.counts else declared.amount
    return _summed(declared.member, np.where(lines, values, 0), len(figure.amount))


def statuses(figure: Figure, declared: Any) -> Any:
    """
    Tell what a comparison must come to where every row is known for what it is; -1 for no line.
    """
    asked = figure.question > 0
    if figure.comparison.measure == "hint":
        return np.where((declared == 0) & figure.seen & asked, _AWAITING, -1)
    nothing = (figure.present == 0) & (declared == 0)
    equal = figure.amount == declared
    status = np.where(equal, _CONSISTENT, _INCONSISTENT)
    status = np.where(equal & (declared == 0), -1, status)
    status = np.where(asked, _AWAITING, status)
    status = np.where(figure.present == 0, _NOT_FOUND, status)
    return np.where(nothing, -1, status)
