"""
Answer less than the value (简答): whether there is any, how many, or between which bounds.

One value stands for all of a person's rows together, as the comparison of that item counts them.
The bounds are the catalogue's, the same for everybody and everywhere: whoever asks cannot choose
them, so that no row of questions closes in on the amount (个人信息保护法 第6条、第19条).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from hedui.catalogue.items import Item, ItemType, ItemValue

Form = Literal["present", "count", "band"]
TYPES: dict[str, ItemType] = {"present": "boolean", "count": "integer", "band": "enum"}
WAN = 1_000_000


@dataclass(frozen=True, slots=True)
class Minimal:
    """
    A minimal form of an item (简答项), asked and answered by a name of its own.

    item: as it is asked; of: the compared item whose figure it stands for
    edges: fen; a band lies above one and up to the next, the first is nothing at all
    """

    item: Item
    of: str
    form: Form
    edges: tuple[int, ...] = ()

    def said(self, figure: int) -> ItemValue:
        """Say a figure (fen, or a number of things) in this form; below nought is nothing."""
        if self.form == "present":
            return figure > 0
        if self.form == "count":
            return figure
        reached = sum(figure > edge for edge in self.edges)
        return list(self.item.values)[reached]

    def between(self, value: ItemValue) -> tuple[int, int | None]:
        """Return the least and the most that a value may stand for; no most where there is none."""
        if self.form == "count":
            assert isinstance(value, int)
            return value, value
        if self.form == "present":
            return (1, None) if value else (0, 0)
        place = list(self.item.values).index(str(value))
        if place == 0:
            return 0, 0
        most = self.edges[place] if place < len(self.edges) else None
        return self.edges[place - 1] + 1, most

    def words(self, value: ItemValue) -> str:
        """Return a value as people read it."""
        if self.form == "present":
            return "有" if value else "没有"
        return self.item.values[str(value)] if self.form == "band" else f"{value}"


def banded(item: Item, of: str, bounds: Sequence[int]) -> Minimal:
    """Make the bands of an amount between these bounds, fen, rising; below the first is one too."""
    edges = (0, *bounds)
    values = {"0": "没有"}
    for low, high in zip(edges, (*bounds, None), strict=True):
        parts = [f"高于{_wan(low)}"] if low else ["有"]
        parts += [f"不高于{_wan(high)}"] if high else []
        values[f"{low // 100}-{high // 100 if high else ''}"] = "、".join(parts)
    of_bands = Item(
        source=item.source,
        name=item.name,
        label=item.label,
        type="enum",
        sensitivity=item.sensitivity,
        required=True,
        values=MappingProxyType(values),
        written=MappingProxyType({code: code for code in values} | _by_words(values)),
    )
    return Minimal(of_bands, of, "band", edges)


def _by_words(values: dict[str, str]) -> dict[str, str]:
    return {words: code for code, words in values.items()}


def _wan(fen: int) -> str:
    whole, rest = divmod(fen, WAN)
    return f"{whole}万元" if not rest else f"{fen // 100}元"
