"""Resident identity numbers (公民身份号码), GB 11643-1999.

Eighteen characters: six of the division where the person was first registered, eight of the birth
date, three of a sequence (odd for men, even for women) and a check character, ISO 7064 MOD 11-2.
The fifteen digits used before 1999-10 are upgraded: the century 19 goes in, the check character is
computed. Residence permits of Hong Kong, Macao and Taiwan residents (港澳台居民居住证) follow the
same form from 81, 82 and 83.

The first six digits are deliberately not looked up: a person keeps the number of a division that
was abolished long ago. Whether a birth date lies in the future is for the caller, who knows what
day it is.
"""

import re
from datetime import date
from operator import mul
from typing import Final, Literal, NoReturn, Self

Written = Literal["exact", "upgraded", "normalised"]
"""How the text stood to the number: as it is, with 15 digits, or in other width, case, spaces."""

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
# Digits are summed as their ASCII bytes; this is what the 48 of "0" adds seventeen times over.
_ASCII_EXCESS: Final = ord("0") * sum(_WEIGHTS)

_CANONICAL = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
_OLD = re.compile(r"[0-9]{15}", re.ASCII)
_MASKED = re.compile(r"[0-9]{6}(?:\*{8}[0-9]{3}[0-9X]|\*{6}[0-9]{3})", re.ASCII)

_SPACES: Final = "\t\n\r \u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000"
_HYPHENS: Final = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_UNSEEN: Final = "\u200b\u2060\ufeff"
_FOLD: Final = (
    dict.fromkeys(map(ord, _SPACES + _HYPHENS + _UNSEEN))
    | {0xFF10 + digit: 0x30 + digit for digit in range(10)}
    | {ord(x): ord("X") for x in "xＸｘ"}
)

_LONGEST_TEXT: Final = 64
_OLDEST_YEAR, _LATEST_YEAR = 1800, 2099
_PERMITS: Final = frozenset({"81", "82", "83"})
_NO_CENTURY: Final = frozenset({"996", "997", "998", "999"})


class ResidentIdError(ValueError):
    """The text is no resident identity number (身份号码有误); the message never repeats it."""


