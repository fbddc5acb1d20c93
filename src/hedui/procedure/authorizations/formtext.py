"""The text of a form 授权书文本 as a page and a printer want it: headings, lists, paragraphs."""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["heading", "paragraph", "list"]
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_ITEM = re.compile(r"(?:-|\d+\.)\s+")
SIGNATURES = ("授权人(签名)", "监护人(", "经办人(签名)")


@dataclass(frozen=True, slots=True)
class Block:
    """One heading, paragraph or list of a text."""

    kind: Kind
    text: str = ""
    items: tuple[str, ...] = ()


def blocks(text: str) -> list[Block]:
    """Read the few marks that the texts use; the first heading, their title, is left out."""
    found: list[Block] = []
    for part in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in part.splitlines()]
        if lines[0].startswith("# "):
            continue
        if lines[0].startswith("#"):
            found.append(Block("heading", _plain(lines[0].lstrip("# "))))
            lines = lines[1:]
        if not lines:
            continue
        if _ITEM.match(lines[0]):
            found.append(Block("list", items=tuple(_items(lines))))
        elif not _is_for_signing(lines[0]):
            found.append(Block("paragraph", _plain("".join(lines))))
    return found


def paragraphs(text: str) -> list[str]:
    """Return a text as paragraphs for print, list items each on a line of their own."""
    printed: list[str] = []
    for block in blocks(text):
        printed += [f"· {item}" for item in block.items] if block.kind == "list" else [block.text]
    return printed


def _items(lines: list[str]) -> list[str]:
    items: list[str] = []
    for line in lines:
        if _ITEM.match(line):
            items.append(_plain(_ITEM.sub("", line, count=1)))
        else:
            items[-1] += _plain(line)
    return items


def _plain(text: str) -> str:
    return _BOLD.sub(r"\1", text)


def _is_for_signing(line: str) -> bool:
    return line.startswith(SIGNATURES)
