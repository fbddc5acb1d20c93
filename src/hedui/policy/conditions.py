"""The four words of the law (低于、不超过、达到、超过) and how conditions combine.

These are the only comparisons of amounts in the rules. A comparison with an unknown side is
unknown. Quotients are never compared: a rule multiplies both sides instead
(年收入 低于 12 × 标准 × 人数), so nothing is rounded before it is tested.
"""

from collections.abc import Collection
from typing import TypeVar

from hedui.policy.truth import UNKNOWN, Exact, Truth, Unknown

Value = TypeVar("Value")


def _truth(holds: bool) -> Truth:
    return Truth.YES if holds else Truth.NO


def below(left: Exact | Unknown, right: Exact | Unknown) -> Truth:
    """Test 低于: strictly less."""
    if left is UNKNOWN or right is UNKNOWN:
        return Truth.UNKNOWN
    return _truth(left < right)


def at_most(left: Exact | Unknown, right: Exact | Unknown) -> Truth:
    """Test 不超过、以内: less or equal."""
    if left is UNKNOWN or right is UNKNOWN:
        return Truth.UNKNOWN
    return _truth(left <= right)


def at_least(left: Exact | Unknown, right: Exact | Unknown) -> Truth:
    """Test 达到: greater or equal."""
    if left is UNKNOWN or right is UNKNOWN:
        return Truth.UNKNOWN
    return _truth(left >= right)


def above(left: Exact | Unknown, right: Exact | Unknown) -> Truth:
    """Test 超过、高于: strictly greater."""
    if left is UNKNOWN or right is UNKNOWN:
        return Truth.UNKNOWN
    return _truth(left > right)


def among(value: str | Unknown, allowed: Collection[str] | Unknown) -> Truth:
    """Test 属于: the kind is one of those listed."""
    if value is UNKNOWN or allowed is UNKNOWN:
        return Truth.UNKNOWN
    return _truth(value in allowed)


def is_kind(value: str | Unknown, kind: str) -> Truth:
    """Test 为: the kind is this one."""
    return among(value, (kind,))


def is_none(count: Exact | Unknown) -> Truth:
    """Test 无: there is not a single one."""
    return at_most(count, 0)


def all_of(*conditions: Truth) -> Truth:
    """Test 同时符合: one ``no`` decides, otherwise one ``unknown`` leaves it open."""
    if Truth.NO in conditions:
        return Truth.NO
    return Truth.UNKNOWN if Truth.UNKNOWN in conditions else Truth.YES


def any_of(*conditions: Truth) -> Truth:
    """Test 符合其一: one ``yes`` decides, otherwise one ``unknown`` leaves it open."""
    if Truth.YES in conditions:
        return Truth.YES
    return Truth.UNKNOWN if Truth.UNKNOWN in conditions else Truth.NO


def opposite(condition: Truth) -> Truth:
    """Turn yes into no and no into yes; unknown stays unknown."""
    return {Truth.YES: Truth.NO, Truth.NO: Truth.YES}.get(condition, Truth.UNKNOWN)


def choose(condition: Truth, when_yes: Value, when_no: Value) -> Value | Unknown:
    """Give the first value on yes, the second on no, and unknown where the condition is unknown."""
    if condition is Truth.UNKNOWN:
        return UNKNOWN
    return when_yes if condition is Truth.YES else when_no
