"""
What a correct report says of a sample household (应有的结论), known from how it was made.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from hedui.catalogue import sources
from hedui.values.money import yuan_text

if TYPE_CHECKING:
    from hedui.batch.sample.person import Person

SOURCES: Final = (
    "social_insurance", "vehicle", "real_estate", "tax", "bank", "provident_fund",
)  # fmt: skip
"""The departments that hold something about sample people."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One comparison of the catalogue that yields a finding; `key` names it here."""

    key: str
    source: str
    item: str
    label: str
    class_: str
    counts: bool


@cache
def measures() -> Mapping[str, Measure]:
    """Return the comparisons of the six sources by key, hints left out."""
    found = {}
    for source in SOURCES:
        for each in sources()[source].comparisons:
            if each.measure == "hint":
                continue
            kind = f".{each.against.kinds[0]}" if each.against.kinds else ""
            key = f"{source}.{each.item}/{each.against.class_}{kind}"
            found[key] = Measure(
                key=key,
                source=source,
                item=f"{source}.{each.item}",
                label=each.label,
                class_=each.against.class_,
                counts=each.measure == "count",
            )
    return MappingProxyType(found)


def is_asked(person: "Person", source: str, item: str | None = None) -> bool:
    """Tell whether the person's authorization covers a source, or an item of it."""
    signed = person.signs.items if person.signs else ()
    return bool({"*", source, item} & set(signed))


def finding(person: "Person", measure: Measure) -> dict[str, Any]:
    """Say what the report must say about one member and one comparison."""
    declared = person.declared.get(measure.key, 0)
    found: int | None = person.found.get(measure.key, 0)
    match = person.match(measure.source)
    if match == "name_conflict":
        # whose rows these are is for a person to find out; until then they count for nothing
        status, found = "awaiting_explanation", None
    elif declared == found:
        status = "consistent"
    elif match is None:
        status, found = "not_found", None
    else:
        status = "inconsistent"
    return {
        "member": person.key,
        "source": measure.source,
        "item": measure.item,
        "label": measure.label,
        "class": measure.class_,
        "unit": "count" if measure.counts else "fen",
        "status": status,
        "declared": _shown(declared, measure),
        "found": None if found is None else _shown(found, measure),
        "match": match,
    }


def _shown(amount: int, measure: Measure) -> str | int:
    return amount if measure.counts else yuan_text(amount)
