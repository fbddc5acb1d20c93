"""How a parameter went at a place (沿革): the spans in which one value held, oldest first."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hedui.policy.lock import place_parameters
from hedui.policy.parameter_files import CHAPTERS, READERS, Dated, Declared
from hedui.policy.parameters import ParameterFiles, PolicyError, division_chain
from hedui.policy.programme import programme as programme_named
from hedui.policy.trace import value_text
from hedui.policy.vocabulary import word

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """One value and the days on which it held; until None: it holds on.

    division, dated: who set it and how; both None for a time of which nothing is recorded
    """

    entry: Declared
    since: date
    until: date | None
    division: str | None
    dated: Dated | None

    @property
    def value(self) -> Any:
        """The value as the rules see it; None where nothing is recorded."""
        return None if self.dated is None else READERS[self.entry.unit](self.dated.value)

    @property
    def text(self) -> str:
        """The value as people read it, with the word it is compared by."""
        if self.dated is None:
            return "未收录"
        written = value_text(self.value, self.entry.unit, self.entry.words)
        operator = self.dated.operator
        return f"{word(operator, 'operators')} {written}" if operator else written


def history(
    name: str, *, division: str, programme: str, files: ParameterFiles | None = None
) -> list[Span]:
    """Give what held at the division from the first recorded day on; none recorded gives none.

    :raises PolicyError: the programme or the parameter is unknown, or the code is not six digits
    """
    asked = programme_named(programme)
    if name not in asked.parameters:
        raise PolicyError(f"{asked.label}没有名为“{name}”的参数。")
    place = files or place_parameters()
    chain = division_chain(division)
    spans: list[Span] = []
    for on in _turns(place, name, chain, asked.folders):
        code, dated = place.find(name, chain=chain, folders=asked.folders, on=on) or (None, None)
        if spans and spans[-1].dated is dated:
            continue
        if spans:
            spans[-1] = _ended(spans[-1], on - _DAY)
        spans.append(Span(asked.parameters[name], on, None, code, dated))
    return spans


def _ended(span: Span, until: date) -> Span:
    return Span(span.entry, span.since, until, span.division, span.dated)


def _turns(
    place: ParameterFiles, name: str, chain: tuple[str, ...], folders: tuple[str, ...]
) -> list[date]:
    """List the days on which another value may begin to hold."""
    found = [
        dated
        for code in chain
        for chapter in (*folders, *CHAPTERS)
        for dated in place.places.get(code, {}).get(chapter, {}).get(name, ())
    ]
    ends = {dated.until + _DAY for dated in found if dated.until is not None}
    return sorted({dated.valid_from for dated in found} | ends)
