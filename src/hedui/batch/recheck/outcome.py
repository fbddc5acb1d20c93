"""What the rules say of a household, as declared and as found (两种依据的结果)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Side:
    """
    The outcome on one basis.

    categories, possible: programmes that hold, and those that hold unless what is open fails
    per_capita: fen a month; None where it is unknown
    tests: of the programme asked: pass, fail or unknown
    """

    categories: tuple[str, ...]
    possible: tuple[str, ...]
    per_capita: int | None
    tests: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A household by its number; note: why there is no outcome."""

    h: int
    declared: Side | None
    found: Side | None
    note: str | None = None


class Categories(Protocol):
    """Whatever tells the categories that hold, and those that may."""

    @property
    def categories(self) -> tuple[str, ...]: ...
    @property
    def possible(self) -> tuple[str, ...]: ...


def changed(declared: Categories, found: Categories) -> bool | None:
    """
    Tell whether what was found turns the outcome: a category that held holds no more, or one does
    now that did not. None where open conditions on one side or the other leave it untold.
    """
    held, maybe = set(declared.categories), set(declared.possible)
    holds, might = set(found.categories), set(found.possible)
    if held - holds - might or holds - held - maybe:
        return True
    return None if maybe or might else False
