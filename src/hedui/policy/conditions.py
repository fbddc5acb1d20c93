"""The four words of the law (低于、不超过、达到、超过) and how conditions combine.

These are the only comparisons of amounts in the rules. A comparison with an unknown side is
unknown. Quotients are never compared: a rule multiplies both sides instead
(年收入 低于 12 × 标准 × 人数), so nothing is rounded before it is tested. Given columns in place of
single values, each function answers for all of them at once; to the rules, and to their types, a
column of conditions is a condition.
"""

import operator
from collections.abc import Callable, Collection
from typing import Any, Final, cast

from hedui.policy import column
from hedui.policy.column import Codes, Column, Truths
from hedui.policy.truth import UNKNOWN, Exact, Truth, Unknown


def _compared(compare: Callable[[Any, Any], Any], left: Any, right: Any) -> Truth:
    if left is UNKNOWN or right is UNKNOWN:
        return Truth.UNKNOWN
    holds = compare(left, right)
    if isinstance(holds, bool):
        return Truth.YES if holds else Truth.NO
    return cast(Truth, holds)


def below(left: Exact | Unknown, right: Exact | Unknown) -> Truth:
    """Test 低于: strictly less."""
    return _compared(operator.lt, left, right)


def at_most(left: Exact | Unknown, right: Exact | Unknown) -> Truth:
    """Test 不超过、以内: less or equal."""
    return _compared(operator.le, left, right)


def at_least(left: Exact | Unknown, right: Exact | Unknown) -> Truth:
    """Test 达到: greater or equal."""
    return _compared(operator.ge, left, right)


def above(left: Exact | Unknown, right: Exact | Unknown) -> Truth:
    """Test 超过、高于: strictly greater."""
    return _compared(operator.gt, left, right)


_BY_SIGN: Final = {"<": below, "<=": at_most, ">=": at_least, ">": above}


def compare(left: Exact | Unknown, sign: str, right: Exact | Unknown) -> Truth:
    """Test by the word that the document of the place uses; it stands beside the parameter."""
    return _BY_SIGN[sign](left, right)


def among(value: Any, allowed: Collection[str] | Unknown) -> Truth:
    """Test 属于: the kind is one of those listed."""
    if value is UNKNOWN or allowed is UNKNOWN:
        return Truth.UNKNOWN
    if isinstance(value, Codes):
        return cast(Truth, value.among(allowed))
    return Truth.YES if value in allowed else Truth.NO


def is_kind(value: str | Unknown, kind: str) -> Truth:
    """Test 为: the kind is this one."""
    return among(value, (kind,))


def is_none(count: Exact | Unknown) -> Truth:
    """Test 无: there is not a single one."""
    return at_most(count, 0)


def is_known(value: Any) -> Truth:
    """Test 已知: somebody has told us; never unknown itself."""
    if isinstance(value, Column):
        return cast(Truth, column.knowledge(value))
    return Truth.NO if value is UNKNOWN else Truth.YES


def is_no(condition: Any) -> Truth:
    """Test 确定不符合: the answer is no; a condition still open is not one."""
    if isinstance(condition, Truths):
        return cast(Truth, column.only_no(condition))
    return Truth.YES if condition is Truth.NO else Truth.NO


def all_of(*conditions: Truth) -> Truth:
    """Test 同时符合: one ``no`` decides, otherwise one ``unknown`` leaves it open."""
    if Truths in map(type, conditions):
        return cast(Truth, column.lesser(conditions))
    if Truth.NO in conditions:
        return Truth.NO
    return Truth.UNKNOWN if Truth.UNKNOWN in conditions else Truth.YES


def any_of(*conditions: Truth) -> Truth:
    """Test 符合其一: one ``yes`` decides, otherwise one ``unknown`` leaves it open."""
    if Truths in map(type, conditions):
        return cast(Truth, column.greater(conditions))
    if Truth.YES in conditions:
        return Truth.YES
    return Truth.UNKNOWN if Truth.UNKNOWN in conditions else Truth.NO


def is_of(groups: Collection[str] | Unknown, **belongs: Truth) -> Truth:
    """
    Test whether a person is of one of the groups that a place names.

    belongs: by name of the group, whether the person is of it
    """
    return any_of(*(all_of(among(group, groups), is_so) for group, is_so in belongs.items()))


def opposite(condition: Any) -> Truth:
    """Turn yes into no and no into yes; unknown stays unknown."""
    if isinstance(condition, Truths):
        return cast(Truth, column.inverted(condition))
    if condition is Truth.NO:
        return Truth.YES
    return Truth.NO if condition is Truth.YES else Truth.UNKNOWN


def choose(condition: Any, when_yes: Any, when_no: Any) -> Any:
    """Give the first value on yes, the second on no, and unknown where the condition is unknown."""
    if isinstance(condition, Truths):
        return column.chosen(condition, when_yes, when_no)
    if condition is Truth.UNKNOWN:
        return UNKNOWN
    return when_yes if condition is Truth.YES else when_no


def first_known(published: Any, computed: Any) -> Any:
    """Take the published amount; only where there is none, the computed one (公布数优先)."""
    if isinstance(published, Column):
        return column.else_where_unknown(published, computed)
    return computed if isinstance(published, Unknown) else published


def open_unless(confirmed: Truth) -> Truth:
    """Leave a failed condition open unless the rule behind it is confirmed to be in force."""
    return any_of(all_of(opposite(confirmed), Truth.UNKNOWN), Truth.NO)
