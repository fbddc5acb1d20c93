"""Money in whole fen (分) and its text form in yuan (元).

Files, forms and messages write money as decimal yuan with at most two decimals; inside the program
it is an integer of fen. The way in is :func:`fen_from_yuan`, the ways out are :func:`yuan_text` for
files and :func:`yuan_display` for people. There is no float, no rounding and no other unit here: a
source that speaks 万元 or 分 is converted where its catalogue entry says so.
"""

import re
from typing import Final, NewType

Fen = NewType("Fen", int)
"""A stock of money (存量), in fen."""

FenMonthly = NewType("FenMonthly", int)
"""A flow of money per month (每月), in fen."""

FenAnnual = NewType("FenAnnual", int)
"""A flow of money per year (每年), in fen."""

MAX_FEN: Final = 99_999_999_999_999
"""The largest amount read from text (九千九百九十九亿元级): beyond it a unit was mistaken."""

_PLAIN = re.compile(r"(0|[1-9][0-9]*|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.([0-9]{1,2}))?", re.ASCII)
_FULL_WIDTH = re.compile("[\uff0b-\uff19\uffe5]")


class MoneyError(ValueError):
    """The text is not an amount of yuan (金额写法不对); the message never repeats the amount."""


def fen_from_yuan(text: str) -> Fen:
    """Read an amount of yuan (元) as fen.

    Accepts ``"50400"``, ``"50400.5"``, ``"50400.00"`` and thousands separators in their right
    places (``"4,200.00"``), with spaces around. Everything else is refused, never repaired.

    :raises MoneyError: more than two decimals, a sign, an exponent, NaN, full-width digits, a
        misplaced comma, a unit, or more than 9,999 亿元; the message is for the user, in Chinese
    """
    if not isinstance(text, str):
        raise MoneyError('金额须以文字给出(例如 "50400.00"),不能是数值类型。')
    stripped = text.strip(" ")
    found = _PLAIN.fullmatch(stripped)
    if found is None:
        raise MoneyError(_what_is_wrong(stripped))
    yuan, decimals = found.group(1, 2)
    if len(yuan) > len("999,999,999,999"):
        raise MoneyError(_TOO_LARGE)
    fen = int(yuan.replace(",", "")) * 100
    if decimals is not None:
        fen += int(decimals.ljust(2, "0"))
    if fen > MAX_FEN:
        raise MoneyError(_TOO_LARGE)
    return Fen(fen)


def yuan_text(fen: int) -> str:
    """Write fen as decimal yuan for files and messages: ``5040000`` → ``"50400.00"``.

    A difference may be negative: ``-50`` → ``"-0.50"``.

    :raises TypeError: the amount is not an integer
    """
    yuan, rest = divmod(abs(_whole(fen)), 100)
    return f"{'-' if fen < 0 else ''}{yuan}.{rest:02d}"


def yuan_display(fen: int) -> str:
    """Write fen as people read it: ``5040000`` → ``"¥50,400.00"``.

    :raises TypeError: the amount is not an integer
    """
    yuan, rest = divmod(abs(_whole(fen)), 100)
    return f"{'-' if fen < 0 else ''}¥{yuan:,}.{rest:02d}"


def _whole(fen: int) -> int:
    # bool is an int in Python, and a float would print digits that nobody declared
    if isinstance(fen, bool) or not isinstance(fen, int):
        raise TypeError("fen must be an int")
    return fen


_TOO_LARGE: Final = "金额过大(超过9999亿元),请核对单位是否为元。"

_MISTAKES: Final = (
    (re.compile(r"^$"), "请填写金额。"),
    (_FULL_WIDTH, "金额请用半角数字填写(例如 4200.00)。"),
    (re.compile(r"^-"), "金额不能为负数。"),
    (re.compile(r"^\+"), "金额前不要写加号。"),
    (re.compile(r"[万亿元分角¥]"), "金额只写数字,单位是元,不要带单位或货币符号。"),
    (
        re.compile(r"^[0-9]+(,[0-9]{3})*\.[0-9]{3,}$"),
        "金额最多两位小数(精确到分),系统不作四舍五入。",
    ),
    (re.compile(r"^[0-9.]+[eE][+-]?[0-9]+$"), "金额不能用科学计数法,请写全数字。"),
    (re.compile(r"^[0-9.]*,[0-9.,]*$"), "千位分隔符位置不对,请写成 4,200.00 或 4200.00。"),
    (re.compile(r"^0[0-9]"), "金额前面不要多写 0。"),
)


def _what_is_wrong(text: str) -> str:
    for pattern, message in _MISTAKES:
        if pattern.search(text):
            return message
    return "金额写法不对,请写成以元为单位的数字(例如 4200.00)。"
