"""
Describe one thing a source can be asked, and what a value of it looks like (查询项).

A value travels and is stored as plain JSON: money as an integer of fen, dates as ISO text,
shares and areas as decimal text. No type here is a float, and none becomes one.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

from hedui.values.money import MAX_FEN

ItemType = Literal["text", "integer", "date", "month", "fen", "share", "decimal", "enum", "boolean"]
ITEM_TYPES: tuple[str, ...] = get_args(ItemType)

ItemValue = str | int | bool | None
"""A value as it stands in an answer; None means the source holds nothing in that field."""

SENSITIVITIES = {
    "financial": "金融账户、收入和财产",
    "health": "医疗健康",
    "status": "特定身份",
}
"""Kinds of sensitive personal information that a source may hold (个人信息保护法 第28条)."""

FEN_BOUND = MAX_FEN + 1
"""Amounts are refused from a trillion yuan up: beyond it lies a mistake of units."""
FIRST_YEAR = 1900
"""What is dated before is counted from another year: of the Republic, most likely."""

INTEGER_BOUND = 10**9
TEXT_LENGTH = 200

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_MONTH = re.compile(r"(?:19|20)[0-9]{2}(?:-(?:0[1-9]|1[0-2]))?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DECIMAL = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,4})?")
_FRACTION = re.compile(r"([1-9][0-9]{0,3})/([1-9][0-9]{0,3})")


class CatalogueError(ValueError):
    """A name or a file of the catalogue that cannot be used; the message names it."""


class ItemValueError(ValueError):
    """A value that is not of its item's type; the message names the item, never the value."""


@dataclass(frozen=True, slots=True)
class Item:
    """
    One item of a source (查询项).

    sensitivity: why it is sensitive personal information (敏感个人信息), a word of `SENSITIVITIES`
    required: a row without it cannot be used
    signed: an amount may be below zero (an overdraft, a correction)
    values: for an enum, each code with its Chinese label
    written: for an enum, every accepted way of writing a value, with its code
    """

    source: str
    name: str
    label: str
    type: ItemType
    sensitivity: str = ""
    required: bool = False
    signed: bool = False
    length: int = TEXT_LENGTH
    values: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)

    @property
    def sensitive(self) -> bool:
        """Whether the person must be told why it is needed, and agree to it by itself."""
        return bool(self.sensitivity)

    @property
    def full_name(self) -> str:
        """The name by which the item is authorized and asked, such as `bank.balance_fen`."""
        return f"{self.source}.{self.name}"

    def check(self, value: object) -> ItemValue:
        """
        Return a value as it is, if it is one that this item can have.

        :raises ItemValueError: wrong type, unknown code, out of bounds, or missing where required
        """
        if value is None:
            if self.required:
                raise ItemValueError(f"{self.full_name}：必填项为空")
            return None
        fault = _CHECKS[self.type](self, value)
        if fault:
            raise ItemValueError(f"{self.full_name}：{fault}")
        assert isinstance(value, (str, int))  # every check above admits nothing else
        return value


def _text(item: Item, value: object) -> str | None:
    if not isinstance(value, str):
        return "应为文字"
    if _UNSEEN.search(value):
        return "含不可见字符"
    return None if 0 < len(value) <= item.length else f"文字应为 1 至 {item.length} 个字"


def _integer(_: Item, value: object) -> str | None:
    if type(value) is not int:
        return "应为整数"
    return None if 0 <= value < INTEGER_BOUND else "整数超出范围"


def _fen(item: Item, value: object) -> str | None:
    if type(value) is not int:
        return "金额应为整数（分）"
    if not -FEN_BOUND < value < FEN_BOUND:
        return "金额超出范围"
    return "金额不得为负" if value < 0 and not item.signed else None


def _date(_: Item, value: object) -> str | None:
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return None if date.fromisoformat(value).year >= FIRST_YEAR else "日期超出范围"
        except ValueError:
            pass
    return "应为日期（YYYY-MM-DD）"


def _month(_: Item, value: object) -> str | None:
    good = isinstance(value, str) and _MONTH.fullmatch(value)
    return None if good else "应为月份（YYYY-MM）或年份（YYYY）"


def _decimal(_: Item, value: object) -> str | None:
    good = isinstance(value, str) and _DECIMAL.fullmatch(value)
    return None if good else "应为十进制数的文字"


def _share(_: Item, value: object) -> str | None:
    if isinstance(value, str):
        if fraction := _FRACTION.fullmatch(value):
            part, whole = int(fraction[1]), int(fraction[2])
            return None if part <= whole else "份额不得超过 1"
        if _DECIMAL.fullmatch(value):
            whole_text, _point, decimals = value.partition(".")
            at_most_one = whole_text == "0" or (whole_text == "1" and not decimals.strip("0"))
            return None if at_most_one and value.strip("0.") else "份额应大于 0 且不超过 1"
    return "应为份额（如 0.5 或 1/2）"


def _enum(item: Item, value: object) -> str | None:
    return None if isinstance(value, str) and value in item.values else "代码不在值域内"


def _boolean(_: Item, value: object) -> str | None:
    return None if type(value) is bool else "应为是或否"


_CHECKS: Mapping[str, Callable[[Item, object], str | None]] = {
    "text": _text,
    "integer": _integer,
    "date": _date,
    "month": _month,
    "fen": _fen,
    "share": _share,
    "decimal": _decimal,
    "enum": _enum,
    "boolean": _boolean,
}
