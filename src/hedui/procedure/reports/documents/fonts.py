"""
The faces documents are set in (字体), found through the installed packages, never system fonts.

Noto Serif SC for text, Noto Sans SC for headings, and Noto Sans CJK SC for the rest (生僻字): it
adds 2,108 characters of Extension B. All are in Simplified Chinese shapes. What none of them
has is not covered, and glyphs.py spells it out.
"""

from __future__ import annotations

import importlib.util
import struct
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import typst

from hedui.procedure.record.outcome import Trouble

PACKAGES = {
    "pylopdf_fonts_zh_cn": "pylopdf-fonts-zh-cn",
    "noto_cjk_sans_otc": "noto-cjk-sans-otc",
}
# Every stack in templates/house.typ ends with both of these, so a character of either is printed.
ALWAYS_IN_STACK = ("Noto Serif SC", "Noto Sans CJK SC")
FAMILIES = (*ALWAYS_IN_STACK, "Noto Sans SC")


class FontsMissing(Trouble):
    """A font package is not installed: nothing may be printed, typst would leave the text out."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The characters a face has, as sorted ranges of code points, both ends included."""

    firsts: tuple[int, ...]
    lasts: tuple[int, ...]

    def __contains__(self, code_point: int) -> bool:
        """Tell whether the face maps this code point to a glyph."""
        at = bisect_right(self.firsts, code_point) - 1
        return at >= 0 and code_point <= self.lasts[at]


@cache
def faces() -> typst.Fonts:
    """
    Load the faces once per process; the result is read-only and shared by threads.

    :raises FontsMissing: naming the package to install
    """
    folders: list[str] = []
    for module, package in PACKAGES.items():
        found = importlib.util.find_spec(module)
        if found is None or found.origin is None:
            raise FontsMissing(f"缺少字体包 {package}，请安装后再生成文书：pip install {package}")
        folders.append(str(Path(found.origin).parent))
    loaded = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=list(folders)
    )
    absent = set(FAMILIES) - set(loaded.families())
    if absent:
        raise FontsMissing(f"字体包中没有所需字体：{'、'.join(sorted(absent))}")
    return loaded


@cache
def _coverages() -> tuple[Coverage, ...]:
    at = {face.family: face for face in faces().fonts()}
    return tuple(
        coverage(Path(str(at[family].path)), at[family].index) for family in ALWAYS_IN_STACK
    )


def covers(code_point: int) -> bool:
    """Tell whether a document can show this character in every one of its faces."""
    return any(code_point in known for known in _coverages())


def coverage(path: Path, index: int = 0) -> Coverage:
    """
    Read which characters a face of a font file has, from its `cmap` table (OpenType, format 12).

    index: number of the face in a collection (.ttc), 0 in a single font
    :raises FontsMissing: the file has no table of this kind
    """
    with path.open("rb") as font:
        start = 0
        if font.read(4) == b"ttcf":
            (start,) = _read(font, 12 + 4 * index, ">I")
        (tables,) = _read(font, start + 4, ">H")
        for number in range(tables):
            tag, _, offset, _ = _read(font, start + 12 + 16 * number, ">4sIII")
            if tag == b"cmap":
                return _character_map(font, offset)
    raise FontsMissing(f"字体文件没有字符表：{path.name}")


def _character_map(font: BinaryIO, start: int) -> Coverage:
    (subtables,) = _read(font, start + 2, ">H")
    for number in range(subtables):
        _, _, offset = _read(font, start + 4 + 8 * number, ">HHI")
        (kind,) = _read(font, start + offset, ">H")
        if kind == 12:
            (count,) = _read(font, start + offset + 12, ">I")
            flat = struct.unpack(f">{3 * count}I", font.read(12 * count))
            return Coverage(flat[0::3], flat[1::3])
    raise FontsMissing("字体文件没有完整的统一码字符表")


def _read(font: BinaryIO, at: int, layout: str) -> tuple[Any, ...]:
    font.seek(at)
    return struct.unpack(layout, font.read(struct.calcsize(layout)))
