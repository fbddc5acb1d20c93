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

    key: str
    article: int | None = None

    @property
    def instrument(self) -> Instrument:
        """The instrument cited."""
        return instruments()[self.key]

    @property
    def seen(self) -> Seen:
        """How much of the instrument was in hand: text, excerpt or memory."""
        return self.instrument.seen

    def __str__(self) -> str:
        return _cited(self.key, self.article)


@cache
def _cited(key: str, article: int | None) -> str:
    title = f"《{instruments()[key].title}》"
    return title if article is None else f"{title}第{_in_chinese(article)}条"


@cache
def instruments() -> dict[str, Instrument]:
    """Read law.yaml once."""
    raw = yaml.safe_load(files("hedui.policy").joinpath("law.yaml").read_text(encoding="utf-8"))
    return {key: Instrument(key=key, **fields) for key, fields in raw.items()}


def enter(raw: Mapping[str, Mapping[str, Any]]) -> None:
    """Enter the instruments of a place (当地文件), which stand in the place's own law.yaml.

    :raises LawError: the key is taken by another instrument
    :raises TypeError: a field is missing or unknown
    """
    for key, fields in raw.items():
        instrument = Instrument(key=key, **fields)
        if instruments().setdefault(key, instrument) != instrument:
            raise LawError(f"“{key}”已是另一份文件的键,请换一个(例如加上地名)")


def law(key: str, article: int | None = None) -> Citation:
    """Cite an article of an instrument in law.yaml.

    :raises LawError: the key is not in law.yaml
    """
    if key not in instruments():
        raise LawError(f"law.yaml 中没有“{key}”")
    return Citation(key, article)


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
