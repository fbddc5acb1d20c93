"""Personal names (姓名): one way of writing them, and comparing two of them.

The same name reaches us in several spellings: decomposed letters, private code points of old
encodings, a dozen kinds of dot between the parts of a minority name (间隔号), spaces that pad names
of two characters. :func:`normalise_name` gives the one we keep, :func:`comparison_key` what is
left when even separators, case and glyph selectors do not count, :func:`compare_names` the verdict.

Deliberately absent: pinyin, homophones, simplified against traditional, truncation. A name that
differs so is in conflict (姓名不符) and goes to a person, because two people may well differ so.
"""

import re
import unicodedata
from enum import Enum
from typing import Final

from hedui.values import private_use

SEPARATOR: Final = "\u00b7"
"""The dot (间隔号) between the parts of a name, U+00B7."""

LONGEST: Final = 100
"""Characters a name may have; the longest registered ones stay well below."""

# Not ● and the like: they stand for a character that was lost, not between two parts.
_DOTS: Final = (
    "\u0387\u1427\u16eb\u2022\u2024\u2027\u2219\u22c5\u2e31\u2e33\u30fb\u318d\ua78f\uff65"
)
_UNSEEN: Final = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
# Tabs and line ends are no spaces in a name: they are refused as control characters.
_SPACES = re.compile("[ \u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_HYPHENS: Final = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_APOSTROPHES: Final = "\u2018\u2019\u02bc\u02bb\uff07`\u00b4"

_FOLD: Final = (
    dict(private_use.PRESENT)
    | dict.fromkeys(map(ord, _UNSEEN))
    | dict.fromkeys(map(ord, _DOTS), SEPARATOR)
    | dict.fromkeys(map(ord, _HYPHENS), "-")
    | dict.fromkeys(map(ord, _APOSTROPHES), "'")
    | dict.fromkeys((0xFF0E, 0xFE52), ".")
    | {wide: wide - 0xFEE0 for wide in (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
    # 康熙部首 look like characters and come from PDF text and from OCR: ⼭ for 山
    | {radical: unicodedata.normalize("NFKC", chr(radical)) for radical in range(0x2F00, 0x2FD6)}
)

# The characters of nearly all names; normalisation does not touch them, so they take a short way.
_PLAIN_HAN = re.compile("[\u4e00-\u9fff]{1,30}")
_HAN: Final = (
    "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af\U0002f800-\U0002fa1f"
)
_SELECTORS: Final = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_HAS_HAN = re.compile(f"[{_HAN}]")
_BESIDE_HAN = re.compile(f"(?<=[{_HAN}{_SELECTORS}]) +| +(?=[{_HAN}])")
_AROUND_DOT = re.compile(f" *{SEPARATOR}[ {SEPARATOR}]*")
_MARKS: Final = f" .-'{SEPARATOR}\u3007"  # 〇 counts as a number to Unicode
_NOT_IN_KEY = re.compile(f"[ .'{SEPARATOR}\\-{_SELECTORS}]")


class PersonNameError(ValueError):
    """The text cannot be a person's name (姓名有误); the message never repeats it."""


class NameMatch(Enum):
    """How two names stand to each other (姓名比对结果)."""

    SAME = "same"
    """一致: written alike."""
    VARIANT = "variant"
    """字形不一致: one name, other glyphs, code points, separators, case or spaces."""
    CONFLICT = "conflict"
    """不符: another name, or one that cannot be read."""


def normalise_name(text: str) -> str:
    """Give the one spelling of a name that is kept (姓名规范写法).

    NFC; private code points of GB 18030 mapped; every separator between the parts of a name is
    U+00B7; no spaces beside Han characters or dots, one space elsewhere; nothing unseen. Applying
    it twice changes nothing.

    :raises PersonNameError: empty, too long, with control characters, digits, question marks,
        private or unknown code points, or punctuation that no name has
    """
    if not isinstance(text, str):
        raise PersonNameError("姓名须以文字给出。")
    if _PLAIN_HAN.fullmatch(text):
        return text
    if len(text) > LONGEST:
        raise PersonNameError(f"姓名过长(超过{LONGEST}个字符)。")
    name = _one_kind_of_separator(unicodedata.normalize("NFC", text.translate(_FOLD)))
    _refuse_what_no_name_has(name)
    return name


def comparison_key(text: str) -> str:
    """Give what must be equal for two spellings to be one name (比对键).

    The normalised name without separators, spaces, hyphens, apostrophes and glyph selectors
    (异体字选择符), letters folded for case.

    :raises PersonNameError: as :func:`normalise_name`
    """
    if _PLAIN_HAN.fullmatch(text):
        return text
    return _NOT_IN_KEY.sub("", normalise_name(text)).casefold()


def compare_names(a: str, b: str) -> NameMatch:
    """Tell whether two texts are the same name, a variant of it, or in conflict.

    Unreadable names are in conflict, also with themselves: nothing may be concluded from them.
    """
    try:
        keys_equal = comparison_key(a) == comparison_key(b)
    except PersonNameError:
        return NameMatch.CONFLICT
    if not keys_equal:
        return NameMatch.CONFLICT
    return NameMatch.SAME if a == b else NameMatch.VARIANT


def mask_name(text: str) -> str:
    """Hide all but the first character (姓名脱敏): 张三 → 张*, 买买提·艾力 → 买**·**.

    Takes any text. A single character and what does not begin like a name are hidden whole.
    """
    try:
        name = normalise_name(text)
    except PersonNameError:
        name = text[:LONGEST]
    if len(name) < 2 or not name[0].isalpha():
        return "*" * len(name)
    return name[0] + "".join(c if c in f"{SEPARATOR} " else "*" for c in name[1:])


def _one_kind_of_separator(name: str) -> str:
    # A full stop separates the parts of a name in Han characters; in Latin ones it ends an initial.
    if _HAS_HAN.search(name):
        name = name.replace(".", SEPARATOR)
    name = _SPACES.sub(" ", name).strip(" ")
    name = _BESIDE_HAN.sub("", name)
    return _AROUND_DOT.sub(SEPARATOR, name).strip(f" {SEPARATOR}")


def _refuse_what_no_name_has(name: str) -> None:
    if not any(c.isalpha() or _HAS_HAN.match(c) for c in name):
        raise PersonNameError("请填写姓名。" if not name else "姓名中没有文字,请核对。")
    for place, character in enumerate(name, start=1):
        if character in _MARKS or _HAS_HAN.match(character):
            continue  # Han of planes that this Python's Unicode may not know yet are letters
        reason = _WHY_NOT.get(unicodedata.category(character), "不能用于姓名的符号")
        if reason:
            if character in "?\uff1f\ufffd":
                reason = "问号,多为生僻字丢失"
            raise PersonNameError(f"姓名第{place}个字符是{reason},请核对。")


# Categories of Unicode; an empty reason means that a name may have it.
_WHY_NOT: Final = {
    **dict.fromkeys(("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc"), ""),
    **dict.fromkeys(("Nd", "Nl", "No"), "数字"),
    "Cc": "控制字符",
    "Cf": "看不见的控制字符",
    "Co": "自造字,无法识别,请改用标准汉字",
    "Cn": "未知字符",
    "Cs": "残缺字符",
}
