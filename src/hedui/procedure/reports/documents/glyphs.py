"""
Rare characters (生僻字): shown by a face that has them, else spelled out, never lost.

A character that no installed face has is printed as its Unicode number, 〔U+2A6A5〕, and every
document that contains one says so at the foot of each page and in a note. Invisible and
private-use characters are spelled out too: they would print as nothing, or as something else.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TypeAlias

from hedui.procedure.reports.documents import fonts

Printed: TypeAlias = "None | bool | int | str | list[Printed] | dict[str, Printed]"

# Control, format, surrogate and private-use characters print as nothing, or as something else.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co"})
_SPACES = frozenset("\n\r\t\v\f\x1c\x1d\x1e\x85\u2028\u2029")


def spell_out(value: Printed) -> tuple[Printed, list[str]]:
    """
    Replace every character that cannot be shown by its code, in all texts of a document.

    Line breaks and tabs become spaces. Returns the document and the codes used, in the order in
    which they first appear.
    """
    used: dict[str, None] = {}
    return _spelled(value, used), list(used)


def _spelled(value: Printed, used: dict[str, None]) -> Printed:
    if isinstance(value, str):
        return _line(value, used)
    if isinstance(value, list):
        return [_spelled(one, used) for one in value]
    if isinstance(value, dict):
        return {key: _spelled(one, used) for key, one in value.items()}
    return value


def _line(text: str, used: dict[str, None]) -> str:
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    for character in text:
        piece = _shown(character)
        if len(piece) > 1:
            used.setdefault(piece)
        shown.append(piece)
    return "".join(shown)


@cache
def _shown(character: str) -> str:
    if character in _SPACES:
        return " "
    if unicodedata.category(character) not in _UNSEEN and fonts.covers(ord(character)):
        return character
    return f"〔U+{ord(character):04X}〕"
