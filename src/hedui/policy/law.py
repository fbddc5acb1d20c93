"""Citations (依据): which instrument and article a rule or a parameter rests on.

The instruments stand in ``law.yaml``, each with how much of it was seen. A rule that cites an
instrument that is not listed does not load.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal, cast

import yaml

Seen = Literal["text", "excerpt", "memory"]

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
    if text not in ("text", "excerpt", "memory"):
        raise LawError(f"可信标记只能是 text、excerpt、memory,不能是“{text}”")
    return cast("Seen", text)


_DIGITS = "零一二三四五六七八九"


def _in_chinese(number: int) -> str:
    """Write 1 to 99 as the articles are numbered: 27 → 二十七."""
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _DIGITS[ones]
    return f"{'' if tens == 1 else _DIGITS[tens]}十{'' if ones == 0 else _DIGITS[ones]}"
