"""
Parse JSON from others, refusing everything that two readers could read differently.

Python's own reader takes NaN, 1e400 as infinity, and the last of two equal keys; each has
turned money into something else somewhere. Here they are errors, and so are floats, integers
of more than 16 digits, control characters, deep nesting and masses of empty brackets.
"""

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

from hedui.wire.checks import WireError

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 16
MAX_DIGITS = 16
BYTES_A_VALUE = 8
"""What is denser is no message: a megabyte of empty brackets takes a hundred to look through."""

UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What no text on the wire has any use for: controls, direction marks, half characters."""


def loads(body: bytes, *, max_bytes: int = MAX_BYTES, decimals: bool = False) -> Any:
    """
    Return the JSON value that the bytes say, if they say exactly one.

    decimals: numbers with a point are read as exact `Decimal`, for files that people write

    :raises WireError: `malformed_object`, for whatever reason; nothing that arrived is quoted
    """
    if len(body) > max_bytes:
        _refuse("超出长度上限")
    try:
        text = body.decode("utf-8")
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_float=Decimal if decimals else lambda _: _refuse("不得有小数或指数"),
            parse_constant=lambda _: _refuse("不得有 NaN 或无穷大"),
            parse_int=_integer,
        )
    except UnicodeDecodeError:
        _refuse("不是 UTF-8")
    except json.JSONDecodeError as error:
        _refuse(f"第 {error.pos} 字符处不是 JSON")
    except RecursionError:
        _refuse("嵌套过深")
    most = max_bytes // BYTES_A_VALUE
    if len(text) <= most and "\\" not in text and not UNSEEN.search(text):
        # No more values than letters, and whatever stands in a text stands there as it is.
        _descend(value)
    else:
        _walk(value, most)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _refuse("同一对象中有重复的键")
    return found


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_DIGITS:
        _refuse("整数过长")
    return int(digits)


def _descend(value: Any) -> None:
    """Refuse what `_walk` would refuse of a short body without anything unseen: its depth."""
    level, depth = [value] if isinstance(value, dict | list) else [], 1
    while level:
        if depth == MAX_DEPTH and any(level):
            _refuse("嵌套过深")
        depth += 1
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, dict | list)
        ]


def _walk(value: Any, most: int) -> None:
    level, depth, seen = [value], 0, 0
    while level:
        depth, seen = depth + 1, seen + len(level)
        if depth > MAX_DEPTH:
            _refuse("嵌套过深")
        if seen > most:
            _refuse("内容过于零碎")
        below: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                below.extend(each)
                below.extend(each.values())
            elif isinstance(each, list):
                below.extend(each)
            elif isinstance(each, str) and UNSEEN.search(each):
                _refuse("文字中有控制字符")
        level = below


def _refuse(reason: str) -> NoReturn:
    raise WireError("malformed_object", reason)
