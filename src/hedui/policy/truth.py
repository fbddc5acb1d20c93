"""Three-valued truth (三值判断) and the unknown amount (不明).

A source that is silent is neither a pass nor a fail. A condition is therefore ``yes``, ``no`` or
``unknown``, and an amount that rests on a silent source is ``UNKNOWN``, never zero and never None.
"""

from enum import Enum
from fractions import Fraction
from typing import Final


class Truth(Enum):
    """The outcome of a condition (条件是否成立)."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        # `if truth:` would quietly turn unknown into one of the two others
        raise TypeError("a Truth has three values; use choose(), all_of() or compare with `is`")


class Unknown(Enum):
    """The amount nobody has told us (数额不明); whatever is reckoned with it is unknown too."""

    UNKNOWN = "unknown"

    def _unknown(self, other: object) -> "Unknown":  # noqa: ARG002 - whatever it is
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = _unknown
    __mul__ = __rmul__ = __floordiv__ = __rfloordiv__ = _unknown

    def __neg__(self) -> "Unknown":
        return self


UNKNOWN: Final = Unknown.UNKNOWN

Exact = int | Fraction
"""An exact number: a count, fen, or fen with a part of one, which is compared but never paid."""
