"""What a rule (规则) is: a pure function with named arguments, its label and its article.

The arguments name what the rule needs: a fact of the case, another rule, or a parameter of the
place. Sums over members, months and lines are declared with :func:`total`; a rule never loops.
"""

import inspect
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final, NewType

from hedui.policy.law import Citation
from hedui.policy.truth import Truth, Unknown
from hedui.values.money import Fen, FenAnnual, FenMonthly

Count = NewType("Count", int)
"""A number of persons, vehicles, homes or months."""

Area = NewType("Area", Fraction)
"""A floor area (建筑面积) in square metres, exact."""

Share = NewType("Share", Fraction)
"""A share (比例) or multiple (倍数), exact."""


class Level(StrEnum):
    """Whom or what a value belongs to (对象): the household, a member, or a line of a member."""

    HOUSEHOLD = "household"
    MEMBER = "member"
    MONTH = "month"
    INCOME = "income"
    EXPENSE = "expense"
    ASSET = "asset"
    OBLIGOR = "obligor"


PARENT: Final[Mapping[Level, Level]] = {
    Level.MEMBER: Level.HOUSEHOLD,
    Level.MONTH: Level.MEMBER,
    Level.INCOME: Level.MEMBER,
    Level.EXPENSE: Level.MEMBER,
    Level.ASSET: Level.MEMBER,
    Level.OBLIGOR: Level.MEMBER,
}


def ancestors(level: Level) -> tuple[Level, ...]:
    """List the level itself and what it belongs to, innermost first."""
    path = [level]
    while path[-1] in PARENT:
        path.append(PARENT[path[-1]])
    return tuple(path)


class RuleError(ValueError):
    """A rule is not written as rules are (规则写法有误); raised when the rules load."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One step of the law: a named value and how it follows from others."""

    name: str
    label: str
    article: Citation
    level: Level
    inputs: tuple[str, ...]
    apply: Callable[..., Any]
    unit: str
    meets_unknown: bool
    adds_to: str = ""


@dataclass(frozen=True, slots=True)
class Gathering:
    """The sum of all rules that say they add to it (汇总), so that one more is one function."""

    name: str
    label: str
    article: Citation
    level: Level
    unit: str

    def of(self, rules: Iterable["Rule"]) -> Rule:
        """Make the rule that adds them up, in the order in which they are written.

        :raises RuleError: one of them belongs to another level
        """
        parts = [one for one in rules if one.adds_to == self.name]
        if any(one.level is not self.level for one in parts):
            raise RuleError(f"{self.name}: what adds to it belongs to a {self.level.value}")
        names = tuple(one.name for one in parts)
        return Rule(self.name, self.label, self.article, self.level, names, added, self.unit, False)


def added(**amounts: Any) -> Any:
    """Add amounts, single or in columns; of none it is nothing."""
    return sum(amounts.values())


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of a value over what belongs to a member or household (合计)."""

    name: str
    label: str
    article: Citation
    level: Level
    of: str
    where: tuple[str, str] | None
    unit: str
    largest: bool = False


_UNITS: Final[Mapping[object, str]] = {
    Fen: "fen",
    FenMonthly: "fen_monthly",
    FenAnnual: "fen_annual",
    Count: "count",
    Area: "area",
    Truth: "truth",
}


def _unit_of(annotation: object) -> str:
    parts = [part for part in typing.get_args(annotation) or (annotation,) if part is not Unknown]
    unit = _UNITS.get(parts[0]) if len(parts) == 1 else None
    if unit is None:
        raise RuleError("a rule returns Fen, FenMonthly, FenAnnual, Count or Truth")
    return unit


def rule(
    label: str,
    *,
    article: Citation,
    of: Level = Level.HOUSEHOLD,
    meets_unknown: bool = False,
    adds_to: str = "",
) -> Callable[[Callable[..., Any]], Rule]:
    """Make a rule of a pure function (登记规则).

    of: whom the value belongs to; the function sees values of the same level and of those above.
    meets_unknown: the function handles unknown amounts itself; otherwise one unknown amount makes
        the result unknown without calling it. Unknown conditions (Truth) are always passed in.
    adds_to: the gathering (:func:`gathered`) that this amount is a part of

    :raises RuleError: an argument is optional or without a name, or the result has no known unit
    """

    def register(function: Callable[..., Any]) -> Rule:
        parameters = inspect.signature(function).parameters.values()
        named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        if any(p.kind not in named or p.default is not p.empty for p in parameters):
            raise RuleError(f"{function.__name__}: every argument of a rule is named and required")
        returns = typing.get_type_hints(function).get("return")
        return Rule(
            name=function.__name__,
            label=label,
            article=article,
            level=of,
            inputs=tuple(p.name for p in parameters),
            apply=function,
            unit=_unit_of(returns),
            meets_unknown=meets_unknown,
            adds_to=adds_to,
        )

    return register


def gathered(label: str, *, to: Level, unit: object, article: Citation) -> Gathering:
    """Declare the sum of all rules of one level that add to it (汇总); named by its variable."""
    return Gathering("", label, article, to, _unit_of(unit))


def largest(label: str, *, of: str, to: Level, unit: object, article: Citation) -> Total:
    """Declare the largest of non-negative values over all that belong to each ``to`` (最大者)."""
    return Total("", label, article, to, of, None, _unit_of(unit), largest=True)


def total(
    label: str,
    *,
    of: str,
    to: Level,
    unit: object,
    article: Citation,
    where: tuple[str, str] | None = None,
) -> Total:
    """Declare the sum of ``of`` over all that belong to each ``to`` (合计).

    The name is the one the declaration is bound to in its module. ``where`` keeps only those whose
    fact has the given value; one unknown summand makes the sum unknown.
    """
    return Total("", label, article, to, of, where, _unit_of(unit))
