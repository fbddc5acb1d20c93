"""What no answer proves (未核到不等于没有): classes that are unknown on the basis "found"."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from hedui.catalogue import sources
from hedui.values.money import fen_from_yuan
from hedui.values.periods import Period

Line = Mapping[str, Any]
Lines = Mapping[str, Iterable[Line]]

CLASSES: Final = frozenset(
    {
        *(f"incomes.{name}" for name in ("wage", "business", "property", "transfer")),
        *(f"assets.{name}" for name in ("deposit", "security", "insurance", "provident_fund")),
        *(f"assets.{name}" for name in ("vehicle", "real_estate", "business", "debt_claim")),
    }
)


def unasked_classes(expected: Iterable[str]) -> frozenset[str]:
    """
    Name the classes that none of these sources speaks about (没有来源的类别).

    A company is not absent because no register of companies takes part.
    """
    return CLASSES - {
        held.against.class_name for name in expected for held in sources()[name].binding
    }


def unseen_classes(declared: Lines, found: Lines, look_back: Period) -> frozenset[str]:
    """
    Name the classes that a member declares and in which no source found anything (未核到的类别).

    The household knows of a car, a pension or a wage that no register shows; to count it as none
    would be to believe silence before people.
    """
    return _classes(declared, look_back) - _classes(found, look_back)


def _classes(lines: Lines, look_back: Period) -> frozenset[str]:
    return frozenset(
        f"{side}.{line['class']}"
        for side in ("incomes", "assets")
        for line in lines.get(side, ())
        if counts(line, look_back)
    )


def counts(line: Line, look_back: Period) -> bool:
    """Tell whether a line states something of the period: an amount above nought, or a thing."""
    if "from" in line:
        stated = Period(date.fromisoformat(line["from"]), date.fromisoformat(line["to"]))
        if stated.overlap(look_back) is None:
            return False
    amount = line.get("amount", line.get("value"))
    return amount is None or fen_from_yuan(amount) > 0
