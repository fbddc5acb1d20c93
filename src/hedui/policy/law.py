"""Citations (依据): which instrument and article a rule or a parameter rests on.

The instruments stand in ``law.yaml``, each with how much of it was seen. A rule that cites an
instrument that is not listed does not load.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import yaml

Seen = Literal["text", "excerpt", "memory", "example"]
SEEN: Final[tuple[Seen, ...]] = ("text", "excerpt", "memory", "example")
"""How much of a text was in hand, from the surest to a number that only illustrates a rule."""

TO_BE_CHECKED = "依据待核"


class LawError(LookupError):
    """A citation names an instrument that law.yaml does not list (引用的法规未登记)."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """A law, regulation or notice (法规文件)."""

    key: str
    title: str
    number: str
    issued: date | None
    in_force: date | None
    seen: Seen
    source: str
    note: str | None = None

    @property
    def is_draft(self) -> bool:
        """Whether it was only put up for comment (征求意见稿) and binds nobody."""
        return "征求意见稿" in f"{self.title}{self.number}"


@dataclass(frozen=True, slots=True)
class Citation:
    """An instrument and, where it was read, the article (条款)."""

    instrument: Instrument
    article: int | None = None

    @property
    def seen(self) -> Seen:
        """How much of the instrument was in hand: text, excerpt or memory."""
        return self.instrument.seen

    def __str__(self) -> str:
        return _cited(self.instrument.title, self.article)


@cache
def _cited(title: str, article: int | None) -> str:
    return f"《{title}》" if article is None else f"《{title}》第{_in_chinese(article)}条"


@cache
def instruments() -> dict[str, Instrument]:
    """Read law.yaml once."""
    raw = yaml.safe_load(files("hedui.policy").joinpath("law.yaml").read_text(encoding="utf-8"))
    return {key: Instrument(key=key, **fields) for key, fields in raw.items()}


_TEXTS: Final = ("title", "number", "source")
_DAYS: Final = ("issued", "in_force")
_FIELDS: Final = (*_TEXTS, *_DAYS, "seen")


def wrong_in(fields: Any) -> tuple[str, str, str] | None:
    """Find what is wrong in how an instrument is written: the field, the problem, the remedy."""
    if not isinstance(fields, Mapping):
        return "", "的写法不对", f"写明 {'、'.join(_FIELDS)}"
    for name in _FIELDS:
        if name not in fields:
            return "", f"缺少 {name}", f"补上 {name}"
    found = (_wrong_field(str(name), value) for name, value in fields.items())
    return next((wrong for wrong in found if wrong is not None), None)


def _wrong_field(name: str, value: Any) -> tuple[str, str, str] | None:
    if name not in (*_FIELDS, "note"):
        return name, f"有多余的键“{name}”", f"只用 {'、'.join((*_FIELDS, 'note'))}"
    if name in _TEXTS and not isinstance(value, str):
        return name, f"的 {name} 不是文字", "加引号写作文字,没有的写两个引号"
    if name in _DAYS and value is not None and type(value) is not date:
        return name, f"的 {name} 不是日期", "写作 2025-06-30,不加引号;不知道的写 null"
    if name == "seen" and value not in SEEN:
        return name, "的 seen 不对", f"写 {'、'.join(SEEN)} 之一"
    return None


def enter(key: str, fields: Mapping[str, Any]) -> None:
    """Enter an instrument of a place (当地文件), which stands in the place's own law.yaml.

    :raises LawError: the key is taken by another instrument
    """
    instrument = Instrument(key=key, **fields)
    if instruments().setdefault(key, instrument) != instrument:
        raise LawError(f"“{key}”已是另一份文件的键;请换一个,例如加上地名")


def law(key: str, article: int | None = None) -> Citation:
    """Cite an article of an instrument in law.yaml.

    :raises LawError: the key is not in law.yaml
    """
    if key not in instruments():
        raise LawError(f"law.yaml 中没有“{key}”")
    return Citation(instruments()[key], article)


def read_seen(text: str) -> Seen:
    """Read a trust mark (可信标记).

    :raises LawError: it is not text, excerpt or memory
    """
    if text not in SEEN:
        raise LawError(f"可信标记只能是 {'、'.join(SEEN)},不能是“{text}”")
    return text


_DIGITS = "零一二三四五六七八九"


_PLACES = ("", "十", "百", "千")


def _in_chinese(number: int) -> str:
    """Write 1 to 9999 as the articles are numbered: 27 → 二十七, 1067 → 一千零六十七."""
    digits = [int(digit) for digit in str(number)]
    written, skipped = "", False
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        if digit == 0:
            skipped = True
            continue
        written += ("零" if skipped else "") + _DIGITS[digit] + _PLACES[place]
        skipped = False
    return written.removeprefix("一") if written.startswith("一十") else written