class ResidentId:
    """A valid resident identity number (公民身份号码), masked unless :meth:`reveal` is called.

    Made by :meth:`parse` only. Equal when the eighteen characters are equal, however they were
    written. It is never pickled, so that no queue or cache carries one unseen.
    """

    __slots__ = ("_number", "birth_date", "written")

    _number: str
    birth_date: date
    written: Written

    def __init__(self) -> None:
        raise TypeError("use ResidentId.parse()")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a resident identity number, of 18 characters or of the old 15 digits.

        Full width, spaces, hyphens and a small x are normalised; after that only ASCII digits and
        a final X stand.

        :raises ResidentIdError: wrong length, a character that cannot stand there, a birth date
            that is not in the calendar, or a check character that does not fit
        """
        if not isinstance(text, str):
            raise ResidentIdError("身份号码须以文字给出。")
        number, written = text, "exact"
        if _CANONICAL.fullmatch(text) is None:
            number, written = _canonical(text)
        birth_date = _birth_date(number)
        if number[0] == "0":
            raise ResidentIdError("身份号码第1位不能是0,请核对。")
        if number[17] != check_character(number):
            raise ResidentIdError(
                "身份号码校验不通过:第18位与前17位不相符,其中至少有一位有误,请对照证件逐位核对。"
            )
        made = object.__new__(cls)
        object.__setattr__(made, "_number", number)
        object.__setattr__(made, "birth_date", birth_date)
        object.__setattr__(made, "written", written)
        return made

    def reveal(self) -> str:
        """Give the eighteen characters in clear; every call is listed and accounted for."""
        return self._number

    @property
    def sex(self) -> Literal["male", "female"]:
        """The sex (性别) that the sequence tells: odd male, even female."""
        return "male" if int(self._number[16]) % 2 else "female"

    @property
    def division_code(self) -> str:
        """The division (行政区划) of the first registration; perhaps abolished since."""
        return self._number[:6]

    @property
    def of_residence_permit(self) -> bool:
        """Whether it stands on a residence permit for Hong Kong, Macao or Taiwan residents."""
        return self._number[:2] in _PERMITS

    def __str__(self) -> str:
        return _masked(self._number)

    def __repr__(self) -> str:
        return f"<ResidentId {_masked(self._number)}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ResidentId):
            return NotImplemented
        return self._number == other._number

    def __hash__(self) -> int:
        return hash(self._number)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a ResidentId does not change")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a ResidentId does not change")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a ResidentId is not pickled")


def check_character(number: str) -> str:
    """Compute the check character (校验码) of the first seventeen digits, ISO 7064 MOD 11-2."""
    return _CHECKS[(sum(map(mul, _WEIGHTS, number.encode("ascii"))) - _ASCII_EXCESS) % 11]


def is_number(text: str) -> bool:
    """Tell whether a text is a resident ID number, in any way in which one is read."""
    try:
        ResidentId.parse(text)
    except ResidentIdError:
        return False
    return True


def mask(text: str) -> str:
    """Hide the middle of a number (脱敏): ``110105********002X``, ``110105******002``.

    Takes any text; what does not have the form of a number is hidden whole, so that a slip of the
    pen does not show more than a number would. Masking twice changes nothing.
    """
    if _MASKED.fullmatch(text):
        return text
    folded = text.translate(_FOLD)
    if _CANONICAL.fullmatch(folded) or _OLD.fullmatch(folded):
        return _masked(folded)
    return "*" * min(len(text), 18)


def _masked(number: str) -> str:
    shown = 4 if len(number) == 18 else 3
    return f"{number[:6]}{'*' * (len(number) - 6 - shown)}{number[-shown:]}"


def _canonical(text: str) -> tuple[str, Written]:
    if len(text) > _LONGEST_TEXT:
        raise ResidentIdError("身份号码过长,应为18位(旧号15位)。")
    folded = text.translate(_FOLD)
    if _CANONICAL.fullmatch(folded):
        return folded, "normalised"
    if _OLD.fullmatch(folded):
        return _upgraded(folded), "upgraded"
    raise ResidentIdError(_what_is_wrong(folded))


def _upgraded(old: str) -> str:
    # 港澳台居民居住证 were first issued in 2018, long after the last 15-digit number.
    if old[:2] in _PERMITS:
        raise ResidentIdError("港澳台居民居住证号码为18位,没有15位的旧号,请核对。")
    # Kept for people over a hundred, whose century the digits do not tell.
    if old[12:] in _NO_CENTURY:
        raise ResidentIdError(
            "15位旧号的末三位为996至999(百岁老人专用),无法判断出生世纪,请填写18位号码。"
        )
    body = f"{old[:6]}19{old[6:]}"
    return body + check_character(body)


def _birth_date(number: str) -> date:
    year = int(number[6:10])
    if not _OLDEST_YEAR <= year <= _LATEST_YEAR:
        raise ResidentIdError("身份号码第7至10位(出生年份)不合理,请核对。")
    try:
        return date(year, int(number[10:12]), int(number[12:14]))
    except ValueError:
        # without `from None` the cause would be harmless, but tracebacks should tell one story
        raise ResidentIdError(
            "身份号码第7至14位(出生日期)不是真实存在的日期,请对照证件核对(旧号为第7至12位)。"
        ) from None


def _what_is_wrong(folded: str) -> str:
    if not folded:
        return "请填写身份号码。"
    for place, character in enumerate(folded, start=1):
        if "0" <= character <= "9" or (character == "X" and place == len(folded) == 18):
            continue
        if character == "X":
            return f"身份号码第{place}位是X;X只能出现在第18位,请核对。"
        if character == "*":
            return f"身份号码第{place}位是星号;请填写完整号码,不要填写脱敏号码。"
        return f"身份号码第{place}位不是数字,只能填写数字(第18位可为X)。"
    return f"身份号码应为18位(旧号15位),现为{len(folded)}位,请补全或删去多余的数字。"
